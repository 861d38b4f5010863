// A change while it is being integrated: what it brings, what it takes away, and what of that it was meant to take away.
import * as Y from "yjs";
import { LetterSet } from "./letters.ts";
import { isInline, lineOf, type Type, typeOf, type Was } from "./was.ts";

type Deletes = Y.Transaction["deleteSet"];

/** What others took away in updates: they had it. */
export function takenIn(updates: Uint8Array[]): (id: Y.ID) => boolean {
  let known: Deletes[] | null = null;
  return (id) => {
    known ??= updates.map((update) => Y.decodeUpdate(update).ds as Deletes);
    return known.some((deletes) => Y.isDeleted(deletes, id));
  };
}

/** What an undo (or redo) takes back: what was put in then, and what has come for it since. */
export function takenBack(tr: Y.Transaction, undoes: Y.UndoManager): (id: Y.ID) => boolean {
  const again = new LetterSet();
  const put = undoes.currStackItem?.insertions;
  if (!put) return () => true;
  Y.iterateDeletedStructs(tr, put, (struct) => {
    for (let item = struct; item instanceof Y.Item && item.redone; item = Y.getItem(tr.doc.store, item.redone)) {
      again.add({ client: item.redone.client, clock: item.redone.clock, length: struct.length });
    }
  });
  return (id) => Y.isDeleted(put, id) || again.has(id);
}

export class Change {
  constructor(
    private readonly tr: Y.Transaction,
    /** Whether what has this id was to be taken away: what goes only because it stood in something else was not. */
    readonly wasTaken: (id: Y.ID) => boolean,
  ) {}

  /** Whether there is anything new in it. */
  get brings(): boolean {
    return [...this.tr.afterState].some(([client, end]) => end > (this.tr.beforeState.get(client) ?? 0));
  }

  isNew({ id }: Y.Item): boolean {
    return id.clock >= (this.tr.beforeState.get(id.client) ?? 0);
  }

  /** Whether it stood in the text before. */
  readonly was: Was = (item) => !this.isNew(item) && (!item.deleted || Y.isDeleted(this.tr.deleteSet, item.id));

  *newItems(): Generator<Y.Item> {
    const { beforeState, afterState, doc } = this.tr;
    for (const [client, end] of afterState) {
      const begin = beforeState.get(client) ?? 0;
      if (begin === end) continue;
      const structs = doc.store.clients.get(client) ?? [];
      for (let index = Y.findIndexSS(structs, begin); index < structs.length; index++) {
        const item = structs[index]!;
        if (item instanceof Y.Item && item.id.clock >= begin) yield item;
      }
    }
  }

  /** The lines that lost something, and the blocks of somebody's own that went because what they stood in was taken away. */
  gone(isMine: (client: number) => boolean): { lines: Set<Y.XmlElement>; blocks: Y.Item[] } {
    const lines = new Set<Y.XmlElement>();
    const blocks: Y.Item[] = [];
    Y.iterateDeletedStructs(this.tr, this.tr.deleteSet, (item) => {
      if (!(item instanceof Y.Item) || this.isNew(item)) return;
      const [line, type] = [lineOf(item), typeOf(item)];
      if (line) lines.add(line);
      if (type && !isInline(type) && isMine(item.id.client) && !this.wasTaken(item.id)) blocks.push(item);
    });
    const within = (item: Y.Item | null): boolean =>
      item !== null && (this.isLost(item) || within((item.parent as Type)._item));
    return {
      lines: new Set([...lines].filter((line) => !within(line._item))),
      blocks: blocks.filter((item) => !within((item.parent as Type)._item)),
    };
  }

  /** Whether it went without having been taken. */
  private isLost(item: Y.Item): boolean {
    return item.deleted && this.was(item) && !this.wasTaken(item.id);
  }
}

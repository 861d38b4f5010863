// A change while it is being integrated: what it brings, what it takes away, and what of that it was meant to take away.
import * as Y from "yjs";
import { type Deletes, idOf, LetterSet, partsOf } from "./letters.ts";
import { isInline, itemsOf, lineOf, type Type, typeOf, type Was } from "./was.ts";

/** Whether a letter of an item was to be taken away: what goes only because it stood in something else was not. */
export type Taken = (item: Y.Item, letter?: number) => boolean;

/** An update of others: what it says to be gone, and whose letters it brings. */
export class Update {
  private known: Deletes | null = null;
  private meta: ReturnType<typeof Y.parseUpdateMeta> | null = null;

  constructor(private readonly bytes: Uint8Array) {}

  get deletes(): Deletes {
    return (this.known ??= Y.decodeUpdate(this.bytes).ds as Deletes);
  }

  names(id: Y.ID): boolean {
    return Y.isDeleted(this.deletes, id);
  }

  /** Whether it brings something that a client wrote. */
  bringsOf(client: number): boolean {
    return this.letters.to.has(client);
  }

  brings({ client, clock }: Y.ID): boolean {
    const { from, to } = this.letters;
    return (from.get(client) ?? Number.POSITIVE_INFINITY) <= clock && clock < (to.get(client) ?? 0);
  }

  private get letters(): ReturnType<typeof Y.parseUpdateMeta> {
    return (this.meta ??= Y.parseUpdateMeta(this.bytes));
  }
}

/** What others took away in updates: they had it. It went with the first that names it, or something that it stood in; those that follow
 * only repeat that it is gone. */
export function takenIn(updates: Update[]): Taken {
  return (item, letter = 0) => {
    const id = idOf(item, letter);
    const naming = updates.filter((update) => update.names(id));
    if (naming.length === 0 || updates.length === 1) return naming.length > 0;
    return updates.find((update) => update.names(id) || isWithin(item, update))!.names(id);
  };
}

function isWithin(item: Y.Item, update: Update): boolean {
  const outer = (item.parent as Type)._item;
  return outer !== null && (update.names(outer.id) || isWithin(outer, update));
}

/** In an undo's (or redo's) transaction: which letters it takes back, and not only what they stood in. */
export const TAKEN_BACK = Symbol("taken back");

/** What an undo (or redo) takes back. */
export function takenBack({ meta }: Y.Transaction): Taken {
  const taken = meta.get(TAKEN_BACK) as LetterSet | undefined;
  return (item, letter = 0) => taken?.has(idOf(item, letter)) ?? true;
}

export class Change {
  constructor(
    private readonly tr: Y.Transaction,
    readonly wasTaken: Taken,
  ) {}

  /** How far everybody had written before. */
  get before(): ReadonlyMap<number, number> {
    return this.tr.beforeState;
  }

  isNew({ id }: Y.Item): boolean {
    return id.clock >= (this.tr.beforeState.get(id.client) ?? 0);
  }

  /** Whether it stood in the text before. */
  readonly was: Was = (item) => !this.isNew(item) && (!item.deleted || Y.isDeleted(this.tr.deleteSet, item.id));

  /** Calls back for each item of some letters. */
  each(letters: Iterable<{ client: number; clock: number; length: number }>, act: (item: Y.Item) => void): void {
    const some = Y.createDeleteSet();
    for (const { client, clock, length } of letters) {
      const of = some.clients.get(client) ?? [];
      some.clients.set(client, [...of, { clock, len: length }]);
    }
    Y.iterateDeletedStructs(this.tr, some, (item) => {
      if (item instanceof Y.Item) act(item);
    });
  }

  /** The elements that it takes away. */
  *goneTypes(): Generator<Y.Item> {
    for (const { item } of partsOf(this.tr.doc, this.tr.deleteSet)) {
      const type = typeOf(item);
      if (type && !isInline(type) && this.was(item)) yield item;
    }
  }

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
      if (type && !isInline(type) && isMine(item.id.client) && !this.wasTaken(item)) blocks.push(item);
    });
    const within = (item: Y.Item | null): boolean =>
      item !== null && (this.isLost(item) || within((item.parent as Type)._item));
    return {
      lines: new Set([...lines].filter((line) => !within(line._item))),
      blocks: inOrder(blocks.filter((item) => !within((item.parent as Type)._item))),
    };
  }

  /** Whether it went without having been taken. */
  private isLost(item: Y.Item): boolean {
    return item.deleted && this.was(item) && !this.wasTaken(item);
  }
}

/** Items as they follow one another in what they stand in. */
function inOrder(items: Y.Item[]): Y.Item[] {
  const types = new Map<Type, Set<Y.Item>>();
  for (const item of items) {
    const type = item.parent as Type;
    types.set(type, (types.get(type) ?? new Set()).add(item));
  }
  return [...types].flatMap(([type, some]) => [...itemsOf(type)].filter((item) => some.has(item)));
}

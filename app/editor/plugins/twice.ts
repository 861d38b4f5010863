// Lines that two people moved within a table at once, each writing them anew: cells that both merged, a head that both made. They stand
// there twice then, once from each, and whoever of the two has the higher client takes their own away again. What one wrote twice stays,
// and what somebody wrote who may have known of the other's.
import type { Fragment, Node } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { hearCaret } from "../caret.ts";
import { Change, Update } from "../stranded/change.ts";
import { isLine, nodeOf, type Type, typeOf } from "../stranded/was.ts";

/** A line that was taken away here and written anew elsewhere. */
interface Moved {
  original: Y.ID;
  content: Fragment;
  /** From which clock on this page wrote it. */
  clock: number;
  at: number;
}

/** What comes from others, as the link lets it in. */
interface Others {
  readonly arriving: Uint8Array[];
  readonly unsent: { readonly empty: boolean };
}

/** Others may not know what was written within so many milliseconds. */
const RECENT_MS = 5_000;
/** So many lines are known at most. */
const MANY = 1_000;
/** Either may have to be brought back first, and to be heard of: it is looked for so often, each so many milliseconds later. */
const TRIES = 6;
const TRY_MS = 500;

export class Twice {
  private moved: Moved[] = [];
  private tries: ReturnType<typeof setTimeout>[] = [];
  private readonly doc: Y.Doc;

  constructor(
    private readonly view: EditorView,
    /** The element of the shared document at a place. */
    private readonly elementAt: (pos: number) => unknown,
  ) {
    this.doc = (ySyncPluginKey.getState(view.state) as { doc: Y.Doc }).doc;
    this.doc.on("beforeObserverCalls", this.look);
  }

  end(): void {
    this.doc.off("beforeObserverCalls", this.look);
    this.tries.forEach(clearTimeout);
  }

  private readonly look = (tr: Y.Transaction): void => {
    try {
      if (tr.origin === ySyncPluginKey) this.note(tr);
      else if (this.moved.length > 0 && isOthers(tr.origin)) this.compare(tr, tr.origin);
    } catch (error) {
      // The change itself is integrated, whatever is wrong here.
      globalThis.reportError(error);
    }
  };

  /** What this page moves. */
  private note(tr: Y.Transaction): void {
    const change = new Change(tr, () => true);
    const gone: Y.Item[] = [];
    Y.iterateDeletedStructs(tr, tr.deleteSet, (item) => {
      if (item instanceof Y.Item && change.was(item) && isInTable(item)) gone.push(item);
    });
    const written = gone.length > 0 ? linesIn(change, ({ deleted }) => !deleted) : [];
    if (written.length === 0) return;
    for (const { id, content } of gone.flatMap((item) => contentOf(item, change.was) ?? [])) {
      const copy = written.find((line) => line.content.eq(content));
      if (copy) this.moved.push({ original: id, content, clock: copy.id.clock, at: Date.now() });
    }
    this.moved = this.moved.slice(-MANY);
  }

  /** What of it others moved as well, who had not heard of that. */
  private compare(tr: Y.Transaction, { arriving, unsent }: Others): void {
    if (unsent.empty) this.moved = this.moved.filter(({ at }) => Date.now() - at < RECENT_MS);
    const updates = arriving.map((update) => new Update(update));
    const both = this.moved.filter(({ original }) => updates.some((update) => update.names(original)));
    if (both.length === 0) return;
    const change = new Change(tr, () => true);
    const theirs = linesIn(change, (item) => change.isNew(item)).filter(({ id }) => id.client < this.doc.clientID);
    const twice = both.filter(({ content }) => theirs.some((line) => line.content.eq(content)));
    this.moved = this.moved.filter((one) => !twice.includes(one));
    const tries = twice.length > 0 ? TRIES : 0;
    for (let turn = 1; turn <= tries; turn++) this.tries.push(setTimeout(() => this.takeOut(twice), turn * TRY_MS));
  }

  /** Takes out what is this page's own, where the other's stands in the same table. */
  private takeOut(twice: Moved[]): void {
    const { view } = this;
    if (view.isDestroyed || !view.editable || view.composing) return;
    hearCaret(view);
    for (const one of [...twice]) {
      const own = this.find(one);
      if (own === null) continue;
      twice.splice(twice.indexOf(one), 1);
      const [{ tr }, $pos] = [view.state, view.state.doc.resolve(own)];
      const end = own + $pos.nodeAfter!.nodeSize;
      const isOne = $pos.parent.canReplace($pos.index(), $pos.index() + 1);
      view.dispatch((isOne ? tr.delete(own, end) : tr.delete(own + 1, end - 1)).setMeta("addToHistory", false));
    }
  }

  /** Where this page's own stands, if the other's does as well; null where not. */
  private find({ content, clock }: Moved): number | null {
    const { clientID } = this.doc;
    const found: { pos: number; table: Node; own: boolean }[] = [];
    const search = (node: Node, pos: number, table: Node | null): void => {
      if (table && node.inlineContent && node.content.eq(content)) {
        const id = (this.elementAt(pos) as Y.XmlElement | undefined)?._item?.id;
        if (id) found.push({ pos, table, own: id.client === clientID && id.clock >= clock });
      }
      if (node.inlineContent) return;
      node.forEach((child, offset) => search(child, pos + 1 + offset, node.type.spec.tableRole === "table" ? node : table));
    };
    this.view.state.doc.forEach((node, pos) => search(node, pos, null));
    const own = found.find((one) => one.own && found.some((other) => !other.own && other.table === one.table));
    return own?.pos ?? null;
  }
}

const isOthers = (origin: unknown): origin is Others => Array.isArray((origin as Partial<Others> | null)?.arriving);

/** Whether an item is a line of a table. */
function isInTable(item: Y.Item): boolean {
  if (!isLine(typeOf(item))) return false;
  for (let at = item.parent as Type | null; at; at = (at._item?.parent ?? null) as Type | null) {
    if (at instanceof Y.XmlElement && at.nodeName === "table") return true;
  }
  return false;
}

function contentOf(item: Y.Item, was: (item: Y.Item) => boolean): { id: Y.ID; content: Fragment } | null {
  const content = nodeOf(typeOf(item) as Y.XmlElement, was)?.content;
  return content && content.size > 0 ? { id: item.id, content } : null;
}

/** The lines of tables that a change brings, where something stands in them. */
const linesIn = (change: Change, was: (item: Y.Item) => boolean): { id: Y.ID; content: Fragment }[] =>
  [...change.newItems()].filter((item) => was(item) && isInTable(item)).flatMap((item) => contentOf(item, was) ?? []);

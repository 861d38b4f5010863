// Editing of tables, and who mends one that two people shaped at once (`mend.ts`): one page, or each would add the same missing cells
// again. It is the first of those who are here, at once; where that one may not write, the next does, a turn later. Should two mend at once
// after all, what is too much then is empty, and goes the same way, each time later.
import type { Node } from "prosemirror-model";
import { isInTable, tableEditing, TableMap } from "prosemirror-tables";
import { type EditorState, Plugin, type PluginView } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import type { Awareness } from "y-protocols/awareness";
import { ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { hearCaret } from "../caret.ts";
import { isRemote, isTyping } from "../origin.ts";
import { elementAt } from "../places.ts";
import { type About, isRagged, mendTable, type Tell } from "./mend.ts";
import { Twice } from "./twice.ts";

/** A page mends so many milliseconds after it has seen what is ragged, and so much later for each page that comes before it. */
const SOON_MS = 100;
const TURN_MS = 1_000;
/** So often in a row it is twice as late as before; and so long after it has mended, a page mends as early as ever. */
const DOUBLED = 6;
const CALM_MS = 60_000;

/** The plugin. Nor does it look at every block for a letter outside of tables. */
export function tables(awareness: Awareness): Plugin {
  const plugin = tableEditing({ allowTableNodeSelection: false });
  const fix = plugin.spec.appendTransaction!;
  plugin.spec.appendTransaction = function (transactions, before, after) {
    const idle = transactions.every(isTyping) && after.selection.empty && !isInTable(after);
    if (idle || transactions.some(isRemote)) return null;
    // What was ragged before is not this edit's to mend.
    const wasRagged = changedTables(after.doc, before.doc).some(({ table }) => isRagged(table));
    return fix.call(plugin, transactions, wasRagged ? after : before, after);
  };
  // Commands for tables take them to be whole, and make of one that is not what nobody can read.
  plugin.spec.filterTransaction = (tr, { doc }) =>
    !tr.docChanged || isRemote(tr) || isTyping(tr) || changedTables(doc, tr.doc).every(({ table }) => isSound(table));
  plugin.spec.view = (view) => new Mending(view, awareness);
  return plugin;
}

function isSound(table: Node): boolean {
  try {
    table.check();
    return true;
  } catch {
    return false;
  }
}

interface Found {
  table: Node;
  pos: number;
}

/** The tables of a document that another has not so. */
function changedTables(before: Node, { content: { content } }: Node): Found[] {
  const old = before.content.content;
  let start = 0;
  while (start < content.length && content[start] === old[start]) start += 1;
  let [end, oldEnd] = [content.length, old.length];
  while (end > start && oldEnd > start && content[end - 1] === old[oldEnd - 1]) [end, oldEnd] = [end - 1, oldEnd - 1];
  const known = new Set(old.slice(start, oldEnd));
  const changed = content.slice(start, end).filter((node) => !known.has(node) && holdsTable(node));
  const found: Found[] = [];
  // Where something stands is only asked where it is a table.
  if (changed.length === 0) return found;
  let pos = sizeOf(content.slice(0, start));
  for (const node of content.slice(start, end)) {
    if (changed.includes(node)) tablesIn(node, pos, found);
    pos += node.nodeSize;
  }
  return found;
}

const holdsTable = (node: Node): boolean =>
  node.type.spec.tableRole === "table" || (!node.isTextblock && node.children.some(holdsTable));

function tablesIn(node: Node, pos: number, found: Found[]): void {
  if (node.type.spec.tableRole === "table") found.push({ table: node, pos });
  if (node.isTextblock || node.isLeaf) return;
  node.forEach((child, offset) => tablesIn(child, pos + 1 + offset, found));
}

class Mending implements PluginView {
  /** In which column a cell was when its table was last whole here. */
  private readonly columns = new WeakMap<Y.XmlElement, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private mended = { times: 0, at: 0 };
  /** From which clock of this page to which it mended. */
  private readonly mends: { from: number; to: number }[] = [];
  private readonly twice: Twice;

  constructor(
    private readonly view: EditorView,
    private readonly awareness: Awareness,
  ) {
    this.twice = new Twice(view, (pos) => elementAt(view.state, pos));
    if (this.ragged().length > 0) this.plan();
  }

  update({ state }: EditorView, before: EditorState): void {
    if (state.doc === before.doc) return;
    const ragged = changedTables(before.doc, state.doc).filter(({ table }) => isRagged(table));
    if (ragged.length === 0) return;
    const whole = changedTables(state.doc, before.doc).filter(({ table }) => !isRagged(table));
    const columns = new Map(whole.flatMap(({ table }) => columnsOf(table)));
    for (const one of ragged) this.remember(one, columns);
    this.plan();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.twice.end();
  }

  /** The cells that are as they were, whoever changed the others, are known again. */
  private remember(ragged: Found, columns: Map<Node, number>): void {
    const cells = this.cellsOf(ragged);
    ragged.table.forEach((row, _, at) =>
      row.forEach((cell, _, index) => {
        const [column, element] = [columns.get(cell), cells[at]?.[index]];
        if (column !== undefined && element) this.columns.set(element, column);
      }),
    );
  }

  /** This page's turn to mend what is ragged, should it still be so. */
  private plan(since = Date.now(), chance = Math.random()): void {
    if (since - this.mended.at > CALM_MS) this.mended.times = 0;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      // Who is here is known only now, where this page has just come.
      if (Date.now() < this.turn(since, chance)) this.plan(since, chance);
      else this.mend();
    }, this.turn(since, chance) - Date.now());
  }

  private turn(since: number, chance: number): number {
    const before = [...this.awareness.getStates().keys()].filter((client) => client < this.awareness.clientID).length;
    const { times } = this.mended;
    return since + (SOON_MS + before * TURN_MS) * (times === 0 ? 1 : (1 + chance) * 2 ** Math.min(times, DOUBLED));
  }

  private mend(): void {
    const { view } = this;
    hearCaret(view);
    const ragged = view.isDestroyed || !view.editable ? [] : this.ragged();
    if (ragged.length === 0) return;
    if (view.composing) return this.plan();
    const { tr } = view.state;
    for (const found of ragged.toReversed()) mendTable(tr, found.pos, found.table, this.knows(found));
    this.mended = { times: this.mended.times + 1, at: Date.now() };
    const from = this.clock;
    // It follows from what two did, and is no step of this one's.
    view.dispatch(tr.setMeta("addToHistory", false));
    this.mends.push({ from, to: this.clock });
  }

  private get clock(): number {
    return Y.getState((ySyncPluginKey.getState(this.view.state) as { doc: Y.Doc }).doc.store, this.awareness.clientID);
  }

  private ragged(): Found[] {
    const found: Found[] = [];
    tablesIn(this.view.state.doc, -1, found);
    return found.filter(({ table }) => isRagged(table));
  }

  private cellsOf({ pos }: Found): Y.XmlElement[][] {
    return elementsIn(elementAt(this.view.state, pos)).map(elementsIn);
  }

  private knows(found: Found): Tell {
    const cells = this.cellsOf(found);
    const { anchor, head } = this.view.state.selection;
    const isMended = (id: Y.ID): boolean =>
      id.client === this.awareness.clientID && this.mends.some(({ from, to }) => id.clock >= from && id.clock < to);
    const starts = found.table.children.map((row, at) => startsIn(row, found.pos + 1 + sizeOf(found.table.children.slice(0, at))));
    return (row, index) => {
      const [element, start] = [cells[row]?.[index], starts[row]![index]!];
      const isIn = (pos: number): boolean => pos > start && pos < start + found.table.child(row).child(index).nodeSize;
      const item = element?._item;
      return {
        column: (element && this.columns.get(element)) ?? null,
        behindGone: item?.left?.deleted === true,
        put: putOf(item),
        mended: item ? isMended(item.id) : false,
        busy: isIn(anchor) || isIn(head),
      };
    };
  }
}

const sizeOf = (nodes: readonly Node[]): number => nodes.reduce((all, { nodeSize }) => all + nodeSize, 0);

/** Where the cells of a row begin. */
const startsIn = ({ children }: Node, pos: number): number[] => children.map((_, index) => pos + 1 + sizeOf(children.slice(0, index)));

const elementsIn = (type: unknown): Y.XmlElement[] =>
  type instanceof Y.XmlElement ? type.toArray().filter((child) => child instanceof Y.XmlElement) : [];

/** The cells of a whole table, each with its column. */
function columnsOf(table: Node): [Node, number][] {
  const map = TableMap.get(table);
  return [...new Set(map.map)].map((pos) => [table.nodeAt(pos)!, map.colCount(pos)]);
}

/** Who put a cell there, in front of which one that is gone. */
function putOf(item: Y.Item | null | undefined): About["put"] {
  const before = item?.rightOrigin;
  if (!item || !before || !Y.getItem((item.parent as Y.XmlElement).doc!.store, before).deleted) return null;
  return { by: item.id.client, before: `${before.client}:${before.clock}` };
}

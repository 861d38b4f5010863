// A table that two people shaped at once, made whole again: a row that one of them added lacks the cell of the column that the other added,
// or has one too many where the other took a column away. What is mended is as it would be, had one of them come after the other. No cell
// in which something stands is taken away, but where two made the same one anew at once.
import type { Node, NodeType } from "prosemirror-model";
import { removeColSpan, tableNodeTypes, TableMap } from "prosemirror-tables";
import type { Transaction } from "prosemirror-state";

/** What is known of a cell besides what stands in it. */
export interface About {
  /** The column it was in when the table was last whole here; null where it was in none. */
  column: number | null;
  /** Whether one that is gone stood right before it. */
  behindGone: boolean;
  /** Who put it there, and in front of what that is gone: two with the same were made anew of one cell, by two. Null for unknown. */
  put: { by: number; before: string } | null;
  /** Whether this page put it in when it mended the table: should another have done so too, this is the one too many. */
  mended: boolean;
  /** Whether somebody is in it. */
  busy: boolean;
}

export type Tell = (row: number, index: number) => About;

interface Cell {
  /** Where it stands in its row; null for one that is put in. */
  index: number | null;
  node: Node | null;
  colspan: number;
  rowspan: number;
  about: About;
}

/** A cell that reaches into a column of the rows below. */
interface Open {
  cell: Cell;
  row: number;
}

/** A whole table: of each row its cells, null for a row that goes; and what it costs, first in rows that say something. */
interface Fit {
  rows: (Cell[] | null)[];
  cost: [number, number];
}

const NEW: About = { column: null, behindGone: false, put: null, mended: false, busy: false };
/** What one cell costs that is put in or taken out, and what one that covers less. */
const CELL = 1;
const SPAN = 0.5;

/** Whether a table is no rectangle. Widths that differ are no harm. */
export function isRagged(table: Node): boolean {
  return (TableMap.get(table).problems ?? []).some(({ type }) => type !== "colwidth mismatch");
}

/** Whether nothing stands in a cell or a row of them. */
export function isBlank({ children }: Node): boolean {
  return children.every((child) => {
    if (child.type.spec.tableRole) return isBlank(child);
    return child.type.name === "paragraph" && child.content.size === 0;
  });
}

/** Makes a table whole, with as little as that takes. */
export function mendTable(tr: Transaction, pos: number, table: Node, tell: Tell): void {
  const rows = table.children.map(({ children }, row) => children.map((node, index) => cellOf(node, index, tell(row, index))));
  const widths = widthsOf(rows);
  const fits = [...new Set(widths)].sort((a, b) => b - a).flatMap((width) => (width > 0 ? fit(rows, widths, width) : null) ?? []);
  // Of equals the widest: nothing is taken out of it.
  const best = fits.reduce<Fit | null>((found, one) => (found === null || isLess(one.cost, found.cost) ? one : found), null);
  if (best === null || best.rows.every((row) => row === null)) tr.delete(pos, pos + table.nodeSize);
  else write(tr, pos, table, best.rows);
}

const isLess = ([words, blank]: Fit["cost"], [otherWords, otherBlank]: Fit["cost"]): boolean =>
  words < otherWords || (words === otherWords && blank < otherBlank);

function cellOf(node: Node, index: number, about: About): Cell {
  return { index, node, colspan: node.attrs.colspan as number, rowspan: node.attrs.rowspan as number, about };
}

const sum = (cells: Cell[]): number => cells.reduce((all, { colspan }) => all + colspan, 0);

const isEmpty = ({ node }: Cell): boolean => node === null || isBlank(node);

/** How many columns there are in each row, with those that cells from above cover. */
function widthsOf(rows: Cell[][]): number[] {
  let above: Open[] = [];
  return rows.map((cells, row) => {
    above = [...above.filter((one) => one.row + one.cell.rowspan > row), ...cells.map((cell) => ({ cell, row }))];
    return sum(above.map(({ cell }) => cell));
  });
}

/** The table in so many columns; null where what stands in it takes more. */
function fit(rows: Cell[][], widths: number[], width: number): Fit | null {
  const open = Array<Open | null>(width).fill(null);
  const made: Fit = { rows: [], cost: [0, 0] };
  const whole = rows.filter((_, row) => widths[row] === width);
  for (const [row, cells] of rows.entries()) {
    for (const [column, one] of open.entries()) if (one && one.row + one.cell.rowspan <= row) open[column] = null;
    const own = cells.map((cell) => ({ ...cell, rowspan: Math.min(cell.rowspan, rows.length - row) }));
    if (own.length === 0 && open.every((one) => one === null)) {
      made.rows.push(null);
      continue;
    }
    const cost = narrow(own, open, row, whole);
    if (cost === null) return null;
    const lacks = open.filter((one) => one === null).length - sum(own);
    for (let more = 0; more < lacks; more++) own.splice(gapIn(own, open, whole), 0, blank());
    made.cost[own.every(isEmpty) ? 1 : 0] += cost + lacks * CELL;
    place(own, open, row);
    made.rows.push(own);
  }
  return made;
}

const blank = (about = NEW): Cell => ({ index: null, node: null, colspan: 1, rowspan: 1, about });

/** Takes out of a row what is too much: a cell that stands there twice, an empty one, what reaches into it from above, or what one covers
 * beside itself; answers what that costs, null where that is not enough. */
function narrow(own: Cell[], open: (Open | null)[], row: number, whole: Cell[][]): number | null {
  let cost = 0;
  const excess = (): number => sum(own) - open.filter((one) => one === null).length;
  for (const cell of twins(own)) if (excess() > 0) own.splice(own.indexOf(cell), 1);
  for (const cell of spare(own, whole)) {
    const less = Math.min(cell.colspan, Math.max(0, excess()));
    cell.colspan -= less;
    cost += cell.about.mended ? 0 : less * CELL;
    if (cell.colspan === 0) own.splice(own.indexOf(cell), 1);
  }
  while (excess() > 0) {
    const above = open.findLast((one) => one !== null);
    if (!above) break;
    above.cell.rowspan = row - above.row;
    for (const [column, one] of open.entries()) if (one === above) open[column] = null;
    cost += SPAN;
  }
  for (const cell of own.toReversed()) {
    const less = Math.min(cell.colspan - 1, Math.max(0, excess()));
    cell.colspan -= less;
    cost += less * SPAN;
  }
  return excess() > 0 ? null : cost;
}

/** Cells that two made of the same one at once: those of whoever has fewer in the row. */
function twins(own: Cell[]): Cell[] {
  const many = (by: number): number => own.filter(({ about }) => about.put?.by === by).length;
  return own.filter((cell) =>
    own.some((other) => {
      const [mine, others] = [cell.about.put, other.about.put];
      if (!mine || !others || mine.by === others.by || mine.before !== others.before) return false;
      if (isEmpty(cell) || !cell.node!.content.eq(other.node!.content)) return false;
      return many(mine.by) - many(others.by) < 0 || (many(mine.by) === many(others.by) && mine.by > others.by);
    }),
  );
}

/** The empty cells of a row, first those that were put in here, then those of columns that the others no longer have, last those in which
 * somebody is. */
function spare(own: Cell[], whole: Cell[][]): Cell[] {
  const known = new Set(whole.flat().flatMap(columnsOf));
  const isGone = ({ about: { column } }: Cell): boolean => known.size > 0 && column !== null && !known.has(column);
  const rank = (cell: Cell): number => Number(cell.about.busy) * 4 + Number(!cell.about.mended) * 2 + Number(!isGone(cell));
  return own.filter(isEmpty).toReversed().sort((one, other) => rank(one) - rank(other));
}

/** The columns in which a cell was. */
function columnsOf({ node, about: { column } }: Cell): number[] {
  return column === null ? [] : Array.from({ length: node!.attrs.colspan as number }, (_, more) => column + more);
}

/** Where in a row a cell is lacking: where one was that the others still have, or where all others have an empty one, or else where any
 * was. */
function gapIn(own: Cell[], open: (Open | null)[], whole: Cell[][]): number {
  const had = new Set(whole.flat().flatMap(columnsOf));
  for (const cell of [...own, ...open.flatMap((one) => one?.cell ?? [])]) for (const column of columnsOf(cell)) had.delete(column);
  const columns = own.flatMap((cell, index) => columnsOf(cell).map((column) => ({ column, index })));
  if (columns.length > 0 && had.size > 0) {
    const lost = Math.min(...had);
    return columns.find(({ column }) => column > lost)?.index ?? own.length;
  }
  const column = emptyColumn(whole);
  const index = column === null ? own.findIndex(({ about }) => about.behindGone) : indexOf(own, open, column);
  return index < 0 ? own.length : index;
}

/** The column in which nothing stands, of several one that was not there before, or else the last. */
function emptyColumn(whole: Cell[][]): number | null {
  const rows = whole.map((cells) => cells.flatMap((cell) => Array<Cell>(cell.colspan).fill(cell)));
  const columns = (rows[0] ?? []).map((_, column) => rows.map((cells) => cells[column]!));
  const found = columns.flatMap((cells, column) => (cells.every((cell) => cell && isEmpty(cell)) ? { column, cells } : []));
  return (found.findLast(({ cells }) => cells.every(({ about }) => about.column === null)) ?? found.at(-1))?.column ?? null;
}

/** Which cell of a row comes first in a column or behind it; -1 for none. */
function indexOf(own: Cell[], open: (Open | null)[], column: number): number {
  let free = open.slice(0, column).filter((one) => one === null).length;
  return own.findIndex(({ colspan }) => (free -= colspan) < 0);
}

/** Puts the cells of a row into the columns that are free. */
function place(own: Cell[], open: (Open | null)[], row: number): void {
  for (let index = 0, column = 0; index < own.length; index++) {
    const cell = own[index]!;
    while (open[column]) column += 1;
    let length = 1;
    while (length < cell.colspan && open[column + length] === null) length += 1;
    // What does not fit between two that reach down is a cell behind.
    for (; cell.colspan > length; cell.colspan -= 1) own.splice(index + 1, 0, blank());
    open.fill({ cell, row }, column, column + length);
  }
}

/** Writes what differs, from the end to the beginning. */
function write(tr: Transaction, pos: number, table: Node, made: (Cell[] | null)[]): void {
  let end = pos + table.nodeSize - 1;
  for (const [row, node] of [...table.children.entries()].toReversed()) {
    const cells = made[row]!;
    if (cells === null) tr.delete(end - node.nodeSize, end);
    else writeRow(tr, end - 1, node, cells, kindsOf(table, row));
    end -= node.nodeSize;
  }
}

function writeRow(tr: Transaction, end: number, row: Node, cells: Cell[], kinds: Kinds): void {
  let [at, next] = [end, cells.length - 1];
  for (const [index, node] of [...row.children.entries()].toReversed()) {
    for (; next >= 0 && cells[next]!.index === null; next--) tr.insert(at, kinds(next).createAndFill()!);
    at -= node.nodeSize;
    const cell = cells[next];
    if (cell?.index !== index) {
      tr.delete(at, at + node.nodeSize);
      continue;
    }
    next -= 1;
    const { colspan, rowspan } = node.attrs as Cell;
    if (cell.colspan === colspan && cell.rowspan === rowspan) continue;
    tr.setNodeMarkup(at, null, { ...removeColSpan(node.attrs as never, cell.colspan, colspan - cell.colspan), rowspan: cell.rowspan });
  }
  for (; next >= 0; next--) tr.insert(at, kinds(next).createAndFill()!);
}

/** What kind a new cell is of, by where it comes to stand in its row. */
type Kinds = (index: number) => NodeType;

function kindsOf(table: Node, row: number): Kinds {
  const { cell, header_cell: header } = tableNodeTypes(table.type.schema);
  const heads = (node: Node): boolean => node.childCount > 0 && node.children.every(({ type }) => type === header);
  const beside = table.children.filter((other, index) => index !== row && other.childCount > 0 && !heads(other));
  const firsts = beside.length > 0 && beside.every((other) => other.firstChild!.type === header);
  return (index) => (heads(table.child(row)) || (index === 0 && firsts) ? header : cell);
}

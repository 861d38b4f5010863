// The texts that cases begin with. Words of the text are lower case, each there once; what Bea writes in a case is upper case.
import type { Node } from "prosemirror-model";
import { schema } from "../../../app/editor/schema.ts";
import type { Base } from "./acts.ts";

const { nodes } = schema;

const [FIRST, LINE, LAST] = ["alder ash aspen", "birch beech bay bramble", "cedar clover cypress"];

const item = (...content: Node[]): Node => nodes.list_item!.create(null, content);
const list = (...items: Node[]): Node => nodes.bullet_list!.create(null, items);
const row = (type: "table_header" | "table_cell", ...cells: Node[]): Node =>
  nodes.table_row!.create(null, cells.map((words) => nodes[type]!.create(null, words)));

/** A head, two rows, and one of which two cells are merged. */
export const GRID = [["kiwi", "lime", "mango"], ["nut", "olive", "peach"], ["quince", "rose", "sage"], ["thyme", "vetch"]] as const;

const MAKE: Record<Base, (p: (words: string) => Node) => Node[]> = {
  lines: (p) => [p(FIRST), p(LINE), p(LAST)],
  without: (p) => [p(FIRST), p(LAST)],
  list: (p) => [list(item(p(FIRST)), item(p(LINE)), item(p(LAST)))],
  nested: (p) => [list(item(p(FIRST), list(item(p(LINE)))), item(p(LAST)))],
  table: (p) => {
    const rows = [row("table_header", p("fir"), p("fig")), row("table_cell", p(LINE), p("hazel"))];
    return [p(FIRST), nodes.table!.create(null, rows), p(LAST)];
  },
  grid: (p) => {
    const [head, ...rest] = GRID;
    const rows = [row("table_header", ...head.map(p)), ...rest.map((words) => row("table_cell", ...words.map(p)))];
    const last = rows.pop()!;
    const merged = nodes.table_cell!.create({ colspan: 2 }, last.lastChild!.content);
    return [p(FIRST), nodes.table!.create(null, [...rows, last.copy(last.content.replaceChild(1, merged))]), p(LAST)];
  },
};

/** A text to begin with. Where each line has a tail, such as a blank, the words of two lines that are joined stay two. */
export function text(base: Base, tail = ""): Node {
  return nodes.doc!.createChecked(null, MAKE[base]((words) => nodes.paragraph!.create(null, schema.text(words + tail))));
}

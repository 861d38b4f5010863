// What is made of a table that two people shaped at once. Tables are written in rows: `.` is an empty cell, `a:2x1` one of two columns and
// one row, `#a` one of a head.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "prosemirror-model";
import { EditorState } from "prosemirror-state";
import { type About, isBlank, isRagged, mendTable } from "../plugins/mend.ts";
import { schema } from "../schema.ts";

const { nodes } = schema;

/** What is known of cells, by what is written of them. */
type Known = Record<string, Partial<About>>;

function cell(said: string): Node {
  const [, head, words, colspan = "1", rowspan = "1"] = /^(#?)([^:]+)(?::(\d+)x(\d+))?$/.exec(said)!;
  const content = nodes.paragraph!.create(null, words === "." ? [] : schema.text(words!));
  return nodes[head ? "table_header" : "table_cell"]!.create({ colspan: Number(colspan), rowspan: Number(rowspan) }, content);
}

const tableOf = (rows: string[]): Node =>
  nodes.table!.create(null, rows.map((row) => nodes.table_row!.create(null, row.split(" ").filter(Boolean).map(cell))));

function saysOf(node: Node): string {
  const { colspan, rowspan } = node.attrs as Record<string, number>;
  const spans = colspan === 1 && rowspan === 1 ? "" : `:${colspan}x${rowspan}`;
  return `${node.type === nodes.table_header ? "#" : ""}${node.textContent || "."}${spans}`;
}

const rowsOf = (table: Node): string[] => table.children.map(({ children }) => children.map(saysOf).join(" "));

/** The rows that a table is mended to; none where it goes. Places of cells are named `row.index`. */
function mended(rows: string[], known: Known = {}): string[] {
  const table = tableOf(rows);
  const doc = nodes.doc!.create(null, [table, nodes.paragraph!.create()]);
  const { tr } = EditorState.create({ doc });
  const about: About = { column: null, behindGone: false, put: null, mended: false, busy: false };
  mendTable(tr, 0, table, (row, index) => ({ ...about, ...known[`${row}.${index}`] }));
  tr.doc.check();
  const first = tr.doc.firstChild!;
  return first.type === nodes.table ? rowsOf(first) : [];
}

/** Cells of a row that were in these columns. */
const were = (row: number, ...columns: number[]): Known =>
  Object.fromEntries(columns.map((column, index) => [`${row}.${index}`, { column }]));
/** Cells of a row that somebody put in front of one that is gone. */
const putBy = (row: number, ...by: number[]): Known =>
  Object.fromEntries(by.map((one, index) => [`${row}.${index}`, { put: { by: one, before: `${row}` } }]));

const CASES: { says: string; rows: string[]; known?: Known; to: string[] }[] = [
  { says: "a new row lacks the new column", rows: ["a b . c", "d e . f", ". . ."], to: ["a b . c", "d e . f", ". . . ."] },
  { says: "what is written in a new row stays in its column", rows: [". a b", ". c d", "x y"], to: [". a b", ". c d", ". x y"] },
  {
    says: "and what is written in the new column in that",
    rows: ["a h b", "c . d", "x y"],
    known: { ...were(0, 0, 1, 2), ...were(1, 0, 1, 2), ...were(2, 0, 2) },
    to: ["a h b", "c . d", "x . y"],
  },
  { says: "a new row has the column that is gone", rows: ["a b", "c d", ". . ."], to: ["a b", "c d", ". ."] },
  { says: "several new rows have it", rows: ["a b", ". . .", ". . .", ". . ."], to: ["a b", ". .", ". .", ". ."] },
  {
    says: "of the cells of a new row the one goes that was in that column",
    rows: ["a b", "c d", "#. . #."],
    known: { ...were(0, 0, 2), ...were(1, 0, 2), ...were(2, 0, 1, 2) },
    to: ["a b", "c d", "#. #."],
  },
  {
    says: "not the cell in which somebody is",
    rows: ["a b", "c d", ". . #."],
    known: { "2.2": { busy: true } },
    to: ["a b", "c d", ". #."],
  },
  { says: "words in the column that is gone keep it", rows: ["a b", "c d", "x y z"], to: ["a b .", "c d .", "x y z"] },
  { says: "a head that grows is a head", rows: ["#a #b", "c d e"], to: ["#a #b #.", "c d e"] },
  {
    says: "and so is a first column of heads",
    rows: ["#a b c", "#d e f", "g h"],
    known: { ...were(0, 0, 1, 2), ...were(1, 0, 1, 2), ...were(2, 1, 2) },
    to: ["#a b c", "#d e f", "#. g h"],
  },
  { says: "a cell is put where one has gone", rows: ["a b c", "d e"], known: { "1.1": { behindGone: true } }, to: ["a b c", "d . e"] },
  { says: "a merged cell covers no column that is gone", rows: ["a b", "c:2x1 d", "e f"], to: ["a b", "c d", "e f"] },
  { says: "nor a row that is gone", rows: ["a b", "c:1x2 d"], to: ["a b", "c d"] },
  { says: "nor what is written in another row", rows: ["a b c", "d:1x2 e f", "g h i"], to: ["a b c", "d e f", "g h i"] },
  {
    says: "a cell that two merged, one with the next and one with that below",
    rows: ["a b c", "d:2x2 e", "f g"],
    known: { ...were(0, 0, 1, 2), ...were(2, 1, 2) },
    to: ["a b c", "d:2x1 e", ". f g"],
  },
  {
    says: "a row that comes between what is merged",
    rows: ["a b c", "d e:1x2 f", ". . .", "g h"],
    known: { ...were(0, 0, 1, 2), ...were(3, 0, 2) },
    to: ["a b c", "d e:1x2 f", ". .", "g . h"],
  },
  { says: "a cell that two split", rows: ["a b c", "d e f", "g . . ."], to: ["a b c", "d e f", "g . ."] },
  { says: "a head that two made is there once", rows: ["#a #b #a #b", "c d"], known: putBy(0, 1, 1, 2, 2), to: ["#a #b", "c d"] },
  { says: "that of whom made more of it", rows: ["#a #b #c #a", "d e f"], known: putBy(0, 2, 2, 2, 1), to: ["#a #b #c", "d e f"] },
  { says: "the same words by one person stay", rows: ["a a b", "c d"], known: putBy(0, 1, 1, 1), to: ["a a b", "c d ."] },
  {
    says: "and so do the same words that were made of others",
    rows: ["a a b", "c d"],
    known: { "0.0": { put: { by: 1, before: "x" } }, "0.1": { put: { by: 2, before: "y" } } },
    to: ["a a b", "c d ."],
  },
  {
    says: "of what two pages put in one goes",
    rows: ["a b c", "d . . e", "f . . g"],
    known: { "1.1": { mended: true }, "2.2": { mended: true } },
    to: ["a b c", "d . e", "f . g"],
  },
  { says: "a row without a cell goes", rows: ["a b", "", "c d"], to: ["a b", "c d"] },
  { says: "a table without a cell goes", rows: ["", ""], to: [] },
];

for (const { says, rows, known, to } of CASES) {
  test(`a table is mended: ${says}`, () => assert.deepEqual(mended(rows, known), to));
}

/** Whole numbers by chance, the same each time: Lehmer 1951, "Mathematical methods in large-scale computing units". */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

const wordsIn = (rows: string[]): string[] => rows.join(" ").match(/w\d+w/g) ?? [];

/** A table by chance, with words of its own in each cell that says something, and what is known of it. */
function any(below: (many: number) => number): { rows: string[]; known: Known } {
  const [known, span]: [Known, () => number] = [{}, () => (below(5) === 0 ? 1 + below(3) : 1)];
  const said = (row: number, index: number): string => {
    if (below(2)) known[`${row}.${index}`] = { column: below(5), busy: below(4) === 0, behindGone: below(3) === 0 };
    return `${below(6) ? "" : "#"}${below(2) ? "." : `w${row}${index}w`}:${span()}x${span()}`;
  };
  const rowOf = (row: number): string => Array.from({ length: below(5) }, (_, index) => said(row, index)).join(" ");
  return { rows: Array.from({ length: 1 + below(5) }, (_, row) => rowOf(row)), known };
}

test("whatever a table is, it is whole when it is mended, and says what it said", () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const { rows, known } = any(chance(seed));
    const [to, says] = [mended(rows, known), `${seed}: ${JSON.stringify(rows)}`];
    assert.deepEqual(wordsIn(to), wordsIn(rows), says);
    assert.ok(to.length === 0 || !isRagged(tableOf(to)), `${says} to ${JSON.stringify(to)}`);
  }
});

test("a cell of a picture or a list is not empty, one of paragraphs that say nothing is", () => {
  const holds = (...content: Node[]): boolean => isBlank(nodes.table_cell!.create(null, content));
  const paragraph = nodes.paragraph!.create();
  assert.ok(holds(paragraph) && holds(paragraph, paragraph));
  assert.ok(!holds(nodes.divider!.create()) && !holds(paragraph, nodes.bullet_list!.createAndFill()!));
  assert.ok(!holds(nodes.paragraph!.create(null, nodes.hard_break!.create())));
  assert.ok(isBlank(nodes.table_row!.create(null, cell("."))) && !isBlank(nodes.table_row!.create(null, cell("a"))));
});

// Numbers of headings as the model counts them (app/domain/src/document/numbering.rs and its tests): who writes and who reads
// see the same ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Node } from "prosemirror-model";
import { schema } from "../schema.ts";
import { placeOfStandIn, survey } from "../survey.ts";

/** A document of headings: the level, and whether it is numbered. */
function headings(levels: [level: number, numbered: boolean][]): Node {
  const content = levels.map(([level, numbered]) => ({
    type: "heading",
    attrs: { level, numbered, id: `h${level}` },
    content: [{ type: "text", text: "A heading" }],
  }));
  return Node.fromJSON(schema, { type: "doc", content });
}

for (const [name, levels, numbers] of [
  ["from the first level", [[1, true], [2, true], [2, true], [1, true]], ["1", "1.1", "1.2", "2"]],
  ["from the second level, where no first takes part", [[2, true], [3, true], [2, true]], ["1", "1.1", "2"]],
  ["a first level that is not numbered does not count", [[1, false], [2, true], [2, true]], ["", "1", "2"]],
  ["a level that was skipped counts as 0", [[1, true], [3, true], [2, true]], ["1", "1.0.1", "1.1"]],
  ["an outer level that comes later is the first number all the same", [[3, true], [2, true]], ["0.1", "1"]],
  ["nothing is numbered", [[1, false], [2, false]], ["", ""]],
] as [string, [number, boolean][], string[]][]) {
  test(`headings are numbered as when they are read: ${name}`, () => {
    const doc = headings(levels);
    const found = survey(doc);
    assert.deepEqual(found.headings.map(({ number }) => number), numbers);
    assert.deepEqual(found.headings.map(({ pos }) => found.numbers.get(pos) ?? ""), numbers);
    assert.equal(found.targets.get(`h${levels[0]![0]}`)?.number, numbers[0]);
  });
}

test("headings without ids are named by their place, and found there", () => {
  const heading = (id: string | null, text: string) => ({ type: "heading", attrs: { level: 2, ...(id && { id }) }, content: [{ type: "text", text }] });
  const quoted = { type: "blockquote", content: [heading(null, "Within")] };
  const doc = Node.fromJSON(schema, { type: "doc", content: [heading(null, "First"), heading("own", "Second"), quoted, heading(null, "Last")] });
  const { headings } = survey(doc);
  assert.equal(new Set(headings.map(({ id }) => id)).size, headings.length);
  for (const { id, pos } of headings) assert.equal(placeOfStandIn(doc, id), id === "own" ? null : pos);
  for (const id of ["", "own", "heading-at-99", "heading-at-", "heading-at-x", "heading-at--1"]) assert.equal(placeOfStandIn(doc, id), null, id);
});

// What counts as a word, by the table that the model is held to as well (app/domain/tests/document/reading.rs): who writes and
// who reads see one number.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Node } from "prosemirror-model";
import { schema } from "../schema.ts";
import { counts, paceOf, SPEAKING_PACE } from "../survey.ts";

const read = (name: string): unknown => JSON.parse(readFileSync(`app/domain/tests/document/${name}`, "utf8"));

interface Table {
  texts: [text: string, words: number][];
  documents: { what: string; content: unknown[]; words: number; reading: number; speaking: number }[];
  accepted: Record<string, number>;
}

const table = read("counts.json") as Table;

test("words of texts", () => {
  for (const [text, words] of table.texts) {
    const content = text ? [{ type: "text", text }] : [];
    const doc = Node.fromJSON(schema, { type: "doc", content: [{ type: "paragraph", content }] });
    assert.equal(counts(doc, 60).words, words, JSON.stringify(text));
  }
});

for (const { what, content, ...expected } of table.documents) {
  test(`words and times: ${what}`, () => {
    assert.deepEqual(counts(Node.fromJSON(schema, { type: "doc", content }), 110), expected);
  });
}

test("words of every accepted document", () => {
  assert.ok(Object.keys(table.accepted).length > 60);
  for (const [name, words] of Object.entries(table.accepted)) {
    const doc = Node.fromJSON(schema, read(`accepted/${name}.json`));
    assert.equal(counts(doc, 60).words, words, name);
  }
});

test("a pace is a whole number between the model's bounds, and what is none changes nothing", () => {
  const rust = readFileSync("app/domain/src/document/text.rs", "utf8");
  const [usual, min, max] = ["SPEAKING_PACE", "PACE_MIN", "PACE_MAX"].map((name) => Number(new RegExp(`pub const ${name}: u32 = (\\d+);`).exec(rust)![1]));
  assert.equal(SPEAKING_PACE, usual);
  for (const pace of [min!, usual!, max!]) assert.equal(paceOf(pace, 77), pace);
  for (const wrong of [min! - 1, max! + 1, 0, -110, 110.5, Number.NaN, Infinity, "110", null, undefined]) assert.equal(paceOf(wrong, 77), 77);
});

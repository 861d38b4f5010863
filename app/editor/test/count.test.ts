// What counts as a word, by the table that the model is held to as well (app/domain/tests/document/reading.rs): who writes and
// who reads see one number.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Node } from "prosemirror-model";
import { schema } from "../schema.ts";
import { counts } from "../survey.ts";

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

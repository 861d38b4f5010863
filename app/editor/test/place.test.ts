// Where a place in a line is when the line was made anew.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "prosemirror-model";
import { schema } from "../schema.ts";
import { bestPlace, linesOf, nearestPlace } from "../stranded/place.ts";

const line = (text: string): Node => schema.node("paragraph", null, text ? [schema.text(text)] : []);
const linesOfTexts = (...texts: string[]) => linesOf(schema.node("doc", null, texts.map(line)));

/** The place as the text with a bar in it; null for none. */
function found(texts: string[], left: string, right: string, own = false): string | null {
  const place = bestPlace(linesOfTexts(...texts), { left, right, own });
  return place && `${place.line.text.slice(0, place.index)}|${place.line.text.slice(place.index)}`;
}

const CASES: { says: string; texts: string[]; left: string; right: string; own?: boolean; at: string | null }[] = [
  { says: "the same line", texts: ["One two", "Three four"], left: "Three", right: " four", at: "Three| four" },
  { says: "the head of a line that was joined", texts: ["OneTwo three"], left: "", right: "Two three", at: "One|Two three" },
  { says: "the end of a line that was joined", texts: ["One twoThree"], left: "One two", right: "", at: "One two|Three" },
  { says: "the half in which it stood", texts: ["One two", "three four"], left: "One two three", right: " four", at: "three| four" },
  { says: "where a line was cut, what one wrote goes with what one wrote before", texts: ["ab", "Three four five six"], left: "ab", right: "Three four five six", own: true, at: "ab|" },
  { says: "where a line was cut, anybody's goes to the longer side", texts: ["ab", "Three four five six"], left: "ab", right: "Three four five six", at: "|Three four five six" },
  { says: "of two equal lines, the first", texts: ["Same words", "Same words"], left: "Same", right: " words", at: "Same| words" },
  { says: "an empty line, for what stood alone", texts: ["One", ""], left: "", right: "", at: "|" },
  { says: "nowhere, where nothing is empty", texts: ["One"], left: "", right: "", at: null },
  { says: "nowhere, where too little is the same", texts: ["e then"], left: "One two three", right: " four five", at: null },
  { says: "never within a letter of two halves", texts: ["\u{1F600}"], left: "\ud83d", right: "\ude00", at: null },
];

for (const { says, texts, left, right, own, at } of CASES) {
  test(`a place is found again: ${says}`, () => assert.equal(found(texts, left, right, own), at));
}

test("lines that were there before are not looked at", () => {
  const [old, made] = [line("One two"), line("One two")];
  const doc = schema.node("doc", null, [old, made]);
  assert.deepEqual(linesOf(doc, new Set([old])).map(({ node }) => node), [made]);
});

test("where what stood around is gone, the nearest letters that are left are taken", () => {
  const near = (left: string, right: string): [string, number] | null => {
    const place = nearestPlace(linesOfTexts("A line", "before all this stands"), { left, right, own: false });
    return place && [place.line.text, place.index];
  };
  assert.deepEqual(near("before all gone now", ""), ["before all this stands", 11]);
  assert.deepEqual(near("", "gone this stands"), ["before all this stands", 10]);
  assert.equal(near("nothing of it", "is there"), null);
});

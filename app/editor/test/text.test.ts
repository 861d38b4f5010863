// What works on text and trees alone: addresses, search, counting, styles that travel, and characters that stay whole.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "prosemirror-model";
import { EditorState, TextSelection } from "prosemirror-state";
import { prosemirrorToYXmlFragment, yXmlFragmentToProseMirrorRootNode } from "y-prosemirror";
import * as Y from "yjs";
import { fuzzy } from "../fuzzy.ts";
import { carryStyles } from "../paste/styles.ts";
import { tint } from "../people.ts";
import { keepsPairs, pairs, splitsPair } from "../plugins/pairs.ts";
import { asHref, line, plain } from "../rules.ts";
import { schema } from "../schema.ts";
import { counts, survey } from "../survey.ts";

const { nodes } = schema;
const text = (words: string): Node => nodes.paragraph!.create(null, words ? schema.text(words) : []);
const document = (...blocks: Node[]): Node => nodes.doc!.create(null, blocks);

test("what is typed as an address", () => {
  for (const [typed, href] of [
    ["example.org", "https://example.org"],
    ["example.org/a b", null],
    ["HTTPS://Example.org/x", "https://Example.org/x"],
    ["ann@example.org", "mailto:ann@example.org"],
    ["#part-2", "#part-2"],
    ["https://example.org/a b", "https://example.org/a%20b"],
    ["javascript:alert(1)", null],
    ["JaVaScRiPt:alert(1)", null],
    ["data:text/html,x", null],
    ["/records/1", null],
    ["word", null],
    ["", null],
  ] as const) {
    assert.equal(asHref(typed), href, typed);
  }
});

test("lines and plain text are what the model takes", () => {
  assert.equal(line(" a\tb\u0000c\n"), "a b c");
  assert.equal(Array.from(line("😀".repeat(600))).length, 500);
  assert.equal(plain("a\u0007b\tc\uD83D"), "ab\tc\uFFFD");
});

test("the slash menu finds by beginnings, words, letters and other names, the best first", () => {
  const entries = [{ name: "Step" }, { name: "Bulleted list", also: "ul dots" }, { name: "Task list" }, { name: "Divider", also: "hr rule" }];
  const names = (query: string): string[] => fuzzy(entries, query).map(({ name }) => name);
  assert.deepEqual(names("st"), ["Step"].concat(names("st").slice(1)));
  assert.deepEqual(names("list"), ["Task list", "Bulleted list"]);
  assert.deepEqual(names("hr"), ["Divider"]);
  assert.deepEqual(names("blt"), ["Bulleted list"]);
  assert.deepEqual(names("zz"), []);
  assert.equal(names("").length, 4);
});

test("people have the tint that the rest of the product gives them", () => {
  // The same sum as in app/src/components/avatar.rs.
  const expected = (seed: string): number => Number([...Buffer.from(seed)].reduce((sum, byte) => (sum * 31n + BigInt(byte)) & 0xffffffffn, 7n) % 6n) + 1;
  for (const seed of ["", "a", "0198f3c2-0000-7000-8000-000000000001", "Łucja"]) assert.equal(tint(seed), expected(seed), seed);
});

test("styles are carried, and nothing else is touched", () => {
  for (const [html, carried] of [
    [`<p style="a:b">x</p>`, `<p data-style="a:b">x</p>`],
    [`<p class=x STYLE='mso-list:l0 level1 lfo1'>x`, `<p class=x data-style='mso-list:l0 level1 lfo1'>x`],
    [`<p style=color:red>x`, `<p data-style=color:red>x`],
    [`<p title="a style='b' > c" style="d">x`, `<p title="a style='b' > c" data-style="d">x`],
    [`style="x" <p>style=1</p>`, `style="x" <p>style=1</p>`],
    [`<p data-style-x="1" stylex="2">`, `<p data-style-x="1" stylex="2">`],
    [`<br\nstyle="a"/>`, `<br\ndata-style="a"/>`],
    [`<p style>`, `<p style>`],
    [`<p onclick="alert('>')" class=a>x`, `<p  class=a>x`],
    [`a<style>p{}</style>b<SCRIPT src=x>1<2</script >c`, `abc`],
    [`a<style>p{`, `a`],
    [`<p title="<style>">x</p>`, `<p title="<style>">x</p>`],
    [`<head><base href="https://example.org/" target=_top></head><p>x</p>`, `<head></head><p>x</p>`],
    [`<BASE href='a>b'/>x<base/href=y>`, `x`],
    [`<p title="<base href=x>">basement, &lt;base></p><baseline>`, `<p title="<base href=x>">basement, &lt;base></p><baseline>`],
  ] as const) {
    assert.equal(carryStyles(html), carried);
  }
});

test("numbers: headings that take part, levels left out, steps through the document and inside steps", () => {
  const heading = (level: number, numbered: boolean, id = ""): Node => nodes.heading!.create({ level, numbered, id }, schema.text(`h${level}`));
  const step = (...inside: Node[]): Node => nodes.step!.create({ id: "", confirm: false, record: null }, inside);
  const found = survey(
    document(heading(1, true, "a"), heading(2, true), heading(2, false), heading(3, true), heading(1, true), step(text("x"), step(text("y")), step(text("z"))), text("between"), step(text("w"))),
  );
  assert.deepEqual(found.headings.map(({ number }) => number), ["1", "1.1", "", "1.1.1", "2"]);
  assert.deepEqual([...found.numbers.values()].slice(-4), ["1", "1.1", "1.2", "2"]);
  assert.equal(found.targets.get("a")?.number, "1");
  assert.equal(found.steps, 4);
});

test("words, and the time to say them with their pauses", () => {
  const doc = document(text("One two, three. Don't count letters."), nodes.pause!.create({ seconds: 30 }), text("120"), text("漢字 and 😀"));
  assert.deepEqual(counts(doc, 60), { words: 10, reading: 3, speaking: 40 });
});

test("an edit that would cut a character is refused, one beside it is not", () => {
  const state = EditorState.create({ doc: document(text("a😀b")), plugins: [pairs()] });
  assert.ok(splitsPair(state.doc, 3));
  for (const pos of [1, 2, 4, 5]) assert.ok(!splitsPair(state.doc, pos), `${pos}`);
  const cuts = [
    state.tr.delete(3, 4),
    state.tr.delete(2, 3),
    state.tr.insertText("x", 3),
    state.tr.addMark(3, 5, schema.marks.strong!.create()),
    state.tr.insertText("\uD83D", 1),
    state.tr.split(3),
  ];
  for (const tr of cuts) {
    assert.ok(!keepsPairs(tr));
    assert.ok(state.apply(tr).doc.eq(state.doc), "nothing of it happens");
  }
  for (const tr of [state.tr.delete(2, 4), state.tr.insertText("😀", 2), state.tr.addMark(2, 4, schema.marks.strong!.create()), state.tr.setSelection(TextSelection.create(state.doc, 3))]) {
    assert.ok(keepsPairs(tr));
  }
});

// The text diff between page and shared text, on emoji that share halves: replicas must stay equal.
test("replicas stay equal over random edits of astral text", () => {
  const letters = ["😀", "😁", "🙀", "𝒳", "a", "é", "漢", "🇩🇪", "👩‍🔬"];
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 200; round++) {
    const replicas = [new Y.Doc(), new Y.Doc()];
    prosemirrorToYXmlFragment(document(text(letters.join(""))), replicas[0]!.getXmlFragment("document"));
    Y.applyUpdate(replicas[1]!, Y.encodeStateAsUpdate(replicas[0]!));
    for (let edit = 0; edit < 12; edit++) {
      const replica = replicas[random(2)]!;
      const fragment = replica.getXmlFragment("document");
      const before = yXmlFragmentToProseMirrorRootNode(fragment, schema);
      const state = EditorState.create({ doc: before, plugins: [pairs()] });
      const size = before.firstChild!.content.size;
      const from = 1 + random(size + 1);
      const to = Math.min(size + 1, from + random(3));
      const after = state.apply(state.tr.insertText(letters[random(letters.length)]!, from, to)).doc;
      prosemirrorToYXmlFragment(after, fragment);
      assert.ok(yXmlFragmentToProseMirrorRootNode(fragment, schema).textContent.isWellFormed());
    }
    Y.applyUpdate(replicas[0]!, Y.encodeStateAsUpdate(replicas[1]!));
    Y.applyUpdate(replicas[1]!, Y.encodeStateAsUpdate(replicas[0]!));
    const [one, two] = replicas.map((replica) => replica.getXmlFragment("document").toString());
    assert.equal(one, two);
    assert.ok(!one!.includes("\uFFFD"), "no character was cut");
  }
});

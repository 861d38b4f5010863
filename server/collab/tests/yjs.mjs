// What Yjs itself makes of edits, for a test that compares. Reads one JSON request per line, answers with one line each.
//
// {"seed": n}          several people write at once; answers {updates, json, stateVector, agrees}: every update as it was sent,
//                      what they all have in the end, and whether they do
// {"seed": n, "halves": true}  the same, cutting through surrogate pairs as well, which no editor of ours does
// {"updates": [hex]}   answers {json, stateVector, pending} of a document that has just these
// {"updates": [hex], "flat": true}  the same with a line for each node instead of json, which may be too deep to be read
import * as readline from "node:readline";
import * as Y from "yjs";
import { yXmlFragmentToProsemirrorJSON } from "y-prosemirror";

const ROOT = "document";
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));

/** The same numbers as ever for the same seed (Marsaglia: xorshift32). */
const numbers = (seed) => {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
};

const WORDS = ["a", "word", "two words", "é", "漢字", "😀", "👩‍👩‍👧", "\t"];
const MARKS = [
  ["strong", {}],
  ["emphasis", {}],
  ["link", { href: "https://a.b/", title: null }],
  ["highlight", { colour: "pink" }],
];
const VALUES = [1, -70_000, 3_000_000_000, 0.1, true, "text", [10, 20, 0], { label: "x", unit: "" }];

/** A place in a text; not inside a surrogate pair, where no editor cuts, unless that is wanted. */
const place = (below, text, halves) => {
  const at = below(text.length + 1);
  if (halves) return at;
  const low = text.charCodeAt(at);
  return low >= 0xdc00 && low <= 0xdfff ? at - 1 : at;
};

const every = (node, found = []) => {
  for (const child of node.toArray()) {
    found.push(child);
    if (child instanceof Y.XmlElement) every(child, found);
  }
  return found;
};

const paragraph = (below) => {
  const element = new Y.XmlElement(["paragraph", "heading", "step"][below(3)]);
  const text = new Y.XmlText();
  text.insert(0, WORDS[below(WORDS.length)]);
  element.insert(0, [text]);
  return element;
};

const letters = (text) => text.toDelta().map((part) => part.insert).join("");

const edit = (below, doc, halves) => {
  const root = doc.getXmlFragment(ROOT);
  const found = every(root);
  const texts = found.filter((node) => node instanceof Y.XmlText);
  const elements = found.filter((node) => node instanceof Y.XmlElement);
  const kind = below(10);
  if (kind < 2 || texts.length === 0) {
    const parents = [root, ...elements.filter((element) => element.nodeName === "blockquote")];
    const parent = parents[below(parents.length)];
    const element = below(4) === 0 ? new Y.XmlElement("blockquote") : paragraph(below);
    return parent.insert(below(parent.length + 1), [element]);
  }
  const text = texts[below(texts.length)];
  const from = place(below, letters(text), halves);
  const to = place(below, letters(text), halves);
  const [name, attrs] = MARKS[below(MARKS.length)];
  if (kind < 5) {
    const marks = below(3) === 0 ? { [name]: attrs } : undefined;
    text.insert(from, WORDS[below(WORDS.length)], marks);
  } else if (kind === 5 && from !== to) {
    text.delete(Math.min(from, to), Math.abs(from - to));
  } else if (kind < 8 && from !== to) {
    text.format(Math.min(from, to), Math.abs(from - to), { [name]: below(3) === 0 ? null : attrs });
  } else if (kind === 8 && elements.length > 0) {
    const element = elements[below(elements.length)];
    if (below(4) === 0) element.removeAttribute("level");
    else element.setAttribute(["level", "id"][below(2)], VALUES[below(VALUES.length)]);
  } else if (elements.length > 3) {
    const element = elements[below(elements.length)];
    const siblings = element.parent.toArray();
    element.parent.delete(siblings.indexOf(element), 1);
  }
};

const state = (doc) => ({
  stateVector: hex(Y.encodeStateVector(doc)),
  pending: doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
});

const outcome = (doc) => ({
  json: yXmlFragmentToProsemirrorJSON(doc.getXmlFragment(ROOT)),
  ...state(doc),
});

/** The same with members and marks in one order: replicas may have them in any. */
const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)]);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  const result = Object.fromEntries(members);
  result.marks?.sort((left, right) => (left.type < right.type ? -1 : 1));
  return result;
};

const write = (seed, halves) => {
  const below = numbers(seed);
  const updates = [];
  const docs = [0, 1, 2].map((number) => {
    const doc = new Y.Doc();
    doc.clientID = 1000 + seed * 10 + number;
    doc.on("update", (update, origin) => {
      if (origin !== "remote") updates.push(hex(update));
    });
    return doc;
  });
  const bring = (from, to) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), "remote");
  for (let step = 0; step < 20 + below(60); step += 1) {
    const doc = docs[below(docs.length)];
    if (below(5) === 0) bring(docs[below(docs.length)], doc);
    else doc.transact(() => edit(below, doc, halves));
  }
  for (const from of docs) for (const to of docs) bring(from, to);
  for (const from of docs) for (const to of docs) bring(from, to);
  const [first, ...others] = docs.map((doc) => JSON.stringify(sorted(outcome(doc).json)));
  const agrees = others.every((other) => other === first);
  if (!agrees && !halves) throw new Error(`Yjs itself does not converge on seed ${seed}`);
  return { agrees, updates, whole: hex(Y.encodeStateAsUpdate(docs[0])), ...outcome(docs[0]) };
};

/** A line for each node: how deep it is, its type, attributes and text. What is neither element nor text has none. */
const flat = (parent, depth) =>
  parent.toArray().flatMap((node) => {
    if (node instanceof Y.XmlElement) {
      const line = `${depth} ${node.nodeName} ${JSON.stringify(node.getAttributes())} `;
      return [line, ...flat(node, depth + 1)];
    }
    if (!(node instanceof Y.XmlText)) return [];
    const letters = node.toDelta().filter((part) => typeof part.insert === "string");
    return letters.map((part) => `${depth} text {} ${part.insert}`);
  });

const read = (updates, flattened) => {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, bytes(update));
  if (!flattened) return outcome(doc);
  return { lines: ["0 doc {} ", ...flat(doc.getXmlFragment(ROOT), 1)], ...state(doc) };
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = request.updates ? read(request.updates, request.flat === true) : write(request.seed, request.halves === true);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

// What has lost its place: who is believed that it is back, who brings it back and when; what others say is never taken for granted.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import { schema } from "../schema.ts";
import { Change, takenIn, Update } from "../stranded/change.ts";
import { hasRow } from "../stranded/claims.ts";
import { type Letters, LetterMap, LetterSet, merged } from "../stranded/letters.ts";
import type { Piece } from "../stranded/restore.ts";
import { type Whose, Waits } from "../stranded/waiting.ts";
import { markOf } from "../stranded/was.ts";
import { FakePorts } from "./ports.ts";

const errors: unknown[] = [];
globalThis.reportError = (error: unknown) => void errors.push(error);
const awarenesses: Awareness[] = [];
afterEach(() => {
  for (const awareness of awarenesses.splice(0)) awareness.destroy();
  errors.length = 0;
});

function awarenessOf(doc: Y.Doc): Awareness {
  const awareness = new Awareness(doc);
  awarenesses.push(awareness);
  return awareness;
}

/** Somebody who writes as a client. */
class Somebody {
  readonly doc = new Y.Doc();
  readonly awareness: Awareness;

  constructor(readonly client: number) {
    this.doc.clientID = client;
    this.awareness = awarenessOf(this.doc);
  }
  /** Writes at the end; answers which letters that are. */
  writes(text: string): Letters {
    const clock = Y.getState(this.doc.store, this.client);
    this.doc.getText("t").insert(this.doc.getText("t").length, text);
    return { client: this.client, clock, length: text.length };
  }
}

/** A page that waits for what others wrote. */
class Waiter {
  readonly doc = new Y.Doc();
  readonly awareness: Awareness;
  readonly ports = new FakePorts();
  readonly waits: Waits;
  /** What it gave, and when. */
  readonly given: { at: number; says: string }[] = [];
  live = true;
  /** Whether it may give while it does not go. */
  can = true;

  constructor(client = 500, chance = 0.5) {
    this.doc.clientID = client;
    this.ports.chance = chance;
    this.awareness = awarenessOf(this.doc);
    this.waits = new Waits(this.doc, this.awareness, this.ports, {
      live: () => this.live,
      give: (pieces, goes) => this.give(pieces, goes),
      stands: () => false,
      changed: () => undefined,
      hasten: () => undefined,
    });
  }
  private give(pieces: Piece[], goes: boolean): boolean {
    if (!this.can && !goes) return false;
    const says = pieces.map(({ inline }) => inline.map(({ textContent }) => textContent).join("")).join();
    this.given.push({ at: this.ports.time, says });
    return true;
  }
  hears({ doc }: Somebody): void {
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(doc));
  }
  /** Somebody says of themselves what they like. */
  isTold(from: Somebody, state: Record<string, unknown>): void {
    from.awareness.setLocalState(state);
    applyAwarenessUpdate(this.awareness, encodeAwarenessUpdate(from.awareness, [from.client]), "test");
  }
  get before(): Map<number, number> {
    return Y.decodeStateVector(Y.encodeStateVector(this.doc));
  }
  /** Letters that stood alone in a line have lost their place. */
  loses(letters: Letters, key: object = {}, before = this.before): void {
    const piece = pieceOf(letters, "words");
    const read = (whose: Whose): Piece[] => (this.isBack(letters) || !whose(letters.client) ? [] : [piece]);
    this.waits.add(key, letters.client, [letters], before, read);
  }
  isBack({ client, clock, length }: Letters): boolean {
    const all = Array.from({ length }, (_, letter) => this.waits.claims.isBack({ client, clock: clock + letter }));
    assert.ok(new Set(all).size === 1, "all or none of it");
    return all[0]!;
  }
}

const pieceOf = (letters: Letters, says: string): Piece => ({
  letters: [letters], inline: [schema.text(says)], context: null, block: null, shell: null, behind: [], astray: null,
});
const asSaid = ({ client, clock, length }: Letters): number[] => [client, clock, length];
const span = ({ clock, length }: Letters): number[] => [clock, clock + length];

/** Words of Ada, who is gone, are lost for a page, after Otto wrote something. */
function lost(said: string, otto = new Somebody(7), ada = new Somebody(42)) {
  const [page, words] = [new Waiter(), ada.writes(said)];
  page.hears(otto);
  const before = page.before;
  page.hears(ada);
  page.loses(words, {}, before);
  return { page, words, otto, ada };
}

test("nobody waits for where nothing stands, and everybody for what is written there later", () => {
  const [page, ada, key] = [new Waiter(), new Somebody(42), {}];
  const room = ada.writes(".");
  page.hears(ada);
  page.waits.add(key, ada.client, [room], page.before, () => []);
  assert.equal(page.waits.owes, false);
  page.loses(ada.writes("words"), key);
  assert.ok(page.waits.owes);
});

test("who says to have brought something back is believed once that is there, and not before", () => {
  const { page, words, otto } = lost("some words");
  const by = otto.writes("some words");
  page.isTold(otto, { back: [[[asSaid(words)], span(by)]] });
  assert.equal(page.isBack(words), false, "nothing is there yet");
  page.hears(otto);
  page.ports.pass(1_000);
  assert.ok(page.isBack(words));
  assert.ok(!page.waits.owes);
});

test("one letter that is there proves nothing of letters that nobody has", () => {
  const otto = new Somebody(7);
  otto.writes("hello everybody");
  const { page, words } = lost("some words", otto);
  const by = otto.writes("h");
  page.hears(otto);
  const all = Number.MAX_SAFE_INTEGER;
  const more = [[42, 0, all], [500, 0, all], [42, words.clock + words.length, 1], [9, 0, 1]];
  for (const beyond of more) page.isTold(otto, { back: [[[[7, 0, 1], asSaid(words), beyond], span(by)]] });
  assert.ok(!page.isBack(words));
  for (const client of [42, 500]) assert.ok(!page.waits.claims.isBack({ client, clock: 123_456 }));
});

test("letters older than the loss prove nothing, even where they say the same; later ones do", () => {
  const otto = new Somebody(7);
  const old = otto.writes("some words");
  const { page, words } = lost("some words", otto);
  page.isTold(otto, { back: [[[asSaid(words)], span(old)]] });
  assert.ok(!page.isBack(words));
  const by = otto.writes("some words");
  page.hears(otto);
  page.isTold(otto, { back: [[[asSaid(words)], span(by)]] });
  assert.ok(page.isBack(words));
});

test("the same letters anywhere in a long text prove nothing: they stand in a row", () => {
  const { page, words, otto } = lost("some words");
  const by = otto.writes("the quick brown fox jumps over the lazy dog, and some more of his words");
  page.hears(otto);
  page.isTold(otto, { back: [[[asSaid(words)], span(by)]] });
  assert.ok(!page.isBack(words));
  assert.ok(hasRow("before aab behind", "aba") && hasRow("x", "") && !hasRow("ab", "aab") && !hasRow("a-b", "ab"));
});

test("what is no letter is proven by what is none", () => {
  for (const [made, believed] of [["hard_break", true], [null, false]] as const) {
    const [ada, page] = [new Somebody(42), new Waiter()];
    const line = ada.doc.getXmlFragment("f");
    line.insert(0, [new Y.XmlElement("hard_break")]);
    page.hears(ada);
    const words = { client: 42, clock: 0, length: 1 };
    page.loses(words, {}, new Map());
    if (made) line.insert(1, [new Y.XmlElement(made)]);
    else ada.writes("x");
    page.hears(ada);
    page.isTold(ada, { back: [[[asSaid(words)], [1, 2]]] });
    assert.equal(page.isBack(words), believed);
  }
});

test("a presence that says too much is looked at quickly, throws nothing, and is not looked at again", () => {
  const otto = new Somebody(1);
  otto.writes("x".repeat(2_000_000));
  const { page, words } = lost("xxxxx", otto, new Somebody(42));
  page.waits.claims.lose([{ client: 1, clock: 0, length: 2_000_000 }], new Map());
  const all = { client: 1, clock: 0, length: 2_000_000 };
  const said = [
    [[Array.from({ length: 285 }, () => asSaid(all)), span(all)]],
    [[Array.from({ length: 260 }, () => asSaid(all)), span(all)]],
    Array.from({ length: 80 }, () => [[asSaid(words)], span(all)]),
  ];
  for (const back of said) page.isTold(otto, { back });
  removeAwarenessStates(page.awareness, [1], "test");
  page.waits.last(true);
  assert.deepEqual(errors, []);
  assert.equal(page.given.length, 1, "and what is waited for is given");
});

test("what nobody understands is passed over", () => {
  const { page, otto } = lost("some words");
  const said = [{}, "x", 5, null, [null, [], [[]], [[[null]], 1], [[["x", -1]], []], [[[1, 2, 3.5]], [0, 1]], [[[42, 0, 4]], [5, 2]]]];
  for (const back of said) page.isTold(otto, { back, for: { 0: null } });
  page.waits.claims.foretell([new Uint8Array([1, 7, 200]), new Uint8Array([1, 7, 1, 1, 120]), new Uint8Array([1, 7, 1, 1, 49])]);
  page.ports.pass(2_000);
  assert.deepEqual([errors, page.given.length], [[], 1]);
});

test("a format that lacks what it needs is none, and who cannot be read keeps nobody else waiting", () => {
  assert.equal(markOf(["link", {}]), undefined);
  assert.equal(markOf(["link", { href: "https://x.example/" }])?.type.name, "link");
  const { page } = lost("some words");
  const read = (): Piece[] => {
    throw new RangeError("nobody can read this");
  };
  page.waits.add({}, 43, [{ client: 43, clock: 0, length: 3 }], new Map(), read);
  page.ports.pass(1_000);
  assert.equal(page.given.length, 1);
  assert.equal(errors.length, 1);
  page.loses({ client: 42, clock: 0, length: 1 }, {}, new Map());
  page.ports.pass(1_000);
  assert.equal(page.given.length, 2, "and it is asked again");
  page.waits.add({}, 43, [{ client: 43, clock: 0, length: 3 }], new Map(), read);
  page.waits.end();
});

test("each who wrote in a line is waited for by themselves", () => {
  const [page, ada, eve] = [new Waiter(), new Somebody(42), new Somebody(43)];
  const [adas, eves] = [ada.writes("of who is here"), eve.writes("of who is gone")];
  for (const one of [ada, eve]) page.hears(one);
  page.isTold(ada, {});
  const pieces = [pieceOf(adas, "here"), pieceOf(eves, "gone")];
  const read = (whose: Whose): Piece[] => pieces.filter(({ letters: [first] }) => whose(first!.client));
  const line = {};
  for (const letters of [adas, eves]) page.waits.add(line, letters.client, [letters], new Map(), read);
  page.ports.pass(2_000);
  assert.deepEqual(page.given.map(({ says }) => says), ["gone"]);
  page.waits.add(line, 43, [eves], new Map(), read);
  page.ports.pass(27_000);
  assert.deepEqual(page.given.map(({ says }) => says), ["gone", "gone"], "who goes on writing keeps nobody else waiting");
  page.ports.pass(3_000);
  assert.deepEqual(page.given.at(-1), { at: 31_000, says: "here" });
});

test("a page that is hidden gives nothing without a network, and nothing of who is here", () => {
  const [page, ada] = [new Waiter(), new Somebody(42)];
  const words = ada.writes("some words");
  page.hears(ada);
  page.isTold(ada, {});
  page.loses(words);
  page.live = false;
  removeAwarenessStates(page.awareness, [42], "link");
  page.waits.last(false);
  assert.equal(page.given.length, 0, "it hears nobody");
  ada.awareness.setLocalStateField("cursor", 1);
  page.isTold(ada, { cursor: 2 });
  page.live = true;
  page.waits.last(false);
  assert.equal(page.given.length, 0, "she is here");
  removeAwarenessStates(page.awareness, [42], "link");
  page.waits.last(false);
  assert.equal(page.given.length, 1, "she is not");
});

test("who comes back is given soon what they may never learn of; a page that heard nobody knows of nobody's going", () => {
  for (const [live, at] of [[true, 4_000], [false, 31_000]] as const) {
    const [page, ada] = [new Waiter(), new Somebody(42)];
    const words = ada.writes("some words");
    page.hears(ada);
    page.isTold(ada, {});
    page.loses(words);
    page.live = live;
    removeAwarenessStates(page.awareness, [42], "link");
    page.isTold(ada, { cursor: 2 });
    page.live = true;
    page.ports.pass(40_000);
    assert.deepEqual(page.given.map((one) => one.at), [at]);
  }
});

test("an input method keeps nothing from being given where the page goes, and what cannot be given stays owed", () => {
  const { page, words } = lost("some words");
  page.can = false;
  page.ports.pass(5_000);
  page.waits.last(false);
  assert.equal(page.given.length, 0);
  page.waits.last(true);
  assert.equal(page.given.length, 1);
  const ada = new Somebody(43);
  page.isTold(ada, {});
  page.loses({ ...words, client: 43 });
  page.waits.last(true);
  assert.ok(page.waits.owes, "its writer has not had the time, and the page may come back");
});

test("of many who took the same away, not all give in one turn", () => {
  const turns = [0.1, 0.5, 0.9].map((chance, index) => {
    const page = new Waiter(1_000 + index, chance);
    for (let client = 1; client <= 40; client++) page.isTold(new Somebody(client), {});
    const ada = new Somebody(42_000);
    page.loses(ada.writes("some words"));
    page.ports.pass(40_000);
    return page.given[0]!.at;
  });
  assert.equal(new Set(turns).size, turns.length, turns.join());
});

/** Pieces of a line, each of letters far from each other. */
function scattered(count: number, each: number): { ada: Somebody; pieces: Piece[] } {
  const ada = new Somebody(3_920_184_923);
  ada.writes(Array.from({ length: count * each * 2 }, (_, index) => String.fromCharCode(97 + (index % 26))).join(""));
  const letters = (piece: number) =>
    Array.from({ length: each }, (_, index) => ({ client: ada.client, clock: 2 * (piece * each + index), length: 1 }));
  return { ada, pieces: Array.from({ length: count }, (_, piece) => ({ ...pieceOf(letters(piece)[0]!, "x"), letters: letters(piece) })) };
}

for (const [count, each] of [[40, 1], [1, 400], [30, 40]] as const) {
  test(`what is brought back is said in turns that the room takes: ${count} pieces of ${each} letters`, () => {
    const [giver, waiter, { ada, pieces }] = [new Waiter(3_000_000_001), new Waiter(), scattered(count, each)];
    for (const page of [giver, waiter]) page.hears(ada);
    const all = pieces.flatMap(({ letters }) => letters);
    waiter.waits.claims.lose(all, new Map([[ada.client, all.length * 2]]));
    const sizes: number[] = [];
    giver.awareness.on("update", () => {
      sizes.push(JSON.stringify(giver.awareness.getLocalState()).length);
      applyAwarenessUpdate(waiter.awareness, encodeAwarenessUpdate(giver.awareness, [giver.doc.clientID]), "test");
    });
    const text = giver.doc.getText("back");
    for (const piece of pieces) {
      const clock = Y.getState(giver.doc.store, giver.doc.clientID);
      const said = piece.letters.map(({ clock }) => String.fromCharCode(97 + (clock % 26))).join("");
      text.insert(text.length, said);
      giver.waits.claims.brought([piece], { clock, length: said.length });
    }
    Y.applyUpdate(waiter.doc, Y.encodeStateAsUpdate(giver.doc));
    giver.ports.pass(60_000);
    waiter.waits.claims.prove();
    assert.ok(Math.max(...sizes) < 3_000, sizes.join());
    assert.deepEqual(all.filter((one) => !waiter.isBack(one)), []);
    assert.equal((giver.awareness.getLocalState() as { back?: unknown }).back, undefined);
  });
}

test("what is said again with each move of a caret is noted once", () => {
  const { page, otto, words } = lost("abcdefghij");
  const by = otto.writes("abcdefghij");
  page.hears(otto);
  const back = Array.from({ length: 32 }, (_, index) => [[[42, index % 10, 1]], span(by)]);
  for (let cursor = 0; cursor < 80; cursor++) page.isTold(otto, { cursor, back });
  assert.ok(page.isBack(words));
  const { returned } = page.waits.claims as unknown as { returned: LetterSet };
  assert.equal(returned.sizeOf(42), 1);
});

test("claims of one page, however many, push out nobody else's", () => {
  const { page, otto, words } = lost("some words");
  const by = otto.writes("some words");
  page.isTold(otto, { back: [[[asSaid(words)], span(by)]] });
  const eve = new Somebody(8);
  for (let round = 0; round < 40; round++) {
    page.isTold(eve, { back: Array.from({ length: 32 }, (_, index) => [[asSaid(words)], [1e6 + round * 32 + index, 1e6 + 5_000]]) });
  }
  page.hears(otto);
  page.waits.claims.prove();
  assert.ok(page.isBack(words));
});

test("letters are kept as sorted ranges: as a plain list would have them, in every order", () => {
  let state = 7;
  const below = (count: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) >>> 0;
    return state % count;
  };
  for (let round = 0; round < 200; round++) {
    const [map, set, plain] = [new LetterMap<string>(), new LetterSet(), new Map<number, string>()];
    for (let step = 0; step < 30; step++) {
      const [letters, value] = [{ client: 1, clock: below(60), length: below(8) }, "ab"[below(2)]!];
      map.note(letters, value);
      set.add(letters);
      for (let clock = letters.clock; clock < letters.clock + letters.length; clock++) if (!plain.has(clock)) plain.set(clock, value);
    }
    let runs = 0;
    for (let clock = 0; clock < 70; clock++) {
      assert.equal(map.get({ client: 1, clock }), plain.get(clock));
      assert.equal(set.has({ client: 1, clock }), plain.has(clock));
      if (plain.has(clock) && !plain.has(clock - 1)) runs += 1;
    }
    assert.equal(set.sizeOf(1), runs);
    const [clock, length] = [below(60), below(20)];
    const within = [...map.within({ client: 1, clock, length })].flatMap((one) =>
      Array.from({ length: one.length }, (_, letter) => `${one.clock + letter}${one.value}`));
    const expected = [...plain].filter(([at]) => at >= clock && at < clock + length).sort(([a], [b]) => a - b);
    assert.deepEqual(within, expected.map(([at, value]) => `${at}${value}`));
  }
  assert.deepEqual(merged([{ client: 1, clock: 0, length: 2 }, { client: 1, clock: 2, length: 1 }, { client: 2, clock: 3, length: 1 }]), [
    { client: 1, clock: 0, length: 3 }, { client: 2, clock: 3, length: 1 },
  ]);
});

/** What became of a word in a paragraph that is taken away, as a page sees it that gets some updates at once. */
function fateOf(order: ("deletion" | "echo")[]): boolean {
  const [page, other, third] = [new Y.Doc({ gc: false }), new Y.Doc(), new Y.Doc()];
  const paragraph = new Y.XmlElement("paragraph");
  page.getXmlFragment("f").insert(0, [paragraph]);
  for (const doc of [other, third]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(page));
  let word: Y.Item | null = null;
  paragraph.insert(0, [new Y.XmlText("word")]);
  word = (paragraph.get(0) as Y.XmlText)._start;
  let deletion: Uint8Array | null = null;
  other.once("update", (update: Uint8Array) => (deletion = update));
  other.getXmlFragment("f").delete(0, 1);
  // The third has heard of the word and of the deletion, and names all that is gone.
  for (const update of [Y.encodeStateAsUpdate(page), deletion!]) Y.applyUpdate(third, update);
  const updates = { deletion: deletion!, echo: Y.encodeStateAsUpdate(third) };
  let taken = false;
  page.on("beforeObserverCalls", (tr) => {
    const change = new Change(tr, takenIn(order.map((name) => new Update(updates[name]))));
    taken = change.wasTaken(word!);
  });
  page.transact(() => {
    for (const name of order) Y.applyUpdate(page, updates[name]);
  });
  assert.ok(word!.deleted);
  return taken;
}

test("what was not seen went with what it stood in, also where another names all that is gone in the same moment", () => {
  assert.equal(fateOf(["deletion"]), false);
  assert.equal(fateOf(["deletion", "echo"]), false);
  assert.equal(fateOf(["echo", "deletion"]), true);
});

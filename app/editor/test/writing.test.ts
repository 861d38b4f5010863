// What is typed goes into the shared document behind the paint: each of those who read or change that document, and each of
// what may be a page's last moments, finds it there; and until it is there, nothing is said to be saved.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { EditorState, Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { schema } from "../schema.ts";
import { Link, type LinkState, type Socket } from "../sync/link.ts";
import * as wire from "../sync/wire.ts";
import { Writing } from "../writing.ts";

/** Timers of fewer milliseconds are moved. */
const SOON = 1_000;

/** A page with a link, whose frames and timers the test moves: what it types is owed until it is flushed. */
class Page {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly server = new Y.Doc();
  readonly sent: wire.Heard[] = [];
  /** Whether something was owed when the caret was heard, each time. */
  readonly heard: boolean[] = [];
  readonly states: LinkState[] = [];
  readonly order: string[] = [];
  private frames: (() => void)[] = [];
  private timers: (() => void)[] = [];
  socket: Socket = { send: (bytes) => this.sent.push(...wire.read(bytes)), close: () => undefined, onopen: null, onmessage: null, onclose: null };
  readonly writing = new Writing(
    (act) => {
      this.frames.push(act);
      return () => (this.frames = this.frames.filter((other) => other !== act));
    },
    () => this.link.look(),
    () => {
      this.order.push("written");
      this.link.look();
    },
    () => this.order.push("painted"),
  );
  readonly link: Link = new Link(this.doc, this.awareness, { url: "ws://x", readOnly: false, page: this.writing, hear: () => void this.heard.push(this.writing.owes) }, {
    connect: () => this.socket,
    now: () => 0,
    random: () => 0.5,
    // What only happens to a connection that has gone silent never happens here.
    after: (ms, act) => {
      if (ms < SOON) this.timers.push(act);
      return act;
    },
    cancel: (timer) => (this.timers = this.timers.filter((other) => other !== timer)),
  }, (state) => this.states.push(state));
  private readonly bound = this.writing.behind(
    new Plugin({
      view: () => ({
        update: () => {
          this.order.push("put in place");
          this.text.insert(this.text.length, this.letters.shift() ?? "");
        },
        destroy: () => void this.order.push("destroyed"),
      }),
    }),
    () => undefined,
  ).spec.view!({} as EditorView);
  private letters: string[] = [];

  constructor() {
    pages.push(this);
    this.link.connect();
    this.socket.onopen?.();
    this.hear(wire.step1(Y.encodeStateVector(this.server)), wire.step2(Y.encodeStateAsUpdate(this.server)));
    this.pass();
    this.hear(wire.acknowledged(1));
  }
  get text(): Y.Text {
    return this.doc.getText("t");
  }
  /** A key: the page shows it, and the binding is told of the view's new state. */
  type(letter: string): void {
    this.letters.push(letter);
    this.update(true);
  }
  update(changed: boolean): void {
    const state = EditorState.create({ schema });
    const now = changed ? state.apply(state.tr.insertText("a", 1)) : state;
    this.bound.update!({ state: now } as EditorView, state);
  }
  /** The frame is on the screen. */
  paint(): void {
    for (const act of this.frames.splice(0)) act();
  }
  get painting(): number {
    return this.frames.length;
  }
  pass(): void {
    for (const act of this.timers.splice(0)) act();
  }
  hear(...messages: Uint8Array[]): void {
    for (const message of messages) this.socket.onmessage?.(message);
  }
  destroy(): void {
    this.bound.destroy!();
  }
}

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.awareness.destroy();
});

test("a letter is put in place after the paint, once, and saving is said from the key on", () => {
  const page = new Page();
  assert.equal(page.link.state().safety, "saved");
  const said = page.states.length;
  page.type("a");
  assert.equal(page.text.toString(), "");
  assert.ok(page.writing.owes);
  assert.deepEqual(page.states.at(-1), { safety: "saving", loaded: true, unsaved: true, refusal: null }, "said with the key");
  page.paint();
  assert.equal(page.text.toString(), "a");
  assert.ok(!page.writing.owes);
  assert.equal(page.link.state().safety, "saving", "now it is the server that has not got it");
  page.pass();
  assert.ok(page.states.slice(said).every(({ safety }) => safety === "saving"), "and at no moment in between was it saved");
  page.hear(wire.acknowledged(2));
  assert.equal(page.link.state().safety, "saved");
  page.paint();
  assert.deepEqual(page.order, ["put in place", "written", "painted"]);
});

test("the next key puts the last one in place before itself, and in their order", () => {
  const page = new Page();
  page.type("a");
  page.type("b");
  assert.equal(page.text.toString(), "a");
  assert.equal(page.painting, 1, "one waits for the frame, not both");
  page.paint();
  assert.equal(page.text.toString(), "ab");
});

test("a caret that moves writes nothing, and owes nothing to anybody", () => {
  const page = new Page();
  page.update(false);
  assert.deepEqual([page.writing.owes, page.painting, page.order], [false, 0, []]);
  page.type("a");
  page.update(false);
  page.paint();
  assert.deepEqual(page.order, ["put in place", "written", "painted"]);
});

/** Who comes first when something is owed; afterwards the letter is there. */
const MOMENTS: [string, (page: Page) => void][] = [
  ["others' words that are let in", (page) => {
    const other = new Y.Doc();
    other.getText("t").insert(0, "theirs ");
    page.hear(wire.update(Y.encodeStateAsUpdate(other)));
    page.pass();
  }],
  ["the answer to what the server lacks", (page) => page.hear(wire.step1(Y.encodeStateVector(page.server)))],
  ["a new connection", (page) => page.socket.onopen?.()],
  ["what an earlier page kept", (page) => page.link.restore(Y.encodeStateAsUpdate(page.server), Y.encodeStateAsUpdate(page.server))],
  ["a page that is hidden, left or closed: all of them send at once", (page) => page.link.flush()],
  ["the end of the link", (page) => page.link.stop()],
  ["who is about to read the document", (page) => page.link.settle()],
  ["the end of the view", (page) => page.destroy()],
];

for (const [moment, come] of MOMENTS) {
  test(`what is owed is in place before ${moment}`, () => {
    const page = new Page();
    page.type("a");
    let first: string | undefined;
    page.doc.on("update", (_, origin) => (first ??= origin === page.link ? "another" : page.text.toString()));
    come(page);
    assert.equal(first, "a", "as this page's own, before anything else");
    assert.ok(page.text.toString().includes("a"));
    assert.ok(!page.writing.owes);
    page.paint();
    assert.equal(page.order.filter((what) => what === "put in place").length, 1);
  });
}

test("the caret is heard before anything of others comes, and before what is owed is put in place", () => {
  for (const moment of ["others' words that are let in", "what an earlier page kept"]) {
    const page = new Page();
    page.type("a");
    page.heard.length = 0;
    const come = MOMENTS.find(([what]) => what === moment)![1];
    come(page);
    assert.deepEqual(page.heard, [true], moment);
  }
});

test("what is owed when the page goes goes out with it", () => {
  const page = new Page();
  const before = page.sent.length;
  page.type("a");
  page.link.flush();
  assert.deepEqual(page.sent.slice(before).map(({ kind }) => kind), ["update"]);
});

test("undo and redo find everything in place", () => {
  for (const name of ["undo", "redo"] as const) {
    const page = new Page();
    const seen: string[] = [];
    const undoes = { undo: () => seen.push(page.text.toString()), redo: () => seen.push(page.text.toString()) };
    page.writing.before(undoes);
    page.type("a");
    undoes[name]();
    assert.deepEqual(seen, ["a"], name);
  }
});

test("what the document itself changed is passed over at once, and no frame is waited for", () => {
  const page = new Page();
  page.writing.pass(() => page.type("a"));
  assert.equal(page.text.toString(), "a");
  assert.deepEqual([page.painting, page.writing.owes], [0, false]);
});

test("a letter that cannot be put in place stays owed, stops nobody, and is tried again", () => {
  const reported: unknown[] = [];
  const { reportError } = globalThis;
  globalThis.reportError = (error: unknown) => void reported.push(error);
  let told = 0;
  const broken = new Writing(() => () => undefined, () => undefined, () => (told += 1), () => undefined);
  let tries = 0;
  const update = (): void => {
    tries += 1;
    if (tries === 1) throw new Error("no");
  };
  const view = broken.behind(new Plugin({ view: () => ({ update }) }), () => undefined).spec.view!({} as EditorView);
  const state = EditorState.create({ schema });
  view.update!({ state: state.apply(state.tr.insertText("a", 1)) } as EditorView, state);
  broken.flush();
  assert.deepEqual([reported.length, broken.owes, told], [1, true, 0], "nothing is thrown where the next key is carried out");
  broken.flush();
  assert.deepEqual([tries, broken.owes, told], [2, false, 1]);
  globalThis.reportError = reportError;
});

test("of several keys in a frame, and of what was written before its paint, the paint is told once and afterwards", () => {
  const page = new Page();
  page.type("a");
  page.type("b");
  page.writing.flush();
  assert.ok(!page.writing.owes && page.painting === 1);
  page.paint();
  page.paint();
  assert.deepEqual(page.order, ["put in place", "written", "put in place", "written", "painted"]);
});

test("a view that is gone is not told of a paint", () => {
  const page = new Page();
  page.type("a");
  page.destroy();
  assert.equal(page.painting, 0);
  assert.deepEqual(page.order, ["put in place", "written", "destroyed"]);
});

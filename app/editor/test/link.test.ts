// The link as a state machine: a socket, a clock and chance that the test moves. "Saved" must be true whenever it is said.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { Link, type LinkState } from "../sync/link.ts";
import { wordsIn } from "../sync/unsent.ts";
import * as wire from "../sync/wire.ts";
import { FakePorts, type FakeSocket } from "./ports.ts";

const stages: Stage[] = [];
const others: Awareness[] = [];
afterEach(() => {
  for (const awareness of [...stages.splice(0).map(({ awareness }) => awareness), ...others.splice(0)]) awareness.destroy();
});

/** What somebody else says of themselves. */
function presence(): Uint8Array {
  const other = new Awareness(new Y.Doc());
  others.push(other);
  other.setLocalState({ cursor: 1 });
  return wire.awareness(encodeAwarenessUpdate(other, [other.clientID]));
}

class Stage extends FakePorts {
  readonly states: LinkState[] = [];
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly server = new Y.Doc();
  readonly link: Link;

  constructor(readOnly = false) {
    super();
    stages.push(this);
    this.link = new Link(this.doc, this.awareness, { url: "ws://x", readOnly }, this, (state) => this.states.push(state));
  }
  /** Goes through the greeting up to the server's document. */
  greet(): void {
    this.link.connect();
    this.socket.onopen?.();
    this.hear(wire.step1(Y.encodeStateVector(this.server)), wire.step2(Y.encodeStateAsUpdate(this.server)));
    this.pass(0);
  }
  /** Greets on the connection that was made by itself. */
  greetAgain(): void {
    this.socket.onopen?.();
    this.hear(wire.step1(Y.encodeStateVector(this.server)), wire.step2(Y.encodeStateAsUpdate(this.server)));
    this.pass(0);
  }
  type(text: string): void {
    this.doc.getText("t").insert(this.doc.getText("t").length, text);
  }
  get safety(): string {
    return this.link.state().safety;
  }
}

test("before the first answer nothing is said to be saved or offline", () => {
  const stage = new Stage();
  stage.link.connect();
  assert.equal(stage.safety, "saving");
  stage.socket.onopen?.();
  assert.equal(stage.safety, "saving");
  assert.deepEqual(stage.socket.sent.map(({ kind }) => kind), ["step1"]);
});

test("the answer to the server's vector counts, and is saved only once acknowledged", () => {
  const stage = new Stage();
  stage.greet();
  assert.equal(stage.safety, "saving");
  stage.hear(wire.acknowledged(1));
  assert.equal(stage.safety, "saved");
});

test("typing is gathered into one update, and saved when that is acknowledged, not before", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  for (const letter of "word") stage.type(letter);
  assert.equal(stage.safety, "saving");
  assert.equal(stage.socket.updates().length, 1, "still gathering");
  stage.pass(20);
  assert.equal(stage.socket.updates().length, 2);
  stage.hear(wire.acknowledged(1));
  assert.equal(stage.safety, "saving", "an old acknowledgement");
  stage.type("more");
  stage.hear(wire.acknowledged(2));
  assert.equal(stage.safety, "saving", "typed after what was acknowledged");
  stage.pass(20);
  stage.hear(wire.acknowledged(3));
  assert.equal(stage.safety, "saved");
});

test("an acknowledgement of what was never sent says nothing", () => {
  const stage = new Stage();
  stage.greet();
  stage.type("x");
  stage.hear(wire.acknowledged(9));
  assert.equal(stage.safety, "saving");
});

test("what was under way when the connection broke goes out again, deletions too, and only then is saved", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  stage.type("kept words");
  stage.pass(20);
  for (const update of stage.socket.updates()) Y.applyUpdate(stage.server, update);
  stage.hear(wire.acknowledged(2));
  stage.doc.getText("t").delete(0, 5);
  stage.pass(20);
  stage.socket.onclose?.(1006, "");
  assert.equal(stage.safety, "offline");
  assert.ok(stage.link.state().unsaved);
  stage.pass(60_000);
  assert.ok(stage.sockets.length > 1);
  stage.greetAgain();
  assert.equal(stage.safety, "saving");
  for (const update of stage.socket.updates()) Y.applyUpdate(stage.server, update);
  assert.equal(stage.server.getText("t").toString(), "words");
  stage.hear(wire.acknowledged(1));
  assert.equal(stage.safety, "saved");
});

test("what others write waits while an input method composes; what we write goes on", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  stage.link.hold();
  stage.server.getText("t").insert(0, "theirs");
  stage.hear(wire.update(Y.encodeStateAsUpdate(stage.server)));
  stage.pass(1_000);
  assert.equal(stage.doc.getText("t").toString(), "");
  stage.type("か");
  stage.pass(20);
  assert.equal(stage.socket.updates().length, 2);
  stage.link.release();
  assert.equal(stage.doc.getText("t").length, 7);
});

test("many updates are let in as one change", () => {
  const stage = new Stage();
  stage.greet();
  let changes = 0;
  stage.doc.on("afterTransaction", () => (changes += 1));
  stage.server.on("update", (update: Uint8Array) => stage.hear(wire.update(update)));
  for (const letter of "letters") stage.server.getText("t").insert(0, letter);
  stage.pass(20);
  assert.equal(stage.doc.getText("t").length, 7);
  assert.equal(changes, 1);
});

test("an update of others is never sent back", () => {
  const stage = new Stage();
  stage.greet();
  const before = stage.socket.updates().length;
  stage.server.getText("t").insert(0, "theirs");
  stage.hear(wire.update(Y.encodeStateAsUpdate(stage.server)));
  stage.pass(100);
  assert.equal(stage.socket.updates().length, before);
});

test("tries come later and later, spread by chance, and at once when there is hope", () => {
  const stage = new Stage();
  const waits: number[] = [];
  stage.link.connect();
  for (let round = 0; round < 8; round++) {
    const before = stage.time;
    const sockets = stage.sockets.length;
    stage.socket.onclose?.(1006, "");
    while (stage.sockets.length === sockets && stage.time - before < 30_000) stage.pass(10);
    waits.push(stage.time - before);
  }
  for (let index = 1; index < waits.length; index++) assert.ok(waits[index]! >= waits[index - 1]!, waits.join());
  assert.ok(waits[0]! <= 400 && waits.at(-1)! > 10_000 && waits.at(-1)! <= 20_010, waits.join());
  stage.socket.onclose?.(1006, "");
  const sockets = stage.sockets.length;
  stage.link.hope();
  assert.equal(stage.sockets.length, sockets + 1);
});

test("a connection that owes us an answer and is silent is given up", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  stage.pass(60_000);
  assert.equal(stage.sockets.length, 1, "nothing is owed");
  assert.equal(stage.safety, "saved");
  stage.type("x");
  stage.pass(9_000);
  assert.ok(stage.sockets[0]!.closed);
  assert.ok(stage.link.state().unsaved);
});

test("a page that stood still does not take its connection for silent, and waits anew", () => {
  const stage = new Stage();
  stage.greet();
  stage.type("x");
  stage.time += 60_000;
  stage.pass(0);
  assert.ok(!stage.sockets[0]!.closed);
  stage.pass(9_000);
  assert.ok(stage.sockets[0]!.closed, "nothing came in all that time");
});

for (const [code, final] of [[4401, true], [4403, true], [4404, true], [4413, true], [4500, false], [4503, false], [4520, false], [4529, false], [1006, false], [1012, false]] as const) {
  test(`close code ${code} is ${final ? "final" : "tried again"}`, () => {
    const stage = new Stage();
    stage.greet();
    stage.type("words");
    stage.socket.onclose?.(code, "");
    stage.pass(60_000);
    assert.equal(stage.sockets.length > 1, !final);
    assert.equal(stage.safety === "refused", final);
    assert.ok(stage.link.state().unsaved, "what was typed is not forgotten");
  });
}

test("what was refused goes over a new connection once the server takes it again", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.notice(2, 0, ""));
  assert.equal(stage.safety, "refused");
  stage.socket.onclose?.(4500, "access");
  assert.equal(stage.safety, "offline");
  stage.pass(60_000);
  assert.ok(stage.sockets.length > 1);
});

test("notices: an old schema and a lost right end the writing, a right given back begins it again", () => {
  const old = new Stage();
  old.greet();
  old.hear(wire.notice(1, 2, ""));
  assert.equal(old.safety, "refused");
  const reader = new Stage();
  reader.greet();
  reader.hear(wire.acknowledged(1), wire.notice(2, 0, ""));
  assert.equal(reader.safety, "refused");
  reader.hear(wire.notice(2, 1, ""));
  assert.equal(reader.safety, "saved");
});

test("notices: limits that waiting cures do not end it, others do; resync begins a new connection", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.notice(4, 30, "update_rate"));
  assert.notEqual(stage.safety, "refused");
  stage.hear(wire.notice(5, 0, ""));
  assert.ok(stage.sockets[0]!.closed);
  stage.pass(1_000);
  stage.greetAgain();
  stage.hear(wire.notice(4, 9, "document_size"));
  assert.equal(stage.safety, "refused");
});

test("a cut, a hostile and an unknown frame: none gets in, none ends the page", () => {
  for (const frame of [[0], [0, 2, 200], [0, 1, 5, 1], [100], [101, 4], [0, 9, 0], [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]]) {
    const stage = new Stage();
    stage.greet();
    stage.hear(wire.acknowledged(1));
    stage.hear(new Uint8Array(frame));
    stage.pass(100);
    assert.ok(stage.sockets[0]!.closed, `frame ${frame.join()}`);
  }
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  stage.hear(new Uint8Array([77, 1, 2, 3]));
  assert.equal(stage.safety, "saved");
});

test("a frame may hold several messages, and may come twice and out of order", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  const updates: Uint8Array[] = [];
  stage.server.on("update", (update: Uint8Array) => updates.push(wire.update(update)));
  for (const letter of "abc") stage.server.getText("t").insert(stage.server.getText("t").length, letter);
  const [a, b, c] = updates as [Uint8Array, Uint8Array, Uint8Array];
  stage.hear(new Uint8Array([...c, ...a]), a, b, c);
  stage.pass(50);
  assert.equal(stage.doc.getText("t").toString(), "abc");
});

test("a reader never sends an update, whatever happens to its document", () => {
  const stage = new Stage(true);
  stage.greet();
  stage.type("not allowed");
  stage.pass(1_000);
  assert.deepEqual(stage.socket.updates(), []);
  assert.equal(stage.safety, "saved");
});

test("presence: at most one message in 120 ms, none when nothing changed, again before others forget us", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  stage.pass(200);
  const count = (): number => stage.socket.sent.filter(({ kind }) => kind === "awareness").length;
  const before = count();
  for (let place = 0; place < 120; place++) {
    stage.awareness.setLocalStateField("cursor", place);
    stage.pass(10);
  }
  assert.ok(count() - before <= 11, `${count() - before}`);
  stage.pass(200);
  const rest = count();
  stage.awareness.setLocalStateField("cursor", 119);
  stage.pass(500);
  assert.equal(count(), rest);
  stage.pass(15_000);
  stage.awareness.setLocalStateField("cursor", 119);
  stage.pass(500);
  assert.equal(count(), rest + 1);
  stage.link.stop();
});

test("the last words go out before the link ends, and goodbye is said", () => {
  const stage = new Stage();
  stage.greet();
  stage.type("last");
  stage.link.stop();
  assert.equal(stage.socket.updates().length, 2);
  assert.equal(stage.socket.sent.at(-1)!.kind, "awareness");
  assert.ok(stage.socket.closed);
  stage.pass(60_000);
  assert.equal(stage.sockets.length, 1);
});

test("what an earlier page kept goes out with the answer", () => {
  const earlier = new Y.Doc();
  earlier.getText("t").insert(0, "kept offline");
  const kept = Y.encodeStateAsUpdate(earlier);
  const stage = new Stage();
  stage.link.restore(kept, kept);
  assert.ok(stage.link.state().loaded && stage.link.state().unsaved);
  stage.greet();
  for (const update of stage.socket.updates()) Y.applyUpdate(stage.server, update);
  assert.equal(stage.server.getText("t").toString(), "kept offline");
  stage.hear(wire.acknowledged(1));
  assert.equal(stage.safety, "saved");
});

test("what an earlier page kept goes out also when the device hands it over after the server has asked", () => {
  const stage = new Stage();
  const before = new Y.Doc();
  before.getText("t").insert(0, "kept");
  const state = Y.encodeStateAsUpdate(before);
  stage.greet();
  stage.hear(wire.acknowledged(1));
  assert.equal(stage.safety, "saved");
  stage.link.restore(state, state);
  assert.equal(stage.safety, "saving");
  for (const update of stage.socket.updates()) Y.applyUpdate(stage.server, update);
  assert.equal(stage.server.getText("t").toString(), "kept");
  stage.hear(wire.acknowledged(2));
  assert.equal(stage.safety, "saved");
  assert.equal(stage.sockets.length, 1);
});

test("words of what is not durable", () => {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  for (const letter of "Don't count letters, count 3 words.") doc.getText("t").insert(doc.getText("t").length, letter);
  assert.equal(wordsIn(Y.mergeUpdates(updates)), 6);
  const before = Y.encodeStateVector(doc);
  doc.getText("t").delete(0, 6);
  assert.equal(wordsIn(Y.encodeStateAsUpdate(doc, before)), 0);
});

// Random orders of everything that can happen. Whenever "saved" is said, the server has every word.
for (let seed = 1; seed <= 300; seed++) {
  test(`honest in every order: plan ${seed}`, () => {
    let state = seed * 2_654_435_761;
    const random = (below: number): number => {
      state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) >>> 0;
      return state % below;
    };
    const stage = new Stage();
    stage.chance = random(100) / 100;
    const counted = new Map<FakeSocket, number>();
    const taken = new Map<FakeSocket, number>();
    let greeted = new Set<FakeSocket>();
    const check = (): void => {
      if (stage.safety !== "saved") return;
      const mine = Y.encodeStateAsUpdate(stage.doc);
      const theirs = new Y.Doc();
      Y.applyUpdate(theirs, Y.encodeStateAsUpdate(stage.server));
      Y.applyUpdate(theirs, mine);
      assert.equal(stage.server.getText("t").toString(), theirs.getText("t").toString(), `"saved" was said too early, plan ${seed}`);
    };
    stage.link.connect();
    for (let step = 0; step < 60; step++) {
      const { socket } = stage;
      switch (random(8)) {
        case 0:
          stage.type(String.fromCodePoint(97 + random(26)));
          break;
        case 1:
          if (stage.doc.getText("t").length > 2) stage.doc.getText("t").delete(random(stage.doc.getText("t").length - 1), 1);
          break;
        case 2:
          stage.pass(random(60));
          break;
        case 3:
          if (!greeted.has(socket) && !socket.closed) {
            greeted.add(socket);
            socket.onopen?.();
            stage.hear(wire.step1(Y.encodeStateVector(stage.server)), wire.step2(Y.encodeStateAsUpdate(stage.server)));
          }
          break;
        case 4: {
          const sent = socket.updates();
          const upTo = Math.min(sent.length, (taken.get(socket) ?? 0) + random(3));
          for (const update of sent.slice(taken.get(socket) ?? 0, upTo)) Y.applyUpdate(stage.server, update);
          taken.set(socket, upTo);
          break;
        }
        case 5: {
          const count = (counted.get(socket) ?? 0) + random((taken.get(socket) ?? 0) - (counted.get(socket) ?? 0) + 1);
          counted.set(socket, count);
          stage.hear(wire.acknowledged(count));
          break;
        }
        case 6:
          if (random(4) === 0) socket.onclose?.(1006, "");
          break;
        default:
          if (random(6) === 0) stage.link.lost();
          if (random(6) === 0) stage.link.hope();
      }
      check();
    }
    greeted = new Set();
    stage.link.stop();
  });
}

test("a presence that is too large, or comes too often, ends no writing", () => {
  for (const name of ["awareness_size", "awareness_rate"]) {
    const stage = new Stage();
    stage.greet();
    stage.hear(wire.acknowledged(1), wire.notice(4, 4_096, name));
    assert.equal(stage.safety, "saved");
  }
});

test("who listens to where others are, and fails, keeps no connection from being tried again", () => {
  const errors: unknown[] = [];
  globalThis.reportError = (error: unknown) => void errors.push(error);
  const stage = new Stage();
  stage.greet();
  const fails = (): void => {
    throw new RangeError("Invalid string length");
  };
  stage.awareness.on("update", fails);
  stage.hear(presence());
  stage.pass(100);
  assert.ok(stage.sockets[0]!.closed);
  assert.equal(errors.length, 1);
  stage.pass(60_000);
  assert.ok(stage.sockets.length > 1);
  stage.awareness.off("update", fails);
});

test("what a page must not say later than its words goes out before them", () => {
  const stage = new Stage();
  stage.greet();
  stage.hear(wire.acknowledged(1));
  stage.pass(200);
  stage.awareness.setLocalStateField("cursor", 1);
  stage.pass(200);
  const before = stage.socket.sent.length;
  stage.awareness.setLocalStateField("back", []);
  stage.link.hasten();
  stage.type("words");
  stage.link.flush();
  assert.deepEqual(stage.socket.sent.slice(before).map(({ kind }) => kind), ["awareness", "update"]);
  stage.pass(1_000);
  assert.equal(stage.socket.sent.length, before + 2, "and is not said twice");
});

test("what others say of themselves is there to be looked at while their words are put in place", () => {
  const stage = new Stage();
  const said: number[] = [];
  stage.greet();
  stage.doc.on("beforeObserverCalls", () => said.push(stage.link.saying.length));
  stage.server.getText("t").insert(0, "theirs");
  stage.hear(wire.update(Y.encodeStateAsUpdate(stage.server)), presence());
  stage.pass(100);
  assert.deepEqual([said, stage.link.saying.length], [[1], 0]);
});

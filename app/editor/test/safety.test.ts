// What is said of the words, and what the device keeps of them: with a page that owes a letter until its paint, a device that
// answers when the test says so, and a clock that the test moves.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { type Keeps, Safety, type Status } from "../safety.ts";
import type { Found, Kept } from "../sync/keep.ts";
import * as wire from "../sync/wire.ts";
import { FakePorts } from "./ports.ts";

/** Longer than the device is spared. */
const KEPT_MS = 400;

/** The window of the page that was opened last. */
let browser = new EventTarget();
Object.assign(globalThis, {
  document: { visibilityState: "visible" },
  addEventListener: (name: string, act: () => void) => browser.addEventListener(name, act),
  removeEventListener: (name: string, act: () => void) => browser.removeEventListener(name, act),
});

/** A device that takes what it is given, or does not, or takes its time. */
class Device implements Keeps {
  kept: Kept | null = null;
  keeps = 0;
  forgets = 0;
  refuses = false;
  /** Waits until the test calls what stands here. */
  slow: (() => void) | null | undefined;

  /** What was taken over into the document, and may be forgotten with the rest. */
  over: string[] = [];

  constructor(public left: Kept[] | Promise<Kept[]> = []) {}
  async take(): Promise<Found[]> {
    const { left } = this;
    this.left = [];
    return (await left).map((kept, number) => ({ ...kept, row: { name: `page ${number}`, iv: "" } }));
  }
  took({ row }: Found): void {
    this.over.push(row.name);
  }
  async keep(kept: Kept): Promise<boolean> {
    this.keeps += 1;
    if (this.slow !== undefined) await new Promise<void>((done) => (this.slow = done));
    if (this.refuses) return false;
    this.kept = kept;
    return true;
  }
  forget(): Promise<boolean> {
    this.forgets += 1;
    this.kept = null;
    return Promise.resolve(true);
  }
}

class Page extends FakePorts {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly server = new Y.Doc();
  readonly told: Status[] = [];
  private owed = "";
  readonly safety: Safety;

  constructor(readonly device = new Device()) {
    super();
    pages.push(this);
    browser = new EventTarget();
    const { doc } = this;
    const owes = (): boolean => this.owed !== "";
    const flush = (): void => {
      const letters = this.owed;
      this.owed = "";
      if (letters) doc.getText("t").insert(doc.getText("t").length, letters);
    };
    const page = { get owes() { return owes(); }, flush };
    this.safety = new Safety(doc, this.awareness, { url: "ws://x", readOnly: false, page }, device, this, (status) => this.told.push(status));
  }
  /** Opens the document, up to the first "saved". */
  async open(): Promise<this> {
    await this.safety.begin();
    this.greet();
    this.hear(wire.acknowledged(1));
    this.pass(1_000);
    return this;
  }
  greet(): void {
    this.socket.onopen?.();
    this.hear(wire.step1(Y.encodeStateVector(this.server)), wire.step2(Y.encodeStateAsUpdate(this.server)));
    this.pass(0);
  }
  /** The page shows it; the document has it with the paint. */
  types(letters: string): void {
    this.owed += letters;
    this.safety.typed();
  }
  paint(): void {
    this.safety.link.settle();
  }
  writes(letters: string): void {
    this.types(letters);
    this.paint();
  }
  /** Lets the device's answers come. */
  async answers(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
  async rests(): Promise<void> {
    this.pass(KEPT_MS);
    await this.answers();
  }
  get says(): [string, string, number] {
    const { safety, where, words } = this.safety.status();
    return [safety, where, words];
  }
  get last(): Status {
    return this.told.at(-1)!;
  }
  /** What a later page would find of the text. */
  get found(): string {
    const doc = new Y.Doc();
    if (this.device.kept) Y.applyUpdate(doc, this.device.kept.state);
    return doc.getText("t").toString();
  }
}

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.awareness.destroy();
});

test("without a connection: on this device is said once all of it is, no longer with the next letter, and again", async () => {
  const page = await new Page().open();
  assert.deepEqual(page.says, ["saved", "server", 0]);
  page.socket.onclose?.(1006, "");
  page.writes("two words");
  assert.deepEqual(page.says, ["offline", "keeping", 0]);
  await page.rests();
  assert.deepEqual([page.last.where, page.last.words, page.found], ["device", 2, "two words"]);
  page.types("x");
  assert.equal(page.last.where, "keeping", "told with the letter");
  assert.equal(page.doc.getText("t").toString(), "two words", "which the document gets with its paint, also without a connection");
  page.paint();
  await page.rests();
  assert.deepEqual([page.last.where, page.last.words, page.found], ["device", 2, "two wordsx"]);
  page.types(" more");
  await page.rests();
  assert.deepEqual([page.last.where, page.last.words, page.found], ["device", 3, "two wordsx more"], "what is kept is what is owed, too");
});

test("what is typed while the device is keeping is not said to be on it", async () => {
  const page = await new Page().open();
  page.socket.onclose?.(1006, "");
  page.device.slow = null;
  page.writes("one");
  await page.rests();
  assert.equal(page.says[1], "keeping", "it has not answered");
  page.writes(" two");
  page.device.slow!();
  await page.answers();
  assert.deepEqual([page.says[1], page.found], ["keeping", "one"]);
  await page.rests();
  page.device.slow!();
  await page.answers();
  assert.deepEqual([page.says, page.found], [["offline", "device", 2], "one two"]);
});

test("a device that does not say what it kept keeps nobody from the text, and is heard when it does", async () => {
  const first = await new Page().open();
  first.socket.onclose?.(1006, "");
  first.writes("Kept");
  await first.rests();
  let answer!: (kept: Kept[]) => void;
  const page = new Page(new Device(new Promise<Kept[]>((done) => (answer = done))));
  void page.safety.begin();
  page.pass(2_999);
  assert.equal(page.sockets.length, 0, "it is given its time");
  page.pass(1);
  page.greet();
  page.hear(wire.acknowledged(1));
  assert.equal(page.says[0], "saved");
  answer([first.device.kept!]);
  await page.answers();
  assert.deepEqual([page.sockets.length, page.says[0], page.doc.getText("t").toString()], [1, "saving", "Kept"]);
  assert.deepEqual(page.device.over, ["page 0"]);
  for (const update of page.socket.updates()) Y.applyUpdate(page.server, update);
  assert.equal(page.server.getText("t").toString(), "Kept");
  page.hear(wire.acknowledged(2));
  assert.deepEqual([page.says[0], page.device.forgets], ["saved", 1]);
});

test("what another page left behind comes in when this one is seen again or the network is back, but not into an input method", async () => {
  for (const event of ["online", "pageshow", "visibilitychange"]) {
    const gone = await new Page().open();
    gone.socket.onclose?.(1006, "");
    gone.writes("Left behind. ");
    await gone.rests();
    const page = await new Page().open();
    page.device.left = [gone.device.kept!];
    page.safety.link.hold();
    browser.dispatchEvent(new Event(event));
    await page.answers();
    assert.equal(page.doc.getText("t").toString(), "", "while something is composed");
    page.types("Here. ");
    page.safety.composed();
    await page.answers();
    const words = page.doc.getText("t").toString();
    assert.ok(words.includes("Left behind. ") && words.includes("Here. "), words);
    page.pass(20);
    for (const update of page.socket.updates()) Y.applyUpdate(page.server, update);
    assert.equal(page.server.getText("t").toString(), words, event);
    assert.equal(page.device.forgets, 0);
    page.hear(wire.acknowledged(page.socket.updates().length));
    assert.deepEqual([page.safety.status().safety, page.device.forgets], ["saved", 1]);
  }
});

test("what the device hands over in the middle of a composition comes in at its end, once, and not where the page is over", async () => {
  const gone = await new Page().open();
  gone.socket.onclose?.(1006, "");
  gone.writes("Left behind. ");
  await gone.rests();
  for (const over of [false, true]) {
    const page = await new Page().open();
    let answer!: (kept: Kept[]) => void;
    page.device.left = new Promise<Kept[]>((done) => (answer = done));
    browser.dispatchEvent(new Event("pageshow"));
    page.safety.link.hold();
    answer([gone.device.kept!]);
    await page.answers();
    assert.deepEqual([page.doc.getText("t").toString(), page.device.over], ["", []], "nothing comes in, and nothing is taken for done");
    // It is on the device still.
    page.device.left = [gone.device.kept!];
    if (over) page.safety.end();
    page.safety.composed();
    await page.answers();
    assert.deepEqual(page.device.over, over ? [] : ["page 0"]);
    if (over) continue;
    assert.equal(page.doc.getText("t").toString(), "Left behind. ");
    page.device.left = [gone.device.kept!];
    page.safety.link.hold();
    page.safety.composed();
    await page.answers();
    assert.deepEqual(page.device.over, ["page 0"], "an ordinary composition asks the device for nothing");
  }
});

test("what a device says once the page has gone stays on it", async () => {
  let answer!: (kept: Kept[]) => void;
  const page = new Page(new Device(new Promise<Kept[]>((done) => (answer = done))));
  void page.safety.begin();
  page.safety.end();
  answer([{ state: Y.encodeStateAsUpdate(new Y.Doc()), unsent: Y.encodeStateAsUpdate(new Y.Doc()) }]);
  await page.answers();
  page.pass(600_000);
  assert.deepEqual([page.sockets.length, page.device.forgets], [0, 0]);
});

test("what came from the device after the text was left is not forgotten with what was written in it", async () => {
  const page = await new Page().open();
  let answer!: (kept: Kept[]) => void;
  page.device.left = new Promise<Kept[]>((done) => (answer = done));
  page.writes("owed");
  page.pass(0);
  browser.dispatchEvent(new Event("pageshow"));
  page.safety.end();
  answer([{ state: Y.encodeStateAsUpdate(new Y.Doc()), unsent: Y.encodeStateAsUpdate(new Y.Doc()) }]);
  await page.answers();
  page.hear(wire.acknowledged(page.socket.updates().length));
  assert.equal(page.device.forgets, 1, "its own is durable");
  assert.deepEqual(page.device.over, [], "the other is in no document, and stays where it is");
});

test("a device that keeps nothing is said to", async () => {
  const page = await new Page().open();
  page.device.refuses = true;
  page.socket.onclose?.(1006, "");
  page.writes("words");
  await page.rests();
  assert.deepEqual(page.says, ["offline", "nowhere", 1]);
  page.device.refuses = false;
  page.writes(" more");
  await page.rests();
  assert.deepEqual(page.says, ["offline", "device", 2]);
});

test("the device is spared while the server answers, a little behind; it keeps when that is far behind, however steadily it answers", async () => {
  const page = await new Page().open();
  const before = page.socket.updates().length;
  const round = async (acknowledged: number): Promise<number> => {
    page.writes("x");
    page.pass(100);
    page.hear(wire.acknowledged(before + acknowledged));
    await page.answers();
    return page.device.keeps;
  };
  for (let sent = 1; sent <= 60; sent++) assert.equal(await round(sent - 1), 0, "one update behind");
  // From here on it makes one of two durable.
  const keeps: number[] = [];
  for (let sent = 1; sent <= 60; sent++) keeps.push(await round(60 + Math.floor(sent / 2)));
  assert.equal(keeps[35], 0, "less than two seconds behind");
  assert.ok(keeps.at(-1)! > 0);
  assert.equal(page.found.length > 100, true);
  assert.deepEqual(page.says[0], "saving");
});

/** How a server ends the writing, and what is said of it. */
const ENDS: [string, (page: Page) => void, number][] = [
  ["who may only read from now on", (page) => page.socket.onclose?.(4403, "revoked"), 4403],
  ["who is put out", (page) => page.socket.onclose?.(4404, ""), 4404],
  ["whose session has ended", (page) => page.socket.onclose?.(4401, ""), 4401],
  ["whose text is as large as it may be", (page) => page.hear(wire.notice(4, 9, "document_size")), 4413],
  ["whose right to write is taken", (page) => page.hear(wire.notice(2, 0, "")), 4403],
  ["whose page is too old", (page) => page.hear(wire.notice(1, 2, "")), 4426],
];

for (const [whom, end, code] of ENDS) {
  test(`a letter that is owed is not lost to ${whom}: it is unsent, counted, on the device, and stays there`, async () => {
    const page = await new Page().open();
    page.writes("Kept. ");
    page.pass(20);
    page.hear(wire.acknowledged(2));
    page.types("x");
    end(page);
    assert.deepEqual([page.last.safety, page.last.unsaved, page.last.code], ["refused", true, code]);
    await page.rests();
    assert.deepEqual(page.says, ["refused", "device", 1]);
    assert.equal(page.found, "Kept. x");
    const before = page.sockets.length;
    page.pass(600_000);
    for (const hope of ["online", "pageshow"]) browser.dispatchEvent(new Event(hope));
    page.safety.end();
    page.pass(600_000);
    await page.answers();
    assert.deepEqual([page.sockets.length, page.device.forgets, page.found], [before, 0, "Kept. x"], "nobody asks again, nobody erases it");
  });
}

test("what a device kept of somebody who was put out goes out when they may write again", async () => {
  const first = await new Page().open();
  first.types("Not lost");
  first.socket.onclose?.(4404, "");
  await first.rests();
  const turned = new Page(new Device([first.device.kept!]));
  await turned.safety.begin();
  turned.socket.onclose?.(4404, "");
  await turned.rests();
  assert.deepEqual([turned.says[0], turned.device.forgets], ["refused", 0], "the next contact erases nothing either");
  const again = new Page(new Device([first.device.kept!]));
  await again.safety.begin();
  again.greet();
  for (const update of again.socket.updates()) Y.applyUpdate(again.server, update);
  assert.equal(again.server.getText("t").toString(), "Not lost");
  assert.equal(again.device.forgets, 0);
  again.hear(wire.acknowledged(1));
  assert.equal(again.device.forgets, 1, "now the server has it");
});

test("a picture on its way is not saved, and who leaves is warned; no longer once it has come or was ended with the page", async () => {
  const page = await new Page().open();
  const warns = (): boolean => !browser.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  assert.ok(!warns());
  page.safety.sends(1);
  assert.deepEqual([page.last.safety, page.last.unsaved, page.last.sending, warns()], ["saving", true, 1, true]);
  await page.rests();
  assert.equal(page.device.keeps, 0, "there are no words to keep");
  page.safety.sends(-1);
  page.pass(1_000);
  assert.deepEqual([page.last.safety, page.last.sending, warns()], ["saved", 0, false]);
  page.safety.sends(1);
  const told = page.told.length;
  page.safety.end();
  assert.ok(page.socket.closed, "nothing waits for it");
  page.safety.sends(-1);
  assert.equal(page.told.length, told);
});

test("a page that is closed keeps what is owed on the device, and tells nobody", async () => {
  const page = await new Page().open();
  page.socket.onclose?.(1006, "");
  page.types("last");
  const told = page.told.length;
  page.safety.end();
  await page.answers();
  assert.deepEqual([page.found, page.told.length], ["last", told]);
});

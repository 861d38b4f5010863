// The way of a picture to the server, with a request that the test answers; and what a browser remembers of pictures.
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { Mine } from "../mine.ts";
import { NoConnection, uploadTo } from "../upload.ts";

class Request extends EventTarget {
  static readonly all: Request[] = [];
  status = 0;
  response: unknown = null;
  aborted = false;
  readonly headers: Record<string, string> = {};
  readonly upload = {};
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  onloadend: (() => void) | null = null;
  constructor() {
    super();
    Request.all.push(this);
  }
  open(): void {}
  send(): void {}
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  getResponseHeader(): null {
    return null;
  }
  abort(): void {
    this.aborted = true;
    this.onabort?.();
    this.onloadend?.();
  }
  answer(status: number, id?: string): void {
    this.status = status;
    this.response = id ? { id } : null;
    this.onload?.();
    this.onloadend?.();
  }
}

const kept = new Map<string, string>();
Object.assign(globalThis, {
  XMLHttpRequest: Request,
  localStorage: { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value), removeItem: (name: string) => kept.delete(name) },
});
afterEach(() => {
  Request.all.length = 0;
  kept.clear();
  mock.timers.reset();
});

/** Lets promises go on until there is the nth request. */
async function nth(count: number): Promise<Request> {
  while (Request.all.length < count) await new Promise((done) => setImmediate(done));
  return Request.all[count - 1]!;
}

const picture = new Blob(["picture"]);

test("a picture that is ended while it is sent is no longer sent, and not again", async () => {
  const ending = new AbortController();
  const sending = uploadTo("/attachments")(picture, "", () => undefined, ending.signal);
  const request = await nth(1);
  ending.abort();
  await assert.rejects(sending, { name: "AbortError" });
  assert.ok(request.aborted);
  assert.equal(Request.all.length, 1);
});

test("nor is one that waits for its next try", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const ending = new AbortController();
  const sending = uploadTo("/attachments")(picture, "", () => undefined, ending.signal);
  (await nth(1)).answer(503);
  await new Promise((done) => setImmediate(done));
  ending.abort();
  await assert.rejects(sending, { name: "AbortError" });
  mock.timers.tick(60_000);
  assert.equal(Request.all.length, 1);
});

test("a busy server is asked again under the same key, and one that says no is not", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { signal } = new AbortController();
  const sending = uploadTo("/attachments")(picture, "", () => undefined, signal);
  (await nth(1)).answer(503);
  await new Promise((done) => setImmediate(done));
  mock.timers.tick(1_000);
  const second = await nth(2);
  second.answer(200, "one");
  assert.equal(await sending, "one");
  assert.equal(second.headers["Idempotency-Key"], Request.all[0]!.headers["Idempotency-Key"]);
  const refused = uploadTo("/attachments")(picture, "", () => undefined, signal);
  (await nth(3)).answer(422);
  await assert.rejects(refused, (error) => !(error instanceof NoConnection));
});

test("a browser remembers one's own pictures of one text, by hashes, until they are sent; the newest where there are many", async () => {
  const mine = new Mine("record ilse");
  await mine.note("data:image/png;base64,AAAA");
  await mine.note("data:image/png;base64,BBBB");
  await mine.note("data:image/png;base64,AAAA");
  const there = ["data:image/png;base64,CCCC", "data:image/png;base64,AAAA", "data:image/png;base64,BBBB"];
  assert.deepEqual(await new Mine("record ilse").among(there), there.slice(1));
  assert.deepEqual(await new Mine("record bea").among(there), []);
  assert.deepEqual(await new Mine("other ilse").among(there), []);
  assert.ok(![...kept.values()].join().includes("AAAA"));
  await mine.drop("data:image/png;base64,AAAA");
  assert.deepEqual(await mine.among(there), there.slice(2));
  await mine.drop("data:image/png;base64,BBBB");
  assert.equal(kept.size, 0);
  for (let one = 0; one < 70; one++) await mine.note(`data:${one}`);
  assert.deepEqual(await mine.among(["data:5", "data:6", "data:69"]), ["data:6", "data:69"]);
  kept.set("scriptkeep-pictures record ilse", "{ no JSON");
  assert.deepEqual(await mine.among(there), []);
});

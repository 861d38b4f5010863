// Time and chance of a page that only its test moves. This is the first module of the page's bundle: Yjs takes the clock and
// the source of chance when it is loaded, and ids of clients, which decide what stands first of two words at one place, come
// from there.

import { Chance } from "./chance.ts";

interface Timer {
  id: number;
  at: number;
  every: number | null;
  act: () => void;
}

/** A frame of the screen, in milliseconds. */
const FRAME_MS = 16;

class Clock {
  now = 1_800_000_000_000;
  private next = 1;
  private timers: Timer[] = [];

  after(ms: number, act: () => void, every: number | null = null): number {
    this.timers.push({ id: this.next, at: this.now + Math.max(0, ms), every, act });
    return this.next++;
  }

  cancel(id: unknown): void {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  }

  /** Lets so much time pass: what is due comes one after the other, each with all that it promised. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let timer = this.due(end); timer; timer = this.due(end)) {
      this.now = Math.max(this.now, timer.at);
      if (timer.every === null) this.cancel(timer.id);
      else timer.at = this.now + timer.every;
      timer.act();
      await promised();
    }
    this.now = end;
    await promised();
  }

  /** Forgets whatever was to come. */
  forget(): void {
    this.timers = [];
  }

  private due(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** How long a chain of promises may be that is waited for. */
const CHAIN = 20;

/** Waits for what promises and observers of the page do, and for no task: none comes in between. */
export async function promised(): Promise<void> {
  for (let turn = 0; turn < CHAIN; turn++) await null;
}

export const clock = new Clock();

let chance = new Chance(1);

/** Begins anew with a seed. */
export function seed(from: number): void {
  chance = new Chance(from);
}

/** A channel whose messages come with the page's time. */
class Channel {
  readonly port1 = { onmessage: null as ((event: { data: unknown }) => void) | null, close: () => undefined };
  readonly port2 = { postMessage: (data: unknown) => void clock.after(0, () => this.port1.onmessage?.({ data })) };
}

function fill(bytes: ArrayBufferView<ArrayBuffer>): ArrayBufferView<ArrayBuffer> {
  const all = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < all.length; index++) all[index] = chance.below(256);
  return bytes;
}

Object.assign(globalThis, {
  setTimeout: (act: () => void, ms = 0) => clock.after(ms, act),
  clearTimeout: (id: unknown) => clock.cancel(id),
  setInterval: (act: () => void, ms = 0) => clock.after(ms, act, ms),
  clearInterval: (id: unknown) => clock.cancel(id),
  requestAnimationFrame: (act: (now: number) => void) => clock.after(FRAME_MS, () => act(clock.now)),
  cancelAnimationFrame: (id: unknown) => clock.cancel(id),
  MessageChannel: Channel,
});
Date.now = () => clock.now;
Math.random = () => chance.next();
Object.defineProperty(crypto, "getRandomValues", { value: fill });

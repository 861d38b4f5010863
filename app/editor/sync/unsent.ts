// What this device wrote and the server has not acknowledged.
import * as Y from "yjs";

/** Updates merged at a time, so that a long time offline costs memory for its content only. */
const MERGE_AFTER = 64;

/** The words of what an update inserts. Runs that touch are one text; deletions have no words. */
export function wordsIn(update: Uint8Array): number {
  let text = "";
  let client = -1;
  let next = -1;
  for (const struct of Y.decodeUpdate(update).structs) {
    if (struct instanceof Y.Item && struct.content instanceof Y.ContentString) {
      const touches = struct.id.client === client && struct.id.clock === next;
      text += touches ? struct.content.str : ` ${struct.content.str}`;
    }
    client = struct.id.client;
    next = struct.id.clock + struct.length;
  }
  return text.match(/[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

/** The updates of this device that are not durable yet, each with its place in the connection's count. */
export class Unsent {
  private waiting: Uint8Array[] = [];
  private sent: { place: number; update: Uint8Array; at: number }[] = [];
  private count = 0;
  private durable = 0;
  /** How often the server has said that more is durable: who looks twice knows whether it has said so in between. */
  answers = 0;
  /** When the oldest of what is not durable was first sent, or could not be; null when everything is. */
  since: number | null = null;

  /** Whether everything is durable. */
  get empty(): boolean {
    return this.waiting.length === 0 && this.sent.length === 0 && this.durable === this.count;
  }

  /** Adds what was just written. */
  add(update: Uint8Array): void {
    this.waiting.push(update);
    if (this.waiting.length > MERGE_AFTER) this.waiting = [Y.mergeUpdates(this.waiting)];
  }

  /** Takes everything that waits as one update, which the connection counts from now on; null when nothing waits. */
  take(now: number): Uint8Array | null {
    if (this.waiting.length === 0) return null;
    const update = this.waiting.length === 1 ? this.waiting[0]! : Y.mergeUpdates(this.waiting);
    this.waiting = [];
    this.sent.push({ place: ++this.count, update, at: now });
    this.since ??= now;
    return update;
  }

  /** The answer to the server's state vector goes out now, and carries everything that waited. */
  answered(now: number): void {
    this.count += 1;
    const update = this.everything();
    this.waiting = [];
    // It may hold what is older: that it goes out anew makes nothing younger.
    if (update) this.since ??= now;
    this.sent = update ? [{ place: this.count, update, at: this.since ?? now }] : [];
  }

  /** The server has made this many of the connection's updates durable. A number that cannot be is ignored. */
  acknowledge(count: number): void {
    if (count < this.durable || count > this.count) return;
    if (count > this.durable) this.answers += 1;
    this.durable = count;
    this.sent = this.sent.filter(({ place }) => place > count);
    this.since = this.sent[0]?.at ?? null;
  }

  /** The connection is gone, and its count with it; what was on its way may or may not have arrived. */
  disconnected(): void {
    const update = this.everything();
    this.waiting = update ? [update] : [];
    this.sent = [];
    this.count = 0;
    this.durable = 0;
  }

  /** All that is not durable, as one update; null when there is nothing. */
  everything(): Uint8Array | null {
    const updates = [...this.sent.map(({ update }) => update), ...this.waiting];
    if (updates.length === 0) return null;
    return updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates);
  }
}

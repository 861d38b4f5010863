// Words of a plan that must be gone in the end: whoever took them out saw all of them, as everybody did, and nobody else wrote anything
// anew before they had heard of it. Where that is not certain, a word may be there again.
import * as Y from "yjs";
import type { Writer } from "./writer.ts";

export class Removed {
  /** Who took which word out; and of those, which not everybody has heard of. */
  private readonly by = new Map<string, string>();
  private readonly unheard = new Set<string>();
  private agreed = false;

  constructor(private readonly writers: readonly Writer[]) {}

  has(word: string): boolean {
    return this.by.has(word);
  }

  /** Somebody is about to do something to the lines. */
  before(writer: Writer): void {
    this.agreed = this.agree();
    if (this.agreed) this.unheard.clear();
    for (const word of this.unheard) {
      if (this.by.get(word) === writer.name) continue;
      this.unheard.delete(word);
      this.by.delete(word);
    }
  }

  /** With what was just done, somebody took out all of a word. */
  takes(writer: Writer, word: string): void {
    if (!this.agreed) return;
    this.by.set(word, writer.name);
    this.unheard.add(word);
  }

  /** Somebody takes something back, or does it again: whatever that was, it may be there again. */
  takesBack(): void {
    this.by.clear();
    this.unheard.clear();
  }

  /** Whether everybody has the same, deletions as well. */
  private agree(): boolean {
    const [first, ...rest] = this.writers.map(({ shared }) => Y.snapshot(shared));
    return rest.every((other) => Y.equalSnapshots(first!, other));
  }
}

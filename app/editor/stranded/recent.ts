// What somebody typed a moment ago, and others may not have seen. What a page writes anew (of a line that becomes something else, or that
// is taken back) is not typed: the others saw it where it was.
import * as Y from "yjs";
import type { Change } from "./change.ts";
import { isInline, typeOf } from "./was.ts";

/** Others may not have seen what was typed within so many milliseconds. */
const RECENT_MS = 5_000;
/** What follows within this is noted as one. */
const TOGETHER_MS = 100;

export class Recent {
  private typed: { at: number; from: number; to: number }[] = [];

  constructor(
    private readonly client: number,
    private readonly now: () => number,
  ) {}

  /** Notes what a change of this page writes; `allSent`: whether the server has everything that was typed here. */
  note(change: Change, { beforeState, afterState, origin }: Y.Transaction, allSent: boolean): void {
    const [from, to] = [beforeState.get(this.client) ?? 0, afterState.get(this.client) ?? 0];
    if (from === to || origin instanceof Y.UndoManager || reshapes(change)) return;
    this.forget(allSent);
    const [at, last] = [this.now(), this.typed.at(-1)];
    // What waits for the server is forgotten all at once.
    if (last?.to === from && (!allSent || at - last.at <= TOGETHER_MS)) Object.assign(last, { to, at: allSent ? last.at : at });
    else this.typed.push({ at, from, to });
  }

  /** Whether a letter is among it. */
  of(allSent: boolean): (id: Y.ID) => boolean {
    this.forget(allSent);
    return ({ client, clock }) => client === this.client && this.typed.some(({ from, to }) => from <= clock && clock < to);
  }

  private forget(allSent: boolean): void {
    const now = this.now();
    if (allSent) this.typed = this.typed.filter(({ at }) => now - at < RECENT_MS);
  }
}

/** Whether a change makes or takes away a line, or what lines stand in. */
function reshapes(change: Change): boolean {
  const isBlock = (item: Y.Item): boolean => {
    const type = typeOf(item);
    return type !== null && !isInline(type);
  };
  return !change.goneTypes().next().done || [...change.newItems()].some(isBlock);
}

// How long to wait before the next try.

const FIRST_MS = 400;
const MOST_MS = 20_000;

/** Doubles from try to try up to 20 seconds; the jitter keeps a server that comes back from being met by all at once. */
export class Backoff {
  private tries = 0;

  constructor(private readonly random: () => number) {}

  /** Milliseconds until the next try: half of it certain, half by chance. */
  next(): number {
    const most = Math.min(MOST_MS, FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    return most / 2 + (this.random() * most) / 2;
  }

  /** It went well, or there is a reason to hope: begin anew. */
  reset(): void {
    this.tries = 0;
  }
}

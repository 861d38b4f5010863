// How far everybody had written at moments of a document, each kept as what has changed since the one before: in an old text there are
// thousands of clients, and of these few write on.
import type { Clocks } from "../stranded/claims.ts";

export class Seen {
  private moments = 0;
  private readonly last = new Map<number, number>();
  /** Of each client, from which moment on it had written how far. */
  private readonly clients = new Map<number, { moment: number; clock: number }[]>();

  /** Notes a moment; answers its number. */
  note(now: Clocks): number {
    this.moments += 1;
    for (const [client, clock] of now) {
      if (this.last.get(client) === clock) continue;
      this.last.set(client, clock);
      const known = this.clients.get(client) ?? [];
      known.push({ moment: this.moments, clock });
      this.clients.set(client, known);
    }
    return this.moments;
  }

  /** Up to which letter a client had written at a moment. */
  of(moment: number, client: number): number {
    return this.clients.get(client)?.findLast((known) => known.moment <= moment)?.clock ?? 0;
  }
}

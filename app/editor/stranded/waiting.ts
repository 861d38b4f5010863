// What another wrote into something that was taken away here. Whoever wrote it brings it back as soon as their page hears of that; where
// they are gone, this page does.
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Ports } from "../sync/link.ts";
import type { Letters, Piece } from "./restore.ts";

interface Waiting extends Piece {
  /** How often was asked for it. */
  asked: number;
}

/** So often is looked whether it is back, and so many times while its writer is here. */
const ASK_MS = 1_000;
const ASKED = 5;

/** In a page's presence: the clients of earlier pages whose words it brings along. */
const FOR = "for";
/** In a page's presence: the letters that it has just brought back, for so long and so many. */
const BACK = "back";
const BACK_MS = 10_000;
const BACK_MANY = 32;

export class Waits {
  private waiting: Waiting[] = [];
  private timer: unknown = null;
  private readonly before = new Set<number>();
  private back: Letters[] = [];
  private forgets: unknown = null;

  constructor(
    private readonly doc: Y.Doc,
    private readonly awareness: Awareness,
    private readonly ports: Pick<Ports, "after" | "cancel">,
    /** Puts a piece back; false while that cannot be. */
    private readonly give: (piece: Piece) => boolean,
    /** Called when `owes` may have changed. */
    private readonly changed: () => void,
  ) {}

  /** Whether there are words that only this page may still have. */
  get owes(): boolean {
    return this.waiting.length > 0;
  }

  /** Whether an earlier page of the same person wrote as this client. */
  wroteAs(client: number): boolean {
    return this.before.has(client);
  }

  /** This page brings along what these clients wrote. */
  speaksFor(clients: Iterable<number>): void {
    for (const client of clients) this.before.add(client);
    this.awareness.setLocalStateField(FOR, [...this.before]);
  }

  /** Lets those know who may wait for it that this page has brought something back. */
  brought(letters: Letters[]): void {
    this.back = [...this.back, ...letters].slice(-BACK_MANY);
    this.awareness.setLocalStateField(BACK, this.back.map(({ client, clock, length }) => [client, clock, length]));
    this.ports.cancel(this.forgets);
    this.forgets = this.ports.after(BACK_MS, () => {
      this.back = [];
      this.awareness.setLocalStateField(BACK, undefined);
    });
  }

  add(piece: Piece): void {
    this.waiting.push({ ...piece, asked: 0 });
    this.timer ??= this.ports.after(ASK_MS, this.ask);
    this.changed();
  }

  /** Nothing more can be waited for. */
  readonly last = (): void => {
    const { waiting } = this;
    this.ports.cancel(this.timer);
    this.timer = null;
    this.waiting = [];
    for (const one of waiting) if (!this.isHere(one) && !this.isBack(one)) this.give(one);
  };

  private readonly ask = (): void => {
    const { waiting } = this;
    this.waiting = [];
    for (const one of waiting) {
      if (this.isBack(one)) continue;
      if ((this.isHere(one) && ++one.asked < ASKED) || !this.give(one)) this.waiting.push(one);
    }
    this.timer = this.waiting.length > 0 ? this.ports.after(ASK_MS, this.ask) : null;
    this.changed();
  };

  /** The pages here that write for a client: its own, and those that took up what it left behind. */
  private writersFor(client: number): number[] {
    const own = this.doc.clientID;
    // Of several that took up the same, one brings it back: the first of them.
    const mayBe = (page: number): boolean => page !== own && (!this.before.has(client) || page < own);
    return [...this.awareness.getStates()].flatMap(([page, said]) => {
      const others: unknown = said[FOR];
      const speaks = page === client || (Array.isArray(others) && others.includes(client) && mayBe(page));
      return speaks ? [page] : [];
    });
  }

  private isHere({ letters: [first] }: Waiting): boolean {
    return this.writersFor(first!.client).length > 0;
  }

  /** Whether its writer says so, or has written it again and gone. */
  private isBack({ letters: [first], inline, block }: Waiting): boolean {
    const { client, clock } = first!;
    const said = [...this.awareness.getStates().values()].flatMap((state) => (Array.isArray(state[BACK]) ? (state[BACK] as unknown[]) : []));
    if (said.some((one) => Array.isArray(one) && one[0] === client && one[1] <= clock && clock < one[1] + one[2])) return true;
    const text = inline.map(({ textContent }) => textContent).join("") + (block?.textContent ?? "");
    return text !== "" && [client, ...this.writersFor(client)].some((page) => this.writtenBy(page, page === client ? clock : -1).includes(text));
  }

  private writtenBy(client: number, after: number): string {
    let text = "";
    for (const item of this.doc.store.clients.get(client) ?? []) {
      if (item.id.clock > after && item instanceof Y.Item && !item.deleted && item.content instanceof Y.ContentString) text += item.content.str;
    }
    return text;
  }
}

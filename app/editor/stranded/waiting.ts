// What another wrote into something that was taken away here. Whoever wrote it brings it back as soon as their page hears of that; where
// they are gone, or have not done so for long, this page does. What is back is known by what its writer, or whoever else brought it
// back, says (`claims.ts`), or by its standing already where it would be put (`again.ts`).
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { Ports } from "../sync/link.ts";
import { Claims, type Clocks } from "./claims.ts";
import type { Letters } from "./letters.ts";
import type { Piece } from "./restore.ts";

/** Somebody whose letters are waited for. */
interface Writer {
  since: number;
  /** How often was asked for them. */
  asked: number;
  /** Whether they were here when somebody was last heard of, and whether at a time they were not: who comes back may never learn that it
   * lost its place. */
  here: boolean;
  left: boolean;
}

/** Of which clients' letters. */
export type Whose = (client: number) => boolean;

/** A place in which letters were that are waited for. */
interface Waiting {
  /** What of them is not back, as it can be read now. */
  read: (whose: Whose) => Piece[];
  writers: Map<number, Writer>;
}

/** What is around. */
export interface Company {
  /** Whether others are heard. */
  readonly live: () => boolean;
  /** Puts pieces back; false while that cannot be. Where the page goes, an input method is not waited for. */
  readonly give: (pieces: Piece[], goes: boolean) => boolean;
  /** Whether a piece stands already where it would be put, in letters of which `isNew` is true. */
  readonly stands: (piece: Piece, isNew: (id: Y.ID) => boolean) => boolean;
  /** Called when `owes` may have changed. */
  readonly changed: () => void;
  /** Called when this page's presence says what is not to come later than its letters. */
  readonly hasten: () => void;
}

const ASK_MS = 1_000;
/** So often is asked while the writer is here, who may have an input method compose and hear nothing meanwhile. */
const ASKED = 30;
const ASKED_ANEW = 3;
/** Of several who took the same away one gives: the others let so many turns pass, by their clients' order; further behind, by chance. */
const RANKS = 8;
const CHANCES = 24;
/** A writer who is here has brought back within this what they can, in milliseconds. */
const PROMPT_MS = 1_500;

/** In a page's presence: the clients of earlier pages whose words it brings along, and how many of them are said. */
const FOR = "for";
const FOR_MANY = 32;

export class Waits {
  readonly claims: Claims;
  private readonly waiting = new Map<object, Waiting>();
  private timer: unknown = null;
  private readonly before = new Set<number>();
  private readonly chance: number;

  constructor(
    private readonly doc: Y.Doc,
    private readonly awareness: Awareness,
    private readonly ports: Pick<Ports, "after" | "cancel" | "now" | "random">,
    private readonly company: Company,
  ) {
    this.claims = new Claims(doc, awareness, ports, company.hasten);
    this.chance = Math.floor(ports.random() * CHANCES);
    awareness.on("update", this.hear);
  }

  /** Whether there are words that only this page may still have. */
  get owes(): boolean {
    return this.waiting.size > 0;
  }

  /** Whether an earlier page of the same person wrote as this client. */
  wroteAs(client: number): boolean {
    return this.before.has(client);
  }

  /** This page brings along what these clients wrote. */
  speaksFor(clients: Iterable<number>): void {
    for (const client of clients) this.before.add(client);
    this.awareness.setLocalStateField(FOR, [...this.before].slice(-FOR_MANY));
  }

  /** Waits for what a client wrote; `key` stands for where that is, and `before` is how far everybody had written before it was lost. */
  add(key: object, client: number, letters: Letters[], before: Clocks, read: Waiting["read"]): void {
    this.claims.lose(letters, before);
    if (!this.waiting.has(key) && !hasAny(read, client)) return;
    const { writers } = this.waiting.get(key) ?? { writers: new Map<number, Writer>() };
    const known = writers.get(client);
    const here = this.isHere(client);
    const left = known?.left || (this.company.live() && !here);
    writers.set(client, { since: known?.since ?? this.ports.now(), asked: 0, here, left });
    this.waiting.set(key, { read, writers });
    this.timer ??= this.ports.after(ASK_MS, this.ask);
    this.company.changed();
  }

  /** The page may go: gives what nobody else will. Where it surely goes, that is also what who is here, or was, had time for. */
  last(goes: boolean): void {
    const late = ({ since, left }: Writer): boolean => goes && (left || this.ports.now() - since > PROMPT_MS);
    if (goes || this.company.live()) this.settle((client, one) => late(one) || !this.isHere(client), goes);
    this.company.changed();
  }

  end(): void {
    this.last(true);
    this.waiting.clear();
    this.ports.cancel(this.timer);
    this.claims.end();
    this.awareness.off("update", this.hear);
  }

  private readonly ask = (): void => {
    const live = this.company.live();
    for (const [client, one] of this.writers()) {
      this.look(client, one);
      // Without a network nobody else is heard: that says nothing of who is there.
      one.asked = live ? one.asked + 1 : 0;
    }
    this.settle((client, one) => live && one.asked > this.patience(client, one), false);
    this.timer = this.waiting.size > 0 ? this.ports.after(ASK_MS, this.ask) : null;
    this.company.changed();
  };

  private writers(): [number, Writer][] {
    return [...this.waiting.values()].flatMap(({ writers }) => [...writers]);
  }

  /** Forgets what is back, and gives what is not where that is due. */
  private settle(due: (client: number, one: Writer) => boolean, goes: boolean): void {
    this.claims.prove();
    for (const [key, waiting] of [...this.waiting]) {
      try {
        this.settleOne(waiting, due, goes);
      } catch (error) {
        // What cannot be read is nobody's to give.
        waiting.writers.clear();
        globalThis.reportError(error);
      }
      if (waiting.writers.size === 0) this.waiting.delete(key);
    }
  }

  private settleOne({ read, writers }: Waiting, due: (client: number, one: Writer) => boolean, goes: boolean): void {
    for (const client of [...writers.keys()]) {
      const own: Whose = (other) => other === client;
      for (const { letters } of read(own).filter((piece) => this.isThere(piece))) this.claims.found(letters);
      if (read(own).length === 0) writers.delete(client);
    }
    const now = new Set([...writers].flatMap(([client, one]) => (due(client, one) ? client : [])));
    if (now.size === 0 || !this.company.give(read((client) => now.has(client)), goes)) return;
    for (const client of now) writers.delete(client);
  }

  private isThere(piece: Piece): boolean {
    return this.company.stands(piece, (id) => this.claims.isSince(piece.letters[0]!, id));
  }

  private patience(client: number, { left }: Writer): number {
    if (this.isHere(client)) return left ? ASKED_ANEW : ASKED;
    const lower = [...this.awareness.getStates().keys()].filter((page) => page < this.doc.clientID).length;
    return lower < RANKS ? lower : RANKS + this.chance;
  }

  /** Who is here is not known before everybody is heard. */
  private look(client: number, one: Writer): void {
    const here = this.isHere(client);
    if (this.company.live()) one.left ||= !here || !one.here;
    one.here = here;
  }

  /** Whether somebody is here who writes for a client: their own page, or one that took up what it left behind. */
  private isHere(client: number): boolean {
    const own = this.doc.clientID;
    // Of several that took up the same, one brings it back: the first of them.
    const mayBe = (page: number): boolean => page !== own && (!this.before.has(client) || page < own);
    return [...this.awareness.getStates()].some(([page, said]) => {
      const others: unknown = said[FOR];
      return page === client || (Array.isArray(others) && others.includes(client) && mayBe(page));
    });
  }

  /** Whether a client's page is known to have been away since it was waited for. */
  hasLeft(client: number): boolean {
    return this.writers().some(([writer, { left }]) => writer === client && left);
  }

  private readonly hear = ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>): void => {
    for (const page of [...added, ...updated]) this.claims.hear(page, this.awareness.getStates().get(page) ?? {});
    for (const page of removed) this.claims.forget(page);
    for (const [client, one] of this.writers()) this.look(client, one);
    this.claims.prove();
  };
}

/** Whether there is anything of a client to wait for; an empty cell is nothing. */
function hasAny(read: Waiting["read"], client: number): boolean {
  try {
    return read((other) => other === client).length > 0;
  } catch {
    // It is asked again when it is given.
    return true;
  }
}

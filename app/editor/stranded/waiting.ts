// What another wrote into something that was taken away here. Whoever wrote it brings it back as soon as their page hears of that; where
// they are gone, this page does. Who brings something back says so in their presence, which is believed once the letters are there.
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { Ports } from "../sync/link.ts";
import { type Letters, LetterSet, textOf } from "./letters.ts";
import type { Piece } from "./restore.ts";

interface Waiting {
  /** Who wrote it. */
  client: number;
  /** What of it is not back, as it can be read now. */
  read: () => Piece[];
  since: number;
  /** How often was asked for it. */
  asked: number;
  /** Whether its writer was not here at a time: who comes back may never learn that it lost its place. */
  left: boolean;
}

/** What a page says to have brought back: these letters, by those that it wrote from one of its clocks to another. */
interface Claim {
  page: number;
  of: Letters[];
  by: Letters;
}

/** What is around. */
export interface Company {
  /** Whether others are heard. */
  readonly live: () => boolean;
  /** Puts pieces back; false while that cannot be. */
  readonly give: (pieces: Piece[]) => boolean;
  /** Called when `owes` may have changed. */
  readonly changed: () => void;
}

const ASK_MS = 1_000;
/** So often is asked while the writer is here, who may have an input method compose and hear nothing meanwhile. */
const ASKED = 30;
const ASKED_ANEW = 3;
/** Of several who took the same away one gives: the others let so many turns pass, by their clients' order. */
const RANKS = 8;
/** A writer who is here has brought back within this what they can, in milliseconds. */
const PROMPT_MS = 1_500;
/** So many letters that a writer wrote again are no chance. */
const TELLING = 12;

/** In a page's presence: the clients of earlier pages whose words it brings along. */
const FOR = "for";
/** In a page's presence: what it has just brought back, for so long and so much. */
const BACK = "back";
const BACK_MS = 10_000;
const BACK_MANY = 32;
/** So many claims of others are remembered until they are proven. */
const CLAIMS = 256;

export class Waits {
  private readonly waiting = new Map<object, Waiting>();
  private timer: unknown = null;
  private readonly before = new Set<number>();
  private back: unknown[] = [];
  private forgets: unknown = null;
  private claims: Claim[] = [];
  private readonly returned = new LetterSet();

  constructor(
    private readonly doc: Y.Doc,
    private readonly awareness: Awareness,
    private readonly ports: Pick<Ports, "after" | "cancel" | "now">,
    private readonly company: Company,
  ) {
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

  /** Whether a letter is known to be back. */
  isBack(id: Y.ID): boolean {
    return this.returned.has(id);
  }

  /** This page brings along what these clients wrote. */
  speaksFor(clients: Iterable<number>): void {
    for (const client of clients) this.before.add(client);
    this.awareness.setLocalStateField(FOR, [...this.before]);
  }

  /** Lets those know who may wait for it that this page has written letters again, as letters of its own. */
  brought(pieces: Piece[], by: Pick<Letters, "clock" | "length">): void {
    const at = [by.clock, by.clock + by.length];
    const said = pieces.map(({ letters }) => [letters.map(({ client, clock, length }) => [client, clock, length]), at]);
    this.back = [...this.back, ...said].slice(-BACK_MANY);
    this.awareness.setLocalStateField(BACK, this.back);
    for (const { letters } of pieces) for (const some of letters) this.returned.add(some);
    this.ports.cancel(this.forgets);
    this.forgets = this.ports.after(BACK_MS, () => {
      this.back = [];
      this.awareness.setLocalStateField(BACK, undefined);
    });
  }

  /** Waits for what a client wrote; `key` stands for where that is. */
  add(key: object, client: number, read: () => Piece[]): void {
    const known = this.waiting.get(key);
    const left = known?.left || !this.isHere(client);
    this.waiting.set(key, { client, read, since: known?.since ?? this.ports.now(), asked: 0, left });
    this.timer ??= this.ports.after(ASK_MS, this.ask);
    this.company.changed();
  }

  /** The page may go: gives what nobody else will. Where it surely goes, that is also what who is here had time for. */
  last(goes: boolean): void {
    this.prove();
    const late = ({ since }: Waiting): boolean => goes && this.ports.now() - since > PROMPT_MS;
    this.settle((one) => late(one) || one.left || !this.isHere(one.client));
    if (goes) this.waiting.clear();
    this.company.changed();
  }

  end(): void {
    this.last(true);
    this.ports.cancel(this.timer);
    this.ports.cancel(this.forgets);
    this.awareness.off("update", this.hear);
  }

  private readonly ask = (): void => {
    this.prove();
    const live = this.company.live();
    this.settle((one) => {
      // Without a network nobody else is heard: that says nothing of who is there.
      one.asked = live ? one.asked + 1 : 0;
      return live && one.asked > this.patience(one);
    });
    this.timer = this.waiting.size > 0 ? this.ports.after(ASK_MS, this.ask) : null;
    this.company.changed();
  };

  /** Forgets what is back, and gives what is not where that is due. */
  private settle(due: (one: Waiting) => boolean): void {
    const pieces: Piece[] = [];
    const given: object[] = [];
    for (const [key, one] of this.waiting) {
      const left = one.read().filter((piece) => !this.isWrittenAgain(one.client, piece));
      if (left.length === 0) {
        this.waiting.delete(key);
      } else if (due(one)) {
        pieces.push(...left);
        given.push(key);
      }
    }
    if (pieces.length > 0 && this.company.give(pieces)) for (const key of given) this.waiting.delete(key);
  }

  private patience({ client, left }: Waiting): number {
    if (this.isHere(client)) return left ? ASKED_ANEW : ASKED;
    const lower = [...this.awareness.getStates().keys()].filter((page) => page < this.doc.clientID).length;
    return Math.min(lower, RANKS);
  }

  /** Whether somebody is here who writes for a client. */
  isHere(client: number): boolean {
    return this.writersFor(client).length > 0;
  }

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

  private readonly hear = ({ added, updated }: Record<"added" | "updated", number[]>): void => {
    for (const one of this.waiting.values()) one.left ||= !this.isHere(one.client);
    for (const page of [...added, ...updated]) {
      if (page !== this.doc.clientID) this.claims.push(...claimsOf(page, this.awareness.getStates().get(page)?.[BACK]));
    }
    this.claims = this.claims.slice(-CLAIMS);
    this.prove();
  };

  /** Believes what the document shows: the letters that a page says to have written are there, and are those. */
  private prove(): void {
    this.claims = this.claims.filter(({ of, by }) => {
      const written = textOf(this.doc, by);
      if (written === null) return true;
      const said = of.map((some) => textOf(this.doc, some) ?? "").join("");
      if (said !== "" && isPartOf(said, written)) for (const some of of) this.returned.add(some);
      return false;
    });
  }

  /** Whether its writer has written it again, and said so to somebody else only. */
  private isWrittenAgain(client: number, { letters, inline, block }: Piece): boolean {
    const text = inline.map(({ textContent }) => textContent).join("") + (block?.textContent ?? "");
    if (text.trim().length < TELLING) return false;
    const end = Math.max(...letters.filter((some) => some.client === client).map(({ clock, length }) => clock + length), 0);
    return [client, ...this.writersFor(client)].some((page) => {
      const from = page === client ? end : 0;
      const later = { client: page, clock: from, length: Math.max(0, this.clockOf(page) - from) };
      return textOf(this.doc, later, ({ deleted }) => !deleted)?.includes(text) ?? false;
    });
  }

  private clockOf(client: number): number {
    const last = this.doc.store.clients.get(client)?.at(-1);
    return last ? last.id.clock + last.length : 0;
  }
}

/** What another page says; nothing in it is taken for granted. */
function claimsOf(page: number, said: unknown): Claim[] {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(said)) return [];
  return said.slice(-BACK_MANY).flatMap((one: unknown) => {
    const [of, by] = Array.isArray(one) ? (one as unknown[]) : [];
    if (!Array.isArray(of) || !Array.isArray(by) || !by.every(isCount) || by.length !== 2) return [];
    if (!of.every((some) => Array.isArray(some) && some.length === 3 && some.every(isCount))) return [];
    const letters = (of as [number, number, number][]).map(([client, clock, length]) => ({ client, clock, length }));
    return [{ page, of: letters, by: { client: page, clock: by[0]!, length: Math.max(0, by[1]! - by[0]!) } }];
  });
}

/** Whether a text has all letters of another, in whatever order: of equal letters side by side Yjs cannot tell which were put in. */
function isPartOf(text: string, whole: string): boolean {
  const left = new Map<string, number>();
  for (const letter of whole) left.set(letter, (left.get(letter) ?? 0) + 1);
  for (const letter of text) {
    const count = left.get(letter) ?? 0;
    if (count === 0) return false;
    left.set(letter, count - 1);
  }
  return true;
}

// What pages say in their presence to have written again (`back`): which letters, by which of their own. Whoever writes may say anything
// (the room passes nothing of it on for who only reads): it is believed of letters that are known to be lost here, where those that are
// said to stand for them are there, say the same, and are newer than the loss. Until they are there it waits.
import * as decoding from "lib0/decoding";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Ports } from "../sync/link.ts";
import { GONE, type Letters, LetterMap, LetterSet, textOf } from "./letters.ts";
import { ATOM } from "./place.ts";
import type { Piece } from "./restore.ts";

/** How far each client had written. */
export type Clocks = ReadonlyMap<number, number>;

/** What a page says: these letters are there again, as those that it wrote from one of its clocks to another. */
interface Claim {
  of: Letters[];
  by: Letters;
}

/** In a page's presence: what it has just brought back. */
const BACK = "back";
/** For so long, and so much of it at once: the room takes no presence of more than 4 kB. */
const BACK_MS = 10_000;
const BACK_BYTES = 2_400;
/** What does not fit is said so much later, instead. */
const TURN_MS = 1_000;
/** So many pieces of letters are said as one; so many claims of a page are looked at, which wait for letters or come at once. */
const PIECES = 48;
const CLAIMS = 64;
/** More letters than this nobody brings back at once: what a claim costs is bounded. */
const LETTERS = 32_768;

const NO_LETTERS = new RegExp(`[${ATOM}${GONE}]`, "g");

export class Claims {
  /** What was lost here, with how far everybody had written before. */
  private readonly lost = new LetterMap<Clocks>();
  private readonly returned = new LetterSet();
  /** Of each page what it said last, and what cannot be decided yet. */
  private readonly heard = new Map<number, { said: Set<string>; open: Claim[] }>();
  private saying: unknown[] = [];
  private unsaid: unknown[] = [];
  private turn: unknown = null;

  constructor(
    private readonly doc: Y.Doc,
    private readonly awareness: Awareness,
    private readonly ports: Pick<Ports, "after" | "cancel">,
    /** Called when something is said that is not to come later than the letters. */
    private readonly hasten: () => void,
  ) {}

  /** Notes that letters have lost their place, when everybody had written so far. */
  lose(letters: Letters[], before: Clocks): void {
    for (const some of letters) this.lost.note(some, before);
  }

  /** Whether a letter is known to be back. */
  isBack(id: Y.ID): boolean {
    return this.returned.has(id);
  }

  /** Letters are back. */
  found(letters: Letters[]): void {
    for (const some of letters) this.returned.add(some);
  }

  /** Whether a letter was written since another was lost. */
  isSince(lost: Y.ID, { client, clock }: Y.ID): boolean {
    const before = this.lost.get(lost);
    return before !== undefined && clock >= (before.get(client) ?? 0);
  }

  /** Lets those know who may wait for it that this page has written letters again, as letters of its own. */
  brought(pieces: Piece[], by: Pick<Letters, "clock" | "length">): void {
    for (const { letters } of pieces) {
      this.found(letters);
      for (let from = 0; from < letters.length; from += PIECES) {
        const of = letters.slice(from, from + PIECES).map(({ client, clock, length }) => [client, clock, length]);
        this.unsaid.push([of, [by.clock, by.clock + by.length]]);
      }
    }
    this.say();
    this.hasten();
  }

  end(): void {
    this.ports.cancel(this.turn);
  }

  private say(): void {
    const fits = (): boolean => JSON.stringify([...this.saying, this.unsaid[0]]).length <= BACK_BYTES;
    while (this.unsaid.length > 0 && (this.saying.length === 0 || fits())) this.saying.push(this.unsaid.shift());
    this.awareness.setLocalStateField(BACK, this.saying.length > 0 ? [...this.saying] : undefined);
    this.ports.cancel(this.turn);
    if (this.saying.length === 0) return;
    this.turn = this.ports.after(this.unsaid.length > 0 ? TURN_MS : BACK_MS, () => {
      this.saying = [];
      this.say();
    });
  }

  /** What others say, before it counts for anything else: it may be of letters that come in the same moment. */
  foretell(presence: readonly Uint8Array[]): void {
    try {
      for (const update of presence) {
        const decoder = decoding.createDecoder(update);
        for (let left = decoding.readVarUint(decoder); left > 0; left--) {
          const page = decoding.readVarUint(decoder);
          decoding.readVarUint(decoder);
          const state = JSON.parse(decoding.readVarString(decoder)) as Record<string, unknown> | null;
          if (state) this.hear(page, state);
        }
      }
    } catch {
      // A cut or hostile message: the link, which takes it next, says so.
    }
  }

  hear(page: number, state: Record<string, unknown>): void {
    if (page === this.doc.clientID) return;
    const known = this.heard.get(page);
    const all = Array.isArray(state[BACK]) ? (state[BACK] as unknown[]).slice(-CLAIMS) : [];
    const anew = all.filter((one) => !known?.said.has(JSON.stringify(one)));
    const said = new Set(all.map((one) => JSON.stringify(one)));
    this.heard.set(page, { said, open: [...(known?.open ?? []), ...anew.flatMap((one) => claimOf(page, one) ?? [])].slice(-CLAIMS) });
  }

  /** A page is gone. */
  forget(page: number): void {
    this.heard.delete(page);
  }

  /** Believes what the document shows. */
  prove(): void {
    for (const heard of this.heard.values()) {
      const { open } = heard;
      // Whatever is wrong with one, it is not looked at again.
      heard.open = [];
      for (const claim of open) {
        try {
          if (!this.isDecided(claim)) heard.open.push(claim);
        } catch (error) {
          globalThis.reportError(error);
        }
      }
    }
  }

  private isDecided({ of, by }: Claim): boolean {
    if (Y.getState(this.doc.store, by.client) < by.clock + by.length) return false;
    const lost = of.flatMap((some) => [...this.lost.within(some)]);
    if (lost.length === 0) return false;
    const since = lost.filter(({ value }) => by.clock >= (value.get(by.client) ?? 0));
    if (since.length > 0 && this.isShown(of, by)) this.found(since);
    return true;
  }

  /** Whether letters say what is said of them. */
  private isShown(of: Letters[], by: Letters): boolean {
    const many = of.reduce((sum, { length }) => sum + length, 0);
    if (by.length > LETTERS || many > LETTERS) return false;
    const [written, ...said] = [by, ...of].map((some) => textOf(this.doc, some));
    if (written == null || said.includes(null)) return false;
    const rows = said.join("").split(NO_LETTERS).filter((row) => row !== "");
    // What is no letter may have found no place where the letters did.
    if (rows.length === 0) return said.join("").includes(ATOM) && written.includes(ATOM);
    const all = written.replaceAll(NO_LETTERS, "");
    return rows.every((row) => hasRow(all, row));
  }
}

/** What another page says; nothing in it is taken for granted. */
function claimOf(page: number, said: unknown): Claim | null {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const [of, by] = Array.isArray(said) ? (said as unknown[]) : [];
  if (!Array.isArray(of) || !Array.isArray(by) || !by.every(isCount) || by.length !== 2) return null;
  if (!of.every((some) => Array.isArray(some) && some.length === 3 && some.every(isCount))) return null;
  const letters = (of as [number, number, number][]).map(([client, clock, length]) => ({ client, clock, length }));
  return { of: letters, by: { client: page, clock: by[0]!, length: Math.max(0, by[1]! - by[0]!) } };
}

/** Whether a text has all letters of another side by side, in whatever order: of equal letters Yjs cannot tell which were put in. */
export function hasRow(text: string, row: string): boolean {
  const missing = new Map<string, number>();
  let wrong = 0;
  const count = (letter: string, more: number): void => {
    const [before, now] = [missing.get(letter) ?? 0, (missing.get(letter) ?? 0) + more];
    missing.set(letter, now);
    wrong += Number(now !== 0) - Number(before !== 0);
  };
  for (let index = 0; index < row.length; index++) count(row[index]!, 1);
  for (let index = 0; index < text.length && wrong > 0; index++) {
    count(text[index]!, -1);
    if (index >= row.length) count(text[index - row.length]!, 1);
  }
  return wrong === 0;
}

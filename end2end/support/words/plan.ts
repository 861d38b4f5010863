// What several people do to one text, from a seed. A place is a number between 0 and 1: where that is, is found on the page of who
// acts when they act.
import type { Base } from "./acts.ts";
import { Chance } from "./chance.ts";

/** What somebody does, and how often of a thousand times. */
const OFTEN = {
  /** A word at once, or letter by letter while frames come and go; at a place or where the caret is. */
  write: 150,
  live: 150,
  goOn: 90,
  goOnLive: 90,
  enter: 50,
  joinBefore: 40,
  joinNext: 20,
  heading: 25,
  bullets: 25,
  numbers: 15,
  tasks: 10,
  quote: 20,
  callout: 10,
  step: 10,
  code: 10,
  indent: 25,
  outdent: 25,
  up: 20,
  down: 20,
  deletes: 25,
  deletesBlock: 15,
  over: 20,
  moves: 15,
  undo: 25,
  redo: 15,
  /** The network goes, or comes back; gets slower; frames arrive; what was done is a step of its own to take back. */
  leaves: 40,
  returns: 30,
  slow: 30,
  wait: 100,
  breath: 20,
  /** The page is closed without a network, and opened again. */
  again: 10,
} as const;

/** What somebody does to a table, where the text has one; and of how many deeds it is one. */
const TABLES = ["row", "column", "headRow", "headColumn", "deletesRow", "deletesColumn", "nextCell"] as const;
const ONE_IN = 4;

export type Deed = keyof typeof OFTEN | (typeof TABLES)[number];

export interface Op {
  who: string;
  does: Deed;
  at: number;
  to: number;
  /** What is written; nothing for deeds that write nothing. */
  word?: string;
}

export interface Plan {
  seed: number;
  base: Base;
  ops: Op[];
}

const LEAST = 6;
const MOST = 24;
const WRITES: readonly Deed[] = ["write", "live", "goOn", "goOnLive", "over"];
const TOTAL = Object.values(OFTEN).reduce((sum, often) => sum + often, 0);

function deed(chance: Chance): Deed {
  let left = chance.below(TOTAL);
  for (const [name, often] of Object.entries(OFTEN)) {
    left -= often;
    if (left < 0) return name as Deed;
  }
  throw new Error("the parts are less than the whole");
}

/** Letters enough for each word to have its own: so it is known of every letter whose it is, and no difference between two texts can
 * be read in two ways. Greek, Cyrillic, Armenian; small and large. */
const LETTERS = [[0x3b1, 0x3c1], [0x430, 0x45f], [0x561, 0x586], [0x391, 0x3a1], [0x410, 0x42f], [0x531, 0x556]]
  .flatMap(([first, last]) => Array.from({ length: last! - first! + 1 }, (_, index) => String.fromCharCode(first! + index)));
const WORD = 5;

const word = (index: number): string => LETTERS.slice(index * WORD, (index + 1) * WORD).join("");

/** The plan of a seed. */
export function planOf(seed: number): Plan {
  const chance = new Chance(seed);
  const people = chance.below(4) === 0 ? ["ilse", "bea", "cleo"] : ["ilse", "bea"];
  const base = chance.of(["lines", "lines", "list", "nested", "table"] as const);
  const ops = Array.from({ length: LEAST + chance.below(MOST - LEAST) }, (_, index): Op => {
    const does = base === "table" && chance.below(ONE_IN) === 0 ? chance.of(TABLES) : deed(chance);
    const op = { who: chance.of(people), does, at: round(chance.next()), to: round(chance.next()) };
    return WRITES.includes(does) ? { ...op, word: word(index) } : op;
  });
  return { seed, base, ops };
}

/** Short, so that a plan can be read. */
const round = (value: number): number => Math.floor(value * 1_000) / 1_000;

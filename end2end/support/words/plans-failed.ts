// Plans that failed once, in short.
import type { Plan } from "./plan.ts";

export const FAILED: readonly Plan[] = [
  {
    seed: 700043,
    base: "lines",
    ops: [
      { who: "bea", does: "live", at: 0.432, to: 0.48, word: "αβγδε" },
      { who: "bea", does: "goOn", at: 0.499, to: 0.748, word: "λμνξο" },
      { who: "ilse", does: "quote", at: 0.552, to: 0.276 },
      { who: "ilse", does: "goOnLive", at: 0.047, to: 0.752, word: "гдежз" },
      { who: "bea", does: "leaves", at: 0.619, to: 0.262 },
      { who: "ilse", does: "goOnLive", at: 0.311, to: 0.987, word: "нопрс" },
      { who: "ilse", does: "undo", at: 0.483, to: 0.935 },
      { who: "bea", does: "goOnLive", at: 0.337, to: 0.872, word: "чшщъы" },
    ],
  },
  {
    seed: 700083,
    base: "lines",
    ops: [
      { who: "ilse", does: "callout", at: 0.768, to: 0.337 },
      { who: "bea", does: "deletesBlock", at: 0.369, to: 0.591 },
      { who: "bea", does: "goOn", at: 0.125, to: 0.054, word: "ћќѝўџ" },
      { who: "bea", does: "live", at: 0.51, to: 0.876, word: "զէըթժ" },
      { who: "ilse", does: "again", at: 0.079, to: 0.072 },
    ],
  },
  {
    seed: 5218,
    base: "lines",
    ops: [{ who: "ilse", does: "deletes", at: 0.003, to: 0.959 }],
  },
];

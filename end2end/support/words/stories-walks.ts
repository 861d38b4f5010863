// Two do one thing after the other by chance, each seeing all that the other did before, and often take it back.
import { LINE } from "./acts.ts";
import { Chance } from "./chance.ts";
import { inOrder, lines } from "./oracle.ts";
import { RESHAPES, step, WORDS } from "./stories-reshaped.ts";
import type { Story } from "./story.ts";
import type { Writer } from "./writer.ts";

type Kind = "undo" | "redo" | "shapes" | "types" | "deletes" | "types over" | "moves";

/** Turns of a walk, and what each may be. */
const TURNS = 12;
const TAKES_BACK: readonly Kind[] = ["undo", "undo", "undo", "redo"];
const CALM: readonly Kind[] = [...TAKES_BACK, "types", "types", "shapes", "shapes", "shapes", "shapes"];
const WILD: readonly Kind[] = [...TAKES_BACK, "shapes", "shapes", "shapes", "types", "types", "deletes", "types over", "moves"];

/** Words that are deleted, typed over and put elsewhere; of shorter ones nobody can tell whether they are the same. */
const TOUCHED = LINE.filter((word) => word.length > 3);

const FIRST = Array.from({ length: 60 }, (_, index) => index + 1);
/** Walks that once failed. */
const FAILED = [144, 397, 422, 487, 684, 1886, 1911, 1931, 1958, 2095, 2290, 2481, 2753, 2882, 3171, 4391, 4569, 5445, 5679];

/** Puts a word behind another. */
function moves(writer: Writer, word: string): void {
  const others = WORDS.filter((other) => other !== word && writer.find(other) !== null);
  writer.select(writer.at(word, true), writer.at(word));
  const clipboard = writer.cut();
  writer.select(writer.at(others[word.length % others.length]!, true));
  writer.paste(clipboard);
}

const walk = (name: string, kinds: readonly Kind[], seed: number): Story => ({
  name: `${name} ${seed}`,
  base: "lines",
  plays: async (scene, holds) => {
    const chance = new Chance(seed);
    const [typed, touched] = [[] as string[], new Set<string>()];
    let inPlace = true;
    for (let turn = 1; turn <= TURNS; turn++) {
      const [writer, kind] = [chance.of([scene.ilse, scene.bea]), kinds[chance.below(kinds.length)]!];
      const touches = kind === "deletes" || kind === "types over" || kind === "moves";
      const [word, shape, fresh] = [chance.of(touches ? TOUCHED : WORDS), chance.of(RESHAPES), `z${String.fromCharCode(96 + turn)}z`];
      const order = inOrder(lines(scene.doc), [...WORDS, ...typed]);
      inPlace &&= !(kind === "shapes" && shape.moves) && !touches;
      await step(scene, async () => {
        if (kind === "undo" || kind === "redo") return void writer.tryKey(kind === "undo" ? "Mod-z" : "Mod-y");
        if (writer.find(word) === null) return;
        if (kind === "shapes") return shape.does(writer, word);
        if (touches) touched.add(word);
        if (kind === "moves") return moves(writer, word);
        writer.select(writer.at(word, touches), writer.at(word));
        if (kind === "deletes") return writer.press("Backspace");
        typed.push(fresh);
        await writer.type(kind === "types" ? `${fresh} ` : fresh);
      });
      // What was typed may be taken back, and who deletes may take that back: then it is there once.
      const open = [...typed, ...touched];
      const words = LINE.filter((one) => !touched.has(one));
      const says = `${turn}: ${writer.name} ${kind} ${kind === "shapes" ? shape.name : ""} at ${word}`;
      holds(says, { words, open, pieces: null, order: inPlace ? order : [] });
    }
  },
  words: [],
  pieces: null,
});

export const WALKED: readonly Story[] = [
  ...[...FIRST, ...FAILED].map((seed) => walk("walk", CALM, seed)),
  ...FIRST.map((seed) => walk("wild walk", WILD, seed)),
];

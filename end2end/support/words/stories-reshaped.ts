// One makes something else of a line, then another makes something else of that; then both take back what they did, and do it again, in
// every order. Everybody sees each step before the next: no word may go, or stand twice, or come back that somebody deleted.
import { LINE } from "./acts.ts";
import { inOrder, lines } from "./oracle.ts";
import type { Scene } from "./scene.ts";
import { BREATH_MS, type Expected, type Story } from "./story.ts";
import { SENTENCE } from "./ways.ts";
import type { Writer } from "./writer.ts";

/** What somebody does to the line in the middle. */
export interface Deed {
  name: string;
  does: (writer: Writer, word: string) => void | Promise<void>;
  /** Words that it takes out. */
  deletes?: readonly string[];
  /** Whether it writes Bea's sentence. */
  writes?: boolean;
  /** Whether it changes the order of lines. */
  moves?: boolean;
}

const command = (name: string, args: Record<string, unknown> = {}) => (writer: Writer, word: string): void => {
  writer.select(writer.at(word));
  writer.command(name, args);
};
const key = (combination: string) => (writer: Writer, word: string): void => {
  writer.select(writer.at(word));
  writer.tryKey(combination);
};

export const RESHAPES: readonly Deed[] = [
  { name: "Heading 1", does: command("heading", { level: 1 }) },
  { name: "Heading 2", does: command("heading", { level: 2 }) },
  { name: "Bulleted list", does: command("bullet_list") },
  { name: "Numbered list", does: command("ordered_list") },
  { name: "Quote", does: command("blockquote") },
  { name: "Callout", does: command("callout", { kind: "note" }) },
  { name: "Step", does: command("step") },
  { name: "Code block", does: command("code_block") },
  { name: "Enter", does: key("Enter") },
  {
    name: "Backspace at the start",
    does: (writer, word) => {
      writer.select(writer.headOf(word));
      writer.tryKey("Backspace");
    },
  },
  { name: "Alt+Up", does: key("Alt-ArrowUp"), moves: true },
  { name: "Alt+Down", does: key("Alt-ArrowDown"), moves: true },
];

const WRITES: readonly Deed[] = [
  {
    name: "her sentence",
    does: async (bea) => {
      bea.select(bea.at("bay"));
      await bea.type(`${SENTENCE} `);
    },
    writes: true,
  },
  {
    name: "a line below",
    does: async (bea) => {
      bea.select(bea.at("bramble", true));
      bea.press("Enter");
      await bea.type(SENTENCE);
    },
    writes: true,
  },
  {
    name: "a line above",
    does: async (bea) => {
      bea.select(bea.at("aspen", true));
      bea.press("Enter");
      await bea.type(SENTENCE);
    },
    writes: true,
  },
  {
    name: "the deletion of two words",
    does: (bea) => {
      bea.select(bea.at("bramble", true), bea.at("bay"));
      bea.press("Backspace");
    },
    deletes: ["bay", "bramble"],
  },
  {
    name: "the deletion of the line's words",
    does: (bea) => {
      bea.select(bea.at("bramble", true), bea.at("birch"));
      bea.press("Backspace");
    },
    deletes: LINE,
  },
];

export const WORDS = [...LINE, "alder", "ash", "aspen", "cedar", "clover", "cypress"];
const ALL = [...WORDS, ...SENTENCE.split(" ")];

/** Who takes back (`u`) or does again (`y`) what they did last. */
const ORDERS = ["Iu Iy Bu By", "Iu Bu Iy By", "Iu Bu By Iy", "Bu Iu By Iy", "Bu Iu Iy By", "Bu By Iu Iy"] as const;

function expected(deed: Deed, done: boolean): Expected {
  return { words: LINE, gone: done ? (deed.deletes ?? []) : [], pieces: done && deed.writes ? [SENTENCE] : null };
}

export async function step(scene: Scene, act: () => void | Promise<void>): Promise<void> {
  await act();
  await scene.quiet();
  await scene.pass(BREATH_MS);
}

const story = (first: Deed, second: Deed, order: (typeof ORDERS)[number]): Story => ({
  name: `Ilse ${first.name}, Bea ${second.name}, ${order}`,
  base: "lines",
  plays: async (scene, holds) => {
    await step(scene, () => first.does(scene.ilse, "bay"));
    holds("first", expected(second, false));
    await step(scene, () => second.does(scene.bea, "bay"));
    holds("second", expected(second, true));
    let done = true;
    for (const [index, turn] of order.split(" ").entries()) {
      const [writer, combination] = [turn[0] === "I" ? scene.ilse : scene.bea, turn[1] === "u" ? "Mod-z" : "Mod-y"] as const;
      const order = (writer === scene.ilse ? first : second).moves ? [] : inOrder(lines(scene.doc), ALL);
      await step(scene, () => void writer.tryKey(combination));
      if (writer === scene.bea) done = turn === "By";
      holds(`${index + 1}: ${turn}`, { ...expected(second, done), order });
    }
  },
  words: second.deletes ? [] : LINE,
  pieces: null,
});

export const RESHAPED: readonly Story[] = RESHAPES.flatMap((first) =>
  [...RESHAPES, ...WRITES].flatMap((second) => ORDERS.map((order) => story(first, second, order))),
);

const CUTS: readonly Deed[] = [
  { name: "Cut and paste of the words", chooses: (ilse: Writer) => ilse.select(ilse.at("bramble", true), ilse.at("birch")) },
  { name: "Cut and paste of the block", chooses: (ilse: Writer) => ilse.chooseBlock("birch") },
].map(({ name, chooses }) => ({
  name,
  does: (ilse: Writer): void => {
    chooses(ilse);
    const clipboard = ilse.cut();
    ilse.select(ilse.at("cypress", true));
    ilse.paste(clipboard);
  },
}));

/** Nobody else writes: the text is what it was after each step, to the last detail, in either direction. */
const alone = (deeds: readonly Deed[]): Story => ({
  name: `Ilse alone: ${deeds.map(({ name }) => name).join(", ")}`,
  base: "lines",
  plays: async (scene, holds) => {
    const { ilse } = scene;
    const were = [scene.doc.toString()];
    for (const deed of deeds) {
      await step(scene, () => deed.does(ilse, "bay"));
      were.push(scene.doc.toString());
    }
    let at = were.length - 1;
    for (const key of ["Mod-z", "Mod-y", "Mod-z", "Mod-y"]) {
      for (const ends = key === "Mod-z" ? 0 : were.length - 1; at !== ends; ) {
        await step(scene, () => void ilse.tryKey(key));
        const found = scene.doc.toString();
        // What changes nothing is no step, and what was pasted half a second after the cut is one of its own.
        const next = key === "Mod-z" ? were.lastIndexOf(found, at - 1) : were.indexOf(found, at + 1);
        if (next < 0) throw new Error(`${key} at ${at}: ${found}, of ${were.join("; ")}`);
        at = next;
      }
    }
    holds("done again", { words: LINE, gone: deeds.flatMap(({ deletes = [] }) => deletes), pieces: null });
  },
  words: [],
  pieces: null,
});

export const ALONE: readonly Story[] = [
  ...[...WRITES, ...CUTS].map((deed) => alone([deed])),
  ...RESHAPES.flatMap((one) => RESHAPES.map((two) => alone([one, two]))),
];

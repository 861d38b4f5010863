// Steps of more than one act, of parts of lines, of what is no letter, and of blocks chosen as a whole: what becomes of them when another
// makes something else of the line, and they are taken back then.
import { type Base, LINE } from "./acts.ts";
import type { Scene } from "./scene.ts";
import { BREATH_MS, type Expected, type Story } from "./story.ts";
import type { Writer } from "./writer.ts";

/** Two acts within this are one step. */
const AT_ONCE_MS = 100;

type Act = (writer: Writer, scene: Scene) => void | Promise<void>;

const at = (word: string, name: string, args: Record<string, unknown> = {}): Act => (writer) => {
  writer.select(writer.at(word));
  if (!writer.command(name, args)) throw new Error(`${name} does nothing`);
};
const key = (word: string, combination: string): Act => (writer) => {
  writer.select(writer.at(word));
  writer.press(combination);
};
const over = (from: string, to: string, text: string): Act => async (writer) => {
  writer.select(writer.at(to, true), writer.at(from));
  if (text === "") writer.press("Backspace");
  else await writer.type(text);
};
const undo: Act = (writer) => void writer.tryKey("Mod-z");
const both = (one: Act, other: Act): Act => async (writer, scene) => {
  await one(writer, scene);
  await scene.pass(AT_ONCE_MS);
  await other(writer, scene);
};
const block = (word: string): Act => (writer) => {
  writer.chooseBlock(word);
  writer.press("Delete");
};

interface Case extends Expected {
  name: string;
  base?: Base;
  ilse: Act;
  /** What Bea does then; nothing where Ilse is alone. */
  bea?: Act;
}

/** All that is left of the lines where a word is not said to be gone. */
const left = (gone: readonly string[] = []): Expected => ({ words: [...LINE, ...gone], gone, pieces: null });

const CASES: readonly Case[] = [
  { name: "a list and a deletion in it at once", ilse: both(at("beech", "bullet_list"), over("beech", "beech", "")), ...left() },
  { name: "Enter and a deletion behind it at once", ilse: both(key("bay", "Enter"), over("bay", "bay", "")), ...left() },
  { name: "a list and a break in it at once", ilse: both(at("bay", "bullet_list"), at("bay", "hard_break")), ...left() },
  { name: "a join and the deletion of the block at once", ilse: both(key("birch", "Backspace"), block("birch")), ...left() },
  { name: "a break, in what becomes a quote", ilse: at("bay", "hard_break"), bea: at("beech", "blockquote"), ...left() },
  { name: "a footnote, in what becomes a list", ilse: at("bay", "footnote"), bea: at("beech", "bullet_list"), ...left() },
  {
    name: "words over the end of one line and the beginning of the next, in what becomes a heading",
    ilse: over("ash", "beech", "oak"),
    bea: at("bay", "heading", { level: 1 }),
    ...left(["oak"]),
  },
  {
    name: "words over two lines, of which the block is deleted",
    ilse: over("aspen", "birch", "oak"),
    bea: block("bay"),
    words: ["birch"],
    gone: ["alder", "ash", "aspen", "beech", "bay", "bramble"],
    pieces: null,
  },
  { name: "a correction, in what becomes a heading", ilse: over("beech", "beech", "beach"), bea: at("bay", "heading", { level: 1 }), ...left(["beach"]) },
  { name: "a word for two, in what becomes a list", ilse: over("beech", "bay", "oaken"), bea: at("birch", "bullet_list"), ...left(["oaken"]) },
  { name: "a deletion, in what becomes a list", ilse: over("beech", "bay", ""), bea: at("birch", "bullet_list"), ...left() },
  {
    name: "a join of two items, of which the block is deleted",
    base: "nested",
    ilse: over("aspen", "birch", ""),
    bea: block("bay"),
    words: [],
    gone: ["alder", "ash", "beech", "bay", "bramble"],
    pieces: null,
  },
  {
    name: "a join of two items, in what becomes a numbered list",
    base: "nested",
    ilse: over("aspen", "birch", ""),
    bea: at("bay", "ordered_list"),
    words: ["beech", "bay", "bramble"],
    pieces: null,
  },
];

const story = ({ name, base = "lines", ilse, bea, ...expected }: Case): Story => ({
  name: `Ilse takes back ${name}`,
  base,
  plays: async (scene) => {
    for (const [writer, act] of [[scene.ilse, ilse], [scene.bea, bea], [scene.ilse, undo]] as const) {
      await act?.(writer, scene);
      await scene.quiet();
      await scene.pass(BREATH_MS);
    }
  },
  ...expected,
});

/** A block that Bea has chosen as a whole is no more; then she writes elsewhere. */
const CHOSEN: Story = {
  name: "Bea has chosen the block of which Ilse makes a list",
  base: "lines",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    bea.chooseBlock("cypress");
    at("clover", "bullet_list")(ilse, scene);
    await scene.quiet();
    holds("made", { words: LINE, pieces: null, atoms: { bullet_list: 1 } });
    bea.select(bea.at("ash"));
    await bea.type("OAK ");
  },
  words: LINE,
  pieces: ["OAK"],
  atoms: { bullet_list: 1 },
};

/** What is chosen as a whole stays chosen while others write elsewhere. */
const STAYS_CHOSEN: Story = {
  name: "Bea deletes the block that she chose before Ilse wrote elsewhere",
  base: "lines",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    bea.chooseBlock("birch");
    ilse.select(ilse.at("ash"));
    await ilse.type("OAK ");
    await scene.quiet();
    bea.press("Delete");
  },
  words: LINE,
  gone: LINE,
  pieces: ["OAK"],
};

/** What was just pasted is chosen as a whole, and is the last block. */
const PASTED: Story = {
  name: "Ilse writes elsewhere when Bea has pasted a divider behind everything",
  base: "lines",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", "<hr>");
    bea.select(bea.at("cypress", true));
    bea.paste(clipboard);
    await scene.quiet();
    ilse.select(ilse.at("ash"));
    await ilse.type("OAK ");
    await scene.quiet();
    holds("written", { words: LINE, pieces: ["OAK"], atoms: { divider: 1 } });
    bea.press("Mod-z");
  },
  words: LINE,
  pieces: ["OAK"],
  atoms: { divider: 0 },
};

/** What one wrote last went elsewhere by the other's doing: it is taken back there, and nothing else. */
const OVERTAKEN: Story = {
  name: "Ilse takes back her last word when Bea has begun a line before it",
  base: "lines",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    ilse.select(ilse.at("bramble", true));
    await ilse.type(" oak oaken");
    await scene.quiet();
    await scene.pass(BREATH_MS);
    await ilse.type(" OAK");
    await scene.quiet();
    await scene.pass(BREATH_MS);
    key("oaken", "Enter")(bea, scene);
    await scene.quiet();
    ilse.press("Mod-z");
  },
  words: [...LINE, "oaken"],
  pieces: [],
};

/** What is cut in one step and pasted in a later one is what was cut, whatever another has made of it since. */
const CUT: readonly Story[] = [
  { as: "a heading", does: at("bay", "heading", { level: 1 }) },
  { as: "a list", does: at("bay", "bullet_list") },
  { as: "two lines", does: key("bay", "Enter") },
].map(({ as, does }): Story => ({
  name: `Ilse takes back, and does again, that she put a line elsewhere of which Bea has made ${as}`,
  base: "lines",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    ilse.chooseBlock("birch");
    const clipboard = ilse.cut();
    await scene.pass(BREATH_MS);
    ilse.select(ilse.at("cypress", true));
    ilse.paste(clipboard);
    await scene.quiet();
    await scene.pass(BREATH_MS);
    does(bea, scene);
    await scene.quiet();
    for (const [combination, turn] of [["Mod-z", "undo"], ["Mod-y", "redo"]] as const) {
      for (const time of [1, 2]) {
        ilse.tryKey(combination);
        await scene.quiet();
        // Between the two it is cut and nowhere.
        holds(`${turn} ${time}`, left(time === 1 ? LINE : []));
      }
    }
  },
  ...left(),
}));

/** Nothing else is chosen in its place. */
const CHOSEN_GONE: Story = {
  name: "Bea presses Delete when the block that she chose is gone",
  base: "lines",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    bea.chooseBlock("alder");
    block("alder")(ilse, scene);
    await scene.quiet();
    bea.tryKey("Delete");
  },
  words: LINE,
  gone: ["alder", "ash", "aspen"],
  pieces: null,
};



const turns = (scene: Scene, keys: string): Promise<void> =>
  keys.split(" ").reduce(
    (before, turn) => before.then(async () => {
      (turn[0] === "I" ? scene.ilse : scene.bea).tryKey(turn[1] === "z" ? "Mod-z" : "Mod-y");
      await scene.quiet();
      await scene.pass(BREATH_MS);
    }),
    Promise.resolve(),
  );
const rest = async (scene: Scene): Promise<void> => (await scene.quiet(), scene.pass(BREATH_MS));

/** Cuts words, and a while later pastes them, each a step; `anew` in a line of its own. */
const cutsTo = (from: string, to: string, behind: string, anew: boolean): Act => async (writer, scene) => {
  writer.select(writer.at(to, true), writer.at(from));
  const clipboard = writer.cut();
  await rest(scene);
  writer.select(writer.at(behind, true));
  if (anew) writer.press("Enter");
  writer.paste(clipboard);
  await rest(scene);
};

const line = cutsTo("birch", "bramble", "cypress", true);
const word = cutsTo("beech", "beech", "clover", false);

const THERE_AND_BACK: readonly Story[] = [
  { as: "a line, and Bea moves the next up", ilse: line, bea: key("cedar", "Alt-ArrowUp"), keys: "Iz Iz Iy Iy" },
  { as: "a word, and Bea makes its line a heading", ilse: word, bea: at("bay", "heading", { level: 1 }), keys: "Iz Iz Iy Iy" },
  { as: "a word, and Bea makes its line a list", ilse: word, bea: at("bay", "bullet_list"), keys: "Iz Iz Iy Iy" },
  { as: "a word, and Bea makes its line a quote", ilse: word, bea: at("bay", "blockquote"), keys: "Iz Iz Iy Iy" },
  { as: "a word, and Bea moves its line up", ilse: word, bea: key("bay", "Alt-ArrowUp"), keys: "Iz Iz Bz Iy Iy By" },
].map(({ as, ilse, bea, keys }): Story => ({
  name: `Ilse puts elsewhere ${as}; all is taken back and done again`,
  base: "lines",
  plays: async (scene) => {
    await ilse(scene.ilse, scene);
    await bea(scene.bea, scene);
    await rest(scene);
    await turns(scene, keys);
  },
  ...left(),
}));

const ITEMS: Story = {
  name: "an item is lifted out of a list and put back by two, who take that back and do it again",
  base: "list",
  plays: async (scene) => {
    const press = async (writer: Writer): Promise<void> => {
      writer.select(writer.headOf("birch"));
      writer.tryKey("Backspace");
      await rest(scene);
    };
    for (const writer of [scene.ilse, scene.ilse, scene.bea]) await press(writer);
    await turns(scene, "Iz Iz Bz By Iy Iy");
  },
  ...left(),
  order: ["alder", ...LINE, "cedar"],
};

const ONE: readonly Story[] = [CHOSEN, CHOSEN_GONE, STAYS_CHOSEN, PASTED, OVERTAKEN, ITEMS];

export const STEPS: readonly Story[] = [...CASES.map(story), ...ONE, ...CUT, ...THERE_AND_BACK];

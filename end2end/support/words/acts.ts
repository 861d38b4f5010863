// What Ilse does to the line in which Bea writes: "birch beech bay bramble". Only names and hands here, so that the list of tests
// can be made without a page.
import type { Scene } from "./scene.ts";
import type { Writer } from "./writer.ts";

/** The texts of `texts.ts`. */
export type Base = "lines" | "without" | "list" | "nested" | "table" | "grid";

export interface Act {
  name: string;
  base: Base;
  /** What comes before, while everybody sees it. */
  before?: (scene: Scene) => Promise<void>;
  does: (ilse: Writer) => void | Promise<void>;
  /** Words of the text that she takes out, all of which she sees: they do not come back. */
  deletes?: readonly string[];
  /** Words of hers that are in the text in the end. */
  adds?: readonly string[];
  /** Whether she takes the line's words up again elsewhere, with what she sees of Bea's; what Bea writes later need not follow. */
  elsewhere?: boolean;
  /** Whether she only takes back what was hers: Bea's letters stay, though she has seen them. */
  undoes?: boolean;
}

/** The words of Bea's line. */
export const LINE = ["birch", "beech", "bay", "bramble"] as const;
/** All words of all texts. */
export const BASE_WORDS = ["alder", "ash", "aspen", ...LINE, "cedar", "clover", "cypress", "fir", "fig", "hazel"];

/** Longer than what is taken back as one. */
const BREATH_MS = 1_000;

const inLine = (act: (ilse: Writer) => void) => (ilse: Writer): void => {
  ilse.select(ilse.at("bay"));
  act(ilse);
};
const command = (name: string, args: Record<string, unknown> = {}) =>
  inLine((ilse) => {
    if (!ilse.command(name, args)) throw new Error(`${name} does nothing`);
  });
const key = (combination: string) => inLine((ilse) => ilse.press(combination));
const keyAt = (combination: string, word: string, end = false) => (ilse: Writer): void => {
  ilse.select(ilse.at(word, end));
  ilse.press(combination);
};
/** The head of the line, whoever wrote there. */
const keyAtHead = (combination: string) => (ilse: Writer): void => {
  ilse.select(ilse.headOf("birch"));
  ilse.press(combination);
};
const deleteFrom = (from: string, to: string) => (ilse: Writer): void => {
  ilse.select(ilse.at(to), ilse.at(from));
  ilse.press("Backspace");
};

/** Ilse's own step to take back, which everybody has seen. */
const first = (act: (ilse: Writer) => void | Promise<void>) => async (scene: Scene): Promise<void> => {
  await scene.pass(BREATH_MS);
  await act(scene.ilse);
  await scene.quiet();
  await scene.pass(BREATH_MS);
};

const KINDS: Act[] = [
  { name: "Heading 1", base: "lines", does: command("heading", { level: 1 }) },
  { name: "Bulleted list", base: "lines", does: command("bullet_list") },
  { name: "Numbered list", base: "lines", does: command("ordered_list") },
  { name: "Task list", base: "lines", does: command("task_list") },
  { name: "Bulleted list made numbered", base: "list", does: command("ordered_list") },
  { name: "Quote", base: "lines", does: command("blockquote") },
  { name: "Callout", base: "lines", does: command("callout", { kind: "note" }) },
  { name: "Step", base: "lines", does: command("step") },
  { name: "Code block", base: "lines", does: command("code_block") },
];

const KEYS: Act[] = [
  { name: "Backspace at the start", base: "lines", does: keyAtHead("Backspace") },
  { name: "Delete at the end of the one before", base: "lines", does: keyAt("Delete", "aspen", true) },
  { name: "Enter in the middle", base: "lines", does: keyAt("Enter", "beech") },
  { name: "Enter at the very place", base: "lines", does: keyAt("Enter", "bay") },
  { name: "Enter at the start", base: "lines", does: keyAtHead("Enter") },
  { name: "Tab on a list item", base: "list", does: key("Tab") },
  { name: "Shift+Tab on a nested item", base: "nested", does: key("Shift-Tab") },
  { name: "Shift+Tab out of the list", base: "list", does: key("Shift-Tab") },
  { name: "Alt+Up", base: "lines", does: key("Alt-ArrowUp") },
  { name: "Alt+Down", base: "lines", does: key("Alt-ArrowDown") },
];

const DELETIONS: Act[] = [
  {
    name: "Deletion of the block",
    base: "lines",
    does: (ilse) => {
      ilse.chooseBlock("birch");
      ilse.press("Delete");
    },
    deletes: LINE,
  },
  { name: "Deletion from the one before", base: "lines", does: deleteFrom("ash", "beech"), deletes: ["ash", "aspen", "birch"] },
  { name: "Deletion into the next", base: "lines", does: deleteFrom("bay", "clover"), deletes: ["bay", "bramble", "cedar"] },
  { name: "Deletion all around", base: "lines", does: deleteFrom("ash", "clover"), deletes: ["ash", "aspen", ...LINE, "cedar"] },
  {
    name: "Cut and paste of the words",
    base: "lines",
    does: (ilse) => {
      ilse.select(ilse.at("bramble", true), ilse.at("birch"));
      const clipboard = ilse.cut();
      ilse.select(ilse.at("cypress", true));
      ilse.paste(clipboard);
    },
    elsewhere: true,
  },
  {
    name: "Cut and paste of the block",
    base: "lines",
    does: (ilse) => {
      ilse.chooseBlock("birch");
      const clipboard = ilse.cut();
      ilse.select(ilse.at("cypress", true));
      ilse.paste(clipboard);
    },
    elsewhere: true,
  },
  {
    name: "Typing over the line",
    base: "lines",
    does: async (ilse) => {
      ilse.select(ilse.at("bramble", true), ilse.at("birch"));
      await ilse.type("walnut willow");
    },
    deletes: LINE,
    adds: ["walnut", "willow"],
  },
];

const undo = (ilse: Writer): void => ilse.press("Mod-z");

const UNDOES: Act[] = [
  {
    name: "Undo of her own line",
    base: "without",
    before: first(async (ilse) => {
      ilse.select(ilse.at("aspen", true));
      ilse.press("Enter");
      await ilse.type(LINE.join(" "));
    }),
    does: (ilse) => {
      while (ilse.find("birch") !== null || ilse.find("bramble") !== null) undo(ilse);
    },
    deletes: LINE,
    undoes: true,
  },
  { name: "Undo of her heading", base: "lines", before: first(command("heading", { level: 1 })), does: undo, undoes: true },
  { name: "Undo of her list", base: "lines", before: first(command("bullet_list")), does: undo, undoes: true },
];

const at = (word: string, name: string) => (ilse: Writer): void => {
  ilse.select(ilse.at(word));
  if (!ilse.command(name)) throw new Error(`${name} does nothing`);
};

const TABLES: Act[] = [
  { name: "Table: a row more", base: "table", does: at("hazel", "row") },
  { name: "Table: a column more", base: "table", does: at("bay", "column") },
  { name: "Table: the row deleted", base: "table", does: at("hazel", "delete_row"), deletes: [...LINE, "hazel"] },
  { name: "Table: the column deleted", base: "table", does: at("fir", "delete_column"), deletes: [...LINE, "fir"] },
  { name: "Table: deleted", base: "table", does: at("fig", "delete_table"), deletes: [...LINE, "fir", "fig", "hazel"] },
  {
    name: "Table: cells merged",
    base: "table",
    does: (ilse) => {
      ilse.chooseCells("birch", "hazel");
      if (!ilse.command("merge")) throw new Error("merge does nothing");
    },
  },
];

export const ACTS: readonly Act[] = [...KINDS, ...KEYS, ...DELETIONS, ...UNDOES, ...TABLES];

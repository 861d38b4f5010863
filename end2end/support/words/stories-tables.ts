// Two people shape one table at the same moment: it is a rectangle afterwards on both pages, without a key of anybody's, everything is
// saved soon, and what no one took out is there once.
import type { Scene } from "./scene.ts";
import { BREATH_MS, type Holds, type Story, ticks, typeLive } from "./story.ts";
import { GRID } from "./texts.ts";
import type { Writer } from "./writer.ts";

/** Longer than it takes until the first of those who are here has mended a table, and everybody has heard of it. */
const SOON_TICKS = 24;
/** Everybody has heard of both. */
const FEW_TICKS = 8;
/** What is written is on its way. */
const GATHERED_MS = 30;
/** So many a frame takes where the network is slower than the turns in which pages mend. */
const SLOW_TICKS = 25;
/** Longer than words of who was away are waited for. */
const LATE_TICKS = 90;

interface Act {
  name: string;
  /** `word` is the actor's own. */
  does: (writer: Writer, word: string) => void | Promise<void>;
  /** What it takes out, what it writes anew elsewhere, and whether it writes the word. */
  takes?: readonly string[];
  moves?: readonly string[];
  writes?: boolean;
  /** How many rows and columns there are more then. */
  grows?: readonly [number, number];
}

const command = (writer: Writer, name: string): void => {
  if (!writer.command(name)) throw new Error(`${name} does nothing`);
};
const at = (word: string, name: string) => (writer: Writer): void => {
  writer.select(writer.at(word, true));
  command(writer, name);
};
const merge = (from: string, to: string) => (writer: Writer): void => {
  writer.chooseCells(from, to);
  command(writer, "merge");
};

const [HEAD, MIDDLE] = GRID;
const FIRSTS = GRID.map(([first]) => first);
const COLUMN = ["lime", "olive", "rose"];

const ACTS: readonly Act[] = [
  { name: "Row below", does: at("olive", "row"), grows: [1, 0] },
  { name: "Row below the head", does: at("lime", "row"), grows: [1, 0] },
  { name: "Column after", does: at("olive", "column"), grows: [0, 1] },
  { name: "Column after the first", does: at("nut", "column"), grows: [0, 1] },
  { name: "Delete this row", does: at("olive", "delete_row"), takes: MIDDLE, grows: [-1, 0] },
  { name: "Delete this column", does: at("olive", "delete_column"), takes: COLUMN, grows: [0, -1] },
  { name: "Header row", does: at("olive", "header_row"), moves: HEAD },
  { name: "Header column", does: at("olive", "header_column"), moves: FIRSTS },
  { name: "Merge with the next", does: merge("olive", "peach"), moves: ["peach"] },
  { name: "Merge with the one below", does: merge("olive", "rose"), moves: ["rose"] },
  { name: "Merge four", does: merge("nut", "rose"), moves: ["olive", "quince", "rose"] },
  { name: "Split", does: at("vetch", "split") },
  {
    name: "Tab in the last cell",
    does: async (writer, word) => {
      writer.select(writer.at("vetch", true));
      writer.press("Tab");
      await writer.type(word);
    },
    writes: true,
    grows: [1, 0],
  },
];

const act = (name: string): Act => ACTS.find((one) => one.name === name)!;
const without = (words: readonly string[] = [], others: readonly string[] = []): string[] => words.filter((word) => !others.includes(word));

type Wanted = Pick<Story, "words" | "gone" | "open" | "pieces" | "table">;

/** What is to be there after both. */
function expected(one: Act, other: Act): Wanted {
  const gone = [...without(one.takes, other.moves), ...without(other.takes, one.moves)];
  const taken = [...(one.takes ?? []), ...(other.takes ?? [])];
  const words = [...GRID.flat(), ...(one.writes ? ["ivory"] : []), ...(other.writes ? ["jasper"] : [])];
  const stay = words.filter((word) => !taken.includes(word) || gone.includes(word));
  return { words: stay, gone, open: without(taken, gone), pieces: null, table: sizeAfter(one, other) };
}

/** How many rows and columns there are then. Two deletions of one row are one; and a column stays of which the head was made anew. */
function sizeAfter(...both: Act[]): string {
  const acts = both[0] === both[1] && both[0]!.takes ? both.slice(1) : both;
  const names = acts.map(({ name }) => name);
  const isKept = names.includes("Header row") && names.includes("Delete this column");
  const more = (which: 0 | 1): number => acts.reduce((all, { grows }) => all + (grows?.[which] ?? 0), 0);
  return `${GRID.length + more(0)} × ${HEAD.length + (isKept ? 0 : more(1))}`;
}

/** Everything is as it is to be when so much time has passed, and nobody's page says otherwise. */
async function settles(scene: Scene, holds: Holds, all: Wanted, many = SOON_TICKS): Promise<void> {
  await ticks(scene, many);
  holds("soon", { ...all, unsaved: [] });
}

const together = (one: Act, other: Act): Story => {
  const all = expected(one, other);
  return {
    name: `${one.name} beside ${other.name}`,
    base: "grid",
    plays: async (scene, holds) => {
      await one.does(scene.ilse, "ivory");
      await other.does(scene.bea, "jasper");
      await settles(scene, holds, all);
    },
    ...all,
  };
};

const unseen = (one: Act, other: Act): Story => {
  const all = expected(one, other);
  return {
    name: `${one.name} without a network, and ${other.name}`,
    base: "grid",
    plays: async (scene, holds) => {
      await scene.ilse.leaveNetwork();
      await one.does(scene.ilse, "ivory");
      await other.does(scene.bea, "jasper");
      await ticks(scene, SOON_TICKS);
      await scene.ilse.returnToNetwork();
      await settles(scene, holds, all, LATE_TICKS);
    },
    ...all,
  };
};

const [ROW, COLUMN_FIRST] = [act("Row below"), act("Column after the first")];
const [ROW_GONE, COLUMN_GONE] = [act("Delete this row"), act("Delete this column")];

const AT_ONCE: Story = {
  ...together(ROW_GONE, act("Column after")),
  name: "nobody waits for the empty cell in a row that is gone",
  plays: async (scene, holds) => {
    await ROW_GONE.does(scene.ilse, "");
    await act("Column after").does(scene.bea, "");
    await ticks(scene, FEW_TICKS);
    holds("at once", { ...expected(ROW_GONE, act("Column after")), unsaved: [] });
  },
};

const READER: Story = {
  ...together(ROW, COLUMN_FIRST),
  name: "who only reads has the lowest client",
  plays: async (scene, holds) => {
    scene.somebodySays({}, 1);
    await scene.quiet();
    await ROW.does(scene.ilse, "");
    await COLUMN_FIRST.does(scene.bea, "");
    await settles(scene, holds, expected(ROW, COLUMN_FIRST), LATE_TICKS);
  },
};

const LEFT: Story = {
  ...together(COLUMN_FIRST, ROW),
  name: "Ilse closes without a network, and comes back when Bea has gone",
  plays: async (scene) => {
    await scene.ilse.leaveNetwork();
    await COLUMN_FIRST.does(scene.ilse, "");
    await scene.ilse.kept();
    scene.ilse.leave();
    await ROW.does(scene.bea, "");
    await scene.quiet();
    scene.bea.leave();
    await scene.comes("ilse");
  },
};

const NOBODY: Story = {
  ...together(COLUMN_FIRST, ROW),
  name: "both go before anybody can mend it, and Cleo comes",
  plays: async (scene) => {
    await COLUMN_FIRST.does(scene.ilse, "");
    await ROW.does(scene.bea, "");
    await scene.pass(GATHERED_MS);
    await scene.tick();
    scene.ilse.leave();
    scene.bea.leave();
    await scene.comes("cleo");
  },
};

const THREE: Story = {
  name: "three at once",
  base: "grid",
  plays: async (scene, holds) => {
    await scene.cleoComes();
    await ROW.does(scene.ilse, "");
    await COLUMN_FIRST.does(scene.bea, "");
    await COLUMN_GONE.does(scene.named("cleo"), "");
    await settles(scene, holds, { ...expected(ROW, COLUMN_GONE), table: sizeAfter(ROW, COLUMN_FIRST, COLUMN_GONE) });
  },
  ...expected(ROW, COLUMN_GONE),
  table: sizeAfter(ROW, COLUMN_FIRST, COLUMN_GONE),
};

const CARET: Story = {
  ...together(COLUMN_FIRST, act("Tab in the last cell")),
  name: "who writes in the new row writes on there",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    bea.select(bea.at("vetch", true));
    bea.press("Tab");
    await COLUMN_FIRST.does(ilse, "");
    await typeLive(scene, bea, "jasper");
    await settles(scene, holds, expected(COLUMN_FIRST, act("Tab in the last cell")));
  },
  caret: "jasper",
};

const SLOW: Story = {
  ...together(COLUMN_FIRST, ROW),
  name: "each mends it before they hear that the other has",
  plays: async (scene) => {
    for (const writer of [scene.ilse, scene.bea]) writer.delay = SLOW_TICKS;
    await COLUMN_FIRST.does(scene.ilse, "");
    await ROW.does(scene.bea, "");
    await scene.quiet();
  },
};

/** Each takes back what was theirs, and nothing else; whoever mended. */
const UNDONE: Story = {
  ...together(COLUMN_FIRST, ROW),
  name: "each takes back what was theirs, and does it again",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    await scene.pass(BREATH_MS);
    await COLUMN_FIRST.does(ilse, "");
    await ROW.does(bea, "");
    await scene.quiet();
    for (const [who, before] of [[ilse, sizeAfter(ROW)], [bea, sizeAfter(COLUMN_FIRST)]] as const) {
      who.press("Mod-z");
      await ticks(scene, LATE_TICKS);
      holds(`${who.name} takes it back`, { ...expected(COLUMN_FIRST, ROW), table: before });
      who.press("Mod-Shift-z");
      await ticks(scene, LATE_TICKS);
      holds(`${who.name} does it again`, expected(COLUMN_FIRST, ROW));
    }
  },
};

export const TABLES: readonly { tells: string; stories: readonly Story[] }[] = [
  ...ACTS.map((one) => ({
    tells: `detail_14 two shape one table at once: ${one.name}`,
    stories: ACTS.flatMap((other) => [together(one, other), unseen(one, other)]),
  })),
  {
    tells: "detail_14 a table is mended by one page, at once, and is nobody's step",
    stories: [AT_ONCE, READER, LEFT, NOBODY, THREE, CARET, SLOW, UNDONE],
  },
];

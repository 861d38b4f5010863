// Two who take back what is their own, each without seeing what the other takes back.
import type { Scene } from "./scene.ts";
import { type Expected, type Story, BREATH_MS, OWN, beaWrites, makes, makesHeading, ownLines, takenUnseen, ticks } from "./story.ts";
import { SENTENCE } from "./ways.ts";
import type { Writer } from "./writer.ts";

/** More than Ilse's steps to take back: her lines, and what she made of one. */
const STEPS = 6;
/** So many letters Ilse writes on while others' words are waited for. */
const WRITES_ON = 40;

/** Where Bea writes a line, or a piece of one, of her own. */
const PLACES: readonly { name: string; go: (bea: Writer) => void; text: string }[] = [
  { name: "in the second line", go: (bea) => bea.select(bea.at("barrel", true)), text: ` ${SENTENCE}` },
  {
    name: "behind the second line",
    go: (bea) => {
      bea.select(bea.at("barrel", true));
      bea.press("Enter");
    },
    text: SENTENCE,
  },
  {
    name: "behind the third line",
    go: (bea) => {
      bea.select(bea.at("gravel", true));
      bea.press("Enter");
    },
    text: SENTENCE,
  },
  { name: "within the third line", go: (bea) => bea.select(bea.at("gravel")), text: `${SENTENCE} ` },
];

async function begin(scene: Scene, place: (typeof PLACES)[number]): Promise<void> {
  await ownLines(scene);
  const { bea } = scene;
  place.go(bea);
  await bea.type(place.text);
  await scene.quiet();
  await scene.pass(BREATH_MS);
}

/** Bea takes her words back, and does that again. */
function thereAndBack(bea: Writer): void {
  while (bea.capitals !== "") bea.press("Mod-z");
  while (bea.capitals !== SENTENCE.replaceAll(" ", "")) bea.press("Mod-y");
}

function twice(ilse: Writer, key: "Mod-z" | "Mod-y"): void {
  for (let time = 0; time < 2; time++) ilse.press(key);
}

const BOTH_GONE = OWN.slice(1).flatMap((line) => line.split(" "));

/** What Bea writes begins as the word does that Ilse takes away behind it. */
const SAME_LETTERS: Story = {
  name: "a word written before the same letters stays whole when the other is taken away",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    ilse.select(ilse.at("beta"));
    await ilse.type("QUOTA ");
    await scene.quiet();
    await bea.leaveNetwork();
    bea.select(bea.at("QUOTA"));
    await bea.type(`${SENTENCE} `);
    ilse.select(ilse.at("beta"), ilse.at("QUOTA"));
    ilse.press("Backspace");
    await scene.quiet();
    await bea.returnToNetwork();
  },
  gone: [],
};

const TAKEN_BACK: readonly Story[] = PLACES.flatMap((place): Story[] => [
  {
    name: `Bea undoes and redoes offline ${place.name}`,
    plays: async (scene) => {
      await begin(scene, place);
      await scene.bea.leaveNetwork();
      thereAndBack(scene.bea);
      twice(scene.ilse, "Mod-z");
      await scene.quiet();
      await scene.bea.returnToNetwork();
    },
    gone: BOTH_GONE,
  },
  {
    name: `Ilse undoes offline, Bea ${place.name}`,
    plays: async (scene) => {
      await begin(scene, place);
      await scene.ilse.leaveNetwork();
      twice(scene.ilse, "Mod-z");
      thereAndBack(scene.bea);
      await scene.quiet();
      await scene.ilse.returnToNetwork();
    },
    gone: BOTH_GONE,
  },
  {
    name: `Ilse does again what she undid, Bea ${place.name}`,
    plays: async (scene) => {
      await begin(scene, place);
      await scene.bea.leaveNetwork();
      thereAndBack(scene.bea);
      twice(scene.ilse, "Mod-z");
      await scene.quiet();
      await scene.bea.returnToNetwork();
      await scene.quiet();
      twice(scene.ilse, "Mod-y");
    },
    gone: [],
  },
]);

/** Ilse made something else of a line in which Bea wrote then; now she takes that back, and does it again. */
const MADE_AND_BACK: readonly Story[] = [
  { as: "a heading", command: "heading", args: { level: 1 } },
  { as: "a list", command: "bullet_list", args: {} },
  { as: "a quote", command: "blockquote", args: {} },
].map(({ as, command, args }): Story => {
  const there: Expected = { beside: [[SENTENCE, "barrel"]], caret: SENTENCE };
  return {
    name: `Ilse takes back, and does again, that she made ${as} in which Bea writes`,
    plays: async (scene, holds) => {
      await ownLines(scene);
      makes(scene, "barrel", command, args);
      await scene.quiet();
      await scene.pass(BREATH_MS);
      await beaWrites(scene);
      await scene.quiet();
      for (const time of ["once", "twice"]) {
        scene.ilse.press("Mod-z");
        await scene.quiet();
        holds(`undone ${time}`, there);
        scene.ilse.press("Mod-y");
        await scene.quiet();
        holds(`redone ${time}`, there);
      }
      scene.bea.press("Mod-z");
      await scene.quiet();
      holds("Bea's undone", { pieces: [] });
      scene.bea.press("Mod-y");
    },
    ...there,
  };
});

/** Bea wrote in a line, and Ilse makes something else of it; Bea takes her words back there, and does that again. */
const MOVED: readonly Story[] = [
  { as: "a heading", does: (scene: Scene) => makes(scene, "barrel", "heading", { level: 1 }) },
  { as: "a list", does: (scene: Scene) => makes(scene, "barrel", "bullet_list") },
  { as: "a quote", does: (scene: Scene) => makes(scene, "barrel", "blockquote") },
  { as: "two lines", does: ({ ilse }: Scene) => (ilse.select(ilse.at("barrel")), ilse.press("Enter")) },
  { as: "one line with that before", does: ({ ilse }: Scene) => (ilse.select(ilse.headOf("beta")), ilse.press("Backspace")) },
].map(({ as, does }): Story => ({
  name: `Bea takes back, and does again, what she wrote in the line of which Ilse has made ${as}`,
  plays: async (scene, holds) => {
    await ownLines(scene);
    await beaWrites(scene);
    await scene.quiet();
    await scene.pass(BREATH_MS);
    does(scene);
    for (const time of ["once", "twice"]) {
      await scene.quiet();
      scene.bea.press("Mod-z");
      await scene.quiet();
      holds(`undone ${time}`, { pieces: [] });
      scene.bea.press("Mod-y");
      await scene.quiet();
      holds(`redone ${time}`, { beside: [[SENTENCE, "barrel"]], caret: SENTENCE });
    }
  },
}));

const BACK_IN_HEADING: Story = {
  name: "Ilse does again the heading that Bea wrote into unseen",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    makesHeading(scene);
    await scene.quiet();
    await bea.leaveNetwork();
    await beaWrites(scene);
    makes(scene, "barrel", "heading", { level: 2 });
    ilse.press("Mod-z");
    await scene.quiet();
    await bea.returnToNetwork();
    await scene.quiet();
    holds("undone", { beside: [[SENTENCE, "barrel"]], caret: SENTENCE });
    ilse.press("Mod-y");
  },
  beside: [[SENTENCE, "barrel"]],
  caret: SENTENCE,
};

/** What is brought back is nothing new that Bea did: what she took back before can still be done again. */
const REDO_STAYS: Story = {
  name: "Bea does again what she took back before her words were brought back",
  plays: async (scene, holds) => {
    const { bea } = scene;
    await ownLines(scene);
    await bea.leaveNetwork();
    await beaWrites(scene);
    await scene.pass(BREATH_MS);
    bea.select(bea.at("gravel", true));
    await bea.type(" ELM");
    bea.press("Mod-z");
    makesHeading(scene);
    await scene.quiet();
    await bea.returnToNetwork();
    await scene.quiet();
    holds("brought back", { beside: [[SENTENCE, "barrel"]] });
    bea.press("Mod-y");
  },
  pieces: [SENTENCE, "ELM"],
  beside: [[SENTENCE, "barrel"], ["ELM", "gravel"]],
};

/** Ilse brought back what Bea, who is gone, wrote into the line that Ilse took away; then Ilse undoes. */
const GIVEN_AND_UNDONE: readonly Story[] = [
  {
    name: "Ilse takes back the heading when she has brought back what Bea wrote there",
    plays: async (scene, holds) => {
      const { ilse, bea } = scene;
      await takenUnseen(scene);
      bea.leave();
      await ilse.returnToNetwork();
      await scene.quiet();
      holds("brought back", { beside: [[SENTENCE, "barrel"]] });
      ilse.press("Mod-z");
    },
    beside: [[SENTENCE, "barrel"]],
  },
  {
    name: "Ilse takes back all that she wrote when she has brought back what Bea wrote there",
    plays: async (scene, holds) => {
      const { ilse, bea } = scene;
      await takenUnseen(scene);
      bea.leave();
      await ilse.returnToNetwork();
      await scene.quiet();
      for (let step = 1; step <= STEPS; step++) {
        ilse.tryKey("Mod-z");
        await scene.quiet();
        holds(`undo ${step}`, { words: [] });
      }
      for (let step = 1; step <= STEPS; step++) {
        ilse.tryKey("Mod-y");
        await scene.quiet();
        holds(`redo ${step}`, { words: [] });
      }
    },
  },
  {
    name: "Ilse takes back what she writes while she brings back what Bea wrote",
    plays: async (scene, holds) => {
      const { ilse, bea } = scene;
      await takenUnseen(scene);
      bea.leave();
      await ilse.returnToNetwork();
      for (let letter = 0; letter < WRITES_ON; letter++) {
        await ticks(scene, 1);
        ilse.select(ilse.at("anchor", true));
        await ilse.type("x");
      }
      await scene.quiet();
      holds("brought back", {});
      ilse.press("Mod-z");
    },
    beside: [[SENTENCE, "barrel"]],
  },
];

/** The first thing that happens in the text. */
const ALL_GONE: Story = {
  name: "Ilse takes back that she deleted everything",
  plays: async (scene, holds) => {
    const { ilse } = scene;
    ilse.press("Mod-a");
    ilse.press("Backspace");
    await scene.quiet();
    holds("deleted", { words: [], gone: ["alder", "ash", "aspen", "cedar", "clover", "cypress"], pieces: null });
    ilse.press("Mod-z");
  },
  words: [],
  pieces: null,
};

/** What has just come back is not typed behind what Bea takes away: it stays. */
const JUST_BACK: Story = {
  name: "Bea puts the first word of a line elsewhere that Ilse has just taken back",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    makesHeading(scene);
    await scene.quiet();
    ilse.press("Mod-z");
    await scene.quiet();
    bea.select(bea.at("beta", true), bea.at("beta"));
    const clipboard = bea.cut();
    bea.select(bea.at("alder"));
    bea.paste(clipboard);
  },
  pieces: null,
  order: ["beta", "alder", "cypress", "barrel"],
};

const ONE: readonly Story[] = [JUST_BACK, SAME_LETTERS, ALL_GONE, BACK_IN_HEADING, REDO_STAYS];

export const UNDONE: readonly Story[] = [...ONE, ...TAKEN_BACK, ...MADE_AND_BACK, ...MOVED, ...GIVEN_AND_UNDONE];

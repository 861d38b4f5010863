// Ilse takes a line away in which Bea writes unseen, and waits for Bea's words: what others do and say meanwhile, what Ilse's page does
// when it hears nobody, is hidden or closed, and what is no sentence at all.
import type { Scene } from "./scene.ts";
import { BREATH_MS, beaWrites, makes, makesHeading, ownLines, type Story, takenUnseen, ticks, typeLive } from "./story.ts";
import { SENTENCE } from "./ways.ts";

/** Ticks in which everything but what somebody waits for has arrived. */
const FEW_TICKS = 6;
/** Longer than Ilse waits for who is not there, for who was not there at a time, and for who is there. */
const SOME_TICKS = 60;
const MANY_TICKS = 700;
/** So many a frame takes where the network is slow; and the ticks after which Ilse hides while Bea's act is under way. */
const SLOW_TICKS = 5;
const HIDES_AFTER = 4;

const besideBarrel = [[SENTENCE, "barrel"]] as const;

const ECHO: Story = {
  name: "Cleo's network goes, and she comes back with a word of her own while Ilse waits for Bea, who is gone",
  plays: async (scene) => {
    await scene.cleoComes();
    const [{ ilse, bea }, cleo] = [scene, scene.named("cleo")];
    await takenUnseen(scene);
    bea.leave();
    await ilse.returnToNetwork();
    await ticks(scene, FEW_TICKS);
    await cleo.leaveNetwork();
    cleo.select(cleo.at("anchor", true));
    await cleo.type(" mallow");
    await cleo.returnToNetwork();
  },
  beside: [...besideBarrel, ["mallow", "anchor"]],
};

const WITHDRAWN: Story = {
  name: "Bea takes back what she wrote into what is gone, and leaves before she hears of it",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    ilse.delay = 2 * SOME_TICKS;
    makesHeading(scene);
    await ticks(scene, 1);
    ilse.delay = 1;
    bea.select(bea.at("barrel", true));
    await typeLive(scene, bea, ` ${SENTENCE}`);
    bea.select(bea.at(SENTENCE, true), bea.at(SENTENCE));
    bea.press("Backspace");
    await ticks(scene, FEW_TICKS);
    bea.leave();
  },
  pieces: [],
};

/** So many places of one line. */
const PLACES = Array.from({ length: 40 }, (_, index) => `m${index + 10}`);

const MANY_PLACES: Story = {
  name: "Bea writes in forty places of the line",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    ilse.select(ilse.at("barrel", true));
    await ilse.type(` ${PLACES.join(" ")}`);
    await scene.quiet();
    await ilse.leaveNetwork();
    makesHeading(scene);
    for (const place of PLACES) {
      bea.select(bea.at(place));
      await bea.type("X");
    }
    await scene.quiet();
    await ilse.returnToNetwork();
  },
  pieces: PLACES.map(() => "X"),
  beside: PLACES.map((place) => [`X${place}`, "barrel"] as const),
};

const TABLE: Story = {
  name: "Bea puts a large table into a quote that is taken away",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    makes(scene, "barrel", "blockquote");
    await scene.quiet();
    await ilse.leaveNetwork();
    makes(scene, "barrel", "blockquote");
    bea.select(bea.at("barrel", true));
    bea.command("table", { rows: 8, columns: 8 });
    await beaWrites(scene);
    await scene.quiet();
    await ilse.returnToNetwork();
  },
  atoms: { table: 1 },
};

/** Ilse takes the second line away without a network while Bea composes in it, and comes back. */
async function composesUnseen(scene: Scene): Promise<void> {
  const { ilse, bea } = scene;
  await ownLines(scene);
  await ilse.leaveNetwork();
  makesHeading(scene);
  bea.select(bea.at("barrel", true));
  bea.beginComposing();
  bea.compose(` ${SENTENCE}`);
  await ticks(scene, FEW_TICKS);
  await ilse.returnToNetwork();
}

/** Bea's page stands still while she composes, and hears nothing. */
const composed = (many: number): Story => ({
  name: `Bea composes for ${many} ticks in what Ilse took away without a network`,
  plays: async (scene) => {
    const { bea } = scene;
    await composesUnseen(scene);
    await ticks(scene, many);
    bea.endComposing();
  },
  beside: besideBarrel,
});

const NO_LETTERS: readonly Story[] = [false, true].map((isGone): Story => ({
  name: `Bea only breaks the line that is taken away${isGone ? ", and is gone" : ""}`,
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    await ilse.leaveNetwork();
    makesHeading(scene);
    bea.select(bea.at("barrel", true));
    bea.press("Shift-Enter");
    await scene.quiet();
    if (isGone) bea.leave();
    await ilse.returnToNetwork();
  },
  pieces: [],
  atoms: { hard_break: 1 },
}));

const TWICE: Story = {
  name: "Bea writes the same sentence in what is taken away and in another line, and is gone",
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await takenUnseen(scene);
    bea.select(bea.at("anchor", true));
    await bea.type(` ${SENTENCE}`);
    await scene.quiet();
    bea.leave();
    await ilse.returnToNetwork();
  },
  pieces: [SENTENCE, SENTENCE],
  beside: besideBarrel,
};

const OTHERS_IN_BLOCK: Story = {
  name: "Bea takes back her item, which was brought back with what Cleo wrote in it",
  plays: async (scene, holds) => {
    await scene.cleoComes();
    const [{ ilse, bea }, cleo] = [scene, scene.named("cleo")];
    await ownLines(scene);
    makes(scene, "barrel", "bullet_list");
    await scene.quiet();
    await ilse.leaveNetwork();
    makes(scene, "barrel", "ordered_list");
    bea.select(bea.at("barrel", true));
    bea.press("Enter");
    await bea.type("mallow");
    await scene.quiet();
    await scene.pass(BREATH_MS);
    cleo.select(cleo.at("mallow", true));
    await cleo.type(` ${SENTENCE}`);
    await scene.quiet();
    await ilse.returnToNetwork();
    await scene.quiet();
    holds("brought back", { beside: [[SENTENCE, "mallow"]] });
    bea.tryKey("Mod-z");
  },
};

/** Ilse looks at something else. */
const HIDDEN: readonly Story[] = [
  {
    name: "Ilse's network goes and she looks at something else, while Bea composes",
    plays: async (scene) => {
      const { ilse, bea } = scene;
      await composesUnseen(scene);
      await ticks(scene, FEW_TICKS);
      await ilse.leaveNetwork();
      scene.hides();
      bea.endComposing();
      await ticks(scene, SOME_TICKS);
      await ilse.returnToNetwork();
    },
    beside: besideBarrel,
  },
  {
    name: "Ilse comes back and looks at something else while Bea brings back what she wrote",
    plays: async (scene) => {
      const { ilse, bea } = scene;
      await takenUnseen(scene);
      bea.delay = SLOW_TICKS;
      await ilse.returnToNetwork();
      await ticks(scene, HIDES_AFTER);
      scene.hides();
    },
    beside: besideBarrel,
  },
];

/** Ilse closes the text as soon as she has heard of Bea's words. */
async function closesSoon(scene: Scene): Promise<void> {
  const { ilse } = scene;
  await ticks(scene, FEW_TICKS);
  ilse.beginComposing();
  await ilse.closes(() => ticks(scene, FEW_TICKS));
}

const CLOSED: readonly Story[] = [
  {
    name: "Ilse closes the text while an input method composes",
    plays: async (scene) => {
      await scene.cleoComes();
      await takenUnseen(scene);
      scene.bea.leave();
      await scene.ilse.returnToNetwork();
      await closesSoon(scene);
    },
    beside: besideBarrel,
  },
  {
    name: "Ilse closes the text, and Cleo, who deleted the same, hears that Bea's words are back",
    plays: async (scene) => {
      await scene.cleoComes();
      const [{ ilse, bea }, cleo] = [scene, scene.named("cleo")];
      await ownLines(scene);
      for (const writer of [ilse, cleo]) {
        await writer.leaveNetwork();
        writer.chooseBlock("barrel");
        writer.press("Delete");
      }
      await beaWrites(scene);
      await scene.quiet();
      bea.leave();
      for (const writer of [ilse, cleo]) await writer.returnToNetwork();
      await closesSoon(scene);
    },
    gone: ["beta", "barrel"],
  },
];

export const HEARD: readonly Story[] = [
  ECHO,
  WITHDRAWN,
  MANY_PLACES,
  TABLE,
  ...[2 * SOME_TICKS, MANY_TICKS].map(composed),
  ...NO_LETTERS,
  TWICE,
  OTHERS_IN_BLOCK,
  ...HIDDEN,
  ...CLOSED,
];

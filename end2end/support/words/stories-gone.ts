// Ilse takes a line away in which Bea writes, and Bea is gone, or hears of it late: her words are there again, once and in order.
import type { Scene } from "./scene.ts";
import { beaWrites, makes, makesHeading, LETTER_MS, ownLines, type Story, takenUnseen, ticks, typeLive } from "./story.ts";
import { SENTENCE } from "./ways.ts";

/** Ticks until Ilse's act is known while Bea writes: longer than she takes for it. */
const LATE_TICKS = 40;
/** Longer than a page waits for somebody who is not there, and longer than for somebody who is. */
const SOME_TICKS = 60;
const MANY_TICKS = 1_000;
/** Ticks in which everything but what somebody waits for has arrived. */
const FEW_TICKS = 6;
/** So many a frame of Bea's takes where her network is slow. */
const SLOW_TICKS = 5;
/** When Ilse's network goes, and for how long: before and after Bea's words arrive, Bea hears of the act, and what she does arrives. */
const CUTS = [
  ...[2, 4, 6, 7, 8, 10, 12].map((after) => ({ after, many: SOME_TICKS })),
  ...[6, 7].map((after) => ({ after, many: MANY_TICKS })),
];
/** A composition takes so many ticks. */
const COMPOSED_TICKS = 120;

/** Ilse's act is long under way. */
async function actsLate(scene: Scene, act: (scene: Scene) => void): Promise<void> {
  const { ilse } = scene;
  ilse.delay = LATE_TICKS;
  act(scene);
  await ticks(scene, 1);
  ilse.delay = 1;
}

const besideBarrel = [[SENTENCE, "barrel"]] as const;

/** Bea writes letter by letter into what is already gone, and leaves before she hears of it. */
const LETTERS: readonly Story[] = [
  {
    name: "letter by letter before a word, then gone",
    plays: async (scene) => {
      const { bea } = scene;
      await ownLines(scene);
      await actsLate(scene, makesHeading);
      bea.select(bea.at("barrel"));
      await typeLive(scene, bea, `${SENTENCE} `);
      bea.leave();
    },
    beside: besideBarrel,
  },
  {
    name: "letter by letter at the end, then gone",
    plays: async (scene) => {
      const { bea } = scene;
      await ownLines(scene);
      await actsLate(scene, makesHeading);
      bea.select(bea.at("barrel", true));
      await typeLive(scene, bea, ` ${SENTENCE}`);
      bea.leave();
    },
    beside: besideBarrel,
  },
  {
    name: "letter by letter, then for a while without a network",
    plays: async (scene, holds) => {
      const { bea } = scene;
      await ownLines(scene);
      await actsLate(scene, makesHeading);
      bea.select(bea.at("barrel", true));
      await typeLive(scene, bea, ` ${SENTENCE}`);
      await bea.leaveNetwork();
      await ticks(scene, 2 * SOME_TICKS);
      holds("brought back", { beside: besideBarrel });
      await bea.returnToNetwork();
    },
    beside: besideBarrel,
    caret: SENTENCE,
  },
  {
    name: "letter by letter into an empty line that is taken away, then gone",
    plays: async (scene) => {
      const { ilse, bea } = scene;
      await ownLines(scene);
      ilse.select(ilse.at("gravel", true));
      ilse.press("Enter");
      await scene.quiet();
      await actsLate(scene, () => ilse.press("Backspace"));
      bea.select(bea.doc.content.size - 1);
      await typeLive(scene, bea, SENTENCE);
      bea.leave();
    },
  },
  {
    name: "letter by letter in a new item of a list that is made another, then gone",
    plays: async (scene) => {
      const { bea } = scene;
      await ownLines(scene);
      makes(scene, "barrel", "bullet_list");
      await scene.quiet();
      await actsLate(scene, () => makes(scene, "barrel", "ordered_list"));
      bea.select(bea.at("barrel", true));
      bea.press("Enter");
      await typeLive(scene, bea, SENTENCE);
      bea.leave();
    },
  },
];

/** What is found elsewhere is not what was lost. */
const SAME_ELSEWHERE: readonly Story[] = ["OPAL", "L"].map((piece): Story => ({
  name: `"${piece}" is lost, and in what Bea wrote later elsewhere`,
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await ownLines(scene);
    await ilse.leaveNetwork();
    makesHeading(scene);
    bea.select(bea.at("barrel"));
    await bea.type(`${piece} `);
    bea.select(bea.at("anchor", true));
    await bea.type(` ${SENTENCE} then`);
    await scene.quiet();
    bea.leave();
    await ilse.returnToNetwork();
  },
  pieces: [SENTENCE, piece],
  beside: [[`${piece} `, "barrel"], [SENTENCE, "anchor"]],
}));

/** Pages whose network goes while one waits for the other. */
const NETWORKS: readonly Story[] = [
  ...CUTS.map(({ after, many }): Story => ({
    name: `Ilse's network goes for ${many} ticks, ${after} after her act, while she waits for Bea`,
    plays: async (scene) => {
      const { ilse, bea } = scene;
      await ownLines(scene);
      bea.delay = SLOW_TICKS;
      await beaWrites(scene);
      await scene.pass(LETTER_MS);
      makesHeading(scene);
      await ticks(scene, after);
      await ilse.leaveNetwork();
      await ticks(scene, many);
      await ilse.returnToNetwork();
    },
    beside: besideBarrel,
    caret: SENTENCE,
  })),
  {
    // What a page gives in its last moment goes the way of all that is typed then: out, or onto its device.
    name: "Bea's network goes for a moment, and Ilse closes some seconds later",
    plays: async (scene) => {
      const { ilse, bea } = scene;
      await takenUnseen(scene);
      await bea.leaveNetwork();
      await ilse.returnToNetwork();
      await ticks(scene, FEW_TICKS);
      await bea.returnToNetwork();
      await ticks(scene, 2 * SOME_TICKS);
      ilse.leave();
    },
    beside: besideBarrel,
  },
  {
    name: "Bea writes on without a network while Ilse brings back what she wrote before",
    plays: async (scene, holds) => {
      const { ilse, bea } = scene;
      await takenUnseen(scene);
      await bea.leaveNetwork();
      await ilse.returnToNetwork();
      await ticks(scene, SOME_TICKS);
      holds("brought back", { beside: besideBarrel });
      await bea.type(" MORE");
      await bea.returnToNetwork();
    },
    pieces: [`${SENTENCE} MORE`],
    beside: besideBarrel,
    caret: "MORE",
  },
  {
    name: "Ilse's page is closed without a network, and opened again when Bea is gone",
    plays: async (scene) => {
      const { ilse, bea } = scene;
      await ownLines(scene);
      await ilse.leaveNetwork();
      makesHeading(scene);
      await ilse.kept();
      ilse.leave();
      await beaWrites(scene);
      await scene.quiet();
      bea.leave();
      await scene.comes("ilse");
    },
    beside: besideBarrel,
  },
];

const COMPOSED: Story = {
  name: "Bea composes for longer than five seconds in what is taken away",
  plays: async (scene) => {
    const { bea } = scene;
    await ownLines(scene);
    bea.select(bea.at("barrel", true));
    bea.beginComposing();
    makesHeading(scene);
    bea.compose(` ${SENTENCE}`);
    await ticks(scene, COMPOSED_TICKS);
    bea.endComposing();
  },
  beside: besideBarrel,
  caret: SENTENCE,
};

const BOTH_DELETE: Story = {
  name: "Ilse and Cleo both delete the line in which Bea wrote who is gone",
  plays: async (scene) => {
    await scene.cleoComes();
    const { ilse, bea } = scene;
    const both = [ilse, scene.named("cleo")];
    await ownLines(scene);
    for (const writer of both) {
      await writer.leaveNetwork();
      writer.chooseBlock("barrel");
      writer.press("Delete");
    }
    await beaWrites(scene);
    await scene.quiet();
    bea.leave();
    for (const writer of both) await writer.returnToNetwork();
  },
  gone: ["beta", "barrel"],
};

/** What somebody who wrote nothing says of themselves: another's letters from the first to the last. */
const LIES: readonly { name: string; says: (client: number, first: number) => Record<string, unknown>; isFirst?: boolean }[] = [
  { name: "that they have brought back what Bea wrote", says: (client) => ({ back: [[[[client, 0, 1e9]], [0, 1e9]]] }) },
  { name: "that they write for Bea", says: (client) => ({ for: [client] }) },
  { name: "both", says: (client) => ({ for: [client], back: [[[[client, 0, 1e9]], [0, 1e9]]] }) },
  {
    name: "as who wrote the text before, that they have brought back all letters, of which one is there",
    says: (client, first) => ({ back: [[[[first, 0, 12], [client, 0, Number.MAX_SAFE_INTEGER]], [0, 12]]] }),
    isFirst: true,
  },
  { name: "what nobody understands", says: () => ({ for: { 0: null }, back: [null, [], [[]], [[[null]], 1], [[["x", -1]], []]] }) },
];

const LIED: readonly Story[] = LIES.map(({ name, says, isFirst }): Story => ({
  name: `a reader says ${name}`,
  plays: async (scene) => {
    const { ilse, bea } = scene;
    await takenUnseen(scene);
    const state = { user: { id: "x", name: "x" }, cursor: null, ...says(bea.shared.clientID, scene.first) };
    scene.somebodySays(state, isFirst ? scene.first : undefined);
    bea.leave();
    await ilse.returnToNetwork();
  },
  beside: besideBarrel,
}));

/** Ilse may no longer write: she has nothing that is unsaved, and cannot bring back what is Bea's. */
const REFUSED: Story = {
  name: "Ilse is refused while she waits",
  plays: async (scene, holds) => {
    const { ilse, bea } = scene;
    await takenUnseen(scene);
    bea.leave();
    await ilse.returnToNetwork();
    await ticks(scene, FEW_TICKS);
    ilse.refuse();
    await ticks(scene, MANY_TICKS);
    holds("refused", { pieces: null, unsaved: [] });
    ilse.leave();
  },
  pieces: null,
};

export const GONE: readonly Story[] = [...LETTERS, ...SAME_ELSEWHERE, ...NETWORKS, COMPOSED, BOTH_DELETE, ...LIED, REFUSED];

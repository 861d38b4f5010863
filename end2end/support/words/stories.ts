// Two who take back what is their own, each without seeing what the other takes back.
import type { Scene } from "./scene.ts";
import { SENTENCE } from "./ways.ts";
import type { Writer } from "./writer.ts";

/** Longer than what is taken back as one. */
const BREATH_MS = 1_000;

/** Ilse's lines, each a step of its own to take back. */
export const OWN = ["alpha anchor", "beta barrel", "gamma gravel"] as const;

export interface Story {
  name: string;
  plays: (scene: Scene) => Promise<void>;
  /** Words of Ilse's that she took back in the end. */
  gone: readonly string[];
}

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

async function ownLines(scene: Scene): Promise<void> {
  const { ilse } = scene;
  ilse.select(ilse.at("cypress", true));
  for (const line of OWN) {
    await scene.pass(BREATH_MS);
    ilse.press("Enter");
    await ilse.type(line);
  }
  await scene.quiet();
}

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

export const STORIES: readonly Story[] = [SAME_LETTERS, ...TAKEN_BACK];

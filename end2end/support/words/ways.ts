// How Bea comes to write in the line while Ilse acts on it.
import { type Act, LINE } from "./acts.ts";
import type { Scene } from "./scene.ts";
import type { Writer } from "./writer.ts";

/** What Bea writes: upper case, so that each of its letters is known for hers. */
export const SENTENCE = "QUARTZ TOPAZ OPAL";

/** Where Bea writes, and which words of the line come before. */
interface Place {
  name: string;
  /** Puts the caret there. */
  go: (bea: Writer) => void;
  text: string;
  /** How many words of the line come before; `null` where it is a line of its own. */
  before: number | null;
}

const PLACES: readonly Place[] = [
  { name: "at the head", go: (bea) => bea.select(bea.at("birch")), text: `${SENTENCE} `, before: 0 },
  { name: "in the middle", go: (bea) => bea.select(bea.at("bay")), text: `${SENTENCE} `, before: 2 },
  { name: "at the end", go: (bea) => bea.select(bea.at("bramble", true)), text: ` ${SENTENCE}`, before: 4 },
];
const MIDDLE = PLACES[1]!;

/** A line or an item of Bea's own. */
const ANEW: Place = {
  name: "a new line",
  go: (bea) => {
    bea.select(bea.at("bramble", true));
    bea.press("Enter");
  },
  text: SENTENCE,
  before: null,
};

export interface Way {
  name: string;
  /** Answers in which pieces Bea's sentence may be; nothing for whole. */
  plays: (scene: Scene, act: Act) => Promise<string[] | void>;
  /** What stands before Bea's caret in the end; `null` where she is gone or came anew. */
  caret: string | null;
  /** How many words of the line stand before Bea's sentence, which is to stand with its neighbours; `null` where it may go. */
  among: number | null;
}

const write = async (bea: Writer, place: Place): Promise<void> => {
  place.go(bea);
  await bea.type(place.text);
};

/** Ilse acts, while everybody who has a network sees it. */
const acts = async (scene: Scene, act: Act): Promise<void> => {
  await act.does(scene.ilse);
  await scene.quiet();
};

const offline = (place: Place): Way => ({
  name: `offline ${place.name}`,
  plays: async (scene, act) => {
    await scene.bea.leaveNetwork();
    await write(scene.bea, place);
    await acts(scene, act);
    await scene.bea.returnToNetwork();
  },
  caret: place.text,
  among: null,
});

/** The letters of Bea's sentence behind which Ilse acts. */
const ACT_AFTER = 8;
/** Time between two letters: what is typed is painted, and sent. */
const LETTER_MS = 60;

/** Ilse acts on what she sees of Bea's sentence. What she deletes there was hers to delete; what she moves, she moves. */
async function seenBy({ ilse }: Scene, act: Act): Promise<string[]> {
  const seen = ilse.capitals;
  await act.does(ilse);
  if (act.undoes) return [SENTENCE];
  const deleted = seen !== "" && ilse.capitals === "";
  if (!deleted && !act.elsewhere) return [SENTENCE];
  let [end, letters] = [0, 0];
  while (letters < seen.length) if (SENTENCE[end++] !== " ") letters += 1;
  return [deleted ? "" : SENTENCE.slice(0, end), SENTENCE.slice(end)].map((piece) => piece.trim()).filter(Boolean);
}

const live = (place: Place): Way => ({
  name: `live ${place.name}`,
  plays: async (scene, act) => {
    const { bea } = scene;
    let pieces = [SENTENCE];
    place.go(bea);
    await bea.type(place.text, async (typed) => {
      if (typed === ACT_AFTER) pieces = await seenBy(scene, act);
      await scene.pass(LETTER_MS);
      await scene.tick();
    });
    return pieces;
  },
  caret: place.text,
  among: place.before,
});

const closed: Way = {
  name: "closed offline, comes back",
  plays: async (scene, act) => {
    const { bea } = scene;
    await bea.leaveNetwork();
    await write(bea, MIDDLE);
    await bea.kept();
    bea.leave();
    await acts(scene, act);
    await scene.comes("bea");
  },
  caret: null,
  among: null,
};

/** Ilse is offline and acts, while Bea writes online and everything of hers is acknowledged. */
const late = async (scene: Scene, act: Act, place: Place): Promise<void> => {
  await scene.ilse.leaveNetwork();
  await act.does(scene.ilse);
  await write(scene.bea, place);
  await scene.quiet();
};

const ilseLate = (place: Place): Way => ({
  name: `Ilse offline, Bea ${place.name}`,
  plays: async (scene, act) => {
    await late(scene, act, place);
    await scene.ilse.returnToNetwork();
  },
  caret: place.text,
  among: null,
});

const beaGone = (place: Place): Way => ({
  name: `Ilse offline, Bea ${place.name} and gone`,
  plays: async (scene, act) => {
    await late(scene, act, place);
    scene.bea.leave();
    await scene.ilse.returnToNetwork();
  },
  caret: null,
  among: null,
});

const ilseGone: Way = {
  name: "offline in the middle, Ilse gone",
  plays: async (scene, act) => {
    await scene.bea.leaveNetwork();
    await write(scene.bea, MIDDLE);
    await acts(scene, act);
    scene.ilse.leave();
    await scene.bea.returnToNetwork();
  },
  caret: MIDDLE.text,
  among: null,
};

const watched: Way = {
  name: "offline in the middle, a third looks on",
  plays: async (scene, act) => {
    await scene.cleoComes();
    await offline(MIDDLE).plays(scene, act);
  },
  caret: MIDDLE.text,
  among: null,
};

export const WAYS: readonly Way[] = [
  ...[...PLACES, ANEW].map(offline),
  ...[...PLACES, ANEW].map(live),
  closed,
  ilseLate(MIDDLE),
  ...[...PLACES, ANEW].map(beaGone),
  ilseGone,
  watched,
];

/** The words of the line that stood next to Bea's, of those that are left. */
export function neighbours(before: number, left: (word: string) => boolean): string[] {
  const nearest = [LINE.slice(0, before).findLast(left), LINE.slice(before).find(left)];
  return nearest.filter((word) => word !== undefined);
}

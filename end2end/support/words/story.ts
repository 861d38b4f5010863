// What the stories have in common: the lines they begin with, and what is to hold in the middle of one and in its end.
import { count, type Fault, lines, orderFaults, sentenceFaults, shapeFaults, wordFaults } from "./oracle.ts";
import type { Base } from "./acts.ts";
import type { Scene } from "./scene.ts";
import { SENTENCE } from "./ways.ts";
import type { Writer } from "./writer.ts";

/** Longer than what is taken back as one. */
export const BREATH_MS = 1_000;
/** Time between two letters: what is typed is painted, and sent. */
export const LETTER_MS = 60;

/** Ilse's lines, each a step of its own to take back. */
export const OWN = ["alpha anchor", "beta barrel", "gamma gravel"] as const;
export const OWN_WORDS = OWN.flatMap((line) => line.split(" "));
/** The words that stand in the text of a story before anybody writes. */
const BASE = ["alder", "ash", "aspen", "cedar", "clover", "cypress"];

/** What is to be seen by everybody. */
export interface Expected {
  /** Lower case words that somebody wrote; Ilse's own lines where nothing is said. */
  words?: readonly string[];
  /** Those that are there no more. */
  gone?: readonly string[];
  /** Those that one took out and another put elsewhere at the same time: they are there once, or no more. */
  open?: readonly string[];
  /** What there is in upper case, each piece whole; Bea's sentence where nothing is said, and `null` where nobody can have it. */
  pieces?: readonly string[] | null;
  /** What stands in one line with what. */
  beside?: readonly (readonly [string, string])[];
  /** Words that follow one another so, where they are there. */
  order?: readonly string[];
  /** What stands before Bea's caret. */
  caret?: string;
  /** How many there are of what is no letter, by kind. */
  atoms?: Readonly<Record<string, number>>;
  /** How many rows and columns the first table has. */
  table?: string;
  /** Whose page says that something is not saved, where that is asked. */
  unsaved?: readonly string[];
}

/** Notes what of it does not hold at this moment. */
export type Holds = (when: string, expected: Expected) => void;

export interface Story extends Expected {
  name: string;
  /** The text that it begins with; two lines where nothing is said. */
  base?: Base;
  /** What is expected besides its name is to hold in the end. */
  plays: (scene: Scene, holds: Holds) => Promise<void>;
}

export function faultsOf(scene: Scene, expected: Expected): Fault[] {
  const { words = OWN_WORDS, gone = [], open = [], pieces = [SENTENCE], beside = [], order = [] } = expected;
  const { caret, atoms = {}, table, unsaved } = expected;
  const all = lines(scene.doc);
  const found = [...scene.differences(), ...shapeFaults(scene.doc, table), ...wordFaults(all, [...BASE, ...words], gone)];
  found.push(...wordFaults(all, open, []).filter(({ kind }) => kind === "doubled"));
  found.push(...orderFaults(all, order));
  if (pieces) found.push(...sentenceFaults(all, pieces));
  for (const [piece, word] of beside) {
    if (all.some((line) => line.includes(piece) && line.includes(word)) || count(all, piece) === 0) continue;
    found.push({ kind: "misplaced", says: `"${piece}" not beside ${word} in ${JSON.stringify(all)}` });
  }
  if (caret !== undefined && !scene.bea.beforeCaret.endsWith(caret)) {
    found.push({ kind: "caret", says: `behind "${scene.bea.beforeCaret}" in ${JSON.stringify(lines(scene.bea.doc))}` });
  }
  for (const [kind, wanted] of Object.entries(atoms)) {
    let there = 0;
    scene.doc.descendants((node) => void (there += Number(node.type.name === kind)));
    if (there !== wanted) found.push({ kind: there > wanted ? "doubled" : "lost", says: `${there} of ${kind}, not ${wanted}` });
  }
  const says = scene.unsaved.join(" and ");
  if (unsaved && says !== unsaved.join(" and ")) found.push({ kind: "status", says: `"${says}" says that something is not saved` });
  return found;
}

export async function ownLines(scene: Scene): Promise<void> {
  const { ilse } = scene;
  ilse.select(ilse.at("cypress", true));
  for (const line of OWN) {
    await scene.pass(BREATH_MS);
    ilse.press("Enter");
    await ilse.type(line);
  }
  await scene.quiet();
  await scene.pass(BREATH_MS);
}

/** Lets frames come and go, as between letters. */
export async function ticks(scene: Scene, many: number): Promise<void> {
  for (let tick = 0; tick < many; tick++) {
    await scene.pass(LETTER_MS);
    await scene.tick();
  }
}

/** Types letter by letter while frames come and go, until the last is in the room. */
export async function typeLive(scene: Scene, writer: Writer, text: string): Promise<void> {
  await writer.type(text, () => ticks(scene, 1));
  await ticks(scene, 2);
}

/** Ilse makes something else of the line with a word. */
export function makes({ ilse }: Scene, word: string, command: string, args: Record<string, unknown> = {}): void {
  ilse.select(ilse.at(word));
  if (!ilse.command(command, args)) throw new Error(`${command} does nothing`);
}

export const makesHeading = (scene: Scene): void => makes(scene, "barrel", "heading", { level: 1 });

/** Bea writes her sentence behind the second line. */
export async function beaWrites({ bea }: Scene): Promise<void> {
  bea.select(bea.at("barrel", true));
  await bea.type(` ${SENTENCE}`);
}

/** Ilse takes the second line away without a network, while Bea writes there and everything of hers is in the room. */
export async function takenUnseen(scene: Scene, takes: (scene: Scene) => void = makesHeading): Promise<void> {
  await ownLines(scene);
  await scene.ilse.leaveNetwork();
  await scene.pass(BREATH_MS);
  takes(scene);
  await beaWrites(scene);
  await scene.quiet();
}

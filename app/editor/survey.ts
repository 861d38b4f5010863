// What the whole document says about itself: its headings, steps and targets with their numbers, its words and their
// time. The model counts in the same way (app/domain/src/document/numbering.rs); numbers are never stored.
import type { Node } from "prosemirror-model";
import { wordsOf } from "./count.ts";

export interface Heading {
  pos: number;
  /** Its id, or what stands for it. */
  id: string;
  level: number;
  /** `2.1`, or empty where the heading is not numbered. */
  number: string;
  text: string;
}

/** What a cross-reference can lead to. */
export interface Target {
  pos: number;
  kind: "heading" | "step" | "figure";
  number: string;
  title: string;
}

export interface Survey {
  headings: Heading[];
  targets: Map<string, Target>;
  /** Numbers by the position of their node: headings, steps, figures, footnotes. */
  numbers: Map<number, string>;
  steps: number;
  clauses: number;
}

/** Counts numbered headings. The outermost level that takes part is the first number: `1`, `1.1`; which one that is, is known
 * at the end. A level that was skipped counts as 0. */
class HeadingCounter {
  private readonly counts = [0, 0, 0, 0, 0, 0];
  private readonly counted: { counts: number[]; tell: (number: string) => void }[] = [];

  /** Counts one; `tell` is told its number once all are counted. */
  next(level: number, tell: (number: string) => void): void {
    this.counts[level - 1]! += 1;
    this.counts.fill(0, level);
    this.counted.push({ counts: this.counts.slice(0, level), tell });
  }

  end(): void {
    const outermost = Math.min(...this.counted.map(({ counts }) => counts.length));
    for (const { counts, tell } of this.counted) tell(counts.slice(outermost - 1).join("."));
  }
}

/** A heading that nobody wrote here, as in a template, may have no id yet: this and its place among the headings stand for it. */
const STAND_IN = "heading-at-";

/** Where the heading stands that such a name is for. */
export function placeOfStandIn(doc: Node, name: string): number | null {
  const place = name.startsWith(STAND_IN) ? name.slice(STAND_IN.length) : "";
  if (!/^\d+$/.test(place)) return null;
  let left = Number(place);
  let found: number | null = null;
  doc.descendants((node, pos) => {
    if (found === null && node.type.name === "heading" && left-- === 0) found = pos;
    return found === null && !node.isTextblock;
  });
  return found;
}

/** Reads the whole tree once. */
export function survey(doc: Node): Survey {
  const found: Survey = { headings: [], targets: new Map(), numbers: new Map(), steps: 0, clauses: 0 };
  const headings = new HeadingCounter();
  let figures = 0;
  let footnotes = 0;
  let topSteps = 0;
  const target = (id: string, value: Target): void => {
    if (id && !found.targets.has(id)) found.targets.set(id, value);
  };
  const walk = (parent: Node, start: number, stepPrefix: string): void => {
    let steps = 0;
    parent.forEach((node, offset) => {
      const pos = start + offset;
      switch (node.type.name) {
        case "heading": {
          const [id, level, text] = [node.attrs.id as string, node.attrs.level as number, node.textContent];
          const heading: Heading = { pos, id: id || `${STAND_IN}${found.headings.length}`, level, number: "", text };
          const own: Target = { pos, kind: "heading", number: "", title: text };
          found.headings.push(heading);
          target(id, own);
          if (node.attrs.numbered) {
            // Its place in the order of the document; the number comes at the end.
            found.numbers.set(pos, "");
            headings.next(level, (number) => {
              heading.number = own.number = number;
              found.numbers.set(pos, number);
            });
          }
          break;
        }
        case "step": {
          const number = stepPrefix ? `${stepPrefix}.${++steps}` : String(++topSteps);
          found.steps += 1;
          found.numbers.set(pos, number);
          target(node.attrs.id as string, { pos, kind: "step", number, title: node.firstChild?.textContent ?? "" });
          walk(node, pos + 1, number);
          return;
        }
        case "figure": {
          const number = String(++figures);
          found.numbers.set(pos, number);
          target(node.attrs.id as string, { pos, kind: "figure", number, title: node.textContent });
          break;
        }
        case "footnote":
          found.numbers.set(pos, String(++footnotes));
          break;
        case "clause":
          found.clauses += 1;
          break;
        default:
      }
      if (!node.isLeaf) walk(node, pos + 1, stepPrefix);
    });
  };
  walk(doc, 0, "");
  headings.end();
  return found;
}

export interface Counts {
  words: number;
  steps: number;
  clauses: number;
  /** Seconds to read it silently. */
  reading: number;
  /** Seconds to say it aloud at the chosen pace, its pauses included. */
  speaking: number;
}

/** Words a minute that adults read silently: Brysbaert 2019, 238 for non-fiction. */
const READING_PACE = 238;
/** Words a minute that a script is said at until somebody chooses, and the slowest and the fastest that can be chosen: as the
 * model has them (app/domain/src/document/text.rs). */
export const SPEAKING_PACE = 110;
const PACE_MIN = 40;
const PACE_MAX = 300;

/** The pace that is asked for; `now` where nobody speaks like that. */
export function paceOf(asked: unknown, now: number): number {
  return typeof asked === "number" && Number.isInteger(asked) && asked >= PACE_MIN && asked <= PACE_MAX ? asked : now;
}

// Nodes never change, so what was counted once holds; only what was typed in is counted again.
const counted = new WeakMap<Node, Sum>();

interface Sum {
  words: number;
  /** How many of the words are in footnotes. */
  notes: number;
  pause: number;
}

function count(node: Node): Sum {
  const known = counted.get(node);
  if (known) return known;
  const sum: Sum = { words: 0, notes: 0, pause: node.type.name === "pause" ? (node.attrs.seconds as number) : 0 };
  if (node.isTextblock) {
    const line = wordsOf(node);
    sum.words = line.words + line.notes;
    sum.notes = line.notes;
  } else {
    node.forEach((child) => {
      const inside = count(child);
      sum.words += inside.words;
      sum.notes += inside.notes;
      sum.pause += inside.pause;
    });
  }
  counted.set(node, sum);
  return sum;
}

/** Rounded up: nobody is told that a script takes less time than it does. */
const seconds = (words: number, pace: number): number => Math.ceil((words * 60) / pace);

/** Words and times; `pace` in words a minute. Footnotes are read and not said. */
export function counts(doc: Node, pace: number): Omit<Counts, "steps" | "clauses"> {
  const { words, notes, pause } = count(doc);
  return { words, reading: seconds(words, READING_PACE), speaking: seconds(words - notes, pace) + pause };
}

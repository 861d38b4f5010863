// Where a place within a line is after somebody else made other lines of it: found by the text on both sides of it.
import type { Node } from "prosemirror-model";

/** What stands for something in a line that is no letter. */
export const ATOM = "\uFFFC";

/** What is looked at on either side of a place, in letters. */
const REACH = 48;
/** So many letters around a place tell it from others; where there are fewer, all of them do. */
export const ENOUGH = 6;

/** A line of text in a document. */
export interface Line {
  node: Node;
  /** Where its content begins in the document. */
  start: number;
  text: string;
  /** Where each letter of `text` stands behind `start`, and its end. */
  offsets: number[];
}

/** What stood on both sides of a place, as whoever changed the lines had it. */
export interface Context {
  left: string;
  right: string;
  /** Whether what stands left of it was written by the same person: who writes goes with what was just written. */
  own: boolean;
}

export interface Place {
  line: Line;
  /** In letters of the line. */
  index: number;
  score: number;
}

/** The lines of a document that are not among `old`. */
export function linesOf(doc: Node, old: ReadonlySet<Node> = new Set()): Line[] {
  const lines: Line[] = [];
  doc.descendants((node, pos) => {
    if (node.inlineContent && !old.has(node)) lines.push({ node, start: pos + 1, ...lettersOf(node) });
    return true;
  });
  return lines;
}

function lettersOf(line: Node): Pick<Line, "text" | "offsets"> {
  let text = "";
  const offsets: number[] = [];
  line.forEach((child, offset) => {
    const letters = child.isText ? child.text! : ATOM;
    for (let index = 0; index < letters.length; index++) offsets.push(offset + index);
    text += letters;
  });
  offsets.push(line.content.size);
  return { text, offsets };
}

/** The place that has most of a context around it; null where none has enough. */
export function bestPlace(lines: Line[], { left, right, own }: Context): Place | null {
  const needed = Math.min(ENOUGH, left.length + right.length);
  let best: Place | null = null;
  for (const line of lines) {
    for (let index = 0; index <= line.text.length; index++) {
      if (isWithinPair(line.text, index)) continue;
      const [before, behind] = [sameBefore(left, line.text, index), sameBehind(right, line.text, index)];
      const [begins, ends] = [line.text.slice(0, index) === left, line.text.slice(index) === right];
      // A line that is all of one side was cut there.
      const isSide = (begins && index > 0 && index === line.text.length) || (ends && index === 0 && right !== "");
      if ((before + behind < needed && !isSide) || (needed === 0 && line.text !== "")) continue;
      const score = before * (own ? REACH * 2 : 2) + behind + Number(begins) + Number(ends);
      if (best === null || score > best.score) best = { line, index, score };
    }
  }
  return best;
}

/** So many letters that still stand together tell a place near by. */
const PROBE = 8;

/** Where most of what stood around a place is gone: the place behind, or before, the nearest letters that are left; null for none. */
export function nearestPlace(lines: Line[], { left, right }: Context): Place | null {
  for (let away = 0; away <= Math.max(left.length, right.length); away++) {
    const [before, behind] = [left.slice(0, left.length - away).slice(-PROBE), right.slice(away, away + PROBE)];
    for (const line of lines) {
      const end = before.length < PROBE ? -1 : line.text.lastIndexOf(before);
      const start = behind.length < PROBE ? -1 : line.text.indexOf(behind);
      const index = end >= 0 ? end + PROBE : start;
      if (index >= 0 && !isWithinPair(line.text, index)) return { line, index, score: 0 };
    }
  }
  return null;
}

/** Whether a letter of two halves would be cut there. */
export function isWithinPair(text: string, index: number): boolean {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff;
}

function sameBefore(left: string, text: string, index: number): number {
  const most = Math.min(left.length, index, REACH);
  let same = 0;
  while (same < most && left[left.length - 1 - same] === text[index - 1 - same]) same += 1;
  return same;
}

function sameBehind(right: string, text: string, index: number): number {
  const most = Math.min(right.length, text.length - index, REACH);
  let same = 0;
  while (same < most && right[same] === text[index + same]) same += 1;
  return same;
}

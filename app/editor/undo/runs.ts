// Letters side by side, and which of those that a change takes away it writes anew: told by what they say, since Yjs has no moves.
import * as Y from "yjs";
import { schema } from "../schema.ts";
import type { Change } from "../stranded/change.ts";
import { type Letters, merged, partsOf } from "../stranded/letters.ts";
import { ATOM, isWithinPair } from "../stranded/place.ts";
import type { Piece } from "../stranded/restore.ts";
import { itemsOf, lineOf, nodeOf, typeOf, type Was } from "../stranded/was.ts";

/** Letters side by side in a line; what is no letter, and an empty line, is one for itself. */
export interface Run {
  text: string;
  letters: Letters[];
  line: Y.Item | null;
  /** What they stand in. */
  within: Y.Item | null;
  /** Whether nothing else stands before them in it, or behind. */
  begins: boolean;
  ends: boolean;
}

/** Of letters that are not all that a line said, so many tell that they are the same. */
export const TELLING = 4;
/** No more letters are compared with others: a step that writes so many anew that are not the same lines is none that moves them. */
const COMPARED = 4_000_000;

/** Of a run that is all of what it stands in. */
const WHOLE = { begins: true, ends: true };

/** What a run begins with that stands for itself, and is one letter. */
const ALONE = "\0";

/** What a change takes away. */
export function goneIn(tr: Y.Transaction, change: Change): Run[] {
  const [texts, runs] = [new Set<Y.XmlText>(), [] as Run[]];
  const isGone = (item: Y.Item): boolean => item.deleted && change.was(item) && change.wasTaken(item);
  for (const { item } of partsOf(tr.doc, tr.deleteSet)) {
    if (!change.was(item)) continue;
    if (item.content instanceof Y.ContentString && item.parent instanceof Y.XmlText) texts.add(item.parent);
    else runs.push(...alone(item, change.was));
  }
  return [...runs, ...[...texts].flatMap((text) => runsIn(text, isGone, (item) => !item.deleted && change.was(item)))];
}

/** What it writes. */
export function madeIn(change: Change): Run[] {
  const [texts, runs] = [new Set<Y.XmlText>(), [] as Run[]];
  const stands: Was = (item) => !item.deleted;
  for (const item of change.newItems()) {
    if (item.deleted) continue;
    if (item.content instanceof Y.ContentString && item.parent instanceof Y.XmlText) texts.add(item.parent);
    else runs.push(...alone(item, stands));
  }
  const isMade = (item: Y.Item): boolean => change.isNew(item) && stands(item);
  return [...runs, ...[...texts].flatMap((text) => runsIn(text, isMade, stands))];
}

/** What belongs to a change in a text: side by side where nothing else stands between. */
export function runsIn(text: Y.XmlText, belongs: Was, stands: Was): Run[] {
  const runs: Run[] = [];
  let [run, begins] = [null as Run | null, true];
  for (const item of itemsOf(text)) {
    if (!(item.content instanceof Y.ContentString)) continue;
    if (belongs(item)) {
      run ??= { text: "", letters: [], line: lineOf(item)?._item ?? null, within: text._item, begins, ends: true };
      if (run !== runs.at(-1)) runs.push(run);
      run.text += item.content.str;
      run.letters.push({ ...item.id, length: item.length });
    } else if (stands(item)) {
      if (run) run.ends = false;
      [run, begins] = [null, false];
    }
  }
  return runs.map((run) => ({ ...run, letters: merged(run.letters) }));
}

/** What stands for itself, with all that tells it from others: no letter, or a line without any. */
function alone(item: Y.Item, was: Was): Run[] {
  const type = typeOf(item);
  if (!(type instanceof Y.XmlElement)) return [];
  const kind = schema.nodes[type.nodeName];
  const letters = [{ ...item.id, length: 1 }];
  if (kind?.inlineContent) return isEmpty(type, was) ? [{ text: ALONE, letters, line: item, within: item, ...WHOLE }] : [];
  if (!kind?.isLeaf) return [];
  const node = nodeOf(type, was);
  const text = ALONE + JSON.stringify(node?.toJSON());
  return node ? [{ text, letters, line: lineOf(item)?._item ?? item, within: item, ...WHOLE }] : [];
}

function isEmpty(line: Y.XmlElement, was: Was): boolean {
  const says = (item: Y.Item): boolean => was(item) && (item.content instanceof Y.ContentString || typeOf(item) instanceof Y.XmlElement);
  const texts = [...itemsOf(line)].flatMap((item) => typeOf(item) ?? []);
  return ![line, ...texts].some((type) => [...itemsOf(type)].some(says));
}

/** Runs that are the same; what is left of those that went, and what of those that came stands for none. */
export interface Paired {
  pairs: [Run, Run][];
  left: Run[];
  fresh: Run[];
}

/** Which runs are the same: first those that are so as a whole, then parts of them. */
export function pairsOf(gone: Run[], made: Run[]): Paired {
  const alike = new Map<string, Run[]>();
  // The first comes last: it is the next.
  for (const run of made.toReversed()) {
    const same = alike.get(run.text);
    if (same) same.push(run);
    else alike.set(run.text, [run]);
  }
  const [pairs, left, used] = [[] as [Run, Run][], [] as Run[], new Set<Run>()];
  for (const run of gone) {
    const next = alike.get(run.text)?.at(-1);
    if (!next || !isAnew(run, next)) {
      left.push(run);
      continue;
    }
    alike.get(run.text)!.pop();
    used.add(next);
    pairs.push([run, next]);
  }
  // Of what stands for itself there are no parts.
  const parts = partsAlike(left.filter(isText), made.filter((run) => !used.has(run) && isText(run)));
  return { ...parts, pairs: [...pairs, ...parts.pairs] };
}

export const isText = ({ text }: Run): boolean => !text.startsWith(ALONE);

/** Few letters in one text may be the same because somebody writes them again. */
const isAnew = (from: Run, to: Run): boolean => from.within !== to.within || from.text.length >= TELLING;

/** As above, of parts: the longest first that a run has with another. */
function partsAlike(gone: Run[], made: Run[]): Paired {
  const [pairs, left, open] = [[] as [Run, Run][], [] as Run[], [...gone]];
  const [long, fresh] = [made.filter(isTelling), made.filter((run) => !isTelling(run))];
  let compared = 0;
  for (let run = open.pop(); run; run = open.pop()) {
    let best: { part: Same; index: number } | null = null;
    for (const [index, { text }] of long.entries()) {
      compared += run.text.length * text.length;
      if (compared > COMPARED) break;
      const part = longestPart(run.text, text);
      // Two sentences that begin alike are two.
      const isMost = 2 * part.length >= Math.min(run.text.length, text.length);
      if (part.length >= TELLING && isMost && part.length > (best?.part.length ?? 0)) best = { part, index };
    }
    if (!best || compared > COMPARED) {
      left.push(run);
      continue;
    }
    const { part, index } = best;
    const other = long[index]!;
    pairs.push([cut(run, part.from, part.from + part.length), cut(other, part.to, part.to + part.length)]);
    // What is left of both may have changed sides.
    const [gones, mades] = [around(run, part.from, part.length), around(other, part.to, part.length)];
    for (const one of [...gones]) {
      const same = mades.find(({ text }) => text === one.text);
      if (!same) continue;
      pairs.push([one, same]);
      gones.splice(gones.indexOf(one), 1);
      mades.splice(mades.indexOf(same), 1);
    }
    long.splice(index, 1, ...mades.filter(isTelling));
    fresh.push(...mades.filter((one) => !isTelling(one)));
    open.push(...gones.filter(isTelling));
  }
  return { pairs, left, fresh: [...fresh, ...long] };
}

const isTelling = ({ text }: Run): boolean => text.length >= TELLING;

/** What a run has on both sides of a part. */
const around = (run: Run, from: number, length: number): Run[] =>
  [cut(run, 0, from), cut(run, from + length)].filter(({ text }) => text !== "");

/** Where two texts have the same letters, and how many. */
interface Same {
  from: number;
  to: number;
  length: number;
}

/** The longest text that is in both, by rows of a table of how many letters before each two are the same. No letter of two halves is
 * cut. */
function longestPart(one: string, other: string): Same {
  let best: Same = { from: 0, to: 0, length: 0 };
  let [row, next] = [new Uint32Array(other.length + 1), new Uint32Array(other.length + 1)];
  for (let from = 1; from <= one.length; from++) {
    for (let to = 1; to <= other.length; to++) {
      const length = (next[to] = one[from - 1] === other[to - 1] ? row[to - 1]! + 1 : 0);
      if (length > best.length) best = { from: from - length, to: to - length, length };
    }
    [row, next] = [next, row];
  }
  return wholeLetters(one, other, best);
}

function wholeLetters(one: string, other: string, { from, to, length }: Same): Same {
  const isCut = (less: number): boolean => isWithinPair(one, from + less) || isWithinPair(other, to + less);
  const [start, end] = [Number(length > 0 && isCut(0)), Number(length > 0 && isCut(length))];
  return { from: from + start, to: to + start, length: Math.max(0, length - start - end) };
}

function cut({ text, letters, ...run }: Run, from: number, to = text.length): Run {
  const part: Letters[] = [];
  let start = 0;
  for (const { client, clock, length } of letters) {
    const [begin, end] = [Math.max(from, start), Math.min(to, start + length)];
    if (begin < end) part.push({ client, clock: clock + begin - start, length: end - begin });
    start += length;
  }
  const [begins, ends] = [run.begins && from === 0, run.ends && to === text.length];
  return { ...run, text: text.slice(from, to), letters: part, begins, ends };
}

/** What a piece says; of a block, the letters within. */
export function runOf({ letters, inline, block }: Piece): Run {
  const text = (block ? [block] : inline).map((node) => (node.isText || block ? node.textContent : ATOM)).join("");
  const all = { text, letters, line: null, within: null, ...WHOLE };
  // The first of a block's letters is the block.
  return block ? { ...all, letters: cut(all, 1, text.length + 1).letters } : all;
}

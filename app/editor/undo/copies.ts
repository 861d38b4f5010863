// Yjs has no moves: a step that makes something else of a line takes its letters away and writes the same ones anew. Here is noted, with
// each step that can be taken back, which of the letters it wrote stand for which of those that it took away. Then it can be seen what
// others did to them since (`limit.ts`).
import * as Y from "yjs";
import { schema } from "../schema.ts";
import { Change, takenBack } from "../stranded/change.ts";
import { idOf, type Letters, LetterMap, merged, partsOf } from "../stranded/letters.ts";
import { ATOM } from "../stranded/place.ts";
import type { Piece } from "../stranded/restore.ts";
import { itemsOf, lineOf, nodeOf, typeOf, type Was } from "../stranded/was.ts";

/** A step of an undo manager. */
export type Step = Y.UndoManager["undoStack"][number];

/** Where letters stand that a step wrote anew. */
export interface Copy {
  /** The clock of the first of those that it took away, */
  of: number;
  /** and which letter stands for that one; those that follow stand for those that follow. */
  to: Y.ID;
  /** The line in which they stand; null where there is none. */
  line: Y.ID | null;
}

/** Letters side by side in a line; what is no letter, and an empty line, is one for itself. */
interface Run {
  text: string;
  letters: Letters[];
  line: Y.Item | null;
}

/** Of letters that are not all that a line said, so many tell that they are the same. */
const TELLING = 4;
/** With more that differ than this they are not compared: a step that writes so much anew is no step that moves it. */
const COMPARED = 10_000;

const COPIES = Symbol("copies");

/** Which letters of a step stand for which that it took away. */
export function copiesOf({ meta }: Step): LetterMap<Copy> {
  const known = meta.get(COPIES) as LetterMap<Copy> | undefined;
  const copies = known ?? new LetterMap<Copy>();
  if (!known) meta.set(COPIES, copies);
  return copies;
}

/** Notes that with each step from now on. */
export function watchCopies(undoes: Y.UndoManager): void {
  let changed: Step | null = null;
  let open: { step: Step; gone: Run[] } | null = null;
  const note = ({ stackItem }: { stackItem: Step }): void => {
    changed = stackItem;
  };
  undoes.on("stack-item-added", note);
  undoes.on("stack-item-updated", note);
  // The manager, which came first, has made of it a step by now, or a part of one.
  undoes.doc.on("afterTransaction", (tr: Y.Transaction) => {
    const step = changed;
    changed = null;
    if (step) open = { step, gone: noteCopies(tr, copiesOf(step), open?.step === step ? open.gone : []) };
  });
}

/** Notes them for a change; `before` is what earlier ones of the step took away. Answers what may be written anew by a later one. */
function noteCopies(tr: Y.Transaction, copies: LetterMap<Copy>, before: Run[]): Run[] {
  if (tr.deleteSet.clients.size === 0 && before.length === 0) return [];
  // What others wrote in a line that is undone is no part of the step.
  const change = new Change(tr, tr.origin instanceof Y.UndoManager ? takenBack(tr) : () => true);
  const gone = goneIn(tr, change);
  const made = gone.length + before.length > 0 ? madeIn(change) : [];
  const { pairs, left } = pairsOf([...before, ...gone], made);
  for (const [from, to] of pairs) note(from, to, copies);
  return left.filter(({ text }) => text.length >= TELLING);
}

/** Notes that a run stands for another of the same length. */
function note(gone: Run, { letters, line }: Run, copies: LetterMap<Copy>): void {
  let [index, done] = [0, 0];
  for (const { client, clock, length } of gone.letters) {
    for (let from = 0; from < length; ) {
      const stands = letters[index]!;
      const many = Math.min(length - from, stands.length - done);
      const to = Y.createID(stands.client, stands.clock + done);
      copies.note({ client, clock: clock + from, length: many }, { of: clock + from, to, line: line?.id ?? null });
      [from, done] = [from + many, done + many];
      if (done === stands.length) [index, done] = [index + 1, 0];
    }
  }
}

/** What a change takes away. */
function goneIn(tr: Y.Transaction, change: Change): Run[] {
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
function madeIn(change: Change): Run[] {
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
function runsIn(text: Y.XmlText, belongs: Was, stands: Was): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (const item of itemsOf(text)) {
    if (!(item.content instanceof Y.ContentString)) continue;
    if (belongs(item)) {
      if (!run) runs.push((run = { text: "", letters: [], line: lineOf(item)?._item ?? null }));
      run.text += item.content.str;
      run.letters.push({ ...item.id, length: item.length });
    } else if (stands(item)) {
      run = null;
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
  if (kind?.inlineContent) return isEmpty(type, was) ? [{ text: "\0", letters, line: item }] : [];
  if (!kind?.isLeaf) return [];
  const node = nodeOf(type, was);
  return node ? [{ text: `\0${JSON.stringify(node.toJSON())}`, letters, line: lineOf(item)?._item ?? item }] : [];
}

function isEmpty(line: Y.XmlElement, was: Was): boolean {
  const says = (item: Y.Item): boolean => was(item) && (item.content instanceof Y.ContentString || typeOf(item) instanceof Y.XmlElement);
  const texts = [...itemsOf(line)].flatMap((item) => typeOf(item) ?? []);
  return ![line, ...texts].some((type) => [...itemsOf(type)].some(says));
}

/** Which runs are the same: first those that are so as a whole, then parts of them; and what is left of those that went. */
function pairsOf(gone: Run[], made: Run[]): { pairs: [Run, Run][]; left: Run[] } {
  const alike = new Map<string, Run[]>();
  for (const run of made) alike.set(run.text, [...(alike.get(run.text) ?? []), run]);
  const [pairs, left, used] = [[] as [Run, Run][], [] as Run[], new Set<Run>()];
  for (const run of gone) {
    const same = alike.get(run.text)?.find((other) => !used.has(other) && isMove(run, other));
    if (!same) left.push(run);
    else if (used.add(same)) pairs.push([run, same]);
  }
  const rest = made.filter((run) => !used.has(run));
  if (left.length * rest.length > COMPARED) return { pairs, left };
  const parts = partsAlike(left, rest);
  return { pairs: [...pairs, ...parts.pairs], left: parts.left };
}

/** In one line it may be that somebody writes the same letter again. */
const isMove = (from: Run, to: Run): boolean => from.line !== to.line;

function partsAlike(gone: Run[], made: Run[]): { pairs: [Run, Run][]; left: Run[] } {
  const [pairs, left, open] = [[] as [Run, Run][], [] as Run[], [...gone]];
  for (let run = open.pop(); run; run = open.pop()) {
    const found = partAlike(run, made);
    if (!found) {
      left.push(run);
      continue;
    }
    const { index, at } = found;
    const other = made[index]!;
    const isWhole = run.text.length <= other.text.length;
    const long = isWhole ? other : run;
    const end = at + Math.min(run.text.length, other.text.length);
    const rest = [cut(long, 0, at), cut(long, end)].filter(({ text }) => text !== "");
    made.splice(index, 1, ...(isWhole ? rest : []));
    if (!isWhole) open.push(...rest);
    pairs.push(isWhole ? [run, cut(other, at, end)] : [cut(run, at, end), other]);
  }
  return { pairs, left };
}

/** Which of some runs is in another, or has it within, and where. */
function partAlike(run: Run, made: Run[]): { index: number; at: number } | null {
  for (const [index, other] of made.entries()) {
    const [short, long] = run.text.length <= other.text.length ? [run.text, other.text] : [other.text, run.text];
    const at = short.length < TELLING || !isMove(run, other) ? -1 : long.indexOf(short);
    if (at >= 0) return { index, at };
  }
  return null;
}

function cut({ text, letters, line }: Run, from: number, to = text.length): Run {
  const part: Letters[] = [];
  let start = 0;
  for (const { client, clock, length } of letters) {
    const [begin, end] = [Math.max(from, start), Math.min(to, start + length)];
    if (begin < end) part.push({ client, clock: clock + begin - start, length: end - begin });
    start += length;
  }
  return { text: text.slice(from, to), letters: part, line };
}

/** Letters of a page that lost their place because of others, and stand as others of its own again: Yjs lets go of the first. */
const rewritten = new WeakMap<Y.Doc, LetterMap<Copy>>();

/** Which letters of a document stand for which that lost their place. */
export function rewrittenIn(doc: Y.Doc): LetterMap<Copy> {
  const known = rewritten.get(doc);
  const letters = known ?? new LetterMap<Copy>();
  if (!known) rewritten.set(doc, letters);
  return letters;
}

/** Notes that this page has written pieces again, from one of its clocks on. */
export function noteRewritten(doc: Y.Doc, pieces: Piece[], clock: number): void {
  const isNew = ({ id, deleted }: Y.Item): boolean => id.client === doc.clientID && id.clock >= clock && !deleted;
  const texts = new Set<Y.XmlText>();
  const all = Y.createDeleteSet();
  all.clients.set(doc.clientID, [{ clock, len: Y.getState(doc.store, doc.clientID) - clock }]);
  for (const { item } of partsOf(doc, all)) {
    if (isNew(item) && item.content instanceof Y.ContentString && item.parent instanceof Y.XmlText) texts.add(item.parent);
  }
  const made = [...texts].flatMap((text) => runsIn(text, isNew, ({ deleted }) => !deleted));
  for (const [from, to] of pairsOf(pieces.map(runOf), made).pairs) note(from, to, rewrittenIn(doc));
}

/** What a piece says; of a block, the letters within. */
function runOf({ letters, inline, block }: Piece): Run {
  const text = (block ? [block] : inline).map((node) => (node.isText || block ? node.textContent : ATOM)).join("");
  const all = { text, letters, line: null };
  // The first of a block's letters is the block.
  return block ? { ...all, letters: cut(all, 1, text.length + 1).letters } : all;
}

/** Where a letter stands now, done again or written again where it was taken away; null where it is gone. */
export function standing(doc: Y.Doc, { client, clock }: Y.ID): { item: Y.Item; id: Y.ID } | null {
  let id = Y.createID(client, clock);
  while (id.clock < Y.getState(doc.store, id.client)) {
    const item = Y.getItem(doc.store, id) as Y.Item | Y.GC;
    if (item instanceof Y.Item && !item.deleted) return { item, id };
    const next = nextOf(doc, item, id);
    if (!next) return null;
    id = next;
  }
  return null;
}

/** Which letter stands for one that is gone, if any. */
export function nextOf(doc: Y.Doc, item: Y.Item | Y.GC, id: Y.ID): Y.ID | null {
  if (item instanceof Y.Item && item.redone) return Y.createID(item.redone.client, item.redone.clock + id.clock - item.id.clock);
  const copy = rewrittenIn(doc).get(id);
  return copy ? Y.createID(copy.to.client, copy.to.clock + id.clock - copy.of) : null;
}

/** The letter that a step wrote last for one that it took away; null where it wrote none. */
export function copyOf(copies: LetterMap<Copy>, item: Y.Item, letter: number): Pick<Copy, "to" | "line"> | null {
  let found: Pick<Copy, "to" | "line"> | null = null;
  for (let id = idOf(item, letter); ; id = found.to) {
    const copy = copies.get(id);
    if (!copy) return found;
    found = { to: Y.createID(copy.to.client, copy.to.clock + id.clock - copy.of), line: copy.line };
  }
}

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
  /** What they stand in. */
  within: Y.Item | null;
}

/** Of letters that are not all that a line said, so many tell that they are the same. */
const TELLING = 4;
/** No more letters are compared with others: a step that writes so many anew that are not the same lines is none that moves them. */
const COMPARED = 4_000_000;

/** What a run begins with that stands for itself, and is one letter. */
const ALONE = "\0";

const COPIES = Symbol("copies");
const FRESH = Symbol("fresh");

/** Which letters of a step stand for which that it took away. */
export function copiesOf({ meta }: Step): LetterMap<Copy> {
  const known = meta.get(COPIES) as LetterMap<Copy> | undefined;
  const copies = known ?? new LetterMap<Copy>();
  if (!known) meta.set(COPIES, copies);
  return copies;
}

/** What a step wrote instead of something, and stands for nothing that it took away. */
export function freshOf({ meta }: Step): Letters[] {
  return (meta.get(FRESH) as Letters[] | undefined) ?? [];
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
    if (!step) return;
    try {
      open = { step, gone: noteCopies(tr, step, open?.step === step ? open.gone : []) };
    } catch (error) {
      // The step itself can be taken back, whatever is wrong here.
      globalThis.reportError(error);
    }
  });
}

/** Notes them for a change; `before` is what earlier ones of the step took away. Answers what may be written anew by a later one. */
function noteCopies(tr: Y.Transaction, step: Step, before: Run[]): Run[] {
  if (tr.deleteSet.clients.size === 0 && before.length === 0) return [];
  // What others wrote in a line that is undone is no part of the step.
  const change = new Change(tr, tr.origin instanceof Y.UndoManager ? takenBack(tr) : () => true);
  const gone = goneIn(tr, change);
  const made = gone.length + before.length > 0 ? madeIn(change) : [];
  const { pairs, left, fresh } = pairsOf([...before, ...gone], made);
  for (const [from, to] of pairs) note(from, to, copiesOf(step));
  step.meta.set(FRESH, [...freshOf(step), ...fresh.flatMap(({ letters }) => letters)]);
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
      if (!run) runs.push((run = { text: "", letters: [], line: lineOf(item)?._item ?? null, within: text._item }));
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
  if (kind?.inlineContent) return isEmpty(type, was) ? [{ text: ALONE, letters, line: item, within: item }] : [];
  if (!kind?.isLeaf) return [];
  const node = nodeOf(type, was);
  const text = ALONE + JSON.stringify(node?.toJSON());
  return node ? [{ text, letters, line: lineOf(item)?._item ?? item, within: item }] : [];
}

function isEmpty(line: Y.XmlElement, was: Was): boolean {
  const says = (item: Y.Item): boolean => was(item) && (item.content instanceof Y.ContentString || typeOf(item) instanceof Y.XmlElement);
  const texts = [...itemsOf(line)].flatMap((item) => typeOf(item) ?? []);
  return ![line, ...texts].some((type) => [...itemsOf(type)].some(says));
}

/** Runs that are the same; what is left of those that went, and what of those that came stands for none. */
interface Paired {
  pairs: [Run, Run][];
  left: Run[];
  fresh: Run[];
}

/** Which runs are the same: first those that are so as a whole, then parts of them. */
function pairsOf(gone: Run[], made: Run[]): Paired {
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
    if (!next || !isMove(run, next)) {
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

const isText = ({ text }: Run): boolean => !text.startsWith(ALONE);

/** Few letters in one text may be the same because somebody writes them again. */
const isMove = (from: Run, to: Run): boolean => from.within !== to.within || from.text.length >= TELLING;

/** As above, of parts: the longest first that a run has with another. */
function partsAlike(gone: Run[], made: Run[]): Paired {
  const [pairs, left, fresh, open] = [[] as [Run, Run][], [] as Run[], [] as Run[], [...gone]];
  let compared = 0;
  for (let run = open.pop(); run; run = open.pop()) {
    let best: { part: Same; index: number } | null = null;
    for (const [index, { text }] of made.entries()) {
      compared += run.text.length * text.length;
      if (compared > COMPARED) break;
      const part = longestPart(run.text, text);
      if (part.length >= TELLING && part.length > (best?.part.length ?? 0)) best = { part, index };
    }
    if (!best) {
      left.push(run);
      continue;
    }
    const { part, index } = best;
    const other = made[index]!;
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
    made.splice(index, 1, ...mades.filter(({ text }) => text.length >= TELLING));
    fresh.push(...mades.filter(({ text }) => text.length < TELLING));
    open.push(...gones.filter(({ text }) => text.length >= TELLING));
  }
  return { pairs, left, fresh: [...fresh, ...made] };
}

/** What a run has on both sides of a part. */
const around = (run: Run, from: number, length: number): Run[] =>
  [cut(run, 0, from), cut(run, from + length)].filter(({ text }) => text !== "");

/** Where two texts have the same letters, and how many. */
interface Same {
  from: number;
  to: number;
  length: number;
}

/** The longest text that is in both: Gusfield 1997, "Algorithms on Strings, Trees, and Sequences", by rows of a table. */
function longestPart(one: string, other: string): Same {
  let best: Same = { from: 0, to: 0, length: 0 };
  let row = new Uint32Array(other.length + 1);
  for (let from = 1; from <= one.length; from++) {
    const next = new Uint32Array(other.length + 1);
    for (let to = 1; to <= other.length; to++) {
      if (one[from - 1] !== other[to - 1]) continue;
      const length = (next[to] = row[to - 1]! + 1);
      if (length > best.length) best = { from: from - length, to: to - length, length };
    }
    row = next;
  }
  return best;
}

function cut({ text, letters, ...run }: Run, from: number, to = text.length): Run {
  const part: Letters[] = [];
  let start = 0;
  for (const { client, clock, length } of letters) {
    const [begin, end] = [Math.max(from, start), Math.min(to, start + length)];
    if (begin < end) part.push({ client, clock: clock + begin - start, length: end - begin });
    start += length;
  }
  return { ...run, text: text.slice(from, to), letters: part };
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
  const all = { text, letters, line: null, within: null };
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
function nextOf(doc: Y.Doc, item: Y.Item | Y.GC, id: Y.ID): Y.ID | null {
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

// Yjs has no moves: a step that makes something else of a line takes its letters away and writes the same ones anew. Here is noted, with
// each step that can be taken back, which of the letters it wrote stand for which of those that it took away. Then it can be seen what
// others did to them since (`limit.ts`).
import * as Y from "yjs";
import { Change, takenBack } from "../stranded/change.ts";
import { type Letters, LetterMap, LetterSet, partsOf } from "../stranded/letters.ts";
import type { Piece } from "../stranded/restore.ts";
import { Adjoining } from "./adjoin.ts";
import { goneIn, madeIn, pairsOf, type Run, runOf, runsIn, TELLING } from "./runs.ts";
import { Seen } from "./seen.ts";

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
  /** Whether that is where those were that it took away, and not elsewhere. */
  inPlace: boolean;
}

/** What is noted of one letter. */
export type CopyOf = Omit<Copy, "of">;

/** So many letters that a step took away may a later change of it write anew: each key would be compared with more. */
const CARRIED = 20_000;

const COPIES = Symbol("copies");
const FRESH = Symbol("fresh");
const COPIED = Symbol("copied");
const SEEN = Symbol("seen");

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

/** Which letters of a step stand for some that it took away. */
export function copiedOf({ meta }: Step): LetterSet {
  const known = meta.get(COPIED) as LetterSet | undefined;
  const copied = known ?? new LetterSet();
  if (!known) meta.set(COPIED, copied);
  return copied;
}

/** Up to which of a client's letters there were when a step deleted something last. */
export function seenOf({ meta }: Step, client: number): number {
  const noted = meta.get(SEEN) as { seen: Seen; moment: number } | undefined;
  return noted ? noted.seen.of(noted.moment, client) : Number.POSITIVE_INFINITY;
}

/** Notes that with each step from now on. */
export function watchCopies(undoes: Y.UndoManager): void {
  const seen = new Seen();
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
      if (tr.deleteSet.clients.size > 0) step.meta.set(SEEN, { seen, moment: seen.note(tr.afterState) });
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
  const adjoining = new Adjoining(change);
  for (const [from, to] of pairs) {
    note(from, to, copiesOf(step), adjoining.has(from.line, to.line));
    for (const letters of to.letters) copiedOf(step).add(letters);
  }
  step.meta.set(FRESH, [...freshOf(step), ...fresh.flatMap(({ letters }) => letters)]);
  let many = 0;
  return left.filter(({ text }) => text.length >= TELLING && (many += text.length) <= CARRIED);
}

/** Notes that a run stands for another of the same length. */
export function note(gone: Run, { letters, line }: Run, copies: LetterMap<Copy>, inPlace = false): void {
  let [index, done] = [0, 0];
  for (const { client, clock, length } of gone.letters) {
    for (let from = 0; from < length; ) {
      const stands = letters[index]!;
      const many = Math.min(length - from, stands.length - done);
      const to = Y.createID(stands.client, stands.clock + done);
      copies.note({ client, clock: clock + from, length: many }, { of: clock + from, to, line: line?.id ?? null, inPlace });
      [from, done] = [from + many, done + many];
      if (done === stands.length) [index, done] = [index + 1, 0];
    }
  }
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

/** Where a letter stands now, done again or written again where it was taken away (by others: `moved`); null where it is gone. */
export function standing(doc: Y.Doc, { client, clock }: Y.ID, moved?: LetterMap<Copy>): { item: Y.Item; id: Y.ID } | null {
  let id = Y.createID(client, clock);
  while (id.clock < Y.getState(doc.store, id.client)) {
    const item = Y.getItem(doc.store, id) as Y.Item | Y.GC;
    if (item instanceof Y.Item && !item.deleted) return { item, id };
    const next = nextOf(doc, item, id) ?? (moved && copyIn(moved, id)?.to);
    if (!next) return null;
    id = next;
  }
  return null;
}

/** Which letter stands for one that is gone, if any. */
function nextOf(doc: Y.Doc, item: Y.Item | Y.GC, id: Y.ID): Y.ID | null {
  if (item instanceof Y.Item && item.redone) return Y.createID(item.redone.client, item.redone.clock + id.clock - item.id.clock);
  return copyIn(rewrittenIn(doc), id)?.to ?? null;
}

/** The letter that was noted for one. */
export function copyIn(copies: LetterMap<Copy>, id: Y.ID): CopyOf | null {
  const copy = copies.get(id);
  return copy ? { ...copy, to: Y.createID(copy.to.client, copy.to.clock + id.clock - copy.of) } : null;
}

/** The letter that a step wrote last for one that it took away; null where it wrote none. */
export function copyOf(copies: LetterMap<Copy>, letter: Y.ID): CopyOf | null {
  let found = copyIn(copies, letter);
  for (let next = found; next; next = copyIn(copies, next.to)) found = { ...next, inPlace: next.inPlace && found!.inPlace };
  return found;
}

const cameBack = new WeakMap<Y.Doc, LetterSet>();

/** Which letters of a document this page wrote in taking something back: they stood there before, as others. */
export function cameBackIn(doc: Y.Doc): LetterSet {
  const known = cameBack.get(doc);
  const letters = known ?? new LetterSet();
  if (!known) cameBack.set(doc, letters);
  return letters;
}

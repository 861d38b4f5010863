// What others take away and write anew elsewhere, as who parts a line does: what is brought back stands behind what stood before it there,
// and what a person wrote is still theirs to take back. Yjs has no moves, and this tells them by what the letters say, so it believes
// little: whole runs that are there once on either side, written by one page, in an update that takes away the ones and brings the others.
import * as Y from "yjs";
import type { Change, Update } from "../stranded/change.ts";
import { type Letters, LetterMap, LetterSet, parted } from "../stranded/letters.ts";
import { itemsOf, type Type } from "../stranded/was.ts";
import { type Copy, copiedOf, copyIn, note, seenOf, type Step, standing } from "./copies.ts";
import { goneIn, isText, madeIn, type Run, TELLING } from "./runs.ts";

interface Moves {
  letters: LetterMap<Copy>;
  /** Those that stand for them. */
  by: LetterSet;
}

const moved = new WeakMap<Y.Doc, Moves>();

function movesIn(doc: Y.Doc): Moves {
  const known = moved.get(doc);
  const moves = known ?? { letters: new LetterMap<Copy>(), by: new LetterSet() };
  if (!known) moved.set(doc, moves);
  return moves;
}

/** Which letters of others stand for those that they took away. */
export const movedIn = (doc: Y.Doc): LetterMap<Copy> => movesIn(doc).letters;

/** What a step wrote, and who else may have moved that: what it wrote anew of a line is for nobody to follow into another. */
export function writtenIn(doc: Y.Doc, step: Step): { letters: Letters; moved: LetterMap<Copy> }[] {
  const [none, moved] = [new LetterMap<Copy>(), movedIn(doc)];
  return [...step.insertions.clients].flatMap(([client, ranges]) =>
    ranges.flatMap(({ clock, len }) => {
      const parts = parted({ client, clock, length: len }, copiedOf(step));
      return parts.map(({ letters, isIn }) => ({ letters, moved: isIn ? none : moved }));
    }),
  );
}

/** Notes what others move in a change, where that may matter to what is taken back here. */
export function noteMoves(tr: Y.Transaction, change: Change, updates: Update[]): void {
  if (tr.deleteSet.clients.size === 0) return;
  const { letters, by } = movesIn(tr.doc);
  const isOwn = (run: Run): boolean => run.letters.some((some) => some.client === tr.doc.clientID || by.has(first(some)));
  const gone = goneIn(tr, change).filter(isLine);
  const matter = gone.filter((run) => isOwn(run) || holdsDeleted(run));
  const made = matter.length > 0 ? madeIn(change).filter(isLine) : [];
  for (const from of matter) {
    const to = onlyOf(from, gone, made);
    if (!to || !updates.some((one) => one.names(first(from.letters[0]!)) && one.brings(first(to.letters[0]!)))) continue;
    note(from, to, letters);
    for (const some of to.letters) by.add(some);
  }
}

const first = ({ client, clock }: Letters): Y.ID => Y.createID(client, clock);

/** Whether it begins or ends what it stands in, and says enough. */
const isLine = (run: Run): boolean => isText(run) && run.text.length >= TELLING && (run.begins || run.ends);

/** Whether something was deleted here, in what a run stands in, that can be taken back. */
function holdsDeleted({ within }: Run): boolean {
  const type = within && (within.content as Y.ContentType).type;
  return type ? [...itemsOf(type)].some(({ deleted, keep }) => deleted && keep) : false;
}

/** The run that says the same, where there is one, and no other of either. */
function onlyOf({ text, begins, ends }: Run, gone: Run[], made: Run[]): Run | null {
  const same = made.filter((run) => run.text === text);
  const [to] = same;
  if (!to || same.length > 1 || gone.filter((run) => run.text === text).length > 1) return null;
  const oneWriter = to.letters.every(({ client }) => client === to.letters[0]!.client);
  return oneWriter && ((begins && to.begins) || (ends && to.ends)) ? to : null;
}

/** Behind which letter others' stands by now what a step took out of a line, and what stood before it there; null for where that was. */
export function letterBefore(tr: Y.Transaction, step: Step, item: Y.Item): Y.Item | null {
  const text = item.parent as Type;
  if (!(item.content instanceof Y.ContentString) || !(text instanceof Y.XmlText) || text._item?.deleted) return null;
  for (let left = item.left; left; left = left.left) {
    if (!left.countable) continue;
    const now = left.deleted ? afterMove(tr, step, left) : left;
    if (now) return now.parent === text ? null : now;
  }
  return null;
}

/** Where the last letter of something stands that others have moved to the beginning of a line since a step, or that came back there. */
function afterMove(tr: Y.Transaction, step: Step, { lastId, redone }: Y.Item): Y.Item | null {
  const { doc } = tr;
  const { letters, by } = movesIn(doc);
  const to = redone ? lastId : copyIn(letters, lastId)?.to;
  const now = to && (redone || to.clock >= seenOf(step, to.client)) ? standing(doc, to) : null;
  if (!now || !(now.item.parent instanceof Y.XmlText)) return null;
  return redone || begins(now.item, by) ? Y.getItemCleanEnd(tr, doc.store, now.id) : null;
}

/** Whether before something in a text stands nothing but letters of a set. */
function begins(item: Y.Item, by: LetterSet): boolean {
  for (let left = item.left; left; left = left.left) if (!left.deleted && left.countable && !by.has(left.id)) return false;
  return true;
}

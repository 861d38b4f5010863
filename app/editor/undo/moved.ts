// What others take away and write anew elsewhere, as who parts a line does: what is brought back stands behind what stood before it.
import * as Y from "yjs";
import { Change } from "../stranded/change.ts";
import { LetterMap, LetterSet } from "../stranded/letters.ts";
import type { Type } from "../stranded/was.ts";
import { type Copy, copyIn, note, seenOf, type Step, standing } from "./copies.ts";
import { goneIn, isText, madeIn, pairsOf, type Run, TELLING } from "./runs.ts";

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

/** Which letters of others stand for those that they took away where a line parted, grew or became something else. */
export const movedIn = (doc: Y.Doc): LetterMap<Copy> => movesIn(doc).letters;

/** Whether that is what became of a run; few letters, or some in the middle, may be the same by chance. */
const isMove = ([from, to]: [Run, Run]): boolean =>
  isText(from) && from.text.length >= TELLING && ((from.begins && to.begins) || (from.ends && to.ends));

/** Notes what others move from now on. */
export function watchMoves(doc: Y.Doc): void {
  doc.on("afterTransaction", (tr: Y.Transaction) => {
    try {
      noteMoves(tr);
    } catch (error) {
      // The change itself is there, whatever is wrong here.
      globalThis.reportError(error);
    }
  });
}

function noteMoves(tr: Y.Transaction): void {
  if (tr.local || tr.deleteSet.clients.size === 0) return;
  const change = new Change(tr, () => true);
  const gone = goneIn(tr, change);
  const { letters, by } = movesIn(tr.doc);
  const pairs = gone.length > 0 ? pairsOf(gone, madeIn(change)).pairs : [];
  for (const [from, to] of pairs.filter(isMove)) {
    note(from, to, letters);
    for (const some of to.letters) by.add(some);
  }
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
  if (!redone) for (let left = now.item.left; left; left = left.left) if (!left.deleted && left.countable && !by.has(left.id)) return null;
  return Y.getItemCleanEnd(tr, doc.store, now.id);
}

// What a person deleted in lines that others have made something else of since. Yjs cannot bring that back, since what it stood in is no
// more; where it stood is read while those lines go, and it is put back there like words that lost their place (`../stranded/`).
import * as Y from "yjs";
import type { Change } from "../stranded/change.ts";
import { idOf, type Letters, LetterMap, overlap } from "../stranded/letters.ts";
import { blockPiece, type FateOf, Reading } from "../stranded/reading.ts";
import type { Piece } from "../stranded/restore.ts";
import { isInline, isLine, itemsOf, type Type, typeOf, type Was } from "../stranded/was.ts";
import { copiesOf, type Step } from "./copies.ts";

export class Mislaid {
  private readonly pieces = new LetterMap<Piece>();

  /** Others take something away: notes what a person deleted in it before, and could take back. */
  note(gone: Iterable<Y.Item>, change: Change, { undoStack, redoStack }: Y.UndoManager): void {
    for (const item of gone) {
      const type = typeOf(item);
      const kept = type ? keptIn(type, change.was) : [];
      for (const stack of kept.length > 0 ? [undoStack, redoStack] : []) {
        const steps = stack.filter(({ deletions }) => kept.some((letters) => overlap(deletions, letters)));
        for (const [index, step] of steps.entries()) this.noteStep(type!, step, steps.slice(index + 1), change.was);
      }
    }
  }

  /** What of it some letters belong to, each once. */
  of(letters: Letters[]): Piece[] {
    return [...new Set(letters.flatMap((some) => [...this.pieces.within(some)].map(({ value }) => value)))];
  }

  private noteStep(type: Type, step: Step, later: Step[], was: Was): void {
    const pieces = isLine(type) ? new Reading(type, fates(step, later, was), () => false).stranded() : blocksIn(type, step);
    for (const piece of pieces) for (const some of piece.letters) this.pieces.note(some, piece);
  }
}

/** What was deleted here and is kept, since it could be taken back. */
function keptIn(type: Type, was: Was): Letters[] {
  return [...itemsOf(type)].flatMap((item) => {
    const own = typeOf(item);
    const here = item.deleted && item.keep && !was(item) ? [{ ...item.id, length: item.length }] : [];
    return own && isInline(own) ? [...here, ...keptIn(own, was)] : here;
  });
}

/** Whether a step deleted a letter, and did not write it elsewhere. */
function deletes(step: Step, item: Y.Item, letter: number): boolean {
  const id = idOf(item, letter);
  return Y.isDeleted(step.deletions, id) && !Y.isDeleted(step.insertions, id) && !copiesOf(step).has(id);
}

/** What later steps deleted was there still. */
function fates(step: Step, later: Step[], was: Was): FateOf {
  return (item, letter) => {
    if (deletes(step, item, letter)) return "stranded";
    return was(item) || later.some((other) => deletes(other, item, letter)) ? "taken" : null;
  };
}

function blocksIn(type: Type, step: Step): Piece[] {
  const was: Was = (item) => deletes(step, item, 0) && deletes(step, item, item.length - 1);
  return [...itemsOf(type)].flatMap((item) => {
    const own = typeOf(item);
    const piece = own && !isInline(own) && was(item) ? blockPiece(item, was) : null;
    // Of what was moved elsewhere, nothing is lost.
    const isMoved = piece?.letters.some((letters) => !copiesOf(step).within(letters).next().done) ?? false;
    return piece && !isMoved && piece.block!.textContent !== "" ? [piece] : [];
  });
}

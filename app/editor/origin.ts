// Where a change comes from.
import type { Transaction } from "prosemirror-state";
import { ReplaceStep } from "prosemirror-transform";
import { ySyncPluginKey } from "y-prosemirror";

/** Whether a transaction carries what Yjs integrated: others' writing, or one's own undo. */
export function isRemote(tr: Transaction): boolean {
  return (tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin === true;
}

/** Whether it is an undo or redo of this person. */
export function isUndo(tr: Transaction): boolean {
  return (tr.getMeta(ySyncPluginKey) as { isUndoRedoOperation?: boolean } | undefined)?.isUndoRedoOperation === true;
}

/** Whether a transaction only puts letters into lines of text or takes some out of them, as a key does. */
export function isTyping(tr: Transaction): boolean {
  const within = (index: number): boolean => {
    const [step, doc] = [tr.steps[index]!, tr.docs[index]!];
    if (!(step instanceof ReplaceStep) || step.slice.openStart + step.slice.openEnd > 0) return false;
    const $from = doc.resolve(step.from);
    if (!$from.parent.isTextblock || step.to > $from.end()) return false;
    return step.slice.content.content.every((node) => node.isText);
  };
  return tr.docChanged && !isRemote(tr) && tr.steps.every((_, index) => within(index));
}

/**
 * Maps positions across a change that Yjs integrated. Its one step replaces the whole document, and so maps nothing; what
 * differs is one range, and outside of it positions hold.
 */
export function remoteMap(tr: Transaction): (pos: number) => number {
  const start = tr.before.content.findDiffStart(tr.doc.content);
  if (start === null) return (pos) => pos;
  const end = tr.before.content.findDiffEnd(tr.doc.content)!;
  const growth = tr.doc.content.size - tr.before.content.size;
  return (pos) => {
    if (pos <= start) return pos;
    if (pos >= end.a) return pos + growth;
    return Math.max(0, Math.min(start, tr.doc.content.size));
  };
}

// No edit may cut a character in two. Yjs replicas diverge when one does: each half becomes U+FFFD at a different time.
// (lib0's text diff, which turns a change of the page into an edit of the shared text, keeps pairs whole by itself.)
import { type Node, Slice } from "prosemirror-model";
import { Plugin, type Transaction } from "prosemirror-state";
import { isRemote } from "../origin.ts";

/** Whether a position lies between the halves of a surrogate pair. */
export function splitsPair(doc: Node, pos: number): boolean {
  const $pos = doc.resolve(pos);
  const offset = $pos.textOffset;
  if (offset === 0) return false;
  const text = $pos.parent.child($pos.index()).text ?? "";
  return /[\uD800-\uDBFF]/.test(text[offset - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[offset] ?? "");
}

function wellFormed(slice: Slice): boolean {
  let well = true;
  slice.content.descendants((node) => {
    if (node.isText && !node.text!.isWellFormed()) well = false;
    return well;
  });
  return well;
}

/** Whether every step keeps characters whole. */
export function keepsPairs(tr: Transaction): boolean {
  return tr.steps.every((step, index) => {
    const { from, to, slice } = step as unknown as { from?: number; to?: number; slice?: unknown };
    const doc = tr.docs[index]!;
    const whole = [from, to].every((pos) => pos === undefined || !splitsPair(doc, pos));
    return whole && (!(slice instanceof Slice) || wellFormed(slice));
  });
}

/** Refuses a change that would cut a character; ProseMirror then draws the page as it was. */
export function pairs(): Plugin {
  return new Plugin({ filterTransaction: (tr) => !tr.docChanged || isRemote(tr) || keepsPairs(tr) });
}

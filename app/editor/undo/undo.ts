// Undo and redo take the caret to what they change, and nobody else's words take it there later.
import { TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey, yUndoPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import type { Deletes, Letters } from "../stranded/letters.ts";
import { type Step, watchCopies } from "./copies.ts";
import { type Done, takeBack } from "./take-back.ts";

/** Brings back letters that a step deleted, where Yjs cannot; answers what was written for them, if any could be. */
export type Regain = (letters: Letters[]) => Letters | null;

/** Puts the caret behind what differs from the text before. */
function toTheChange(view: EditorView, before: EditorView["state"]["doc"]): void {
  const { tr } = view.state;
  const start = before.content.findDiffStart(tr.doc.content);
  const end = before.content.findDiffEnd(tr.doc.content);
  if (start !== null && end) tr.setSelection(TextSelection.near(tr.doc.resolve(Math.max(start, end.b)), -1));
  view.dispatch(tr.scrollIntoView());
}

/** What was brought back elsewhere is taken away again by the last step, or by one that comes in place of a step that did nothing. */
function noteWritten(stack: Step[], instead: Step | null, { client, clock, length }: Letters): void {
  if (instead) stack.push(new (instead.constructor as new (...sets: Deletes[]) => Step)(Y.createDeleteSet(), Y.createDeleteSet()));
  const { insertions } = stack.at(-1)!;
  insertions.clients.set(client, [...(insertions.clients.get(client) ?? []), { clock, len: length }]);
}

/**
 * What takes back a person's changes in a view. With each of them the binding notes where the caret was; but it takes that up when
 * the text is already drawn without the change, and would move the caret with the next change that comes from others. Nor does
 * it know that place any more once a change was done again.
 */
export function undoesOf(view: EditorView, regain: Regain): Y.UndoManager {
  const { binding } = ySyncPluginKey.getState(view.state) as { binding: { beforeTransactionSelection: unknown } };
  const { undoManager: undoes } = yUndoPluginKey.getState(view.state) as { undoManager: Y.UndoManager };
  watchCopies(undoes);
  const placeOf = (step: Step): unknown => step.meta.get(binding) ?? null;
  const wrap = (name: "undo" | "redo", to: "undoStack" | "redoStack"): void => {
    const next = (): Done | null =>
      takeBack(undoes, name, (step) => {
        if (name === "undo") binding.beforeTransactionSelection = placeOf(step) ?? binding.beforeTransactionSelection;
      });
    undoes[name] = () => {
      const { doc } = view.state;
      const done = next();
      binding.beforeTransactionSelection = null;
      if (!done) return null;
      const { step, changed, mislaid } = done;
      if (changed) undoes[to].at(-1)?.meta.set(binding, placeOf(step));
      const regained = mislaid.length > 0 ? regain(mislaid) : null;
      if (regained) {
        noteWritten(undoes[to], changed ? null : step, regained);
        // What follows is a step of its own.
        undoes.stopCapturing();
      }
      if (regained || name === "redo") toTheChange(view, doc);
      else if (changed) view.dispatch(view.state.tr.scrollIntoView());
      return step;
    };
  };
  wrap("undo", "redoStack");
  wrap("redo", "undoStack");
  return undoes;
}

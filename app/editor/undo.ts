// Undo and redo take the caret to what they change, and nobody else's words take it there later.
import { TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey, yUndoPluginKey } from "y-prosemirror";

type Stack = { meta: Map<unknown, unknown> }[];

/** What can be taken back or done again. */
export interface Undoes {
  undo(): unknown;
  redo(): unknown;
  undoStack: Stack;
  redoStack: Stack;
}

/** Puts the caret behind what differs from the text before. */
function toTheChange(view: EditorView, before: EditorView["state"]["doc"]): void {
  const { tr } = view.state;
  const start = before.content.findDiffStart(tr.doc.content);
  const end = before.content.findDiffEnd(tr.doc.content);
  if (start !== null && end) tr.setSelection(TextSelection.near(tr.doc.resolve(Math.max(start, end.b)), -1));
  view.dispatch(tr.scrollIntoView());
}

/**
 * What takes back a person's changes in a view. With each of them the binding notes where the caret was; but it takes that up when
 * the text is already drawn without the change, and would move the caret with the next change that comes from others. Nor does
 * it know that place any more once a change was done again.
 */
export function undoesOf(view: EditorView): Undoes {
  const { binding } = ySyncPluginKey.getState(view.state) as { binding: { beforeTransactionSelection: unknown } };
  const { undoManager: undoes } = yUndoPluginKey.getState(view.state) as { undoManager: Undoes };
  const wrap = (name: "undo" | "redo", from: "undoStack" | "redoStack", to: "undoStack" | "redoStack"): void => {
    const act = undoes[name].bind(undoes);
    undoes[name] = () => {
      const place = undoes[from].at(-1)?.meta.get(binding) ?? null;
      const { doc } = view.state;
      if (name === "undo") binding.beforeTransactionSelection = place;
      const done = act();
      binding.beforeTransactionSelection = null;
      if (!done) return done;
      undoes[to].at(-1)?.meta.set(binding, place);
      if (name === "undo") view.dispatch(view.state.tr.scrollIntoView());
      else toTheChange(view, doc);
      return done;
    };
  };
  wrap("undo", "undoStack", "redoStack");
  wrap("redo", "redoStack", "undoStack");
  return undoes;
}

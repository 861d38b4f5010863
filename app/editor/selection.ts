// What the toolbar needs to know of the selection.
import type { EditorState } from "prosemirror-state";
import { CellSelection, isInTable } from "prosemirror-tables";
import { yUndoPluginKey } from "y-prosemirror";
import { linkAt } from "./commands.ts";

export interface Active {
  /** Names of the marks on all of it, and the marks that would be on what is typed next. */
  marks: string[];
  /** Names of the block with the caret and of all around it, from the innermost. */
  nodes: string[];
  /** The level of the heading; 0 outside of one. */
  level: number;
  /** The address of the link at the caret; empty outside of one. */
  href: string;
  empty: boolean;
  table: boolean;
  cells: boolean;
  undo: boolean;
  redo: boolean;
}

function marksOf({ selection, storedMarks, doc }: EditorState): string[] {
  if (selection.empty) return (storedMarks ?? selection.$from.marks()).map(({ type }) => type.name);
  let common: string[] | null = null;
  doc.nodesBetween(selection.from, selection.to, (node) => {
    if (!node.isText) return true;
    const here = node.marks.map(({ type }) => type.name);
    common = common ? common.filter((name) => here.includes(name)) : here;
    return false;
  });
  return common ?? [];
}

/** Reads a state. */
export function active(state: EditorState): Active {
  const { selection } = state;
  const { $from } = selection;
  const around = Array.from({ length: $from.depth }, (_, index) => $from.node($from.depth - index).type.name);
  const undo = yUndoPluginKey.getState(state)?.undoManager;
  return {
    marks: marksOf(state),
    nodes: around,
    level: $from.parent.type.name === "heading" ? ($from.parent.attrs.level as number) : 0,
    href: linkAt(state)?.href ?? "",
    empty: selection.empty,
    table: isInTable(state),
    cells: selection instanceof CellSelection,
    undo: (undo?.undoStack.length ?? 0) > 0,
    redo: (undo?.redoStack.length ?? 0) > 0,
  };
}

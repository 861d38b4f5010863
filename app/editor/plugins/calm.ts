// What others write never disturbs who writes here: not the page's place on the screen, not a selection of cells or of a block, not
// an input method that is composing.
import { CellSelection } from "prosemirror-tables";
import { type EditorState, NodeSelection, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from "y-prosemirror";
import type * as Y from "yjs";
import { isRemote, isUndo } from "../origin.ts";
import { elementAt } from "../places.ts";

const calmKey = new PluginKey<Kept>("calm");

/** After compositionend ProseMirror still reads what was composed; it says so itself, and is asked again this often. */
const SETTLE_MS = 20;

interface Kept {
  /** The chosen cells as positions that survive others' edits. */
  cells: { anchor: Y.RelativePosition; head: Y.RelativePosition } | null;
  /** The chosen block, and where it stands. */
  block: { element: NonNullable<unknown>; at: Y.RelativePosition } | null;
  /** Whether the last change came from elsewhere. */
  foreign: boolean;
}

function cellsOf(state: EditorState): Kept["cells"] {
  const { selection } = state;
  if (!(selection instanceof CellSelection)) return null;
  const { type, binding } = ySyncPluginKey.getState(state);
  const at = (pos: number): Y.RelativePosition => absolutePositionToRelativePosition(pos, type, binding.mapping);
  // One step inside the cell: there the position belongs to the cell itself.
  return { anchor: at(selection.$anchorCell.pos + 1), head: at(selection.$headCell.pos + 1) };
}

function restoreCells(state: EditorState, cells: NonNullable<Kept["cells"]>): Transaction | null {
  const { doc, type, binding } = ySyncPluginKey.getState(state);
  const cellAt = (position: Y.RelativePosition): number | null => {
    const pos = relativePositionToAbsolutePosition(doc, type, position, binding.mapping) as number | null;
    if (pos === null || pos > state.doc.content.size) return null;
    const $pos = state.doc.resolve(pos);
    for (let depth = $pos.depth; depth > 0; depth--) {
      if ($pos.node(depth).type.spec.tableRole?.includes("cell")) return $pos.before(depth);
    }
    return null;
  };
  const [anchor, head] = [cellAt(cells.anchor), cellAt(cells.head)];
  if (anchor === null || head === null) return null;
  return state.tr.setSelection(CellSelection.create(state.doc, anchor, head)).setMeta("addToHistory", false);
}

function blockOf(state: EditorState): Kept["block"] {
  const { selection } = state;
  if (!(selection instanceof NodeSelection) || selection.node.isInline) return null;
  const { type, binding } = ySyncPluginKey.getState(state);
  const element = elementAt(state, selection.from);
  // What was just put in is not in the shared document yet.
  return element ? { element, at: absolutePositionToRelativePosition(selection.from, type, binding.mapping) } : null;
}

/** The block and none that stands there now: who presses Delete means the one that they chose. */
function restoreBlock(state: EditorState, { element, at }: NonNullable<Kept["block"]>): Transaction | null {
  const { doc, type, binding } = ySyncPluginKey.getState(state);
  const pos = relativePositionToAbsolutePosition(doc, type, at, binding.mapping) as number | null;
  if (pos === null || pos >= state.doc.content.size || !state.doc.nodeAt(pos) || elementAt(state, pos) !== element) return null;
  return state.tr.setSelection(NodeSelection.create(state.doc, pos)).setMeta("addToHistory", false);
}

/** Where the binding chooses a block again, there may be none any more, and it would draw nothing of the change. */
function watchChosen(view: EditorView): { destroy(): void } {
  const { doc, binding } = ySyncPluginKey.getState(view.state) as {
    doc: Y.Doc;
    binding: { beforeTransactionSelection: { type: string } | null };
  };
  const place = (): void => {
    const { beforeTransactionSelection: chosen } = binding;
    if (chosen?.type === "node") binding.beforeTransactionSelection = { ...chosen, type: "text" };
  };
  doc.on("beforeObserverCalls", place);
  return { destroy: () => doc.off("beforeObserverCalls", place) };
}

/** The nearest ancestor that scrolls. */
export function scrollerOf(element: HTMLElement): HTMLElement {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.documentElement;
}

/** The plugin against being thrown about. */
export function calm(): Plugin<Kept> {
  return new Plugin<Kept>({
    key: calmKey,
    view: watchChosen,
    state: {
      init: () => ({ cells: null, block: null, foreign: false }),
      apply: (tr, kept, _before, after) => {
        const foreign = isRemote(tr) && !isUndo(tr);
        if (isRemote(tr) || !(tr.selectionSet || tr.docChanged)) return { ...kept, foreign };
        return { cells: cellsOf(after), block: blockOf(after), foreign };
      },
    },
    appendTransaction(transactions, before, after) {
      const { cells, block } = calmKey.getState(before)!;
      if (!transactions.some(isRemote)) return null;
      if (block && before.selection instanceof NodeSelection && !(after.selection instanceof NodeSelection)) return restoreBlock(after, block);
      return cells && !(after.selection instanceof CellSelection) ? restoreCells(after, cells) : null;
    },
    // The binding asks to scroll after each change it integrates; only one's own undo may.
    props: { handleScrollToSelection: (view) => calmKey.getState(view.state)!.foreign },
  });
}

/** Holds back what others write while an input method composes: `hold` at its beginning, `release` when it has settled. */
export function composition(hold: () => void, release: () => void): Plugin {
  const settle = (view: EditorView): void => {
    setTimeout(() => {
      if (!view.isDestroyed && view.composing) settle(view);
      else release();
    }, SETTLE_MS);
  };
  return new Plugin({
    props: {
      handleDOMEvents: {
        compositionstart: () => {
          hold();
          return false;
        },
        compositionend: (view) => {
          settle(view);
          return false;
        },
      },
    },
  });
}

/** On engines that do not hold the page still by themselves: keeps the first visible block where it is on the screen. */
export function steady(view: EditorView, change: () => void): void {
  if (CSS.supports("overflow-anchor", "auto")) {
    change();
    return;
  }
  const scroller = scrollerOf(view.dom);
  const top = scroller.getBoundingClientRect().top;
  const seen = [...view.dom.children].find((child) => child.getBoundingClientRect().bottom > top);
  const before = seen?.getBoundingClientRect().top;
  change();
  if (seen?.isConnected && before !== undefined) scroller.scrollTop += seen.getBoundingClientRect().top - before;
}

// Where the caret may stand on the screen, and when that is looked at: behind the paint of the key that moved it.
import type { EditorView } from "prosemirror-view";
import { scrollerOf } from "./plugins/calm.ts";

/** How near to the edges the caret may come, in pixels: it never hides below the docked toolbar or the head. */
export const MARGIN = { top: 24, bottom: 64, left: 0, right: 0 };

/** Keeps the caret of who types in sight. Asked in the key's own path, this would lay the page out once more; browsers show the
 * caret themselves, but know nothing of what is docked over the text. */
export class Caret {
  /** Whether a key is being carried out that wants its caret seen. */
  typing = false;
  private typed = false;

  /** A change is being carried out. */
  carries(key: boolean): void {
    this.typing = key;
    this.typed ||= key;
  }

  /** What was typed is on the screen. In any other task the page may hold more than the view knows. */
  painted(view: EditorView): void {
    if (this.typed && !view.composing) show(view);
    this.typed = false;
  }
}

/** Scrolls if what was typed has pushed the caret to the edge. */
function show(view: EditorView): void {
  const { top, bottom } = view.coordsAtPos(view.state.selection.head, 1);
  const box = scrollerOf(view.dom).getBoundingClientRect();
  const edge = { top: Math.max(0, box.top) + MARGIN.top, bottom: Math.min(innerHeight, box.bottom) - MARGIN.bottom };
  if (top < edge.top || bottom > edge.bottom) view.dispatch(view.state.tr.scrollIntoView());
}

// Where the caret is; where it may stand on the screen, and when that is looked at: behind the paint of the key that moved it.
import { type EditorState, Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { scrollerOf } from "./plugins/calm.ts";

/** What the view keeps from its typings: it reads the page's selection, and changes, that it has not been told of yet. */
interface Watching {
  domObserver: { flush(): void };
}

/** Hears where the caret is. The browser tells of one that has moved in a task of its own; a key that comes before that would act
 * where the caret was, and whatever else is drawn before that would put it back there. So this comes first wherever the page acts
 * without being told to by its writer. Not while an input method composes: what that holds is its own. */
export function hearCaret(view: EditorView): void {
  if (!view.composing) (view as unknown as Watching).domObserver.flush();
}

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

/** Whether the caret is between the edges of what scrolls the text. */
function isInSight(view: EditorView): boolean {
  const { top, bottom } = view.coordsAtPos(view.state.selection.head, 1);
  const box = scrollerOf(view.dom).getBoundingClientRect();
  return bottom > box.top && top < box.bottom;
}

/** Keeps the caret in sight where the room for the text becomes another: a phone is turned, its keyboard comes, a window is narrowed. Not
 * for who has scrolled away from it, or writes elsewhere. */
export function sight(): Plugin {
  return new Plugin({ view: (view) => new Sight(view) });
}

class Sight {
  /** Whether it was in sight before the room became another. */
  private seen = true;
  private room = "";
  private frame = 0;
  private readonly scroller: HTMLElement;
  private readonly watch: ResizeObserver;

  constructor(private readonly view: EditorView) {
    this.scroller = scrollerOf(view.dom);
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.scroller);
    this.scroller.addEventListener("scroll", this.scrolled, { passive: true });
  }

  update(view: EditorView, before: EditorState): void {
    // Whoever puts the caret somewhere sees it there; words that others write before it move it neither out of sight nor into it.
    if (view.state.doc === before.doc && !view.state.selection.eq(before.selection)) this.seen = true;
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    this.scroller.removeEventListener("scroll", this.scrolled);
  }

  private readonly scrolled = (): void => {
    this.next(() => {
      // Another room may have moved the text before it is heard of here.
      if (this.roomNow() === this.room) this.seen = isInSight(this.view);
    });
  };

  private resized(): void {
    const [before, now] = [this.room, this.roomNow()];
    this.room = now;
    if (before === "" || before === now || !this.seen || !this.view.hasFocus()) return;
    show(this.view);
    // What came near is drawn by then, and as tall as it is.
    this.next(() => show(this.view));
  }

  private roomNow(): string {
    return `${this.scroller.clientWidth} ${this.scroller.clientHeight}`;
  }

  private next(act: () => void): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(act);
  }
}

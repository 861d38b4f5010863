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
 * without being told to by its writer, and where a press acts on what is selected: before the view's state is read. Not while an input
 * method composes: what that holds is its own. Never throws: words of others that are on their way must not wait for what an extension
 * has made of the page. (A caret beside a table, which is no place in the text, is put right a moment later by `aside.ts`, and is
 * put back if others' words come just then.) */
export function hearCaret(view: EditorView): void {
  if (view.isDestroyed || view.composing) return;
  try {
    (view as unknown as Watching).domObserver.flush();
  } catch (error) {
    globalThis.reportError(error);
  }
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
    if (this.typed) show(view, scrollerOf(view.dom));
    this.typed = false;
  }
}

/** What can be seen of the text, from where to where on the screen. */
function edges(scroller: HTMLElement): { top: number; bottom: number } {
  const box = scroller.getBoundingClientRect();
  return { top: Math.max(0, box.top), bottom: Math.min(innerHeight, box.bottom) };
}

/** Scrolls if the caret is at the edge of what can be seen, or beyond it. */
function show(view: EditorView, scroller: HTMLElement): void {
  if (view.isDestroyed || view.composing) return;
  hearCaret(view);
  const { top, bottom } = view.coordsAtPos(view.state.selection.head, 1);
  const edge = edges(scroller);
  if (top < edge.top + MARGIN.top || bottom > edge.bottom - MARGIN.bottom) view.dispatch(view.state.tr.scrollIntoView());
}

/** Whether the caret can be seen. */
function isInSight(view: EditorView, scroller: HTMLElement): boolean {
  const { $head } = view.state.selection;
  const block = $head.depth > 0 ? view.nodeDOM($head.before(1)) : null;
  // To ask where it is in what is left alone, far from the screen, would lay that out.
  if (block instanceof HTMLElement && !block.checkVisibility({ contentVisibilityAuto: true })) return false;
  const { top, bottom } = view.coordsAtPos($head.pos, 1);
  const edge = edges(scroller);
  return bottom > edge.top && top < edge.bottom;
}

/** Keeps the caret in sight where the room for the text becomes another: a phone is turned, its keyboard comes, a window is narrowed. Not
 * for who has scrolled away from it, or writes elsewhere. */
export function sight(): Plugin {
  return new Plugin({ view: (view) => new Sight(view) });
}

class Sight {
  /** Whether it was in sight before the room became another. */
  private seen = false;
  private room = "";
  /** The frame in which it is looked whether it is in sight; and the one in which it is shown once more. */
  private looking = 0;
  private showing = 0;
  private readonly scroller: HTMLElement;
  private readonly watch: ResizeObserver;

  constructor(private readonly view: EditorView) {
    this.scroller = scrollerOf(view.dom);
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.scroller);
    this.scroller.addEventListener("scroll", this.look, { passive: true });
  }

  update(view: EditorView, before: EditorState): void {
    // What is typed is shown by `Caret`; words that others write before the caret move it neither out of sight nor into it.
    if (view.state.doc !== before.doc || view.state.selection.eq(before.selection)) return;
    // Whoever puts the caret somewhere sees it there; the end of what is chosen may be anywhere.
    if (view.state.selection.empty) this.seen = true;
    else this.look();
  }

  destroy(): void {
    cancelAnimationFrame(this.looking);
    cancelAnimationFrame(this.showing);
    this.watch.disconnect();
    this.scroller.removeEventListener("scroll", this.look);
  }

  private readonly look = (): void => {
    cancelAnimationFrame(this.looking);
    this.looking = requestAnimationFrame(() => {
      // Another room may have moved the text before it is heard of here.
      if (this.roomNow() === this.room) this.seen = isInSight(this.view, this.scroller);
    });
  };

  private resized(): void {
    const [before, now] = [this.room, this.roomNow()];
    if (before === now) return;
    this.room = now;
    if (before === "" || !this.seen || !this.view.hasFocus()) {
      this.seen = isInSight(this.view, this.scroller);
      return;
    }
    show(this.view, this.scroller);
    // What came near is drawn by then, and as tall as it is.
    cancelAnimationFrame(this.showing);
    this.showing = requestAnimationFrame(() => show(this.view, this.scroller));
  }

  private roomNow(): string {
    return `${this.scroller.clientWidth} ${this.scroller.clientHeight}`;
  }
}

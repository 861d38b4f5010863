// What is typed goes from the page into the shared document behind the paint: a key is seen before it is put in place there,
// encoded and sent. Until then it is owed, which the status says; and nothing that reads or changes the shared document
// comes before it: `flush` is called by whatever does, and by whatever may be the page's last moment.
import type { Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";

/** Does something once the next frame is on the screen; answers how to take that back. */
export type AfterPaint = (act: () => void) => () => void;

/** What is put in place after so many milliseconds where no frame comes. A page that is not seen does not wait for this: there
 * timers are late, and what is written is written at once. */
const LATEST_MS = 100;

/** In a browser: a task after the frame. */
export const afterPaint: AfterPaint = (act) => {
  let over = false;
  const once = (): void => {
    if (over) return;
    end();
    act();
  };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = once;
  const frame = requestAnimationFrame(() => port2.postMessage(null));
  const timer = setTimeout(once, LATEST_MS);
  const end = (): void => {
    over = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    port1.close();
  };
  return end;
};

export class Writing {
  private owed: (() => void) | null = null;
  private cancel: () => void = () => undefined;
  private passing = false;

  /** `changed` is called when words are owed, and `written` when nothing is any more, in the middle of whatever asked, perhaps while
   * the view reads the next key from the page. `painted` comes in the paint's own task, where nothing else is under way, after
   * each change of the view that is not the document's own: also where that was written earlier. */
  constructor(
    private readonly afterPaint: AfterPaint,
    private readonly changed: () => void,
    private readonly written: () => void,
    private readonly painted: () => void,
  ) {}

  /** Whether the page has words that the shared document has not. */
  get owes(): boolean {
    return this.owed !== null;
  }

  /** Puts in place what is owed, now. Never throws: what cannot be written stays owed, and is tried again with the next flush. */
  flush(): void {
    const { owed } = this;
    if (!owed) return;
    this.owed = null;
    try {
      owed();
    } catch (error) {
      // The state is written, not the change: to write it again, or a later one, is right.
      this.owed ??= owed;
      globalThis.reportError(error);
      return;
    }
    this.written();
  }

  /** Carries out a change that comes from the shared document: the binding passes over it, and need not be asked later. */
  pass(change: () => void): void {
    const before = this.passing;
    this.passing = true;
    try {
      change();
    } finally {
      this.passing = before;
    }
  }

  /** Makes a plugin that writes each state of the view into the shared document do so behind the paint; `wrote` is called when it has
   * written one of the view's own. */
  behind(plugin: Plugin, wrote: (view: EditorView) => void): Plugin {
    const make = plugin.spec.view!.bind(plugin);
    plugin.spec.view = (view: EditorView) => {
      const inner = make(view);
      return {
        // Not for a caret that only moves: to look the whole text over for nothing costs time, and where a text was undone to its
        // last letter, it would write the empty paragraph that the view shows then, after which nothing can be done again.
        update: (now, before) => {
          if (now.state.doc === before.doc) return;
          this.owe(() => {
            inner.update?.(now, before);
            if (!this.passing) wrote(now);
          });
        },
        destroy: () => {
          this.flush();
          this.cancel();
          inner.destroy?.();
        },
      };
    };
    return plugin;
  }

  /** Lets nobody undo before everything is there. */
  before(undoes: Record<"undo" | "redo", () => unknown>): void {
    for (const name of ["undo", "redo"] as const) {
      const act = undoes[name].bind(undoes);
      undoes[name] = () => {
        this.flush();
        return act();
      };
    }
  }

  private owe(write: () => void): void {
    if (this.passing) {
      write();
      return;
    }
    this.flush();
    this.owed = write;
    this.cancel();
    this.cancel = this.afterPaint(() => {
      this.flush();
      this.painted();
    });
    this.changed();
  }
}

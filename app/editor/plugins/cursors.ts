// The carets and selections of others. A caret bears its person's name, which fades once the caret rests and comes back
// when it moves. Built with classes only: y-prosemirror's own sets styles, which our content policy refuses.
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import { type EditorState, Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import * as Y from "yjs";
import { hearCaret } from "../caret.ts";
import { isRemote } from "../origin.ts";
import { others, type Person } from "../people.ts";
import { scrollerOf } from "./calm.ts";
import { topOf } from "./sections.ts";

export const cursorsKey = new PluginKey<DecorationSet>("cursors");

/** A caret that rests longer loses its name until it moves again. */
const QUIET_MS = 3_000;
/** Our own place is worked out at most this often; typing does not wait for it. */
const PLACE_MS = 80;

interface Place {
  anchor: number;
  head: number;
}

/** Where a remote caret stands in our document; null where it cannot be told. */
function placeOf(state: EditorState, cursor: { anchor?: unknown; head?: unknown }): Place | null {
  const { doc, type, binding } = ySyncPluginKey.getState(state);
  try {
    const at = (json: unknown) =>
      relativePositionToAbsolutePosition(doc, type, Y.createRelativePositionFromJSON(json), binding.mapping);
    const [anchor, head] = [at(cursor.anchor), at(cursor.head)];
    if (anchor === null || head === null) return null;
    const most = state.doc.content.size;
    return { anchor: Math.min(anchor, most), head: Math.min(head, most) };
  } catch {
    // Somebody's device said something that is no position.
    return null;
  }
}

/** The carets' elements, by client, so that a name can fade without touching the document. */
class Carets {
  private readonly elements = new Map<number, HTMLElement>();
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly places = new Map<number, string>();

  element(person: Person): HTMLElement {
    const caret = document.createElement("span");
    caret.className = `caret caret-p${person.tint}${this.timers.has(person.client) ? "" : " is-quiet"}`;
    caret.setAttribute("aria-hidden", "true");
    const flag = caret.appendChild(document.createElement("b"));
    flag.appendChild(document.createElement("span")).textContent = person.name;
    this.elements.set(person.client, caret);
    return caret;
  }

  /** Notes where somebody is; answers whether they moved. */
  moved(client: number, cursor: unknown): boolean {
    const place = JSON.stringify(cursor);
    if (this.places.get(client) === place) return false;
    this.places.set(client, place);
    clearTimeout(this.timers.get(client));
    this.elements.get(client)?.classList.remove("is-quiet");
    const quiet = (): void => {
      this.timers.delete(client);
      this.elements.get(client)?.classList.add("is-quiet");
    };
    this.timers.set(client, setTimeout(quiet, QUIET_MS));
    return true;
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}

function decorate(state: EditorState, awareness: Awareness, carets: Carets): DecorationSet {
  const { binding } = ySyncPluginKey.getState(state) ?? {};
  if (!binding || binding.mapping.size === 0) return DecorationSet.empty;
  const decorations: Decoration[] = [];
  for (const { person, said } of others(awareness)) {
    const place = said.cursor ? placeOf(state, said.cursor) : null;
    if (!place) continue;
    carets.moved(person.client, said.cursor);
    const key = `${person.client} ${person.name}`;
    decorations.push(Decoration.widget(place.head, () => carets.element(person), { key, side: 10, ignoreSelection: true }));
    if (place.anchor !== place.head) {
      const [from, to] = [Math.min(place.anchor, place.head), Math.max(place.anchor, place.head)];
      decorations.push(Decoration.inline(from, to, { class: `sel-p${person.tint}` }));
    }
  }
  return DecorationSet.create(state.doc, decorations);
}

/** Says where our own caret is, and looks again when somebody moved. */
class Watcher {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: EditorView,
    private readonly awareness: Awareness,
    private readonly moved: () => void,
    private readonly settle: () => void,
  ) {
    awareness.on("change", this.look);
    view.dom.addEventListener("focusin", this.later);
    view.dom.addEventListener("focusout", this.later);
  }

  update(view: EditorView, before: EditorState): void {
    if (view.state.selection !== before.selection || view.state.doc !== before.doc) this.later();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.awareness.off("change", this.look);
    this.view.dom.removeEventListener("focusin", this.later);
    this.view.dom.removeEventListener("focusout", this.later);
    this.awareness.setLocalStateField("cursor", null);
  }

  private readonly look = ({ added, updated, removed }: Record<string, number[]>): void => {
    const clients = [...(added ?? []), ...(updated ?? []), ...(removed ?? [])];
    if (this.view.isDestroyed || clients.every((client) => client === this.awareness.clientID)) return;
    // A connection that ends, or somebody who has not been heard of for long, comes by no frame of others'.
    hearCaret(this.view);
    this.view.dispatch(this.view.state.tr.setMeta(cursorsKey, true).setMeta("addToHistory", false));
    this.moved();
  };

  private readonly later = (): void => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.say();
    }, PLACE_MS);
  };

  private say(): void {
    if (this.view.isDestroyed) return;
    if (this.view.composing) {
      this.later();
      return;
    }
    if (!this.view.hasFocus()) {
      this.awareness.setLocalStateField("cursor", null);
      return;
    }
    this.settle();
    const { type, binding } = ySyncPluginKey.getState(this.view.state);
    const at = (pos: number) => absolutePositionToRelativePosition(pos, type, binding.mapping);
    const { anchor, head } = this.view.state.selection;
    this.awareness.setLocalStateField("cursor", { anchor: at(anchor), head: at(head) });
  }
}

/** The plugin. `moved` is called after somebody came, went or moved, `settle` before a place in the shared document is asked for. */
export function cursors(awareness: Awareness, moved: () => void, settle: () => void): Plugin<DecorationSet> {
  const carets = new Carets();
  return new Plugin<DecorationSet>({
    key: cursorsKey,
    state: {
      init: (_, state) => decorate(state, awareness, carets),
      apply: (tr, now, _before, after) => {
        if (tr.getMeta(cursorsKey) || isRemote(tr)) return decorate(after, awareness, carets);
        return tr.docChanged ? now.map(tr.mapping, tr.doc) : now;
      },
    },
    props: { decorations: (state) => cursorsKey.getState(state) },
    view: (view) => {
      const watcher = new Watcher(view, awareness, moved, settle);
      return {
        update: (now, before) => watcher.update(now, before),
        destroy: () => {
          watcher.destroy();
          carets.stop();
        },
      };
    },
  });
}

/** Brings somebody's caret into view; answers whether it is in view already, the page goes near it, or it is not in the text. */
export function showCaret(view: EditorView, awareness: Awareness, client: number, behavior: ScrollBehavior): "there" | "near" | "nowhere" {
  const found = others(awareness).find(({ person }) => person.client === client);
  const place = found?.said.cursor ? placeOf(view.state, found.said.cursor) : null;
  if (!place) return "nowhere";
  const at = view.state.doc.resolve(place.head);
  const block = at.depth > 0 ? view.nodeDOM(at.before(1)) : null;
  // Where a block stands that is not drawn yet is a guess, and so is how tall those on the way are: once the page is near, it is known.
  const guessed = block instanceof HTMLElement && !block.checkVisibility({ contentVisibilityAuto: true });
  const { top, bottom } = guessed ? { top: topOf(block), bottom: topOf(block) } : view.coordsAtPos(place.head);
  const scroller = scrollerOf(view.dom);
  const box = scroller.getBoundingClientRect();
  if (top >= box.top + 40 && bottom <= box.bottom - 60) return "there";
  scroller.scrollBy({ top: top - box.top - box.height / 3, behavior });
  return "near";
}

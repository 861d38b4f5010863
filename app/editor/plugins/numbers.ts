// Numbers beside headings, steps, figures and footnotes, as decorations; and what the page around the editor shows of the
// whole document: outline and counts. Typing only moves what is known; the survey follows when the hands rest.
import { type EditorState, Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import type { Node } from "prosemirror-model";
import { hearCaret } from "../caret.ts";
import { counts, type Counts, type Heading, placeOfStandIn, type Survey, survey } from "../survey.ts";
import { isRemote } from "../origin.ts";

interface Numbers {
  survey: Survey;
  decorations: DecorationSet;
}

export const numbersKey = new PluginKey<Numbers>("numbers");

/** Rest after the last change before the document is surveyed again, in milliseconds. */
const REST_MS = 250;

function take(doc: Node): Numbers {
  const found = survey(doc);
  const decorations = [...found.numbers].map(([pos, number]) => {
    const node = doc.nodeAt(pos)!;
    return Decoration.node(pos, pos + node.nodeSize, { "data-number": number });
  });
  return { survey: found, decorations: DecorationSet.create(doc, decorations) };
}

export interface Told {
  outline(headings: Heading[]): void;
  counts(counts: Counts): void;
}

class Teller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private outline = "";
  private counts = "";

  constructor(
    private readonly view: EditorView,
    private readonly pace: () => number,
    private readonly told: Told,
  ) {
    this.tell();
  }

  update(view: EditorView, before: { doc: Node }): void {
    if (view.state.doc === before.doc) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST_MS);
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  private rest(): void {
    if (this.view.isDestroyed) return;
    if (this.view.composing) {
      this.timer = setTimeout(() => this.rest(), REST_MS);
      return;
    }
    hearCaret(this.view);
    this.view.dispatch(this.view.state.tr.setMeta(numbersKey, "again").setMeta("addToHistory", false));
    this.tell();
  }

  private tell(): void {
    const { survey: found } = numbersKey.getState(this.view.state)!;
    const outline = JSON.stringify(found.headings.map(({ pos: _, ...rest }) => rest));
    if (outline !== this.outline) this.told.outline(found.headings);
    this.outline = outline;
    const all = { ...counts(this.view.state.doc, this.pace()), steps: found.steps, clauses: found.clauses };
    const said = JSON.stringify(all);
    if (said !== this.counts) this.told.counts(all);
    this.counts = said;
  }
}

/** The plugin. `pace` is asked at each count. */
export function numbers(pace: () => number, told: Told): Plugin<Numbers> {
  return new Plugin<Numbers>({
    key: numbersKey,
    state: {
      init: (_, state) => take(state.doc),
      apply: (tr, now, _before, after) => {
        if (tr.getMeta(numbersKey) || isRemote(tr)) return take(after.doc);
        if (!tr.docChanged) return now;
        return { survey: now.survey, decorations: now.decorations.map(tr.mapping, tr.doc) };
      },
    },
    props: { decorations: (state) => numbersKey.getState(state)?.decorations },
    view: (view) => new Teller(view, pace, told),
  });
}

/** Where the node with an id stands. The survey knows, but for what was typed since. */
export function placeOfTarget(state: EditorState, id: string): number | null {
  const { doc } = state;
  const known = numbersKey.getState(state)?.survey.targets.get(id)?.pos;
  if (known === undefined) return placeOfStandIn(doc, id);
  if (known < doc.content.size && doc.nodeAt(known)?.attrs.id === id) return known;
  let found: number | null = null;
  doc.descendants((node, pos) => {
    if (node.attrs.id === id) found ??= pos;
    return found === null && !node.isTextblock;
  });
  return found;
}

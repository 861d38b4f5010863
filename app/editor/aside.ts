// Within the element of a table or a picture there is room beside what the text holds of it: before a table, behind it, around the
// picture. A browser puts the caret there, at the first and the last place of a text that begins or ends so, and what is typed
// there would stand on the page and be nowhere else. So the caret stands beside the block instead, and words that came there all
// the same go into a paragraph of their own.
import { GapCursor } from "prosemirror-gapcursor";
import { Selection, TextSelection } from "prosemirror-state";
import type { EditorView, NodeView, ViewMutationRecord } from "prosemirror-view";
import { schema } from "./schema.ts";

/** What `prosemirror-gapcursor` decides by, and keeps from its typings. */
const gaps = GapCursor as unknown as { valid($pos: Selection["$from"]): boolean };

export class Aside {
  constructor(
    private readonly block: NodeView & { readonly contentDOM: HTMLElement },
    private readonly view: EditorView,
    private readonly position: () => number | undefined,
  ) {}

  /** Whether ProseMirror is to take no notice of something in the block's element; sees to it that nothing is lost by that. */
  ignores({ target, type }: ViewMutationRecord): boolean {
    if (this.block.contentDOM.contains(target)) return false;
    // ProseMirror is still reading the page.
    if (type !== "attributes") queueMicrotask(type === "selection" ? this.stepOut : this.putOut);
    return true;
  }

  private readonly stepOut = (): void => {
    const selection = document.getSelection();
    if (!selection?.isCollapsed || !selection.anchorNode || !this.isBeside(selection.anchorNode)) return;
    const [place, $place] = this.placeBeside(this.isBehind(selection.anchorNode, selection.anchorOffset)) ?? [];
    if (!place || !$place) return;
    const beside = gaps.valid($place) ? new GapCursor($place) : Selection.near($place, place);
    this.view.dispatch(this.view.state.tr.setSelection(beside));
  };

  private readonly putOut = (): void => {
    // An input method goes on in the place where it has begun.
    if (this.view.composing) return this.view.dom.addEventListener("compositionend", () => setTimeout(this.putOut), { once: true });
    const walk = document.createTreeWalker(this.block.dom, NodeFilter.SHOW_TEXT);
    const strays: Text[] = [];
    while (walk.nextNode()) if (this.isBeside(walk.currentNode)) strays.push(walk.currentNode as Text);
    const words = strays.map(({ data }) => data).join("");
    const [, $place] = (words && this.placeBeside(this.isBehind(strays[0]!, 0))) || [];
    if (!$place) return;
    const { tr } = this.view.state;
    tr.insert($place.pos, schema.nodes.paragraph!.create(null, schema.text(words)));
    this.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve($place.pos + 1 + words.length), -1)).scrollIntoView());
    // They are in the text.
    for (const stray of strays) stray.remove();
  };

  private isBeside(node: Node): boolean {
    return this.block.dom.contains(node) && !this.block.contentDOM.contains(node);
  }

  /** Whether a place beside the content comes after it. */
  private isBehind(node: Node, offset: number): boolean {
    const place = document.createRange();
    place.setStart(node, offset);
    return place.comparePoint(this.block.contentDOM, 0) < 0;
  }

  /** The place in the text before the block, or behind it, and which way that is. */
  private placeBeside(behind: boolean): [-1 | 1, Selection["$from"]] | null {
    const before = this.view.isDestroyed ? undefined : this.position();
    const { doc } = this.view.state;
    const node = before === undefined ? null : doc.nodeAt(before);
    return before === undefined || !node ? null : [behind ? 1 : -1, doc.resolve(behind ? before + node.nodeSize : before)];
  }
}

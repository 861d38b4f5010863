// A long text is laid out in sections, so that a key costs the section it is in and not every block there is. A browser that lays a
// text out, draws it, or asks what is below the pointer looks at each child of it; and one that leaves alone what is far from the
// screen (`content-visibility`) watches each of those. In a hundred pages that was half the time of a key.
//
// The sections are slots of a shadow tree, to which the blocks are assigned. The document, and what the view and the caret know of it,
// stays one row of blocks: sections are there for layout alone. Only in Chromium is the caret known to go over slots as if there were none
// (`end2end/editor-sections.spec.ts`); elsewhere each block of a long text is left alone for itself.
import { Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";

/** A text with more blocks than this is long: the browser leaves alone what of it is far from the screen. */
const LONG = 150;
/** With more blocks than this and no sections, watching each of them costs more than drawing it: 5 MB of lines took twice as long to
 * be saved. */
const VAST = 4_000;
/** The most blocks of a section; a full one is parted in two. A hundred pages are some 800 blocks, and so 33 sections of 24. */
const MOST = 48;
/** What has a margin below (`style/pages/document.css`): the block after it would stand elsewhere with a section's end between them. */
const MARGINS = "hr, .table, .fig, .page-break";
const MARGIN_BELOW = `${MARGINS}, :is(blockquote, ul, ol):has(${MARGINS})`;
/** So many blocks that are put in one after the other are shown each at once; what follows, together. */
const AT_ONCE = 64;
/** A guess of a block's height, until it has been drawn. */
const LINES = 5;

const { userAgent, maxTouchPoints } = navigator;
/** Not on a phone: its keyboards leave Enter and joining of lines to the browser, which loses the caret among slots. Nor on a tablet,
 * which asks for pages as a desk does, and says Linux; nor on a Chromebook with a touch screen, which has such a keyboard. */
const SLOTS = /Chrome\//.test(userAgent) && !/Android/.test(userAgent) && !(/Linux|CrOS/.test(userAgent) && maxTouchPoints > 0);

/** The class of a text that has sections; it keeps them when it is long no more. */
const PARTED = "is-parted";

/** The class of a text of so many blocks. */
export function lengthClass(blocks: number): string {
  return !SLOTS && blocks > LONG && blocks <= VAST ? "doc is-long" : "doc";
}

type Block = Element | Text;

interface Section {
  slot: HTMLSlotElement;
  blocks: Block[];
}

/** Marks which of these may be left alone: not the first and the last, where the caret goes from anywhere. */
function markEnds(...slots: (Element | null)[]): void {
  for (const slot of slots) slot?.part.toggle("section", slot.previousElementSibling !== null && slot.nextElementSibling !== null);
}

function isBlock(node: Node): node is Block {
  return node instanceof Element || node instanceof Text;
}

function hasMarginBelow(block: Block): boolean {
  return block instanceof Element && block.matches(MARGIN_BELOW);
}

/** How many of these blocks, at least so many, may stand in a section of their own. */
function cut(blocks: Block[], least: number): number {
  let at = least;
  while (at < blocks.length && hasMarginBelow(blocks[at - 1]!)) at++;
  return at;
}

/** Lays one text out in sections, from when it is made. */
class Sections {
  /** Everything within the text's own edges: a press beside the blocks or below them must meet something that can be written in. */
  private readonly whole = document.createElement("div");
  private readonly where = new WeakMap<Node, Section>();
  /** Sections whose blocks are not all shown in them yet. */
  private readonly due = new Set<Section>();
  private put = 0;
  private readonly watch = new MutationObserver((records) => this.saw(records));

  constructor(private readonly dom: HTMLElement) {
    dom.classList.add(PARTED);
    this.whole.part.add("whole");
    (dom.shadowRoot ?? dom.attachShadow({ mode: "open", slotAssignment: "manual" })).replaceChildren(this.whole);
    let blocks = [...dom.childNodes].filter(isBlock);
    while (blocks.length > 0) {
      const first = cut(blocks, MOST / 2);
      this.fill(this.begin(null), blocks.slice(0, first));
      blocks = blocks.slice(first);
    }
    // The view puts each block in by this. Shown only when the observer is told, a new one would have no place on the screen yet when
    // the caret is put into it and the page scrolled to it.
    dom.insertBefore = <T extends Node>(block: T, before: Node | null): T => {
      Node.prototype.insertBefore.call(dom, block, before);
      this.place(block as Node as Block, before);
      if (++this.put <= AT_ONCE) this.show();
      return block;
    };
    this.watch.observe(dom, { childList: true });
  }

  end(): void {
    this.watch.disconnect();
    Reflect.deleteProperty(this.dom, "insertBefore");
  }

  /** The view has put in what it had. */
  settle(): void {
    this.show();
    this.put = 0;
  }

  /** What can be written in is a stop for Tab by itself, unless that is said; what cannot is none, and takes no focus. Said when it
   * changes only, since every key comes by here. */
  passTab(editable: boolean): void {
    if (this.whole.hasAttribute("tabindex") === editable) return;
    if (editable) this.whole.tabIndex = -1;
    else this.whole.removeAttribute("tabindex");
  }

  /** What was taken out; and what the browser itself put in, for an input method or what else writes into the page. */
  private saw(records: MutationRecord[]): void {
    for (const { removedNodes, addedNodes } of records) {
      for (const node of removedNodes) if (node.parentNode !== this.dom) this.forget(node as Block);
      for (const node of addedNodes) {
        if (isBlock(node) && node.parentNode === this.dom && !this.where.has(node)) this.place(node, node.nextSibling);
      }
    }
    this.settle();
  }

  private place(block: Block, before: Node | null): void {
    this.forget(block);
    let next = before;
    while (next && !this.where.has(next)) next = next.nextSibling;
    const last = this.whole.lastElementChild as HTMLSlotElement | null;
    const section = (next && this.where.get(next)) ?? (last && this.where.get(last)) ?? this.begin(null);
    const at = next ? section.blocks.indexOf(next as Block) : section.blocks.length;
    const blocks = section.blocks.toSpliced(at, 0, block);
    const first = blocks.length > MOST ? cut(blocks, MOST / 2) : blocks.length;
    this.fill(section, blocks.slice(0, first));
    if (blocks.length > first) this.fill(this.begin(section), blocks.slice(first));
  }

  private forget(block: Block): void {
    const section = this.where.get(block);
    if (!section) return;
    this.where.delete(block);
    const rest = section.blocks.filter((other) => other !== block);
    if (rest.length > 0) {
      this.fill(section, rest);
      return;
    }
    this.due.delete(section);
    const { slot } = section;
    const beside = [slot.previousElementSibling, slot.nextElementSibling];
    slot.remove();
    markEnds(...beside);
  }

  private begin(before: Section | null): Section {
    const slot = document.createElement("slot");
    slot.style.display = "block";
    if (before) before.slot.after(slot);
    else this.whole.append(slot);
    markEnds(slot.previousElementSibling, slot, slot.nextElementSibling);
    const section = { slot, blocks: [] };
    this.where.set(slot, section);
    return section;
  }

  private fill(section: Section, blocks: Block[]): void {
    section.blocks = blocks;
    for (const block of blocks) this.where.set(block, section);
    this.due.add(section);
  }

  private show(): void {
    for (const { slot, blocks } of this.due) {
      slot.assign(...blocks);
      slot.style.setProperty("contain-intrinsic-block-size", `auto ${blocks.length * LINES}lh`);
    }
    this.due.clear();
  }
}

/** Where on the screen something of a text begins. What is not drawn may be laid out taller than its section, which was guessed;
 * then no further than that section, so that all is found in its order. */
export function topOf(element: HTMLElement): number {
  const { top } = element.getBoundingClientRect();
  const section = element.closest(`.${PARTED} > *`)?.assignedSlot;
  return Math.min(top, section?.getBoundingClientRect().bottom ?? top);
}

/** Keys that somebody asks for without a key, by dictation for one: what the browser would put in for them itself, between two
 * slots, it could not find again for the caret. */
const KEYS: Partial<Record<string, KeyboardEventInit>> = {
  insertParagraph: { key: "Enter" },
  insertLineBreak: { key: "Enter", shiftKey: true },
};

function asKey(view: EditorView, event: InputEvent): boolean {
  const key = KEYS[event.inputType];
  if (!key || view.composing || !view.dom.classList.contains(PARTED)) return false;
  const carriedOut = view.someProp("handleKeyDown", (handle) => handle(view, new KeyboardEvent("keydown", key)));
  if (carriedOut) event.preventDefault();
  return Boolean(carriedOut);
}

/** Parts a text once it is long. */
export function sections(): Plugin {
  return new Plugin({
    props: { handleDOMEvents: { beforeinput: asKey } },
    view: (view) => {
      let parted: Sections | null = null;
      const look = (): void => {
        if (SLOTS && view.state.doc.childCount > LONG) parted ??= new Sections(view.dom);
        parted?.settle();
        parted?.passTab(view.editable);
      };
      look();
      return { update: look, destroy: () => parted?.end() };
    },
  });
}

// What stays keeps its place in the shared document, where others may be writing. The binding compares texts: it would write two paragraphs
// that change their places each over with the other's text, and take a letter typed before the same letter for the second one, which
// somebody else may be taking away. So what moves is taken out first, to be written anew, and what is typed goes in where the caret is.
import type { Node, ResolvedPos } from "prosemirror-model";
import type { EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { markOf } from "./stranded/was.ts";

interface Binding {
  doc: Y.Doc;
  type: Y.XmlFragment;
  mapping: Map<unknown, unknown>;
  mux(act: () => void): void;
  _prosemirrorChanged(doc: Node): void;
}

/** Makes the binding of a view write so. */
export function keepPlaces(view: EditorView): void {
  const { binding } = ySyncPluginKey.getState(view.state) as { binding: Binding };
  const write = binding._prosemirrorChanged.bind(binding);
  binding._prosemirrorChanged = (doc) =>
    binding.doc.transact(() => {
      const now: Now = { mapping: binding.mapping, $caret: view.state.selection.$head, open: [] };
      takeMoved(binding.type, doc, now);
      write(doc);
      for (const [type, node] of now.open) if (!align(type, node, now.mapping)) now.mapping.delete(type);
    }, ySyncPluginKey);
}

/** Writes that a text is empty now: until it has written another, the binding takes an empty one for a view that shows nothing yet, and
 * who begins with deleting everything would be the only one to see it gone. */
export function writeEmpty(view: EditorView): void {
  const { binding } = ySyncPluginKey.getState(view.state) as { binding: Binding };
  const { doc } = view.state;
  if (binding.type.length === 0 || doc.content.findDiffStart(doc.type.createAndFill()!.content) !== null) return;
  binding.mux(() => binding._prosemirrorChanged(doc));
}

/** The element of the shared document at a place between blocks; in it at most letters are still to be written. */
export function elementAt(state: EditorState, pos: number): unknown {
  const $pos = state.doc.resolve(pos);
  let at: unknown = (ySyncPluginKey.getState(state) as { type: Y.XmlFragment }).type;
  for (let depth = 0; depth <= $pos.depth && at instanceof Y.XmlFragment; depth++) at = at.get($pos.index(depth));
  return at;
}

/** What the binding knows each type as, and where the caret is in the text that is written. */
interface Now {
  mapping: Map<unknown, unknown>;
  $caret: ResolvedPos;
  /** What the binding has yet to write, or to know. */
  open: [Y.XmlElement, Node][];
}

/** Answers whether the parent is all that the node is then, and known as that. */
function takeMoved(parent: Y.XmlFragment, node: Node, now: Now): boolean {
  const { mapping } = now;
  const [olds, news] = [parent.toArray(), node.content.content];
  const same = (old: number, now: number): boolean => mapping.get(olds[old]) === news[now];
  let start = 0;
  while (start < olds.length && start < news.length && same(start, start)) start += 1;
  let [oldEnd, newEnd] = [olds.length, news.length];
  while (oldEnd > start && newEnd > start && same(oldEnd - 1, newEnd - 1)) [oldEnd, newEnd] = [oldEnd - 1, newEnd - 1];
  const places = new Map(news.slice(start, newEnd).map((child, index) => [child as unknown, index]));
  const between = olds.slice(start, oldEnd).map((type, index) => ({ type, at: start + index, place: places.get(mapping.get(type)) }));
  const known = new Set(between.flatMap(({ place }) => place ?? []));
  const stay = rising([...known]);
  for (const { type, at, place } of between.toReversed()) {
    if (place === undefined || stay.has(place)) continue;
    mapping.delete(type);
    parent.delete(at, 1);
  }
  const changed = between.flatMap(({ place, type }) => (place === undefined && type instanceof Y.XmlElement ? type : []));
  const others = news.slice(start, newEnd).filter((child, index) => !known.has(index) && !child.isText);
  if (changed.length !== others.length) return false;
  const written = changed.map((type, index) => type.nodeName === others[index]!.type.name && write(type, others[index]!, now));
  return oldEnd - start === 1 && newEnd - start === 1 && written[0] === true;
}

/** As above. Who changes nothing but letters of one line leaves the binding nothing to compare, which then must know what is what. */
function write(type: Y.XmlElement, node: Node, now: Now): boolean {
  const before = now.mapping.get(type) as Node | undefined;
  const written = node.inlineContent ? writeAtCaret(type, node, now) : takeMoved(type, node, now);
  const isKnown = written && before?.sameMarkup(node) === true;
  if (isKnown) now.mapping.set(type, node);
  else now.open.push([type, node]);
  return isKnown;
}

/** Sees to it that an element is known as what it is now, and all that is in it. The binding looks no deeper where it finds that all is as
 * it should be, and would show with another's next change what it knew of the rest. */
function align(type: Y.XmlElement, node: Node, mapping: Map<unknown, unknown>): boolean {
  if (mapping.get(type) === node) return true;
  if (type.nodeName !== node.type.name) return false;
  let index = 0;
  for (const child of type.toArray()) {
    const first = index;
    while (child instanceof Y.XmlText && node.maybeChild(index)?.isText) index += 1;
    const nodes = node.children.slice(first, child instanceof Y.XmlText ? index : ++index);
    if (child instanceof Y.XmlText) {
      if (!isAll(child, { children: nodes })) return false;
      mapping.set(child, nodes);
    } else if (!(child instanceof Y.XmlElement) || !nodes[0] || !align(child, nodes[0], mapping)) return false;
  }
  if (index === node.childCount) mapping.set(type, node);
  return index === node.childCount;
}

/** Where only letters before the caret were put in, or behind it taken out, does so there. */
function writeAtCaret(line: Y.XmlElement, node: Node, { mapping, $caret }: Now): boolean {
  const text = line.get(0);
  const isText = line.length === 1 && text instanceof Y.XmlText && node.children.every((child) => child.isText);
  const old = isText ? lettersIn(text) : null;
  if ($caret.parent !== node || !(text instanceof Y.XmlText) || old === null) return false;
  const [now, caret] = [node.textContent, $caret.parentOffset];
  const more = now.length - old.length;
  const start = Math.min(caret, caret - more);
  if (start < 0 || old.slice(0, start) !== now.slice(0, start)) return false;
  if (old.slice(start + Math.max(0, -more)) !== now.slice(start + Math.max(0, more))) return false;
  if (more > 0) text.insert(start, now.slice(start, caret));
  else if (more < 0) text.delete(start, -more);
  if (!isAll(text, node)) return false;
  mapping.set(text, node.children);
  return true;
}

/** Whether a text has the letters and marks of a line. */
function isAll(text: Y.XmlText, { children }: Pick<Node, "children">): boolean {
  const parts = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  return (
    parts.length === children.length &&
    parts.every(({ insert, attributes = {} }, index) => {
      const { text, marks } = children[index]!;
      const formats = Object.entries(attributes);
      const known = (format: [string, unknown]): boolean => marks.some((mark) => markOf(format)?.eq(mark));
      return insert === text && formats.length === marks.length && formats.every(known);
    })
  );
}

/** The letters of a text; null where there is something else among them, which no editor puts there. */
function lettersIn(text: Y.XmlText): string | null {
  const parts = (text.toDelta() as { insert: unknown }[]).map(({ insert }) => insert);
  return parts.every((part) => typeof part === "string") ? parts.join("") : null;
}

/** The numbers of a longest row of them that rises: Fredman 1975, "On computing the length of longest increasing subsequences". */
function rising(numbers: number[]): Set<number> {
  const ends: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const number of numbers) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < number) low = middle + 1;
      else high = middle;
    }
    before.set(number, ends[low - 1]);
    ends[low] = number;
  }
  const row = new Set<number>();
  for (let number = ends.at(-1); number !== undefined; number = before.get(number)) row.add(number);
  return row;
}

// What changes its place among its neighbours is taken out and written anew, so that what stays keeps its place in the shared document.
// The binding compares by place: two paragraphs that change theirs would each be written over with the other's text, and what
// somebody else writes there meanwhile would stand in the wrong one.
import type { Node } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";

interface Binding {
  doc: Y.Doc;
  type: Y.XmlFragment;
  mapping: Map<unknown, unknown>;
  _prosemirrorChanged(doc: Node): void;
}

/** Makes the binding of a view write so. */
export function keepPlaces(view: EditorView): void {
  const { binding } = ySyncPluginKey.getState(view.state) as { binding: Binding };
  const write = binding._prosemirrorChanged.bind(binding);
  binding._prosemirrorChanged = (doc) =>
    binding.doc.transact(() => {
      takeMoved(binding.type, doc, binding.mapping);
      write(doc);
    }, ySyncPluginKey);
}

function takeMoved(parent: Y.XmlFragment, node: Node, mapping: Map<unknown, unknown>): void {
  const [olds, news] = [parent.toArray(), node.content.content];
  const same = (old: number, now: number): boolean => mapping.get(olds[old]) === news[now];
  let start = 0;
  while (start < olds.length && start < news.length && same(start, start)) start += 1;
  let [oldEnd, newEnd] = [olds.length, news.length];
  while (oldEnd > start && newEnd > start && same(oldEnd - 1, newEnd - 1)) [oldEnd, newEnd] = [oldEnd - 1, newEnd - 1];
  const places = new Map(news.slice(start, newEnd).map((child, index) => [child as unknown, index]));
  const between = olds.slice(start, oldEnd).map((type, index) => ({ type, at: start + index, now: places.get(mapping.get(type)) }));
  const stay = rising(between.flatMap(({ now }) => now ?? []));
  const known = new Set(between.flatMap(({ now }) => now ?? []));
  for (const { at, now } of between.toReversed()) if (now !== undefined && !stay.has(now)) parent.delete(at, 1);
  const changed = between.filter(({ now, type }) => now === undefined && type instanceof Y.XmlElement);
  const others = news.slice(start, newEnd).filter((child, index) => !known.has(index) && !child.isText);
  if (changed.length !== others.length) return;
  changed.forEach(({ type }, index) => {
    const child = others[index]!;
    if (type instanceof Y.XmlElement && type.nodeName === child.type.name && !child.inlineContent) takeMoved(type, child, mapping);
  });
}

/** The numbers of a longest row of them that rises: Fredman 1975, "On computing the length of longest increasing subsequences". */
function rising(numbers: number[]): Set<number> {
  const ends: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const number of numbers) {
    const found = ends.findIndex((end) => end >= number);
    const length = found < 0 ? ends.length : found;
    before.set(number, ends[length - 1]);
    ends[length] = number;
  }
  const row = new Set<number>();
  for (let number = ends.at(-1); number !== undefined; number = before.get(number)) row.add(number);
  return row;
}

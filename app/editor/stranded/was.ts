// The shared document as it was before a change that is just being integrated: what the change deletes is still there to be
// read until it is over.
import { Fragment, type Mark, type Node } from "prosemirror-model";
import * as Y from "yjs";
import { schema } from "../schema.ts";
import { ATOM } from "./place.ts";

// Yjs' types differ in the events that they tell, which nobody here listens to.
export type Type = Y.AbstractType<any>;

/** Whether something was there before the change. */
export type Was = (item: Y.Item) => boolean;

/** Something in a line, as it was. */
export interface Unit {
  item: Y.Item;
  /** `ATOM` for what is no letter. */
  text: string;
  nodes: Node[];
}

/** What stands in a type, deleted or not. */
export function* itemsOf(type: Type): Generator<Y.Item> {
  for (let item = type._start; item; item = item.right) yield item;
}

/** The type that an item is, if it is one. */
export function typeOf({ content }: Y.Item): Type | null {
  return content instanceof Y.ContentType ? content.type : null;
}

/** Whether the element is a line: its content is letters and what stands among them. */
export function isLine(type: unknown): type is Y.XmlElement {
  return type instanceof Y.XmlElement && schema.nodes[type.nodeName]?.inlineContent === true;
}

/** Whether the element stands within a line. */
export function isInline(type: Type): boolean {
  return type instanceof Y.XmlText || (type instanceof Y.XmlElement && schema.nodes[type.nodeName]?.isInline === true);
}

/** The line that an item stands in, or is; null for none. */
export function lineOf(item: Y.Item): Y.XmlElement | null {
  const own = typeOf(item);
  if (isLine(own)) return own;
  let type = item.parent as Type | null;
  if (type instanceof Y.XmlText) type = (type._item?.parent ?? null) as Type | null;
  return isLine(type) ? type : null;
}

/** A line's letters with their marks, and what stands among them. */
export function unitsOf(line: Y.XmlElement, was: Was): Unit[] {
  const units: Unit[] = [];
  for (const child of itemsOf(line)) {
    const type = typeOf(child);
    if (type instanceof Y.XmlText) units.push(...lettersOf(type, was));
    else if (type instanceof Y.XmlElement && was(child)) {
      const node = nodeOf(type, was);
      if (node) units.push({ item: child, text: ATOM, nodes: [node] });
    }
  }
  return units;
}

function lettersOf(text: Y.XmlText, was: Was): Unit[] {
  const units: Unit[] = [];
  const marks = new Map<string, unknown>();
  for (const item of itemsOf(text)) {
    if (!was(item)) continue;
    const { content } = item;
    if (content instanceof Y.ContentString) {
      const nodes = [schema.text(content.str, [...marks].flatMap((format) => markOf(format) ?? []))];
      units.push({ item, text: content.str, nodes });
    }
    if (!(content instanceof Y.ContentFormat)) continue;
    if (content.value === null) marks.delete(content.key);
    else marks.set(content.key, content.value);
  }
  return units;
}

/** The mark that a format of shared text is; none where nobody can read it. The binding names one that may stand several times by its
 * name and a hash. */
export function markOf([key, attrs]: [string, unknown]): Mark | undefined {
  try {
    return schema.marks[key.replace(/--[a-zA-Z0-9+/=]{8}$/, "")]?.create(attrs as Record<string, unknown>);
  } catch {
    // It lacks an attribute.
    return undefined;
  }
}

/** An element with everything in it; where that does not fit into it, a paragraph of what it says; null for what nobody can read. */
export function nodeOf(element: Y.XmlElement, was: Was): Node | null {
  const type = schema.nodes[element.nodeName];
  if (!type) return null;
  const attrs: Record<string, unknown> = {};
  for (const [name, last] of element._map) {
    let item: Y.Item | null = last;
    while (item && !was(item)) item = item.left;
    if (item) attrs[name] = item.content.getContent()[item.length - 1];
  }
  const inline = (): Node[] => unitsOf(element, was).flatMap(({ nodes }) => nodes);
  const children = type.inlineContent ? inline() : elementsIn(element, was).flatMap((child) => nodeOf(child, was) ?? []);
  try {
    return type.createChecked(attrs, Fragment.fromArray(children));
  } catch {
    const text = children.map(({ textContent }) => textContent).join(" ");
    return type.isInline || text === "" ? null : schema.node("paragraph", null, [schema.text(text)]);
  }
}

function elementsIn(element: Y.XmlElement, was: Was): Y.XmlElement[] {
  return [...itemsOf(element)].flatMap((item) => {
    const type = typeOf(item);
    return type instanceof Y.XmlElement && was(item) ? [type] : [];
  });
}

/** The last line before something; null where it is the first. */
export function lineBefore(item: Y.Item, was: Was): Y.XmlElement | null {
  for (let other = item.left; other; other = other.left) {
    const line = was(other) ? lastLine(typeOf(other), was) : null;
    if (line) return line;
  }
  const parent = (item.parent as Type)._item;
  return parent ? lineBefore(parent, was) : null;
}

function lastLine(type: Type | null, was: Was): Y.XmlElement | null {
  if (isLine(type) || !(type instanceof Y.XmlElement)) return isLine(type) ? type : null;
  return elementsIn(type, was).reduceRight<Y.XmlElement | null>((found, child) => found ?? lastLine(child, was), null);
}

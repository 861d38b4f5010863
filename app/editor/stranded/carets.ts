// Where a person is in the shared document: in which of its lines, and how far.
import type { Node, ResolvedPos } from "prosemirror-model";
import { TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { isLine, type Type } from "./was.ts";

interface Binding {
  mapping: Map<Type, Node | Node[]>;
  beforeTransactionSelection: { anchor: Y.RelativePosition | null; head: Y.RelativePosition | null } | null;
}

export interface Caret {
  line: Y.XmlElement;
  /** How far in the line. */
  offset: number;
  $pos: ResolvedPos;
}

const bindingOf = (view: EditorView): Binding => (ySyncPluginKey.getState(view.state) as { binding: Binding }).binding;

/** Both ends of what is selected before a change, as the binding noted them; null for what is in no line. */
export function caretsOf(view: EditorView, doc: Y.Doc): (Caret | null)[] {
  const { selection } = view.state;
  const noted = bindingOf(view).beforeTransactionSelection;
  if (!(selection instanceof TextSelection) || !noted) return [null, null];
  return [{ at: noted.anchor, $pos: selection.$anchor }, { at: noted.head, $pos: selection.$head }].map(({ at, $pos }) => {
    const line = at && lineAt(at, doc);
    return line ? { line, offset: $pos.parentOffset, $pos } : null;
  });
}

/** How far a caret is behind the beginning of a block; null where it is not within. */
export function offsetWithin({ line, $pos }: Caret, block: Y.Item): number | null {
  let { depth } = $pos;
  for (let item = line._item; item; item = (item.parent as Type)._item, depth--) {
    if (item === block) return depth > 0 ? $pos.pos - $pos.before(depth) : null;
  }
  return null;
}

function lineAt({ item, type }: Y.RelativePosition, doc: Y.Doc): Y.XmlElement | null {
  const id = item ?? type;
  const struct = id && Y.getItem(doc.store, id);
  if (!(struct instanceof Y.Item)) return null;
  const own = item ? (struct.parent as Type) : (struct.content as Y.ContentType).type;
  for (let at: Type | null = own; at; at = (at._item?.parent ?? null) as Type | null) {
    if (isLine(at)) return at;
  }
  return null;
}

/** All lines of a document. */
export function linesIn(doc: Node): Set<Node> {
  const lines = new Set<Node>();
  doc.descendants((node) => {
    if (node.inlineContent) lines.add(node);
  });
  return lines;
}

/** The lines of the view now, by what they show. */
export function typesIn(view: EditorView): Map<Node, Y.XmlElement> {
  return new Map([...bindingOf(view).mapping].flatMap(([type, node]) => (isLine(type) && !Array.isArray(node) ? [[node, type]] : [])));
}

/** What a line is in the view now; null where it is not there. */
export function nodeNow(view: EditorView, line: Y.XmlElement): Node | null {
  const node = bindingOf(view).mapping.get(line);
  return node && !Array.isArray(node) ? node : null;
}

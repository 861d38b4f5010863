// Ids of headings, steps and figures, so that outlines, cross-references and runs can name them: short, random, unique in
// the document. Whoever writes the node gives the id; what comes from others is left alone, or two would both mend it.
import { Plugin } from "prosemirror-state";
import type { Node } from "prosemirror-model";
import { isRemote } from "../origin.ts";

const NAMED = new Set(["heading", "step", "figure"]);
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** Eight letters and figures that read well aloud: 40 bits. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => LETTERS[byte % LETTERS.length]).join("");
}

function named(doc: Node): { pos: number; node: Node }[] {
  const found: { pos: number; node: Node }[] = [];
  doc.descendants((node, pos) => {
    if (NAMED.has(node.type.name)) found.push({ pos, node });
    return !node.isTextblock;
  });
  return found;
}

/** How many named nodes a step of an edit may have brought in; typing inside one paragraph brings none. */
function mayBring(doc: Node, before: Node): boolean {
  return doc.childCount !== before.childCount || !sameNames(doc, before);
}

function sameNames(doc: Node, before: Node): boolean {
  const start = doc.content.findDiffStart(before.content);
  if (start === null) return true;
  const $start = doc.resolve(Math.min(start, doc.content.size));
  const $before = before.resolve(Math.min(start, before.content.size));
  return $start.parent.isTextblock && $start.parent.hasMarkup($before.parent.type, $before.parent.attrs) && $start.parent.type.name !== "heading";
}

/** The plugin. */
export function ids(): Plugin {
  return new Plugin({
    appendTransaction(transactions, before, after) {
      if (!transactions.some((tr) => tr.docChanged) || transactions.some(isRemote)) return null;
      if (!mayBring(after.doc, before.doc)) return null;
      const old = new Set(named(before.doc).map(({ node }) => node));
      const seen = new Set<string>();
      const all = named(after.doc);
      // Of two with one id, the one that was there keeps it.
      const settled = new Set(all.filter(({ node }) => node.attrs.id && old.has(node)).map(({ node }) => node.attrs.id as string));
      const { tr } = after;
      for (const { pos, node } of all) {
        const id = node.attrs.id as string;
        const taken = seen.has(id) || (settled.has(id) && !old.has(node));
        if (id && !taken) {
          seen.add(id);
          continue;
        }
        const fresh = newId();
        seen.add(fresh);
        tr.setNodeAttribute(pos, "id", fresh);
      }
      return tr.docChanged ? tr : null;
    },
  });
}

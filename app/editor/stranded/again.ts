// Whether what has lost its place stands already where it would be put: its writer wrote it again, or somebody else did, and said so to
// others only. The same words elsewhere say nothing, nor do older ones.
import type { Node } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import type * as Y from "yjs";
import { typesIn } from "./carets.ts";
import { idOf } from "./letters.ts";
import { ATOM, bestPlace, ENOUGH, type Line, linesOf } from "./place.ts";
import type { Piece } from "./restore.ts";
import { unitsOf } from "./was.ts";

/** So few letters are soon the same by chance. */
const TELLING = 4;

type IsNew = (id: Y.ID) => boolean;

export function standsAlready(view: EditorView, piece: Piece, isNew: IsNew): boolean {
  const lines = linesOf(view.state.doc);
  if (piece.context) return lineStands(view, lines, piece, isNew);
  const [said, more] = piece.block ? linesIn(piece.block) : [];
  // A block of one line, which is as it was, behind the same line.
  if (said === undefined || more !== undefined || said.trim().length < TELLING) return false;
  return lines.some((line, index) => {
    const before = lines[index - 1]?.text ?? "";
    return line.text === said && before !== "" && piece.behind.includes(before) && areNew(view, line, 0, said.length, isNew);
  });
}

function lineStands(view: EditorView, lines: Line[], { inline, context }: Piece, isNew: IsNew): boolean {
  const text = inline.map((node) => (node.isText ? node.text! : ATOM)).join("");
  const { left, right } = context!;
  if (text.trim().length < TELLING || left.length + right.length < ENOUGH) return false;
  return lines.some((line) => {
    for (let index = line.text.indexOf(text); index >= 0; index = line.text.indexOf(text, index + 1)) {
      const rest = { ...line, text: line.text.slice(0, index) + line.text.slice(index + text.length) };
      const place = bestPlace([rest], context!);
      if (place?.index !== index || !areNew(view, line, index, text.length, isNew)) continue;
      // Where another place is as good, that may be the one that lacks it.
      const other = bestPlace(lines.filter((other) => other !== line), context!);
      if (other === null || other.score < place.score) return true;
    }
    return false;
  });
}

/** Whether all these letters of a line are new. */
function areNew(view: EditorView, { node }: Line, from: number, length: number, isNew: IsNew): boolean {
  const type = typesIn(view).get(node);
  if (!type) return false;
  let [at, found] = [0, 0];
  for (const { item, text } of unitsOf(type, ({ deleted }) => !deleted)) {
    for (let letter = 0; letter < text.length; letter++, at++) {
      if (at < from || at >= from + length) continue;
      if (!isNew(idOf(item, letter))) return false;
      found += 1;
    }
  }
  return found === length;
}

const linesIn = (block: Node): string[] => (block.inlineContent ? [block.textContent] : linesOf(block).map(({ text }) => text));

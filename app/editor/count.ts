// What counts as a word. Who reads is told by the same rule (app/domain/src/document/count.rs, where it is explained), so that both
// see one number; app/domain/tests/document/counts.json holds both to it.
import type { Node } from "prosemirror-model";

/** Ideographs and hiragana: one word each. */
const ALONE = String.raw`\u3005-\u3007\u3041-\u309F\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{3FFFD}`;
/** A letter or digit with its marks. */
const LETTER = String.raw`(?:(?![${ALONE}])[\p{Alphabetic}\p{N}][\p{M}\u200C\u200D]*)`;
/** One word; what stands once between two letters does not end it. */
const WORD = new RegExp(String.raw`[${ALONE}]|${LETTER}+(?:['’.,\-_\u00AD\u2010\u2011]${LETTER}+)*`, "gu");

/** The words of a text. */
export const wordsIn = (text: string): number => text.match(WORD)?.length ?? 0;

/** What a node within a line shows, as far as it counts. */
function shown(node: Node): string {
  const { label, field, source, citation } = node.attrs as Record<string, string>;
  switch (node.type.name) {
    case "text":
      return node.text!;
    case "placeholder":
      return label || field!;
    case "fact":
    case "mention":
      return label!;
    case "clause":
      return `${source} ${citation}`;
    default:
      return " ";
  }
}

/** The words of a line, footnotes left out, and the words of its footnotes. */
export function wordsOf(line: Node): { words: number; notes: number } {
  let [text, references, notes] = ["", 0, 0];
  line.forEach((node) => {
    if (node.type.name === "footnote") notes += wordsOf(node).words;
    else {
      if (node.type.name === "cross_reference") references += 1;
      text += shown(node);
    }
  });
  return { words: references + wordsIn(text), notes };
}

// The way in for pasted and dropped HTML: styles carried, Word and Google Docs understood, everything else cut down to what
// the schema knows. Nothing that could load or run is ever parsed into the page: the parser works on a document of its own.
import { DOMParser, type ParseOptions, Slice, type Fragment } from "prosemirror-model";
import { plain } from "../rules.ts";
import { schema } from "../schema.ts";
import { fromGoogle, isGoogle } from "./google.ts";
import { applyStyles, carryStyles } from "./styles.ts";
import { fromWord, isWord } from "./word.ts";

/** What has no words, or words that are not meant for readers. */
const DROPPED = "script, style, link, meta, title, xml, svg, math, template, noscript, iframe, frame, object, embed, audio, video, canvas, input, select, textarea, button, map";

/** The text of what is pasted, before it is parsed. */
export function beforeParsing(html: string): string {
  return carryStyles(html);
}

/** A picture in running text becomes a figure of its own; one that we cannot take leaves its description. */
function takePictures(root: HTMLElement): void {
  for (const image of [...root.querySelectorAll("img")]) {
    if (image.closest("figure")) continue;
    const src = image.dataset.src ?? image.getAttribute("src") ?? "";
    if (/^(attachment:|data:image\/(png|jpeg|webp|gif);base64,)/.test(src)) {
      const figure = root.ownerDocument.createElement("figure");
      image.replaceWith(figure);
      figure.append(image);
    } else {
      image.replaceWith(image.alt);
    }
  }
}

/** A table's caption would be lost; it goes before the table. */
function keepCaptions(root: HTMLElement): void {
  for (const caption of root.querySelectorAll("caption")) {
    const paragraph = root.ownerDocument.createElement("p");
    paragraph.append(...caption.childNodes);
    caption.closest("table")?.before(paragraph);
    caption.remove();
  }
}

function cleanText(root: HTMLElement): void {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  const comments: ChildNode[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text | Comment;
    if (node.nodeType === Node.COMMENT_NODE) comments.push(node);
    else if (/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF\uD800-\uDFFF]/.test(node.data)) node.data = plain(node.data);
  }
  comments.forEach((comment) => comment.remove());
}

/** Makes of parsed HTML what the schema can read. `html` is its text, where the styles' own sheet stands. */
export function normalise(root: HTMLElement, html: string): void {
  root.querySelectorAll(DROPPED).forEach((element) => element.remove());
  applyStyles(root);
  if (isWord(html)) fromWord(root, html);
  if (isGoogle(html)) fromGoogle(root);
  takePictures(root);
  keepCaptions(root);
  cleanText(root);
}

/** Text that keeps what the model takes, in every node of a slice. */
function plainFragment(fragment: Fragment): Fragment {
  let result = fragment;
  fragment.forEach((node, _offset, index) => {
    if (node.isText) {
      const text = node.type.schema.text(plain(node.text!) || "\uFFFD", node.marks);
      if (text.text !== node.text) result = result.replaceChild(index, text);
    } else if (node.content.size > 0) {
      const inside = plainFragment(node.content);
      if (inside !== node.content) result = result.replaceChild(index, node.copy(inside));
    }
  });
  return result;
}

/** Holds the text of a slice to the model, whatever way it came. */
export function plainSlice(slice: Slice): Slice {
  const content = plainFragment(slice.content);
  return content === slice.content ? slice : new Slice(content, slice.openStart, slice.openEnd);
}

/** Parses what is pasted. ProseMirror hands over the text first (`beforeParsing`), then the parsed nodes. */
export class PasteParser extends DOMParser {
  private html = "";

  constructor() {
    super(schema, DOMParser.fromSchema(schema).rules);
  }

  /** Notes the text that is parsed next. */
  note(html: string): string {
    this.html = html;
    return beforeParsing(html);
  }

  override parseSlice(dom: Node, options?: ParseOptions): Slice {
    normalise(dom as HTMLElement, this.html);
    this.html = "";
    return super.parseSlice(dom, options);
  }
}

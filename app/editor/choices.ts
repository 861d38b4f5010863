// What the slash menu offers.
import type { EditorView } from "prosemirror-view";
import type { Args } from "./commands.ts";
import type { Findable } from "./fuzzy.ts";
import { choosePicture } from "./plugins/pictures.ts";

/** One line of the menu. */
export interface Choice extends Findable {
  group: "Blocks" | "Insert";
  about: string;
  icon: string;
  command: string;
  args?: Args;
  /** What one would type for the same. */
  typed?: string;
  /** What needs more than a command. */
  act?: (view: EditorView) => void;
}

/** All choices. A number in the query, as in "pause 12", is what the choice is made with. */
export function choices(query: string): Choice[] {
  const number = Number(/\d+/.exec(query)?.[0] ?? 0);
  const seconds = number >= 1 && number <= 3_600 ? number : 5;
  return [
    { group: "Blocks", name: "Step", about: "Numbered, can ask for a value", icon: "list-checks", command: "step", also: "todo do procedure" },
    { group: "Blocks", name: number ? `Pause ${seconds}` : "Pause", about: seconds === 1 ? "1 second of silence in a run" : `${seconds} seconds of silence in a run`, icon: "pause", command: "pause", args: { seconds }, also: "silence wait seconds", typed: "[pause]" },
    { group: "Blocks", name: "Heading 1", about: "A part of the script", icon: "text-h-one", command: "heading", args: { level: 1 }, also: "h1 title section", typed: "#" },
    { group: "Blocks", name: "Heading 2", about: "A section", icon: "text-h-two", command: "heading", args: { level: 2 }, also: "h2 subtitle", typed: "##" },
    { group: "Blocks", name: "Heading 3", about: "A smaller section", icon: "text-h-three", command: "heading", args: { level: 3 }, also: "h3", typed: "###" },
    { group: "Blocks", name: "Text", about: "A plain paragraph", icon: "text-t", command: "paragraph", also: "paragraph body normal" },
    { group: "Blocks", name: "Bulleted list", about: "Without order", icon: "list-bullets", command: "bullet_list", also: "ul dots unordered", typed: "-" },
    { group: "Blocks", name: "Numbered list", about: "Counted", icon: "list-numbers", command: "ordered_list", also: "ol ordered", typed: "1." },
    { group: "Blocks", name: "Task list", about: "Things to tick off", icon: "check-square", command: "task_list", also: "checkbox todo checklist", typed: "[ ]" },
    { group: "Blocks", name: "Quote", about: "Words of somebody else", icon: "quotes", command: "blockquote", also: "blockquote citation", typed: ">" },
    { group: "Blocks", name: "Note", about: "Worth knowing", icon: "note-pencil", command: "callout", args: { kind: "note" }, also: "callout info tip" },
    { group: "Blocks", name: "Warning", about: "Something can go wrong", icon: "warning", command: "callout", args: { kind: "warning" }, also: "callout" },
    { group: "Blocks", name: "Caution", about: "Before somebody is hurt", icon: "warning-diamond", command: "callout", args: { kind: "caution" }, also: "callout danger" },
    { group: "Blocks", name: "Code", about: "Lines that stay as typed", icon: "code", command: "code_block", also: "pre monospace", typed: "```" },
    { group: "Insert", name: "Table", about: "Three by three, with a header row", icon: "table", command: "table", also: "grid rows columns", typed: "||" },
    { group: "Insert", name: "Picture", about: "From this device", icon: "image", command: "", act: choosePicture, also: "image photo figure" },
    { group: "Insert", name: "Divider", about: "A line across", icon: "minus", command: "divider", also: "hr rule line", typed: "---" },
    { group: "Insert", name: "Footnote", about: "A note at the foot of the page", icon: "asterisk", command: "footnote", also: "endnote reference" },
    { group: "Insert", name: "Page break", about: "What follows starts a new page", icon: "arrow-line-down", command: "page_break", also: "new page" },
    { group: "Insert", name: "Contents", about: "The headings with their pages", icon: "list-dashes", command: "table_of_contents", also: "table of contents toc outline" },
  ];
}

// A copy of everything as a file: for words that the server does not take.
import type { Node } from "prosemirror-model";
import type { EditorView } from "prosemirror-view";
import { serializer } from "./paste/copy.ts";
import { numbersKey } from "./plugins/numbers.ts";
import type { Survey } from "./survey.ts";

/** How long the file's address holds once it was offered, in milliseconds. */
const OFFERED_MS = 60_000;

/** Saves everything that is being written as a file. */
export function recover({ state }: EditorView, name: string): void {
  saveFile(state.doc, numbersKey.getState(state)?.survey, name);
}

/** Saves a document as a file with a name that says what it is. Any program shows it, and it pastes back whole. */
export function saveFile(doc: Node, found: Survey | undefined, name: string): void {
  const body = document.createElement("body");
  body.append(serializer(() => found).serializeFragment(doc.content));
  const title = document.createElement("title");
  title.textContent = name;
  const html = `<!doctype html>\n<meta charset="utf-8">\n${title.outerHTML}\n${body.outerHTML}\n`;
  const at = new Date().toISOString().slice(0, 16).replace("T", " ").replace(":", ".");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  link.download = `${name.replace(/[\\/:*?"<>|\s]+/g, " ").trim() || "Script"}, recovered ${at}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), OFFERED_MS);
}

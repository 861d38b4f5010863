// A copy of everything as a file: for words that the server does not take.
import type { EditorView } from "prosemirror-view";
import { serializer } from "./paste/copy.ts";
import { numbersKey } from "./plugins/numbers.ts";

/** How long the file's address holds once it was offered, in milliseconds. */
const OFFERED_MS = 60_000;

/** Saves everything here as a file with a name that says what it is. Any program shows it, and it pastes back whole. */
export function recover(view: EditorView, name: string): void {
  const body = document.createElement("body");
  body.append(serializer(() => numbersKey.getState(view.state)?.survey).serializeFragment(view.state.doc.content));
  const title = document.createElement("title");
  title.textContent = name;
  const html = `<!doctype html>\n<meta charset="utf-8">\n${title.outerHTML}\n${body.outerHTML}\n`;
  const at = new Date().toISOString().slice(0, 16).replace("T", " ").replace(":", ".");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  link.download = `${name.replace(/[\\/:*?"<>|]+/g, " ").trim() || "Script"}, recovered ${at}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), OFFERED_MS);
}

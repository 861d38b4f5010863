// Pictures within the text, as they come with pasted HTML. They are sent and named instead: the page that is read shows none
// that is kept within the text. Only those that this person put there in this browser, now or earlier, since it stands in the
// log who added a picture: what others put there is left to them.
import type { Fragment, Slice } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { hearCaret } from "../caret.ts";
import type { Mine } from "../mine.ts";
import { isUndo } from "../origin.ts";
import { NoConnection, type Upload } from "../upload.ts";

/** What did not reach the server is sent again after so long, or once the browser says that the network is back. */
const AGAIN_MS = 30_000;
/** Pictures are drawn no wider or higher than this. */
const LARGEST = 1_600;
/** The bytes that a document takes of a picture within itself. */
export const WITHIN_MAX = 400_000;

/** Why a picture was not taken: it is none, or is too large; or nobody answered, and another try may go well. */
export type Failed = (what: "picture" | "connection", name: string) => void;

export const why = (error: unknown): "picture" | "connection" => (error instanceof NoConnection ? "connection" : "picture");

/** Draws a picture anew, smaller where it is large, without what a camera noted in it. One that may move stays as it is. */
export async function redraw(file: Blob): Promise<Blob> {
  if (file.type === "image/gif") return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const kind = file.type === "image/png" && file.size <= WITHIN_MAX ? "image/png" : "image/webp";
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the picture could not be drawn"))), kind, 0.85);
  });
}

function bytesOf(src: string): Blob {
  const [head, data] = src.split(",", 2) as [string, string];
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: head.slice("data:".length, head.indexOf(";")) });
}

/** The pictures that are kept within a text, each with its places. */
function within(content: Fragment): Map<string, number[]> {
  const found = new Map<string, number[]>();
  content.descendants((node, pos) => {
    const src = node.type.name === "figure" ? String(node.attrs.src) : "";
    if (src.startsWith("data:")) found.set(src, [...(found.get(src) ?? []), pos]);
    return !node.isTextblock;
  });
  return found;
}

/** What is known of a picture of ours. */
interface Own {
  drawn?: Blob;
  /** Its attachment, once there is one. An undone paste may come back with the picture within it. */
  id?: string;
  /** It is no picture, or may not be sent: given up. */
  refused?: boolean;
  /** It did not reach the server, or has its name, and is looked at again when there is a reason to. */
  later?: boolean;
  told?: boolean;
}

/** Sends what this person put into the text. */
export class Within {
  private readonly own = new Map<string, Own>();
  private view: EditorView | null = null;
  private waits = false;
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `mine`: what earlier pages did not come to send. Sending ends with `signal`, and its place is taken up by the next page. */
  constructor(
    private readonly upload: Upload,
    private readonly failed: Failed,
    private readonly mine: Mine,
    private readonly signal: AbortSignal,
  ) {}

  /** Takes note of what a change brings into the text. What was there before, as when somebody else's is dragged, stays theirs. */
  note(tr: Transaction): void {
    this.waits ||= isUndo(tr) && this.own.size > 0;
    if (!tr.getMeta("paste") && tr.getMeta("uiEvent") !== "drop") return;
    for (const step of tr.steps) {
      const { slice } = step as { slice?: Slice };
      const brought = slice ? [...within(slice.content).keys()] : [];
      const before = brought.length > 0 ? within(tr.before.content) : null;
      for (const src of brought) if (!before!.has(src)) this.add(src);
    }
  }

  /** The view is there, or has changed. */
  look(view: EditorView): void {
    if (this.view === null) {
      this.view = view;
      addEventListener("online", this.again);
      void this.recall();
    }
    if (this.waits) queueMicrotask(this.again);
    this.waits = false;
  }

  end(): void {
    clearTimeout(this.timer);
    removeEventListener("online", this.again);
    this.view = null;
  }

  private add(src: string): void {
    if (!this.own.has(src)) this.own.set(src, {});
    this.waits = true;
    void this.mine.note(src);
  }

  /** Takes up what this person put into the text earlier. */
  private async recall(): Promise<void> {
    const there = [...within(this.view!.state.doc.content).keys()];
    const mine = await this.mine.among(there);
    for (const src of mine) if (!this.own.has(src)) this.own.set(src, {});
    if (mine.length > 0) this.again();
  }

  private readonly again = (): void => {
    clearTimeout(this.timer);
    for (const own of this.own.values()) own.later = false;
    if (!this.running) void this.move();
  };

  private async move(): Promise<void> {
    this.running = true;
    for (let next = this.next(); next; next = this.next()) await this.send(...next);
    this.running = false;
  }

  /** A picture of ours that is within the text and can be sent now. */
  private next(): [string, Own] | undefined {
    if (!this.view?.editable || this.own.size === 0) return undefined;
    const there = within(this.view.state.doc.content);
    return [...this.own].find(([src, own]) => there.has(src) && !own.refused && !own.later);
  }

  private async send(src: string, own: Own): Promise<void> {
    own.later = true;
    try {
      own.drawn ??= await redraw(bytesOf(src));
      own.id ??= await this.upload(own.drawn, "", () => undefined, this.signal);
      this.name(src, own.id);
    } catch (error) {
      if (this.signal.aborted) return;
      own.refused = why(error) === "picture";
      clearTimeout(this.timer);
      if (own.refused) void this.mine.drop(src);
      else if (this.view) this.timer = setTimeout(this.again, AGAIN_MS);
      if (!own.told) this.failed(why(error), "");
      own.told = true;
    }
  }

  /** Names the attachment instead of a picture. Whether it stands here or there is no act of the person's: it is not undone. */
  private name(src: string, id: string): void {
    if (!this.view) return;
    hearCaret(this.view);
    const tr = this.view.state.tr.setMeta("addToHistory", false);
    for (const pos of within(tr.doc.content).get(src) ?? []) tr.setNodeAttribute(pos, "src", `attachment:${id}`);
    this.view.dispatch(tr);
    void this.mine.drop(src);
  }
}

// Pictures that are pasted, dropped or chosen: made small enough, sent, and put where they were meant to go, with a line
// that shows how far it is. Where nothing takes them, they are kept within the document. Those that came within pasted HTML
// are sent as well, and named instead: the page that is read shows none that is kept within the text.
import type { Node } from "prosemirror-model";
import { Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { isRemote, remoteMap } from "../origin.ts";
import { schema } from "../schema.ts";
import { NoConnection } from "../upload.ts";
import { newId } from "./ids.ts";

/** Sends a picture and answers the id of its attachment; `progress` goes from 0 to 1. */
export type Upload = (file: Blob, name: string, progress: (done: number) => void) => Promise<string>;

type Change = { add: { id: string; pos: number; name: string } } | { remove: string };

const picturesKey = new PluginKey<DecorationSet>("pictures");
/** Pictures are drawn no wider or higher than this. */
const LARGEST = 1_600;
/** The bytes that a document takes of a picture within itself. */
const WITHIN_MAX = 400_000;

const bars = new Map<string, HTMLProgressElement>();

function placeholder(id: string, name: string): HTMLElement {
  const box = document.createElement("span");
  box.className = "upload";
  box.contentEditable = "false";
  box.append(`Sending ${name} `);
  const bar = box.appendChild(document.createElement("progress"));
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sending ${name}`);
  bars.set(id, bar);
  return box;
}

/** Draws a picture anew, smaller where it is large, without what a camera noted in it. */
async function redraw(file: Blob): Promise<Blob> {
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

async function within(blob: Blob): Promise<string> {
  if (blob.size > WITHIN_MAX) throw new Error("too large to keep within the document");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return `data:${blob.type};base64,${btoa(text)}`;
}

/** Where a running upload will put its picture. */
function placeOf(view: EditorView, id: string): number | null {
  const found = picturesKey.getState(view.state)?.find(undefined, undefined, (spec) => spec.id === id);
  return found?.[0]?.from ?? null;
}

function waiting(pos: number, id: string, name: string): Decoration {
  return Decoration.widget(pos, () => placeholder(id, name), { id, name, key: id, side: -1 });
}

/** The places of running uploads after somebody else's change. */
function carried(before: DecorationSet, tr: Transaction): DecorationSet {
  const map = remoteMap(tr);
  const all = before.find().map(({ from, spec }) => waiting(map(from), spec.id as string, spec.name as string));
  return DecorationSet.create(tr.doc, all);
}

/** Why a picture was not taken: it is none, or is too large; or nobody answered, and another try may go well. */
export type Failed = (what: "picture" | "connection", name: string) => void;

interface Options {
  upload: Upload | undefined;
  failed: Failed;
}

const why = (error: unknown): "picture" | "connection" => (error instanceof NoConnection ? "connection" : "picture");

const options = new WeakMap<EditorView, Options>();

/** Sends one picture and puts it after the block at a place. */
async function send(view: EditorView, file: File, pos: number): Promise<void> {
  const { upload, failed } = options.get(view) ?? { upload: undefined, failed: () => undefined };
  const id = newId();
  const name = file.name || "picture";
  const $pos = view.state.doc.resolve(pos);
  const after = $pos.depth > 0 ? $pos.after(1) : pos;
  view.dispatch(view.state.tr.setMeta(picturesKey, { add: { id, pos: after, name } } satisfies Change));
  try {
    const drawn = file.type === "image/gif" ? file : await redraw(file);
    const progress = (done: number): void => {
      const bar = bars.get(id);
      if (bar) bar.value = done;
    };
    const src = upload ? `attachment:${await upload(drawn, name, progress)}` : await within(drawn);
    const at = placeOf(view, id);
    if (at === null || view.isDestroyed) return;
    const figure = schema.nodes.figure!.createChecked({ src, alt: "", id: newId() });
    view.dispatch(view.state.tr.insert(at, figure).setMeta(picturesKey, { remove: id } satisfies Change));
  } catch (error) {
    if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(picturesKey, { remove: id } satisfies Change));
    failed(why(error), name);
  } finally {
    bars.delete(id);
  }
}

/** The pictures that are kept within the document, each with its places. */
function keptWithin(doc: Node): Map<string, number[]> {
  const found = new Map<string, number[]>();
  doc.descendants((node, pos) => {
    const src = node.type.name === "figure" ? String(node.attrs.src) : "";
    if (src.startsWith("data:")) found.set(src, [...(found.get(src) ?? []), pos]);
    return !node.isTextblock;
  });
  return found;
}

/** The pictures within documents that are on their way. */
const moving = new Set<string>();

/** Sends what is kept within the document, and names it instead. What cannot be sent now stays where it is. */
async function moveOut(view: EditorView): Promise<void> {
  const { upload, failed } = options.get(view)!;
  if (!upload || !view.editable) return;
  const waiting = [...keptWithin(view.state.doc).keys()].filter((src) => !moving.has(src));
  for (const src of waiting) moving.add(src);
  for (const src of waiting) {
    try {
      const [head, data] = src.split(",", 2) as [string, string];
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const blob = new Blob([bytes], { type: head.slice("data:".length, head.indexOf(";")) });
      const id = await upload(blob.type === "image/gif" ? blob : await redraw(blob), "", () => undefined);
      if (view.isDestroyed) break;
      const tr = view.state.tr.setMeta("addToHistory", false);
      for (const pos of keptWithin(view.state.doc).get(src) ?? []) tr.setNodeAttribute(pos, "src", `attachment:${id}`);
      view.dispatch(tr);
    } catch (error) {
      failed(why(error), "");
    }
  }
  for (const src of waiting) moving.delete(src);
}

const isPicture = (file: File): boolean => /^image\/(png|jpeg|webp|gif)$/.test(file.type);

/** Asks for pictures from this device. */
export function choosePicture(view: EditorView): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/png,image/jpeg,image/webp,image/gif";
  input.multiple = true;
  input.addEventListener("change", () => {
    for (const file of input.files ?? []) void send(view, file, view.state.selection.from);
    view.focus();
  });
  input.click();
}

/** The plugin. Without `upload`, pictures are kept within the document, if they are small enough. */
export function pictures(upload: Upload | undefined, failed: Failed): Plugin<DecorationSet> {
  let pasted = false;
  return new Plugin<DecorationSet>({
    key: picturesKey,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, before) => {
        const change = tr.getMeta(picturesKey) as Change | undefined;
        pasted ||= Boolean(tr.getMeta("paste")) || tr.getMeta("uiEvent") === "drop";
        let set = isRemote(tr) ? carried(before, tr) : before.map(tr.mapping, tr.doc);
        if (change && "add" in change) {
          const { id, pos, name } = change.add;
          set = set.add(tr.doc, [waiting(pos, id, name)]);
        }
        if (change && "remove" in change) {
          set = set.remove(set.find(undefined, undefined, (spec) => spec.id === change.remove));
        }
        return set;
      },
    },
    props: {
      decorations: (state) => picturesKey.getState(state),
      handlePaste: (view, event) => {
        const files = [...(event.clipboardData?.files ?? [])].filter(isPicture);
        // With words beside it, a picture of the words (as Word adds one) is not what is meant.
        if (files.length === 0 || event.clipboardData?.getData("text/plain").trim()) return false;
        for (const file of files) void send(view, file, view.state.selection.from);
        return true;
      },
      handleDrop: (view, event) => {
        const files = [...(event.dataTransfer?.files ?? [])].filter(isPicture);
        const pos = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
        if (files.length === 0 || pos === undefined) return false;
        event.preventDefault();
        for (const file of files) void send(view, file, pos);
        return true;
      },
    },
    view: (view) => {
      options.set(view, { upload, failed });
      const move = (): void => {
        if (!view.isDestroyed) void moveOut(view);
      };
      // What an earlier visit could not send.
      queueMicrotask(move);
      return {
        update: () => {
          if (pasted) queueMicrotask(move);
          pasted = false;
        },
      };
    },
  });
}

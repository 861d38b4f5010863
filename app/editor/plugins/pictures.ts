// Pictures that are pasted, dropped or chosen: made small enough, sent, and put where they were meant to go, with a line
// that shows how far it is. Where nothing takes them, they are kept within the document.
import { Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { isRemote, remoteMap } from "../origin.ts";
import { schema } from "../schema.ts";
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

interface Options {
  upload: Upload | undefined;
  failed: (name: string) => void;
}

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
  } catch {
    if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(picturesKey, { remove: id } satisfies Change));
    failed(name);
  } finally {
    bars.delete(id);
  }
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
export function pictures(upload: Upload | undefined, failed: (name: string) => void): Plugin<DecorationSet> {
  return new Plugin<DecorationSet>({
    key: picturesKey,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, before) => {
        const change = tr.getMeta(picturesKey) as Change | undefined;
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
      return {};
    },
  });
}

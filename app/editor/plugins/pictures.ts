// Pictures that are pasted, dropped or chosen: made small enough, sent, and put where they were meant to go, with a line
// that shows how far it is. Where nothing takes them, they are kept within the document. (within.ts: those that came within
// pasted HTML.)
import { NodeSelection, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { hearCaret } from "../caret.ts";
import type { Mine } from "../mine.ts";
import { isRemote, remoteMap } from "../origin.ts";
import { schema } from "../schema.ts";
import type { Upload } from "../upload.ts";
import { newId } from "./ids.ts";
import { type Failed, redraw, why, Within, WITHIN_MAX } from "./within.ts";

type Change = { add: { id: string; pos: number; name: string } } | { remove: string };

const picturesKey = new PluginKey<DecorationSet>("pictures");
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

async function inText(blob: Blob): Promise<string> {
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
  /** Without it, pictures are kept within the document, if they are small enough. */
  upload: Upload | undefined;
  failed: Failed;
  /** One picture more is on its way, or one fewer. */
  sends: (more: 1 | -1) => void;
  mine: Mine;
}

/** What is on its way ends with the signal: nobody is left to put it into the text. */
const options = new WeakMap<EditorView, Options & { signal: AbortSignal }>();

/** Sends one picture and puts it after the block at a place. */
async function send(view: EditorView, file: File, pos: number): Promise<void> {
  const { upload, failed, sends, signal } = options.get(view)!;
  const id = newId();
  const name = file.name || "picture";
  const $pos = view.state.doc.resolve(pos);
  const after = $pos.depth > 0 ? $pos.after(1) : pos;
  view.dispatch(view.state.tr.setMeta(picturesKey, { add: { id, pos: after, name } } satisfies Change));
  sends(1);
  try {
    const drawn = await redraw(file);
    const progress = (done: number): void => {
      const bar = bars.get(id);
      if (bar) bar.value = done;
    };
    const src = upload ? `attachment:${await upload(drawn, name, progress, signal)}` : await inText(drawn);
    if (view.isDestroyed) return;
    hearCaret(view);
    const at = placeOf(view, id);
    if (at === null) return;
    const figure = schema.nodes.figure!.createChecked({ src, alt: "", id: newId() });
    view.dispatch(view.state.tr.insert(at, figure).setMeta(picturesKey, { remove: id } satisfies Change));
  } catch (error) {
    if (view.isDestroyed) return;
    hearCaret(view);
    view.dispatch(view.state.tr.setMeta(picturesKey, { remove: id } satisfies Change));
    failed(why(error), name);
  } finally {
    bars.delete(id);
    sends(-1);
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

/** The plugin. */
export function pictures(all: Options): Plugin<DecorationSet> {
  const { upload, failed, mine } = all;
  const ending = new AbortController();
  const own = upload ? new Within(upload, failed, mine, ending.signal) : null;
  return new Plugin<DecorationSet>({
    key: picturesKey,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, before) => {
        const change = tr.getMeta(picturesKey) as Change | undefined;
        own?.note(tr);
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
      // A press on a picture chooses it. Else the caret stays where it was, perhaps far off the screen, and takes the next key.
      handleClickOn: (view, _, node, at, { target }) => {
        if (node.type !== schema.nodes.figure || !(target instanceof HTMLImageElement) || !view.editable) return false;
        view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, at)));
        view.focus();
        return true;
      },
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
      options.set(view, { ...all, signal: ending.signal });
      own?.look(view);
      return {
        update: () => own?.look(view),
        destroy: () => {
          own?.end();
          ending.abort();
        },
      };
    },
  });
}

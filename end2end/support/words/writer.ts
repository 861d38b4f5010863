// Somebody at an editor of their own, of several in one page. What is typed goes through the page as from a keyboard: keys,
// then the DOM; what others do needs no focus, so that the one who types keeps it.
import type { Node } from "prosemirror-model";
import { NodeSelection, Selection, TextSelection } from "prosemirror-state";
import { CellSelection } from "prosemirror-tables";
import { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "y-prosemirror";
import type * as Y from "yjs";
import { type Handle, mount } from "../../../app/editor/editor.ts";
import type { Ports } from "../../../app/editor/sync/link.ts";
import * as wire from "../../../app/editor/sync/wire.ts";
import { clock, promised } from "./clock.ts";
import type { Cable, Hub } from "./hub.ts";

/** The views of the page's editors, which show themselves to nobody. */
const views = new WeakMap<Element, EditorView>();
const { setProps } = EditorView.prototype;
EditorView.prototype.setProps = function (this: EditorView, props) {
  views.set(this.dom, this);
  setProps.call(this, props);
};

/** What the view keeps from its typings: it reads what the page holds. */
interface Watching {
  domObserver: { flush(): void };
}

interface Status {
  safety: string;
  where: string;
  unsaved: boolean;
  loaded: boolean;
}

/** The notice of what one may do. */
const ACCESS = 2;

/** Names of keys as people say them. */
const CODES: Record<string, number> = { Backspace: 8, Tab: 9, Enter: 13, ArrowUp: 38, ArrowDown: 40, Delete: 46 };

export class Writer {
  private constructor(
    readonly name: string,
    private readonly cable: Cable,
    private readonly host: HTMLElement,
    private readonly handle: Handle,
    private readonly life: { ended: boolean; status: Status | null; heard: () => void },
  ) {}

  /** Comes to the room; what the device kept for this name comes along. */
  static async come(hub: Hub, name: string, key: string): Promise<Writer> {
    const cable = hub.cable();
    const host = document.body.appendChild(document.createElement("div"));
    const life = { ended: false, status: null as Status | null, heard: (): void => undefined };
    let opened = (): void => undefined;
    const joined = new Promise<void>((done) => (opened = done));
    const alive = (act: () => void) => (): void => (life.ended ? undefined : act());
    const ports: Ports = {
      connect: () => {
        opened();
        return cable.open();
      },
      now: () => clock.now,
      random: () => 0.5,
      after: (ms, act) => clock.after(ms, alive(act)),
      cancel: (timer) => clock.cancel(timer),
    };
    const user = { id: name, name };
    const options = { url: "/room", key, title: "A script", user, readOnly: false, icons: "/icons.svg", attachments: "/a/", pace: 120 };
    const tell = (what: string, detail: string): void => {
      if (what !== "status") return;
      life.status = JSON.parse(detail) as Status;
      life.heard();
    };
    const writer = new Writer(name, cable, host, mount(host, JSON.stringify(options), tell, { ports }), life);
    await joined;
    while (!life.status || !(life.status as Status).loaded) {
      await clock.pass(10);
      hub.tick();
    }
    await promised();
    return writer;
  }

  get view(): EditorView {
    return views.get(this.host.querySelector(".ProseMirror")!)!;
  }

  get doc(): Node {
    return this.view.state.doc;
  }

  get saved(): boolean {
    return this.life.status?.safety === "saved";
  }

  get unsaved(): boolean {
    return this.life.status?.unsaved === true;
  }

  get online(): boolean {
    return this.cable.connected;
  }

  set delay(ticks: number) {
    this.cable.delay = ticks;
  }

  /** Everything typed is in the shared document. */
  settle(): void {
    this.handle.command("", "");
  }

  async leaveNetwork(): Promise<void> {
    this.cable.cut();
    await promised();
  }

  async returnToNetwork(): Promise<void> {
    this.cable.connected = true;
    this.handle.command("retry", "");
    await promised();
  }

  /** The server takes nothing from this page any more. */
  refuse(): void {
    this.cable.tell(wire.notice(ACCESS, 0, "revoked"));
  }

  /** Waits until the device has what the server lacks. */
  async kept(): Promise<void> {
    const kept = new Promise<void>((done) => {
      this.life.heard = () => this.life.status?.where === "device" && done();
    });
    await clock.pass(3_000);
    this.life.heard();
    await kept;
  }

  /** Closes the page: nothing of it goes on. */
  leave(): void {
    if (this.life.ended) return;
    this.life.ended = true;
    this.handle.destroy();
    this.cable.cut();
    this.host.remove();
  }

  /** Closes the page; what it says then goes out while `pass` lets time pass. */
  async closes(pass: () => Promise<void>): Promise<void> {
    this.handle.destroy();
    await pass();
    this.life.ended = true;
    this.cable.cut();
    this.host.remove();
  }

  /** Takes the keyboard. */
  focus(): void {
    this.view.focus();
  }

  /** Types at the caret, letter by letter, with something between. */
  async type(text: string, between: (typed: number) => Promise<void> = promised): Promise<void> {
    for (const [index, letter] of [...text].entries()) {
      this.focus();
      if (!document.execCommand("insertText", false, letter)) throw new Error(`${this.name} cannot type`);
      (this.view as unknown as Watching).domObserver.flush();
      await between(index + 1);
    }
  }

  /** An input method begins: the page stands still until it ends. */
  beginComposing(): void {
    this.focus();
    this.view.dom.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
  }

  /** What the input method has put in so far. */
  compose(text: string): void {
    this.view.dispatch(this.view.state.tr.insertText(text));
  }

  endComposing(): void {
    this.view.dom.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
  }

  /** Presses a key, such as `Mod-z`; throws where it does nothing. */
  press(combination: string): void {
    if (!this.tryKey(combination)) throw new Error(`${this.name}: ${combination} does nothing`);
  }

  /** Presses a key; answers whether it did anything. */
  tryKey(combination: string): boolean {
    const key = combination.split("-").at(-1)!;
    const held = (name: string): boolean => combination.includes(`${name}-`);
    const event = new KeyboardEvent("keydown", {
      key,
      keyCode: CODES[key] ?? key.toUpperCase().charCodeAt(0),
      ctrlKey: held("Mod"),
      shiftKey: held("Shift"),
      altKey: held("Alt"),
      bubbles: true,
      cancelable: true,
    });
    this.view.dom.dispatchEvent(event);
    return event.defaultPrevented;
  }

  /** Runs a command of the toolbar, which leaves the keyboard with whom it is. */
  command(name: string, args: Record<string, unknown> = {}): boolean {
    return this.handle.command(name, JSON.stringify({ ...args, focus: false }));
  }

  cut(): DataTransfer {
    const clipboardData = new DataTransfer();
    this.view.dom.dispatchEvent(new ClipboardEvent("cut", { clipboardData, bubbles: true, cancelable: true }));
    return clipboardData;
  }

  paste(clipboardData: DataTransfer): void {
    this.view.dom.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }

  /** Where a word begins or ends; `null` where it is not on this page. */
  find(word: string, end = false): number | null {
    let found: number | null = null;
    this.doc.descendants((node, pos) => {
      if (!node.isTextblock) return found === null;
      const index = node.textContent.indexOf(word);
      if (index >= 0) found ??= pos + 1 + index + (end ? word.length : 0);
      return false;
    });
    return found;
  }

  /** Where a word begins or ends. */
  at(word: string, end = false): number {
    const found = this.find(word, end);
    if (found === null) throw new Error(`${this.name} does not see "${word}"`);
    return found;
  }

  /** Where the line with a word begins. */
  headOf(word: string): number {
    return this.doc.resolve(this.at(word)).start();
  }

  /** The shared document as this page has it, once everything typed is in it. */
  get shared(): Y.Doc {
    this.settle();
    return (ySyncPluginKey.getState(this.view.state) as { doc: Y.Doc }).doc;
  }

  /** What of the text is upper case, in order. */
  get capitals(): string {
    return this.doc.textContent.replaceAll(/[^A-Z]/g, "");
  }

  /** Puts the caret there, or selects from there. */
  select(head: number, anchor = head): void {
    this.choose(TextSelection.create(this.doc, anchor, head));
  }

  /** Chooses the block with a word as one piece. */
  chooseBlock(word: string): void {
    this.chooseBlockAt(this.at(word));
  }

  /** Chooses the block around a place. */
  chooseBlockAt(pos: number): void {
    this.choose(NodeSelection.create(this.doc, this.doc.resolve(pos).before()));
  }

  /** Chooses the cells from the one with a word to the one with another. */
  chooseCells(from: string, to: string): void {
    const cell = (word: string): number => {
      const $pos = this.doc.resolve(this.at(word));
      return $pos.before($pos.depth - 1);
    };
    this.choose(CellSelection.create(this.doc, cell(from), cell(to)));
  }

  /** The words of the caret's line before it. */
  get beforeCaret(): string {
    const { $head } = this.view.state.selection;
    return $head.parent.isTextblock ? $head.parent.textBetween(0, $head.parentOffset) : "";
  }

  private choose(selection: Selection): void {
    this.view.dispatch(this.view.state.tr.setSelection(selection));
  }
}

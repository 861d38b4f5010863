// The bubble over a selection: marks, a link, and what can be done to cells, steps and pauses. It stands above the
// selection and below where there is no room; it never stands over the selection, so it never covers its handles, and on
// touch, where the phone has its own, it does not appear at all (the docked toolbar is there).
import { NodeSelection, Plugin, type EditorState, type Selection } from "prosemirror-state";
import { CellSelection } from "prosemirror-tables";
import type { EditorView } from "prosemirror-view";
import { hearCaret } from "../caret.ts";
import { type Args, COMMANDS, linkAt } from "../commands.ts";
import { place, visible } from "../float.ts";
import { icon } from "../icon.ts";
import { active } from "../selection.ts";
import { scrollerOf } from "./calm.ts";
import { slashKey } from "./slash.ts";

interface Button {
  name: string;
  icon: string;
  command: string;
  args?: Args;
  /** The mark that makes it pressed. */
  mark?: string;
}

const MARKS: Button[] = [
  { name: "Bold", icon: "text-b", command: "strong", mark: "strong" },
  { name: "Italic", icon: "text-italic", command: "emphasis", mark: "emphasis" },
  { name: "Underline", icon: "text-underline", command: "underline", mark: "underline" },
  { name: "Highlight", icon: "highlighter", command: "highlight", mark: "highlight" },
];
const CELLS: Button[] = [
  { name: "Merge cells", icon: "arrows-in-line-horizontal", command: "merge" },
  { name: "Split cell", icon: "arrows-out-line-horizontal", command: "split" },
  { name: "Header row", icon: "table", command: "header_row" },
];

class Bubble {
  private readonly box = document.createElement("div");
  private kind = "";
  private down = false;
  /** What it was closed for with Escape; it stays closed until something else is selected. */
  private dismissed: Selection | null = null;
  private readonly stop: () => void;

  constructor(
    private readonly view: EditorView,
    host: HTMLElement,
    private readonly sprite: string,
  ) {
    this.box.className = "bubble";
    this.box.hidden = true;
    this.box.setAttribute("role", "toolbar");
    this.box.setAttribute("aria-label", "Selection");
    host.append(this.box);
    const press = (event: PointerEvent): void => {
      this.down = view.dom.contains(event.target as Node | null);
      if (this.down) this.hide();
    };
    const up = (): void => {
      if (!this.down) return;
      this.down = false;
      // The browser settles its selection after the event.
      setTimeout(() => this.update(), 0);
    };
    const move = (): void => {
      if (this.kind) this.position();
    };
    document.addEventListener("pointerdown", press);
    document.addEventListener("pointerup", up);
    window.addEventListener("scroll", move, { capture: true, passive: true });
    window.addEventListener("resize", move);
    this.box.addEventListener("focusout", () => setTimeout(() => this.update(), 0));
    this.stop = () => {
      document.removeEventListener("pointerdown", press);
      document.removeEventListener("pointerup", up);
      window.removeEventListener("scroll", move, { capture: true });
      window.removeEventListener("resize", move);
    };
  }

  update(): void {
    const { state } = this.view;
    const inside = this.box.contains(document.activeElement);
    const kind = this.kindOf(state);
    const dismissed = this.dismissed?.eq(state.selection) ?? false;
    if (!dismissed) this.dismissed = null;
    if (!kind || dismissed || this.view.isDestroyed || this.down || this.view.composing || (!this.view.hasFocus() && !inside)) {
      this.hide();
      return;
    }
    if (inside && kind === this.kind) return;
    this.render(kind);
    this.position();
  }

  hide(): void {
    if (!this.box.hidden) this.box.hidden = true;
    this.kind = "";
  }

  /** Escape closes it before it leaves the text. */
  escape(): boolean {
    if (this.box.hidden) return false;
    this.dismiss();
    return true;
  }

  private dismiss(): void {
    this.dismissed = this.view.state.selection;
    this.hide();
  }

  /** Alt+F10 goes into the bubble, as in other editors. */
  enter(): boolean {
    if (this.box.hidden) return false;
    this.box.querySelector<HTMLElement>("button")?.focus();
    return true;
  }

  destroy(): void {
    this.stop();
    this.box.remove();
  }

  private kindOf(state: EditorState): string {
    const { selection } = state;
    // While somebody types this is asked at every key, and answered here.
    if (selection.empty) return "";
    if (matchMedia("(pointer: coarse)").matches || slashKey.getState(state)?.open) return "";
    if (selection instanceof CellSelection) return "cells";
    if (selection instanceof NodeSelection) return selection.node.type.name === "pause" ? "pause" : "";
    if (selection.$from.parent.type.spec.code) return "";
    return state.doc.textBetween(selection.from, selection.to).trim() ? "text" : "";
  }

  private render(kind: string): void {
    const now = active(this.view.state);
    if (kind !== this.kind) {
      const own = { cells: CELLS, text: MARKS, pause: [] }[kind] ?? [];
      this.box.replaceChildren(...own.map((button) => this.button(button)));
      if (kind === "text") this.box.append(this.linkField());
      if (kind === "pause") this.box.append(this.secondsField());
      this.kind = kind;
    }
    for (const button of this.box.querySelectorAll<HTMLElement>("[data-mark]")) {
      const on = now.marks.includes(button.dataset.mark!);
      button.classList.toggle("is-on", on);
      button.setAttribute("aria-pressed", String(on));
    }
    const link = this.box.querySelector<HTMLInputElement>(".bubble-link");
    if (link && link !== document.activeElement) link.value = now.href;
    this.box.hidden = false;
  }

  private button({ name, icon: symbol, command, args, mark }: Button): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    button.title = name;
    button.setAttribute("aria-label", name);
    if (mark) button.dataset.mark = mark;
    button.append(icon(this.sprite, symbol));
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      hearCaret(this.view);
      COMMANDS[command]!(args ?? {})(this.view.state, this.view.dispatch, this.view);
      this.update();
    });
    button.addEventListener("keydown", (event) => this.keys(event));
    return button;
  }

  private keys(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      this.dismiss();
      this.view.focus();
      return;
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target instanceof HTMLInputElement) return;
    const all = [...this.box.querySelectorAll<HTMLElement>("button, input")];
    all[(all.indexOf(event.target as HTMLElement) + step + all.length) % all.length]?.focus();
    event.preventDefault();
  }

  private field(label: string, done: (value: string) => boolean): HTMLInputElement {
    const input = document.createElement("input");
    input.setAttribute("aria-label", label);
    input.addEventListener("keydown", (event) => {
      this.keys(event);
      if (event.key !== "Enter") return;
      event.preventDefault();
      const well = done(input.value.trim());
      input.setAttribute("aria-invalid", String(!well));
      if (well) {
        this.dismiss();
        this.view.focus();
      }
    });
    return input;
  }

  private linkField(): HTMLElement {
    const input = this.field("Link address, Enter to set, empty to remove", (href) =>
      href === "" && !linkAt(this.view.state)
        ? true
        : COMMANDS.link!({ href })(this.view.state, this.view.dispatch, this.view),
    );
    input.className = "bubble-link";
    input.placeholder = "Link";
    input.type = "text";
    input.inputMode = "url";
    return input;
  }

  private secondsField(): HTMLElement {
    const { selection } = this.view.state;
    const input = this.field("Seconds", (value) => {
      const seconds = Number(value);
      return Number.isInteger(seconds) && seconds >= 1 && seconds <= 3_600 &&
        COMMANDS.pause!({ seconds })(this.view.state, this.view.dispatch, this.view);
    });
    input.className = "bubble-number";
    input.type = "text";
    input.inputMode = "numeric";
    input.value = selection instanceof NodeSelection ? String(selection.node.attrs.seconds) : "";
    return input;
  }

  private position(): void {
    const { from, to } = this.view.state.selection;
    const start = this.view.coordsAtPos(from, 1);
    const end = this.view.coordsAtPos(to, -1);
    const lines = end.top > start.top + 4;
    const edge = this.view.dom.getBoundingClientRect();
    const at = {
      top: start.top,
      bottom: end.bottom,
      left: lines ? edge.left : start.left,
      right: lines ? edge.right : end.right,
    };
    const room = visible();
    const port = scrollerOf(this.view.dom).getBoundingClientRect();
    // A selection taller than what is visible leaves no side free: then none is the right place. One that was scrolled away has none
    // either, until it is back; but a field that somebody types in stays.
    const isTall = at.top < room.top + 56 && at.bottom > room.bottom - 56;
    const isAway = (at.bottom <= port.top || at.top >= port.bottom) && !this.box.contains(document.activeElement);
    this.box.hidden = isTall || isAway;
    if (!this.box.hidden) place(this.box, at, "above");
  }
}

/** The plugin, and what the keyboard asks of it. */
export function bubble(host: HTMLElement, sprite: string): { plugin: Plugin; escape: () => boolean } {
  let shown: Bubble | null = null;
  const plugin = new Plugin({
    view: (view) => {
      shown = new Bubble(view, host, sprite);
      return {
        update: (now, before) => {
          if (now.state.selection !== before.selection || now.state.doc !== before.doc) shown?.update();
        },
        destroy: () => shown?.destroy(),
      };
    },
    props: {
      handleKeyDown: (_, event) => event.altKey && event.key === "F10" && (shown?.enter() ?? false),
      handleDOMEvents: {
        blur: () => {
          setTimeout(() => shown?.update(), 0);
          return false;
        },
        focus: () => {
          setTimeout(() => shown?.update(), 0);
          return false;
        },
      },
    },
  });
  return { plugin, escape: () => shown?.escape() ?? false };
}

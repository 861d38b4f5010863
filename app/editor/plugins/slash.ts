// The slash menu: "/" at a word's beginning, then a few letters. A listbox in the light DOM beside the text: the focus
// stays in the text, which names the chosen line by aria-activedescendant.
import { type EditorState, Plugin, PluginKey } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { hearCaret } from "../caret.ts";
import { COMMANDS } from "../commands.ts";
import { fuzzy } from "../fuzzy.ts";
import { choices, type Choice } from "../choices.ts";
import { place } from "../float.ts";
import { icon } from "../icon.ts";
import { isRemote } from "../origin.ts";

interface Open {
  /** Where the slash stands. */
  from: number;
  query: string;
}

interface Slash {
  open: Open | null;
  /** A slash that was dismissed with Escape stays a slash. */
  dismissed: number | null;
}

export const slashKey = new PluginKey<Slash>("slash");

/** The slash and what follows it, up to the caret, if that is what the caret stands behind. */
function found(state: EditorState): Open | null {
  const { $from, empty } = state.selection;
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 40), $from.parentOffset, "\n", "\uFFFC");
  const match = /(?:^|[\s\uFFFC(])\/([\p{L}\d][\p{L}\d ]{0,24})?$/u.exec(before);
  if (!match) return null;
  const query = match[1] ?? "";
  return { from: $from.pos - query.length - 1, query };
}

class Menu {
  private readonly box = document.createElement("div");
  private items: Choice[] = [];
  private chosen = 0;
  private shown = false;
  private readonly stop: () => void;

  constructor(
    private readonly view: EditorView,
    host: HTMLElement,
    private readonly sprite: string,
  ) {
    this.box.className = "menu slash";
    this.box.id = "slash-menu";
    this.box.hidden = true;
    this.box.setAttribute("role", "listbox");
    // It scrolls, so the keyboard can get there; while it is open, Tab chooses before it could.
    this.box.tabIndex = 0;
    this.box.setAttribute("aria-label", "Insert");
    host.append(this.box);
    const reposition = (): void => {
      if (this.shown) this.position();
    };
    window.addEventListener("scroll", reposition, { capture: true, passive: true });
    window.visualViewport?.addEventListener("resize", reposition);
    this.stop = () => {
      window.removeEventListener("scroll", reposition, { capture: true });
      window.visualViewport?.removeEventListener("resize", reposition);
    };
  }

  update(): void {
    const { open } = slashKey.getState(this.view.state)!;
    if (!open || !this.view.hasFocus()) {
      this.hide();
      return;
    }
    const before = this.items[this.chosen];
    this.items = fuzzy(choices(open.query), open.query);
    if (this.items.length === 0) {
      this.hide();
      return;
    }
    this.chosen = Math.max(0, this.shown && before && open.query === "" ? this.items.indexOf(before) : 0);
    this.shown = true;
    this.render(open.query);
    this.position();
  }

  /** What a key does while the menu is open. */
  key(event: KeyboardEvent): boolean {
    if (!this.shown || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.choose((this.chosen + step + this.items.length) % this.items.length);
      return true;
    }
    if (event.key === "Enter" || event.key === "Tab") {
      this.run(this.chosen);
      return true;
    }
    if (event.key === "Escape") {
      const { open } = slashKey.getState(this.view.state)!;
      this.view.dispatch(this.view.state.tr.setMeta(slashKey, { dismiss: open?.from ?? null }));
      return true;
    }
    return false;
  }

  destroy(): void {
    this.stop();
    this.hide();
    this.box.remove();
  }

  hide(): void {
    if (!this.shown) return;
    this.shown = false;
    this.box.hidden = true;
    for (const attribute of ["aria-controls", "aria-activedescendant", "aria-expanded"]) this.view.dom.removeAttribute(attribute);
  }

  private render(query: string): void {
    let group = "";
    const lines: HTMLElement[] = [];
    this.items.forEach((choice, index) => {
      if (choice.group !== group && query === "") {
        group = choice.group;
        const head = document.createElement("p");
        head.className = "menu-head";
        head.setAttribute("role", "presentation");
        head.textContent = group;
        lines.push(head);
      }
      lines.push(this.line(choice, index));
    });
    this.box.replaceChildren(...lines);
    this.box.hidden = false;
    this.view.dom.setAttribute("aria-controls", this.box.id);
    this.choose(this.chosen);
  }

  private line(choice: Choice, index: number): HTMLElement {
    const item = document.createElement("div");
    item.className = "menu-item";
    item.id = `slash-${index}`;
    item.setAttribute("role", "option");
    const tile = item.appendChild(document.createElement("span"));
    tile.className = "tile";
    tile.append(icon(this.sprite, choice.icon));
    const words = item.appendChild(document.createElement("span"));
    words.append(choice.name);
    words.appendChild(document.createElement("small")).textContent = choice.about;
    if (choice.typed) {
      const end = item.appendChild(document.createElement("span"));
      end.className = "end";
      end.textContent = choice.typed;
    }
    // The press must not take the focus from the text.
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => this.run(index));
    item.addEventListener("pointermove", () => {
      if (this.chosen !== index) this.choose(index);
    });
    return item;
  }

  private choose(index: number): void {
    this.chosen = index;
    this.box.querySelectorAll<HTMLElement>(".menu-item").forEach((item, at) => {
      item.classList.toggle("is-on", at === index);
      item.setAttribute("aria-selected", String(at === index));
      if (at === index) item.scrollIntoView({ block: "nearest" });
    });
    this.view.dom.setAttribute("aria-activedescendant", `slash-${index}`);
  }

  private run(index: number): void {
    hearCaret(this.view);
    const choice = this.items[index];
    const { open } = slashKey.getState(this.view.state)!;
    if (!choice || !open) return;
    this.view.dispatch(this.view.state.tr.delete(open.from, this.view.state.selection.from));
    this.hide();
    this.view.focus();
    if (choice.act) choice.act(this.view);
    else COMMANDS[choice.command]!(choice.args ?? {})(this.view.state, this.view.dispatch, this.view);
  }

  private position(): void {
    const { open } = slashKey.getState(this.view.state)!;
    if (open) place(this.box, this.view.coordsAtPos(open.from), "below");
  }
}

/** The plugin; the menu stands in `host`, icons come from `sprite`. */
export function slash(host: HTMLElement, sprite: string): Plugin<Slash> {
  let menu: Menu | null = null;
  return new Plugin<Slash>({
    key: slashKey,
    state: {
      init: () => ({ open: null, dismissed: null }),
      apply: (tr, before, _old, state) => {
        const meta = tr.getMeta(slashKey) as { dismiss: number | null } | undefined;
        if (meta) return { open: null, dismissed: meta.dismiss };
        if (!tr.docChanged && !tr.selectionSet) return before;
        const dismissed = before.dismissed === null ? null : tr.mapping.map(before.dismissed);
        const now = found(state);
        // It opens where somebody types here, never because the caret came by or somebody else wrote.
        const may = before.open !== null || (tr.docChanged && !isRemote(tr));
        return { open: now && may && now.from !== dismissed ? now : null, dismissed: now ? dismissed : null };
      },
    },
    props: {
      handleKeyDown: (_, event) => menu?.key(event) ?? false,
      handleDOMEvents: {
        blur: () => {
          menu?.hide();
          return false;
        },
      },
    },
    view: (view) => {
      menu = new Menu(view, host, sprite);
      return { update: () => menu?.update(), destroy: () => menu?.destroy() };
    },
  });
}

/** Opens the menu from a button: types the slash, with a blank before it within a word. */
export function typeSlash(view: EditorView): boolean {
  const { $from } = view.state.selection;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset, " ", " ");
  view.focus();
  view.dispatch(view.state.tr.insertText(before.trim() ? " /" : "/").scrollIntoView());
  return true;
}

// Tab and Shift+Tab. In the text they belong to the text: they move items of a list and go from cell to cell, and where they have
// nothing to do they do nothing. Otherwise a Tab too many would put the focus on a button, and the words typed then into nothing.
//
// That must not become a trap (WCAG 2.1.2). Two ways lead out. Escape goes behind the text, where Tab goes on (detail 30); the text's
// description says so, and a Tab that does nothing says it to everybody. And who comes by Tab and neither writes nor moves the
// caret passes through: there Tab goes on as it came, in both directions. Only in a list it never does.
import { chainCommands } from "prosemirror-commands";
import { liftListItem, sinkListItem } from "prosemirror-schema-list";
import { type Command, Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { goToNextCell } from "prosemirror-tables";
import { ancestor, tabInTable } from "../commands.ts";
import { schema } from "../schema.ts";
import { STRINGS } from "../strings.ts";

const ITEMS = [schema.nodes.list_item!, schema.nodes.task_item!];
const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];

/** The two keys, and the plugin that knows how the focus came into the text and shows the way out, among what floats over it. */
export function tabs(floats: HTMLElement): { plugin: Plugin; back: Command; on: Command } {
  let passing = false;
  const said = document.createElement("div");
  Object.assign(said, { className: "toast way-out", role: "status" });

  const stay: Command = (state, dispatch) => {
    if (passing && !ancestor(state.selection.$from, ITEMS)) return false;
    if (dispatch) said.textContent = STRINGS.leave;
    return true;
  };
  const listen = (view: EditorView) => {
    const page = view.dom.ownerDocument;
    const came = (event: Event): void => {
      const { key } = event as KeyboardEvent;
      if (MODIFIERS.includes(key)) return;
      passing = key === "Tab" && (passing || !view.dom.contains(event.target as Node));
      said.textContent = "";
    };
    const events = ["keydown", "pointerdown", "beforeinput"];
    for (const name of events) page.addEventListener(name, came, true);
    floats.append(said);
    return {
      destroy: () => {
        for (const name of events) page.removeEventListener(name, came, true);
        said.remove();
      },
    };
  };
  return {
    plugin: new Plugin({ view: listen, props: { attributes: { "aria-description": STRINGS.leave } } }),
    on: chainCommands(tabInTable, ...ITEMS.map(sinkListItem), stay),
    back: chainCommands(goToNextCell(-1), ...ITEMS.map(liftListItem), stay),
  };
}

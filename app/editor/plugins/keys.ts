// The keyboard. `Mod` is Ctrl, and Cmd on a Mac.
import { baseKeymap, chainCommands, exitCode, liftEmptyBlock, newlineInCode, selectParentNode, splitBlock, splitBlockKeepMarks } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { liftListItem, splitListItem } from "prosemirror-schema-list";
import { type Command, NodeSelection, Plugin, TextSelection } from "prosemirror-state";
import { hearCaret } from "../caret.ts";
import { ancestor, COMMANDS } from "../commands.ts";
import { schema } from "../schema.ts";
import { newId } from "./ids.ts";
import { takeBack } from "./shortcuts.ts";
import { tabs } from "./tab.ts";

const { nodes } = schema;

const run = (name: string, args = {}): Command => COMMANDS[name]!(args);

/** Enter at the end of a step begins the next one; in an empty step it ends the steps. */
const nextStep: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const step = ancestor($from, [nodes.step!]);
  if (!empty || !step || $from.depth !== step.depth + 1 || $from.parent.type !== nodes.paragraph) return false;
  const last = $from.index(step.depth) === step.node.childCount - 1;
  if (!last) return false;
  if ($from.parent.content.size === 0) return step.node.childCount === 1 && liftEmptyBlock(state, dispatch);
  const { tr } = state;
  const rest = $from.parent.slice($from.parentOffset);
  tr.delete($from.pos, $from.end());
  const after = tr.mapping.map(step.pos + step.node.nodeSize, -1);
  const next = nodes.step!.create({ id: newId(), confirm: false, record: null }, nodes.paragraph!.create($from.parent.attrs, rest.content));
  tr.insert(after, next);
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after + 2)).scrollIntoView());
  return true;
};

/** Enter behind a heading goes on with a paragraph; within it, the second half is a heading without the first one's id. */
const enter = chainCommands(
  newlineInCode,
  nextStep,
  splitListItem(nodes.list_item!),
  splitListItem(nodes.task_item!, { checked: false }),
  liftEmptyBlock,
  splitBlockKeepMarks,
  splitBlock,
);

/** Enter in a caption or a footnote leaves it: neither has lines. */
const leaveLine: Command = (state, dispatch) => {
  const { $from } = state.selection;
  const figure = ancestor($from, [nodes.figure!]);
  const footnote = ancestor($from, [nodes.footnote!]);
  if (footnote) {
    dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, footnote.pos + footnote.node.nodeSize)));
    return true;
  }
  if (!figure) return false;
  const after = figure.pos + figure.node.nodeSize;
  const { tr } = state;
  if (!tr.doc.resolve(after).nodeAfter) tr.insert(after, nodes.paragraph!.create());
  dispatch?.(tr.setSelection(TextSelection.near(tr.doc.resolve(after), 1)).scrollIntoView());
  return true;
};

/** A new line within the paragraph. */
const hardBreak = chainCommands(exitCode, run("hard_break"));

/** Backspace at the start of an indented thing first takes the thing away, then joins. */
const backspace = chainCommands(takeBack, (state, dispatch, view) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0) return false;
  if ($from.parent.type === nodes.heading || $from.parent.type === nodes.code_block) return run("paragraph")(state, dispatch, view);
  if ($from.index(-1) === 0) {
    if (ancestor($from, [nodes.list_item!])?.depth === $from.depth - 1) return liftListItem(nodes.list_item!)(state, dispatch, view);
    if (ancestor($from, [nodes.task_item!])?.depth === $from.depth - 1) return liftListItem(nodes.task_item!)(state, dispatch, view);
  }
  return false;
});

/** Moves the block with the caret up or down among its siblings. */
function move(direction: -1 | 1): Command {
  return (state, dispatch) => {
    const { $from, $to } = state.selection;
    const range = $from.blockRange($to);
    if (!range) return false;
    const { parent, startIndex, endIndex, start, end } = range;
    const neighbour = parent.maybeChild(direction < 0 ? startIndex - 1 : endIndex);
    if (!neighbour) return false;
    const { tr } = state;
    const by = direction * neighbour.nodeSize;
    if (direction < 0) tr.delete(start - neighbour.nodeSize, start).insert(end - neighbour.nodeSize, neighbour);
    else tr.delete(end, end + neighbour.nodeSize).insert(start, neighbour);
    const { anchor, head } = state.selection;
    const selection = state.selection instanceof NodeSelection
      ? NodeSelection.create(tr.doc, state.selection.from + by)
      : TextSelection.create(tr.doc, anchor + by, head + by);
    dispatch?.(tr.setSelection(selection).scrollIntoView());
    return true;
  };
}

/** Keys that waited in line, while the page was busy, come before the browser tells of a caret that has moved: Enter behind End would
 * split the line where the caret was. So each key first looks where the caret is. */
const whereItIs = new Plugin({
  props: {
    handleDOMEvents: {
      keydown: (view, event) => {
        // What an input method holds is its own.
        if (!event.isComposing && event.keyCode !== COMPOSES) hearCaret(view);
        return false;
      },
    },
  },
});
/** The code of every key that an input method takes. */
const COMPOSES = 229;

/** The plugins: ours before the base. */
export function keys(leave: () => boolean, floats: HTMLElement): Plugin[] {
  const tab = tabs(floats);
  const own: Record<string, Command> = {
    Enter: chainCommands(leaveLine, enter),
    "Shift-Enter": hardBreak,
    "Mod-Enter": hardBreak,
    Backspace: backspace,
    Tab: tab.on,
    "Shift-Tab": tab.back,
    Escape: leave,
    "Mod-b": run("strong"),
    "Mod-i": run("emphasis"),
    "Mod-u": run("underline"),
    "Mod-Shift-x": run("strike"),
    "Mod-e": run("code"),
    "Mod-Shift-h": run("highlight"),
    "Mod-.": run("superscript"),
    "Mod-,": run("subscript"),
    "Mod-\\": run("clear"),
    "Mod-Alt-0": run("paragraph"),
    "Mod-Shift-7": run("ordered_list"),
    "Mod-Shift-8": run("bullet_list"),
    "Mod-Shift-9": run("task_list"),
    "Mod-Shift-s": run("step"),
    "Alt-ArrowUp": move(-1),
    "Alt-ArrowDown": move(1),
    "Mod-Alt-a": selectParentNode,
    "Mod-z": run("undo"),
    "Mod-y": run("redo"),
    "Mod-Shift-z": run("redo"),
  };
  for (let level = 1; level <= 6; level++) own[`Mod-Alt-${level}`] = run("heading", { level });
  return [whereItIs, tab.plugin, keymap(own), keymap(baseKeymap)];
}

// Markdown as one types it, each shortcut taken back by one Backspace.
import { InputRule, inputRules, textblockTypeInputRule, undoInputRule, wrappingInputRule } from "prosemirror-inputrules";
import type { MarkType } from "prosemirror-model";
import { type Command, type Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { insertBlock, newTable } from "../commands.ts";
import { asHref } from "../rules.ts";
import { schema } from "../schema.ts";
import { newId } from "./ids.ts";

const { nodes, marks } = schema;

/** `**words**` and the like: the words stay, with the mark. What stands directly before may be a blank, a bracket or nothing. */
function markRule(pattern: RegExp, type: MarkType): InputRule {
  return new InputRule(
    pattern,
    (state, match, start, end) => {
      const [whole, before = "", delimiter = "", words = ""] = match;
      if (!words || whole === undefined) return null;
      const from = start + before.length;
      const { tr } = state;
      tr.delete(from + delimiter.length + words.length, end);
      tr.delete(from, from + delimiter.length);
      tr.addMark(from, from + words.length, type.create());
      return tr.removeStoredMark(type);
    },
    { inCodeMark: false },
  );
}

/** `[words](address)` */
const linkRule = new InputRule(/\[([^[\]]+)\]\(([^()\s]+)\)$/, (state, match, start, end) => {
  const href = asHref(match[2]!);
  if (!href) return null;
  const { tr } = state;
  tr.replaceWith(start, end, schema.text(match[1]!, [...state.selection.$from.marks(), marks.link!.create({ href })]));
  return tr.removeStoredMark(marks.link!);
}, { inCodeMark: false });

/** Runs a command that inserts a block in place of what was typed. */
function blockRule(pattern: RegExp, command: (match: RegExpMatchArray) => Command | null): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    const run = command(match);
    const { $from } = state.selection;
    if (!run || $from.parent.type !== nodes.paragraph) return null;
    let made: Transaction | null = null;
    // The command sees the paragraph as it would be without what was typed.
    const emptied = state.apply(state.tr.delete(start, end));
    run(emptied, (tr) => (made = tr));
    if (!made) return null;
    const { tr } = state;
    tr.delete(start, end);
    for (const step of (made as Transaction).steps) tr.step(step);
    return tr.setSelection(TextSelection.between(tr.doc.resolve((made as Transaction).selection.anchor), tr.doc.resolve((made as Transaction).selection.head)));
  });
}

/** `[ ] ` and `[x] ` make a task. */
const taskRule = new InputRule(/^\s*\[( |x|X)?\]\s$/, (state, match, start, end) => {
  const { $from } = state.selection;
  if ($from.parent.type !== nodes.paragraph) return null;
  const { tr } = state;
  tr.delete(start, end);
  const $start = tr.doc.resolve(start);
  const range = $start.blockRange();
  const checked = (match[1] ?? " ").toLowerCase() === "x";
  if (!range || !range.parent.canReplaceWith(range.startIndex, range.endIndex, nodes.task_list!)) return null;
  return tr.wrap(range, [{ type: nodes.task_list! }, { type: nodes.task_item!, attrs: { checked } }]);
});

const OPENS = `(^|[\\s([{"'“‘])`;

/** The rules, in the order in which they are tried. */
const RULES: InputRule[] = [
  textblockTypeInputRule(/^(#{1,6})\s$/, nodes.heading!, (match) => ({ level: match[1]!.length, id: newId() })),
  textblockTypeInputRule(/^```([A-Za-z0-9+#._-]{0,40})\s$/, nodes.code_block!, (match) => ({ language: match[1] || null })),
  wrappingInputRule(/^\s*>\s$/, nodes.blockquote!),
  wrappingInputRule(/^\s*([-+*])\s$/, nodes.bullet_list!),
  wrappingInputRule(
    /^(\d{1,6})[.)]\s$/,
    nodes.ordered_list!,
    (match) => ({ start: Number(match[1]), style: "decimal" }),
    (match, list) => list.childCount + (list.attrs.start as number) === Number(match[1]),
  ),
  wrappingInputRule(/^([aA])[.)]\s$/, nodes.ordered_list!, (match) => ({ start: 1, style: match[1] === "a" ? "lower_alpha" : "upper_alpha" }), () => false),
  wrappingInputRule(/^i[.)]\s$/, nodes.ordered_list!, { start: 1, style: "lower_roman" }, () => false),
  taskRule,
  blockRule(/^(?:---|___|\*\*\*)\s?$/, () => insertBlock(() => nodes.divider!.create())),
  blockRule(/^\[pause(?: (\d{1,4}))?\]$/i, (match) => {
    const seconds = Number(match[1] ?? 5);
    return seconds >= 1 && seconds <= 3_600 ? insertBlock(() => nodes.pause!.create({ seconds })) : null;
  }),
  blockRule(/^\|\|\s$/, () => insertBlock(() => newTable(3, 3), true)),
  linkRule,
  markRule(new RegExp(`${OPENS}(\\*\\*)([^\\s*](?:[^*]*[^\\s*])?)\\*\\*$`), marks.strong!),
  markRule(new RegExp(`${OPENS}(__)([^\\s_](?:[^_]*[^\\s_])?)__$`), marks.strong!),
  markRule(new RegExp(`${OPENS}(\\*)([^\\s*](?:[^*]*[^\\s*])?)\\*$`), marks.emphasis!),
  markRule(new RegExp(`${OPENS}(_)([^\\s_](?:[^_]*[^\\s_])?)_$`), marks.emphasis!),
  markRule(new RegExp(`${OPENS}(~~)([^\\s~](?:[^~]*[^\\s~])?)~~$`), marks.strike!),
  markRule(new RegExp(`${OPENS}(\`)([^\`]+)\`$`), marks.code!),
  markRule(new RegExp(`${OPENS}(==)([^\\s=](?:[^=]*[^\\s=])?)==$`), marks.highlight!),
];

/** The plugin. */
export function shortcuts(): Plugin {
  return inputRules({ rules: RULES });
}

/** Backspace directly after a shortcut gives back what was typed. */
export const takeBack: Command = undoInputRule;

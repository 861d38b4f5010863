// What can be done to the document by name: from the toolbar in Rust, the bubble, the slash menu and the keyboard alike.
import { chainCommands, lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import type { Attrs, MarkType, Node, NodeType, ResolvedPos } from "prosemirror-model";
import { liftListItem, sinkListItem, wrapRangeInList } from "prosemirror-schema-list";
import { type Command, type EditorState, NodeSelection, Selection, TextSelection } from "prosemirror-state";
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, isInTable, mergeCells, splitCell, toggleHeader } from "prosemirror-tables";
import { findWrapping } from "prosemirror-transform";
import { redoCommand, undoCommand } from "y-prosemirror";
import { newId } from "./plugins/ids.ts";
import { asHref, line } from "./rules.ts";
import { schema } from "./schema.ts";
import { CALLOUTS, COLOURS } from "./words.ts";

const { nodes, marks } = schema;

/** Named arguments from outside; each command looks at what it needs. */
export type Args = Readonly<Record<string, unknown>>;

/** The innermost ancestor of a kind. */
export function ancestor($pos: ResolvedPos, types: readonly NodeType[]): { node: Node; pos: number; depth: number } | null {
  for (let depth = $pos.depth; depth > 0; depth--) {
    const node = $pos.node(depth);
    if (types.includes(node.type)) return { node, pos: $pos.before(depth), depth };
  }
  return null;
}

const LISTS = [nodes.bullet_list!, nodes.ordered_list!, nodes.task_list!];
const ITEMS = [nodes.list_item!, nodes.task_item!];

const itemOf = (list: NodeType): NodeType => (list === nodes.task_list ? nodes.task_item! : nodes.list_item!);

/** Turns the list around the selection into another kind, item by item. */
function convertList(type: NodeType, attrs: Attrs | null): Command {
  return (state, dispatch) => {
    const list = ancestor(state.selection.$from, LISTS);
    if (!list) return false;
    const items = list.node.children.map((item) => itemOf(type).create(null, item.content));
    const tr = state.tr.replaceWith(list.pos, list.pos + list.node.nodeSize, type.create(attrs, items));
    dispatch?.(tr.setSelection(TextSelection.create(tr.doc, state.selection.anchor, state.selection.head)));
    return true;
  };
}

/** Makes a list of the selected blocks, turns a list of another kind into it, or takes it away. */
export function toggleList(type: NodeType, attrs: Attrs | null = null): Command {
  return (state, dispatch, view) => {
    const list = ancestor(state.selection.$from, LISTS);
    const item = ancestor(state.selection.$from, ITEMS);
    if (list && item && item.depth === list.depth + 1) {
      return list.node.type === type
        ? liftListItem(item.node.type)(state, dispatch, view)
        : convertList(type, attrs)(state, dispatch, view);
    }
    const { $from, $to } = state.selection;
    const range = $from.blockRange($to);
    if (!range) return false;
    const { tr } = state;
    if (type === nodes.task_list) {
      if (!wrapTasks(state, tr)) return false;
    } else if (!wrapRangeInList(tr, range, type, attrs)) return false;
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

/** prosemirror-schema-list wraps in list items only, so tasks are wrapped block by block. */
function wrapTasks(state: EditorState, tr: EditorState["tr"]): boolean {
  const { $from, $to } = state.selection;
  const range = $from.blockRange($to);
  if (!range) return false;
  const blocks: Node[] = [];
  for (let index = range.startIndex; index < range.endIndex; index++) blocks.push(range.parent.child(index));
  const items = blocks.map((block) => nodes.task_item!.createChecked(null, block));
  if (!range.parent.canReplaceWith(range.startIndex, range.endIndex, nodes.task_list!)) return false;
  const { anchor, head } = state.selection;
  tr.replaceWith(range.start, range.end, nodes.task_list!.create(null, items));
  tr.setSelection(TextSelection.between(tr.doc.resolve(Math.min(anchor + 2, tr.doc.content.size)), tr.doc.resolve(Math.min(head + 2, tr.doc.content.size))));
  return true;
}

/** Wraps the selected blocks, or unwraps them where they are wrapped so already. */
export function toggleWrap(type: NodeType, attrs: Attrs | null = null): Command {
  return (state, dispatch, view) => {
    const around = ancestor(state.selection.$from, [type]);
    if (!around) return wrapIn(type, attrs)(state, dispatch, view);
    const same = Object.entries(attrs ?? {}).every(([name, value]) => around.node.attrs[name] === value);
    if (same) return lift(state, dispatch);
    dispatch?.(state.tr.setNodeMarkup(around.pos, null, { ...around.node.attrs, ...attrs }));
    return true;
  };
}

/** Each selected block becomes a step of its own, as in a list; inside a step it ceases to be one. */
export const toggleStep: Command = (state, dispatch) => {
  const around = ancestor(state.selection.$from, [nodes.step!]);
  if (around) return lift(state, dispatch);
  const { $from, $to } = state.selection;
  const range = $from.blockRange($to);
  if (!range || !range.parent.canReplaceWith(range.startIndex, range.endIndex, nodes.step!)) return false;
  const wrap = findWrapping(range, nodes.step!);
  if (!wrap) return false;
  const { tr } = state;
  let pos = range.start;
  for (let index = range.startIndex; index < range.endIndex; index++) {
    const size = range.parent.child(index).nodeSize;
    const $at = tr.doc.resolve(pos + 1);
    const one = $at.blockRange($at, (node) => node === range.parent || node.eq(range.parent)) ?? $at.blockRange();
    if (!one) return false;
    tr.wrap(one, [{ type: nodes.step!, attrs: { id: newId(), confirm: false, record: null } }]);
    pos += size + 2;
  }
  dispatch?.(tr.scrollIntoView());
  return true;
};

/** Sets attributes of the innermost node of a type. */
function setAttrs(types: readonly NodeType[], change: (attrs: Attrs) => Attrs | null): Command {
  return (state, dispatch) => {
    const { selection } = state;
    const chosen = selection instanceof NodeSelection && types.includes(selection.node.type)
      ? { node: selection.node, pos: selection.from }
      : ancestor(selection.$from, types);
    if (!chosen) return false;
    const attrs = change(chosen.node.attrs);
    if (!attrs) return false;
    const { tr } = state;
    for (const [name, value] of Object.entries(attrs)) tr.setNodeAttribute(chosen.pos, name, value);
    dispatch?.(tr);
    return true;
  };
}

/** Puts a block after the one with the caret, or in its place when that is an empty paragraph; the caret goes behind. */
export function insertBlock(make: () => Node, into = false): Command {
  return (state, dispatch) => {
    const node = make();
    const { $from } = state.selection;
    const top = node.type.spec.group === "top" || (node.type === nodes.table && $from.depth > 1 && isInTable(state));
    const depth = state.selection instanceof NodeSelection || $from.depth === 0 ? 0 : top ? 1 : $from.depth;
    const block = depth === 0 ? state.doc : $from.node(depth);
    const parent = depth === 0 ? state.doc : $from.node(depth - 1);
    const empty = depth > 0 && block.type === nodes.paragraph && block.content.size === 0;
    const index = depth === 0 ? 0 : $from.index(depth - 1);
    if (depth > 0 && !parent.canReplaceWith(index + (empty ? 0 : 1), index + 1, node.type)) return false;
    if (!dispatch) return true;
    const { tr } = state;
    const start = depth === 0 ? state.selection.to : empty ? $from.before(depth) : $from.after(depth);
    if (empty) tr.replaceWith(start, $from.after(depth), node);
    else tr.insert(start, node);
    const after = start + node.nodeSize;
    // There is always a line to go on in.
    if (!tr.doc.resolve(after).nodeAfter) tr.insert(after, nodes.paragraph!.create());
    tr.setSelection(into ? Selection.near(tr.doc.resolve(start + 1)) : Selection.near(tr.doc.resolve(after), 1));
    dispatch(tr.scrollIntoView());
    return true;
  };
}

/** A table of empty cells, its first row heads. */
export function newTable(rows: number, columns: number): Node {
  const cell = (type: NodeType): Node => type.createAndFill()!;
  const row = (type: NodeType): Node => nodes.table_row!.create(null, Array.from({ length: columns }, () => cell(type)));
  return nodes.table!.create(null, [
    row(nodes.table_header!),
    ...Array.from({ length: rows - 1 }, () => row(nodes.table_cell!)),
  ]);
}

/** Tab in a table: the next cell, and from the last one a new row. */
export const tabInTable: Command = (state, dispatch, view) => {
  if (!isInTable(state)) return false;
  if (goToNextCell(1)(state, dispatch)) return true;
  if (!dispatch || !view) return addRowAfter(state);
  addRowAfter(state, dispatch);
  return goToNextCell(1)(view.state, view.dispatch);
};

/** Puts an inline node in the selection's place. */
function insertInline(make: () => Node | null): Command {
  return (state, dispatch) => {
    const node = make();
    const { $from } = state.selection;
    if (!node || !$from.parent.type.contentMatch.matchType(node.type)) return false;
    dispatch?.(state.tr.replaceSelectionWith(node, false).scrollIntoView());
    return true;
  };
}

/** A footnote behind the caret, with the caret in it. */
const insertFootnote: Command = (state, dispatch) => {
  const { $to } = state.selection;
  if (!$to.parent.canReplaceWith($to.index(), $to.index(), nodes.footnote!)) return false;
  const { tr } = state;
  tr.insert($to.pos, nodes.footnote!.create());
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, $to.pos + 1)).scrollIntoView());
  return true;
};

/** The range of a mark around a place. */
function markRange($pos: ResolvedPos, type: MarkType): { from: number; to: number; href: string } | null {
  const { parent } = $pos;
  const at = parent.childAfter($pos.parentOffset);
  const here = at.node && type.isInSet(at.node.marks) ? at : parent.childBefore($pos.parentOffset);
  const mark = here.node && type.isInSet(here.node.marks);
  if (!mark) return null;
  let first = here.index;
  let last = here.index;
  while (first > 0 && mark.isInSet(parent.child(first - 1).marks)) first -= 1;
  while (last + 1 < parent.childCount && mark.isInSet(parent.child(last + 1).marks)) last += 1;
  const start = $pos.start() + parent.children.slice(0, first).reduce((sum, child) => sum + child.nodeSize, 0);
  const size = parent.children.slice(first, last + 1).reduce((sum, child) => sum + child.nodeSize, 0);
  return { from: start, to: start + size, href: mark.attrs.href as string };
}

/** The link at the caret. */
export function linkAt(state: EditorState): { from: number; to: number; href: string } | null {
  return markRange(state.selection.$from, marks.link!);
}

/** Links the selection (or the link around the caret) to an address; none takes the link away. */
function setLink(typed: string): Command {
  return (state, dispatch) => {
    const { from, to, empty } = state.selection;
    const around = linkAt(state);
    const range = empty ? around : { from, to };
    const href = typed ? asHref(typed) : null;
    if (typed && !href) return false;
    if (!range) {
      if (!href) return false;
      dispatch?.(state.tr.replaceSelectionWith(schema.text(href, [marks.link!.create({ href })]), false));
      return true;
    }
    const { tr } = state;
    tr.removeMark(range.from, range.to, marks.link!);
    if (href) tr.addMark(range.from, range.to, marks.link!.create({ href }));
    dispatch?.(tr);
    return true;
  };
}

/** Marks with a colour; the same colour again takes it away. */
function highlight(colour: string): Command {
  return (state, dispatch) => {
    const { from, to, empty } = state.selection;
    if (empty) return toggleMark(marks.highlight!, { colour })(state, dispatch);
    let all = true;
    state.doc.nodesBetween(from, to, (node) => {
      if (node.isText && marks.highlight!.isInSet(node.marks)?.attrs.colour !== colour) all = false;
    });
    const { tr } = state;
    tr.removeMark(from, to, marks.highlight!);
    if (!all) tr.addMark(from, to, marks.highlight!.create({ colour }));
    dispatch?.(tr);
    return true;
  };
}

/** Takes all marks but suggestions from the selection, and makes its blocks paragraphs. */
const clear: Command = (state, dispatch) => {
  const { from, to } = state.selection;
  const { tr } = state;
  for (const type of Object.values(marks)) {
    if (type !== marks.insertion && type !== marks.deletion) tr.removeMark(from, to, type);
  }
  tr.setBlockType(from, to, nodes.paragraph!);
  dispatch?.(tr);
  return true;
};

const text = (value: unknown): string => (typeof value === "string" ? line(value) : "");
const whole = (value: unknown, otherwise: number, least: number, most: number): number =>
  Number.isInteger(value) ? Math.min(Math.max(value as number, least), most) : otherwise;
const word = (value: unknown, words: readonly string[]): string => (words.includes(value as string) ? (value as string) : words[0]!);

/** Sets the heading's level, or makes a paragraph of it when it has that level. */
function heading(level: number): Command {
  return (state, dispatch) => {
    const { parent } = state.selection.$from;
    if (parent.type === nodes.heading && parent.attrs.level === level) return setBlockType(nodes.paragraph!)(state, dispatch);
    const kept = parent.type === nodes.heading ? { id: parent.attrs.id as string, numbered: parent.attrs.numbered as boolean } : {};
    return setBlockType(nodes.heading!, { level, ...kept })(state, dispatch);
  };
}

type Make = (args: Args) => Command;
const mark = (name: string): Make => () => toggleMark(marks[name]!);

/** Every command by its name. */
export const COMMANDS: Readonly<Record<string, Make>> = {
  strong: mark("strong"),
  emphasis: mark("emphasis"),
  underline: mark("underline"),
  strike: mark("strike"),
  superscript: mark("superscript"),
  subscript: mark("subscript"),
  code: mark("code"),
  highlight: ({ colour }) => highlight(word(colour, COLOURS)),
  link: ({ href }) => setLink(typeof href === "string" ? href : ""),
  clear: () => clear,
  paragraph: () => setBlockType(nodes.paragraph!),
  heading: ({ level }) => heading(whole(level, 1, 1, 6)),
  numbered: () => setAttrs([nodes.heading!], ({ numbered }) => ({ numbered: !numbered })),
  align: ({ align }) => setAttrs([nodes.paragraph!], () => ({ align: align === "start" ? null : word(align, ["center", "end", "justify"]) })),
  dir: ({ dir }) => setAttrs([nodes.paragraph!], (old) => ({ dir: old.dir === dir ? null : word(dir, ["ltr", "rtl"]) })),
  code_block: () => (state, dispatch) =>
    setBlockType(state.selection.$from.parent.type === nodes.code_block ? nodes.paragraph! : nodes.code_block!)(state, dispatch),
  bullet_list: () => toggleList(nodes.bullet_list!),
  ordered_list: () => toggleList(nodes.ordered_list!),
  task_list: () => toggleList(nodes.task_list!),
  indent: () => chainCommands(sinkListItem(nodes.list_item!), sinkListItem(nodes.task_item!)),
  outdent: () => chainCommands(liftListItem(nodes.list_item!), liftListItem(nodes.task_item!), lift),
  blockquote: () => toggleWrap(nodes.blockquote!),
  callout: ({ kind }) => toggleWrap(nodes.callout!, { kind: word(kind, CALLOUTS) }),
  step: () => toggleStep,
  confirm: () => setAttrs([nodes.step!], ({ confirm }) => ({ confirm: !confirm })),
  record: ({ label, unit }) => setAttrs([nodes.step!], () => ({ record: text(label) ? { label: text(label), unit: text(unit) } : null })),
  pause: ({ seconds }) => (state, dispatch, view) => {
    const count = whole(seconds, 5, 1, 3_600);
    const set = setAttrs([nodes.pause!], () => ({ seconds: count }));
    return set(state, dispatch, view) || insertBlock(() => nodes.pause!.create({ seconds: count }))(state, dispatch, view);
  },
  divider: () => insertBlock(() => nodes.divider!.create()),
  page_break: () => insertBlock(() => nodes.page_break!.create()),
  table_of_contents: () => insertBlock(() => nodes.table_of_contents!.create()),
  table: ({ rows, columns }) => insertBlock(() => newTable(whole(rows, 3, 1, 50), whole(columns, 3, 1, 20)), true),
  row: () => addRowAfter,
  column: () => addColumnAfter,
  delete_row: () => deleteRow,
  delete_column: () => deleteColumn,
  delete_table: () => deleteTable,
  header_row: () => toggleHeader("row"),
  header_column: () => toggleHeader("column"),
  merge: () => mergeCells,
  split: () => splitCell,
  figure: ({ src, alt }) => insertBlock(() => nodes.figure!.createChecked({ src, alt: text(alt), id: newId() })),
  alt: ({ alt }) => setAttrs([nodes.figure!], () => ({ alt: text(alt) })),
  footnote: () => insertFootnote,
  cross_reference: ({ target, show }) =>
    insertInline(() => nodes.cross_reference!.createChecked({ target, show: word(show, ["number", "title", "page"]) })),
  placeholder: ({ field, label }) => insertInline(() => (text(field) ? nodes.placeholder!.create({ field: text(field), label: text(label) }) : null)),
  fact: ({ id, label }) => insertInline(() => (text(id) ? nodes.fact!.create({ id: text(id), label: text(label) }) : null)),
  clause: ({ source, citation }) =>
    insertInline(() => (text(source) ? nodes.clause!.create({ source: text(source), citation: text(citation) }) : null)),
  mention: ({ member, label }) => insertInline(() => (text(member) ? nodes.mention!.create({ member: text(member), label: text(label) }) : null)),
  hard_break: () => insertInline(() => nodes.hard_break!.create()),
  undo: () => undoCommand,
  redo: () => redoCommand,
};

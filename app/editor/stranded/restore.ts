// Puts words and blocks back into a document whose lines somebody else has made anew.
import { Fragment, type Node } from "prosemirror-model";
import { Selection, TextSelection, type Transaction } from "prosemirror-state";
import { Mapping } from "prosemirror-transform";
import { schema } from "../schema.ts";
import type { Letters } from "./letters.ts";
import { bestPlace, type Context, type Line, linesOf, nearestPlace, type Place } from "./place.ts";

/** Something that has lost its place. */
export interface Piece {
  /** Which letters of whose. */
  letters: Letters[];
  /** What stood in a line; empty for a block. */
  inline: Node[];
  /** Where in the line it stood; null for a block. */
  context: Context | null;
  /** A block with all that is in it. */
  block: Node | null;
  /** What the block stood in, without its content. */
  shell: Node | null;
  /** What the lines before its own said, the nearest first. */
  behind: string[];
  /** Where it still stands in a line that is no longer its own, and how many letters left of it must have gone elsewhere for that. */
  astray: { find(doc: Node): { from: number; to: number; line: Node } | null; least: number } | null;
}

/** Where somebody was: within what is put back, or between letters (`not`: the line that they are in already). */
export type Spot = { piece: number; offset: number } | { context: Context; not: (() => Node | null) | null };

/** What to do in a document, from the end to its beginning. */
interface Act {
  pos: number;
  /** Does it where that is by then; answers where places in it count from. */
  carry(tr: Transaction, pos: number): number;
  /** Which piece it puts back; -1 for none. */
  piece: number;
  /** Where the line begins that it changes; null for a block of its own. */
  line: number | null;
}

/** Carries out a change that puts these pieces back. */
export type Step = (change: (tr: Transaction) => void, pieces: Piece[]) => Mapping;

/**
 * Brings the pieces to where the text around them went, or behind where it was; answers where the spots are then (null: where they are
 * already).
 */
export function restore(doc: Node, old: ReadonlySet<Node>, pieces: Piece[], spots: (Spot | null)[], step: Step): (number | null)[] {
  const [all, changed] = [linesOf(doc), linesOf(doc, old)];
  const acts = pieces.flatMap((piece, index) => actsFor(piece, index, doc, all, changed));
  // Later pieces at one place come first: what stands before them is put there after them.
  acts.sort((a, b) => b.pos - a.pos || b.piece - a.piece);
  const mapping = new Mapping();
  const starts = new Map<number, { pos: number; maps: number }>();
  for (const turn of turnsOf(acts)) {
    const before = mapping.slice(0);
    const change = (tr: Transaction): void => {
      for (const act of turn) {
        const pos = act.carry(tr, before.map(act.pos, -1));
        if (act.piece >= 0) starts.set(act.piece, { pos, maps: mapping.maps.length + tr.mapping.maps.length });
      }
    };
    mapping.appendMapping(step(change, turn.flatMap(({ piece }) => pieces[piece] ?? [])));
  }
  return spots.map((spot) => {
    if (spot === null) return null;
    if ("piece" in spot) {
      const start = starts.get(spot.piece);
      return start ? mapping.slice(start.maps).map(start.pos) + spot.offset : null;
    }
    const place = bestPlace(changed, spot.context);
    return place && place.line.node !== spot.not?.() ? mapping.map(place.line.start + place.line.offsets[place.index]!) : null;
  });
}

/** What can be done at once: of each line one, since all that is changed in a line at once is one span of text to the binding; and
 * blocks for themselves, or it would take them for the lines beside them that change. */
function turnsOf(acts: Act[]): Act[][] {
  const turns: Act[][] = [];
  const taken = new Map<number, number>();
  for (const act of acts) {
    const turn = act.line === null ? 0 : (taken.get(act.line) ?? 1);
    if (act.line !== null) taken.set(act.line, turn + 1);
    (turns[turn] ??= []).push(act);
  }
  return turns.filter((turn) => turn.length > 0);
}

/** Selects what was selected; `null` leaves an end where it is. */
export function reselect(tr: Transaction, anchor: number | null, head: number | null): void {
  if (anchor === null && head === null) return;
  const { selection } = tr;
  const at = (pos: number | null, now: number) => tr.doc.resolve(Math.min(pos ?? now, tr.doc.content.size));
  const [$anchor, $head] = [at(anchor, selection.anchor), at(head, selection.head)];
  tr.setSelection($anchor.pos === $head.pos ? Selection.near($head) : TextSelection.between($anchor, $head));
}

function actsFor(piece: Piece, index: number, doc: Node, all: Line[], changed: Line[]): Act[] {
  if (!piece.context) return [blockAct(piece, index, doc, all, changed)];
  if (piece.astray) return astrayActs(piece, piece.astray, index, doc, changed);
  const place = bestPlace(changed, piece.context) ?? nearestPlace(changed, piece.context) ?? bestPlace(all, piece.context);
  if (place) return [lineAct(piece, index, place)];
  return [blockAct({ ...piece, block: schema.node("paragraph", null, piece.inline) }, index, doc, all, changed)];
}

function astrayActs(piece: Piece, { find, least }: NonNullable<Piece["astray"]>, index: number, doc: Node, changed: Line[]): Act[] {
  const place = bestPlace(changed, piece.context!);
  const stands = find(doc);
  if (!place || !stands || place.line.node === stands.line) return [];
  const behind = place.line.text.slice(Math.max(0, place.index - least), place.index);
  if (!piece.context!.left.endsWith(behind) || behind.length < least) return [];
  const carry = (tr: Transaction, pos: number): number => (tr.delete(pos, pos + stands.to - stands.from), pos);
  return [{ pos: stands.from, piece: -1, line: null, carry }, lineAct(piece, index, place)];
}

function lineAct({ inline }: Piece, piece: number, { line, index }: Place): Act {
  return {
    pos: line.start + line.offsets[index]!,
    piece,
    line: line.start,
    carry: (tr, pos) => {
      const { parent } = tr.doc.resolve(pos);
      const allowed = inline.map((node) => (node.isText ? node.mark(parent.type.allowedMarks(node.marks)) : node));
      const fits = parent.type.validContent(parent.content.append(Fragment.fromArray(allowed)));
      const text = allowed.map(({ textContent }) => textContent).join("");
      tr.insert(pos, fits ? allowed : text ? schema.text(text) : []);
      return pos;
    },
  };
}

function blockAct(piece: Piece, index: number, doc: Node, all: Line[], changed: Line[]): Act {
  const line = lineOf(piece.behind, all, changed);
  const block = piece.block!;
  const { pos, node, deeper } = slot(doc, line, block, piece.shell);
  // Places in a piece of a line count from the beginning of the paragraph that it becomes.
  const begin = deeper + (piece.context ? 1 : 0);
  return { pos, piece: index, line: null, carry: (tr, at) => (tr.insert(at, node), at + begin) };
}

/** The first of the lines before that is still there, or what was made of it. */
function lineOf(behind: string[], all: Line[], changed: Line[]): Line | null {
  for (const said of behind.filter((text) => text !== "")) {
    const same = changed.find(({ text }) => text === said) ?? all.find(({ text }) => text === said);
    const end = { left: said, right: "", own: false };
    const made = same ?? (nearestPlace(changed, end) ?? bestPlace(changed, end))?.line;
    if (made) return made;
  }
  return null;
}

const CELLS = ["cell", "header_cell"];

/** Where a block may stand behind a line, and as what: itself, what is in it, or within what it stood in; and how much deeper it is
 * there than `pos` is. */
function slot(doc: Node, line: Line | null, block: Node, shell: Node | null): { pos: number; node: Fragment; deeper: number } {
  const $at = line && doc.resolve(line.start);
  const shapes: [Fragment, number][] = [[Fragment.from(block), 0], [block.content, -1]];
  // In another row a cell would be one too many.
  if (CELLS.includes(block.type.spec.tableRole as string)) shapes.shift();
  if (shell) shapes.push([Fragment.from(shell.copy(Fragment.from(block))), 1]);
  for (const [shape, deeper] of shapes) {
    if (shape.size === 0 || shape.firstChild!.isInline) continue;
    if (!$at) {
      if (doc.canReplace(0, 0, shape)) return { pos: 0, node: shape, deeper };
      continue;
    }
    for (let depth = $at.depth - 1; depth >= 0; depth--) {
      const index = $at.indexAfter(depth);
      if ($at.node(depth).canReplace(index, index, shape)) return { pos: $at.after(depth + 1), node: shape, deeper };
    }
  }
  const lines = linesOf(block).map(({ text }) => schema.node("paragraph", null, text ? [schema.text(text)] : []));
  return { pos: $at ? $at.after(1) : 0, node: Fragment.fromArray(lines), deeper: 0 };
}

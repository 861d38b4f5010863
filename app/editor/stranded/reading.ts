// A line as it was, and what became of each part of it: what has lost its place there, and what stood around that.
import type { Node } from "prosemirror-model";
import * as Y from "yjs";
import { isBlank } from "../plugins/mend.ts";
import { schema } from "../schema.ts";
import type { Context } from "./place.ts";
import { idOf, type Letters, merged, nameOf } from "./letters.ts";
import type { Piece, Spot } from "./restore.ts";
import { itemsOf, lineBefore, nodeOf, type Type, typeOf, unitsOf, type Was } from "./was.ts";

/** Who changed the line had it and took it away (`taken`) or left it (`stays`); or had not seen it (`stranded`; `foreign` where it is
 * another's to bring back). */
export type Fate = "taken" | "stays" | "stranded" | "foreign";

/** What became of a letter of an item; null for what was not there. */
export type FateOf = (item: Y.Item, letter: number) => Fate | null;

interface Part {
  id: Y.ID;
  text: string;
  nodes: Node[];
  fate: Fate;
  size: number;
  own: boolean;
  /** Whether others may not have seen it. */
  recent: boolean;
}

const SEEN: ReadonlySet<Fate> = new Set(["taken", "stays"]);

export class Reading {
  private readonly parts: Part[] = [];

  constructor(
    private readonly line: Y.XmlElement,
    private readonly fate: FateOf,
    isMine: (client: number) => boolean,
    isRecent: (id: Y.ID) => boolean = () => false,
  ) {
    for (const unit of unitsOf(line, this.was)) {
      // What was typed in one go is one item; of its letters some may be taken and others not.
      for (let from = 0, to = 1; from < unit.text.length; from = to++) {
        const [fate, recent] = [this.fate(unit.item, from), isRecent(idOf(unit.item, from))];
        while (to < unit.text.length && this.fate(unit.item, to) === fate && isRecent(idOf(unit.item, to)) === recent) to += 1;
        if (fate === null) continue;
        const nodes = unit.nodes[0]!.isText ? [unit.nodes[0]!.cut(from, to)] : unit.nodes;
        const own = isMine(unit.item.id.client);
        this.parts.push({ id: idOf(unit.item, from), text: unit.text.slice(from, to), nodes, fate, size: sizeOf(nodes), own, recent });
      }
    }
  }

  private readonly was: Was = (item) => this.fate(item, 0) !== null || this.fate(item, item.length - 1) !== null;

  /** What has lost its place. */
  stranded(): Piece[] {
    return this.runs(({ fate }) => fate === "stranded").map(({ from, to }) => this.piece(from, to));
  }

  /** What was written a moment ago and stays behind letters that were taken, though it belongs to them. */
  astray(): { piece: Piece; least: number }[] {
    return this.runs(({ fate, recent }) => fate === "stays" && recent).flatMap(({ from, to }) => {
      let least = 0;
      for (let index = from - 1; index >= 0 && this.parts[index]!.fate === "taken"; index--) least += this.parts[index]!.text.length;
      return least > 0 ? [{ piece: this.piece(from, to), least }] : [];
    });
  }

  /** Where a caret was: within a piece that `pieces` names, or between letters of which one was taken; null for elsewhere. */
  spot(offset: number, pieces: Map<string, number>, not: (() => Node | null) | null): Spot | null {
    let [index, start] = [0, 0];
    while (index < this.parts.length && start + this.parts[index]!.size < offset) start += this.parts[index++]!.size;
    const part = this.parts[index];
    const first = this.firstOfRun(index);
    const piece = first === null ? undefined : pieces.get(nameOf(this.parts[first]!.id));
    if (piece !== undefined) {
      const before = this.parts.slice(first!, index).reduce((sum, { size }) => sum + size, 0);
      return { piece, offset: before + offset - start };
    }
    if (part?.fate === "stays" && not) return null;
    const letters = part ? (part.nodes[0]!.isText ? offset - start : Math.sign(offset - start)) : 0;
    return { context: this.contextAt(index, letters), not };
  }

  /** The first part of the run of pieces that a part is in. */
  private firstOfRun(index: number): number | null {
    const part = this.parts[index];
    if (part?.fate !== "stranded" && part?.fate !== "stays") return null;
    const runs = this.runs(({ fate, recent }) => fate === part.fate && (fate === "stranded" || recent));
    return runs.find(({ from, to }) => from <= index && index < to)?.from ?? null;
  }

  private runs(belongs: (part: Part) => boolean): { from: number; to: number }[] {
    const runs: { from: number; to: number }[] = [];
    this.parts.forEach((part, index) => {
      if (!belongs(part)) return;
      const last = runs.at(-1);
      if (last?.to === index) last.to += 1;
      else runs.push({ from: index, to: index + 1 });
    });
    return runs;
  }

  private piece(from: number, to: number): Piece {
    const inline = this.parts.slice(from, to).flatMap(({ nodes }) => nodes);
    const left = this.said(0, from);
    const own = this.parts.slice(0, from).findLast(({ fate }) => SEEN.has(fate))?.own ?? false;
    const letters = merged(this.parts.slice(from, to).map(({ id, text }) => ({ ...id, length: text.length })));
    const behind = this.line._item ? saidBefore(this.line._item, this.was) : [];
    return { letters, inline, context: { left, right: this.said(to), own }, block: null, shell: null, behind, astray: null };
  }

  private contextAt(index: number, letters: number): Context {
    const part = this.parts[index];
    const seen = part && SEEN.has(part.fate) ? part.text : "";
    const left = this.said(0, index) + seen.slice(0, letters);
    return { left, right: seen.slice(letters) + this.said(index + 1), own: part?.own ?? false };
  }

  private said(from: number, to?: number): string {
    return this.parts.slice(from, to).map(({ text, fate }) => (SEEN.has(fate) ? text : "")).join("");
  }
}

const sizeOf = (nodes: Node[]): number => nodes.reduce((sum, { nodeSize }) => sum + nodeSize, 0);

/** So many lines before something are looked for, should some of them be gone as well. */
const BEFORE = 8;

/** What the lines before an item said, the nearest first. */
function saidBefore(item: Y.Item, was: Was): string[] {
  const said: string[] = [];
  for (let line = lineBefore(item, was); line && said.length < BEFORE; line = line._item && lineBefore(line._item, was)) {
    said.push(unitsOf(line, was).map(({ text }) => text).join(""));
  }
  return said;
}

/** Whether it is room in a table for what nobody has written: it goes with what was taken away. */
const isRoom = (block: Node): boolean => ROOM.includes(block.type.spec.tableRole as string) && isBlank(block);
const ROOM = ["cell", "header_cell", "row"];

/** A block that stood in something that was taken away; of its letters, itself and its text. */
export function blockPiece(item: Y.Item, was: Was): Piece | null {
  const block = nodeOf((item.content as Y.ContentType).type as Y.XmlElement, was);
  if (!block || block.isInline || isRoom(block)) return null;
  const parent = item.parent as Y.XmlElement;
  const shell = parent instanceof Y.XmlElement ? shellOf(parent) : null;
  const said = [...within(item, was)].filter((one) => one === item || one.content instanceof Y.ContentString);
  const letters = merged(said.map(({ id, length }) => ({ ...id, length })));
  return { letters, inline: [], context: null, block, shell, behind: saidBefore(item, was), astray: null };
}

/** An item and all that stands in it. */
function* within(item: Y.Item, was: Was): Generator<Y.Item> {
  yield item;
  const type: Type | null = typeOf(item);
  for (const child of type ? itemsOf(type) : []) if (was(child)) yield* within(child, was);
}

function shellOf({ nodeName }: Y.XmlElement): Node | null {
  try {
    return schema.nodes[nodeName]?.create() ?? null;
  } catch {
    // It needs attributes that went with it.
    return null;
  }
}

/** Where something stands, and in which line. */
export interface Stands {
  from: number;
  to: number;
  line: Node;
}

/** Where letters of a line stand in a document that has the line. */
export function standsAt(doc: Node, node: Node | null, line: Y.XmlElement, letters: Letters[]): Stands | null {
  if (!node) return null;
  let start = -1;
  doc.descendants((child, pos) => {
    if (child === node) start = pos + 1;
    return start < 0;
  });
  const each = ({ client, clock, length }: Letters): string[] =>
    Array.from({ length }, (_, letter) => nameOf({ client, clock: clock + letter }));
  const names = new Set(letters.flatMap(each));
  let [offset, from, to] = [0, -1, -1];
  for (const { item, text, nodes } of unitsOf(line, ({ deleted }) => !deleted)) {
    for (let letter = 0; letter < text.length && nodes[0]!.isText; letter++) {
      if (!names.has(nameOf(idOf(item, letter)))) continue;
      if (from < 0) from = offset + letter;
      to = offset + letter + 1;
    }
    offset += sizeOf(nodes);
  }
  const whole = to - from === names.size && offset === node.content.size;
  return start < 0 || from < 0 || !whole ? null : { from: start + from, to: start + to, line: node };
}

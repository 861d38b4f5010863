// Where a block comes back whose words were written anew in its place: beside what stands for it, wherever that is by now. Where it stood
// before says nothing of what others have put around it since, nor of where they moved it.
import * as Y from "yjs";
import { idOf, type LetterSet, partsOf } from "../stranded/letters.ts";
import { itemsOf, lineOf, type Type, typeOf } from "../stranded/was.ts";
import { copiesOf, copyOf, seenOf, type Step, standing } from "./copies.ts";

/** So many things that are gone are passed over. */
const LOOKED = 1_000;

export class Beside {
  /** Of what comes back, a letter that stands for one within. */
  private readonly copies = new Map<Y.Item, Y.Item>();
  /** In what lines such letters stand. */
  private readonly lines = new Set<Type>();
  private readonly stay = new Map<Y.Item, boolean>();
  /** What came back last behind something. */
  private readonly behind = new Map<Y.Item, Y.Item>();

  constructor(
    doc: Y.Doc,
    private readonly step: Step,
    /** What is taken away. */
    private readonly taken: LetterSet,
  ) {
    const copies = copiesOf(step);
    for (const { item, from } of partsOf(doc, step.deletions)) {
      const copy = copyOf(copies, idOf(item, from));
      const now = copy && standing(doc, copy.to)?.item;
      const line = now && lineOf(now);
      if (line) this.lines.add(line);
      // What was put elsewhere comes back from there.
      if (!copy?.inPlace) continue;
      let outer = typeOf(item) ? item : (item.parent as Type)._item;
      for (; now && outer && !this.copies.has(outer); outer = (outer.parent as Type)._item) this.copies.set(outer, now);
    }
  }

  /** Behind what in a type something comes back that stood behind `before` there. Where nothing stays in its stead, or in between, it is
   * that: what was there with it may come back as well. */
  leftOf(item: Y.Item, type: Type, before: Y.Item | null): Y.Item | null {
    const anchor = this.anchorOf(item, type);
    if (!anchor) return before;
    const isBehind = this.isBehind(item, anchor);
    const free = !this.stays(anchor);
    const ahead = (free || !isBehind) && this.reaches(before ? before.right : type._start, anchor, "right", free);
    if (ahead || ((free || isBehind) && this.reaches(before, anchor, "left", free))) return before;
    return isBehind ? (this.behind.get(anchor) ?? anchor) : anchor.left;
  }

  /** Notes what something has come back as. */
  cameBack(item: Y.Item, again: Y.Item): void {
    const anchor = this.anchorOf(item, again.parent as Type);
    if (anchor && this.isBehind(item, anchor)) this.behind.set(anchor, again);
  }

  /** Whether it is a line that comes back as another: whatever else is in it goes there. */
  isLine(item: Y.Item): boolean {
    const type = typeOf(item);
    return type !== null && this.lines.has(type);
  }

  /** In what in a type stands what stands for an item. */
  private anchorOf(item: Y.Item, type: Type): Y.Item | null {
    let anchor: Y.Item | null = this.copies.get(item) ?? null;
    while (anchor && anchor.parent !== type) anchor = (anchor.parent as Type)._item;
    return anchor;
  }

  /** Whether something stays there before that. */
  private isBehind(item: Y.Item, anchor: Y.Item): boolean {
    if (!this.stays(anchor)) return false;
    for (let copy = this.copies.get(item)!; copy !== anchor; copy = (copy.parent as Type)._item!) {
      for (let left = copy.left; left; left = left.left) if (this.stays(left)) return true;
    }
    return false;
  }

  /** Whether from one thing to another is nothing that stays; nor, unless that is `free`, anything that came since the step. */
  private reaches(from: Y.Item | null, to: Y.Item, way: "left" | "right", free: boolean): boolean {
    let looked = 0;
    for (let item = from; item && looked++ < LOOKED; item = item[way]) {
      if (item === to) return true;
      if (this.stays(item) || (!free && item.id.clock >= seenOf(this.step, item.id.client))) return false;
    }
    return false;
  }

  private stays(item: Y.Item): boolean {
    const known = this.stay.get(item);
    if (known !== undefined) return known;
    const type = typeOf(item);
    const has = (all: Type): boolean => [...itemsOf(all)].some((one) => this.stays(one));
    const within = type instanceof Y.XmlText || type?._length ? has(type) : !this.taken.has(item.id);
    const stays = !item.deleted && item.countable && within;
    this.stay.set(item, stays);
    return stays;
  }
}

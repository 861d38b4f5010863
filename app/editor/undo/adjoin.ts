// Whether what a change writes anew stands where it was, or elsewhere.
import type * as Y from "yjs";
import type { Change } from "../stranded/change.ts";
import { itemsOf, type Type } from "../stranded/was.ts";

export class Adjoining {
  /** Of what stands in a type, how much before it the change has left alone. */
  private readonly ranks = new Map<Type, Map<Y.Item, number>>();

  constructor(private readonly change: Change) {}

  /** Whether between two lines, or what they stand in, is nothing that the change has left alone. */
  has(one: Y.Item | null, other: Y.Item | null): boolean {
    const [first, second] = one && other ? siblings(one, other) : [];
    if (!first || !second) return false;
    const ranks = this.ranksOf(first.parent as Type);
    const apart = ranks.get(second)! - ranks.get(first)!;
    return Math.abs(apart) <= Number(this.isLeft(apart > 0 ? first : second));
  }

  private ranksOf(type: Type): Map<Y.Item, number> {
    const known = this.ranks.get(type);
    if (known) return known;
    const ranks = new Map<Y.Item, number>();
    let rank = 0;
    for (const item of itemsOf(type)) {
      ranks.set(item, rank);
      rank += Number(this.isLeft(item));
    }
    this.ranks.set(type, ranks);
    return ranks;
  }

  private isLeft(item: Y.Item): boolean {
    return !item.deleted && item.countable && !this.change.isNew(item);
  }
}

/** Two items, or what they stand in, in the nearest type in which both are. */
function siblings(one: Y.Item, other: Y.Item): [Y.Item, Y.Item] | [] {
  const around = new Map<Type, Y.Item>();
  for (let item: Y.Item | null = one; item; item = (item.parent as Type)._item) around.set(item.parent as Type, item);
  for (let item: Y.Item | null = other; item; item = (item.parent as Type)._item) {
    const found = around.get(item.parent as Type);
    if (found) return [found, item];
  }
  return [];
}

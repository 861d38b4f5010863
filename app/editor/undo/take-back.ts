// Takes back a step, or does it again: brings back what it deleted, and takes away what it wrote. The steps are those that Yjs' UndoManager
// gathers, and how they are taken back follows its `popStackItem` and `redoItem` (yjs 13, MIT), but: a step is limited to what is left for
// it to change (`limit.ts`). What was done again and then parted, or grew together with more, is followed letter by letter. What comes back
// stands between neighbours (Yjs looks for both on their own, and where they are not in order any more, two pages that hear of it have two
// texts): beside what stood for it (`beside.ts`), or behind letters that others have moved (`moved.ts`). And what others wrote among
// letters that go elsewhere goes along (`along.ts`).
import * as Y from "yjs";
import { TAKEN_BACK } from "../stranded/change.ts";
import { type LetterMap, type Letters, LetterSet } from "../stranded/letters.ts";
import { type Type, typeOf } from "../stranded/was.ts";
import { along } from "./along.ts";
import { Beside } from "./beside.ts";
import { cameBackIn, type Copy, rewrittenIn, type Step } from "./copies.ts";
import { limit } from "./limit.ts";
import { letterBefore, writtenIn } from "./moved.ts";

/** What was taken back. */
export interface Done {
  step: Step;
  /** Whether that changed anything. */
  changed: boolean;
  /** What the step deleted and cannot be brought back where it was. */
  mislaid: Letters[];
}

/** Takes back the last step, or what others have left of it; null where there is none. `takes` is called before anybody sees the change. */
export function takeBack(undoes: Y.UndoManager, name: "undo" | "redo", takes: (step: Step) => void): Done | null {
  const [stack, way] = name === "undo" ? ([undoes.undoStack, "undoing"] as const) : ([undoes.redoStack, "redoing"] as const);
  let done: Done | null = null;
  undoes[way] = true;
  try {
    undoes.doc.transact((tr) => {
      for (let step = stack.pop(); step; step = stack.pop()) {
        const { mislaid, overtaken } = limit(undoes.doc, step);
        const changed = new Reversal(tr, undoes, step).run();
        if (changed) {
          undoes.currStackItem = step;
          takes(step);
        }
        // Where others have left nothing of it, nothing happens: nobody means the step before, which may be all that they wrote.
        if (!changed && !overtaken) continue;
        done = { step, changed, mislaid };
        break;
      }
      forgetMarkers(tr);
    }, undoes);
  } finally {
    undoes[way] = false;
    undoes.currStackItem = null;
  }
  return done;
}

/** What Yjs remembers of where places in long texts are no longer holds. */
function forgetMarkers(tr: Y.Transaction): void {
  for (const [type, keys] of tr.changed) {
    const { _searchMarker: markers } = type as unknown as { _searchMarker: unknown[] | null };
    if (keys.has(null) && markers) markers.length = 0;
  }
}

class Reversal {
  private readonly back = new Set<Y.Item>();
  private readonly beside: Beside;
  private readonly wrote: Y.Item[];

  constructor(
    private readonly tr: Y.Transaction,
    private readonly undoes: Y.UndoManager,
    private readonly step: Step,
  ) {
    this.wrote = writtenIn(tr.doc, step).flatMap(({ letters, moved }) => [...this.standing(letters, moved)]);
    const taken = new LetterSet();
    for (const { id, length } of this.wrote) taken.add({ ...id, length });
    tr.meta.set(TAKEN_BACK, taken);
    this.beside = new Beside(tr.doc, step, taken);
  }

  run(): boolean {
    const { tr, step } = this;
    Y.iterateDeletedStructs(tr, step.deletions, (item) => {
      // What the step wrote and deleted itself is nobody's.
      if (item instanceof Y.Item && !Y.isDeleted(step.insertions, item.id)) this.back.add(item);
    });
    const others = along(tr, step);
    let changed = false;
    for (const item of this.back) changed = this.bringAll(item) || changed;
    for (const item of others) item.delete(tr);
    // From the end: what stands in something goes before it. A paragraph in which others have something stays.
    for (const item of this.wrote.reverse()) {
      if (!this.undoes.deleteFilter(item) && !this.beside.isLine(item)) continue;
      item.delete(tr);
      changed = true;
    }
    return changed;
  }

  /** What there is now of letters, done again or written again where they were taken away. */
  private *standing({ client, clock, length }: Letters, moved: LetterMap<Copy>): Generator<Y.Item> {
    const { tr } = this;
    const { doc } = tr;
    const end = Math.min(clock + length, Y.getState(doc.store, client));
    for (let at = clock; at < end; ) {
      const struct = Y.getItem(doc.store, Y.createID(client, at)) as Y.Item | Y.GC;
      const next = Math.min(end, struct.id.clock + struct.length);
      const some = { client, clock: at, length: next - at };
      if (struct instanceof Y.Item && !struct.deleted) {
        Y.getItemCleanStart(tr, Y.createID(client, at));
        yield Y.getItemCleanEnd(tr, doc.store, Y.createID(client, next - 1));
      } else if (struct instanceof Y.Item && struct.redone) {
        yield* this.standing({ ...some, client: struct.redone.client, clock: struct.redone.clock + at - struct.id.clock }, moved);
      } else {
        for (const next of [rewrittenIn(doc), moved]) {
          for (const { value, clock: from, length } of next.within(some)) {
            yield* this.standing({ client: value.to.client, clock: value.to.clock + from - value.of, length }, moved);
          }
        }
      }
      at = next;
    }
  }

  /** Brings back what stood before it first: it stands behind that. */
  private bringAll(item: Y.Item): boolean {
    let first = item;
    while (item.parentSub === null && first.left && !first.left.redone && this.back.has(first.left)) first = first.left;
    let changed = this.bringBack(first) !== null;
    for (let last = first; last !== item; last = last.right!) changed = this.bringBack(last.right!) !== null || changed;
    return changed;
  }

  /** Writes anew what was deleted; null where that cannot be. */
  private bringBack(item: Y.Item): Y.Item | null {
    const { tr } = this;
    if (item.redone) return Y.getItemCleanStart(tr, item.redone);
    let type = this.typeNow(item);
    if (!type) return null;
    const before = letterBefore(tr, this.step, item);
    if (before) type = before.parent as Type;
    const left = before ?? (item.parentSub === null ? this.leftOf(item, type) : this.valueBefore(item, type));
    if (left === undefined) return null;
    const right = item.parentSub !== null ? null : left ? left.right : type._start;
    const id = Y.createID(tr.doc.clientID, Y.getState(tr.doc.store, tr.doc.clientID));
    const again = new Y.Item(id, left, left?.lastId ?? null, right, right?.id ?? null, type, item.parentSub, item.content.copy());
    item.redone = id;
    keep(again);
    again.integrate(tr, 0);
    this.beside.cameBack(item, again);
    cameBackIn(tr.doc).add({ ...id, length: again.length });
    return again;
  }

  /** What the item stood in, as it is now. */
  private typeNow(item: Y.Item): Type | null {
    const parent = item.parent as Type;
    let outer = parent._item;
    if (!outer?.deleted) return parent;
    if (!outer.redone && (!this.back.has(outer) || !this.bringBack(outer))) return null;
    while (outer.redone) outer = Y.getItemCleanStart(this.tr, outer.redone);
    return outer.deleted ? null : (outer.content as Y.ContentType).type;
  }

  /** What stands before the item's place in a type, which is what it stood in or was made of that. */
  private leftOf(item: Y.Item, type: Type): Y.Item | null {
    let before: Y.Item | null = null;
    for (let left = item.left; left && !before; left = left.left) before = this.lastIn(left, type);
    return typeOf(item) ? this.beside.leftOf(item, type, before) : before;
  }

  /** The last letter of an item as it stands in a type; null where it does not. */
  private lastIn(item: Y.Item, type: Type): Y.Item | null {
    const { store } = this.tr.doc;
    let [now, id] = [item, item.lastId];
    while (now.parent !== type) {
      if (!now.redone) return null;
      id = Y.createID(now.redone.client, now.redone.clock + id.clock - now.id.clock);
      now = Y.getItem(store, id);
    }
    return now === item ? item : Y.getItemCleanEnd(this.tr, store, id);
  }

  /** The value of an attribute behind which an earlier one comes back; undefined where somebody else has set it since. */
  private valueBefore(item: Y.Item, type: Type): Y.Item | null | undefined {
    const now = type._map.get(item.parentSub!) ?? null;
    if (!item.right) return now;
    let left: Y.Item = item;
    while (left.right && (left.right.redone || this.isOwn(left.right.id))) {
      left = left.right;
      while (left.redone) left = Y.getItemCleanStart(this.tr, left.redone);
    }
    if (left.right) return undefined;
    return left.parent === type ? left : now;
  }

  private isOwn(id: Y.ID): boolean {
    const { undoStack, redoStack } = this.undoes;
    return Y.isDeleted(this.step.insertions, id) || [...undoStack, ...redoStack].some(({ deletions }) => Y.isDeleted(deletions, id));
  }
}

/** Yjs is to let go of nothing of it. */
function keep(item: Y.Item): void {
  for (let one: Y.Item | null = item; one && !one.keep; one = (one.parent as Type)._item) one.keep = true;
}

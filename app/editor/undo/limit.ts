// What of a step can still be taken back after what others did since. Yjs brings back what the step took away and takes away what it
// wrote, each letter for itself. Where the step made something else of a line, that would double the line where another has made something
// else of it again, bring back what another deleted there, and lose what cannot come back because the line it stood in is no more. So of
// such a letter and its copy one stays: the letter comes back only while the copy stands, and the copy goes only where the letter can.
import * as Y from "yjs";
import { schema } from "../schema.ts";
import { idOf, type Letters, type Part, partsOf, without } from "../stranded/letters.ts";
import { type Type, typeOf } from "../stranded/was.ts";
import { copiesOf, copyOf, freshOf, type Step, standing } from "./copies.ts";
import { movedIn, writtenIn } from "./moved.ts";

/** What becomes of a letter that a step took away: `deleted` is what others deleted since, or moved; of `copied` the copy stays; `mislaid`
 * has nowhere to come back to; `ours` was the step's own. */
type Fate = "returns" | "deleted" | "copied" | "mislaid" | "ours";

/** What others have left of a step. */
export interface Left {
  /** What it deleted that has nowhere to come back to. */
  mislaid: Letters[];
  /** Whether others have changed what it did. */
  overtaken: boolean;
}

/** Takes out of a step what is no longer its to change. */
export function limit(doc: Y.Doc, step: Step): Left {
  return new Limit(doc, step).apply();
}

class Limit {
  private readonly copies;
  /** What does not come back. */
  private readonly gone: Letters[] = [];
  private readonly mislaid: Letters[] = [];
  /** Copies that stay. */
  private readonly stay: Letters[] = [];
  /** What copies that stay stand in. */
  private readonly around = new Set<Y.Item>();
  /** In what something comes back, and in what something does not. */
  private readonly wanted = new Set<Y.Item>();
  private readonly unwanted = new Set<Y.Item>();

  constructor(
    private readonly doc: Y.Doc,
    private readonly step: Step,
  ) {
    this.copies = copiesOf(step);
  }

  apply(): Left {
    const { doc, step } = this;
    const overtaken = this.isOvertaken();
    for (const part of partsOf(doc, step.deletions)) if (says(part.item) || this.copies.has(part.item.id)) this.judge(part);
    step.deletions = without(step.deletions, [...this.gone, ...this.empty()]);
    step.insertions = without(step.insertions, [...this.stay, ...this.supports()]);
    // Beside what was written instead, and is no longer this step's to take away, it would stand twice, in another form.
    const mislaid = this.mislaid.length > 0 && this.hasLost() ? [] : this.mislaid;
    return { mislaid, overtaken: overtaken || this.gone.length > 0 };
  }

  private judge({ item, from, to }: Part): void {
    for (let [start, end] = [from, from + 1]; start < to; start = end++) {
      const fate = this.fateOf(item, start);
      while (end < to && this.fateOf(item, end) === fate) end += 1;
      if (fate === "ours") continue;
      const letters = { ...idOf(item, start), length: end - start };
      if (fate !== "returns") this.gone.push(letters);
      if (fate === "mislaid") this.mislaid.push(letters);
      mark(fate === "returns" || this.isLineLeft(item, start) ? this.wanted : this.unwanted, item);
      for (let letter = start; fate === "copied" && letter < end; letter++) this.keep(copyOf(this.copies, idOf(item, letter))!.to);
    }
  }

  private fateOf(item: Y.Item, letter: number): Fate {
    if (Y.isDeleted(this.step.insertions, idOf(item, letter))) return "ours";
    const copy = copyOf(this.copies, idOf(item, letter));
    const isThere = copy !== null && standing(this.doc, copy.to) !== null;
    // Where the step deleted the copy itself, the letter is one that it deleted.
    if (copy && !isThere && !Y.isDeleted(this.step.deletions, copy.to)) return "deleted";
    if (this.returns(item)) return "returns";
    return isThere ? "copied" : "mislaid";
  }

  /** Whether Yjs can bring it back into what it stood in. */
  private returns(item: Y.Item): boolean {
    const outer = (item.parent as Type)._item;
    if (!outer?.deleted) return true;
    if (outer.redone) return standing(this.doc, outer.id) !== null;
    return this.isTaken(outer) && this.returns(outer);
  }

  private isTaken({ id }: Y.Item): boolean {
    return Y.isDeleted(this.step.deletions, id) && !Y.isDeleted(this.step.insertions, id);
  }

  /** Whether a letter was deleted out of a copy of its line that is still there. */
  private isLineLeft(item: Y.Item, letter: number): boolean {
    const copy = copyOf(this.copies, idOf(item, letter));
    return copy?.line != null && standing(this.doc, copy.line) !== null;
  }

  private keep(copy: Y.ID): void {
    this.stay.push({ ...copy, length: 1 });
    mark(this.around, standing(this.doc, copy)!.item);
  }

  /** Whether something that the step wrote is no more, and not because the step took it away again. */
  private isOvertaken(): boolean {
    const { doc, step } = this;
    return writtenIn(doc, step).some(({ letters: { client, clock, length }, moved }) => {
      for (let at = clock; at < clock + length; ) {
        const id = Y.createID(client, at);
        if (!Y.isDeleted(step.deletions, id) && !standing(doc, id, moved)) return true;
        const struct = Y.getItem(doc.store, id) as Y.Item | Y.GC;
        at = struct.id.clock + struct.length;
      }
      return false;
    });
  }

  /** Whether something that the step wrote instead has gone by others' doing. */
  private hasLost(): boolean {
    const isGone = ({ client, clock, length }: Letters): boolean => {
      for (let at = clock; at < clock + length; at++) if (!standing(this.doc, Y.createID(client, at), movedIn(this.doc))) return true;
      return false;
    };
    return freshOf(this.step).some(isGone);
  }

  /** What of it would come back with nothing of what it said. */
  private empty(): Letters[] {
    return [...this.unwanted].filter((item) => !this.wanted.has(item)).map(({ id, length }) => ({ ...id, length }));
  }

  /** What copies that stay stand in, and all that tells of that what it is. */
  private supports(): Letters[] {
    const found: Letters[] = [];
    for (const { item, from, to } of partsOf(this.doc, this.step.insertions)) {
      const now = standing(this.doc, idOf(item, from))?.item;
      if (!now) continue;
      const outer = (now.parent as Type)._item;
      const tells = outer !== null && this.around.has(outer) && (now.parentSub !== null || now.content instanceof Y.ContentFormat);
      if (tells || this.around.has(now)) found.push({ ...idOf(item, from), length: to - from });
    }
    return found;
  }
}

/** Whether it is what people see: a letter, or what stands for itself. */
function says(item: Y.Item): boolean {
  if (item.content instanceof Y.ContentString) return true;
  const type = typeOf(item);
  if (!(type instanceof Y.XmlElement)) return false;
  const kind = schema.nodes[type.nodeName];
  return kind?.isLeaf === true;
}

function mark(marked: Set<Y.Item>, item: Y.Item): void {
  for (let outer = (item.parent as Type)._item; outer && !marked.has(outer); outer = (outer.parent as Type)._item) marked.add(outer);
}

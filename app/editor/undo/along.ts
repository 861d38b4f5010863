// What others wrote among letters that go elsewhere with what is taken back: it goes along.
import * as Y from "yjs";
import { idOf, type Letters, LetterSet, partsOf } from "../stranded/letters.ts";
import { itemsOf, lineOf, typeOf } from "../stranded/was.ts";
import { cameBackIn, copiesOf, copyOf, seenOf, type Step, standing } from "./copies.ts";

/** What was written since the step, and has on both sides, as far as the line goes, what stands for letters that come back elsewhere. */
export function along(tr: Y.Transaction, step: Step): Y.Item[] {
  const isNew = ({ id, length }: Y.Item): boolean => {
    const seen = seenOf(step, id.client);
    // What one wrote before and since may have become one.
    if (id.clock < seen && seen < id.clock + length) Y.getItemCleanStart(tr, Y.createID(id.client, seen));
    return id.clock >= seen && !cameBackIn(tr.doc).has(id);
  };
  return [...goingFrom(tr.doc, step)].flatMap(([line, letters]) => {
    if (![...standsIn(line)].some(isNew)) return [];
    const goes = new LetterSet();
    for (const some of letters) for (const { id } of copiesIn(tr.doc, step, some)) goes.add({ ...id, length: 1 });
    return amongIn(line, ({ id }) => goes.has(id), isNew);
  });
}

/** In which lines what stands for letters that come back, and for which. */
function goingFrom(doc: Y.Doc, step: Step): Map<Y.XmlElement, Letters[]> {
  const lines = new Map<Y.XmlElement, Letters[]>();
  for (const { item, from, to } of partsOf(doc, step.deletions)) {
    for (const letters of copiesOf(step).within({ ...idOf(item, from), length: to - from })) {
      const { client, clock, length } = letters;
      const ends = [clock, clock + length - 1].flatMap((at) => [...copiesIn(doc, step, { client, clock: at, length: 1 })]);
      const found = ends.flatMap((end) => lineOf(end.item) ?? []);
      for (const line of new Set(found)) lines.set(line, [...(lines.get(line) ?? []), letters]);
    }
  }
  return lines;
}

/** Where what stands for each of some letters is now. */
function* copiesIn(doc: Y.Doc, step: Step, { client, clock, length }: Letters): Generator<{ item: Y.Item; id: Y.ID }> {
  const copies = copiesOf(step);
  for (let at = clock; at < clock + length; at++) {
    const copy = copyOf(copies, Y.createID(client, at));
    const now = copy && standing(doc, copy.to);
    if (now) yield now;
  }
}

function amongIn(line: Y.XmlElement, goes: (item: Y.Item) => boolean, isNew: (item: Y.Item) => boolean): Y.Item[] {
  const among: Y.Item[] = [];
  // What is new since what was there before, and whether that goes (at the beginning of the line: null).
  let [run, before] = [[] as Y.Item[], null as boolean | null];
  const end = (behind: boolean | null): void => {
    if ((before ?? behind) === true && (behind ?? before) === true) among.push(...run);
    run = [];
  };
  for (const item of standsIn(line)) {
    const isGoing = goes(item);
    if (!isGoing && isNew(item)) {
      run.push(item);
      continue;
    }
    end(isGoing);
    before = isGoing;
  }
  end(null);
  return among;
}

/** What a line says: letters, and what stands among them. */
function* standsIn(line: Y.XmlElement): Generator<Y.Item> {
  for (const child of itemsOf(line)) {
    const type = typeOf(child);
    const all = type instanceof Y.XmlText ? itemsOf(type) : [child];
    for (const item of all) if (!item.deleted && item.countable) yield item;
  }
}

// What others wrote among letters that go elsewhere with what is taken back: it goes along.
import * as Y from "yjs";
import { idOf, LetterSet, partsOf } from "../stranded/letters.ts";
import { itemsOf, lineOf, typeOf } from "../stranded/was.ts";
import { copiesOf, copyOf, seenOf, type Step, standing } from "./copies.ts";

/** What was written since the step, and has on both sides, as far as the line goes, what stands for letters that come back elsewhere. */
export function along(tr: Y.Transaction, step: Step): Y.Item[] {
  const { doc } = tr;
  const [goes, lines] = [new LetterSet(), new Set<Y.XmlElement>()];
  const copies = copiesOf(step);
  for (const { item, from, to } of partsOf(doc, step.deletions)) {
    for (let letter = from; letter < to && copies.has(idOf(item, letter)); letter++) {
      const now = standing(doc, copyOf(copies, item, letter)!.to);
      const line = now && lineOf(now.item);
      if (!line) continue;
      goes.add({ ...now.id, length: 1 });
      lines.add(line);
    }
  }
  const isNew = ({ id, length }: Y.Item): boolean => {
    const seen = seenOf(step, id.client);
    // What one wrote before and since may have become one.
    if (id.clock < seen && seen < id.clock + length) Y.getItemCleanStart(tr, Y.createID(id.client, seen));
    return id.clock >= seen;
  };
  return [...lines].flatMap((line) => amongIn(line, ({ id }) => goes.has(id), isNew));
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

// Letters as Yjs counts them, by who wrote them and when.
import * as Y from "yjs";
import { ATOM } from "./place.ts";

/** Letters of one client, one after the other. */
export interface Letters {
  client: number;
  clock: number;
  length: number;
}

export const idOf = ({ id }: Y.Item, letter: number): Y.ID => Y.createID(id.client, id.clock + letter);
export const nameOf = ({ client, clock }: Y.ID): string => `${client}:${clock}`;

export type Deletes = Y.Transaction["deleteSet"];

/** Letters of an item, by where in it they begin and end. */
export interface Part {
  item: Y.Item;
  from: number;
  to: number;
}

/** What is left of the items that a set names, in its order. */
export function* partsOf({ store }: Y.Doc, { clients }: Deletes): Generator<Part> {
  for (const [client, ranges] of clients) {
    const structs = store.clients.get(client) ?? [];
    for (const { clock, len } of ranges) {
      const end = Math.min(clock + len, Y.getState(store, client));
      for (let index = clock < end ? Y.findIndexSS(structs, clock) : structs.length; (structs[index]?.id.clock ?? end) < end; index++) {
        const item = structs[index]!;
        const [from, to] = [Math.max(0, clock - item.id.clock), Math.min(item.length, end - item.id.clock)];
        if (item instanceof Y.Item) yield { item, from, to };
      }
    }
  }
}

/** Whether a set, which is in order, has any of some letters. */
export function overlap({ clients }: Deletes, { client, clock, length }: Letters): boolean {
  const ranges = clients.get(client) ?? [];
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.clock + ranges[middle]!.len > clock) high = middle;
    else low = middle + 1;
  }
  return low < ranges.length && ranges[low]!.clock < clock + length;
}

/** A set without some letters. */
export function without({ clients }: Deletes, letters: Letters[]): Deletes {
  const taken = new LetterSet();
  for (const some of letters) taken.add(some);
  const left = Y.createDeleteSet();
  for (const [client, ranges] of clients) {
    const kept: { clock: number; len: number }[] = [];
    for (const { clock, len } of ranges) {
      for (const { letters, isIn } of parted({ client, clock, length: len }, taken)) {
        if (!isIn) kept.push({ clock: letters.clock, len: letters.length });
      }
    }
    if (kept.length > 0) left.clients.set(client, kept);
  }
  return left;
}

interface Range<Value> {
  from: number;
  to: number;
  value: Value;
}

/** What was noted of letters; of what is noted of one twice, the first. */
export class LetterMap<Value> {
  /** Of each client sorted, none within another, and one where two with the same value touch. */
  private readonly clients = new Map<number, Range<Value>[]>();

  note({ client, clock, length }: Letters, value: Value): void {
    const ranges = this.clients.get(client) ?? [];
    this.clients.set(client, ranges);
    const end = clock + length;
    for (let [from, index] = [clock, behind(ranges, clock)]; from < end; index++) {
      const next = ranges[index];
      const to = Math.min(end, Math.max(from, next?.from ?? end));
      if (from < to) index = put(ranges, index, { from, to, value });
      from = Math.max(to, ranges[index]?.to ?? to);
    }
  }

  get({ client, clock }: Y.ID): Value | undefined {
    const ranges = this.clients.get(client) ?? [];
    const range = ranges[behind(ranges, clock)];
    return range && range.from <= clock ? range.value : undefined;
  }

  has(id: Y.ID): boolean {
    return this.get(id) !== undefined;
  }

  /** Which of some letters something was noted of. */
  *within({ client, clock, length }: Letters): Generator<Letters & { value: Value }> {
    const ranges = this.clients.get(client) ?? [];
    for (let index = behind(ranges, clock); index < ranges.length && ranges[index]!.from < clock + length; index++) {
      const { from, to, value } = ranges[index]!;
      const start = Math.max(from, clock);
      yield { client, clock: start, length: Math.min(to, clock + length) - start, value };
    }
  }

  /** In how many ranges a client's letters are kept. */
  sizeOf(client: number): number {
    return this.clients.get(client)?.length ?? 0;
  }
}

/** Letters that were noted: whether one is among them. */
export class LetterSet extends LetterMap<true> {
  add(letters: Letters): void {
    this.note(letters, true);
  }
}

/** Letters by whether they are in a set, in their order. */
export function parted({ client, clock, length }: Letters, set: LetterSet): { letters: Letters; isIn: boolean }[] {
  const parts: { letters: Letters; isIn: boolean }[] = [];
  let from = clock;
  const add = (to: number, isIn: boolean): void => {
    if (to > from) parts.push({ letters: { client, clock: from, length: to - from }, isIn });
    from = to;
  };
  for (const part of set.within({ client, clock, length })) {
    add(part.clock, false);
    add(part.clock + part.length, true);
  }
  add(clock + length, false);
  return parts;
}

/** The first range that ends behind a clock. */
function behind(ranges: Range<unknown>[], clock: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.to > clock) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Puts a range before another, into which nothing of it reaches; answers where it is, or what it has become one with. */
function put<Value>(ranges: Range<Value>[], index: number, { from, to, value }: Range<Value>): number {
  const [before, next] = [ranges[index - 1], ranges[index]];
  const [joins, joined] = [before?.to === from && before.value === value, next?.from === to && next.value === value];
  if (joined) next!.from = joins ? before!.from : from;
  else if (joins) before!.to = to;
  else ranges.splice(index, 0, { from, to, value });
  if (joined && joins) ranges.splice(index - 1, 1);
  return joins ? index - 1 : index;
}

/** The same letters in as few pieces as can be, in their order. */
export function merged(letters: Letters[]): Letters[] {
  const all: Letters[] = [];
  for (const { client, clock, length } of letters) {
    const last = all.at(-1);
    if (last?.client === client && last.clock + last.length === clock) last.length += length;
    else all.push({ client, clock, length });
  }
  return all;
}

/** What stands for letters that are gone for good. */
export const GONE = "\0";

/** The text of letters, with `ATOM` for each element, and `GONE`; null where there are no such letters yet. */
export function textOf(doc: Y.Doc, { client, clock, length }: Letters): string | null {
  const structs = doc.store.clients.get(client);
  if (length === 0) return "";
  if (!structs || Y.getState(doc.store, client) < clock + length) return null;
  let text = "";
  for (let index = Y.findIndexSS(structs, clock); index < structs.length && structs[index]!.id.clock < clock + length; index++) {
    const item = structs[index]!;
    if (!(item instanceof Y.Item) || item.content instanceof Y.ContentDeleted) text += GONE;
    else if (item.content instanceof Y.ContentType) text += ATOM;
    else if (item.content instanceof Y.ContentString) {
      text += item.content.str.slice(Math.max(0, clock - item.id.clock), clock + length - item.id.clock);
    }
  }
  return text;
}

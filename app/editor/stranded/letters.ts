// Letters as Yjs counts them, by who wrote them and when.
import * as Y from "yjs";

/** Letters of one client, one after the other. */
export interface Letters {
  client: number;
  clock: number;
  length: number;
}

export const idOf = ({ id }: Y.Item, letter: number): Y.ID => Y.createID(id.client, id.clock + letter);
export const nameOf = ({ client, clock }: Y.ID): string => `${client}:${clock}`;

/** Letters that were noted: whether one is among them. */
export class LetterSet {
  private readonly clients = new Map<number, { from: number; to: number }[]>();

  add({ client, clock, length }: Letters): void {
    const ranges = this.clients.get(client) ?? [];
    const last = ranges.at(-1);
    if (last?.to === clock) last.to += length;
    else ranges.push({ from: clock, to: clock + length });
    this.clients.set(client, ranges);
  }

  has({ client, clock }: Y.ID): boolean {
    return this.clients.get(client)?.some(({ from, to }) => from <= clock && clock < to) ?? false;
  }
}

/** The text of letters as far as it is still here; null where there are no such letters yet. */
export function textOf(doc: Y.Doc, { client, clock, length }: Letters, also: (item: Y.Item) => boolean = () => true): string | null {
  const structs = doc.store.clients.get(client);
  if (length === 0) return "";
  if (!structs || Y.getState(doc.store, client) < clock + length) return null;
  let text = "";
  for (let index = Y.findIndexSS(structs, clock); index < structs.length && structs[index]!.id.clock < clock + length; index++) {
    const item = structs[index]!;
    if (!(item instanceof Y.Item) || !(item.content instanceof Y.ContentString) || !also(item)) continue;
    text += item.content.str.slice(Math.max(0, clock - item.id.clock), clock + length - item.id.clock);
  }
  return text;
}

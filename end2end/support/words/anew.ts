// Who wrote words anew. A Yjs element cannot be moved: who makes a line a list, parts, joins or moves it, writes its words again.
// Two who do so at the same time, neither having seen the other's, each write them, and both are there: the editor's known limit.
import * as Y from "yjs";
import { FRAGMENT } from "../../../app/editor/schema.ts";
import { count, lines } from "./oracle.ts";
import type { Writer } from "./writer.ts";

/** What of a word is nobody else's: each letter of a plan's word, all of a word that was there before. */
export const beginning = (word: string): string => (/[a-z]/.test(word) ? word : word[0]!);

interface Act {
  client: number;
  /** How far the client's writing went with it. */
  clock: number;
  words: Set<string>;
  /** What others did before, that its actor had seen; and what they did, one not having seen the other. */
  seen: Set<Act>;
  against: Set<Act>;
}

/** In which of the shared texts each word stands, or begins where its writer has not ended it. */
export function textsOf(writer: Writer, words: readonly string[]): Map<string, Y.XmlText> {
  const found = new Map<string, Y.XmlText>();
  const visit = (node: Y.XmlFragment | Y.XmlElement | Y.XmlText | Y.XmlHook): void => {
    if (node instanceof Y.XmlText) {
      const text = (node.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === "string" ? insert : " ")).join("");
      for (const word of words) if (text.includes(beginning(word))) found.set(word, node);
    } else if (node instanceof Y.XmlFragment) node.toArray().forEach(visit);
  };
  visit(writer.shared.getXmlFragment(FRAGMENT));
  return found;
}

export class Anew {
  private readonly acts: Act[] = [];
  private readonly copies = new Map<string, number>();

  /** Notes which words an act of somebody wrote anew: those that stand in another text than before, and those that were moved. */
  note(writer: Writer, before: ReadonlyMap<string, Y.XmlText>, moved: readonly string[]): void {
    const now = textsOf(writer, [...before.keys()]);
    const words = new Set([...moved, ...[...now.keys()].filter((word) => before.get(word) !== now.get(word))]);
    const { clientID, store } = writer.shared;
    const others = this.acts.filter(({ client }) => client !== clientID);
    const seen = new Set(others.filter((act) => Y.getState(store, act.client) >= act.clock));
    const against = new Set(others.filter((act) => !seen.has(act)));
    const act: Act = { client: clientID, clock: Y.getState(store, clientID), words, seen, against };
    const all = lines(writer.doc);
    // Where it is there twice already, each of them may be written anew.
    for (const word of words) if (this.addsTo(word, act)) this.copies.set(word, this.most(word) + Math.max(1, count(all, word)));
    for (const other of against) other.against.add(act);
    if (words.size > 0) this.acts.push(act);
  }

  /** How often a word may be there. */
  most(word: string): number {
    return this.copies.get(word) ?? 1;
  }

  /** Whether a word is there once more by an act: not where its actor only writes anew what they wrote against the same others. */
  private addsTo(word: string, act: Act): boolean {
    const about = (acts: ReadonlySet<Act>): Act[] => [...acts].filter(({ words }) => words.has(word));
    const against = about(act.against);
    const seen = about(act.seen);
    const own = this.acts.filter(({ client, words }) => client === act.client && words.has(word));
    const again = own.some((earlier) => seen.every((one) => earlier.seen.has(one)) && against.every((one) => earlier.against.has(one)));
    return against.length > 0 && !again;
  }
}

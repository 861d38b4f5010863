// What must hold once everybody is connected and quiet.
import type { Node } from "prosemirror-model";
import { TableMap } from "prosemirror-tables";

export type Kind = "lost" | "doubled" | "misplaced" | "returned" | "caret" | "status" | "diverged" | "ragged" | "error";

export interface Fault {
  kind: Kind;
  says: string;
}

/** The lines of a text. */
export function lines(doc: Node): string[] {
  const found: string[] = [];
  doc.descendants((node) => {
    if (node.isTextblock) found.push(node.textContent);
    return !node.isTextblock;
  });
  return found;
}

/** How often a word is in the text. */
export function count(all: readonly string[], word: string): number {
  return all.reduce((sum, line) => sum + line.split(word).length - 1, 0);
}

/** Whether what somebody wrote in upper case is there: each letter once, and each piece of it in one. */
export function sentenceFaults(all: readonly string[], pieces: readonly string[]): Fault[] {
  const letters = all.join("").replaceAll(/[^A-Z]/g, "");
  const wanted = pieces.join("").replaceAll(" ", "");
  const says = `"${pieces.join("|")}" in ${JSON.stringify(all)}`;
  if (letters.length < wanted.length) return [{ kind: "lost", says }];
  if (letters.length > wanted.length) return [{ kind: "doubled", says }];
  return pieces.every((piece) => count(all, piece) === count(pieces, piece)) ? [] : [{ kind: "misplaced", says }];
}

/** Whether words are there once each, and those that were taken out are gone. */
export function wordFaults(all: readonly string[], words: readonly string[], deleted: readonly string[]): Fault[] {
  return words.flatMap((word): Fault[] => {
    const found = count(all, word);
    const says = `"${word}" in ${JSON.stringify(all)}`;
    if (deleted.includes(word)) return found > 0 ? [{ kind: "returned", says }] : [];
    if (found > 1) return [{ kind: "doubled", says }];
    return found === 0 ? [{ kind: "lost", says }] : [];
  });
}

/** Those of some words that are in a text once, as they follow one another there. */
export function inOrder(all: readonly string[], words: readonly string[]): string[] {
  const text = all.join("\n");
  return words.filter((word) => count(all, word) === 1).sort((one, other) => text.indexOf(one) - text.indexOf(other));
}

/** Whether those of some words that are there follow one another so. */
export function orderFaults(all: readonly string[], words: readonly string[]): Fault[] {
  const [wanted, found] = [words.filter((word) => count(all, word) === 1), inOrder(all, words)];
  return wanted.join() === found.join() ? [] : [{ kind: "misplaced", says: `not ${wanted.join(" ")} in ${JSON.stringify(all)}` }];
}

/** Whether a sentence stands in a line with one of these words. */
export function placeFaults(all: readonly string[], sentence: string, words: readonly string[]): Fault[] {
  const line = all.find((line) => line.includes(sentence));
  if (line === undefined || words.length === 0 || words.some((word) => line.includes(word))) return [];
  return [{ kind: "misplaced", says: `"${sentence}" not beside ${words.join(" or ")} in ${JSON.stringify(all)}` }];
}

/** Whether all see the same text. */
export function sameFaults(docs: readonly { name: string; doc: Node }[]): Fault[] {
  const [first, ...rest] = docs;
  return rest
    .filter(({ doc }) => !doc.eq(first!.doc))
    .map(({ name, doc }) => ({ kind: "diverged" as const, says: `${first!.name}: ${first!.doc.toString()}; ${name}: ${doc.toString()}` }));
}

/** Whether every table is a rectangle, and the first of so many rows and columns. */
export function shapeFaults(doc: Node, size?: string): Fault[] {
  const tables: Node[] = [];
  doc.descendants((node) => {
    if (node.type.name === "table") tables.push(node);
    return node.type.name !== "table";
  });
  const ragged = tables.filter((table) => TableMap.get(table).problems).map((table) => table.toString());
  const [first] = tables.map((table) => TableMap.get(table)).map(({ height, width }) => `${height} × ${width}`);
  const wrong = size === undefined || first === size ? [] : [`${first}, not ${size}: ${tables[0]}`];
  return [...ragged, ...wrong].map((says) => ({ kind: "ragged", says }));
}

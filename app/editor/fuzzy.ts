// Fuzzy search in a short list.

/** What can be searched for. */
export interface Findable {
  name: string;
  /** Other words for it. */
  also?: string;
}

/** The better the higher; null where the letters do not occur in order. */
function score(text: string, query: string): number | null {
  const words = text.toLowerCase();
  if (words.startsWith(query)) return 100 - words.length / 100;
  const inside = words.indexOf(query);
  if (inside > 0) return (words[inside - 1] === " " ? 80 : 40) - words.length / 100;
  let sum = 0;
  let from = 0;
  for (const letter of query.replaceAll(" ", "")) {
    const at = words.indexOf(letter, from);
    if (at < 0) return null;
    const begins = at === 0 || words[at - 1] === " ";
    sum += begins ? 4 : at === from ? 2 : -1;
    from = at + 1;
  }
  return sum > 0 ? sum : null;
}

/** The entries that match, the best first; all of them, as they stand, for an empty query. */
export function fuzzy<Entry extends Findable>(entries: readonly Entry[], typed: string): Entry[] {
  const query = typed.trim().toLowerCase();
  if (query === "") return [...entries];
  return entries
    .map((entry, index) => {
      const name = score(entry.name, query);
      const also = entry.also ? score(entry.also, query) : null;
      return { entry, index, best: Math.max(name ?? -1, also === null ? -1 : also - 10) };
    })
    .filter(({ best }) => best > 0)
    .sort((a, b) => b.best - a.best || a.index - b.index)
    .map(({ entry }) => entry);
}

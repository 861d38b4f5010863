// Which pictures within a text this person put there in this browser, and no page has sent yet: so that their next page does, and
// nobody else's. Hashes only; signing out erases them with all else that the browser keeps.
import { sha256 } from "./hash.ts";

/** So many are remembered of one text, the newest. */
const MOST = 64;

const hashOf = (src: string): Promise<string> => sha256(new TextEncoder().encode(src));

export class Mine {
  private readonly name: string;

  /** `key` names document and member. */
  constructor(key: string) {
    this.name = `scriptkeep-pictures ${key}`;
  }

  /** This person has put it into the text. */
  async note(src: string): Promise<void> {
    const hash = await hashOf(src);
    this.write([...this.read().filter((other) => other !== hash), hash].slice(-MOST));
  }

  /** It was sent, or cannot be. */
  async drop(src: string): Promise<void> {
    const hash = await hashOf(src);
    this.write(this.read().filter((other) => other !== hash));
  }

  /** Those that this person put there. */
  async among(sources: string[]): Promise<string[]> {
    const mine = this.read();
    if (mine.length === 0) return [];
    const hashes = await Promise.all(sources.map(hashOf));
    return sources.filter((_, index) => mine.includes(hashes[index]!));
  }

  private read(): string[] {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(this.name) ?? "[]");
      return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
    } catch {
      // Without the browser's storage nothing is remembered, and such a picture stays within the text.
      return [];
    }
  }

  private write(hashes: string[]): void {
    try {
      if (hashes.length > 0) localStorage.setItem(this.name, JSON.stringify(hashes));
      else localStorage.removeItem(this.name);
    } catch {
      // As above.
    }
  }
}

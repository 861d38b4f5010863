// What the editor's tests stand on: a room of their own, pages in it, and the keys.
import type { BrowserContext, Locator, Page } from "@playwright/test";
import { expect, test as base } from "./test.ts";
import { Room } from "./room.ts";
import { heard } from "./writing.ts";

/** What a page of the room keeps for its tests. */
interface Told {
  status?: { safety: string; where: string; words: number; sending: number; unsaved: boolean; loaded: boolean; code: number };
  selection?: { marks: string[]; nodes: string[]; level: number; undo: boolean; redo: boolean };
  outline?: { id: string; level: number; number: string; text: string }[];
  here?: string;
  presence?: { client: number; id: string; name: string; tint: number; here: boolean }[];
  counts?: { words: number; reading: number; speaking: number; steps: number };
  failed?: { what: string; name: string };
}

/** The editor in a page. */
export class Sheet {
  readonly text: Locator;

  constructor(readonly page: Page) {
    this.text = page.locator(".ProseMirror");
  }

  /** What it told last. */
  told(): Promise<Told> {
    return this.page.evaluate(() => (window as unknown as { told: Told }).told);
  }

  /** Waits until it says that. */
  async says(name: keyof Told, holds: (value: never) => boolean): Promise<void> {
    await expect.poll(async () => holds((await this.told())[name] as never), { message: name }).toBe(true);
  }

  saved(): Promise<void> {
    return this.says("status", (status: { safety: string } | undefined) => status?.safety === "saved");
  }

  heard(): Promise<void> {
    return heard(this.page);
  }

  async command(name: string, args: Record<string, unknown> = {}): Promise<boolean> {
    await this.heard();
    const call = [name, JSON.stringify(args)] as const;
    return this.page.evaluate(([name, args]) => (window as unknown as { editor: { command(name: string, args: string): boolean } }).editor.command(name, args), call);
  }

  /** Takes back, or does again, all of one's own: what was typed in one breath is one step, or several where the machine is slow. */
  async all(which: "undo" | "redo"): Promise<void> {
    while (await this.command(which));
  }

  /** Writes at the caret, as somebody at a keyboard; a line feed is Enter. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Pastes what a program put on the clipboard. */
  async paste(data: Record<string, string>): Promise<void> {
    await this.heard();
    await this.text.evaluate((element, data) => {
      const clipboard = new DataTransfer();
      for (const [type, value] of Object.entries(data)) clipboard.setData(type, value);
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    }, data);
  }

  /** The words of the text, without the names of carets. */
  words(): Promise<string> {
    return this.text.evaluate((element) => {
      const copy = element.cloneNode(true) as HTMLElement;
      copy.querySelectorAll(".caret").forEach((caret) => caret.remove());
      return copy.textContent!;
    });
  }

  /** The text's HTML without what only this visit put there: ids and numbers. */
  async html(): Promise<string> {
    const html = await this.text.evaluate((element) => {
      const copy = element.cloneNode(true) as HTMLElement;
      copy.querySelectorAll(".caret, .ProseMirror-trailingBreak, .ProseMirror-separator, .callout-kind, .task-box, colgroup").forEach((part) => part.remove());
      for (const part of copy.querySelectorAll("*")) {
        for (const name of ["id", "dir", "data-number", "contenteditable", "rel", "draggable", "style", "data-hint"]) part.removeAttribute(name);
        if (part.classList.contains("is-empty")) part.removeAttribute("class");
        if (part.className === "ProseMirror-selectednode") part.removeAttribute("class");
      }
      return copy.innerHTML;
    });
    return html;
  }
}

interface Fixtures {
  room: Room;
  origin: string;
  /** Opens the editor; `query` such as `name=Ben&user=ben`. */
  sheet: (query?: string, context?: BrowserContext) => Promise<Sheet>;
}

export const test = base.extend<Fixtures>({
  room: async ({}, use) => {
    const room = new Room();
    await use(room);
    await room.close();
    expect(room.violations, "violations of the content policy").toEqual([]);
    expect(room.lost - room.wanted, "connections that pages gave up without a reason").toBeLessThanOrEqual(0);
  },
  origin: async ({ room }, use) => {
    await use(await room.open());
  },
  // The room answers on its own address, past the network of the product's tests.
  proxy: async ({}, use) => {
    await use(undefined);
  },
  sheet: async ({ origin, page, context }, use) => {
    let first = true;
    await use(async (query = "", other) => {
      const target = other ? await other.newPage() : first ? page : await context.newPage();
      if (!other) first = false;
      await target.goto(`${origin}/?${query}`);
      const sheet = new Sheet(target);
      await sheet.text.waitFor();
      if (!query.includes("readonly")) await sheet.text.click();
      return sheet;
    });
  },
});

export { expect };

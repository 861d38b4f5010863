// What a person does with a page, whichever browser it stands in: the same walk then goes through all of them.
import type { Page } from "@playwright/test";
import { expect } from "./test.ts";
import { heard } from "./writing.ts";

/** Where the pictures of a walk lie. */
export const SCREENS = "end2end/results/screens";

/** A person at a browser. Every act waits until it can be done; every look waits until it is so. */
export interface Hands {
  /** Opens a path of the product, and waits until the page answers clicks. */
  go(path: string): Promise<void>;
  /** Waits until the path fits; answers it. */
  at(path: RegExp): Promise<string>;
  /** Writes into the field with that label. */
  fill(label: string, words: string): Promise<void>;
  /** Chooses of a list, or one of a few. */
  choose(label: string, option: string): Promise<void>;
  press(role: "button" | "link", name: string): Promise<void>;
  /** Presses what a selector finds that holds these words, such as a summary that opens a menu. */
  pressAt(selector: string, words: string): Promise<void>;
  /** Types where the focus is; a line feed is Enter, a tab is Tab. */
  type(words: string): Promise<void>;
  /** Puts the caret behind the last word of the text. */
  toTheEnd(): Promise<void>;
  /** Pastes what a program put on the clipboard. */
  paste(data: Record<string, string>): Promise<void>;
  /** Waits until something the selector finds holds these words and is shown. */
  sees(selector: string, words: string): Promise<void>;
  /** Waits until something the selector finds holds these words, however small it is drawn. */
  finds(selector: string, words: string): Promise<void>;
  /** Waits until nothing the selector finds holds these words and is shown. */
  misses(selector: string, words?: string): Promise<void>;
  /** Runs an expression in the page; it may be a promise. */
  read<T>(expression: string): Promise<T>;
  picture(name: string): Promise<void>;
}

/** A page that answers clicks: one without scripts, or one whose browser's half is there. */
export const ALIVE = "html:not([data-icons]), html[data-hydrated]";

/** The text while it is written. */
export const TEXT = "[role=textbox][aria-label='Text of the script']";

/** Puts something on a clipboard and pastes it. Runs in the page. */
export const PASTE = (data: Record<string, string>): string => `(() => {
  const clipboard = new DataTransfer();
  for (const [type, value] of Object.entries(${JSON.stringify(data)})) clipboard.setData(type, value);
  const paste = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
  // Not every engine takes a clipboard with the event.
  Object.defineProperty(paste, "clipboardData", { value: clipboard });
  document.querySelector(${JSON.stringify(TEXT)}).dispatchEvent(paste);
})()`;

/** A page under Playwright, by mouse or by finger. */
export class PageHands implements Hands {
  constructor(
    readonly page: Page,
    private readonly touch: boolean,
  ) {}

  async go(path: string): Promise<void> {
    await this.page.goto(path);
    await this.page.locator(ALIVE).waitFor({ state: "attached" });
  }

  async at(path: RegExp): Promise<string> {
    await this.page.waitForURL((url) => path.test(url.pathname + url.search));
    await this.page.locator(ALIVE).waitFor({ state: "attached" });
    return new URL(this.page.url()).pathname;
  }

  async fill(label: string, words: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(words);
  }

  async choose(label: string, option: string): Promise<void> {
    const few = this.page.getByRole("group", { name: label, exact: true });
    const list = this.page.locator("select").and(this.page.getByLabel(label, { exact: true })).filter({ visible: true }).first();
    await few.or(list).first().waitFor();
    if (await few.count()) await few.getByRole("radio", { name: option }).check();
    else await list.selectOption({ label: option });
  }

  async press(role: "button" | "link", name: string): Promise<void> {
    const found = this.page.getByRole(role, { name, exact: true }).filter({ visible: true }).first();
    await (this.touch ? found.tap() : found.click());
  }

  async pressAt(selector: string, words: string): Promise<void> {
    const found = this.page.locator(selector).filter({ hasText: words }).first();
    await (this.touch ? found.tap() : found.click());
  }

  async type(words: string): Promise<void> {
    // A tab is a key, not a letter.
    for (const [index, part] of words.split("\t").entries()) {
      if (index > 0) await this.page.keyboard.press("Tab");
      await this.page.keyboard.type(part);
    }
  }

  async toTheEnd(): Promise<void> {
    const last = this.page.locator(`${TEXT} > :last-child`);
    await (this.touch ? last.tap() : last.click());
    await this.page.keyboard.press("Control+End");
    await expect.poll(() => last.evaluate((block) => block.contains(getSelection()!.focusNode)), { message: "the caret at the end" }).toBe(true);
    await heard(this.page);
  }

  async paste(data: Record<string, string>): Promise<void> {
    await this.page.evaluate(PASTE(data));
  }

  async sees(selector: string, words: string): Promise<void> {
    await expect(this.page.locator(selector).filter({ hasText: words, visible: true }).first()).toBeVisible();
  }

  async finds(selector: string, words: string): Promise<void> {
    await expect(this.page.locator(selector).filter({ hasText: words }).first()).toBeAttached();
  }

  async misses(selector: string, words = ""): Promise<void> {
    await expect(this.page.locator(selector).filter({ hasText: words, visible: true })).toHaveCount(0);
  }

  read<T>(expression: string): Promise<T> {
    return this.page.evaluate(expression);
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: `${SCREENS}/${name}.png` });
  }
}

// Writing on a record's page.
import { expect, type JSHandle, type Locator, type Page } from "@playwright/test";

/** The text while it is written. */
export const text = (page: Page): Locator => page.getByRole("textbox", { name: "Text of the script" });
/** What the head says of the words' safety. */
export const save = (page: Page): Locator => page.locator(".head .save");

/** Waits until an editor has heard where the caret is: the browser says so in a task of its own, after the key or the click. */
export async function heard(page: Page): Promise<void> {
  await page.evaluate(() => new Promise<void>((done) => setTimeout(done)));
}

/** Does with the selection what the browser does for a key, up to the task in which it tells of it; the answer lets it tell. */
export function untold(page: Page, ...what: ["move" | "extend", "forward" | "backward", "word" | "documentboundary"]): Promise<JSHandle<() => void>> {
  return page.evaluateHandle((what) => {
    const hold = (event: Event): void => event.stopImmediatePropagation();
    addEventListener("selectionchange", hold, true);
    getSelection()!.modify(...what);
    return () => removeEventListener("selectionchange", hold, true);
  }, what);
}

/** Waits until the page has drawn what it was told, and what followed from that. */
export function frames(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let left = 3; left > 0; left--) await new Promise(requestAnimationFrame);
  });
}

/** Pastes what a program put on the clipboard, where the caret is. */
export async function pasteHtml(page: Page, html: string): Promise<void> {
  await heard(page);
  await text(page).evaluate((element, html) => {
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", html);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, html);
}

/** Goes to writing and waits for the text. */
export async function write(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Write" }).click();
  await text(page).click();
}

/** Writes, and waits until the server has it. */
export async function type(page: Page, words: string): Promise<void> {
  await page.keyboard.type(words);
  await expect(save(page)).toHaveText("Saved");
}

/** Leaves the network, and waits until the page knows: what is typed before may still reach the server. */
export async function leaveNetwork(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await expect(save(page)).toHaveText("No connection");
}

/** To be called before the page is opened, and awaited after: that the record's room has greeted the page. */
export function greeted(page: Page): Promise<void> {
  return new Promise((well) => page.on("websocket", (socket) => socket.on("framereceived", () => well())));
}

/** How many pages' words the device keeps. */
export async function keptRows(page: Page): Promise<number> {
  return (await keptOf(page)).length;
}

/** Whose words the device keeps: of which document, which account and which of their pages. */
export function keptOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const known = await indexedDB.databases();
    if (!known.some(({ name }) => name === "scriptkeep-editor")) return [];
    return new Promise<string[]>((found, failed) => {
      const open = indexedDB.open("scriptkeep-editor");
      open.onerror = () => failed(open.error);
      open.onsuccess = () => {
        const names = open.result.transaction("unsent").objectStore("unsent").getAllKeys();
        names.onsuccess = () => {
          found(names.result.map(String));
          open.result.close();
        };
      };
    });
  });
}

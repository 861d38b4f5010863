// Words that only this device has, left behind by a page that is gone.
import { readFile } from "node:fs/promises";
import { expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { open } from "./test.ts";
import { keptOf, keptRows, leaveNetwork, save, write } from "./writing.ts";

/** What browsers complain about while there is no network. */
export const LOST = /ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/;

/** What the page that is read says of them. */
export const notice = (page: Page): Locator => page.getByText("Words you wrote here are only on this device.");

/** Writes without a connection, until the device has it; then the page is gone without its goodbye, as by a crash. The last
 * of the words is a single letter: once it is counted, no letter is missing. Answers what the device calls them. */
export async function leaveWordsBehind(page: Page, path: string, words: string): Promise<string[]> {
  await open(page, path);
  await write(page);
  await leaveNetwork(page);
  await page.keyboard.type(words);
  await expect(page.getByText(`${words.split(" ").length} words are on this device`)).toBeVisible();
  await expect(save(page)).toHaveText("On this device");
  const kept = await keptOf(page);
  expect(kept).toHaveLength(1);
  await page.close({ runBeforeUnload: false });
  return kept;
}

/** The same in two pages of one browser, which knew nothing of each other; the network is back afterwards. */
export async function leaveInTwoPages(context: BrowserContext, path: string, [one, other]: [string, string]): Promise<void> {
  const pages = [await context.newPage(), await context.newPage()] as const;
  for (const page of pages) {
    await open(page, path);
    await write(page);
    await page.keyboard.press("Control+End");
  }
  await context.setOffline(true);
  for (const [index, words] of [one, other].entries()) {
    const page = pages[index]!;
    await page.bringToFront();
    await expect(save(page)).toHaveText("No connection");
    await page.keyboard.type(words);
    await expect(page.getByText(`${words.trim().split(" ").length} words are on this device`)).toBeVisible();
  }
  expect(await keptRows(pages[0])).toBe(2);
  for (const page of pages) await page.close({ runBeforeUnload: false });
  await context.setOffline(false);
}

/** Presses "Save a copy"; answers the name of the file and what stands in it. */
export async function savedCopy(page: Page): Promise<{ name: string; html: string }> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save a copy" }).click();
  const file = await coming;
  return { name: file.suggestedFilename(), html: await readFile(await file.path(), "utf8") };
}

// What is counted in a text: the same for who reads and who writes, and said at the pace that somebody chose.
import { faultsOf } from "./support/axe.ts";
import type { Page } from "@playwright/test";
import { expect, open, test } from "./support/test.ts";
import { text, type, write } from "./support/writing.ts";

/** `["Words 312", …]`, once the editor has told its own where it is written. */
const told = (page: Page): Promise<string[]> => page.locator(".counts > span").allInnerTexts();

test("detail_17 words, reading and speaking time are the same for who reads and who writes", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Counted", "relaxation");
  await open(page, owner.at(`/records/${record}`));
  const words = async (): Promise<number> => Number(/[\d,]+/.exec((await told(page))[0]!)![0].replace(",", ""));
  const [read, before] = [await told(page), await words()];
  expect(read.map((line) => line.split(/\s/)[0])).toEqual(["Words", "Reading", "Speaking"]);
  await write(page);
  expect(await told(page)).toEqual(read);
  await page.keyboard.press("Control+End");
  await type(page, " A twenty-one-word tail, and 3.5 °C—or 漢字.");
  await expect.poll(words).toBe(before + 9);
  const written = await told(page);
  await page.getByRole("button", { name: "Read" }).click();
  await expect(text(page)).toHaveCount(0);
  await expect.poll(() => told(page)).toEqual(written);
});

test("detail_17 the pace is chosen by keyboard, holds for reading and writing and for the next visit, and what nobody speaks at changes nothing", async ({ page, context, owner }) => {
  const record = await owner.makeRecord(page.request, "At my pace");
  const path = owner.at(`/records/${record}`);
  await open(page, path);
  await write(page);
  await page.keyboard.press("Control+A");
  await type(page, "word ".repeat(220));
  const speaking = (on: Page) => on.locator(".counts > span").filter({ hasText: "Speaking" });
  const pace = page.getByRole("spinbutton", { name: "Pace, words a minute" });
  await expect(pace).toHaveValue("110");
  await expect(speaking(page)).toHaveText(/2 min/);
  await pace.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("55");
  await expect(speaking(page)).toHaveText(/4 min/);
  await page.keyboard.press("ArrowUp");
  await expect(pace).toHaveValue("60");
  for (const wrong of ["20", "301", ""]) {
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.type(wrong);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("alert")).toHaveText("40 to 300 words a minute. The times stand at 60.");
    await expect(pace).toHaveAttribute("aria-invalid", "true");
    await expect(speaking(page)).toHaveText(/4 min/);
    await pace.focus();
  }
  expect(await faultsOf(page)).toEqual([]);
  await page.keyboard.type("44");
  await expect(speaking(page)).toHaveText(/5 min/);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.getByRole("button", { name: "Read" }).click();
  // The outline comes with the text that was written.
  await expect(page.locator(".reading .doc")).toContainText("word");
  await expect(speaking(page)).toHaveText(/5 min/);
  await pace.fill("220");
  await expect(speaking(page)).toHaveText(/1 min/);
  // Another visit on the same device begins with it, whatever it opens.
  const other = await owner.makeRecord(page.request, "Another one");
  const next = await context.newPage();
  await open(next, owner.at(`/records/${other}`));
  await expect(next.getByLabel("Pace, words a minute")).toHaveValue("220");
  await open(next, path);
  await expect(speaking(next)).toHaveText(/1 min/);
  await write(next);
  await expect(speaking(next)).toHaveText(/1 min/);
});

test("detail_17 a pace that was kept wrongly is none, and on a phone the field is big enough for a thumb", async ({ browser, baseURL, network, page, owner, complaints }) => {
  const record = await owner.makeRecord(page.request, "By thumb");
  const context = await browser.newContext({ baseURL, proxy: network.proxy, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, storageState: await page.context().storageState() });
  complaints.listenTo(context);
  const phone = await context.newPage();
  await open(phone, owner.at());
  await phone.evaluate(() => localStorage.setItem("scriptkeep-pace", "4000"));
  await open(phone, owner.at(`/records/${record}`));
  await phone.getByRole("button", { name: "Outline" }).tap();
  const pace = phone.getByLabel("Pace, words a minute");
  await expect(pace).toHaveValue("110");
  const box = (await pace.boundingBox())!;
  expect(box.height).toBeGreaterThanOrEqual(44);
  await phone.screenshot({ path: "end2end/results/screens/pace-390.png" });
  // The outline lies over the button that opened it.
  await phone.getByRole("button", { name: "Close the outline" }).tap();
  await expect(pace).toBeHidden();
  await phone.getByRole("button", { name: "Outline" }).tap();
  await expect(pace).toBeVisible();
  await phone.keyboard.press("Escape");
  await expect(pace).toBeHidden();
  await context.close();
});

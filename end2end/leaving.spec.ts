// Leaving a text while words of it are not on the server: by a link, by Back, to read it. The browser asks by itself only when
// the whole page goes (editor-safety.spec.ts); here the page stays and the text goes.
import type { Dialog, Locator, Page } from "@playwright/test";
import { done } from "./support/people.ts";
import { expect, open, test } from "./support/test.ts";
import { keptRows, leaveNetwork, save, text, type, write } from "./support/writing.ts";

const LOST = /ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/;

/** What was asked, in order. */
interface Asked {
  questions: string[];
  /** What is answered from now on. */
  go: boolean;
}

/** Answers each question of the page. */
function asked(page: Page): Asked {
  const asked: Asked = { questions: [], go: false };
  page.on("dialog", async (dialog: Dialog) => {
    asked.questions.push(dialog.message());
    await (asked.go ? dialog.accept() : dialog.dismiss());
  });
  return asked;
}

/** The browser's storage refuses: as in a private window, or on a device that is full. */
async function keepsNothing(page: Page): Promise<void> {
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
}

const records = (page: Page): Locator => page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Records", exact: true });

test("detail_24 words that are nowhere but on the page: a link, Back and Read ask before they are left, and whoever stays has them", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Nowhere else");
  await keepsNothing(page);
  await open(page, owner.at());
  await page.getByRole("link", { name: "Nowhere else" }).click();
  const path = owner.at(`/records/${record}`);
  await expect(page).toHaveURL(path);
  await write(page);
  await type(page, "Before.");
  await leaveNetwork(page);
  await page.keyboard.type(" Only here.");
  await expect(save(page)).toHaveText("Not saved");
  const told = asked(page);
  for (const [index, leave] of [() => records(page).click(), () => page.goBack(), () => page.getByRole("button", { name: "Read" }).click()].entries()) {
    await leave();
    await expect.poll(() => told.questions.length).toBe(index + 1);
    expect(told.questions[index]).toMatch(/^Leave this text\? Your last changes are not saved, and are lost if you leave\./);
    await expect(page).toHaveURL(path);
    await expect(text(page)).toHaveText("Before. Only here.");
  }
  // What stays on the page, or opens elsewhere, leaves nothing.
  await page.getByRole("link", { name: "Close" }).or(page.getByRole("link", { name: "About this record" })).filter({ visible: true }).first().click();
  expect(told.questions).toHaveLength(3);
  // Back still leads where it led, and once is enough.
  told.go = true;
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Records" })).toBeVisible();
  expect(told.questions).toHaveLength(4);
  // The page has them as long as it is there, asks who would close it, and hands them over when it can.
  told.go = false;
  await page.evaluate(() => void (location.search = "?elsewhere"));
  await expect.poll(() => told.questions.length).toBe(5);
  await context.setOffline(false);
  const there = async (): Promise<string> => (await done<{ html: string }>(page.request, "record.read", { workspace: owner.workspace, record })).html;
  await expect.poll(there).toContain("Before. Only here.");
  // Then there is nothing to ask any more, as soon as the page has heard that the server has them.
  const asks = (): Promise<boolean> => page.evaluate(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
  await expect.poll(asks).toBe(false);
  await open(page, path);
  await expect(page.locator(".reading .doc")).toHaveText("Before. Only here.");
  expect(told.questions).toHaveLength(5);
});

test("detail_24 who pressed Back or Forward and stays is where they were in the history, with the whole address and all that lies before and behind", async ({ page, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "In between");
  await keepsNothing(page);
  await open(page, owner.at());
  await page.getByRole("link", { name: "In between" }).click();
  await expect(page).toHaveURL(owner.at(`/records/${record}`));
  // What lies behind: a place on the page, another page, and one more.
  const members = page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Members" });
  await members.click();
  await expect(page).toHaveURL(owner.at("/people"));
  await records(page).click();
  await expect(page).toHaveURL(owner.at());
  await page.goBack();
  await page.goBack();
  const path = owner.at(`/records/${record}?from=list#about`);
  await page.evaluate((path) => history.replaceState(history.state, "", path), path);
  await write(page);
  await type(page, "Before.");
  await leaveNetwork(page);
  await page.keyboard.type(" Only here.");
  await expect(save(page)).toHaveText("Not saved");
  const told = asked(page);
  const entries = await page.evaluate(() => history.length);
  const steps = [-1, 1, 2, -1];
  for (const [index, step] of steps.entries()) {
    await page.evaluate((step) => history.go(step), step);
    await expect.poll(() => told.questions.length).toBe(index + 1);
    await expect(page).toHaveURL(path);
    await expect(text(page)).toHaveText("Before. Only here.");
  }
  expect(await page.evaluate(() => history.length)).toBe(entries);
  // Forward leads where it led, and so does Back from there.
  told.go = true;
  await page.goForward();
  await expect(page).toHaveURL(owner.at("/people"));
  await expect(text(page)).toHaveCount(0);
  expect(told.questions).toHaveLength(steps.length + 1);
  await page.goForward();
  await expect(page).toHaveURL(owner.at());
  for (const address of [owner.at("/people"), path, owner.at()]) {
    await page.goBack();
    await expect(page).toHaveURL(address);
  }
  expect(told.questions).toHaveLength(steps.length + 1);
});

for (const names of [true, false]) {
  test(`detail_24 a second press on Back while the first is asked about leads no further; ${names ? "entries of the history have names" : "they have none"}`, async ({ page, owner, complaints }) => {
    complaints.expect(LOST);
    const record = await owner.makeRecord(page.request, "Twice");
    await keepsNothing(page);
    if (!names) await page.addInitScript(() => Object.defineProperty(window, "navigation", { value: undefined }));
    await open(page, owner.at("/people"));
    await records(page).click();
    await expect(page).toHaveURL(owner.at());
    await page.getByRole("link", { name: "Twice" }).click();
    const path = owner.at(`/records/${record}`);
    await expect(page).toHaveURL(path);
    await write(page);
    await type(page, "Before.");
    await leaveNetwork(page);
    await page.keyboard.type(" Only here.");
    await expect(save(page)).toHaveText("Not saved");
    const entries = await page.evaluate(() => {
      const own = window as unknown as { asked: number; go: boolean };
      [own.asked, own.go] = [0, false];
      window.confirm = () => {
        own.asked += 1;
        if (own.asked === 1) history.back();
        return own.go;
      };
      return history.length;
    });
    await page.evaluate(() => history.back());
    const asked = (): Promise<number> => page.evaluate(() => (window as unknown as { asked: number }).asked);
    await expect.poll(asked).toBeGreaterThanOrEqual(1);
    await expect(page).toHaveURL(path);
    await expect(text(page)).toHaveText("Before. Only here.");
    if (names) {
      expect(await asked()).toBe(1);
      expect(await page.evaluate(() => history.length)).toBe(entries);
    }
    // The next one is asked about again, and leads where it led.
    const before = await asked();
    await page.evaluate(() => void ((window as unknown as { go: boolean }).go = true));
    await page.goBack();
    await expect(text(page)).toHaveCount(0);
    expect(await asked()).toBe(before + 1);
    if (names) await expect(page).toHaveURL(owner.at());
  });
}

test("detail_24 a copy is saved by its button, under the script's name, with every word", async ({ page, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Cold chain");
  await keepsNothing(page);
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "On the server.");
  await leaveNetwork(page);
  await page.keyboard.press("Enter");
  await page.keyboard.type("Nowhere else <b> & so.");
  await expect(save(page)).toHaveText("Not saved");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save a copy" }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/^Cold chain, recovered \d{4}-\d\d-\d\d \d\d\.\d\d\.html$/);
  const html = Buffer.concat(await (await file.createReadStream()).toArray()).toString();
  expect(html).toContain("<title>Cold chain</title>");
  expect(html).toContain("On the server.");
  expect(html).toContain("Nowhere else &lt;b&gt; &amp; so.");
});

test("detail_24 words that only this device has: who leaves is told how many, and they go out when the text is written again", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "On this device");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Before.");
  await leaveNetwork(page);
  await page.keyboard.type(" Three words more.");
  await expect(page.getByText("3 words are on this device")).toBeVisible();
  const told = asked(page);
  await records(page).click();
  await expect.poll(() => told.questions).toEqual(["Leave this text? 3 words are on this device only, and will go out when you write here again with a connection."]);
  await expect(text(page)).toHaveText("Before. Three words more.");
  told.go = true;
  await records(page).click();
  await expect(page).toHaveURL(owner.at());
  await context.setOffline(false);
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await expect(text(page)).toHaveText("Before. Three words more.");
  await expect(save(page)).toHaveText("Saved");
  await expect.poll(() => keptRows(page)).toBe(0);
});

test("detail_24 nobody is asked where the server has everything, nor while it is on its way there", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "All there");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Saved. ");
  const told = asked(page);
  await page.getByRole("button", { name: "Read" }).click();
  await expect(page.locator(".reading .doc")).toContainText("Saved.");
  await write(page);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("Last words");
  await records(page).click();
  await expect(page).toHaveURL(owner.at());
  await page.goBack();
  await write(page);
  await expect(text(page)).toHaveText("Saved. Last words");
  expect(told.questions).toEqual([]);
});

// Words written without a connection in a paragraph that somebody else makes something else of: with the product's own server, whose
// answer to who comes back decides what their page learns of it. Every act and every way: editor-words.spec.ts.
import type { Page } from "@playwright/test";
import { memberOf, type Person } from "./support/people.ts";
import { expect, open, test } from "./support/test.ts";
import { heard, keptRows, leaveNetwork, save, text, type, write } from "./support/writing.ts";

const LOST = /ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/;

/** Ilse's text: three lines, of which Bea's is the second. */
async function begin(page: Page, other: Page, owner: Person, bea: Person): Promise<string> {
  const path = owner.at(`/records/${await owner.makeRecord(page.request, "Shared")}`);
  await bea.signIn(other.request);
  await open(page, path);
  await write(page);
  for (const [index, line] of ["First line.", "Second line.", "Third line."].entries()) {
    if (index > 0) await page.keyboard.press("Enter");
    await page.keyboard.type(line);
  }
  await expect(save(page)).toHaveText("Saved");
  await open(other, path);
  await write(other);
  await expect(text(other)).toContainText("Third line.");
  return path;
}

/** Puts the caret at the end of the second line. */
async function toSecond(page: Page): Promise<void> {
  await text(page).getByText("Second line.").click();
  await page.keyboard.press("End");
  await heard(page);
}

const ACTS: { name: string; does: (page: Page) => Promise<void>; becomes: string }[] = [
  { name: "a list", does: (page) => page.getByRole("button", { name: "Bulleted list" }).click(), becomes: "ul li p" },
  {
    name: "part of the line before",
    does: async (page) => {
      await page.keyboard.press("Home");
      await heard(page);
      await page.keyboard.press("Backspace");
    },
    becomes: "p",
  },
  {
    name: "nothing, by who wrote it",
    does: async (page) => {
      for (let left = 2; left > 0; left--) await page.keyboard.press("Control+z");
    },
    becomes: "p",
  },
];

for (const { name, does, becomes } of ACTS) {
  test(`detail_24 what was written without a connection in a line that became ${name} is there`, async ({ page, owner, another, complaints }) => {
    complaints.expect(LOST);
    const bea = await memberOf(owner, page.request, "Bea Lindholm");
    const other = await another();
    await begin(page, other, owner, bea);
    await toSecond(other);
    await leaveNetwork(other);
    await other.keyboard.type(" Hers alone.");
    await expect(save(other)).toHaveText("On this device");
    await toSecond(page);
    await does(page);
    await expect(text(page).locator(becomes).first()).toBeVisible();
    await expect(save(page)).toHaveText("Saved");
    await other.context().setOffline(false);
    for (const side of [page, other]) await expect(text(side).locator(becomes).filter({ hasText: "Hers alone." })).toHaveCount(1);
    for (const side of [page, other]) await expect(save(side)).toHaveText("Saved");
    await type(other, " Still here.");
    await expect(text(page)).toContainText("Hers alone. Still here.");
    expect((await text(page).innerText()).match(/Hers alone/g)).toHaveLength(1);
  });
}

test("detail_24 a page that was closed without a connection brings its words to where their line went", async ({ page, owner, another, complaints }) => {
  complaints.expect(LOST);
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const other = await another();
  const path = await begin(page, other, owner, bea);
  await toSecond(other);
  await leaveNetwork(other);
  await other.keyboard.type(" Hers alone.");
  await expect(save(other)).toHaveText("On this device");
  await expect.poll(() => keptRows(other)).toBe(1);
  const context = other.context();
  await other.close({ runBeforeUnload: false });
  await toSecond(page);
  await page.getByRole("button", { name: "Bulleted list" }).click();
  await expect(save(page)).toHaveText("Saved");
  await context.setOffline(false);
  const again = await context.newPage();
  await open(again, path);
  await write(again);
  for (const side of [page, again]) await expect(text(side).locator("ul li").filter({ hasText: "Second line. Hers alone." })).toHaveCount(1);
  for (const side of [page, again]) await expect(save(side)).toHaveText("Saved");
  expect((await text(page).innerText()).match(/Hers alone/g)).toHaveLength(1);
  await expect.poll(() => keptRows(again)).toBe(0);
});

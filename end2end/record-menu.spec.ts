// What can be done with a record as a whole, by mouse or finger and by keyboard alone, on a desk and on a phone.
import type { Locator, Page } from "@playwright/test";
import { faultsOf } from "./support/axe.ts";
import { stopAt } from "./support/keys.ts";
import { done } from "./support/people.ts";
import { alive, expect, open, test } from "./support/test.ts";

/** How somebody acts on a page. */
interface Way {
  press(what: Locator): Promise<void>;
  write(field: Locator, words: string): Promise<void>;
}

const byKeyboard = (page: Page): Way => ({
  async press(what) {
    await stopAt(page, what);
    await page.keyboard.press("Enter");
  },
  async write(field, words) {
    await stopAt(page, field);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(words);
  },
});

const byPointer = (touch: boolean): Way => ({
  press: (what) => (touch ? what.tap() : what.click()),
  write: (field, words) => field.fill(words),
});

for (const width of [1280, 390]) {
  for (const keyboard of [false, true]) {
    test(`rename, duplicate, archive, trash and restore at ${width} ${keyboard ? "by keyboard alone" : width === 390 ? "by finger" : "by mouse"}`, async ({ browser, baseURL, network, page: desk, owner, complaints }) => {
      const record = await owner.makeRecord(desk.request, "Cleaning the dock");
      const hasTouch = width === 390 && !keyboard;
      const context = await browser.newContext({ baseURL, proxy: network.proxy, viewport: { width, height: 844 }, hasTouch, isMobile: hasTouch, storageState: await desk.context().storageState() });
      complaints.listenTo(context);
      const page = await context.newPage();
      const way = keyboard ? byKeyboard(page) : byPointer(hasTouch);
      const first = owner.at(`/records/${record}`);
      await open(page, first);

      // Rename: on a phone the record's own panel has to be opened first.
      if (width === 390) await way.press(page.getByRole("link", { name: "About", exact: true }));
      await way.write(page.getByRole("textbox", { name: "Title" }), "Cleaning dock 2");
      await way.press(page.getByRole("button", { name: "Save title" }));
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Cleaning dock 2");
      if (width === 390) {
        await way.press(page.getByRole("complementary", { name: "About this record" }).getByRole("link", { name: "Close" }));
        await expect(page.getByRole("textbox", { name: "Title" })).toBeHidden();
      }

      const summary = page.locator("summary").filter({ hasText: "what can be done with this record" });
      const act = async (name: string): Promise<void> => {
        await way.press(summary);
        await expect(page.getByRole("button", { name, exact: true })).toBeInViewport({ ratio: 1 });
        await way.press(page.getByRole("button", { name, exact: true }));
      };
      await act("Duplicate");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Cleaning dock 2, copy");
      await expect(page).not.toHaveURL(first);
      await alive(page);
      await act("Archive");
      await expect(page.getByText("This record is in the archive.")).toBeVisible();
      // What was pressed is gone: the same press again would do something else.
      await expect(page.locator("details[data-menu][open]")).toHaveCount(0);
      await expect(summary).toBeFocused();
      // The menu of what is archived offers the way back, and no second archive.
      await way.press(summary);
      await expect(page.getByRole("button", { name: "Archive", exact: true })).toHaveCount(0);
      expect(await faultsOf(page)).toEqual([]);
      await page.screenshot({ path: `end2end/results/screens/record-menu-${width}${keyboard ? "-keys" : ""}.png` });
      await page.keyboard.press("Escape");
      await act("Get back from the archive");
      await expect(page.getByText("This record is in the archive.")).toHaveCount(0);
      await act("Put into the trash");
      await expect(page.getByText("This record is in the trash.")).toBeVisible();
      // What is in the trash is read, and not changed.
      await expect(page.getByRole("button", { name: "Write" })).toHaveCount(0);
      await way.press(summary);
      for (const gone of ["Duplicate", "Archive", "Put into the trash"]) await expect(page.getByRole("button", { name: gone, exact: true })).toHaveCount(0);
      await page.keyboard.press("Escape");
      await act("Restore");
      await expect(page.getByText("This record is in the trash.")).toHaveCount(0);

      await open(page, owner.at());
      await expect(page.getByRole("listitem").filter({ hasText: /Cleaning dock 2/ })).toHaveCount(2);
      await context.close();
    });
  }
}

test("without scripts, what the menu's act was refused for is seen: the menu is open, and no other is", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 409/);
  const record = await owner.makeRecord(page.request, "Cold chain");
  const mine = await another({ javaScriptEnabled: false });
  await owner.signIn(mine.request);
  await mine.goto(owner.at(`/records/${record}`));
  await done(page.request, "record.rename", { workspace: owner.workspace, record, title: "Cold chain, again", revision: 1 });
  const menu = mine.locator("details", { has: mine.locator("summary", { hasText: "what can be done with this record" }) });
  await menu.locator("summary").click();
  await menu.getByRole("button", { name: "Bring into use" }).click();
  await expect(menu.getByRole("alert")).toContainText("This changed while you were working on it.");
  await expect(mine.locator("details[open]")).toHaveCount(1);
});

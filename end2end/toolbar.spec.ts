// What the toolbar asks for and puts in, by keyboard on a desk and by finger on a phone; and what it does to a table.
import { faultsOf } from "./support/axe.ts";
import { expect, open, test } from "./support/test.ts";
import { heard, save, text, write } from "./support/writing.ts";

test("a link, a clause and a fact, by keyboard", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Put in");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await page.keyboard.type("Read this");
  await page.keyboard.press("Control+Shift+ArrowLeft");
  // The editor has heard what is selected.
  await expect(page.getByRole("toolbar", { name: "Selection" })).toBeVisible();
  await page.getByRole("button", { name: "Link", exact: true }).focus();
  await page.keyboard.press("Enter");
  const address = page.getByLabel("Address", { exact: true });
  await expect(address).toBeFocused();
  await page.keyboard.type("javascript:alert(1)");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("No address that leads anywhere");
  await expect(address).toHaveAttribute("aria-invalid", "true");
  await address.fill("https://example.org/dock");
  await page.screenshot({ path: "end2end/results/screens/toolbar-link.png" });
  expect(await faultsOf(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(text(page).locator("a[href='https://example.org/dock']")).toHaveText("this");
  await expect(text(page)).toBeFocused();

  // The same button changes a link, and takes it away.
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await expect(address).toHaveValue("https://example.org/dock");
  await expect(address).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(text(page)).toBeFocused();
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await page.getByRole("button", { name: "Take the link away" }).click();
  await expect(text(page).locator("a")).toHaveCount(0);

  await page.keyboard.press("Control+End");
  await page.getByRole("button", { name: "Cite a clause" }).click();
  await page.getByLabel("Regulation or standard").fill("21 CFR");
  await page.getByLabel("Clause", { exact: true }).fill("211.142(b)");
  await page.keyboard.press("Enter");
  await expect(text(page).locator(".clause")).toContainText("21 CFR 211.142(b)");
  await page.getByRole("button", { name: "Insert a fact" }).click();
  await page.getByRole("button", { name: "Put it in" }).click();
  await expect(page.getByRole("alert")).toContainText("Name the fact");
  await page.getByLabel("Name of the fact").fill("Dock to cold");
  await page.keyboard.press("Enter");
  await expect(text(page).locator(".fact")).toHaveText("Dock to cold");
  await expect(save(page)).toHaveText("Saved");
  await page.getByRole("button", { name: "Read" }).click();
  await expect(page.locator(".reading .doc .clause")).toContainText("21 CFR 211.142(b)");
  await expect(page.locator(".reading .doc .fact")).toHaveText("Dock to cold");
});

test("rows and columns come and go by the toolbar, and the line after a table is there", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Rows");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await page.getByRole("button", { name: "Table", exact: true }).click();
  const rows = text(page).locator("tr");
  const heads = text(page).locator("th");
  await expect(rows).toHaveCount(3);
  const acts = page.getByRole("combobox", { name: "Table" });
  for (const [act, count, columns] of [["Row below", 4, 3], ["Column after", 4, 4], ["Delete this row", 3, 4], ["Delete this column", 3, 3]] as const) {
    await text(page).locator("td").first().click();
    await heard(page);
    await acts.selectOption(act);
    await expect(rows).toHaveCount(count);
    await expect(rows.first().locator("th, td")).toHaveCount(columns);
    await expect(acts).toHaveValue("");
  }
  await expect(heads).toHaveCount(3);
  await acts.selectOption("Header column");
  await expect(text(page).locator("tr:last-child th")).toHaveCount(1);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("After it.");
  await expect(text(page).locator("> p").last()).toHaveText("After it.");
  await text(page).locator("td").first().click();
  await heard(page);
  await acts.selectOption("Delete the table");
  await expect(rows).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Table", exact: true })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`on a phone, ${colorScheme}`, () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme });

    test("what is asked for stands above the docked toolbar, and goes in", async ({ page, owner }) => {
      const record = await owner.makeRecord(page.request, "By thumb");
      await open(page, owner.at(`/records/${record}`));
      await page.getByRole("button", { name: "Write" }).tap();
      await text(page).tap();
      await page.keyboard.type("Kept cold: ");
      const dock = page.getByRole("toolbar", { name: "Formatting" }).filter({ visible: true });
      await dock.getByRole("button", { name: "Insert a fact" }).tap();
      const name = page.getByLabel("Name of the fact");
      await name.fill("dock to cold");
      const gap = () => dock.evaluate((docked) => Math.abs(document.querySelector(".ed-ask")!.getBoundingClientRect().bottom - docked.getBoundingClientRect().top));
      await expect.poll(gap).toBeLessThan(2);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await page.screenshot({ path: `end2end/results/screens/toolbar-phone-${colorScheme}.png` });
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole("button", { name: "Put it in" }).tap();
      await expect(text(page).locator(".fact")).toHaveText("dock to cold");
      await expect(save(page)).toHaveText("Saved");
    });
  });
}

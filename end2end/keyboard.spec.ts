// The product without a pointer: every stop is visible, and everything can be reached and done.
import type { Page } from "@playwright/test";
import { alive, expect, open, test } from "./support/test.ts";
import { stopAt } from "./support/keys.ts";
import { PASSWORD } from "./support/people.ts";
import { save, text } from "./support/writing.ts";

/** Presses Tab until the focus is on what is wanted. */
const tabTo = (page: Page, { role = "button", name }: { role?: string; name: string | RegExp }): Promise<void> =>
  stopAt(page, role === "field" ? page.getByLabel(name) : page.getByRole(role as "button", { name }));

/** Waits until the focus is on the page that was gone to: it comes a moment after the page. */
async function inside(page: Page): Promise<void> {
  await expect(page.locator("#main:focus-within")).toBeAttached();
}

test("signs in, makes a record, renames it, opens the log and signs out by keyboard alone", async ({ page, person }) => {
  await page.goto("/sign-in");
  await tabTo(page, { role: "field", name: "E-mail" });
  await page.keyboard.type(person.email);
  await tabTo(page, { role: "field", name: "Password" });
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/start");
  await expect(page.getByLabel("Name of the workspace")).toBeFocused();
  await page.keyboard.type("Tern House");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Records" })).toBeVisible();
  await alive(page);

  await tabTo(page, { role: "field", name: "Title" });
  await page.keyboard.type("Cleaning the dock");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Cleaning the dock" })).toBeVisible();
  await inside(page);
  await tabTo(page, { role: "field", name: "Title" });
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Cleaning dock 2");
  await tabTo(page, { name: "Save title" });
  await page.keyboard.press("Space");
  await expect(page.getByRole("heading", { name: "Cleaning dock 2" })).toBeVisible();

  await page.reload();
  await alive(page);
  await tabTo(page, { role: "link", name: "Audit log" });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: /renamed/ })).toBeVisible();
  await inside(page);
  await tabTo(page, { role: "link", name: /renamed/ });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: /^Event/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary", { name: /^Event/ })).toHaveCount(0);

  await page.goto("/you/sessions");
  await alive(page);
  await tabTo(page, { name: "Sign out here" });
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/sign-in?from=signed-out");
});

test("skips what repeats", async ({ page, owner }) => {
  await open(page, owner.at("/settings"));
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the page" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("opens and closes menus", async ({ page, owner }) => {
  await open(page, owner.at());
  const nav = page.getByRole("navigation", { name: "Workspace" });
  const summary = nav.locator("summary").first();
  await summary.focus();
  await page.keyboard.press("Enter");
  await expect(nav.getByRole("link", { name: "New workspace" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(nav.getByRole("link", { name: "New workspace" })).toBeHidden();
  await expect(summary).toBeFocused();
});

test("writes as soon as the press of Write has led into the text", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "By hand alone");
  await open(page, owner.at(`/records/${record}`));
  await tabTo(page, { name: "Write" });
  await page.keyboard.press("Enter");
  await expect(text(page)).toBeFocused();
  await page.keyboard.type("Here.");
  await expect(text(page)).toHaveText("Here.");
});

test("leaves the focus to who went elsewhere while the editor came", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "By hand alone");
  let come = () => {};
  const held = new Promise<void>((resolve) => (come = resolve));
  await page.route(/\/pkg\/editor/, async (route) => {
    await held;
    await route.continue();
  });
  await open(page, owner.at(`/records/${record}`));
  await page.getByRole("button", { name: "Write" }).click();
  const elsewhere = page.getByRole("link", { name: "Settings" });
  await elsewhere.focus();
  come();
  await expect(save(page)).toHaveText("Saved");
  await expect(elsewhere).toBeFocused();
});

// Records: made, renamed, described, searched; and two people who change the same one.
import { alive, expect, open, test } from "./support/test.ts";
import { personFor } from "./support/people.ts";

test("are made, renamed, described and found @smoke", async ({ page, owner }) => {
  await open(page, owner.at());
  await page.getByRole("textbox", { name: "Title" }).fill("Receiving refrigerated stock");
  await page.getByRole("button", { name: "Make a script" }).click();
  await expect(page).toHaveURL(/\/records\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { name: "Receiving refrigerated stock" })).toBeVisible();

  await page.getByRole("textbox", { name: "Title" }).fill("Receiving chilled stock");
  await page.getByRole("button", { name: "Save title" }).click();
  await expect(page.getByRole("heading", { name: "Receiving chilled stock" })).toBeVisible();

  await page.getByLabel("What it is for").fill("Dock 2, every morning.\n\nTwo people.");
  await page.getByRole("button", { name: "Save summary" }).click();
  await expect(page.getByText("Revision", { exact: true }).locator("..")).toContainText("3");

  await page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Records", exact: true }).click();
  await expect(page.getByRole("link", { name: "Receiving chilled stock" })).toBeVisible();
  await expect(page.getByText("Dock 2, every morning.")).toBeVisible();

  await page.getByRole("main").getByRole("link", { name: "New" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Cleaning the dock");
  await page.getByRole("button", { name: "Make a script" }).click();
  await expect(page.getByRole("heading", { name: "Cleaning the dock" })).toBeVisible();
  await open(page, owner.at());
  await expect(page.getByRole("listitem").filter({ hasText: "Cleaning the dock" })).toBeVisible();
  await page.getByLabel("Search the titles").fill("chilled");
  await expect(page.getByRole("listitem").filter({ hasText: "Cleaning the dock" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Receiving chilled stock" })).toBeVisible();
});

test("are found again by Back, by a reload and by the address, since what is typed into the search stands in it", async ({ page, owner }) => {
  for (const title of ["Receiving chilled stock", "Cleaning the dock"]) await owner.makeRecord(page.request, title);
  await open(page, owner.at());
  const search = page.getByLabel("Search the titles");
  const other = page.getByRole("link", { name: "Cleaning the dock" });
  const steps = () => page.evaluate(() => history.length);
  const before = await steps();
  await search.pressSequentially("chilled & st");
  await expect(page).toHaveURL(owner.at("?search=chilled+%26+st"));
  await search.fill("chilled");
  await expect(page).toHaveURL(owner.at("?search=chilled"));
  await expect(other).toHaveCount(0);
  expect(await steps(), "no step of the history for a key").toBe(before);
  await page.getByRole("link", { name: "Receiving chilled stock" }).click();
  await expect(page.getByRole("heading", { name: "Receiving chilled stock" })).toBeVisible();
  for (const again of [() => page.goBack(), () => page.reload()]) {
    await again();
    await expect(search).toHaveValue("chilled");
    await expect(page.getByRole("link", { name: "Receiving chilled stock" })).toBeVisible();
    await expect(other).toHaveCount(0);
  }
  await alive(page);
  await page.getByLabel("Order").selectOption("title");
  await expect(page).toHaveURL(owner.at("?search=chilled&sort=title"));
  await search.fill("");
  await expect(page).toHaveURL(owner.at("?sort=title"));
  await expect(other).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(owner.at("?search=chilled"));
  await expect(other).toHaveCount(0);
});

test("keep what both people wrote when two change the same one", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 409/);
  const record = await owner.makeRecord(page.request, "Cleaning the dock");
  const other = await another();
  await owner.signIn(other.request);
  await open(page, owner.at(`/records/${record}`));
  await open(other, owner.at(`/records/${record}`));
  await other.getByLabel("Title").fill("Cleaning dock 2");
  await other.getByRole("button", { name: "Save title" }).click();
  await expect(other.getByRole("heading", { name: "Cleaning dock 2" })).toBeVisible();

  await page.getByRole("textbox", { name: "Title" }).fill("Cleaning the whole dock");
  await page.getByRole("button", { name: "Save title" }).click();
  await expect(page.getByText("Now it reads:").locator("..")).toContainText("Cleaning dock 2");
  await expect(page.getByLabel("Title")).toHaveValue("Cleaning the whole dock");
  await page.getByRole("button", { name: "Save title" }).click();
  await expect(page.getByRole("heading", { name: "Cleaning the whole dock" })).toBeVisible();
});

test("say without a connection that nothing was saved, and keep what was typed", async ({ page, owner, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  const record = await owner.makeRecord(page.request, "Cleaning the dock");
  await open(page, owner.at(`/records/${record}`));
  await page.getByRole("textbox", { name: "Title" }).fill("Cleaning dock 2");
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Save title" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue("Cleaning dock 2");
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Save title" }).click();
  await expect(page.getByRole("heading", { name: "Cleaning dock 2" })).toBeVisible();
});

test("of other workspaces are as if they were not", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 404/);
  const record = await owner.makeRecord(page.request, "Cleaning the dock");
  const stranger = await another();
  const other = await personFor(stranger.request, "A stranger");
  await other.signIn(stranger.request);
  const missing = owner.at(`/records/${record}`).replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  const seen: string[] = [];
  for (const path of [owner.at(`/records/${record}`), missing, "/w/5c21b7ee-0000-4000-8000-00000000abcd"]) {
    const answer = await stranger.goto(path);
    await alive(stranger);
    seen.push(`${answer!.status()} ${await stranger.getByRole("main").innerText()}`);
  }
  expect(seen[0]).toMatch(/^404 /);
  expect(seen[1]).toBe(seen[0]);
  expect(seen[2]).toBe(seen[0]);
});

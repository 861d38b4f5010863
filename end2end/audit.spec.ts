// The audit log's page: sealed within a second, filtered, paged, opened, taken out.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, open, test } from "./support/test.ts";
import { done, PASSWORD, type Person } from "./support/people.ts";

/** The rows of the log. */
const events = (page: Page) => page.locator(".ev-row:not(.lrow-head)");

/** Waits until the sealer has sealed all there is, and opens the log. */
async function sealed(page: Page, owner: Person): Promise<void> {
  const waiting = async () => (await done<{ unsealed: number }>(page.request, "audit.list", { workspace: owner.workspace })).unsealed;
  await expect.poll(waiting, { intervals: [100] }).toBe(0);
  await open(page, owner.at("/audit"));
  await expect(page.getByRole("region", { name: "Latest checkpoint" })).toContainText(/Sealed to event.*Nothing waits/s);
  await expect(page.getByText("Sealed from here down")).toBeVisible();
}

test("shows who did what, and proves it @smoke", async ({ page, owner }) => {
  await owner.makeRecord(page.request, "Cleaning the dock");
  await sealed(page, owner);
  const made = events(page).filter({ hasText: "Cleaning the dock" });
  await expect(made).toHaveCount(1);
  await expect(made).toContainText(owner.name);
  await made.getByRole("link").click();
  const panel = page.getByRole("complementary", { name: /^Event \d/ });
  await expect(panel).toBeVisible();
  await expect(panel).toContainText("It fits.");
  await expect(panel).toContainText("record.create");
  await expect(panel.getByRole("heading", { level: 2 })).toBeFocused();
  await expect(page).toHaveURL(/[?&]event=/);
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await expect(made.getByRole("link")).toBeFocused();
  await page.goBack();
  await expect(panel).toBeVisible();
});

test("is filtered by person, action, day and words", async ({ page, owner }) => {
  await owner.makeRecord(page.request, "Cleaning the dock");
  await owner.makeRecord(page.request, "Counting the stock");
  await open(page, owner.at("/audit"));
  await page.getByRole("combobox", { name: "Action", exact: true }).selectOption({ label: "Made" });
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/action=record\.create/);
  await expect(events(page)).toHaveCount(2);
  await page.getByLabel("Search the log").fill("counting");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(events(page)).toHaveCount(1);
  await page.getByLabel("From", { exact: true }).fill("2099-01-01");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("No event is like that")).toBeVisible();
  await page.getByRole("link", { name: "Show the whole log" }).click();
  await expect.poll(() => events(page).count()).toBeGreaterThan(2);
  await page.getByRole("combobox", { name: "Person", exact: true }).selectOption({ label: owner.name });
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/person=[0-9a-f-]{36}/);
  await expect(events(page).first()).toBeVisible();
});

test("says which filter is wrong", async ({ page, owner, complaints }) => {
  complaints.expect(/status of 422|does not conform to the required format/);
  const answer = await page.goto(owner.at("/audit?from=yesterday"));
  expect(answer!.status()).toBe(422);
  await expect(page.locator("input[name=from]")).toHaveAttribute("aria-invalid", "true");
});

test("is paged, newest first", async ({ page, owner }) => {
  for (let number = 1; number <= 55; number += 1) await owner.makeRecord(page.request, `Record ${number}.`);
  await open(page, owner.at("/audit?action=record.create"));
  await expect(events(page)).toHaveCount(50);
  await expect(events(page).first()).toContainText("Record 55.");
  await page.getByRole("link", { name: "Older events" }).click();
  await expect(events(page)).toHaveCount(5);
  await expect(events(page).last()).toContainText("Record 1.");
  await page.getByRole("link", { name: "Newest events" }).click();
  await expect(events(page)).toHaveCount(50);
});

test("is taken out with proofs, after a fresh proof of identity where one is wanted", async ({ page, owner }) => {
  await owner.makeRecord(page.request, "Cleaning the dock");
  await sealed(page, owner);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = await download;
  const lines = (await readFile((await file.path())!, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(lines[0].format).toBe("scriptkeep-audit/1");
  expect(lines[0].workspace).toBe(owner.workspace);
  expect(lines.at(-1).end).toBe(true);
  expect(lines.filter((line) => "leaf" in line).length).toBe(lines.at(-1).size);
  await sealed(page, owner);
  await expect(events(page).filter({ hasText: "exported" })).toHaveCount(1);
});

test("asks for the password when that was long ago, and leads back", async ({ page, owner }) => {
  await page.goto(`/prove?next=${encodeURIComponent(owner.at("/audit"))}`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Prove it" }).click();
  await expect(page).toHaveURL(owner.at("/audit"));
});

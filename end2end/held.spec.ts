// A session that ends while somebody types: what was typed comes back after signing in, with scripts and without.
import type { Page } from "@playwright/test";
import { alive, expect, open, test } from "./support/test.ts";
import { PASSWORD, done, type Person } from "./support/people.ts";

const TYPED = `Grebe & "Sons" <b>é`;

/** Ends the session of `page` from another device. */
async function endElsewhere(owner: Person, other: Page): Promise<void> {
  await owner.signIn(other.request);
  await done(other.request, "session.revoke_others", {});
}

async function typeIn(page: Page): Promise<void> {
  await page.getByLabel("Name of the workspace").fill(TYPED);
}

async function typeAndSend(page: Page): Promise<void> {
  await typeIn(page);
  await page.getByRole("button", { name: "Save name" }).click();
}

async function signInWhereAsked(page: Page, owner: Person): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("status")).toContainText("What you typed is kept");
  await page.screenshot({ path: "end2end/results/screens/held-sign-in.png", fullPage: true });
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("You were signed out. What you typed is here; send it again.")).toBeVisible();
  await page.screenshot({ path: "end2end/results/screens/held-shown-again.png", fullPage: true });
}

/** Of the page only its form is left, and a word on why. */
async function expectOut(page: Page): Promise<void> {
  const out = page.getByRole("status").filter({ hasText: "You are signed out. Sign in in a new tab, then send this again." });
  await expect(out).toBeVisible();
  await expect(out.getByRole("link", { name: "Sign in in a new tab" })).toHaveAttribute("target", "_blank");
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await expect(page.getByRole("heading")).toHaveCount(0);
  await expect(page).toHaveTitle("Signed out");
  await expect(page.getByLabel("Name of the workspace")).toHaveValue(TYPED);
  expect(await page.locator(".app").innerText()).not.toContain("Tern House");
  for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme });
    await expect(page.getByRole("button", { name: "Save name" })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: `end2end/results/screens/held-out-${width}-${scheme}.png` });
  }
  await page.emulateMedia({ media: "print", colorScheme: null });
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}

async function sendAgain(page: Page): Promise<void> {
  await expect(page.getByLabel("Name of the workspace")).toHaveValue(TYPED);
  await expect(page.getByRole("navigation", { name: "Workspace" })).toContainText("Tern House");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Workspace" })).toContainText("Grebe");
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("what was typed comes back after signing in again, and is not sent unasked", async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 401/);
    await page.goto(owner.at("/settings"));
    await endElsewhere(owner, await another());
    await typeAndSend(page);
    await signInWhereAsked(page, owner);
    await expect(page).toHaveURL(owner.at("/settings"));
    await sendAgain(page);
  });
});

test("the page that comes back comes alive with what was typed", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 401|ERR_FAILED|Failed to fetch|error loading/i);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(owner.at("/settings"));
  await expect(page.getByText("A part of this page did not load.")).toBeVisible();
  await endElsewhere(owner, await another());
  await typeAndSend(page);
  await page.unroute("**/*.wasm");
  await signInWhereAsked(page, owner);
  await alive(page);
  await sendAgain(page);
  await expect(page.getByText("You were signed out.")).toHaveCount(0);
});

test("a page that is alive keeps what was typed while one signs in elsewhere", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 401/);
  await open(page, owner.at("/settings"));
  await typeIn(page);
  // The page hears of it, and stays: what was typed is nowhere else.
  const told = page.waitForResponse((response) => response.url().includes("/api/v1/workspace.get") && response.status() === 401);
  await endElsewhere(owner, await another());
  await told;
  // It says so, and shows nothing else of the workspace, to nobody.
  await expectOut(page);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("alert")).toContainText("You are signed out.");
  await owner.signIn(page.request);
  // Back from where one signed in.
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await expect(page.getByRole("status").filter({ hasText: "You are signed out." })).toHaveCount(0);
  await expect(page).toHaveTitle(/Settings/);
  await sendAgain(page);
});

test("what was typed is sent after signing in elsewhere, and the page shows all again by that", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 401/);
  await open(page, owner.at("/settings"));
  await typeIn(page);
  await endElsewhere(owner, await another());
  await expectOut(page);
  await owner.signIn(page.request);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("navigation", { name: "Workspace" })).toContainText("Grebe");
  await expect(page.getByLabel("Name of the workspace")).toHaveValue(TYPED);
});

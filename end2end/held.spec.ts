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
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("alert")).toContainText("You are signed out.");
  await owner.signIn(page.request);
  await sendAgain(page);
});

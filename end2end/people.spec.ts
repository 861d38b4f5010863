// A person's whole way through the product, with JavaScript and without: the same pages, the same words.
import type { Page } from "@playwright/test";
import { alive, expect, test } from "./support/test.ts";
import { PASSWORD, freshEmail, linkFor } from "./support/people.ts";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    /** On pages of the workspace, waits until a click reaches the browser's half. */
    async function ready(page: Page): Promise<void> {
      if (javaScriptEnabled) await alive(page);
    }

    async function signIn(page: Page, email: string, password: string): Promise<void> {
      await page.goto("/sign-in");
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
    }

    test("from signing up to a new password @smoke", async ({ page, another, complaints }) => {
      complaints.expect(/status of 401/);
      const mailbox = page.request;
      const email = freshEmail();

      await test.step("sign up", async () => {
        await page.goto("/");
        await page.getByRole("link", { name: /Start a workspace/ }).first().click();
        await expect(page).toHaveURL("/sign-up");
        await page.getByLabel("Your name").fill("Łucja Wrona");
        await page.getByLabel("E-mail").fill(email);
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Create account" }).click();
        await expect(page).toHaveURL("/sign-up/sent");
        await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
      });

      await test.step("nobody signs in before the address is proven", async () => {
        await signIn(page, email, PASSWORD);
        await expect(page).toHaveURL("/sign-in");
        await expect(page.getByRole("alert")).toContainText("open the link in the mail first");
      });

      await test.step("prove the address", async () => {
        await page.goto(await linkFor(mailbox, email, "verify"));
        await page.getByRole("button", { name: "Prove this address" }).click();
        await expect(page).toHaveURL("/sign-in?from=verified");
        await expect(page.getByText("Your address is proven.")).toBeVisible();
      });

      await test.step("sign in, and name the workspace", async () => {
        await page.getByLabel("E-mail").fill(email);
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Sign in" }).click();
        await expect(page).toHaveURL("/start");
        await page.getByLabel("Name of the workspace").fill("Tern House");
        await page.getByRole("button", { name: "Make the workspace" }).click();
        await expect(page).toHaveURL(/\/w\/[0-9a-f-]{36}$/);
        await expect(page.getByRole("heading", { name: "Records" })).toBeVisible();
        await ready(page);
        await expect(page.getByRole("navigation", { name: "Workspace" })).toContainText("Tern House");
      });

      await test.step("rename the workspace and oneself", async () => {
        await ready(page);
        await page.getByRole("link", { name: "Settings" }).first().click();
        await expect(page.getByRole("heading", { name: "General" })).toBeVisible();
        await page.getByLabel("Name of the workspace").fill("Tern & Quay");
        await page.getByRole("button", { name: "Save name" }).click();
        await expect(page.getByRole("navigation", { name: "Workspace" })).toContainText("Tern & Quay");
        await expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
        await page.goto("/you");
        await ready(page);
        await page.getByLabel("Your name").fill("Łucja Wrona-Quintero");
        await page.getByRole("button", { name: "Save name" }).click();
        await expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
        await page.goto("/you");
        await expect(page.getByLabel("Your name")).toHaveValue("Łucja Wrona-Quintero");
      });

      await test.step("see one's devices, and end the other one", async () => {
        const other = await another({ javaScriptEnabled });
        await signIn(other, email, PASSWORD);
        await expect(other).toHaveURL(/\/w\//);
        await page.goto("/you/sessions");
        await ready(page);
        const devices = page.getByRole("listitem").filter({ hasText: /, since / });
        await expect(devices).toHaveCount(2);
        await devices.filter({ hasNotText: "This device" }).getByRole("button", { name: /End session/ }).click();
        await expect(devices).toHaveCount(1);
        // With scripts the page goes there by itself.
        if (!javaScriptEnabled) await other.goto("/you");
        await expect(other).toHaveURL(/\/sign-in\?next=/);
      });

      await test.step("sign out", async () => {
        await page.getByRole("button", { name: "Sign out here" }).click();
        await expect(page).toHaveURL("/sign-in?from=signed-out");
        await page.goto("/you");
        await expect(page).toHaveURL("/sign-in?next=%2Fyou");
      });

      await test.step("choose a new password", async () => {
        const fresh = `${PASSWORD}, and one more`;
        await page.getByRole("link", { name: "Forgot it?" }).click();
        await expect(page).toHaveURL("/forgot");
        await page.getByLabel("E-mail").fill(email);
        await page.getByRole("button", { name: "Send a link" }).click();
        await expect(page).toHaveURL("/forgot/sent");
        const link = await linkFor(mailbox, email, "reset");
        await page.goto(link);
        await page.getByLabel("New password").fill(fresh);
        await page.getByRole("button", { name: "Change the password" }).click();
        await expect(page).toHaveURL("/sign-in?from=reset");
        await signIn(page, email, fresh);
        await expect(page).toHaveURL(/\/w\//);
      });
    });

    test("a link that was used does not work again", async ({ page, person, complaints }) => {
      complaints.expect(/status of 4\d\d/);
      const link = await linkFor(person.mailbox, person.email, "verify");
      await page.goto(link);
      await page.getByRole("button", { name: "Prove this address" }).click();
      await expect(page).toHaveURL(link);
      await expect(page.getByRole("alert")).toBeVisible();
    });

    test("a page asked for while signed out is reached after signing in", async ({ page, person }) => {
      await page.goto("/you/sessions");
      await expect(page).toHaveURL("/sign-in?next=%2Fyou%2Fsessions");
      await page.getByLabel("E-mail").fill(person.email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page).toHaveURL("/you/sessions");
    });

    test("changing the password ends the other sessions", async ({ page, owner, another }) => {
      const other = await another({ javaScriptEnabled });
      await owner.signIn(other.request);
      await page.goto("/you");
      await ready(page);
      await page.getByLabel("Present password").fill(PASSWORD);
      await page.getByLabel("New password").fill(`${PASSWORD} again`);
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByText("Your password is changed.")).toBeVisible();
      await other.goto("/you");
      await expect(other).toHaveURL(/\/sign-in\?next=/);
    });
  });
}

// Wrong input: an answer of 422 on the same page, the error beside its field, nothing typed lost, nothing in an address.
import { expect, open, test } from "./support/test.ts";
import { PASSWORD, call } from "./support/people.ts";

test.describe("public forms, which are plain HTML", () => {
  test("keep what was typed and say what is wrong beside the field", async ({ page, complaints }) => {
    complaints.expect(/status of 422/);
    await page.goto("/sign-up");
    await page.getByLabel("Your name").fill("Priya <Nadar>");
    await page.getByLabel("E-mail").fill("priya at example");
    await page.getByLabel("Password").fill("short");
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.getByRole("button", { name: "Create account" }).click(),
    ]);
    expect(answer.status()).toBe(422);
    await expect(page).toHaveURL("/sign-up");
    await expect(page.getByLabel("Your name")).toHaveValue("Priya <Nadar>");
    await expect(page.getByLabel("E-mail")).toHaveValue("priya at example");
    await expect(page.getByLabel("Password")).toHaveValue("");
    for (const label of ["E-mail", "Password"]) {
      const field = page.getByLabel(label);
      await expect(field).toHaveAttribute("aria-invalid", "true");
      await expect(field).toHaveAccessibleDescription(/\w+/);
    }
    await expect(page.getByLabel("E-mail")).toBeFocused();
  });

  test("answer a known and an unknown address alike", async ({ page, person, complaints }) => {
    complaints.expect(/status of 4\d\d/);
    const shown: string[] = [];
    for (const email of [person.email, "nobody-at-all@example.org"]) {
      await page.goto("/sign-in");
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill("not the right password");
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === "POST"),
        page.getByRole("button", { name: "Sign in" }).click(),
      ]);
      shown.push(`${answer.status()} ${await page.getByRole("alert").innerText()}`);
      await expect(page.getByLabel("E-mail")).toHaveValue(email);
    }
    expect(shown[0]).toBe(shown[1]);
  });

  test("answer a second sign-up like the first", async ({ page, person }) => {
    await page.goto("/sign-up");
    await page.getByLabel("Your name").fill("Somebody else");
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password").fill(`${PASSWORD} else`);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page).toHaveURL("/sign-up/sent");
  });
});

test("forms of the workspace check before they send, and mend as one types", async ({ page, owner }) => {
  await open(page, owner.at("/settings"));
  const name = page.getByLabel("Name of the workspace");
  await name.fill("");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toBeFocused();
  await name.fill("Q");
  await name.fill("Quay House");
  await expect(name).not.toHaveAttribute("aria-invalid", "true");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("forms of the workspace answer on the same page", async ({ page, owner, complaints }) => {
    complaints.expect(/status of 422/);
    await page.goto(owner.at("/settings"));
    const tooLong = "x".repeat(500);
    await page.getByLabel("Name of the workspace").fill(tooLong);
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page).toHaveURL(owner.at("/settings"));
    await expect(page.getByLabel("Name of the workspace")).toHaveValue(tooLong);
    await expect(page.getByLabel("Name of the workspace")).toHaveAttribute("aria-invalid", "true");
  });
});

test("a form from another origin changes nothing", async ({ page, owner }) => {
  const refused = await call(
    page.request,
    "workspace.rename",
    { workspace: owner.workspace, name: "Taken over", revision: 1 },
    { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" },
  );
  expect(refused.status()).toBe(403);
  await open(page, owner.at("/settings"));
  await expect(page.getByLabel("Name of the workspace")).toHaveValue("Tern House");
});

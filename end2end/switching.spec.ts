// From one workspace to another, and out of them: pages that hydrate beside pages without a script.
import { done } from "./support/people.ts";
import { alive, expect, open, test } from "./support/test.ts";

test("another workspace is loaded anew, from an empty list and from a record, and back", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Cleaning the dock");
  const first = owner.at();
  const other = await done<{ id: string }>(page.request, "workspace.create", { name: "A second house" });
  const second = `/w/${other.id}`;
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/record.get")) asked.push(request.postData() ?? "");
  });
  const nav = page.getByRole("navigation", { name: "Workspace" });
  for (const [from, name, to] of [
    [second, "Tern House", first],
    [`${first}?shelf=trash`, "A second house", second],
    [`${second}?shelf=archive`, "Tern House", first],
    [owner.at(`/records/${record}`), "A second house", second],
  ] as const) {
    await open(page, from);
    await nav.locator("summary").first().click();
    await nav.getByRole("link", { name, exact: true }).click();
    await expect(page).toHaveURL(to);
    await alive(page);
    await expect(page.getByRole("heading", { name: "Records" })).toBeVisible();
    await page.goBack();
    await expect(page).toHaveURL(from);
    await alive(page);
  }
  expect(asked.filter((body) => body.includes(other.id))).toEqual([]);
});

test("a new workspace, and the list of all, are reached from within one", async ({ page, owner, complaints }) => {
  complaints.expect(/status of 404/);
  await open(page, owner.at());
  const nav = page.getByRole("navigation", { name: "Workspace" });
  await nav.locator("summary").first().click();
  await nav.getByRole("link", { name: "New workspace" }).click();
  await expect(page).toHaveURL("/start");
  await page.getByLabel("Name of the workspace").fill("A second house");
  await page.getByRole("button", { name: "Make the workspace" }).click();
  await expect(nav).toContainText("A second house");
  for (const nowhere of ["/w/5c21b7ee-0000-4000-8000-00000000abcd", owner.at("/records/5c21b7ee-0000-4000-8000-00000000abcd")]) {
    await open(page, nowhere);
    await page.getByRole("link", { name: "Your workspaces" }).click();
    await expect(page).toHaveURL("/w");
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/you");
  await page.getByRole("link", { name: "Records" }).click();
  await expect(page).toHaveURL("/w");
  await expect(page.getByRole("heading", { name: "Your workspaces" })).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

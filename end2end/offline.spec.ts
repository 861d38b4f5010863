// Without a connection: a page of ours says so wherever somebody goes, and a page that is open says so where it is.
import { expect, open, test } from "./support/test.ts";

test("a page that cannot be reached is answered by the page that says so, and comes back", async ({ page, owner, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
  await open(page, owner.at());
  await page.evaluate(() => navigator.serviceWorker.ready);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map((request) => new URL(request.url).pathname);
  });
  expect(kept).toContain("/offline");
  for (const path of kept) expect(path).toMatch(/^\/(offline$|assets\/(css\/public|fonts|icons-public))/);

  await page.context().setOffline(true);
  await page.goto(owner.at("/audit"));
  await expect(page.getByRole("heading", { name: "No connection" })).toBeVisible();
  await expect(page).toHaveURL(owner.at("/audit"));
  await expect(page.getByRole("link", { name: "Try again" })).toHaveCSS("display", /flex/);
  await page.screenshot({ path: "end2end/results/screens/offline-where-one-was.png", fullPage: true });
  const tried = page.waitForEvent("load");
  await page.getByRole("link", { name: "Try again" }).click();
  await tried;
  await expect(page.getByRole("heading", { name: "No connection" })).toBeVisible();

  await page.context().setOffline(false);
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await expect(page).toHaveURL(owner.at("/audit"));
});

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test(`an open page says that there is no connection, and when it is back, at ${viewport.width}`, async ({ page, owner }) => {
    await page.setViewportSize(viewport);
    await open(page, owner.at("/settings"));
    // Its script would be asked for without a connection otherwise, and in vain, which the browser says aloud.
    await page.evaluate(() => navigator.serviceWorker.ready);
    await expect(page.getByText("No connection.")).toHaveCount(0);
    await page.context().setOffline(true);
    await expect(page.getByRole("status").filter({ hasText: "No connection." })).toBeVisible();
    await page.screenshot({ path: `end2end/results/screens/no-connection-${viewport.width}.png` });
    await page.context().setOffline(false);
    await expect(page.getByText("No connection.")).toHaveCount(0);
  });
}

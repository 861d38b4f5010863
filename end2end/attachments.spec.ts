// Who sends which picture: each person's page what that person put into the text, once, however often an answer is lost.
import type { Locator, Page } from "@playwright/test";
import { done, memberOf, type Person } from "./support/people.ts";
import { DOT } from "./support/room.ts";
import { expect, open, test } from "./support/test.ts";
import { keptRows, save, text, write } from "./support/writing.ts";

/** Another picture of one pixel. */
const OTHER = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** Pastes HTML with a picture within it, as from a web page. */
async function pastePicture(page: Page, kind: string, bytes: string): Promise<void> {
  await text(page).evaluate((element, html) => {
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", html);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, `<p>before</p><img src="data:image/${kind};base64,${bytes}" alt="A lamp"><p>after</p>`);
}

/** Pictures within the text, and pictures that it names. */
const inline = (page: Page): Locator => text(page).locator("figure img[data-src^='data:']");
const named = (page: Page): Locator => text(page).locator("figure img[data-src^='attachment:']");

/** How many pictures the log says each person has added, by name. */
async function added(page: Page, owner: Person): Promise<Record<string, number>> {
  const log = await done<{ rows: { action: string; actor: { name: string } }[] }>(page.request, "audit.list", { workspace: owner.workspace });
  const counts: Record<string, number> = {};
  for (const { action, actor } of log.rows) if (action === "attachment.add") counts[actor.name] = (counts[actor.name] ?? 0) + 1;
  return counts;
}

test("a picture that somebody else put into the text is not sent in my name, whatever I open and paste", async ({ page, owner, another, complaints }) => {
  complaints.expect(/ERR_FAILED|status of 503/);
  const record = await owner.makeRecord(page.request, "Two people's pictures");
  const path = owner.at(`/records/${record}`);
  const other = await another();
  const ben = await memberOf(owner, page.request, "Ben Holt");
  await ben.signIn(other.request);
  await page.route("**/attachments?*", (route) => route.abort());
  await open(page, path);
  await write(page);
  await pastePicture(page, "png", DOT);
  await expect(inline(page)).toHaveCount(1);
  await expect(save(page)).toHaveText("Saved");

  const sent: string[] = [];
  other.on("request", (request) => {
    if (request.method() === "POST" && request.url().includes("/attachments?")) sent.push(request.url());
  });
  await open(other, path);
  await write(other);
  await expect(inline(other)).toHaveCount(1);
  await other.keyboard.press("Control+End");
  await pastePicture(other, "gif", OTHER);
  await expect(named(other)).toHaveCount(1);
  await expect(inline(other)).toHaveCount(1);
  expect(sent).toHaveLength(1);
  expect(await added(page, owner)).toEqual({ "Ben Holt": 1 });

  // Once it may, the page that it was pasted in sends it.
  await page.unroute("**/attachments?*");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  for (const writer of [page, other]) {
    await expect(named(writer)).toHaveCount(2);
    await expect(inline(writer)).toHaveCount(0);
  }
  expect(await added(page, owner)).toEqual({ "Ben Holt": 1, [owner.name.trim()]: 1 });
  expect(sent).toHaveLength(1);
});

test("what was pasted without a network is sent by the next page of the same person, from what the device kept, and is there once", async ({ page, context, owner, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed|ERR_FAILED/);
  const record = await owner.makeRecord(page.request, "Pasted on a train");
  const path = owner.at(`/records/${record}`);
  await open(page, path);
  await write(page);
  // Where it gets through nevertheless and nobody hears of it, it is there once all the same.
  await context.setOffline(true);
  await pastePicture(page, "gif", OTHER);
  await expect(page.getByText("That picture did not reach the server.")).toBeVisible();
  await expect(save(page)).toHaveText("On this device");
  expect(await keptRows(page)).toBe(1);
  await page.close({ runBeforeUnload: false });
  await context.setOffline(false);
  const next = await context.newPage();
  await open(next, path);
  await write(next);
  await expect(named(next)).toHaveCount(1);
  await expect(save(next)).toHaveText("Saved");
  expect(await added(next, owner)).toEqual({ [owner.name.trim()]: 1 });
});

test("a picture whose answer was lost is sent again under the same key, and is there once", async ({ page, owner, complaints }) => {
  complaints.expect(/ERR_FAILED/);
  const record = await owner.makeRecord(page.request, "An answer that is lost");
  const keys: (string | undefined)[] = [];
  await page.route("**/attachments?*", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    expect((await route.fetch()).status()).toBe(200);
    return route.abort();
  });
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  const paste = () =>
    text(page).evaluate((element, bytes) => {
      const clipboard = new DataTransfer();
      clipboard.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], "lamp.gif", { type: "image/gif" }));
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    }, OTHER);
  await paste();
  await expect(named(page)).toHaveCount(1);
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  // By a later page as well, and within HTML.
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await pastePicture(page, "gif", OTHER);
  await expect(named(page)).toHaveCount(2);
  expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  expect(await added(page, owner)).toEqual({ [owner.name.trim()]: 1 });
});

test("while the server is busy a picture is sent again; where it is asked to wait long, the person is told", async ({ page, owner, complaints }) => {
  complaints.expect(/status of (503|429)/);
  const record = await owner.makeRecord(page.request, "A busy server");
  let tries = 0;
  let answer: { status: number; headers: Record<string, string> } | null = { status: 503, headers: { "Retry-After": "1" } };
  await page.route("**/attachments?*", async (route) => {
    tries += 1;
    if (!answer) return route.continue();
    await route.fulfill({ ...answer, json: {} });
    if (answer.status === 503) answer = null;
  });
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await pastePicture(page, "gif", OTHER);
  await expect(named(page)).toHaveCount(1);
  expect(tries).toBe(2);
  answer = { status: 429, headers: { "Retry-After": "600" } };
  await pastePicture(page, "png", DOT);
  await expect(page.getByText("That picture did not reach the server.")).toBeVisible();
  await expect(inline(page)).toHaveCount(1);
  expect(tries).toBe(3);
});

test("a picture whose page was closed before it was sent is sent by the next page of the same person, and by nobody else's", async ({ page, context, owner, another, complaints }) => {
  complaints.expect(/ERR_FAILED/);
  const record = await owner.makeRecord(page.request, "Closed too soon");
  const path = owner.at(`/records/${record}`);
  await page.route("**/attachments?*", (route) => route.abort());
  await open(page, path);
  await write(page);
  await pastePicture(page, "gif", OTHER);
  await expect(inline(page)).toHaveCount(1);
  await expect(save(page)).toHaveText("Saved");
  await page.close();
  const [bens, ben] = [await another(), await memberOf(owner, context.request, "Ben Holt")];
  await ben.signIn(bens.request);
  await open(bens, path);
  await write(bens);
  await expect(inline(bens)).toHaveCount(1);
  await expect(save(bens)).toHaveText("Saved");
  const next = await context.newPage();
  await open(next, path);
  await write(next);
  for (const writer of [next, bens]) {
    await expect(named(writer)).toHaveCount(1);
    await expect(inline(writer)).toHaveCount(0);
  }
  await expect(save(next)).toHaveText("Saved");
  expect(await added(next, owner)).toEqual({ [owner.name.trim()]: 1 });
  expect(await next.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("scriptkeep-pictures")))).toEqual([]);
});

test("a picture on its way is not saved, leaving asks, and ends it: no half of it is in the text or on the server", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "On its way");
  await page.route("**/attachments?*", () => undefined);
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await page.keyboard.type("Words");
  await expect(save(page)).toHaveText("Saved");
  await text(page).evaluate((element, bytes) => {
    const clipboard = new DataTransfer();
    clipboard.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], "lamp.gif", { type: "image/gif" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, OTHER);
  await expect(page.getByRole("progressbar", { name: "Sending lamp.gif" })).toBeVisible();
  await expect(save(page)).toHaveText("Saving");
  const asked: string[] = [];
  let leaves = false;
  page.on("dialog", async (dialog) => {
    asked.push(dialog.message());
    await (leaves ? dialog.accept() : dialog.dismiss());
  });
  const read = page.getByRole("button", { name: "Read" });
  await read.click();
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]).toContain("picture is still on its way");
  await expect(page.getByRole("progressbar")).toBeVisible();
  leaves = true;
  const ended = page.waitForEvent("requestfailed", (request) => request.url().includes("/attachments?"));
  await read.click();
  expect((await ended).failure()?.errorText).toBe("net::ERR_ABORTED");
  await expect(page.locator(".reading .doc")).toHaveText("Words");
  await expect(page.locator(".reading .doc figure")).toHaveCount(0);
  expect(await added(page, owner)).toEqual({});
});

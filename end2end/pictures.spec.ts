// Pictures on the product's own page: sent, shown to others and to those who read without scripts, and never within the text.
import type { Locator, Page } from "@playwright/test";
import { done } from "./support/people.ts";
import { DOT } from "./support/room.ts";
import { expect, open, test } from "./support/test.ts";
import { save, text, type, write } from "./support/writing.ts";

/** Pastes a file, as from another program's clipboard. */
async function pasteFile(into: Locator, bytes: string, name: string, kind: string): Promise<void> {
  await into.evaluate(
    (element, [bytes, name, type]) => {
      const clipboard = new DataTransfer();
      clipboard.items.add(new File([Uint8Array.from(atob(bytes!), (letter) => letter.charCodeAt(0))], name!, { type: type! }));
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    },
    [bytes, name, kind],
  );
}

/** Whether a picture has come and is drawn. */
const drawn = (picture: Locator) => expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeGreaterThan(0);

/** The body as the server has it. */
async function tree(page: Page, workspace: string, record: string): Promise<string> {
  return (await done<{ document: string }>(page.request, "record.body", { workspace, record })).document;
}

test("detail_09 a pasted picture is sent, shown to whoever writes along and whoever reads, and to nobody else", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 404/);
  const record = await owner.makeRecord(page.request, "With a picture");
  const path = owner.at(`/records/${record}`);
  await open(page, path);
  await write(page);
  await type(page, "Before.");
  const other = await another();
  await owner.signIn(other.request);
  await open(other, path);
  await write(other);
  await pasteFile(text(page), DOT, "lamp.png", "image/png");
  for (const writer of [page, other]) await drawn(text(writer).locator("figure img"));
  await expect(save(page)).toHaveText("Saved");
  const body = await tree(page, owner.workspace, record);
  const id = /attachment:([0-9a-f-]{36})/.exec(body)?.[1];
  expect(body).not.toContain("data:image");
  const address = `/attachments/${owner.workspace}/${id}`;
  expect(await text(other).locator("figure img").getAttribute("src")).toBe(address);
  const reader = await another({ javaScriptEnabled: false });
  await owner.signIn(reader.request);
  await reader.goto(path);
  await drawn(reader.locator(".doc figure img"));
  const stranger = await another();
  expect((await stranger.request.get(address)).status()).toBe(401);
});

test("a picture within pasted HTML is sent as well, once, and named in the text", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "From a web page");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await text(page).evaluate((element, dot) => {
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", `<p>one</p><img src="data:image/png;base64,${dot}" alt="A lamp"><p>two</p><img src="data:image/png;base64,${dot}" alt="Again">`);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, DOT);
  await expect(text(page).locator("figure img[data-src^='attachment:']")).toHaveCount(2);
  await expect(save(page)).toHaveText("Saved");
  const body = await tree(page, owner.workspace, record);
  expect(body).not.toContain("data:image");
  const ids = [...body.matchAll(/attachment:([0-9a-f-]{36})/g)].map(([, id]) => id);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  await page.reload();
  await drawn(page.locator(".reading .doc figure img").first());
});

test("what is no picture, or meets no connection, is said, and nothing of it stays in the text", async ({ page, context, owner, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
  const record = await owner.makeRecord(page.request, "Not a picture");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Words.");
  await pasteFile(text(page), btoa("<svg onload='alert(1)'/>"), "lamp.png", "image/png");
  await expect(page.getByText("That picture could not be taken.")).toBeVisible();
  await context.setOffline(true);
  await pasteFile(text(page), DOT, "lamp.png", "image/png");
  await expect(page.getByText("That picture did not reach the server.")).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await context.setOffline(false);
  await expect(save(page)).toHaveText("Saved");
  await expect(text(page).locator("figure")).toHaveCount(0);
  await expect(text(page)).toHaveText("Words.");
});

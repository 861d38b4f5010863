// The page that is read, where only this device has words of the text: it says so, and leads to them whoever may write or not.
// How the editor keeps them is in editor-safety.spec.ts, what else becomes of them in device.spec.ts and revoked.spec.ts.
import type { Page } from "@playwright/test";
import { faultsOf } from "./support/axe.ts";
import { LOST, leaveInTwoPages, leaveWordsBehind, notice, savedCopy } from "./support/kept.ts";
import { heldSockets } from "./support/network.ts";
import { done, memberOf, type Person } from "./support/people.ts";
import { expect, open, test } from "./support/test.ts";
import { keptOf, keptRows, leaveNetwork, save, text, type, write } from "./support/writing.ts";

const read = (page: Page) => page.locator(".reading .doc");

/** Notes each word that the head says of the words' safety from now on. */
async function said(page: Page): Promise<string[]> {
  const words: string[] = [];
  await page.exposeFunction("say", (word: string) => words.push(word));
  await save(page).evaluate((element) => {
    new MutationObserver(() => (window as unknown as { say(word: string): void }).say(element.textContent!.trim())).observe(element, { childList: true, subtree: true, characterData: true });
  });
  return words;
}

/** The account of somebody in the owner's workspace. */
async function accountOf(owner: Person, page: Page, { name }: Person): Promise<string> {
  const { members } = await done<{ members: { account: string; name: string }[] }>(page.request, "member.list", { workspace: owner.workspace });
  return members.find((member) => member.name === name)!.account;
}

test("the page that is read says that it lacks words which only this device has; bringing them in is writing", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Left behind");
  const path = owner.at(`/records/${record}`);
  await leaveWordsBehind(page, path, "Nobody else has plan B");
  await context.setOffline(false);
  const later = await context.newPage();
  const asked: string[] = [];
  later.on("request", (request) => asked.push(request.url()));
  await open(later, path);
  await expect(save(later)).toHaveText("On this device");
  await expect(notice(later)).toHaveText("Words you wrote here are only on this device. The text below does not have them yet.Bring them in");
  await expect(read(later)).not.toContainText("plan B");
  // It was looked without the editor.
  expect(asked.filter((url) => url.includes("editor"))).toEqual([]);
  expect(await faultsOf(later)).toEqual([]);
  await later.getByRole("button", { name: "Bring them in" }).click();
  await expect(text(later)).toHaveText("Nobody else has plan B");
  await expect(save(later)).toHaveText("Saved");
  await expect(notice(later)).toHaveCount(0);
  await expect.poll(() => keptRows(later)).toBe(0);
  await later.getByRole("button", { name: "Read" }).click();
  await expect(read(later)).toHaveText("Nobody else has plan B");
  await expect(save(later)).toHaveText("Saved");
  await expect(notice(later)).toHaveCount(0);
  // Another record of theirs never said so.
  const other = await owner.makeRecord(later.request, "Nothing here");
  await open(later, owner.at(`/records/${other}`));
  await expect(save(later)).toHaveText("Saved");
});

const closings: [string, (owner: Person, page: Page, record: string, writer: Person) => Promise<unknown>][] = [
  ["was archived", (owner, page, record) => done(page.request, "record.archive", { workspace: owner.workspace, record })],
  ["lies in the trash", (owner, page, record) => done(page.request, "record.trash", { workspace: owner.workspace, record })],
  ["may only be read by its writer now", async (owner, page, _record, writer) => done(page.request, "member.set_role", { workspace: owner.workspace, account: await accountOf(owner, page, writer), role: "supervisor" })],
];
for (const [what, close] of closings) {
  test(`where a record ${what}, the page that is read hands over what two pages left on this device, and the device keeps it`, async ({ page, owner, another, complaints }) => {
    complaints.expect(LOST);
    const record = await owner.makeRecord(page.request, "Put: away?");
    const path = owner.at(`/records/${record}`);
    // Who was put into another role is a member; who may see what lies in the trash is the owner.
    const writer = what.startsWith("may") ? await memberOf(owner, page.request, "Bea Lindholm") : owner;
    const first = await another();
    const context = first.context();
    await writer.signIn(first.request);
    await open(first, path);
    await write(first);
    await type(first, "Before.");
    // A page that writes would take over what others leave.
    await first.goto("about:blank");
    await leaveInTwoPages(context, path, [" First page had A", " Second page had B"]);
    await close(owner, page, record, writer);
    await open(first, path);
    await expect(save(first)).toHaveText("On this device");
    await expect(notice(first)).toContainText("and may only be read now.");
    await expect(read(first)).toHaveText("Before.");
    await expect(first.getByRole("button", { name: "Write" })).toHaveCount(0);
    const kept = await keptOf(first);
    expect(kept).toHaveLength(2);
    // Whoever saves a copy still has them here, and may save another.
    for (const _ of [1, 2]) {
      const { name, html } = await savedCopy(first);
      expect(name).toMatch(/^Put away, recovered \d{4}-\d\d-\d\d \d\d\.\d\d\.html$/);
      expect(html).toContain("<title>Put: away?</title>");
      for (const words of ["Before.", "First page had A", "Second page had B"]) expect(html.split(words), words).toHaveLength(2);
      await expect(save(first)).toHaveText("On this device");
      expect(await keptOf(first)).toEqual(kept);
    }
    expect(await faultsOf(first)).toEqual([]);
    // Another account in the same browser sees nothing of it.
    await first.goto("about:blank");
    const other = await memberOf(owner, page.request, "Cyrus Holt");
    if (what.startsWith("lies")) await done(page.request, "record.restore", { workspace: owner.workspace, record });
    await other.signIn(first.request);
    await open(first, path);
    // The room is heard later than the device.
    await expect(read(first)).toHaveText("Before.");
    await expect(save(first)).toHaveText("Saved");
    await expect(notice(first)).toHaveCount(0);
    expect(await keptOf(first)).toEqual(kept);
  });
}

test("who leaves words on their way is never told that they are saved before they are, and is told then", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "In a hurry");
  const link = await heldSockets(page);
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Before.");
  link.hold = true;
  await page.keyboard.type(" In a hurry");
  await expect(save(page)).toHaveText("Saving");
  const words = await said(page);
  await page.getByRole("button", { name: "Read" }).click();
  await expect(notice(page)).toBeVisible();
  await expect(save(page)).toHaveText("On this device");
  await expect(read(page)).toHaveText("Before.");
  expect(words).not.toContain("Saved");
  link.hold = false;
  link.letThrough();
  await expect(save(page)).toHaveText("Saved");
  await expect(notice(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Show it as it is now" }).click();
  await expect(read(page)).toHaveText("Before. In a hurry");
});

test("a page that is read hears at once what another page of the same browser keeps, and that it went out", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Two tabs");
  const path = owner.at(`/records/${record}`);
  await open(page, path);
  await expect(save(page)).toHaveText("Saved");
  const writing = await context.newPage();
  await open(writing, path);
  await write(writing);
  await leaveNetwork(writing);
  await writing.keyboard.type("In the other tab");
  await expect(save(writing)).toHaveText("On this device");
  await expect(save(page)).toHaveText("On this device");
  await expect(notice(page)).toBeVisible();
  await context.setOffline(false);
  await expect(save(writing)).toHaveText("Saved");
  await expect(save(page)).toHaveText("Saved");
  await expect(notice(page)).toHaveCount(0);
});

test("a copy that cannot be made is said, and a storage that was emptied under its mark says nothing", async ({ page, context, owner, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed|Failed to load resource|ERR_FAILED/);
  const record = await owner.makeRecord(page.request, "No way out");
  const path = owner.at(`/records/${record}`);
  await leaveWordsBehind(page, path, "Only here and B");
  await context.setOffline(false);
  const later = await context.newPage();
  await done(later.request, "record.archive", { workspace: owner.workspace, record });
  await later.route(/editor-[0-9a-f]+\.js/, (route) => route.abort());
  await open(later, path);
  await later.getByRole("button", { name: "Save a copy" }).click();
  await expect(later.getByText("The copy could not be made. Reload the page to try again.")).toBeVisible();
  await expect(notice(later)).toBeVisible();
  expect(await keptRows(later)).toBe(1);
  await open(later, "/you");
  await later.evaluate(() => new Promise((well, failed) => {
    const gone = indexedDB.deleteDatabase("scriptkeep-editor");
    gone.onsuccess = well;
    gone.onerror = failed;
  }));
  await later.unroute(/editor-[0-9a-f]+\.js/);
  await open(later, path);
  await expect(later.getByText("This record is in the archive.")).toBeVisible();
  await expect(save(later)).toHaveText("Saved");
  await expect(notice(later)).toHaveCount(0);
  // Looking left nothing there that a page which writes could not use.
  expect(await later.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]] as const) {
  test(`the act of a notice stands apart from its words at ${width} ${scheme}`, async ({ page, context, owner, complaints }) => {
    complaints.expect(LOST);
    const record = await owner.makeRecord(page.request, "Rest by the harbour", "relaxation");
    const path = owner.at(`/records/${record}`);
    const later = await context.newPage();
    await leaveWordsBehind(page, path, "Only here is B");
    await context.setOffline(false);
    await later.setViewportSize({ width, height: 844 });
    await later.emulateMedia({ colorScheme: scheme });
    /** Between the words and the act: to the right of the words, or below them. */
    const gap = (name: string): Promise<number> =>
      later.getByRole("button", { name }).evaluate((button) => {
        const words = document.createRange();
        words.selectNode([...button.parentElement!.childNodes].find((node) => node.textContent!.trim() !== "" && node.nodeType === Node.TEXT_NODE)!);
        const [act, said] = [button.getBoundingClientRect(), words.getBoundingClientRect()];
        return Math.max(act.left - said.right, act.top - said.bottom);
      });
    for (const name of ["Bring them in", "Save a copy"]) {
      await open(later, path);
      const act = later.getByRole("button", { name });
      await expect(act).toBeInViewport({ ratio: 1 });
      expect(await gap(name)).toBeGreaterThanOrEqual(8);
      expect(await later.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await faultsOf(later)).toEqual([]);
      await later.screenshot({ path: `end2end/results/screens/kept-${name.split(" ")[0]!.toLowerCase()}-${width}-${scheme}.png` });
      if (name === "Bring them in") await done(later.request, "record.archive", { workspace: owner.workspace, record });
    }
  });
}

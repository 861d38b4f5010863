// Words that only the device has: kept through what may happen to a connection, and erased when their writer signs out.
import type { Page } from "@playwright/test";
import { LOST, leaveWordsBehind } from "./support/kept.ts";
import { heldSockets } from "./support/network.ts";
import { memberOf } from "./support/people.ts";
import { alive, expect, open, test } from "./support/test.ts";
import { keptOf, keptRows, leaveNetwork, save, text, type, write } from "./support/writing.ts";

/** Notes each word that the head says of the words' safety from now on. */
async function noted(page: Page, heard: (word: string) => void = () => {}): Promise<string[]> {
  const said: string[] = [];
  await page.exposeFunction("say", (word: string) => {
    if (said.at(-1) === word) return;
    said.push(word);
    heard(word);
  });
  await save(page).evaluate((element) => {
    new MutationObserver(() => (window as unknown as { say(word: string): void }).say(element.textContent!.trim())).observe(element, { childList: true, subtree: true, characterData: true });
  });
  return said;
}

test("signing out warns of words that only this device has, erases them, and the service worker comes back", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Left behind");
  await leaveWordsBehind(page, owner.at(`/records/${record}`), "Nobody else has plan B");
  await context.setOffline(false);
  const still = await context.newPage();
  await open(still, "/you/sessions");
  await still.evaluate(() => navigator.serviceWorker.ready);
  const asked: string[] = [];
  let answer = false;
  still.on("dialog", async (dialog) => {
    asked.push(dialog.message());
    await (answer ? dialog.accept() : dialog.dismiss());
  });
  await still.getByRole("button", { name: "Sign out here" }).click();
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]).toContain("on this device only");
  await expect(still).toHaveURL("/you/sessions");
  expect(await keptRows(still)).toBe(1);
  answer = true;
  await still.getByRole("button", { name: "Sign out here" }).click();
  await expect(still).toHaveURL("/sign-in?from=signed-out");
  expect(await keptRows(still)).toBe(0);
  expect(await still.evaluate(() => ({ ...localStorage }))).toEqual({});
  await owner.signIn(still.request);
  await open(still, owner.at(`/records/${record}`));
  await still.evaluate(() => navigator.serviceWorker.ready);
  await write(still);
  await expect(save(still)).toHaveText("Saved");
  await expect(text(still)).not.toContainText("Nobody else");
});

test("signing out asks nothing where the server has everything", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "All there");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Saved words");
  page.on("dialog", () => expect(true, "a question").toBe(false));
  await page.goto("/you/sessions");
  await alive(page);
  await page.getByRole("button", { name: "Sign out here" }).click();
  await expect(page).toHaveURL("/sign-in?from=signed-out");
});

test("another account in the same browser sees nothing of them; their writer finds them again", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Shared browser");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const path = owner.at(`/records/${record}`);
  const ilses = await leaveWordsBehind(page, path, "Ilse wrote plan B");
  await context.setOffline(false);
  const other = await context.newPage();
  await bea.signIn(other.request);
  await open(other, path);
  await write(other);
  await type(other, "Bea writes");
  await expect(text(other)).toHaveText("Bea writes");
  // What was Bea's, the device has forgotten; what is Ilse's, it keeps.
  await expect.poll(() => keptOf(other)).toEqual(ilses);
  // A page that is open would be made anew for who signs in, while the next is on its way.
  await other.goto("about:blank");
  await owner.signIn(other.request);
  await open(other, path);
  await write(other);
  await expect(text(other)).toContainText("Ilse wrote plan B");
  await expect(text(other)).toContainText("Bea writes");
  await expect(save(other)).toHaveText("Saved");
  await expect.poll(() => keptRows(other)).toBe(0);
});

test("the browser is asked to keep what it holds with the first words that wait, and not before", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  await context.addInitScript(() => {
    const counted = window as unknown as { asked: number };
    counted.asked = 0;
    navigator.storage.persist = () => {
      counted.asked += 1;
      return Promise.resolve(true);
    };
  });
  const asked = () => page.evaluate(() => (window as unknown as { asked: number }).asked);
  const record = await owner.makeRecord(page.request, "Kept");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  expect(await asked()).toBe(0);
  await leaveNetwork(page);
  await page.keyboard.type("first");
  await expect(save(page)).toHaveText("On this device");
  await page.keyboard.type(" second");
  await expect(page.getByText("2 words are on this device")).toBeVisible();
  await expect.poll(asked).toBe(1);
});

test("without a network for long: each state is true through tries that fail, and everything arrives", async ({ page, context, owner, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "In the tunnel");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Before.");
  // It tries again and again; for more than a minute, on a clock that is put forward, in editor-safety.spec.ts.
  let tries = 0;
  page.on("websocket", () => (tries += 1));
  await leaveNetwork(page);
  await page.keyboard.type(" Three words more.");
  await expect(save(page)).toHaveText("On this device");
  await expect(page.getByText("3 words are on this device")).toBeVisible();
  await expect.poll(() => tries).toBeGreaterThan(2);
  await expect(save(page)).toHaveText("On this device");
  await page.keyboard.type(" And two.");
  await expect(page.getByText("5 words are on this device")).toBeVisible();
  await context.setOffline(false);
  await expect(save(page)).toHaveText("Saved");
  await page.reload();
  await expect(page.locator(".reading .doc")).toHaveText("Before. Three words more. And two.");
});

test("a slow network: saved is said of what the server is known to have, and of nothing else", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "By satellite");
  const link = await heldSockets(page);
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await expect(save(page)).toHaveText("Saved");
  // Whenever it is said: how many updates had gone out, and of how many the page had been told that they are durable.
  const told: { sent: number; acknowledged: number }[] = [];
  const said = await noted(page, (word) => {
    if (word === "Saved") told.push({ sent: link.sent, acknowledged: link.acknowledged });
  });
  for (const words of ["Slowly. ", "And slowly. ", "And slowly on."]) {
    // The network takes as long as it takes to look at everything.
    link.hold = true;
    await page.keyboard.type(words);
    await expect(save(page)).toHaveText("Saving");
    // Meanwhile the device has it.
    await expect.poll(() => keptRows(page)).toBe(1);
    await expect(save(page)).toHaveText("Saving");
    link.hold = false;
    link.letThrough();
    await expect(save(page)).toHaveText("Saved");
    await expect.poll(() => keptRows(page)).toBe(0);
  }
  expect(link.sent).toBeGreaterThan(3);
  expect(told).toHaveLength(3);
  for (const { sent, acknowledged } of told) expect(acknowledged).toBe(sent);
  expect(said).not.toContain("No connection");
  await page.reload();
  await expect(page.locator(".reading .doc")).toHaveText("Slowly. And slowly. And slowly on.");
});

test("a network from which nothing comes back: saving is said and not saved, until the server has it", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Into the silence");
  let slow = false;
  const late: (() => void)[] = [];
  await page.routeWebSocket(/\/ws\/records\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      if (slow) late.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "Before.");
  slow = true;
  const said = await noted(page);
  await page.keyboard.type(" Slowly.");
  await expect.poll(() => late.length).toBeGreaterThan(0);
  await expect(save(page)).toHaveText("Saving");
  // Meanwhile the device has it.
  await expect.poll(() => keptRows(page)).toBe(1);
  expect(said).not.toContain("Saved");
  slow = false;
  late.forEach((send) => send());
  await expect(save(page)).toHaveText("Saved");
  await expect.poll(() => keptRows(page)).toBe(0);
});

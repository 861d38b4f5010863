// What a person sees while a part below is killed: the true state, nothing lost that was said to be saved, and nothing to do
// but to go on writing. What the server itself answers meanwhile is tested in server/tests/all/editing/kept.rs.
import type { Page } from "@playwright/test";
import { personFor } from "./support/people.ts";
import { OwnServer } from "./support/server.ts";
import { expect, open, test as base } from "./support/test.ts";
import { keptRows, save, text, type, write } from "./support/writing.ts";

/** Somebody who writes on a server of their own. */
interface Desk {
  page: Page;
  server: OwnServer;
  /** Where the script is. */
  path: string;
}

const test = base.extend<{ server: OwnServer; desk: Desk }>({
  // By itself, so that it ends whatever becomes of the rest.
  server: async ({}, use) => {
    const server = await OwnServer.start();
    await use(server);
    await server.stop();
  },
  desk: async ({ browser, server }, use, info) => {
    const context = await browser.newContext({ baseURL: server.origin });
    const page = await context.newPage();
    const ilse = await personFor(context.request, info.title);
    await ilse.signIn(context.request);
    await ilse.makeWorkspace(context.request, "Tern House");
    const path = ilse.at(`/records/${await ilse.makeRecord(context.request, "Through a fault")}`);
    await open(page, path);
    await write(page);
    await use({ page, server, path });
    await context.close();
  },
});

/** Calls with each word that the head says of the words' safety from now on, and the text at that moment. */
async function listen(page: Page, heard: (word: string, words: string) => void): Promise<void> {
  await page.exposeFunction("heard", heard);
  await save(page).evaluate((element) => {
    const { heard } = window as unknown as { heard(word: string, words: string): void };
    let last = element.textContent!.trim();
    new MutationObserver(() => {
      const word = element.textContent!.trim();
      if (word !== last) heard(word, document.querySelector(".ProseMirror")!.textContent!);
      last = word;
    }).observe(element, { childList: true, subtree: true, characterData: true });
  });
}

test("Postgres is killed while somebody types: saved is not said until it is, and it mends by itself", async ({ desk }) => {
  const { page, server } = desk;
  await type(page, "Before.");
  const said: { word: string; words: string }[] = [];
  await listen(page, (word, words) => void said.push({ word, words }));
  server.killPostgres();
  await page.keyboard.type(" Typed into the fall,");
  await page.keyboard.type(" and on, and on.");
  await expect(save(page)).toHaveText("Saved");
  const whole = "Before. Typed into the fall, and on, and on.";
  await expect(text(page)).toHaveText(whole);
  // Whatever was said to be saved is there, also when the server goes at that moment.
  await server.kill();
  await server.startAgain();
  await open(page, desk.path);
  await expect(page.locator(".reading .doc")).toHaveText(whole);
  // It was said before: to be said again, something else must have been said meanwhile.
  const saved = said.filter(({ word }) => word === "Saved");
  expect(saved.length).toBeGreaterThan(0);
  for (const { words } of saved) expect(whole.startsWith(words), words).toBe(true);
});

test("while Postgres is down saved is never said, however long and whatever is typed; the device has it meanwhile", async ({ desk }) => {
  const { page, server } = desk;
  await type(page, "Before.");
  const said: { word: string; words: string }[] = [];
  await listen(page, (word, words) => void said.push({ word, words }));
  server.holdPostgresDown();
  await page.keyboard.type(" Typed while it is down,");
  await expect.poll(() => server.ready(), { message: "the server knows" }).toBe(false);
  await expect.poll(() => keptRows(page)).toBe(1);
  await page.keyboard.type(" and on,");
  for (let press = 0; press < 4; press += 1) await page.keyboard.press("Backspace");
  await page.keyboard.type(" and over.");
  // The head says what is true, in whichever of its ways.
  await expect(save(page)).toHaveText(/^(Saving|On this device)$/);
  await expect.poll(() => keptRows(page)).toBe(1);
  expect(said.map(({ word }) => word)).not.toContain("Saved");
  server.letPostgresBack();
  await expect(save(page)).toHaveText("Saved");
  const whole = "Before. Typed while it is down, and and over.";
  await expect(text(page)).toHaveText(whole);
  expect(said.filter(({ word }) => word === "Saved").map(({ words }) => words)).toEqual([whole]);
  await server.kill();
  await server.startAgain();
  await open(page, desk.path);
  await expect(page.locator(".reading .doc")).toHaveText(whole);
});

test("the server is killed the moment saved appears: text and deletion are there, and the page goes on by itself", async ({ desk }) => {
  const { page, server } = desk;
  await type(page, "One two three.");
  let kills = 0;
  let killed = Promise.resolve();
  await listen(page, (word) => {
    if (word === "Saved" && kills === 0) {
      kills += 1;
      killed = server.kill();
    }
  });
  for (let letter = 0; letter < " three.".length; letter += 1) await page.keyboard.press("Backspace");
  await expect.poll(() => kills).toBe(1);
  await killed;
  await page.keyboard.type(" And four.");
  await expect(save(page)).toHaveText("On this device");
  await server.startAgain();
  await expect(save(page)).toHaveText("Saved");
  await expect(text(page)).toHaveText("One two And four.");
  await open(page, desk.path);
  await expect(page.locator(".reading .doc")).toHaveText("One two And four.");
});

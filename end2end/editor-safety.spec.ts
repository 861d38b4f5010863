// Safety: three honest states, a warning before words are left behind, and nothing lost when the connection comes back.
import { expect, test } from "./support/editor.ts";

/** The browser notes each connection that fails. */
const FAILED = /WebSocket connection to .* failed/;

type Status = { safety: string; where: string; words: number; unsaved: boolean; code: number } | undefined;

test("detail_23 saved is said only after the acknowledgement, saving until then, offline without a connection", async ({ sheet, room, page, complaints }) => {
  complaints.expect(FAILED);
  const one = await sheet();
  await one.saved();
  expect(room.queries[0]!.get("ack")).toBe("1");
  expect(room.queries[0]!.get("schema")).toBe("1");
  room.behaviour.acknowledges = false;
  await one.type("Words");
  await expect.poll(() => room.xml).toContain("Words");
  expect((await one.told()).status).toMatchObject({ safety: "saving", unsaved: true });
  room.acknowledge();
  await one.saved();
  // Every "saved" ever said came after an acknowledgement of all that was sent.
  const safeties = await page.evaluate(() => (window as unknown as { all: [string, { safety: string }][] }).all.filter(([name]) => name === "status").map(([, status]) => status.safety));
  expect(safeties).not.toContain("offline");
  room.behaviour.down = true;
  room.drop();
  await one.says("status", (status: Status) => status?.safety === "offline" && !status.unsaved);
  await one.type(" and three more");
  await one.says("status", (status: Status) => status?.safety === "offline" && status.where === "device" && status.words === 3);
  room.behaviour.down = false;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await one.saved();
  expect(room.xml).toContain("Words and three more");
});

test("detail_23 a server that takes nothing more is said so, and the text can no longer be changed", async ({ sheet, room }) => {
  const one = await sheet();
  await one.type("Kept");
  await one.saved();
  room.drop(4403);
  await one.says("status", (status: Status) => status?.safety === "refused" && status.code === 4403);
  await expect(one.text).toHaveAttribute("contenteditable", "false");
  await expect(one.text).toHaveText("Kept");
});

test("detail_24 leaving with unsynced words warns, leaving with none does not", async ({ sheet, room, page }) => {
  const one = await sheet();
  await one.type("Safe words");
  await one.saved();
  const asked: string[] = [];
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog.dismiss();
  });
  room.behaviour.acknowledges = false;
  await one.type(" and unsafe ones");
  await one.says("status", (status: Status) => status?.unsaved === true);
  await page.evaluate(() => void (location.search = "?elsewhere"));
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  room.acknowledge();
  await one.saved();
  await page.goto("about:blank");
  expect(asked).toEqual(["beforeunload"]);
});

test("detail_24 words written offline outlive the page: encrypted on the device, merged when the connection returns, then forgotten", async ({ sheet, room, context, page, complaints }) => {
  complaints.expect(FAILED);
  const one = await sheet();
  await one.type("Before. ");
  await one.saved();
  room.behaviour.down = true;
  room.drop();
  await one.says("status", (status: Status) => status?.safety === "offline");
  await one.type("Written offline, all 4");
  // The last key is a word of its own, so that all of them are there once so many words are.
  await one.says("status", (status: Status) => status?.where === "device" && status.words === 4);
  const rows = (): Promise<string> =>
    page.evaluate(
      () =>
        new Promise((done) => {
          const open = indexedDB.open("scriptkeep-editor");
          open.onsuccess = () => {
            const all = open.result.transaction("unsent").objectStore("unsent").getAll();
            all.onsuccess = () => done(all.result.map(({ sealed }: { sealed: ArrayBuffer }) => new TextDecoder("latin1").decode(sealed)).join());
          };
        }),
    );
  expect((await rows()).length).toBeGreaterThan(40);
  expect(await rows()).not.toContain("offline");
  // The page is closed without its goodbye, as by a crash; somebody else writes meanwhile.
  await page.close({ runBeforeUnload: false });
  room.behaviour.down = false;
  const two = await sheet("name=Ben&user=ben", await context.browser()!.newContext());
  await two.page.keyboard.press("Control+Home");
  await two.type("Ben. ");
  await two.saved();
  const again = await sheet("", context);
  await again.saved();
  await expect.poll(() => again.words()).toContain("Ben. Before. Written offline, all 4");
  await expect(two.text).toContainText("Written offline, all 4");
  await expect.poll(() => again.page.evaluate(() => new Promise((done) => {
    const open = indexedDB.open("scriptkeep-editor");
    open.onsuccess = () => {
      const count = open.result.transaction("unsent").objectStore("unsent").count();
      count.onsuccess = () => done(count.result);
    };
  }))).toBe(0);
  await two.page.context().close();
});

test("detail_24 what the server will not take can be saved as a named copy that holds every word", async ({ sheet, room, page, complaints }) => {
  const one = await sheet();
  await one.type("Kept. ");
  await one.saved();
  // Not there while somebody types, so that nothing is refused before the last letter.
  complaints.expect(FAILED);
  room.behaviour.down = true;
  room.drop();
  await one.type("Never sent.");
  room.behaviour.closesWith = 4403;
  room.behaviour.down = false;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await one.says("status", (status: Status) => status?.safety === "refused" && status.unsaved);
  const download = page.waitForEvent("download");
  await one.command("recover");
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^A script, recovered \d{4}-\d\d-\d\d \d\d\.\d\d\.html$/);
  const stream = await file.createReadStream();
  const text = Buffer.concat(await stream.toArray()).toString();
  expect(text).toContain("Kept. Never sent.");
});

test("detail_24 what is typed while the server is away for long, and while it comes and goes, arrives once", async ({ sheet, room, page }) => {
  const one = await sheet();
  for (let round = 0; round < 6; round++) {
    await one.type(`round${round} `);
    room.drop();
    await page.evaluate(() => dispatchEvent(new Event("online")));
  }
  await one.saved();
  await expect(one.text).toHaveText("round0 round1 round2 round3 round4 round5 ");
  expect(room.xml.match(/round\d/g)).toHaveLength(6);
});

test("detail_24 without a network for a minute and a half, on a clock that is put forward: the state stays true through every try, and everything arrives once", async ({ sheet, room, page, complaints }) => {
  complaints.expect(FAILED);
  // The page's own clock; what comes from outside of it, comes when it comes.
  await page.clock.install();
  const one = await sheet();
  await one.type("Before.");
  await one.saved();
  room.behaviour.down = true;
  room.drop();
  await one.type(" Three words more.");
  await one.says("status", (status: Status) => status?.safety === "offline" && status.where === "device" && status.words === 3);
  let tries = 0;
  page.on("websocket", () => (tries += 1));
  const heard = await page.evaluate(() => (window as unknown as { all: unknown[] }).all.length);
  for (let second = 0; second < 90; second += 5) {
    await page.clock.runFor(5_000);
    expect((await one.told()).status).toMatchObject({ safety: "offline", where: "device", words: 3, unsaved: true });
  }
  // It went on trying, ever less often: how long it waits between is tested in app/editor/test/link.test.ts.
  expect(tries).toBeGreaterThan(3);
  expect(tries).toBeLessThan(40);
  const said = await page.evaluate((heard) => (window as unknown as { all: [string, { safety: string }][] }).all.slice(heard).filter(([name]) => name === "status").map(([, { safety }]) => safety), heard);
  expect(said.filter((safety) => safety !== "offline")).toEqual([]);
  room.behaviour.down = false;
  await page.clock.runFor(60_000);
  await one.saved();
  expect(room.xml.match(/Three words more/g)).toHaveLength(1);
  expect(room.xml).toContain("Before. Three words more.");
});

test("two tabs of one person keep each other's words", async ({ sheet, room, context, complaints }) => {
  complaints.expect(FAILED);
  const one = await sheet();
  const two = await sheet("", context);
  room.behaviour.down = true;
  room.drop();
  await one.page.bringToFront();
  await one.type("From one. ");
  await two.page.bringToFront();
  await two.type("From two. ");
  for (const tab of [one, two]) await tab.says("status", (status: Status) => status?.where === "device");
  room.behaviour.down = false;
  for (const tab of [one, two]) {
    await tab.page.evaluate(() => dispatchEvent(new Event("online")));
    await tab.saved();
  }
  await expect(one.text).toContainText("From one.");
  await expect(one.text).toContainText("From two.");
});

test("a reader sees everything live and can change nothing", async ({ sheet, room, context }) => {
  const one = await sheet();
  const reader = await sheet("readonly&name=Rea&user=rea", context);
  await one.type("For all to read");
  await expect.poll(() => reader.words()).toBe("For all to read");
  await expect(reader.text).toHaveAttribute("contenteditable", "false");
  await reader.text.evaluate(() => document.execCommand("insertText", false, "x"));
  await one.saved();
  expect(room.xml).toContain("<paragraph>For all to read</paragraph>");
});

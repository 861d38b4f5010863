// A key is put into the shared document behind the paint. These pages never get to paint: what is written in a task is looked
// for in the same task, or frames never come.
import type { Page } from "@playwright/test";
import { expect, test } from "./support/editor.ts";
import { DOT } from "./support/room.ts";

interface Window {
  told: { status: { safety: string; unsaved: boolean } };
  all: unknown[];
  sent: number;
  still: boolean;
  stopped: boolean;
  editor: { command(name: string, args: string): boolean; destroy(): void };
}

/** Counts what goes into the socket. Makes frames stop when the page is told to be still; when it is stopped, what is put in place
 * without a frame as well. */
async function watched(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const here = window as unknown as Window & { errors: string[] };
    here.sent = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (this: WebSocket, data: Parameters<typeof send>[0]) {
      here.sent += 1;
      send.call(this, data);
    };
    const frame = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (act) => (here.still ? 0 : frame(act));
    const timer = window.setTimeout.bind(window);
    // LATEST_MS of app/editor/writing.ts.
    window.setTimeout = ((act: () => void, ms?: number) => (here.stopped && ms === 100 ? 0 : timer(act, ms))) as typeof setTimeout;
    here.errors = [];
    addEventListener("error", ({ message }) => here.errors.push(message));
  });
}

/** Types a letter and does something within the same task; answers the status before and after, how much was sent by that, and
 * how often the page was told something. */
function letterThen(page: Page, what: string): Promise<{ before: string; between: string; after: string; unsaved: boolean; sent: number; told: number; prevented: boolean; words: string }> {
  return page.evaluate(async (what) => {
    const here = window as unknown as Window;
    const before = here.told.status.safety;
    document.execCommand("insertText", false, "x");
    // The view hears of it in a microtask, which is still this task.
    await Promise.resolve();
    await Promise.resolve();
    const between = here.told.status.safety;
    const { sent } = here;
    const told = here.all.length;
    const transfer = new DataTransfer();
    transfer.setData("text/html", "<p>another</p><p>and one more</p>");
    const text = document.querySelector(".ProseMirror")!;
    let prevented = false;
    switch (what) {
      case "undo":
      case "redo":
      case "retry":
      case "recover":
        here.editor.command(what, "");
        break;
      case "hidden":
        Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
        Reflect.deleteProperty(document, "visibilityState");
        break;
      case "pagehide":
        dispatchEvent(new Event("pagehide"));
        break;
      case "beforeunload":
        prevented = !dispatchEvent(new Event("beforeunload", { cancelable: true }));
        break;
      case "destroy":
        here.editor.destroy();
        break;
      case "blur":
        (document.activeElement as HTMLElement).blur();
        break;
      case "paste":
        text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
        break;
      case "drop": {
        const { right, top } = text.querySelector("p")!.getBoundingClientRect();
        text.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, clientX: right - 1, clientY: top + 5, bubbles: true, cancelable: true }));
        break;
      }
    }
    return {
      before,
      between,
      after: here.told.status.safety,
      unsaved: here.told.status.unsaved,
      sent: here.sent - sent,
      told: here.all.length - told,
      prevented,
      words: document.querySelector(".ProseMirror")?.textContent ?? "",
    };
  }, what);
}

test("detail_23 saving is said with the letter, before it is painted or sent", async ({ sheet, room, page }) => {
  const one = await sheet();
  await one.type("Kept. ");
  await one.saved();
  const { before, between, unsaved } = await letterThen(page, "nothing");
  expect([before, between, unsaved]).toEqual(["saved", "saving", true]);
  await one.saved();
  expect(room.xml).toContain("Kept. x");
});

for (const moment of ["hidden", "pagehide", "beforeunload", "destroy"]) {
  test(`detail_24 a letter of the page's last moment goes out with it: ${moment}`, async ({ sheet, room, page }) => {
    await watched(page);
    const one = await sheet();
    await one.type("Kept. ");
    await one.saved();
    const { sent, prevented, told } = await letterThen(page, moment);
    expect(sent, "within the same task").toBeGreaterThan(0);
    expect(prevented).toBe(moment === "beforeunload");
    if (moment === "destroy") expect(told, "to a page that has closed it").toBe(0);
    await expect.poll(() => room.xml).toContain("Kept. x");
  });
}

for (const [moment, text] of [["blur", /Kept\.x</], ["paste", /Kept\.x?another<.*>and one more</], ["drop", /Kept\.xanother<.*>and one more</]] as const) {
  test(`a letter is in place before whatever comes in its own task: ${moment}`, async ({ sheet, room, page }) => {
    await watched(page);
    const one = await sheet();
    await one.type("Kept.");
    await one.saved();
    await page.evaluate(() => Object.assign(window, { still: true, stopped: true }));
    await letterThen(page, moment);
    await expect.poll(() => room.xml).toMatch(text);
    await one.saved();
    expect(await page.evaluate(() => (window as unknown as { errors: string[] }).errors)).toEqual([]);
  });
}

test("detail_24 a letter that was typed in the same moment is in the copy that is saved", async ({ sheet, page }) => {
  await watched(page);
  const one = await sheet();
  await one.type("Kept. ");
  await one.saved();
  const download = page.waitForEvent("download");
  await letterThen(page, "recover");
  expect(Buffer.concat(await (await (await download).createReadStream()).toArray()).toString()).toContain("Kept. x");
});

test("a page that nobody sees sends what it writes at once: a letter, what is pasted, a picture that has come", async ({ sheet, room, page }) => {
  await watched(page);
  await page.addInitScript(() => {
    const here = window as unknown as { extras: unknown; finish: () => void };
    here.extras = { upload: () => new Promise<string>((done) => (here.finish = () => done("picture-1"))) };
  });
  const one = await sheet();
  await one.type("Kept. ");
  await one.text.evaluate((element, bytes) => {
    const clipboard = new DataTransfer();
    clipboard.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], "photo.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, DOT);
  await expect.poll(() => page.evaluate(() => "finish" in window)).toBe(true);
  await expect.poll(() => room.xml).toContain("Kept. ");
  const sent = await page.evaluate(async () => {
    const here = window as unknown as Window & { finish: () => void };
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    // No timer of such a page comes soon.
    Object.assign(window, { still: true, setTimeout: () => 0 });
    const during = async (act: () => unknown): Promise<number> => {
      const before = here.sent;
      act();
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      return here.sent - before;
    };
    const clipboard = new DataTransfer();
    clipboard.setData("text/plain", "Pasted.");
    const paste = new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true });
    return [
      await during(() => document.execCommand("insertText", false, "x")),
      await during(() => document.querySelector(".ProseMirror")!.dispatchEvent(paste)),
      await during(() => here.finish()),
    ];
  });
  expect(sent.every((count) => count > 0), sent.join()).toBe(true);
  await expect.poll(() => room.xml).toMatch(/Kept\. xPasted\.<.*attachment:picture-1/);
});

test("detail_19 a letter can be undone in the moment it is typed, and only that, and comes back", async ({ sheet, room, page }) => {
  const one = await sheet();
  await one.type("Kept.");
  await one.saved();
  // A pause ends what one undo takes back.
  await one.command("go_to", { id: "nowhere" });
  await expect.poll(async () => (await one.told()).selection?.undo).toBe(true);
  const { words } = await letterThen(page, "undo");
  expect(words).not.toContain("x");
  expect(await one.command("redo")).toBe(true);
  await expect.poll(() => room.xml).toContain("Kept.x");
});

test("detail_19 after a letter there is nothing to do again, also in the moment it is typed", async ({ sheet, room, page }) => {
  const one = await sheet();
  await one.type("Kept.");
  await one.saved();
  await one.all("undo");
  await expect.poll(async () => (await one.told()).selection?.redo).toBe(true);
  const { words } = await letterThen(page, "redo");
  expect(words).toBe("x");
  await one.saved();
  expect(room.xml).toContain(">x<");
  expect(await one.command("redo")).toBe(false);
});

test("a letter is not lost to others' words that come in before it is painted", async ({ sheet, context, room, page }) => {
  await watched(page);
  const one = await sheet();
  await one.type("Kept.");
  const two = await sheet("name=Ben&user=ben", context);
  await expect(two.text).toContainText("Kept.");
  await page.bringToFront();
  await one.text.click();
  await page.keyboard.press("Control+End");
  await page.evaluate(() => void ((window as unknown as Window).still = true));
  for (const letter of "12345678") {
    await Promise.all([page.evaluate((letter) => document.execCommand("insertText", false, letter), letter), two.page.evaluate(() => document.execCommand("insertText", false, "-"))]);
  }
  for (const sheet of [one, two]) {
    await expect.poll(async () => (await sheet.words()).replace(/\D/g, "")).toBe("12345678");
    await expect.poll(async () => [...(await sheet.words())].filter((letter) => letter === "-").length).toBe(8);
  }
  expect(await one.words()).toBe(await two.words());
  expect(room.xml).toContain(await one.words());
});

test("detail_23 a page that is never painted writes all the same, when it is left and by itself", async ({ sheet, room, page }) => {
  await watched(page);
  const one = await sheet();
  await one.type("Kept. ");
  await one.saved();
  await page.evaluate(() => void ((window as unknown as Window).still = true));
  await one.type("And this");
  await expect.poll(() => room.xml).toContain("Kept. And this");
  await one.saved();
  await one.type(", too");
  await page.locator("#after").focus();
  await expect.poll(() => room.xml).toContain("And this, too");
});

/** Makes the line with the caret the last of what is seen, as by hand. */
const toTheEdge = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const scroller = document.querySelector(".scroll")!;
    const caret = getSelection()!.getRangeAt(0).getBoundingClientRect();
    scroller.scrollBy(0, caret.bottom - scroller.getBoundingClientRect().bottom + 4);
  });

/** How far the caret is from the lower edge of what is seen, in pixels. */
const below = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const caret = getSelection()!.getRangeAt(0);
    const probe = caret.getClientRects()[0] ?? (caret.startContainer as Element).getBoundingClientRect();
    return document.querySelector(".scroll")!.getBoundingClientRect().bottom - probe.bottom;
  });

for (const when of ["", ", also without a connection", ", also when a letter is written before it is painted"]) {
  test(`detail_26 the caret stays clear of the edge while somebody types to the bottom of the screen${when}`, async ({ sheet, room, page, complaints }) => {
    complaints.expect(/WebSocket/);
    const one = await sheet();
    await one.paste({ "text/html": "<p>line</p>".repeat(80) });
    await one.saved();
    if (when.includes("connection")) {
      room.behaviour.down = true;
      room.drop();
      await one.says("status", (status: { safety: string } | undefined) => status?.safety === "offline");
    }
    await page.keyboard.press("Control+End");
    await one.heard();
    await toTheEdge(page);
    if (when.includes("before")) await letterThen(page, "retry");
    else await one.type("a");
    await expect.poll(() => below(page)).toBeGreaterThanOrEqual(60);
  });
}

test("a word deleted in the moment one of its letters is typed stays deleted, here and in the room", async ({ sheet, room, page }) => {
  await watched(page);
  const one = await sheet();
  await one.type("Kept.");
  await one.saved();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await one.heard();
  const [typed, deleted, errors] = await page.evaluate(async () => {
    const here = window as unknown as { still: boolean; errors: string[] };
    here.still = true;
    const words = (): string => document.querySelector(".ProseMirror")!.textContent!;
    // The view hears of each in a microtask, and nothing is painted in between.
    const heard = async (): Promise<void> => {
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    };
    document.execCommand("insertText", false, "x");
    await heard();
    const typed = words();
    getSelection()!.modify("extend", "backward", "word");
    document.execCommand("delete");
    await heard();
    return [typed, words(), here.errors] as const;
  });
  expect([typed, deleted, errors]).toEqual(["Kepxt.", "t.", []]);
  await expect.poll(() => room.xml).toContain(">t.<");
  expect(await one.words()).toBe("t.");
});

for (const still of [false, true]) {
  test(`detail_04 an input method composes at the edge of the screen undisturbed${still ? ", however late the frames" : ""}`, async ({ sheet, room, page }) => {
    await watched(page);
    const one = await sheet();
    await one.paste({ "text/html": "<p>line</p>".repeat(80) });
    await page.keyboard.press("Control+End");
    await one.saved();
    await toTheEdge(page);
    await page.evaluate((still) => void ((window as unknown as { still: boolean }).still = still), still);
    const devtools = await page.context().newCDPSession(page);
    for (const text of ["k", "ka", "kak", "kaki", "かき"]) {
      await devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    }
    await devtools.send("Input.insertText", { text: "かき" });
    await expect.poll(() => room.xml).toContain("lineかき<");
    expect((await one.words()).endsWith("lineかき")).toBe(true);
    expect(await page.evaluate(() => (window as unknown as { errors: string[] }).errors)).toEqual([]);
  });
}

test("what is pasted is there within the same task", async ({ sheet, room, page }) => {
  await watched(page);
  const one = await sheet();
  await one.saved();
  await page.evaluate(() => void ((window as unknown as Window).still = true));
  const after = await one.text.evaluate((element) => {
    const here = window as unknown as Window;
    const { sent } = here;
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", "<p>a table of contents</p>");
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    return { words: element.textContent, safety: here.told.status.safety, unsaved: here.told.status.unsaved, sent: here.sent - sent };
  });
  expect(after).toMatchObject({ words: "a table of contents", safety: "saving", unsaved: true });
  await expect.poll(() => room.xml).toContain("a table of contents");
});

test("detail_14 a table that two people's edits left ragged is mended before anybody writes in it", async ({ sheet, room, context, complaints }) => {
  complaints.expect(/WebSocket/);
  const one = await sheet();
  await one.paste({ "text/html": "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table><p>tail</p>" });
  await one.saved();
  const two = await sheet("name=Ben&user=ben", context);
  await expect(two.text).toContainText("tail");
  const shape = (sheet: typeof one): Promise<string> =>
    sheet.text.evaluate((text) => [...text.querySelectorAll("tr")].map((row) => row.querySelectorAll("td, th").length).join());
  room.behaviour.deaf = true;
  for (const [sheet, command] of [[one, "row"], [two, "column"]] as const) {
    await sheet.page.bringToFront();
    await sheet.text.locator("td").first().click();
    expect(await sheet.command(command)).toBe(true);
  }
  room.behaviour.deaf = false;
  room.wanted += 2;
  for (const sheet of [one, two]) {
    await sheet.page.evaluate(() => {
      dispatchEvent(new Event("offline"));
      dispatchEvent(new Event("online"));
    });
  }
  for (const sheet of [one, two]) await expect.poll(() => shape(sheet)).toBe("3,3,3");
});

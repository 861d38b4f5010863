// A key acts where the caret is, however soon it follows the key or the click that put it there: the browser tells of a caret
// that moved in a task of its own, and keys that wait in line come before it.
import type { Page } from "@playwright/test";
import { expect, test } from "./support/editor.ts";
import { frames, untold } from "./support/writing.ts";

test("detail_01 Enter acts where a key before it has put the caret in the same moment", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("One line of words");
  await one.saved();
  // The caret moves and the key comes before the browser has told of it: as when both waited while the page was busy.
  const together = (to: "forward" | "backward", key: string): Promise<void> =>
    page.evaluate(
      ([to, key]) => {
        getSelection()!.modify("move", to, "documentboundary");
        document.querySelector(".ProseMirror")!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      },
      [to, key] as const,
    );
  await page.keyboard.press("Home");
  await one.heard();
  await together("forward", "Enter");
  await expect.poll(() => room.xml).toMatch(/<paragraph[^>]*>One line of words<\/paragraph><paragraph[^>]*><\/paragraph>/);
  await one.heard();
  await together("backward", "Enter");
  await expect.poll(() => room.xml).toMatch(/^<paragraph[^>]*><\/paragraph><paragraph[^>]*>One line of words<\/paragraph><paragraph[^>]*><\/paragraph>$/);
});

test("detail_01 keys that waited while the page was busy are carried out one after the other, each where the last one led", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("One line of words");
  await one.saved();
  await page.keyboard.press("Home");
  await one.heard();
  const devtools = await page.context().newCDPSession(page);
  const press = (key: string, windowsVirtualKeyCode: number, text?: string) =>
    ["keyDown", "keyUp"].map((type) => devtools.send("Input.dispatchKeyEvent", { type: type as "keyDown" | "keyUp", key, code: key, windowsVirtualKeyCode, ...(text && type === "keyDown" ? { text } : {}) }));
  // The page is busy until all four have come.
  const busy = page.evaluate(() => {
    const until = performance.now() + 400;
    while (performance.now() < until);
  });
  await Promise.all([busy, ...press("End", 35), ...press("Enter", 13, "\r"), ...press("Home", 36), ...press("Tab", 9)]);
  await expect.poll(() => room.xml).toMatch(/^<paragraph[^>]*>One line of words<\/paragraph><paragraph[^>]*><\/paragraph>$/);
});

/** Changes the room for the text. */
const ROOM: [string, { width: number; height: number }, (page: Page) => Promise<unknown>][] = [
  ["a phone is turned", { width: 390, height: 844 }, (page) => page.setViewportSize({ width: 844, height: 390 })],
  ["a phone's keyboard comes", { width: 390, height: 844 }, (page) => page.evaluate(() => document.documentElement.style.setProperty("--keyboard", "480px"))],
  ["a window is narrowed", { width: 1400, height: 800 }, (page) => page.setViewportSize({ width: 500, height: 800 })],
];

/** Where the caret is: above what can be seen of the text, in it, or below. */
function caretIs(page: Page): Promise<"above" | "in sight" | "below"> {
  return page.evaluate(() => {
    const { top, bottom } = document.querySelector(".scroll")!.getBoundingClientRect();
    const caret = getSelection()!.getRangeAt(0).getBoundingClientRect();
    if (caret.height === 0) throw new Error("the caret is nowhere");
    return caret.bottom <= top ? "above" : caret.top >= bottom ? "below" : "in sight";
  });
}

for (const [what, from, change] of ROOM) for (const lines of [60, 400]) {
  test(`detail_01 the caret stays in sight in ${lines} lines when ${what}, unless its writer has scrolled away from it`, async ({ sheet, page }) => {
    await page.setViewportSize(from);
    const one = await sheet();
    const line = "Let your hands lie where they fall. There is nothing to do well here, and nobody waits for it. ";
    await one.paste({ "text/html": Array.from({ length: lines }, (_, index) => `<p>${index} ${line.repeat(index % 4 + 1)}</p>`).join("") });
    await one.saved();
    // The last line that can be seen whole: there the caret is when the room grows less.
    await page.keyboard.press("Control+Home");
    await frames(page);
    await one.text.locator("p").nth(lines / 2).evaluate((line) => line.scrollIntoView());
    await frames(page);
    const low = one.text.locator("p").nth(await one.text.evaluate((text) => {
      const edge = document.querySelector(".scroll")!.getBoundingClientRect().bottom - 8;
      return [...text.children].findLastIndex((child) => child.getBoundingClientRect().bottom < edge);
    }));
    const { height } = (await low.boundingBox())!;
    await low.click({ position: { x: 40, y: height - 8 } });
    await one.heard();
    expect(await caretIs(page)).toBe("in sight");
    // And there it stays, when what came near is as tall as it is.
    const stays = async (): Promise<void> => {
      await expect.poll(() => caretIs(page)).toBe("in sight");
      await frames(page);
      expect(await caretIs(page)).toBe("in sight");
    };
    await change(page);
    await stays();
    await page.setViewportSize(from);
    await page.evaluate(() => document.documentElement.style.removeProperty("--keyboard"));
    await stays();
    // Who reads elsewhere stays there.
    await page.mouse.move(from.width / 2, 300);
    await page.mouse.wheel(0, 3_000);
    await expect.poll(() => caretIs(page)).toBe("above");
    await frames(page);
    await change(page);
    await frames(page);
    expect(await caretIs(page)).toBe("above");
  });
}

test("detail_01 who chooses the whole text, or has not been in it yet, stays where they read when the room for it changes", async ({ sheet, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const one = await sheet();
  await one.paste({ "text/html": Array.from({ length: 200 }, (_, index) => `<p>Line ${index}</p>`).join("") });
  await one.saved();
  const scroller = page.locator(".scroll");
  const middle = async (): Promise<void> => {
    await one.text.locator("p").nth(100).evaluate((line) => line.scrollIntoView());
    await frames(page);
  };
  const stays = async (): Promise<void> => {
    const before = await scroller.evaluate((element) => element.scrollTop);
    for (const keyboard of ["300px", "0px"]) {
      await page.evaluate((keyboard) => document.documentElement.style.setProperty("--keyboard", keyboard), keyboard);
      await frames(page);
      expect(await scroller.evaluate((element) => element.scrollTop)).toBe(before);
    }
  };
  await middle();
  await page.keyboard.press("Control+A");
  await frames(page);
  await stays();
  await page.keyboard.press("Control+Home");
  await middle();
  await page.evaluate(() => (window as unknown as { again(): void }).again());
  await expect(one.text).toContainText("Line 199");
  await middle();
  await one.command("focus");
  await frames(page);
  await stays();
});

test("detail_01 a press acts on what a key has just chosen, though the browser has not told of it", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("First words.");
  await one.saved();
  await page.keyboard.press("Control+Home");
  await one.heard();
  const told = await untold(page, "extend", "forward", "word");
  await page.evaluate(() => (window as unknown as { editor: { command(name: string, args: string): boolean } }).editor.command("strong", ""));
  await told.evaluate((tell) => tell());
  await expect.poll(() => room.xml).toMatch(/<strong[^>]*>First/);
});

test("detail_01 a number that comes when the hands rest leaves the caret where a key has just put it", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.paste({ "text/html": "<p>First.</p><h1 data-numbered>Heading</h1><p>Last.</p>" });
  const told = await untold(page, "move", "backward", "documentboundary");
  await expect(one.text.locator("h1")).toHaveAttribute("data-number", "1");
  await told.evaluate((tell) => tell());
  await one.type("Mine. ");
  await one.saved();
  expect(room.xml).toContain(">Mine. First.<");
});

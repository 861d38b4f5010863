// A key acts where the caret is, however soon it follows the key or the click that put it there: the browser tells of a caret
// that moved in a task of its own, and keys that wait in line come before it.
import { expect, test } from "./support/editor.ts";

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

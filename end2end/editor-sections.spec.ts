// A long text is laid out in sections (`app/editor/plugins/sections.ts`). Nobody who writes may find where one ends: each test here
// goes over every place between two blocks, and so over every end of a section.
import type { Sheet } from "./support/editor.ts";
import { expect, test } from "./support/editor.ts";

const LINES = 160;
const line = (number: number): string => `<p>line ${number}.</p>`;
const lines = (count: number): string => Array.from({ length: count }, (_, number) => line(number)).join("");
const STEP = "<div class='step'><div class='step-body'><p>do it</p></div></div>";
const CALLOUT = "<div class='callout callout-note'><div class='callout-body'><p>mind it</p></div></div>";
const KINDS = ["<h2>a part</h2>", "<hr>", "<ul><li>one</li><li>two</li></ul>", "<blockquote><p>said</p></blockquote>", "<table><tr><td>cell</td></tr></table>", STEP, CALLOUT, line(0)];

/** A text of lines that is parted. */
async function long(sheet: () => Promise<Sheet>, html = lines(LINES)): Promise<Sheet> {
  const one = await sheet();
  await one.paste({ "text/html": html });
  await expect(one.text).toHaveClass(/is-parted/);
  return one;
}

/** Every block has its place on the screen, below the one before it. */
async function inOrder({ text }: Sheet): Promise<void> {
  const wrong = await text.evaluate((element) => {
    let bottom = -Infinity;
    return [...element.children].flatMap((block, index) => {
      const box = block.getBoundingClientRect();
      const well = box.height > 0 && box.top >= bottom - 1;
      bottom = box.bottom;
      return well ? [] : [`${index} ${block.outerHTML}`];
    });
  });
  expect(wrong).toEqual([]);
}

/** The block that the browser's own caret stands in, and how many letters of it stand before the caret. */
function caret({ text }: Sheet): Promise<[block: number, letters: number]> {
  return text.evaluate((element) => {
    const { focusNode, focusOffset } = document.getSelection()!;
    const before = document.createRange();
    const block = [...element.children].findIndex((child) => child.contains(focusNode));
    before.setStart(element.children[block]!, 0);
    before.setEnd(focusNode!, focusOffset);
    return [block, before.toString().length] as [number, number];
  });
}

/** How many blocks each section has. */
function sizes({ text }: Sheet): Promise<number[]> {
  return text.evaluate((element) => [...element.shadowRoot!.querySelectorAll("slot")].map((slot) => slot.assignedElements().length));
}

for (const [name, block] of [["lines", line(0)], ["steps", STEP], ["callouts", CALLOUT], ["lists", "<ul><li>one</li></ul>"], ["quotes", "<blockquote><p>said</p></blockquote>"]] as const) {
  test(`detail_01 a text of ${name} alone has sections of 48 blocks at most`, async ({ sheet }) => {
    const one = await long(sheet, block.repeat(LINES));
    const found = await sizes(one);
    expect(found.reduce((all, some) => all + some, 0)).toBe(await one.text.evaluate((element) => element.children.length));
    expect(Math.max(...found)).toBeLessThanOrEqual(48);
    await inOrder(one);
  });
}

test("detail_01 the caret goes over the end of a section as over any other", async ({ sheet }) => {
  const one = await long(sheet);
  const { keyboard } = one.page;
  const last = LINES - 1;
  const end = (block: number): [number, number] => [block, `line ${block}.`.length];
  await keyboard.press("Control+Home");
  for (let block = 1; block <= last; block++) {
    await keyboard.press("ArrowDown");
    expect(await caret(one), "down").toEqual([block, 0]);
  }
  for (let block = last; block > 0; block--) {
    await keyboard.press("ArrowLeft");
    expect(await caret(one), "left").toEqual(end(block - 1));
    await keyboard.press("Home");
    expect(await caret(one), "to the beginning of a line").toEqual([block - 1, 0]);
  }
  for (let block = 0; block < last; block++) {
    await keyboard.press("End");
    expect(await caret(one), "to the end of a line").toEqual(end(block));
    await keyboard.press("ArrowRight");
    expect(await caret(one), "right").toEqual([block + 1, 0]);
  }
  for (let block = last; block > 0; block--) {
    await keyboard.press("ArrowUp");
    expect(await caret(one), "up").toEqual([block - 1, 0]);
  }
});

test("detail_01 what is chosen goes over the ends of sections, by keys and with a mouse", async ({ sheet }) => {
  const one = await long(sheet);
  const { page } = one;
  const { keyboard } = page;
  const chosen = () => page.evaluate(() => document.getSelection()!.toString().trim().split(/\n+/));
  const all = Array.from({ length: LINES }, (_, number) => `line ${number}.`);
  await keyboard.press("Control+Home");
  for (let block = 1; block < LINES; block++) await keyboard.press("Shift+ArrowDown");
  expect(await chosen()).toEqual(all.slice(0, -1));
  await keyboard.press("Shift+End");
  expect(await chosen()).toEqual(all);

  // Somewhere else first: what is chosen would be dragged.
  await keyboard.press("ArrowLeft");
  const [from, to] = [one.text.locator("p").nth(40), one.text.locator("p").nth(46)];
  // Both ends well within the screen: at its edge the page would scroll under the pointer.
  await one.text.locator("p").nth(43).evaluate((middle) => middle.scrollIntoView({ block: "center" }));
  const [first, second] = [(await from.boundingBox())!, (await to.boundingBox())!];
  await page.mouse.move(first.x + 1, first.y + first.height / 2);
  await page.mouse.down();
  await page.mouse.move(second.x + second.width - 1, second.y + second.height / 2, { steps: 20 });
  await page.mouse.up();
  expect(await chosen()).toEqual(all.slice(40, 47));

  await keyboard.press("Control+A");
  expect(await chosen()).toEqual(all);
  await keyboard.press("Delete");
  await one.type("all anew");
  expect(await one.words()).toBe("all anew");
  await inOrder(one);
});

test("detail_01 lines are parted and joined at every end of a section", async ({ sheet }) => {
  const one = await long(sheet);
  const { keyboard } = one.page;
  const was = await one.words();
  await keyboard.press("Control+Home");
  for (let block = 0; block < LINES; block++) {
    await keyboard.press("End");
    await keyboard.press("Enter");
    expect(await caret(one), "parted").toEqual([block + 1, 0]);
    await one.type("x");
    await keyboard.press("Backspace");
    await keyboard.press("Backspace");
    expect(await caret(one), "joined backwards").toEqual([block, `line ${block}.`.length]);
    if (block === LINES - 1) break;
    await keyboard.press("Delete");
    expect(await caret(one), "joined forwards").toEqual([block, `line ${block}.`.length]);
    await keyboard.press("Enter");
  }
  expect(await one.words()).toBe(was);
  await inOrder(one);
  await one.all("undo");
  expect(await one.words()).toBe("");
  await one.all("redo");
  expect(await one.words()).toBe(was);
  await inOrder(one);
});

test("detail_01 every block has its place, wherever it comes from and whatever becomes of it", async ({ sheet }) => {
  const one = await long(sheet, KINDS.join("").repeat(40));
  const { keyboard } = one.page;
  await inOrder(one);
  await keyboard.press("Control+Home");
  for (let moved = 0; moved < 60; moved++) await keyboard.press("Alt+ArrowDown");
  await inOrder(one);
  await one.paste({ "text/html": lines(100) });
  await inOrder(one);
  expect(await one.command("heading", { level: 2 })).toBe(true);
  expect(await one.command("table", { rows: 2, columns: 2 })).toBe(true);
  await inOrder(one);

  const two = await sheet("name=Ben&user=ben");
  await expect(two.text).toHaveClass(/is-parted/);
  await inOrder(two);
  await two.page.keyboard.press("Control+Home");
  for (let begun = 0; begun < 60; begun++) await two.type("ben\n");
  await two.saved();
  await expect.poll(() => one.text.evaluate((element) => element.children.length)).toBe(await two.text.evaluate((element) => element.children.length));
  await inOrder(one);
  await one.all("undo");
  await inOrder(one);
});

test("detail_01 what an input method puts in, or asks for without a key, has its place", async ({ sheet }) => {
  const one = await long(sheet);
  const { page } = one;
  const devtools = await page.context().newCDPSession(page);
  await page.keyboard.press("Control+Home");
  for (let block = 0; block < LINES; block++) {
    await page.keyboard.press("End");
    await devtools.send("Input.imeSetComposition", { text: "か", selectionStart: 1, selectionEnd: 1 });
    await devtools.send("Input.insertText", { text: "火" });
    expect(await caret(one)).toEqual([block, `line ${block}.火`.length]);
    await one.text.evaluate((element) => element.dispatchEvent(new InputEvent("beforeinput", { inputType: "insertParagraph", bubbles: true, cancelable: true })));
    await one.heard();
    expect(await caret(one)).toEqual([block + 1, 0]);
    await page.keyboard.press("Backspace");
    await page.keyboard.press("ArrowDown");
  }
  expect(await one.words()).toBe(Array.from({ length: LINES }, (_, number) => `line ${number}.火`).join(""));
  await inOrder(one);
});

test("detail_01 a press beside the blocks, between two or below them all, leads into the text; also once it is short again", async ({ sheet }) => {
  const one = await long(sheet);
  const { page } = one;
  await page.keyboard.press("Control+Home");
  const gap = (block: number) =>
    one.text.evaluate((element, block) => {
      const [above, below] = [element.children[block]!.getBoundingClientRect(), element.children[block + 1]!.getBoundingClientRect()];
      return [above.left + 1, (above.bottom + below.top) / 2] as const;
    }, block);
  for (let block = 0; block < 60; block++) {
    await one.text.locator("p").nth(block).evaluate((line) => line.scrollIntoView({ block: "center" }));
    await page.mouse.click(...(await gap(block)));
    expect(await caret(one)).toEqual([block + 1, 0]);
    expect(await one.text.evaluate((element) => element.shadowRoot!.activeElement), "the focus is the text's own").toBeNull();
  }
  const below = async (block: number) => {
    await page.keyboard.press("Control+End");
    const box = (await one.text.locator("p").nth(block).boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height + 30);
    return caret(one);
  };
  expect(await below(LINES - 1)).toEqual([LINES - 1, "line 159.".length]);
  await page.keyboard.press("Control+A");
  await one.type("short\nagain");
  expect(await below(1)).toEqual([1, "again".length]);
  await one.type("!");
  expect(await one.words()).toBe("shortagain!");
});

test("detail_01 Tab passes through a long text, and who only reads it can write nowhere in it", async ({ sheet }) => {
  const one = await long(sheet);
  await one.saved();
  const reader = await sheet("readonly=1");
  await expect(reader.text).toHaveClass(/is-parted/);
  const words = await reader.words();
  expect(await reader.text.evaluate((element) => [element, ...element.querySelectorAll("*")].filter((part) => (part as HTMLElement).isContentEditable).length)).toBe(0);
  for (const block of [0, LINES / 2, LINES - 1]) {
    await reader.text.locator("p").nth(block).click();
    await reader.type("x");
  }
  expect(await reader.words()).toBe(words);
  await reader.text.locator("p").nth(LINES / 2).dblclick();
  await expect(reader.text).not.toBeFocused();
  await expect(reader.page.locator(".bubble:visible")).toHaveCount(0);

  const [before, after] = ["before", "after"].map((id) => one.page.locator(`#${id}`));
  await one.page.locator(".scroll").evaluate((element) => element.before(Object.assign(document.createElement("button"), { id: "before" })));
  await before!.focus();
  await one.page.keyboard.press("Tab");
  await expect(one.text).toBeFocused();
  await one.page.keyboard.press("Tab");
  await expect(after!).toBeFocused();
  await one.page.keyboard.press("Shift+Tab");
  await expect(one.text).toBeFocused();
  await one.page.keyboard.press("Shift+Tab");
  await expect(before!).toBeFocused();
});

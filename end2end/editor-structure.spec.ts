// Structure and the page: tables, steps, outline, words, screen readers, the phone's keyboard.
import { faultsOf } from "./support/axe.ts";
import { expect, test } from "./support/editor.ts";

test("detail_14 tables: Tab goes on and adds a row, header rows, merge and split", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("/table");
  await page.keyboard.press("Enter");
  await one.type("a\tb\tc\td\te\tf\tg\th\ti".replaceAll("\t", ""));
  await expect(one.text.locator("th").first()).toHaveText("abcdefghi");
  for (let cell = 0; cell < 8; cell++) await page.keyboard.press("Tab");
  await one.type("last");
  await expect(one.text.locator("td").last()).toHaveText("last");
  await expect(one.text.locator("tr")).toHaveCount(3);
  await page.keyboard.press("Tab");
  await one.type("new");
  await expect(one.text.locator("tr")).toHaveCount(4);
  await expect(one.text.locator("tr").last().locator("td").first()).toHaveText("new");
  await page.keyboard.press("Shift+Tab");
  await one.type("x");
  await expect(one.text.locator("tr").nth(2).locator("td").last()).toHaveText("x");
  await expect(one.text.locator("th")).toHaveCount(3);
  await one.text.locator("th").first().click();
  await one.command("header_row");
  await expect(one.text.locator("th")).toHaveCount(0);
  await one.command("header_row");
  await expect(one.text.locator("th")).toHaveCount(3);
  const first = (await one.text.locator("tr").nth(1).locator("td").first().boundingBox())!;
  const second = (await one.text.locator("tr").nth(2).locator("td").nth(1).boundingBox())!;
  await page.mouse.move(first.x + 20, first.y + 15);
  await page.mouse.down();
  await page.mouse.move(second.x + 20, second.y + 15, { steps: 6 });
  await page.mouse.up();
  await one.command("merge");
  await expect(one.text.locator("td[colspan='2'][rowspan='2']")).toHaveCount(1);
  await one.command("split");
  await expect(one.text.locator("td[colspan]")).toHaveCount(0);
  await one.saved();
  expect(room.xml.match(/<table_row>/g)).toHaveLength(4);
});

test("steps: Enter begins the next, an empty one ends them, numbers run through the document", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("/step");
  await page.keyboard.press("Enter");
  await one.type("Open the door\nRead the logger\n\nBetween\n");
  await one.command("step");
  await one.type("Close it");
  await one.command("confirm");
  await one.command("record", { label: "temperature", unit: "°C" });
  await one.saved();
  expect(room.xml.replace(/ id="\w+"/g, "")).toBe(
    '<step confirm="false"><paragraph>Open the door</paragraph></step><step confirm="false"><paragraph>Read the logger</paragraph></step><paragraph>Between</paragraph>' +
      '<step confirm="true" record="[object Object]"><paragraph>Close it</paragraph></step>',
  );
  await expect(one.text.locator(".step").last()).toHaveAttribute("data-number", "3");
  await expect(one.text.locator(".step-asks")).toHaveText("Confirm Record temperature, °C", { useInnerText: true });
});

test("detail_15 the outline follows what is written and what is read, and leads there", async ({ sheet, page }) => {
  const one = await sheet();
  await one.paste({
    "text/html": [1, 2, 3, 4].map((part) => `<h1 data-numbered>Part ${part}</h1><h2 data-numbered>Inner ${part}</h2>${"<p>Text.</p>".repeat(30)}`).join(""),
  });
  await one.says("outline", (outline: { number: string }[] | undefined) => outline?.map(({ number }) => number).join() === "1,1.1,2,2.1,3,3.1,4,4.1");
  const { outline } = await one.told();
  expect(new Set(outline!.map(({ id }) => id)).size).toBe(8);
  await one.command("go_to", { id: outline![4]!.id });
  await expect(one.text.getByRole("heading", { name: "Part 3" })).toBeInViewport();
  await one.says("here", (here: string) => here === outline![4]!.id || here === outline![5]!.id);
  await page.locator(".scroll").evaluate((element) => (element.scrollTop = 0));
  await one.says("here", (here: string) => here === outline![0]!.id || here === outline![1]!.id);
  // What is typed before them moves them all and changes none.
  await one.text.getByText("Text.").first().click();
  await one.type("More. ");
  await one.command("go_to", { id: outline![6]!.id });
  await one.says("here", (here: string) => here === outline![6]!.id || here === outline![7]!.id);
  await one.text.getByRole("heading", { name: "Part 2" }).click();
  await page.keyboard.press("End");
  await one.type(" and more");
  await one.says("outline", (all: { text: string; id: string }[] | undefined) => all?.[2]?.text === "Part 2 and more" && all[2].id === outline![2]!.id);
  await expect(one.text.getByRole("heading", { name: "Part 4" })).toHaveAttribute("data-number", "4");
});

test("detail_17 words, reading time and speaking time at a chosen pace, pauses included", async ({ sheet }) => {
  const one = await sheet();
  await one.paste({ "text/html": `<p>${"word ".repeat(238)}</p><p class="pause" data-seconds="30"></p>` });
  await one.says("counts", (counts: { words: number; reading: number; speaking: number } | undefined) => counts?.words === 238 && counts.reading === 60 && counts.speaking === 119 + 30);
  await one.command("pace", { pace: 60 });
  await one.says("counts", (counts: { speaking: number } | undefined) => counts?.speaking === 238 + 30);
});

test("detail_26 above a phone's keyboard the workspace ends where the keyboard begins, and the caret stays in sight", async ({ sheet, browser }) => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const phone = await sheet("", context);
  await phone.paste({ "text/plain": Array(60).fill("A line of the script.").join("\n\n") });
  // The browser of a test has no keyboard of its own: what it would do to the visual viewport is done by hand.
  await phone.page.evaluate(() => {
    Object.defineProperty(visualViewport!, "height", { configurable: true, get: () => 500 });
    visualViewport!.dispatchEvent(new Event("resize"));
  });
  await expect(phone.page.locator("html")).toHaveAttribute("data-keyboard", "");
  const last = (await phone.page.locator("#after").boundingBox())!;
  expect(last.y + last.height).toBeLessThanOrEqual(500);
  await phone.page.keyboard.press("Control+End");
  await phone.type("\nlast words");
  const caret = () => phone.page.evaluate(() => document.getSelection()!.getRangeAt(0).getBoundingClientRect().bottom);
  await expect.poll(caret).toBeLessThan(last.y);
  await phone.page.evaluate(() => {
    Object.defineProperty(visualViewport!, "height", { configurable: true, get: () => 844 });
    visualViewport!.dispatchEvent(new Event("resize"));
  });
  await expect(phone.page.locator("html")).not.toHaveAttribute("data-keyboard", "");
  await context.close();
});

test("detail_30 screen readers: a labelled textbox, Escape leaves it, nothing chatters", async ({ sheet, page }) => {
  const one = await sheet();
  const textbox = page.getByRole("textbox", { name: "Text of the script" });
  await expect(textbox).toBeFocused();
  await expect(textbox).toHaveAttribute("aria-multiline", "true");
  await one.type("## A heading\nText\n[ ] a task\n");
  expect(await one.text.locator("[aria-live], [role='status'], [role='alert'], [role='log']").count()).toBe(0);
  await page.keyboard.press("Escape");
  await expect(textbox).not.toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "After" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(textbox).toBeFocused();
  expect((await faultsOf(page)).filter((fault) => !fault.startsWith("label at #after"))).toEqual([]);
});

test("mounted and taken off six times: one editor, one connection, no complaint", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("Stays");
  await one.saved();
  for (let round = 0; round < 6; round++) {
    await page.evaluate(() => (window as unknown as { again(): void }).again());
    await expect(one.text).toHaveText("Stays");
  }
  await expect(page.locator(".ProseMirror")).toHaveCount(1);
  await expect(page.locator(".ed-floats")).toHaveCount(1);
  await expect.poll(() => room.connected).toBe(1);
});

test("what a Tab without anything to do says, and the menu at a slash, stand on the screen, however far the text was scrolled", async ({ sheet, page }) => {
  const one = await sheet();
  await one.paste({ "text/plain": Array(60).fill("A line.").join("\n\n") });
  await page.keyboard.press("Control+End");
  await expect.poll(() => page.locator(".scroll").evaluate((element) => element.scrollTop)).toBeGreaterThan(500);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("status")).toHaveText("Press Escape to leave the text.");
  await expect(page.getByRole("status")).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Enter");
  await one.type("/");
  const menu = page.locator(".slash");
  await expect(menu).toBeInViewport({ ratio: 1 });
  const gap = () =>
    menu.evaluate((element) => {
      const [box, line] = [element.getBoundingClientRect(), document.querySelector(".ProseMirror > p:last-child")!.getBoundingClientRect()];
      return Math.max(box.top - line.bottom, line.top - box.bottom);
    });
  await expect.poll(gap).toBeGreaterThanOrEqual(-2);
  await expect.poll(gap).toBeLessThan(40);
});

test("a paste of nothing leaves the page and the keyboard where they are", async ({ sheet, page }) => {
  const one = await sheet();
  await one.paste({ "text/plain": Array(60).fill("A line.").join("\n\n") });
  await page.keyboard.press("Control+End");
  const scrolled = () => page.locator(".scroll").evaluate((element) => Math.round(element.scrollTop));
  await expect.poll(scrolled).toBeGreaterThan(500);
  const before = [await scrolled(), await one.html()];
  await one.paste({});
  await expect(one.text).toBeFocused();
  expect([await scrolled(), await one.html()]).toEqual(before);
});

for (const [where, html] of [
  ["a paragraph", "<p>One</p>"],
  ["a heading", "<h1>One</h1>"],
  ["the first item of a list", "<ul><li>One</li></ul>"],
  ["the first task", "<ul class='tasks'><li class='task'>One</li></ul>"],
  ["the first item within an item", "<ul><li>Above<ul><li>One</li></ul></li></ul>"],
] as const) {
  test(`Tab in ${where} has nothing to do, and no word typed behind it is lost`, async ({ sheet, page }) => {
    const one = await sheet();
    await one.paste({ "text/html": html });
    await page.keyboard.press("Control+End");
    const before = await one.html();
    await page.keyboard.press("Tab");
    await expect(page.getByRole("status")).toHaveText("Press Escape to leave the text.");
    await expect(one.text).toBeFocused();
    expect(await one.html()).toBe(before);
    await one.type(" two");
    await expect(one.text).toHaveText(/One two$/);
    await expect(page.getByRole("status")).toHaveText("");
    await one.saved();
  });
}

test("Shift+Tab lifts an item until it is none, then has nothing to do", async ({ sheet, page }) => {
  const one = await sheet();
  await one.type("- Above\nOne");
  await page.keyboard.press("Tab");
  await expect(one.text.locator("li li")).toHaveText("One");
  await page.keyboard.press("Shift+Tab");
  await expect(one.text.locator("li")).toHaveText(["Above", "One"]);
  await page.keyboard.press("Shift+Tab");
  await expect(one.text.locator("li")).toHaveText(["Above"]);
  for (let more = 0; more < 2; more++) await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("status")).toHaveText("Press Escape to leave the text.");
  await one.type(" two");
  await expect(one.text).toHaveText("AboveOne two");
});

test("who comes by Tab and writes nothing passes through the text, both ways; in a list Tab stays", async ({ sheet, page }) => {
  const one = await sheet();
  const [before, after] = [page.locator("#before"), page.locator("#after")];
  await page.locator(".scroll").evaluate((element) => element.before(Object.assign(document.createElement("button"), { id: "before" })));
  await expect(one.text).toHaveAccessibleDescription("Press Escape to leave the text.");
  await one.type("One");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(after).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(one.text).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(before).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(one.text).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(after).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await one.type(" two");
  await page.keyboard.press("Shift+Tab");
  await expect(one.text).toBeFocused();
  await one.command("bullet_list");
  await after.focus();
  await page.keyboard.press("Shift+Tab");
  await expect(one.text).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(one.text).toBeFocused();
});

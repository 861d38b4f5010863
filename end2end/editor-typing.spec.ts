// Typing: the first five details, and what stands over the text.
import { expect, test } from "./support/editor.ts";
import { frames } from "./support/writing.ts";

test("detail_01 keystrokes appear at once in a script of a hundred pages", async ({ sheet, room }) => {
  const long = await sheet();
  await long.paste({
    "text/html": Array.from(
      { length: 2_500 },
      (_, index) => `${index % 25 ? "" : `<h2>Part ${index / 25}</h2>`}<p>${"A line of the script as it is read. ".repeat(8)}</p>`,
    ).join(""),
  });
  await long.saved();
  // By hand, since heights on the way are guesses until they are drawn: what a mouse aims at may have moved when it presses.
  await long.text.locator("p").nth(1_200).evaluate((line) => {
    line.scrollIntoView({ block: "center" });
    document.getSelection()!.collapse(line.firstChild, 4);
  });
  await long.heard();
  // What costs a keystroke: our own work until the frame is drawn, without the wait for the next frame. No time is
  // asserted (the bench does that); here every letter stands in its place, in order, in the frame after its key.
  const late = await long.page.evaluate(async () => {
    let late = 0;
    const at = document.getSelection()!.anchorNode!.parentElement!;
    for (const letter of "quickly") {
      const before = at.textContent!.length;
      document.execCommand("insertText", false, letter);
      await new Promise(requestAnimationFrame);
      if (at.textContent!.length !== before + 1) late += 1;
    }
    return late;
  });
  expect(late).toBe(0);
  await long.saved();
  expect(room.xml.length).toBeGreaterThan(500_000);
  expect(room.xml).toContain("quickly");
});

const SHORTCUTS: [typed: string, made: string, takenBack: string][] = [
  ["# ", "<h1></h1>", "<p># </p>"],
  ["### ", "<h3></h3>", "<p>### </p>"],
  ["- ", "<ul><li><p></p></li></ul>", "<p>- </p>"],
  ["3. ", '<ol start="3"><li><p></p></li></ol>', "<p>3. </p>"],
  ["a. ", '<ol class="ol-lower_alpha" type="a"><li><p></p></li></ol>', "<p>a. </p>"],
  ["[ ] ", '<ul class="tasks"><li class="task" data-checked="false"><div class="task-body"><p></p></div></li></ul>', "<p>[ ] </p>"],
  ["[x] ", '<ul class="tasks"><li class="task" data-checked="true"><div class="task-body"><p></p></div></li></ul>', "<p>[x] </p>"],
  ["> ", "<blockquote><p></p></blockquote>", "<p>&gt; </p>"],
  ["```js ", '<pre class="code" data-language="js"><code></code></pre>', "<p>```js </p>"],
  ["**bold**", "<p><strong>bold</strong></p>", "<p>**bold**</p>"],
  ["*it*", "<p><em>it</em></p>", "<p>*it*</p>"],
  ["_it_", "<p><em>it</em></p>", "<p>_it_</p>"],
  ["~~gone~~", "<p><s>gone</s></p>", "<p>~~gone~~</p>"],
  ["`x`", "<p><code>x</code></p>", "<p>`x`</p>"],
  ["==see==", '<p><mark class="hl-yellow">see</mark></p>', "<p>==see==</p>"],
  ["[us](example.org)", '<p><a href="https://example.org">us</a></p>', "<p>[us](example.org)</p>"],
];

for (const [typed, made, takenBack] of SHORTCUTS) {
  test(`detail_02 ${JSON.stringify(typed)} is a shortcut that one Backspace takes back`, async ({ sheet, page }) => {
    const one = await sheet();
    await one.type(typed);
    expect(await one.html()).toContain(made);
    await page.keyboard.press("Backspace");
    // Behind a blank at the end the browser needs a break to show it.
    expect((await one.html()).replace("<br>", "")).toContain(takenBack);
  });
}

test("detail_02 what is no shortcut stays as typed", async ({ sheet }) => {
  const one = await sheet();
  await one.type("2*3*4 and snake_case_name, 5 ** 2 ** x, [a](javascript:alert(1))");
  expect(await one.html()).toContain("<p>2*3*4 and snake_case_name, 5 ** 2 ** x, [a](javascript:alert(1))</p>");
});

test("detail_03 the slash menu: fuzzy, by keyboard, dismissed with Escape, and never where nobody typed", async ({ sheet, page }) => {
  const one = await sheet();
  const menu = page.getByRole("listbox", { name: "Insert" });
  await one.type("/");
  await expect(menu.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  expect(await menu.getByRole("option").count()).toBeGreaterThan(15);
  await one.type("zzz");
  await expect(menu).toBeHidden();
  for (let back = 0; back < 3; back++) await page.keyboard.press("Backspace");
  await one.type("cau");
  await expect(menu.getByRole("option")).toHaveText([/Caution/]);
  await expect(one.text).toHaveAttribute("aria-activedescendant", "slash-0");
  await page.keyboard.press("Enter");
  await one.type("Hot");
  expect(await one.html()).toContain('<div class="callout callout-caution"><div class="callout-body"><p>Hot</p></div></div>');
  await expect(menu).toBeHidden();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await one.type("either/or /he");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await one.type("ad");
  await expect(menu).toBeHidden();
  await one.saved();
  expect(await one.html()).toContain("<p>either/or /head</p>");
});

test("detail_03 an empty text says what can be done in it, and is nobody's writing", async ({ sheet, page, room }) => {
  const one = await sheet();
  await expect(one.text.locator("p.is-empty")).toHaveAttribute("data-hint", /\S/);
  await one.text.click();
  await expect(one.text.locator(".ProseMirror-gapcursor")).toHaveCount(0);
  expect(room.xml).toBe("");
  await page.keyboard.type("now");
  await one.saved();
  expect(room.xml).toBe("<paragraph>now</paragraph>");
});

test("detail_03 a number in the slash menu is what the choice is made with", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.type("/pause 12");
  await page.keyboard.press("Enter");
  await one.type("after");
  await one.saved();
  expect(room.xml).toContain('<pause seconds="12"></pause><paragraph>after</paragraph>');
});

test("detail_04 while an input method composes, nothing from others touches the page", async ({ sheet, context, page, room }) => {
  const one = await sheet();
  await one.type("before ");
  const two = await sheet("name=Ben&user=ben", context);
  await two.saved();
  await expect(two.text).toContainText("before");
  const input = await context.newCDPSession(page);
  await page.bringToFront();
  await one.text.click();
  await page.keyboard.press("End");
  await page.evaluate(() => {
    const seen = window as unknown as { mutations: number };
    seen.mutations = 0;
    new MutationObserver((records) => {
      // The composed letters themselves are the browser's doing.
      for (const record of records) if (record.type === "childList") seen.mutations += record.addedNodes.length + record.removedNodes.length;
    }).observe(document.querySelector(".ProseMirror")!, { childList: true, subtree: true });
  });
  await input.send("Input.imeSetComposition", { text: "k", selectionStart: 1, selectionEnd: 1 });
  await input.send("Input.imeSetComposition", { text: "か", selectionStart: 1, selectionEnd: 1 });
  const mutations = await page.evaluate(() => (window as unknown as { mutations: number }).mutations);
  await two.page.evaluate(() => {
    const { editor } = window as unknown as { editor: { command(name: string, args: string): boolean } };
    editor.command("focus", "");
    document.getSelection()!.modify("move", "backward", "documentboundary");
    document.execCommand("insertText", false, "Ben was here. ");
  });
  await expect.poll(() => room.xml).toContain("Ben was here");
  await input.send("Input.imeSetComposition", { text: "かん", selectionStart: 2, selectionEnd: 2 });
  await input.send("Input.imeSetComposition", { text: "漢字", selectionStart: 2, selectionEnd: 2 });
  expect(await page.evaluate(() => (window as unknown as { mutations: number }).mutations)).toBe(mutations);
  await expect(one.text).not.toContainText("Ben was here");
  await input.send("Input.insertText", { text: "漢字" });
  await expect(one.text).toContainText("Ben was here");
  await expect(one.text).toContainText("before 漢字");
  await one.saved();
  await expect.poll(() => room.xml).toContain("漢字");
  expect(room.xml.match(/漢字/g)).toHaveLength(1);
});

test("detail_05 the browser's own spelling, correction and dictation work on the text", async ({ sheet, page }) => {
  const one = await sheet();
  for (const [name, value] of [["spellcheck", "true"], ["autocorrect", "on"], ["autocapitalize", "sentences"], ["contenteditable", "true"]] as const) {
    await expect(one.text).toHaveAttribute(name, value);
  }
  await one.type("I definately agree");
  // A correction by the browser, and dictation, arrive as replacements of text, not as keys.
  await page.evaluate(() => {
    const node = document.querySelector(".ProseMirror p")!.firstChild!;
    const range = document.createRange();
    range.setStart(node, 2);
    range.setEnd(node, 12);
    const selection = document.getSelection()!;
    selection.removeAllRanges();
    selection.addRange(range);
    document.execCommand("insertText", false, "definitely");
  });
  await expect(one.text).toHaveText("I definitely agree");
  await one.saved();
});

test("detail_11 the bubble stands above a selection and never over it, below where there is no room, and not on touch", async ({ sheet, page, browser, room }) => {
  const one = await sheet();
  await one.paste({ "text/plain": Array(40).fill("A line to choose from.").join("\n\n") });
  const bubble = page.getByRole("toolbar", { name: "Selection" });
  const overlap = (): Promise<boolean> =>
    bubble.evaluate((element) => {
      const [box, chosen] = [element.getBoundingClientRect(), document.getSelection()!.getRangeAt(0).getBoundingClientRect()];
      return box.top < chosen.bottom && box.bottom > chosen.top;
    });
  await one.text.locator("p").nth(35).dblclick({ position: { x: 85, y: 12 } });
  await expect(bubble).toBeInViewport();
  expect(await overlap()).toBe(false);
  // A place on the screen, however far the text was scrolled.
  expect(await page.locator(".scroll").evaluate((element) => element.scrollTop)).toBeGreaterThan(500);
  const gap = (): Promise<number> => bubble.evaluate((element) => document.getSelection()!.getRangeAt(0).getBoundingClientRect().top - element.getBoundingClientRect().bottom);
  await expect.poll(gap).toBeGreaterThanOrEqual(7);
  await expect.poll(gap).toBeLessThanOrEqual(9);
  // Over what was scrolled away there is nothing to stand above.
  const scroller = page.locator(".scroll");
  const away = await scroller.evaluate((element) => element.scrollTop);
  await scroller.evaluate((element) => (element.scrollTop = 0));
  await expect(bubble).toBeHidden();
  await scroller.evaluate((element, away) => (element.scrollTop = away), away);
  await expect(bubble).toBeInViewport();
  await expect.poll(gap).toBeGreaterThanOrEqual(7);
  // But somebody who types in it is not interrupted.
  await bubble.getByRole("textbox").fill("https://example.org/half");
  await scroller.evaluate((element) => (element.scrollTop = 0));
  await frames(page);
  await expect(bubble.getByRole("textbox")).toBeFocused();
  await expect(bubble.getByRole("textbox")).toHaveValue("https://example.org/half");
  await page.keyboard.press("Escape");
  await one.text.locator("p").nth(2).scrollIntoViewIfNeeded();
  await page.locator(".scroll").evaluate((element) => (element.scrollTop = 0));
  await one.text.locator("p").first().dblclick({ position: { x: 85, y: 12 } });
  await expect(bubble).toBeVisible();
  expect(await overlap()).toBe(false);
  await bubble.getByRole("button", { name: "Bold" }).click();
  await expect(bubble.getByRole("button", { name: "Bold" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Alt+F10");
  await page.keyboard.press("ArrowRight");
  await expect(bubble.getByRole("button", { name: "Italic" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(bubble).toBeHidden();
  await expect(one.text).toBeFocused();
  // Until something else was chosen.
  await one.text.locator("p").nth(1).click();
  await one.heard();
  await one.text.locator("p").first().dblclick({ position: { x: 85, y: 12 } });
  await expect(bubble).toBeVisible();
  const touch = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const phone = await sheet("", touch);
  // A finger that rests on a word chooses it, and the phone shows its own menu there.
  await phone.text.locator("p").first().tap();
  await phone.heard();
  const word = await phone.text.locator("p").first().evaluate((line) => {
    // What the phone does then; a browser without a screen knows no long press.
    getSelection()!.setBaseAndExtent(line.firstChild!, 2, line.firstChild!, 6);
    return getSelection()!.toString();
  });
  expect(word).toBe("line");
  await phone.heard();
  await expect(phone.page.getByRole("toolbar", { name: "Selection" })).toBeHidden();
  // The editor knows that it is chosen: what the docked toolbar does is done to it.
  expect(await phone.command("strong")).toBe(true);
  await expect(phone.text.locator("strong").filter({ hasText: /^line$/ })).toHaveCount(1);
  await expect(phone.page.getByRole("toolbar", { name: "Selection" })).toBeHidden();
  await touch.close();
  await one.saved();
  expect(room.xml).toContain("<strong>");
});

test("detail_11 a link is set in the bubble, and an address that leads nowhere is refused there", async ({ sheet, page }) => {
  const one = await sheet();
  await one.type("See the site");
  await one.text.locator("p").first().dblclick({ position: { x: 40, y: 12 } });
  const field = page.getByRole("textbox", { name: /Link address/ });
  await field.fill("javascript:alert(1)");
  await field.press("Enter");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await field.fill("example.org");
  await field.press("Enter");
  expect(await one.html()).toContain('<a href="https://example.org">');
  await expect(one.text).toBeFocused();
});

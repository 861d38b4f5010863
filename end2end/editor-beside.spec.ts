// What is typed beside a table or a picture, where the browser has room and the text has none: at the first and the last place of
// a text that begins or ends so.
import { expect, test } from "./support/editor.ts";

const TABLE = "<table><tr><td>Dose</td><td>Time</td></tr></table>";
const PICTURE = '<figure><img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==" alt="A door"><figcaption>The door</figcaption></figure>';

/** The names of the blocks, and what paragraphs say. */
const outline = (xml: string): string[] =>
  [...xml.matchAll(/<(table|figure|paragraph)[ >](.*?)<\/\1>/gs)].map(([, name, inside]) => (name === "paragraph" ? inside!.replace(/.*>/s, "") : name!));

for (const [name, html, block] of [["table", TABLE, "table"], ["picture", PICTURE, "figure"]] as const) {
  for (const [key, pasted, blocks] of [
    ["Control+End", `<p>Top.</p>${html}`, ["Top.", block, "Bea was here."]],
    ["Control+Home", `${html}<p>End.</p>`, ["Bea was here.", block, "End."]],
    ["Control+End", html, [block, "Bea was here."]],
    ["Control+Home", html, ["Bea was here.", block]],
  ] as const) {
    test(`${key} and words where a ${name} is at that end of ${blocks.length === 3 ? "a" : "the whole"} text: they are in the text, not only on the page`, async ({ sheet, page, room }) => {
      const one = await sheet();
      await one.paste({ "text/html": pasted });
      await one.saved();
      const shape = (): string[] => outline(room.xml).filter((part) => part !== "");
      await expect.poll(() => shape().includes(block)).toBe(true);
      await one.text.locator(block === "table" ? "td" : "figcaption").first().click();
      await page.keyboard.press(key);
      await one.type("Bea was here.");
      // In the caption of the picture they are in the text as well.
      await expect.poll(() => room.xml).toContain("Bea was here.");
      if (block === "table") await expect.poll(shape).toEqual(blocks);
      const words = await one.words();
      const other = await sheet();
      await expect.poll(() => other.words()).toBe(words);
    });
  }
}

for (const block of ["table", "figure"] as const) {
  test(`a caret that something else puts beside a ${block} stands in the text next to it, and words that come there go into it`, async ({ sheet, room }) => {
    const one = await sheet();
    await one.paste({ "text/html": `<p>Top.</p>${block === "table" ? TABLE : PICTURE}<p>End.</p>` });
    await one.saved();
    const element = one.text.locator(block === "table" ? "div.table" : "figure");
    for (const [behind, words, expected] of [[true, "Behind ", "Behind End."], [false, " before", "Top. before"]] as const) {
      await element.evaluate((element, behind) => getSelection()!.collapse(element, behind ? element.childNodes.length : 0), behind);
      await one.heard();
      await one.type(words);
      await expect.poll(() => outline(room.xml)).toContain(expected);
    }
    // As an input method may, which waits for nobody.
    await element.evaluate((element) => {
      element.append("Astray");
      getSelection()!.collapse(element.lastChild, 6);
    });
    await expect.poll(() => outline(room.xml)).toContain("Astray");
    await one.type(" and found");
    await expect.poll(() => outline(room.xml)).toEqual(["Top. before", block, "Astray and found", "Behind End."]);
    await expect(element).not.toContainText("Astray");
    const other = await sheet();
    await expect.poll(() => other.words()).toBe(await one.words());
  });
}

for (const [name, lines] of [["short", 3], ["long", 200]] as const) {
  test(`a press on a picture in a ${name} text chooses it: the next key is for it, and not for where the caret was`, async ({ sheet, page }) => {
    const one = await sheet();
    await one.paste({ "text/html": `${"<p>line.</p>".repeat(lines)}${PICTURE}<p>End.</p>` });
    await page.keyboard.press("Control+Home");
    const picture = one.text.getByRole("img", { name: "A door" });
    await picture.evaluate((element) => (element.style.width = "120px"));
    const chosen = one.text.locator("figure.ProseMirror-selectednode");
    await picture.click();
    await expect(chosen).toHaveCount(1);
    // Only the picture has a ring, and not the whole text.
    const ring = await one.text.evaluate((element) => {
      const inner = element.shadowRoot?.activeElement;
      return [element, ...(inner ? [inner] : [])].map((one) => getComputedStyle(one).outlineStyle);
    });
    expect(new Set(ring)).toEqual(new Set(["none"]));
    await page.keyboard.press("Backspace");
    await expect(picture).toHaveCount(0);
    expect(await one.words()).toBe(`${"line.".repeat(lines)}End.`);
  });
}

// A long text: what is far from the screen has no boxes, and nobody who writes, looks or goes there can tell.
import { expect, test } from "./support/editor.ts";

const PARTS = 60;
const LINE = "the tide comes in over the flat sand and takes the marks of the day with it ";
const part = (number: number): string => `<h2>Part ${number}</h2>${`<p>${LINE.repeat(5)}</p>`.repeat(5)}<p><b>sandpiper${number}</b></p>`;

test("detail_01 a long text is drawn near the screen only, and read, found and written in everywhere", async ({ sheet }) => {
  const one = await sheet();
  await one.type("first");
  await expect(one.text).not.toHaveClass(/is-parted/);
  await one.paste({ "text/html": Array.from({ length: PARTS }, (_, number) => part(number)).join("") });
  await expect(one.text).toHaveClass(/is-parted/);
  const drawn = (words: string) => one.text.getByText(words, { exact: true }).evaluate((element) => element.checkVisibility({ contentVisibilityAuto: true }));
  await one.page.keyboard.press("Control+Home");
  await expect.poll(() => drawn(`sandpiper${PARTS / 2}`)).toBe(false);

  await one.type("Begin. ");
  await one.page.keyboard.press("Control+End");
  await one.type(" The end.");
  const words = await one.words();
  expect(words.startsWith("Begin. first")).toBe(true);
  expect(words.endsWith(`sandpiper${PARTS - 1} The end.`)).toBe(true);
  await expect.poll(() => drawn("sandpiper3")).toBe(false);

  // From the outline: the heading stands at the head of the screen, whatever was guessed of the blocks before it.
  await one.says("outline", (outline: { text: string }[]) => outline.some(({ text }) => text === "Part 31"));
  const wanted = (await one.told()).outline!.find(({ text }) => text === "Part 31")!;
  await one.command("go_to", { id: wanted.id });
  const top = () => one.text.getByText("Part 31", { exact: true }).evaluate((element) => Math.round(element.getBoundingClientRect().top));
  await expect.poll(top).toBeGreaterThanOrEqual(0);
  await expect.poll(top).toBeLessThan(160);
  await one.says("here", (here: string) => here === wanted.id);
  await one.type("Now ");
  await expect(one.text.getByText("Now Part 31", { exact: true })).toBeInViewport();

  // Found by a search of the browser's, and drawn where it is found.
  expect(await one.page.evaluate(() => (window as unknown as { find(words: string): boolean }).find("sandpiper50"))).toBe(true);
  await expect.poll(() => drawn("sandpiper50")).toBe(true);
});

const AGENT = (system: string): string => `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`;
for (const [name, system, hasTouch, parted] of [
  ["a phone", "Linux; Android 14; Pixel 8", true, false],
  ["a tablet that asks for pages as a desk does", "X11; Linux x86_64", true, false],
  ["a Chromebook with a touch screen", "X11; CrOS x86_64 14541.0.0", true, false],
  ["a Chromebook without", "X11; CrOS x86_64 14541.0.0", false, true],
  ["a desk with a touch screen", "Windows NT 10.0; Win64; x64", true, true],
  ["a desk", "X11; Linux x86_64", false, true],
] as const) {
  test(`detail_01 on ${name} a long text has ${parted ? "sections" : "none, and each block is left alone for itself"}`, async ({ sheet, browser }) => {
    const one = await sheet("", await browser.newContext({ userAgent: AGENT(system), hasTouch }));
    await one.paste({ "text/html": Array.from({ length: PARTS }, (_, number) => part(number)).join("") });
    await expect(one.text).toHaveClass(parted ? /is-parted/ : /is-long/);
    expect(await one.text.evaluate((element) => element.shadowRoot !== null)).toBe(parted);
    await one.page.context().close();
  });
}

// Following somebody: a press on their face brings their caret into view, and it stays there while they go on.
import { memberOf } from "./support/people.ts";
import { PASTE } from "./support/hands.ts";
import { expect, open, test } from "./support/test.ts";
import { heard, save, text, type, write } from "./support/writing.ts";

// Above 150 lines a text is drawn near the screen only, and where the others are is a guess at first.
for (const lines of [80, 300]) test(`detail_18 a press on a face goes where they are in ${lines} lines, and follows them; who scrolls or goes elsewhere stays there`, async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Far apart");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const other = await another();
  await bea.signIn(other.request);
  const path = owner.at(`/records/${record}`);
  await open(page, path);
  await write(page);
  await page.evaluate(PASTE({ "text/plain": Array.from({ length: lines }, (_, index) => `Line ${index}`).join("\n\n") }));
  await expect(save(page)).toHaveText("Saved");
  await page.keyboard.press("Control+Home");
  const scroller = page.locator(".scroll:has(.ProseMirror)");
  await expect(scroller.getByText("Line 0", { exact: true })).toBeInViewport();
  await open(other, path);
  await write(other);
  await expect(text(other)).toContainText(`Line ${lines - 1}`);
  await other.keyboard.press("Control+End");
  const caret = page.locator(".caret");
  await expect(caret).toHaveCount(1);
  await expect(caret).not.toBeInViewport();
  const face = page.getByRole("group", { name: "Here now" }).getByRole("button", { name: "Follow Bea Lindholm" });
  const told = page.getByRole("status").getByText("Following Bea Lindholm. Scroll, type or press the face again to stop.");
  await expect(face).toHaveAttribute("aria-pressed", "false");
  await expect(told).toHaveCount(0);
  await face.click();
  await expect(caret).toBeInViewport();
  // It is seen, said and heard that she is followed; the face keeps the focus, and a second press stops.
  await expect(face).toHaveAttribute("aria-pressed", "true");
  await expect(told).toBeVisible();
  await expect(face).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(face).toHaveAttribute("aria-pressed", "false");
  await expect(told).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(told).toBeVisible();
  await expect(scroller.getByText(`Line ${lines - 1}`)).toBeInViewport();
  // She goes on, and is followed.
  await heard(other);
  await other.keyboard.press("Control+Home");
  await expect.poll(() => scroller.evaluate((element) => element.scrollTop)).toBeLessThan(200);
  await expect(caret).toBeInViewport();
  await other.keyboard.press("Control+End");
  await expect(caret).toBeInViewport();
  // The page glides there: it is there once what it shows can be pressed.
  const rest = () => scroller.locator("p").last().click({ trial: true });
  await rest();
  // Who goes elsewhere, by wheel or by key, is left there.
  for (const leave of [() => page.mouse.wheel(0, -200_000), () => page.keyboard.press("Control+Home")]) {
    await scroller.hover();
    await leave();
    await expect(scroller.getByText("Line 0", { exact: true })).toBeInViewport();
    await expect(face).toHaveAttribute("aria-pressed", "false");
    await expect(told).toHaveCount(0);
    await heard(other);
    await other.keyboard.press("ArrowLeft");
    await type(other, "x");
    await expect(text(page)).toContainText("x");
    await expect(scroller.getByText("Line 0", { exact: true })).toBeInViewport();
    await face.click();
    await expect(told).toBeVisible();
    await expect(caret).toBeInViewport();
    await rest();
    await text(page).focus();
    await heard(page);
  }
  // She leaves: nobody is there to follow, and the page stays where it is.
  await other.close();
  await expect(face).toHaveCount(0);
  await expect(told).toHaveCount(0);
});

test("on a phone, in a long text of tall lines, a tap on a face goes to where they are, however far", async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Far apart");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const path = owner.at(`/records/${record}`);
  await bea.signIn(page.request);
  await open(page, path);
  await write(page);
  const words = " and the tide comes in over the flat sand and takes the marks of the day with it".repeat(3);
  await page.evaluate(PASTE({ "text/plain": Array.from({ length: 260 }, (_, index) => `Line ${index}${words}`).join("\n\n") }));
  await expect(save(page)).toHaveText("Saved");
  const phone = await another({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await owner.signIn(phone.request);
  await open(phone, path);
  await write(phone);
  await expect(text(phone)).toContainText("Line 259");
  const face = phone.locator(".head").getByRole("button", { name: "Follow Bea Lindholm" }).filter({ visible: true });
  const caret = phone.locator(".caret");
  for (const line of [200, 20, 255, 120]) {
    // Her name stands at her caret, behind the first letter.
    const there = { hasText: `ine ${line} and` };
    await text(page).locator("p", there).click({ position: { x: 5, y: 5 } });
    await heard(page);
    await page.keyboard.press("ArrowRight");
    if ((await face.getAttribute("aria-pressed")) === "false") await face.tap();
    await expect(text(phone).locator("p", there)).toBeInViewport();
    await expect(caret).toBeInViewport();
  }
});

for (const width of [390, 320]) {
  test(`on a phone of ${width} px the head says who else is in the text, and a tap follows them; nothing in it lies over another`, async ({ owner, another, page }) => {
    const record = await owner.makeRecord(page.request, "A title that is longer than any phone is wide");
    const people = [await memberOf(owner, page.request, "Bea Lindholm"), await memberOf(owner, page.request, "Cyrus Holt")];
    const path = owner.at(`/records/${record}`);
    const phone = await another({ viewport: { width, height: 780 }, hasTouch: true, isMobile: true });
    await owner.signIn(phone.request);
    await open(phone, path);
    await write(phone);
    const here = phone.locator(".head").getByRole("group", { name: "Here now" }).filter({ visible: true });
    await expect(here.getByRole("button")).toHaveCount(0);
    for (const person of people) {
      const other = await another();
      await person.signIn(other.request);
      await open(other, path);
      await write(other);
      await other.keyboard.press("Control+End");
    }
    const face = here.getByRole("button", { name: /^Follow / });
    await expect(face).toHaveCount(1);
    await expect(here.getByText("+1")).toBeVisible();
    const done = phone.getByRole("button", { name: "Done" });
    await expect(done).toBeVisible();
    const boxes = await phone.locator(".head").evaluate((head) => {
      const shown = [".crumb-back", ".save", ".here-face", ".head-done", "summary"].flatMap((name) => [...head.querySelectorAll(name)]);
      return shown.map((element) => element.getBoundingClientRect()).filter((box) => box.width > 0).map(({ left, right }) => [Math.round(left), Math.round(right)] as const);
    });
    expect(boxes.length).toBe(5);
    let before = 0;
    for (const [left, right] of boxes) {
      expect(left, JSON.stringify(boxes)).toBeGreaterThanOrEqual(before);
      before = right;
    }
    expect(before, JSON.stringify(boxes)).toBeLessThanOrEqual(width);
    await face.tap();
    await expect(face).toHaveAttribute("aria-pressed", "true");
    await expect(phone.getByText(/^Following .* to stop\.$/)).toBeVisible();
    await face.tap();
    await expect(face).toHaveAttribute("aria-pressed", "false");
  });
}

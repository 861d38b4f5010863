// Following somebody: a press on their face brings their caret into view, and it stays there while they go on.
import { memberOf } from "./support/people.ts";
import { PASTE } from "./support/hands.ts";
import { expect, open, test } from "./support/test.ts";
import { heard, save, text, type, write } from "./support/writing.ts";

test("detail_18 a press on a face goes where they are and follows them; who scrolls or goes elsewhere stays where they are", async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Far apart");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const other = await another();
  await bea.signIn(other.request);
  const path = owner.at(`/records/${record}`);
  await open(page, path);
  await write(page);
  await page.evaluate(PASTE({ "text/plain": Array.from({ length: 80 }, (_, index) => `Line ${index}`).join("\n\n") }));
  await expect(save(page)).toHaveText("Saved");
  await page.keyboard.press("Control+Home");
  const scroller = page.locator(".scroll:has(.ProseMirror)");
  await expect(scroller.getByText("Line 0", { exact: true })).toBeInViewport();
  await open(other, path);
  await write(other);
  await expect(text(other)).toContainText("Line 79");
  await other.keyboard.press("Control+End");
  const caret = page.locator(".caret");
  await expect(caret).toHaveCount(1);
  await expect(caret).not.toBeInViewport();
  await page.getByRole("group", { name: "Here now" }).getByRole("button", { name: "Follow Bea Lindholm" }).click();
  await expect(caret).toBeInViewport();
  await expect(scroller.getByText("Line 79")).toBeInViewport();
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
  for (const leave of [() => page.mouse.wheel(0, -20_000), () => page.keyboard.press("Control+Home")]) {
    await scroller.hover();
    await leave();
    await expect(scroller.getByText("Line 0", { exact: true })).toBeInViewport();
    await heard(other);
    await other.keyboard.press("ArrowLeft");
    await type(other, "x");
    await expect(text(page)).toContainText("x");
    await expect(scroller.getByText("Line 0", { exact: true })).toBeInViewport();
    await page.getByRole("button", { name: "Follow Bea Lindholm" }).click();
    await expect(caret).toBeInViewport();
    await rest();
    await text(page).focus();
    await heard(page);
  }
  // She leaves: nobody is there to follow, and the page stays where it is.
  await other.close();
  await expect(page.getByRole("button", { name: "Follow Bea Lindholm" })).toHaveCount(0);
});

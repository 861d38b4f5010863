// Together: cursors, undo of one's own, and others' edits that disturb nobody.
import type { Locator } from "@playwright/test";
import { expect, type Sheet, test } from "./support/editor.ts";
import { keptRows, untold } from "./support/writing.ts";

/** Places of a caret go out at most this often: `app/editor/sync/link.ts`. */
const PRESENCE_MS = 120;

test("detail_18 carets bear names that fade at rest, are drawn without inline styles, and can be followed", async ({ sheet, context, room }) => {
  const one = await sheet("name=Ann&user=ann");
  await one.paste({ "text/plain": Array.from({ length: 80 }, (_, index) => `Line ${index}`).join("\n\n") });
  await one.saved();
  // Whether a caret that comes bears its name: noted in the page, since nobody may look within three seconds.
  await one.page.evaluate(() => {
    const seen = window as unknown as { named: boolean };
    new MutationObserver(() => (seen.named ||= document.querySelector(".caret:not(.is-quiet)") !== null)).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  const two = await sheet("name=Tom%C3%A1s%20Q&user=tomas", context);
  await two.page.keyboard.press("Control+Home");
  const caret = one.page.locator(".caret");
  await expect(caret).toHaveText("Tomás Q");
  await expect(caret).toHaveAttribute("aria-hidden", "true");
  expect(await one.page.evaluate(() => (window as unknown as { named: boolean }).named)).toBe(true);
  // A name stands for three seconds; who looks later than that sees it again with the next move.
  const named = async (move: string): Promise<boolean> => {
    await two.page.keyboard.press(move);
    return caret.evaluate((element) => !element.classList.contains("is-quiet"));
  };
  await expect.poll(() => named("ArrowRight")).toBe(true);
  await one.says("presence", (people: { name: string; here: boolean; tint: number }[] | undefined) => people?.[0]?.name === "Tomás Q" && people[0].here && people[0].tint >= 1 && people[0].tint <= 6);
  await expect(caret).toHaveClass(/is-quiet/);
  const { presence } = await one.told();
  await one.command("follow", { client: presence![0]!.client });
  await two.page.keyboard.press("Control+End");
  await expect.poll(() => named("ArrowLeft")).toBe(true);
  await expect(caret).toBeInViewport();
  await two.page.keyboard.press("Control+Home");
  await expect.poll(() => one.page.locator(".scroll").evaluate((element) => element.scrollTop)).toBeLessThan(200);
  await two.page.keyboard.press("Control+Shift+End");
  await expect(one.page.locator("[class*='sel-p']").first()).toBeVisible();
  // Moves are told at most so often, however slow the machine is; one more may be the word that somebody is still here.
  const [before, began] = [room.presences, performance.now()];
  await two.page.keyboard.press("Control+Home");
  for (let step = 0; step < 60; step++) await two.page.keyboard.press("ArrowRight");
  const [told, took] = [room.presences - before, performance.now() - began];
  expect(told, `within ${took} ms`).toBeLessThanOrEqual(3 + took / PRESENCE_MS);
  await two.page.close();
  await expect(caret).toHaveCount(0);
  await one.says("presence", (people: unknown[] | undefined) => people?.length === 0);
});

test("detail_19 undo takes back only mine, redo brings it back", async ({ sheet, context, page, room }) => {
  const one = await sheet();
  await one.type("Mine first. ");
  await one.saved();
  const two = await sheet("name=Ben&user=ben", context);
  await expect(two.text).toContainText("Mine first.");
  await two.page.keyboard.press("Control+End");
  await two.type("Theirs.");
  await expect(one.text).toContainText("Theirs.");
  await page.bringToFront();
  await one.text.click();
  await page.keyboard.press("Control+Home");
  await one.type("Mine again. ");
  await expect(two.text).toContainText("Mine again.");
  expect(await one.command("undo")).toBe(true);
  await expect.poll(() => one.words()).not.toBe("Mine again. Mine first. Theirs.");
  await one.all("undo");
  await expect.poll(() => one.words()).toBe("Theirs.");
  expect(await one.command("undo")).toBe(false);
  await expect.poll(async () => (await one.told()).selection!.undo).toBe(false);
  await one.all("redo");
  await expect.poll(() => two.words()).toBe("Mine again. Mine first. Theirs.");
  await two.all("undo");
  await expect.poll(() => one.words()).toBe("Mine again. Mine first. ");
  await one.saved();
  expect(room.xml).not.toContain("Theirs");
});

test("detail_19 undo and redo take the caret to what they change, and leave it there", async ({ sheet, context, page, room }) => {
  const one = await sheet();
  await one.paste({ "text/html": `<p>From here on.</p>${"<p>line</p>".repeat(80)}` });
  await one.saved();
  expect(await one.command("undo")).toBe(true);
  // A caret that moves writes nothing: what was taken back can be done again.
  await one.text.locator("p").click();
  await one.heard();
  expect(await one.command("redo")).toBe(true);
  await expect(one.text.locator("p").last()).toBeInViewport();
  expect((await one.told()).selection?.redo).toBe(false);
  await page.keyboard.press("Control+Home");
  await expect(one.text.locator("p").first()).toBeInViewport();
  await one.heard();
  // A letter like the one behind it: where it was put, the text alone does not say.
  await one.type("F");
  await one.saved();
  for (const [what, first] of [["undo", "From here on."], ["redo", "FFrom here on."], ["undo", "From here on."]] as const) {
    await page.keyboard.press("Control+End");
    await expect(one.text.locator("p").first()).not.toBeInViewport();
    await one.heard();
    expect(await one.command(what)).toBe(true);
    if (what === "redo") expect(await one.command(what), "there is no more").toBe(false);
    await expect(one.text.locator("p").first()).toHaveText(first);
    await expect(one.text.locator("p").first()).toBeInViewport();
  }
  // Elsewhere, and somebody writes: the caret stays.
  await page.keyboard.press("Control+End");
  await one.heard();
  const two = await sheet("name=Ben&user=ben", context);
  await two.page.keyboard.press("Control+Home");
  await two.type("Theirs. ");
  await expect.poll(() => one.words()).toContain("Theirs. From here on.");
  await page.bringToFront();
  await one.type("Mine.");
  await one.saved();
  expect(room.xml).toMatch(/>lineMine\.<\/paragraph>$/);
  expect(room.xml).toContain(">Theirs. From here on.<");
});

const ACTS: [string, (two: Sheet) => Promise<void>, (one: Locator) => Locator][] = [
  ["go elsewhere", (two) => two.page.keyboard.press("Control+Home"), (text) => text.locator("p").first().locator(".caret")],
  ["write", (two) => two.type("Theirs. "), (text) => text.getByText("Theirs.")],
  ["leave", (two) => two.page.close(), (text) => text.locator("p").nth(1).filter({ hasNot: text.page().locator(".caret") })],
];

for (const [what, act, shows] of ACTS) test(`detail_20 a caret that a key has moved stays there when others ${what} before the browser tells of it`, async ({ sheet, context, page, room }) => {
  const one = await sheet();
  await one.paste({ "text/html": "<p>First.</p><p>Middle.</p><p>Last.</p>" });
  await one.saved();
  const two = await sheet("name=Ben&user=ben", context);
  await two.text.locator("p").nth(1).click();
  await expect(one.text.locator("p").nth(1).locator(".caret")).toHaveCount(1);
  await page.bringToFront();
  await page.keyboard.press("Control+Home");
  await one.heard();
  const told = await untold(page, "move", "forward", "documentboundary");
  await act(two);
  await expect(shows(one.text)).toHaveCount(1);
  await told.evaluate((tell) => tell());
  await page.bringToFront();
  await one.type("Mine.");
  await one.saved();
  expect(room.xml).toContain(">Last.Mine.<");
});

test("detail_20 others' edits move neither the page nor the caret, and nobody is thrown out of a table or a choice of cells", async ({ sheet, context, page }) => {
  const one = await sheet();
  await one.paste({
    "text/html": "<p>top</p>".repeat(60) + "<table><tr><th>a</th><th>b</th></tr><tr><td>one</td><td>two</td></tr><tr><td>three</td><td>four</td></tr></table>" + "<p>below</p>".repeat(60),
  });
  await one.saved();
  const two = await sheet("name=Ben&user=ben", context);
  await page.bringToFront();
  const cell = one.text.locator("td", { hasText: "three" });
  await cell.click();
  await page.keyboard.press("End");
  await one.heard();
  const where = async (): Promise<number> => (await cell.boundingBox())!.y;
  const before = await where();
  await two.page.keyboard.press("Control+Home");
  await two.paste({ "text/plain": Array(30).fill("Many new lines above.").join("\n\n") });
  await expect(one.text).toContainText("Many new lines above.");
  expect(Math.abs((await where()) - before)).toBeLessThan(3);
  await one.type("!");
  await expect(cell).toHaveText("three!");
  await two.text.locator("td", { hasText: "one" }).click();
  await two.command("row");
  await expect(one.text.locator("tr")).toHaveCount(4);
  await one.type("?");
  await expect(cell).toHaveText("three!?");
  await cell.click();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("End");
  await one.heard();
  const box = (await cell.boundingBox())!;
  const other = (await one.text.locator("td", { hasText: "four" }).boundingBox())!;
  await page.mouse.move(box.x + 10, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(other.x + 10, other.y + 10, { steps: 5 });
  await page.mouse.up();
  await expect(one.text.locator(".selectedCell")).toHaveCount(2);
  await two.page.keyboard.press("Control+Home");
  await two.type("More. ");
  await expect(one.text).toContainText("More.");
  await expect(one.text.locator(".selectedCell")).toHaveCount(2);
  await page.getByRole("toolbar", { name: "Selection" }).getByRole("button", { name: "Merge cells" }).click();
  await expect(two.text.locator("td[colspan='2']")).toHaveCount(1);
});

test("words of a tab that was closed without a connection are taken up by the one that is left", async ({ sheet, room, page, context, complaints }) => {
  complaints.expect(/WebSocket connection to .* failed/);
  const stays = await sheet();
  const goes = await sheet("", context);
  await goes.saved();
  room.behaviour.down = true;
  room.drop();
  for (const one of [stays, goes]) await one.says("status", (status: { safety: string } | undefined) => status?.safety === "offline");
  await goes.page.bringToFront();
  await goes.type("Closed too soon. x");
  await goes.says("status", (status: { where: string; words: number } | undefined) => status?.where === "device" && status.words === 4);
  await goes.page.close({ runBeforeUnload: false });
  await page.bringToFront();
  await stays.type("Stays. ");
  room.behaviour.down = false;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect.poll(() => room.xml).toContain("Closed too soon. x");
  await stays.saved();
  expect(room.xml).toContain("Stays. ");
  await expect(stays.text).toContainText("Closed too soon. x");
  await expect.poll(() => keptRows(page)).toBe(0);
});

test("two editors on one page write one text, and each goes without the other", async ({ sheet, room, page }) => {
  const one = await sheet();
  await one.type("From one. ");
  await one.saved();
  await page.evaluate(() => (window as unknown as { beside(): void }).beside());
  const [first, second] = [page.locator(".ProseMirror").first(), page.locator(".ProseMirror").nth(1)];
  await expect(second).toContainText("From one.");
  await second.locator("p").click();
  await page.keyboard.press("Control+End");
  await one.heard();
  await one.type("From two. /");
  // What floats over one stands at that one, and the keyboard is its own.
  await expect(page.getByRole("listbox", { name: "Insert" })).toHaveCount(1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Backspace");
  await expect(first).toContainText("From two. ");
  await first.locator("p").click();
  await page.keyboard.press("Home");
  await one.heard();
  await one.type("Mine. ");
  const says = () => page.evaluate(() => (window as unknown as { secondSays: { safety: string } }).secondSays.safety);
  await one.saved();
  await expect.poll(says).toBe("saved");
  expect(room.xml).toContain(">Mine. From one. From two. <");
  await page.keyboard.press("Control+Z");
  await expect(second).not.toContainText("Mine.");
  await expect(second).toContainText("From two.");
  await page.evaluate(() => (window as unknown as { second: { destroy(): void } }).second.destroy());
  await expect(page.locator(".ProseMirror")).toHaveCount(1);
  await one.type("Still. ");
  await one.saved();
  expect(room.xml).toContain(">Still. From one. From two. <");
});

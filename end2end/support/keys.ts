// The keyboard alone.
import type { Locator, Page } from "@playwright/test";
import { expect } from "./test.ts";

/** More stops than any page has. */
const STOPS = 60;

/** Presses Tab until the focus is on what is wanted; each stop on the way must be visible and show its focus. */
export async function stopAt(page: Page, wanted: Locator): Promise<void> {
  for (let stops = 0; stops < STOPS; stops += 1) {
    await page.keyboard.press("Tab");
    const focus = page.locator(":focus");
    if ((await focus.count()) === 0) continue;
    const outline = await focus.evaluate((element) => {
      const ring = (target: Element, part?: string) => {
        const style = getComputedStyle(target, part);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
      };
      const box = element.getBoundingClientRect();
      const around = element.closest("label, li, .lrow");
      return { seen: box.width > 0 && box.height > 0, ring: ring(element) || ring(element, "::after") || (around !== null && ring(around)), tag: element.outerHTML.slice(0, 120) };
    });
    expect(outline, `a stop of the keyboard: ${outline.tag}`).toMatchObject({ seen: true, ring: true });
    if ((await focus.and(wanted).count()) > 0) return;
  }
  throw new Error(`Tab does not reach ${wanted}`);
}

// What a screen reader is told of the words' safety: danger and its end, and nothing of the saving that goes on all the time.
import type { Page } from "@playwright/test";
import { expect, open, test } from "./support/test.ts";
import { leaveNetwork, save, type, write } from "./support/writing.ts";

/** Notes whatever live regions come to hold from now on: as assistive technology hears it. */
async function listen(page: Page): Promise<string[]> {
  const heard: string[] = [];
  await page.exposeFunction("heard", (words: string) => heard.push(words));
  await page.evaluate(() => {
    const { heard } = window as unknown as { heard(words: string): void };
    const live = "[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off])";
    new MutationObserver((changes) => {
      const regions = new Set<Element>();
      for (const { target, addedNodes } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const around = element?.closest(live);
        if (around) regions.add(around);
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue;
          if (node.matches(live)) regions.add(node);
          node.querySelectorAll(live).forEach((region) => regions.add(region));
        }
      }
      for (const region of regions) if (region.isConnected && region.textContent!.trim()) heard(region.textContent!.trim());
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return heard;
}

test("detail_30 saving is not said aloud; that there is no connection is, and that all is saved again", async ({ page, context, owner, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed/);
  const record = await owner.makeRecord(page.request, "Read aloud");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await expect(save(page)).toHaveText("Saved");
  const heard = await listen(page);
  // That saving was seen meanwhile, so that silence means something.
  const seen: string[] = [];
  await page.exposeFunction("seen", (word: string) => seen.push(word));
  await save(page).evaluate((element) => {
    new MutationObserver(() => (window as unknown as { seen(word: string): void }).seen(element.textContent!)).observe(element, { childList: true, subtree: true, characterData: true });
  });
  for (const line of ["One line.\n", "Another.\n", "A third."]) await type(page, line);
  await expect.poll(() => seen.filter((word) => word === "Saving").length).toBeGreaterThan(1);
  expect(heard).toEqual([]);
  await leaveNetwork(page);
  await page.keyboard.type(" Four");
  await expect(save(page)).toHaveText("On this device");
  await page.keyboard.type(" five");
  await expect(page.getByText("2 words are on this device")).toBeVisible();
  await expect(save(page)).toHaveText("On this device");
  await page.keyboard.type(" six");
  await expect(page.getByText("3 words are on this device")).toBeVisible();
  await context.setOffline(false);
  await expect(save(page)).toHaveText("Saved");
  await expect.poll(() => heard.at(-1)).toBe("Saved");
  await type(page, " And seven.");
  // Each once: how many words wait is seen, and not said with every pause.
  expect(heard).toEqual(["No connection", "On this device", "Saved"]);
});

// The walk, on a desk and on a phone: what the product is for, from nothing to a script two people wrote.
import { expect, test } from "./support/test.ts";
import { PageHands } from "./support/hands.ts";
import { walk } from "./support/walk.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

for (const [name, options] of [["walk-1280", { viewport: { width: 1280, height: 800 } }], ["walk-390", PHONE]] as const) {
  test.describe(name, () => {
    test.use(options);

    test("from signing up to a script that two people wrote, and to one who is removed", async ({ page, browser, baseURL, network, complaints }) => {
      // Who was removed asks once more.
      complaints.expect(/status of 404/);
      const context = await browser.newContext({ baseURL, proxy: network.proxy, ...PHONE });
      complaints.listenTo(context);
      const owner = new PageHands(page, name === "walk-390");
      const guest = new PageHands(await context.newPage(), true);
      await walk({ name, owner, guest, mailbox: page.request });
      expect(await guest.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await context.close();
    });
  });
}

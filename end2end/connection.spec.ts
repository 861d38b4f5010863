// The connection by which an open page hears that it has ended: when it is made anew, and when it is not.
import { expect, open, test } from "./support/test.ts";

test("a connection that is dropped as soon as it is accepted is asked for ever more seldom", async ({ page, owner, complaints }) => {
  let opened = 0;
  await page.routeWebSocket(/\/ws\/workspaces\//, (socket) => {
    opened += 1;
    void socket.close({ code: 1001 });
  });
  // Neither early nor late: each pause is as long as it is meant to be.
  await page.addInitScript(() => {
    Math.random = () => 0.5;
  });
  await page.clock.install();
  await open(page, owner.at());
  for (let step = 0; step < 120; step += 1) await page.clock.runFor(500);
  expect(opened).toBeGreaterThan(4);
  // A minute, and two seconds between most of them.
  expect(opened).toBeLessThan(36);
  expect(complaints.heard).toEqual([]);
});

test("a text that is over is not asked for by a try that was due before", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Over");
  let opened = 0;
  await page.routeWebSocket(/\/ws\/records\//, (socket) => {
    opened += 1;
    void socket.close({ code: opened === 3 ? 4404 : 1001 });
  });
  await page.clock.install();
  await open(page, owner.at(`/records/${record}`));
  for (let step = 0; step < 40 && opened < 2; step += 1) await page.clock.runFor(250);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect.poll(() => opened).toBe(3);
  for (let step = 0; step < 100; step += 1) await page.clock.runFor(1_000);
  expect(opened).toBe(3);
});

test("a page that was out of sight for more than a minute has a new connection when it is seen again", async ({ page, owner }) => {
  // A connection that is on its way there when the page is seen again is a new one: what counts is that it stands.
  await page.addInitScript(() => {
    const Sockets = WebSocket;
    const stand: string[] = [];
    Object.assign(window, {
      stand,
      WebSocket: class extends Sockets {
        constructor(address: string | URL, protocols?: string | string[]) {
          super(address, protocols);
          this.addEventListener("open", () => stand.push(this.url));
        }
      },
    });
  });
  const opened = (): Promise<number> =>
    page.evaluate(() => (window as unknown as { stand: string[] }).stand.filter((url) => url.includes("/ws/workspaces/")).length);
  await page.clock.install();
  await open(page, owner.at());
  await expect.poll(opened).toBe(1);
  const see = (seen: boolean): Promise<void> =>
    page.evaluate((seen) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => !seen });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, seen);
  for (const [seconds, connections] of [[50, 1], [61, 2]] as const) {
    await see(false);
    await page.clock.runFor(seconds * 1_000);
    await see(true);
    await expect.poll(opened).toBe(connections);
  }
});

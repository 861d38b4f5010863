// What every test stands on: a visitor of its own, and an ear for everything the browser complains about.
import { test as base, expect, type BrowserContext, type BrowserContextOptions, type ConsoleMessage, type Page } from "@playwright/test";
import { openNetwork, type Network } from "./network.ts";
import { Person, personFor } from "./people.ts";

/** What the browser complained about: console errors and warnings, uncaught errors, violations of the content policy. */
export class Complaints {
  readonly heard: string[] = [];
  private readonly expected: RegExp[] = [];

  /** Listens to every page of a context. */
  listenTo(context: BrowserContext): void {
    context.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.heard.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.heard.push(`uncaught: ${error.error().message}`));
  }

  /** Says that a test provokes this; the browser notes each answer of 400 and above. */
  expect(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  /** What was heard and not expected. */
  unexpected(): string[] {
    return this.heard.filter((line) => !this.expected.some((pattern) => pattern.test(line)));
  }
}

interface Fixtures {
  /** What the browser complained about; a test fails on anything it did not expect. */
  complaints: Complaints;
  /** The network this test comes from. */
  network: Network;
  /** Opens a further browser for the same or another person. */
  another: (options?: BrowserContextOptions) => Promise<Page>;
  /** Somebody who is signed in on `page` and owns a workspace. */
  owner: Person;
  /** Somebody with an account who is not signed in. */
  person: Person;
}

export const test = base.extend<Fixtures>({
  complaints: [
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      expect(complaints.unexpected(), "complaints of the browser").toEqual([]);
    },
    { auto: true },
  ],
  network: async ({}, use, info) => {
    const network = await openNetwork(info.workerIndex);
    await use(network);
    await network.close();
  },
  proxy: async ({ network }, use) => {
    await use(network.proxy);
  },
  context: async ({ context, complaints }, use) => {
    complaints.listenTo(context);
    await context.addInitScript(() => {
      // Sums what moved without the person having done anything.
      const shifts = window as unknown as { shifted: number };
      shifts.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
          if (!entry.hadRecentInput) shifts.shifted += entry.value;
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    await use(context);
  },
  another: async ({ browser, baseURL, network, complaints }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options) => {
      const context = await browser.newContext({ baseURL, proxy: network.proxy, ...options });
      opened.push(context);
      complaints.listenTo(context);
      return context.newPage();
    });
    for (const context of opened) await context.close();
  },
  person: async ({ playwright, baseURL, network }, use, info) => {
    const requests = await playwright.request.newContext({ baseURL, proxy: network.proxy });
    await use(await personFor(requests, info.title));
    await requests.dispose();
  },
  owner: async ({ person, page }, use) => {
    await person.signIn(page.request);
    await person.makeWorkspace(page.request, "Tern House");
    await use(person);
  },
});

/** Opens a page of the workspace and waits until the browser's half is alive: a click before that would be lost. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await alive(page);
}

/** Waits until the browser's half is alive. */
export async function alive(page: Page): Promise<void> {
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

/** How much the page moved by itself since it was loaded. */
export async function shifted(page: Page): Promise<number> {
  await page.evaluate(() => document.fonts.ready);
  return page.evaluate(() => (window as unknown as { shifted: number }).shifted);
}

export { expect };

// Every page, on a desk and on a phone, light and dark: nothing for axe to find, nothing that moves by itself, nothing
// wider than the screen; and a picture of each in results/screens, to be looked at. The theme changes colours alone, so a
// page is loaded once for both, and what is looked for in the dark is what depends on colours.
import type { Page } from "@playwright/test";
import { faultsOf } from "./support/axe.ts";
import { alive, expect, shifted, test } from "./support/test.ts";
import { done, type Person } from "./support/people.ts";

interface Sheet {
  name: string;
  path: (owner: Person, record: string, event: string) => string;
  status?: number;
  hydrates?: boolean;
  /** Brings the page into the state to look at. */
  act?: (page: Page) => Promise<void>;
}

const TOKEN = "A".repeat(43);
const at = (path: string) => () => path;

const PUBLIC: Sheet[] = [
  { name: "landing", path: at("/") },
  { name: "sign-up", path: at("/sign-up") },
  {
    name: "sign-up-refused",
    path: at("/sign-up"),
    status: 422,
    act: async (page) => {
      await page.getByLabel("Your name").fill("Priya Nadar");
      await page.getByLabel("E-mail").fill("priya at example");
      await page.getByRole("button", { name: "Create account" }).click();
      await expect(page.getByLabel("E-mail")).toHaveAttribute("aria-invalid", "true");
    },
  },
  { name: "sign-up-sent", path: at("/sign-up/sent") },
  { name: "sign-in", path: at("/sign-in") },
  { name: "sign-in-after-verify", path: at("/sign-in?from=verified") },
  { name: "verify", path: at(`/verify/${TOKEN}`) },
  { name: "forgot", path: at("/forgot") },
  { name: "forgot-sent", path: at("/forgot/sent") },
  { name: "reset", path: at(`/reset/${TOKEN}`) },
  { name: "declined", path: at("/declined") },
  { name: "offline", path: at("/offline") },
  { name: "not-found", path: at("/no-such-page"), status: 404 },
];

const WORKSPACE: Sheet[] = [
  { name: "first-run", path: at("/start") },
  { name: "workspaces", path: at("/w") },
  { name: "records", path: (owner) => owner.at(), hydrates: true },
  { name: "record", path: (owner, record) => owner.at(`/records/${record}`), hydrates: true },
  { name: "audit", path: (owner) => owner.at("/audit"), hydrates: true },
  { name: "audit-event", path: (owner, _, event) => owner.at(`/audit?event=${event}`), hydrates: true },
  { name: "audit-nothing", path: (owner) => owner.at("/audit?search=nothing-is-called-this"), hydrates: true },
  { name: "settings", path: (owner) => owner.at("/settings"), hydrates: true },
  { name: "profile", path: at("/you"), hydrates: true },
  { name: "sessions", path: at("/you/sessions"), hydrates: true },
  { name: "prove", path: at("/prove") },
  { name: "lost", path: (owner) => owner.at("/nowhere"), status: 404 },
  { name: "no-such-record", path: (owner) => owner.at("/records/5c21b7ee-0000-4000-8000-00000000abcd"), status: 404, hydrates: true },
];

const SCREENS = [
  { screen: "desktop", viewport: { width: 1280, height: 800 } },
  { screen: "phone", viewport: { width: 390, height: 844 } },
] as const;

/** axe's rules on colours. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** Nothing has moved by itself, and nothing is wider than the screen. */
async function fits(page: Page): Promise<void> {
  expect(await shifted(page), "layout shift").toBe(0);
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(width[0], "wider than the screen").toBeLessThanOrEqual(width[1]);
}

/** Takes the other theme, and waits until every colour has got there. */
async function take(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(async () => {
    const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.allSettled(changes.map(({ finished }) => finished));
  });
}

async function judge(page: Page, sheet: Sheet, screen: string): Promise<void> {
  if (sheet.hydrates) await alive(page);
  await fits(page);
  await sheet.act?.(page);
  for (const [colorScheme, rules] of [["light", undefined], ["dark", OF_COLOURS]] as const) {
    await take(page, colorScheme);
    await page.screenshot({ path: `end2end/results/screens/${sheet.name}-${screen}-${colorScheme}.png`, fullPage: true });
    expect(await faultsOf(page, rules), `what axe finds, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

for (const { screen, viewport } of SCREENS) {
  test.describe(screen, () => {
    test.use({ viewport });

    for (const sheet of PUBLIC) {
      test(`public page ${sheet.name}`, async ({ page, complaints }) => {
        if (sheet.status) complaints.expect(new RegExp(`status of ${sheet.status}`));
        const answer = await page.goto(sheet.path(undefined!, "", ""));
        if (!sheet.act) expect(answer!.status()).toBe(sheet.status ?? 200);
        await judge(page, sheet, screen);
      });
    }

    test("pages of a workspace", async ({ page, owner, complaints }) => {
      complaints.expect(/status of 404/);
      await owner.makeRecord(page.request, "Cleaning the dock");
      // Long enough to scroll, with headings for the outline.
      const record = await owner.makeRecord(page.request, "Receiving refrigerated stock", "relaxation");
      const log = await done<{ rows: { id: string }[] }>(page.request, "audit.list", { workspace: owner.workspace });
      await done(page.request, "workspace.create", { name: "A second house" });
      for (const sheet of WORKSPACE) {
        await test.step(sheet.name, async () => {
          const answer = await page.goto(sheet.path(owner, record, log.rows[0]!.id));
          expect(answer!.status()).toBe(sheet.status ?? 200);
          await judge(page, sheet, screen);
        });
      }
    });

    test.describe("loaded in the dark", () => {
      test.use({ colorScheme: "dark" });

      test("a page of each kind", async ({ page, owner }) => {
        for (const path of ["/", "/start", owner.at()]) {
          await page.goto(path);
          if (path === owner.at()) await alive(page);
          await fits(page);
          expect(await faultsOf(page), path).toEqual([]);
        }
      });
    });

    test("an empty workspace", async ({ page, owner }) => {
      await page.goto(owner.at());
      await judge(page, { name: "records-empty", path: at(""), hydrates: true }, screen);
    });

    for (const name of ["gallery", "mail"]) {
      test(`page of the developer's own: ${name}`, async ({ page }) => {
        const answer = await page.goto(`/dev/${name}`);
        expect(answer!.status()).toBe(200);
        await judge(page, { name, path: at("") }, screen);
      });
    }
  });
}

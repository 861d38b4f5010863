// Nobody's words are lost, doubled or thrown about when somebody else acts on the line in which they write: editors side by side in
// one page, on a clock and a network that the test moves (`support/words/`).
//
// `EDITOR_WORDS="Heading 1 × live in the middle"` plays one case alone. `EDITOR_WORDS_PLANS=10000` plays more plans, from
// `EDITOR_WORDS_SEED` on; `EDITOR_WORDS_PLAN='{…}'` plays one, as a failure prints it.
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { ACTS } from "./support/words/acts.ts";
import type { Fault } from "./support/words/oracle.ts";
import { openStage } from "./support/words/page.ts";
import type { Plan } from "./support/words/plan.ts";
import { FAILED } from "./support/words/plans-failed.ts";
import { STORIES } from "./support/words/stories.ts";
import { WAYS } from "./support/words/ways.ts";

const { EDITOR_WORDS: only, EDITOR_WORDS_PLAN: given } = process.env;
const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** Plans are played in so many pages. */
const PARTS = 3;
const PLANS = Math.ceil(number("EDITOR_WORDS_PLANS", 120) / PARTS);
const SEED = number("EDITOR_WORDS_SEED", 1);
/** What one plan takes at the very most, in milliseconds: more plans take longer. */
const PLAN_MS = 1_000;

// The page needs no network, and is answered by the test.
test.use({ proxy: async ({}, use) => use(undefined) });

interface Stage {
  play(act: string, way: string): Promise<Fault[]>;
  playStory(name: string): Promise<Fault[]>;
  playPlan(plan: Plan): Promise<Fault[]>;
  playSeeds(first: number, many: number): Promise<{ plan: Plan; faults: Fault[] }[]>;
}

const play = (page: Page, act: string, way: string): Promise<Fault[]> =>
  page.evaluate(([act, way]) => (window as unknown as Stage).play(act!, way!), [act, way]);

const playPlan = (page: Page, plan: Plan): Promise<Fault[]> =>
  page.evaluate((plan) => (window as unknown as Stage).playPlan(plan), plan);

/** How to play a plan again. */
const again = (plan: Plan): string => `EDITOR_WORDS_PLAN='${JSON.stringify(plan)}'`;

const said = (faults: Fault[]): string[] => faults.map(({ kind, says }) => `${kind}: ${says}`);

for (const { name } of given ? [] : ACTS) {
  const ways = WAYS.filter((way) => !only || `${name} × ${way.name}` === only);
  if (ways.length === 0) continue;
  test(`detail_18 another's words stay whole: ${name}`, async ({ page }) => {
    await openStage(page);
    for (const way of ways) expect.soft(said(await play(page, name, way.name)), `${name} × ${way.name}`).toEqual([]);
  });
}

for (const { tells, stories } of given ? [] : STORIES) {
  const told = stories.filter(({ name }) => !only || name === only);
  if (told.length === 0) continue;
  test(tells, async ({ page }) => {
    await openStage(page);
    for (const { name } of told) {
      const faults = await page.evaluate((name) => (window as unknown as Stage).playStory(name), name);
      expect.soft(said(faults), name).toEqual([]);
    }
  });
}

if (!only && !given) {
  test("detail_18 nobody's words are lost in plans that once failed", async ({ page }) => {
    await openStage(page);
    for (const plan of FAILED) expect.soft(said(await playPlan(page, plan)), again(plan)).toEqual([]);
  });
}

for (let part = 0; part < (only || given ? 0 : PARTS); part++) {
  test(`detail_18 nobody's words are lost in plans by chance: part ${part + 1} of ${PARTS}`, async ({ page }) => {
    test.setTimeout(Math.max(180_000, PLANS * PLAN_MS));
    await openStage(page);
    // Each plan that fails, as soon as it is found: there may be many to come.
    page.on("console", (message) => message.type() === "info" && console.log(message.text()));
    const range = [SEED + part * PLANS, PLANS] as const;
    const failed = await page.evaluate(([first, many]) => (window as unknown as Stage).playSeeds(first, many), range);
    expect(failed.map(({ plan, faults }) => [...said(faults), again(plan)])).toEqual([]);
  });
}

if (given) {
  test("one plan", async ({ page }) => {
    await openStage(page);
    expect(said(await playPlan(page, JSON.parse(given) as Plan))).toEqual([]);
  });
}

// axe, run inside a page. Evaluated, not loaded as a script: the content policy stays as it is.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Result {
  violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

interface Axe {
  run(options: object): Promise<unknown>;
}

/** What axe finds wrong with the page, one line for each place; `rules` for only some of what it looks for. */
export async function faultsOf(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(`"axe" in window || (() => { ${source} })()`);
  const result = (await page.evaluate(
    (rules) => (window as unknown as { axe: Axe }).axe.run({ resultTypes: ["violations"], ...(rules && { runOnly: rules }) }),
    rules,
  )) as Result;
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id} at ${node.target.join(" ")}: ${node.failureSummary}`),
  );
}

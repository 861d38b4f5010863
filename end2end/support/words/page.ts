// The page on which editors stand side by side: nothing in it is the server's.
import type { Page } from "@playwright/test";
import { buildSync } from "esbuild";

const entry = new URL("stage.ts", import.meta.url).pathname;
/** A name that is this machine's own, which makes the device's keys and storage the page's. */
const ORIGIN = "http://words.localhost/";

let script: string | undefined;

/** As the sheet has it: the editor asks for it. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>Words</title><link rel="icon" href="data:,">
<style>.ProseMirror { white-space: pre-wrap }</style><body><script type="module" src="/stage.js"></script>`;

function built(): string {
  const options = { bundle: true, format: "esm", write: false, target: "chrome123", logLevel: "error", sourcemap: "inline" } as const;
  script ??= buildSync({ entryPoints: [entry], ...options }).outputFiles[0]!.text;
  return script;
}

/** Opens the page. */
export async function openStage(page: Page): Promise<void> {
  await page.route(`${ORIGIN}**`, (route) => {
    const isScript = route.request().url().endsWith(".js");
    return route.fulfill(isScript ? { contentType: "text/javascript", body: built() } : { contentType: "text/html", body: PAGE });
  });
  await page.goto(ORIGIN);
}

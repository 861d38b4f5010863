// Weighs what a browser fetches for each public page, compressed, with an empty cache: one JSON line for each page.
// `cargo xtask bench` calls it: node end2end/weigh.mjs ORIGIN CHROMIUM SANDBOX
import { chromium } from "@playwright/test";

const [origin, executablePath, sandbox] = process.argv.slice(2);
const token = "A".repeat(43);
const pages = ["/", "/sign-up", "/sign-up/sent", "/sign-in", `/verify/${token}`, "/forgot", "/forgot/sent", `/reset/${token}`, "/offline"];

const browser = await chromium.launch({ executablePath, chromiumSandbox: sandbox === "on", args: ["--disable-gpu", "--disable-background-networking"] });
for (const path of pages) {
  const context = await browser.newContext({ baseURL: origin });
  const page = await context.newPage();
  const finished = [];
  page.on("requestfinished", (request) => finished.push(request));
  await page.goto(path, { waitUntil: "networkidle" });
  let bytes = 0;
  let wasm = 0;
  for (const request of finished) {
    bytes += (await request.sizes()).responseBodySize;
    if (request.url().endsWith(".wasm") || request.resourceType() === "script") wasm += 1;
  }
  console.log(JSON.stringify({ page: path.replace(token, "…"), bytes, requests: finished.length, scripts: wasm }));
  await context.close();
}
await browser.close();

// How long a key takes from the finger to the screen, in a text of a hundred pages, with the processor slowed down four times:
// `node end2end/keystroke.mjs ORIGIN CHROMIUM on|off` (the sandbox). Prints a line of JSON for each round of typing.
import { randomUUID } from "node:crypto";
import { chromium } from "@playwright/test";

const [origin, executablePath, sandbox] = process.argv.slice(2);
const PAGES = 100;
/** Paragraphs of some 80 words on a page of 500 words. */
const PARAGRAPHS = 6;
const SLOWER = 4;
const ROUNDS = 5;
/** Somebody who types fast: ten keys a second. */
const EVERY_MS = 100;
const WORDS = "the breath goes out and the shoulders let go of what they held all day while the light outside the window moves slowly over the wall ";

const browser = await chromium.launch({ executablePath, chromiumSandbox: sandbox === "on", args: ["--disable-gpu"] });
const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 800 } });

async function call(operation, body) {
  const headers = { "Sec-Fetch-Site": "same-origin", "Idempotency-Key": randomUUID() };
  const answer = await context.request.post(`/api/v1/${operation}`, { data: body, headers });
  if (!answer.ok()) throw new Error(`${operation}: ${await answer.text()}`);
  return answer.json();
}

/** Somebody new with a workspace and a script in it; answers the script's path. */
async function script() {
  const account = { email: `k-${randomUUID()}@example.org`, password: "nine quiet terns over the dock" };
  await call("account.sign_up", { name: "Ilse Brandt", ...account });
  let token;
  while (!token) {
    const mails = await (await context.request.get("/dev/mail.json")).json();
    token = /\/verify\/([\w-]+)/.exec(mails.find(({ to }) => to === account.email)?.text ?? "")?.[1];
  }
  await call("account.verify", { token });
  await call("session.sign_in", account);
  const { id: workspace } = await call("workspace.create", { name: "Tern House" });
  const { id } = await call("record.create", { workspace, title: "A hundred pages" });
  return `/w/${workspace}/records/${id}`;
}

const page = await context.newPage();
await page.goto(await script());
await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
await page.getByRole("button", { name: "Write" }).click();
const text = page.getByRole("textbox", { name: "Text of the script" });
await text.click();
const onePage = `<h2>A part</h2>${`<p>${WORDS.repeat(3)}</p>`.repeat(PARAGRAPHS)}<ul><li>one</li><li>two</li></ul>`;
await text.evaluate((element, html) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}, onePage.repeat(PAGES));
await page.locator(".head .save", { hasText: "Saved" }).waitFor({ timeout: 120_000 });
// The caret goes to the middle of the text, where others' words stand on both sides.
await text.evaluate((element) => {
  const middle = element.querySelectorAll("p")[300];
  middle.scrollIntoView({ block: "center" });
  getSelection().collapse(middle.firstChild, 20);
});
await page.evaluate(() => {
  window.took = [];
  // From the key's own time to the first task after the frame that shows it.
  document.addEventListener("keydown", ({ timeStamp }) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.took.push(performance.now() - timeStamp);
      port2.postMessage(null);
    });
  }, { capture: true });
});
const devtools = await context.newCDPSession(page);
await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
for (let round = 0; round < ROUNDS; round++) {
  await page.evaluate(() => { window.took = []; });
  for (const letter of WORDS) await page.keyboard.type(letter, { delay: EVERY_MS });
  await page.waitForFunction((count) => window.took.length >= count, WORDS.length);
  const took = (await page.evaluate(() => window.took)).sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))];
  console.log(JSON.stringify({ median: at(0.5), p95: at(0.95), most: at(1) }));
}
await browser.close();

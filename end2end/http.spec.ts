// What the browser gets: headers on every kind of answer, no script on public pages, compressed and cached files.
import { expect, open, test } from "./support/test.ts";

const PUBLIC = ["/", "/sign-up", "/sign-up/sent", "/sign-in", "/forgot", "/forgot/sent", "/offline", "/no-such-page"];

test("public pages ask for no script and no WebAssembly, and are small", async ({ page, complaints }) => {
  complaints.expect(/status of 404/);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(`${request.resourceType()} ${new URL(request.url()).pathname}`));
  for (const path of PUBLIC) {
    await page.goto(path);
    await page.evaluate(() => document.fonts.ready);
    expect(await page.locator("script").count(), path).toBe(0);
  }
  expect(asked.filter((line) => /^script|wasm|\.js$/.test(line))).toEqual([]);
});

test("the workspace loads one script and one module, and each only once", async ({ page, owner }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await open(page, owner.at());
  expect(asked.filter((path) => path.endsWith(".wasm")).length).toBe(1);
  expect(asked.filter((path) => path.endsWith(".js")).length).toBe(1);
});

test("every answer carries the headers, whatever it is", async ({ request, owner }) => {
  const manifest = await request.get("/");
  const sheet = /href="(\/assets\/css\/[^"]+)"/.exec(await manifest.text())![1];
  for (const [method, path] of [
    ["GET", "/"],
    ["GET", "/no-such-page"],
    ["GET", sheet],
    ["GET", "/favicon.svg"],
    ["GET", "/healthz"],
    ["GET", "/readyz"],
    ["GET", "/openapi.json"],
    ["GET", "/you"],
    ["POST", "/api/v1/record.list"],
    ["POST", "/api/v1/no.such"],
    ["DELETE", "/sign-in"],
    ["GET", owner.at()],
  ] as const) {
    const answer = await request.fetch(path, { method, maxRedirects: 0, headers: { "Sec-Fetch-Site": "same-origin" } });
    const headers = answer.headers();
    const what = `${method} ${path} → ${answer.status()}`;
    expect(headers["x-content-type-options"], what).toBe("nosniff");
    expect(headers["referrer-policy"], what).toBe("same-origin");
    expect(headers["cross-origin-opener-policy"], what).toBe("same-origin");
    expect(headers["permissions-policy"], what).toContain("camera=()");
    const policy = headers["content-security-policy"];
    expect(policy, what).toContain("default-src 'none'");
    expect(policy, what).toContain("frame-ancestors 'none'");
    expect(policy, what).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/);
    expect(headers["server"], what).toBeUndefined();
  }
});

test("each page with scripts has a nonce of its own, and one without them may run none", async ({ owner, page, request }) => {
  const nonces = new Set<string>();
  for (let turn = 0; turn < 3; turn += 1) {
    const policy = (await page.request.get(owner.at())).headers()["content-security-policy"];
    nonces.add(/'nonce-([^']+)'/.exec(policy)![1]);
  }
  expect(nonces.size).toBe(3);
  // Asked by somebody who is not signed in, and so is not sent on.
  expect((await request.get("/sign-in")).headers()["content-security-policy"]).not.toContain("script-src");
});

test("files named by their content are kept for good, and compressed", async ({ page, request }) => {
  await page.goto("/");
  const files = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname));
  const assets = files.filter((path) => path.startsWith("/assets/"));
  expect(assets.length).toBeGreaterThan(0);
  for (const path of assets) {
    const answer = await request.get(path, { headers: { "Accept-Encoding": "br" } });
    expect(answer.headers()["cache-control"], path).toContain("immutable");
    if (!path.endsWith(".woff2")) expect(answer.headers()["content-encoding"], path).toBe("br");
  }
});

test("the session's cookie cannot be read, sent elsewhere or set by a neighbour", async ({ page, owner }) => {
  await page.goto(owner.at());
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, httpOnly, secure, sameSite, path }) => ({ name, httpOnly, secure, sameSite, path }))).toEqual([
    { name: "__Host-session", httpOnly: true, secure: true, sameSite: "Lax", path: "/" },
  ]);
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test("the captured mailbox and the gallery do not exist for who comes from elsewhere", async ({ request }) => {
  for (const path of ["/dev/mail", "/dev/mail.json", "/dev/gallery"]) {
    const forwarded = await request.get(path, { headers: { "X-Forwarded-For": "203.0.113.7" } });
    expect(forwarded.status(), path).toBe(404);
  }
});

test("a script that does not arrive is said, and the forms work without it", async ({ page, owner, complaints }) => {
  complaints.expect(/ERR_FAILED|Failed to fetch|error loading/i);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(owner.at());
  await expect(page.getByText("A part of this page did not load.")).toBeVisible();
  await page.getByRole("textbox", { name: "Title" }).fill("Cleaning the dock");
  await page.getByRole("button", { name: "Make a script" }).click();
  await expect(page.getByRole("heading", { name: "Cleaning the dock" })).toBeVisible();
});

// Whoever may no longer see a workspace is not left with what they saw: every page of it that is open ends by itself.
// That it does within a second is held where it can be: by the constants of `editing::watch` and by the services' tests.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { test as base, type Page } from "@playwright/test";
import { call, done, memberOf, personFor, type Person } from "./support/people.ts";
import { OwnServer } from "./support/server.ts";
import { alive, expect, open, test } from "./support/test.ts";
import { leaveNetwork, save, text, type, write } from "./support/writing.ts";

/** The pages of a workspace as the router has them, below its address. */
const ROUTES = (() => {
  const router = readFileSync(new URL("../app/src/workspace.rs", import.meta.url), "utf8");
  const [, frame] = /view=WorkspaceFrame.*?>([\s\S]*?)<\/ParentRoute>/.exec(router)!;
  return [...frame.matchAll(/path!\("([^"]*)"\)/g)].map(([, path]) => path);
})();

/** What the owner's secretive workspace shows on each of them: nothing of it may stay. */
const SECRET = "Tides of the harbour";

/** Every page, and what it is called when it is written. */
const PAGES = ROUTES.flatMap((path) => (path.includes(":record") ? [{ path, written: false }, { path, written: true }] : [{ path, written: false }]));

const nothing = (page: Page) => page.getByRole("heading", { name: "There is nothing here that you can see" });

/** A member's account. */
async function accountOf(owner: Person, page: Page, name: string): Promise<string> {
  const { members } = await done<{ members: { account: string; name: string }[] }>(page.request, "member.list", { workspace: owner.workspace });
  return members.find((member) => member.name === name)!.account;
}

/** To be called before a page is opened, and awaited after: that the server looks after the page. */
function watched(page: Page, what: "workspaces" | "records" = "workspaces"): Promise<void> {
  return new Promise((well) => page.on("websocket", (socket) => void (socket.url().includes(`/ws/${what}/`) && well())));
}

/** Counts from now on how often a page is loaded, and which sockets it opens. */
function counted(page: Page): { loads: number; sockets: string[] } {
  const count = { loads: 0, sockets: [] as string[] };
  page.on("domcontentloaded", () => (count.loads += 1));
  page.on("websocket", (socket) => count.sockets.push(new URL(socket.url()).pathname));
  return count;
}

/** The page has ended, once, and stays so. */
async function expectEnded(page: Page, count: { loads: number; sockets: string[] }): Promise<void> {
  await expect(nothing(page)).toBeVisible();
  await alive(page);
  expect(await page.content()).not.toContain(SECRET);
  // The browser's half has begun, and asks for nothing: whatever would load the page again is there by now.
  await page.evaluate(() => new Promise((idle) => requestAnimationFrame(() => setTimeout(idle))));
  expect(count).toEqual({ loads: 1, sockets: [] });
}

test("the pages of a workspace are known", () => {
  expect(ROUTES).toEqual(expect.arrayContaining(["", "/new", "/records/:record", "/people", "/audit", "/settings"]));
});

for (const operation of ["member.remove", "member.suspend"]) {
  test(`every open page of a workspace ends by itself: ${operation}`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 404/);
    await done(page.request, "workspace.rename", { workspace: owner.workspace, name: SECRET, revision: 1 });
    const record = await owner.makeRecord(page.request, SECRET);
    const bea = await memberOf(owner, page.request, `Bea ${randomUUID().slice(0, 8)}`);
    // All of its pages are the owner's to open.
    const account = await accountOf(owner, page, bea.name);
    await done(page.request, "member.set_role", { workspace: owner.workspace, account, role: "owner" });
    const context = (await another()).context();
    await bea.signIn(context.request);
    const tabs: [Page, ReturnType<typeof counted>][] = [];
    for (const { path, written } of PAGES) {
      const reader = await context.newPage();
      // Of a text its page hears as well.
      const looked = [watched(reader), path.includes(":record") && watched(reader, "records")];
      await open(reader, owner.at(path.replace(":record", record)));
      if (written) {
        await write(reader);
        await type(reader, `${SECRET}. `);
      }
      await expect(reader.getByRole("main")).toBeVisible();
      expect(await reader.content(), path).toContain(SECRET);
      await Promise.all(looked);
      tabs.push([reader, counted(reader)]);
    }
    await done(page.request, operation, { workspace: owner.workspace, account });
    for (const [reader, count] of tabs) await expectEnded(reader, count);
  });
}

test("a page ends wherever its reader has gone on to, and in every tab; nobody else's does", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 404/);
  await done(page.request, "workspace.rename", { workspace: owner.workspace, name: SECRET, revision: 1 });
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const first = await another();
  await bea.signIn(first.request);
  await done(first.request, "workspace.create", { name: "Bea's own" });
  const opened: string[] = [];
  first.on("websocket", (socket) => opened.push(new URL(socket.url()).pathname));
  await open(first, owner.at());
  const nav = first.getByRole("navigation", { name: "Workspace" });
  await nav.getByRole("link", { name: "Settings" }).click();
  await expect(first).toHaveURL(owner.at("/settings"));
  await first.goBack();
  await expect(first).toHaveURL(owner.at());
  expect(opened, "one connection serves all pages of a workspace").toEqual([`/ws/workspaces/${owner.workspace}`]);
  const [second, own, about] = [await first.context().newPage(), await first.context().newPage(), await first.context().newPage()];
  for (const [tab, address] of [[second, owner.at("/new")], [about, "/you"]] as const) await open(tab, address);
  await open(own, owner.at());
  const ownNav = own.getByRole("navigation", { name: "Workspace" });
  await ownNav.locator("summary").first().click();
  await ownNav.getByRole("link", { name: "Bea's own", exact: true }).click();
  await expect(own).not.toHaveURL(owner.at());
  await alive(own);
  await open(page, owner.at("/people"));
  const counts = [counted(first), counted(second)];
  const stays = [counted(own), counted(about), counted(page)];
  await done(page.request, "member.remove", { workspace: owner.workspace, account: await accountOf(owner, page, bea.name) });
  await expectEnded(first, counts[0]!);
  await expectEnded(second, counts[1]!);
  // Each has gone to the server and back since: whatever would load it again is there by now.
  for (const bystander of [own, about, page]) await bystander.evaluate(async () => void (await (await fetch(location.href)).text()));
  for (const { loads } of stays) expect(loads).toBe(0);
  await expect(own.getByRole("heading", { name: "Records" })).toBeVisible();
});

for (const how of ["ended from another device", "ended by a changed password", "signed out in another tab"]) {
  test(`a page whose session was ${how} leads to where one signs in, and back`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 401/);
    await done(page.request, "workspace.rename", { workspace: owner.workspace, name: SECRET, revision: 1 });
    const there = await another();
    await owner.signIn(there.request);
    const looked = watched(there);
    await open(there, owner.at("/people"));
    await looked;
    const count = counted(there);
    if (how === "ended from another device") await done(page.request, "session.revoke_others", {});
    else if (how === "ended by a changed password") await done(page.request, "account.change_password", { current: "nine quiet terns over the dock", password: "ten loud gulls under the pier" });
    else {
      const tab = await there.context().newPage();
      await open(tab, owner.at("/settings"));
      await tab.locator(".nav-user").click();
      await tab.getByRole("button", { name: "Sign out" }).click();
      await expect(tab).toHaveURL(/\/sign-in/);
      // Who signs out goes where that leads, and is not held up by what the page is told.
      expect(new URL(tab.url()).search).toBe("?from=signed-out");
    }
    await expect(there).toHaveURL(/\/sign-in\?/);
    expect(there.url()).toContain("people");
    expect(await there.content()).not.toContain(SECRET);
    expect(count).toEqual({ loads: 1, sockets: [] });
  });
}

test("a text with words that are nowhere else stays when its writer is removed, and the words with it", async ({ page, owner, another, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed|status of 404/);
  const record = await owner.makeRecord(page.request, "Not for long");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const account = await accountOf(owner, page, bea.name);
  const writer = await another();
  await bea.signIn(writer.request);
  await open(writer, owner.at(`/records/${record}`));
  await write(writer);
  await type(writer, "Before.");
  const count = counted(writer);
  let asked = 0;
  writer.on("dialog", (dialog) => {
    asked += 1;
    void dialog.dismiss();
  });
  await leaveNetwork(writer);
  await writer.keyboard.type(" Bea had plan B");
  await expect(writer.getByText("4 words are on this device")).toBeVisible();
  await done(page.request, "member.remove", { workspace: owner.workspace, account });
  let told = 0;
  writer.on("response", (response) => {
    // The page asks for the workspace first: the role may be another one by now.
    if (response.url().includes("/api/v1/workspace.get") && response.status() === 404) told += 1;
  });
  await writer.context().setOffline(false);
  await expect.poll(() => told).toBeGreaterThanOrEqual(1);
  // Once it has said so, and has gone to the server and back, whatever would load it again is there.
  await expect(save(writer)).toHaveText("Not saved");
  await writer.evaluate(async () => void (await (await fetch("/you")).text()));
  await expect(save(writer)).toHaveText("Not saved");
  await expect(text(writer)).toHaveText("Before. Bea had plan B");
  await expect(writer.getByRole("button", { name: "Save a copy" })).toBeVisible();
  expect([count.loads, asked]).toEqual([0, 0]);
});

test("a page that was without a connection when its reader was removed ends as soon as it has one", async ({ page, owner, another, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed|status of 404/);
  await done(page.request, "workspace.rename", { workspace: owner.workspace, name: SECRET, revision: 1 });
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const account = await accountOf(owner, page, bea.name);
  const reader = await another();
  await bea.signIn(reader.request);
  // The connection breaks, as when a network goes.
  let cut = () => {};
  let closed = false;
  await reader.routeWebSocket(/\/ws\/workspaces\//, (socket) => {
    if (closed) return void socket.close({ code: 1001 });
    socket.connectToServer();
    cut = () => void socket.close({ code: 1001 });
  });
  await open(reader, owner.at("/people"));
  await expect(reader.getByRole("main")).toContainText("Bea Lindholm");
  closed = true;
  cut();
  await done(page.request, "member.remove", { workspace: owner.workspace, account });
  closed = false;
  await reader.evaluate(() => dispatchEvent(new Event("online")));
  await expect(nothing(reader)).toBeVisible();
});

test("a connection that is closed for no reason of ours loads no page again", async ({ page, owner, complaints }) => {
  let closings = 0;
  await page.routeWebSocket(/\/ws\/workspaces\//, (socket) => {
    closings += 1;
    void socket.close({ code: [4401, 4403, 4404][closings % 3]! });
  });
  await page.clock.install();
  await open(page, owner.at());
  const count = counted(page);
  let seconds = 0;
  for (; closings < 5 && seconds < 120; seconds += 1) await page.clock.runFor(1_000);
  expect(closings).toBeGreaterThanOrEqual(5);
  // It comes back, seldom.
  expect(seconds).toBeGreaterThan(5);
  expect(count.loads).toBe(0);
  await expect(page.getByRole("heading", { name: "Records" })).toBeVisible();
  expect(complaints.heard).toEqual([]);
});

test("who leaves a workspace themselves goes on to their workspaces", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 404/);
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const leaver = await another();
  await bea.signIn(leaver.request);
  const looked = watched(leaver);
  await open(leaver, owner.at("/people"));
  await looked;
  // The way there is so slow that the page is told of its end twice meanwhile.
  let told = 0;
  let pass = () => {};
  leaver.on("response", (response) => {
    if (response.url().includes("/api/v1/workspace.get") && response.status() === 404 && (told += 1) === 2) pass();
  });
  const twice = new Promise<void>((resolve) => (pass = resolve));
  await leaver.route((url) => url.pathname === "/w", async (route) => {
    await twice;
    await route.continue();
  });
  await leaver.getByText("Leave this workspace").click();
  await leaver.getByRole("button", { name: "Leave", exact: true }).click();
  await expect(leaver).toHaveURL(/\/(w|start)$/);
});

for (const way of ["typed and taken back", "chosen and chosen back"]) {
  test(`a page into which nothing is typed any more ends with the session: ${way}`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 401/);
    await memberOf(owner, page.request, "Bea Lindholm");
    const there = await another();
    await owner.signIn(there.request);
    const looked = watched(there);
    if (way === "typed and taken back") {
      await open(there, owner.at("/settings"));
      const name = there.getByLabel("Name of the workspace");
      for (const words of ["x", "", "Tern House"]) await name.fill(words);
    } else {
      await open(there, owner.at("/people"));
      const role = there.locator("form[method=post] select[name]").first();
      await role.evaluate((list: HTMLSelectElement) => {
        const first = list.selectedIndex;
        for (const at of [first === 0 ? 1 : 0, first]) {
          list.selectedIndex = at;
          list.dispatchEvent(new Event("input", { bubbles: true }));
        }
      });
      await expect(there.locator("form[data-typed]")).toHaveCount(1);
    }
    await looked;
    await done(page.request, "session.revoke_others", {});
    await expect(there).toHaveURL(/\/sign-in\?/);
  });
}

test("a page with a form that holds words ends when its reader is removed, and when somebody else signs in", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 40[14]/);
  await done(page.request, "workspace.rename", { workspace: owner.workspace, name: SECRET, revision: 1 });
  for (const how of ["removed", "signed out"]) {
    const bea = await memberOf(owner, page.request, `Bea, ${how}`);
    const account = await accountOf(owner, page, bea.name);
    await done(page.request, "member.set_role", { workspace: owner.workspace, account, role: "owner" });
    const there = await another();
    await bea.signIn(there.request);
    const looked = watched(there);
    await open(there, owner.at("/settings"));
    await there.getByLabel("Name of the workspace").fill("Bea's words");
    await looked;
    if (how === "removed") {
      const count = counted(there);
      await done(page.request, "member.remove", { workspace: owner.workspace, account });
      await expectEnded(there, count);
      continue;
    }
    const elsewhere = await another();
    await bea.signIn(elsewhere.request);
    await done(elsewhere.request, "session.revoke_others", {});
    await expect(there.getByText("You are signed out.")).toBeVisible();
    await owner.signIn(there.request);
    await there.evaluate(() => dispatchEvent(new Event("focus")));
    await expect(there.locator(".nav-user")).toContainText(owner.name);
    await expect(there.getByLabel("Name of the workspace")).toHaveValue(SECRET);
  }
});

test("a page that could not ask whether its reader is back asks again, until it shows all of itself", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of (401|503)/);
  const looked = watched(page);
  await open(page, owner.at("/settings"));
  await page.getByLabel("Name of the workspace").fill("Words");
  await looked;
  const elsewhere = await another();
  await owner.signIn(elsewhere.request);
  await done(elsewhere.request, "session.revoke_others", {});
  await expect(page.getByText("You are signed out.")).toBeVisible();
  let refused = 0;
  await page.route("**/api/v1/account.get", async (route) => {
    refused += 1;
    await route.fulfill({ status: 503 });
  });
  await owner.signIn(page.request);
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await expect.poll(() => refused).toBeGreaterThan(0);
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await page.unroute("**/api/v1/account.get");
  await expect(page.getByText("You are signed out.")).toBeHidden();
  await expect(page.getByLabel("Name of the workspace")).toHaveValue("Words");
});

test("a page ends also right after somebody set out from it and did not go", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 404/);
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const account = await accountOf(owner, page, bea.name);
  const reader = await another();
  await bea.signIn(reader.request);
  const looked = watched(reader);
  await reader.clock.install();
  await open(reader, owner.at());
  await looked;
  // As by a download. The connection says it once, and is not heard again: its next try waits for the clock.
  await reader.clock.pauseAt(Date.now() + 3_600_000);
  const told = reader.waitForResponse((response) => response.url().includes("/api/v1/workspace.get") && response.status() === 404);
  await reader.evaluate(() => void dispatchEvent(new Event("beforeunload")));
  await done(page.request, "member.remove", { workspace: owner.workspace, account });
  await told;
  await reader.evaluate(async () => void (await (await fetch("/sign-in")).text()));
  await reader.clock.runFor(1_000);
  await expect(nothing(reader)).toBeVisible();
});

test("a page that was made for somebody else is made anew for who is signed in now", async ({ page, owner, another }) => {
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const elsewhere = await another();
  await bea.signIn(elsewhere.request);
  const there = await another();
  await bea.signIn(there.request);
  const looked = watched(there);
  await open(there, owner.at());
  await looked;
  await expect(there.locator(".nav-user")).toContainText(bea.name);
  await owner.signIn(there.request);
  await done(elsewhere.request, "session.revoke_others", {});
  await expect(there.locator(".nav-user")).toContainText(owner.name);
});

test("a page without a session that holds words asks seldom", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 401/);
  await page.clock.install();
  await open(page, owner.at("/settings"));
  await page.getByLabel("Name of the workspace").fill("Words");
  const elsewhere = await another();
  await owner.signIn(elsewhere.request);
  let asked = 0;
  page.on("response", (response) => void (response.url().includes("/api/v1/workspace.get") && (asked += 1)));
  await page.clock.runFor(1_000);
  await done(elsewhere.request, "session.revoke_others", {});
  await expect(page.getByText("You are signed out.")).toBeVisible();
  asked = 0;
  for (let second = 0; second < 25; second += 1) await page.clock.runFor(1_000);
  expect(asked).toBeLessThanOrEqual(1);
});

test("addresses of no workspace, and pages about oneself, hold no connection", async ({ page, owner, complaints }) => {
  complaints.expect(/status of 404/);
  const count = counted(page);
  for (const address of ["/you", "/you/sessions", "/w/5c21b7ee-0000-4000-8000-00000000abcd", "/w/tides"]) {
    await open(page, address);
    await page.evaluate(() => new Promise((idle) => requestAnimationFrame(() => setTimeout(idle))));
  }
  expect(count).toEqual({ loads: 4, sockets: [] });
  expect((await call(page.request, "workspace.get", { workspace: owner.workspace })).status()).toBe(200);
});

base("an open page ends when an operator puts its reader out, and when the server comes back", async ({ browser }, info) => {
  const server = await OwnServer.start();
  try {
    const context = await browser.newContext({ baseURL: server.origin });
    const page = await context.newPage();
    const owner = await personFor(context.request, info.title);
    await owner.signIn(context.request);
    await owner.makeWorkspace(context.request, SECRET);
    for (const command of ["suspend", "remove", "end-sessions"]) {
      const bea = await memberOf(owner, context.request, `Bea, to ${command}`);
      await owner.signIn(context.request);
      const account = await accountOf(owner, page, bea.name);
      const theirs = await browser.newContext({ baseURL: server.origin });
      const reader = await theirs.newPage();
      await bea.signIn(theirs.request);
      const looked = watched(reader);
      await open(reader, owner.at());
      await looked;
      const count = counted(reader);
      await server.admin(command === "end-sessions" ? [command, bea.email] : [command, owner.workspace, account]);
      if (command === "end-sessions") {
        await expect(reader).toHaveURL(/\/sign-in\?/);
        expect(count).toEqual({ loads: 1, sockets: [] });
      } else await expectEnded(reader, count);
      await theirs.close();
    }
    // The server is killed under an open page, which is put out while there is none to tell it.
    const bea = await memberOf(owner, context.request, "Bea Lindholm");
    await owner.signIn(context.request);
    const theirs = await browser.newContext({ baseURL: server.origin });
    const reader = await theirs.newPage();
    await bea.signIn(theirs.request);
    const looked = watched(reader);
    await open(reader, owner.at());
    await looked;
    const account = await accountOf(owner, page, bea.name);
    await server.kill();
    await server.admin(["remove", owner.workspace, account]);
    await server.startAgain();
    await expect(nothing(reader)).toBeVisible();
    await theirs.close();
    await context.close();
  } finally {
    await server.stop();
  }
});

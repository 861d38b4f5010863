// An open page whose record is put away by somebody else, or whose reader may only read from then on: it says what happened
// and becomes what it would be after a reload; words that the server did not take are offered first.
import { LOST, notice, savedCopy } from "./support/kept.ts";
import { done, memberOf, type Person } from "./support/people.ts";
import { expect, open, test } from "./support/test.ts";
import { greeted, keptRows, leaveNetwork, save, text, type, write } from "./support/writing.ts";

const WAYS = [
  ["record.archive", "record.unarchive", "This record is in the archive."],
  ["record.trash", "record.restore", "This record is in the trash."],
] as const;

for (const [away, back, told] of WAYS) {
  test(`${away}: the page that writes says it and is read from then on, and writes again once it is back`, async ({ page, owner, another }) => {
    const record = await owner.makeRecord(page.request, "Put away");
    const of = { workspace: owner.workspace, record };
    const other = await another();
    await owner.signIn(other.request);
    await open(page, owner.at(`/records/${record}`));
    await write(page);
    await type(page, "Before.");
    await done(other.request, away, of);
    await expect(page.getByText(told)).toBeVisible();
    await expect(page.locator(".reading .doc")).toHaveText("Before.");
    await expect(save(page)).toHaveText("Saved");
    await expect(page.getByRole("group", { name: "Mode" })).toHaveCount(0);
    await expect(page.getByRole("toolbar", { name: "Formatting" })).toHaveCount(0);
    await expect(page.getByText("You may only read this now.")).toHaveCount(0);
    // The way on is where it is after a reload.
    await page.locator("summary").filter({ hasText: "what can be done with this record" }).click();
    await page.getByRole("button", { name: back === "record.restore" ? "Restore" : "Get back from the archive" }).click();
    await expect(page.getByText(told)).toHaveCount(0);
    await write(page);
    await page.keyboard.press("Control+End");
    await type(page, " After.");
    await expect(text(page)).toHaveText("Before. After.");
  });

  test(`${away} while words wait: they are offered as a copy, and still once they are left to read`, async ({ page, context, owner, another, complaints }) => {
    complaints.expect(LOST);
    const record = await owner.makeRecord(page.request, "Put away");
    const of = { workspace: owner.workspace, record };
    const other = await another();
    await owner.signIn(other.request);
    await open(page, owner.at(`/records/${record}`));
    await write(page);
    await type(page, "Before.");
    await leaveNetwork(page);
    await page.keyboard.type(" Only here.");
    await expect(page.getByText("2 words are on this device")).toBeVisible();
    await done(other.request, away, of);
    await context.setOffline(false);
    await expect(page.getByText(told)).toBeVisible();
    await expect(save(page)).toHaveText("Not saved");
    await expect(page.getByText("You may only read this now. Your last changes are on this device only.")).toBeVisible();
    for (const [width, colorScheme] of [[390, "light"], [390, "dark"], [1280, "light"], [1280, "dark"]] as const) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `end2end/results/screens/${away}-unsaved-${width}-${colorScheme}.png`, animations: "disabled" });
    }
    expect((await savedCopy(page)).html).toContain("Before. Only here.");
    // Who leaves them is asked, and finds them there.
    let asked = "";
    page.once("dialog", (dialog) => {
      asked = dialog.message();
      void dialog.accept();
    });
    await page.getByRole("button", { name: "Read", exact: true }).click();
    await expect(page.locator(".reading .doc")).toHaveText("Before.");
    expect(asked).toContain("are not saved, and are on this device only.");
    await expect(notice(page)).toBeVisible();
    await expect(save(page)).toHaveText("On this device");
    await expect(page.getByRole("group", { name: "Mode" })).toHaveCount(0);
    expect((await savedCopy(page)).html).toContain("Before. Only here.");
    // Once it is back they go out, also when the page that had them is gone.
    await page.close({ runBeforeUnload: false });
    await done(other.request, back, of);
    const later = await context.newPage();
    await open(later, owner.at(`/records/${record}`));
    await later.getByRole("button", { name: "Bring them in" }).click();
    await expect(text(later)).toHaveText("Before. Only here.");
    await expect(save(later)).toHaveText("Saved");
    await expect.poll(() => keptRows(later)).toBe(0);
  });

  test(`${away}: the page that is read says it at once, and when it is back`, async ({ page, owner, another }) => {
    const record = await owner.makeRecord(page.request, "Put away");
    const other = await another();
    await owner.signIn(other.request);
    const listens = greeted(page);
    await open(page, owner.at(`/records/${record}`));
    await expect(page.getByRole("button", { name: "Write" })).toBeVisible();
    await listens;
    await done(other.request, away, { workspace: owner.workspace, record });
    await expect(page.getByText(told)).toBeVisible();
    await expect(page.getByRole("button", { name: "Write" })).toHaveCount(0);
    await done(other.request, back, { workspace: owner.workspace, record });
    await expect(page.getByText(told)).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Write" })).toBeVisible();
  });

  test(`${away} while somebody types: what was refused goes out once it is back`, async ({ page, owner, another }) => {
    const record = await owner.makeRecord(page.request, "Put away");
    const of = { workspace: owner.workspace, record };
    const other = await another();
    await owner.signIn(other.request);
    // The page hears of it only when what it writes meanwhile is on its way.
    let [deaf, sent] = [false, 0];
    const late: (() => void)[] = [];
    await page.routeWebSocket(/\/ws\//, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        if (deaf && socket.url().includes("/ws/records/")) sent += 1;
        server.send(message);
      });
      server.onMessage((message) => {
        if (deaf) late.push(() => socket.send(message));
        else socket.send(message);
      });
    });
    await open(page, owner.at(`/records/${record}`));
    await write(page);
    await type(page, "Before.");
    deaf = true;
    await done(other.request, away, of);
    await page.keyboard.type(" Meanwhile.");
    await expect.poll(() => sent).toBeGreaterThan(0);
    const written = await text(page).innerText();
    deaf = false;
    late.forEach((send) => send());
    await expect(page.getByText(told)).toBeVisible();
    await expect(save(page)).toHaveText(/^(Not saved|On this device)$/);
    await done(other.request, back, of);
    await expect(page.getByText(told)).toHaveCount(0);
    await expect(save(page)).toHaveText("Saved");
    await expect(text(page)).toHaveText(written.trim());
  });

  test(`${away}: the page that is read learns it when it listens again`, async ({ page, context, owner, another, complaints }) => {
    complaints.expect(LOST);
    const record = await owner.makeRecord(page.request, "Put away");
    const other = await another();
    await owner.signIn(other.request);
    await open(page, owner.at(`/records/${record}`));
    await expect(page.getByRole("button", { name: "Write" })).toBeVisible();
    await context.setOffline(true);
    await done(other.request, away, { workspace: owner.workspace, record });
    await context.setOffline(false);
    await expect(page.getByText(told)).toBeVisible();
    await expect(page.getByRole("button", { name: "Write" })).toHaveCount(0);
  });
}

test("an act of the menu that is under way ends well, though the menu is drawn anew meanwhile", async ({ page, context, owner, another, complaints }) => {
  complaints.expect(LOST);
  const record = await owner.makeRecord(page.request, "Put away");
  const other = await another();
  await owner.signIn(other.request);
  let go = () => {};
  const may = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/api/v1/record.duplicate", async (route) => {
    await may;
    await route.continue();
  });
  await open(page, owner.at(`/records/${record}`));
  await page.locator("summary").filter({ hasText: "what can be done with this record" }).click();
  const asked = page.waitForRequest("**/api/v1/record.duplicate");
  await page.getByRole("button", { name: "Duplicate" }).click();
  await asked;
  await context.setOffline(true);
  await done(other.request, "record.archive", { workspace: owner.workspace, record });
  await context.setOffline(false);
  await expect(page.getByText("This record is in the archive.")).toBeVisible();
  go();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Put away, copy");
});

/** Gives somebody of the owner's workspace another role. */
async function setRole(owner: Person, { name }: Person, role: string): Promise<void> {
  const { members } = await done<{ members: { account: string; name: string }[] }>(owner.mailbox, "member.list", { workspace: owner.workspace });
  await done(owner.mailbox, "member.set_role", { workspace: owner.workspace, account: members.find((member) => member.name === name)!.account, role });
}

test("whose role becomes one that reads only: the page says so, and offers nothing that is refused", async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Another role");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const hers = await another();
  await bea.signIn(hers.request);
  await open(hers, owner.at(`/records/${record}`));
  await write(hers);
  await type(hers, "Before.");
  await owner.signIn(owner.mailbox);
  await setRole(owner, bea, "supervisor");
  await expect(hers.getByText("You may only read this now.")).toBeVisible();
  await expect(hers.locator(".reading .doc")).toHaveText("Before.");
  await expect(hers.getByRole("group", { name: "Mode" })).toHaveCount(0);
  await expect(hers.getByRole("button", { name: "Save title" })).toBeHidden();
});

// Invitations: sent, opened by somebody new and by somebody with an account, with scripts and without, on a phone; and what
// becomes of those who are suspended, removed, or the last to answer for a workspace.
import { alive, expect, open, test } from "./support/test.ts";
import { done, freshEmail, linkFor, memberOf, PASSWORD, personFor } from "./support/people.ts";

test("somebody new joins by the link and sees the workspace @smoke", async ({ page, owner, another }) => {
  const address = freshEmail();
  await open(page, owner.at("/people"));
  await page.getByLabel("Invite by e-mail").fill(`Bea Lindholm <${address}>`);
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: address })).toBeVisible();

  const other = await another();
  await other.goto(await linkFor(page.request, address, "invitation"));
  await expect(other.getByText(address)).toBeVisible();
  await other.getByLabel("Your name").fill("Bea Lindholm");
  await other.getByLabel("Choose a password").fill(PASSWORD);
  await other.getByRole("button", { name: "Accept and join" }).click();
  await expect(other).toHaveURL(owner.at());

  await open(page, owner.at("/people"));
  const bea = page.getByRole("listitem").filter({ hasText: "Bea Lindholm" });
  await bea.locator("summary").click();
  await bea.getByLabel("Role").selectOption({ label: "Reader" });
  await bea.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Bea Lindholm" }).getByText("Reader").first()).toBeVisible();
});

test("somebody with an account signs in and accepts", async ({ page, owner, another }) => {
  const bea = await personFor(page.request, "Bea Lindholm");
  await done(page.request, "member.invite", { workspace: owner.workspace, emails: bea.email, role: "reader" });
  const link = await linkFor(page.request, bea.email, "invitation");
  const other = await another();
  await other.goto(link);
  await other.getByRole("link", { name: "Sign in to accept" }).click();
  await other.getByLabel("E-mail").fill(bea.email);
  await other.getByLabel("Password").fill(PASSWORD);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other).toHaveURL(new RegExp(`${link}$`));
  await other.getByRole("button", { name: "Accept and join" }).click();
  await expect(other).toHaveURL(owner.at());
});

for (const javaScriptEnabled of [true, false]) {
  test(`who is invited may decline, ${javaScriptEnabled ? "with" : "without"} scripts; the link is spent, and it is in the log`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 410/);
    const address = freshEmail();
    await done(page.request, "member.invite", { workspace: owner.workspace, emails: address, role: "reader" });
    const link = await linkFor(page.request, address, "invitation");
    const other = await another({ javaScriptEnabled });
    await other.goto(link);
    await other.getByRole("button", { name: "Decline" }).click();
    await expect(other).toHaveURL("/declined");
    await expect(other.getByText("You declined the invitation.")).toBeVisible();
    expect((await other.goto(link))!.status()).toBe(410);
    await expect(other.getByText("it was declined")).toBeVisible();
    await open(page, owner.at("/people"));
    await expect(page.getByRole("listitem").filter({ hasText: address })).toHaveCount(0);
    await open(page, owner.at("/audit"));
    await expect(page.getByRole("link", { name: "declined an invitation" })).toBeVisible();
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`who is signed in as somebody else signs out on the page of the link and goes on there, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ page, owner, another }) => {
    const [bea, cy] = [await personFor(page.request, "Bea Lindholm"), await personFor(page.request, "Cy Holt")];
    const fresh = freshEmail();
    await done(page.request, "member.invite", { workspace: owner.workspace, emails: `${bea.email} ${fresh}`, role: "reader" });
    const other = await another({ javaScriptEnabled });
    for (const [address, next] of [
      [bea.email, other.getByRole("link", { name: "Sign in to accept" })],
      [fresh, other.getByLabel("Choose a password")],
    ] as const) {
      await cy.signIn(other.request);
      const link = await linkFor(page.request, address, "invitation");
      await other.goto(link);
      await expect(other.getByText("You are signed in with another address.")).toBeVisible();
      await expect(next).toHaveCount(0);
      await other.getByRole("button", { name: "Sign out" }).click();
      await expect(next).toBeVisible();
      await expect(other).toHaveURL(new RegExp(`${link}$`));
    }
    await other.goto("/you");
    await expect(other).toHaveURL(/\/sign-in/);
  });
}

test("a link that was taken back says so", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 410/);
  const address = freshEmail();
  await done(page.request, "member.invite", { workspace: owner.workspace, emails: address, role: "reader" });
  const link = await linkFor(page.request, address, "invitation");
  await open(page, owner.at("/people"));
  await page.getByRole("button", { name: `Withdraw of ${address}` }).click();
  await expect(page.getByRole("listitem").filter({ hasText: address })).toHaveCount(0);
  const other = await another();
  const answer = await other.goto(link);
  expect(answer!.status()).toBe(410);
  await expect(other.getByText("This link no longer works.")).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  test(`the last who answers for a workspace stays, and is told why before and after trying, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 403/);
    const why = "You are the only Owner of this workspace. Somebody else must be given this role first.";
    await memberOf(owner, page.request, "Bea Lindholm");
    const { members } = await done<{ members: { account: string; current: boolean }[] }>(page.request, "member.list", { workspace: owner.workspace });
    const set = async (account: string, role: string) => void (await done(page.request, "member.set_role", { workspace: owner.workspace, account, role }));
    const her = members.find((member) => !member.current)!.account;
    const mine = await another({ javaScriptEnabled });
    await owner.signIn(mine.request);
    const people = async (): Promise<void> => {
      await mine.goto(owner.at("/people"));
      if (javaScriptEnabled) await alive(mine);
    };
    const own = mine.getByRole("listitem").filter({ hasText: owner.email });
    const leave = mine.getByRole("button", { name: "Leave", exact: true });

    // Alone, the page says so where one would try.
    await people();
    await own.locator("summary").click();
    await expect(own.getByText(why)).toBeVisible();
    await expect(own.getByRole("button")).toHaveCount(0);
    await mine.mouse.click(5, 5);
    await mine.getByText("Leave this workspace").click();
    await expect(mine.locator(".mem-leave").getByText(why)).toBeVisible();
    await expect(leave).toHaveCount(0);

    // With somebody else it offers everything; who has gone meanwhile is told by the server, beside what was pressed.
    await set(her, "owner");
    const tries: [string, () => Promise<void>][] = [
      [".mem-leave", async () => {
        await mine.getByText("Leave this workspace").click();
        await leave.click();
      }],
      [".mem-menu", async () => {
        await own.locator("summary").click();
        await own.getByRole("button", { name: /^Suspend/ }).click();
      }],
      [".mem-menu", async () => {
        await own.locator("summary").click();
        await own.getByRole("button", { name: /^Remove/ }).click();
      }],
      [".mem-menu", async () => {
        await own.locator("summary").click();
        await own.getByLabel("Role").selectOption({ label: "Reader" });
        await own.getByRole("button", { name: "Change role" }).click();
      }],
    ];
    for (const [place, attempt] of tries) {
      await set(her, "owner");
      await people();
      await expect(mine.getByText(why)).toHaveCount(0);
      await set(her, "reader");
      await attempt();
      if (javaScriptEnabled) {
        await expect(mine.locator(place).getByRole("alert")).toHaveText(`${why} Nothing was changed.`);
      } else {
        // The page made anew does not offer it any more.
        await expect(mine.getByRole("heading", { level: 1 })).toHaveText("You are the only Owner of this workspace.");
        await expect(mine.getByText("Somebody else must be given this role first. Nothing was changed.")).toBeVisible();
      }
    }
  });
}

test.describe("without scripts, on a phone", () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 390, height: 844 }, hasTouch: true });

  test("inviting, joining, suspending and coming back work", async ({ page, owner, browser }) => {
    const address = freshEmail();
    await page.goto(owner.at("/people"));
    await page.getByLabel("Invite by e-mail").fill(address);
    await page.getByRole("button", { name: "Invite" }).click();
    await expect(page.getByText("Saved")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: address })).toBeVisible();

    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    const other = await context.newPage();
    await other.goto(new URL(await linkFor(page.request, address, "invitation"), page.url()).href);
    await other.getByLabel("Your name").fill("Bea Lindholm");
    await other.getByLabel("Choose a password").fill("short");
    await other.getByRole("button", { name: "Accept and join" }).click();
    await expect(other.getByLabel("Choose a password")).toHaveAttribute("aria-invalid", "true");
    await expect(other.getByLabel("Your name")).toHaveValue("Bea Lindholm");
    await other.getByLabel("Choose a password").fill(PASSWORD);
    await other.getByRole("button", { name: "Accept and join" }).click();
    await expect(other.getByRole("heading", { level: 1 })).toHaveText("Records");

    await page.goto(owner.at("/people"));
    const bea = page.getByRole("listitem").filter({ hasText: "Bea Lindholm" });
    await bea.locator("summary").click();
    await bea.getByRole("button", { name: "Suspend" }).click();
    await expect(bea.getByRole("button", { name: "End the suspension", includeHidden: true })).toBeAttached();
    expect((await other.goto(new URL(owner.at(), page.url()).href))!.status()).toBe(404);
    await bea.locator("summary").click();
    await bea.getByRole("button", { name: "End the suspension" }).click();
    await expect(bea.getByRole("button", { name: "Suspend", includeHidden: true })).toBeAttached();
    expect((await other.goto(new URL(owner.at(), page.url()).href))!.status()).toBe(200);
    await context.close();
  });
});

test("on a phone the menu of the last member opens in sight", async ({ page, owner }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  for (const name of ["Bea Lindholm", "Cem Aydin", "Dag Moen", "Eva Roth", "Finn Ekdal"]) await memberOf(owner, page.request, name);
  await open(page, owner.at("/people"));
  const last = page.locator(".mem-row").filter({ has: page.locator("summary") }).last();
  await last.locator("summary").scrollIntoViewIfNeeded();
  await last.locator("summary").click();
  const remove = last.getByRole("button", { name: "Remove: what they wrote stays" });
  await expect(remove).toBeInViewport({ ratio: 1 });
  const bar = (await page.locator(".bb").boundingBox())!;
  await expect.poll(async () => ((await remove.boundingBox())!).y + ((await remove.boundingBox())!).height).toBeLessThanOrEqual(bar.y);
});

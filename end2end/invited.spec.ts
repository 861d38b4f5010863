// Who manages a workspace's people by its page, with scripts and without: a pasted list, sending again, withdrawing, leaving.
import { alive, expect, test } from "./support/test.ts";
import { done, freshEmail, linkFor, mailsTo, memberOf, PASSWORD } from "./support/people.ts";

for (const javaScriptEnabled of [true, false]) {
  test(`a pasted list is invited at once, one of it again, one no longer; who joined may leave, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 4(04|10)/);
    const [ada, bea, cid] = [freshEmail(), freshEmail(), freshEmail()];
    const mine = await another({ javaScriptEnabled });
    await owner.signIn(mine.request);
    const people = async (): Promise<void> => {
      await mine.goto(owner.at("/people"));
      if (javaScriptEnabled) await alive(mine);
    };
    await people();
    await mine.getByLabel("Invite by e-mail").fill(`Ada Quay <${ada}>; "Lindholm, Bea" <${bea}>,\n${cid}`);
    await mine.getByRole("button", { name: "Invite" }).click();
    const row = (words: string) => mine.getByRole("listitem").filter({ hasText: words });
    for (const address of [ada, bea, cid]) await expect(row(address)).toBeVisible();
    const first = await linkFor(page.request, bea, "invitation");
    const order = await mine.locator(".inv-row b").allTextContents();

    await row(bea).getByRole("button", { name: "Send again" }).click();
    await expect.poll(async () => (await mailsTo(page.request, bea)).length).toBe(2);
    // It stays where it is, and so do those beside it: whoever presses next means them.
    await expect(mine.locator(".inv-row b")).toHaveText(order);
    await row(cid).getByRole("button", { name: "Withdraw" }).click();
    await expect(row(cid)).toHaveCount(0);
    const other = await another({ javaScriptEnabled });
    expect((await other.goto(await linkFor(page.request, cid, "invitation")))!.status()).toBe(410);
    // The newest mail's link is the one that works.
    const second = await linkFor(page.request, bea, "invitation");
    expect(second).not.toBe(first);
    expect((await other.goto(first))!.status()).toBe(410);
    await other.goto(second);
    await other.getByLabel("Your name").fill("Bea Lindholm");
    await other.getByLabel("Choose a password").fill(PASSWORD);
    await other.getByRole("button", { name: "Accept and join" }).click();
    await expect(other.getByRole("heading", { level: 1 })).toHaveText("Records");

    await other.goto(owner.at("/people"));
    if (javaScriptEnabled) await alive(other);
    await other.getByText("Leave this workspace").click();
    await other.getByRole("button", { name: "Leave", exact: true }).click();
    await expect(other).not.toHaveURL(owner.at("/people"));
    expect((await other.goto(owner.at()))!.status()).toBe(404);
    await people();
    await expect(row(ada)).toBeVisible();
    await expect(row("Bea Lindholm")).toHaveCount(0);
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`rows of a spreadsheet are invited as they are pasted, and one that is broken is named, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ owner, another, complaints }) => {
    complaints.expect(/status of 422/);
    const [ada, bea] = [freshEmail(), freshEmail()];
    const mine = await another({ javaScriptEnabled });
    await owner.signIn(mine.request);
    await mine.goto(owner.at("/people"));
    if (javaScriptEnabled) await alive(mine);
    const field = mine.getByLabel("Invite by e-mail");
    const rows = (second: string): string => `Name\tE-mail\tRole\r\nAda Quay\t${ada}\tReader\r\n"Lindholm, Bea"\t${second}\tReader\r\n\r\n`;
    await field.fill(rows("bea@"));
    await mine.getByRole("button", { name: "Invite" }).click();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(mine.getByText("bea@: This address stops after the @. Is the ending missing?")).toBeVisible();
    await expect(field).toHaveValue(/Lindholm, Bea/);
    await field.fill(rows(`mailto:${bea}`));
    const role = mine.getByRole("combobox", { name: "Role" });
    await role.selectOption({ label: "Reader" });
    await mine.getByRole("button", { name: "Invite" }).click();
    for (const address of [ada, bea]) await expect(mine.getByRole("listitem").filter({ hasText: address })).toContainText("Reader");
    await expect(mine.locator(".inv-row")).toHaveCount(2);
    // Who presses again sends nobody another mail, nor raises anybody.
    await expect(mine.getByRole("main").getByText("Saved")).toBeVisible();
    await expect(field).toHaveValue("");
    if (javaScriptEnabled) await expect(role).toHaveValue("reader");
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`who may not see the members leaves by the settings, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ page, owner, another, complaints }) => {
    complaints.expect(/status of 404/);
    const bea = await memberOf(owner, page.request, "Bea Lindholm");
    const { members } = await done<{ members: { account: string; name: string }[] }>(page.request, "member.list", { workspace: owner.workspace });
    const { account } = members.find(({ name }) => name === bea.name)!;
    await done(page.request, "member.set_role", { workspace: owner.workspace, account, role: "reader" });
    const hers = await another({ javaScriptEnabled });
    await bea.signIn(hers.request);
    await hers.goto(owner.at("/settings"));
    if (javaScriptEnabled) await alive(hers);
    await hers.getByText("Leave this workspace").click();
    await hers.getByRole("button", { name: "Leave", exact: true }).click();
    await expect(hers).not.toHaveURL(owner.at("/settings"));
    expect((await hers.goto(owner.at()))!.status()).toBe(404);
    // Who sees them leaves from there.
    await page.goto(owner.at("/settings"));
    await expect(page.getByText("Leave this workspace")).toHaveCount(0);
  });
}

// Who is put out keeps the words that only their device has: server/docs/threat-model.md, "What a browser keeps".
import { done, memberOf } from "./support/people.ts";
import { alive, expect, open, test } from "./support/test.ts";
import { keptOf, keptRows, leaveNetwork, save, text, type, write } from "./support/writing.ts";

test("who is suspended while words wait on the device loses none: no contact erases them, and they go out when the suspension ends", async ({ page, owner, another, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed|status of 404/);
  const record = await owner.makeRecord(page.request, "Suspended");
  const path = owner.at(`/records/${record}`);
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const { members } = await done<{ members: { account: string; name: string }[] }>(page.request, "member.list", { workspace: owner.workspace });
  const seat = { workspace: owner.workspace, account: members.find(({ name }) => name === bea.name)!.account };
  const first = await another();
  await bea.signIn(first.request);
  await open(first, path);
  await write(first);
  await type(first, "Before.");
  await leaveNetwork(first);
  await first.keyboard.type(" Bea had plan B");
  await expect(first.getByText("4 words are on this device")).toBeVisible();
  const kept = await keptOf(first);
  expect(kept).toHaveLength(1);
  await done(page.request, "member.suspend", seat);

  // The page that holds them comes back to a server that knows nothing of the text any more.
  await first.context().setOffline(false);
  await expect(save(first)).toHaveText("Not saved");
  await expect(first.getByRole("button", { name: "Save a copy" })).toBeVisible();
  expect(await keptOf(first)).toEqual(kept);
  await first.close({ runBeforeUnload: false });
  const later = await first.context().newPage();
  for (const address of [path, owner.at(), "/you"]) {
    await later.goto(address);
    await alive(later);
    expect(await keptOf(later), address).toEqual(kept);
  }
  await expect(later.getByText("plan B")).toHaveCount(0);

  await done(page.request, "member.resume", seat);
  await open(later, path);
  await write(later);
  await expect(text(later)).toHaveText("Before. Bea had plan B");
  await expect(save(later)).toHaveText("Saved");
  await expect.poll(() => keptRows(later)).toBe(0);
  await open(page, path);
  await expect(page.locator(".reading .doc")).toHaveText("Before. Bea had plan B");
});

// Reading while somebody writes: the text stays where it is until its reader asks for the newer one, and ends with the
// reader's right to it.
import { done, memberOf } from "./support/people.ts";
import { expect, open, test } from "./support/test.ts";
import { greeted, type, write } from "./support/writing.ts";

test("somebody who reads is told of newer text, and sees it when they ask for it", async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Read and written");
  const writer = await another();
  await owner.signIn(writer.request);
  await open(writer, owner.at(`/records/${record}`));
  await write(writer);
  await type(writer, "The first words.");
  const listens = greeted(page);
  await open(page, owner.at(`/records/${record}`));
  const read = page.locator(".reading .doc");
  await expect(read).toHaveText("The first words.");
  await listens;
  const newer = page.getByText("Somebody has changed this text.");
  await expect(newer).toHaveCount(0);
  await type(writer, " And more.");
  await expect(newer).toBeVisible();
  await expect(read).toHaveText("The first words.");
  await page.screenshot({ path: "end2end/results/screens/reading-newer.png" });
  await page.getByRole("button", { name: "Show it as it is now" }).click();
  await expect(read).toHaveText("The first words. And more.");
  await expect(newer).toHaveCount(0);
  await type(writer, " Again.");
  await expect(newer).toBeVisible();
});

test("a change is told of that came before the reader's page listened", async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Changed at once");
  const writer = await another();
  await owner.signIn(writer.request);
  await open(writer, owner.at(`/records/${record}`));
  await write(writer);
  await type(writer, "Before.");
  // The page is made, and nothing of its room reaches it until the change has been made.
  let listen = () => {};
  const mayListen = new Promise<void>((resolve) => (listen = resolve));
  await page.routeWebSocket(/\/ws\/records\//, async (socket) => {
    await mayListen;
    socket.connectToServer();
  });
  await open(page, owner.at(`/records/${record}`));
  await expect(page.locator(".reading .doc")).toHaveText("Before.");
  await type(writer, " And after.");
  listen();
  await expect(page.getByText("Somebody has changed this text.")).toBeVisible();
});

test("a page that is only read ends as well when its reader is removed", async ({ page, owner, another, complaints }) => {
  complaints.expect(/status of 404/);
  const record = await owner.makeRecord(page.request, "Not for long");
  const bea = await memberOf(owner, page.request, "Bea Lindholm");
  const reader = await another();
  await bea.signIn(reader.request);
  const listens = greeted(reader);
  await open(reader, owner.at(`/records/${record}`));
  await listens;
  const people = await done<{ members: { account: string; name: string }[] }>(page.request, "member.list", { workspace: owner.workspace });
  const { account } = people.members.find(({ name }) => name === bea.name)!;
  await done(page.request, "member.remove", { workspace: owner.workspace, account });
  await expect(reader.getByRole("heading", { name: "There is nothing here that you can see" })).toBeVisible();
  await expect(reader.getByText("Not for long")).toHaveCount(0);
});

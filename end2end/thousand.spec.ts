// A workspace with a thousand records: the list opens, is sorted, filtered and searched, and the page holds no more than a
// screenful or two of it. How fast that is, `cargo xtask bench` says.
import type { APIRequestContext, Page } from "@playwright/test";
import { call, memberOf, type Person } from "./support/people.ts";
import { expect, open, test } from "./support/test.ts";

const ALL = 1_000;
/** As many as one page of the list has. */
const PAGE = 50;

/** Who else makes records: an account makes a hundred at once, and five a second from then on. More than so
 * many do not sign in from one network at once. */
const OTHERS = ["Bea Lindholm", "Tomás Quintero", "Priya Nadar", "Łucja Wrona", "Amara Obi", "Søren Dahl"];

/** Makes a record, as soon as its writer may make one more. */
async function make(request: APIRequestContext, owner: Person, title: string): Promise<void> {
  await expect
    .poll(async () => (await call(request, "record.create", { workspace: owner.workspace, title, template: "" })).status(), { message: title, intervals: [200] })
    .toBe(200);
}

/** As many elements as the page has. */
const size = (page: Page): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);

test("a thousand records are listed by the page, sorted, filtered and searched", async ({ page, owner, playwright, baseURL, network }) => {
  const hands = [page.request];
  for (const name of OTHERS) {
    const member = await memberOf(owner, page.request, name);
    const request = await playwright.request.newContext({ baseURL, proxy: network.proxy });
    await member.signIn(request);
    hands.push(request);
  }
  // The numbers in an order that is neither the one of the titles nor of the making: 7 and 1,000 have no common divisor.
  const titles = Array.from({ length: ALL }, (_, index) => {
    const number = (index * 7) % ALL;
    return `Procedure ${String(number + 1).padStart(4, "0")}${number % 100 === 99 ? " for the harbour" : ""}`;
  });
  const few = 12;
  await open(page, owner.at());
  const empty = await size(page);
  for (const title of titles.slice(0, few)) await make(page.request, owner, title);
  await open(page, owner.at());
  const rows = page.getByRole("main").getByRole("listitem").filter({ has: page.locator(".ltitle") });
  await expect(rows).toHaveCount(few);
  const each = (await size(page)) / few;
  const rest = titles.slice(few);
  await Promise.all(
    hands.map(async (request, hand) => {
      for (let index = hand; index < rest.length; index += hands.length) await make(request, owner, rest[index]!);
    }),
  );

  await open(page, owner.at());
  await expect(rows).toHaveCount(PAGE);
  await expect(page.getByText("1 to 50 of 1,000 records")).toBeVisible();
  expect(await size(page)).toBeLessThan(empty + PAGE * each);
  // Sorted.
  await page.getByLabel("Order").selectOption("By title");
  await expect(rows.first()).toContainText("Procedure 0001");
  await expect(rows.nth(49)).toContainText("Procedure 0050");
  await page.getByRole("link", { name: "After these" }).click();
  await expect(page.getByText("51 to 100 of 1,000 records")).toBeVisible();
  await expect(rows.first()).toContainText("Procedure 0051");
  await expect(rows).toHaveCount(PAGE);
  // Searched, as it is typed; what is typed begins at the first page.
  const search = page.getByLabel("Search the titles");
  await search.pressSequentially("harbour");
  await expect(page.getByText("10 records", { exact: true })).toBeVisible();
  await expect(rows).toHaveCount(10);
  await expect(rows.first()).toContainText("Procedure 0100 for the harbour");
  await search.fill("procedure 0123");
  await expect(page.getByText("1 record", { exact: true })).toBeVisible();
  await expect(rows).toContainText("Procedure 0123");
  await search.fill("no such words");
  await expect(page.getByText("No record is like that.")).toBeVisible();
  await search.fill("");
  await expect(page.getByText("1 to 50 of 1,000 records")).toBeVisible();
  // Filtered.
  await page.getByLabel("State").selectOption({ label: "In use" });
  await expect(page.getByText("No record is like that.")).toBeVisible();
  await page.getByLabel("State").selectOption({ label: "Draft, Open" });
  await expect(page.getByText("1 to 50 of 1,000 records")).toBeVisible();
  await page.getByLabel("Type").selectOption({ label: "Session notes" });
  await expect(rows).toHaveCount(0);
  await page.getByLabel("Type").selectOption({ label: "Scripts" });
  await expect(page.getByText("1 to 50 of 1,000 records")).toBeVisible();
  expect(await size(page)).toBeLessThan(empty + PAGE * each);
  // And the last of it all, by its address.
  await open(page, owner.at("?sort=title&from=950"));
  await expect(page.getByText("951 to 1,000 of 1,000 records")).toBeVisible();
  await expect(rows.last()).toContainText("Procedure 1000 for the harbour");
  await expect(page.getByRole("link", { name: "After these" })).toHaveCount(0);
  for (const request of hands.slice(1)) await request.dispose();
});

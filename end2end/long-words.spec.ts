// One word of 120 letters, as a title, a workspace, a person and an address may hold: on a desk and on a phone it is broken or
// ends in an ellipsis, and is never drawn beyond its place, where it would be cut off or lie over something else.
import type { Page } from "@playwright/test";
import { alive, expect, test } from "./support/test.ts";
import { done, freshEmail, linkFor, personFor, type Person } from "./support/people.ts";

const WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".padEnd(120, "skapitänsmütze");
const ADDRESS = (): string => `${"x".repeat(20)}${freshEmail().replace("@", `@${"host".repeat(15)}.${"net".repeat(10)}.`)}`;

/** What is drawn beyond its place: the words, and whose. */
function beyond(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const heard: string[] = [];
    const style = (element: Element): CSSStyleDeclaration => getComputedStyle(element);
    const cut = (element: Element): boolean => {
      const { textOverflow, overflowX, clipPath } = style(element);
      return (textOverflow === "ellipsis" && overflowX !== "visible") || clipPath !== "none";
    };
    const name = (element: Element): string => `${element.localName}.${[...element.classList].join(".")}`;
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = words.nextNode(); node; node = words.nextNode()) {
      const parent = node.parentElement!;
      // The tools of a phone are a row to be pushed aside.
      if (parent.closest(".dock-scroll") || !node.nodeValue!.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const right = Math.max(...[...range.getClientRects()].map((rect) => rect.right));
      const places: Element[] = [];
      for (let place: Element | null = parent; place; place = place.parentElement) places.push(place);
      if (places.some((place) => cut(place))) continue;
      const block = places.find((place) => !/^(inline|contents)$/.test(style(place).display))!;
      const bounds = [block, ...places.filter((place) => style(place).overflowX !== "visible")];
      const past = bounds.find((place) => right > place.getBoundingClientRect().right + 1);
      if (past || right > innerWidth + 1) heard.push(`${name(parent)} beyond ${name(past ?? document.body)}: ${node.nodeValue!.trim().slice(0, 40)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) heard.push("the page is wider than the screen");
    return heard;
  });
}

/** Everything that opens on the page is opened, one at a time: menus, questions, forms. */
async function judge(page: Page, path: string): Promise<void> {
  await test.step(path, async () => {
    expect.soft(await beyond(page), path).toEqual([]);
    for (const drop of await page.locator("details").all()) {
      if (!(await drop.locator("> summary").isVisible())) continue;
      await drop.evaluate((element: HTMLDetailsElement) => (element.open = true));
      expect.soft(await beyond(page), `${path}, ${await drop.getAttribute("class")} open`).toEqual([]);
      await drop.evaluate((element: HTMLDetailsElement) => (element.open = false));
    }
  });
}

interface Made {
  record: string;
  event: string;
  invitation: string;
}

/** A workspace in which everything is called by one word. */
async function everythingIsLong(page: Page, owner: Person): Promise<Made> {
  const { request } = page;
  const me = await done<{ revision: number }>(request, "account.get", {});
  await done(request, "account.rename", { name: WORD, revision: me.revision });
  const { revision } = await done<{ revision: number }>(request, "workspace.get", { workspace: owner.workspace });
  await done(request, "workspace.rename", { workspace: owner.workspace, name: WORD.slice(0, 80), revision });
  const record = await owner.makeRecord(request, WORD);
  const guest = await personFor(owner.mailbox, WORD);
  await done(request, "member.invite", { workspace: owner.workspace, emails: `${guest.email} ${ADDRESS()}`, role: "practitioner" });
  const invitation = await linkFor(owner.mailbox, guest.email, "invitation");
  const log = await done<{ rows: { id: string }[] }>(request, "audit.list", { workspace: owner.workspace });
  return { record, event: log.rows[0]!.id, invitation };
}

for (const [screen, viewport] of [
  ["a desk", { width: 1280, height: 800 }],
  ["a phone", { width: 390, height: 844 }],
] as const) {
  test.describe(screen, () => {
    test.use({ viewport });

    test("a word of 120 letters stays in its place on every page", async ({ page, owner, another }) => {
      const { record, event, invitation } = await everythingIsLong(page, owner);
      const paths = [
        "/w",
        "/you",
        "/you/sessions",
        owner.at(),
        owner.at(`?search=${WORD}`),
        owner.at("/new"),
        owner.at(`/records/${record}`),
        owner.at(`/records/${record}#about`),
        owner.at("/people"),
        owner.at("/settings"),
        owner.at("/audit"),
        owner.at(`/audit?event=${event}`),
        invitation,
      ];
      for (const path of paths) {
        await page.goto("about:blank");
        await page.goto(path);
        await judge(page, path);
      }
      await page.goto(owner.at(`/records/${record}`));
      await alive(page);
      await page.getByRole("button", { name: "Write" }).click();
      await expect(page.getByRole("textbox", { name: "Text of the script" })).toBeFocused();
      await page.keyboard.type(WORD);
      await judge(page, "writing");
      const stranger = await another({ viewport });
      await stranger.goto(invitation);
      await judge(stranger, `${invitation} signed out`);
    });
  });
}

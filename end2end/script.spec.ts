// A script on its own page: read as the server renders it, written with the editor, on a desk and on a phone.
import type { Locator } from "@playwright/test";
import { faultsOf } from "./support/axe.ts";
import { expect, open, test } from "./support/test.ts";
import { frames, pasteHtml, text, type, write } from "./support/writing.ts";

test("detail_27 reading and writing are distinct: the editor comes only to write, and the server renders what was written", async ({ page, owner, browser, baseURL, network }) => {
  const record = await owner.makeRecord(page.request, "Receiving stock");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await open(page, owner.at(`/records/${record}`));
  await expect(page.getByRole("heading", { name: "Receiving stock" })).toBeVisible();
  expect(asked.filter((url) => url.includes("editor"))).toEqual([]);
  await write(page);
  await page.keyboard.press("Control+A");
  await type(page, "# At the door\nCompare the **seal** with the note.\n/step");
  await page.keyboard.press("Enter");
  await type(page, "Open the load");
  await expect(page.getByRole("navigation", { name: "Outline" }).getByRole("link", { name: "At the door" })).toBeVisible();
  expect(asked.filter((url) => /editor-[0-9a-f]+\.js/.test(url))).toHaveLength(1);
  await page.getByRole("button", { name: "Read" }).click();
  const read = page.locator(".reading .doc");
  await expect(read.locator("strong")).toHaveText("seal");
  await expect(page.locator("[contenteditable]")).toHaveCount(0);
  // The same without any script.
  const plain = await browser.newContext({ baseURL, proxy: network.proxy, javaScriptEnabled: false, storageState: await page.context().storageState() });
  const still = await plain.newPage();
  await still.goto(owner.at(`/records/${record}`));
  await expect(still.locator(".doc strong")).toHaveText("seal");
  await expect(still.locator(".doc .step")).toContainText("Open the load");
  await plain.close();
});

test("two people write one script and see each other", async ({ page, owner, another }) => {
  const record = await owner.makeRecord(page.request, "Together");
  const other = await another();
  await owner.signIn(other.request);
  await open(page, owner.at(`/records/${record}`));
  await open(other, owner.at(`/records/${record}`));
  await write(page);
  await type(page, "From one. ");
  await write(other);
  await expect(text(other)).toContainText("From one.");
  await other.keyboard.press("Control+End");
  await type(other, "From two.");
  await expect(text(page)).toContainText("From two.");
  await expect(page.getByRole("group", { name: "Here now" }).getByRole("button")).toHaveCount(1);
  await expect(page.locator(".caret")).toHaveCount(1);
  await other.close();
  await expect(page.locator(".caret")).toHaveCount(0);
  await page.reload();
  await expect(page.locator(".reading .doc")).toContainText("From one. From two.");
});

for (const width of [1280, 900]) {
  test(`the menus of the sidebar and of the head lie above everything at ${width} px`, async ({ page, owner }) => {
    await page.setViewportSize({ width, height: 800 });
    const record = await owner.makeRecord(page.request, "Below menus");
    await open(page, owner.at(`/records/${record}`));
    await write(page);
    for (const menu of [page.locator(".nav details:has(> .ws)"), page.locator(".nav-me details"), page.locator(".head details")]) {
      await menu.locator("summary").click();
      const rows = menu.locator(".menu-item").filter({ visible: true });
      await expect(rows.first()).toBeVisible();
      const covered = await rows.evaluateAll((all) =>
        all.filter((row) => {
          const { left, top, width, height } = row.getBoundingClientRect();
          return [0.1, 0.5, 0.9].some((part) => !row.contains(document.elementFromPoint(left + width * part, top + height / 2)));
        }).length);
      expect(covered).toBe(0);
      await menu.locator("summary").click();
      await expect(rows).toHaveCount(0);
    }
  });
}

test("a long text scrolls in its sheet, and the page around it never, while it is written and read", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Long");
  const past = () => page.evaluate(() => document.scrollingElement!.scrollHeight - innerHeight);
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await page.keyboard.press("Control+A");
  await type(page, Array.from({ length: 60 }, (_, line) => `Line ${line}`).join("\n"));
  const stays = async (mode: string) => {
    for (const [width, height] of [[390, 844], [1280, 800]] as const) {
      await page.setViewportSize({ width, height });
      expect(await past(), `${mode} at ${width}`).toBe(0);
    }
  };
  await stays("writing");
  // Laid out for itself, so that a line that grows is no matter of the page around it; so nothing in there may be `fixed`.
  const scroller = page.locator(".scroll:has(.ProseMirror)");
  expect(await scroller.evaluate((element) => getComputedStyle(element).contain)).toBe("strict");
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await type(page, "/");
  await expect(page.locator(".slash")).toBeVisible();
  expect(await scroller.evaluate((element) => [...element.querySelectorAll("*")].filter((one) => getComputedStyle(one).position === "fixed").length)).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Read" }).click();
  await expect(page.locator(".reading .doc")).toContainText("Line 59");
  await stays("reading");
});

test("detail_14 detail_15 the toolbar, the style of the block and the outline, with the mouse", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Tools");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Part");
  await page.getByLabel("Style").selectOption("Heading 1");
  await expect(text(page).getByRole("heading", { level: 1, name: "Part" })).toBeVisible();
  await text(page).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  const bold = page.getByRole("button", { name: "Bold" });
  await bold.click();
  await expect(bold).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.type("strong");
  await expect(text(page).locator("strong")).toHaveText("strong");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Table" }).click();
  await expect(text(page).locator("th")).toHaveCount(3);
  await expect(page.getByRole("navigation", { name: "Outline" }).getByRole("link", { name: "Part" })).toBeVisible();
  await page.getByRole("button", { name: "Undo my last change" }).click();
  await expect(text(page).locator("th")).toHaveCount(0);
  expect(await faultsOf(page)).toEqual([]);
});

test("detail_26 on a phone: one pane, the tools at the foot while writing, the safety of the words always in sight", async ({ browser, baseURL, network, page, owner, complaints }) => {
  const record = await owner.makeRecord(page.request, "On the way");
  const context = await browser.newContext({ baseURL, proxy: network.proxy, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, storageState: await page.context().storageState() });
  complaints.listenTo(context);
  const phone = await context.newPage();
  await open(phone, owner.at(`/records/${record}`));
  await expect(phone.getByRole("toolbar", { name: "Formatting" })).toHaveCount(0);
  await phone.getByRole("button", { name: "Write" }).tap();
  await text(phone).tap();
  const dock = phone.getByRole("toolbar", { name: "Formatting" }).filter({ visible: true });
  await expect(dock).toHaveCount(1);
  await phone.keyboard.type("By thumb");
  await expect(phone.locator(".head .save")).toHaveText("Saved");
  await expect(phone.locator(".head .save")).toBeInViewport();
  await dock.getByRole("button", { name: "Insert", exact: true }).tap();
  await expect(phone.getByRole("listbox", { name: "Insert" })).toBeVisible();
  await phone.keyboard.press("Escape");
  await dock.getByRole("button", { name: "Hide the keyboard" }).tap();
  await expect(text(phone)).not.toBeFocused();
  await phone.getByRole("button", { name: "Done" }).tap();
  await expect(phone.locator(".reading .doc")).toContainText("By thumb");
  // Nothing is wider than the phone.
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});

for (const theme of ["light", "dark"] as const) {
  test(`detail_28 ${theme}: the text, the tools and what floats over it take the theme, and paper is always light`, async ({ page, owner }) => {
    await page.emulateMedia({ colorScheme: theme });
    const record = await owner.makeRecord(page.request, "In the dark");
    await open(page, owner.at(`/records/${record}`));
    await write(page);
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Words ==marked== here\n/");
    await expect(page.getByRole("listbox", { name: "Insert" })).toBeVisible();
    const shade = (selector: string): Promise<number> =>
      page.locator(selector).first().evaluate((element) => {
        const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/[\d.]+/g)!.map(Number);
        return (red! + green! + blue!) / 3;
      });
    for (const selector of [".paper", ".slash"]) {
      await expect.poll(async () => (await shade(selector)) < 80, { message: selector }).toBe(theme === "dark");
      await expect.poll(async () => (await shade(selector)) > 200, { message: selector }).toBe(theme === "light");
    }
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.emulateMedia({ colorScheme: theme, media: "print" });
    await expect.poll(() => shade("body")).toBeGreaterThan(250);
    const ink = async (): Promise<number> => {
      const [red, green, blue] = await text(page).evaluate((element) => getComputedStyle(element).color.match(/[\d.]+/g)!.map(Number));
      return (red! + green! + blue!) / 3;
    };
    await expect.poll(ink).toBeLessThan(60);
    await expect(page.getByRole("toolbar", { name: "Formatting" })).toBeHidden();
    await page.emulateMedia({ media: "screen" });
  });
}

test("on paper stand the title, what is known of the script, and its whole text; nothing that is pressed, and nothing is cut off", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Rest by the harbour", "relaxation");
  await open(page, owner.at(`/records/${record}`));
  const pages = async (): Promise<number> => (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g)!.length;
  const sizes: string[] = [];
  for (const writing of [false, true]) {
    await page.emulateMedia({ media: "screen" });
    if (writing) await write(page);
    await page.emulateMedia({ media: "print" });
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Rest by the harbour");
    await expect(page.getByText("Wait until the person speaks first.").last()).toBeVisible();
    for (const control of ["button", "input", "select", "nav", "summary", "[role=toolbar]"]) {
      await expect(page.locator(`${control}:visible`), control).toHaveCount(0);
    }
    // The text goes on over the pages, and is not a window that scrolls.
    expect(await pages()).toBeGreaterThan(1);
    const windows = await page.evaluate(() => {
      const all = [...document.querySelectorAll("body *:not(.vh)")].filter((one) => one.checkVisibility());
      const cut = all.filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible");
      return cut.map((one) => one.className);
    });
    expect(windows).toEqual([]);
    sizes.push(await page.locator(writing ? ".ProseMirror" : ".reading .doc").evaluate((element) => getComputedStyle(element).fontSize));
  }
  expect(sizes[0], "printed while it is read, and while it is written").toBe(sizes[1]);
});

test("detail_15 while a text is read the outline marks the part on the screen, and a page that is loaded again is where its address says", async ({ page, owner }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  const record = await owner.makeRecord(page.request, "Rest by the harbour", "relaxation");
  await open(page, owner.at(`/records/${record}`));
  const outline = page.getByRole("navigation", { name: "Outline" });
  const marked = outline.locator("[aria-current]");
  await expect(marked).toHaveText("Before you begin");
  const heading = (name: string) => page.locator(".reading .doc").getByRole("heading", { name });
  for (const name of ["The descent", "Settling"]) {
    await heading(name).evaluate((element) => element.scrollIntoView());
    await expect(marked).toHaveText(name);
  }
  await outline.getByRole("link", { name: "Coming back" }).click();
  await expect(heading("Coming back")).toBeInViewport();
  await page.reload();
  await expect(heading("Coming back")).toBeInViewport();
  // Where somebody else's place is named that is not here, the text begins at its head.
  await page.goto("about:blank");
  await open(page, `${owner.at(`/records/${record}`)}#nowhere`);
  await expect(marked).toHaveText("Before you begin");
  await expect(heading("Before you begin")).toBeInViewport();
});

for (const [width, height] of [[1280, 600], [390, 844]] as const) {
  test(`at ${width} px a text is read on from where it was written, and written on from where it was read`, async ({ page, owner }) => {
    await page.setViewportSize({ width, height });
    const record = await owner.makeRecord(page.request, "There and back");
    await open(page, owner.at(`/records/${record}`));
    await write(page);
    const line = "Let your hands lie where they fall. There is nothing to do well here. ";
    await pasteHtml(page, Array.from({ length: 120 }, (_, index) => `${index % 20 ? "" : `<h1>Part ${index / 20}</h1>`}<p>${index} ${line.repeat(1 + index % 3)}</p>`).join(""));
    await expect(page.locator(".head .save")).toHaveText("Saved");
    const port = page.getByRole("region", { name: "Text" });
    const first = (): Promise<string> =>
      port.evaluate((port) => {
        const head = port.getBoundingClientRect().top;
        const blocks = [...(port.querySelector(".ProseMirror") ?? port.querySelector(".doc"))!.children];
        return blocks.find((block) => block.getBoundingClientRect().bottom > head + 1)!.textContent!;
      });
    const press = (name: RegExp): Promise<void> => page.getByRole("button", { name }).filter({ visible: true }).first().click();
    const marked = page.getByRole("navigation", { name: "Outline", includeHidden: true }).locator("[aria-current]");
    await text(page).locator("p").nth(70).evaluate((line) => line.scrollIntoView());
    await frames(page);
    const [place, part] = [await first(), (await marked.textContent())!];
    expect([place.slice(0, 3), part]).toEqual(["70 ", "Part 3"]);
    for (let turn = 0; turn < 2; turn++) {
      await press(/^(Read|Done)$/);
      await expect(text(page)).toHaveCount(0);
      await expect.poll(first).toBe(place);
      await frames(page);
      expect(await first()).toBe(place);
      await expect(marked).toHaveText(part);
      await press(/^Write$/);
      await expect(text(page)).toBeVisible();
      await expect.poll(first).toBe(place);
      await expect(marked).toHaveText(part);
    }
    // Whoever reads and turns their phone reads on as well.
    await press(/^(Read|Done)$/);
    await expect(text(page)).toHaveCount(0);
    await expect.poll(first).toBe(place);
    await frames(page);
    await page.setViewportSize({ width: height, height: width === 390 ? 390 : 500 });
    await expect.poll(first).toBe(place);
    await page.setViewportSize({ width, height });
    await expect.poll(first).toBe(place);
  });
}

test("back and forward lead to the headings in the address", async ({ page, owner }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  const record = await owner.makeRecord(page.request, "Rest by the harbour", "relaxation");
  await open(page, owner.at(`/records/${record}`));
  const outline = page.getByRole("navigation", { name: "Outline" });
  const heading = (name: string) => page.locator(".reading .doc").getByRole("heading", { name });
  for (const name of ["Settling", "Coming back"]) {
    await outline.getByRole("link", { name }).click();
    await expect(heading(name)).toBeInViewport();
  }
  await page.goBack();
  await expect(heading("Settling")).toBeInViewport();
  await expect(heading("Coming back")).not.toBeInViewport();
  await page.goForward();
  await expect(heading("Coming back")).toBeInViewport();
});

test("what is written from right to left stands so: the title, its field, headings and lines, while it is written and read", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "آرامش در بندر");
  await open(page, owner.at(`/records/${record}`));
  const runs = (of: Locator): Promise<string> => of.evaluate((element) => getComputedStyle(element).direction);
  const titles = page.getByRole("heading", { name: "آرامش در بندر" });
  expect(await runs(titles)).toBe("rtl");
  await write(page);
  await type(page, "# پیش از آغاز\nدست‌ها را رها کنید.");
  const stands = async (of: Locator): Promise<void> => {
    expect(await runs(of.getByRole("heading", { name: "پیش از آغاز" }))).toBe("rtl");
    expect(await runs(of.getByText("دست‌ها"))).toBe("rtl");
  };
  await stands(text(page));
  await page.getByRole("button", { name: "Read" }).click();
  await stands(page.locator(".reading .doc"));
  expect(await runs(page.locator("#about input[name=title]"))).toBe("rtl");
  await page.locator("#about textarea[name=summary]").fill("خلاصه");
  expect(await runs(page.locator("#about textarea[name=summary]"))).toBe("rtl");
});

test("detail_15 headings that came with a template lead to their places as well, and one of them is where one is", async ({ page, owner }) => {
  const record = await owner.makeRecord(page.request, "Rest by the harbour", "relaxation");
  await open(page, owner.at(`/records/${record}`));
  await write(page);
  const outline = page.getByRole("navigation", { name: "Outline" });
  await expect(outline.getByRole("link")).toHaveText(["Before you begin", "Settling", "The descent", "Coming back"]);
  const heading = text(page).getByRole("heading", { name: "Coming back" });
  await expect(heading).not.toBeInViewport();
  await outline.getByRole("link", { name: "Coming back" }).click();
  await expect(heading).toBeInViewport();
  expect(await heading.evaluate((element) => element.contains(getSelection()!.focusNode))).toBe(true);
  await expect(outline.locator("[aria-current]")).toHaveCount(1);
  await outline.getByRole("link", { name: "Before you begin" }).click();
  await expect(text(page).getByRole("heading", { name: "Before you begin" })).toBeInViewport();
  await expect(outline.locator("[aria-current]")).toHaveText("Before you begin");
});

// Paste: what Word and Google Docs put on the clipboard, plain text, pictures; and what leaves by it.
import { expect, test } from "./support/editor.ts";
import { DOT } from "./support/room.ts";

const WORD_HEAD = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<meta name=Generator content="Microsoft Word 15"><style><!--
@list l0 {mso-list-id:123; mso-list-type:hybrid;}
@list l0:level1 {mso-level-number-format:bullet; mso-level-text:\\F0B7;}
@list l0:level2 {mso-level-number-format:bullet;}
@list l1:level1 {mso-level-text:"%1\\.";}
@list l1:level2 {mso-level-number-format:alpha-lower;}
@list l1:level3 {mso-level-number-format:roman-lower;}
p.MsoNormal {margin:0cm; font-size:11.0pt;}
--></style></head><body lang=EN-GB style='tab-interval:36.0pt'><!--StartFragment-->`;
const WORD_TAIL = "<!--EndFragment--></body></html>";

const item = (list: string, level: number, mark: string, words: string): string =>
  `<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:${list} level${level} lfo1'><![if !supportLists]>` +
  `<span lang=EN-GB style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>${mark}` +
  `<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]><span lang=EN-GB>${words}<o:p></o:p></span></p>`;

const li = (...inside: string[]): string => `<li>${inside.join("")}</li>`;
const p = (words: string): string => `<p>${words}</p>`;

test("detail_07 Word's lists are rebuilt: bullets and numbers, three levels, another start, a list that goes on", async ({ sheet }) => {
  const one = await sheet();
  const html =
    WORD_HEAD +
    "<h2>Before</h2>" +
    item("l0", 1, "·", "first") +
    item("l0", 2, "o", "inner") +
    item("l0", 2, "o", "inner too") +
    item("l0", 1, "·", "second <b style='mso-bidi-font-weight:normal'>bold</b>") +
    "<p class=MsoNormal>Between<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>" +
    item("l1", 1, "3.", "three") +
    item("l1", 2, "a.", "sub a") +
    item("l1", 3, "i.", "deep") +
    item("l1", 3, "ii.", "deeper") +
    item("l1", 1, "4.", "four") +
    "<p class=MsoNormal>After</p>" +
    WORD_TAIL;
  await one.paste({ "text/html": html, "text/plain": "x" });
  const roman = `<ol class="ol-lower_roman" type="i">${li(p("deep"))}${li(p("deeper"))}</ol>`;
  expect(await one.html()).toBe(
    `<h2>Before</h2><ul>${li(p("first"), `<ul>${li(p("inner"))}${li(p("inner too"))}</ul>`)}${li(p("second <strong>bold</strong>"))}</ul>` +
      p("Between") +
      `<ol start="3">${li(p("three"), `<ol class="ol-lower_alpha" type="a">${li(p("sub a"), roman)}</ol>`)}${li(p("four"))}</ol>` +
      p("After"),
  );
});

test("detail_07 Word's lists without a sheet: the marker's letters tell how they count", async ({ sheet }) => {
  const one = await sheet();
  const marks = [["·", "<ul>"], ["1)", "<ol>"], ["A.", '<ol class="ol-upper_alpha" type="A">'], ["c)", '<ol start="3" class="ol-lower_alpha" type="a">'], ["IV.", '<ol start="4" class="ol-upper_roman" type="I">']] as const;
  await one.paste({
    "text/html": `<body class="MsoNormal">${marks.map(([mark], index) => item(`l${index}`, 1, mark, "x") + "<p class=MsoNormal>-</p>").join("")}</body>`,
  });
  expect(await one.html()).toBe(marks.map(([, opens]) => `${opens}${li(p("x"))}</${opens.slice(1, 3)}>${p("-")}`).join(""));
});

test("detail_07 Word's footnotes, tracked changes and tables keep their meaning; comments and office words do not come", async ({ sheet, room }) => {
  const one = await sheet();
  await one.paste({
    "text/html":
      WORD_HEAD +
      "<p class=MsoTitle>The title</p><p class=MsoNormal>Text<a style='mso-footnote-id:ftn1' href=\"#_ftn1\" name=\"_ftnref1\"><span class=MsoFootnoteReference>[1]</span></a>" +
      " <ins cite=\"mailto:Ann%20B\" datetime=\"2026-11-20T10:15\">added</ins> <del cite=\"mailto:Ben\" datetime=\"2026-11-20T10:16\">gone</del>" +
      "<span class=MsoCommentReference><a class=msocomanchor id=\"_anchor_1\" href=\"#_msocom_1\">[A1]</a></span></p>" +
      "<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr style='mso-yfti-irow:0'><td width=200 colspan=2 style='width:150pt'><p class=MsoNormal>wide<o:p></o:p></p></td></tr>" +
      "<tr><td><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr></table>" +
      "<div style='mso-element:footnote-list'><hr><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href=\"#_ftnref1\">[1]</a> The note.</p></div></div>" +
      WORD_TAIL,
  });
  const html = await one.html();
  expect(html).toContain("<h1>The title</h1>");
  expect(html).toContain('Text<span class="footnote">The note.</span>');
  expect(html).toContain('<ins class="ins" data-author="Ann%20B" data-at="2026-11-20T10:15:00Z">added</ins>');
  expect(html).toContain('<del class="del" data-author="Ben" data-at="2026-11-20T10:16:00Z">gone</del>');
  expect(html).toContain('<tr><td colspan="2"><p>wide</p></td></tr><tr><td><p>a</p></td><td><p>b</p></td></tr>');
  expect(html).not.toMatch(/A1|mso|o:p/);
  await one.saved();
  expect(room.xml).toContain("<footnote>The note.</footnote>");
});

const docs = (inside: string): string => `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1a2b">${inside}</b>`;
const docItem = (level: number, words: string, kind = "disc"): string =>
  `<li dir="ltr" style="list-style-type:${kind};font-size:11pt;font-weight:400;vertical-align:baseline;" aria-level="${level}"><p dir="ltr" style="line-height:1.38;" role="presentation"><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;vertical-align:baseline;">${words}</span></p></li>`;

test("detail_08 Google Docs' nested lists, marks and wrapper", async ({ sheet }) => {
  const one = await sheet();
  await one.paste({
    "text/html": docs(
      `<p dir="ltr"><span style="font-weight:400">Plain, </span><span style="font-weight:700;font-style:italic;text-decoration:underline">all three</span></p><br />` +
        `<ul style="margin-top:0">${docItem(1, "one")}<ul>${docItem(2, "two", "circle")}<ol>${docItem(3, "three", "lower-alpha")}</ol></ul>${docItem(1, "four")}</ul><br class="Apple-interchange-newline">`,
    ),
  });
  expect((await one.html()).replaceAll(' dir="ltr"', "")).toBe(
    p("Plain, <strong><em><u>all three</u></em></strong>") +
      `<ul>${li(p("one"), `<ul>${li(p("two"), `<ol>${li(p("three"))}</ol>`)}</ul>`)}${li(p("four"))}</ul>`,
  );
});

test("detail_08 a part of a Google Docs list, begun in the midst of a level, is a list", async ({ sheet }) => {
  const one = await sheet();
  await one.paste({ "text/html": `<meta charset='utf-8'>${docItem(2, "b")}${docItem(3, "c")}${docItem(2, "d")}${docItem(1, "e", "decimal")}` });
  expect((await one.html()).replaceAll(' dir="ltr"', "")).toBe(`<ul>${li(p("b"), `<ul>${li(p("c"))}</ul>`)}${li(p("d"))}</ul><ol>${li(p("e"))}</ol>`);
});

test("detail_08 Google Docs' checklist is a task list", async ({ sheet }) => {
  const one = await sheet();
  const task = (done: boolean, words: string): string => docItem(1, words).replace("<li ", `<li role="checkbox" aria-checked="${done}" `).replace("<p ", '<img src="data:image/svg+xml;base64,AAAA" alt="unchecked"><p ');
  await one.paste({ "text/html": docs(`<ul>${task(true, "done")}${task(false, "to do")}</ul>`) });
  expect((await one.html()).replaceAll(' dir="ltr"', "")).toBe(
    '<ul class="tasks"><li class="task" data-checked="true"><div class="task-body"><p>done</p></div></li><li class="task" data-checked="false"><div class="task-body"><p>to do</p></div></li></ul>',
  );
});

test("detail_09 plain text stays plain, also with Shift and by command", async ({ sheet, page, context }) => {
  const one = await sheet();
  await one.paste({ "text/plain": "one *two*\n\n<b>three</b>\u0007" });
  expect(await one.html()).toBe(p("one *two*") + p("&lt;b&gt;three&lt;/b&gt;"));
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() =>
    navigator.clipboard.write([
      new ClipboardItem({ "text/html": new Blob(["<b>bold</b>"], { type: "text/html" }), "text/plain": new Blob(["bold"], { type: "text/plain" }) }),
    ]),
  );
  await one.command("paste_plain");
  await expect(one.text).toContainText("bold");
  expect(await one.html()).not.toContain("<strong>");
  await page.keyboard.press("Control+Shift+V");
  await expect(one.text).toContainText("boldbold");
  expect(await one.html()).not.toContain("<strong>");
  await page.keyboard.press("Control+V");
  await expect(one.text.locator("strong")).toHaveText("bold");
});

test("detail_09 nothing pasted runs, loads or dresses the page", async ({ sheet, page, room }) => {
  const one = await sheet();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await one.paste({
    "text/html":
      `<base href="http://127.0.0.1:9/"><p style="background:url(http://127.0.0.1:9/a)" onclick="alert(1)">kept <a href="javascript:alert(1)">words</a></p><script>alert(1)</script><img src="http://127.0.0.1:9/b.png" alt="a picture" onerror="alert(1)">` +
      `<svg><script>alert(1)</script></svg><math><mi>x</mi></math><iframe src="http://127.0.0.1:9/c"></iframe><style>p{color:red}</style><form><input value="v"><button>b</button></form><object data="http://127.0.0.1:9/d"></object><video src="http://127.0.0.1:9/e"></video>`,
  });
  expect(await one.html()).toBe(p("kept words") + p("a picture"));
  await one.saved();
  expect(asked).toEqual([]);
  expect(room.xml).not.toMatch(/script|javascript|onclick/);
});

test("detail_09 a pasted picture is sent with progress and stands where it was meant, whatever others write meanwhile", async ({ sheet, page, context, room }) => {
  const one = await sheet();
  await one.type("before\nafter");
  await one.saved();
  await page.evaluate(() => {
    const page = window as unknown as { extras: unknown; finish: () => void; again(): void };
    page.extras = {
      upload: (_file: Blob, _name: string, progress: (done: number) => void) =>
        new Promise<string>((done) => {
          progress(0.4);
          page.finish = () => done("picture-1");
        }),
    };
    page.again();
  });
  await one.text.locator("p").first().click();
  await one.heard();
  await one.text.evaluate((element, bytes) => {
    const clipboard = new DataTransfer();
    clipboard.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], "photo.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, DOT);
  await expect(page.getByRole("progressbar", { name: "Sending photo.png" })).toHaveJSProperty("value", 0.4);
  const two = await sheet("name=Ben&user=ben", context);
  await two.page.keyboard.press("Control+Home");
  await two.type("Ben's line\n");
  // His new line as well: of a figure and a line that came to the same place at one time, either may stand first.
  await expect(one.text.locator("p")).toHaveText([/^Ben's line/, /before$/, "after"]);
  await page.evaluate(() => (window as unknown as { finish: () => void }).finish());
  await expect(one.text.locator("figure")).toHaveCount(1);
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await one.saved();
  expect(room.xml).toMatch(/<paragraph>Ben's line<\/paragraph><paragraph>before<\/paragraph><figure [^>]*src="attachment:picture-1"[^>]*><\/figure><paragraph>after<\/paragraph>/);
});

test("detail_10 what is copied is clean for Word and mail, and comes back whole", async ({ sheet, page, room }) => {
  const one = await sheet();
  await one.paste({
    "text/html":
      '<h2 data-numbered>Part</h2><p>Some <strong>bold</strong> and <mark class="hl-green">green</mark> <span class="clause" data-source="21 CFR" data-citation="211.142(b)">x</span>.</p>' +
      '<div class="step" data-confirm data-record-label="temperature" data-record-unit="°C"><div class="step-body"><p>Read the logger</p></div></div>' +
      '<div class="callout callout-warning"><div class="callout-body"><p>Hot</p></div></div><p class="pause" data-seconds="8">x</p>' +
      "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>" +
      '<ul class="tasks"><li class="task" data-checked="true"><div class="task-body"><p>done</p></div></li></ul><p>end</p>',
  });
  await one.saved();
  const before = room.xml.replace(/ id="\w+"/g, "");
  await page.keyboard.press("Control+A");
  const copied = await one.text.evaluate((element) => {
    const clipboard = new DataTransfer();
    element.dispatchEvent(new ClipboardEvent("copy", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    return { html: clipboard.getData("text/html"), text: clipboard.getData("text/plain") };
  });
  expect(copied.html).not.toMatch(/contenteditable|ProseMirror|trailingBreak|class="caret/);
  expect(copied.html).toMatch(/<ol class="steps" start="1"><li class="step"/);
  expect(copied.html).toMatch(/<table border="1" cellspacing="0" cellpadding="6" style="border-collapse: collapse;?">/);
  expect(copied.html).toMatch(/<mark class="hl-green" style="background-color: ?(rgb|#)/);
  expect(copied.html).toContain("<strong>Warning</strong>");
  expect(copied.text.split("\n").filter(Boolean)).toEqual(["Part", "Some bold and green 21 CFR 211.142(b).", "Read the logger", "Hot", "[Pause, 8 seconds]", "a\tb", "1\t2", "[x] done", "end"]);
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await one.paste({ "text/html": copied.html, "text/plain": copied.text });
  await one.saved();
  expect(room.xml.replace(/ id="\w+"/g, "")).toBe(before);
});

test("a paste of five megabytes arrives whole, and is said to be saved only then", async ({ sheet, room }) => {
  const one = await sheet();
  const text = "The quick brown fox. ".repeat(12_000);
  await one.paste({ "text/plain": Array(20).fill(text).join("\n\n") });
  await one.saved();
  expect(room.doc.getXmlFragment("document").length).toBe(20);
  expect(room.xml.length).toBeGreaterThan(5_000_000);
});

// What else would make paper: headless Chromium printing HTML, and npm's `docx`. Asked by lines of JSON on standard
// input, answers by lines of JSON. Chromium starts once and keeps its page: it is measured warm.

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
});
const page = await browser.newPage();
await page.route("**/*", (route) => route.abort());

async function load({ html }) {
  const start = performance.now();
  await page.setContent(html, { waitUntil: "load" });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return { ms: performance.now() - start };
}

async function print() {
  const small = 'style="font-size: 8pt; width: 100%; padding: 0 20mm"';
  const start = performance.now();
  const file = await page.pdf({
    format: "A4",
    margin: { top: "30mm", bottom: "26mm", left: "32mm", right: "20mm" },
    printBackground: true,
    tagged: true,
    outline: true,
    displayHeaderFooter: true,
    headerTemplate: `<div ${small}>A document of fifty pages</div>`,
    footerTemplate: `<div ${small}>Page <span class=pageNumber></span> of <span class=totalPages></span></div>`,
  });
  const ms = performance.now() - start;
  const pages = file.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
  return { ms, bytes: file.length, pages };
}

// The same document by npm's `docx`: headings, paragraphs, runs with their marks, lists, tables. What it leaves out
// (footnotes, references, pictures, changes) is in our favour to leave in: we write more than it does.
async function docx({ document }) {
  const library = await import("docx").catch(() => undefined);
  if (library === undefined) return { error: "the package is not installed" };
  const { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun } = library;
  const levels = [1, 2, 3, 4, 5, 6].map((level) => HeadingLevel[`HEADING_${level}`]);

  const runs = (content = []) =>
    content.map((node) => {
      const marks = new Set((node.marks ?? []).map((mark) => mark.type));
      const text = node.text ?? node.attrs?.label ?? node.attrs?.citation ?? "";
      return new TextRun({
        text,
        bold: marks.has("strong"),
        italics: marks.has("emphasis"),
        strike: marks.has("strike"),
        superScript: marks.has("superscript"),
        subScript: marks.has("subscript"),
        break: node.type === "hard_break" ? 1 : undefined,
      });
    });

  const blocks = (content = [], level = -1) => content.flatMap((node) => block(node, level));

  function block(node, level) {
    const bullet = level >= 0 ? { level } : undefined;
    switch (node.type) {
      case "heading":
        return [new Paragraph({ heading: levels[node.attrs.level - 1], children: runs(node.content) })];
      case "bullet_list":
      case "ordered_list":
      case "task_list":
        return node.content.flatMap((item) => blocks(item.content, Math.min(level + 1, 8)));
      case "table":
        return [
          new Table({
            rows: node.content.map(
              (row) =>
                new TableRow({
                  children: (row.content ?? []).map(
                    (cell) =>
                      new TableCell({
                        columnSpan: cell.attrs.colspan,
                        rowSpan: cell.attrs.rowspan,
                        children: blocks(cell.content),
                      }),
                  ),
                }),
            ),
          }),
        ];
      case "paragraph":
      case "code_block":
      case "figure":
        return [new Paragraph({ bullet, children: runs(node.content) })];
      default:
        return blocks(node.content, level);
    }
  }

  const start = performance.now();
  const made = new Document({ sections: [{ children: blocks(document.content) }] });
  const file = await Packer.toBuffer(made);
  return { ms: performance.now() - start, bytes: file.length };
}

const acts = { load, print, docx };
for await (const line of createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await acts[ask.do](ask))}\n`);
}
await browser.close();

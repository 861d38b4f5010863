// What Word puts on the clipboard. Its lists are paragraphs that name a list and a level in `mso-list`, with the bullet or
// number as text; here they become lists again. Footnotes and tracked changes keep their meaning.
import { written } from "./styles.ts";

/** Whether this comes from Word or from what speaks like it (Outlook). */
export function isWord(html: string): boolean {
  return /mso-|urn:schemas-microsoft-com:office|class="?Mso/i.test(html);
}

interface ListPlace {
  list: string;
  level: number;
}

interface Marker {
  ordered: boolean;
  start: number;
  style: string;
}

const ROMAN: Record<string, number> = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };

function roman(text: string): number {
  const values = [...text.toLowerCase()].map((letter) => ROMAN[letter] ?? 0);
  return values.reduce((sum, value, index) => (value < (values[index + 1] ?? 0) ? sum - value : sum + value), 0);
}

const letters = (text: string): number => [...text.toLowerCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0);

/** Formats of the style sheet's `@list l0:level1 { mso-level-number-format: … }`, by list and level. */
function formats(html: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, list, level, body] of html.matchAll(/@list\s+(l\d+):level(\d+)[^{]*\{([^}]*)\}/g)) {
    found.set(`${list} ${level}`, /mso-level-number-format:\s*([\w-]+)/.exec(body ?? "")?.[1] ?? "arabic");
  }
  return found;
}

const STYLES: Record<string, string> = {
  "alpha-lower": "lower_alpha", "alpha-upper": "upper_alpha", "roman-lower": "lower_roman", "roman-upper": "upper_roman",
};

/** How an item is counted, from its format where the sheet says it, else from the letters of its marker. */
function marker(text: string, format: string | undefined): Marker {
  const found = /^[([]?(?:(\d+)|([ivxlcdm]+)|([a-z]{1,2}))[.):\]]/i.exec(text.trim());
  if (format === "bullet" || !found) return { ordered: false, start: 1, style: "decimal" };
  const [, digits, romanLike, alpha] = found;
  if (digits) return { ordered: true, start: Number(/(\d+)\W*$/.exec(text.trim())?.[1] ?? digits), style: "decimal" };
  const counted = (romanLike ?? alpha)!;
  const upper = counted !== counted.toLowerCase();
  const said = STYLES[format ?? ""];
  const isRoman = said ? said.endsWith("roman") : romanLike !== undefined && (counted.length > 1 || /^i$/i.test(counted));
  const style = said ?? `${upper ? "upper" : "lower"}_${isRoman ? "roman" : "alpha"}`;
  return { ordered: true, start: isRoman ? roman(counted) : letters(counted), style };
}

function placeOf(element: Element): ListPlace | null {
  const match = /(l\d+)\s+level(\d+)/.exec(written(element).get("mso-list") ?? "");
  return match ? { list: match[1]!, level: Number(match[2]) } : null;
}

/** Takes the marker out of an item and answers its text. */
function takeMarker(item: Element): string {
  const spans = [...item.querySelectorAll("span")].filter((span) => /^ignore$/i.test(written(span).get("mso-list") ?? ""));
  const text = spans.map((span) => span.textContent ?? "").join("");
  spans.forEach((span) => span.remove());
  return text.replaceAll("\u00A0", " ");
}

interface OpenList extends ListPlace {
  element: HTMLElement;
  last: HTMLElement;
}

/** Puts one paragraph into the lists that are open, opening and closing what its level asks for. */
function enlist(paragraph: HTMLElement, place: ListPlace, open: OpenList[], byFormat: Map<string, string>): void {
  const { ownerDocument } = paragraph;
  const said = marker(takeMarker(paragraph), byFormat.get(`${place.list} ${place.level}`));
  while (open.length > 0 && open.at(-1)!.level > place.level) open.pop();
  let list = open.at(-1);
  const tag = said.ordered ? "OL" : "UL";
  if (list?.level === place.level && list.element.tagName !== tag) {
    open.pop();
    list = open.at(-1);
    if (list?.level === place.level) list = undefined;
  }
  const item = ownerDocument.createElement("li");
  if (list?.level !== place.level) {
    const element = ownerDocument.createElement(tag);
    if (said.ordered) {
      if (said.start !== 1) element.setAttribute("start", String(said.start));
      if (said.style !== "decimal") element.className = `ol-${said.style}`;
    }
    if (list) list.last.append(element);
    else paragraph.before(element);
    list = { ...place, element, last: item };
    open.push(list);
  }
  list.element.append(item);
  list.last = item;
  const text = ownerDocument.createElement("p");
  text.append(...paragraph.childNodes);
  item.append(text);
  paragraph.remove();
}

function rebuildLists(root: HTMLElement, html: string): void {
  const byFormat = formats(html);
  let open: OpenList[] = [];
  let before: Element | null = null;
  for (const paragraph of [...root.querySelectorAll<HTMLElement>("p, h1, h2, h3, h4, h5, h6")]) {
    const place = placeOf(paragraph);
    // A heading that is numbered through a list stays a heading; its number is text that the document counts itself.
    if (place && paragraph.tagName !== "P") {
      takeMarker(paragraph);
      paragraph.setAttribute("data-numbered", "");
      open = [];
      continue;
    }
    const follows = place !== null && before !== null && open[0]?.element === paragraph.previousElementSibling;
    if (!follows) open = [];
    if (place) enlist(paragraph, place, open, byFormat);
    before = paragraph;
  }
}

/** Footnotes: the reference in the text, the words in a block at the end. */
function rebuildFootnotes(root: HTMLElement): void {
  for (const reference of root.querySelectorAll<HTMLAnchorElement>("a[href*='_ftn'], a[href*='_edn']")) {
    const id = /#_(ftn|edn)(\d+)$/.exec(reference.getAttribute("href") ?? "");
    if (!id) continue;
    const body = root.querySelector(`#${id[1]}${id[2]}`);
    if (!body || body.contains(reference)) continue;
    const words = body.cloneNode(true) as HTMLElement;
    words.querySelectorAll("a[href*='_ftnref'], a[href*='_ednref']").forEach((back) => back.remove());
    const note = root.ownerDocument.createElement("span");
    note.className = "footnote";
    note.textContent = (words.textContent ?? "").replace(/\s+/g, " ").trim();
    reference.replaceWith(note);
  }
  root.querySelectorAll("[id^='ftn'], [id^='edn']").forEach((body) => body.remove());
}

function markChanges(root: HTMLElement): void {
  for (const change of root.querySelectorAll<HTMLElement>("ins, del")) {
    change.className = change.tagName.toLowerCase();
    change.dataset.author = (change.getAttribute("cite") ?? "").replace(/^mailto:/, "");
    const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.exec(change.getAttribute("datetime") ?? "")?.[0];
    change.dataset.at = at ? `${at}:00Z` : "";
  }
}

/** Makes plain HTML of Word's. `html` is the whole text, whose style sheet says how lists are counted. */
export function fromWord(root: HTMLElement, html: string): void {
  rebuildFootnotes(root);
  rebuildLists(root, html);
  markChanges(root);
  for (const title of root.querySelectorAll("p.MsoTitle")) {
    const heading = root.ownerDocument.createElement("h1");
    heading.append(...title.childNodes);
    title.replaceWith(heading);
  }
  for (const reference of root.querySelectorAll("[class*='MsoComment'], [id^='_com_']")) reference.remove();
  // Word keeps empty lines alive with a blank; its office-only elements say nothing to others.
  for (const element of root.querySelectorAll("*")) {
    if (element.tagName.includes(":")) element.replaceWith(...element.childNodes);
  }
  for (const paragraph of root.querySelectorAll("p")) {
    if (!paragraph.querySelector("img, br, span.footnote") && /^\s*$/u.test(paragraph.textContent ?? "")) paragraph.remove();
  }
}

// The document's schema: the tree of app/domain/src/document as ProseMirror sees it. A test feeds both the same documents
// and holds the names, attributes and words here to app/domain/src/document/schema.json.
import { type Attrs, type DOMOutputSpec, type MarkSpec, type NodeSpec, Schema } from "prosemirror-model";
import { asHref, follows, line, type Rule } from "./rules.ts";

/** The version this module writes and says when it joins (`?schema=`); the server makes an older client read-only. */
export const SCHEMA_VERSION = 1;

/** The name of the Yjs fragment that holds the tree. */
export const FRAGMENT = "document";

export const LIST_STYLES = ["decimal", "lower_alpha", "upper_alpha", "lower_roman", "upper_roman"] as const;
export const CALLOUTS = ["note", "warning", "caution"] as const;
export const COLOURS = ["yellow", "green", "blue", "pink"] as const;
export const ALIGNS = ["start", "center", "end", "justify"] as const;
const SHOWS = ["number", "title", "page"] as const;

/** What a step asks to write down. */
export interface StepRecord {
  label: string;
  unit: string;
}

type Check = (value: unknown) => void;

function fail(what: string): never {
  throw new RangeError(what);
}
const by =
  (rule: Rule): Check =>
  (value) => {
    if (!follows(rule, value)) fail(`not ${rule}`);
  };
const isFlag: Check = (value) => {
  if (typeof value !== "boolean") fail("neither true nor false");
};
const within =
  (least: number, most: number): Check =>
  (value) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) fail("out of range");
  };
const oneOf =
  (words: readonly string[]): Check =>
  (value) => {
    if (!words.includes(value as string)) fail("not one of the words");
  };
const orNull =
  (check: Check): Check =>
  (value) => {
    if (value !== null) check(value);
  };
const isRecord: Check = (value) => {
  if (typeof value !== "object" || value === null) fail("no record");
  const { label, unit, ...rest } = value as Partial<StepRecord>;
  by("needed_line")(label);
  by("line")(unit);
  if (Object.keys(rest).length > 0) fail("no record");
};
const isWidths: Check = (value) => {
  if (!Array.isArray(value) || value.length === 0) fail("no widths");
  value.forEach(within(0, 10_000));
};

const inlineText = "inline*";
const blocks = "block+";

/** The text of a pause, as it reads in the page. */
export function pauseWords(seconds: number): string {
  return seconds === 1 ? "Pause, 1 second" : `Pause, ${seconds} seconds`;
}

const CALLOUT_WORDS: Record<string, string> = { note: "Note", warning: "Warning", caution: "Caution" };

function number(element: HTMLElement, name: string, otherwise: number, most: number): number {
  const value = Number.parseInt(element.getAttribute(name) ?? "", 10);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : otherwise;
}

function ownId(element: HTMLElement): string {
  return follows("id", element.id) ? element.id : "";
}

function paragraphAttrs(element: HTMLElement): Attrs {
  const dir = element.getAttribute("dir");
  const align = /\bal-(start|center|end|justify)\b/.exec(element.className)?.[1] ?? element.dataset.align ?? null;
  return {
    dir: dir === "ltr" || dir === "rtl" ? dir : null,
    align: ALIGNS.includes(align as never) && align !== "start" ? align : null,
  };
}

function headingSpec(): NodeSpec {
  return {
    attrs: {
      level: { default: 1, validate: within(1, 6) },
      numbered: { default: false, validate: isFlag },
      id: { default: "", validate: by("id_or_empty") },
    },
    content: inlineText,
    group: "block",
    defining: true,
    parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({
      tag: `h${level}`,
      getAttrs: (element) => ({ level, numbered: element.hasAttribute("data-numbered"), id: ownId(element) }),
    })),
    toDOM: ({ attrs }) => [
      `h${attrs.level}`,
      { ...(attrs.id && { id: attrs.id }), ...(attrs.numbered && { "data-numbered": "" }) },
      0,
    ],
  };
}

function orderedStyle(element: HTMLElement): string {
  const said = /\bol-(\w+)\b/.exec(element.className)?.[1];
  const type = { a: "lower_alpha", A: "upper_alpha", i: "lower_roman", I: "upper_roman" }[element.getAttribute("type") ?? ""];
  const style = said ?? type ?? "decimal";
  return LIST_STYLES.includes(style as never) ? style : "decimal";
}

const HTML_LIST_TYPE: Record<string, string> = {
  lower_alpha: "a", upper_alpha: "A", lower_roman: "i", upper_roman: "I",
};

const lists: Record<string, NodeSpec> = {
  bullet_list: {
    content: "list_item+",
    group: "block list",
    parseDOM: [{ tag: "ul" }],
    toDOM: () => ["ul", 0],
  },
  ordered_list: {
    attrs: {
      start: { default: 1, validate: within(0, 999_999) },
      style: { default: "decimal", validate: oneOf(LIST_STYLES) },
    },
    content: "list_item+",
    group: "block list",
    parseDOM: [
      { tag: "ol", getAttrs: (element) => ({ start: number(element, "start", 1, 999_999), style: orderedStyle(element) }) },
    ],
    toDOM: ({ attrs }) => [
      "ol",
      {
        ...(attrs.start !== 1 && { start: String(attrs.start) }),
        ...(attrs.style !== "decimal" && { class: `ol-${attrs.style}`, type: HTML_LIST_TYPE[attrs.style as string] }),
      },
      0,
    ],
  },
  task_list: {
    content: "task_item+",
    group: "block list",
    parseDOM: [{ tag: "ul.tasks", priority: 60 }],
    toDOM: () => ["ul", { class: "tasks" }, 0],
  },
  list_item: {
    content: blocks,
    defining: true,
    parseDOM: [{ tag: "li" }],
    toDOM: () => ["li", 0],
  },
  task_item: {
    attrs: { checked: { default: false, validate: isFlag } },
    content: blocks,
    defining: true,
    parseDOM: [
      {
        tag: "li.task",
        priority: 60,
        contentElement: (element) => (element as HTMLElement).querySelector<HTMLElement>(".task-body") ?? (element as HTMLElement),
        getAttrs: (element) => ({ checked: element.dataset.checked === "true" }),
      },
    ],
    toDOM: ({ attrs }) => [
      "li",
      { class: "task", "data-checked": String(attrs.checked) },
      ["span", { class: "task-box", role: "checkbox", "aria-checked": String(attrs.checked), "aria-label": "Done", contenteditable: "false" }],
      ["div", { class: "task-body" }, 0],
    ],
  },
};

function cellAttrs(element: HTMLElement): Attrs {
  const colspan = number(element, "colspan", 1, 200);
  const widths = (element.dataset.colwidth ?? "").split(",").map(Number);
  const valid = widths.length === colspan && widths.every((width) => Number.isInteger(width) && width >= 0);
  return { colspan, rowspan: number(element, "rowspan", 1, 1_000), colwidth: valid && element.dataset.colwidth ? widths : null };
}

function cellSpec(tag: "td" | "th"): NodeSpec {
  return {
    attrs: {
      colspan: { default: 1, validate: within(1, 200) },
      rowspan: { default: 1, validate: within(1, 1_000) },
      colwidth: { default: null, validate: orNull(isWidths) },
    },
    content: blocks,
    tableRole: tag === "td" ? "cell" : "header_cell",
    isolating: true,
    parseDOM: [{ tag, getAttrs: cellAttrs }],
    toDOM: ({ attrs }) => [
      tag,
      {
        ...(attrs.colspan !== 1 && { colspan: String(attrs.colspan) }),
        ...(attrs.rowspan !== 1 && { rowspan: String(attrs.rowspan) }),
        ...(attrs.colwidth && { "data-colwidth": (attrs.colwidth as number[]).join(",") }),
      },
      0,
    ],
  };
}

const tables: Record<string, NodeSpec> = {
  table: {
    content: "table_row+",
    group: "block",
    tableRole: "table",
    isolating: true,
    parseDOM: [{ tag: "table" }],
    toDOM: () => ["table", ["tbody", 0]],
  },
  table_row: {
    content: "(table_cell | table_header)*",
    tableRole: "row",
    parseDOM: [{ tag: "tr" }],
    toDOM: () => ["tr", 0],
  },
  table_cell: cellSpec("td"),
  table_header: cellSpec("th"),
};

function stepAsks(attrs: Attrs): DOMOutputSpec[] {
  const asks: DOMOutputSpec[] = [];
  if (attrs.confirm) asks.push(["span", { class: "ask" }, ["b", "Confirm"]]);
  const record = attrs.record as StepRecord | null;
  if (record) {
    const words = record.unit ? `${record.label}, ${record.unit}` : record.label;
    asks.push(["span", { class: "ask" }, ["b", "Record"], ` ${words}`]);
  }
  return asks;
}

function stepRecord(element: HTMLElement): StepRecord | null {
  const label = line(element.dataset.recordLabel ?? "");
  return label ? { label, unit: line(element.dataset.recordUnit ?? "") } : null;
}

const blockNodes: Record<string, NodeSpec> = {
  paragraph: {
    attrs: {
      dir: { default: null, validate: orNull(oneOf(["ltr", "rtl"])) },
      align: { default: null, validate: orNull(oneOf(ALIGNS)) },
    },
    content: inlineText,
    group: "block",
    parseDOM: [{ tag: "p", getAttrs: paragraphAttrs }],
    toDOM: ({ attrs }) => ["p", { dir: attrs.dir ?? "auto", ...(attrs.align && { class: `al-${attrs.align}` }) }, 0],
  },
  heading: headingSpec(),
  ...lists,
  blockquote: {
    content: blocks,
    group: "block",
    defining: true,
    parseDOM: [{ tag: "blockquote" }],
    toDOM: () => ["blockquote", 0],
  },
  callout: {
    attrs: { kind: { default: "note", validate: oneOf(CALLOUTS) } },
    content: blocks,
    group: "block",
    defining: true,
    parseDOM: [
      {
        tag: "div.callout",
        contentElement: (element) => (element as HTMLElement).querySelector<HTMLElement>(".callout-body") ?? (element as HTMLElement),
        getAttrs: (element) => ({ kind: /\bcallout-(note|warning|caution)\b/.exec(element.className)?.[1] ?? "note" }),
      },
    ],
    toDOM: ({ attrs }) => [
      "div",
      { class: `callout callout-${attrs.kind}` },
      ["b", { class: "callout-kind", contenteditable: "false" }, CALLOUT_WORDS[attrs.kind as string] ?? ""],
      ["div", { class: "callout-body" }, 0],
    ],
  },
  ...tables,
  figure: {
    attrs: {
      src: { validate: by("src") },
      alt: { default: "", validate: by("alt") },
      width: { default: null, validate: orNull(within(1, 10_000)) },
      id: { default: "", validate: by("id_or_empty") },
    },
    content: inlineText,
    group: "block",
    isolating: true,
    parseDOM: [
      {
        tag: "figure",
        contentElement: (element) => (element as HTMLElement).querySelector("figcaption") ?? document.createElement("figcaption"),
        getAttrs: (element) => {
          const image = element.querySelector("img");
          const src = image?.dataset.src ?? image?.getAttribute("src");
          if (!follows("src", src)) return false;
          const width = number(image as HTMLElement, "width", 0, 10_000);
          return { src, alt: line(image?.alt ?? ""), width: width || null, id: ownId(element) };
        },
      },
    ],
    toDOM: ({ attrs }) => [
      "figure",
      { class: "fig", ...(attrs.id && { id: attrs.id }) },
      ["img", { "data-src": attrs.src, src: attrs.src, alt: attrs.alt, ...(attrs.width && { width: String(attrs.width) }) }],
      ["figcaption", 0],
    ],
  },
  divider: { group: "block", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
  code_block: {
    attrs: { language: { default: null, validate: orNull(by("language")) } },
    content: "text*",
    marks: "insertion deletion",
    group: "block",
    code: true,
    defining: true,
    parseDOM: [
      {
        tag: "pre",
        preserveWhitespace: "full",
        getAttrs: (element) => ({ language: follows("language", element.dataset.language) ? element.dataset.language : null }),
      },
    ],
    toDOM: ({ attrs }) => ["pre", { class: "code", ...(attrs.language && { "data-language": attrs.language }) }, ["code", 0]],
  },
  page_break: {
    group: "top",
    parseDOM: [{ tag: "div.page-break" }],
    toDOM: () => ["div", { class: "page-break", role: "separator", "aria-label": "Page break" }],
  },
  table_of_contents: {
    group: "top",
    parseDOM: [{ tag: "nav.toc", ignore: false }],
    toDOM: () => ["nav", { class: "toc", "aria-label": "Contents" }],
  },
  step: {
    attrs: {
      id: { default: "", validate: by("id_or_empty") },
      confirm: { default: false, validate: isFlag },
      record: { default: null, validate: orNull(isRecord) },
    },
    content: blocks,
    group: "block",
    defining: true,
    parseDOM: [
      // As the clipboard carries it: a list of one, so that other programs show its number.
      { tag: "ol.steps", skip: true, priority: 70 },
      {
        tag: "div.step, li.step",
        priority: 70,
        contentElement: (element) => (element as HTMLElement).querySelector<HTMLElement>(".step-body") ?? (element as HTMLElement),
        getAttrs: (element) => ({ id: ownId(element), confirm: element.hasAttribute("data-confirm"), record: stepRecord(element) }),
      },
    ],
    toDOM: ({ attrs }) => {
      const record = attrs.record as StepRecord | null;
      const asks = stepAsks(attrs);
      const outer = {
        class: "step",
        ...(attrs.id && { id: attrs.id }),
        ...(attrs.confirm && { "data-confirm": "" }),
        ...(record && { "data-record-label": record.label, "data-record-unit": record.unit }),
      };
      const body: DOMOutputSpec = ["div", { class: "step-body" }, 0];
      if (asks.length === 0) return ["div", outer, body];
      return ["div", outer, body, ["div", { class: "step-asks", contenteditable: "false" }, ...asks]];
    },
  },
  pause: {
    attrs: { seconds: { default: 5, validate: within(1, 3_600) } },
    group: "block",
    parseDOM: [
      {
        tag: "p.pause",
        priority: 60,
        getAttrs: (element) => ({ seconds: number(element, "data-seconds", 5, 3_600) }),
      },
    ],
    toDOM: ({ attrs }) => [
      "p",
      { class: "pause", "data-seconds": String(attrs.seconds), contenteditable: "false" },
      pauseWords(attrs.seconds as number),
    ],
  },
};

/** An attribute of a chip: its name, what it may say, and whether it must say something. */
type Said = readonly [name: string, rule: Rule, needed: boolean];

/** An inline node that stands for something kept elsewhere; its text attributes travel as `data-` attributes. */
function chip(name: string, said: readonly [Said, Said], text: (attrs: Attrs) => string): NodeSpec {
  return {
    inline: true,
    group: "inline note",
    atom: true,
    attrs: Object.fromEntries(
      said.map(([attribute, rule, needed]) => [attribute, needed ? { validate: by(rule) } : { default: "", validate: by(rule) }]),
    ),
    parseDOM: [
      {
        tag: `span.${name}[data-${said[0][0]}]`,
        getAttrs: (element) => {
          const attrs = Object.fromEntries(said.map(([attribute]) => [attribute, line(element.dataset[attribute] ?? "")]));
          return said.every(([attribute, rule]) => follows(rule, attrs[attribute])) && attrs;
        },
      },
    ],
    toDOM: ({ attrs }) => [
      "span",
      { class: name, ...Object.fromEntries(said.map(([attribute]) => [`data-${attribute}`, attrs[attribute]])) },
      text(attrs),
    ],
    leafText: ({ attrs }) => text(attrs),
  };
}

const inlineNodes: Record<string, NodeSpec> = {
  text: { group: "inline note" },
  hard_break: {
    inline: true,
    group: "inline note",
    selectable: false,
    linebreakReplacement: true,
    parseDOM: [{ tag: "br" }],
    toDOM: () => ["br"],
    leafText: () => "\n",
  },
  footnote: {
    inline: true,
    group: "inline",
    content: "note*",
    parseDOM: [{ tag: "span.footnote" }],
    toDOM: () => ["span", { class: "footnote" }, 0],
  },
  cross_reference: {
    inline: true,
    group: "inline note",
    atom: true,
    attrs: {
      target: { validate: by("id") },
      show: { default: "number", validate: oneOf(SHOWS) },
    },
    parseDOM: [
      {
        tag: "a.xref",
        priority: 60,
        getAttrs: (element) => {
          const target = element.dataset.target ?? element.getAttribute("href")?.replace(/^#/, "");
          const show = SHOWS.includes(element.dataset.show as never) ? element.dataset.show : "number";
          return follows("id", target) && { target, show };
        },
      },
    ],
    toDOM: ({ attrs }) => ["a", { class: "xref", href: `#${attrs.target}`, "data-target": attrs.target, "data-show": attrs.show }],
  },
  placeholder: chip("slot", [["field", "needed_line", true], ["label", "line", false]], ({ label, field }) => (label || field) as string),
  fact: chip("fact", [["id", "id", true], ["label", "line", false]], ({ label, id }) => (label || id) as string),
  clause: chip("clause", [["source", "needed_line", true], ["citation", "line", false]], ({ source, citation }) =>
    [source, citation].filter(Boolean).join(" "),
  ),
  mention: chip("mention", [["member", "id", true], ["label", "line", false]], ({ label, member }) => `@${(label || member) as string}`),
};

function changed(element: HTMLElement): Attrs {
  const at = element.dataset.at ?? "";
  return { author: line(element.dataset.author ?? ""), at: follows("moment_or_empty", at) ? at : "" };
}

function change(tag: "ins" | "del"): MarkSpec {
  return {
    attrs: { author: { default: "", validate: by("line") }, at: { default: "", validate: by("moment_or_empty") } },
    inclusive: false,
    parseDOM: [
      { tag: `${tag}.${tag}`, getAttrs: changed },
    ],
    toDOM: ({ attrs }) => [tag, { class: tag, "data-author": attrs.author, "data-at": attrs.at }, 0],
  };
}

function plainMark(tag: string, also: readonly string[] = []): MarkSpec {
  return { parseDOM: [tag, ...also].map((name) => ({ tag: name })), toDOM: () => [tag, 0] };
}

// In the order of the model's marks, which is the order they are written in.
const marks: Record<string, MarkSpec> = {
  strong: {
    parseDOM: [
      { tag: "strong" },
      // Google Docs wraps everything it copies in a <b> that is not bold.
      { tag: "b", getAttrs: (element) => element.style.fontWeight !== "normal" && null },
      { style: "font-weight=400", clearMark: (mark) => mark.type.name === "strong" },
      { style: "font-weight", getAttrs: (value) => /^(bold(er)?|[6-9]\d{2})$/.test(value) && null },
    ],
    toDOM: () => ["strong", 0],
  },
  emphasis: {
    parseDOM: [
      { tag: "em" },
      { tag: "i", getAttrs: (element) => element.style.fontStyle !== "normal" && null },
      { style: "font-style=italic" },
      { style: "font-style=normal", clearMark: (mark) => mark.type.name === "emphasis" },
    ],
    toDOM: () => ["em", 0],
  },
  underline: {
    parseDOM: [{ tag: "u" }, { style: "text-decoration", consuming: false, getAttrs: (value) => /\bunderline\b/.test(value) && null }],
    toDOM: () => ["u", 0],
  },
  strike: {
    parseDOM: [
      { tag: "s" },
      { tag: "strike" },
      { style: "text-decoration", consuming: false, getAttrs: (value) => /\bline-through\b/.test(value) && null },
    ],
    toDOM: () => ["s", 0],
  },
  superscript: { ...plainMark("sup"), parseDOM: [{ tag: "sup" }, { style: "vertical-align=super" }] },
  subscript: { ...plainMark("sub"), parseDOM: [{ tag: "sub" }, { style: "vertical-align=sub" }] },
  code: plainMark("code", ["tt", "kbd", "samp"]),
  link: {
    attrs: { href: { validate: by("href") }, title: { default: null, validate: orNull(by("line")) } },
    inclusive: false,
    parseDOM: [
      {
        tag: "a[href]",
        getAttrs: (element) => {
          const href = asHref(element.getAttribute("href") ?? "");
          const title = line(element.getAttribute("title") ?? "");
          return href !== null && { href, title: title || null };
        },
      },
    ],
    toDOM: ({ attrs }) => ["a", { href: attrs.href, rel: "noopener noreferrer", ...(attrs.title && { title: attrs.title }) }, 0],
  },
  highlight: {
    attrs: { colour: { default: "yellow", validate: oneOf(COLOURS) } },
    parseDOM: [
      { tag: "mark", getAttrs: (element) => ({ colour: /\bhl-(green|blue|pink)\b/.exec(element.className)?.[1] ?? "yellow" }) },
    ],
    toDOM: ({ attrs }) => ["mark", { class: `hl-${attrs.colour}` }, 0],
  },
  insertion: change("ins"),
  deletion: change("del"),
};

/** The schema of every document. */
export const schema = new Schema({
  nodes: {
    doc: { attrs: { schema: { default: SCHEMA_VERSION, validate: within(1, 1) } }, content: "(block | top)+" },
    ...blockNodes,
    ...inlineNodes,
  },
  marks,
});

// The blocks of the schema.
import type { Attrs, DOMOutputSpec, NodeSpec } from "prosemirror-model";
import { by, isFlag, isRecord, isWidths, oneOf, orNull, type StepRecord, within } from "./checks.ts";
import { follows, line } from "./rules.ts";
import { ALIGNS, CALLOUTS, LIST_STYLES } from "./words.ts";

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
      { dir: "auto", ...(attrs.id && { id: attrs.id }), ...(attrs.numbered && { "data-numbered": "" }) },
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

/** All blocks in the model's order. */
export const blockNodes: Record<string, NodeSpec> = {
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
      ["figcaption", { dir: "auto" }, 0],
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

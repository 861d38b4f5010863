// What stands within lines: text, breaks, footnotes, references and chips; and the marks.
import type { Attrs, MarkSpec, NodeSpec } from "prosemirror-model";
import { by, oneOf, orNull } from "./checks.ts";
import { asHref, follows, line, type Rule } from "./rules.ts";
import { COLOURS, SHOWS } from "./words.ts";

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

export const inlineNodes: Record<string, NodeSpec> = {
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
export const marks: Record<string, MarkSpec> = {
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

// What leaves by the clipboard: HTML that Word and mail programs take well, and that our own editor reads back without
// loss; and text that reads well where there is only text.
import { type DOMOutputSpec, DOMSerializer, type Node, type Slice } from "prosemirror-model";
import { pauseWords } from "../blocks.ts";
import type { StepRecord } from "../checks.ts";
import { schema } from "../schema.ts";
import type { Survey } from "../survey.ts";

// Outside there are no themes and no sheets: the marks take their colours along.
const INK: Record<string, string> = { yellow: "#fde58a", green: "#cdebb0", blue: "#cfe3f7", pink: "#f8d0dc" };

function asks(node: Node): string {
  const record = node.attrs.record as StepRecord | null;
  const words = [];
  if (node.attrs.confirm) words.push("Confirm");
  if (record) words.push(`Record ${record.unit ? `${record.label}, ${record.unit}` : record.label}`);
  return words.join("; ");
}

/** The serializer of one editor, which knows the numbers of its document. */
export function serializer(found: () => Survey | undefined): DOMSerializer {
  const own = DOMSerializer.fromSchema(schema);
  const targets = (id: string) => found()?.targets.get(id);
  const nodes: Record<string, (node: Node) => DOMOutputSpec> = {
    ...own.nodes,
    paragraph: ({ attrs }) => [
      "p",
      { ...(attrs.dir && { dir: attrs.dir }), ...(attrs.align && { class: `al-${attrs.align}`, align: { center: "center", end: "right", justify: "justify" }[attrs.align as string] ?? "left" }) },
      0,
    ],
    table: () => ["table", { border: "1", cellspacing: "0", cellpadding: "6", style: "border-collapse: collapse" }, ["tbody", 0]],
    callout: ({ attrs }) => [
      "div",
      { class: `callout callout-${attrs.kind}`, style: "border-left: 3px solid; padding-left: 12px" },
      ["p", ["strong", { note: "Note", warning: "Warning", caution: "Caution" }[attrs.kind as string] ?? ""]],
      ["div", { class: "callout-body" }, 0],
    ],
    task_item: ({ attrs }) => [
      "li",
      { class: "task", "data-checked": String(attrs.checked) },
      ["span", attrs.checked ? "☑ " : "☐ "],
      ["div", { class: "task-body" }, 0],
    ],
    step: (node) => {
      const number = targets(node.attrs.id as string)?.number.split(".").at(-1) ?? "1";
      const record = node.attrs.record as StepRecord | null;
      const body: DOMOutputSpec = ["div", { class: "step-body" }, 0];
      const said = asks(node);
      return [
        "ol",
        { class: "steps", start: number },
        [
          "li",
          {
            class: "step",
            ...(node.attrs.id && { id: node.attrs.id }),
            ...(node.attrs.confirm && { "data-confirm": "" }),
            ...(record && { "data-record-label": record.label, "data-record-unit": record.unit }),
          },
          body,
          ...(said ? [["p", { class: "step-asks" }, ["em", said]] as DOMOutputSpec] : []),
        ],
      ];
    },
    pause: ({ attrs }) => ["p", { class: "pause", "data-seconds": String(attrs.seconds) }, `[${pauseWords(attrs.seconds as number)}]`],
    cross_reference: ({ attrs }) => {
      const target = targets(attrs.target as string);
      const text = attrs.show === "title" ? target?.title : target?.number || target?.title;
      return ["a", { class: "xref", href: `#${attrs.target}`, "data-target": attrs.target, "data-show": attrs.show }, text ?? ""];
    },
    figure: ({ attrs }) => [
      "figure",
      { class: "fig", ...(attrs.id && { id: attrs.id }) },
      ["img", { "data-src": attrs.src, ...(String(attrs.src).startsWith("data:") && { src: attrs.src }), alt: attrs.alt, ...(attrs.width && { width: String(attrs.width) }) }],
      ["figcaption", 0],
    ],
  };
  const marks = {
    ...own.marks,
    highlight: ({ attrs }: { attrs: Record<string, unknown> }): DOMOutputSpec => [
      "mark",
      { class: `hl-${attrs.colour}`, style: `background-color: ${INK[attrs.colour as string] ?? ""}` },
      0,
    ],
  };
  return new DOMSerializer(nodes, marks as typeof own.marks);
}

function lines(node: Node, prefix: string, out: string[]): void {
  const { name } = node.type;
  if (name === "pause") out.push(`${prefix}[${pauseWords(node.attrs.seconds as number)}]`);
  else if (name === "divider" || name === "page_break") out.push(`${prefix}---`);
  else if (name === "table_row") out.push(prefix + node.children.map((cell) => cell.textContent).join("\t"));
  else if (node.isTextblock) {
    const text = node.textBetween(0, node.content.size, " ", (leaf) => leaf.type.spec.leafText?.(leaf) ?? "");
    out.push(...text.split("\n").map((line) => prefix + line));
  } else {
    node.children.forEach((child, index) => {
      const at = out.length;
      const mark = itemMark(node, child, index);
      lines(child, prefix + " ".repeat(mark.length), out);
      if (mark && out[at] !== undefined) out[at] = prefix + mark + out[at].slice(prefix.length + mark.length);
    });
  }
}

function itemMark(parent: Node, child: Node, index: number): string {
  if (parent.type.name === "bullet_list") return "- ";
  if (parent.type.name === "ordered_list") return `${(parent.attrs.start as number) + index}. `;
  if (parent.type.name === "task_list") return child.attrs.checked ? "[x] " : "[ ] ";
  if (parent.type.name === "blockquote") return "> ";
  return "";
}

/** A slice as text: one line per block, list marks as in Markdown, cells apart by tabs. */
export function asText(slice: Slice): string {
  const out: string[] = [];
  slice.content.forEach((node) => {
    if (node.isInline) out.push((out.pop() ?? "") + (node.text ?? node.type.spec.leafText?.(node) ?? node.textContent));
    else lines(node, "", out);
  });
  return out.join("\n");
}

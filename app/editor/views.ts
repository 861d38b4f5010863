// Nodes whose page form is more than tags: tables that scroll by themselves and say widths as <col width>, pictures,
// contents, and cross-references that show what their target is called now.
import type { Node } from "prosemirror-model";
import type { EditorView, NodeView, NodeViewConstructor, ViewMutationRecord } from "prosemirror-view";
import { Aside } from "./aside.ts";
import { numbersKey } from "./plugins/numbers.ts";
import type { Survey } from "./survey.ts";

class TableView implements NodeView {
  readonly dom = document.createElement("div");
  readonly contentDOM: HTMLElement;
  private readonly columns: HTMLElement;
  private readonly aside: Aside;

  constructor(
    private node: Node,
    view: EditorView,
    position: () => number | undefined,
  ) {
    this.dom.className = "table";
    const table = this.dom.appendChild(document.createElement("table"));
    this.columns = table.appendChild(document.createElement("colgroup"));
    this.contentDOM = table.appendChild(document.createElement("tbody"));
    this.aside = new Aside(this, view, position);
    this.widths();
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.widths();
    return true;
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return this.aside.ignores(mutation);
  }

  private widths(): void {
    const widths = (this.node.firstChild?.children ?? []).flatMap(
      ({ attrs }) => (attrs.colwidth as number[] | null) ?? Array<number>((attrs.colspan as number) ?? 1).fill(0),
    );
    if (widths.join() === this.columns.dataset.widths) return;
    this.columns.dataset.widths = widths.join();
    this.columns.replaceChildren(
      ...widths.map((width) => {
        const column = document.createElement("col");
        if (width) column.setAttribute("width", String(width));
        return column;
      }),
    );
  }
}

/** Where pictures come from: the address of an attachment by its id. */
export type AttachmentUrl = (id: string) => string;

class FigureView implements NodeView {
  readonly dom = document.createElement("figure");
  readonly contentDOM: HTMLElement;
  private readonly image: HTMLImageElement;
  private readonly aside: Aside;
  private blob: string | null = null;

  constructor(
    private node: Node,
    view: EditorView,
    position: () => number | undefined,
    private readonly attachment: AttachmentUrl,
  ) {
    this.dom.className = "fig";
    this.image = this.dom.appendChild(document.createElement("img"));
    this.image.draggable = false;
    this.contentDOM = this.dom.appendChild(document.createElement("figcaption"));
    this.aside = new Aside(this, view, position);
    this.show();
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    const changed = node.attrs.src !== this.node.attrs.src;
    this.node = node;
    this.show(changed);
    return true;
  }

  destroy(): void {
    if (this.blob) URL.revokeObjectURL(this.blob);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return this.aside.ignores(mutation);
  }

  private show(source = true): void {
    const { src, alt, width, id } = this.node.attrs as { src: string; alt: string; width: number | null; id: string };
    if (source) this.image.src = this.address(src);
    this.image.dataset.src = src;
    this.image.alt = alt;
    if (width) this.image.width = width;
    else this.image.removeAttribute("width");
    if (id) this.dom.id = id;
    else this.dom.removeAttribute("id");
  }

  /** The content policy shows no `data:` address, so those go through a blob. */
  private address(src: string): string {
    this.destroy();
    this.blob = null;
    if (src.startsWith("attachment:")) return this.attachment(src.slice("attachment:".length));
    const [head, data] = src.split(",", 2) as [string, string];
    try {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      this.blob = URL.createObjectURL(new Blob([bytes], { type: head.slice("data:".length, head.indexOf(";")) }));
      return this.blob;
    } catch {
      return "";
    }
  }
}

/** Something that shows what the survey found, and is told when that has changed. */
interface Shows {
  refresh(found: Survey): void;
}

class ContentsView implements NodeView, Shows {
  readonly dom = document.createElement("nav");

  constructor() {
    this.dom.className = "toc";
    this.dom.contentEditable = "false";
    this.dom.setAttribute("aria-label", "Contents");
  }

  refresh({ headings }: Survey): void {
    const said = JSON.stringify(headings.map(({ pos: _, ...rest }) => rest));
    if (said === this.dom.dataset.said) return;
    this.dom.dataset.said = said;
    this.dom.replaceChildren(
      ...headings.map(({ id, level, number, text }) => {
        const entry = document.createElement("a");
        entry.href = `#${id}`;
        entry.className = `lv${level}`;
        entry.textContent = number ? `${number} ${text}` : text;
        return entry;
      }),
    );
  }

  ignoreMutation(): boolean {
    return true;
  }
}

class ReferenceView implements NodeView, Shows {
  readonly dom = document.createElement("a");

  constructor(private readonly node: Node) {
    this.dom.className = "xref";
    const { target, show } = node.attrs as { target: string; show: string };
    this.dom.href = `#${target}`;
    this.dom.dataset.target = target;
    this.dom.dataset.show = show;
  }

  refresh({ targets }: Survey): void {
    const found = targets.get(this.node.attrs.target as string);
    const title = found?.title || "Untitled";
    const text = !found ? "Missing reference" : this.node.attrs.show === "title" ? title : found.number || title;
    if (this.dom.textContent !== text) this.dom.textContent = text;
    this.dom.classList.toggle("is-missing", !found);
  }

  ignoreMutation(): boolean {
    return true;
  }
}

/** The views of one editor, and what keeps those current that show the whole document. */
export class Views {
  private readonly showing = new Set<Shows & NodeView>();

  constructor(private readonly attachment: AttachmentUrl) {}

  /** For ProseMirror. */
  readonly constructors: Record<string, NodeViewConstructor> = {
    table: (node, view, position) => new TableView(node, view, position),
    figure: (node, view, position) => new FigureView(node, view, position, this.attachment),
    table_of_contents: (_, view) => this.register(new ContentsView(), view),
    cross_reference: (node, view) => this.register(new ReferenceView(node), view),
  };

  /** Says what the survey found to all that show it. */
  refresh(view: EditorView): void {
    const found = numbersKey.getState(view.state)?.survey;
    if (!found) return;
    for (const shows of this.showing) {
      if (shows.dom.isConnected) shows.refresh(found);
    }
  }

  private register<View extends Shows & NodeView>(shows: View, view: EditorView): View {
    this.showing.add(shows);
    shows.destroy = () => this.showing.delete(shows);
    queueMicrotask(() => {
      if (!view.isDestroyed) this.refresh(view);
    });
    return shows;
  }
}

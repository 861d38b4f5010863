// What Google Docs puts on the clipboard: everything in a <b> that is not bold, nested lists beside their items instead of
// inside, and, when only part of a list was chosen, items without a list.

/** Whether this comes from Google Docs. */
export function isGoogle(html: string): boolean {
  return /id=["']?docs-internal-guid/.test(html) || /<li[^>]*\saria-level=/.test(html);
}

const isList = (node: Node | null | undefined): node is HTMLElement =>
  node instanceof Object && /^(UL|OL)$/.test((node as HTMLElement).tagName ?? "");
const isItem = (node: Node | null | undefined): node is HTMLElement => (node as HTMLElement | null)?.tagName === "LI";

/** A list of the kind that an item asks for. */
function listFor(item: HTMLElement): HTMLElement {
  const kind = item.style.listStyleType;
  const ordered = /^(decimal|lower-|upper-)/.test(kind);
  const list = item.ownerDocument.createElement(ordered ? "ol" : "ul");
  if (ordered && kind !== "decimal") list.className = `ol-${kind.replace("latin", "alpha").replace("-", "_")}`;
  return list;
}

const levelOf = (item: Element): number => Number(item.getAttribute("aria-level")) || 1;

/** Puts items that stand outside of any list into lists, by their levels. */
function adoptItems(root: HTMLElement): void {
  for (const item of [...root.querySelectorAll<HTMLElement>("li")]) {
    if (isList(item.parentElement)) continue;
    const before = item.previousElementSibling;
    if (isList(before) && before.dataset.adopted && nest(item, before)) continue;
    const list = listFor(item);
    list.dataset.adopted = String(levelOf(item));
    item.before(list);
    list.append(item);
  }
}

/** Adds an item to a list that precedes it, below the last item when it is deeper. Answers whether it belonged there. */
function nest(item: HTMLElement, list: HTMLElement): boolean {
  const level = levelOf(item);
  const own = Number(list.dataset.adopted);
  if (level < own) return false;
  if (level === own) {
    if (list.tagName !== listFor(item).tagName) return false;
    list.append(item);
    return true;
  }
  const last = list.lastElementChild as HTMLElement;
  const inner = last.lastElementChild;
  if (isList(inner) && inner.dataset.adopted && nest(item, inner)) return true;
  const deeper = listFor(item);
  deeper.dataset.adopted = String(level);
  last.append(deeper);
  deeper.append(item);
  return true;
}

/** Moves lists that stand directly in a list into the item before them. */
function nestLists(root: HTMLElement): void {
  for (const list of [...root.querySelectorAll<HTMLElement>("ul > ul, ul > ol, ol > ul, ol > ol")]) {
    let item = list.previousElementSibling as HTMLElement | null;
    if (!isItem(item)) {
      // A part that began at a deeper level: its list stands for itself.
      item = root.ownerDocument.createElement("li");
      list.before(item);
      const lone = list.parentElement!;
      if (lone.children.length === 2) {
        lone.replaceWith(list);
        continue;
      }
    }
    item.append(list);
  }
}

/** Items with a checkbox are tasks. */
function findTasks(root: HTMLElement): void {
  for (const item of root.querySelectorAll<HTMLElement>("li[role='checkbox']")) {
    item.classList.add("task");
    item.dataset.checked = String(item.getAttribute("aria-checked") === "true");
    item.parentElement?.classList.add("tasks");
    item.querySelectorAll("img").forEach((box) => box.remove());
  }
}

/** Makes plain HTML of Google's. */
export function fromGoogle(root: HTMLElement): void {
  for (const wrapper of root.querySelectorAll("[id^='docs-internal-guid']")) wrapper.replaceWith(...wrapper.childNodes);
  // An empty line between blocks is a <br> beside them.
  for (const lineBreak of root.querySelectorAll("br")) {
    const beside = lineBreak.previousElementSibling ?? lineBreak.nextElementSibling;
    if (lineBreak.classList.contains("Apple-interchange-newline") || (lineBreak.parentElement === root && beside && /^(P|H[1-6]|UL|OL|TABLE|DIV|HR)$/.test(beside.tagName))) {
      lineBreak.remove();
    }
  }
  adoptItems(root);
  nestLists(root);
  findTasks(root);
}

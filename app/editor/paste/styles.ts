// Styles of what is pasted. Under our content policy a parsed `style=` says nothing and is reported as a violation, so the
// attribute is renamed in the text before it is parsed, and set again by script, which is allowed. Sheets, scripts,
// handlers and a `<base>`, which would be refused and reported as well, do not come so far.

// First elements whose content is no text, with all that is in them, closed or not; then any tag.
const TAG =
  /<(script|style|template|noscript|iframe)\b(?:"[^"]*"|'[^']*'|[^>"'])*>[\s\S]*?(?:<\/\1\s*>|$)|<([a-zA-Z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)(\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/** The name that `style` bears while it is parsed. */
export const CARRIED = "data-style";

/** Renames every `style=` and takes handlers, sheets and scripts out; text that only looks like one stays. */
export function carryStyles(html: string): string {
  return html.replace(TAG, (tag, raw: string | undefined, name: string, attributes: string) => {
    if (raw || /^base$/i.test(name)) return "";
    if (!/style|on/i.test(attributes)) return tag;
    const renamed = attributes.replace(ATTRIBUTE, (attribute, key: string, value: string | undefined) => {
      if (/^on/i.test(key)) return "";
      return /^style$/i.test(key) && value !== undefined ? `${CARRIED}${value}` : attribute;
    });
    return `<${name}${renamed}>`;
  });
}

/** Sets the carried styles, of which the schema reads weight, slant, lines and height. */
export function applyStyles(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>(`[${CARRIED}]`)) {
    element.style.cssText = element.getAttribute(CARRIED) ?? "";
  }
}

/** A carried style as it was written, with the properties that browsers do not know, such as Word's. */
export function written(element: Element): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of (element.getAttribute(CARRIED) ?? "").split(";")) {
    const colon = part.indexOf(":");
    if (colon > 0) found.set(part.slice(0, colon).trim().toLowerCase(), part.slice(colon + 1).trim());
  }
  return found;
}

// What the strings of the document model may say; the patterns are those of app/domain/src/document/schema.json.

const PLAIN = "[^\\u0000-\\u001F\\uFFFE\\uFFFF]";

/** The rules by the names that the model gives them. */
export const RULES = {
  id: "^[A-Za-z0-9_-]{1,64}$",
  id_or_empty: "^[A-Za-z0-9_-]{0,64}$",
  line: `^${PLAIN}{0,500}$`,
  needed_line: `^${PLAIN}{1,500}$`,
  alt: `^${PLAIN}{0,2000}$`,
  language: "^[A-Za-z0-9+#._-]{1,40}$",
  moment_or_empty: "^(?:|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)$",
  href:
    "^(?:#[A-Za-z0-9_-]{1,64}|(?=.{1,2000}$)(?:https?://|mailto:|tel:)" +
    "[^\\u0000-\\u0020\\u007F-\\u00A0\\u1680\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF\\uFFFE\\uFFFF\"<>\\\\`]+)$",
  src:
    "^(?:attachment:[A-Za-z0-9_-]{1,64}|(?=.{1,11000000}$)data:image/(?:png|jpeg|webp|gif);base64," +
    "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==))$",
} as const;

export type Rule = keyof typeof RULES;

const compiled = new Map<Rule, RegExp>();

/** Whether a string follows a rule. */
export function follows(rule: Rule, value: unknown): value is string {
  let pattern = compiled.get(rule);
  if (!pattern) compiled.set(rule, (pattern = new RegExp(RULES[rule], "u")));
  return typeof value === "string" && value.isWellFormed() && pattern.test(value);
}

/** One line of text as the model takes it: no control characters, at most 500 characters. */
export function line(text: string): string {
  const plain = text.toWellFormed().replace(/[\u0000-\u001F\uFFFE\uFFFF]+/g, " ").trim();
  return Array.from(plain).slice(0, 500).join("");
}

/** Text as the model takes it: tabs stay, other control characters go, and half a surrogate pair becomes U+FFFD. */
export function plain(text: string): string {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g, "");
}

/** What somebody typed or pasted, as the address of a link, if it can be one. */
export function asHref(typed: string): string | null {
  let text = typed.trim();
  if (/^[^\s@:/]+@[^\s@]+\.[^\s@]+$/.test(text)) text = `mailto:${text}`;
  else if (/^([\w-]+\.)+[a-z]{2,}([/?#]\S*)?$/i.test(text)) text = `https://${text}`;
  const scheme = /^[a-z]+:/i.exec(text)?.[0];
  if (scheme) text = scheme.toLowerCase() + text.slice(scheme.length);
  text = text.replace(/[\s"<>\\`]/g, (character) => encodeURIComponent(character));
  return follows("href", text) ? text : null;
}

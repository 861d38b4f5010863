// The words that the editor itself puts on the page. The record page may hand in others, name by name.

export const STRINGS = {
  /** The name of the text for screen readers. */
  label: "Text of the script",
  /** In an empty document. */
  empty: "Write the first line, or type / for what else there is",
  /** Behind the text, where Escape leads. */
  end: "End of the text",
  /** What Tab says where it has nothing to do, and what screen readers say of the text. */
  leave: "Press Escape to leave the text.",
};

export type Strings = typeof STRINGS;

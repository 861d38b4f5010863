//! Markdown: `CommonMark` with tables, footnotes, task lists, strike-through and the alerts of GitHub, in and out.
//!
//! What Markdown has no sign for is written as HTML, which every `CommonMark` program passes on and our reader takes back:
//!
//! - what is said about the document (title, author, version, status, lang, created, modified) stands before the text as YAML
//!   between lines of `---`;
//! - headings end with `{#id .numbered}` where they have an id or take part in the numbering;
//! - callouts are `> [!NOTE]`, `> [!WARNING]`, `> [!CAUTION]`;
//! - steps are `<div class="step" id="…" data-confirm="true" data-record="Temperature" data-unit="°C">`, their content as
//!   Markdown between empty lines, and `</div>`;
//! - lists counted by letters or Roman numerals are Markdown lists in `<div class="ol-lower_alpha">`;
//! - `<p class="pause" data-seconds="8">`, `<div class="page-break">`, `<nav class="toc">`, `<figure class="fig">`, paragraphs
//!   with a direction or alignment, and tables with widths, merged cells or more than a line in a cell, are the HTML that
//!   `domain::document::html` makes, on one line;
//! - in lines: `<u> <sup> <sub> <mark class="hl-yellow"> <ins> <del>`, `<br>`, `<a class="xref" href="#id" data-show="number">`,
//!   `<span class="slot" data-field="…">`, `<span class="fact">`, `<span class="clause">`, `<span class="mention">`.

mod front;
mod lines;
mod read;
mod write;

pub use read::{BYTES_MAX, read};
pub use write::write;

//! Markdown as a document. The events of the parser become HTML, and that goes through the one reader that decides what is
//! kept ([`crate::html`]): raw HTML in Markdown can span any number of them.

use crate::html::{escaped, read_str};
use crate::{ExportError, Meta, Read};
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::fmt::Write as _;

/// The most bytes of a file; pictures stand in it as text.
pub const BYTES_MAX: u64 = 64 << 20;
/// The most lists and quotes that one line begins.
const NESTING_MAX: usize = 256;
/// The most blanks before a line.
const INDENT_MAX: usize = 1_000;

/// Reads a file.
///
/// # Errors
/// When the file is larger than [`BYTES_MAX`], is not UTF-8, or nests deeper than the limits allow.
pub fn read(bytes: &[u8]) -> Result<Read, ExportError> {
    let text = crate::text::decode(bytes, BYTES_MAX)?
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let (mut meta, mut losses) = (Meta::default(), Vec::new());
    let (text, before) = super::front::read(&text, &mut meta, &mut losses);
    for (index, line) in text.lines().enumerate() {
        if !is_flat(line) {
            return Err(ExportError::too_large(
                format!("line {}", before + index + 1),
                NESTING_MAX as u64,
                "levels",
            ));
        }
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM;
    let mut maker = Maker::default();
    for event in Parser::new_ext(text, options) {
        maker.event(event);
    }
    if !maker.notes.is_empty() {
        let notes = std::mem::take(&mut maker.notes);
        let _ = write!(
            maker.html,
            "<section class=\"notes\" role=\"doc-endnotes\"><ol>{notes}</ol></section>"
        );
    }
    let mut read = read_str(&maker.html, true)?;
    if read.meta == Meta::default() {
        read.meta = meta;
    }
    losses.append(&mut read.losses);
    read.losses = losses;
    Ok(read)
}

/// Whether a line does not begin more lists and quotes than anybody writes; each makes every later line dearer to read.
fn is_flat(line: &str) -> bool {
    let (mut signs, mut indent) = (0, 0);
    let bytes = line.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let blank_follows = bytes.get(index + 1).is_none_or(u8::is_ascii_whitespace);
        match byte {
            b' ' | b'\t' => indent += 1,
            b'>' => signs += 1,
            b'-' | b'+' | b'*' | b'.' | b')' if blank_follows => signs += 1,
            b'0'..=b'9' => {}
            _ => break,
        }
    }
    signs <= NESTING_MAX && indent <= INDENT_MAX
}

/// HTML in the making.
#[derive(Default)]
struct Maker {
    html: String,
    notes: String,
    /// The text outside of a footnote that is being read.
    outer: Option<String>,
    labels: HashMap<String, usize>,
    /// The text of a block of code, or of a picture.
    held: Option<String>,
    images: usize,
    in_head: bool,
}

impl Maker {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::Code(text) => {
                if self.held.is_some() {
                    return self.text(&text);
                }
                let _ = write!(self.html, "<code>{}</code>", escaped(&text));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                if self.held.is_none() {
                    self.html.push_str(&html);
                }
            }
            Event::FootnoteReference(label) => {
                let number = self.number(&label);
                let _ = write!(
                    self.html,
                    "<sup class=\"note\"><a href=\"#note.{number}\">{number}</a></sup>"
                );
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => self.html.push_str("<hr>"),
            Event::TaskListMarker(done) => {
                self.html.push_str(if done {
                    "<input type=\"checkbox\" checked>"
                } else {
                    "<input type=\"checkbox\">"
                });
            }
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.held {
            Some(held) => held.push_str(text),
            None => self.html.push_str(&escaped(text)),
        }
    }

    fn number(&mut self, label: &CowStr<'_>) -> usize {
        let next = self.labels.len() + 1;
        *self.labels.entry(label.to_string()).or_insert(next)
    }

    fn start(&mut self, tag: Tag<'_>) {
        let _ = match tag {
            Tag::Paragraph if self.outer.is_some() => write!(self.html, ""),
            Tag::Paragraph => write!(self.html, "<p>"),
            Tag::Heading { level, id, classes, .. } => {
                let id = escaped(id.as_deref().unwrap_or_default());
                let classes = escaped(&classes.join(" "));
                write!(self.html, "<{level} id=\"{id}\" class=\"{classes}\">")
            }
            Tag::BlockQuote(kind) => match kind {
                None => write!(self.html, "<blockquote>"),
                Some(kind) => write!(self.html, "<div class=\"callout callout-{}\">", callout(kind)),
            },
            Tag::CodeBlock(kind) => {
                self.held = Some(String::new());
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split_ascii_whitespace().next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                write!(self.html, "<pre data-language=\"{}\"><code>", escaped(language))
            }
            Tag::List(Some(start)) => write!(self.html, "<ol start=\"{start}\">"),
            Tag::List(None) => write!(self.html, "<ul>"),
            Tag::Item => write!(self.html, "<li>"),
            Tag::FootnoteDefinition(label) => {
                let number = self.number(&label);
                self.outer = Some(std::mem::take(&mut self.html));
                write!(self.html, "<li id=\"note.{number}\">")
            }
            Tag::Table(_) => write!(self.html, "<table>"),
            Tag::TableHead => {
                self.in_head = true;
                write!(self.html, "<tr>")
            }
            Tag::TableRow => write!(self.html, "<tr>"),
            Tag::TableCell => write!(self.html, "{}", if self.in_head { "<th>" } else { "<td>" }),
            Tag::Emphasis => write!(self.html, "<em>"),
            Tag::Strong => write!(self.html, "<strong>"),
            Tag::Strikethrough => write!(self.html, "<s>"),
            Tag::Link { dest_url, title, .. } => {
                write!(
                    self.html,
                    "<a href=\"{}\" title=\"{}\">",
                    escaped(&dest_url),
                    escaped(&title)
                )
            }
            Tag::Image { dest_url, .. } => {
                self.images += 1;
                if self.images > 1 {
                    return;
                }
                self.held = Some(String::new());
                write!(self.html, "<img src=\"{}\" alt=\"", escaped(&dest_url))
            }
            _ => Ok(()),
        };
    }

    fn end(&mut self, tag: TagEnd) {
        let _ = match tag {
            TagEnd::Paragraph if self.outer.is_some() => write!(self.html, " "),
            TagEnd::Paragraph => write!(self.html, "</p>"),
            TagEnd::Heading(level) => write!(self.html, "</{level}>"),
            TagEnd::BlockQuote(None) => write!(self.html, "</blockquote>"),
            TagEnd::BlockQuote(Some(_)) => write!(self.html, "</div>"),
            TagEnd::HtmlBlock => {
                // The line ends with the block.
                if self.html.ends_with('\n') {
                    self.html.pop();
                }
                Ok(())
            }
            TagEnd::CodeBlock => {
                let text = self.held.take().unwrap_or_default();
                // The line feed before the closing fence is none of the text.
                let text = text.strip_suffix('\n').unwrap_or(&text);
                write!(self.html, "{}</code></pre>", escaped(text))
            }
            TagEnd::List(true) => write!(self.html, "</ol>"),
            TagEnd::List(false) => write!(self.html, "</ul>"),
            TagEnd::Item => write!(self.html, "</li>"),
            TagEnd::FootnoteDefinition => {
                let note = std::mem::replace(&mut self.html, self.outer.take().unwrap_or_default());
                // A blank stands before the way back, in our HTML.
                write!(
                    self.notes,
                    "{}</li>",
                    if note.ends_with(' ') { note } else { note + " " }
                )
            }
            TagEnd::Table => write!(self.html, "</table>"),
            TagEnd::TableHead => {
                self.in_head = false;
                write!(self.html, "</tr>")
            }
            TagEnd::TableRow => write!(self.html, "</tr>"),
            TagEnd::TableCell => write!(self.html, "{}", if self.in_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => write!(self.html, "</em>"),
            TagEnd::Strong => write!(self.html, "</strong>"),
            TagEnd::Strikethrough => write!(self.html, "</s>"),
            TagEnd::Link => write!(self.html, "</a>"),
            TagEnd::Image => {
                self.images -= 1;
                if self.images > 0 {
                    return;
                }
                let alt = self.held.take().unwrap_or_default();
                write!(self.html, "{}\">", escaped(&alt))
            }
            _ => Ok(()),
        };
    }
}

/// Two of GitHub's kinds are not among ours.
fn callout(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note | BlockQuoteKind::Tip => "note",
        BlockQuoteKind::Important | BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}

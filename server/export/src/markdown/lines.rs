//! Lines of text in Markdown.

use super::write::Writer;
use crate::html::escaped;
use domain::document::{Inline, InlineKind, Mark, Marks, text};
use std::fmt::Write as _;

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Paragraph,
    Heading,
    Cell,
    Note,
}

impl<'d> Writer<'d> {
    /// Writes inlines; lines are parted by line feeds in paragraphs, by `<br>` elsewhere.
    pub(super) fn lines(&mut self, inlines: &'d [Inline], place: Place) -> String {
        let mut out = String::new();
        let mut open: Vec<(&Mark, String)> = Vec::new();
        for (index, inline) in inlines.iter().enumerate() {
            let wanted = nested(inline);
            let same = open.iter().zip(&wanted).take_while(|((a, _), b)| a == *b).count();
            for (_, close) in open.drain(same..).rev() {
                out.push_str(&close);
            }
            let following = inlines.get(index + 1);
            for (depth, mark) in wanted.iter().enumerate().skip(same) {
                let goes_on = following.is_some_and(|next| nested(next).get(depth) == Some(mark));
                let is_last = depth + 1 == wanted.len();
                let plain = match &inline.kind {
                    InlineKind::Text(text) if is_last && !goes_on => Some(text.as_str()),
                    _ => None,
                };
                let (start, close) = signs(mark, plain, &out);
                out.push_str(&start);
                open.push((mark, close));
            }
            let is_code = open.last().is_some_and(|(_, close)| close == "`");
            match &inline.kind {
                InlineKind::Text(text) if is_code => out.push_str(text),
                InlineKind::Text(text) => escape(text, &mut out, place),
                InlineKind::HardBreak => {
                    let fits = place == Place::Paragraph
                        && !at_line_start(&out)
                        && following.is_some_and(|next| next.kind != InlineKind::HardBreak);
                    guard_end(&mut out);
                    out.push_str(if fits { "\\\n" } else { "<br>" });
                }
                InlineKind::Footnote(content) => self.footnote(content, &inline.marks, &mut out, place),
                kind => {
                    let html = self.own(kind, &inline.marks);
                    out.push_str(&if place == Place::Cell {
                        html.replace('|', "&#124;")
                    } else {
                        html
                    });
                }
            }
        }
        for (_, close) in open.into_iter().rev() {
            out.push_str(&close);
        }
        guard_end(&mut out);
        out
    }

    fn footnote(&mut self, content: &'d [Inline], marks: &Marks, out: &mut String, place: Place) {
        if marks.link().is_some() || content.is_empty() {
            let words = self.lines(content, if place == Place::Cell { Place::Cell } else { Place::Note });
            let (link, title) = linked(marks);
            let html = format!(
                "<span{}>{words}</span>",
                attributes(&[("class", "footnote"), link, title])
            );
            out.push_str(&html);
            return;
        }
        self.notes.push(content);
        let _ = write!(out, "[^{}]", self.notes.len());
    }

    /// A node of ours, as HTML.
    fn own(&self, kind: &InlineKind, marks: &Marks) -> String {
        let said = text::shown(kind, Some(self.numbering));
        let (link, title) = linked(marks);
        let mut tag = "span";
        let address;
        let given: [(&str, &str); 3] = match kind {
            InlineKind::CrossReference { target, show } => {
                tag = "a";
                address = format!("#{target}");
                [("class", "xref"), ("href", &address), ("data-show", show.word())]
            }
            InlineKind::Placeholder { field, label } => {
                [("class", "slot"), ("data-field", field), ("data-label", label)]
            }
            InlineKind::Fact { id, label } => [("class", "fact"), ("data-fact", id), ("data-label", label)],
            InlineKind::Clause { source, citation } => [
                ("class", "clause"),
                ("data-source", source),
                ("data-citation", citation),
            ],
            InlineKind::Mention { member, label } => {
                [("class", "mention"), ("data-member", member), ("data-label", label)]
            }
            _ => return String::new(),
        };
        let [first, second, third] = given;
        let mut shown = String::from("\u{1}");
        escape(&said, &mut shown, Place::Cell);
        let given = if tag == "a" {
            attributes(&[first, second, third, link, title])
        } else {
            attributes(&[first, second, third])
        };
        format!("<{tag}{given}>{}</{tag}>", &shown[1..])
    }
}

/// The link around a node that cannot stand in a link.
fn linked(marks: &Marks) -> ((&str, &str), (&str, &str)) {
    let (href, title) = marks.link().unwrap_or_default();
    (("data-link", href), ("data-link-title", title.unwrap_or_default()))
}

/// Attributes of a tag within lines; those without a value are left out.
pub(super) fn attributes(given: &[(&str, &str)]) -> String {
    let mut all = String::new();
    for (name, value) in given.iter().filter(|(_, value)| !value.is_empty()) {
        let value = escaped(value).replace('`', "&#96;").replace('|', "&#124;");
        let _ = write!(all, " {name}=\"{value}\"");
    }
    all
}

/// Marks from the outermost to the innermost, without the link around what is a link itself.
fn nested(inline: &Inline) -> Vec<&Mark> {
    let rank = |mark: &&Mark| match mark {
        Mark::Insertion(_) => 0,
        Mark::Deletion(_) => 1,
        Mark::Link { .. } => 2,
        Mark::Highlight { .. } => 3,
        _ => 4,
    };
    let mut marks: Vec<_> = inline.marks.iter().collect();
    if matches!(inline.kind, InlineKind::CrossReference { .. } | InlineKind::Footnote(_)) {
        marks.retain(|mark| !matches!(mark, Mark::Link { .. }));
    }
    marks.sort_by_key(rank);
    marks
}

/// What opens and closes a mark: Markdown's signs where they are sure to be understood, tags elsewhere. `plain` is the text
/// where the mark is around one text alone.
fn signs(mark: &Mark, plain: Option<&str>, out: &str) -> (String, String) {
    let at_word = out.is_empty() || out.ends_with([' ', '\n']);
    let is_word = |text: &str| text.starts_with(char::is_alphanumeric) && text.ends_with(char::is_alphanumeric);
    let around = plain.is_some_and(is_word) && at_word;
    let tag = |name: &str, given: &[(&str, &str)]| (format!("<{name}{}>", attributes(given)), format!("</{name}>"));
    let twice = |sign: &str| (sign.to_owned(), sign.to_owned());
    match mark {
        Mark::Strong if around => twice("**"),
        Mark::Emphasis if around => twice("*"),
        Mark::Strike if around => twice("~~"),
        Mark::Strong => tag("strong", &[]),
        Mark::Emphasis => tag("em", &[]),
        Mark::Strike => tag("s", &[]),
        Mark::Underline => tag("u", &[]),
        Mark::Superscript => tag("sup", &[]),
        Mark::Subscript => tag("sub", &[]),
        Mark::Code => {
            let fits =
                |text: &str| !text.contains(['`', '|', '\t']) && !text.starts_with(' ') && !text.ends_with([' ', '\\']);
            if plain.is_some_and(fits) && !out.ends_with('`') {
                twice("`")
            } else {
                tag("code", &[])
            }
        }
        // After a footnote's sign a bracket would belong to it.
        Mark::Link { href, title } if out.ends_with(']') => {
            tag("a", &[("href", href), ("title", title.as_deref().unwrap_or_default())])
        }
        Mark::Link { href, title } => {
            let safe = |text: &str| {
                let text = escaped(text).replace('\\', "&#92;").replace('`', "&#96;");
                text.replace('|', "&#124;")
            };
            let title = title.as_deref().filter(|title| !title.is_empty());
            let title = title.map(|title| format!(" \"{}\"", safe(title))).unwrap_or_default();
            ("[".to_owned(), format!("](<{}>{title})", safe(href)))
        }
        Mark::Highlight { colour } => tag("mark", &[("class", &format!("hl-{}", colour.word()))]),
        Mark::Insertion(change) => tag("ins", &[("datetime", &change.at), ("data-author", &change.author)]),
        Mark::Deletion(change) => tag("del", &[("datetime", &change.at), ("data-author", &change.author)]),
    }
}

/// Whether a paragraph is nothing but a line's end: a tag alone on a line begins a block of HTML (`CommonMark` 4.6), and what
/// follows would run into it.
pub(super) fn is_lone_break(inlines: &[Inline]) -> bool {
    matches!(inlines, [only] if only.kind == InlineKind::HardBreak)
}

fn at_line_start(out: &str) -> bool {
    out.is_empty() || out.ends_with('\n')
}

/// A blank at the end of a line would be taken for none.
fn guard_end(out: &mut String) {
    for (blank, entity) in [(' ', "&#32;"), ('\t', "&#9;")] {
        if out.ends_with(blank) {
            out.pop();
            out.push_str(entity);
        }
    }
}

/// Writes text so that nothing in it is a sign.
fn escape(text: &str, out: &mut String, place: Place) {
    for (index, c) in text.char_indices() {
        let start = at_line_start(out);
        match c {
            ' ' if start => out.push_str("&#32;"),
            '\t' if start => out.push_str("&#9;"),
            '|' => out.push_str("&#124;"),
            '\u{feff}' => out.push_str("&#xFEFF;"),
            '{' if place == Place::Heading => out.push_str("&#123;"),
            '}' if place == Place::Heading => out.push_str("&#125;"),
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '~' | '&' => out.extend(['\\', c]),
            '_' => {
                let within =
                    out.ends_with(char::is_alphanumeric) && text[index + 1..].starts_with(char::is_alphanumeric);
                out.push_str(if within { "_" } else { "\\_" });
            }
            '^' if index == 0 => out.push_str("\\^"),
            '!' if index + 1 == text.len() => out.push_str("\\!"),
            '#' if start || place == Place::Heading => out.push_str("\\#"),
            '+' | '-' | '=' | ':' if start => out.extend(['\\', c]),
            '.' | ')' if is_number(out) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}

/// Whether the line is nothing but the digits that can begin an item of a list.
fn is_number(out: &str) -> bool {
    let digits = out.bytes().rev().take(10).take_while(u8::is_ascii_digit).count();
    (1..=9).contains(&digits) && at_line_start(&out[..out.len() - digits])
}

//! A document as Markdown.

use super::lines::{Place, attributes, is_lone_break};
use crate::{Attachments, Meta, Written, html as page};
use domain::document::{
    Block, CalloutKind, Document, Inline, InlineKind, Item, ListStyle, Row, html, numbering::Numbering,
};

/// Makes the file; [`super::read`] takes it back whole. Pictures stand in it as data.
pub fn write(document: &Document, meta: &Meta, attachments: &Attachments) -> Written {
    let numbering = Numbering::in_language(document, &meta.language);
    let mut writer = Writer {
        document,
        numbering: &numbering,
        attachments,
        language: &meta.language,
        notes: Vec::new(),
    };
    let mut lines = super::front::written(meta);
    lines.extend(writer.blocks(document.blocks()));
    let mut written = 0;
    while written < writer.notes.len() {
        let content = writer.notes[written];
        written += 1;
        let words = writer.lines(content, Place::Note);
        lines.extend([String::new(), format!("[^{written}]: {words}")]);
    }
    let mut text = lines.join("\n");
    text.push('\n');
    Written {
        bytes: text.into_bytes(),
        losses: page::missing(document, attachments),
    }
}

/// The state of writing one file. Blocks are made as lines, so that what holds them can put its signs before each.
pub(super) struct Writer<'d> {
    document: &'d Document,
    pub(super) numbering: &'d Numbering,
    attachments: &'d Attachments,
    language: &'d str,
    /// Footnotes that are to be written at the end.
    pub(super) notes: Vec<&'d [Inline]>,
}

impl<'d> Writer<'d> {
    fn blocks(&mut self, blocks: &'d [Block]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut other = false;
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 {
                lines.push(String::new());
                // Two lists in a row would be one, were their signs the same.
                other =
                    !other && kind_of_list(block).is_some() && kind_of_list(block) == kind_of_list(&blocks[index - 1]);
            }
            lines.extend(self.block(block, other));
        }
        lines
    }

    fn block(&mut self, block: &'d Block, other: bool) -> Vec<String> {
        match block {
            Block::Paragraph {
                dir: None,
                align: None,
                content,
            } if !content.is_empty() && !is_lone_break(content) => {
                let words = self.lines(content, Place::Paragraph);
                words.split('\n').map(str::to_owned).collect()
            }
            Block::Heading {
                level,
                numbered,
                id,
                content,
            } if !content.is_empty() => {
                let words = self.lines(content, Place::Heading);
                let mut named = Vec::new();
                if !id.is_empty() {
                    named.push(format!("#{id}"));
                }
                if *numbered {
                    named.push(".numbered".to_owned());
                }
                let named = if named.is_empty() {
                    String::new()
                } else {
                    format!(" {{{}}}", named.join(" "))
                };
                vec![format!("{} {words}{named}", "#".repeat(usize::from(*level)))]
            }
            Block::BulletList { items } => {
                let sign = if other { "* " } else { "- " };
                self.list(
                    items.iter().map(|item| (sign.to_owned(), item.content.as_slice())),
                    is_tight(items),
                )
            }
            Block::OrderedList { start, style, items } => {
                let stop = if other { ')' } else { '.' };
                let signs = (*start..).map(|number| format!("{number}{stop} "));
                let contents = items.iter().map(|item| item.content.as_slice());
                let list = self.list(signs.zip(contents), is_tight(items));
                if *style == ListStyle::Decimal {
                    return list;
                }
                self.within(&[("class", &format!("ol-{}", style.word()))], list)
            }
            Block::TaskList { items } if items.iter().all(|item| begins_with_words(&item.content)) => {
                let sign = if other { '*' } else { '-' };
                let mut lines = Vec::new();
                for item in items {
                    let mut content = self.blocks(&item.content);
                    content[0].insert_str(0, if item.checked { "[x] " } else { "[ ] " });
                    if !lines.is_empty() {
                        lines.push(String::new());
                    }
                    lines.extend(prefixed(&format!("{sign} "), "  ", content));
                }
                lines
            }
            Block::Blockquote { content } => prefixed("> ", "> ", self.blocks(content)),
            Block::Callout { kind, content } => {
                let word = match kind {
                    CalloutKind::Note => "[!NOTE]",
                    CalloutKind::Warning => "[!WARNING]",
                    CalloutKind::Caution => "[!CAUTION]",
                };
                let mut lines = vec![word.to_owned()];
                // A list that begins with another number than 1 goes on as text right after a line.
                if !matches!(content.first(), Some(Block::Paragraph { .. })) {
                    lines.push(String::new());
                }
                lines.extend(self.blocks(content));
                prefixed("> ", "> ", lines)
            }
            Block::Table { rows } if is_simple(rows) => self.table(rows),
            Block::Divider => vec!["___".to_owned()],
            Block::CodeBlock { language, content } => {
                code(language.as_deref(), content).unwrap_or_else(|| vec![self.part(block)])
            }
            Block::Step {
                id,
                confirm,
                record,
                content,
            } => {
                let inner = self.blocks(content);
                let (label, unit) = record.as_ref().map_or(("", ""), |record| (&record.label, &record.unit));
                let given = [
                    ("class", "step"),
                    ("id", id),
                    ("data-confirm", if *confirm { "true" } else { "" }),
                    ("data-record", label),
                    ("data-unit", unit),
                ];
                self.within(&given, inner)
            }
            other => vec![self.part(other)],
        }
    }

    /// Blocks in an element of HTML; empty lines make them Markdown again.
    #[expect(clippy::unused_self, reason = "stands among what it is part of")]
    fn within(&self, given: &[(&str, &str)], inner: Vec<String>) -> Vec<String> {
        let mut lines = vec![format!("<div{}>", attributes(given)), String::new()];
        lines.extend(inner);
        lines.extend([String::new(), "</div>".to_owned()]);
        lines
    }

    /// A block that Markdown has no signs for, on one line.
    fn part(&self, block: &Block) -> String {
        let setting = html::Setting {
            prefix: "",
            attachment: &|id| page::embedded(self.attachments, id),
            within: true,
            language: self.language,
        };
        html::render_part(self.document, self.numbering, block, setting).replace('\n', "&#10;")
    }

    fn list<'i>(&mut self, items: impl Iterator<Item = (String, &'d [Block])> + 'i, tight: bool) -> Vec<String>
    where
        'd: 'i,
    {
        let mut lines = Vec::new();
        for (sign, content) in items {
            let mut inner = self.blocks(content);
            if tight {
                inner.retain(|line| !line.is_empty());
            } else if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(prefixed(&sign, &" ".repeat(sign.len()), inner));
        }
        lines
    }

    fn table(&mut self, rows: &'d [Row]) -> Vec<String> {
        let mut lines = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let mut line = String::from("|");
            for cell in &row.cells {
                let words = cell.content.first().and_then(Block::inlines).unwrap_or_default();
                line.extend([" ", &self.lines(words, Place::Cell), " |"]);
            }
            lines.push(line);
            if index == 0 {
                lines.push(format!("|{}", " --- |".repeat(row.cells.len())));
            }
        }
        lines
    }
}

/// Puts a sign before the first line and another before the rest.
fn prefixed(first: &str, rest: &str, lines: Vec<String>) -> Vec<String> {
    let with = |(index, line): (usize, String)| {
        let sign = if index == 0 { first } else { rest };
        // Blanks at the end of a line count in code, and nowhere else.
        if line.is_empty() {
            sign.trim_end().to_owned()
        } else {
            format!("{sign}{line}")
        }
    };
    lines.into_iter().enumerate().map(with).collect()
}

/// The sign that a list uses; lists of one sign that follow each other are one.
fn kind_of_list(block: &Block) -> Option<bool> {
    match block {
        Block::BulletList { .. } | Block::TaskList { .. } => Some(false),
        Block::OrderedList {
            style: ListStyle::Decimal,
            ..
        } => Some(true),
        _ => None,
    }
}

fn begins_with_words(content: &[Block]) -> bool {
    let Some(Block::Paragraph {
        dir: None,
        align: None,
        content,
    }) = content.first()
    else {
        return false;
    };
    content.iter().any(|inline| match &inline.kind {
        InlineKind::Text(text) => !text.trim().is_empty(),
        other => *other != InlineKind::HardBreak,
    })
}

/// Whether the items can follow each other without empty lines: a line of words each, and lists of such.
fn is_tight(items: &[Item]) -> bool {
    items.iter().all(|item| {
        begins_with_words(&item.content)
            && match &item.content[1..] {
                [] => true,
                [
                    Block::BulletList { items }
                    | Block::OrderedList {
                        start: 1,
                        style: ListStyle::Decimal,
                        items,
                    },
                ] => is_tight(items),
                _ => false,
            }
    })
}

/// Whether Markdown's tables can say it: one row of headers, then one line of words in each cell.
fn is_simple(rows: &[Row]) -> bool {
    rows.iter().enumerate().all(|(index, row)| {
        !row.cells.is_empty()
            && row.cells.iter().all(|cell| {
                cell.header == (index == 0)
                    && cell.colspan == 1
                    && cell.rowspan == 1
                    && cell.colwidth.is_none()
                    && matches!(
                        cell.content.as_slice(),
                        [Block::Paragraph {
                            dir: None,
                            align: None,
                            ..
                        }]
                    )
            })
    })
}

/// A fenced block; none where a fence cannot hold it.
fn code(language: Option<&str>, content: &[Inline]) -> Option<Vec<String>> {
    let mut text = String::new();
    for inline in content {
        let InlineKind::Text(own) = &inline.kind else {
            return None;
        };
        if !inline.marks.is_empty() || own.contains('\t') {
            return None;
        }
        text.push_str(own);
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let mut lines = vec![format!("{fence}{}", language.unwrap_or_default())];
    lines.extend(text.split('\n').map(str::to_owned));
    lines.push(fence);
    Some(lines)
}

//! Plain text.

use crate::{Attachments, ExportError, Loss, Meta, Read, Written};
use domain::document::numbering::Counters;
use domain::document::{
    Block, DEPTH_MAX, Document, Inline, InlineKind, Item, ListStyle, Marks, Record, numbering::Numbering, text,
};

/// The most bytes of a file.
pub const BYTES_MAX: u64 = 8 << 20;

/// A file's bytes as text, without the mark that some editors put before it.
pub(crate) fn decode(bytes: &[u8], limit: u64) -> Result<&str, ExportError> {
    if bytes.len() as u64 > limit {
        return Err(ExportError::too_large("the file", limit, "bytes"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let why = format!("it is not UTF-8 (byte {})", error.valid_up_to());
        ExportError::damaged("the file", why)
    })
}

/// Makes a text of the words: numbers before headings, steps and items, tabs between cells, footnotes at the end. Form,
/// pictures and what is said about the document are lost. Form is what nobody expects of plain text; the others are told.
pub fn write(document: &Document, meta: &Meta) -> Written {
    let numbering = Numbering::in_language(document, &meta.language);
    let mut writer = Writer {
        numbering: &numbering,
        counters: Counters::new(document),
        lines: String::new(),
        notes: Vec::new(),
        losses: meta.left_out().into_iter().collect(),
    };
    writer.blocks(document.blocks(), "");
    let notes = std::mem::take(&mut writer.notes);
    for (number, content) in notes {
        let words = writer.words(content);
        writer.paragraph("", &format!("[{number}] "), &words);
    }
    Written {
        bytes: writer.lines.into_bytes(),
        losses: writer.losses,
    }
}

struct Writer<'d> {
    numbering: &'d Numbering,
    counters: Counters,
    lines: String,
    notes: Vec<(u32, &'d [Inline])>,
    losses: Vec<Loss>,
}

impl<'d> Writer<'d> {
    fn words(&mut self, inlines: &'d [Inline]) -> String {
        let mut words = String::new();
        for inline in inlines {
            if let InlineKind::Footnote(content) = &inline.kind {
                let number = self.counters.footnote();
                words.extend(["[", &number.to_string(), "]"]);
                self.notes.push((number, content));
            } else {
                words.push_str(&text::shown(&inline.kind, Some(self.numbering)));
            }
        }
        words
    }

    /// Lines with what stands before the first; the others stand under it.
    fn paragraph(&mut self, indent: &str, before: &str, words: &str) {
        if !self.lines.is_empty() {
            self.lines.push('\n');
        }
        let hang = " ".repeat(before.chars().count());
        for (index, line) in words.split('\n').enumerate() {
            let before = if index == 0 { before } else { &hang };
            self.lines.push_str(format!("{indent}{before}{line}").trim_end());
            self.lines.push('\n');
        }
    }

    fn blocks(&mut self, blocks: &'d [Block], indent: &str) {
        for block in blocks {
            self.block(block, indent);
        }
    }

    /// An item: what marks it stands before its first line.
    fn item(&mut self, content: &'d [Block], indent: &str, mark: &str) {
        let inner = format!("{indent}{}", " ".repeat(mark.chars().count()));
        let rest = match content {
            [Block::Paragraph { content: words, .. }, rest @ ..] => {
                let words = self.words(words);
                self.paragraph(indent, mark, &words);
                rest
            }
            all => {
                self.paragraph(indent, mark, "");
                all
            }
        };
        self.blocks(rest, &inner);
    }

    fn block(&mut self, block: &'d Block, indent: &str) {
        match block {
            Block::Paragraph { content, .. } | Block::CodeBlock { content, .. } => {
                let words = self.words(content);
                self.paragraph(indent, "", &words);
            }
            Block::Heading {
                level,
                numbered,
                content,
                ..
            } => {
                let number = self.counters.heading(*level, *numbered);
                let number = number.map(|number| number + " ").unwrap_or_default();
                let words = self.words(content);
                self.paragraph(indent, &number, &words);
            }
            Block::BulletList { items } => {
                for item in items {
                    self.item(&item.content, indent, "- ");
                }
            }
            Block::OrderedList { start, style, items } => {
                for (number, item) in (*start..).zip(items) {
                    self.item(&item.content, indent, &format!("{}. ", counted(number, *style)));
                }
            }
            Block::TaskList { items } => {
                for item in items {
                    self.item(&item.content, indent, if item.checked { "[x] " } else { "[ ] " });
                }
            }
            Block::Blockquote { content } => self.blocks(content, &format!("{indent}    ")),
            Block::Callout { kind, content } => {
                self.paragraph(
                    indent,
                    "",
                    &format!("{}:", self.numbering.words().callout(*kind).to_uppercase()),
                );
                self.blocks(content, indent);
            }
            Block::Table { rows } => {
                for row in rows {
                    let mut cells: Vec<String> = Vec::new();
                    for cell in &row.cells {
                        let mut inner = Writer {
                            numbering: self.numbering,
                            counters: self.counters.clone(),
                            lines: String::new(),
                            notes: Vec::new(),
                            losses: Vec::new(),
                        };
                        inner.blocks(&cell.content, "");
                        self.counters = inner.counters;
                        self.notes.extend(inner.notes);
                        self.losses.extend(inner.losses);
                        cells.push(inner.lines.split_whitespace().collect::<Vec<_>>().join(" "));
                    }
                    self.paragraph(indent, "", &cells.join("\t"));
                }
            }
            Block::Figure { alt, caption, .. } => {
                let number = self.counters.figure();
                let words = self.words(caption);
                self.paragraph(
                    indent,
                    "",
                    format!("{} {number} {words}", self.numbering.words().figure).trim_end(),
                );
                self.losses.push(Loss::new(
                    format!("figure {number}"),
                    format!("a picture was left out ({alt})"),
                ));
            }
            Block::Divider => self.paragraph(indent, "", "* * *"),
            Block::PageBreak | Block::TableOfContents => {}
            Block::Step {
                confirm,
                record,
                content,
                ..
            } => self.step(*confirm, record.as_ref(), content, indent),
            Block::Pause { seconds } => {
                let pause = self.numbering.words().pause;
                self.paragraph(indent, "", &format!("({pause}, {seconds} s)"));
            }
        }
    }

    fn step(&mut self, confirm: bool, record: Option<&Record>, content: &'d [Block], indent: &str) {
        let words = self.numbering.words();
        let number = self.counters.enter_step();
        self.item(content, indent, &format!("{number} "));
        if confirm {
            self.paragraph(indent, "", &format!("    {}: ____", words.confirm));
        }
        if let Some(Record { label, unit }) = record {
            self.paragraph(indent, "", &format!("    {} {label}: ____ {unit}", words.record));
        }
        self.counters.leave_step();
    }
}

/// A number as a list shows it.
pub(crate) fn counted(number: u32, style: ListStyle) -> String {
    let letters = |mut number: u32| {
        let mut letters = Vec::new();
        while number > 0 {
            number -= 1;
            letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
            number /= 26;
        }
        letters.iter().rev().collect::<String>()
    };
    let written = match style {
        ListStyle::LowerAlpha | ListStyle::UpperAlpha if number > 0 => letters(number),
        ListStyle::LowerRoman | ListStyle::UpperRoman if (1..4_000).contains(&number) => roman(number),
        _ => number.to_string(),
    };
    match style {
        ListStyle::UpperAlpha | ListStyle::UpperRoman => written.to_uppercase(),
        _ => written,
    }
}

fn roman(mut number: u32) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1_000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut written = String::new();
    for (value, digit) in DIGITS {
        while number >= value {
            written.push_str(digit);
            number -= value;
        }
    }
    written
}

/// Reads a text: paragraphs end at empty lines, their lines stay lines; lines that begin with `-`, `*`, `•` or a number are
/// lists, those further in lists within.
///
/// # Errors
/// When the file is larger than [`BYTES_MAX`] or not UTF-8, or holds more than a document can.
pub fn read(bytes: &[u8]) -> Result<Read, ExportError> {
    let given = decode(bytes, BYTES_MAX)?;
    let mut losses = Vec::new();
    let clean: String = given.replace("\r\n", "\n").replace(['\r', '\u{c}'], "\n");
    let kept: String = clean
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || is_plain(*c))
        .collect();
    if kept.len() < clean.len() {
        losses.push(Loss::new("the file", "control characters were left out"));
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut goes_on = false;
    for line in kept.lines() {
        if line.trim().is_empty() {
            goes_on = false;
            continue;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if let Some((start, words)) = marked(line.trim()) {
            while open.last().is_some_and(|(level, _)| *level > indent) {
                open.pop();
            }
            let ordered = start.is_some();
            let is_new = open.last().is_none_or(|(level, _)| *level < indent);
            if is_new && 2 * open.len() + 6 < DEPTH_MAX {
                open.push((indent, ordered));
            }
            let depth = open.len().max(1);
            add_item(&mut blocks, depth, start, words);
            goes_on = false;
        } else if goes_on && let Some(Block::Paragraph { content, .. }) = blocks.last_mut() {
            content.push(Inline::new(InlineKind::HardBreak, Marks::new()));
            content.push(Inline::text(line.trim()));
        } else {
            open.clear();
            blocks.push(Block::paragraph(vec![Inline::text(line.trim())]));
            goes_on = true;
        }
    }
    if blocks.is_empty() {
        blocks.push(Block::paragraph(Vec::new()));
    }
    let document = Document::new(blocks).map_err(|error| ExportError::damaged("the file", error.to_string()))?;
    Ok(Read {
        document,
        meta: Meta::default(),
        attachments: Attachments::new(),
        comments: Vec::new(),
        losses,
    })
}

fn is_plain(c: char) -> bool {
    !matches!(c, '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// The number of an item, none for a bullet, and its words; none when the line is none.
fn marked(line: &str) -> Option<(Option<u32>, &str)> {
    if let Some(words) = ["- ", "* ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some((None, words.trim()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let words = line[digits..]
        .strip_prefix(". ")
        .or_else(|| line[digits..].strip_prefix(") "))?;
    let number: u32 = line[..digits].parse().ok()?;
    (number <= domain::document::LIST_START_MAX).then(|| (Some(number), words.trim()))
}

/// Adds an item to the list that is so deep at the end of the blocks.
fn add_item(blocks: &mut Vec<Block>, depth: usize, start: Option<u32>, words: &str) {
    if depth > 1
        && let Some(Block::BulletList { items } | Block::OrderedList { items, .. }) = blocks.last_mut()
        && let Some(last) = items.last_mut()
    {
        return add_item(&mut last.content, depth - 1, start, words);
    }
    let content = if words.is_empty() {
        Vec::new()
    } else {
        vec![Inline::text(words)]
    };
    let item = Item {
        content: vec![Block::paragraph(content)],
    };
    match (blocks.last_mut(), start) {
        (Some(Block::BulletList { items }), None) | (Some(Block::OrderedList { items, .. }), Some(_)) => {
            items.push(item);
        }
        (_, None) => blocks.push(Block::BulletList { items: vec![item] }),
        (_, Some(start)) => blocks.push(Block::OrderedList {
            start,
            style: ListStyle::Decimal,
            items: vec![item],
        }),
    }
}

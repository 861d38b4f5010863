//! The plain text of a document: for searching, counting and quoting. Each stretch of it knows the node it comes from.
//!
//! Blocks, items, rows and new lines end with a line feed, cells within a row with a tab; nothing else is added: no bullets,
//! no numbers. Footnotes stand on lines of their own after the block that has them. What is proposed to be taken away is
//! still text; [`super::suggestions`] settles a document first.

use super::count::words_of;
use super::numbering::Numbering;
use super::{Block, Document, Inline, InlineKind, Row};
use unicode_segmentation::UnicodeSegmentation;

/// How fast people read silently, in words a minute: the mean over 190 studies of English prose (Brysbaert 2019,
/// <https://doi.org/10.1016/j.jml.2019.104047>).
pub const READING_PACE: u32 = 238;
/// How fast a script is said until somebody chooses another pace, in words a minute: a calm voice. Guided exercises are
/// slower, about 100; who reads a procedure to colleagues is faster, about 140.
pub const SPEAKING_PACE: u32 = 110;
/// The slowest pace that can be chosen.
pub const PACE_MIN: u32 = 40;
/// The fastest pace that can be chosen.
pub const PACE_MAX: u32 = 300;

/// Longest title of anything, in characters: what is longer is cut, with an ellipsis. References repeat titles, and a
/// document of a few megabytes must not become one of gigabytes by repeating its longest heading.
pub const TITLE_MAX: usize = 200;

/// A stretch of text that comes from one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
    /// The node: the index of the child at each level from the top.
    pub place: Vec<usize>,
    /// The position before the node's first letter (or before the node, where it is no text) as `ProseMirror` counts them.
    pub position: usize,
    /// Whether these are the node's own letters; else they stand for it (a reference, a name).
    pub literal: bool,
}

/// The text of a document, with where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainText {
    /// The text.
    pub text: String,
    /// In order of the text, without overlap; what separates blocks is in none.
    pub stretches: Vec<Stretch>,
    words: usize,
    /// How many of the words are in footnotes.
    footnote_words: usize,
    pause_seconds: u64,
}

impl PlainText {
    /// The text of a document.
    pub fn of(document: &Document) -> Self {
        let mut writer = Writer {
            numbering: Numbering::of(document),
            plain: Self::default(),
            place: Vec::new(),
            position: 0,
            notes: Vec::new(),
        };
        writer.blocks(document.blocks());
        writer.plain
    }

    /// The stretch that holds this byte of the text.
    pub fn stretch_at(&self, byte: usize) -> Option<&Stretch> {
        let index = self.stretches.partition_point(|stretch| stretch.end <= byte);
        self.stretches.get(index).filter(|stretch| stretch.start <= byte)
    }

    /// The place of a byte of the text as `ProseMirror` counts positions; none between blocks.
    pub fn position_at(&self, byte: usize) -> Option<usize> {
        let stretch = self.stretch_at(byte)?;
        let before = if stretch.literal {
            self.text.get(stretch.start..byte)?
        } else {
            ""
        };
        Some(stretch.position + before.encode_utf16().count())
    }

    /// Words, those of footnotes too; what counts as one stands in `count.rs`.
    pub fn words(&self) -> usize {
        self.words
    }

    /// Characters as people count them, blanks included, what separates blocks left out.
    pub fn characters(&self) -> usize {
        let own = self
            .stretches
            .iter()
            .map(|stretch| &self.text[stretch.start..stretch.end]);
        own.map(|text| text.graphemes(true).count()).sum()
    }

    /// Words that are said when it is read aloud: all but footnotes.
    pub fn said_words(&self) -> usize {
        self.words - self.footnote_words
    }

    /// How long its pauses take together, in seconds.
    pub fn pause_seconds(&self) -> u64 {
        self.pause_seconds
    }

    /// How long it takes to read silently, in seconds, at a pace in words a minute. Pauses do not count.
    pub fn reading_seconds(&self, pace: u32) -> u64 {
        seconds(self.words() as u64, pace)
    }

    /// How long it takes to read aloud, in seconds, at a pace in words a minute. Pauses count, footnotes do not.
    pub fn speaking_seconds(&self, pace: u32) -> u64 {
        seconds(self.said_words() as u64, pace) + self.pause_seconds
    }
}

/// How long so many words take at a pace in words a minute, in seconds. Rounded up; a pace of nothing counts as one word a
/// minute.
pub fn seconds(words: u64, pace: u32) -> u64 {
    (words * 60).div_ceil(u64::from(pace.max(1)))
}

/// What to call a block: its own text or, for a step or the like, the first there is in it; without what is proposed to
/// be taken away, without footnotes, at most [`TITLE_MAX`] characters.
pub(super) fn title_of(block: &Block) -> String {
    let mut title = String::new();
    let kept = |inline: &&Inline| inline.marks.deletion().is_none();
    for inline in block.inlines().unwrap_or_default().iter().filter(kept) {
        match &inline.kind {
            InlineKind::HardBreak => title.push(' '),
            kind => title.push_str(&shown(kind, None)),
        }
    }
    let title = title.trim();
    if title.is_empty() {
        let within = block.bodies().into_iter().flatten().map(title_of);
        return within.into_iter().find(|title| !title.is_empty()).unwrap_or_default();
    }
    match title.char_indices().nth(TITLE_MAX) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title.to_owned(),
    }
}

/// What stands for a node in text. References show nothing where there is no numbering.
pub fn shown(kind: &InlineKind, numbering: Option<&Numbering>) -> String {
    match kind {
        InlineKind::Text(text) => text.clone(),
        InlineKind::HardBreak => "\n".to_owned(),
        InlineKind::Footnote(_) => String::new(),
        InlineKind::CrossReference { target, show } => {
            let shown = numbering.and_then(|numbering| numbering.shown(target, *show));
            shown.unwrap_or_default()
        }
        InlineKind::Placeholder { field, label } => if label.is_empty() { field } else { label }.clone(),
        InlineKind::Fact { label, .. } => label.clone(),
        InlineKind::Clause { source, citation } => format!("{source} {citation}").trim_end().to_owned(),
        InlineKind::Mention { label, .. } => format!("@{label}"),
    }
}

struct Writer<'d> {
    numbering: Numbering,
    plain: PlainText,
    place: Vec<usize>,
    position: usize,
    /// Footnotes of the block that is being written: where they are, and what is in them.
    notes: Vec<(Vec<usize>, usize, &'d [Inline])>,
}

impl<'d> Writer<'d> {
    fn blocks(&mut self, blocks: &'d [Block]) {
        for (index, block) in blocks.iter().enumerate() {
            self.place.push(index);
            self.block(block);
            self.place.pop();
        }
    }

    fn block(&mut self, block: &'d Block) {
        match block {
            Block::Divider | Block::PageBreak | Block::TableOfContents => self.position += 1,
            Block::Pause { seconds } => {
                self.position += 1;
                self.plain.pause_seconds += u64::from(*seconds);
            }
            Block::Table { rows } => {
                self.position += 1;
                for (index, row) in rows.iter().enumerate() {
                    self.place.push(index);
                    self.row(row);
                    self.place.pop();
                }
                self.position += 1;
            }
            Block::BulletList { .. } | Block::OrderedList { .. } | Block::TaskList { .. } => {
                self.position += 1;
                for (index, body) in block.bodies().into_iter().enumerate() {
                    self.place.push(index);
                    self.position += 1;
                    self.blocks(body);
                    self.position += 1;
                    self.place.pop();
                }
                self.position += 1;
            }
            Block::Blockquote { content } | Block::Callout { content, .. } | Block::Step { content, .. } => {
                self.position += 1;
                self.blocks(content);
                self.position += 1;
            }
            _ => {
                self.position += 1;
                let line = block.inlines().unwrap_or_default();
                let (words, in_notes) = words_of(line);
                self.plain.words += words + in_notes;
                self.plain.footnote_words += in_notes;
                self.inlines(line);
                self.position += 1;
                self.plain.text.push('\n');
                self.write_notes();
            }
        }
    }

    fn row(&mut self, row: &'d Row) {
        self.position += 1;
        let last = row.cells.len().saturating_sub(1);
        for (index, cell) in row.cells.iter().enumerate() {
            self.place.push(index);
            self.position += 1;
            self.blocks(&cell.content);
            self.position += 1;
            self.place.pop();
            if index < last && self.plain.text.ends_with('\n') {
                self.plain.text.pop();
                self.plain.text.push('\t');
            }
        }
        self.position += 1;
    }

    fn inlines(&mut self, inlines: &'d [Inline]) {
        for (index, inline) in inlines.iter().enumerate() {
            self.place.push(index);
            let size = match &inline.kind {
                InlineKind::Text(text) => text.encode_utf16().count(),
                InlineKind::Footnote(content) => {
                    let inside = self.position + 1;
                    self.notes.push((self.place.clone(), inside, content));
                    size_of(content) + 2
                }
                _ => 1,
            };
            let start = self.plain.text.len();
            self.plain.text.push_str(&shown(&inline.kind, Some(&self.numbering)));
            let end = self.plain.text.len();
            if end > start {
                self.plain.stretches.push(Stretch {
                    start,
                    end,
                    place: self.place.clone(),
                    position: self.position,
                    literal: matches!(inline.kind, InlineKind::Text(_)),
                });
            }
            self.position += size;
            self.place.pop();
        }
    }

    fn write_notes(&mut self) {
        let back = (self.place.clone(), self.position);
        for (place, position, content) in std::mem::take(&mut self.notes) {
            (self.place, self.position) = (place, position);
            self.inlines(content);
            self.plain.text.push('\n');
        }
        (self.place, self.position) = back;
    }
}

/// How much room inlines without footnotes take as `ProseMirror` counts.
fn size_of(inlines: &[Inline]) -> usize {
    let sizes = inlines.iter().map(|inline| match &inline.kind {
        InlineKind::Text(text) => text.encode_utf16().count(),
        _ => 1,
    });
    sizes.sum()
}

//! Reading what is nearly a document: the state of a Yjs document after edits that were each valid alone (two people who
//! merge cells, paste the same heading, empty a list), or after those of a hostile client. Nothing is refused; what is
//! wrong is put right or left out, the same way each time, and told.
//!
//! What a value stands for is kept where it can be: a picture without an address leaves its caption, a reference without
//! a target its label. A line feed outside of code becomes a blank. Cells that overlap shrink, rows that are too short are
//! filled up. Of two nodes with one id, the first keeps it.

mod lines;
mod tables;

use super::error::Path;
use super::object::Reading;
use super::rules::{ALT_MAX, ID_MAX, LINE_MAX, is_id, is_language, is_plain, is_src};
use super::{
    BYTES_MAX, Block, DEPTH_MAX, Document, DocumentError, LIST_START_MAX, NODES_MAX, PAUSE_MAX, Reason, Record,
    WIDTH_MAX, check, merge_texts, parse,
};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashSet;

/// A document, and what had to be put right for it to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The document.
    pub document: Document,
    /// What was wrong, the first 1,000 of it; empty when nothing was. Paths are those at the time, so indexes of later ones
    /// can be lower than in the value given.
    pub faults: Vec<DocumentError>,
}

impl Document {
    /// Reads a value as far as it can be read. Attributes may be missing that have a default in the schema; that is no fault.
    pub fn mended(value: &Value) -> Mended {
        let faults = RefCell::new(Vec::new());
        let reading = Reading::Mending(&faults);
        let mut blocks = parse::blocks(value, reading).unwrap_or_else(|fault| {
            faults.borrow_mut().push(fault);
            Vec::new()
        });
        let mut mender = Mender {
            reading,
            ids: HashSet::new(),
            room: NODES_MAX.saturating_sub(count(&blocks)),
            text: 0,
            bytes: 0,
        };
        mender.blocks(&Path::ROOT, &mut blocks, 0);
        if let Err(fault) = check::check(&blocks) {
            // Nothing is left to be found; were it not so, an empty document with a fault is better than none.
            debug_assert!(false, "left unmended: {fault}");
            faults.borrow_mut().push(fault);
            blocks = Document::empty().into_blocks();
        }
        merge_texts(&mut blocks);
        let document = Document { blocks };
        Mended {
            document,
            faults: faults.into_inner(),
        }
    }
}

/// The nodes in a run of blocks, at least.
fn count(blocks: &[Block]) -> usize {
    let inside = |block: &Block| {
        let lines = block
            .inlines()
            .map_or(0, |inlines| inlines.iter().map(lines::count).sum());
        let bodies = block.bodies().into_iter().map(|body| 1 + count(body)).sum::<usize>();
        let rows = if let Block::Table { rows } = block {
            rows.len()
        } else {
            0
        };
        1 + lines + bodies + rows
    };
    blocks.iter().map(inside).sum()
}

struct Mender<'f> {
    reading: Reading<'f>,
    ids: HashSet<String>,
    /// Nodes that may still be added.
    room: usize,
    text: usize,
    bytes: usize,
}

/// Whether a node stays.
type Stays = bool;

impl Mender<'_> {
    fn fault(&self, path: &Path<'_>, reason: Reason) {
        // This reading forgives everything.
        let _ = self.reading.forgive(path.error(reason));
    }

    /// Mends a run of blocks that stand so deep. It holds one at least afterwards; where there is no room for an empty
    /// paragraph either, the answer is that what holds it cannot stay.
    fn blocks(&mut self, path: &Path<'_>, blocks: &mut Vec<Block>, depth: usize) -> Stays {
        let content = path.name("content");
        let mut index = 0;
        blocks.retain_mut(|block| {
            let path = content.index(index);
            index += 1;
            if depth > 0 && matches!(block, Block::PageBreak | Block::TableOfContents) {
                self.fault(&path, Reason::Misplaced(block.name().to_owned()));
                return false;
            }
            self.block(&path, block, depth + 1)
        });
        if blocks.is_empty() {
            self.fault(path, Reason::Empty);
            if depth >= DEPTH_MAX || self.room == 0 {
                return false;
            }
            self.room -= 1;
            blocks.push(Block::paragraph(Vec::new()));
        }
        true
    }

    fn block(&mut self, path: &Path<'_>, block: &mut Block, depth: usize) -> Stays {
        let attrs = path.name("attrs");
        match block {
            Block::Paragraph { content, .. } => self.lines(path, content, lines::Place::Line),
            Block::Heading { level, id, content, .. } => {
                self.number(&attrs, "level", level, 1, 6);
                self.own_id(&attrs, id);
                self.lines(path, content, lines::Place::Line);
            }
            Block::BulletList { items } => return self.held(path, items, depth, |item| &mut item.content),
            Block::OrderedList { start, items, .. } => {
                self.number(&attrs, "start", start, 0, LIST_START_MAX);
                return self.held(path, items, depth, |item| &mut item.content);
            }
            Block::TaskList { items } => return self.held(path, items, depth, |item| &mut item.content),
            Block::Blockquote { content } | Block::Callout { content, .. } => return self.blocks(path, content, depth),
            Block::Table { rows } => return self.table(path, rows, depth),
            Block::Figure { .. } => self.figure(path, block),
            Block::CodeBlock { language, content } => {
                if language.as_deref().is_some_and(|language| !is_language(language)) {
                    self.fault(&attrs.name("language"), Reason::Expected("the name of a language"));
                    *language = None;
                }
                self.lines(path, content, lines::Place::Code);
            }
            Block::Step {
                id, record, content, ..
            } => {
                self.own_id(&attrs, id);
                if let Some(Record { label, unit }) = record {
                    let path = attrs.name("record");
                    self.line(&path, "label", label, LINE_MAX);
                    self.line(&path, "unit", unit, LINE_MAX);
                    if label.is_empty() {
                        self.fault(&path, Reason::Empty);
                        *record = None;
                    }
                }
                return self.blocks(path, content, depth);
            }
            Block::Pause { seconds } => self.number(&attrs, "seconds", seconds, 1, PAUSE_MAX),
            Block::Divider | Block::PageBreak | Block::TableOfContents => {}
        }
        true
    }

    /// Items of a list: those that cannot stay go, and with the last the list.
    fn held<T>(
        &mut self,
        path: &Path<'_>,
        items: &mut Vec<T>,
        depth: usize,
        body: impl Fn(&mut T) -> &mut Vec<Block>,
    ) -> Stays {
        let content = path.name("content");
        let mut index = 0;
        items.retain_mut(|item| {
            let path = content.index(index);
            index += 1;
            self.blocks(&path, body(item), depth + 1)
        });
        if items.is_empty() {
            self.fault(path, Reason::Empty);
        }
        !items.is_empty()
    }

    /// A figure without a picture is a paragraph with its caption.
    fn figure(&mut self, path: &Path<'_>, block: &mut Block) {
        let attrs = path.name("attrs");
        let Block::Figure {
            src,
            alt,
            width,
            id,
            caption,
        } = block
        else {
            return;
        };
        self.line(&attrs, "alt", alt, ALT_MAX);
        if width.is_some_and(|width| !(1..=WIDTH_MAX).contains(&width)) {
            self.fault(&attrs.name("width"), Reason::Expected("a width"));
            *width = None;
        }
        self.own_id(&attrs, id);
        self.lines(path, caption, lines::Place::Line);
        if is_src(src) && self.weigh(src.len()) {
            return;
        }
        self.fault(&attrs.name("src"), Reason::Expected("the address of a picture"));
        self.ids.remove(id);
        *block = Block::paragraph(std::mem::take(caption));
    }

    fn number<N: Copy + Ord>(&self, attrs: &Path<'_>, name: &str, number: &mut N, least: N, most: N) {
        let fits = (*number).clamp(least, most);
        if fits != *number {
            self.fault(&attrs.name(name), Reason::Expected("a number in range"));
            *number = fits;
        }
    }

    /// Takes out of a line what cannot be in one, and what is too long.
    fn line(&mut self, attrs: &Path<'_>, name: &str, text: &mut String, max: usize) {
        let mut fits: String = text.chars().filter(|c| is_plain(*c)).take(max).collect();
        if !self.weigh(fits.len()) {
            fits.clear();
        }
        if fits != *text {
            self.fault(&attrs.name(name), Reason::Expected("one line"));
            *text = fits;
        }
    }

    fn own_id(&mut self, attrs: &Path<'_>, id: &mut String) {
        if id.is_empty() {
            return;
        }
        if !is_id(id) {
            self.fault(&attrs.name("id"), Reason::Expected("an id"));
        } else if !self.weigh(ID_MAX) {
            self.fault(&attrs.name("id"), Reason::TooLong);
        } else if self.ids.insert(id.clone()) {
            return;
        } else {
            self.fault(&attrs.name("id"), Reason::IdTwice);
        }
        id.clear();
    }

    /// Whether so many bytes of attributes more are not too many.
    fn weigh(&mut self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= BYTES_MAX;
        if fits {
            self.bytes += bytes;
        }
        fits
    }
}

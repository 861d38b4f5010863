//! The one document model: what the editor edits, the server keeps, and paper is made from. A [`Document`] is a typed
//! tree that is always valid; its JSON is `ProseMirror`'s JSON of the same document, its canonical text is RFC 8785's.
//!
//! `schema.json` beside this file says the nodes, marks, attributes and limits for readers that are not Rust; tests hold
//! this parser and the editor's schema to it. A document from outside comes in by [`Document::from_text`] or
//! [`Document::from_json`], one that a program built by [`Document::new`]; nothing else makes one, so whoever holds a
//! document need not check it, nor fear its depth: recursion over it is at most [`DEPTH_MAX`] deep.

mod check;
pub mod compare;
mod count;
mod error;
mod fixed;
#[cfg(feature = "generate")]
pub mod generate;
pub mod html;
mod marks;
mod mend;
pub mod numbering;
mod object;
pub mod outline;
mod parse;
mod rules;
pub mod suggestions;
pub mod text;
mod tree;
mod words;
mod write;

pub use error::{DocumentError, Reason};
pub use fixed::Fixed;
pub use marks::{Change, Mark, Marks};
pub use mend::Mended;
pub use rules::{ALT_MAX, HREF_MAX, ID_MAX, LINE_MAX, SRC_MAX, href};
pub use tree::{Block, Cell, Inline, InlineKind, Item, Record, Row, TaskItem};
pub use words::{Align, CalloutKind, Colour, Direction, ListStyle, Show};

use crate::canonical;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::{collections::VecDeque, mem};

/// The version of the schema: the number in the document's own attributes.
pub const SCHEMA: u32 = 1;
/// Deepest nesting, in nodes below the document: about 22 lists in one another. The JSON stays within the 128 levels that
/// parsers take by default.
pub const DEPTH_MAX: usize = 48;
/// Most nodes, text nodes included.
pub const NODES_MAX: usize = 200_000;
/// Most text, in bytes of UTF-8: several thousand pages.
pub const TEXT_MAX: usize = 8 << 20;
/// Most of everything in attributes, in bytes; pictures kept as data are the bulk of it.
pub const BYTES_MAX: usize = 64 << 20;
/// Most columns of a table, and so of a cell.
pub const COLUMNS_MAX: u32 = 200;
/// Most rows a cell covers.
pub const ROWSPAN_MAX: u32 = 1_000;
/// Widest figure or column, in CSS pixels.
pub const WIDTH_MAX: u32 = 10_000;
/// The largest first number of a list.
pub const LIST_START_MAX: u32 = 999_999;
/// The longest pause, in seconds.
pub const PAUSE_MAX: u32 = 3_600;
/// A pause nobody set, in seconds.
pub const PAUSE_DEFAULT: u32 = 5;

/// A valid document. Text next to text with the same marks is one node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Document {
    blocks: Vec<Block>,
}

impl Document {
    /// A document of these blocks. Neighbouring texts with the same marks become one.
    ///
    /// # Errors
    /// The first thing that the schema refuses, with its place. Blocks nested thousands deep should not be built at all:
    /// they are refused here, but dropping them recurses.
    pub fn new(mut blocks: Vec<Block>) -> Result<Self, DocumentError> {
        check::check(&blocks)?;
        merge_texts(&mut blocks);
        Ok(Self { blocks })
    }

    /// A document with one empty paragraph: what the editor starts with.
    pub fn empty() -> Self {
        Self {
            blocks: vec![Block::paragraph(Vec::new())],
        }
    }

    /// Reads JSON text. Any input gives a document or an error, in time linear in its length and on a bounded stack.
    ///
    /// # Errors
    /// When it is not JSON, or not a document; the error says where.
    pub fn from_text(text: &str) -> Result<Self, DocumentError> {
        let value: Value = serde_json::from_str(text).map_err(|error| DocumentError {
            path: String::new(),
            reason: Reason::NotJson(error.to_string()),
        })?;
        Self::from_json(&value)
    }

    /// Reads a JSON value: every attribute must be there, nothing may be there that the schema does not name. The order of
    /// marks does not matter.
    ///
    /// # Errors
    /// The first thing that the schema refuses, with its place.
    pub fn from_json(value: &Value) -> Result<Self, DocumentError> {
        Self::new(parse::blocks(value, object::Reading::Strict)?)
    }

    /// Reads a JSON value in which attributes may be missing that have a default in the schema: Yjs does not keep those
    /// that are null, nor the document's own.
    ///
    /// # Errors
    /// As [`Document::from_json`].
    pub fn from_sparse_json(value: &Value) -> Result<Self, DocumentError> {
        Self::new(parse::blocks(value, object::Reading::Filling)?)
    }

    /// The document as `ProseMirror` writes it.
    pub fn to_json(&self) -> Value {
        write::document(&self.blocks)
    }

    /// The canonical text (RFC 8785): two documents are equal exactly when these are. What is hashed and signed.
    #[expect(
        clippy::missing_panics_doc,
        reason = "only numbers the canonical form refuses would, and there are none"
    )]
    pub fn canonical(&self) -> String {
        canonical::value_to_string(&self.to_json()).expect("a document holds no numbers but small whole ones")
    }

    /// The blocks at the top; at least one.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The blocks at the top, to change and make a document of again.
    pub fn into_blocks(self) -> Vec<Block> {
        self.blocks
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Makes one text of neighbouring texts with the same marks, everywhere in these blocks.
fn merge_texts(blocks: &mut [Block]) {
    for block in blocks {
        if let Some(inlines) = block.inlines_mut() {
            merge_inlines(inlines);
        }
        for body in block.bodies_mut() {
            merge_texts(body);
        }
    }
}

fn merge_inlines(inlines: &mut Vec<Inline>) {
    let mut rest = VecDeque::from(mem::take(inlines));
    while let Some(mut next) = rest.pop_front() {
        if let InlineKind::Footnote(content) = &mut next.kind {
            merge_inlines(content);
        }
        let before = inlines.last_mut().filter(|before| before.marks == next.marks);
        match (before.map(|before| &mut before.kind), &next.kind) {
            (Some(InlineKind::Text(text)), InlineKind::Text(more)) => text.push_str(more),
            _ => inlines.push(next),
        }
    }
}

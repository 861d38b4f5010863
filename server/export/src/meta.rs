//! What stands beside a document's tree and goes into a file with it.

use crate::Loss;
use domain::document::Document;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What a file says about the document as a whole. Everything is optional: a reader fills in what it finds, a writer
/// leaves out what is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The record's title; in headers and in the file's properties.
    pub title: String,
    /// Who wrote it, as it should be shown.
    pub author: String,
    /// The version's name, as it should be shown (`2.1`, `Draft 7`).
    pub version: String,
    /// The version's status, as it should be shown (`Approved`).
    pub status: String,
    /// The language of the text as a BCP 47 tag (`en-GB`, `ar`).
    pub language: String,
    /// When the document was made.
    pub created: Option<OffsetDateTime>,
    /// When the text last changed.
    pub modified: Option<OffsetDateTime>,
}

/// The bytes of the pictures a document shows, by the `src` of its figures. Writers tell the kind from the bytes.
pub type Attachments = BTreeMap<String, Vec<u8>>;

/// A remark beside a document. `from` and `to` are positions as `ProseMirror` counts them: the document's content begins at
/// 0, a text counts its UTF-16 code units, an atom 1, and each other node its content and 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Who remarked, as it should be shown.
    pub author: String,
    /// When.
    pub at: Option<OffsetDateTime>,
    /// The remark, in plain text; lines are paragraphs.
    pub text: String,
    /// Where the text remarked on begins.
    pub from: usize,
    /// Where it ends; `from` for a remark on a point.
    pub to: usize,
    /// Whether somebody marked it as done.
    pub resolved: bool,
    /// Answers, oldest first. Their `from` and `to` repeat those of the remark, and they have no answers themselves.
    pub replies: Vec<Comment>,
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it could not keep.
    pub losses: Vec<Loss>,
}

/// What a file held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The text.
    pub document: Document,
    /// What the file says about it.
    pub meta: Meta,
    /// The pictures that its figures show.
    pub attachments: Attachments,
    /// Remarks beside it, in the order of the file.
    pub comments: Vec<Comment>,
    /// What could not be kept.
    pub losses: Vec<Loss>,
}

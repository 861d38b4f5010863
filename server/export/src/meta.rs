//! What stands beside a document's tree and goes into a file with it.

use crate::Loss;
use domain::document::Document;
use std::collections::BTreeMap;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

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

impl Meta {
    /// What it says, by the names that Markdown's front matter and HTML's head use; what is empty is left out.
    pub(crate) fn named(&self) -> Vec<(&'static str, String)> {
        let time = |time: Option<OffsetDateTime>| time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default();
        let all = [
            ("title", self.title.clone()),
            ("author", self.author.clone()),
            ("version", self.version.clone()),
            ("status", self.status.clone()),
            ("lang", self.language.clone()),
            ("created", time(self.created)),
            ("modified", time(self.modified)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Takes a value by its name. Whether there is such a name, and the value is one of it.
    pub(crate) fn take(&mut self, name: &str, value: &str) -> bool {
        let moment = || OffsetDateTime::parse(value, &Rfc3339).ok();
        match name {
            "title" => value.clone_into(&mut self.title),
            "author" => value.clone_into(&mut self.author),
            "version" => value.clone_into(&mut self.version),
            "status" => value.clone_into(&mut self.status),
            "lang" => value.clone_into(&mut self.language),
            "created" => self.created = moment(),
            "modified" => self.modified = moment(),
            _ => return false,
        }
        match name {
            "created" => self.created.is_some(),
            "modified" => self.modified.is_some(),
            _ => true,
        }
    }

    /// The loss of all that it says, in a format that has no place for it.
    pub(crate) fn left_out(&self) -> Option<Loss> {
        let names: Vec<&str> = self.named().into_iter().map(|(name, _)| name).collect();
        let what = || format!("what is said about it was left out: {}", names.join(", "));
        (!names.is_empty()).then(|| Loss::new(BESIDE, what()))
    }
}

/// The place of a loss that is not in the text.
const BESIDE: &str = "beside the text";

/// The loss of remarks, in a format that has no place for them; docx alone has one.
pub fn comments_left_out(comments: &[Comment]) -> Option<Loss> {
    let count: usize = comments.iter().map(|comment| 1 + comment.replies.len()).sum();
    let what = || match count {
        1 => "a comment was left out".to_owned(),
        _ => format!("{count} comments were left out"),
    };
    (count > 0).then(|| Loss::new(BESIDE, what()))
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

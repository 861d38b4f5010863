//! Why something is no document, and where.

use std::fmt;

/// Why a value or a tree is no document of this schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", if path.is_empty() { "the document" } else { path })]
pub struct DocumentError {
    /// Names and indexes from the top, joined by slashes: `content/3/attrs/level`. Empty for the whole.
    pub path: String,
    /// What is wrong there.
    pub reason: Reason,
}

/// What is wrong at a place of a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The text is not JSON; the parser's words.
    #[error("this is not JSON: {0}")]
    NotJson(String),
    /// A value of another type is needed.
    #[error("this must be {0}")]
    Expected(&'static str),
    /// The node or mark has a member of that name, and should not.
    #[error("there is nothing called “{0}” here")]
    Unknown(String),
    /// The member of that name is missing.
    #[error("“{0}” is missing")]
    Missing(&'static str),
    /// A node of that name cannot stand here.
    #[error("“{0}” cannot stand here")]
    Misplaced(String),
    /// A node without the content it needs.
    #[error("this needs content")]
    Empty,
    /// The same kind of mark is there already.
    #[error("this mark is there twice")]
    MarkTwice,
    /// A mark that cannot be on this text.
    #[error("this text cannot have the mark “{0}”")]
    MarkRefused(&'static str),
    /// An id that an earlier node has.
    #[error("an earlier node has this id")]
    IdTwice,
    /// Rows of a table that do not cover its rectangle exactly.
    #[error("the cells do not fill the table: {0}")]
    Ragged(&'static str),
    /// Nested deeper than [`super::DEPTH_MAX`].
    #[error("this is nested too deeply")]
    TooDeep,
    /// More nodes than [`super::NODES_MAX`].
    #[error("this has too many nodes")]
    TooManyNodes,
    /// More text than [`super::TEXT_MAX`] or more of everything than [`super::BYTES_MAX`].
    #[error("this is too long")]
    TooLong,
}

/// Where the reader is. It lives on the stack and becomes text only when something is wrong.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: Segment<'a>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The whole document.
    pub(super) const ROOT: Path<'static> = Path {
        parent: None,
        segment: Segment::Name(""),
    };

    /// A member of what is here.
    pub(super) fn name(&'a self, name: &'a str) -> Path<'a> {
        Path {
            parent: Some(self),
            segment: Segment::Name(name),
        }
    }

    /// An element of the list that is here.
    pub(super) fn index(&'a self, index: usize) -> Path<'a> {
        Path {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// This is wrong here.
    pub(super) fn error(&self, reason: Reason) -> DocumentError {
        DocumentError {
            path: self.to_string(),
            reason,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else {
            return Ok(());
        };
        parent.fmt(f)?;
        if parent.parent.is_some() {
            f.write_str("/")?;
        }
        match self.segment {
            Segment::Name(name) => f.write_str(name),
            Segment::Index(index) => write!(f, "{index}"),
        }
    }
}

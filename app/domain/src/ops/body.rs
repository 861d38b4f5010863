//! The body of a record, read: as a page shows it, and as the tree it is. It is written over a socket, not by an operation.

use crate::{RecordId, WorkspaceId, operation};
use serde::{Deserialize, Serialize};

/// A heading of a body, for a list of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyHeading {
    /// 1 to 6.
    pub level: u8,
    /// Its number, or empty.
    pub number: String,
    /// Its text; may be empty.
    pub title: String,
    /// The id it has on the page.
    pub anchor: String,
}

/// A body as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyView {
    /// HTML, made from the tree on the server: one `div`. Safe to put into a page as it is.
    pub html: String,
    /// How many words it has.
    pub words: u32,
    /// How many of them are said when it is read aloud: all but footnotes.
    pub said: u32,
    /// How long its pauses take together, in seconds.
    pub pauses: u32,
    /// Its headings, in order.
    pub headings: Vec<BodyHeading>,
}

/// Reads the body of a record as a page shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadBody {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(ReadBody => BodyView, "record.read", "Read a record's body as HTML",
    Query, Workspace, ReadRecords, Read, None, workspace = workspace);

/// A body as the tree it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyTree {
    /// Canonical JSON (RFC 8785) of the document, as a text: what versions, hashes and exports work on.
    pub document: String,
}

/// Takes out the body of a record as a tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeBody {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(TakeBody => BodyTree, "record.body", "Take out a record's body as JSON",
    Query, Workspace, ReadRecords, Heavy, Read, workspace = workspace);

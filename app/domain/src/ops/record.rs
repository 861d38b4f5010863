//! Records, as thin as they can be while everything below them is real: a title and a summary, each encrypted under the
//! record's own keys, behind row-level security, audited, with a revision. Types, fields and bodies come with packs.

use crate::{RecordId, WorkspaceId, operation, validate, validate::Check};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A record as a member sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordView {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub summary: String,
    /// Counts changes; a change names the revision it was made from.
    pub revision: u32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// Lists a workspace's records, last changed first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListRecords {
    /// The workspace.
    pub workspace: WorkspaceId,
}
operation!(ListRecords => Vec<RecordView>, "record.list", "List a workspace's records",
    Query, Workspace, ReadRecords, Read, None, workspace = workspace);

/// Reads a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(GetRecord => RecordView, "record.get", "Read a record",
    Query, Workspace, ReadRecords, Read, None, workspace = workspace);

/// Makes a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its title.
    pub title: String,
}
operation!(CreateRecord => RecordView, "record.create", "Make a record",
    Mutation, Workspace, WriteRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("title", validate::title(&op.title)).finish());

/// Renames a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenameRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
    /// The new title.
    pub title: String,
    /// The revision the change was made from.
    pub revision: u32,
}
operation!(RenameRecord => RecordView, "record.rename", "Rename a record",
    Mutation, Workspace, WriteRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("title", validate::title(&op.title)).finish());

/// Says what a record is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DescribeRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
    /// The new summary; empty takes it away.
    #[serde(default)]
    pub summary: String,
    /// The revision the change was made from.
    pub revision: u32,
}
operation!(DescribeRecord => RecordView, "record.describe", "Say what a record is about",
    Mutation, Workspace, WriteRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("summary", validate::summary(&op.summary)).finish());

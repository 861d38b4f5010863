//! Records: of a type from the workspace's pack, with a title and a summary, each encrypted under the record's own keys,
//! behind row-level security, audited, with a revision.

use crate::{
    AccountId, RecordId, WorkspaceId, operation,
    policy::{Item, Shelf},
    validate,
    validate::Check,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Rows on one page of the list.
pub const RECORD_PAGE_ROWS: u32 = 50;

/// A record as a member sees it: fields whose class the member's role does not see are empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordView {
    /// The record.
    pub id: RecordId,
    /// Its type's id.
    pub kind: String,
    /// Its state's id.
    pub state: String,
    /// Where it is kept.
    pub shelf: Shelf,
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

impl RecordView {
    /// The record, as the policy knows it.
    pub fn item(&self) -> Item<'_> {
        Item {
            kind: &self.kind,
            state: &self.state,
            shelf: self.shelf,
        }
    }
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordSort {
    /// Last changed first.
    #[default]
    Changed,
    /// By title.
    Title,
    /// Last made first.
    Made,
}

impl RecordSort {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Changed, Self::Title, Self::Made];

    /// The name in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Title => "title",
            Self::Made => "made",
        }
    }

    /// Reads [`RecordSort::word`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.word() == text)
    }
}

/// Which records to list. What is empty does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFilter {
    /// Words to find in the title, in any order.
    #[serde(default)]
    pub search: String,
    /// Only this type, by its id.
    #[serde(default)]
    pub kind: String,
    /// Only this state, by its id.
    #[serde(default)]
    pub state: String,
    /// Where they are kept.
    #[serde(default)]
    pub shelf: Shelf,
    /// In which order.
    #[serde(default)]
    pub sort: RecordSort,
    /// How many to leave out from the start.
    #[serde(default)]
    pub from: u32,
}

/// One record in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRow {
    /// The record.
    pub record: RecordView,
    /// Who changed it last, if a person did and is known still.
    #[serde(default)]
    pub changed_by: Option<Colleague>,
}

/// A person by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The account.
    pub account: AccountId,
    /// The name, as others read it.
    pub name: String,
}

/// How many records a type has on the shelf that is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    /// The type's id.
    pub kind: String,
    /// How many.
    pub records: u32,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPage {
    /// The rows.
    pub rows: Vec<RecordRow>,
    /// How many records fit the filter.
    pub found: u32,
    /// How many there are on the shelf, whatever the rest of the filter says.
    pub total: u32,
    /// The same for each type that has any.
    pub kinds: Vec<KindCount>,
    /// Where the next page begins, to be sent back as `from`.
    #[serde(default)]
    pub next: Option<u32>,
}

/// Lists a page of a workspace's records.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListRecords {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Which of them.
    #[serde(default)]
    pub filter: RecordFilter,
}
operation!(ListRecords => RecordPage, "record.list", "List a page of a workspace's records",
    Query, Workspace, ReadRecords, Read, None, workspace = workspace,
    validate = |op| Check::new()
        .field("search", validate::search(&op.filter.search))
        .field("kind", validate::optional_word(&op.filter.kind))
        .field("state", validate::optional_word(&op.filter.state))
        .finish());

impl ListRecords {
    /// The first page of what is at hand.
    pub fn first(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            filter: RecordFilter::default(),
        }
    }
}

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
    /// Its type's id; empty for the pack's first.
    #[serde(default)]
    pub kind: String,
    /// The template of its type that it begins with, by its id; empty for a blank page.
    #[serde(default)]
    pub template: String,
}
operation!(CreateRecord => RecordView, "record.create", "Make a record",
    Mutation, Workspace, CreateRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new()
        .field("title", validate::title(&op.title))
        .field("kind", validate::optional_word(&op.kind))
        .field("template", validate::optional_word(&op.template))
        .finish());

impl CreateRecord {
    /// A blank record of the pack's first type.
    pub fn blank(workspace: WorkspaceId, title: impl Into<String>) -> Self {
        Self {
            workspace,
            title: title.into(),
            kind: String::new(),
            template: String::new(),
        }
    }
}

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
    Mutation, Workspace, EditRecords, Write, Mutation, workspace = workspace,
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
    Mutation, Workspace, EditRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("summary", validate::summary(&op.summary)).finish());

/// Makes a copy of a record, in the first state of its type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DuplicateRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record to copy.
    pub record: RecordId,
}
operation!(DuplicateRecord => RecordView, "record.duplicate", "Make a copy of a record",
    Mutation, Workspace, CreateRecords, Write, Mutation, workspace = workspace);

/// Brings a record into another state, by one of its type's moves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
    /// The state to bring it into, by its id.
    pub state: String,
    /// The revision the change was made from.
    pub revision: u32,
}
operation!(MoveRecord => RecordView, "record.move", "Bring a record into another state",
    Mutation, Workspace, MoveRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("state", validate::word(&op.state)).finish());

/// Puts a record away: it is read, found in the archive, and not changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArchiveRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(ArchiveRecord => RecordView, "record.archive", "Put a record into the archive",
    Mutation, Workspace, ArchiveRecords, Write, Mutation, workspace = workspace);

/// Gets a record back from the archive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnarchiveRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(UnarchiveRecord => RecordView, "record.unarchive", "Get a record back from the archive",
    Mutation, Workspace, ArchiveRecords, Write, Mutation, workspace = workspace);

/// Puts a record into the trash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrashRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(TrashRecord => RecordView, "record.trash", "Put a record into the trash",
    Mutation, Workspace, TrashRecords, Write, Mutation, workspace = workspace);

/// Gets a record back from the trash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestoreRecord {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
}
operation!(RestoreRecord => RecordView, "record.restore", "Get a record back from the trash",
    Mutation, Workspace, TrashRecords, Write, Mutation, workspace = workspace);

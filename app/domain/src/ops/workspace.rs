//! Workspaces: one's own list, making one, its name, and what its pack lets one do there.

use crate::{
    WorkspaceId, operation,
    pack::{PackHead, RecordType, Role},
    policy::Actor,
    validate,
    validate::Check,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A workspace as a member sees it, with the rights that pages decide by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceView {
    /// The workspace.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// The kind of work it is for.
    pub pack: PackHead,
    /// The types of its records.
    pub types: Vec<RecordType>,
    /// The reader's role; none for the command line.
    #[serde(default)]
    pub role: Option<Role>,
    /// Counts changes; a change names the revision it was made from.
    pub revision: u32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl WorkspaceView {
    /// The reader, as the policy knows them.
    pub fn actor(&self) -> Actor<'_> {
        self.role.as_ref().map_or(Actor::Stranger, Actor::Member)
    }

    /// The type of an id.
    pub fn record_type(&self, id: &str) -> Option<&RecordType> {
        self.types.iter().find(|kind| kind.id == id)
    }
}

/// A workspace in the list of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceLine {
    /// The workspace.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What the kind of work is called.
    pub pack: String,
    /// What one's role is called.
    pub role: String,
}

/// Lists the packs a new workspace can have, the usual one first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListPacks {}
operation!(ListPacks => Vec<PackHead>, "pack.list", "List the kinds of work a workspace can be for",
    Query, Account, Own, Read, None);

/// Lists the workspaces one is a member of, by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListWorkspaces {}
operation!(ListWorkspaces => Vec<WorkspaceLine>, "workspace.list", "List one's workspaces", Query, Account, Own, Read, None);

/// Makes a workspace, with keys of its own; the maker answers for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateWorkspace {
    /// Its name.
    pub name: String,
    /// The kind of work it is for, by its pack's id; empty for the usual one.
    #[serde(default)]
    pub pack: String,
}
operation!(CreateWorkspace => WorkspaceView, "workspace.create", "Make a workspace",
    Mutation, Account, Own, Write, Mutation,
    validate = |op| Check::new()
        .field("name", validate::workspace_name(&op.name))
        .field("pack", validate::optional_word(&op.pack))
        .finish());

impl CreateWorkspace {
    /// A workspace for the usual kind of work.
    pub fn usual(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            pack: String::new(),
        }
    }
}

/// Reads a workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetWorkspace {
    /// The workspace.
    pub workspace: WorkspaceId,
}
operation!(GetWorkspace => WorkspaceView, "workspace.get", "Read a workspace",
    Query, Workspace, SeeWorkspace, Read, None, workspace = workspace);

/// Renames a workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenameWorkspace {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The new name.
    pub name: String,
    /// The revision the change was made from.
    pub revision: u32,
}
operation!(RenameWorkspace => WorkspaceView, "workspace.rename", "Rename a workspace",
    Mutation, Workspace, ManageWorkspace, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("name", validate::workspace_name(&op.name)).finish());

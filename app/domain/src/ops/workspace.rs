//! Workspaces: one's own list, making one, its name.

use crate::{WorkspaceId, operation, policy::Standing, validate, validate::Check};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A workspace as a member sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceView {
    /// The workspace.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// How the reader stands in it.
    pub standing: Standing,
    /// Counts changes; a change names the revision it was made from.
    pub revision: u32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Lists the workspaces one is a member of, by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListWorkspaces {}
operation!(ListWorkspaces => Vec<WorkspaceView>, "workspace.list", "List one's workspaces", Query, Account, Own, Read, None);

/// Makes a workspace, with keys of its own; the maker is its owner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateWorkspace {
    /// Its name.
    pub name: String,
}
operation!(CreateWorkspace => WorkspaceView, "workspace.create", "Make a workspace",
    Mutation, Account, Own, Write, Mutation,
    validate = |op| Check::new().field("name", validate::workspace_name(&op.name)).finish());

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

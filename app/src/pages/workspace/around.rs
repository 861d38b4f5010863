//! What stands around every page of the workspace: the person, their workspaces, the workspace they are in.

use crate::{Asking, Loaded, ask, refuse};
use domain::{
    Code, Problem, WorkspaceId,
    ops::{GetProfile, GetWorkspace, ListWorkspaces, Profile, WorkspaceLine, WorkspaceView},
    policy::Action,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};
use std::future::ready;

/// What the frame shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// The person.
    pub profile: Profile,
    /// Their workspaces, by name.
    pub workspaces: Vec<WorkspaceLine>,
    /// The workspace they are in, on pages that are in one.
    pub workspace: Option<WorkspaceView>,
}

impl Around {
    /// Whether the person may act so in the workspace they are in.
    pub fn may(&self, action: Action) -> bool {
        self.workspace
            .as_ref()
            .is_some_and(|workspace| workspace.actor().may(action))
    }
}

/// [`Around`] on its way; in context below the frames.
#[derive(Clone, Copy, Debug)]
pub struct AroundLoaded(pub Loaded);

/// Asks for everything around a page; `workspace` is the key of the workspace it is in, or empty.
pub fn ask_around(workspace: &str) -> Asking {
    let (profile, workspaces) = (ask(GetProfile {}), ask(ListWorkspaces {}));
    let workspace = match workspace.parse() {
        _ if workspace.is_empty() => Box::pin(ready(Ok("null".to_owned()))),
        Ok(workspace) => ask(GetWorkspace { workspace }),
        Err(_) => refuse(Code::NotFound),
    };
    Box::pin(async move {
        let (workspace, profile, workspaces) = (workspace.await?, profile.await?, workspaces.await?);
        Ok(format!(
            r#"{{"profile":{profile},"workspaces":{workspaces},"workspace":{workspace}}}"#
        ))
    })
}

/// The workspace of the address; `None` when it is not even an id.
pub fn use_workspace() -> Memo<Option<WorkspaceId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("workspace")?.parse().ok()))
}

/// The same as a key to load by; a word that is no id stays what it is, and is not found.
pub fn use_workspace_key() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("workspace")).unwrap_or_default())
}

/// An answer together with the workspace it is from.
///
/// # Errors
/// The answer's problem; not found for an address that is not even an id.
pub fn in_workspace<T>(
    answer: Result<T, Problem>,
    workspace: Option<WorkspaceId>,
) -> Result<(WorkspaceId, T), Problem> {
    let workspace = workspace.ok_or_else(|| Problem::new(Code::NotFound));
    answer.and_then(|answer| Ok((workspace?, answer)))
}

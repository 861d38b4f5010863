//! What stands around every page of the workspace: the person, their workspaces, the workspace they are in.

use crate::call;
use domain::{
    Code, Problem, WorkspaceId,
    ops::{GetProfile, GetWorkspace, ListWorkspaces, Profile, WorkspaceView},
    policy::{Action, Decision, decide},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

/// What the frame shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// The person.
    pub profile: Profile,
    /// Their workspaces, by name.
    pub workspaces: Vec<WorkspaceView>,
    /// The workspace they are in, on pages that are in one.
    pub workspace: Option<WorkspaceView>,
}

impl Around {
    /// Whether the person may act so in the workspace they are in.
    pub fn may(&self, action: Action) -> bool {
        self.workspace
            .as_ref()
            .is_some_and(|workspace| decide(Some(workspace.standing), action) == Decision::Allow)
    }
}

/// [`Around`] on its way; in context below the frames.
#[derive(Clone, Copy, Debug)]
pub struct AroundResource(pub Resource<Result<Around, Problem>>);

/// Asks for everything around a page outside of any workspace.
///
/// # Errors
/// What the server answers, above all that nobody is signed in.
pub async fn around_account() -> Result<Around, Problem> {
    let (profile, workspaces) = (call(GetProfile {}), call(ListWorkspaces {}));
    Ok(Around {
        profile: profile.await?,
        workspaces: workspaces.await?,
        workspace: None,
    })
}

/// Asks for everything around a page of a workspace.
///
/// # Errors
/// What the server answers; not found for an address that is not even an id.
pub async fn around_workspace(workspace: Option<WorkspaceId>) -> Result<Around, Problem> {
    let workspace = workspace.ok_or_else(|| Problem::new(Code::NotFound))?;
    let (profile, workspaces) = (call(GetProfile {}), call(ListWorkspaces {}));
    let workspace = call(GetWorkspace { workspace });
    Ok(Around {
        workspace: Some(workspace.await?),
        profile: profile.await?,
        workspaces: workspaces.await?,
    })
}

/// The workspace of the address; `None` when it is not even an id.
pub fn use_workspace() -> Memo<Option<WorkspaceId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("workspace")?.parse().ok()))
}

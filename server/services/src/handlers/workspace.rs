//! Workspaces.

use super::stale;
use crate::{
    Context, Event, Handle, Prepare,
    context::{Transaction, answered},
    failure::Failure,
    standing::role_of,
    vault::WORKSPACE_NAME,
};
use domain::{
    Code, Problem, WorkspaceId,
    ops::{CreateWorkspace, GetWorkspace, ListPacks, ListWorkspaces, RenameWorkspace, WorkspaceLine, WorkspaceView},
    pack::{Pack, PackHead, Role},
};
use std::sync::Arc;
use store::{
    Changed, Placement, Reason, Scoped, SystemTx, TenantTx, accounts,
    members::{self, Membership, Seat},
    workspaces,
};

/// Most workspaces of one owner: each has keys, and rows, that nobody may make without end.
const OWNED_MAX: usize = 50;
/// What stands in a list in place of what cannot be read.
const UNREADABLE: &str = "A workspace that cannot be opened now";

impl Handle for ListPacks {
    type Tx = SystemTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<Vec<PackHead>, Failure> {
        Ok(cx.services.inner.packs.heads())
    }
}

impl Handle for ListWorkspaces {
    type Tx = SystemTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<Vec<WorkspaceLine>, Failure> {
        let account = cx.person()?.account;
        let mut lines = Vec::new();
        for membership in members::of_account(&mut cx.tx, account).await? {
            if membership.seat.suspended {
                continue;
            }
            cx.tx.enter(&membership.placement, Some(account)).await?;
            lines.push(cx.line(&membership).await?);
        }
        cx.tx.enter(&Placement::house(), Some(account)).await?;
        lines.sort_by_cached_key(|line| (line.name.to_lowercase(), line.id));
        Ok(lines)
    }
}

impl Context<'_, SystemTx> {
    /// The workspace the transaction has entered, as a line of its member's list. One whose key or pack is missing must
    /// not hide the others; opening it says what is wrong.
    async fn line(&mut self, membership: &Membership) -> Result<WorkspaceLine, Failure> {
        let id = membership.placement.workspace;
        let name = match self.named_workspace().await {
            Ok((_, name)) => name,
            Err(failure) if failure.problem.code == Code::Unavailable => UNREADABLE.to_owned(),
            Err(failure) => return Err(failure),
        };
        let pack = self.services.pack(&membership.pack).ok();
        Ok(WorkspaceLine {
            id,
            name,
            role: pack
                .as_ref()
                .map(|pack| role_of(pack, &membership.seat).name)
                .unwrap_or_default(),
            pack: pack.map_or_else(|| membership.pack.clone(), |pack| pack.name.clone()),
        })
    }
}

/// Refuses to whoever owns as many workspaces as one may.
fn room_for_one_more(memberships: &[Membership]) -> Result<(), Problem> {
    let owned = memberships.iter().filter(|membership| membership.seat.owned);
    if owned.count() < OWNED_MAX {
        return Ok(());
    }
    Err(Problem::field(
        "name",
        format!("You own {OWNED_MAX} workspaces, which is the most for one account."),
    ))
}

/// What was found out and made before the transaction.
pub struct Founding {
    /// The new workspace's id; its key is kept already.
    workspace: WorkspaceId,
    pack: Arc<Pack>,
    role: Role,
}

impl Handle for CreateWorkspace {
    type Tx = SystemTx;
    type Prepared = Founding;
    const REASON: Reason = Reason::FoundWorkspace;
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Founding, Problem> {
        let account = cx.person()?.account;
        let packs = &cx.services.inner.packs;
        let pack = match self.pack.as_str() {
            "" => packs.usual(),
            id => packs.get(id),
        };
        let pack = pack.ok_or_else(|| Problem::field("pack", "Choose one of the list."))?;
        let role = pack.owning_role().ok_or_else(crate::failure::internal)?;
        let mut tx = cx.services.inner.system(Reason::FoundWorkspace).await?;
        let memberships = answered(members::of_account(&mut tx, account).await)?;
        answered(tx.finish().await)?;
        // Looked at again when nobody else can add to them; here, so that no key is made in vain.
        room_for_one_more(&memberships)?;
        let workspace = WorkspaceId(cx.services.inner.random_id());
        cx.services.inner.keyring.make_workspace_key(workspace).await?;
        Ok(Founding {
            workspace,
            pack: Arc::clone(pack),
            role: role.clone(),
        })
    }

    async fn handle(self, founding: Founding, cx: &mut Context<'_, SystemTx>) -> Result<WorkspaceView, Failure> {
        let Founding { workspace, pack, role } = founding;
        let account = cx.person()?.account;
        if !accounts::hold(&mut cx.tx, account).await? {
            return Err(Code::SignedOut.into());
        }
        room_for_one_more(&members::of_account(&mut cx.tx, account).await?)?;
        let (placement, at) = (Placement::shared(workspace), cx.at);
        let name = self.name.trim();
        cx.tx.enter(&placement, Some(account)).await?;
        members::place(&mut cx.tx, &placement, &pack.id, at).await?;
        // The name's data key belongs to the workspace's row, so the row is there before its name can be sealed.
        let (sealed, key) = cx
            .vault
            .seal_first(&cx.tx, WORKSPACE_NAME, workspace.0, name.as_bytes())
            .await?;
        workspaces::insert(&mut cx.tx, &sealed, at).await?;
        cx.vault.keep_first(&mut cx.tx, key).await?;
        members::insert(&mut cx.tx, account, &Seat::in_role(&role.id, role.owner), at).await?;
        let event = Event::on("workspace", &workspace)
            .change("name", None, Some(name))
            .change("pack", None, Some(&pack.id));
        cx.record(event).await?;
        cx.tx.enter(&Placement::house(), Some(account)).await?;
        Ok(WorkspaceView {
            id: workspace,
            name: name.to_owned(),
            pack: pack.head(),
            types: pack.types.clone(),
            role: Some(role),
            revision: 1,
            created_at: at,
        })
    }
}

impl Handle for GetWorkspace {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<WorkspaceView, Failure> {
        cx.view().await
    }
}

impl Handle for RenameWorkspace {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<WorkspaceView, Failure> {
        let before = cx.view().await?;
        let (id, name) = (self.workspace, self.name.trim());
        let sealed = cx.seal(WORKSPACE_NAME, id.0, id.0, name.as_bytes()).await?;
        match workspaces::rename(&mut cx.tx, &sealed, self.revision, cx.at).await? {
            Changed::Done(revision) => {
                cx.record(Event::on("workspace", &id).change("name", Some(&before.name), Some(name)))
                    .await?;
                Ok(WorkspaceView {
                    name: name.to_owned(),
                    revision,
                    ..before
                })
            }
            Changed::Stale(_) => {
                let now = cx.view().await?;
                Err(stale(&format!("The workspace is called “{}” now.", now.name)).into())
            }
            Changed::Missing => Err(Code::NotFound.into()),
        }
    }
}

impl Context<'_, TenantTx> {
    /// The workspace the transaction is in, as the actor sees it.
    async fn view(&mut self) -> Result<WorkspaceView, Failure> {
        let (row, name) = self.named_workspace().await?;
        let pack = self.own_pack()?;
        Ok(WorkspaceView {
            id: row.id,
            name,
            pack: pack.head(),
            types: pack.types.clone(),
            role: self.standing.role().cloned(),
            revision: row.revision,
            created_at: row.created_at,
        })
    }

    /// The pack of the workspace the transaction is in.
    pub(super) fn own_pack(&self) -> Result<Arc<Pack>, Problem> {
        let id = self.pack.ok_or_else(|| Problem::new(Code::NotFound))?;
        self.services.pack(id)
    }
}

impl<Tx: Transaction> Context<'_, Tx> {
    /// The row and the name of the workspace the transaction is in.
    pub(super) async fn named_workspace(&mut self) -> Result<(workspaces::Workspace, String), Failure> {
        let row = workspaces::get(&mut self.tx).await?.ok_or(Code::NotFound)?;
        let name = self.open(WORKSPACE_NAME, row.id.0, row.id.0, &row.name).await?;
        Ok((row, name))
    }
}

//! Workspaces.

use super::stale;
use crate::{Context, Event, Handle, Prepare, Transaction, context::answered, failure::Failure, vault::WORKSPACE_NAME};
use domain::{
    Code, Problem, WorkspaceId,
    ops::{CreateWorkspace, GetWorkspace, ListWorkspaces, RenameWorkspace, WorkspaceView},
    policy::{Decision, Standing, decide},
};
use store::{Changed, Placement, Reason, Scoped, SystemTx, TenantTx, members, workspaces};

/// Most workspaces of one owner: each has keys, and rows, that nobody may make without end.
const OWNED_MAX: usize = 50;

impl Handle for ListWorkspaces {
    type Tx = SystemTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<Vec<WorkspaceView>, Failure> {
        let account = cx.person()?.account;
        let mut views = Vec::new();
        for membership in members::of_account(&mut cx.tx, account).await? {
            if decide(Some(membership.standing), domain::policy::Action::SeeWorkspace) != Decision::Allow {
                continue;
            }
            cx.tx.enter(&membership.placement, Some(account)).await?;
            match cx.view(membership.standing).await {
                Ok(view) => views.push(view),
                // One workspace whose key is missing must not hide the others; opening it says what is wrong.
                Err(failure) if failure.problem.code == Code::Unavailable => {
                    if let Some(row) = workspaces::get(&mut cx.tx).await? {
                        views.push(WorkspaceView {
                            id: row.id,
                            name: "A workspace that cannot be opened now".to_owned(),
                            standing: membership.standing,
                            revision: row.revision,
                            created_at: row.created_at,
                        });
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        cx.tx.enter(&Placement::house(), Some(account)).await?;
        views.sort_by_cached_key(|view| (view.name.to_lowercase(), view.id));
        Ok(views)
    }
}

impl Handle for CreateWorkspace {
    type Tx = SystemTx;
    /// The new workspace's id; its key is kept already.
    type Prepared = WorkspaceId;
    const REASON: Reason = Reason::FoundWorkspace;
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<WorkspaceId, Problem> {
        let account = cx.person()?.account;
        let mut tx = cx.services.inner.system(Reason::FoundWorkspace).await?;
        let memberships = answered(members::of_account(&mut tx, account).await)?;
        answered(tx.finish().await)?;
        let owned = memberships
            .iter()
            .filter(|membership| membership.standing == Standing::Owner);
        if owned.count() >= OWNED_MAX {
            return Err(Problem::field(
                "name",
                format!("You own {OWNED_MAX} workspaces, which is the most for one account."),
            ));
        }
        let workspace = WorkspaceId(cx.services.inner.random_id());
        cx.services.inner.keyring.make_workspace_key(workspace).await?;
        Ok(workspace)
    }

    async fn handle(self, workspace: WorkspaceId, cx: &mut Context<'_, SystemTx>) -> Result<WorkspaceView, Failure> {
        let account = cx.person()?.account;
        let (placement, at) = (Placement::shared(workspace), cx.at);
        let name = self.name.trim();
        cx.tx.enter(&placement, Some(account)).await?;
        members::place(&mut cx.tx, &placement, at).await?;
        // The name's data key belongs to the workspace's row, so the row is there before its name can be sealed.
        let (sealed, key) = cx
            .vault
            .seal_first(&cx.tx, WORKSPACE_NAME, workspace.0, name.as_bytes())
            .await?;
        workspaces::insert(&mut cx.tx, &sealed, at).await?;
        cx.vault.keep_first(&mut cx.tx, key).await?;
        members::insert(&mut cx.tx, account, Standing::Owner, at).await?;
        cx.record(Event::on("workspace", &workspace).change("name", None, Some(name)))
            .await?;
        cx.tx.enter(&Placement::house(), Some(account)).await?;
        Ok(WorkspaceView {
            id: workspace,
            name: name.to_owned(),
            standing: Standing::Owner,
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
        cx.view(cx.standing).await
    }
}

impl Handle for RenameWorkspace {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<WorkspaceView, Failure> {
        let before = cx.view(cx.standing).await?;
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
                let now = cx.view(cx.standing).await?;
                Err(stale(&format!("The workspace is called “{}” now.", now.name)).into())
            }
            Changed::Missing => Err(Code::NotFound.into()),
        }
    }
}

impl<Tx: Transaction> Context<'_, Tx> {
    /// The workspace the transaction is in, as a member sees it who stands so.
    async fn view(&mut self, standing: Standing) -> Result<WorkspaceView, Failure> {
        let row = workspaces::get(&mut self.tx).await?.ok_or(Code::NotFound)?;
        Ok(WorkspaceView {
            id: row.id,
            name: self.open(WORKSPACE_NAME, row.id.0, row.id.0, &row.name).await?,
            standing,
            revision: row.revision,
            created_at: row.created_at,
        })
    }
}

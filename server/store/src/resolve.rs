//! Whose request this is: session, membership and placement in one round trip, before any transaction.

use crate::{
    Db, Placement, Reason, StoreError,
    members::{Seat, schema, seat},
    sessions::{Found, Session},
};
use domain::{AccountId, SessionId, WorkspaceId};

/// What a session's token and a workspace's id resolve to.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The session and its account's state. Whether it is still alive is for the caller to say.
    pub found: Found,
    /// The account's place in the workspace that was asked for; `None` when it is no member, or none was asked for.
    pub seat: Option<Seat>,
    /// Where that workspace lives; `None` when there is none, or none was asked for.
    pub placement: Option<Placement>,
    /// That workspace's pack.
    pub pack: Option<String>,
    /// That workspace's count of changes of its members.
    pub epoch: Option<i64>,
}

/// Resolves a session's token, and with it a workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn session(
    db: &Db,
    token_hash: &[u8; 32],
    workspace: Option<WorkspaceId>,
) -> Result<Option<Resolved>, StoreError> {
    let connections = db.statements(Reason::Session);
    let mut connection = connections.lend().await?;
    let row = sqlx::query!(
        "select s.id, s.account_id, s.address, s.device, s.created_at, s.seen_at, s.proven_at, s.expires_at,
            a.verified_at as \"verified_at?\", m.standing as \"standing?\", m.role as \"role?\",
            m.suspended as \"suspended?\", p.pack as \"pack?\", p.epoch as \"epoch?\", p.workspace_id as \"workspace_id?\",
            p.cluster as \"cluster?\", p.schema as \"schema?\", p.bucket as \"bucket?\", p.key_store as \"key_store?\"
         from sessions s
         join accounts a on a.id = s.account_id
         left join placements p on p.workspace_id = $2
         left join members m on m.workspace_id = p.workspace_id and m.account_id = s.account_id
         where s.token_hash = $1",
        &token_hash[..],
        workspace.map(|workspace| workspace.0)
    )
    .fetch_optional(connection.patient())
    .await;
    let Some(row) = connections.answered(connection, row)? else {
        return Ok(None);
    };
    let placement = match (row.workspace_id, row.cluster, row.schema, row.bucket, row.key_store) {
        (Some(workspace), Some(cluster), Some(name), Some(bucket), Some(key_store)) => Some(Placement {
            workspace: WorkspaceId(workspace),
            cluster,
            schema: schema(name)?,
            bucket,
            key_store,
        }),
        _ => None,
    };
    Ok(Some(Resolved {
        found: Found {
            session: Session {
                id: SessionId(row.id),
                account: AccountId(row.account_id),
                address: row.address,
                device: row.device,
                created_at: row.created_at,
                seen_at: row.seen_at,
                proven_at: row.proven_at,
                expires_at: row.expires_at,
            },
            verified_at: row.verified_at,
        },
        seat: row
            .standing
            .map(|standing| seat(row.role, &standing, row.suspended.unwrap_or(true))),
        pack: row.pack,
        epoch: row.epoch,
        placement,
    }))
}

/// Where a workspace lives, and its pack, for callers without a session: the command line, the sealer.
///
/// # Errors
/// When the database does not answer.
pub async fn placement(
    db: &Db,
    reason: Reason,
    workspace: WorkspaceId,
) -> Result<Option<(Placement, String)>, StoreError> {
    let mut tx = db.system(reason, None).await?;
    let placed = crate::members::placed(&mut tx, workspace).await?;
    crate::Scoped::finish(tx).await?;
    Ok(placed)
}

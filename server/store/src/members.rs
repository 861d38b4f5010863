//! Who belongs to which workspace, and where each workspace lives.

use crate::{Placement, Schema, Scoped, StoreError, SystemTx, tx::conn};
use domain::{AccountId, WorkspaceId, policy::Standing};
use time::OffsetDateTime;

/// A membership of an account.
#[derive(Clone, Debug)]
pub struct Membership {
    /// How the account stands in the workspace.
    pub standing: Standing,
    /// Since when.
    pub since: OffsetDateTime,
    /// The workspace and where it lives.
    pub placement: Placement,
}

/// A member of the transaction's workspace.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// How it stands in the workspace.
    pub standing: Standing,
    /// The person's name, encrypted under the house's keys.
    pub name: Vec<u8>,
}

/// Keeps where a new workspace lives. The transaction must have [entered](SystemTx::enter) it.
///
/// # Errors
/// When the workspace is placed already, or the schema was never migrated ([`StoreError::Conflict`]).
pub async fn place(tx: &mut SystemTx, placement: &Placement, at: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into placements (workspace_id, cluster, schema, bucket, key_store, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        placement.workspace.0,
        placement.cluster,
        placement.schema.as_str(),
        placement.bucket,
        placement.key_store,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Where a workspace lives. A tenant's transaction sees its own workspace and those its actor belongs to.
///
/// # Errors
/// When the database does not answer.
pub async fn placement(tx: &mut impl Scoped, workspace: WorkspaceId) -> Result<Option<Placement>, StoreError> {
    let row = sqlx::query!(
        "select cluster, schema, bucket, key_store from placements where workspace_id = $1",
        workspace.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Placement {
            workspace,
            cluster: row.cluster,
            schema: schema(row.schema)?,
            bucket: row.bucket,
            key_store: row.key_store,
        })
    })
    .transpose()
}

/// Makes an account a member of the transaction's workspace. Answers false when it is one already.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut SystemTx,
    account: AccountId,
    standing: Standing,
    at: OffsetDateTime,
) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "insert into members (workspace_id, account_id, standing, since) values ($1, $2, $3, $4)
         on conflict (workspace_id, account_id) do nothing",
        workspace.0,
        account.0,
        standing.as_str(),
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How an account stands in the transaction's workspace; `None` for no member.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(tx: &mut impl Scoped, account: AccountId) -> Result<Option<Standing>, StoreError> {
    let workspace = tx.workspace();
    let text = sqlx::query_scalar!(
        "select standing from members where workspace_id = $1 and account_id = $2",
        workspace.0,
        account.0
    )
    .fetch_optional(conn(tx))
    .await?;
    text.as_deref().map(parse_standing).transpose()
}

/// The workspaces an account belongs to, oldest membership first. A tenant's transaction sees its actor's own only.
///
/// # Errors
/// When the database does not answer.
pub async fn of_account(tx: &mut impl Scoped, account: AccountId) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query!(
        "select m.standing, m.since, p.workspace_id, p.cluster, p.schema, p.bucket, p.key_store
         from members m join placements p on p.workspace_id = m.workspace_id
         where m.account_id = $1 order by m.since, m.workspace_id",
        account.0
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Membership {
                standing: parse_standing(&row.standing)?,
                since: row.since,
                placement: Placement {
                    workspace: WorkspaceId(row.workspace_id),
                    cluster: row.cluster,
                    schema: schema(row.schema)?,
                    bucket: row.bucket,
                    key_store: row.key_store,
                },
            })
        })
        .collect()
}

/// The members of the transaction's workspace with their names.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut impl Scoped) -> Result<Vec<Member>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select m.account_id, m.standing, a.name
         from members m join accounts a on a.id = m.account_id
         where m.workspace_id = $1 order by m.since, m.account_id",
        workspace.0
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Member {
                account: AccountId(row.account_id),
                standing: parse_standing(&row.standing)?,
                name: row.name,
            })
        })
        .collect()
}

pub(crate) fn parse_standing(text: &str) -> Result<Standing, StoreError> {
    Standing::parse(text).ok_or_else(|| StoreError::Bug(format!("unknown standing {text}")))
}

pub(crate) fn schema(name: String) -> Result<Schema, StoreError> {
    Schema::new(name).map_err(|error| StoreError::Bug(error.to_string()))
}

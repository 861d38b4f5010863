//! The workspace's own row: its name, encrypted.

use crate::{Changed, Scoped, StoreError, SystemTx, error::unsigned, tx::conn};
use domain::WorkspaceId;
use time::OffsetDateTime;

/// A workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name, encrypted.
    pub name: Vec<u8>,
    /// Counts changes.
    pub revision: u32,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// Makes the row of the workspace the transaction has [entered](SystemTx::enter).
///
/// # Errors
/// When it has one already ([`StoreError::Conflict`]).
pub async fn insert(tx: &mut SystemTx, name: &[u8], at: OffsetDateTime) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    sqlx::query!(
        "insert into workspaces (workspace_id, name, created_at, updated_at) values ($1, $2, $3, $3)",
        workspace.0,
        name,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// The transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn get(tx: &mut impl Scoped) -> Result<Option<Workspace>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select name, revision, created_at from workspaces where workspace_id = $1",
        workspace.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Workspace {
            id: workspace,
            name: row.name,
            revision: unsigned(row.revision)?,
            created_at: row.created_at,
        })
    })
    .transpose()
}

/// Sets the name of the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn rename(
    tx: &mut impl Scoped,
    name: &[u8],
    expected: u32,
    at: OffsetDateTime,
) -> Result<Changed, StoreError> {
    let workspace = tx.workspace();
    let expected = i32::try_from(expected).unwrap_or(i32::MAX);
    let done = sqlx::query_scalar!(
        "update workspaces set name = $2, revision = revision + 1, updated_at = $4
         where workspace_id = $1 and revision = $3 returning revision",
        workspace.0,
        name,
        expected,
        at
    )
    .fetch_optional(conn(tx))
    .await?;
    if let Some(revision) = done {
        return Ok(Changed::Done(unsigned(revision)?));
    }
    Ok(get(tx)
        .await?
        .map_or(Changed::Missing, |row| Changed::Stale(row.revision)))
}

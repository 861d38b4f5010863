//! Answers to mutations, kept under the key the client gave, so that a request sent twice is done once. They belong to
//! the transaction's workspace and actor.

use crate::{Scoped, StoreError, SystemTx, error::hash, tx::conn};
use domain::AccountId;
use time::OffsetDateTime;
use uuid::Uuid;

/// An answer given before.
#[derive(Clone, Debug)]
pub struct Given {
    /// SHA-256 of the request it answers; another request under the same key is refused.
    pub request_hash: [u8; 32],
    /// The answer, encrypted.
    pub response: Vec<u8>,
}

/// An answer to keep, and under which key.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// Who asked; `None` for a visitor.
    pub actor: Option<AccountId>,
    /// Hash of the key the client gave.
    pub key_hash: [u8; 32],
    /// What was asked, and the answer.
    pub given: Given,
    /// When it was answered.
    pub at: OffsetDateTime,
}

/// The answer that was given under a key, if one was.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    tx: &mut impl Scoped,
    actor: Option<AccountId>,
    key_hash: &[u8; 32],
) -> Result<Option<Given>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select request_hash, response from idempotency_keys
         where workspace_id = $1 and actor = $2 and key_hash = $3",
        workspace.0,
        actor_or_nil(actor),
        &key_hash[..]
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Given {
            request_hash: hash(row.request_hash)?,
            response: row.response,
        })
    })
    .transpose()
}

/// Keeps an answer. Waits for another transaction that is keeping one under the same key; answers false, and changes
/// nothing, when that one committed: the caller rolls back and gives the answer [`find`] finds.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut impl Scoped, new: &NewAnswer) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "insert into idempotency_keys (workspace_id, actor, key_hash, request_hash, response, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, actor, key_hash) do nothing",
        workspace.0,
        actor_or_nil(new.actor),
        &new.key_hash[..],
        &new.given.request_hash[..],
        new.given.response,
        new.at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sweeps answers given before a time, in all workspaces; answers how many, at most `limit` at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_older(tx: &mut SystemTx, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from idempotency_keys where ctid = any(array(select ctid from idempotency_keys where created_at < $1 limit $2)) and created_at < $1",
        before,
        i64::from(limit)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

/// A visitor has no account; the nil UUID stands for one in the key.
pub(crate) fn actor_or_nil(actor: Option<AccountId>) -> Uuid {
    actor.map_or(Uuid::nil(), |actor| actor.0)
}

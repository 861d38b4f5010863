//! Sessions: one row for each signed-in device. Tokens are kept as hashes only.

use crate::{Scoped, StoreError, SystemTx, tx::conn};
use domain::{AccountId, SessionId};
use time::OffsetDateTime;

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// SHA-256 of the token in the cookie.
    pub token_hash: [u8; 32],
    /// The network address it was begun from, encrypted.
    pub address: Vec<u8>,
    /// Browser and system, encrypted.
    pub device: Vec<u8>,
    /// When it is begun; also the first proof of identity.
    pub at: OffsetDateTime,
    /// When it ends at the latest.
    pub expires_at: OffsetDateTime,
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// The network address it was last seen from, encrypted.
    pub address: Vec<u8>,
    /// Browser and system, encrypted.
    pub device: Vec<u8>,
    /// When it was begun.
    pub created_at: OffsetDateTime,
    /// When it was last seen.
    pub seen_at: OffsetDateTime,
    /// When its owner last proved their identity.
    pub proven_at: OffsetDateTime,
    /// When it ends at the latest.
    pub expires_at: OffsetDateTime,
}

/// A session found by its token, with what deciding about it needs.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// When the account's address was proven, if it was.
    pub verified_at: Option<OffsetDateTime>,
}

/// Begins a session.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut SystemTx, new: &NewSession) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into sessions
            (id, account_id, token_hash, address, device, created_at, seen_at, proven_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $6, $7)",
        new.id.0,
        new.account.0,
        &new.token_hash[..],
        new.address,
        new.device,
        new.at,
        new.expires_at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Notes when and from where a session was last seen. A time before the one noted changes nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn touch(
    tx: &mut SystemTx,
    id: SessionId,
    at: OffsetDateTime,
    address: &[u8],
    device: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "update sessions set seen_at = $2, address = $3, device = $4 where id = $1 and seen_at < $2",
        id.0,
        at,
        address,
        device
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Gives a session a new token after a proof of identity; the old one is worthless. Answers false when there is no such
/// session any more.
///
/// # Errors
/// When the database does not answer.
pub async fn rotate(
    tx: &mut SystemTx,
    id: SessionId,
    token_hash: &[u8; 32],
    proven_at: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update sessions set token_hash = $2, proven_at = $3, seen_at = greatest(seen_at, $3) where id = $1",
        id.0,
        &token_hash[..],
        proven_at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The sessions of an account, last seen first. Expired ones that were not swept yet are among them.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut impl Scoped, account: AccountId) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query!(
        "select id, account_id, address, device, created_at, seen_at, proven_at, expires_at
         from sessions where account_id = $1 order by seen_at desc, id desc",
        account.0
    )
    .fetch_all(conn(tx))
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: SessionId(row.id),
            account: AccountId(row.account_id),
            address: row.address,
            device: row.device,
            created_at: row.created_at,
            seen_at: row.seen_at,
            proven_at: row.proven_at,
            expires_at: row.expires_at,
        })
        .collect())
}

/// Ends a session of an account. Answers false when the account has no such session.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke(tx: &mut impl Scoped, account: AccountId, id: SessionId) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "delete from sessions where id = $1 and account_id = $2",
        id.0,
        account.0
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the sessions of an account, all or all but one; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke_all_but(
    tx: &mut impl Scoped,
    account: AccountId,
    keep: Option<SessionId>,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from sessions where account_id = $1 and id is distinct from $2",
        account.0,
        keep.map(|id| id.0)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

/// Sweeps sessions that have ended: past their end, or not seen since `idle_before`. Answers how many, at most `limit` at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_expired(
    tx: &mut SystemTx,
    now: OffsetDateTime,
    idle_before: OffsetDateTime,
    limit: u32,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from sessions where ctid = any(array(select ctid from sessions where expires_at <= $1 or seen_at < $2 limit $3)) and (expires_at <= $1 or seen_at < $2)",
        now,
        idle_before,
        i64::from(limit)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

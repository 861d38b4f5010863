//! Single-use tokens from mails: proving an address, choosing a new password. Kept as hashes, bound to the address they
//! were sent to.

use crate::{StoreError, SystemTx, error::hash, tx::conn};
use domain::AccountId;
use time::OffsetDateTime;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Proves an address.
    Verify,
    /// Lets its bearer choose a new password.
    Reset,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }
}

/// A token to send.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub kind: Kind,
    /// SHA-256 of the token in the link.
    pub token_hash: [u8; 32],
    /// Whose it is.
    pub account: AccountId,
    /// The keyed hash of the address it is sent to.
    pub email_hash: [u8; 32],
    /// When it is made.
    pub at: OffsetDateTime,
    /// When it stops to work.
    pub expires_at: OffsetDateTime,
}

/// A token that was just used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// Whose it was.
    pub account: AccountId,
    /// The keyed hash of the address it was sent to, which is the account's address still.
    pub email_hash: [u8; 32],
}

/// Keeps a token.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut SystemTx, new: &NewToken) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into account_tokens (token_hash, account_id, kind, email_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        &new.token_hash[..],
        new.account.0,
        new.kind.as_str(),
        &new.email_hash[..],
        new.at,
        new.expires_at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Uses a token up. `None` when it was used, has expired, was voided, never existed, is for something else, or was sent
/// to an address that is not the account's any more. Of any number of redemptions at once, one gets it.
///
/// # Errors
/// When the database does not answer.
pub async fn redeem(
    tx: &mut SystemTx,
    kind: Kind,
    token_hash: &[u8; 32],
    now: OffsetDateTime,
) -> Result<Option<Redeemed>, StoreError> {
    let row = sqlx::query!(
        "update account_tokens t set used_at = $3
         from accounts a
         where t.token_hash = $1 and t.kind = $2 and t.used_at is null and t.expires_at > $3
            and a.id = t.account_id and a.email_hash = t.email_hash
         returning t.account_id, t.email_hash",
        &token_hash[..],
        kind.as_str(),
        now
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Redeemed {
            account: AccountId(row.account_id),
            email_hash: hash(row.email_hash)?,
        })
    })
    .transpose()
}

/// Voids the unused tokens of an account: after a newer one was sent, or the password was changed.
///
/// # Errors
/// When the database does not answer.
pub async fn void(tx: &mut SystemTx, account: AccountId, kind: Kind) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from account_tokens where account_id = $1 and kind = $2 and used_at is null",
        account.0,
        kind.as_str()
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Sweeps tokens past their end; answers how many, at most `limit` at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_expired(tx: &mut SystemTx, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from account_tokens where ctid = any(array(select ctid from account_tokens where expires_at <= $1 limit $2)) and expires_at <= $1",
        now,
        i64::from(limit)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

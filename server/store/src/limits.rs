//! Rate limits by the generic cell rate algorithm (GCRA): one row and one statement a key, no fsync.

use crate::{Db, Reason, StoreError, SystemTx, tx::conn};
use time::{Duration, OffsetDateTime};

/// How much is allowed: `burst` at once, and one more each `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many at once, from rest.
    pub burst: u32,
    /// How long until one more is allowed.
    pub interval: Duration,
}

/// Whether a request may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes; it has been counted.
    Allowed,
    /// No; it has not been counted. After this time one will be allowed.
    RetryAfter(Duration),
}

/// Counts a request against a limit. The key says whose and what for, and is hashed by the caller.
///
/// # Errors
/// When the database does not answer. The caller refuses the request then: a limiter that cannot count allows nothing.
pub async fn take(db: &Db, key: &[u8; 32], limit: Limit, now: OffsetDateTime) -> Result<Verdict, StoreError> {
    // GCRA: full_at is when the bucket will be empty again; a request moves it on by one interval, and is allowed while
    // it stays within burst intervals from now.
    let latest = now + limit.interval * limit.burst;
    // No bucket owes more than that. Where one seems to by more than nodes' clocks differ, a clock was set back: nobody is
    // locked out for as long. One request is allowed, and the bucket is full from now.
    let impossible = latest + limit.interval;
    let connections = db.statements(Reason::RateLimit);
    let mut connection = connections.lend().await?;
    let row = sqlx::query!(
        "with counted as (
            insert into rate_limits as r (key, full_at) values ($1, $3)
            on conflict (key) do update set full_at = least(greatest(r.full_at, $2) + ($3 - $2), $4)
            where greatest(r.full_at, $2) + ($3 - $2) <= $4 or r.full_at > $5
            returning full_at
         )
         select (select full_at from counted) as counted, (select full_at from rate_limits where key = $1) as before",
        &key[..],
        now,
        now + limit.interval,
        latest,
        impossible
    )
    .fetch_one(connection.patient())
    .await;
    let row = connections.answered(connection, row)?;
    if row.counted.is_some() {
        return Ok(Verdict::Allowed);
    }
    let before = row.before.unwrap_or(latest);
    Ok(Verdict::RetryAfter(
        (before + limit.interval - latest).max(Duration::SECOND),
    ))
}

/// How long until a key is at rest, without counting anything.
///
/// # Errors
/// When the database does not answer.
pub async fn owed(db: &Db, key: &[u8; 32], now: OffsetDateTime) -> Result<Duration, StoreError> {
    let connections = db.statements(Reason::RateLimit);
    let mut connection = connections.lend().await?;
    let full_at = sqlx::query_scalar!("select full_at from rate_limits where key = $1", &key[..])
        .fetch_optional(connection.patient())
        .await;
    let full_at = connections.answered(connection, full_at)?;
    Ok(full_at.map_or(Duration::ZERO, |at| (at - now).max(Duration::ZERO)))
}

/// Sweeps the rows of keys that have been at rest since `now`; answers how many, at most `limit` at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_rested(tx: &mut SystemTx, now: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from rate_limits where ctid = any(array(select ctid from rate_limits where full_at <= $1 limit $2)) and full_at <= $1",
        now,
        i64::from(limit)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

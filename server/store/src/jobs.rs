//! Queued work, such as mail. A job is queued in the transaction of the act that wants it; its payload is ciphertext and
//! is erased when the job is done or given up.

use crate::{Scoped, StoreError, SystemTx, error::unsigned, tx::conn};
use domain::{JobId, WorkspaceId};
use time::{Duration, OffsetDateTime};

/// A job to queue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What to do, such as `mail`.
    pub kind: String,
    /// With what, encrypted.
    pub payload: Vec<u8>,
    /// When it is queued.
    pub at: OffsetDateTime,
    /// When to do it at the earliest.
    pub run_at: OffsetDateTime,
}

/// A job in our hands until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The workspace it was queued in.
    pub workspace: WorkspaceId,
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// With what, encrypted.
    pub payload: Vec<u8>,
    /// How often it has been claimed, this time included.
    pub attempt: u32,
}

/// Queues a job in the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn enqueue(tx: &mut impl Scoped, new: &NewJob) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    sqlx::query!(
        "insert into jobs (workspace_id, id, kind, payload, run_at, created_at) values ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        new.id.0,
        new.kind,
        new.payload,
        new.run_at,
        new.at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Claims jobs that are due, of all workspaces, for the length of a lease. A job whose lease has ended is claimed anew:
/// a worker that died loses nothing. Two workers never get the same.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(
    tx: &mut SystemTx,
    now: OffsetDateTime,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    let rows = sqlx::query!(
        "with due as (
            select workspace_id, id from jobs
            where state = 'queued' and run_at <= $1 and (leased_until is null or leased_until <= $1)
            order by run_at, id limit $3 for update skip locked
         )
         update jobs j set leased_until = $2, attempts = j.attempts + 1
         from due where j.workspace_id = due.workspace_id and j.id = due.id
         returning j.workspace_id, j.id, j.kind, j.payload, j.attempts",
        now,
        now + lease,
        i64::from(limit)
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Claimed {
                workspace: WorkspaceId(row.workspace_id),
                id: JobId(row.id),
                kind: row.kind,
                payload: row
                    .payload
                    .ok_or_else(|| StoreError::Bug("a queued job has no payload".to_owned()))?,
                attempt: unsigned(row.attempts)?,
            })
        })
        .collect()
}

/// How a job ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Dead,
}

/// The job is done; its payload is erased. Answers false when the lease had ended and somebody else has the job now.
///
/// # Errors
/// When the database does not answer.
pub async fn done(tx: &mut SystemTx, job: &Claimed, now: OffsetDateTime) -> Result<bool, StoreError> {
    end(tx, job, End::Done, now).await
}

/// The job is given up; its payload is erased. Answers false when the lease had ended and somebody else has the job now.
///
/// # Errors
/// When the database does not answer.
pub async fn dead(tx: &mut SystemTx, job: &Claimed, now: OffsetDateTime) -> Result<bool, StoreError> {
    end(tx, job, End::Dead, now).await
}

async fn end(tx: &mut SystemTx, job: &Claimed, end: End, now: OffsetDateTime) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update jobs set state = $4, payload = null, leased_until = null, finished_at = $5
         where workspace_id = $1 and id = $2 and attempts = $3 and state = 'queued'",
        job.workspace.0,
        job.id.0,
        i32::try_from(job.attempt).unwrap_or(i32::MAX),
        if end == End::Done { "done" } else { "dead" },
        now
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The job did not work out; it is due again at `at`. Answers false when the lease had ended and somebody else has the
/// job now.
///
/// # Errors
/// When the database does not answer.
pub async fn retry(tx: &mut SystemTx, job: &Claimed, at: OffsetDateTime) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update jobs set run_at = $4, leased_until = null
         where workspace_id = $1 and id = $2 and attempts = $3 and state = 'queued'",
        job.workspace.0,
        job.id.0,
        i32::try_from(job.attempt).unwrap_or(i32::MAX),
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sweeps the rows of jobs that ended before a time; answers how many, at most `limit` at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_finished(tx: &mut SystemTx, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from jobs where ctid = any(array(select ctid from jobs where state <> 'queued' and finished_at < $1 limit $2)) and state <> 'queued' and finished_at < $1",
        before,
        i64::from(limit)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

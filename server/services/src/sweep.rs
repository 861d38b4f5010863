//! Sweeping away what has expired: sessions, tokens, invitations, stored answers, rows of finished jobs, counters at rest.

use crate::{Services, actor::SESSION_IDLE, failure::Failure};
use domain::Problem;
use store::{Reason, Receipt, Scoped, Why, account_tokens, idempotency, invitations, jobs, limits, sessions};
use time::{Duration, OffsetDateTime};

/// A stored answer is given again this long.
const REPLAY_FOR: Duration = Duration::hours(24);
/// The row of a finished job is kept this long, without its payload.
const JOBS_FOR: Duration = Duration::days(30);
/// An invitation is shown as expired, and can be sent again, this long after its link has stopped to work. Then the address in
/// it goes, as does that of one that was taken up, declined or taken back.
const INVITATIONS_FOR: Duration = Duration::days(30);

/// What is swept.
#[derive(Clone, Copy, Debug)]
enum Table {
    Sessions,
    Tokens,
    Invitations,
    Replays,
    Jobs,
    Counters,
}

/// Most rows that go in one statement.
const BATCH_ROWS: u32 = 5_000;

impl Services {
    /// Sweeps once; answers how many rows went.
    ///
    /// # Errors
    /// When a table cannot be swept; the others are swept all the same.
    pub async fn sweep(&self) -> Result<u64, Problem> {
        let now = self.inner.clock.now();
        let mut swept = 0;
        let mut fault = None;
        for table in [
            Table::Sessions,
            Table::Tokens,
            Table::Invitations,
            Table::Replays,
            Table::Jobs,
            Table::Counters,
        ] {
            match self.sweep_table(table, now).await {
                Ok(rows) => swept += rows,
                Err(failure) => {
                    tracing::warn!(?table, problem = %failure.problem, "a table was not swept");
                    fault = Some(failure.problem);
                }
            }
        }
        fault.map_or(Ok(swept), Err)
    }

    /// In steps, each a transaction of its own, so that none outgrows the time a statement has, however much there is.
    async fn sweep_table(&self, table: Table, now: OffsetDateTime) -> Result<u64, Failure> {
        let mut swept = 0;
        loop {
            let rows = self.sweep_batch(table, now).await?;
            swept += rows;
            if rows < u64::from(BATCH_ROWS) {
                return Ok(swept);
            }
        }
    }

    async fn sweep_batch(&self, table: Table, now: OffsetDateTime) -> Result<u64, Failure> {
        let mut tx = self.inner.system(Reason::Jobs).await?;
        let swept = match table {
            Table::Sessions => sessions::delete_expired(&mut tx, now, now - SESSION_IDLE, BATCH_ROWS).await?,
            Table::Tokens => account_tokens::delete_expired(&mut tx, now, BATCH_ROWS).await?,
            Table::Invitations => invitations::delete_expired(&mut tx, now - INVITATIONS_FOR, BATCH_ROWS).await?,
            Table::Replays => idempotency::delete_older(&mut tx, now - REPLAY_FOR, BATCH_ROWS).await?,
            Table::Jobs => jobs::delete_finished(&mut tx, now - JOBS_FOR, BATCH_ROWS).await?,
            Table::Counters => limits::delete_rested(&mut tx, now, BATCH_ROWS).await?,
        };
        tx.commit(Receipt::Unaudited(Why::Sweep)).await?;
        Ok(swept)
    }
}

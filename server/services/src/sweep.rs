//! Sweeping away what has expired: sessions, tokens, stored answers, rows of finished jobs, counters at rest.

use crate::{Services, actor::SESSION_IDLE, failure::Failure};
use domain::Problem;
use store::{Reason, Receipt, Scoped, SystemTx, Why, account_tokens, idempotency, jobs, limits, sessions};
use time::{Duration, OffsetDateTime};

/// A stored answer is given again this long.
const REPLAY_FOR: Duration = Duration::hours(24);
/// The row of a finished job is kept this long, without its payload.
const JOBS_FOR: Duration = Duration::days(30);

impl Services {
    /// Sweeps once; answers how many rows went.
    ///
    /// # Errors
    /// When the database does not answer; nothing is swept then.
    pub async fn sweep(&self) -> Result<u64, Problem> {
        let now = self.inner.clock.now();
        let mut tx = self.inner.system(Reason::Jobs).await?;
        let swept = sweep_all(&mut tx, now).await.map_err(|failure| failure.problem)?;
        crate::context::answered(tx.commit(Receipt::Unaudited(Why::Sweep)).await)?;
        Ok(swept)
    }
}

async fn sweep_all(tx: &mut SystemTx, now: OffsetDateTime) -> Result<u64, Failure> {
    let mut swept = sessions::delete_expired(tx, now, now - SESSION_IDLE).await?;
    swept += account_tokens::delete_expired(tx, now).await?;
    swept += idempotency::delete_older(tx, now - REPLAY_FOR).await?;
    swept += jobs::delete_finished(tx, now - JOBS_FOR).await?;
    swept += limits::delete_rested(tx, now).await?;
    Ok(swept)
}

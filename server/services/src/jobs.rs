//! Queued work: mail. A job is queued in the transaction of the act that wants it, encrypted; here it is done, with
//! retries, and its payload is erased.

use crate::{
    Services,
    context::answered,
    failure::{Failure, internal},
    vault::{JOB_PAYLOAD, Vault},
};
use domain::{
    Problem,
    ports::{Mail, MailError, Mailer},
};
use std::sync::Arc;
use store::{
    Placement, Reason, Receipt, Scoped, SystemTx, Why,
    jobs::{self, Claimed},
    members,
};
use time::{Duration, OffsetDateTime};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
};

/// Sends a mail.
pub(crate) const MAIL: &str = "mail";
/// Does nothing, at the cost of a mail.
pub(crate) const NOTHING: &str = "nothing";
/// About how many bytes the payload of a mail has.
pub(crate) const USUAL_PAYLOAD: usize = 1_200;

/// Jobs under way at a time.
const AT_A_TIME: u32 = 8;
/// A job belongs to its worker this long; longer than any mail server is waited for.
const LEASE: Duration = Duration::minutes(5);
/// After so many tries a job is given up: the last is about a day and a half after the first.
const TRIES_MAX: u32 = 12;
/// The wait after the first try; each further one is four times as long.
const FIRST_WAIT: Duration = Duration::seconds(10);
/// The longest wait between tries.
const LONGEST_WAIT: Duration = Duration::hours(6);
/// How often the queue is looked at when nobody rings.
const POLL: std::time::Duration = std::time::Duration::from_secs(2);
/// How often what has expired is swept away.
const SWEEP_EVERY: Duration = Duration::minutes(10);

/// How a job ended.
enum End {
    Done,
    Again(OffsetDateTime),
    Dead,
}

impl Services {
    /// Does queued work until `stop` turns true, and sweeps now and then. What is under way then is finished first.
    pub async fn run_jobs(&self, mailer: Arc<dyn Mailer>, mut stop: watch::Receiver<bool>) {
        let mut swept_at = None;
        let mut under_way = JoinSet::new();
        while !*stop.borrow() {
            let now = self.inner.clock.now();
            if swept_at.is_none_or(|at| now - at >= SWEEP_EVERY) {
                swept_at = Some(now);
                if let Err(problem) = self.sweep().await {
                    tracing::warn!(%problem, "the sweep did not go through");
                }
            }
            match self.begin_due_jobs(&mut under_way, &mailer).await {
                Ok(0) => {}
                // There may be more.
                Ok(_) => continue,
                Err(problem) => tracing::warn!(%problem, "the queue did not answer"),
            }
            tokio::select! {
                () = self.inner.to_do.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                // There is room for another, however long the rest take.
                Some(ended) = under_way.join_next() => tell_if_broken(ended),
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while let Some(ended) = under_way.join_next().await {
            tell_if_broken(ended);
        }
    }

    /// Does the work that is due now, at most a batch; answers how many jobs there were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run_due_jobs(&self, mailer: &Arc<dyn Mailer>) -> Result<usize, Problem> {
        let mut under_way = JoinSet::new();
        let count = self.begin_due_jobs(&mut under_way, mailer).await?;
        while let Some(ended) = under_way.join_next().await {
            tell_if_broken(ended);
        }
        Ok(count)
    }

    /// Begins the work that is due now, as far as there is room beside what is under way; answers how many jobs it began.
    async fn begin_due_jobs(&self, under_way: &mut JoinSet<()>, mailer: &Arc<dyn Mailer>) -> Result<usize, Problem> {
        let room = AT_A_TIME.saturating_sub(u32::try_from(under_way.len()).unwrap_or(AT_A_TIME));
        if room == 0 {
            return Ok(0);
        }
        let mut tx = self.inner.system(Reason::Jobs).await?;
        let claimed = answered(jobs::claim(&mut tx, self.inner.clock.now(), LEASE, room).await)?;
        answered(tx.commit(Receipt::Unaudited(Why::JobState)).await)?;
        let count = claimed.len();
        for job in claimed {
            let (services, mailer) = (self.clone(), Arc::clone(mailer));
            under_way.spawn(async move {
                let end = services.run_job(&*mailer, &job).await;
                if let Err(failure) = services.end_job(&job, end).await {
                    // The lease ends, and the job is done again.
                    tracing::warn!(job = %job.id, problem = %failure.problem, "a job's end was not noted");
                }
            });
        }
        Ok(count)
    }

    async fn run_job(&self, mailer: &dyn Mailer, job: &Claimed) -> End {
        if job.kind == NOTHING {
            return End::Done;
        }
        let mail = match self.open_mail(job).await {
            Ok(Some(mail)) if job.kind == MAIL => mail,
            Ok(_) => {
                tracing::error!(job = %job.id, kind = job.kind, "a job that nobody can read is given up");
                return End::Dead;
            }
            // The key or the database is not there. The mail waits for it, however long.
            Err(failure) => {
                tracing::warn!(job = %job.id, problem = %failure.problem, "a job cannot be opened now");
                return End::Again(self.inner.clock.now() + wait(job.attempt));
            }
        };
        match mailer.send(&job.id.to_string(), &mail).await {
            Ok(()) => End::Done,
            Err(MailError::Transient) if job.attempt < TRIES_MAX => {
                tracing::info!(job = %job.id, attempt = job.attempt, "a mail did not go; it will be tried again");
                End::Again(self.inner.clock.now() + wait(job.attempt))
            }
            Err(error) => {
                tracing::error!(job = %job.id, attempt = job.attempt, %error, "a mail is given up");
                End::Dead
            }
        }
    }

    async fn open_mail(&self, job: &Claimed) -> Result<Option<Mail>, Failure> {
        let mut tx = self.enter_job(job).await?;
        let mut vault = Vault::new(&self.inner.keyring, self.inner.clock.now());
        let plain = vault
            .open(&mut tx, JOB_PAYLOAD, job.workspace.0, job.id.0, &job.payload)
            .await?;
        tx.finish().await?;
        let plain = zeroize::Zeroizing::new(plain);
        Ok(serde_json::from_slice(&plain).ok())
    }

    async fn end_job(&self, job: &Claimed, end: End) -> Result<(), Failure> {
        let mut tx = self.enter_job(job).await?;
        let now = self.inner.clock.now();
        let ours = match end {
            End::Done => jobs::done(&mut tx, job, now).await?,
            End::Again(at) => jobs::retry(&mut tx, job, at).await?,
            End::Dead => jobs::dead(&mut tx, job, now).await?,
        };
        if !ours {
            tracing::warn!(job = %job.id, "a job took longer than its lease");
        }
        Ok(tx.commit(Receipt::Unaudited(Why::JobState)).await?)
    }

    /// A transaction in the workspace a job was queued in.
    async fn enter_job(&self, job: &Claimed) -> Result<SystemTx, Failure> {
        let mut tx = self.inner.system(Reason::Jobs).await?;
        if job.workspace != domain::WorkspaceId::HOUSE {
            let placement: Placement = members::placement(&mut tx, job.workspace).await?.ok_or_else(internal)?;
            tx.enter(&placement, None).await?;
        }
        Ok(tx)
    }
}

fn tell_if_broken(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        // The error's text quotes the panic, which may quote content.
        tracing::error!(panicked = error.is_panic(), "a job broke");
    }
}

/// The wait after a try, counted from 1.
fn wait(attempt: u32) -> Duration {
    let factor = 4_i32.saturating_pow(attempt.saturating_sub(1).min(10));
    (FIRST_WAIT * factor).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_within_two_days() {
        assert_eq!(wait(1), Duration::seconds(10));
        assert_eq!(wait(2), Duration::seconds(40));
        assert_eq!(wait(20), LONGEST_WAIT);
        let all: Duration = (1..TRIES_MAX).map(wait).sum();
        assert!(all > Duration::hours(24) && all < Duration::hours(48), "{all}");
    }
}

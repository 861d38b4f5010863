//! The sealer: gives waiting events their positions in their workspace's Merkle tree, in batches, and signs a checkpoint
//! over each. A batch is one transaction: after a crash it is sealed whole, or waits as before.

use crate::{
    Services,
    failure::{Failure, internal},
};
use crypto::{Checkpoint, Frontier, checkpoint::log_origin, sign_checkpoint};
use domain::Problem;
use std::time::Duration;
use store::{
    Placement, Reason, Receipt, Scoped, SystemTx, Why,
    sealing::{self, Batch, Head, Node, Unsealed},
};
use time::OffsetDateTime;
use tokio::sync::watch;

/// Most events in one batch.
const BATCH_EVENTS: u32 = 1_000;
/// How long the sealer lets events gather after the first one rings.
const GATHER: Duration = Duration::from_millis(250);
/// How often it looks when nobody rings: another node may have written.
const POLL: Duration = Duration::from_secs(1);

impl Services {
    /// Seals until `stop` turns true, then once more.
    pub async fn run_sealer(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            self.seal_and_report().await;
            tokio::select! {
                () = self.inner.to_seal.notified() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(POLL) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        self.seal_and_report().await;
    }

    async fn seal_and_report(&self) {
        if let Err(problem) = self.seal_now().await {
            tracing::warn!(%problem, "the audit log was not sealed; the events wait");
        }
    }

    /// Seals everything that waits; answers how many events that were.
    ///
    /// # Errors
    /// When the database does not answer, or a log cannot be continued. The other workspaces are sealed all the same.
    pub async fn seal_now(&self) -> Result<u64, Problem> {
        let mut tx = self.inner.system(Reason::Seal).await?;
        let waiting = sealing::waiting(&mut tx).await.map_err(Failure::from);
        let ended = tx.finish().await.map_err(Failure::from);
        let waiting = waiting
            .and_then(|waiting| ended.map(|()| waiting))
            .map_err(|failure| failure.problem)?;
        let mut sealed = 0;
        let mut fault = None;
        for placement in waiting {
            loop {
                match self.seal_batch(&placement).await {
                    Ok(events) => {
                        sealed += u64::from(events);
                        if events < BATCH_EVENTS {
                            break;
                        }
                    }
                    Err(failure) => {
                        tracing::error!(workspace = %placement.workspace, problem = %failure.problem, "a log was not sealed");
                        fault = Some(failure.problem);
                        break;
                    }
                }
            }
        }
        fault.map_or(Ok(sealed), Err)
    }

    /// Seals one batch of a workspace; answers how many events it had.
    async fn seal_batch(&self, placement: &Placement) -> Result<u32, Failure> {
        let mut tx = self.inner.system(Reason::Seal).await?;
        tx.enter(placement, None).await?;
        // The lock comes first: two sealers take turns, and the second finds what the first left.
        let head = sealing::lock_head(&mut tx).await?;
        let events = sealing::take(&mut tx, BATCH_EVENTS).await?;
        let count = u32::try_from(events.len()).unwrap_or(BATCH_EVENTS);
        if events.is_empty() {
            tx.finish().await?;
            return Ok(0);
        }
        let batch = self.batch(&mut tx, head, events).await?;
        sealing::seal(&mut tx, &batch).await?;
        tx.commit(Receipt::Unaudited(Why::Sealing)).await?;
        Ok(count)
    }

    async fn batch(&self, tx: &mut SystemTx, before: Head, leaves: Vec<Unsealed>) -> Result<Batch, Failure> {
        let mut frontier = if before.frontier.is_empty() {
            Frontier::new()
        } else {
            Frontier::from_bytes(&before.frontier).map_err(|_| internal())?
        };
        if frontier.size() != before.size {
            tracing::error!("the head of an audit log is damaged");
            return Err(internal().into());
        }
        let nodes = leaves
            .iter()
            .flat_map(|leaf| frontier.append(leaf.leaf_hash))
            .map(|(node, hash)| Node {
                level: node.level,
                index: node.index,
                hash,
            })
            .collect();
        // Times of checkpoints go forward, even when the clock was set back.
        let now = self.inner.clock.now();
        let last = sealing::newest_checkpoint(tx)
            .await?
            .map(|checkpoint| checkpoint.signed_at);
        let signed_at = last.map_or(now, |last: OffsetDateTime| last.max(now));
        let checkpoint = Checkpoint {
            origin: log_origin(tx.workspace().0),
            size: frontier.size(),
            root: frontier.root(),
            time: signed_at,
        };
        let note = sign_checkpoint(&self.inner.signer, &checkpoint).map_err(|_| internal())?;
        Ok(Batch {
            before,
            leaves,
            nodes,
            frontier: frontier.to_bytes(),
            checkpoint: sealing::Checkpoint {
                size: checkpoint.size,
                note,
                signed_at,
            },
        })
    }
}

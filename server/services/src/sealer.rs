//! The sealer: gives waiting events their positions in their workspace's Merkle tree, in batches, and signs a checkpoint
//! over what waited. That is one transaction: after a crash it is sealed whole, or waits as before.

use crate::{
    Services,
    failure::{Failure, internal},
};
use crypto::{Checkpoint, Frontier, checkpoint::log_origin, open_checkpoint, sign_checkpoint};
use domain::{Code, Problem, WorkspaceId};
use std::time::Duration;
use store::{
    Placement, Reason, Receipt, Scoped, SystemTx, Why,
    sealing::{self, Batch, Head, Node, Unsealed},
};
use tokio::sync::watch;

/// Most events in one statement.
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
            match self.seal_workspace(&placement).await {
                Ok(events) => sealed += events,
                Err(failure) => {
                    tracing::error!(workspace = %placement.workspace, problem = %failure.problem, "a log was not sealed");
                    fault = Some(failure.problem);
                }
            }
        }
        fault.map_or(Ok(sealed), Err)
    }

    /// Seals what waits in a workspace, however much, under one checkpoint and in one transaction; answers how many
    /// events that were. (With a checkpoint after each batch, the later batches of an old backlog would be older than the
    /// checkpoint before them, which the verifier takes for backdating.)
    async fn seal_workspace(&self, placement: &Placement) -> Result<u64, Failure> {
        let mut tx = self.inner.system(Reason::Seal).await?;
        tx.enter(placement, None).await?;
        // The lock comes first: two sealers take turns, and the second finds what the first left.
        let mut before = sealing::lock_head(&mut tx).await?;
        let mut frontier = read_frontier(&before)?;
        let newest = self.last_statement(&mut tx, &frontier).await?;
        let first = before.size;
        loop {
            let leaves = sealing::take(&mut tx, BATCH_EVENTS).await?;
            if leaves.is_empty() && frontier.size() == first {
                tx.finish().await?;
                return Ok(0);
            }
            let more = leaves.len() as u64 == u64::from(BATCH_EVENTS);
            let nodes = grow(&mut frontier, &leaves);
            let checkpoint = if more {
                None
            } else {
                Some(self.sign(tx.workspace(), newest.as_ref(), &frontier)?)
            };
            let batch = Batch {
                before,
                leaves,
                nodes,
                frontier: frontier.to_bytes(),
                checkpoint,
            };
            sealing::seal(&mut tx, &batch).await?;
            if !more {
                tx.commit(Receipt::Unaudited(Why::Sealing)).await?;
                return Ok(frontier.size() - first);
            }
            before = Head {
                size: frontier.size(),
                frontier: batch.frontier,
            };
        }
    }

    /// What a log last stated of itself, once it is clear that our key signed it and that the stored tree bears it out: a
    /// log never signs what does not follow from what it signed (C2SP, tlog-checkpoint).
    async fn last_statement(&self, tx: &mut SystemTx, frontier: &Frontier) -> Result<Option<Checkpoint>, Failure> {
        let newest = self.newest_signed(tx).await?;
        let (size, root) = newest
            .as_ref()
            .map_or((0, Frontier::new().root()), |newest| (newest.size, newest.root));
        if size != frontier.size() || root != frontier.root() {
            tracing::error!("the stored tree of an audit log is not the one that was signed");
            return Err(internal().into());
        }
        Ok(newest)
    }

    /// The newest checkpoint of the transaction's workspace.
    ///
    /// # Errors
    /// When another key signed it, or the database does not answer.
    pub(crate) async fn newest_signed(&self, tx: &mut SystemTx) -> Result<Option<Checkpoint>, Failure> {
        let Some(stored) = sealing::newest_checkpoint(tx).await? else {
            return Ok(None);
        };
        let key = self
            .inner
            .signer
            .verifier_key(&log_origin(tx.workspace().0))
            .map_err(|_| internal())?;
        match open_checkpoint(&stored.note, &key) {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(error) => {
                tracing::error!(%error, "the newest checkpoint of an audit log is not signed by this server's key");
                Err(Problem::new(Code::Unavailable)
                    .with_detail("The audit log was signed by another key than this server's. Nothing was changed.")
                    .into())
            }
        }
    }

    fn sign(
        &self,
        workspace: WorkspaceId,
        newest: Option<&Checkpoint>,
        frontier: &Frontier,
    ) -> Result<sealing::Checkpoint, Failure> {
        // Times of checkpoints go forward, even when the clock was set back.
        let now = self.inner.clock.now();
        let signed_at = newest.map_or(now, |newest| newest.time.max(now));
        let checkpoint = Checkpoint {
            origin: log_origin(workspace.0),
            size: frontier.size(),
            root: frontier.root(),
            time: signed_at,
        };
        Ok(sealing::Checkpoint {
            size: checkpoint.size,
            note: sign_checkpoint(&self.inner.signer, &checkpoint).map_err(|_| internal())?,
            signed_at,
        })
    }
}

fn read_frontier(head: &Head) -> Result<Frontier, Failure> {
    let frontier = match head.frontier.as_slice() {
        [] => Some(Frontier::new()),
        bytes => Frontier::from_bytes(bytes).ok(),
    };
    frontier.filter(|frontier| frontier.size() == head.size).ok_or_else(|| {
        tracing::error!("the head of an audit log is damaged");
        internal().into()
    })
}

/// Puts leaves on a tree; answers the nodes this completes.
fn grow(frontier: &mut Frontier, leaves: &[Unsealed]) -> Vec<Node> {
    let complete = leaves.iter().flat_map(|leaf| frontier.append(leaf.leaf_hash));
    complete
        .map(|(node, hash)| Node {
            level: node.level,
            index: node.index,
            hash,
        })
        .collect()
}

//! Writes the logs of a workspace's open bodies: one writer for each workspace, so that what its rooms hand over within a
//! few milliseconds, or while much is written within [`APART`], is one transaction, while other workspaces write beside it.
//! Only what has committed is said to be kept.

use super::{
    events,
    journal::{self, Author, Journal, pack, row_hash, row_id},
    room::{Message, RoomSender},
};
use crate::{
    Services,
    failure::{Failure, internal},
    vault::{DOCUMENT_SNAPSHOT, DOCUMENT_UPDATES, Vault},
};
use bytes::Bytes;
use domain::RecordId;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use store::{
    FieldClass, Placement, Receipt, Scoped, TenantScope, Why,
    documents::{self, Snapshot, UpdateRow},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// How long the writer lets updates gather after the first, when it had nothing to do.
const GATHER: Duration = Duration::from_millis(2);
/// While much is written, transactions begin this far apart: each costs as much as dozens of rows, a row as much as a dozen
/// updates, and nobody sees that an edit is said to be kept a moment later.
const APART: Duration = Duration::from_millis(60);
/// From so many rows in a transaction on, much is written.
const MUCH: usize = 16;
/// How long after an update an event covers it, at the latest, while somebody is there.
const COVER_AFTER: Duration = Duration::from_secs(30);
/// When covering failed, it is tried again after this.
const COVER_AGAIN: Duration = Duration::from_secs(5);
/// A writer that had nothing to do for so long goes away.
const IDLE: Duration = Duration::from_mins(1);
/// Most that goes into one transaction, in messages.
const BATCH_MAX: usize = 4_096;

/// An update as a room hands it over.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The room's number of it.
    pub(crate) entry: u64,
    pub(crate) author: Arc<Author>,
    pub(crate) update: Bytes,
}

/// What a writer is asked to do, in this order.
pub(crate) enum Write {
    /// A room has loaded its body.
    Open(Box<Journal>, RoomSender),
    /// Keep these.
    Append(RecordId, Vec<Kept>),
    /// Keep a snapshot of everything up to an entry.
    Snapshot(RecordId, u64, Bytes),
    /// The room is over.
    Close(RecordId),
    /// Say when everything before this was done.
    Barrier(oneshot::Sender<()>),
}

/// A log that a room writes to.
struct Open {
    journal: Journal,
    room: RoomSender,
    /// When an event is to cover what waits.
    cover_at: Option<Instant>,
}

pub(crate) struct Writer {
    services: Services,
    scope: TenantScope,
    open: HashMap<RecordId, Open>,
    /// When the next transaction with updates is to begin at the earliest.
    next: Option<Instant>,
}

/// Updates of one record, in the order of its room.
type Appends = BTreeMap<RecordId, Vec<Kept>>;

/// The scope in which bodies are read and written: the room's, in which several people are.
pub(crate) fn body_scope(placement: Placement) -> TenantScope {
    TenantScope {
        placement,
        actor: None,
        classes: vec![FieldClass::Body],
    }
}

impl Writer {
    pub(crate) fn new(services: Services, placement: Placement) -> Self {
        Self {
            services,
            scope: body_scope(placement),
            open: HashMap::new(),
            next: None,
        }
    }

    /// Works until nothing came for a while.
    pub(crate) async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Write>) {
        loop {
            let wake = self.open.values().filter_map(|open| open.cover_at).min();
            let first = tokio::select! {
                biased;
                first = inbox.recv() => first,
                () = tokio::time::sleep_until(wake.unwrap_or_else(|| Instant::now() + IDLE)) => {
                    self.cover_due().await;
                    let editing = &self.services.inner.editing;
                    if self.open.is_empty() && editing.retire_writer(self.scope.placement.workspace, &inbox) {
                        return;
                    }
                    continue;
                }
            };
            let Some(first) = first else { return };
            if matches!(first, Write::Append(..)) {
                let soonest = Instant::now() + GATHER;
                tokio::time::sleep_until(self.next.map_or(soonest, |next| soonest.max(next))).await;
            }
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(next) = inbox.try_recv()
            {
                batch.push(next);
            }
            self.carry_out(batch).await;
            self.cover_due().await;
        }
    }

    async fn carry_out(&mut self, batch: Vec<Write>) {
        let mut appends = Appends::new();
        for write in batch {
            if let Write::Append(record, kept) = write {
                appends.entry(record).or_default().extend(kept);
                continue;
            }
            self.append(std::mem::take(&mut appends)).await;
            match write {
                Write::Open(journal, room) => self.begin(*journal, room),
                Write::Snapshot(record, upto, update) => self.snapshot(record, upto, &update).await,
                Write::Close(record) => self.close(record).await,
                Write::Barrier(done) => drop(done.send(())),
                Write::Append(..) => {}
            }
        }
        self.append(appends).await;
    }

    fn begin(&mut self, journal: Journal, room: RoomSender) {
        let cover_at = journal.waits().then(Instant::now);
        let open = Open {
            journal,
            room,
            cover_at,
        };
        self.open.insert(open.journal.record, open);
    }

    /// Keeps updates, all or none. A room whose updates were not kept is told so, and its log is not trusted any more.
    async fn append(&mut self, mut appends: Appends) {
        appends.retain(|record, kept| self.open.contains_key(record) && !kept.is_empty());
        if appends.is_empty() {
            return;
        }
        let kept = self.try_append(&appends).await;
        if let Err(failure) = &kept {
            tracing::error!(problem = %failure.problem, "updates were not kept; their rooms begin anew");
        }
        for (record, entries) in appends {
            let Some(open) = self.open.get_mut(&record) else {
                continue;
            };
            if kept.is_err() {
                let _ = open.room.send(Message::AppendFailed);
                self.open.remove(&record);
                continue;
            }
            let upto = entries.last().map_or(0, |last| last.entry);
            let _ = open.room.send(Message::Appended(upto));
            open.cover_at.get_or_insert_with(|| Instant::now() + COVER_AFTER);
            if open.journal.wants_snapshot() {
                let _ = open.room.send(Message::WantSnapshot);
            }
        }
    }

    async fn try_append(&mut self, appends: &Appends) -> Result<(), Failure> {
        let inner = &self.services.inner;
        let (at, began) = (journal::kept_time(inner.clock.now()), Instant::now());
        let mut tx = inner.db.begin(&self.scope).await?;
        let mut vault = Vault::new(&inner.keyring, at);
        let (mut rows, mut fresh) = (Vec::new(), Vec::new());
        for (record, entries) in appends {
            let Some(open) = self.open.get_mut(record) else {
                continue;
            };
            let journal = &mut open.journal;
            for run in runs(entries) {
                let updates: Vec<&[u8]> = run.iter().map(|kept| kept.update.as_ref()).collect();
                let (Some(last), Ok(count)) = (run.last(), u32::try_from(run.len())) else {
                    continue;
                };
                let plain = pack(&updates);
                let sequence = journal.next();
                let row = row_id(sequence);
                let content = vault.seal(&mut tx, DOCUMENT_UPDATES, record.0, row, &plain).await?;
                let row = UpdateRow {
                    sequence,
                    actor: last.author.account,
                    session: last.author.session,
                    at,
                    updates: count,
                    content,
                };
                journal.wait(&last.author, count, row_hash(*record, &row, &plain));
                journal.tail(plain.len());
                rows.push((*record, row));
            }
            // A run may end with an earlier update than the one before it: only all of them together hold all.
            if let Some(last) = entries.last() {
                journal.ends_with(last.entry);
            }
            if !std::mem::replace(&mut journal.marked, true) {
                fresh.push(*record);
            }
        }
        self.next = (rows.len() >= MUCH).then(|| began + APART);
        documents::append(&mut tx, FieldClass::Body, &rows, &fresh).await?;
        tx.commit(Receipt::Unaudited(Why::Editing)).await?;
        vault.committed();
        Ok(())
    }

    async fn snapshot(&mut self, record: RecordId, upto: u64, update: &[u8]) {
        let Some(open) = self.open.get_mut(&record) else {
            return;
        };
        let Some(sequence) = open.journal.row_of(upto) else {
            return;
        };
        let kept = keep_snapshot(&self.services, &self.scope, record, sequence, update).await;
        match kept {
            Ok(()) => open.journal.snapshot_is(update.len()),
            Err(failure) => tracing::warn!(problem = %failure.problem, "a snapshot was not kept; the log is"),
        }
    }

    /// A room is over: what it wrote is covered now.
    async fn close(&mut self, record: RecordId) {
        self.cover(record).await;
        self.open.remove(&record);
    }

    async fn cover_due(&mut self) {
        let now = Instant::now();
        let due = |open: &Open| open.cover_at.is_some_and(|at| at <= now);
        let records: Vec<RecordId> = self
            .open
            .iter()
            .filter(|(_, open)| due(open))
            .map(|(record, _)| *record)
            .collect();
        for record in records {
            self.cover(record).await;
        }
    }

    async fn cover(&mut self, record: RecordId) {
        let Some(open) = self.open.get_mut(&record) else {
            return;
        };
        match cover(&self.services, &self.scope, &mut open.journal).await {
            Ok(()) => open.cover_at = None,
            Err(failure) => {
                tracing::warn!(problem = %failure.problem, "a range of updates was not covered yet");
                open.cover_at = Some(Instant::now() + COVER_AGAIN);
                // The range may have been covered and only the answer lost: what comes next is marked again.
                open.journal.marked = false;
            }
        }
    }
}

/// The updates of each session, those of whoever was first in front: what is written together needs a row for each session
/// only. An update that refers to one in a row behind it waits for that wherever the log is read.
fn runs(entries: &[Kept]) -> Vec<Vec<&Kept>> {
    let mut runs: Vec<Vec<&Kept>> = Vec::new();
    for kept in entries {
        let session = kept.author.session;
        match runs.iter_mut().find(|run| run[0].author.session == session) {
            Some(run) => run.push(kept),
            None => runs.push(vec![kept]),
        }
    }
    runs
}

/// Puts what waits in a log on record: an event for each session, and which updates it covers, in one transaction.
pub(crate) async fn cover(services: &Services, scope: &TenantScope, journal: &mut Journal) -> Result<(), Failure> {
    let Some((first, last, waiting)) = journal.uncovered() else {
        return Ok(());
    };
    let inner = &services.inner;
    let at = inner.clock.now();
    let mut tx = inner.db.begin(scope).await?;
    let mut vault = Vault::new(&inner.keyring, at);
    let (mut ids, mut receipt) = (Vec::new(), None);
    for pending in waiting {
        let event = events::range(journal.record, first, last, pending);
        let (id, written) = events::write(inner, &mut tx, &mut vault, (&*pending.author).into(), event, at).await?;
        ids.push(id);
        receipt = Some(written);
    }
    documents::cover(&mut tx, journal.record, &journal.ranges(&ids)).await?;
    tx.commit(receipt.ok_or_else(internal)?.into()).await?;
    vault.committed();
    journal.is_covered();
    inner.to_seal.notify_one();
    Ok(())
}

async fn keep_snapshot(
    services: &Services,
    scope: &TenantScope,
    record: RecordId,
    sequence: u64,
    update: &[u8],
) -> Result<(), Failure> {
    let inner = &services.inner;
    let at = inner.clock.now();
    let mut tx = inner.db.begin(scope).await?;
    let mut vault = Vault::new(&inner.keyring, at);
    let row = row_id(sequence);
    let content = vault.seal(&mut tx, DOCUMENT_SNAPSHOT, record.0, row, update).await?;
    let snapshot = Snapshot { sequence, content };
    documents::keep_snapshot(&mut tx, record, FieldClass::Body, &snapshot, at).await?;
    tx.commit(Receipt::Unaudited(Why::Editing)).await?;
    vault.committed();
    Ok(())
}

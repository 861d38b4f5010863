//! Opening a body: the newest snapshot and the rows after it, decrypted and decoded off the async threads.

use super::{
    journal::{Author, Journal, row_hash, row_id, unpack},
    writer::body_scope,
};
use crate::{
    Services,
    failure::{Failure, internal},
    vault::{Column, DOCUMENT_SNAPSHOT, DOCUMENT_UPDATES, Vault},
};
use bytes::Bytes;
use collab::Body;
use crypto::DataKey;
use domain::{RecordId, RequestId, audit::Origin};
use std::{
    collections::{HashMap, hash_map},
    sync::Arc,
};
use store::{
    Placement, Scoped, TenantTx,
    documents::{self, Snapshot, UpdateRow},
};
use uuid::Uuid;

/// Rows that are read at a time.
const PAGE_ROWS: u32 = 1_000;
/// What the log says of the device when a crash took what was known of it.
const UNKNOWN_DEVICE: &str = "Not known: the server stopped before it was written down";

/// A body, and the journal of its log.
pub(crate) struct Loaded {
    pub(crate) body: Body,
    pub(crate) journal: Journal,
    /// How many bytes the body was read from, in the clear.
    pub(crate) bytes: usize,
}

/// A log as it stands in the database, with the keys that open it.
pub(super) struct Stored {
    snapshot: Option<Snapshot>,
    /// Rows after the snapshot, and before it those that no event covers.
    rows: Vec<UpdateRow>,
    covered: u64,
    keys: HashMap<u32, Arc<DataKey>>,
}

/// Reads a record's body.
///
/// # Errors
/// When database or key store do not answer, or what is stored is damaged.
pub(crate) async fn load(services: &Services, placement: Placement, record: RecordId) -> Result<Loaded, Failure> {
    let workspace = placement.workspace.0;
    let inner = &services.inner;
    let mut tx = inner.db.begin(&body_scope(placement)).await?;
    let mut vault = Vault::new(&inner.keyring, inner.clock.now());
    let stored = fetch(&mut tx, &mut vault, record).await?;
    tx.finish().await?;
    let services = services.clone();
    tokio::task::spawn_blocking(move || stored.open(&services, workspace, record))
        .await
        .map_err(|_| internal())?
}

pub(super) async fn fetch(tx: &mut TenantTx, vault: &mut Vault<'_>, record: RecordId) -> Result<Stored, Failure> {
    let snapshot = documents::snapshot(tx, record).await?;
    let covered = documents::covered(tx, record).await?;
    let mut after = snapshot.as_ref().map_or(0, |snapshot| snapshot.sequence).min(covered);
    let mut rows = Vec::new();
    loop {
        let mut page = documents::updates_after(tx, record, after, PAGE_ROWS).await?;
        let more = page.len() == PAGE_ROWS as usize;
        after = page.last().map_or(after, |last| last.sequence);
        rows.append(&mut page);
        if !more {
            break;
        }
    }
    let mut keys = HashMap::new();
    let sealed = snapshot.iter().map(|snapshot| (DOCUMENT_SNAPSHOT, &snapshot.content));
    for (column, content) in sealed.chain(rows.iter().map(|row| (DOCUMENT_UPDATES, &row.content))) {
        let version = crypto::sealed_key_version(content).map_err(|_| internal())?;
        if let hash_map::Entry::Vacant(vacant) = keys.entry(version) {
            vacant.insert(vault.key(tx, column, record.0, version).await?);
        }
    }
    Ok(Stored {
        snapshot,
        rows,
        covered,
        keys,
    })
}

impl Stored {
    /// Decrypts and decodes: pure computation, however much there is.
    pub(super) fn open(self, services: &Services, workspace: Uuid, record: RecordId) -> Result<Loaded, Failure> {
        let open =
            |column: Column, sequence: u64, content: &[u8]| self.plain(services, workspace, column, sequence, content);
        let from = self.snapshot.as_ref().map_or(0, |snapshot| snapshot.sequence);
        let last = self.rows.last().map_or(from, |row| row.sequence).max(from);
        let mut journal = Journal::new(record, last, self.covered);
        let snapshot = match &self.snapshot {
            Some(snapshot) => Some(Bytes::from(open(
                DOCUMENT_SNAPSHOT,
                snapshot.sequence,
                &snapshot.content,
            )?)),
            None => None,
        };
        let mut bytes = snapshot.as_ref().map_or(0, Bytes::len);
        journal.snapshot_is(bytes);
        let mut tail = Vec::new();
        for row in &self.rows {
            let plain = Bytes::from(open(DOCUMENT_UPDATES, row.sequence, &row.content)?);
            if row.sequence > self.covered {
                let hash = row_hash(record, row, &plain);
                journal.wait(&Arc::new(author(row)), row.updates, hash);
            }
            if row.sequence > from {
                journal.tail(plain.len());
                bytes += plain.len();
                let updates = unpack(&plain).ok_or_else(|| damaged(record))?;
                tail.extend(updates.into_iter().map(|update| plain.slice_ref(update)));
            }
        }
        let body = Body::open(snapshot.as_ref(), tail).map_err(|_| damaged(record))?;
        Ok(Loaded { body, journal, bytes })
    }

    fn plain(
        &self,
        services: &Services,
        workspace: Uuid,
        column: Column,
        sequence: u64,
        content: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let version = crypto::sealed_key_version(content).map_err(|_| internal())?;
        let key = self.keys.get(&version).ok_or_else(internal)?;
        let place = column.place(workspace, row_id(sequence), version);
        let opened = services.inner.keyring.open(key, &place, content);
        Ok(opened.map_err(|cause| crate::keyring::KeyFault::Wrong {
            workspace: domain::WorkspaceId(workspace),
            cause,
        })?)
    }
}

/// Who wrote a row, as far as the row says it.
fn author(row: &UpdateRow) -> Author {
    Author {
        account: row.actor,
        session: row.session,
        origin: Origin {
            address: String::new(),
            device: UNKNOWN_DEVICE.to_owned(),
        },
        request: RequestId(Uuid::nil()),
    }
}

fn damaged(record: RecordId) -> Failure {
    tracing::error!(%record, "the log of a body is damaged");
    internal().into()
}

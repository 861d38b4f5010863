//! What editing leaves in the audit log: ranges of updates, and refusals.

use super::{
    journal::{Author, Pending},
    writer::body_scope,
};
use crate::{
    Event, Services,
    context::openings_record,
    failure::{Failure, internal},
    services::Inner,
    trail::{self, Circumstances},
    vault::{AUDIT_OPENINGS, Vault},
};
use domain::{
    EventId, RecordId, RequestId,
    audit::{ActorKind, AuditActor, Origin},
};
use store::{EventReceipt, Placement, Scoped as _, TenantTx, audit};
use time::OffsetDateTime;

/// What an event of a range, or of a refused update, is called in the log.
pub(crate) const EDITED: &str = "record.edited";

/// The event of a session's updates in a range.
pub(crate) fn range(record: RecordId, first: u64, last: u64, pending: &Pending) -> Event {
    Event::on("record", &record)
        .change("updates", None, Some(&pending.updates().to_string()))
        .change("range", None, Some(&format!("{first}-{last}")))
        .change("digest", None, Some(&pending.digest()))
}

/// By whom something was done to a document.
#[derive(Clone, Copy)]
pub(crate) struct By<'a> {
    pub(crate) actor: AuditActor,
    pub(crate) request: RequestId,
    pub(crate) origin: &'a Origin,
}

impl<'a> From<&'a Author> for By<'a> {
    fn from(author: &'a Author) -> Self {
        Self {
            actor: AuditActor {
                kind: ActorKind::Account,
                account: Some(author.account),
            },
            request: author.request,
            origin: &author.origin,
        }
    }
}

/// Writes an event of editing.
pub(crate) async fn write(
    inner: &Inner,
    tx: &mut TenantTx,
    vault: &mut Vault<'_>,
    by: By<'_>,
    event: Event,
    at: OffsetDateTime,
) -> Result<(EventId, EventReceipt), Failure> {
    let workspace = tx.workspace();
    let id = EventId(inner.ordered_id(at));
    let target = event.target.clone();
    let written = trail::write(
        event,
        Circumstances {
            workspace,
            id,
            at,
            actor: by.actor,
            action: EDITED,
            request: by.request,
            origin: by.origin.clone(),
            salts: [inner.keyring.bytes(), inner.keyring.bytes()],
        },
    )
    .map_err(|_| internal())?;
    let openings = serde_json::to_vec(&written.openings).map_err(|_| internal())?;
    let owner = openings_record(workspace, written.actor.account);
    let openings = vault.seal(tx, AUDIT_OPENINGS, owner, id.0, &openings).await?;
    let (target_kind, target_id) = target.map(|target| (target.kind, target.id)).unzip();
    let new = audit::NewEvent {
        id,
        at,
        actor: written.actor.account,
        action: EDITED.to_owned(),
        target_kind,
        target_id,
        leaf: written.leaf,
        leaf_hash: written.leaf_hash,
        openings,
    };
    Ok((id, audit::append(tx, &new).await?))
}

/// Puts on record that somebody who may only read sent something to write.
pub(crate) async fn refused(
    services: &Services,
    placement: Placement,
    author: &Author,
    event: Event,
) -> Result<(), Failure> {
    let inner = &services.inner;
    let at = inner.clock.now();
    let mut tx = inner.db.begin(&body_scope(placement)).await?;
    let mut vault = Vault::new(&inner.keyring, at);
    let (_, receipt) = write(inner, &mut tx, &mut vault, author.into(), event, at).await?;
    tx.commit(receipt.into()).await?;
    vault.committed();
    inner.to_seal.notify_one();
    Ok(())
}

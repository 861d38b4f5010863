//! What editing leaves in the audit log: ranges of updates, and refusals.

use super::journal::{Author, Pending};
use crate::{
    Event,
    context::openings_record,
    failure::{Failure, internal},
    services::Inner,
    trail::{self, Circumstances},
    vault::{AUDIT_OPENINGS, Vault},
};
use domain::{
    EventId, RecordId,
    audit::{ActorKind, AuditActor},
};
use store::{EventReceipt, TenantTx, audit};
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

/// Writes an event by somebody at a document.
pub(crate) async fn write(
    inner: &Inner,
    tx: &mut TenantTx,
    vault: &mut Vault<'_>,
    author: &Author,
    event: Event,
    at: OffsetDateTime,
) -> Result<(EventId, EventReceipt), Failure> {
    use store::Scoped as _;
    let workspace = tx.workspace();
    let id = EventId(inner.ordered_id(at));
    let target = event.target.clone();
    let written = trail::write(
        event,
        Circumstances {
            workspace,
            id,
            at,
            actor: AuditActor {
                kind: ActorKind::Account,
                account: Some(author.account),
            },
            action: EDITED,
            request: author.request,
            origin: author.origin.clone(),
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

//! Bodies outside rooms, in a handler's own transaction: the first content of a new record, and reading.
//!
//! What is read is what is kept: an edit that is a few milliseconds old may be on its way still.

use super::{
    events::{self, By},
    journal::{self, Author, Journal, pack, row_hash, row_id},
    load,
};
use crate::{
    Actor, Context,
    context::origin,
    failure::{Failure, internal},
    vault::DOCUMENT_UPDATES,
};
use domain::{AccountId, FieldClass, RecordId, SessionId, document::Document};
use std::sync::Arc;
use store::{
    Scoped as _, TenantTx,
    documents::{self, UpdateRow},
};
use uuid::Uuid;

/// Writes the body of a new record: the first row of its log, covered by an event at once.
///
/// # Errors
/// When database or key store do not answer, or the record has a body already.
pub(crate) async fn plant(
    cx: &mut Context<'_, TenantTx>,
    record: RecordId,
    document: &Document,
) -> Result<(), Failure> {
    let inner = &cx.services.inner;
    let client = u64::from(u32::from_be_bytes(inner.keyring.bytes()));
    let update = collab::document::write(document, client);
    let at = journal::kept_time(cx.at);
    let mut journal = Journal::new(record, 0, 0);
    let sequence = journal.next();
    let plain = pack(&[update]);
    let content = cx.seal(DOCUMENT_UPDATES, record.0, row_id(sequence), &plain).await?;
    // The command line has no account and no session; the event says who it was.
    let (account, session) = match cx.actor {
        Actor::Person(person) => (person.account, person.session),
        Actor::Visitor | Actor::CommandLine => (AccountId(Uuid::nil()), SessionId(Uuid::nil())),
    };
    let row = UpdateRow {
        sequence,
        actor: account,
        session,
        at,
        updates: 1,
        content,
    };
    let author = Author {
        account,
        session,
        origin: origin(cx.caller),
        request: cx.caller.request,
    };
    let hash = row_hash(record, &row, &plain);
    journal.wait(&Arc::new(author), 1, hash);
    documents::append(&mut cx.tx, FieldClass::Body, &[(record, row)], &[]).await?;
    let (first, last, mut waiting) = journal.uncovered().ok_or_else(internal)?;
    let event = events::range(record, first, last, waiting.next().ok_or_else(internal)?);
    drop(waiting);
    let origin = origin(cx.caller);
    let by = By {
        actor: cx.actor.audited(),
        request: cx.caller.request,
        origin: &origin,
    };
    let (id, _) = events::write(inner, &mut cx.tx, &mut cx.vault, by, event, cx.at).await?;
    documents::cover(&mut cx.tx, record, &journal.ranges(&[id])).await?;
    Ok(())
}

/// Reads a body and does something with it, both off the async threads. What two people did at once can leave what the
/// schema does not allow; it is read as the editor mends it.
///
/// # Errors
/// When database or key store do not answer, or what is stored is damaged.
pub(crate) async fn with_body<T: Send + 'static>(
    cx: &mut Context<'_, TenantTx>,
    record: RecordId,
    then: impl FnOnce(Document) -> T + Send + 'static,
) -> Result<T, Failure> {
    let stored = load::fetch(&mut cx.tx, &mut cx.vault, record).await?;
    let (services, workspace) = (cx.services.clone(), cx.tx.workspace().0);
    let done = tokio::task::spawn_blocking(move || -> Result<T, Failure> {
        let mut loaded = stored.open(&services, workspace, record)?;
        let doc = loaded.body.doc().map_err(|_| internal())?;
        let tree = collab::document::read_json(&doc);
        Ok(then(Document::mended(&tree).document))
    });
    done.await.map_err(|_| internal())?
}

/// The body of a record as a tree.
///
/// # Errors
/// As [`with_body`].
pub(crate) async fn body_of(cx: &mut Context<'_, TenantTx>, record: RecordId) -> Result<Document, Failure> {
    with_body(cx, record, |document| document).await
}

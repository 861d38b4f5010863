//! The first rows that tests need, put in through the store's own functions. Ciphertext here is any bytes.

use domain::{AccountId, EventId, RecordId, WorkspaceId};
use std::sync::atomic::{AtomicU64, Ordering};
use store::{
    Db, FieldClass, Placement, Reason, Receipt, Scoped, TenantScope, Why, accounts,
    audit::{self, NewEvent},
    members::{self, Seat},
    records::NewRecord,
    workspaces,
};
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

/// The time test clocks begin at.
pub const EPOCH: OffsetDateTime = datetime!(2026-11-22 12:00:00 UTC);

/// The pack of test workspaces.
pub const PACK: &str = "therapy";
/// The role in it that answers for the workspace.
pub const OWNER: &str = "owner";

/// A record of the pack's first type, as new ones are.
pub fn draft(id: RecordId) -> NewRecord<'static> {
    NewRecord {
        id,
        kind: "script",
        state: "draft",
    }
}

/// A fresh id. Ids of one process come in rising order, like those of version 7 do.
pub fn id() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(1_795_348_800_000 + count, &bytes).into_uuid()
}

/// An account with a proven address.
///
/// # Panics
/// When the database does not take it.
pub async fn account(db: &Db) -> AccountId {
    let account = AccountId(id());
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(account.0.as_bytes());
    let new = accounts::NewAccount {
        id: account,
        email_hash: hash,
        email: b"sealed address".to_vec(),
        name: b"sealed name".to_vec(),
        password: "$argon2id$of$no$password".to_owned(),
        at: EPOCH,
    };
    let made = async {
        let mut tx = db.system(Reason::SignUp, None).await?;
        accounts::insert(&mut tx, &new).await?;
        accounts::set_verified(&mut tx, account, EPOCH).await?;
        tx.commit(Receipt::Unaudited(Why::KeyMaking)).await
    };
    made.await.unwrap_or_else(|error| panic!("no account: {error}"));
    account
}

/// A workspace in a schema, with an owner.
///
/// # Panics
/// When the database does not take it.
pub async fn tenant(db: &Db, owner: AccountId, schema: store::Schema) -> Placement {
    let placement = Placement {
        schema,
        ..Placement::shared(WorkspaceId(id()))
    };
    let made = async {
        let mut tx = db.system(Reason::FoundWorkspace, Some(owner)).await?;
        tx.enter(&placement, Some(owner)).await?;
        members::place(&mut tx, &placement, PACK, EPOCH).await?;
        workspaces::insert(&mut tx, b"sealed workspace name", EPOCH).await?;
        members::insert(&mut tx, owner, &Seat::in_role(OWNER, true), EPOCH).await?;
        let receipt = audit::append(&mut tx, &event(Some(owner), "workspace.create")).await?;
        tx.commit(receipt.into()).await
    };
    made.await.unwrap_or_else(|error| panic!("no workspace: {error}"));
    placement
}

/// A scope that sees everything in a workspace.
pub fn scope(placement: &Placement, actor: Option<AccountId>) -> TenantScope {
    TenantScope {
        placement: placement.clone(),
        actor,
        classes: FieldClass::ALL.to_vec(),
    }
}

/// An event to append. Its leaf and hashes are of the right form only.
pub fn event(actor: Option<AccountId>, action: &str) -> NewEvent {
    let id = EventId(id());
    let mut leaf_hash = [7; 32];
    leaf_hash[..16].copy_from_slice(id.0.as_bytes());
    NewEvent {
        id,
        at: EPOCH,
        actor,
        action: action.to_owned(),
        target_kind: Some("workspace".to_owned()),
        target_id: Some(id.to_string()),
        leaf: format!("{{\"id\":\"{id}\"}}"),
        leaf_hash,
        openings: b"sealed openings".to_vec(),
    }
}

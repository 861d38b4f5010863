//! Two tenants with a row in every table.

use domain::{AccountId, SessionId, WorkspaceId};
use sqlx::{AssertSqlSafe, PgConnection};
use store::{
    FieldClass, Placement, Reason, Receipt, Schema, Scoped, TenantTx, Why, account_tokens, attachments, data_keys,
    documents, idempotency, invitations, jobs, limits, records,
    sealing::{self, Batch, Checkpoint, Node},
    sessions,
};
use testkit::{EPOCH, TestDatabase, event, id, scope};
use time::Duration;

/// A tenant and its owner, who belongs to no other.
pub(crate) struct Tenant {
    pub(crate) placement: Placement,
    pub(crate) owner: AccountId,
}

impl Tenant {
    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.placement.workspace
    }
}

/// Two tenants, A and B.
pub(crate) async fn tenants(test: &TestDatabase) -> (Tenant, Tenant) {
    (tenant(test).await, tenant(test).await)
}

async fn tenant(test: &TestDatabase) -> Tenant {
    let db = &test.db;
    let owner = testkit::account(db).await;
    let placement = testkit::tenant(db, owner, Schema::shared()).await;
    let tenant = Tenant { placement, owner };
    content(test, &tenant).await;
    people(test, &tenant).await;
    seal_one(test, &tenant).await;
    tenant
}

async fn content(test: &TestDatabase, tenant: &Tenant) {
    let mut tx = test
        .db
        .begin(&scope(&tenant.placement, Some(tenant.owner)))
        .await
        .expect("begin");
    let record = domain::RecordId(id());
    let fields = FieldClass::ALL.map(|class| (class, b"sealed value".to_vec()));
    records::insert(&mut tx, testkit::draft(record), &fields, EPOCH)
        .await
        .expect("record");
    for class in ["record.title", "record.general", "record.body", "settings"] {
        let key = data_keys::DataKeyRow {
            record: record.0,
            class: class.to_owned(),
            version: 1,
            wrapped: vec![1],
        };
        assert!(data_keys::insert(&mut tx, &key, EPOCH).await.expect("key"));
    }
    document(&mut tx, tenant, record).await;
    let mut token_hash = [5; 32];
    token_hash[..16].copy_from_slice(record.0.as_bytes());
    let invitation = invitations::NewInvitation {
        id: domain::InvitationId(id()),
        email_hash: [4; 32],
        email: b"sealed address".to_vec(),
        role: testkit::OWNER.to_owned(),
        invited_by: Some(tenant.owner),
        link: invitations::NewLink {
            token_hash,
            at: EPOCH,
            expires_at: EPOCH + Duration::days(7),
        },
    };
    assert!(invitations::insert(&mut tx, &invitation).await.expect("invitation"));
    let job = jobs::NewJob {
        id: domain::JobId(id()),
        kind: "mail".to_owned(),
        payload: b"sealed mail".to_vec(),
        at: EPOCH,
        run_at: EPOCH,
    };
    jobs::enqueue(&mut tx, &job).await.expect("job");
    let answer = idempotency::NewAnswer {
        actor: Some(tenant.owner),
        key_hash: [2; 32],
        given: idempotency::Given {
            request_hash: [1; 32],
            response: b"sealed answer".to_vec(),
        },
        at: EPOCH,
    };
    assert!(idempotency::insert(&mut tx, &answer).await.expect("answer"));
    let receipt = store::audit::append(&mut tx, &event(Some(tenant.owner), "record.create"))
        .await
        .expect("event");
    tx.commit(receipt.into()).await.expect("commit");
}

/// A body with two updates, the first of them covered by an event, a snapshot, and a picture.
async fn document(tx: &mut TenantTx, tenant: &Tenant, record: domain::RecordId) {
    let session = SessionId(id());
    let row = |sequence| documents::UpdateRow {
        sequence,
        actor: tenant.owner,
        session,
        at: EPOCH,
        updates: 1,
        content: b"sealed updates".to_vec(),
    };
    documents::append(tx, FieldClass::Body, &[(record, row(1)), (record, row(2))], &[record])
        .await
        .expect("updates");
    let range = documents::Range {
        first: 1,
        last: 1,
        session,
        event: domain::EventId(id()),
    };
    documents::cover(tx, record, &[range]).await.expect("range");
    let snapshot = documents::Snapshot {
        sequence: 2,
        content: b"sealed document".to_vec(),
    };
    documents::keep_snapshot(tx, record, FieldClass::Body, &snapshot, EPOCH)
        .await
        .expect("snapshot");
    let picture = attachments::NewAttachment {
        id: domain::AttachmentId(id()),
        record,
        class: FieldClass::Body,
        kind: domain::ops::PictureKind::Png,
        size: 67,
        key: b"sealed key".to_vec(),
        content: b"sealed picture".to_vec(),
        at: EPOCH,
    };
    attachments::insert(tx, &picture).await.expect("picture");
    let copy = attachments::Sharing {
        id: domain::AttachmentId(id()),
        of: picture.id,
        key: None,
    };
    attachments::share(tx, record, &[copy], EPOCH).await.expect("a copy");
}

async fn people(test: &TestDatabase, tenant: &Tenant) {
    let mut tx = test.db.system(Reason::SignIn, None).await.expect("begin");
    let mut token_hash = [3; 32];
    token_hash[..16].copy_from_slice(tenant.owner.0.as_bytes());
    let session = sessions::NewSession {
        id: SessionId(id()),
        account: tenant.owner,
        token_hash,
        address: b"sealed address".to_vec(),
        device: b"sealed device".to_vec(),
        at: EPOCH,
        expires_at: EPOCH + Duration::days(30),
    };
    sessions::insert(&mut tx, &session).await.expect("session");
    let token = account_tokens::NewToken {
        kind: account_tokens::Kind::Reset,
        token_hash,
        account: tenant.owner,
        email_hash: [4; 32],
        at: EPOCH,
        expires_at: EPOCH + Duration::HOUR,
    };
    account_tokens::insert(&mut tx, &token).await.expect("token");
    tx.commit(Receipt::Unaudited(Why::SessionSeen)).await.expect("commit");
    let limit = limits::Limit {
        burst: 2,
        interval: Duration::SECOND,
    };
    limits::take(&test.db, &token_hash, limit, EPOCH).await.expect("count");
}

/// Seals one of the two events, so that leaves, nodes, heads and checkpoints have rows, and the queue keeps one.
async fn seal_one(test: &TestDatabase, tenant: &Tenant) {
    let mut tx = test.db.system(Reason::Seal, None).await.expect("begin");
    tx.enter(&tenant.placement, None).await.expect("enter");
    let before = sealing::lock_head(&mut tx).await.expect("head");
    let leaves = sealing::take(&mut tx, 1).await.expect("take");
    let batch = Batch {
        nodes: vec![Node {
            level: 0,
            index: 0,
            hash: leaves[0].leaf_hash,
        }],
        before,
        leaves,
        frontier: vec![1],
        checkpoint: Some(Checkpoint {
            size: 1,
            note: "note".to_owned(),
            signed_at: EPOCH,
        }),
    };
    sealing::seal(&mut tx, &batch).await.expect("seal");
    tx.commit(Receipt::Unaudited(Why::Sealing)).await.expect("commit");
}

/// Runs a statement that a test wrote; answers how many rows it touched.
pub(crate) async fn run(conn: &mut PgConnection, sql: &str) -> Result<u64, sqlx::Error> {
    Ok(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(conn)
        .await?
        .rows_affected())
}

/// The SQLSTATE of a refusal.
pub(crate) fn state<T>(result: &Result<T, sqlx::Error>) -> Option<String> {
    match result {
        Err(sqlx::Error::Database(error)) => error.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

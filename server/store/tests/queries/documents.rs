//! Logs of bodies: their order, snapshots, what is covered, and who sees them.

use domain::{EventId, RecordId, SessionId};
use store::{
    FieldClass, Placement, Reason, Receipt, Schema, Scoped, StoreError, TenantTx, Why,
    documents::{self, Range, Snapshot, UpdateRow},
    records,
};
use testkit::{EPOCH, TestDatabase, id, scope};

fn row(sequence: u64, session: SessionId) -> UpdateRow {
    UpdateRow {
        sequence,
        actor: domain::AccountId(id()),
        session,
        at: EPOCH,
        updates: 3,
        content: format!("sealed {sequence}").into_bytes(),
    }
}

async fn tenant(test: &TestDatabase) -> (Placement, RecordId) {
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let record = RecordId(id());
    let mut tx = begin(test, &placement).await;
    records::insert(&mut tx, testkit::draft(record), &[], EPOCH)
        .await
        .expect("record");
    keep(tx).await;
    (placement, record)
}

async fn begin(test: &TestDatabase, placement: &Placement) -> TenantTx {
    test.db.begin(&scope(placement, None)).await.expect("begin")
}

async fn keep(tx: TenantTx) {
    tx.commit(Receipt::Unaudited(Why::Editing)).await.expect("commit");
}

async fn waiting(test: &TestDatabase) -> Vec<RecordId> {
    let mut tx = test.db.system(Reason::Edit, None).await.expect("begin");
    let found = documents::waiting(&mut tx).await.expect("waiting");
    tx.finish().await.expect("finish");
    found.into_iter().map(|(_, record)| record).collect()
}

#[tokio::test]
async fn a_log_is_read_in_its_order_from_any_place() {
    let test = testkit::database().await;
    let (placement, record) = tenant(&test).await;
    let session = SessionId(id());
    let rows: Vec<_> = (1..=5).map(|sequence| (record, row(sequence, session))).collect();
    let mut tx = begin(&test, &placement).await;
    documents::append(&mut tx, FieldClass::Body, &rows[..2], &[record])
        .await
        .expect("rows");
    documents::append(&mut tx, FieldClass::Body, &rows[2..], &[])
        .await
        .expect("rows");
    keep(tx).await;
    let mut tx = begin(&test, &placement).await;
    let read = documents::updates_after(&mut tx, record, 1, 3).await.expect("rows");
    let expected: Vec<_> = rows[1..4].iter().map(|(_, row)| row.clone()).collect();
    assert_eq!(read, expected);
    assert_eq!(documents::last(&mut tx, record).await.expect("last"), 5);
    assert_eq!(documents::snapshot(&mut tx, record).await.expect("none"), None);
    for sequence in [3, 5] {
        let content = format!("document {sequence}").into_bytes();
        let snapshot = Snapshot { sequence, content };
        documents::keep_snapshot(&mut tx, record, FieldClass::Body, &snapshot, EPOCH)
            .await
            .expect("snapshot");
        assert_eq!(documents::snapshot(&mut tx, record).await.expect("one"), Some(snapshot));
    }
}

#[tokio::test]
async fn a_sequence_is_taken_once_and_nothing_of_a_refused_batch_stays() {
    let test = testkit::database().await;
    let (placement, record) = tenant(&test).await;
    let session = SessionId(id());
    let mut tx = begin(&test, &placement).await;
    documents::append(&mut tx, FieldClass::Body, &[(record, row(1, session))], &[record])
        .await
        .expect("a row");
    keep(tx).await;
    let mut tx = begin(&test, &placement).await;
    let again = [(record, row(2, session)), (record, row(1, session))];
    let refused = documents::append(&mut tx, FieldClass::Body, &again, &[]).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    tx.rollback().await.expect("rollback");
    let mut tx = begin(&test, &placement).await;
    assert_eq!(documents::last(&mut tx, record).await.expect("last"), 1);
}

#[tokio::test]
async fn what_no_range_covers_waits_and_is_found() {
    let test = testkit::database().await;
    let (placement, record) = tenant(&test).await;
    let (one, other) = (SessionId(id()), SessionId(id()));
    let mut tx = begin(&test, &placement).await;
    let rows = [(record, row(1, one)), (record, row(2, other)), (record, row(3, one))];
    documents::append(&mut tx, FieldClass::Body, &rows, &[record])
        .await
        .expect("rows");
    keep(tx).await;
    assert_eq!(waiting(&test).await, [record]);
    let range = |first, last, session| Range {
        first,
        last,
        session,
        event: EventId(id()),
    };
    let mut tx = begin(&test, &placement).await;
    documents::cover(&mut tx, record, &[range(1, 2, one), range(1, 2, other)])
        .await
        .expect("ranges");
    keep(tx).await;
    assert_eq!(waiting(&test).await, [record], "the third is not covered");
    let mut tx = begin(&test, &placement).await;
    assert_eq!(documents::covered(&mut tx, record).await.expect("covered"), 2);
    documents::cover(&mut tx, record, &[range(3, 3, one)])
        .await
        .expect("ranges");
    keep(tx).await;
    assert_eq!(waiting(&test).await, []);
}

#[tokio::test]
async fn without_the_class_there_is_no_body_and_none_can_be_written() {
    let test = testkit::database().await;
    let (placement, record) = tenant(&test).await;
    let session = SessionId(id());
    let mut tx = begin(&test, &placement).await;
    documents::append(&mut tx, FieldClass::Body, &[(record, row(1, session))], &[record])
        .await
        .expect("a row");
    keep(tx).await;
    let mut blind = scope(&placement, None);
    blind.classes = vec![FieldClass::Title, FieldClass::General];
    let mut tx = test.db.begin(&blind).await.expect("begin");
    assert_eq!(documents::updates_after(&mut tx, record, 0, 9).await.expect("rows"), []);
    let refused = documents::append(&mut tx, FieldClass::Body, &[(record, row(2, session))], &[]).await;
    assert!(matches!(refused, Err(StoreError::Bug(_))), "{refused:?}");
}

//! The job queue.

use domain::JobId;
use store::{
    Reason, Receipt, Schema, Scoped, SystemTx, Why,
    jobs::{self, Claimed, NewJob},
};
use testkit::{EPOCH, TestDatabase, id, scope};
use time::Duration;
use tokio::task::JoinSet;

const LEASE: Duration = Duration::minutes(1);

async fn enqueue(test: &TestDatabase, count: usize) {
    let account = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, Schema::shared()).await;
    let mut tx = test.db.begin(&scope(&placement, Some(account))).await.expect("begin");
    for _ in 0..count {
        let job = NewJob {
            id: JobId(id()),
            kind: "mail".to_owned(),
            payload: b"sealed mail".to_vec(),
            at: EPOCH,
            run_at: EPOCH,
        };
        jobs::enqueue(&mut tx, &job).await.expect("enqueue");
    }
    tx.commit(Receipt::Unaudited(Why::KeyMaking)).await.expect("commit");
}

async fn system(test: &TestDatabase) -> SystemTx {
    test.db.system(Reason::Jobs, None).await.expect("begin")
}

async fn claim(test: &TestDatabase, after: Duration, limit: u32) -> Vec<Claimed> {
    let mut tx = system(test).await;
    let claimed = jobs::claim(&mut tx, EPOCH + after, LEASE, limit).await.expect("claim");
    tx.commit(Receipt::Unaudited(Why::JobState)).await.expect("commit");
    claimed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_at_once_share_the_queue_without_overlap() {
    let test = std::sync::Arc::new(testkit::database().await);
    enqueue(&test, 40).await;
    let mut workers = JoinSet::new();
    for _ in 0..8 {
        let test = test.clone();
        workers.spawn(async move { claim(&test, Duration::ZERO, 5).await });
    }
    let mut ids: Vec<_> = workers
        .join_all()
        .await
        .into_iter()
        .flatten()
        .map(|job| job.id)
        .collect();
    // A worker that met locked rows may have come away with fewer; none came away with another's.
    ids.extend(claim(&test, Duration::ZERO, 40).await.into_iter().map(|job| job.id));
    assert_eq!(ids.len(), 40);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
}

#[tokio::test]
async fn a_claim_that_is_open_keeps_others_away_without_waiting() {
    let test = testkit::database().await;
    enqueue(&test, 2).await;
    let mut open = system(&test).await;
    assert_eq!(jobs::claim(&mut open, EPOCH, LEASE, 1).await.expect("claim").len(), 1);
    assert_eq!(
        claim(&test, Duration::ZERO, 10).await.len(),
        1,
        "the locked one is skipped"
    );
    drop(open);
    assert!(claim(&test, Duration::ZERO, 10).await.len() <= 1);
}

#[tokio::test]
async fn a_lease_that_ends_gives_the_job_to_the_next_and_takes_it_from_the_first() {
    let test = testkit::database().await;
    enqueue(&test, 1).await;
    let first = claim(&test, Duration::ZERO, 1).await.remove(0);
    assert!(claim(&test, LEASE - Duration::SECOND, 1).await.is_empty());
    let second = claim(&test, LEASE, 1).await.remove(0);
    assert_eq!((first.id, first.attempt, second.attempt), (second.id, 1, 2));
    let mut tx = system(&test).await;
    assert!(
        !jobs::done(&mut tx, &first, EPOCH).await.expect("done"),
        "the first has lost it"
    );
    assert!(!jobs::retry(&mut tx, &first, EPOCH).await.expect("retry"));
    assert!(jobs::done(&mut tx, &second, EPOCH).await.expect("done"));
    assert!(!jobs::done(&mut tx, &second, EPOCH).await.expect("done"), "once");
    tx.commit(Receipt::Unaudited(Why::JobState)).await.expect("commit");
}

#[tokio::test]
async fn a_payload_is_erased_when_the_job_ends_and_kept_when_it_is_tried_again() {
    let test = testkit::database().await;
    enqueue(&test, 3).await;
    let claimed = claim(&test, Duration::ZERO, 3).await;
    let mut tx = system(&test).await;
    assert!(jobs::done(&mut tx, &claimed[0], EPOCH).await.expect("done"));
    assert!(jobs::dead(&mut tx, &claimed[1], EPOCH).await.expect("dead"));
    assert!(
        jobs::retry(&mut tx, &claimed[2], EPOCH + Duration::HOUR)
            .await
            .expect("retry")
    );
    tx.commit(Receipt::Unaudited(Why::JobState)).await.expect("commit");
    let states: Vec<(String, bool)> = sqlx::query_as("select state, payload is not null from control.jobs order by id")
        .fetch_all(&mut test.superuser().await)
        .await
        .expect("rows");
    let expected = [("done", false), ("dead", false), ("queued", true)].map(|(state, kept)| (state.to_owned(), kept));
    assert_eq!(states, expected);
    assert!(claim(&test, Duration::minutes(59), 3).await.is_empty());
    assert_eq!(claim(&test, Duration::HOUR, 3).await.len(), 1);
    let mut tx = system(&test).await;
    assert_eq!(
        jobs::delete_finished(&mut tx, EPOCH + Duration::SECOND, 100)
            .await
            .expect("sweep"),
        2
    );
    tx.finish().await.expect("finish");
}

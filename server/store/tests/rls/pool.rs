//! Test 12: on a pool of two connections, requests that are cancelled at any point, or panic, leave nothing of theirs to
//! the next.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use store::{Db, Placement, PoolSizes, Schema, Scoped, StoreError, records, workspaces};
use testkit::{EPOCH, TestRandom, database_with, scope};
use tokio::task::JoinSet;

const REQUESTS: usize = 10_000;
const AT_ONCE: usize = 6;

/// What a request came to.
enum Outcome {
    Read,
    Cancelled,
}

/// Runs a future until it has been polled so often, and drops it wherever it stands then: each wait for the database
/// takes a poll, so that it is cut off before, in and after each statement, BEGIN and ROLLBACK included.
async fn cut_off_after<T>(polls: u64, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(move |cx| match work.as_mut().poll(cx) {
        std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
        std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
        std::task::Poll::Pending => {
            left -= 1;
            std::task::Poll::Pending
        }
    })
    .await
}

async fn request(db: Db, placement: Placement, record: domain::RecordId, chance: Arc<TestRandom>) -> Outcome {
    let scope = scope(&placement, None);
    let work = async {
        let mut tx = db.begin(&scope).await?;
        let name = workspaces::get(&mut tx).await?.expect("one's own workspace").name;
        assert_eq!(
            name,
            placement.workspace.to_string().into_bytes(),
            "another tenant's canary"
        );
        // Left by somebody who was cut off, this would be there: nobody commits one.
        assert!(
            records::titles(&mut tx, domain::policy::Shelf::Desk).await?.is_empty(),
            "another request's row"
        );
        records::insert(&mut tx, testkit::draft(record), &[], EPOCH).await?;
        assert_eq!(records::titles(&mut tx, domain::policy::Shelf::Desk).await?.len(), 1);
        tx.finish().await
    };
    let draw = chance.below(100);
    if draw < 40 {
        match cut_off_after(chance.below(12), work).await {
            Some(done) => done.map(|()| Outcome::Read).expect("an answer"),
            None => Outcome::Cancelled,
        }
    } else if draw < 42 {
        let tx = db.begin(&scope).await.expect("begin");
        let _unwinds_with_the_transaction_open = tx;
        std::panic::resume_unwind(Box::new("on purpose"));
    } else {
        let done: Result<(), StoreError> = work.await;
        done.map(|()| Outcome::Read).expect("an answer")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t12_ten_thousand_requests_on_two_connections_never_cross() {
    let sizes = PoolSizes {
        app: 2,
        system: 2,
        acquire_timeout: Duration::from_secs(30),
        ..PoolSizes::default()
    };
    let test = database_with(sizes).await;
    let owner = testkit::account(&test.db).await;
    let mut tenants = Vec::new();
    for _ in 0..2 {
        let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
        let mut root = test.superuser().await;
        sqlx::query("update shared.workspaces set name = $2 where workspace_id = $1")
            .bind(placement.workspace.0)
            .bind(placement.workspace.to_string().into_bytes())
            .execute(&mut root)
            .await
            .expect("a canary");
        tenants.push(placement);
    }
    let chance = Arc::new(TestRandom::new(12));
    let mut running = JoinSet::new();
    let (mut read, mut cancelled, mut panicked) = (0, 0, 0);
    let mut started = 0;
    while started < REQUESTS || !running.is_empty() {
        while started < REQUESTS && running.len() < AT_ONCE {
            let placement = tenants[usize::try_from(chance.below(2)).expect("small")].clone();
            running.spawn(request(
                test.db.clone(),
                placement,
                domain::RecordId(testkit::id()),
                chance.clone(),
            ));
            started += 1;
        }
        match running.join_next().await.expect("something runs") {
            Ok(Outcome::Read) => read += 1,
            Ok(Outcome::Cancelled) => cancelled += 1,
            Err(error) => {
                let reason = error.into_panic();
                assert_eq!(reason.downcast_ref::<&str>(), Some(&"on purpose"), "a request failed");
                panicked += 1;
            }
        }
    }
    assert!(
        read > 5_000 && cancelled > 200 && panicked > 100,
        "{read} read, {cancelled} cancelled, {panicked} panicked"
    );
    // The last ones cut off are rolled back by now or about to be: both connections serve again.
    for placement in &tenants {
        let mut tx = test.db.begin(&scope(placement, None)).await.expect("begin");
        assert!(
            records::titles(&mut tx, domain::policy::Shelf::Desk)
                .await
                .expect("list")
                .is_empty()
        );
        tx.finish().await.expect("finish");
    }
}

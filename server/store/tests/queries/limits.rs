//! The rate limiter.

use store::{
    Reason, Scoped,
    limits::{self, Limit, Verdict},
};
use testkit::EPOCH;
use time::Duration;
use tokio::task::JoinSet;

const LIMIT: Limit = Limit {
    burst: 3,
    interval: Duration::seconds(10),
};

#[tokio::test]
async fn a_burst_then_one_each_interval() {
    let test = testkit::database().await;
    let take = |key: [u8; 32], after: i64| {
        let db = test.db.clone();
        async move {
            limits::take(&db, &key, LIMIT, EPOCH + Duration::seconds(after))
                .await
                .expect("answer")
        }
    };
    for _ in 0..3 {
        assert_eq!(take([1; 32], 0).await, Verdict::Allowed);
    }
    assert_eq!(take([1; 32], 0).await, Verdict::RetryAfter(Duration::seconds(10)));
    assert_eq!(
        take([1; 32], 4).await,
        Verdict::RetryAfter(Duration::seconds(6)),
        "a refusal is not counted"
    );
    assert_eq!(take([2; 32], 4).await, Verdict::Allowed, "keys do not share");
    assert_eq!(take([1; 32], 10).await, Verdict::Allowed);
    assert_eq!(take([1; 32], 10).await, Verdict::RetryAfter(Duration::seconds(10)));
    for _ in 0..3 {
        assert_eq!(take([1; 32], 1_000).await, Verdict::Allowed, "rested");
    }
    assert!(matches!(take([1; 32], 1_000).await, Verdict::RetryAfter(_)));
    assert_eq!(
        take([1; 32], 990).await,
        Verdict::RetryAfter(Duration::seconds(20)),
        "nodes' clocks may differ a little: that allows nothing more"
    );
    assert_eq!(
        take([1; 32], 0).await,
        Verdict::Allowed,
        "a clock set back locks nobody out for as long"
    );
    assert_eq!(
        take([1; 32], 0).await,
        Verdict::RetryAfter(Duration::seconds(10)),
        "but allows no second burst"
    );
    assert_eq!(take([1; 32], 10).await, Verdict::Allowed);
    assert_eq!(
        limits::owed(&test.db, &[1; 32], EPOCH).await.expect("answer"),
        Duration::seconds(40)
    );
    assert_eq!(
        limits::owed(&test.db, &[9; 32], EPOCH).await.expect("answer"),
        Duration::ZERO
    );
    let mut tx = test.db.system(Reason::Jobs, None).await.expect("begin");
    let swept = limits::delete_rested(&mut tx, EPOCH + Duration::seconds(1_000), 100)
        .await
        .expect("sweep");
    assert_eq!(swept, 2);
    tx.finish().await.expect("finish");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_get_no_more_than_the_burst() {
    let test = testkit::database().await;
    let mut posts = JoinSet::new();
    for _ in 0..50 {
        let db = test.db.clone();
        posts.spawn(async move { limits::take(&db, &[1; 32], LIMIT, EPOCH).await.expect("answer") });
    }
    let allowed = posts
        .join_all()
        .await
        .into_iter()
        .filter(|verdict| *verdict == Verdict::Allowed)
        .count();
    assert_eq!(allowed, 3);
}

#[tokio::test]
async fn a_limiter_that_cannot_count_says_so() {
    let test = testkit::database().await;
    test.db.close().await;
    let answer = limits::take(&test.db, &[1; 32], LIMIT, EPOCH).await;
    assert!(matches!(answer, Err(store::StoreError::Unavailable(_))), "{answer:?}");
}

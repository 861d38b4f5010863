//! Connections are lent from one transaction to the next, and only while they are sound.

use std::time::Duration;
use store::{PoolSizes, Reason, Scoped, StoreError};
use testkit::scope;

/// Ends every connection of the logins, as a database does that is started again.
async fn restart(test: &testkit::TestDatabase) {
    let mut root = test.superuser().await;
    testkit::run(
        &mut root,
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and usename in ('scriptkeep_app', 'scriptkeep_system')",
    )
    .await;
}

#[tokio::test]
async fn a_transaction_begins_though_every_connection_broke_meanwhile() {
    let test = testkit::database().await;
    let account = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, store::Schema::shared()).await;
    let scope = scope(&placement, Some(account));
    // Several wait for their next transaction.
    let (first, second) = (test.db.begin(&scope).await, test.db.begin(&scope).await);
    for tx in [first, second] {
        tx.expect("begin").finish().await.expect("finish");
    }
    restart(&test).await;
    for _ in 0..2 {
        let tx = test.db.begin(&scope).await.expect("begin on a new connection");
        tx.finish().await.expect("finish");
        let tx = test
            .db
            .system(Reason::Jobs, None)
            .await
            .expect("begin on a new connection");
        tx.finish().await.expect("finish");
    }
    test.db.ready().await.expect("ready");
}

#[tokio::test]
async fn no_more_connections_are_lent_than_there_may_be() {
    let sizes = PoolSizes {
        app: 1,
        acquire_timeout: Duration::from_millis(50),
        ..PoolSizes::default()
    };
    let test = testkit::database_with(sizes).await;
    let account = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, store::Schema::shared()).await;
    let scope = scope(&placement, Some(account));
    let only = test.db.begin(&scope).await.expect("begin");
    let refused = test.db.begin(&scope).await.expect_err("a second one");
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused}");
    only.finish().await.expect("finish");
    let again = test.db.begin(&scope).await.expect("begin");
    again.finish().await.expect("finish");
    test.db.close().await;
    let closed = test.db.begin(&scope).await.expect_err("closed");
    assert!(matches!(closed, StoreError::Unavailable(_)), "{closed}");
}

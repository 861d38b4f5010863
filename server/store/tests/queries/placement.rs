//! A workspace in a schema of its own: configuration, nothing else.

use domain::{RecordId, Secret};
use store::{Placement, Reason, Schema, Scoped, audit, members, migrate, records, sealing};
use testkit::{EPOCH, event, id, scope};

#[tokio::test]
async fn a_workspace_in_a_second_schema_lives_like_any_other() {
    let test = testkit::database().await;
    let schema = Schema::new("shared2").expect("a name");
    let setup = migrate::Setup {
        url: Secret::new(test.superuser_url()),
        owner_password: None,
        app_password: None,
        system_password: None,
        schemas: vec![schema.clone()],
        now: EPOCH,
    };
    migrate::migrate(&setup).await.expect("migrate");
    test.db.ready().await.expect("ready");
    let owner = testkit::account(&test.db).await;
    let here = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let there = testkit::tenant(&test.db, owner, schema.clone()).await;

    // The same connections serve both, one after the other, with the same prepared statements.
    for _ in 0..3 {
        for placement in [&here, &there] {
            let mut tx = test.db.begin(&scope(placement, Some(owner))).await.expect("begin");
            records::insert(&mut tx, testkit::draft(RecordId(id())), &[], EPOCH)
                .await
                .expect("insert");
            let receipt = audit::append(&mut tx, &event(Some(owner), "record.create"))
                .await
                .expect("append");
            tx.commit(receipt.into()).await.expect("commit");
        }
    }
    for (placement, name) in [(&here, "shared"), (&there, "shared2")] {
        let mut tx = test.db.begin(&scope(placement, Some(owner))).await.expect("begin");
        assert_eq!(
            records::titles(&mut tx, domain::policy::Shelf::Desk)
                .await
                .expect("list")
                .len(),
            3
        );
        tx.finish().await.expect("finish");
        let sql = format!("select count(*), count(*) filter (where workspace_id = $1) from {name}.records");
        let counts: (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(placement.workspace.0)
            .fetch_one(&mut test.superuser().await)
            .await
            .expect("counts");
        assert_eq!(counts, (3, 3), "{name} holds its own and nothing else");
    }
    let mut tx = test.db.system(Reason::Seal, None).await.expect("begin");
    let waiting = sealing::waiting(&mut tx).await.expect("waiting");
    assert_eq!(waiting, [here.clone(), there.clone()]);
    let found = members::placement(&mut tx, there.workspace).await.expect("get");
    assert_eq!(found.map(|placement| placement.schema), Some(schema));
}

#[tokio::test]
async fn a_placement_elsewhere_is_refused() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let elsewhere = Placement {
        cluster: "eu-2".to_owned(),
        ..placement
    };
    assert!(test.db.begin(&scope(&elsewhere, None)).await.is_err());
    let mut tx = test.db.system(Reason::Seal, None).await.expect("begin");
    assert!(tx.enter(&elsewhere, None).await.is_err());
}

//! Tests 6, 13 and 14, what the audit log refuses, and what a transaction's context and receipt guarantee.

use crate::seed::{run, state, tenants};
use domain::RecordId;
use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection};
use store::{
    FieldClass, Placement, Reason, Receipt, Scoped, StoreError, TenantScope, Why, audit, jobs,
    migrate::{APP, OWNER, SYSTEM},
    records, workspaces,
};
use testkit::{EPOCH, TestDatabase, event, id, scope};
use time::Duration;

async fn in_context(conn: &mut PgConnection, placement: &Placement) {
    let sql = format!(
        "begin; set local search_path = shared, control; set local app.workspace = '{}'; set local app.classes = \
         'record.title,record.general'",
        placement.workspace
    );
    run(conn, &sql).await.expect("a context");
}

#[tokio::test]
async fn t06_on_conflict_and_merge_do_not_reach_across() {
    let test = testkit::database().await;
    let (a, b) = tenants(&test).await;
    let mut root = test.superuser().await;
    let (id,): (uuid::Uuid,) = sqlx::query_as("select id from shared.records where workspace_id = $1")
        .bind(b.workspace().0)
        .fetch_one(&mut root)
        .await
        .expect("B's record");
    let key = format!("'{}'::uuid, '{id}'::uuid", b.workspace());
    let mut conn = test.login(APP).await;
    let upsert = format!(
        "insert into records (workspace_id, id, created_at, updated_at) values ({key}, now(), now())
         on conflict (workspace_id, id) do update set revision = 99"
    );
    in_context(&mut conn, &a.placement).await;
    let refused = run(&mut conn, &upsert).await;
    assert_eq!(state(&refused).as_deref(), Some("42501"), "{refused:?}");
    run(&mut conn, "rollback").await.expect("rollback");
    in_context(&mut conn, &a.placement).await;
    let merge = format!(
        "merge into records r using (values ({key})) as v (workspace_id, id)
         on r.workspace_id = v.workspace_id and r.id = v.id
         when matched then update set revision = 99 when not matched then do nothing"
    );
    assert_eq!(run(&mut conn, &merge).await.expect("merge"), 0);
    let inserting = merge.replace(
        "do nothing",
        "insert (workspace_id, id, created_at, updated_at) values (v.workspace_id, v.id, now(), now())",
    );
    let refused = run(&mut conn, &inserting).await;
    assert_eq!(state(&refused).as_deref(), Some("42501"), "{refused:?}");
    run(&mut conn, "rollback").await.expect("rollback");
    let (changed,): (i64,) = sqlx::query_as("select count(*) from shared.records where revision = 99")
        .fetch_one(&mut root)
        .await
        .expect("count");
    assert_eq!(changed, 0);
}

#[tokio::test]
async fn t13_a_leaky_function_sees_nothing_of_another_tenant() {
    let test = testkit::database().await;
    let (a, b) = tenants(&test).await;
    let mut root = test.superuser().await;
    // So cheap that the planner would run it first, were the policy not a barrier.
    let probe = format!(
        "create function public.probe(id uuid) returns boolean language plpgsql cost 0.0000001 as $$
         begin if id = '{}' then raise exception 'leaked'; end if; return true; end $$",
        b.workspace()
    );
    run(&mut root, &probe).await.expect("probe");
    let leaks = run(
        &mut root,
        "select * from shared.records where public.probe(workspace_id)",
    )
    .await;
    assert_eq!(state(&leaks).as_deref(), Some("P0001"), "the probe works");
    let tables: Vec<(String,)> = sqlx::query_as(
        "select format('%I.%I', table_schema, table_name) from information_schema.columns
         where column_name = 'workspace_id' and table_schema in ('shared', 'control')
         and has_any_column_privilege('scriptkeep_app', format('%I.%I', table_schema, table_name), 'select')",
    )
    .fetch_all(&mut root)
    .await
    .expect("tables");
    assert!(tables.len() >= 12, "{tables:?}");
    let mut conn = test.login(APP).await;
    in_context(&mut conn, &a.placement).await;
    for (table,) in tables {
        run(
            &mut conn,
            &format!("select * from {table} where public.probe(workspace_id)"),
        )
        .await
        .expect("no leak");
    }
}

#[tokio::test]
async fn t14_copy_and_jobs_run_under_a_tenant() {
    let test = testkit::database().await;
    let (a, b) = tenants(&test).await;
    let mut conn = test.login(APP).await;
    in_context(&mut conn, &a.placement).await;
    let copied: Vec<_> = conn
        .copy_out_raw("copy records to stdout")
        .await
        .expect("copy")
        .try_collect()
        .await
        .expect("rows");
    let copied = String::from_utf8(copied.concat()).expect("UTF-8");
    assert!(
        copied.contains(&a.workspace().to_string()) && !copied.contains(&b.workspace().to_string()),
        "{copied}"
    );
    let refused = conn.copy_in_raw("copy records from stdin").await.map(|_| ());
    // feature_not_supported: COPY FROM does not exist on a table with row-level security.
    assert_eq!(state(&refused).as_deref(), Some("0A000"), "{refused:?}");
    let _ = conn.close().await;

    let mut tx = test.db.system(Reason::Jobs, None).await.expect("begin");
    let claimed = jobs::claim(&mut tx, EPOCH, Duration::MINUTE, 10).await.expect("claim");
    let workspaces: Vec<_> = claimed.iter().map(|job| job.workspace).collect();
    assert_eq!(workspaces, [a.workspace(), b.workspace()]);
    // The system login reads what is a workspace's own only after entering it.
    assert_eq!(
        workspaces::get(&mut tx).await.expect("house").map(|row| row.name),
        Some(Vec::new())
    );
    tx.enter(&b.placement, None).await.expect("enter");
    assert_eq!(
        workspaces::get(&mut tx).await.expect("B").map(|row| row.id),
        Some(b.workspace())
    );
}

#[tokio::test]
async fn the_audit_log_is_append_only_even_for_its_owner() {
    let test = testkit::database().await;
    let (a, _) = tenants(&test).await;
    for login in [OWNER, APP, SYSTEM] {
        let mut conn = test.login(login).await;
        for table in ["audit_events", "audit_leaves", "audit_nodes", "audit_checkpoints"] {
            for sql in [
                format!("update {table} set workspace_id = workspace_id"),
                format!("delete from {table}"),
                format!("truncate {table} cascade"),
            ] {
                in_context(&mut conn, &a.placement).await;
                let refused = run(&mut conn, &sql).await;
                assert_eq!(state(&refused).as_deref(), Some("42501"), "{login}: {sql}: {refused:?}");
                run(&mut conn, "rollback").await.expect("rollback");
            }
        }
    }
}

async fn records_seen(test: &TestDatabase, scope: &TenantScope) -> usize {
    let mut tx = test.db.begin(scope).await.expect("begin");
    let seen = records::titles(&mut tx, domain::policy::Shelf::Desk)
        .await
        .expect("list")
        .len();
    tx.finish().await.expect("finish");
    seen
}

#[tokio::test]
async fn a_commit_wants_the_receipt_of_its_own_transaction() {
    let test = testkit::database().await;
    let (a, _) = tenants(&test).await;
    let scope = scope(&a.placement, Some(a.owner));
    let mut other = test.db.begin(&scope).await.expect("begin");
    let receipt = audit::append(&mut other, &event(None, "record.create"))
        .await
        .expect("append");
    let mut tx = test.db.begin(&scope).await.expect("begin");
    records::insert(&mut tx, testkit::draft(RecordId(id())), &[], EPOCH)
        .await
        .expect("insert");
    let refused = tx.commit(receipt.into()).await;
    assert!(matches!(refused, Err(StoreError::Bug(_))), "{refused:?}");
    assert_eq!(records_seen(&test, &scope).await, 1);
    other.rollback().await.expect("rollback");
}

#[tokio::test]
async fn a_transaction_in_which_a_statement_failed_does_not_answer_like_a_success() {
    let test = testkit::database().await;
    let (a, _) = tenants(&test).await;
    let scope = scope(&a.placement, Some(a.owner));
    let mut tx = test.db.begin(&scope).await.expect("begin");
    let receipt = audit::append(&mut tx, &event(None, "record.create"))
        .await
        .expect("append");
    let id = RecordId(id());
    records::insert(&mut tx, testkit::draft(id), &[], EPOCH)
        .await
        .expect("insert");
    let twice = records::insert(&mut tx, testkit::draft(id), &[], EPOCH).await;
    assert!(
        matches!(&twice, Err(StoreError::Conflict(name)) if name == "records_pkey"),
        "{twice:?}"
    );
    assert!(tx.commit(receipt.into()).await.is_err());
    assert_eq!(records_seen(&test, &scope).await, 1);
}

#[tokio::test]
async fn a_query_keeps_nothing_and_a_dropped_transaction_neither() {
    let test = testkit::database().await;
    let (a, _) = tenants(&test).await;
    let scope = scope(&a.placement, Some(a.owner));
    let mut tx = test.db.begin(&scope).await.expect("begin");
    records::insert(&mut tx, testkit::draft(RecordId(id())), &[], EPOCH)
        .await
        .expect("insert");
    tx.finish().await.expect("finish");
    let mut tx = test.db.begin(&scope).await.expect("begin");
    records::insert(&mut tx, testkit::draft(RecordId(id())), &[], EPOCH)
        .await
        .expect("insert");
    drop(tx);
    assert_eq!(records_seen(&test, &scope).await, 1);
    let mut tx = test.db.begin(&scope).await.expect("begin");
    records::insert(&mut tx, testkit::draft(RecordId(id())), &[], EPOCH)
        .await
        .expect("insert");
    tx.commit(Receipt::Unaudited(Why::KeyMaking)).await.expect("commit");
    assert_eq!(records_seen(&test, &scope).await, 2);
}

#[tokio::test]
async fn a_class_outside_the_scope_is_neither_read_nor_written() {
    let test = testkit::database().await;
    let (a, _) = tenants(&test).await;
    let narrow = TenantScope {
        classes: vec![FieldClass::Title],
        ..scope(&a.placement, Some(a.owner))
    };
    let mut tx = test.db.begin(&narrow).await.expect("begin");
    let record = records::titles(&mut tx, domain::policy::Shelf::Desk)
        .await
        .expect("list")
        .remove(0);
    assert!(record.field(FieldClass::Title).is_some() && record.field(FieldClass::General).is_none());
    let key = store::data_keys::get(&mut tx, record.id.0, FieldClass::General.as_str(), None)
        .await
        .expect("get");
    assert_eq!(key, None);
    let refused = records::set_field(&mut tx, record.id, FieldClass::General, b"x", 1, EPOCH).await;
    assert!(
        matches!(&refused, Err(StoreError::Bug(why)) if why.contains("42501")),
        "{refused:?}"
    );
}

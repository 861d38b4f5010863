//! Migrations: again, upwards, never downwards; and what they make.

use domain::Secret;
use sqlx::{AssertSqlSafe, Connection, PgConnection, migrate::Migrator};
use std::{collections::BTreeMap, path::Path};
use store::{
    Schema, Scoped,
    migrate::{self, MigrationError, Setup, migrate},
    workspaces,
};
use testkit::{EPOCH, TestDatabase, scope};

fn setup(url: String) -> Setup {
    Setup {
        url: Secret::new(url),
        owner_password: None,
        app_password: None,
        system_password: None,
        schemas: vec![Schema::shared()],
        now: EPOCH,
    }
}

async fn run(conn: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(conn)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Every row of every table of ours as JSON.
async fn rows(test: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let mut conn = test.superuser().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables
         where schemaname in ('control', 'shared') and tablename <> '_sqlx_migrations' order by 1",
    )
    .fetch_all(&mut conn)
    .await
    .expect("tables");
    let mut all = BTreeMap::new();
    for table in tables {
        let sql = AssertSqlSafe(format!("select to_jsonb(t)::text from {table} t order by 1"));
        all.insert(table, sqlx::query_scalar(sql).fetch_all(&mut conn).await.expect("rows"));
    }
    all
}

#[tokio::test]
async fn a_second_run_changes_nothing_whoever_runs_it() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    testkit::tenant(&test.db, owner, Schema::shared()).await;
    let before = rows(&test).await;
    migrate(&setup(test.superuser_url())).await.expect("as a superuser");
    migrate(&setup(test.logins.owner.clone().expect("owner")))
        .await
        .expect("as the owner");
    assert_eq!(rows(&test).await, before);
}

#[tokio::test]
async fn a_login_that_may_not_is_told_what_to_do() {
    let test = testkit::database().await;
    let refused = migrate(&setup(test.logins.app.clone()))
        .await
        .expect_err("the app may not migrate");
    assert!(
        matches!(&refused, MigrationError::NotOwner(name) if name == migrate::APP),
        "{refused:?}"
    );
    run(
        &mut test.superuser().await,
        &format!("revoke create on database {} from scriptkeep_owner", test.name()),
    )
    .await;
    let refused = migrate(&setup(test.logins.owner.clone().expect("owner")))
        .await
        .expect_err("no right");
    assert!(refused.to_string().contains("grant create on database"), "{refused}");
}

#[tokio::test]
async fn a_newer_or_a_changed_database_is_refused() {
    let test = testkit::database().await;
    let mut root = test.superuser().await;
    run(&mut root, "begin").await;
    run(&mut root, "update shared._sqlx_migrations set checksum = 'x'; commit").await;
    let refused = migrate(&setup(test.superuser_url())).await.expect_err("changed");
    assert!(
        matches!(&refused, MigrationError::Changed { schema, version: 1 } if schema == "shared"),
        "{refused:?}"
    );
    run(
        &mut root,
        "update control._sqlx_migrations set version = 9999 where version = 6",
    )
    .await;
    let refused = migrate(&setup(test.superuser_url())).await.expect_err("newer");
    assert!(
        matches!(
            refused,
            MigrationError::Newer {
                found: 9999,
                known: 6,
                ..
            }
        ),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("older than the database"), "{refused}");
}

/// Brings an empty database to a version, as a release of that version did, with that release's data in it.
async fn released(test: &TestDatabase, version: i64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut root = test.superuser().await;
    run(
        &mut root,
        "drop schema control cascade; drop schema shared cascade; set role scriptkeep_owner",
    )
    .await;
    for (schema, migrations) in [("control", "migrations/control"), ("shared", "migrations/tenant")] {
        run(
            &mut root,
            &format!("create schema {schema}; set search_path = {schema}"),
        )
        .await;
        let migrator = Migrator::new(folder.join(migrations)).await.expect("migrations");
        let target = migrator
            .iter()
            .map(|migration| migration.version)
            .filter(|known| *known <= version)
            .max();
        migrator
            .run_to(target.expect("a version"), &mut root)
            .await
            .expect("migrated");
    }
    let data =
        std::fs::read_to_string(folder.join(format!("tests/upgrade/{version:04}.sql"))).expect("the release's data");
    run(&mut root, "reset role; set search_path = shared, control").await;
    run(&mut root, &data).await;
    root.close().await.expect("close");
}

#[tokio::test]
async fn every_released_schema_is_upgraded_with_its_data() {
    let known = migrate::versions();
    for version in 1..=known.control.max(known.tenant) {
        let test = testkit::database().await;
        released(&test, version).await;
        let before = rows(&test).await;
        migrate(&setup(test.superuser_url())).await.expect("upgrade");
        let after = rows(&test).await;
        for (table, rows) in before {
            assert!(
                !rows.is_empty() || table == "control.rate_limits",
                "{table} has no row in {version:04}.sql"
            );
            for row in rows {
                let kept = after[&table].iter().any(|new| contains(new, &row));
                assert!(
                    kept || table == "control.installation" || table == "control.tenant_schemas",
                    "{table}: {row}"
                );
            }
        }
        let owner = testkit::account(&test.db).await;
        let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
        let mut tx = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
        assert!(workspaces::get(&mut tx).await.expect("get").is_some());
        tx.finish().await.expect("finish");
    }
}

#[tokio::test]
async fn members_of_the_first_release_get_roles_of_the_first_pack() {
    let test = testkit::database().await;
    released(&test, 1).await;
    let mut root = test.superuser().await;
    let workspace = "00000000-0000-7000-8000-00000000000a";
    for (last, standing) in [("b1", "member"), ("b2", "suspended")] {
        let account = format!("00000000-0000-7000-8000-0000000000{last}");
        let sql = format!(
            "insert into control.accounts (id, email_hash, email, name, password, created_at, updated_at)
             values ('{account}', decode(repeat('{last}', 32), 'hex'), '', '', '', now(), now());
             insert into control.members (workspace_id, account_id, standing, since)
             values ('{workspace}', '{account}', '{standing}', now())"
        );
        run(&mut root, &sql).await;
    }
    migrate(&setup(test.superuser_url())).await.expect("upgrade");
    let found: Vec<(String, String, bool)> =
        sqlx::query_as("select standing, role, suspended from control.members order by standing")
            .fetch_all(&mut root)
            .await
            .expect("members");
    let row = |standing: &str, role: &str, suspended| (standing.to_owned(), role.to_owned(), suspended);
    assert_eq!(
        found,
        [
            row("member", "practitioner", false),
            row("owner", "owner", false),
            row("suspended", "practitioner", true)
        ]
    );
    let packs: Vec<String> = sqlx::query_scalar("select distinct pack from control.placements")
        .fetch_all(&mut root)
        .await
        .expect("packs");
    assert_eq!(packs, ["therapy"]);
    let records: Vec<(String, String, String)> = sqlx::query_as("select kind, state, shelf from shared.records")
        .fetch_all(&mut root)
        .await
        .expect("records");
    assert_eq!(records, [("script".to_owned(), "draft".to_owned(), "desk".to_owned())]);
    let forced: bool =
        sqlx::query_scalar("select relforcerowsecurity from pg_class where oid = 'control.members'::regclass")
            .fetch_one(&mut root)
            .await
            .expect("the catalogue");
    assert!(forced, "the backfill lifts FORCE for itself only");
}

/// Whether a row has everything another has; a later release may add columns.
fn contains(new: &str, old: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).expect("JSON");
    let new = parse(new);
    parse(old).iter().all(|(name, value)| new.get(name) == Some(value))
}

#[tokio::test]
async fn this_release_runs_on_the_next_one_s_expanded_schema() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let expand = "set role scriptkeep_owner; alter table shared.workspaces add column next text;
        alter table control.accounts add column next text not null default 'x';
        alter table shared.audit_events add column next integer; create table shared.next (workspace_id uuid primary key)";
    run(&mut test.superuser().await, expand).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    testkit::account(&test.db).await;
    let mut tx = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
    assert!(workspaces::get(&mut tx).await.expect("get").is_some());
    assert_eq!(
        store::audit::page(&mut tx, &store::audit::Filter::default(), 5)
            .await
            .expect("page")
            .len(),
        1
    );
}

#[tokio::test]
async fn the_migrated_schema_is_the_one_in_the_golden_file() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(include_str!("schema.sql").to_owned()))
        .fetch_all(&mut conn)
        .await
        .expect("the catalogue answers");
    let found = lines.join("\n") + "\n";
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries/schema.golden");
    if std::env::var_os("SCRIPTKEEP_BLESS").is_some() {
        std::fs::write(&golden, &found).expect("write the golden file");
    }
    let known = std::fs::read_to_string(&golden).expect("the golden file");
    assert!(
        found == known,
        "the schema differs from {}; if that is meant, run the test with SCRIPTKEEP_BLESS=1",
        golden.display()
    );
}

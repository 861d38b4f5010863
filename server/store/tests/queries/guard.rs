//! What `serve` refuses to start on. The refusals about durability come from the server's own settings.

use sqlx::AssertSqlSafe;
use store::{Db, Logins, PoolSizes, Refusal, StoreError, migrate};
use testkit::{TestDatabase, database_on, durable_server};

async fn durable() -> TestDatabase {
    database_on(durable_server().await, PoolSizes::default()).await
}

async fn guard(logins: &Logins) -> Result<(), Refusal> {
    Db::connect(logins, PoolSizes::default())
        .await
        .expect("connect")
        .guard()
        .await
}

async fn root(test: &TestDatabase, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut test.superuser().await)
        .await
        .expect("as root");
}

#[tokio::test]
async fn a_durable_migrated_database_with_plain_logins_is_served() {
    let test = durable().await;
    test.db.guard().await.expect("served");
    // A newer schema is served too: releases expand before they contract.
    root(&test, "update control.installation set version = version + 1").await;
    test.db.guard().await.expect("served");
}

#[tokio::test]
async fn a_database_without_fsync_is_refused() {
    let test = testkit::database().await;
    let fsync: String = sqlx::query_scalar("show fsync")
        .fetch_one(&mut test.superuser().await)
        .await
        .expect("a setting");
    match test.db.guard().await {
        Err(refusal @ Refusal::NotDurable { setting: "fsync", .. }) if fsync == "off" => {
            assert!(refusal.to_string().contains("Set fsync = on"), "{refusal}");
        }
        Ok(()) if fsync == "on" => {}
        other => panic!("with fsync = {fsync}: {other:?}"),
    }
}

#[tokio::test]
async fn a_login_that_does_not_wait_for_the_disk_is_refused() {
    let test = durable().await;
    for (app, system) in [("", "off"), ("off", "")] {
        let url = |url: &str, value: &str| match value {
            "" => url.to_owned(),
            value => format!(
                "{url}{}options=-c%20synchronous_commit%3D{value}",
                if url.contains('?') { '&' } else { '?' }
            ),
        };
        let logins = Logins {
            owner: None,
            app: url(&test.logins.app, app),
            system: url(&test.logins.system, system),
        };
        let refused = guard(&logins).await;
        assert!(
            matches!(
                refused,
                Err(Refusal::NotDurable {
                    setting: "synchronous_commit",
                    ..
                })
            ),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn logins_that_reach_past_row_level_security_are_refused() {
    let test = durable().await;
    let role = format!("scriptkeep_guard_{}", std::process::id());
    let as_app = |app: String| Logins {
        app,
        ..test.logins.clone()
    };
    let mine = test.logins.app.replace(migrate::APP, &role);

    let refused = guard(&as_app(test.superuser_url())).await;
    assert!(matches!(refused, Err(Refusal::Superuser(_))), "{refused:?}");
    let separator = if test.superuser_url().contains('?') { '&' } else { '?' };
    let disguised = format!(
        "{}{separator}options=-c%20role%3D{}",
        test.superuser_url(),
        migrate::APP
    );
    let refused = guard(&as_app(disguised)).await;
    assert!(matches!(refused, Err(Refusal::Superuser(_))), "{refused:?}");
    let refused = guard(&as_app(test.logins.system.clone())).await;
    assert!(matches!(refused, Err(Refusal::OneLogin(_))), "{refused:?}");
    let refused = guard(&as_app(test.logins.owner.clone().expect("owner"))).await;
    assert!(
        matches!(&refused, Err(Refusal::Owns(name, _)) if name == migrate::OWNER),
        "{refused:?}"
    );

    root(
        &test,
        &format!("create role {role} login bypassrls password 'scriptkeep-test'"),
    )
    .await;
    let refused = guard(&as_app(mine.clone())).await;
    assert!(
        matches!(refused, Err(Refusal::TooPowerful(_, "bypassrls"))),
        "{refused:?}"
    );
    root(&test, &format!("alter role {role} nobypassrls createrole")).await;
    let refused = guard(&as_app(mine.clone())).await;
    assert!(
        matches!(refused, Err(Refusal::TooPowerful(_, "createrole"))),
        "{refused:?}"
    );
    for group in [migrate::OWNER, "pg_read_all_data"] {
        root(
            &test,
            &format!("alter role {role} nocreaterole; grant {group} to {role}"),
        )
        .await;
        let refused = guard(&as_app(mine.clone())).await;
        assert!(
            matches!(&refused, Err(Refusal::MemberOf(_, name)) if name == group),
            "{refused:?}"
        );
        root(&test, &format!("revoke {group} from {role}")).await;
    }
    root(&test, &format!("grant {} to {role}", migrate::SYSTEM)).await;
    let refused = guard(&as_app(mine.clone())).await;
    assert!(
        matches!(&refused, Err(Refusal::SeesAll(name)) if *name == role),
        "{refused:?}"
    );
    root(&test, &format!("revoke {} from {role}", migrate::SYSTEM)).await;
    let without = Logins {
        system: mine,
        ..test.logins.clone()
    };
    let refused = guard(&without).await;
    assert!(
        matches!(&refused, Err(Refusal::NotSystem(name)) if *name == role),
        "{refused:?}"
    );
    let swapped = Logins {
        app: test.logins.system.clone(),
        system: test.logins.app.clone(),
        ..test.logins.clone()
    };
    let refused = guard(&swapped).await;
    assert!(
        matches!(&refused, Err(Refusal::SeesAll(name)) if name == migrate::SYSTEM),
        "{refused:?}"
    );
    root(&test, &format!("drop role {role}")).await;
}

#[tokio::test]
async fn a_login_that_asks_for_no_policies_is_told_so() {
    let test = durable().await;
    for role in ["scriptkeep_app", "scriptkeep_system"] {
        root(
            &test,
            &format!(
                "alter role {role} in database \"{}\" set row_security = off",
                test.name()
            ),
        )
        .await;
        let refused = guard(&test.logins).await;
        assert!(matches!(refused, Err(Refusal::PoliciesRefused)), "{role}: {refused:?}");
        root(
            &test,
            &format!("alter role {role} in database \"{}\" reset row_security", test.name()),
        )
        .await;
    }
}

#[tokio::test]
async fn a_table_without_row_level_security_is_refused() {
    let test = durable().await;
    for off in ["no force", "disable"] {
        root(&test, &format!("alter table shared.records {off} row level security")).await;
        let refused = test.db.guard().await;
        assert!(
            matches!(&refused, Err(Refusal::Unguarded(table)) if table == "shared.records"),
            "{off}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_policy_that_asks_for_no_workspace_is_refused_whoever_made_it_and_how() {
    let test = durable().await;
    for (table, rule) in [
        ("shared.records", "using (true)"),
        (
            "shared.record_fields",
            "for select to scriptkeep_app using (class <> '')",
        ),
        ("control.members", "for insert with check (true)"),
        (
            "shared.audit_events",
            "using (workspace_id = current_setting('app.workspace')::uuid) with check (true)",
        ),
        (
            "shared.records",
            "using (current_setting('app.workspace', true) is not null)",
        ),
    ] {
        root(&test, &format!("create policy \"for a report\" on {table} {rule}")).await;
        let refused = test.db.guard().await;
        assert!(
            matches!(&refused, Err(Refusal::OpenPolicy { policy, table: on })
                if policy == "\"for a report\"" && on == table),
            "{table} {rule}: {refused:?}"
        );
        root(&test, &format!("drop policy \"for a report\" on {table}")).await;
        test.db.guard().await.expect("served again");
    }
    for harmless in [
        "create policy fewer on shared.records as restrictive using (kind <> 'x')",
        "create policy others on shared.records to postgres using (true)",
    ] {
        root(&test, harmless).await;
        test.db
            .guard()
            .await
            .expect("what takes away, and what is for others, opens nothing");
    }
}

#[tokio::test]
async fn a_policy_or_a_trigger_that_was_taken_away_is_refused() {
    let test = durable().await;
    let made: Vec<(String, String)> = sqlx::query_as(
        "select policyname::text, format('%I.%I', schemaname, tablename) from pg_policies
         where schemaname in ('control', 'shared')",
    )
    .fetch_all(&mut test.superuser().await)
    .await
    .expect("policies");
    let known = migrate::policies();
    assert_eq!(made.len(), known.control.len() + known.tenant.len());
    for (policy, table) in &made {
        root(&test, &format!("alter policy {policy} on {table} rename to aside")).await;
        let refused = test.db.guard().await;
        assert!(
            matches!(
                &refused,
                Err(Refusal::MissingPolicy { .. } | Refusal::OpenPolicy { .. })
            ),
            "{policy} on {table}: {refused:?}"
        );
        root(&test, &format!("alter policy aside on {table} rename to {policy}")).await;
    }
    test.db.guard().await.expect("served again");
    for policy in [
        "records_tenant on shared.records",
        "record_fields_class on shared.record_fields",
    ] {
        let test = durable().await;
        root(&test, &format!("alter policy {policy} using (true)")).await;
        let refused = test.db.guard().await;
        assert!(matches!(&refused, Err(Refusal::ChangedPolicy { .. })), "{refused:?}");
    }

    let test = durable().await;
    for table in ["audit_events", "audit_leaves", "audit_nodes", "audit_checkpoints"] {
        root(
            &test,
            &format!("alter table shared.{table} disable trigger append_only"),
        )
        .await;
        let refused = test.db.guard().await;
        assert!(
            matches!(&refused, Err(Refusal::IdleTrigger { trigger, table: on })
                if trigger == "append_only" && *on == format!("shared.{table}")),
            "{refused:?}"
        );
        root(&test, &format!("alter table shared.{table} enable trigger append_only")).await;
    }
    test.db.guard().await.expect("served again");
}

#[tokio::test]
async fn a_view_with_its_owners_eyes_is_refused_however_it_reaches_a_table() {
    let test = durable().await;
    for (make, granted, named) in [
        (
            "create view public.report as select * from shared.records",
            "select on public.report",
            "public.report",
        ),
        (
            "create view public.report as select * from shared.records",
            "update on public.report",
            "public.report",
        ),
        (
            "create view public.report as select * from shared.records",
            "delete on public.report",
            "public.report",
        ),
        (
            "create materialized view shared.report as select * from shared.records",
            "select (id) on shared.report",
            "shared.report",
        ),
        (
            "create view public.inner_one as select * from control.members;
             create view public.report as select * from public.inner_one",
            "select on public.report",
            "public.report",
        ),
    ] {
        root(&test, make).await;
        test.db
            .guard()
            .await
            .expect("whom it is not granted to does not read it");
        root(&test, &format!("grant {granted} to scriptkeep_app")).await;
        let refused = test.db.guard().await;
        assert!(
            matches!(&refused, Err(Refusal::OpenView(view)) if view == named),
            "{make}: {refused:?}"
        );
        let kind = if make.contains("materialized") {
            "materialized view"
        } else {
            "view"
        };
        root(
            &test,
            &format!("drop {kind} {named}; drop view if exists public.inner_one"),
        )
        .await;
    }
    for harmless in [
        "create view public.own with (security_invoker = yes) as select * from shared.records;
         grant select on public.own to scriptkeep_app",
        "create view control.one as select 1 as one; grant select on control.one to scriptkeep_app",
        "create schema watch; create view watch.jobs as select count(*) from control.jobs;
         grant select on watch.jobs to public",
    ] {
        root(&test, harmless).await;
        test.db.guard().await.expect(harmless);
    }
}

#[tokio::test]
async fn a_database_that_was_not_migrated_is_refused() {
    let test = durable().await;
    root(
        &test,
        "update shared.workspaces set name = ''; update control.tenant_schemas set version = 0",
    )
    .await;
    let refused = test.db.guard().await.expect_err("behind");
    assert!(
        matches!(&refused, Refusal::NotMigrated(why) if why.contains("shared")),
        "{refused:?}"
    );
    root(&test, "update control.installation set version = 0").await;
    let refused = test.db.guard().await.expect_err("behind");
    assert!(
        matches!(&refused, Refusal::NotMigrated(why) if why.contains("control")),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("Run `scriptkeep migrate`"), "{refused}");
    root(&test, "drop schema control cascade").await;
    let refused = test.db.guard().await.expect_err("empty");
    assert!(matches!(refused, Refusal::NotMigrated(_)), "{refused:?}");
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_not_repeated() {
    let logins = Logins {
        owner: None,
        app: "mysql://me:hunter2@host/db".to_owned(),
        system: "nonsense hunter2".to_owned(),
    };
    let refused = Db::connect(&logins, PoolSizes::default())
        .await
        .expect_err("no such server");
    assert!(
        matches!(refused, StoreError::Unavailable(_)) && !refused.to_string().contains("hunter2"),
        "{refused}"
    );
}

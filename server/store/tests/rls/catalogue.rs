//! What the catalogue must say of every table, whoever made it: tests 1, 2 and 7 to 11.

use sqlx::{PgConnection, query_scalar};
use store::migrate::{APP, OWNER, SYSTEM};

/// Tables of ours: everything in schemas that are not the system's, but the migrator's own list.
const OURS: &str = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relname <> '_sqlx_migrations'";

async fn list(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let sql = sqlx::AssertSqlSafe(sql.replace("{ours}", OURS));
    query_scalar(sql).fetch_all(conn).await.expect("the catalogue answers")
}

#[tokio::test]
async fn t01_every_table_has_forced_row_level_security_and_a_policy() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let all = list(
        &mut conn,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and {ours}",
    )
    .await;
    assert!(all.len() >= 18, "the tables are found: {all:?}");
    let bare = list(
        &mut conn,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and {ours} and not (c.relrowsecurity and c.relforcerowsecurity
            and exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive))",
    )
    .await;
    assert_eq!(bare, Vec::<String>::new());
    let elsewhere = list(
        &mut conn,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {ours} and n.nspname not in ('control', 'shared')",
    )
    .await;
    assert_eq!(elsewhere, Vec::<String>::new());
}

#[tokio::test]
async fn t02_serving_logins_bypass_nothing_and_own_nothing() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let bad = list(
        &mut conn,
        "select r.rolname::text from pg_roles r where r.rolname in ('scriptkeep_app', 'scriptkeep_system')
        and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication
            or exists (select from pg_auth_members m where m.member = r.oid)
            or exists (select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o'))",
    )
    .await;
    assert_eq!(bad, Vec::<String>::new());
    for login in [APP, SYSTEM] {
        let mut conn = test.login(login).await;
        for sql in [
            "set role scriptkeep_owner",
            "alter table records disable row level security",
            "create table control.x ()",
            "create table public.x ()",
            "create temporary table x ()",
            "alter role current_user bypassrls",
            "set session_replication_role = replica",
            "create policy x on records using (true)",
        ] {
            let refused = crate::seed::run(&mut conn, &format!("set search_path = shared, control; {sql}")).await;
            assert_eq!(
                crate::seed::state(&refused).as_deref(),
                Some("42501"),
                "{login}: {sql}: {refused:?}"
            );
        }
        // A login may switch its own row security off; the answer is an error then, not more rows.
        let refused = crate::seed::run(&mut conn, "set row_security = off; select * from shared.workspaces").await;
        assert_eq!(
            crate::seed::state(&refused).as_deref(),
            Some("42501"),
            "{login}: {refused:?}"
        );
    }
    let owner = list(
        &mut conn,
        "select distinct pg_get_userbyid(c.relowner)::text from pg_class c
        join pg_namespace n on n.oid = c.relnamespace where {ours}",
    )
    .await;
    assert_eq!(owner, [OWNER]);
}

#[tokio::test]
async fn t07_foreign_keys_between_tenant_tables_lead_with_the_workspace_and_never_cascade() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let tenant = "exists (select from pg_attribute a where a.attrelid = {t} and a.attname = 'workspace_id')";
    let astray = list(&mut conn, &format!("select f.conname::text from pg_constraint f where f.contype = 'f'
        and {} and {} and not (
            (select a.attname from pg_attribute a where a.attrelid = f.conrelid and a.attnum = f.conkey[1]) = 'workspace_id'
            and (select a.attname from pg_attribute a where a.attrelid = f.confrelid and a.attnum = f.confkey[1]) = 'workspace_id')",
        tenant.replace("{t}", "f.conrelid"), tenant.replace("{t}", "f.confrelid"))).await;
    assert_eq!(astray, Vec::<String>::new());
    let cascading = list(
        &mut conn,
        "select f.conname::text from pg_constraint f
        where f.contype = 'f' and (f.confdeltype <> 'a' or f.confupdtype <> 'a')",
    )
    .await;
    assert_eq!(cascading, Vec::<String>::new());
}

#[tokio::test]
async fn t08_keys_and_indexes_of_tenant_tables_lead_with_the_workspace() {
    // The hash of a random token, asked for before the workspace is known. And memberships by account, hence the other way
    // round; not unique.
    let listed = ["invitations_token_hash_key", "members_by_account"];
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let astray = list(&mut conn, "select i.indexrelid::regclass::text from pg_index i
        join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
        where {ours} and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')
        and (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]) <> 'workspace_id'").await;
    let mut astray: Vec<_> = astray
        .iter()
        .map(|name| name.rsplit('.').next().unwrap_or(name))
        .collect();
    astray.sort_unstable();
    assert_eq!(astray, listed);
    // Unique keys elsewhere are random ids, hashes, or names of ours: none reveals a tenant's row to another.
    let unique = list(
        &mut conn,
        "select c.relname || '(' || string_agg(a.attname, ',' order by a.attnum) || ')'
        from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where {ours} and i.indisunique
        and not exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id')
        group by i.indexrelid, c.relname order by 1",
    )
    .await;
    assert_eq!(
        unique,
        [
            "account_tokens(token_hash)",
            "accounts(email_hash)",
            "accounts(id)",
            "installation(one)",
            "rate_limits(key)",
            "sessions(id)",
            "sessions(token_hash)",
            "tenant_schemas(name)",
        ]
    );
}

#[tokio::test]
async fn t09_views_are_security_invoker_and_none_is_materialised() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let bad = list(
        &mut conn,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {ours} and (c.relkind = 'm'
            or c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false))",
    )
    .await;
    assert_eq!(bad, Vec::<String>::new());
    // No sequence either: ids are random or time-ordered, and a sequence is one for all tenants.
    let sequences = list(
        &mut conn,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {ours} and c.relkind = 'S'",
    )
    .await;
    assert_eq!(sequences, Vec::<String>::new());
}

#[tokio::test]
async fn t10_no_function_acts_as_its_definer_and_only_the_append_only_trigger_exists() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let functions = list(
        &mut conn,
        "select n.nspname || '.' || p.proname || case when p.prosecdef then ' definer' else '' end
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1",
    )
    .await;
    assert_eq!(functions, ["shared.audit_log_is_append_only"]);
    let triggers = list(
        &mut conn,
        "select t.tgrelid::regclass::text from pg_trigger t where not t.tgisinternal order by 1",
    )
    .await;
    assert_eq!(
        triggers,
        [
            "shared.audit_checkpoints",
            "shared.audit_events",
            "shared.audit_leaves",
            "shared.audit_nodes",
        ]
    );
}

#[tokio::test]
async fn t11_no_grant_of_truncate_references_or_trigger_and_none_to_everybody() {
    let test = testkit::database().await;
    let mut conn = test.superuser().await;
    let bad = list(
        &mut conn,
        "select c.relname || ' ' || g.privilege_type || ' ' || g.grantee::regrole::text
        from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g
        where {ours} and g.grantee <> c.relowner
        and (g.grantee = 0 or g.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE') or g.is_grantable)",
    )
    .await;
    assert_eq!(bad, Vec::<String>::new());
    let columns = list(
        &mut conn,
        "select c.relname || '.' || a.attname || ' ' || g.privilege_type
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g
        where {ours} and (g.grantee = 0 or g.privilege_type not in ('SELECT', 'INSERT', 'UPDATE') or g.is_grantable)",
    )
    .await;
    assert_eq!(columns, Vec::<String>::new());
    // What the app login must never read, column by column.
    for column in ["password", "email_hash"] {
        let may: bool = query_scalar("select has_column_privilege('scriptkeep_app', 'control.accounts', $1, 'select')")
            .bind(column)
            .fetch_one(&mut conn)
            .await
            .expect("privilege");
        assert!(!may, "{column}");
    }
}

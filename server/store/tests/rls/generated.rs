//! Tests 3, 4, 5 and the field classes: every table × login × act, made from the catalogue.

use crate::seed::{Tenant, run, state, tenants};
use domain::{AccountId, WorkspaceId};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use store::migrate::{APP, SYSTEM};
use uuid::Uuid;

/// What a table's rows belong to, read from its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Owner {
    /// A workspace.
    Tenant,
    /// An account; the column that says which.
    Account(&'static str),
    /// Nobody: everybody may read it, for there is nothing of anybody in it.
    Everybody,
    /// The system login alone.
    System,
}

/// A table as the catalogue has it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    owner: Owner,
    /// Whether it has a column `class` that policies hide by.
    classes: bool,
    /// One row of each tenant as JSON, where the table is a tenant's or an account's.
    rows: [Option<String>; 2],
    /// How many rows there are of A, and of B.
    counts: [i64; 2],
}

/// Where the system login is not held to its workspace, and for which acts. Everything else is held.
const SYSTEM_EVERYWHERE: [(&str, &[&str]); 7] = [
    ("placements", &["select"]),
    ("members", &["select"]),
    ("invitations", &["select", "delete"]),
    ("jobs", &["select", "insert", "update", "delete"]),
    ("audit_unsealed", &["select"]),
    ("document_unsealed", &["select"]),
    ("idempotency_keys", &["select", "delete"]),
];

fn everywhere(login: &str, table: &str, act: &str) -> bool {
    login == SYSTEM
        && SYSTEM_EVERYWHERE
            .iter()
            .any(|(name, acts)| *name == table && acts.contains(&act))
}

/// Reads the tables and a row of each tenant, as a superuser. A table without rows fails here: it must be seeded.
pub(crate) async fn tables(conn: &mut PgConnection, a: &Tenant, b: &Tenant) -> Vec<Table> {
    let rows = sqlx::query(
        "select format('%I.%I', n.nspname, c.relname) as name, c.relname::text as bare,
            bool_or(a.attname = 'workspace_id') as tenant, bool_or(a.attname = 'account_id') as account,
            bool_or(a.attname = 'class') as classes
         from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
         where c.relkind in ('r', 'p') and n.nspname in ('control', 'shared') and c.relname <> '_sqlx_migrations'
         group by 1, 2 order by 1",
    )
    .fetch_all(&mut *conn)
    .await
    .expect("the catalogue answers");
    let mut tables = Vec::new();
    for row in rows {
        let bare: String = row.get("bare");
        let owner = match (bare.as_str(), row.get("tenant"), row.get("account")) {
            (_, true, _) => Owner::Tenant,
            ("accounts", ..) => Owner::Account("id"),
            (_, false, true) => Owner::Account("account_id"),
            ("installation" | "tenant_schemas", ..) => Owner::Everybody,
            ("rate_limits", ..) => Owner::System,
            (other, ..) => panic!("{other} belongs to nobody: give it workspace_id, or list it here with the reason"),
        };
        let mut table = Table {
            name: row.get("name"),
            owner,
            classes: row.get("classes"),
            rows: [None, None],
            counts: [0; 2],
        };
        for (index, tenant) in [a, b].into_iter().enumerate() {
            let condition = condition(&table, tenant);
            let (count, sample): (i64, Option<String>) = sqlx::query_as(AssertSqlSafe(format!(
                "select count(*), min(to_jsonb(t)::text) from {} t where {condition}",
                table.name
            )))
            .fetch_one(&mut *conn)
            .await
            .expect("the table answers");
            assert!(
                count > 0,
                "{} has no rows to test with: put some into tests/rls/seed.rs",
                table.name
            );
            table.counts[index] = count;
            table.rows[index] = sample;
        }
        tables.push(table);
    }
    tables
}

fn condition(table: &Table, tenant: &Tenant) -> String {
    match table.owner {
        Owner::Tenant => format!("workspace_id = '{}'", tenant.workspace()),
        Owner::Account(column) => format!("{column} = '{}'", tenant.owner),
        Owner::Everybody | Owner::System => "true".to_owned(),
    }
}

/// A context to act in.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) workspace: Option<WorkspaceId>,
    pub(crate) actor: Option<AccountId>,
    pub(crate) classes: &'static str,
}

impl Context {
    fn sql(self) -> String {
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        format!(
            "set local app.workspace = '{}'; set local app.actor = '{}'; set local app.classes = '{}'; \
             set local search_path = shared, control, pg_temp",
            text(self.workspace.map(|id| id.0)),
            text(self.actor.map(|id| id.0)),
            self.classes
        )
    }
}

const CLASSES: &str = "record.title,record.general,record.body";

/// Runs a statement in a context and undoes it. The connection is inside a transaction.
async fn attempt(conn: &mut PgConnection, context: Context, sql: &str) -> Result<u64, sqlx::Error> {
    run(conn, &format!("savepoint attempt; {}", context.sql()))
        .await
        .expect("a context");
    let result = run(conn, sql).await;
    run(conn, "rollback to savepoint attempt").await.expect("undone");
    result
}

async fn count(conn: &mut PgConnection, context: Context, table: &Table, condition: &str) -> Option<i64> {
    run(conn, &format!("savepoint attempt; {}", context.sql()))
        .await
        .expect("a context");
    let sql = AssertSqlSafe(format!("select count(*) from {} where {condition}", table.name));
    let result = sqlx::query_scalar(sql).fetch_one(&mut *conn).await;
    run(conn, "rollback to savepoint attempt").await.expect("undone");
    match &result {
        Ok(count) => Some(*count),
        Err(_) if state(&result).as_deref() == Some("42501") => None,
        Err(error) => panic!("{}: {error}", table.name),
    }
}

async fn may(conn: &mut PgConnection, login: &str, table: &Table, act: &str) -> bool {
    let sql = if act == "delete" {
        "select has_table_privilege($1, $2, $3)"
    } else {
        "select has_any_column_privilege($1, $2, $3)"
    };
    sqlx::query_scalar(sql)
        .bind(login)
        .bind(&table.name)
        .bind(act)
        .fetch_one(conn)
        .await
        .expect("privileges")
}

/// Every check of every table for one login; answers what went wrong, each line beginning with the table's name. The
/// connection is inside a transaction and acts as the login.
pub(crate) async fn check(
    conn: &mut PgConnection,
    login: &str,
    tables: &[Table],
    a: &Tenant,
    b: &Tenant,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for table in tables {
        reads(conn, login, table, a, b, &mut wrong).await;
        writes(conn, login, table, a, b, &mut wrong).await;
    }
    wrong
}

async fn reads(conn: &mut PgConnection, login: &str, table: &Table, a: &Tenant, b: &Tenant, wrong: &mut Vec<String>) {
    let in_a = Context {
        workspace: Some(a.workspace()),
        actor: Some(a.owner),
        classes: CLASSES,
    };
    let nowhere = Context {
        workspace: None,
        actor: None,
        classes: "",
    };
    let granted = may(conn, login, table, "select").await;
    let mut expect = |what: &str, found: Option<i64>, expected: i64| {
        let expected = granted.then_some(expected);
        if found != expected {
            wrong.push(format!(
                "{}: {login} {what}: {found:?} rows instead of {expected:?}",
                table.name
            ));
        }
    };
    let everywhere = everywhere(login, bare(table), "select")
        || table.owner == Owner::Everybody
        || login == SYSTEM && table.owner != Owner::Tenant;
    let (of_a, of_b) = (condition(table, a), condition(table, b));
    let or_none = |count| if everywhere { count } else { 0 };
    expect("in A sees A", count(conn, in_a, table, &of_a).await, table.counts[0]);
    expect(
        "in A sees B",
        count(conn, in_a, table, &of_b).await,
        or_none(table.counts[1]),
    );
    expect(
        "nowhere sees A",
        count(conn, nowhere, table, &of_a).await,
        or_none(table.counts[0]),
    );
    if table.classes {
        let blind = Context { classes: "", ..in_a };
        let hidden = format!("{of_a} and class like 'record.%'");
        let one = Context {
            classes: "record.title",
            ..in_a
        };
        let others = format!("{hidden} and class <> 'record.title'");
        expect(
            "without classes sees fields",
            count(conn, blind, table, &hidden).await,
            0,
        );
        expect("with one class sees others", count(conn, one, table, &others).await, 0);
    }
    // One's own rows, wherever one is: memberships, the places of one's workspaces, one's account and sessions.
    let own = ["members", "placements", "accounts", "sessions"].contains(&bare(table));
    let elsewhere = Context {
        workspace: Some(WorkspaceId::HOUSE),
        ..in_a
    };
    let expected = if own { table.counts[0] } else { or_none(table.counts[0]) };
    expect(
        "in the house sees A",
        count(conn, elsewhere, table, &of_a).await,
        expected,
    );
    // A fellow member's account: visible in the workspace, not outside.
    if bare(table) == "accounts" {
        let fellow = Context {
            actor: Some(b.owner),
            ..in_a
        };
        expect(
            "in A, as somebody else, sees A's people",
            count(conn, fellow, table, &of_a).await,
            1,
        );
    }
}

async fn writes(conn: &mut PgConnection, login: &str, table: &Table, a: &Tenant, b: &Tenant, wrong: &mut Vec<String>) {
    let in_a = Context {
        workspace: Some(a.workspace()),
        actor: Some(a.owner),
        classes: CLASSES,
    };
    let name = &table.name;
    let free = |act| everywhere(login, bare(table), act) || login == SYSTEM && table.owner != Owner::Tenant;
    let mut expect = |what: &str, result: &Result<u64, sqlx::Error>, rows: Option<i64>| {
        let found = match (result, state(result).as_deref()) {
            (Ok(rows), _) => Some(i64::try_from(*rows).expect("few rows")),
            // A constraint spoke, so the policy had nothing against it.
            (Err(_), Some("23505" | "23503")) => Some(0),
            (Err(_), Some("42501")) => None,
            (Err(error), _) => panic!("{name}: {login} {what}: {error}"),
        };
        if found != rows {
            wrong.push(format!("{name}: {login} {what}: {found:?} instead of {rows:?}"));
        }
    };
    // Insert: a copy of one's own row is held up by its key alone, a copy of another's by the policy.
    let granted = may(conn, login, table, "insert").await;
    for (what, sample, allowed) in [("inserts own", 0, true), ("inserts foreign", 1, free("insert"))] {
        let row = table.rows[sample].as_deref().expect("a sample").replace('\'', "''");
        let sql = format!(
            "insert into {name} select (jsonb_populate_record(null::{name}, '{row}'::jsonb)).* on conflict do nothing"
        );
        let result = attempt(conn, in_a, &sql).await;
        expect(what, &result, (granted && allowed).then_some(0));
    }
    let (of_a, of_b) = (condition(table, a), condition(table, b));
    if let Some(column) = updatable(conn, login, table).await {
        let expected = if free("update") { table.counts[1] } else { 0 };
        let result = attempt(
            conn,
            in_a,
            &format!("update {name} set {column} = {column} where {of_a}"),
        )
        .await;
        expect("updates own", &result, Some(table.counts[0]));
        let result = attempt(
            conn,
            in_a,
            &format!("update {name} set {column} = {column} where {of_b}"),
        )
        .await;
        expect("updates foreign", &result, Some(expected));
        if table.owner == Owner::Tenant && !free("update") {
            let result = attempt(
                conn,
                in_a,
                &format!("update {name} set workspace_id = '{}' where {of_a}", b.workspace()),
            )
            .await;
            expect("gives a row away", &result, None);
        }
    } else {
        let result = attempt(
            conn,
            in_a,
            &format!("update {name} set {} = default", first_column(table)),
        )
        .await;
        expect("updates without a grant", &result, None);
    }
    let granted = may(conn, login, table, "delete").await;
    let expected = if free("delete") { table.counts[1] } else { 0 };
    let result = attempt(conn, in_a, &format!("delete from {name} where {of_b}")).await;
    expect("deletes foreign", &result, granted.then_some(expected));
    let result = attempt(conn, in_a, &format!("delete from {name} where {of_a}")).await;
    expect("deletes own", &result, granted.then_some(table.counts[0]));
    let result = attempt(conn, in_a, &format!("truncate {name}")).await;
    expect("truncates", &result, None);
}

fn bare(table: &Table) -> &str {
    table.name.rsplit('.').next().unwrap_or(&table.name)
}

fn first_column(table: &Table) -> &'static str {
    match (&table.owner, bare(table)) {
        (Owner::Tenant, _) => "workspace_id",
        (Owner::Account(column), _) => column,
        (_, "installation" | "tenant_schemas") => "version",
        _ => "key",
    }
}

async fn updatable(conn: &mut PgConnection, login: &str, table: &Table) -> Option<String> {
    sqlx::query_scalar(
        "select quote_ident(a.attname) from pg_attribute a where a.attrelid = $2::regclass and a.attnum > 0
            and has_column_privilege($1, a.attrelid, a.attnum, 'update') order by a.attnum desc limit 1",
    )
    .bind(login)
    .bind(&table.name)
    .fetch_optional(conn)
    .await
    .expect("privileges")
}

#[tokio::test]
async fn t03_t04_t05_every_table_and_act_keeps_tenants_apart() {
    let test = testkit::database().await;
    let (a, b) = tenants(&test).await;
    let tables = tables(&mut test.superuser().await, &a, &b).await;
    for login in [APP, SYSTEM] {
        let mut conn = test.login(login).await;
        run(&mut conn, "begin").await.expect("begin");
        assert_eq!(check(&mut conn, login, &tables, &a, &b).await, Vec::<String>::new());
        // The other way round, for what only one of them has.
        assert_eq!(
            check(&mut conn, login, &swapped(&tables), &b, &a).await,
            Vec::<String>::new()
        );
    }
}

fn swapped(tables: &[Table]) -> Vec<Table> {
    let swap = |table: &Table| {
        let mut table = table.clone();
        table.rows.swap(0, 1);
        table.counts.swap(0, 1);
        table
    };
    tables.iter().map(swap).collect()
}

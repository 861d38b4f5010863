//! Setting a database up and bringing it up to date: login roles, schemas, migrations, the house. Safe to run again.

use crate::{Placement, Schema, StoreError, db::options};
use domain::{Secret, WorkspaceId};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection,
    migrate::{MigrateError, Migrator},
};
use std::collections::BTreeSet;
use time::OffsetDateTime;

static CONTROL: Migrator = sqlx::migrate!("migrations/control");
static TENANT: Migrator = sqlx::migrate!("migrations/tenant");

/// The login that owns everything; for migrations only.
pub const OWNER: &str = "scriptkeep_owner";
/// The login of everything that happens inside a workspace.
pub const APP: &str = "scriptkeep_app";
/// The login of sessions, sign-in, jobs and sealing.
pub const SYSTEM: &str = "scriptkeep_system";

/// What to set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// A Postgres URL of a superuser, of a role that may create roles, or of `scriptkeep_owner` once all three logins
    /// exist. Its database is the one to set up.
    pub url: Secret,
    /// The owner's password; `None` leaves it as it is (none, on a private cluster with a socket).
    pub owner_password: Option<Secret>,
    /// The app login's password, likewise.
    pub app_password: Option<Secret>,
    /// The system login's password, likewise.
    pub system_password: Option<Secret>,
    /// The schemas to place tenants in, besides those there are. The house lives in `shared`, which is always made.
    pub schemas: Vec<Schema>,
    /// Now.
    pub now: OffsetDateTime,
}

/// Why a database could not be set up. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database was brought up to date by a newer program.
    #[error(
        "{schema} is at version {found}, and this program knows only up to {known}: it is older than the database. Use \
         the newer program"
    )]
    Newer {
        /// The schema.
        schema: String,
        /// The version it has.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A released migration differs from the one that was applied.
    #[error(
        "migration {version} of schema {schema} is not the one that was applied. A released migration never changes: this \
         program or the database was tampered with, or comes from a development build"
    )]
    Changed {
        /// The schema.
        schema: String,
        /// The migration.
        version: i64,
    },
    /// The logins are missing and this login may not make them.
    #[error(
        "the login role {0} does not exist and this login may not make it. Run `create role {0} login` (with a password) \
         as a superuser, or give migrate a superuser's URL"
    )]
    NoRole(&'static str),
    /// The login can neither own things nor act as the owner.
    #[error(
        "this login may not act as scriptkeep_owner. Give migrate the URL of scriptkeep_owner or of a superuser, or run \
         `grant scriptkeep_owner to {0}`"
    )]
    NotOwner(String),
    /// The owner may not make schemas here.
    #[error(
        "scriptkeep_owner may not create schemas in database {0}. Run `grant create on database {0} to scriptkeep_owner` \
         as its owner or as a superuser"
    )]
    NoCreate(String),
    /// Anything else.
    #[error("the database could not be set up: {0}")]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for MigrationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The newest migrations this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Of schema `control`.
    pub control: i64,
    /// Of tenant schemas.
    pub tenant: i64,
}

/// The newest migrations this program knows.
pub fn versions() -> Versions {
    Versions {
        control: newest(&CONTROL),
        tenant: newest(&TENANT),
    }
}

fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The policies that migrations made and left, by name and table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// Of schema `control`.
    pub control: BTreeSet<(String, String)>,
    /// Of each tenant schema.
    pub tenant: BTreeSet<(String, String)>,
}

/// The policies that this program's migrations make, as they say it themselves.
pub fn policies() -> Policies {
    Policies {
        control: policies_of(&CONTROL),
        tenant: policies_of(&TENANT),
    }
}

fn policies_of(migrator: &Migrator) -> BTreeSet<(String, String)> {
    let mut policies = BTreeSet::new();
    for line in migrator.iter().flat_map(|migration| migration.sql.as_str().lines()) {
        let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_end_matches(';')).collect();
        match words.as_slice() {
            ["create", "policy", policy, "on", table, ..] => {
                policies.insert(((*policy).to_owned(), (*table).to_owned()));
            }
            ["drop", "policy", policy, "on", table, ..] => {
                policies.remove(&((*policy).to_owned(), (*table).to_owned()));
            }
            _ => {}
        }
    }
    policies
}

/// A text that changes whenever a migration does: names template databases in tests.
pub fn fingerprint() -> String {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64; // FNV-1a, 64 bits
    let checksums = CONTROL
        .iter()
        .chain(TENANT.iter())
        .flat_map(|migration| migration.checksum.iter());
    for byte in checksums.chain(include_bytes!("migrate.rs")) {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{sum:016x}")
}

/// Sets a database up, or brings it up to date. Running it again changes nothing but the passwords given.
///
/// # Errors
/// When the database is newer than this program, the login may not do it, or the database does not answer.
pub async fn migrate(setup: &Setup) -> Result<(), MigrationError> {
    let mut conn = options(setup.url.expose())?.connect().await?;
    let result = run(&mut conn, setup).await;
    let closed = conn.close().await;
    result?;
    Ok(closed?)
}

async fn run(conn: &mut PgConnection, setup: &Setup) -> Result<(), MigrationError> {
    // One migration at a time in a database, whoever runs it; the lock ends with the connection.
    sqlx::query("select pg_advisory_lock(7236481990214)")
        .execute(&mut *conn)
        .await?;
    roles(conn, setup).await?;
    become_owner(conn).await?;
    let mut schemas = vec![Schema::shared()];
    schemas.extend(setup.schemas.iter().cloned());
    schema(conn, "control").await?;
    apply(conn, &CONTROL, "control").await?;
    execute(conn, "set search_path = control, pg_temp").await?;
    let known: Vec<String> = sqlx::query_scalar("select name from tenant_schemas order by name")
        .fetch_all(&mut *conn)
        .await?;
    for name in known {
        schemas.push(Schema::new(name).map_err(|error| StoreError::Bug(error.to_string()))?);
    }
    schemas.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    schemas.dedup();
    for name in &schemas {
        schema(conn, name.as_str()).await?;
        apply(conn, &TENANT, name.as_str()).await?;
    }
    note(conn, setup, &schemas).await
}

/// Makes the three logins where they are missing and sets the passwords given.
async fn roles(conn: &mut PgConnection, setup: &Setup) -> Result<(), MigrationError> {
    let wanted = [
        (OWNER, &setup.owner_password),
        (APP, &setup.app_password),
        (SYSTEM, &setup.system_password),
    ];
    for (role, password) in wanted {
        let there: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(role)
            .fetch_one(&mut *conn)
            .await?;
        if !there {
            let made = execute(
                conn,
                &format!("create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication"),
            )
            .await;
            denied(made, || MigrationError::NoRole(role))?;
        }
        if let Some(password) = password {
            // Kept out of the server's log where this login may say so; a superuser may.
            let _ = execute(conn, "set log_statement = 'none'").await;
            // Formatted and quoted by the server itself: a role's password takes no parameter.
            let sql: String = sqlx::query_scalar("select format('alter role %I password %L', $1::text, $2::text)")
                .bind(role)
                .bind(password.expose())
                .fetch_one(&mut *conn)
                .await?;
            execute(conn, &sql).await?;
        }
    }
    Ok(())
}

/// Goes on as the owner, so that the owner owns what is made.
async fn become_owner(conn: &mut PgConnection) -> Result<(), MigrationError> {
    let (user, superuser, database): (String, bool, String) = sqlx::query_as(
        "select current_user::text, rolsuper, format('%I', current_database()) from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut *conn)
    .await?;
    if superuser {
        execute(conn, &format!("grant create on database {database} to {OWNER}")).await?;
        execute(conn, &format!("revoke temporary on database {database} from public")).await?;
        execute(conn, "revoke create on schema public from public").await?;
    }
    if user != OWNER {
        let member: bool = sqlx::query_scalar("select pg_has_role($1, 'member')")
            .bind(OWNER)
            .fetch_one(&mut *conn)
            .await?;
        if !member {
            let granted = execute(conn, &format!("grant {OWNER} to current_user")).await;
            denied(granted, || MigrationError::NotOwner(user.clone()))?;
        }
        let set = execute(conn, &format!("set role {OWNER}")).await;
        denied(set, || MigrationError::NotOwner(user))?;
    }
    let may: bool = sqlx::query_scalar("select has_database_privilege(current_database(), 'create')")
        .fetch_one(conn)
        .await?;
    if may {
        Ok(())
    } else {
        Err(MigrationError::NoCreate(database))
    }
}

async fn schema(conn: &mut PgConnection, name: &str) -> Result<(), MigrationError> {
    execute(conn, &format!("create schema if not exists {name}")).await?;
    execute(conn, &format!("grant usage on schema {name} to {APP}, {SYSTEM}")).await?;
    Ok(())
}

/// Runs what is missing in one schema. Each migration is a transaction of its own.
async fn apply(conn: &mut PgConnection, migrator: &Migrator, schema: &str) -> Result<(), MigrationError> {
    execute(conn, &format!("set search_path = {schema}, pg_temp")).await?;
    match migrator.run(&mut *conn).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) => Err(MigrationError::Newer {
            schema: schema.to_owned(),
            found,
            known: newest(migrator),
        }),
        Err(MigrateError::VersionMismatch(version)) => Err(MigrationError::Changed {
            schema: schema.to_owned(),
            version,
        }),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Err(error.into()),
        Err(other) => Err(StoreError::Bug(other.to_string()).into()),
    }
}

/// Notes the versions, and makes the house where it is missing.
async fn note(conn: &mut PgConnection, setup: &Setup, schemas: &[Schema]) -> Result<(), MigrationError> {
    let house = Placement::house();
    let mut tx = conn.begin().await?;
    execute(&mut tx, &format!("set local app.workspace = '{}'", WorkspaceId::HOUSE)).await?;
    execute(
        &mut tx,
        &format!("set local search_path = {}, control, pg_temp", house.schema),
    )
    .await?;
    sqlx::query("insert into installation (version) values ($1) on conflict (one) do update set version = $1")
        .bind(versions().control)
        .execute(&mut *tx)
        .await?;
    for schema in schemas {
        sqlx::query(
            "insert into tenant_schemas (name, version) values ($1, $2) on conflict (name) do update set version = $2",
        )
        .bind(schema.as_str())
        .bind(versions().tenant)
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query(
        "insert into placements (workspace_id, cluster, schema, bucket, key_store, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id) do nothing",
    )
    .bind(house.workspace.0)
    .bind(&house.cluster)
    .bind(house.schema.as_str())
    .bind(&house.bucket)
    .bind(&house.key_store)
    .bind(setup.now)
    .execute(&mut *tx)
    .await?;
    // The house has no name of its own, hence nothing encrypted.
    sqlx::query(
        "insert into workspaces (workspace_id, name, created_at, updated_at) values ($1, '', $2, $2)
         on conflict (workspace_id) do nothing",
    )
    .bind(house.workspace.0)
    .bind(setup.now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Runs one statement made of our own constants, checked names and what the server quoted.
async fn execute(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Says what to do where a right is missing (SQLSTATE 42501).
fn denied(result: Result<(), sqlx::Error>, say: impl FnOnce() -> MigrationError) -> Result<(), MigrationError> {
    match result {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => Err(say()),
        other => Ok(other?),
    }
}

//! What `serve` checks before it takes a request: a database that would lose data or let tenants see each other is
//! refused, with what to do about it.

mod isolation;

use crate::{Db, Reason, StoreError, migrate};
use sqlx::PgConnection;

/// Why the server does not start on this database. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The server is older than what the SQL is written for.
    #[error("this is PostgreSQL {0}; Scriptkeep needs 15 or newer. Upgrade the database server")]
    TooOld(String),
    /// The login is a superuser.
    #[error(
        "login {0} is a superuser, to whom row-level security does not apply. Serve as scriptkeep_app and \
         scriptkeep_system, which `scriptkeep migrate` makes"
    )]
    Superuser(String),
    /// The login has a right with which it can get past row-level security.
    #[error(
        "login {0} has the attribute {1}, with which it can get past row-level security. Take it away with \
         `alter role {0} no{1}`, or serve as the logins that `scriptkeep migrate` makes"
    )]
    TooPowerful(String, &'static str),
    /// The login acts as somebody else, and can stop to.
    #[error(
        "login {0} acts as {1} by a setting, and `reset role` undoes that. Take the setting out of the URL or the role, \
         and log in as {1} itself"
    )]
    ActsAs(String, String),
    /// The login owns tables, schemas or the database.
    #[error(
        "login {0} owns {1}, and an owner can switch row-level security off. Give it to scriptkeep_owner with \
         `alter … owner to scriptkeep_owner`"
    )]
    Owns(String, String),
    /// The login can become somebody who is any of that.
    #[error("login {0} is a member of {1}, which reads past row-level security. Run `revoke {1} from {0}`")]
    MemberOf(String, String),
    /// The login of the pool of requests is one that may see every workspace.
    #[error(
        "login {0} has the rights of scriptkeep_system, which sees every workspace, and is to serve requests. Put \
         scriptkeep_app into database.url and scriptkeep_system into database.system_url, or run \
         `revoke scriptkeep_system from {0}`"
    )]
    SeesAll(String),
    /// The login of the system pool is not one.
    #[error(
        "login {0} lacks the rights of scriptkeep_system. Put the login that `scriptkeep migrate` made into \
         database.system_url"
    )]
    NotSystem(String),
    /// Row-level security was switched off.
    #[error(
        "row-level security is off for {0}. Run `alter table {0} enable row level security; alter table {0} force row \
         level security` as its owner"
    )]
    Unguarded(String),
    /// A policy that the migrations did not make may show the rows of every workspace.
    #[error(
        "policy {policy} on {table} is not one that Scriptkeep made, and policies add up, so that the others no longer hold. \
         Run `drop policy {policy} on {table}` as the table's owner, or give it `to` a login of its own"
    )]
    OpenPolicy {
        /// The policy.
        policy: String,
        /// Its table.
        table: String,
    },
    /// A policy that the migrations made was changed.
    #[error(
        "policy {policy} on {table} was changed, and no longer asks whose workspace it is. Give it back the condition that \
         the migrations gave it (`alter policy`), from a backup of the schema"
    )]
    ChangedPolicy {
        /// The policy.
        policy: String,
        /// Its table.
        table: String,
    },
    /// A policy that the migrations made is gone.
    #[error(
        "policy {policy} on {table} is gone. Make it again as the migrations do, or restore the schema from a backup"
    )]
    MissingPolicy {
        /// The policy.
        policy: String,
        /// Its table.
        table: String,
    },
    /// A trigger that keeps what was written was switched off.
    #[error(
        "trigger {trigger} on {table} is switched off. Run `alter table {table} enable trigger {trigger}` as its owner"
    )]
    IdleTrigger {
        /// The trigger.
        trigger: String,
        /// Its table.
        table: String,
    },
    /// A view that the migrations did not make reads with its owner's eyes.
    #[error(
        "view {0} reaches tables of Scriptkeep with its owner's rights, who may see every workspace. Run `alter view {0} \
         set (security_invoker = true)`, take the login's rights to it away, or drop it"
    )]
    OpenView(String),
    /// Both pools have the same login.
    #[error(
        "app and system both log in as {0}. Give them the logins that `scriptkeep migrate` makes: scriptkeep_app and \
         scriptkeep_system"
    )]
    OneLogin(String),
    /// A setting under which a commit that was answered may be lost.
    #[error(
        "the database runs with {setting} = {value}: an acknowledged change could be lost in a crash. Set {setting} = on \
         (postgresql.conf, `alter system` or `alter role`) and restart or reload the database"
    )]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// A setting under which every statement that a policy would narrow is an error instead.
    #[error(
        "the database is asked with row_security = off, under which nothing can be read through its policies. Take the \
         setting out of the URL, the role or the database"
    )]
    PoliciesRefused,
    /// No schema, or an older one than this program needs.
    #[error("the database's schema is not up to date ({0}). Run `scriptkeep migrate` with this program first")]
    NotMigrated(String),
    /// The database did not answer.
    #[error("the database cannot be checked: {0}. See that it runs and that the logins' URLs are right")]
    Unreachable(StoreError),
}

impl Db {
    /// Checks that the database is one to serve from.
    ///
    /// # Errors
    /// With the first thing that is wrong, and what to do about it.
    pub async fn guard(&self) -> Result<(), Refusal> {
        let mut app = self.app().lend().await.map_err(Refusal::Unreachable)?;
        let mut system = self
            .statements(Reason::Migrate)
            .lend()
            .await
            .map_err(Refusal::Unreachable)?;
        let (serving, beside) = (role(&mut app).await?, role(&mut system).await?);
        if serving.name == beside.name {
            return Err(Refusal::OneLogin(serving.name));
        }
        if serving.is_system {
            return Err(Refusal::SeesAll(serving.name));
        }
        if !beside.is_system {
            return Err(Refusal::NotSystem(beside.name));
        }
        settings(&mut app).await?;
        settings(&mut system).await?;
        schema(&mut app).await?;
        isolation::check(&mut app).await
    }
}

/// A login that may be served from.
struct Role {
    name: String,
    /// Whether it is `scriptkeep_system`, or may become it.
    is_system: bool,
}

fn unreachable(error: sqlx::Error) -> Refusal {
    Refusal::Unreachable(error.into())
}

/// Checks one login.
async fn role(connection: &mut PgConnection) -> Result<Role, Refusal> {
    let row = sqlx::query!(
        "select r.rolname::text as \"name!\", current_user::text as \"acts_as!\", r.rolsuper as \"superuser!\",
            r.rolbypassrls as \"bypassrls!\", r.rolcreaterole as \"createrole!\", r.rolreplication as \"replication!\",
            coalesce(pg_has_role(r.oid, (select s.oid from pg_roles s where s.rolname = 'scriptkeep_system'), 'member'),
                false) as \"is_system!\",
            (select min(c.oid::regclass::text) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relowner = r.oid and n.nspname not like 'pg\\_%') as owns_table,
            (select min(n.nspname::text) from pg_namespace n
                where n.nspowner = r.oid and n.nspname not like 'pg\\_%') as owns_schema,
            (select d.datname::text from pg_database d
                where d.datdba = r.oid and d.datname = current_database()) as owns_database,
            (select min(o.rolname::text) from pg_roles o
                where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member')
                and (o.rolsuper or o.rolbypassrls
                    or o.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_execute_server_program',
                        'pg_read_server_files', 'pg_write_server_files')
                    or exists (select from pg_class c where c.relowner = o.oid and c.relrowsecurity))) as member_of
         from pg_roles r where r.rolname = session_user"
    )
    .fetch_one(connection)
    .await
    .map_err(unreachable)?;
    let name = row.name;
    if row.superuser {
        return Err(Refusal::Superuser(name));
    }
    let powers = [
        (row.bypassrls, "bypassrls"),
        (row.createrole, "createrole"),
        (row.replication, "replication"),
    ];
    if let Some((_, power)) = powers.into_iter().find(|(has, _)| *has) {
        return Err(Refusal::TooPowerful(name, power));
    }
    if row.acts_as != name {
        return Err(Refusal::ActsAs(name, row.acts_as));
    }
    let owned = [
        ("table", row.owns_table),
        ("schema", row.owns_schema),
        ("database", row.owns_database),
    ];
    if let Some((kind, Some(thing))) = owned.into_iter().find(|(_, thing)| thing.is_some()) {
        return Err(Refusal::Owns(name, format!("{kind} {thing}")));
    }
    if let Some(group) = row.member_of {
        return Err(Refusal::MemberOf(name, group));
    }
    Ok(Role {
        name,
        is_system: row.is_system,
    })
}

/// Checks what decides whether a commit survives a crash.
async fn settings(connection: &mut PgConnection) -> Result<(), Refusal> {
    let row = sqlx::query!(
        "select current_setting('server_version_num')::integer as \"number!\",
            current_setting('server_version') as \"version!\", current_setting('fsync') as \"fsync!\",
            current_setting('full_page_writes') as \"full_page_writes!\",
            current_setting('synchronous_commit') as \"synchronous_commit!\",
            current_setting('row_security') as \"row_security!\""
    )
    .fetch_one(connection)
    .await
    .map_err(unreachable)?;
    if row.number < 150_000 {
        return Err(Refusal::TooOld(row.version));
    }
    if row.row_security == "off" {
        return Err(Refusal::PoliciesRefused);
    }
    let durable = [
        ("fsync", row.fsync),
        ("synchronous_commit", row.synchronous_commit),
        ("full_page_writes", row.full_page_writes),
    ];
    for (setting, value) in durable {
        if value == "off" {
            return Err(Refusal::NotDurable { setting, value });
        }
    }
    Ok(())
}

/// Checks that every schema is at least as new as this program. A newer one is fine: releases expand before they
/// contract, so that nodes can be replaced one by one.
async fn schema(connection: &mut PgConnection) -> Result<(), Refusal> {
    let known = migrate::versions();
    let control = sqlx::query_scalar!("select version from installation")
        .fetch_optional(&mut *connection)
        .await;
    let control = match control {
        Ok(version) => version,
        // undefined_table, invalid_schema_name, insufficient_privilege: nothing there yet, or nothing for us.
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("42P01" | "3F000" | "42501")) => {
            None
        }
        Err(error) => return Err(unreachable(error)),
    };
    let Some(control) = control else {
        return Err(Refusal::NotMigrated(
            "this database has no Scriptkeep schema".to_owned(),
        ));
    };
    if control < known.control {
        return Err(Refusal::NotMigrated(format!(
            "control is at {control}, this program needs {}",
            known.control
        )));
    }
    let behind = sqlx::query!(
        "select name, version from tenant_schemas where version < $1 order by name limit 1",
        known.tenant
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(unreachable)?;
    match behind {
        Some(row) => Err(Refusal::NotMigrated(format!(
            "schema {} is at {}, this program needs {}",
            row.name, row.version, known.tenant
        ))),
        None => Ok(()),
    }
}

//! What keeps workspaces apart in the database: that nothing of it was taken away, and no policy or view built around it.

use super::{Refusal, unreachable};
use crate::migrate;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Checks tables, policies, triggers and views.
///
/// # Errors
/// With the first thing that is wrong.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), Refusal> {
    tables(connection).await?;
    policies(connection).await?;
    triggers(connection).await?;
    views(connection).await
}

/// Checks that row-level security is on for every table, and for its owner as well.
async fn tables(connection: &mut PgConnection) -> Result<(), Refusal> {
    let open = sqlx::query_scalar!(
        "select min(format('%I.%I', n.nspname, c.relname)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
            and (n.nspname = 'control' or n.nspname in (select name from tenant_schemas))
            and c.relname <> '_sqlx_migrations'"
    )
    .fetch_one(connection)
    .await
    .map_err(unreachable)?;
    match open {
        Some(table) => Err(Refusal::Unguarded(table)),
        None => Ok(()),
    }
}

/// Checks that the policies under which a request reads and writes have the names of those that the migrations made, that
/// none of these is gone, and that each of them, the restrictive ones too, mentions the context of its transaction: one
/// that does not would open its table, whatever the others say. Their text is not compared: who writes one that mentions the
/// context and holds nobody back is not noticed. Of a schema that is newer than this program only the mention can be
/// asked for. What all workspaces share has policies without it on purpose.
async fn policies(connection: &mut PgConnection) -> Result<(), Refusal> {
    let schemas = sqlx::query!("select name, version from tenant_schemas order by name")
        .fetch_all(&mut *connection)
        .await
        .map_err(unreachable)?;
    let control = sqlx::query_scalar!("select version from installation")
        .fetch_one(&mut *connection)
        .await
        .map_err(unreachable)?;
    let there = sqlx::query!(
        "select n.nspname::text as \"schema!\", c.relname::text as \"table!\", p.polname::text as \"policy!\",
            format('%I.%I', n.nspname, c.relname) as \"full_name!\", quote_ident(p.polname) as \"quoted!\",
            p.polpermissive as \"permissive!\",
            not (n.nspname = 'control' and c.relname in ('installation', 'tenant_schemas'))
                and exists (select from unnest(p.polroles) r (id)
                    where r.id = 0 or pg_has_role(session_user, r.id, 'member')) as \"applies!\",
            coalesce(pg_get_expr(p.polqual, p.polrelid) like '%current_setting(''app.%', true)
                and coalesce(pg_get_expr(p.polwithcheck, p.polrelid) like '%current_setting(''app.%', true) as \"asks!\"
         from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'control' or n.nspname in (select name from tenant_schemas)
         order by 1, 2, 3"
    )
    .fetch_all(connection)
    .await
    .map_err(unreachable)?;
    let known = migrate::versions();
    let made = migrate::policies();
    let same = |schema: &str| {
        let version = schemas.iter().find(|row| row.name == schema).map(|row| row.version);
        version.map_or(control == known.control, |version| version == known.tenant)
    };
    let names_of = |schema: &str| {
        if schema == "control" {
            &made.control
        } else {
            &made.tenant
        }
    };
    let is_made =
        |schema: &str, table: &str, policy: &str| names_of(schema).contains(&(policy.to_owned(), table.to_owned()));
    for row in there.iter().filter(|row| row.applies) {
        let (policy, table) = (row.quoted.clone(), row.full_name.clone());
        let made = is_made(&row.schema, &row.table, &row.policy);
        if made && !row.asks {
            return Err(Refusal::ChangedPolicy { policy, table });
        }
        if row.permissive && !made && (!row.asks || same(&row.schema)) {
            return Err(Refusal::OpenPolicy { policy, table });
        }
    }
    let there: BTreeSet<_> = there
        .iter()
        .map(|row| (&*row.schema, &*row.policy, &*row.table))
        .collect();
    let schemas = schemas.iter().map(|row| row.name.as_str()).chain(["control"]);
    for schema in schemas.filter(|schema| same(schema)) {
        let missing = names_of(schema)
            .iter()
            .find(|(policy, table)| !there.contains(&(schema, policy, table)));
        if let Some((policy, table)) = missing {
            return Err(Refusal::MissingPolicy {
                policy: policy.clone(),
                table: format!("{schema}.{table}"),
            });
        }
    }
    Ok(())
}

/// Checks that no trigger is switched off: they keep what was written from being written over.
async fn triggers(connection: &mut PgConnection) -> Result<(), Refusal> {
    let idle = sqlx::query!(
        "select quote_ident(t.tgname) as \"trigger!\", format('%I.%I', n.nspname, c.relname) as \"table!\"
         from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
         where not t.tgisinternal and t.tgenabled not in ('O', 'A')
            and (n.nspname = 'control' or n.nspname in (select name from tenant_schemas))
         order by 2, 1 limit 1"
    )
    .fetch_optional(connection)
    .await
    .map_err(unreachable)?;
    match idle {
        Some(row) => Err(Refusal::IdleTrigger {
            trigger: row.trigger,
            table: row.table,
        }),
        None => Ok(()),
    }
}

/// Checks that no view is a way around the policies of the tables it reads, itself or through other views.
async fn views(connection: &mut PgConnection) -> Result<(), Refusal> {
    let open = sqlx::query_scalar!(
        "with recursive reads (view, relation) as (
            select w.ev_class, d.refobjid from pg_rewrite w
            join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
            union
            select r.view, d.refobjid from reads r join pg_rewrite w on w.ev_class = r.relation
            join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
         )
         select min(format('%I.%I', n.nspname, c.relname)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where (c.relkind = 'm' or (c.relkind = 'v' and not exists (select from pg_options_to_table(c.reloptions) o
                where o.option_name = 'security_invoker' and o.option_value::boolean)))
            and has_schema_privilege(n.oid, 'usage')
            and (has_any_column_privilege(c.oid, 'select, insert, update') or has_table_privilege(c.oid, 'delete'))
            and exists (select from reads r join pg_class t on t.oid = r.relation
                join pg_namespace s on s.oid = t.relnamespace
                where r.view = c.oid and t.relkind in ('r', 'p')
                    and (s.nspname = 'control' or s.nspname in (select name from tenant_schemas)))"
    )
    .fetch_one(connection)
    .await
    .map_err(unreachable)?;
    match open {
        Some(view) => Err(Refusal::OpenView(view)),
        None => Ok(()),
    }
}

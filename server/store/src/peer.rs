//! What the audit log is measured against: the same act without it, and one hash chain for all workspaces, kept the way
//! such logs are kept. In the chain each event holds the hash of the one before it, so that the application locks the head,
//! computes, inserts the event and moves the head, and the lock is held until its transaction has committed. Compiled for
//! the bench only (feature `peer`).

use crate::{
    Scoped, StoreError,
    idempotency::{NewAnswer, actor_or_nil},
    tx::conn,
};

/// The tables of the chain: a superuser makes them, in a database of the bench.
pub const TABLES: &str = "create table shared.bench_head (size bigint not null, hash bytea not null);
    insert into shared.bench_head values (0, '');
    grant select, update on shared.bench_head to scriptkeep_app";

/// The same chain moved by a trigger. It costs no round trip, which is more than such a log can hope for: its events could
/// not hold the hash of the one before.
pub const TRIGGER: &str = "create function shared.bench_chain() returns trigger language plpgsql security definer as $$
    begin
        update shared.bench_head set size = size + 1, hash = sha256(hash || new.leaf_hash);
        return new;
    end $$;
    create trigger bench_chain after insert on shared.audit_events for each row execute function shared.bench_chain()";

/// Keeps the answer of an act that is not recorded, under the same condition as [`crate::audit::append_last`] does: the
/// members are those for whom it was decided. Answers whether it was kept.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_answer(tx: &mut impl Scoped, new: &NewAnswer, epoch: Option<i64>) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query(
        "with held as materialized (
            select where $7::bigint is null
                or exists (select from placements where workspace_id = $1 and epoch = $7 for share)
         )
         insert into idempotency_keys (workspace_id, actor, key_hash, request_hash, response, created_at)
         select $1, $2, $3, $4, $5, $6 from held on conflict (workspace_id, actor, key_hash) do nothing",
    )
    .bind(workspace.0)
    .bind(actor_or_nil(new.actor))
    .bind(&new.key_hash[..])
    .bind(&new.given.request_hash[..])
    .bind(&new.given.response)
    .bind(new.at)
    .bind(epoch)
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The head of the chain.
#[derive(Debug)]
pub struct Head {
    /// How many events there are.
    pub size: i64,
    /// The hash of the last one.
    pub hash: Vec<u8>,
}

/// Locks the head until the transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_head(tx: &mut impl Scoped) -> Result<Head, StoreError> {
    let (size, hash) = sqlx::query_as("select size, hash from shared.bench_head for update")
        .fetch_one(conn(tx))
        .await?;
    Ok(Head { size, hash })
}

/// Moves the head.
///
/// # Errors
/// When the database does not answer.
pub async fn move_head(tx: &mut impl Scoped, head: &Head) -> Result<(), StoreError> {
    sqlx::query("update shared.bench_head set size = $1, hash = $2")
        .bind(head.size)
        .bind(&head.hash)
        .execute(conn(tx))
        .await?;
    Ok(())
}

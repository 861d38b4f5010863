//! What the audit log is measured against: one hash chain for all workspaces, kept the way such logs are kept. Each event
//! holds the hash of the one before it, so that the application locks the head, computes, inserts the event and moves the
//! head, and the lock is held until its transaction has committed. Compiled for the bench only (feature `peer`).

use crate::{Scoped, StoreError, tx::conn};

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

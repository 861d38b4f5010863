//! The Merkle tree's tables: what the sealer takes, where it puts it, and what proofs are made from. The tree itself is
//! computed in `crypto`.

use crate::{
    Placement, Scoped, StoreError, SystemTx,
    error::{hash, unsigned},
    members::schema,
    tx::conn,
};
use domain::{EventId, WorkspaceId};
use sqlx::AssertSqlSafe;
use time::OffsetDateTime;

/// The tree's edge: what the next batch is put on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves the tree has.
    pub size: u64,
    /// The frontier as `crypto` writes it; empty for an empty tree.
    pub frontier: Vec<u8>,
}

/// An event that waits, with its leaf's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// The event.
    pub event: EventId,
    /// Its leaf's hash.
    pub leaf_hash: [u8; 32],
}

/// A node of the tree: `index` counts the complete subtrees of 2^`level` leaves from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The height above the leaves.
    pub level: u8,
    /// The subtree's number.
    pub index: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// A signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
}

/// A batch to seal: all that changes with it.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The head it was computed from.
    pub before: Head,
    /// The events, in the order of the tree; the first takes position `before.size`.
    pub leaves: Vec<Unsealed>,
    /// The nodes that become complete, level 0 (the leaves' hashes) included.
    pub nodes: Vec<Node>,
    /// The frontier after the batch.
    pub frontier: Vec<u8>,
    /// The checkpoint over the tree after the batch. A backlog of several batches has one after the last: events are
    /// never older than the checkpoint before theirs says.
    pub checkpoint: Option<Checkpoint>,
}

/// The workspaces that have something to seal, in every tenant schema.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(tx: &mut SystemTx) -> Result<Vec<Placement>, StoreError> {
    let schemas = sqlx::query_scalar!("select name from tenant_schemas order by name")
        .fetch_all(conn(tx))
        .await?;
    let mut found = Vec::new();
    for name in schemas {
        let name = schema(name)?;
        sqlx::raw_sql(AssertSqlSafe(format!(
            "set local search_path = {name}, control, pg_temp"
        )))
        .execute(conn(tx))
        .await?;
        let rows = sqlx::query!(
            "select p.workspace_id, p.cluster, p.bucket, p.key_store
             from placements p
             where p.schema = $1 and exists (select from audit_unsealed u where u.workspace_id = p.workspace_id)",
            name.as_str()
        )
        .fetch_all(conn(tx))
        .await?;
        found.extend(rows.into_iter().map(|row| Placement {
            workspace: WorkspaceId(row.workspace_id),
            cluster: row.cluster,
            schema: name.clone(),
            bucket: row.bucket,
            key_store: row.key_store,
        }));
    }
    tx.enter(&Placement::house(), tx.actor()).await?;
    Ok(found)
}

/// Locks the head of the transaction's workspace: one sealer at a time.
///
/// # Errors
/// When the database does not answer, or another sealer keeps the lock too long.
pub async fn lock_head(tx: &mut SystemTx) -> Result<Head, StoreError> {
    let workspace = tx.workspace();
    sqlx::query!(
        "insert into audit_heads (workspace_id) values ($1) on conflict (workspace_id) do nothing",
        workspace.0
    )
    .execute(conn(tx))
    .await?;
    let row = sqlx::query!(
        "select size, frontier from audit_heads where workspace_id = $1 for update",
        workspace.0
    )
    .fetch_one(conn(tx))
    .await?;
    Ok(Head {
        size: unsigned(row.size)?,
        frontier: row.frontier,
    })
}

/// The events that wait in the transaction's workspace, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn take(tx: &mut SystemTx, limit: u32) -> Result<Vec<Unsealed>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select u.event_id, e.leaf_hash
         from audit_unsealed u
         join audit_events e on e.workspace_id = u.workspace_id and e.id = u.event_id
         where u.workspace_id = $1 order by u.event_id limit $2",
        workspace.0,
        i64::from(limit)
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Unsealed {
                event: EventId(row.event_id),
                leaf_hash: hash(row.leaf_hash)?,
            })
        })
        .collect()
}

/// Writes a batch: leaves, nodes, head and checkpoint, and takes the events from the queue.
///
/// # Errors
/// When the head has moved since [`lock_head`], or an event was not in the queue: nothing may be committed then.
pub async fn seal(tx: &mut SystemTx, batch: &Batch) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    let first = signed(batch.before.size)?;
    let events: Vec<_> = batch.leaves.iter().map(|leaf| leaf.event.0).collect();
    let hashes: Vec<_> = batch.leaves.iter().map(|leaf| leaf.leaf_hash.to_vec()).collect();
    let grown = batch.before.size + batch.leaves.len() as u64;
    let size = signed(grown)?;
    let moved = sqlx::query!(
        "update audit_heads set size = $3, frontier = $4 where workspace_id = $1 and size = $2",
        workspace.0,
        first,
        size,
        batch.frontier
    )
    .execute(conn(tx))
    .await?;
    let taken = sqlx::query!(
        "delete from audit_unsealed where workspace_id = $1 and event_id = any ($2)",
        workspace.0,
        &events
    )
    .execute(conn(tx))
    .await?;
    let fits = batch
        .checkpoint
        .as_ref()
        .is_none_or(|checkpoint| checkpoint.size == grown);
    if moved.rows_affected() != 1 || taken.rows_affected() != batch.leaves.len() as u64 || !fits {
        return Err(StoreError::Bug(
            "the batch does not fit the head or the queue".to_owned(),
        ));
    }
    sqlx::query!(
        "insert into audit_leaves (workspace_id, position, event_id, leaf_hash)
         select $1, $2 + l.number - 1, l.event_id, l.leaf_hash
         from unnest($3::uuid[], $4::bytea[]) with ordinality as l (event_id, leaf_hash, number)",
        workspace.0,
        first,
        &events,
        &hashes
    )
    .execute(conn(tx))
    .await?;
    insert_nodes(tx, &batch.nodes).await?;
    let Some(checkpoint) = &batch.checkpoint else {
        return Ok(());
    };
    sqlx::query!(
        "insert into audit_checkpoints (workspace_id, size, note, signed_at) values ($1, $2, $3, $4)",
        workspace.0,
        size,
        checkpoint.note,
        checkpoint.signed_at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

async fn insert_nodes(tx: &mut SystemTx, nodes: &[Node]) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    let levels: Vec<_> = nodes.iter().map(|node| i16::from(node.level)).collect();
    let indexes = nodes
        .iter()
        .map(|node| signed(node.index))
        .collect::<Result<Vec<_>, _>>()?;
    let hashes: Vec<_> = nodes.iter().map(|node| node.hash.to_vec()).collect();
    sqlx::query!(
        "insert into audit_nodes (workspace_id, level, index, hash)
         select $1, n.level, n.index, n.hash
         from unnest($2::smallint[], $3::bigint[], $4::bytea[]) as n (level, index, hash)",
        workspace.0,
        &levels,
        &indexes,
        &hashes
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// The hashes of nodes (level, index) of the transaction's workspace, in the order asked for.
///
/// # Errors
/// When one of them is not there ([`StoreError::Bug`]): the tree is not as large as the caller thinks.
pub async fn nodes(tx: &mut impl Scoped, wanted: &[(u8, u64)]) -> Result<Vec<[u8; 32]>, StoreError> {
    let workspace = tx.workspace();
    let levels: Vec<_> = wanted.iter().map(|(level, _)| i16::from(*level)).collect();
    let indexes = wanted
        .iter()
        .map(|(_, index)| signed(*index))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = sqlx::query_scalar!(
        "select n.hash
         from unnest($2::smallint[], $3::bigint[]) with ordinality as w (level, index, number)
         join audit_nodes n on n.workspace_id = $1 and n.level = w.level and n.index = w.index
         order by w.number",
        workspace.0,
        &levels,
        &indexes
    )
    .fetch_all(conn(tx))
    .await?;
    if rows.len() != wanted.len() {
        return Err(StoreError::Bug("a node of the audit tree is missing".to_owned()));
    }
    rows.into_iter().map(hash).collect()
}

/// The newest checkpoint of the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn newest_checkpoint(tx: &mut impl Scoped) -> Result<Option<Checkpoint>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select size, note, signed_at from audit_checkpoints where workspace_id = $1 order by size desc limit 1",
        workspace.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Checkpoint {
            size: unsigned(row.size)?,
            note: row.note,
            signed_at: row.signed_at,
        })
    })
    .transpose()
}

/// Every checkpoint of the transaction's workspace, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn checkpoints(tx: &mut impl Scoped) -> Result<Vec<Checkpoint>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select size, note, signed_at from audit_checkpoints where workspace_id = $1 order by size",
        workspace.0
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Checkpoint {
                size: unsigned(row.size)?,
                note: row.note,
                signed_at: row.signed_at,
            })
        })
        .collect()
}

fn signed(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Bug("a position is out of range".to_owned()))
}

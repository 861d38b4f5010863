//! The bodies of records: the log of their updates, snapshots of it, and which of it the audit log covers. Rows are
//! ciphertext; what they hold is known to `services`.

use crate::{FieldClass, Placement, Scoped, StoreError, SystemTx, error::unsigned, members::schema, tx::conn};
use domain::{AccountId, EventId, RecordId, SessionId, WorkspaceId};
use sqlx::AssertSqlSafe;
use time::OffsetDateTime;

/// A row of the log: what one session sent in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateRow {
    /// Its place in the record's log, from 1 on without a gap.
    pub sequence: u64,
    /// Who sent it.
    pub actor: AccountId,
    /// From which session.
    pub session: SessionId,
    /// When it was put into the document.
    pub at: OffsetDateTime,
    /// How many updates it holds.
    pub updates: u32,
    /// The updates, encrypted.
    pub content: Vec<u8>,
}

/// A snapshot: everything up to and with a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last sequence that is in it.
    pub sequence: u64,
    /// The document as one update, encrypted.
    pub content: Vec<u8>,
}

/// What an audit event covers: the updates of one session between two sequences, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first sequence looked at.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// Whose rows of these.
    pub session: SessionId,
    /// The event that commits to them.
    pub event: EventId,
}

/// Puts rows at the end of logs, of one record or several, in one statement; and notes, for the records in `fresh`, that
/// something waits to be covered.
///
/// # Errors
/// [`StoreError::Conflict`] when a sequence is taken: somebody else wrote, and what the caller knows is out of date.
pub async fn append(
    tx: &mut impl Scoped,
    class: FieldClass,
    rows: &[(RecordId, UpdateRow)],
    fresh: &[RecordId],
) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    let records: Vec<_> = rows.iter().map(|(record, _)| record.0).collect();
    let sequences = rows
        .iter()
        .map(|(_, row)| signed(row.sequence))
        .collect::<Result<Vec<_>, _>>()?;
    let actors: Vec<_> = rows.iter().map(|(_, row)| row.actor.0).collect();
    let sessions: Vec<_> = rows.iter().map(|(_, row)| row.session.0).collect();
    let times: Vec<_> = rows.iter().map(|(_, row)| row.at).collect();
    let counts: Vec<_> = rows
        .iter()
        .map(|(_, row)| i32::try_from(row.updates).unwrap_or(i32::MAX))
        .collect();
    let contents: Vec<_> = rows.iter().map(|(_, row)| row.content.as_slice()).collect();
    let fresh: Vec<_> = fresh.iter().map(|record| record.0).collect();
    sqlx::query!(
        "with waiting as (
            insert into document_unsealed (workspace_id, record_id, since)
            select $1, f.record_id, min(u.at)
            from unnest($10::uuid[]) as f (record_id)
            join unnest($3::uuid[], $7::timestamptz[]) as u (record_id, at) on u.record_id = f.record_id
            group by f.record_id
            on conflict (workspace_id, record_id) do nothing
         )
         insert into document_updates
            (workspace_id, class, record_id, sequence, actor, session, at, updates, content)
         select $1, $2, u.record_id, u.sequence, u.actor, u.session, u.at, u.updates, u.content
         from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::timestamptz[], $8::integer[], $9::bytea[])
            as u (record_id, sequence, actor, session, at, updates, content)",
        workspace.0,
        class.as_str(),
        &records,
        &sequences,
        &actors,
        &sessions,
        &times,
        &counts,
        &contents as &[&[u8]],
        &fresh
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// The newest snapshot of a record's body.
///
/// # Errors
/// When the database does not answer.
pub async fn snapshot(tx: &mut impl Scoped, record: RecordId) -> Result<Option<Snapshot>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select sequence, content from document_snapshots
         where workspace_id = $1 and record_id = $2 order by sequence desc limit 1",
        workspace.0,
        record.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Snapshot {
            sequence: unsigned(row.sequence)?,
            content: row.content,
        })
    })
    .transpose()
}

/// Rows of a record's log after a sequence, in its order, at most so many.
///
/// # Errors
/// When the database does not answer.
pub async fn updates_after(
    tx: &mut impl Scoped,
    record: RecordId,
    after: u64,
    limit: u32,
) -> Result<Vec<UpdateRow>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select sequence, actor, session, at, updates, content from document_updates
         where workspace_id = $1 and record_id = $2 and sequence > $3 order by sequence limit $4",
        workspace.0,
        record.0,
        signed(after)?,
        i64::from(limit)
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(UpdateRow {
                sequence: unsigned(row.sequence)?,
                actor: AccountId(row.actor),
                session: SessionId(row.session),
                at: row.at,
                updates: unsigned(row.updates)?,
                content: row.content,
            })
        })
        .collect()
}

/// Keeps a snapshot. One of the same sequence that is there already stays, and so do all older ones: compaction adds, and
/// deletes nothing inside retention, neither rows nor snapshots (an older snapshot is the way back should a newer one turn out
/// damaged). Each is made only once what came after the last is half as large as that one, so together they are a few times
/// the size of the text. What is beyond retention goes with its key.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_snapshot(
    tx: &mut impl Scoped,
    record: RecordId,
    class: FieldClass,
    snapshot: &Snapshot,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    sqlx::query!(
        "insert into document_snapshots (workspace_id, record_id, sequence, class, at, content)
         values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, record_id, sequence) do nothing",
        workspace.0,
        record.0,
        signed(snapshot.sequence)?,
        class.as_str(),
        at,
        snapshot.content
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Up to which sequence a record's log is covered by audit events; 0 when none of it is.
///
/// # Errors
/// When the database does not answer.
pub async fn covered(tx: &mut impl Scoped, record: RecordId) -> Result<u64, StoreError> {
    let workspace = tx.workspace();
    let last = sqlx::query_scalar!(
        "select last from document_ranges where workspace_id = $1 and record_id = $2 order by last desc limit 1",
        workspace.0,
        record.0
    )
    .fetch_optional(conn(tx))
    .await?;
    last.map_or(Ok(0), unsigned)
}

/// The last sequence of a record's log; 0 when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn last(tx: &mut impl Scoped, record: RecordId) -> Result<u64, StoreError> {
    let workspace = tx.workspace();
    let last = sqlx::query_scalar!(
        "select sequence from document_updates where workspace_id = $1 and record_id = $2 order by sequence desc limit 1",
        workspace.0,
        record.0
    )
    .fetch_optional(conn(tx))
    .await?;
    last.map_or(Ok(0), unsigned)
}

/// Notes what the events of this transaction cover. What comes after the last of them waits on; where nothing does, the
/// record is taken from those that wait. The record counts as changed when, and by whom, the last update was written.
///
/// # Errors
/// When the database does not answer, or a range is there already ([`StoreError::Conflict`]).
pub async fn cover(tx: &mut impl Scoped, record: RecordId, ranges: &[Range]) -> Result<(), StoreError> {
    let workspace = tx.workspace();
    let firsts = ranges
        .iter()
        .map(|range| signed(range.first))
        .collect::<Result<Vec<_>, _>>()?;
    let lasts = ranges
        .iter()
        .map(|range| signed(range.last))
        .collect::<Result<Vec<_>, _>>()?;
    let sessions: Vec<_> = ranges.iter().map(|range| range.session.0).collect();
    let events: Vec<_> = ranges.iter().map(|range| range.event.0).collect();
    sqlx::query!(
        "with noted as (
            insert into document_ranges (workspace_id, record_id, first, last, session, event_id)
            select $1, $2, r.first, r.last, r.session, r.event_id
            from unnest($3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[]) as r (first, last, session, event_id)
            returning last
         )
         delete from document_unsealed d where d.workspace_id = $1 and d.record_id = $2
            and not exists (select from document_updates u where u.workspace_id = $1 and u.record_id = $2
                and u.sequence > (select max(last) from noted))",
        workspace.0,
        record.0,
        &firsts,
        &lasts,
        &sessions,
        &events
    )
    .execute(conn(tx))
    .await?;
    // Whoever looks at a list wants to see what was written in last. The revision stays: it is of the fields.
    sqlx::query!(
        "update records r set updated_at = u.at, changed_by = u.actor
         from (select at, actor from document_updates where workspace_id = $1 and record_id = $2
            order by sequence desc limit 1) u
         where r.workspace_id = $1 and r.id = $2 and r.updated_at < u.at",
        workspace.0,
        record.0
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// The records whose logs end in updates that no range covers, in every tenant schema, with where they live.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(tx: &mut SystemTx) -> Result<Vec<(Placement, RecordId)>, StoreError> {
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
            "select p.workspace_id, p.cluster, p.bucket, p.key_store, d.record_id
             from document_unsealed d join placements p on p.workspace_id = d.workspace_id
             where p.schema = $1 order by d.workspace_id, d.record_id",
            name.as_str()
        )
        .fetch_all(conn(tx))
        .await?;
        found.extend(rows.into_iter().map(|row| {
            let placement = Placement {
                workspace: WorkspaceId(row.workspace_id),
                cluster: row.cluster,
                schema: name.clone(),
                bucket: row.bucket,
                key_store: row.key_store,
            };
            (placement, RecordId(row.record_id))
        }));
    }
    tx.enter(&Placement::house(), tx.actor()).await?;
    Ok(found)
}

fn signed(sequence: u64) -> Result<i64, StoreError> {
    i64::try_from(sequence).map_err(|_| StoreError::Bug("a sequence is out of range".to_owned()))
}

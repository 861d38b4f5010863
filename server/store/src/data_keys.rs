//! Data keys, wrapped under their workspace's key: one for each thing (a record, an account, the workspace itself) and
//! class. Keys of a record's field class ([`crate::FieldClass::as_str`]) are visible with that class only.

use crate::{Scoped, StoreError, error::unsigned, tx::conn};
use time::OffsetDateTime;
use uuid::Uuid;

/// A wrapped data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKeyRow {
    /// What it is for: the id of a record, an account, a workspace.
    pub record: Uuid,
    /// Which part of it.
    pub class: String,
    /// Counts from 1; ciphertext names the version it was made with.
    pub version: u32,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// A data key of the transaction's workspace: the version asked for, or the newest.
///
/// # Errors
/// When the database does not answer.
pub async fn get(
    tx: &mut impl Scoped,
    record: Uuid,
    class: &str,
    version: Option<u32>,
) -> Result<Option<DataKeyRow>, StoreError> {
    let workspace = tx.workspace();
    let version = version.map(|version| i32::try_from(version).unwrap_or(i32::MAX));
    let row = sqlx::query!(
        "select version, wrapped from data_keys
         where workspace_id = $1 and record_id = $2 and class = $3 and ($4::integer is null or version = $4)
         order by version desc limit 1",
        workspace.0,
        record,
        class,
        version
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(DataKeyRow {
            record,
            class: class.to_owned(),
            version: unsigned(row.version)?,
            wrapped: row.wrapped,
        })
    })
    .transpose()
}

/// Every version of the data keys of several things, for lists.
///
/// # Errors
/// When the database does not answer.
pub async fn of_records(tx: &mut impl Scoped, records: &[Uuid]) -> Result<Vec<DataKeyRow>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select record_id, class, version, wrapped from data_keys where workspace_id = $1 and record_id = any ($2)",
        workspace.0,
        records
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DataKeyRow {
                record: row.record_id,
                class: row.class,
                version: unsigned(row.version)?,
                wrapped: row.wrapped,
            })
        })
        .collect()
}

/// Keeps a new data key. Answers false, and changes nothing, when there is one of that version already: somebody else
/// was first, and theirs is the one to use.
///
/// # Errors
/// When the database does not answer, or the transaction does not see the key's class ([`StoreError::Bug`]).
pub async fn insert(tx: &mut impl Scoped, new: &DataKeyRow, at: OffsetDateTime) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let version = i32::try_from(new.version).unwrap_or(i32::MAX);
    let done = sqlx::query!(
        "insert into data_keys (workspace_id, record_id, class, version, wrapped, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, record_id, class, version) do nothing",
        workspace.0,
        new.record,
        new.class,
        version,
        new.wrapped,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

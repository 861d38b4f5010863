//! Pictures in the bodies of records. Rows are ciphertext; who may see one is who may see the body's class.

use crate::{FieldClass, Scoped, StoreError, error::unsigned, tx::conn};
use domain::{AttachmentId, RecordId, ops::PictureKind};
use time::OffsetDateTime;

/// A picture to keep.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// Its id.
    pub id: AttachmentId,
    /// The record in whose body it stands.
    pub record: RecordId,
    /// The class it belongs to.
    pub class: FieldClass,
    /// What kind of picture it is.
    pub kind: PictureKind,
    /// Its size in bytes, in the clear.
    pub size: u32,
    /// The bytes, encrypted.
    pub content: Vec<u8>,
    /// When it was added.
    pub at: OffsetDateTime,
}

/// A picture as it is kept.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The record in whose body it stands.
    pub record: RecordId,
    /// What kind of picture it is.
    pub kind: PictureKind,
    /// Its size in bytes, in the clear.
    pub size: u32,
    /// The bytes, encrypted.
    pub content: Vec<u8>,
}

/// Keeps a picture, as the transaction's actor's.
///
/// # Errors
/// When the class is not the transaction's ([`StoreError::Bug`]).
pub async fn insert(tx: &mut impl Scoped, new: &NewAttachment) -> Result<(), StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    sqlx::query!(
        "insert into attachments (workspace_id, id, record_id, class, kind, size, content, added_by, added_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        workspace.0,
        new.id.0,
        new.record.0,
        new.class.as_str(),
        new.kind.word(),
        i32::try_from(new.size).unwrap_or(i32::MAX),
        new.content,
        actor.map(|account| account.0),
        new.at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Whose body a picture stands in, without reading it.
///
/// # Errors
/// When the database does not answer.
pub async fn record_of(tx: &mut impl Scoped, id: AttachmentId) -> Result<Option<RecordId>, StoreError> {
    let workspace = tx.workspace();
    let record = sqlx::query_scalar!(
        "select record_id from attachments where workspace_id = $1 and id = $2",
        workspace.0,
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    Ok(record.map(RecordId))
}

/// A picture.
///
/// # Errors
/// When the database does not answer.
pub async fn get(tx: &mut impl Scoped, id: AttachmentId) -> Result<Option<Attachment>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select record_id, kind, size, content from attachments where workspace_id = $1 and id = $2",
        workspace.0,
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Attachment {
            record: RecordId(row.record_id),
            kind: PictureKind::parse(&row.kind)
                .ok_or_else(|| StoreError::Bug(format!("unknown kind of picture {}", row.kind)))?,
            size: unsigned(row.size)?,
            content: row.content,
        })
    })
    .transpose()
}

/// How many pictures a record has.
///
/// # Errors
/// When the database does not answer.
pub async fn count(tx: &mut impl Scoped, record: RecordId) -> Result<u32, StoreError> {
    let workspace = tx.workspace();
    let count = sqlx::query_scalar!(
        "select count(*) from attachments where workspace_id = $1 and record_id = $2",
        workspace.0,
        record.0
    )
    .fetch_one(conn(tx))
    .await?;
    Ok(u32::try_from(count.unwrap_or_default()).unwrap_or(u32::MAX))
}

/// Removes a picture; answers whether it was there.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(tx: &mut impl Scoped, id: AttachmentId) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "delete from attachments where workspace_id = $1 and id = $2",
        workspace.0,
        id.0
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

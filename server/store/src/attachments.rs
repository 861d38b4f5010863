//! Pictures in the bodies of records. Rows are ciphertext; who may see one is who may see the body's class. None is ever
//! removed: what was taken out of a text stands in its history.

use crate::{FieldClass, Scoped, StoreError, tx::conn};
use domain::{AttachmentId, RecordId, ops::PictureKind};
use time::OffsetDateTime;
use uuid::Uuid;

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
    /// Its key, sealed.
    pub key: Vec<u8>,
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
    /// Its key, sealed; none for what the release before kept.
    pub key: Option<Vec<u8>>,
    /// The picture that was added with the bytes, which may be this one.
    pub first: AttachmentId,
    /// The record that one was added to.
    pub first_record: RecordId,
    /// The bytes, encrypted.
    pub content: Vec<u8>,
}

/// A picture of a record, without its bytes.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its id.
    pub id: AttachmentId,
    /// Its key, as [`Attachment::key`].
    pub key: Option<Vec<u8>>,
}

/// A picture that shows the bytes of another.
#[derive(Clone, Debug)]
pub struct Sharing {
    /// Its id.
    pub id: AttachmentId,
    /// Whose bytes it shows.
    pub of: AttachmentId,
    /// Its key, as [`Attachment::key`].
    pub key: Option<Vec<u8>>,
}

/// Keeps a picture, as the transaction's actor's.
///
/// # Errors
/// When the class is not the transaction's ([`StoreError::Bug`]).
pub async fn insert(tx: &mut impl Scoped, new: &NewAttachment) -> Result<(), StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    sqlx::query!(
        "insert into attachments (workspace_id, id, record_id, class, kind, size, key, content, added_by, added_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        workspace.0,
        new.id.0,
        new.record.0,
        new.class.as_str(),
        new.kind.word(),
        i32::try_from(new.size).unwrap_or(i32::MAX),
        new.key,
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
        r#"select a.record_id, a.kind, a.key, f.id as "first!", f.record_id as "first_record!", f.content as "content!"
         from attachments a join attachments f on f.workspace_id = $1 and f.id = coalesce(a.content_of, a.id)
         where a.workspace_id = $1 and a.id = $2"#,
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
            key: row.key,
            first: AttachmentId(row.first),
            first_record: RecordId(row.first_record),
            content: row.content,
        })
    })
    .transpose()
}

/// Those of some pictures that a record has.
///
/// # Errors
/// When the database does not answer.
pub async fn held(tx: &mut impl Scoped, record: RecordId, ids: &[AttachmentId]) -> Result<Vec<Held>, StoreError> {
    let workspace = tx.workspace();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select id, key from attachments where workspace_id = $1 and record_id = $2 and id = any ($3)",
        workspace.0,
        record.0,
        &ids
    )
    .fetch_all(conn(tx))
    .await?;
    let rows = rows.into_iter().map(|row| Held {
        id: AttachmentId(row.id),
        key: row.key,
    });
    Ok(rows.collect())
}

/// Gives a record pictures that show the bytes of others, as the transaction's actor's.
///
/// # Errors
/// When the database does not answer, or one of the others is not there ([`StoreError::Bug`]).
pub async fn share(
    tx: &mut impl Scoped,
    record: RecordId,
    pictures: &[Sharing],
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    let (mut ids, mut of, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for picture in pictures {
        ids.push(picture.id.0);
        of.push(picture.of.0);
        keys.push(picture.key.clone());
    }
    let done = sqlx::query!(
        "insert into attachments (workspace_id, id, record_id, class, kind, size, key, content_of, added_by, added_at)
         select $1, p.id, $2, a.class, a.kind, a.size, p.key, coalesce(a.content_of, a.id), $6, $7
         from unnest($3::uuid[], $4::uuid[], $5::bytea[]) as p (id, of, key)
            join attachments a on a.workspace_id = $1 and a.id = p.of",
        workspace.0,
        record.0,
        &ids,
        &of,
        &keys as &[Option<Vec<u8>>],
        actor.map(|account| account.0),
        at
    )
    .execute(conn(tx))
    .await?;
    if done.rows_affected() == pictures.len() as u64 {
        return Ok(());
    }
    Err(StoreError::Bug(
        "a picture whose bytes were to be shown is not there".to_owned(),
    ))
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

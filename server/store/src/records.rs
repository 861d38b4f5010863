//! Records and their fields, one row for each field class. What a transaction's classes do not cover is not there.

use crate::{Changed, FieldClass, Scoped, StoreError, error::unsigned, tx::conn};
use domain::{
    AccountId, RecordId,
    policy::{Item, Shelf},
};
use time::OffsetDateTime;
use uuid::Uuid;

/// A record with the fields the transaction may see.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Its type's id.
    pub kind: String,
    /// Its state's id.
    pub state: String,
    /// Where it is kept.
    pub shelf: Shelf,
    /// Who changed it last; none for the command line.
    pub changed_by: Option<AccountId>,
    /// Counts changes.
    pub revision: u32,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
    /// The values by class, encrypted.
    pub fields: Vec<(FieldClass, Vec<u8>)>,
}

/// Most records of a shelf that are listed: a bound on memory, far above what one workspace keeps at hand.
pub const LISTED_MAX: i64 = 20_000;

impl Record {
    /// The value of a class, if it is there and visible.
    pub fn field(&self, class: FieldClass) -> Option<&[u8]> {
        self.fields
            .iter()
            .find(|(found, _)| *found == class)
            .map(|(_, value)| value.as_slice())
    }
}

struct Row {
    id: Uuid,
    kind: String,
    state: String,
    shelf: String,
    changed_by: Option<Uuid>,
    revision: i32,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    class: Option<String>,
    value: Option<Vec<u8>>,
}

/// The records on a shelf of the transaction's workspace with their titles and no other field, last changed first, at most
/// [`LISTED_MAX`].
///
/// # Errors
/// When the database does not answer.
pub async fn titles(tx: &mut impl Scoped, shelf: Shelf) -> Result<Vec<Record>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_as!(
        Row,
        "select r.id, r.kind, r.state, r.shelf, r.changed_by, r.revision, r.created_at, r.updated_at,
            f.class as \"class?\", f.value as \"value?\"
         from records r
         left join record_fields f on f.workspace_id = r.workspace_id and f.record_id = r.id and f.class = 'record.title'
         where r.workspace_id = $1 and r.shelf = $2 order by r.updated_at desc, r.id desc limit $3",
        workspace.0,
        shelf.word(),
        LISTED_MAX
    )
    .fetch_all(conn(tx))
    .await?;
    gather(rows)
}

/// A record of the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn get(tx: &mut impl Scoped, id: RecordId) -> Result<Option<Record>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_as!(
        Row,
        "select r.id, r.kind, r.state, r.shelf, r.changed_by, r.revision, r.created_at, r.updated_at,
            f.class as \"class?\", f.value as \"value?\"
         from records r
         left join record_fields f on f.workspace_id = r.workspace_id and f.record_id = r.id
         where r.workspace_id = $1 and r.id = $2",
        workspace.0,
        id.0
    )
    .fetch_all(conn(tx))
    .await?;
    Ok(gather(rows)?.pop())
}

/// Those of the records that are there, in no order: for showing what others refer to.
///
/// # Errors
/// When the database does not answer.
pub async fn some(tx: &mut impl Scoped, ids: &[RecordId]) -> Result<Vec<Record>, StoreError> {
    let workspace = tx.workspace();
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        "select r.id, r.kind, r.state, r.shelf, r.changed_by, r.revision, r.created_at, r.updated_at,
            f.class as \"class?\", f.value as \"value?\"
         from records r
         left join record_fields f on f.workspace_id = r.workspace_id and f.record_id = r.id
         where r.workspace_id = $1 and r.id = any ($2) order by r.id",
        workspace.0,
        &ids
    )
    .fetch_all(conn(tx))
    .await?;
    gather(rows)
}

/// Puts the rows of one record, which follow each other, into one.
fn gather(rows: Vec<Row>) -> Result<Vec<Record>, StoreError> {
    let mut records: Vec<Record> = Vec::new();
    for row in rows {
        if records.last().is_none_or(|last| last.id.0 != row.id) {
            records.push(Record {
                id: RecordId(row.id),
                shelf: parse_shelf(&row.shelf)?,
                kind: row.kind,
                state: row.state,
                changed_by: row.changed_by.map(AccountId),
                revision: unsigned(row.revision)?,
                created_at: row.created_at,
                updated_at: row.updated_at,
                fields: Vec::new(),
            });
        }
        // A class of a later release is not for us.
        if let (Some(class), Some(value), Some(last)) = (
            row.class.as_deref().and_then(FieldClass::parse),
            row.value,
            records.last_mut(),
        ) {
            last.fields.push((class, value));
        }
    }
    Ok(records)
}

/// What a record is, apart from its fields.
#[derive(Clone, Copy, Debug)]
pub struct NewRecord<'a> {
    /// Its id.
    pub id: RecordId,
    /// Its type's id.
    pub kind: &'a str,
    /// Its state's id.
    pub state: &'a str,
}

/// Makes a record in the transaction's workspace, at revision 1.
///
/// # Errors
/// When there is one with that id ([`StoreError::Conflict`]), or a class is not the transaction's ([`StoreError::Bug`]).
pub async fn insert(
    tx: &mut impl Scoped,
    new: NewRecord<'_>,
    fields: &[(FieldClass, Vec<u8>)],
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    let (classes, values): (Vec<String>, Vec<Vec<u8>>) = fields
        .iter()
        .map(|(class, value)| (class.as_str().to_owned(), value.clone()))
        .unzip();
    sqlx::query!(
        "with made as (
            insert into records (workspace_id, id, kind, state, changed_by, created_at, updated_at)
            values ($1, $2, $6, $7, $8, $3, $3)
            returning workspace_id, id
         )
         insert into record_fields (workspace_id, record_id, class, value)
         select made.workspace_id, made.id, f.class, f.value
         from made, unnest($4::text[], $5::bytea[]) as f (class, value)",
        workspace.0,
        new.id.0,
        at,
        &classes,
        &values,
        new.kind,
        new.state,
        actor.map(|account| account.0)
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Sets the value of one class of a record, and counts the change.
///
/// # Errors
/// When the class is not the transaction's ([`StoreError::Bug`]).
pub async fn set_field(
    tx: &mut impl Scoped,
    id: RecordId,
    class: FieldClass,
    value: &[u8],
    expected: u32,
    at: OffsetDateTime,
) -> Result<Changed, StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    let expected = i32::try_from(expected).unwrap_or(i32::MAX);
    let done = sqlx::query_scalar!(
        "with changed as (
            update records set revision = revision + 1, updated_at = $6, changed_by = $7
            where workspace_id = $1 and id = $2 and revision = $5
            returning workspace_id, id, revision
         ), written as (
            insert into record_fields (workspace_id, record_id, class, value)
            select workspace_id, id, $3, $4 from changed
            on conflict (workspace_id, record_id, class) do update set value = excluded.value
         )
         select revision from changed",
        workspace.0,
        id.0,
        class.as_str(),
        value,
        expected,
        at,
        actor.map(|account| account.0)
    )
    .fetch_optional(conn(tx))
    .await?;
    match done {
        Some(revision) => Ok(Changed::Done(unsigned(revision)?)),
        None => not_changed(tx, id).await,
    }
}

/// Brings a record into another state, and counts the change.
///
/// # Errors
/// When the database does not answer.
pub async fn set_state(
    tx: &mut impl Scoped,
    id: RecordId,
    state: &str,
    expected: u32,
    at: OffsetDateTime,
) -> Result<Changed, StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    let expected = i32::try_from(expected).unwrap_or(i32::MAX);
    let done = sqlx::query_scalar!(
        "update records set revision = revision + 1, state = $4, updated_at = $5, changed_by = $6
         where workspace_id = $1 and id = $2 and revision = $3 returning revision",
        workspace.0,
        id.0,
        expected,
        state,
        at,
        actor.map(|account| account.0)
    )
    .fetch_optional(conn(tx))
    .await?;
    match done {
        Some(revision) => Ok(Changed::Done(unsigned(revision)?)),
        None => not_changed(tx, id).await,
    }
}

/// Puts a record from one shelf onto another, and counts the change. `None` when it is not on the first any more.
///
/// # Errors
/// When the database does not answer.
pub async fn set_shelf(
    tx: &mut impl Scoped,
    id: RecordId,
    from: Shelf,
    to: Shelf,
    at: OffsetDateTime,
) -> Result<Option<u32>, StoreError> {
    let (workspace, actor) = (tx.workspace(), tx.actor());
    let done = sqlx::query_scalar!(
        "update records set revision = revision + 1, shelf = $4, updated_at = $5, changed_by = $6
         where workspace_id = $1 and id = $2 and shelf = $3 returning revision",
        workspace.0,
        id.0,
        from.word(),
        to.word(),
        at,
        actor.map(|account| account.0)
    )
    .fetch_optional(conn(tx))
    .await?;
    done.map(unsigned).transpose()
}

/// Why a change from an older revision was not made.
async fn not_changed(tx: &mut impl Scoped, id: RecordId) -> Result<Changed, StoreError> {
    let workspace = tx.workspace();
    let current = sqlx::query_scalar!(
        "select revision from records where workspace_id = $1 and id = $2",
        workspace.0,
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    current.map_or(Ok(Changed::Missing), |revision| Ok(Changed::Stale(unsigned(revision)?)))
}

/// What the policy wants to know of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    /// Its type's id.
    pub kind: String,
    /// Its state's id.
    pub state: String,
    /// Where it is kept.
    pub shelf: Shelf,
}

impl ItemRow {
    /// The record, as the policy knows it.
    pub fn item(&self) -> Item<'_> {
        Item {
            kind: &self.kind,
            state: &self.state,
            shelf: self.shelf,
        }
    }
}

/// What the policy wants to know of a record of the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn item(tx: &mut impl Scoped, id: RecordId) -> Result<Option<ItemRow>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select kind, state, shelf from records where workspace_id = $1 and id = $2",
        workspace.0,
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(ItemRow {
            kind: row.kind,
            state: row.state,
            shelf: parse_shelf(&row.shelf)?,
        })
    })
    .transpose()
}

fn parse_shelf(text: &str) -> Result<Shelf, StoreError> {
    Shelf::parse(text).ok_or_else(|| StoreError::Bug(format!("unknown shelf {text}")))
}

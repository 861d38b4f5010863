//! Accounts. Address and name are ciphertext under the house's keys; the address is found by its keyed hash.

use crate::{
    Changed, Scoped, StoreError, SystemTx,
    error::{hash, unsigned},
    tx::conn,
};
use domain::AccountId;
use time::OffsetDateTime;

/// An account to start.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id: the pseudonym in audit logs.
    pub id: AccountId,
    /// The keyed hash of the address.
    pub email_hash: [u8; 32],
    /// The address, encrypted.
    pub email: Vec<u8>,
    /// The person's name, encrypted.
    pub name: Vec<u8>,
    /// The password's argon2id hash in PHC form.
    pub password: String,
    /// When it is started.
    pub at: OffsetDateTime,
}

/// An account with what signing in needs.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The keyed hash of the address.
    pub email_hash: [u8; 32],
    /// The address, encrypted.
    pub email: Vec<u8>,
    /// The person's name, encrypted.
    pub name: Vec<u8>,
    /// The password's argon2id hash in PHC form.
    pub password: String,
    /// When the address was proven, if it was.
    pub verified_at: Option<OffsetDateTime>,
    /// Counts changes of the profile.
    pub revision: u32,
    /// When it was started.
    pub created_at: OffsetDateTime,
}

/// What a person reads of their own account, and colleagues of each other.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The account.
    pub id: AccountId,
    /// The address, encrypted.
    pub email: Vec<u8>,
    /// The person's name, encrypted.
    pub name: Vec<u8>,
    /// When the address was proven, if it was.
    pub verified_at: Option<OffsetDateTime>,
    /// Counts changes of the profile.
    pub revision: u32,
    /// When the account was started.
    pub created_at: OffsetDateTime,
}

/// Starts an account. Answers false, and changes nothing, when the address has one already.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut SystemTx, new: &NewAccount) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "insert into accounts (id, email_hash, email, name, password, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (email_hash) do nothing",
        new.id.0,
        &new.email_hash[..],
        new.email,
        new.name,
        new.password,
        new.at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The account with an address.
///
/// # Errors
/// When the database does not answer.
pub async fn by_email_hash(tx: &mut SystemTx, email_hash: &[u8; 32]) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "select id, email_hash, email, name, password, verified_at, revision, created_at
         from accounts where email_hash = $1",
        &email_hash[..]
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(Row::read).transpose()
}

/// An account by its id.
///
/// # Errors
/// When the database does not answer.
pub async fn by_id(tx: &mut SystemTx, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "select id, email_hash, email, name, password, verified_at, revision, created_at from accounts where id = $1",
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(Row::read).transpose()
}

/// Lets nobody else hold an account until the transaction ends: what counts something of an account before it adds to it
/// waits here for whoever does the same. Answers false when there is no such account.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(tx: &mut SystemTx, id: AccountId) -> Result<bool, StoreError> {
    let held = sqlx::query_scalar!("select id from accounts where id = $1 for update", id.0)
        .fetch_optional(conn(tx))
        .await?;
    Ok(held.is_some())
}

/// The profile of an account that the transaction may see: one's own, or a fellow member's.
///
/// # Errors
/// When the database does not answer.
pub async fn profile(tx: &mut impl Scoped, id: AccountId) -> Result<Option<Profile>, StoreError> {
    Ok(profiles(tx, &[id]).await?.pop())
}

/// The profiles of those of the accounts that the transaction may see, in no order.
///
/// # Errors
/// When the database does not answer.
pub async fn profiles(tx: &mut impl Scoped, ids: &[AccountId]) -> Result<Vec<Profile>, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select id, email, name, verified_at, revision, created_at from accounts where id = any ($1)",
        &ids
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Profile {
                id: AccountId(row.id),
                email: row.email,
                name: row.name,
                verified_at: row.verified_at,
                revision: unsigned(row.revision)?,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Sets the password's hash. Answers false when there is no such account.
///
/// # Errors
/// When the database does not answer.
pub async fn set_password(
    tx: &mut SystemTx,
    id: AccountId,
    password: &str,
    at: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update accounts set password = $2, updated_at = $3 where id = $1",
        id.0,
        password,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks the address as proven; an earlier proof stays. Answers false when there is no such account.
///
/// # Errors
/// When the database does not answer.
pub async fn set_verified(tx: &mut SystemTx, id: AccountId, at: OffsetDateTime) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update accounts set verified_at = coalesce(verified_at, $2), updated_at = $2 where id = $1",
        id.0,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sets the name of an account that the transaction may change: one's own.
///
/// # Errors
/// When the database does not answer.
pub async fn set_name(
    tx: &mut impl Scoped,
    id: AccountId,
    name: &[u8],
    expected: u32,
    at: OffsetDateTime,
) -> Result<Changed, StoreError> {
    let expected = i32::try_from(expected).unwrap_or(i32::MAX);
    let done = sqlx::query_scalar!(
        "update accounts set name = $2, revision = revision + 1, updated_at = $4
         where id = $1 and revision = $3 returning revision",
        id.0,
        name,
        expected,
        at
    )
    .fetch_optional(conn(tx))
    .await?;
    if let Some(revision) = done {
        return Ok(Changed::Done(unsigned(revision)?));
    }
    let current = sqlx::query_scalar!("select revision from accounts where id = $1", id.0)
        .fetch_optional(conn(tx))
        .await?;
    current.map_or(Ok(Changed::Missing), |revision| Ok(Changed::Stale(unsigned(revision)?)))
}

/// Every column, as the database has it.
struct Row {
    id: uuid::Uuid,
    email_hash: Vec<u8>,
    email: Vec<u8>,
    name: Vec<u8>,
    password: String,
    verified_at: Option<OffsetDateTime>,
    revision: i32,
    created_at: OffsetDateTime,
}

impl Row {
    fn read(self) -> Result<Account, StoreError> {
        Ok(Account {
            id: AccountId(self.id),
            email_hash: hash(self.email_hash)?,
            email: self.email,
            name: self.name,
            password: self.password,
            verified_at: self.verified_at,
            revision: unsigned(self.revision)?,
            created_at: self.created_at,
        })
    }
}

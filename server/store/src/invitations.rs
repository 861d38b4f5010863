//! Invitations: single-use ways into a workspace, kept as hashes of their tokens, bound to the address they were sent to.

use crate::{Scoped, StoreError, SystemTx, error::hash, tx::conn};
use domain::{AccountId, InvitationId, WorkspaceId};
use time::OffsetDateTime;

/// An invitation to send.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The keyed hash of the address.
    pub email_hash: [u8; 32],
    /// The address, encrypted.
    pub email: Vec<u8>,
    /// The role's id.
    pub role: String,
    /// Who invites; none for the command line.
    pub invited_by: Option<AccountId>,
    /// Its link.
    pub link: NewLink,
}

/// A link to send.
#[derive(Clone, Copy, Debug)]
pub struct NewLink {
    /// SHA-256 of the token in it.
    pub token_hash: [u8; 32],
    /// When it is sent.
    pub at: OffsetDateTime,
    /// When it stops to work.
    pub expires_at: OffsetDateTime,
}

/// An open invitation of the transaction's workspace.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The keyed hash of the address.
    pub email_hash: [u8; 32],
    /// The address, encrypted.
    pub email: Vec<u8>,
    /// The role's id.
    pub role: String,
    /// Who invited; none for the command line.
    pub invited_by: Option<AccountId>,
    /// When it was last sent.
    pub sent_at: OffsetDateTime,
    /// When its link stops to work.
    pub expires_at: OffsetDateTime,
}

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct Found {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The invitation.
    pub invitation: Invitation,
}

macro_rules! invitation {
    ($row:expr) => {
        Invitation {
            id: InvitationId($row.id),
            email_hash: hash($row.email_hash)?,
            email: $row.email,
            role: $row.role,
            invited_by: $row.invited_by.map(AccountId),
            sent_at: $row.sent_at,
            expires_at: $row.expires_at,
        }
    };
}

/// Keeps an invitation. Answers false, and changes nothing, when the address has an open one already.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut impl Scoped, new: &NewInvitation) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "insert into invitations (workspace_id, id, email_hash, email, role, token_hash, invited_by, sent_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (workspace_id, email_hash) where accepted_at is null and revoked_at is null do nothing",
        workspace.0,
        new.id.0,
        &new.email_hash[..],
        new.email,
        new.role,
        &new.link.token_hash[..],
        new.invited_by.map(|account| account.0),
        new.link.at,
        new.link.expires_at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The open invitations of the transaction's workspace, newest first. One that is sent again stays where it is: whoever is about
/// to press beside another would hit that one.
///
/// # Errors
/// When the database does not answer.
pub async fn open(tx: &mut impl Scoped) -> Result<Vec<Invitation>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select id, email_hash, email, role, invited_by, sent_at, expires_at from invitations
         where workspace_id = $1 and accepted_at is null and revoked_at is null order by id desc",
        workspace.0
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter().map(|row| Ok(invitation!(row))).collect()
}

/// An open invitation of the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn get(tx: &mut impl Scoped, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select id, email_hash, email, role, invited_by, sent_at, expires_at from invitations
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
        workspace.0,
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| Ok(invitation!(row))).transpose()
}

/// The open invitation of an address in the transaction's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn of_address(tx: &mut impl Scoped, email_hash: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select id, email_hash, email, role, invited_by, sent_at, expires_at from invitations
         where workspace_id = $1 and email_hash = $2 and accepted_at is null and revoked_at is null",
        workspace.0,
        &email_hash[..]
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| Ok(invitation!(row))).transpose()
}

/// Gives an open invitation a new link, and the role it is for now; the old link stops to work. Answers false when it is
/// not open any more.
///
/// # Errors
/// When the database does not answer.
pub async fn renew(
    tx: &mut impl Scoped,
    id: InvitationId,
    role: &str,
    invited_by: Option<AccountId>,
    link: &NewLink,
) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "update invitations set role = $3, invited_by = $4, token_hash = $5, sent_at = $6, expires_at = $7
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
        workspace.0,
        id.0,
        role,
        invited_by.map(|account| account.0),
        &link.token_hash[..],
        link.at,
        link.expires_at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an invitation back. Answers false when it is not open any more.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke(tx: &mut impl Scoped, id: InvitationId, at: OffsetDateTime) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "update invitations set revoked_at = $3
         where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null",
        workspace.0,
        id.0,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a link leads to, while it works.
///
/// # Errors
/// When the database does not answer.
pub async fn find(tx: &mut SystemTx, token_hash: &[u8; 32], now: OffsetDateTime) -> Result<Option<Found>, StoreError> {
    let row = sqlx::query!(
        "select workspace_id, id, email_hash, email, role, invited_by, sent_at, expires_at from invitations
         where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2",
        &token_hash[..],
        now
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        Ok(Found {
            workspace: WorkspaceId(row.workspace_id),
            invitation: invitation!(row),
        })
    })
    .transpose()
}

/// Uses a link up. Of any number of tries at once, one gets true.
///
/// # Errors
/// When the database does not answer.
pub async fn redeem(
    tx: &mut SystemTx,
    token_hash: &[u8; 32],
    account: AccountId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update invitations set accepted_at = $3, accepted_by = $2
         where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $3",
        &token_hash[..],
        account.0,
        now
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Closes an invitation because who was invited says no, and answers whether it was open until now. The transaction is in
/// the invitation's workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn decline(tx: &mut SystemTx, token_hash: &[u8; 32], now: OffsetDateTime) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "update invitations set declined_at = $2, revoked_at = $2
         where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2",
        &token_hash[..],
        now
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sweeps invitations whose links stopped to work before a moment, taken up or not; answers how many, at most `limit` at a
/// time.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_expired(tx: &mut SystemTx, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from invitations where ctid = any(array(select ctid from invitations where expires_at <= $1 limit $2))
            and expires_at <= $1",
        before,
        i64::from(limit)
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected())
}

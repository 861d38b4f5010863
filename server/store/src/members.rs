//! Who belongs to which workspace and in which role, and where each workspace lives.

use crate::{Placement, Schema, Scoped, StoreError, SystemTx, tx::conn};
use domain::{AccountId, WorkspaceId};
use time::OffsetDateTime;

/// A place in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The role's id; none for one that an earlier release gave, which knew owners and others only.
    pub role: Option<String>,
    /// Whether the earlier release took it for an owner's.
    pub owned: bool,
    /// Whether the member sees nothing for the time being.
    pub suspended: bool,
}

impl Seat {
    /// A place in a role. `owned` says whether the role answers for the workspace.
    pub fn in_role(role: &str, owned: bool) -> Self {
        Self {
            role: Some(role.to_owned()),
            owned,
            suspended: false,
        }
    }

    /// What the release before this one reads.
    fn standing(&self) -> &'static str {
        match (self.suspended, self.owned) {
            (true, _) => "suspended",
            (false, true) => "owner",
            (false, false) => "member",
        }
    }
}

/// A membership of an account.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The account's place in the workspace.
    pub seat: Seat,
    /// Since when.
    pub since: OffsetDateTime,
    /// The workspace and where it lives.
    pub placement: Placement,
    /// The workspace's pack.
    pub pack: String,
}

/// A member of the transaction's workspace.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// Its place in the workspace.
    pub seat: Seat,
    /// Since when.
    pub since: OffsetDateTime,
}

/// Keeps where a new workspace lives, and its pack. The transaction must have [entered](SystemTx::enter) it.
///
/// # Errors
/// When the workspace is placed already, or the schema was never migrated ([`StoreError::Conflict`]).
pub async fn place(tx: &mut SystemTx, placement: &Placement, pack: &str, at: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into placements (workspace_id, cluster, schema, bucket, key_store, pack, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        placement.workspace.0,
        placement.cluster,
        placement.schema.as_str(),
        placement.bucket,
        placement.key_store,
        pack,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}

/// Where a workspace lives, and its pack. A tenant's transaction sees its own workspace and those its actor belongs to.
///
/// # Errors
/// When the database does not answer.
pub async fn placed(tx: &mut impl Scoped, workspace: WorkspaceId) -> Result<Option<(Placement, String)>, StoreError> {
    let row = sqlx::query!(
        "select cluster, schema, bucket, key_store, pack from placements where workspace_id = $1",
        workspace.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(|row| {
        let placement = Placement {
            workspace,
            cluster: row.cluster,
            schema: schema(row.schema)?,
            bucket: row.bucket,
            key_store: row.key_store,
        };
        Ok((placement, row.pack))
    })
    .transpose()
}

/// Where a workspace lives. A tenant's transaction sees its own workspace and those its actor belongs to.
///
/// # Errors
/// When the database does not answer.
pub async fn placement(tx: &mut impl Scoped, workspace: WorkspaceId) -> Result<Option<Placement>, StoreError> {
    Ok(placed(tx, workspace).await?.map(|(placement, _)| placement))
}

/// Makes an account a member of the transaction's workspace. Answers false when it is one already.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut SystemTx,
    account: AccountId,
    seat: &Seat,
    at: OffsetDateTime,
) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "insert into members (workspace_id, account_id, standing, role, suspended, since) values ($1, $2, $3, $4, $5, $6)
         on conflict (workspace_id, account_id) do nothing",
        workspace.0,
        account.0,
        seat.standing(),
        seat.role,
        seat.suspended,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says that something changes about who belongs to the transaction's workspace, before anything does: changes of one
/// workspace wait for each other here until they have committed, so that each sees what the one before it left. They wait
/// for acts that are about to commit, too ([`crate::audit::append_last`]); so whatever else a transaction locks, it locks
/// before. Answers the count of changes with this one.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_change(tx: &mut impl Scoped) -> Result<i64, StoreError> {
    let workspace = tx.workspace();
    let epoch = sqlx::query_scalar!(
        "update placements set epoch = epoch + 1 where workspace_id = $1 returning epoch",
        workspace.0
    )
    .fetch_one(conn(tx))
    .await?;
    Ok(epoch)
}

/// The transaction's workspace's count of changes of its members. It stays what it is until the transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(tx: &mut impl Scoped) -> Result<i64, StoreError> {
    let workspace = tx.workspace();
    let epoch = sqlx::query_scalar!(
        "select epoch from placements where workspace_id = $1 for share",
        workspace.0
    )
    .fetch_one(conn(tx))
    .await?;
    Ok(epoch)
}

/// An account's place in the transaction's workspace; `None` for no member.
///
/// # Errors
/// When the database does not answer.
pub async fn seat_of(tx: &mut impl Scoped, account: AccountId) -> Result<Option<Seat>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query!(
        "select standing, role, suspended from members where workspace_id = $1 and account_id = $2",
        workspace.0,
        account.0
    )
    .fetch_optional(conn(tx))
    .await?;
    Ok(row.map(|row| seat(row.role, &row.standing, row.suspended)))
}

/// Gives a member of the transaction's workspace another place. Answers false when the account is none.
///
/// # Errors
/// When the database does not answer.
pub async fn set_seat(tx: &mut impl Scoped, account: AccountId, seat: &Seat) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "update members set role = $3, suspended = $4, standing = $5 where workspace_id = $1 and account_id = $2",
        workspace.0,
        account.0,
        seat.role,
        seat.suspended,
        seat.standing()
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an account out of the transaction's workspace. Answers false when it is no member.
///
/// # Errors
/// When the database does not answer.
pub async fn remove(tx: &mut impl Scoped, account: AccountId) -> Result<bool, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "delete from members where workspace_id = $1 and account_id = $2",
        workspace.0,
        account.0
    )
    .execute(conn(tx))
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many members of the transaction's workspace stand in one of these roles and are not suspended.
///
/// # Errors
/// When the database does not answer.
pub async fn count_in_roles(tx: &mut impl Scoped, roles: &[String]) -> Result<i64, StoreError> {
    let workspace = tx.workspace();
    let count = sqlx::query_scalar!(
        "select count(*) from members
         where workspace_id = $1 and not suspended and standing <> 'suspended'
            and (role = any ($2) or (role is null and standing = 'owner'))",
        workspace.0,
        roles
    )
    .fetch_one(conn(tx))
    .await?;
    Ok(count.unwrap_or_default())
}

/// The workspaces an account belongs to, oldest membership first. A tenant's transaction sees its actor's own only.
///
/// # Errors
/// When the database does not answer.
pub async fn of_account(tx: &mut impl Scoped, account: AccountId) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query!(
        "select m.standing, m.role, m.suspended, m.since, p.workspace_id, p.cluster, p.schema, p.bucket, p.key_store, p.pack
         from members m join placements p on p.workspace_id = m.workspace_id
         where m.account_id = $1 order by m.since, m.workspace_id",
        account.0
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Membership {
                seat: seat(row.role, &row.standing, row.suspended),
                since: row.since,
                placement: Placement {
                    workspace: WorkspaceId(row.workspace_id),
                    cluster: row.cluster,
                    schema: schema(row.schema)?,
                    bucket: row.bucket,
                    key_store: row.key_store,
                },
                pack: row.pack,
            })
        })
        .collect()
}

/// The members of the transaction's workspace, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut impl Scoped) -> Result<Vec<Member>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query!(
        "select account_id, standing, role, suspended, since from members
         where workspace_id = $1 order by since, account_id",
        workspace.0
    )
    .fetch_all(conn(tx))
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Member {
            account: AccountId(row.account_id),
            seat: seat(row.role, &row.standing, row.suspended),
            since: row.since,
        })
        .collect())
}

/// Reads a place. What either release says of a suspension counts.
pub(crate) fn seat(role: Option<String>, standing: &str, suspended: bool) -> Seat {
    Seat {
        role,
        owned: standing == "owner",
        suspended: suspended || standing == "suspended",
    }
}

pub(crate) fn schema(name: String) -> Result<Schema, StoreError> {
    Schema::new(name).map_err(|error| StoreError::Bug(error.to_string()))
}

//! The audit log: appending events in the transaction of the act, and reading them. [`crate::sealing`] puts them into
//! the tree.

use crate::{
    Receipt, Scoped, StoreError,
    error::{hash, unsigned},
    idempotency::{NewAnswer, actor_or_nil},
    tx::{EventReceipt, conn},
};
use domain::{AccountId, EventId};
use time::OffsetDateTime;
use uuid::Uuid;

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id, ordered by time (version 7).
    pub id: EventId,
    /// When it happened.
    pub at: OffsetDateTime,
    /// The account that did it, if a person did.
    pub actor: Option<AccountId>,
    /// The operation's name.
    pub action: String,
    /// The kind of thing it was done to.
    pub target_kind: Option<String>,
    /// The id of that thing.
    pub target_id: Option<String>,
    /// The leaf: canonical JSON of pseudonyms and commitments.
    pub leaf: String,
    /// The leaf's hash in the tree.
    pub leaf_hash: [u8; 32],
    /// What opens the commitments, encrypted.
    pub openings: Vec<u8>,
}

/// An event of the log.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Its position in the sealed log; `None` while it waits for the sealer.
    pub position: Option<u64>,
    /// When it happened.
    pub at: OffsetDateTime,
    /// The account that did it, if a person did.
    pub actor: Option<AccountId>,
    /// The operation's name.
    pub action: String,
    /// The kind of thing it was done to.
    pub target_kind: Option<String>,
    /// The id of that thing.
    pub target_id: Option<String>,
    /// The leaf: canonical JSON.
    pub leaf: String,
    /// The leaf's hash in the tree.
    pub leaf_hash: [u8; 32],
    /// What opens the commitments, encrypted.
    pub openings: Vec<u8>,
}

/// Which events to read; what is `None` does not count.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what this account did.
    pub actor: Option<AccountId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only from this time on.
    pub from: Option<OffsetDateTime>,
    /// Only before this time.
    pub until: Option<OffsetDateTime>,
    /// Only events with a smaller id, that is older ones.
    pub before: Option<EventId>,
}

/// Appends an event to the log of the transaction's workspace: one statement, which touches no row another transaction
/// waits for. The receipt is what [`Scoped::commit`] wants to see.
///
/// # Errors
/// When the database does not answer.
pub async fn append(tx: &mut impl Scoped, new: &NewEvent) -> Result<EventReceipt, StoreError> {
    match append_while(tx, new, None).await? {
        Last::Kept(receipt) => Ok(receipt),
        Last::KeyUsed | Last::Moved => Err(StoreError::Bug(
            "an event that waits for nothing was not written".to_owned(),
        )),
    }
}

/// What became of what a transaction writes last.
#[derive(Debug)]
pub enum Last {
    /// It is written.
    Kept(EventReceipt),
    /// Nothing may be kept: another transaction kept an answer under the same key, and has committed. The caller rolls
    /// back and gives the answer [`crate::idempotency::find`] finds.
    KeyUsed,
    /// Nothing is written: the members of the workspace have changed since the act was decided.
    Moved,
}

/// Appends an event, and keeps the answer to the request it records if there is one, in one statement; but only while the
/// workspace's count of changes of its members is still `epoch`. From here to the end of the transaction such changes wait
/// ([`crate::members::begin_change`]), so that an act is over before its actor is told to be out. `None` asks for nothing,
/// and nobody waits. Waits for another transaction that is keeping an answer under the same key.
///
/// # Errors
/// When the database does not answer.
pub async fn append_last(
    tx: &mut impl Scoped,
    new: &NewEvent,
    answer: Option<&NewAnswer>,
    epoch: Option<i64>,
) -> Result<Last, StoreError> {
    let Some(answer) = answer else {
        return append_while(tx, new, epoch).await;
    };
    let workspace = tx.workspace();
    // What is read of `held` comes before every insertion: the lock on the placement is taken first, so that who waits for
    // a key never holds back who holds it.
    let row = sqlx::query!(
        "with held as materialized (
            select where $16::bigint is null
                or exists (select from placements where workspace_id = $1 and epoch = $16 for share)
         ), event as (
            insert into audit_events
                (workspace_id, id, at, actor, action, target_kind, target_id, leaf, leaf_hash, openings)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from held
         ), unsealed as (
            insert into audit_unsealed (workspace_id, event_id) select $1, $2 from held
         ), kept as (
            insert into idempotency_keys (workspace_id, actor, key_hash, request_hash, response, created_at)
            select $1, $11, $12, $13, $14, $15 from held
            on conflict (workspace_id, actor, key_hash) do nothing
            returning true
         )
         select exists (select from held) as \"held!\", exists (select from kept) as \"kept!\"",
        workspace.0,
        new.id.0,
        new.at,
        new.actor.map(|actor| actor.0),
        new.action,
        new.target_kind,
        new.target_id,
        new.leaf,
        &new.leaf_hash[..],
        new.openings,
        actor_or_nil(answer.actor),
        &answer.key_hash[..],
        &answer.given.request_hash[..],
        answer.given.response,
        answer.at,
        epoch
    )
    .fetch_one(conn(tx))
    .await?;
    Ok(match (row.held, row.kept) {
        (true, true) => Last::Kept(EventReceipt::new(tx.number(), new.id)),
        (true, false) => Last::KeyUsed,
        (false, _) => Last::Moved,
    })
}

async fn append_while(tx: &mut impl Scoped, new: &NewEvent, epoch: Option<i64>) -> Result<Last, StoreError> {
    let workspace = tx.workspace();
    let done = sqlx::query!(
        "with held as materialized (
            select where $11::bigint is null
                or exists (select from placements where workspace_id = $1 and epoch = $11 for share)
         ), event as (
            insert into audit_events
                (workspace_id, id, at, actor, action, target_kind, target_id, leaf, leaf_hash, openings)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from held
         )
         insert into audit_unsealed (workspace_id, event_id) select $1, $2 from held",
        workspace.0,
        new.id.0,
        new.at,
        new.actor.map(|actor| actor.0),
        new.action,
        new.target_kind,
        new.target_id,
        new.leaf,
        &new.leaf_hash[..],
        new.openings,
        epoch
    )
    .execute(conn(tx))
    .await?;
    Ok(if done.rows_affected() == 1 {
        Last::Kept(EventReceipt::new(tx.number(), new.id))
    } else {
        Last::Moved
    })
}

impl From<EventReceipt> for Receipt {
    fn from(receipt: EventReceipt) -> Self {
        Self::Audited(receipt)
    }
}

struct Row {
    id: Uuid,
    position: Option<i64>,
    at: OffsetDateTime,
    actor: Option<Uuid>,
    action: String,
    target_kind: Option<String>,
    target_id: Option<String>,
    leaf: String,
    leaf_hash: Vec<u8>,
    openings: Vec<u8>,
}

impl Row {
    fn read(self) -> Result<Event, StoreError> {
        Ok(Event {
            id: EventId(self.id),
            position: self.position.map(unsigned).transpose()?,
            at: self.at,
            actor: self.actor.map(AccountId),
            action: self.action,
            target_kind: self.target_kind,
            target_id: self.target_id,
            leaf: self.leaf,
            leaf_hash: hash(self.leaf_hash)?,
            openings: self.openings,
        })
    }
}

/// Lets all readings of the transaction see one and the same moment. Without it each statement sees its own, and the sealer
/// may come between two. Must come before the transaction's first reading.
///
/// # Errors
/// When the database does not answer, or something was read before.
pub async fn one_moment(tx: &mut impl Scoped) -> Result<(), StoreError> {
    sqlx::raw_sql("set transaction isolation level repeatable read")
        .execute(conn(tx))
        .await?;
    Ok(())
}

/// A page of the log, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn page(tx: &mut impl Scoped, filter: &Filter, limit: u32) -> Result<Vec<Event>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_as!(
        Row,
        "select e.id, l.position as \"position?\", e.at, e.actor, e.action, e.target_kind, e.target_id, e.leaf,
            e.leaf_hash, e.openings
         from audit_events e
         left join audit_leaves l on l.workspace_id = e.workspace_id and l.event_id = e.id
         where e.workspace_id = $1
            and ($2::uuid is null or e.actor = $2)
            and ($3::text is null or e.action = $3)
            and ($4::timestamptz is null or e.at >= $4)
            and ($5::timestamptz is null or e.at < $5)
            and ($6::uuid is null or e.id < $6)
         order by e.id desc limit $7",
        workspace.0,
        filter.actor.map(|actor| actor.0),
        filter.action,
        filter.from,
        filter.until,
        filter.before.map(|before| before.0),
        i64::from(limit)
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// One event.
///
/// # Errors
/// When the database does not answer.
pub async fn get(tx: &mut impl Scoped, id: EventId) -> Result<Option<Event>, StoreError> {
    let workspace = tx.workspace();
    let row = sqlx::query_as!(
        Row,
        "select e.id, l.position as \"position?\", e.at, e.actor, e.action, e.target_kind, e.target_id, e.leaf,
            e.leaf_hash, e.openings
         from audit_events e
         left join audit_leaves l on l.workspace_id = e.workspace_id and l.event_id = e.id
         where e.workspace_id = $1 and e.id = $2",
        workspace.0,
        id.0
    )
    .fetch_optional(conn(tx))
    .await?;
    row.map(Row::read).transpose()
}

/// Sealed events in the order of the log, from a position on. An export asks again from after the last one it got.
///
/// # Errors
/// When the database does not answer.
pub async fn sealed(tx: &mut impl Scoped, from: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_as!(
        Row,
        "select e.id, l.position as \"position?\", e.at, e.actor, e.action, e.target_kind, e.target_id, e.leaf,
            l.leaf_hash, e.openings
         from audit_leaves l
         join audit_events e on e.workspace_id = l.workspace_id and e.id = l.event_id
         where l.workspace_id = $1 and l.position >= $2 order by l.position limit $3",
        workspace.0,
        i64::try_from(from).unwrap_or(i64::MAX),
        i64::from(limit)
    )
    .fetch_all(conn(tx))
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How many events wait for the sealer.
///
/// # Errors
/// When the database does not answer.
pub async fn unsealed(tx: &mut impl Scoped) -> Result<u64, StoreError> {
    let workspace = tx.workspace();
    let count = sqlx::query_scalar!(
        "select count(*) as \"count!\" from audit_unsealed where workspace_id = $1",
        workspace.0
    )
    .fetch_one(conn(tx))
    .await?;
    unsigned(count)
}

/// Everybody who stands in the log. Walks the index from actor to actor, however many events each has.
///
/// # Errors
/// When the database does not answer.
pub async fn people(tx: &mut impl Scoped) -> Result<Vec<AccountId>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_scalar!(
        "with recursive walk as (
            (select actor from audit_events where workspace_id = $1 and actor is not null order by actor limit 1)
            union all
            select (select e.actor from audit_events e where e.workspace_id = $1 and e.actor > w.actor
                order by e.actor limit 1)
            from walk w where w.actor is not null
         )
         select actor as \"actor!\" from walk where actor is not null",
        workspace.0
    )
    .fetch_all(conn(tx))
    .await?;
    Ok(rows.into_iter().map(AccountId).collect())
}

/// Every action that stands in the log, sorted. Walks the index from action to action.
///
/// # Errors
/// When the database does not answer.
pub async fn actions(tx: &mut impl Scoped) -> Result<Vec<String>, StoreError> {
    let workspace = tx.workspace();
    let rows = sqlx::query_scalar!(
        "with recursive walk as (
            (select action from audit_events where workspace_id = $1 order by action limit 1)
            union all
            select (select e.action from audit_events e where e.workspace_id = $1 and e.action > w.action
                order by e.action limit 1)
            from walk w where w.action is not null
         )
         select action as \"action!\" from walk where action is not null",
        workspace.0
    )
    .fetch_all(conn(tx))
    .await?;
    Ok(rows)
}

//! What a handler works with.

use crate::{
    Actor, Event, Person, Services,
    failure::{Failure, internal, store_problem},
    rates::CounterKey,
    standing::Standing,
    trail::{self, Circumstances},
    vault::{AUDIT_OPENINGS, Column, JOB_PAYLOAD, Vault},
};
use crypto::token_text;
use domain::{
    AccountId, Caller, Code, Door, EventId, JobId, Operation, Problem, Secret, SessionChange, WorkspaceId,
    audit::Origin,
    policy::{self, Action, Decision},
    ports::Mail,
};
use std::future::Future;
use store::{
    Db, EventReceipt, Reason, Scoped, StoreError, SystemTx, TenantScope, TenantTx,
    audit::{self, Last, NewEvent},
    idempotency::{self, NewAnswer},
    jobs::{self, NewJob},
    members,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// What serves an operation: one `impl` for each.
pub trait Handle: Operation {
    /// The transaction it runs in: [`TenantTx`] within a workspace, [`SystemTx`] for accounts and sessions.
    type Tx: Transaction;
    /// What [`Handle::prepare`] hands to [`Handle::handle`].
    type Prepared: Send;
    /// Why the system login acts, for a [`SystemTx`].
    const REASON: Reason = Reason::Account;

    /// Whether a request that came before is looked up first: because [`Handle::prepare`] costs much, or because doing it
    /// again would put a refusal on record. Other requests are simply done; one that was done before fails to keep its
    /// answer under the same key, is undone, and gets the answer that is there.
    const LOOK_FIRST: bool = false;

    /// The e-mail address somebody typed, by which tries and mails are counted.
    fn typed_email(&self) -> Option<&str> {
        None
    }

    /// What has to be done outside any transaction, because it takes long: hashing passwords, keeping new keys.
    fn prepare(&self, cx: &Prepare<'_>) -> impl Future<Output = Result<Self::Prepared, Problem>> + Send;

    /// The act itself. A mutation calls [`Context::record`], or does not commit.
    fn handle(
        self,
        prepared: Self::Prepared,
        cx: &mut Context<'_, Self::Tx>,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

/// A transaction an operation can run in.
pub trait Transaction: Scoped + Sized {
    /// Whether it goes from workspace to workspace, so that an event has to be written while it is where it happened.
    const MOVES: bool;

    /// Begins it.
    fn begin(db: &Db, scope: &TenantScope, reason: Reason) -> impl Future<Output = Result<Self, StoreError>> + Send;
}

impl Transaction for TenantTx {
    const MOVES: bool = false;

    async fn begin(db: &Db, scope: &TenantScope, _: Reason) -> Result<Self, StoreError> {
        db.begin(scope).await
    }
}

impl Transaction for SystemTx {
    const MOVES: bool = true;

    async fn begin(db: &Db, scope: &TenantScope, reason: Reason) -> Result<Self, StoreError> {
        db.system(reason, scope.actor).await
    }
}

/// What [`Handle::prepare`] works with: no transaction.
pub struct Prepare<'a> {
    pub(crate) services: &'a Services,
    pub(crate) actor: &'a Actor,
}

impl Prepare<'_> {
    /// The signed-in person.
    ///
    /// # Errors
    /// [`Code::SignedOut`] when there is none.
    pub(crate) fn person(&self) -> Result<&Person, Problem> {
        person(self.actor)
    }
}

/// What a handler works with, inside the transaction.
pub struct Context<'a, Tx> {
    pub(crate) services: &'a Services,
    pub(crate) caller: &'a Caller,
    pub(crate) actor: &'a Actor,
    /// How the actor stands in the workspace, for an operation of [`domain::Scope::Workspace`].
    pub(crate) standing: &'a Standing,
    /// The workspace's pack, likewise.
    pub(crate) pack: Option<&'a str>,
    /// When the operation began: one time for everything it does.
    pub(crate) at: OffsetDateTime,
    pub(crate) tx: Tx,
    pub(crate) vault: Vault<'a>,
    pub(crate) action: &'static str,
    /// What the actor must be allowed to do for it.
    pub(crate) needs: Action,
    /// The workspace's count of changes of its members when the actor's standing was decided; none where nobody can be
    /// put out meanwhile: in the house, and for the command line.
    pub(crate) epoch: Option<i64>,
    pub(crate) left: Left,
    /// Leaves no event, and so cannot be committed like others: for measuring what the log costs.
    #[cfg(test)]
    pub(crate) unrecorded: bool,
}

/// What a handler leaves behind, apart from rows.
#[derive(Default)]
pub(crate) struct Left {
    /// Its audit event, to be written last: together with the kept answer it costs one statement.
    pub(crate) event: Option<NewEvent>,
    /// Proof of its audit event, once written.
    pub(crate) receipt: Option<EventReceipt>,
    /// What becomes of the session's cookie.
    pub(crate) session: SessionChange,
    /// Whether it queued a job.
    pub(crate) queued: bool,
    /// The counter that remembers a network somebody signed in from, to be set once the act has committed.
    pub(crate) known_network: Option<CounterKey>,
}

impl Left {
    /// Whether the act is on record, or will be.
    pub(crate) fn recorded(&self) -> bool {
        self.event.is_some() || self.receipt.is_some()
    }
}

impl<Tx: Transaction> Context<'_, Tx> {
    /// The transaction.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// When the operation began.
    pub fn at(&self) -> OffsetDateTime {
        self.at
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        self.actor
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`Code::SignedOut`] when there is none.
    pub(crate) fn person(&self) -> Result<&Person, Problem> {
        person(self.actor)
    }

    /// Puts the act into the log of the workspace the transaction is in.
    ///
    /// # Errors
    /// When database or key store do not answer.
    pub async fn record(&mut self, event: Event) -> Result<(), Failure> {
        #[cfg(test)]
        if self.unrecorded {
            return Ok(());
        }
        let workspace = self.tx.workspace();
        let random = &self.services.inner.keyring;
        let id = EventId(self.services.inner.ordered_id(self.at));
        let target = event.target.clone();
        let written = trail::write(
            event,
            Circumstances {
                workspace,
                id,
                at: self.at,
                actor: self.actor.audited(),
                action: self.action,
                request: self.caller.request,
                origin: origin(self.caller),
                salts: [random.bytes(), random.bytes()],
            },
        )
        .map_err(|_| internal())?;
        let openings = serde_json::to_vec(&written.openings).map_err(|_| internal())?;
        let actor = written.actor.account;
        let openings = self
            .seal(AUDIT_OPENINGS, openings_record(workspace, actor), id.0, &openings)
            .await?;
        let (target_kind, target_id) = target.map(|target| (target.kind, target.id)).unzip();
        let new = NewEvent {
            id,
            at: self.at,
            actor,
            action: self.action.to_owned(),
            target_kind,
            target_id,
            leaf: written.leaf,
            leaf_hash: written.leaf_hash,
            openings,
        };
        if Tx::MOVES {
            self.left.receipt = Some(audit::append(&mut self.tx, &new).await?);
        } else {
            self.left.event = Some(new);
        }
        Ok(())
    }

    /// Writes what comes last: the event, and the answer to keep. False when the answer's key was used meanwhile: nothing
    /// may be kept then.
    ///
    /// # Errors
    /// When the actor may not do it any more, or the database does not answer. Nothing may be kept then either.
    pub(crate) async fn write_last(&mut self, answer: Option<&NewAnswer>) -> Result<bool, Problem> {
        let Some(event) = self.left.event.take() else {
            return match answer {
                Some(answer) => answered(idempotency::insert(&mut self.tx, answer).await),
                None => Ok(true),
            };
        };
        loop {
            match answered(audit::append_last(&mut self.tx, &event, answer, self.epoch).await)? {
                Last::Kept(receipt) => {
                    self.left.receipt = Some(receipt);
                    return Ok(true);
                }
                Last::KeyUsed => return Ok(false),
                Last::Moved => self.decide_again().await?,
            }
        }
    }

    /// Decides anew whether the actor may do this, after the members have changed. They do not change again before the
    /// transaction ends.
    async fn decide_again(&mut self) -> Result<(), Problem> {
        self.epoch = Some(answered(members::hold(&mut self.tx).await)?);
        // A statement of its own: one that waited for the count would see the seats from before.
        let seat = match self.actor.account() {
            Some(account) => answered(members::seat_of(&mut self.tx, account).await)?,
            None => None,
        };
        let standing = self.services.standing_of(self.pack, seat.as_ref())?;
        if standing == *self.standing {
            return Ok(());
        }
        Err(match policy::decide(standing.actor(), self.needs, self.needs.anywhere()) {
            Decision::Hide => Problem::new(Code::NotFound),
            Decision::Forbid => Problem::new(Code::Forbidden),
            // What the handler saw and decided was for another role.
            Decision::Allow => Problem::new(Code::Forbidden).with_detail(
                "Your role in this workspace was changed at the same moment. Nothing was kept. Load the page again, and \
                 do it once more if you still want to.",
            ),
        })
    }

    /// Queues a mail in the transaction.
    pub(crate) async fn send(&mut self, mail: &Mail) -> Result<(), Failure> {
        let payload = serde_json::to_vec(mail)
            .map(zeroize::Zeroizing::new)
            .map_err(|_| internal())?;
        self.enqueue(crate::jobs::MAIL, &payload).await
    }

    /// Queues work that does nothing, where somebody else would have got a mail: so that known and unknown addresses
    /// cost the same.
    pub(crate) async fn send_nothing(&mut self) -> Result<(), Failure> {
        self.enqueue(crate::jobs::NOTHING, &[b' '; crate::jobs::USUAL_PAYLOAD])
            .await
    }

    async fn enqueue(&mut self, kind: &'static str, payload: &[u8]) -> Result<(), Failure> {
        let id = JobId(self.services.inner.ordered_id(self.at));
        let workspace = self.tx.workspace();
        let payload = self.seal(JOB_PAYLOAD, workspace.0, id.0, payload).await?;
        let new = NewJob {
            id,
            kind: kind.to_owned(),
            payload,
            at: self.at,
            run_at: self.at,
        };
        jobs::enqueue(&mut self.tx, &new).await?;
        self.left.queued = true;
        Ok(())
    }

    /// Seals a value for its column and row; `record` is whose key does it.
    pub(crate) async fn seal(
        &mut self,
        column: Column,
        record: Uuid,
        row: Uuid,
        plain: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        self.vault.seal(&mut self.tx, column, record, row, plain).await
    }

    /// Opens a text of a column and row.
    pub(crate) async fn open(
        &mut self,
        column: Column,
        record: Uuid,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<String, Failure> {
        self.vault.open_text(&mut self.tx, column, record, row, sealed).await
    }

    /// The same for text that may have been damaged in the database; then there is none.
    pub(crate) async fn open_unless_damaged(
        &mut self,
        column: Column,
        record: Uuid,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Option<String>, Failure> {
        let plain = self
            .vault
            .open_unless_damaged(&mut self.tx, column, record, row, sealed)
            .await?;
        Ok(plain.and_then(|plain| String::from_utf8(plain).ok()))
    }

    /// A new token: its text for the person, its hash for the database.
    pub(crate) fn new_token(&self) -> (Secret, [u8; 32]) {
        let text = token_text(self.services.inner.keyring.bytes());
        let hash = crypto::token_hash(text.expose());
        (text, hash)
    }

    /// From where the caller acts.
    pub(crate) fn origin(&self) -> Origin {
        origin(self.caller)
    }
}

/// Whose key seals the openings of an event: the actor's, so that a person can be erased; the workspace's for others.
pub(crate) fn openings_record(workspace: WorkspaceId, actor: Option<AccountId>) -> Uuid {
    actor.map_or(workspace.0, |account| account.0)
}

fn person(actor: &Actor) -> Result<&Person, Problem> {
    match actor {
        Actor::Person(person) => Ok(person),
        Actor::Visitor | Actor::CommandLine => Err(Problem::new(Code::SignedOut)),
    }
}

pub(crate) fn origin(caller: &Caller) -> Origin {
    match &caller.door {
        Door::Http {
            address, user_agent, ..
        } => Origin {
            address: address.to_canonical().to_string(),
            device: crate::device_name(user_agent),
        },
        Door::CommandLine { user } => Origin {
            address: String::new(),
            device: format!("Command line of {user}"),
        },
    }
}

/// Answers a store's error where no handler is around it.
pub(crate) fn answered<T>(result: Result<T, StoreError>) -> Result<T, Problem> {
    result.map_err(|error| store_problem(&error))
}

//! The way an operation travels: session, rate, step-up, membership, validation, transaction, idempotency key, the
//! handler, its audit event, commit. One path for every operation and every door.

use crate::{
    Actor, Handle, Person, Services, Transaction,
    actor::{PROOF_FRESH, SESSION_IDLE},
    context::{Context, Left, Prepare, answered, origin},
    failure::{Failure, internal, store_problem},
    rates::{self, Counted},
    replay::{self, Replay},
    standing::Standing,
    vault::{SESSION_ADDRESS, SESSION_DEVICE, Vault},
};
use domain::{
    Audited, Caller, Code, Door, Kind, Meta, Problem, Scope, SessionChange, WorkspaceId,
    policy::{self, Decision},
    validate,
};
use std::net::IpAddr;
use store::{Placement, Reason, Receipt, Scoped, StoreError, TenantScope, Why, resolve, sessions};
use time::{Duration, OffsetDateTime};

/// A session is noted as seen at most this often, so that reading does not write.
const SEEN_EVERY: Duration = Duration::MINUTE;

/// What the dispatcher answers.
#[derive(Debug)]
pub struct Answer<T = crate::AnyBox> {
    /// The output, or what went wrong.
    pub result: Result<T, Problem>,
    /// What becomes of the session's cookie.
    pub session: SessionChange,
}

impl<T> Answer<T> {
    pub(crate) fn refused(problem: Problem) -> Self {
        Self {
            result: Err(problem),
            session: SessionChange::Keep,
        }
    }

    pub(crate) fn map_output<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        Answer {
            result: self.result.map(f),
            session: self.session,
        }
    }
}

/// Runs one operation.
pub(crate) async fn run<Op: Handle>(services: &Services, caller: Caller, op: Op) -> Answer<Op::Output> {
    match attempt(services, &caller, op).await {
        Ok((output, session)) => Answer {
            result: Ok(output),
            session,
        },
        Err(problem) => {
            tracing::debug!(operation = Op::META.name, request = %caller.request, code = ?problem.code, "refused");
            Answer::refused(problem)
        }
    }
}

async fn attempt<Op: Handle>(
    services: &Services,
    caller: &Caller,
    op: Op,
) -> Result<(Op::Output, SessionChange), Problem> {
    let meta = &Op::META;
    let valid = op.validate();
    // Who only typed something wrong has no mail sent and tries no password: the address is not counted, the network is.
    let email = op.typed_email().filter(|_| valid.is_ok());
    let admitted = admit(services, caller, meta, op.workspace(), email).await?;
    valid.map_err(Problem::invalid)?;
    let replay = Replay::of(services, caller, &admitted, &op).await?;
    if let Some(replay) = replay.as_ref().filter(|_| Op::LOOK_FIRST)
        && let Some(output) = again::<Op>(services, caller, &admitted, replay).await?
    {
        return Ok((output, SessionChange::Keep));
    }
    let prepare = Prepare {
        services,
        actor: &admitted.actor,
    };
    let prepared = op.prepare(&prepare).await?;
    let mut cx = begin::<Op>(services, caller, &admitted).await?;
    let done = match op.handle(prepared, &mut cx).await {
        Ok(output) => keep::<Op>(cx, output, replay.as_ref()).await,
        Err(failure) => Err(fail(cx, failure).await),
    };
    match (done, replay) {
        // The same request may have been done before, or while this one waited: then that one's answer is the answer.
        (Err(problem), Some(replay)) => match again::<Op>(services, caller, &admitted, &replay).await {
            Ok(Some(output)) => Ok((output, SessionChange::Keep)),
            Err(reused) if reused.code == Code::KeyReused => Err(reused),
            Ok(None) | Err(_) => Err(problem),
        },
        (done, _) => done,
    }
}

/// Who acts, where, and how they stand there.
pub(crate) struct Admitted {
    pub(crate) actor: Actor,
    pub(crate) standing: Standing,
    pub(crate) scope: TenantScope,
    /// The workspace's pack, for an operation of [`Scope::Workspace`].
    pub(crate) pack: Option<String>,
    /// The workspace's count of changes of its members, when this was decided.
    pub(crate) epoch: i64,
}

impl Admitted {
    /// The workspace the operation runs in.
    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.scope.placement.workspace
    }

    /// Whether the actor may be put out of the workspace before the act is done: nobody belongs to the house, and who has a
    /// shell is no member.
    fn may_move(&self) -> bool {
        self.workspace() != WorkspaceId::HOUSE && self.actor.account().is_some()
    }
}

/// Everything that is decided before the operation's fields count.
pub(crate) async fn admit(
    services: &Services,
    caller: &Caller,
    meta: &Meta,
    workspace: Option<WorkspaceId>,
    email: Option<&str>,
) -> Result<Admitted, Problem> {
    let now = services.inner.clock.now();
    let mut known = identify(services, caller, workspace, now).await?;
    let inner = &services.inner;
    let counted = Counted {
        class: meta.rate,
        actor: &known.actor,
        address: address(caller),
        email,
    };
    inner
        .limiter
        .count(&inner.db, &inner.keyring, &*inner.clock, counted)
        .await?;
    match (&known.actor, meta.scope) {
        (_, Scope::Public) | (Actor::Person(_), _) | (Actor::CommandLine, Scope::Workspace) => {}
        (Actor::CommandLine, Scope::Account) => {
            return Err(Problem::new(Code::Forbidden).with_detail("A command line has no account of its own."));
        }
        (Actor::Visitor, _) => return Err(Problem::new(Code::SignedOut)),
    }
    if meta.step_up
        && let Actor::Person(person) = &known.actor
        // A proof from the future is none: the clock was set back.
        && (now - person.proven_at).abs() > PROOF_FRESH
    {
        return Err(Problem::new(Code::StepUpRequired));
    }
    let placement = match workspace {
        None => Placement::house(),
        Some(_) => {
            // Missing and invisible take the same way: the look-up has been made, and says no more than this.
            match policy::decide(known.standing.actor(), meta.action, meta.action.anywhere()) {
                Decision::Hide => return Err(Problem::new(Code::NotFound)),
                Decision::Forbid => return Err(Problem::new(Code::Forbidden)),
                Decision::Allow => known.placement.take().ok_or_else(|| Problem::new(Code::NotFound))?,
            }
        }
    };
    let scope = TenantScope {
        placement,
        actor: known.actor.account(),
        classes: known.standing.classes(),
    };
    Ok(Admitted {
        actor: known.actor,
        standing: known.standing,
        scope,
        pack: known.pack,
        epoch: known.epoch,
    })
}

/// What is known of a caller.
struct Known {
    actor: Actor,
    standing: Standing,
    placement: Option<Placement>,
    pack: Option<String>,
    epoch: i64,
}

async fn identify(
    services: &Services,
    caller: &Caller,
    workspace: Option<WorkspaceId>,
    now: OffsetDateTime,
) -> Result<Known, Problem> {
    let db = &services.inner.db;
    let nobody = Known {
        actor: Actor::Visitor,
        standing: Standing::Stranger,
        placement: None,
        pack: None,
        epoch: 0,
    };
    let token = match &caller.door {
        // Who has a shell has the root key: the command line is refused nothing, and is on record like everybody.
        Door::CommandLine { .. } => {
            let (placement, pack) = match workspace {
                None => (None, None),
                Some(WorkspaceId::HOUSE) => (Some(Placement::house()), None),
                Some(workspace) => answered(resolve::placement(db, Reason::CommandLine, workspace).await)?.unzip(),
            };
            let standing = match placement {
                Some(_) => Standing::CommandLine,
                None => Standing::Stranger,
            };
            return Ok(Known {
                actor: Actor::CommandLine,
                standing,
                placement,
                pack,
                ..nobody
            });
        }
        Door::Http {
            session: Some(token), ..
        } if validate::token(token).is_none() => token,
        Door::Http { .. } => return Ok(nobody),
    };
    let token_hash = crypto::token_hash(token.expose());
    let Some(resolved) = answered(resolve::session(db, &token_hash, workspace).await)? else {
        return Ok(nobody);
    };
    let session = &resolved.found.session;
    let alive =
        now < session.expires_at && now - session.seen_at < SESSION_IDLE && resolved.found.verified_at.is_some();
    if !alive {
        return Ok(nobody);
    }
    let person = Person {
        account: session.account,
        session: session.id,
        token_hash,
        proven_at: session.proven_at,
    };
    if now - session.seen_at >= SEEN_EVERY {
        // Not being able to note it is no reason not to serve.
        if let Err(failure) = note_seen(services, caller, &person, now).await {
            tracing::warn!(problem = %failure.problem, "a session was not noted as seen");
        }
    }
    Ok(Known {
        actor: Actor::Person(person),
        standing: services.standing_of(resolved.pack.as_deref(), resolved.seat.as_ref())?,
        placement: resolved.placement,
        pack: resolved.pack,
        epoch: resolved.epoch.unwrap_or_default(),
    })
}

/// Notes when and from where a session was last seen, for the list of devices.
async fn note_seen(services: &Services, caller: &Caller, person: &Person, now: OffsetDateTime) -> Result<(), Failure> {
    let inner = &services.inner;
    let mut tx = inner.system(Reason::Session).await?;
    let mut vault = Vault::new(&inner.keyring, now);
    let origin = origin(caller);
    let (account, row) = (person.account.0, person.session.0);
    let address = vault
        .seal(&mut tx, SESSION_ADDRESS, account, row, origin.address.as_bytes())
        .await?;
    let device = vault
        .seal(&mut tx, SESSION_DEVICE, account, row, origin.device.as_bytes())
        .await?;
    sessions::touch(&mut tx, person.session, now, &address, &device).await?;
    tx.commit(Receipt::Unaudited(Why::SessionSeen)).await?;
    vault.committed();
    Ok(())
}

fn address(caller: &Caller) -> Option<IpAddr> {
    match &caller.door {
        Door::Http { address, .. } => Some(*address),
        Door::CommandLine { .. } => None,
    }
}

pub(crate) async fn begin<'a, Op: Handle>(
    services: &'a Services,
    caller: &'a Caller,
    admitted: &'a Admitted,
) -> Result<Context<'a, Op::Tx>, Problem> {
    let at = services.inner.clock.now();
    let tx = answered(Op::Tx::begin(&services.inner.db, &admitted.scope, Op::REASON).await)?;
    Ok(Context {
        services,
        caller,
        actor: &admitted.actor,
        standing: &admitted.standing,
        pack: admitted.pack.as_deref(),
        at,
        tx,
        vault: Vault::new(&services.inner.keyring, at),
        action: Op::META.name,
        needs: Op::META.action,
        epoch: admitted.may_move().then_some(admitted.epoch),
        left: Left::default(),
        #[cfg(test)]
        unrecorded: false,
    })
}

/// Keeps what a handler did, if it left the audit event its operation demands.
pub(crate) async fn keep<Op: Handle>(
    mut cx: Context<'_, Op::Tx>,
    output: Op::Output,
    replay: Option<&Replay>,
) -> Result<(Op::Output, SessionChange), Problem> {
    let meta = &Op::META;
    match (meta.audit, cx.left.recorded()) {
        (Audited::None, false) => {
            answered(cx.tx.finish().await)?;
            return Ok((output, cx.left.session));
        }
        (Audited::Mutation | Audited::Read, true) => {}
        (Audited::None, true) | (Audited::Mutation | Audited::Read, false) => {
            tracing::error!(
                operation = meta.name,
                "the handler did not audit as declared; nothing is kept"
            );
            answered(cx.tx.rollback().await)?;
            return Err(internal());
        }
    }
    // A token is never kept, not even encrypted; signing in twice begins two sessions, which harms nobody.
    let repeatable = !matches!(cx.left.session, SessionChange::Set(_));
    let answer = match replay.filter(|_| meta.kind == Kind::Mutation && repeatable) {
        Some(replay) => Some(
            replay::answer::<Op>(&mut cx, replay, &output)
                .await
                .map_err(|failure| failure.problem)?,
        ),
        None => None,
    };
    if !cx.write_last(answer.as_ref()).await? {
        answered(cx.tx.rollback().await)?;
        return Err(replay::reused());
    }
    let session = commit(cx).await?;
    Ok((output, session))
}

/// Ends a transaction whose handler failed: undone, or kept when the refusal itself is on record.
async fn fail<Tx: Transaction>(cx: Context<'_, Tx>, failure: Failure) -> Problem {
    let ended = if failure.keep && cx.left.recorded() {
        commit(cx).await.map(|_| ())
    } else {
        answered(cx.tx.rollback().await)
    };
    match ended {
        Ok(()) => failure.problem,
        Err(problem) => problem,
    }
}

/// Commits, with the event if it is still to be written.
pub(crate) async fn commit<Tx: Transaction>(mut cx: Context<'_, Tx>) -> Result<SessionChange, Problem> {
    cx.write_last(None).await?;
    let Context {
        services,
        at,
        tx,
        vault,
        left,
        ..
    } = cx;
    let receipt = left.receipt.ok_or_else(internal)?;
    tx.commit(Receipt::Audited(receipt))
        .await
        .map_err(|error| uncertain(&error))?;
    vault.committed();
    let inner = &services.inner;
    inner.to_seal.notify_one();
    // It may have been about somebody who edits.
    inner.editing.look();
    if left.queued {
        inner.to_do.notify_one();
    }
    if let Some(key) = left.known_network
        && let Err(problem) = rates::mark_known(&inner.db, key, at).await
    {
        // The act is done; at worst a stranger's guesses make its owner wait next time.
        tracing::warn!(%problem, "a network was not remembered");
    }
    Ok(left.session)
}

/// A commit that was not confirmed. It may have gone through: what was sent is not known to be lost.
fn uncertain(error: &StoreError) -> Problem {
    match error {
        StoreError::Unavailable(_) => {
            tracing::error!(%error, "a commit was not confirmed");
            Problem::new(Code::Unavailable)
                .with_detail(
                    "The database went away before it confirmed this. Look whether it was done before you try again.",
                )
                .with_retry_after_seconds(5)
        }
        StoreError::Conflict(_) | StoreError::Bug(_) => store_problem(error),
    }
}

/// Looks once more for the answer to the same request.
async fn again<Op: Handle>(
    services: &Services,
    caller: &Caller,
    admitted: &Admitted,
    replay: &Replay,
) -> Result<Option<Op::Output>, Problem> {
    let mut cx = begin::<Op>(services, caller, admitted).await?;
    let output = replay::given::<Op>(&mut cx, replay)
        .await
        .map_err(|failure| failure.problem)?;
    answered(cx.tx.finish().await)?;
    Ok(output)
}

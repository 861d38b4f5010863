//! Idempotency keys: a request that comes twice is done once, and answered twice.

use crate::{
    Context, Handle, Services,
    dispatch::Admitted,
    failure::{Failure, internal},
    vault::REPLAY,
};
use domain::{Caller, Code, Kind, Problem};
use store::{
    Scoped, TenantTx,
    idempotency::{self, Given, NewAnswer},
};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Longest idempotency key, in characters.
pub const IDEMPOTENCY_KEY_MAX: usize = 200;

/// What the hash of a key is for.
const KEY: &str = "idempotency key";

/// A request as it is recognised: hashes of its key and of what it asks.
pub(crate) struct Replay {
    key_hash: [u8; 32],
    request_hash: [u8; 32],
}

impl Replay {
    /// Recognises a request; `None` for one without a key, and for queries.
    ///
    /// The request may hold a password, so what is stored of it must not help anybody to guess one: the hash is keyed by
    /// the workspace's key *and* covers the idempotency key, which is itself stored as a hash only.
    pub(crate) async fn of<Op: Handle>(
        services: &Services,
        caller: &Caller,
        admitted: &Admitted,
        op: &Op,
    ) -> Result<Option<Self>, Problem> {
        let Some(key) = caller
            .idempotency_key
            .as_deref()
            .filter(|_| Op::META.kind == Kind::Mutation)
        else {
            return Ok(None);
        };
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::new(Code::Malformed).with_detail(format!(
                "An idempotency key has 1 to {IDEMPOTENCY_KEY_MAX} visible ASCII characters."
            )));
        }
        let request = serde_json::to_string(op).map(Zeroizing::new).map_err(|_| internal())?;
        let workspace_key = services.inner.keyring.workspace_key(admitted.workspace()).await?;
        let asked = Zeroizing::new(format!("{key} {} {}", Op::META.name, request.as_str()));
        Ok(Some(Self {
            key_hash: workspace_key.lookup_hash(KEY, key),
            request_hash: workspace_key.lookup_hash("idempotent request", &asked),
        }))
    }

    /// Where the stored answer stands: rows have no id of their own, so the key's hash names them.
    fn row(&self) -> Uuid {
        let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.key_hash;
        Uuid::from_bytes(bytes)
    }
}

/// The answer that was given to the same request before.
///
/// # Errors
/// [`Code::KeyReused`] when the key came with another request.
pub(crate) async fn given<Op: Handle>(
    cx: &mut Context<'_, Op::Tx>,
    replay: &Replay,
) -> Result<Option<Op::Output>, Failure> {
    let Some(given) = idempotency::find(&mut cx.tx, cx.actor.account(), &replay.key_hash).await? else {
        return Ok(None);
    };
    if given.request_hash != replay.request_hash {
        return Err(reused().into());
    }
    let record = cx.tx.workspace().0;
    let plain = cx.open(REPLAY, record, replay.row(), &given.response).await?;
    Ok(Some(serde_json::from_str(&plain).map_err(|_| internal())?))
}

/// Another request was done under the key: what to do about the one that was not.
pub(crate) fn reused() -> Problem {
    Problem::new(Code::KeyReused)
        .with_detail("The first one was done. Load the page again to see it, and send the rest from there.")
}

/// Whether the actor was answered under this key before, whatever they asked.
pub(crate) async fn is_known(cx: &mut Context<'_, TenantTx>, key: &str) -> Result<bool, Failure> {
    let workspace = cx.tx.workspace();
    let workspace_key = cx.services.inner.keyring.workspace_key(workspace).await?;
    let key_hash = workspace_key.lookup_hash(KEY, key);
    let found = idempotency::find(&mut cx.tx, cx.actor.account(), &key_hash).await?;
    Ok(found.is_some())
}

/// The answer as it is kept in the transaction of its act.
pub(crate) async fn answer<Op: Handle>(
    cx: &mut Context<'_, Op::Tx>,
    replay: &Replay,
    output: &Op::Output,
) -> Result<NewAnswer, Failure> {
    let plain = serde_json::to_vec(output).map_err(|_| internal())?;
    let record = cx.tx.workspace().0;
    let response = cx.seal(REPLAY, record, replay.row(), &plain).await?;
    Ok(NewAnswer {
        actor: cx.actor.account(),
        key_hash: replay.key_hash,
        given: Given {
            request_hash: replay.request_hash,
            response,
        },
        at: cx.at,
    })
}

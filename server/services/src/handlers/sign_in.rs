//! Signing in, and proving again who one is.

use super::password::{check_present, wrong_password};
use crate::{
    Actor, Context, Event, Handle, Prepare, Services,
    actor::SESSION_ABSOLUTE,
    context::answered,
    failure::Failure,
    vault::{SESSION_ADDRESS, SESSION_DEVICE},
};
use domain::{
    AccountId, Code, Problem, SessionChange, SessionId,
    ops::{Done, ProveIdentity, SignIn},
};
use store::{
    Reason, Scoped, SystemTx,
    accounts::{self, Account},
    sessions::{self, NewSession},
};

/// Most sessions of one account, far above what anybody's devices need. One more ends the one that was not seen for longest,
/// so that somebody who signs in over and over fills no table.
pub(crate) const SESSIONS_MAX: usize = 50;

/// What was found out before the transaction.
pub struct Checked {
    email_hash: [u8; 32],
    /// The hash the password was checked against, when it was right.
    right: Option<String>,
    /// The same password under the present policy, when the stored hash was made under another.
    anew: Option<String>,
    /// Whether the address may be sent one more mail.
    may_mail: bool,
}

impl Handle for SignIn {
    type Tx = SystemTx;
    type Prepared = Checked;
    const REASON: Reason = Reason::SignIn;

    fn typed_email(&self) -> Option<&str> {
        Some(&self.email)
    }

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Checked, Problem> {
        let services = cx.services;
        let email_hash = services.email_hash(&self.email).await?;
        let mut tx = services.inner.system(Reason::SignIn).await?;
        let account = answered(accounts::by_email_hash(&mut tx, &email_hash).await)?;
        answered(tx.finish().await)?;
        let unproven = account.as_ref().is_some_and(|account| account.verified_at.is_none());
        let stored = account.map(|account| account.password);
        let good = services.check_password(&self.password, stored.as_deref()).await?;
        let right = stored.filter(|_| good);
        let anew = match &right {
            Some(hash) if !unproven && crypto::needs_rehash(hash, services.inner.passwords) => {
                Some(services.hash_password(&self.password).await?)
            }
            _ => None,
        };
        let may_mail = match &right {
            Some(_) if !unproven => false,
            refused => services.may_mail(&self.email, refused.is_some()).await?,
        };
        Ok(Checked {
            email_hash,
            right,
            anew,
            may_mail,
        })
    }

    async fn handle(self, checked: Checked, cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let account = accounts::by_email_hash(&mut cx.tx, &checked.email_hash).await?;
        let event = || {
            account
                .as_ref()
                .map_or_else(Event::new, |account| Event::on("account", &account.id))
        };
        let right = account
            .as_ref()
            .filter(|account| checked.right.as_ref() == Some(&account.password));
        // An address that is not proven answers like one that has no account, or everybody could find out which is which
        // by signing up first. Its owner gets the link again.
        let Some(right) = right.filter(|account| account.verified_at.is_some()) else {
            match right.filter(|_| checked.may_mail) {
                Some(unproven) => cx.send_verification(unproven).await?,
                None => cx.send_nothing().await?,
            }
            cx.record(event().refused()).await?;
            return Err(Failure::recorded(Problem::new(Code::WrongCredentials).with_detail(
                "You can reset the password. If you have just signed up, open the link in the mail first.",
            )));
        };
        if let Some(hash) = checked.anew {
            accounts::set_password(&mut cx.tx, right.id, &hash, cx.at).await?;
        }
        let begun = begin_session(right, cx).await?;
        cx.remember_network(&self.email).await?;
        let mut event = Event::on("session", &begun.session).by(right.id);
        for ended in begun.ended {
            event = event.change("oldest_session", Some(&ended.to_string()), None);
        }
        cx.record(event).await?;
        Ok(Done {})
    }
}

impl Services {
    /// Counts one mail to an address; where none will be sent, counts in vain, so that it costs the same.
    pub(super) async fn may_mail(&self, email: &str, in_earnest: bool) -> Result<bool, Problem> {
        let inner = &self.inner;
        inner
            .limiter
            .count_mail(&inner.db, &inner.keyring, inner.clock.now(), email, in_earnest)
            .await
    }
}

/// A session that has begun, and those of the account that ended for it.
pub(super) struct Begun {
    session: SessionId,
    ended: Vec<SessionId>,
}

/// Begins a session. One that came with the request ends: a token from before signing in is worth nothing after it. So do
/// those that are beyond [`SESSIONS_MAX`], wherever a session begins.
pub(super) async fn begin_session(account: &Account, cx: &mut Context<'_, SystemTx>) -> Result<Begun, Failure> {
    if let Actor::Person(person) = cx.actor {
        sessions::revoke(&mut cx.tx, person.account, person.session).await?;
    }
    let id = SessionId(cx.services.inner.random_id());
    let origin = cx.origin();
    let (token, token_hash) = cx.new_token();
    let AccountId(owner) = account.id;
    let new = NewSession {
        id,
        account: account.id,
        token_hash,
        address: cx.seal(SESSION_ADDRESS, owner, id.0, origin.address.as_bytes()).await?,
        device: cx.seal(SESSION_DEVICE, owner, id.0, origin.device.as_bytes()).await?,
        at: cx.at,
        expires_at: cx.at + SESSION_ABSOLUTE,
    };
    sessions::insert(&mut cx.tx, &new).await?;
    cx.left.session = SessionChange::Set(token);
    Ok(Begun {
        session: id,
        ended: end_oldest(account.id, cx).await?,
    })
}

/// Ends the sessions of an account that are beyond [`SESSIONS_MAX`], and says which.
async fn end_oldest(account: AccountId, cx: &mut Context<'_, SystemTx>) -> Result<Vec<SessionId>, Failure> {
    let mut ended = Vec::new();
    for session in sessions::list(&mut cx.tx, account).await?.iter().skip(SESSIONS_MAX) {
        if sessions::revoke(&mut cx.tx, account, session.id).await? {
            ended.push(session.id);
        }
    }
    Ok(ended)
}

impl Handle for ProveIdentity {
    type Tx = SystemTx;
    /// The hash the password was checked against, and whether it was right.
    type Prepared = (String, bool);
    const REASON: Reason = Reason::SignIn;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<(String, bool), Problem> {
        check_present(cx, &self.password).await
    }

    async fn handle(self, (hash, good): (String, bool), cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let (account, session) = (cx.person()?.account, cx.person()?.session);
        let row = accounts::by_id(&mut cx.tx, account).await?.ok_or(Code::SignedOut)?;
        if !good || row.password != hash {
            cx.record(Event::on("session", &session).refused()).await?;
            return Err(Failure::recorded(wrong_password("password")));
        }
        let (token, token_hash) = cx.new_token();
        if !sessions::rotate(&mut cx.tx, session, &token_hash, cx.at).await? {
            return Err(Code::SignedOut.into());
        }
        cx.left.session = SessionChange::Set(token);
        cx.record(Event::on("session", &session)).await?;
        Ok(Done {})
    }
}

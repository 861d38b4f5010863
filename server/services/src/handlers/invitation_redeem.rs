//! Taking up an invitation: what those do who were invited.
//!
//! The link proves its address, because it was sent nowhere else. So its bearer may be told what belongs to that address,
//! and whoever has no account gets one with the address proven. Who has one signs in first: the link alone opens nobody's
//! account.

use super::sign_in::begin_session;
use crate::{
    Context, Event, Handle, Prepare,
    context::answered,
    failure::Failure,
    standing::role_of,
    vault::{ACCOUNT_EMAIL, ACCOUNT_NAME, INVITATION_EMAIL},
};
use domain::{
    AccountId, Code, Problem,
    ops::{
        AcceptInvitation, DeclineInvitation, Done, InspectInvitation, InvitationView, JoinByInvitation, Joined, Reader,
    },
    password,
};
use store::{
    Placement, Reason, Scoped, SystemTx,
    account_tokens::{self, Kind},
    accounts::{self, Account, NewAccount},
    invitations::{self, Found},
    members::{self, Seat},
    sessions,
};

/// What a link leads to, opened.
struct Opened {
    found: Found,
    placement: Placement,
    pack: String,
    email: String,
}

fn spent() -> Problem {
    Problem::new(Code::LinkSpent).with_detail(
        "It was used, it was declined, it is older than seven days, it was taken back, or a newer one was sent. Ask who \
         invited you for a new one.",
    )
}

impl Context<'_, SystemTx> {
    /// Finds out what a link leads to, and enters that workspace.
    async fn open_link(&mut self, token_hash: &[u8; 32], actor: Option<AccountId>) -> Result<Option<Opened>, Failure> {
        let Some(found) = invitations::find(&mut self.tx, token_hash, self.at).await? else {
            return Ok(None);
        };
        let placed = members::placed(&mut self.tx, found.workspace).await?;
        let (placement, pack) = placed.ok_or_else(crate::failure::internal)?;
        self.tx.enter(&placement, actor).await?;
        let id = found.invitation.id.0;
        let email = self.open(INVITATION_EMAIL, id, id, &found.invitation.email).await?;
        Ok(Some(Opened {
            found,
            placement,
            pack,
            email,
        }))
    }

    async fn go_home(&mut self, actor: Option<AccountId>) -> Result<(), Failure> {
        Ok(self.tx.enter(&Placement::house(), actor).await?)
    }

    /// Makes an account a member, uses the link up, and puts it on record in the workspace. The transaction is in the
    /// workspace afterwards.
    async fn join(&mut self, opened: &Opened, token_hash: &[u8; 32], account: AccountId) -> Result<Joined, Failure> {
        self.tx.enter(&opened.placement, Some(account)).await?;
        members::begin_change(&mut self.tx).await?;
        let role = &opened.found.invitation.role;
        let pack = self.services.pack(&opened.pack)?;
        let owner = pack.role(role).ok_or_else(spent)?.owner;
        if !invitations::redeem(&mut self.tx, token_hash, account, self.at).await? {
            return Err(spent().into());
        }
        if !members::insert(&mut self.tx, account, &Seat::in_role(role, owner), self.at).await? {
            // Somebody who belongs here stays as they are, suspended too.
            return Err(Problem::new(Code::LinkSpent)
                .with_detail("You belong to this workspace already. Open it from your workspaces.")
                .into());
        }
        let event = Event::on("account", &account)
            .by(account)
            .change("role", None, Some(role));
        self.record(event).await?;
        Ok(Joined {
            id: opened.placement.workspace,
        })
    }
}

impl Handle for InspectInvitation {
    type Tx = SystemTx;
    type Prepared = ();
    const REASON: Reason = Reason::Invitation;

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<InvitationView, Failure> {
        let hash = crypto::token_hash(self.token.expose());
        let opened = cx.open_link(&hash, None).await?.ok_or_else(spent)?;
        let invitation = &opened.found.invitation;
        let pack = cx.services.pack(&opened.pack)?;
        let role = role_of(&pack, &Seat::in_role(&invitation.role, false));
        let (_, workspace_name) = cx.named_workspace().await?;
        cx.go_home(None).await?;
        let account = accounts::by_email_hash(&mut cx.tx, &invitation.email_hash).await?;
        let proven = account
            .filter(|account| account.verified_at.is_some())
            .map(|account| account.id);
        let reader = match (proven, cx.actor.account()) {
            (Some(invited), Some(reader)) if invited == reader => Reader::Invited,
            (_, Some(_)) => Reader::SomebodyElse,
            (Some(_), None) => Reader::SignedOut,
            (None, None) => Reader::New,
        };
        let inviter: Vec<AccountId> = invitation.invited_by.into_iter().collect();
        let names = cx.services.names_of(&inviter).await?;
        Ok(InvitationView {
            workspace_name,
            invited_by: names.into_values().next().unwrap_or_default(),
            email: opened.email,
            role_name: role.name,
            role_about: role.about,
            reader,
            expires_at: opened.found.invitation.expires_at,
        })
    }
}

impl Handle for AcceptInvitation {
    type Tx = SystemTx;
    type Prepared = ();
    const REASON: Reason = Reason::Invitation;
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<Joined, Failure> {
        let account = cx.person()?.account;
        let hash = crypto::token_hash(self.token.expose());
        let Some(opened) = cx.open_link(&hash, Some(account)).await? else {
            cx.record(Event::new().refused()).await?;
            return Err(Failure::recorded(spent()));
        };
        cx.go_home(Some(account)).await?;
        let own = accounts::by_id(&mut cx.tx, account).await?.ok_or(Code::SignedOut)?;
        if own.email_hash != opened.found.invitation.email_hash {
            cx.record(Event::new().refused()).await?;
            return Err(Failure::recorded(Problem::new(Code::Forbidden).with_detail(
                "The invitation is for another address than the one you are signed in with.",
            )));
        }
        let joined = cx.join(&opened, &hash, account).await?;
        cx.go_home(Some(account)).await?;
        Ok(joined)
    }
}

impl Handle for JoinByInvitation {
    type Tx = SystemTx;
    /// The new password's hash; none for a link that is spent.
    type Prepared = Option<String>;
    const REASON: Reason = Reason::Invitation;
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Option<String>, Problem> {
        // A made-up link must not cost a hash.
        let inner = &cx.services.inner;
        let mut tx = inner.system(Reason::Invitation).await?;
        let hash = crypto::token_hash(self.token.expose());
        let found = answered(invitations::find(&mut tx, &hash, inner.clock.now()).await)?;
        answered(tx.finish().await)?;
        match found {
            Some(_) => cx.services.hash_password(&self.password).await.map(Some),
            None => Ok(None),
        }
    }

    async fn handle(self, password: Option<String>, cx: &mut Context<'_, SystemTx>) -> Result<Joined, Failure> {
        let hash = crypto::token_hash(self.token.expose());
        let (Some(opened), Some(password)) = (cx.open_link(&hash, None).await?, password) else {
            cx.go_home(None).await?;
            cx.record(Event::new().refused()).await?;
            return Err(Failure::recorded(spent()));
        };
        cx.go_home(None).await?;
        if let Some(message) = password::verdict(&self.password, &[&opened.email, &self.name]) {
            return Err(Problem::field("password", message).into());
        }
        let account = cx.started(&opened, self.name.trim(), password).await?;
        let joined = cx.join(&opened, &hash, account.id).await?;
        cx.go_home(Some(account.id)).await?;
        // The account had no other session: none begins before the address is proven.
        begin_session(&account, cx).await?;
        cx.remember_network(&opened.email).await?;
        Ok(joined)
    }
}

impl Handle for DeclineInvitation {
    type Tx = SystemTx;
    type Prepared = ();
    const REASON: Reason = Reason::Invitation;
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Whoever holds the link may: it went to the address and nowhere else. It is on record in the workspace, with the
    /// address, and without who is signed in here: that may be somebody of whom the workspace knows nothing.
    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let hash = crypto::token_hash(self.token.expose());
        let reader = cx.actor.account();
        let opened = match cx.open_link(&hash, reader).await? {
            Some(opened) if invitations::decline(&mut cx.tx, &hash, cx.at).await? => opened,
            _ => {
                cx.go_home(reader).await?;
                cx.record(Event::new().refused()).await?;
                return Err(Failure::recorded(spent()));
            }
        };
        let id = opened.found.invitation.id;
        let event = Event::on("invitation", &id).by_holder_of_a_link();
        cx.record(event.change("invited", Some(&opened.email), None)).await?;
        cx.go_home(reader).await?;
        Ok(Done {})
    }
}

impl Context<'_, SystemTx> {
    /// The account of the address, with this name and password: a new one, or one that was started before and never
    /// proven. Nothing of the latter is taken on trust: whoever started it may not be the address's owner.
    async fn started(&mut self, opened: &Opened, name: &str, password: String) -> Result<Account, Failure> {
        let email_hash = opened.found.invitation.email_hash;
        let found = accounts::by_email_hash(&mut self.tx, &email_hash).await?;
        let id = match &found {
            Some(account) if account.verified_at.is_some() => {
                return Err(Problem::new(Code::Forbidden)
                    .with_detail("This address has an account. Sign in with it, and open the link again.")
                    .into());
            }
            Some(account) => account.id,
            None => AccountId(self.services.inner.random_id()),
        };
        let sealed_name = self.seal(ACCOUNT_NAME, id.0, id.0, name.as_bytes()).await?;
        if let Some(account) = found {
            accounts::set_password(&mut self.tx, id, &password, self.at).await?;
            accounts::set_name(&mut self.tx, id, &sealed_name, account.revision, self.at).await?;
            account_tokens::void(&mut self.tx, id, Kind::Verify).await?;
            account_tokens::void(&mut self.tx, id, Kind::Reset).await?;
            sessions::revoke_all_but(&mut self.tx, id, None).await?;
        } else {
            let new = NewAccount {
                id,
                email_hash,
                email: self.seal(ACCOUNT_EMAIL, id.0, id.0, opened.email.as_bytes()).await?,
                name: sealed_name,
                password,
                at: self.at,
            };
            if !accounts::insert(&mut self.tx, &new).await? {
                return Err(Problem::new(Code::Stale)
                    .with_detail("Somebody signed up with this address a moment ago. Open the link again.")
                    .into());
            }
        }
        accounts::set_verified(&mut self.tx, id, self.at).await?;
        let account = accounts::by_id(&mut self.tx, id).await?;
        Ok(account.ok_or_else(crate::failure::internal)?)
    }
}

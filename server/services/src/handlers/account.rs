//! Accounts: signing up, proving an address, the profile.
//!
//! Whoever types an address learns nothing about it: known and unknown ones get the same answer, cost the same, and leave
//! an event each. What is particular goes by mail, to the address's owner. Events of people who have not proven who they
//! are hold no name and no address.

use super::stale;
use crate::{
    Context, Event, Handle, Prepare,
    failure::Failure,
    vault::{ACCOUNT_EMAIL, ACCOUNT_NAME},
};
use domain::{
    AccountId, Code, Problem,
    ops::{Done, GetProfile, MailOnItsWay, Profile, RenameMyself, ResendVerification, SignUp, VerifyEmail},
    validate::canonical_email,
};
use store::{
    Changed, Reason, SystemTx, TenantTx,
    account_tokens::{self, Kind},
    accounts::{self, NewAccount},
};

impl Handle for SignUp {
    type Tx = SystemTx;
    /// The password's hash, and the address's.
    type Prepared = (String, [u8; 32]);
    const REASON: Reason = Reason::SignUp;
    const LOOK_FIRST: bool = true;

    fn typed_email(&self) -> Option<&str> {
        Some(&self.email)
    }

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Self::Prepared, Problem> {
        let password = cx.services.hash_password(&self.password).await?;
        Ok((password, cx.services.email_hash(&self.email).await?))
    }

    async fn handle(
        self,
        (password, email_hash): Self::Prepared,
        cx: &mut Context<'_, SystemTx>,
    ) -> Result<MailOnItsWay, Failure> {
        let event = match accounts::by_email_hash(&mut cx.tx, &email_hash).await? {
            None => start(&self, password, email_hash, cx).await?,
            // Who came first may not be the address's owner, and neither may who comes now. Nothing of either is taken on
            // trust: whoever reads the mail chooses the password. Until then none fits, also after a link to confirm the
            // address that either has sent again.
            Some(account) if account.verified_at.is_none() => {
                let none = cx.services.inner.passwords.dummy_hash();
                accounts::set_password(&mut cx.tx, account.id, &none, cx.at).await?;
                account_tokens::void(&mut cx.tx, account.id, Kind::Verify).await?;
                cx.send_finish(&account).await?;
                Event::on("account", &account.id)
            }
            Some(account) => {
                let email = cx.open_email(&account).await?;
                let mail = cx.services.inner.site.already_mail(&email);
                cx.send(&mail).await?;
                Event::on("account", &account.id)
            }
        };
        cx.record(event).await?;
        Ok(MailOnItsWay {})
    }
}

/// Starts an account for an address that has none.
async fn start(
    op: &SignUp,
    password: String,
    email_hash: [u8; 32],
    cx: &mut Context<'_, SystemTx>,
) -> Result<Event, Failure> {
    // Random and not ordered by time: the pseudonym stands in logs that others read.
    let account = AccountId(cx.services.inner.random_id());
    let (email, name) = (canonical_email(&op.email), op.name.trim());
    let new = NewAccount {
        id: account,
        email_hash,
        email: cx.seal(ACCOUNT_EMAIL, account.0, account.0, email.as_bytes()).await?,
        name: cx.seal(ACCOUNT_NAME, account.0, account.0, name.as_bytes()).await?,
        password,
        at: cx.at,
    };
    if accounts::insert(&mut cx.tx, &new).await? {
        cx.send_verification_to(account, email_hash, &email).await?;
        Ok(Event::on("account", &account))
    } else {
        // Somebody signed up with the same address a moment ago, and its mail is on its way.
        cx.send_nothing().await?;
        Ok(Event::new())
    }
}

impl Handle for VerifyEmail {
    type Tx = SystemTx;
    type Prepared = ();
    const REASON: Reason = Reason::SignUp;
    // A link that was used is refused, on record.
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let hash = crypto::token_hash(self.token.expose());
        let Some(redeemed) = account_tokens::redeem(&mut cx.tx, Kind::Verify, &hash, cx.at).await? else {
            cx.record(Event::new().refused()).await?;
            return Err(Failure::recorded(Problem::new(Code::LinkSpent).with_detail(
                "It was used, it is older than a day, or a newer one was sent. If you have confirmed your address, sign in.",
            )));
        };
        accounts::set_verified(&mut cx.tx, redeemed.account, cx.at).await?;
        let account = accounts::by_id(&mut cx.tx, redeemed.account)
            .await?
            .ok_or(Code::LinkSpent)?;
        let email = cx.open_email(&account).await?;
        cx.remember_network(&email).await?;
        cx.record(Event::on("account", &account.id).by(account.id)).await?;
        Ok(Done {})
    }
}

impl Handle for ResendVerification {
    type Tx = SystemTx;
    type Prepared = [u8; 32];
    const REASON: Reason = Reason::SignUp;

    fn typed_email(&self) -> Option<&str> {
        Some(&self.email)
    }

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<[u8; 32], Problem> {
        cx.services.email_hash(&self.email).await
    }

    async fn handle(self, email_hash: [u8; 32], cx: &mut Context<'_, SystemTx>) -> Result<MailOnItsWay, Failure> {
        match accounts::by_email_hash(&mut cx.tx, &email_hash).await? {
            Some(account) if account.verified_at.is_none() => {
                cx.send_verification(&account).await?;
                cx.record(Event::on("account", &account.id)).await?;
            }
            Some(_) | None => {
                cx.send_nothing().await?;
                cx.record(Event::new().refused()).await?;
            }
        }
        Ok(MailOnItsWay {})
    }
}

impl Handle for GetProfile {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Profile, Failure> {
        let account = cx.person()?.account;
        let row = accounts::profile(&mut cx.tx, account).await?.ok_or(Code::SignedOut)?;
        cx.open_profile(&row).await
    }
}

impl Handle for RenameMyself {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Profile, Failure> {
        let account = cx.person()?.account;
        let row = accounts::profile(&mut cx.tx, account).await?.ok_or(Code::SignedOut)?;
        let before = cx.open_profile(&row).await?;
        let name = self.name.trim();
        let sealed = cx.seal(ACCOUNT_NAME, account.0, account.0, name.as_bytes()).await?;
        match accounts::set_name(&mut cx.tx, account, &sealed, self.revision, cx.at).await? {
            Changed::Done(revision) => {
                cx.record(Event::on("account", &account).change("name", Some(&before.name), Some(name)))
                    .await?;
                Ok(Profile {
                    name: name.to_owned(),
                    revision,
                    ..before
                })
            }
            Changed::Stale(_) => {
                let now = accounts::profile(&mut cx.tx, account).await?.ok_or(Code::SignedOut)?;
                let now = cx.open_profile(&now).await?;
                Err(stale(&format!("Your name reads “{}” now.", now.name)).into())
            }
            Changed::Missing => Err(Code::SignedOut.into()),
        }
    }
}

//! Passwords: forgetting, resetting, changing.

use crate::{Context, Event, Handle, Prepare, context::answered, failure::Failure};
use domain::{
    Code, FieldError, Problem,
    ops::{ChangePassword, Done, ForgotPassword, MailOnItsWay, ResetPassword},
    password,
};
use store::{
    Reason, Scoped, SystemTx,
    account_tokens::{self, Kind},
    accounts::{self, Account},
    sessions,
};

impl Handle for ForgotPassword {
    type Tx = SystemTx;
    type Prepared = [u8; 32];

    fn typed_email(&self) -> Option<&str> {
        Some(&self.email)
    }

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<[u8; 32], Problem> {
        cx.services.email_hash(&self.email).await
    }

    async fn handle(self, email_hash: [u8; 32], cx: &mut Context<'_, SystemTx>) -> Result<MailOnItsWay, Failure> {
        if let Some(account) = accounts::by_email_hash(&mut cx.tx, &email_hash).await? {
            cx.send_reset(&account).await?;
            cx.record(Event::on("account", &account.id)).await?;
        } else {
            cx.send_nothing().await?;
            cx.record(Event::new().refused()).await?;
        }
        Ok(MailOnItsWay {})
    }
}

impl Handle for ResetPassword {
    type Tx = SystemTx;
    /// The new password's hash; none for a link that is spent.
    type Prepared = Option<String>;
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Option<String>, Problem> {
        // A made-up link must not cost a hash. Nothing is redeemed yet: the transaction is undone.
        let token_hash = crypto::token_hash(self.token.expose());
        let inner = &cx.services.inner;
        let mut tx = inner.system(Reason::Account).await?;
        let good = answered(account_tokens::redeem(&mut tx, Kind::Reset, &token_hash, inner.clock.now()).await)?;
        answered(tx.rollback().await)?;
        match good {
            Some(_) => cx.services.hash_password(&self.password).await.map(Some),
            None => Ok(None),
        }
    }

    async fn handle(self, hash: Option<String>, cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let token_hash = crypto::token_hash(self.token.expose());
        let redeemed = account_tokens::redeem(&mut cx.tx, Kind::Reset, &token_hash, cx.at).await?;
        let (Some(redeemed), Some(hash)) = (redeemed, hash) else {
            cx.record(Event::new().refused()).await?;
            return Err(Failure::recorded(
                Problem::new(Code::LinkSpent).with_detail("It was used, or its time is over. Ask for a new one."),
            ));
        };
        let account = accounts::by_id(&mut cx.tx, redeemed.account)
            .await?
            .ok_or(Code::LinkSpent)?;
        // Undoes the redemption too: the link still works for a better password.
        refuse_telling(&self.password, &account, cx).await?;
        accounts::set_verified(&mut cx.tx, account.id, cx.at).await?;
        account_tokens::void(&mut cx.tx, account.id, Kind::Verify).await?;
        set(&account, &hash, cx).await?;
        sessions::revoke_all_but(&mut cx.tx, account.id, None).await?;
        let email = cx.open_email(&account).await?;
        cx.remember_network(&email).await?;
        cx.record(Event::on("account", &account.id).by(account.id)).await?;
        Ok(Done {})
    }
}

impl Handle for ChangePassword {
    type Tx = SystemTx;
    /// The hash the present password was checked against and, when it was right, the new one's.
    type Prepared = (String, Option<String>);
    const LOOK_FIRST: bool = true;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Self::Prepared, Problem> {
        let (present, good) = check_present(cx, &self.current).await?;
        let new = if good {
            Some(cx.services.hash_password(&self.password).await?)
        } else {
            None
        };
        Ok((present, new))
    }

    async fn handle(self, (present, new): Self::Prepared, cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let (account, session) = (cx.person()?.account, cx.person()?.session);
        let row = accounts::by_id(&mut cx.tx, account).await?.ok_or(Code::SignedOut)?;
        let Some(hash) = new.filter(|_| row.password == present) else {
            cx.record(Event::on("account", &account).refused()).await?;
            return Err(Failure::recorded(wrong_password("current")));
        };
        refuse_telling(&self.password, &row, cx).await?;
        set(&row, &hash, cx).await?;
        sessions::revoke_all_but(&mut cx.tx, account, Some(session)).await?;
        cx.record(Event::on("account", &account)).await?;
        Ok(Done {})
    }
}

/// Checks the signed-in person's password. Answers the hash it was checked against, for the handler to see whether it is
/// still the one.
pub(super) async fn check_present(cx: &Prepare<'_>, password: &domain::Secret) -> Result<(String, bool), Problem> {
    let account = cx.person()?.account;
    let hash = cx.services.stored_password(account).await?;
    let good = cx.services.check_password(password, Some(&hash)).await?;
    Ok((hash, good))
}

/// A wrong password of somebody who is signed in.
pub(super) fn wrong_password(field: &str) -> Problem {
    Problem {
        title: "That is not your password.".to_owned(),
        fields: vec![FieldError {
            field: field.to_owned(),
            message: "This is not your present password.".to_owned(),
        }],
        ..Problem::new(Code::WrongCredentials)
    }
}

/// Refuses a new password that is little more than the account's name or address, which only the server knows here.
async fn refuse_telling(
    password: &domain::Secret,
    account: &Account,
    cx: &mut Context<'_, SystemTx>,
) -> Result<(), Failure> {
    let row = accounts::Profile {
        id: account.id,
        email: account.email.clone(),
        name: account.name.clone(),
        verified_at: account.verified_at,
        revision: account.revision,
        created_at: account.created_at,
    };
    let profile = cx.open_profile(&row).await?;
    match password::verdict(password, &[&profile.email, &profile.name]) {
        Some(verdict) => Err(Problem::field("password", verdict).into()),
        None => Ok(()),
    }
}

/// Sets a password, voids the links that could set another, and tells the owner.
async fn set(account: &Account, hash: &str, cx: &mut Context<'_, SystemTx>) -> Result<(), Failure> {
    accounts::set_password(&mut cx.tx, account.id, hash, cx.at).await?;
    account_tokens::void(&mut cx.tx, account.id, Kind::Reset).await?;
    cx.send_password_changed(account).await
}

impl crate::Services {
    /// The stored hash of an account's password.
    async fn stored_password(&self, account: domain::AccountId) -> Result<String, Problem> {
        let mut tx = self.inner.system(Reason::Account).await?;
        let row = answered(accounts::by_id(&mut tx, account).await)?;
        answered(tx.finish().await)?;
        row.map(|row| row.password).ok_or_else(|| Problem::new(Code::SignedOut))
    }
}

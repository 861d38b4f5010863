//! Accounts as other handlers need them: found by address, named by id.

use crate::{
    Context, Services, Transaction,
    context::answered,
    failure::Failure,
    rates,
    vault::{ACCOUNT_EMAIL, ACCOUNT_NAME, Vault},
};
use domain::{AccountId, Door, Problem, WorkspaceId, ops::Profile, validate::canonical_email};
use std::collections::HashMap;
use store::{
    Reason, Scoped, SystemTx,
    account_tokens::{self, Kind},
    accounts,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A link to prove an address works this long.
pub(super) const VERIFY_FOR: Duration = Duration::hours(24);
/// A link to choose a new password works this long.
pub(super) const RESET_FOR: Duration = Duration::hours(1);

impl Services {
    /// The hash by which an address is found.
    pub(super) async fn email_hash(&self, email: &str) -> Result<[u8; 32], Problem> {
        let house = self.inner.keyring.workspace_key(WorkspaceId::HOUSE).await?;
        Ok(house.lookup_hash("email", &canonical_email(email)))
    }

    /// The present names and addresses of accounts; those that are gone or were damaged are not among them. Opens a
    /// transaction of the system login, as [`Services::names_of`] does.
    pub(super) async fn addresses_of(
        &self,
        ids: &[AccountId],
    ) -> Result<HashMap<AccountId, (String, String)>, Failure> {
        let inner = &self.inner;
        let mut tx = inner.system(Reason::Account).await?;
        let mut vault = Vault::new(&inner.keyring, inner.clock.now());
        let profiles = accounts::profiles(&mut tx, ids).await?;
        let records: Vec<Uuid> = profiles.iter().map(|profile| profile.id.0).collect();
        vault.fetch(&mut tx, &[ACCOUNT_NAME, ACCOUNT_EMAIL], &records).await?;
        let mut found = HashMap::new();
        for profile in profiles {
            let row = profile.id.0;
            let mut texts = Vec::new();
            for (column, sealed) in [(ACCOUNT_NAME, &profile.name), (ACCOUNT_EMAIL, &profile.email)] {
                let plain = vault.open_unless_damaged(&mut tx, column, row, row, sealed).await?;
                texts.extend(plain.and_then(|plain| String::from_utf8(plain).ok()));
            }
            if let Ok([name, email]) = <[String; 2]>::try_from(texts) {
                found.insert(profile.id, (name, email));
            }
        }
        answered(tx.finish().await)?;
        Ok(found)
    }

    /// The present names of accounts; those that are gone or were damaged are not among them. Opens a transaction of the system login,
    /// because names are encrypted under the house's keys: call it with a tenant's transaction open, or with none.
    pub(crate) async fn names_of(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, Failure> {
        let mut names = HashMap::new();
        if ids.is_empty() {
            return Ok(names);
        }
        let inner = &self.inner;
        let mut tx = inner.system(Reason::Account).await?;
        let mut vault = Vault::new(&inner.keyring, inner.clock.now());
        let profiles = accounts::profiles(&mut tx, ids).await?;
        let records: Vec<Uuid> = profiles.iter().map(|profile| profile.id.0).collect();
        vault.fetch(&mut tx, &[ACCOUNT_NAME], &records).await?;
        for profile in profiles {
            let row = profile.id.0;
            let name = vault
                .open_unless_damaged(&mut tx, ACCOUNT_NAME, row, row, &profile.name)
                .await?;
            let name = name.and_then(|name| String::from_utf8(name).ok());
            names.extend(name.map(|name| (profile.id, name)));
        }
        answered(tx.finish().await)?;
        Ok(names)
    }
}

impl Context<'_, SystemTx> {
    /// An account's address.
    pub(super) async fn open_email(&mut self, account: &accounts::Account) -> Result<String, Failure> {
        let id = account.id.0;
        self.open(ACCOUNT_EMAIL, id, id, &account.email).await
    }

    /// Remembers, once the act has committed, that an account's owner was in this network: guesses of strangers do not
    /// keep the owner out from there.
    pub(super) async fn remember_network(&mut self, email: &str) -> Result<(), Failure> {
        if let Door::Http { address, .. } = &self.caller.door {
            let keyring = &self.services.inner.keyring;
            self.left.known_network = Some(rates::known_network(keyring, email, *address).await?);
        }
        Ok(())
    }

    /// Sends a link to prove an address.
    pub(super) async fn send_verification(&mut self, account: &accounts::Account) -> Result<(), Failure> {
        let email = self.open_email(account).await?;
        self.send_verification_to(account.id, account.email_hash, &email).await
    }

    /// The same, for an account whose address is at hand.
    pub(super) async fn send_verification_to(
        &mut self,
        account: AccountId,
        email_hash: [u8; 32],
        email: &str,
    ) -> Result<(), Failure> {
        let (token, until) = self.issue(Kind::Verify, account, email_hash, VERIFY_FOR).await?;
        let mail = self.services.inner.site.verify_mail(email, &token, until);
        self.send(&mail).await
    }

    /// Sends a link to choose a new password.
    pub(super) async fn send_reset(&mut self, account: &accounts::Account) -> Result<(), Failure> {
        let email = self.open_email(account).await?;
        let (token, until) = self
            .issue(Kind::Reset, account.id, account.email_hash, RESET_FOR)
            .await?;
        let mail = self.services.inner.site.reset_mail(&email, &token, until);
        self.send(&mail).await
    }

    /// Sends a link to choose the password of an account whose address was signed up more than once.
    pub(super) async fn send_finish(&mut self, account: &accounts::Account) -> Result<(), Failure> {
        let email = self.open_email(account).await?;
        let (token, until) = self
            .issue(Kind::Reset, account.id, account.email_hash, VERIFY_FOR)
            .await?;
        let mail = self.services.inner.site.finish_mail(&email, &token, until);
        self.send(&mail).await
    }

    /// Tells an account's owner that the password is another one.
    pub(super) async fn send_password_changed(&mut self, account: &accounts::Account) -> Result<(), Failure> {
        let email = self.open_email(account).await?;
        let device = self.origin().device;
        let mail = self.services.inner.site.password_changed_mail(&email, self.at, &device);
        self.send(&mail).await
    }

    /// Makes a token. Those sent before work on until their end, so that nobody can void somebody else's link by asking
    /// for another.
    async fn issue(
        &mut self,
        kind: Kind,
        account: AccountId,
        email_hash: [u8; 32],
        good_for: Duration,
    ) -> Result<(domain::Secret, OffsetDateTime), Failure> {
        let (token, token_hash) = self.new_token();
        let new = account_tokens::NewToken {
            kind,
            token_hash,
            account,
            email_hash,
            at: self.at,
            expires_at: self.at + good_for,
        };
        account_tokens::insert(&mut self.tx, &new).await?;
        Ok((token, new.expires_at))
    }
}

impl<Tx: Transaction> Context<'_, Tx> {
    /// A profile as its owner reads it.
    pub(super) async fn open_profile(&mut self, row: &accounts::Profile) -> Result<Profile, Failure> {
        let id = row.id.0;
        Ok(Profile {
            account: row.id,
            name: self.open(ACCOUNT_NAME, id, id, &row.name).await?,
            email: self.open(ACCOUNT_EMAIL, id, id, &row.email).await?,
            revision: row.revision,
            created_at: row.created_at,
        })
    }
}

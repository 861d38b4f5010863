//! The composition root: puts the parts together, and refuses combinations that would not be safe. Each refusal says what
//! to do.

mod database;
mod mail;
mod safety;

pub use database::{Database, Migrate, database, guard, keep_alive};
pub use mail::{Mail, mail};
pub use safety::{Hold, fit_for_others, keys_are_apart};

use crate::{assets::Site, config::Config, refusal::Refusal, state::State};
use crypto::{PasswordPolicy, RootKey, SigningKey};
use domain::ports::{Clock, Random};
use outbound::{CapturedMailer, FileKeyStore, KeysError, SystemRandom, keys};
use services::{HashingSize, Packs, Parts, Rate, Rates, Services};
use std::{path::Path, sync::Arc};
use store::Db;

/// Whether keys may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MakeKeys {
    /// On an installation that has none yet.
    IfNew,
    /// Never: they must be there.
    Never,
}

/// The use cases, over an open database and the keys that fit it.
///
/// # Errors
/// When keys are missing, wrong or open to others.
pub async fn house(config: &Config, db: &Db, clock: Arc<dyn Clock>, make: MakeKeys) -> Result<Services, Refusal> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let founded = services::is_founded(db)
        .await
        .map_err(|problem| Refusal::new(format!("The database does not answer: {problem}"), ""))?;
    // A key made beside a database that has others would hide that those are gone.
    let make = if founded { MakeKeys::Never } else { make };
    let (root, seed, store) = open_keys(&config.keys, make, &*random)
        .map_err(|error| Refusal::new(format!("The keys cannot be used: {error}."), ""))?;
    let services = Services::new(Parts {
        db: db.clone(),
        key_store: Arc::new(store),
        root: RootKey::from_bytes(*root),
        signer: SigningKey::from_seed(&seed),
        clock,
        random,
        site: services::Site {
            origin: config.origin.as_str().to_owned(),
        },
        rates: rates(config.limits.rate_factor),
        packs: packs(config.packs.as_deref())?,
        passwords: PasswordPolicy::default(),
        hashing: HashingSize::default(),
    })
    .map_err(|error| {
        Refusal::new(
            format!("The system gives no threads: {error}."),
            "Free some and try again.",
        )
    })?;
    services.open_house().await.map_err(|problem| {
        Refusal::new(
            format!(
                "The keys in {} do not open this database: {problem}",
                config.keys.display()
            ),
            "Restore root.key, signing.key and workspaces/ from the copy that belongs to this database. Nothing was changed.",
        )
    })?;
    Ok(services)
}

/// The packs in the binary, and those in the operator's folder.
///
/// # Errors
/// When one of them cannot be read, with the place.
pub fn packs(folder: Option<&Path>) -> Result<Packs, Refusal> {
    let read = folder.map_or_else(Packs::built_in, Packs::with_folder);
    read.map_err(|error| {
        Refusal::new(
            format!("A pack cannot be used. {error}"),
            "Mend the file, or take it out of the folder `packs`. Nothing was changed.",
        )
    })
}

/// The default rates, raised by a factor.
fn rates(factor: u32) -> Rates {
    let raise = |rate: Rate| Rate {
        burst: rate.burst.saturating_mul(factor),
        every: rate.every / factor,
    };
    let default = Rates::default();
    Rates {
        read: raise(default.read),
        write: raise(default.write),
        credential_network: raise(default.credential_network),
        credential_account: raise(default.credential_account),
        credential_known: raise(default.credential_known),
        mail_network: raise(default.mail_network),
        mail_recipient: raise(default.mail_recipient),
        heavy: raise(default.heavy),
    }
}

fn open_keys(
    folder: &Path,
    make: MakeKeys,
    random: &dyn Random,
) -> Result<(keys::KeyBytes, keys::KeyBytes, FileKeyStore), KeysError> {
    let (root, seed) = match make {
        MakeKeys::IfNew => (
            keys::load_or_create_root(folder, random)?,
            keys::load_or_create_signing_seed(folder, random)?,
        ),
        MakeKeys::Never => (keys::load_root(folder)?, keys::load_signing_seed(folder)?),
    };
    Ok((root, seed, FileKeyStore::open(folder)?))
}

/// What the handlers share.
///
/// # Errors
/// When the site was not built.
pub async fn state(
    config: Config,
    services: Services,
    db: Db,
    mailbox: Option<Arc<CapturedMailer>>,
) -> Result<Arc<State>, Refusal> {
    let site = Site::find(config.site.as_deref())?;
    let assets = site.manifest().await?;
    Ok(Arc::new(State {
        config,
        services,
        db,
        random: Arc::new(SystemRandom),
        site,
        assets,
        mailbox,
        openapi: services::openapi().to_string(),
    }))
}

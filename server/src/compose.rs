//! The composition root: puts the parts together, and refuses combinations that would not be safe. Each refusal says what
//! to do.

use crate::{
    assets::Site,
    config::{Config, Smtp},
    refusal::Refusal,
    state::State,
};
use crypto::{PasswordPolicy, RootKey, SigningKey};
use domain::{
    Secret,
    ports::{Clock, Mailer, Random},
};
use outbound::{CapturedMailer, FileKeyStore, KeysError, SmtpConfig, SmtpMailer, SystemRandom, keys};
use percent_encoding::percent_decode_str;
use services::{HashingSize, Parts, Rates, Services};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::{
    Db, Logins, PoolSizes,
    cluster::{Cluster, Durability},
    migrate::{self, Setup},
};

/// The private Postgres' folder in the data folder.
const CLUSTER: &str = "postgres";
/// The database in it.
const DATABASE: &str = "scriptkeep";
/// The file by which a server holds the data folder.
const HOLD: &str = "serve.lock";
/// How many mails the captured mailbox keeps.
const MAILBOX: usize = 200;
/// How long one delivery to the mail server may take.
const DELIVERY: Duration = Duration::from_secs(30);

/// Whether to migrate before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Whatever the database.
    Always,
    /// A private Postgres only; elsewhere that is an operator's act.
    IfPrivate,
}

/// Whether keys may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MakeKeys {
    /// On an installation that has none yet.
    IfNew,
    /// Never: they must be there.
    Never,
}

/// An open database, and the private Postgres it is in, if it is ours.
pub struct Database {
    /// The database.
    pub db: Db,
    /// The private Postgres.
    pub cluster: Option<Cluster>,
    /// Whether closing stops the private Postgres: not when it ran before, since a server may be using it. The server
    /// itself, which holds the data folder, always does.
    pub stop_at_end: bool,
}

impl Database {
    /// Closes the connections, then stops a Postgres of our own.
    pub async fn close(&self) {
        self.db.close().await;
        if let Some(cluster) = self.cluster.as_ref().filter(|_| self.stop_at_end)
            && let Err(error) = cluster.stop().await
        {
            tracing::warn!(%error, "the private Postgres did not stop; the next start adopts it");
        }
    }
}

/// Refuses to be reachable by others without a mail server, or with the keys among the data.
///
/// # Errors
/// What is missing, and what to do.
pub fn fit_for_others(config: &Config) -> Result<(), Refusal> {
    if config.is_local() {
        return Ok(());
    }
    if config.smtp.is_none() {
        return Err(Refusal::new(
            "Other machines can reach this server, and it has no mail server: nobody could prove an address.",
            "Set smtp.host and smtp.from (and smtp.user, smtp.password where it asks for them), or listen on 127.0.0.1 with \
             an origin like http://localhost:3000.",
        ));
    }
    keys_are_apart(config)
}

/// Refuses keys inside the data folder, outside the loopback: whoever copies the data would have what opens it.
///
/// # Errors
/// With what to do.
pub fn keys_are_apart(config: &Config) -> Result<(), Refusal> {
    if config.is_local() || !resolved(&config.keys).starts_with(resolved(&config.data)) {
        return Ok(());
    }
    Err(Refusal::new(
        format!(
            "The keys in {} lie inside the data folder {}: a copy of the data would carry what opens it.",
            config.keys.display(),
            config.data.display()
        ),
        "Move the key folder elsewhere, name it in `keys` (or --keys), and leave it out of the data's backups.",
    ))
}

/// The path with links followed, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return missing.iter().rev().fold(real, |path, name| path.join(name));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else {
            return absolute;
        };
        missing.push(name);
        existing = parent;
    }
}

/// Opens the database: the one configured, or a private one in the data folder, which is made and migrated here.
///
/// # Errors
/// When it is not there, or does not take us.
pub async fn database(config: &Config, clock: &dyn Clock, migrate: Migrate) -> Result<Database, Refusal> {
    let stop_at_end = !is_running(&config.data.join(CLUSTER));
    let (logins, setup, cluster) = match &config.database {
        Some(given) => {
            let logins = Logins {
                owner: None,
                app: given.app.expose().to_owned(),
                system: given.system.expose().to_owned(),
            };
            let setup = match (&given.owner, migrate) {
                (_, Migrate::IfPrivate) => None,
                (Some(owner), Migrate::Always) => Some(Setup {
                    url: owner.clone(),
                    owner_password: None,
                    app_password: password_of(&given.app),
                    system_password: password_of(&given.system),
                    schemas: Vec::new(),
                    now: clock.now(),
                }),
                (None, Migrate::Always) => {
                    return Err(Refusal::new(
                        "`database.owner_url` is not set: migrating needs a login that may make tables.",
                        "Set it to the URL of scriptkeep_owner or of a superuser; `serve` does not read it.",
                    ));
                }
            };
            (logins, setup, None)
        }
        None => private(config, clock).await?,
    };
    if let Some(setup) = setup {
        migrate::migrate(&setup)
            .await
            .map_err(|error| Refusal::new(format!("The database was not migrated: {error}."), ""))?;
    }
    let sizes = PoolSizes {
        app: config.connections.app,
        system: config.connections.system,
        ..PoolSizes::default()
    };
    let db = Db::connect(&logins, sizes).await.map_err(|error| {
        Refusal::new(
            format!("The database does not take us: {error}."),
            "See that it runs, that `scriptkeep migrate` made the logins, and that database.url and database.system_url \
             carry their passwords.",
        )
    })?;
    Ok(Database {
        db,
        cluster,
        stop_at_end,
    })
}

/// Whether a private Postgres answers on its socket.
fn is_running(folder: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(folder.join("socket/.s.PGSQL.5432")).is_ok()
}

/// Holds a data folder for one server, as long as the value lives.
#[derive(Debug)]
pub struct Hold {
    _lock: std::fs::File,
}

impl Hold {
    /// Takes the folder, and makes it where it is missing.
    ///
    /// # Errors
    /// When another server has it, or it cannot be written.
    pub fn take(folder: &Path) -> Result<Self, Refusal> {
        let refuse = |error: std::io::Error| {
            Refusal::new(
                format!("The data folder {} cannot be used: {error}.", folder.display()),
                "Name one that this user may write, in `data` (or --data), on a disk with room.",
            )
        };
        std::fs::create_dir_all(folder).map_err(refuse)?;
        let path = folder.join(HOLD);
        let lock = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(refuse)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(Refusal::new(
                format!("Another server works in the data folder {}.", folder.display()),
                "Stop it, or name another folder in `data` (or --data).",
            )),
            Err(std::fs::TryLockError::Error(error)) => Err(refuse(error)),
        }
    }
}

/// The private Postgres, running.
async fn private(config: &Config, clock: &dyn Clock) -> Result<(Logins, Option<Setup>, Option<Cluster>), Refusal> {
    let refuse =
        |error: store::cluster::ClusterError| Refusal::new(format!("The private Postgres does not run: {error}."), "");
    let cluster = Cluster::start(&config.data.join(CLUSTER), Durability::Full)
        .await
        .map_err(refuse)?;
    cluster.create_database(DATABASE).await.map_err(refuse)?;
    let logins = Logins {
        owner: None,
        app: cluster.url(migrate::APP, DATABASE),
        system: cluster.url(migrate::SYSTEM, DATABASE),
    };
    let setup = Setup {
        url: Secret::new(cluster.superuser_url(DATABASE)),
        owner_password: None,
        app_password: None,
        system_password: None,
        schemas: Vec::new(),
        now: clock.now(),
    };
    Ok((logins, Some(setup), Some(cluster)))
}

/// The password in a Postgres URL.
fn password_of(url: &Secret) -> Option<Secret> {
    let (_, rest) = url.expose().split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    Some(Secret::new(percent_decode_str(password).decode_utf8().ok()?))
}

/// Refuses a database that would lose what was confirmed, or let tenants see each other.
///
/// # Errors
/// The first thing that is wrong with it, and what to do.
pub async fn guard(db: &Db) -> Result<(), Refusal> {
    db.guard()
        .await
        .map_err(|refusal| Refusal::new(format!("The database is none to serve from: {refusal}."), ""))
}

/// The use cases, over an open database and the keys that fit it.
///
/// # Errors
/// When keys are missing, wrong or open to others.
pub async fn house(config: &Config, db: &Db, clock: Arc<dyn Clock>, make: MakeKeys) -> Result<Services, Refusal> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
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
        rates: Rates::default(),
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
            "Restore root.key and workspaces/ from the copy that belongs to this database. Nothing was changed.",
        )
    })?;
    Ok(services)
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

/// The way mail goes, and the mailbox to look into when it goes nowhere.
///
/// # Errors
/// When the mail settings do not fit together.
pub fn mailer(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<dyn Mailer>, Option<Arc<CapturedMailer>>), Refusal> {
    match &config.smtp {
        None => {
            let mailbox = Arc::new(CapturedMailer::new(clock, MAILBOX));
            Ok((Arc::clone(&mailbox) as Arc<dyn Mailer>, Some(mailbox)))
        }
        Some(smtp) => {
            let mailer = SmtpMailer::new(smtp_config(smtp)?, clock).map_err(|error| {
                Refusal::new(
                    format!("The mail settings cannot be used: {error}."),
                    "Correct them under [smtp].",
                )
            })?;
            Ok((Arc::new(mailer), None))
        }
    }
}

fn smtp_config(smtp: &Smtp) -> Result<SmtpConfig, Refusal> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| {
            Refusal::new(
                format!("`smtp.ca_file` {} cannot be read: {error}.", path.display()),
                "Name a file with certificates in PEM, or take the setting out.",
            )
        })
    };
    Ok(SmtpConfig {
        host: smtp.host.clone(),
        port: smtp.port,
        security: smtp.security,
        credentials: smtp.credentials.clone(),
        from: smtp.from.clone(),
        timeout: DELIVERY,
        extra_roots: smtp.ca_file.as_ref().map(read).transpose()?,
    })
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

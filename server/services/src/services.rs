//! The services: everything the server does, behind one value.

use crate::{
    Answer, Entry, Site, dispatch,
    editing::Editing,
    failure::store_problem,
    hashing::HashingPool,
    ids::Ids,
    keyring::{self, KeyFault, Keyring},
    packs::Packs,
    rates::{Limiter, Rates},
    registry::{self, AnyBox},
    titles::Titles,
};
use crypto::{PasswordPolicy, RootKey, SigningKey};
use domain::{
    Caller, Code, Meta, Problem, WorkspaceId,
    ports::{Clock, KeyStore, KeyStoreError, Random},
};
use std::{io, sync::Arc};
use store::{
    Db, Reason, Scoped,
    data_keys::{self, DataKeyRow},
};
use time::OffsetDateTime;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

/// What services are made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Where workspace keys are kept.
    pub key_store: Arc<dyn KeyStore>,
    /// The key over the workspace keys.
    pub root: RootKey,
    /// The key that signs checkpoints.
    pub signer: SigningKey,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Where links in mails lead.
    pub site: Site,
    /// How often somebody may do something.
    pub rates: Rates,
    /// The kinds of work.
    pub packs: Packs,
    /// What hashing a password costs.
    pub passwords: PasswordPolicy,
    /// The pool that hashes them.
    pub hashing: HashingSize,
}

/// How large the pool is that hashes passwords. Each thread holds the memory of one hash: 19 MiB by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingSize {
    /// Threads.
    pub threads: usize,
    /// How many may wait; the next one is told to come back.
    pub waiting: usize,
}

impl Default for HashingSize {
    /// Two threads keep one of a small machine's cores free for everybody else; 64 places are some seconds of work.
    fn default() -> Self {
        Self {
            threads: 2,
            waiting: 64,
        }
    }
}

/// Everything the server does. Cloning shares it.
#[derive(Clone)]
pub struct Services {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) keyring: Keyring,
    pub(crate) signer: SigningKey,
    pub(crate) clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    ids: Ids,
    pub(crate) site: Site,
    pub(crate) limiter: Limiter,
    pub(crate) packs: Packs,
    pub(crate) titles: Titles,
    pub(crate) passwords: PasswordPolicy,
    pub(crate) hashing: HashingPool,
    pub(crate) editing: Editing,
    /// One export at a time: it holds a whole log in memory.
    pub(crate) exporting: Arc<Semaphore>,
    /// Rings when an event waits to be sealed.
    pub(crate) to_seal: Notify,
    /// Rings when a job waits to be done.
    pub(crate) to_do: Notify,
}

impl Services {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the system gives no thread for hashing.
    pub fn new(parts: Parts) -> io::Result<Self> {
        let inner = Inner {
            db: parts.db,
            keyring: Keyring::new(parts.key_store, parts.root, Arc::clone(&parts.random)),
            signer: parts.signer,
            clock: parts.clock,
            random: parts.random,
            ids: Ids::default(),
            site: parts.site,
            limiter: Limiter::new(parts.rates),
            packs: parts.packs,
            titles: Titles::default(),
            passwords: parts.passwords,
            hashing: HashingPool::start(parts.hashing.threads, parts.hashing.waiting)?,
            editing: Editing::new(),
            exporting: Arc::new(Semaphore::new(1)),
            to_seal: Notify::new(),
            to_do: Notify::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes sure that the house's key is there: makes it on a fresh installation, checks it on any other. Call it
    /// before serving.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when the key is missing or wrong although something was written under it, or when database
    /// or key store do not answer.
    pub async fn open_house(&self) -> Result<(), Problem> {
        let inner = &self.inner;
        match inner.keyring.workspace_key(WorkspaceId::HOUSE).await {
            Err(KeyFault::Store {
                cause: KeyStoreError::Missing,
                ..
            }) if house_data_key(&inner.db).await?.is_none() => {
                // When another process was faster, its key is the one.
                if let Err(fault) = inner.keyring.make_workspace_key(WorkspaceId::HOUSE).await {
                    tracing::warn!(%fault, "the house's key was not made");
                }
                inner.keyring.workspace_key(WorkspaceId::HOUSE).await?;
                Ok(())
            }
            Err(fault) => Err(fault.into()),
            Ok(key) => {
                if let Some(row) = house_data_key(&inner.db).await? {
                    keyring::check(WorkspaceId::HOUSE, &key, &row)?;
                }
                self.open_log().await
            }
        }
    }

    /// Sees that the signing key is the one that signed the house's log: a stranger's signatures in a log could never be
    /// taken out again.
    async fn open_log(&self) -> Result<(), Problem> {
        let mut tx = self.inner.system(Reason::Seal).await?;
        let newest = self.newest_signed(&mut tx).await.map_err(|failure| failure.problem);
        tx.finish().await.map_err(|error| store_problem(&error))?;
        newest.map(drop)
    }

    /// Runs an operation that a door has read. `op` holds the operation that `meta` describes.
    pub async fn dispatch(&self, meta: &'static Meta, caller: Caller, op: AnyBox) -> Answer {
        match Self::entry(meta.name) {
            Some(entry) => (entry.run)(self, caller, op).await,
            None => Answer::refused(Problem::new(Code::NotFound)),
        }
    }

    /// Runs an operation whose type is known.
    pub async fn run<Op: crate::Handle>(&self, caller: Caller, op: Op) -> Answer<Op::Output> {
        dispatch::run(self, caller, op).await
    }

    /// What the doors need to know of an operation, by its name.
    pub fn entry(name: &str) -> Option<&'static Entry> {
        registry::entry(name)
    }
}

impl Inner {
    /// A new time-ordered id.
    pub(crate) fn ordered_id(&self, at: OffsetDateTime) -> Uuid {
        self.ids.ordered_at(at, &*self.random)
    }

    /// A new random id.
    pub(crate) fn random_id(&self) -> Uuid {
        Ids::random(&*self.random)
    }

    pub(crate) async fn system(&self, reason: Reason) -> Result<store::SystemTx, Problem> {
        self.db
            .system(reason, None)
            .await
            .map_err(|error| store_problem(&error))
    }
}

/// Whether something was ever written under keys in this database: if so, they must be there, and none may be made anew.
///
/// # Errors
/// [`Code::Unavailable`] when the database does not answer.
pub async fn is_founded(db: &Db) -> Result<bool, Problem> {
    Ok(house_data_key(db).await?.is_some())
}

/// A data key of the house itself. The first act of the first visitor makes one; before it, nothing was ever written.
async fn house_data_key(db: &Db) -> Result<Option<DataKeyRow>, Problem> {
    let fault = |error| store_problem(&error);
    let mut tx = db.system(Reason::Migrate, None).await.map_err(fault)?;
    let keys = data_keys::of_records(&mut tx, &[WorkspaceId::HOUSE.0])
        .await
        .map_err(fault)?;
    tx.finish().await.map_err(fault)?;
    Ok(keys.into_iter().next())
}

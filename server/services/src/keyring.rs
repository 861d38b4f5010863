//! Keys at hand: workspace keys from the key store, data keys once they were unwrapped. Both caches are bounded. A data
//! key is kept only after the transaction that made it has committed: a key that was rolled back must never seal anything.

use crate::bounded::Bounded;
use crypto::{DataKey, KeyContext, OpenError, Place, RootKey, WorkspaceKey};
use domain::{
    Code, Problem, WorkspaceId,
    ports::{KeyStore, KeyStoreError, Random},
};
use std::sync::Arc;
use uuid::Uuid;

/// Most workspace keys at hand.
const WORKSPACE_KEYS_MAX: usize = 2_000;
/// Most data keys at hand: some 800 bytes each, so 16 MB.
const DATA_KEYS_MAX: usize = 20_000;

/// Seconds after which another try makes sense when a key does not answer.
const RETRY_SECONDS: u32 = 30;

/// Names a data key: one per record and class, or per whatever else stands in a record's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyName {
    pub(crate) workspace: WorkspaceId,
    pub(crate) record: Uuid,
    pub(crate) class: &'static str,
}

/// A data key and its version.
#[derive(Clone)]
pub(crate) struct VersionedKey {
    pub(crate) version: u32,
    pub(crate) key: Arc<DataKey>,
}

/// Why content cannot be read or written now. Nothing is lost: ciphertexts stay as they are.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFault {
    #[error("workspace {workspace}: {cause}")]
    Store {
        workspace: WorkspaceId,
        cause: KeyStoreError,
    },
    #[error("the key of workspace {workspace} does not open what it should: {cause}")]
    Wrong { workspace: WorkspaceId, cause: OpenError },
    #[error("a data key of workspace {workspace} is missing")]
    NoDataKey { workspace: WorkspaceId },
    #[error("a task ended early")]
    Task,
}

impl From<KeyFault> for Problem {
    fn from(fault: KeyFault) -> Self {
        tracing::error!(%fault, "a key is not usable");
        let detail = match fault {
            KeyFault::Store {
                cause: KeyStoreError::Unavailable(_),
                ..
            }
            | KeyFault::Task => "The key store does not answer. Nothing was changed. Try again in a minute.",
            KeyFault::Store { .. } | KeyFault::Wrong { .. } | KeyFault::NoDataKey { .. } => {
                "The key to this content is not here, so it cannot be opened. The content itself is unharmed. Whoever \
                 runs this server has to put the right key back."
            }
        };
        Problem::new(Code::Unavailable)
            .with_detail(detail)
            .with_retry_after_seconds(RETRY_SECONDS)
    }
}

/// The keys at hand.
pub(crate) struct Keyring {
    store: Arc<dyn KeyStore>,
    root: Arc<RootKey>,
    random: Arc<dyn Random>,
    workspaces: Bounded<WorkspaceId, Arc<WorkspaceKey>>,
    data: Bounded<(KeyName, u32), Arc<DataKey>>,
    newest: Bounded<KeyName, u32>,
    /// Encryption is off: for tests that show what it is good for. Other builds have no such switch.
    #[cfg(test)]
    pub(crate) bare: bool,
}

impl Keyring {
    pub(crate) fn new(store: Arc<dyn KeyStore>, root: RootKey, random: Arc<dyn Random>) -> Self {
        Self {
            store,
            root: Arc::new(root),
            random,
            workspaces: Bounded::new(WORKSPACE_KEYS_MAX),
            data: Bounded::new(DATA_KEYS_MAX),
            newest: Bounded::new(DATA_KEYS_MAX),
            #[cfg(test)]
            bare: false,
        }
    }

    /// The key of a workspace, from the cache or the key store.
    pub(crate) async fn workspace_key(&self, workspace: WorkspaceId) -> Result<Arc<WorkspaceKey>, KeyFault> {
        if let Some(key) = self.workspaces.get(&workspace) {
            return Ok(key);
        }
        let store = Arc::clone(&self.store);
        let wrapped = tokio::task::spawn_blocking(move || store.load(workspace))
            .await
            .map_err(|_| KeyFault::Task)?
            .map_err(|cause| KeyFault::Store { workspace, cause })?;
        let key = self
            .root
            .unwrap(workspace.0, &wrapped)
            .map(Arc::new)
            .map_err(|cause| KeyFault::Wrong { workspace, cause })?;
        self.workspaces.insert(workspace, Arc::clone(&key));
        Ok(key)
    }

    /// Makes and keeps the key of a new workspace, durably, before anything is written under it.
    pub(crate) async fn make_workspace_key(&self, workspace: WorkspaceId) -> Result<(), KeyFault> {
        let key = WorkspaceKey::from_random(self.bytes());
        let wrapped = self.root.wrap(workspace.0, &key, self.bytes());
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || store.create(workspace, &wrapped))
            .await
            .map_err(|_| KeyFault::Task)?
            .map_err(|cause| KeyFault::Store { workspace, cause })
    }

    /// A new data key, and the same wrapped under its workspace's key.
    pub(crate) async fn make_data_key(&self, name: KeyName, version: u32) -> Result<(VersionedKey, Vec<u8>), KeyFault> {
        let workspace_key = self.workspace_key(name.workspace).await?;
        let key = DataKey::from_random(self.bytes());
        let wrapped = workspace_key.wrap_data_key(&name.context(version), &key, self.bytes());
        let key = Arc::new(key);
        Ok((VersionedKey { version, key }, wrapped))
    }

    /// Opens a wrapped data key that stands in the database, and keeps it at hand.
    pub(crate) async fn unwrap_data_key(
        &self,
        name: KeyName,
        version: u32,
        wrapped: &[u8],
    ) -> Result<Arc<DataKey>, KeyFault> {
        let key = self
            .workspace_key(name.workspace)
            .await?
            .unwrap_data_key(&name.context(version), wrapped)
            .map_err(|cause| KeyFault::Wrong {
                workspace: name.workspace,
                cause,
            })?;
        let key = Arc::new(key);
        self.data.insert((name, version), Arc::clone(&key));
        Ok(key)
    }

    /// A data key that is at hand.
    pub(crate) fn data_key(&self, name: KeyName, version: u32) -> Option<Arc<DataKey>> {
        self.data.get(&(name, version))
    }

    /// The newest data key of a name, if it is at hand.
    pub(crate) fn newest(&self, name: KeyName) -> Option<VersionedKey> {
        let version = self.newest.get(&name)?;
        let key = self.data_key(name, version)?;
        Some(VersionedKey { version, key })
    }

    /// Keeps a key at hand as the newest of its name. Only for keys that stand in the database, committed.
    pub(crate) fn keep(&self, name: KeyName, newest: &VersionedKey) {
        self.data.insert((name, newest.version), Arc::clone(&newest.key));
        self.newest.insert(name, newest.version);
    }

    /// Seals a value for its place.
    pub(crate) fn seal(&self, key: &DataKey, place: &Place<'_>, plain: &[u8]) -> Vec<u8> {
        #[cfg(test)]
        if self.bare {
            return crate::bare::dress(key, place, plain);
        }
        key.seal(place, self.bytes(), plain)
    }

    /// Opens a sealed value in its place.
    #[cfg_attr(
        not(test),
        expect(
            clippy::unused_self,
            reason = "the test build asks the keyring whether content is in the clear"
        )
    )]
    pub(crate) fn open(&self, key: &DataKey, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        #[cfg(test)]
        if self.bare {
            return Ok(crate::bare::undress(sealed));
        }
        key.open(place, sealed)
    }

    /// Random bytes: a nonce, a salt, a key.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

impl KeyName {
    fn context(&self, version: u32) -> KeyContext<'static> {
        KeyContext {
            workspace: self.workspace.0,
            record: self.record,
            class: self.class,
            version,
        }
    }
}

/// Whether a workspace's key opens one of its data keys: if not, it is another installation's.
pub(crate) fn check(
    workspace: WorkspaceId,
    key: &WorkspaceKey,
    row: &store::data_keys::DataKeyRow,
) -> Result<(), KeyFault> {
    let context = KeyContext {
        workspace: workspace.0,
        record: row.record,
        class: &row.class,
        version: row.version,
    };
    match key.unwrap_data_key(&context, &row.wrapped) {
        Ok(_) => Ok(()),
        Err(cause) => Err(KeyFault::Wrong { workspace, cause }),
    }
}

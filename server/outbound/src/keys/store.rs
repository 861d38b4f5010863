//! The default key store: one file per workspace.

use super::{KeysError, WORKSPACES, files};
use domain::{
    WorkspaceId,
    ports::{KeyStore, KeyStoreError},
};
use std::path::{Path, PathBuf};

/// Ending of the files with wrapped keys.
const ENDING: &str = "key";

/// Keeps wrapped workspace keys as files in `workspaces/` of the key folder.
#[derive(Debug)]
pub struct FileKeyStore {
    dir: PathBuf,
}

impl FileKeyStore {
    /// Opens the store in the key folder, makes what is missing, and clears what killed writers left. Blocking.
    ///
    /// # Errors
    /// [`KeysError`], when others can read the folder or the disk does not answer.
    pub fn open(key_folder: &Path) -> Result<Self, KeysError> {
        files::private_folder(key_folder)?;
        let dir = files::private_folder_in(key_folder, WORKSPACES)?;
        files::sweep(&dir)?;
        Ok(Self { dir })
    }

    fn name(workspace: WorkspaceId) -> String {
        format!("{workspace}.{ENDING}")
    }
}

pub(super) fn is_key_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == ENDING)
}

impl KeyStore for FileKeyStore {
    fn load(&self, workspace: WorkspaceId) -> Result<Vec<u8>, KeyStoreError> {
        match files::read(&self.dir.join(Self::name(workspace))) {
            Ok(Some(bytes)) => Ok(bytes.to_vec()),
            // A folder that is gone (a volume not mounted) is an outage; only a file that is gone is a missing key.
            Ok(None) => Err(match files::folder_is_private(&self.dir) {
                Ok(()) => KeyStoreError::Missing,
                Err(error) => unavailable(&error),
            }),
            Err(error) => Err(unavailable(&error)),
        }
    }

    fn create(&self, workspace: WorkspaceId, wrapped: &[u8]) -> Result<(), KeyStoreError> {
        files::create(&self.dir, &Self::name(workspace), wrapped).map_err(|error| unavailable(&error))
    }
}

/// Names the step and what the system said, without the path.
fn unavailable(error: &KeysError) -> KeyStoreError {
    KeyStoreError::Unavailable(match error {
        KeysError::Io { step, source, .. } => format!("{step} failed: {source}"),
        KeysError::Exists { .. } => "the workspace has a key already".to_owned(),
        KeysError::Malformed { .. } => "the key file is empty or too large".to_owned(),
        KeysError::Open { .. } => "others can read the key folder".to_owned(),
        KeysError::Denied { .. } => "the key folder belongs to somebody else".to_owned(),
        KeysError::Missing { .. } | KeysError::Stranded { .. } | KeysError::NotAFolder { .. } => {
            "the key folder is gone".to_owned()
        }
    })
}

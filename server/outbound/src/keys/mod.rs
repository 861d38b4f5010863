//! Key files. The folder holds `root.key` and `signing.key` (32 bytes as one line of base64) and `workspaces/`, one file
//! per workspace with its key wrapped under the root key. Folders are 0700, files 0600. It belongs apart from the data
//! and from the data's backups: who has both can read everything, who loses it can read nothing.

mod files;
mod store;

pub use store::FileKeyStore;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::ports::Random;
use std::{
    io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The root key's file in the key folder.
pub const ROOT: &str = "root.key";
/// The file with the seed of the key that signs checkpoints.
pub const SIGNING: &str = "signing.key";
/// The folder with the wrapped keys of the workspaces.
pub const WORKSPACES: &str = "workspaces";

/// 32 bytes of a key, wiped when dropped.
pub type KeyBytes = Zeroizing<[u8; 32]>;

/// Why a key file cannot be used. The texts name paths and what to do, never a key; they are for the operator at the
/// start, not for an answer to a request.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Others can read the folder or file.
    #[error("{path} can be read by others (mode {mode:04o}). Close it: chmod {closed} {path}", path = .path.display())]
    Open {
        /// What is open.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The permissions it should have, in octal.
        closed: &'static str,
    },
    /// There is no such file.
    #[error(
        "there is no {path}. Restore it from where you keep a copy. Only for a new installation, make one: \
         install -d -m 700 {folder} && (umask 077; head -c 32 /dev/urandom | base64 > {path}), and keep a copy apart \
         from the data's backups: without it nothing can be read again",
        path = .path.display(), folder = .path.parent().unwrap_or(Path::new(".")).display()
    )]
    Missing {
        /// The file looked for.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{path} does not hold a key: 32 bytes in base64 or hexadecimal, on one line. Restore it from your copy", path = .path.display())]
    Malformed {
        /// The file read.
        path: PathBuf,
    },
    /// Making a new key would leave data behind that only the old one opens.
    #[error(
        "there is no {path}, but {WORKSPACES}/ beside it holds keys of workspaces. A new one would not fit them: restore \
         {path} from your copy",
        path = .path.display()
    )]
    Stranded {
        /// The file that is gone.
        path: PathBuf,
    },
    /// The path is not what it should be.
    #[error("{path} is not a folder: name one with `keys` (or --keys), or move what is there away", path = .path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// Somebody else's.
    #[error(
        "{path} belongs to another user. Run this as that user, or give the key folder to the one that serves: \
         chown -R USER the folder",
        path = .path.display()
    )]
    Denied {
        /// The path.
        path: PathBuf,
    },
    /// The disk did not do a step.
    #[error("{path}: {step} failed: {source}", path = .path.display())]
    Io {
        /// What was being done.
        step: &'static str,
        /// To which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is there already; nothing was changed.
    #[error("{path} is there already, and no key file is ever replaced", path = .path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
}

impl KeysError {
    pub(crate) fn io(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            _ => Self::Io { step, path, source },
        }
    }
}

/// The root key, which must be there. Blocking.
///
/// # Errors
/// [`KeysError::Missing`] with how to make one; the others when it cannot be used.
pub fn load_root(dir: &Path) -> Result<KeyBytes, KeysError> {
    load(dir, ROOT)
}

/// The root key; on a new installation it is made. Blocking.
///
/// # Errors
/// [`KeysError::Stranded`] when it is gone but keys wrapped under it are there; the others when it cannot be used or
/// kept.
pub fn load_or_create_root(dir: &Path, random: &dyn Random) -> Result<KeyBytes, KeysError> {
    load_or_create(dir, ROOT, random)
}

/// The seed of the key that signs checkpoints, which must be there. Blocking.
///
/// # Errors
/// As [`load_root`].
pub fn load_signing_seed(dir: &Path) -> Result<KeyBytes, KeysError> {
    load(dir, SIGNING)
}

/// The seed of the key that signs checkpoints; on a new installation it is made. Blocking.
///
/// # Errors
/// As [`load_or_create_root`].
pub fn load_or_create_signing_seed(dir: &Path, random: &dyn Random) -> Result<KeyBytes, KeysError> {
    load_or_create(dir, SIGNING, random)
}

fn load(dir: &Path, name: &str) -> Result<KeyBytes, KeysError> {
    let path = dir.join(name);
    match files::folder_is_private(dir) {
        Err(KeysError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Err(KeysError::Missing { path });
        }
        checked => checked?,
    }
    let bytes = files::read(&path)?.ok_or_else(|| KeysError::Missing { path: path.clone() })?;
    files::file_is_private(&path)?;
    parse(&bytes).ok_or(KeysError::Malformed { path })
}

fn load_or_create(dir: &Path, name: &str, random: &dyn Random) -> Result<KeyBytes, KeysError> {
    files::private_folder(dir)?;
    match load(dir, name) {
        Err(KeysError::Missing { path }) if holds_workspace_keys(dir)? => return Err(KeysError::Stranded { path }),
        Err(KeysError::Missing { .. }) => {}
        loaded => return loaded,
    }
    let mut key = KeyBytes::default();
    random.fill(&mut *key);
    let mut text = Zeroizing::new(STANDARD.encode(key.as_slice()));
    text.push('\n');
    match files::create(dir, name, text.as_bytes()) {
        Ok(()) => Ok(key),
        // Another process was faster: its key is the one.
        Err(KeysError::Exists { .. }) => load(dir, name),
        Err(error) => Err(error),
    }
}

fn holds_workspace_keys(dir: &Path) -> Result<bool, KeysError> {
    let dir = dir.join(WORKSPACES);
    match std::fs::read_dir(&dir) {
        Ok(mut entries) => Ok(entries.any(|entry| entry.is_ok_and(|entry| store::is_key_file(&entry.path())))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(KeysError::io("listing", &dir)(error)),
    }
}

fn parse(bytes: &[u8]) -> Option<KeyBytes> {
    let text = bytes.trim_ascii();
    let mut key = KeyBytes::default();
    if text.len() == 64 {
        hex::decode_to_slice(text, &mut *key).ok()?;
    } else {
        let decoded = Zeroizing::new(STANDARD.decode(text).ok()?);
        if decoded.len() != key.len() {
            return None;
        }
        key.copy_from_slice(&decoded);
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_told_with_the_mend() {
        let error = KeysError::io("opening", Path::new("keys/root.key"))(io::ErrorKind::PermissionDenied.into());
        assert!(matches!(&error, KeysError::Denied { .. }), "{error}");
        assert!(error.to_string().contains("chown -R"), "{error}");
    }

    #[test]
    fn a_key_file_is_32_bytes_on_one_line() {
        let base64 = STANDARD.encode([7; 32]);
        assert_eq!(parse(base64.as_bytes()).as_deref(), Some(&[7; 32]));
        assert_eq!(parse(format!("{base64}\n").as_bytes()).as_deref(), Some(&[7; 32]));
        assert_eq!(parse("07".repeat(32).as_bytes()).as_deref(), Some(&[7; 32]));
        for bad in [
            "",
            "x",
            "07",
            &base64[..43],
            &STANDARD.encode([7; 31]),
            &format!("{base64}\n{base64}"),
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}

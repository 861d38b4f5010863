//! Small private files that are written once: durable when the call returns, never half there, never replaced.

use super::KeysError;
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Largest file read, in bytes; a key is a hundred.
const MAX: u64 = 4_096;
/// Held while a file is written, so that what a killed writer left can be told from what a live one is writing.
const LOCK: &str = ".lock";
/// Ending of the files on their way.
const ON_THE_WAY: &str = "new";

/// Makes the folder if it is missing, and refuses one that others can read.
pub(super) fn private_folder(dir: &Path) -> Result<(), KeysError> {
    if !dir.exists() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(KeysError::io("making the folder", dir))?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
    }
    folder_is_private(dir)
}

/// The same for a folder within one that is private already; it belongs to whom that one belongs to.
pub(super) fn private_folder_in(parent: &Path, name: &str) -> Result<PathBuf, KeysError> {
    let dir = parent.join(name);
    private_folder(&dir)?;
    give_to_owner_of(parent, &dir)?;
    Ok(dir)
}

/// Refuses a folder that others can read or enter.
pub(super) fn folder_is_private(dir: &Path) -> Result<(), KeysError> {
    let metadata = fs::metadata(dir).map_err(KeysError::io("looking at the folder", dir))?;
    if !metadata.is_dir() {
        return Err(KeysError::NotAFolder { path: dir.to_owned() });
    }
    closed(dir, metadata.permissions().mode(), "700")
}

/// Refuses a file that others can read.
pub(super) fn file_is_private(path: &Path) -> Result<(), KeysError> {
    let metadata = fs::metadata(path).map_err(KeysError::io("looking at the file", path))?;
    closed(path, metadata.permissions().mode(), "600")
}

fn closed(path: &Path, mode: u32, closed: &'static str) -> Result<(), KeysError> {
    let mode = mode & 0o7777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    Err(KeysError::Open {
        path: path.to_owned(),
        mode,
        closed,
    })
}

/// The file's bytes, or nothing when there is no file. What is no file is not opened: a pipe would wait for a writer.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, KeysError> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(KeysError::Malformed { path: path.to_owned() });
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeysError::io("opening", path)(error)),
    };
    let mut bytes = Zeroizing::new(Vec::new());
    let read = file.take(MAX + 1).read_to_end(&mut bytes);
    match read.map_err(KeysError::io("reading", path))? as u64 {
        1..=MAX => Ok(Some(bytes)),
        _ => Err(KeysError::Malformed { path: path.to_owned() }),
    }
}

/// Writes a new file. When this returns, it survives `kill -9` and a power cut; when it fails, or the process is killed
/// on the way, there is no file of that name.
///
/// A link, unlike a rename, refuses to replace.
pub(super) fn create(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), KeysError> {
    let lock = lock(dir)?;
    let (path, temporary) = (dir.join(name), dir.join(format!(".{name}.{ON_THE_WAY}")));
    // Under the lock, whatever has this name was left by a writer that died.
    remove(&temporary)?;
    let written = write(&temporary, bytes).and_then(|()| give_to_owner_of(dir, &temporary));
    let linked = written.and_then(|()| match fs::hard_link(&temporary, &path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(KeysError::Exists { path: path.clone() }),
        linked => linked.map_err(KeysError::io("linking", &path)),
    });
    let cleared = remove(&temporary);
    linked?;
    cleared?;
    sync_folder(dir)?;
    drop(lock);
    Ok(())
}

/// Removes what writers that died have left in the folder.
pub(super) fn sweep(dir: &Path) -> Result<(), KeysError> {
    let _lock = lock(dir)?;
    for entry in fs::read_dir(dir).map_err(KeysError::io("listing", dir))? {
        let path = entry.map_err(KeysError::io("listing", dir))?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden && path.extension().is_some_and(|extension| extension == ON_THE_WAY) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// The folder's lock; dropping it, or dying, lets go.
fn lock(dir: &Path) -> Result<File, KeysError> {
    let path = dir.join(LOCK);
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let file = file.map_err(KeysError::io("opening", &path))?;
    give_to_owner_of(dir, &path)?;
    file.lock().map_err(KeysError::io("locking", &path))?;
    Ok(file)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(KeysError::io("making", path))?;
    file.write_all(bytes).map_err(KeysError::io("writing", path))?;
    file.sync_all().map_err(KeysError::io("syncing", path))
}

/// What root makes in the folder of the user that serves (`sudo scriptkeep migrate`) must be that user's to read.
/// A link is not followed: that user may have put it there.
fn give_to_owner_of(dir: &Path, path: &Path) -> Result<(), KeysError> {
    let owner = fs::metadata(dir).map_err(KeysError::io("looking at the folder", dir))?;
    let now = fs::symlink_metadata(path).map_err(KeysError::io("looking at", path))?;
    if now.uid() == owner.uid() {
        return Ok(());
    }
    lchown(path, Some(owner.uid()), Some(owner.gid())).map_err(KeysError::io("giving away", path))
}

fn remove(path: &PathBuf) -> Result<(), KeysError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(KeysError::io("removing", path)(error)),
        _ => Ok(()),
    }
}

/// Makes the folder's entries durable, not only the files'.
fn sync_folder(dir: &Path) -> Result<(), KeysError> {
    File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(KeysError::io("syncing the folder", dir))
}

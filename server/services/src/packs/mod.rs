//! The packs this server knows: those in the binary, and those an operator put into a folder. All are read and checked
//! when the server starts; one that is wrong keeps it from starting, with the place and the mend.

mod check;
mod error;
mod grants;
mod read;
mod table;

pub use error::PackError;
pub use read::read;

use domain::pack::{Pack, PackHead};
use std::{path::Path, sync::Arc};

/// The packs in the binary: file name and text, in the order in which they are offered.
const BUILT_IN: [(&str, &str); 2] = [
    ("therapy.toml", include_str!("../../../packs/therapy.toml")),
    ("procedures.toml", include_str!("../../../packs/procedures.toml")),
];

/// Largest pack file that is read, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// All packs, in the order in which they are offered. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Packs(Arc<[Arc<Pack>]>);

impl Packs {
    /// The packs in the binary.
    ///
    /// # Errors
    /// When one is wrong; a test sees to it that none is.
    pub fn built_in() -> Result<Self, PackError> {
        Self::from_texts(BUILT_IN)
    }

    /// The packs of these files, each a name and its text.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn from_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PackError> {
        let mut packs: Vec<Arc<Pack>> = Vec::new();
        for (name, text) in files {
            packs.push(Arc::new(read(name, text)?));
        }
        Ok(Self(packs.into()))
    }

    /// The packs in the binary and those in a folder. One of the folder takes the place of a built-in one with the same
    /// name. Only files that end in `.toml` are read, in the order of their names.
    ///
    /// # Errors
    /// When the folder cannot be read, or one of its files is wrong.
    pub fn with_folder(folder: &Path) -> Result<Self, PackError> {
        let mut packs = Self::built_in()?.0.to_vec();
        for path in files_of(folder)? {
            let pack = Arc::new(read_file(&path)?);
            match packs.iter_mut().find(|known| known.id == pack.id) {
                Some(known) => *known = pack,
                None => packs.push(pack),
            }
        }
        Ok(Self(packs.into()))
    }

    /// The pack of a name.
    pub fn get(&self, id: &str) -> Option<&Arc<Pack>> {
        self.0.iter().find(|pack| pack.id == id)
    }

    /// The pack of a workspace whose maker chose none: the first.
    pub fn usual(&self) -> Option<&Arc<Pack>> {
        self.0.first()
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Pack>] {
        &self.0
    }

    /// Their names.
    pub fn heads(&self) -> Vec<PackHead> {
        self.0.iter().map(|pack| pack.head()).collect()
    }
}

fn files_of(folder: &Path) -> Result<Vec<std::path::PathBuf>, PackError> {
    let unreadable = |error: std::io::Error| PackError::of_file(folder, format!("The folder cannot be read: {error}."));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Result<Pack, PackError> {
    let unreadable = |error: std::io::Error| PackError::of_file(path, format!("It cannot be read: {error}."));
    let found = std::fs::metadata(path).map_err(unreadable)?;
    if !found.is_file() {
        return Err(PackError::of_file(
            path,
            "It is no file. Put one in its place, or take it away.".to_owned(),
        ));
    }
    let bytes = found.len();
    if bytes > FILE_MAX {
        return Err(PackError::of_file(
            path,
            format!("It has {bytes} bytes; a pack has at most {FILE_MAX}."),
        ));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    read(&path.to_string_lossy(), &text)
}

#[cfg(test)]
mod tests;

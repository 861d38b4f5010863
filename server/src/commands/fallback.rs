//! Fonts of the machine, for letters that the product's own lack: Chinese, Japanese, Korean, the scripts of India and so on.
//! Their faces are too large to ship, and most systems have them.

use crate::refusal::Refusal;
use export::pdf::{Face, faces};
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

/// The most files that are looked at, and how deep folders are followed.
const FILES_MAX: usize = 4_000;
const DEPTH_MAX: usize = 8;
/// The largest file that is looked at, in bytes; all of Chinese, Japanese and Korean in seven weights has about 120 MB.
const BYTES_MAX: u64 = 160 << 20;
/// The most fonts that are taken for one document.
const TAKEN_MAX: usize = 8;

/// A font file that has letters asked for.
pub(super) struct Fallback {
    /// For messages.
    pub(super) name: String,
    /// The family that has them.
    pub(super) family: String,
    pub(super) bytes: Vec<u8>,
}

/// Finds fonts for letters: in the files and folders given, then in the system's. Each file taken has the most of the
/// letters that those before it lack; among equals, upright and regular faces come first.
///
/// # Errors
/// When a file or folder that was given cannot be read.
pub(super) fn fonts(missing: &BTreeSet<char>, given: &[PathBuf], system: bool) -> Result<Vec<Fallback>, Refusal> {
    let mut missing = missing.clone();
    let mut taken = Vec::new();
    for path in given {
        let mut files = Vec::new();
        below(path, 0, &mut files).map_err(|error| {
            Refusal::new(
                format!("The fonts in {} cannot be read: {error}.", path.display()),
                "Name a font file, or a folder of them.",
            )
        })?;
        take(files, &mut missing, &mut taken);
    }
    if system {
        let mut files = Vec::new();
        for folder in system_folders() {
            // A system without such a folder has its fonts in another.
            let _ = below(&folder, 0, &mut files);
        }
        take(files, &mut missing, &mut taken);
    }
    Ok(taken)
}

/// Where systems keep fonts: the XDG folders of Linux and BSD, then those of macOS and of Windows.
fn system_folders() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let mut folders = Vec::new();
    if let Some(home) = &home {
        folders.extend([".local/share/fonts", ".fonts", "Library/Fonts"].map(|folder| home.join(folder)));
    }
    folders.extend(
        [
            "/usr/local/share/fonts",
            "/usr/share/fonts",
            "/Library/Fonts",
            "/System/Library/Fonts",
        ]
        .map(PathBuf::from),
    );
    folders.extend(env::var_os("SystemRoot").map(|root| Path::new(&root).join("Fonts")));
    folders
}

/// The font files at or below a path, by name.
fn below(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        if matches!(&*ending, "ttf" | "otf" | "ttc" | "otc" | "woff2") && files.len() < FILES_MAX {
            files.push(path.to_owned());
        }
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        if depth < DEPTH_MAX {
            // A link that leads nowhere keeps no font from being found.
            let _ = below(&entry, depth + 1, files);
        }
    }
    Ok(())
}

/// Takes of the files those that have letters still missing.
fn take(files: Vec<PathBuf>, missing: &mut BTreeSet<char>, taken: &mut Vec<Fallback>) {
    if missing.is_empty() {
        return;
    }
    let mut found: Vec<(PathBuf, Face)> = Vec::new();
    for path in files {
        for face in read(&path).map(|bytes| faces(&bytes, missing)).unwrap_or_default() {
            found.push((path.clone(), face));
        }
    }
    while !missing.is_empty() && taken.len() < TAKEN_MAX {
        let rank = |face: &Face| {
            let has = face.covers.intersection(missing).count();
            (has, face.upright, std::cmp::Reverse(face.weight.abs_diff(400)))
        };
        // The first of equals: `max_by_key` takes the last.
        let Some((path, face)) = found.iter().rev().max_by_key(|(_, face)| rank(face)) else {
            return;
        };
        if rank(face).0 == 0 {
            return;
        }
        let Some(bytes) = read(path) else { return };
        taken.push(Fallback {
            name: path.display().to_string(),
            family: face.family.clone(),
            bytes,
        });
        missing.retain(|letter| !face.covers.contains(letter));
    }
}

/// A font file, if it can be read and is not too large.
fn read(path: &Path) -> Option<Vec<u8>> {
    let size = fs::metadata(path).ok()?.len();
    if size > BYTES_MAX {
        return None;
    }
    fs::read(path).ok()
}

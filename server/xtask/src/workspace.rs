//! Where things are: the checkout and the target folder.

use crate::steps::{Failure, OrFail, Outcome, quietly};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Variables that `cargo run` sets for us and that would make a nested cargo believe its build scripts are out of date.
const CARGO_RUN_LEAVES: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_PRIMARY_",
];

/// The checkout this command works on.
pub(crate) struct Workspace {
    /// The top level of the checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; everything xtask makes lies in it too.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo where we are.
    ///
    /// # Errors
    /// When cargo does not answer, as outside a checkout.
    pub(crate) fn find() -> Outcome<Self> {
        let answer = quietly(cargo().args(["metadata", "--no-deps", "--offline", "--format-version=1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&answer).or_fail("reading cargo's metadata")?;
        let path = |key: &str| {
            metadata[key]
                .as_str()
                .map(PathBuf::from)
                .ok_or_else(|| Failure::new(format!("cargo names no {key}")))
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// A folder of xtask's own in the target folder, made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn work_dir(&self, name: &str) -> Outcome<PathBuf> {
        let dir = self.target.join("xtask").join(name);
        fs::create_dir_all(&dir).or_fail(format!("making {}", dir.display()))?;
        Ok(dir)
    }

    /// Waits until no other xtask does this work (its file's `name`, and `who` does it) in the target folder, and keeps
    /// others waiting while the file is held.
    ///
    /// # Errors
    /// When the file cannot be made or locked.
    pub(crate) fn lock(&self, name: &str, who: &str) -> Outcome<fs::File> {
        let path = self.work_dir("made")?.join(name);
        let file = fs::File::create(&path).or_fail(format!("making {}", path.display()))?;
        if file.try_lock().is_err() {
            println!("  waiting for another {who} to finish with {}", self.target.display());
            file.lock().or_fail(format!("locking {}", path.display()))?;
        }
        Ok(file)
    }

    /// A cargo call in the checkout.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// A program that npm installed.
    pub(crate) fn npm_bin(&self, name: &str) -> Command {
        let mut command = Command::new(self.root.join("node_modules/.bin").join(name));
        command.current_dir(&self.root);
        command
    }
}

/// Cargo, free of what the outer `cargo run` left in the environment, and of `RUSTFLAGS`, which would replace the flags
/// that `.cargo/config.toml` sets and that server and browser must share.
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let left_over = CARGO_RUN_LEAVES.iter().any(|prefix| text.starts_with(prefix));
        if left_over
            || matches!(
                &*text,
                "CARGO" | "RUSTFLAGS" | "LD_LIBRARY_PATH" | "OUT_DIR" | "SQLX_OFFLINE"
            )
        {
            command.env_remove(&name);
        }
    }
    command
}

/// What a step was last made from. A step whose inputs hash to what is noted here has nothing to do.
pub(crate) struct Fingerprint {
    note: PathBuf,
    hash: String,
}

impl Fingerprint {
    /// The fingerprint of the step `name` over its `inputs`: files, or folders with all that is in them, and words such
    /// as options.
    ///
    /// # Errors
    /// When an input cannot be read.
    pub(crate) fn take(workspace: &Workspace, name: &str, words: &[&str], inputs: &[&Path]) -> Outcome<Self> {
        let mut hasher = Sha256::new();
        for word in words {
            hasher.update(word.as_bytes());
            hasher.update([0]);
        }
        for input in inputs {
            for file in files_below(input)? {
                hasher.update(
                    file.strip_prefix(&workspace.root)
                        .unwrap_or(&file)
                        .as_os_str()
                        .as_encoded_bytes(),
                );
                hasher.update([0]);
                hasher.update(Sha256::digest(read(&file)?));
            }
        }
        let note = workspace.work_dir("made")?.join(name);
        Ok(Self {
            note,
            hash: hex::encode(hasher.finalize()),
        })
    }

    /// The hash over all inputs, in hex.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether the step was already done with these inputs and its `output` is still there.
    pub(crate) fn matches(&self, output: &Path) -> bool {
        output.exists() && fs::read_to_string(&self.note).is_ok_and(|noted| noted == self.hash)
    }

    /// Notes that the step is done.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub(crate) fn keep(&self) -> Outcome {
        fs::write(&self.note, &self.hash).or_fail(format!("writing {}", self.note.display()))
    }
}

/// Every file at or below a path, sorted; hidden ones are left out. A path that does not exist has none.
///
/// # Errors
/// When a folder cannot be listed.
pub(crate) fn files_below(path: &Path) -> Outcome<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path).or_fail(format!("listing {}", path.display()))? {
            let entry = entry.or_fail(format!("listing {}", path.display()))?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                files.extend(files_below(&entry.path())?);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file.
///
/// # Errors
/// Names the file that cannot be read.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).or_fail(format!("reading {}", path.display()))
}

/// Writes a file, and the folders above it.
///
/// # Errors
/// Names the file that cannot be written.
pub(crate) fn write(path: &Path, content: &[u8]) -> Outcome {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).or_fail(format!("making {}", dir.display()))?;
    }
    fs::write(path, content).or_fail(format!("writing {}", path.display()))
}

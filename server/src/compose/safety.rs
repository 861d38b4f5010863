//! What must hold before anything is opened: nothing is served to others half-equipped, and one server works in a folder.

use crate::{config::Config, refusal::Refusal};
use std::path::{Component, Path, PathBuf};

/// The file by which a server holds the data folder.
const HOLD: &str = "serve.lock";

/// The most that the rates may be raised where others can reach the server: an office behind one address, no more. A
/// hundred guesses an hour at one account are bearable, ten thousand are not.
const RATE_FACTOR_MAX: u32 = 10;

/// Refuses to be reachable by others without a mail server, with the keys among the data, or with rates that let anybody
/// guess.
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
    if config.limits.rate_factor > RATE_FACTOR_MAX {
        return Err(Refusal::new(
            format!(
                "Other machines can reach this server, and limits.rate_factor = {} would let them guess passwords.",
                config.limits.rate_factor
            ),
            format!("Set it to {RATE_FACTOR_MAX} at most; more is for tests on the loopback."),
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
    absolute.components().fold(PathBuf::new(), |mut real, part| {
        if part == Component::ParentDir {
            real.pop();
        } else {
            real.push(part);
        }
        real.canonicalize().unwrap_or(real)
    })
}

/// Holds a data folder for one server, as long as the value lives.
#[derive(Debug)]
pub struct Hold {
    lock: std::fs::File,
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
            Ok(()) => Ok(Self { lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(Refusal::new(
                format!("Another server works in the data folder {}.", folder.display()),
                "Stop it, or name another folder in `data` (or --data).",
            )),
            Err(std::fs::TryLockError::Error(error)) => Err(refuse(error)),
        }
    }
}

impl Drop for Hold {
    /// Says so, instead of only closing the file: a process that is being started just then has a copy of it, and the lock
    /// with it, until it runs.
    fn drop(&mut self) {
        // Where that does not work, closing has to do.
        let _ = self.lock.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn paths_are_compared_by_where_they_lead() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().canonicalize().expect("a path");
        std::fs::create_dir(folder.join("real")).expect("a folder");
        std::os::unix::fs::symlink(folder.join("real"), folder.join("link")).expect("a link");
        for (path, leads) in [
            ("link/none", "real/none"),
            ("none/../real", "real"),
            ("link/../keys", "keys"),
            ("none/x/../../keys", "keys"),
            ("./real/.", "real"),
        ] {
            assert_eq!(resolved(&folder.join(path)), folder.join(leads), "{path}");
        }
    }
}

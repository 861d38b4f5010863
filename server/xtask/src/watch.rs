//! `cargo xtask watch`: builds and serves, and does both again whenever a source changes; open pages load themselves again.

use crate::{
    run, server,
    site::Kind,
    steps::{OrFail, Outcome},
    workspace::{Workspace, files_below},
};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::{Duration, SystemTime},
};

/// How often the sources are looked at.
const POLL: Duration = Duration::from_millis(300);
/// What the product is made from.
const SOURCES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "package-lock.json",
    "app",
    "public",
    "style",
    "server",
];
/// What of it the product is not made from.
const BESIDE: [&str; 5] = [
    "server/collab/fuzz",
    "server/docs",
    "server/testkit",
    "server/tests",
    "server/xtask",
];

/// Serves the product, rebuilt whenever a source changes, until Ctrl-C. While a build fails, the last good one goes on.
///
/// # Errors
/// When the server cannot be started or stopped.
pub(crate) fn watch(workspace: &Workspace, listen: SocketAddr) -> Outcome {
    let data = run::data_folder(workspace)?;
    let mut running: Option<Child> = None;
    loop {
        let seen = state(workspace);
        match server::build(workspace, Kind::Desk, false) {
            Err(failure) => println!("{failure}\nThe last good build goes on; waiting for a change."),
            Ok(product) => {
                if let Some(mut old) = running.take() {
                    server::terminate(&mut old)?;
                }
                let mut command = run::desk(workspace, &product, &data, listen);
                command.env("SCRIPTKEEP_RELOAD", "true");
                running = Some(command.spawn().or_fail("starting the server")?);
                println!("Serving on http://localhost:{}; waiting for a change.", listen.port());
            }
        }
        while state(workspace) == seen {
            thread::sleep(POLL);
        }
    }
}

/// Every source and when it last changed. What vanishes while it is looked at is a change as well.
fn state(workspace: &Workspace) -> Vec<(PathBuf, Option<SystemTime>)> {
    SOURCES
        .iter()
        .flat_map(|source| files_below(&workspace.root.join(source)).unwrap_or_default())
        .filter(|file| is_source(workspace, file))
        .map(|file| {
            let changed = fs::metadata(&file).and_then(|meta| meta.modified()).ok();
            (file, changed)
        })
        .collect()
}

/// Whether the product is made from a file that lies below one of [`SOURCES`].
fn is_source(workspace: &Workspace, file: &Path) -> bool {
    !BESIDE
        .iter()
        .any(|beside| file.starts_with(workspace.root.join(beside)))
}

#[cfg(test)]
mod tests {
    use super::state;
    use crate::workspace::Workspace;
    use std::path::PathBuf;

    #[test]
    fn every_crate_of_the_product_is_watched_and_no_other() {
        let workspace = Workspace::find().expect("a workspace");
        let seen: Vec<PathBuf> = state(&workspace).into_iter().map(|(file, _)| file).collect();
        let watched = |path: &str| seen.contains(&workspace.root.join(path));
        for file in [
            "Cargo.lock",
            "app/domain/src/lib.rs",
            "app/hydrate/src/lib.rs",
            "public/root/sw.js",
            "style/app.css",
            "server/build.rs",
            "server/store/migrations/tenant/0001_tenant.sql",
        ] {
            assert!(watched(file), "{file}");
        }
        let crates = std::fs::read_dir(workspace.root.join("server")).expect("the crates");
        for folder in crates.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
            let manifest = format!("server/{folder}/Cargo.toml");
            if workspace.root.join(&manifest).is_file() {
                assert_eq!(
                    watched(&manifest),
                    folder != "xtask" && folder != "testkit",
                    "{manifest}"
                );
            }
        }
        assert!(!watched("server/tests/all/main.rs") && !watched("server/docs/operator.md"));
    }
}

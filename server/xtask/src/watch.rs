//! `cargo xtask watch`: builds and serves, and does both again whenever a source changes.

use crate::{
    run, server,
    site::Kind,
    steps::{OrFail, Outcome},
    workspace::{Workspace, files_below},
};
use std::{fs, net::SocketAddr, path::PathBuf, process::Child, thread, time::Duration, time::SystemTime};

/// How often the sources are looked at.
const POLL: Duration = Duration::from_millis(300);
/// What the product is made from.
const SOURCES: [&str; 12] = [
    "Cargo.toml",
    "Cargo.lock",
    "app",
    "public",
    "style",
    "server/Cargo.toml",
    "server/build.rs",
    "server/src",
    "server/crypto",
    "server/outbound",
    "server/services",
    "server/store",
];

/// Serves the product, rebuilt whenever a source changes, until Ctrl-C. While a build fails, the last good one goes on.
///
/// # Errors
/// When the server cannot be started or stopped.
pub(crate) fn watch(workspace: &Workspace, listen: SocketAddr) -> Outcome {
    let data = run::data_folder(workspace)?;
    let mut running: Option<Child> = None;
    loop {
        let seen = state(workspace)?;
        match server::build(workspace, Kind::Desk, false) {
            Err(failure) => println!("{failure}\nThe last good build goes on; waiting for a change."),
            Ok(product) => {
                if let Some(mut old) = running.take() {
                    server::terminate(&mut old)?;
                }
                let mut command = run::desk(workspace, &product, &data, listen);
                running = Some(command.spawn().or_fail("starting the server")?);
                println!("Serving on http://localhost:{}; waiting for a change.", listen.port());
            }
        }
        while state(workspace)? == seen {
            thread::sleep(POLL);
        }
    }
}

/// Every source and when it last changed.
fn state(workspace: &Workspace) -> Outcome<Vec<(PathBuf, Option<SystemTime>)>> {
    let mut state = Vec::new();
    for source in SOURCES {
        for file in files_below(&workspace.root.join(source))? {
            // A file may vanish between the listing and the look; that is a change as well.
            let changed = fs::metadata(&file).and_then(|meta| meta.modified()).ok();
            state.push((file, changed));
        }
    }
    Ok(state)
}

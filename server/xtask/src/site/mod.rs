//! The site: what the server hands to browsers, built from `app/hydrate`, `style/` and `public/` into one folder of
//! files named by their content, each with its compressed siblings, and a manifest that leads from plain names to them.

mod assemble;
mod browser;
mod bundle;
mod order;

use crate::{
    steps::{Done, OrFail, Outcome, step_if_needed},
    workspace::{Fingerprint, Workspace},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The variable that tells the server, and its release build, where the site lies.
pub(crate) const SITE_VARIABLE: &str = "SCRIPTKEEP_SITE";

/// For whom the site is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For work at the desk: quick to build, large.
    Desk,
    /// As it ships: optimised, small, compressed as well as can be.
    Shipping,
}

impl Kind {
    /// The cargo profile of the browser's half.
    fn wasm_profile(self) -> &'static str {
        match self {
            Self::Desk => "wasm-desk",
            Self::Shipping => "wasm-release",
        }
    }

    /// The folder of the finished site below the target folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Desk => "site",
            Self::Shipping => "site-release",
        }
    }

    /// What fingerprints and working folders are called.
    fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Shipping => "shipping",
        }
    }
}

/// Where the finished site lies.
pub(crate) fn folder(workspace: &Workspace, kind: Kind) -> PathBuf {
    workspace.target.join(kind.folder())
}

/// Builds whatever of the site is out of date, and answers its folder.
///
/// # Errors
/// When a tool fails; the compiler's words stand above it.
pub(crate) fn build(workspace: &Workspace, kind: Kind) -> Outcome<PathBuf> {
    let _alone = workspace.lock("lock", "xtask that builds the site")?;
    let browser = browser::build(workspace, kind)?;
    let site = folder(workspace, kind);
    step_if_needed("Site: scripts, styles, fonts, manifest", || {
        let inputs = [
            browser.clone(),
            workspace.root.join("style"),
            workspace.root.join("app/editor"),
            workspace.root.join("public"),
            workspace.root.join("package-lock.json"),
            workspace.root.join("server/xtask/src/site"),
        ];
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let fingerprint = Fingerprint::take(workspace, &format!("site-{}", kind.name()), &[], &inputs)?;
        if fingerprint.matches(&site.join("manifest.json")) {
            return Ok(Done::UpToDate(()));
        }
        let bundles = bundle::bundle(workspace, kind, &browser)?;
        let draft = workspace.work_dir("draft")?.join(kind.name());
        remove(&draft)?;
        assemble::assemble(workspace, kind, &bundles, &draft, &site)?;
        replace(
            &site,
            &draft,
            &workspace.work_dir("draft")?.join(format!("{}-old", kind.name())),
        )?;
        fingerprint.keep()?;
        Ok(Done::Worked(()))
    })?;
    Ok(site)
}

/// Puts the draft in the site's place; a server that reads the site meets the old one or the new one, never a half.
fn replace(site: &Path, draft: &Path, old: &Path) -> Outcome {
    remove(old)?;
    if site.exists() {
        fs::rename(site, old).or_fail("moving the old site away")?;
    }
    fs::rename(draft, site).or_fail(format!("moving the site to {}", site.display()))?;
    remove(old)
}

/// Removes a folder that may not exist.
fn remove(dir: &Path) -> Outcome {
    if dir.exists() {
        fs::remove_dir_all(dir).or_fail(format!("removing {}", dir.display()))?;
    }
    Ok(())
}

//! Scripts and styles, each bundled into one file by esbuild.

use super::{Kind, browser::GLUE};
use crate::{
    steps::{Outcome, quietly},
    workspace::Workspace,
};
use std::path::{Path, PathBuf};

/// The oldest engines that the product supports: the first ones with `light-dark()`, nesting and WebAssembly's
/// reference types.
const TARGETS: &str = "--target=chrome123,firefox120,safari17.5";

/// What the editor's module is called in the manifest.
pub(super) const EDITOR: &str = "editor.js";

/// The finished bundles, not yet named by their content.
pub(super) struct Bundles {
    /// The folder of `public.css` and `app.css`.
    pub(super) css: PathBuf,
    /// The glue script, with every snippet that Rust brings in.
    pub(super) glue: PathBuf,
    /// The editor, with all that it stands on.
    pub(super) editor: PathBuf,
    /// The folder of the WebAssembly module.
    pub(super) browser: PathBuf,
}

pub(super) fn bundle(workspace: &Workspace, kind: Kind, browser: &Path) -> Outcome<Bundles> {
    let out = workspace.work_dir(&format!("bundle-{}", kind.name()))?;
    let css = out.join("css");
    super::remove(&css)?;
    let mut styles = workspace.npm_bin("esbuild");
    styles.args([
        "style/public.css",
        "style/app.css",
        "--bundle",
        "--minify",
        TARGETS,
        "--log-level=warning",
    ]);
    // Fonts are named by their content when the site is put together; nothing may become a `data:` address.
    styles.args([
        "--external:/fonts/*",
        "--external:/icons*",
        &format!("--outdir={}", css.display()),
    ]);
    quietly(&mut styles)?;
    let glue = out.join(GLUE);
    let mut script = workspace.npm_bin("esbuild");
    script
        .arg(browser.join(GLUE))
        .args(["--bundle", "--format=esm", "--minify", TARGETS, "--log-level=warning"]);
    script.args([
        "--log-override:duplicate-object-key=silent",
        &format!("--outfile={}", glue.display()),
    ]);
    quietly(&mut script)?;
    let editor = out.join(EDITOR);
    let mut script = workspace.npm_bin("esbuild");
    script
        .arg("app/editor/editor.ts")
        .args(["--bundle", "--format=esm", "--minify", TARGETS, "--log-level=warning"])
        .arg(format!("--outfile={}", editor.display()));
    quietly(&mut script)?;
    Ok(Bundles {
        css,
        glue,
        editor,
        browser: browser.to_path_buf(),
    })
}

//! `cargo xtask check`: everything that can be said about the code without running the product.

use crate::{
    sql,
    steps::{Failure, Outcome, run, step},
    test::SELECTION,
    tools,
    workspace::Workspace,
};

/// Runs every check, also after one has failed, and names those that did.
///
/// # Errors
/// Names the checks that failed.
pub(crate) fn check(workspace: &Workspace) -> Outcome {
    tools::for_building(workspace)?;
    let mut failed = Vec::new();
    let mut one = |what: &str, work: &dyn Fn() -> Outcome| {
        if let Err(failure) = step(what, work) {
            println!("{failure}");
            failed.push(what.to_owned());
        }
    };
    one("Formatting (rustfmt)", &|| {
        run(workspace.cargo().args(["fmt", "--all", "--check"]))
    });
    let clippy = |selection: &[&str]| {
        run(workspace
            .cargo()
            .arg("clippy")
            .args(selection)
            .args(["--", "--deny=warnings"]))
    };
    one("Lints (clippy): server and its crates, app with ssr", &|| {
        clippy(&[&SELECTION[..], &["--all-targets"]].concat())
    });
    one("Lints (clippy): xtask", &|| {
        clippy(&["--package=xtask", "--all-targets"])
    });
    one("Lints (clippy): app with hydrate, for WebAssembly", &|| {
        clippy(&["--package=hydrate", "--target=wasm32-unknown-unknown"])
    });
    one("Order of the house (tidy)", &|| {
        run(workspace.cargo().args(["test", "--quiet", "--package=xtask", "tidy"]))
    });
    one("SQL metadata", &|| sql::is_current(workspace));
    one("Types of the browser tests (tsc)", &|| {
        run(workspace.npm_bin("tsc").args(["--noEmit", "--project", "end2end"]))
    });
    one("Licences, bans and sources of dependencies (cargo-deny)", &|| {
        installed("cargo-deny")?;
        run(workspace
            .cargo()
            .args(["deny", "--offline", "check", "bans", "licenses", "sources"]))
    });
    one("Unused dependencies (cargo-machete)", &|| {
        installed("cargo-machete")?;
        run(workspace.cargo().args(["machete", "app", "server"]))
    });
    if failed.is_empty() {
        println!("All checks passed.");
        return Ok(());
    }
    Err(Failure::new(format!("Failed: {}", failed.join("; "))))
}

fn installed(tool: &str) -> Outcome {
    if tools::on_path(&[tool]).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{tool} is missing: cargo install {tool} --locked"
    )))
}

//! `cargo xtask check`: everything that can be said about the code without running the product.

use crate::{
    site::{self, Kind, SITE_VARIABLE},
    sql,
    steps::{Failure, Outcome, run, step},
    test::SELECTION,
    tools,
    workspace::Workspace,
};

/// Something that can be said about the code.
pub(crate) struct Check {
    what: &'static str,
    work: fn(&Workspace) -> Outcome,
}

/// The checks that need nothing but what the build needs; `cargo xtask test` runs them too, and counts each as a test.
pub(crate) const OF_SOURCES: [Check; 6] = [
    Check {
        what: "Formatting (rustfmt)",
        work: |workspace| run(workspace.cargo().args(["fmt", "--all", "--check"])),
    },
    Check {
        what: "Lints (clippy): server and its crates, app with ssr",
        work: |workspace| clippy(workspace, &[&SELECTION[..], &["--all-targets"]].concat()),
    },
    Check {
        what: "Lints (clippy): xtask",
        work: |workspace| clippy(workspace, &["--package=xtask", "--all-targets"]),
    },
    Check {
        what: "Lints (clippy): app with hydrate, for WebAssembly",
        work: |workspace| clippy(workspace, &["--package=hydrate", "--target=wasm32-unknown-unknown"]),
    },
    Check {
        what: "Types of the editor (tsc)",
        work: |workspace| run(workspace.npm_bin("tsc").args(["--noEmit", "--project", "app/editor"])),
    },
    Check {
        what: "Types of the browser tests (tsc)",
        work: |workspace| run(workspace.npm_bin("tsc").args(["--noEmit", "--project", "end2end"])),
    },
];

/// The checks that take more: a database of their own, or tools that a fresh machine lacks.
const BEYOND: [Check; 4] = [
    Check {
        what: "Order of the house (tidy)",
        work: |workspace| run(workspace.cargo().args(["test", "--quiet", "--package=xtask", "tidy"])),
    },
    Check {
        what: "SQL metadata",
        work: sql::is_current,
    },
    Check {
        what: "Licences, bans and sources of dependencies (cargo-deny)",
        work: |workspace| {
            installed("cargo-deny")?;
            run(workspace
                .cargo()
                .args(["deny", "--offline", "check", "bans", "licenses", "sources"]))
        },
    },
    Check {
        what: "Unused dependencies (cargo-machete)",
        work: |workspace| {
            installed("cargo-machete")?;
            run(workspace.cargo().args(["machete", "app", "server"]))
        },
    },
];

/// Runs every check, also after one has failed, and names those that did.
///
/// # Errors
/// Names the checks that failed.
pub(crate) fn check(workspace: &Workspace) -> Outcome {
    tools::for_building(workspace)?;
    let mut failed = failing(workspace, &OF_SOURCES);
    failed.extend(failing(workspace, &BEYOND));
    if failed.is_empty() {
        println!("All checks passed.");
        return Ok(());
    }
    Err(Failure::new(format!("Failed: {}", failed.join("; "))))
}

/// Runs these checks, each as a step, also after one has failed; answers the names of those that did.
pub(crate) fn failing(workspace: &Workspace, checks: &[Check]) -> Vec<&'static str> {
    let mut failed = Vec::new();
    for check in checks {
        if let Err(failure) = step(check.what, || (check.work)(workspace)) {
            println!("{failure}");
            failed.push(check.what);
        }
    }
    failed
}

fn clippy(workspace: &Workspace, selection: &[&str]) -> Outcome {
    // The same site as the build's: with another one, the server's build script would run anew each time.
    run(workspace
        .cargo()
        .arg("clippy")
        .args(selection)
        .args(["--", "--deny=warnings"])
        .env(SITE_VARIABLE, site::folder(workspace, Kind::Desk)))
}

fn installed(tool: &str) -> Outcome {
    if tools::on_path(&[tool]).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{tool} is missing: cargo install {tool} --locked"
    )))
}

//! The browser's half of the product: compiled for WebAssembly, bound to JavaScript, and made small.

use super::{Kind, order};
use crate::{
    steps::{Done, OrFail, Outcome, quietly, run, step, step_if_needed},
    tools,
    workspace::{Fingerprint, Workspace},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

/// What the glue script is called in the folder that [`build`] answers.
pub(super) const GLUE: &str = "app.js";
/// What the module is called there.
pub(super) const MODULE: &str = "app_bg.wasm";

/// What makes the module small before it is shrunk, 4 % of what is sent in all. A panic does not say where in the source it was
/// nor why, and values are not written out for programmers: nobody reads that in a browser's module. Rust's own library is
/// compiled with the module, for size as well. None of these options is stable, so the compiler has to be told to take them;
/// `rust-toolchain.toml` names which compiler that is. What is built so is this module, with its macros and build scripts, and
/// not the server.
const SMALL: [&str; 4] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "--config",
    "target.wasm32-unknown-unknown.rustflags=[\
        '-Zlocation-detail=none','-Zfmt-debug=none','-Zunstable-options','-Cpanic=immediate-abort']",
];

/// Builds the module and its glue, and answers the folder they lie in. The binding tool is a library of this program,
/// so that its version is the one in `Cargo.lock`, as it must be.
pub(super) fn build(workspace: &Workspace, kind: Kind) -> Outcome<PathBuf> {
    let profile = kind.wasm_profile();
    if kind == Kind::Shipping {
        tools::sources_of_std()?;
    }
    step(
        &format!("Browser's half: compiling for WebAssembly ({profile})"),
        || {
            // In a call of its own: together with `server`, features would unify and event handlers disappear.
            let mut cargo = workspace.cargo();
            cargo
                .args(["build", "--package=hydrate", "--lib", "--target=wasm32-unknown-unknown"])
                .args(["--profile", profile]);
            if kind == Kind::Shipping {
                cargo.env("RUSTC_BOOTSTRAP", "1").args(SMALL);
            }
            run(&mut cargo)
        },
    )?;
    let compiled = workspace
        .target
        .join("wasm32-unknown-unknown")
        .join(profile)
        .join("hydrate.wasm");
    let bound = workspace.work_dir(&format!("bound-{}", kind.name()))?;
    step_if_needed("Browser's half: binding and shrinking", || {
        let tools = workspace.root.join("Cargo.lock");
        let fingerprint = Fingerprint::take(
            workspace,
            &format!("bound-{}", kind.name()),
            &[profile],
            &[&compiled, &tools],
        )?;
        if fingerprint.matches(&bound.join(GLUE)) {
            return Ok(Done::UpToDate(()));
        }
        super::remove(&bound)?;
        bind(&compiled, &bound)?;
        if kind == Kind::Shipping {
            shrink(workspace, &bound.join(MODULE))?;
        }
        fingerprint.keep()?;
        Ok(Done::Worked(()))
    })?;
    Ok(bound)
}

fn bind(compiled: &Path, into: &Path) -> Outcome {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name("app")
        .typescript(false)
        .omit_default_module_path(true);
    bindgen
        .web(true)
        .or_fail("binding for the web")?
        .generate(into)
        .or_fail("binding WebAssembly to JavaScript")
}

/// `-Os` with little inlining leaves the module larger than `-Oz` does, and what is sent 7 % smaller: brotli likes code that
/// repeats itself (measured with wasm-opt 132 on the whole workspace: 279 instead of 301 KB). Then functions are put beside
/// their like.
fn shrink(workspace: &Workspace, module: &Path) -> Outcome {
    let small = module.with_extension("small");
    let optimise = |options: &[&str], from: &Path, to: &Path| {
        quietly(workspace.npm_bin("wasm-opt").args(options).arg(from).arg("-o").arg(to))
    };
    optimise(&["-Os", "--one-caller-inline-max-function-size=20"], module, &small)?;
    // Twice, since code that calls moved functions reads differently.
    for _ in 0..2 {
        let code = fs::read(&small).or_fail(format!("reading {}", small.display()))?;
        fs::write(module, order::name_by_place(&code)?).or_fail(format!("writing {}", module.display()))?;
        optimise(&["--reorder-functions-by-name"], module, &small)?;
    }
    fs::rename(&small, module).or_fail(format!("replacing {}", module.display()))
}

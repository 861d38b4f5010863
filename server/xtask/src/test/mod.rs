//! `cargo xtask test`: sets everything up and runs every test: Rust against a real Postgres, the tools' own in Node, and
//! the browser's in Chromium, one of them in Firefox and `WebKit` too. Ends with one line that counts them all.

mod browser;
mod count;
mod scratch;

use crate::{
    check, server,
    site::{self, Kind, SITE_VARIABLE},
    steps::{Failure, OrFail, Outcome, Stopwatch, quietly, run, step, words},
    tools,
    workspace::Workspace,
};
pub(crate) use count::Count;
pub(crate) use scratch::Scratch;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

/// Everything that is compiled for this machine. The browser's half is not: with it in one call, features would unify
/// and event handlers disappear. Neither is this program, so that its dependencies do not change what the server gets.
pub(crate) const SELECTION: [&str; 3] = ["--workspace", "--exclude=hydrate", "--exclude=xtask"];

/// Which tests to run.
pub(crate) struct Selection {
    /// The Rust and Node tests.
    pub(crate) rust: bool,
    /// The browser tests.
    pub(crate) browser: bool,
    /// Arguments for Playwright, such as `-g "sign in"`.
    pub(crate) playwright: Vec<String>,
}

/// Sets everything up, runs the tests, and prints the count as the last line.
///
/// # Errors
/// When something does not build, or when a test failed or none ran.
pub(crate) fn test(workspace: &Workspace, selection: &Selection) -> Outcome {
    let watch = Stopwatch::start();
    let mut count = Count::default();
    let ran = alone(workspace).and_then(|_lock| all(workspace, selection, &mut count));
    if let Err(failure) = &ran {
        println!("{failure}");
        count.failed += 1;
    }
    println!("All of it took {:.0} s.", watch.elapsed().as_secs_f64());
    println!("{} passed, {} failed", count.passed, count.failed);
    match count {
        Count { failed: 0, passed: 1.. } => Ok(()),
        _ => Err(Failure::silent()),
    }
}

/// Tries a binary in the browser, with the tests that touch each part once.
///
/// # Errors
/// When one of them fails.
pub(crate) fn smoke(workspace: &Workspace, product: &server::Product, chromium: &Path) -> Outcome {
    let _alone = alone(workspace)?;
    let mut count = Count::default();
    let grep = ["--grep=@smoke".to_owned()];
    browser::run(workspace, product, (chromium, None), &grep, &mut count)?;
    match count {
        Count { failed: 0, passed: 1.. } => Ok(()),
        _ => Err(Failure::new(
            "The binary does not work; Playwright says above what it met.",
        )),
    }
}

/// One run at a time in a target folder, also where several checkouts share it: the site, the binary and the logs are the
/// same files for all.
fn alone(workspace: &Workspace) -> Outcome<fs::File> {
    workspace.lock("lock-test", "xtask that tests")
}

fn all(workspace: &Workspace, selection: &Selection, count: &mut Count) -> Outcome {
    tools::for_building(workspace)?;
    tools::postgres(workspace)?;
    let browsers = if selection.browser {
        Some((tools::chromium_of_tests()?, tools::engines()?))
    } else {
        None
    };
    if selection.rust {
        tools::poppler()?;
        tools::office()?;
        let failed = check::failing(workspace, &check::OF_SOURCES).len();
        count.add_checks(check::OF_SOURCES.len(), failed);
    }
    let site = site::build(workspace, Kind::Desk)?;
    step("Server and tests: compiling (dev)", || {
        let targets: &[&str] = if selection.rust {
            &["--all-targets"]
        } else {
            &["--bin=scriptkeep"]
        };
        run(workspace
            .cargo()
            .arg("build")
            .args(SELECTION)
            .args(targets)
            .env(SITE_VARIABLE, &site))
    })?;
    if selection.rust {
        step("Rust tests", || cargo_test(workspace, &SELECTION, &site, count))?;
        step("Rust tests of the build itself", || {
            cargo_test(workspace, &["--package=xtask"], &site, count)
        })?;
        step("Node tests", || node_tests(workspace, count))?;
    }
    if let Some((chromium, engines)) = browsers {
        let product = server::Product {
            binary: workspace.target.join("debug/scriptkeep"),
            site: Some(site),
        };
        step("Browser tests", || {
            let browsers = (chromium.as_path(), Some(&engines));
            browser::run(workspace, &product, browsers, &selection.playwright, count)
        })?;
    }
    Ok(())
}

/// How many tests of one program run at once, for each core: many wait, for a disk, a clock or another process.
const TESTS_PER_CORE: usize = 2;

/// Runs `cargo test` and counts; what passed is counted, what failed is shown. The whole output lies in a log.
fn cargo_test(workspace: &Workspace, selection: &[&str], site: &Path, count: &mut Count) -> Outcome {
    let log = workspace
        .work_dir("logs")?
        .join(format!("cargo-test{}.log", selection.concat()));
    let threads = TESTS_PER_CORE * thread::available_parallelism().map_or(1, usize::from);
    let mut command = workspace.cargo();
    command
        .arg("test")
        .args(selection)
        .arg("--no-fail-fast")
        .env("RUST_TEST_THREADS", threads.to_string())
        .env(SITE_VARIABLE, site);
    let before = *count;
    let well = through_log(&mut command, &log, |line| {
        count.add_libtest_line(line);
        !(line.starts_with("test ") && line.ends_with(" ok") || line.is_empty() || line.starts_with("running "))
    })?;
    // A test program that dies counts nothing of its own; neither may it go unnoticed.
    if !well && count.failed == before.failed {
        count.failed += 1;
    }
    println!(
        "  {} passed, {} failed; all output is in {}",
        count.passed - before.passed,
        count.failed - before.failed,
        log.display()
    );
    Ok(())
}

/// The files of a folder, not of those in it, whose names end so.
fn ending_in(folder: &Path, ending: &str) -> Outcome<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .or_fail(format!("listing {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    Ok(files)
}

/// Bundles the editor's tests, since the oldest Node we run on reads no TypeScript, and answers their folder.
fn editor_tests(workspace: &Workspace) -> Outcome<PathBuf> {
    let out = workspace.work_dir("editor-tests")?;
    fs::remove_dir_all(&out).or_fail("removing the editor's old tests")?;
    let mut bundle = workspace.npm_bin("esbuild");
    bundle.args(ending_in(&workspace.root.join("app/editor/test"), ".test.ts")?);
    bundle.args([
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--sourcemap=inline",
        "--log-level=warning",
    ]);
    bundle.args(["--out-extension:.js=.test.mjs", &format!("--outdir={}", out.display())]);
    quietly(&mut bundle)?;
    Ok(out)
}

/// Runs the tests of what is written for Node: checks of the design's colours and sheets, and the editor's own.
fn node_tests(workspace: &Workspace, count: &mut Count) -> Outcome {
    let mut files = ending_in(&workspace.root.join("end2end"), ".test.mjs")?;
    files.extend(ending_in(&editor_tests(workspace)?, ".mjs")?);
    let log = workspace.work_dir("logs")?.join("node-test.log");
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=tap", "--enable-source-maps"])
        .args(files)
        .current_dir(&workspace.root);
    let before = *count;
    let well = through_log(&mut command, &log, |line| {
        count.add_tap_line(line);
        line.trim_start().starts_with("not ok")
    })?;
    if !well && count.failed == before.failed {
        count.failed += 1;
    }
    println!(
        "  {} passed, {} failed; all output is in {}",
        count.passed - before.passed,
        count.failed - before.failed,
        log.display()
    );
    Ok(())
}

/// Runs a command, copies its standard output to a log and shows the lines that `show` asks for. Answers whether it
/// ended well.
///
/// # Errors
/// When it cannot be started or its output cannot be kept.
pub(crate) fn through_log(command: &mut Command, log: &Path, mut show: impl FnMut(&str) -> bool) -> Outcome<bool> {
    let mut file = fs::File::create(log).or_fail(format!("making {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .or_fail(format!("starting `{}`", words(command)))?;
    let output = child
        .stdout
        .take()
        .ok_or_else(|| Failure::new("a child without output"))?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line.or_fail("reading a test's output")?;
        let line = String::from_utf8_lossy(&line);
        writeln!(file, "{line}").or_fail("writing the log")?;
        if show(&line) {
            println!("{line}");
        }
    }
    Ok(child.wait().or_fail("waiting for the tests")?.success())
}

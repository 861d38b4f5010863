//! `cargo xtask bench`: what the product costs, as tables. Sizes and starts are measured here on the release binary; the
//! database under load by a bench of `services`, which alone can run a handler without its audit event; paper by a bench
//! of `export`; typing in a browser.

mod export;
mod keystroke;

pub(crate) mod sync;

use crate::{
    server::{self, Product},
    site::Kind,
    steps::{Failure, OrFail, Outcome, quietly, step},
    test::{self, Scratch},
    tools,
    workspace::Workspace,
};
use clap::ValueEnum;
use std::{fs, path::Path, process::Command};

/// How often the server is started on an existing cluster.
const STARTS: usize = 7;
/// The most a public page may weigh in all, in bytes.
const PUBLIC_PAGE: f64 = 40.0 * 1024.0;
/// The most the module and its glue may weigh together, in bytes.
const BROWSER_HALF: f64 = 300.0 * 1024.0;
/// The most the editor's module may weigh, in bytes.
const EDITOR: f64 = 150.0 * 1024.0;
/// The most memory the server may hold after its start, in bytes.
const RESIDENT: f64 = 80.0 * 1024.0 * 1024.0;
/// The most time the server may take on an existing cluster, in seconds.
const READY: f64 = 2.0;

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Starts, sizes, and the database under load.
    House,
    /// Writing and reading documents as files.
    Export,
    /// A key from the finger to the screen.
    Keystroke,
    /// Writing together, beside other servers.
    Sync,
}

/// Measures one part, or all, and prints it; `choice` is for writing together and for a key.
///
/// # Errors
/// When something does not build or run; a missed target is printed, not an error.
pub(crate) fn bench(workspace: &Workspace, part: Option<Part>, choice: &sync::Choice) -> Outcome {
    let wanted = |one| part.is_none_or(|part| part == one);
    if wanted(Part::House) {
        house(workspace)?;
    }
    if wanted(Part::Export) {
        export::measure(workspace)?;
    }
    if wanted(Part::Keystroke) {
        keystroke::measure(workspace, choice)?;
    }
    if wanted(Part::Sync) {
        sync::bench(workspace, choice)?;
    }
    Ok(())
}

/// Measures starts, sizes, and the database under load.
///
/// # Errors
/// When something does not build or run; a missed target is printed, not an error.
fn house(workspace: &Workspace) -> Outcome {
    let product = server::build(workspace, Kind::Shipping, true)?;
    let chromium = tools::chromium()?;
    step("Starts and sizes", || {
        row("", "median", "least", "most", "target");
        starts(workspace, &product)?;
        browser_half(workspace)?;
        public_pages(workspace, &product, &chromium)
    })?;
    step("The database under load (release build of the services)", || {
        let log = workspace.work_dir("logs")?.join("bench.log");
        let mut load = workspace.cargo();
        load.args([
            "test",
            "--release",
            "--package=services",
            "--lib",
            "--",
            "--exact",
            "bench::the_database_under_load",
            "bench::lists::a_list_of_a_thousand_records",
        ]);
        load.args(["--nocapture", "--test-threads=1"])
            .env("SCRIPTKEEP_BENCH", "on");
        let well = test::through_log(&mut load, &log, |line| !line.starts_with("{\"bench\":"))?;
        if well {
            Ok(())
        } else {
            Err(Failure::new(format!("The bench failed; see {}", log.display())))
        }
    })
}

/// Starts the server again and again on the same data: time until ready, memory then.
fn starts(workspace: &Workspace, product: &Product) -> Outcome {
    let data = Scratch::make()?;
    let log = workspace.work_dir("logs")?.join("bench-server.log");
    let first = product.serve(workspace, data.path(), &log)?;
    let seconds = first.ready_after.as_secs_f64();
    row(
        "first start, makes the cluster, s",
        &format!("{seconds:.2}"),
        "",
        "",
        "",
    );
    first.stop()?;
    let (mut ready, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let serving = product.serve(workspace, data.path(), &log)?;
        ready.push(serving.ready_after.as_secs_f64());
        resident.push(resident_bytes(serving.process())?);
        serving.stop()?;
    }
    spread("ready on an existing cluster, s", &ready, 1.0, READY, 2);
    spread("resident after start, MiB", &resident, 1024.0 * 1024.0, RESIDENT, 1);
    Ok(())
}

/// The resident memory of a process, in bytes.
fn resident_bytes(process: u32) -> Outcome<f64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).or_fail(&path)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes
        .map(|kib| kib * 1024.0)
        .ok_or_else(|| Failure::new(format!("{path} names no VmRSS")))
}

/// The module with its glue, and the editor, as they are sent to a browser that takes brotli.
fn browser_half(workspace: &Workspace) -> Outcome {
    let folder = workspace.target.join("site-release/pkg");
    let (mut half, mut editor) = (0.0, 0.0);
    for entry in fs::read_dir(&folder).or_fail(folder.display())? {
        let path = entry.or_fail(folder.display())?.path();
        if path.extension().is_some_and(|extension| extension == "br") {
            let size = fs::metadata(&path).or_fail(path.display())?.len();
            let size = f64::from(u32::try_from(size).or_fail("weighing the module")?);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("editor") {
                editor += size;
            } else {
                half += size;
            }
        }
    }
    spread("WebAssembly and glue, brotli, KiB", &[half], 1024.0, BROWSER_HALF, 1);
    spread("the editor, loaded to write, brotli, KiB", &[editor], 1024.0, EDITOR, 1);
    Ok(())
}

/// Each public page with all it brings.
fn public_pages(workspace: &Workspace, product: &Product, chromium: &Path) -> Outcome {
    let data = Scratch::make()?;
    let log = workspace.work_dir("logs")?.join("bench-server.log");
    let serving = product.serve(workspace, data.path(), &log)?;
    let mut weigh = Command::new("node");
    weigh
        .arg("end2end/weigh.mjs")
        .arg(serving.origin())
        .arg(chromium)
        .current_dir(&workspace.root);
    let lines = quietly(weigh.arg(if tools::is_root() { "off" } else { "on" }))?;
    serving.stop()?;
    for line in lines.lines() {
        let page: serde_json::Value = serde_json::from_str(line).or_fail("reading the weights")?;
        let (Some(path), Some(bytes), Some(scripts)) =
            (page["page"].as_str(), page["bytes"].as_f64(), page["scripts"].as_u64())
        else {
            return Err(Failure::new(format!("not a weight: {line}")));
        };
        spread(
            &format!("{path}, {scripts} scripts, KiB"),
            &[bytes],
            1024.0,
            PUBLIC_PAGE,
            1,
        );
    }
    Ok(())
}

/// Prints the middle and the ends of what was measured, and whether the middle is at most the target.
fn spread(what: &str, values: &[f64], unit: f64, most: f64, digits: usize) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let shown = |value: f64| format!("{:.digits$}", value / unit);
    let (Some(least), Some(largest)) = (sorted.first(), sorted.last()) else {
        return;
    };
    let median = sorted[sorted.len() / 2];
    let verdict = if median <= most { "met" } else { "MISSED" };
    row(
        what,
        &shown(median),
        &shown(*least),
        &shown(*largest),
        &format!("≤{} {verdict}", shown(most)),
    );
}

fn row(what: &str, median: &str, least: &str, most: &str, target: &str) {
    println!("  {what:<44}{median:>9}{least:>9}{most:>9}  {target}");
}

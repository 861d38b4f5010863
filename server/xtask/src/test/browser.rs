//! The browser tests: one fresh server on a free loopback port, Playwright against it.

use super::{Count, Scratch};
use crate::{
    server::Product,
    steps::{Failure, OrFail, Outcome, status},
    tools,
    workspace::{Workspace, read},
};
use std::{fs, path::Path};

/// Runs Playwright against a server of its own, with its own data folder, and counts.
pub(super) fn run(
    workspace: &Workspace,
    product: &Product,
    chromium: &Path,
    arguments: &[String],
    count: &mut Count,
) -> Outcome {
    let data = Scratch::make()?;
    let log = workspace.work_dir("logs")?.join("end2end-server.log");
    let serving = product.serve(workspace, data.path(), &log)?;
    println!(
        "  server ready on {} after {:.1} s",
        serving.origin(),
        serving.ready_after.as_secs_f64()
    );
    let report = workspace.work_dir("logs")?.join("playwright.json");
    if report.exists() {
        fs::remove_file(&report).or_fail(format!("removing {}", report.display()))?;
    }
    let mut playwright = workspace.npm_bin("playwright");
    playwright
        .args(["test", "--config=end2end/playwright.config.ts"])
        .args(arguments);
    playwright
        .env("END2END_ORIGIN", serving.origin())
        .env("END2END_CHROMIUM", chromium)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    playwright.env("END2END_SANDBOX", if tools::is_root() { "off" } else { "on" });
    playwright.env("END2END_SERVER_LOG", &log);
    let well = status(&mut playwright)?.success();
    let before = *count;
    let report = read(&report).map_err(|_| Failure::new("Playwright ended without a report"))?;
    count.add_playwright(&serde_json::from_slice(&report).or_fail("reading Playwright's report")?);
    if !well && count.failed == before.failed {
        count.failed += 1;
    }
    serving.stop()?;
    println!(
        "  {} passed, {} failed; the server's log is {}",
        count.passed - before.passed,
        count.failed - before.failed,
        log.display()
    );
    Ok(())
}

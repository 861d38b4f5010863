//! The browser tests: one fresh server on a free loopback port, Playwright against it.

use super::{Count, Scratch};
use crate::{
    server::{Product, Serving},
    site::SITE_VARIABLE,
    steps::{Failure, OrFail, Outcome, status},
    tools::{self, Engines},
    workspace::{Workspace, read},
};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::Command,
};

/// Runs Playwright against a server of its own, with its own data folder, and counts. The other engines get a second
/// server, which people reach over TLS.
pub(super) fn run(
    workspace: &Workspace,
    product: &Product,
    (chromium, engines): (&Path, Option<&Engines>),
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
        .env("END2END_BINARY", &product.binary)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    // Tests that kill a server start their own.
    playwright.envs(product.site.iter().map(|site| (SITE_VARIABLE, site)));
    playwright.env("END2END_SANDBOX", if tools::is_root() { "off" } else { "on" });
    playwright.env("END2END_SERVER_LOG", &log);
    let own_log = workspace.work_dir("logs")?.join("end2end-own-servers.log");
    fs::write(&own_log, "").or_fail(format!("emptying {}", own_log.display()))?;
    playwright.env("END2END_OWN_LOG", &own_log);
    let over_tls = engines
        .map(|engines| serve_over_tls(workspace, product, engines, &mut playwright))
        .transpose()?;
    let well = status(&mut playwright)?.success();
    let before = *count;
    let report = read(&report).map_err(|_| Failure::new("Playwright ended without a report"))?;
    count.add_playwright(&serde_json::from_slice(&report).or_fail("reading Playwright's report")?);
    if !well && count.failed == before.failed {
        count.failed += 1;
    }
    serving.stop()?;
    if let Some((serving, _data)) = over_tls {
        serving.stop()?;
    }
    println!(
        "  {} passed, {} failed; the server's log is {}",
        count.passed - before.passed,
        count.failed - before.failed,
        log.display()
    );
    if count.failed > before.failed {
        print_faults(&log);
        print_faults(&own_log);
    }
    Ok(())
}

/// The most lines of a server's log that are printed.
const FAULTS_MAX: usize = 20;

/// Prints what a server said of faults of its own: the log of a machine that is gone cannot be looked into any more.
fn print_faults(log: &Path) {
    let text = fs::read_to_string(log).unwrap_or_default();
    let faults = ["\"level\":\"ERROR\"", "\"status\":500", "panicked at"];
    let lines = text
        .lines()
        .filter(|line| faults.iter().any(|fault| line.contains(fault)));
    for line in lines.take(FAULTS_MAX) {
        println!("  the server: {line}");
    }
}

/// Starts a server whose pages are reached over TLS on a port that is free now; the test that uses it opens that port, and
/// ends the TLS there. `WebKit` takes the session's cookie on no other way.
fn serve_over_tls(
    workspace: &Workspace,
    product: &Product,
    engines: &Engines,
    playwright: &mut Command,
) -> Outcome<(Serving, Scratch)> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).or_fail("looking for a free port")?;
    let origin = format!(
        "https://localhost:{}",
        free.local_addr().or_fail("looking for a free port")?.port()
    );
    drop(free);
    let data = Scratch::make()?;
    let log = workspace.work_dir("logs")?.join("end2end-tls-server.log");
    let serving = product.serve_with(workspace, data.path(), &log, &[("SCRIPTKEEP_ORIGIN", &origin)])?;
    playwright
        .env("END2END_TLS_ORIGIN", &origin)
        .env("END2END_TLS_TARGET", format!("http://{}", serving.address()))
        .env("END2END_FIREFOX", &engines.firefox)
        .env("END2END_WEBKIT_DRIVER", &engines.webkit_driver)
        .env("END2END_WEBKIT", &engines.webkit)
        .env("END2END_XVFB", &engines.display);
    Ok((serving, data))
}

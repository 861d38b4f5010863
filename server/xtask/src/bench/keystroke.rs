//! How long a key takes from the finger to the screen, in a text of a hundred pages, in Chromium with the processor slowed
//! down four times.

use super::{row, spread, sync::Choice};
use crate::{
    steps::{Failure, OrFail, Outcome, quietly, step},
    test::Scratch,
    tools,
    workspace::Workspace,
};
use std::process::Command;

/// The most that the slowest key but one in twenty may take, in milliseconds.
const PAINT: f64 = 50.0;

/// Types into a hundred pages, round after round, and prints what the keys took.
///
/// # Errors
/// When something does not build or run; a missed target is printed, not an error.
pub(super) fn measure(workspace: &Workspace, choice: &Choice) -> Outcome {
    let product = choice.product(workspace)?;
    let chromium = tools::chromium()?;
    step(
        "Typing in a hundred pages, the processor slowed down four times",
        || {
            let data = Scratch::make()?;
            let log = workspace.work_dir("logs")?.join("bench-server.log");
            let serving = product.serve(workspace, data.path(), &log)?;
            let mut typing = Command::new("node");
            typing
                .arg("end2end/keystroke.mjs")
                .arg(serving.origin())
                .arg(chromium)
                .arg(if tools::is_root() { "off" } else { "on" })
                .current_dir(&workspace.root);
            let lines = quietly(&mut typing)?;
            serving.stop()?;
            let (mut medians, mut slowest) = (Vec::new(), Vec::new());
            for line in lines.lines() {
                let round: serde_json::Value = serde_json::from_str(line).or_fail("reading a round")?;
                let (Some(median), Some(p95)) = (round["median"].as_f64(), round["p95"].as_f64()) else {
                    return Err(Failure::new(format!("not a round: {line}")));
                };
                medians.push(median);
                slowest.push(p95);
            }
            row("", "median", "least", "most", "target");
            spread("key to paint, median of a round, ms", &medians, 1.0, PAINT, 1);
            spread("key to paint, p95 of a round, ms", &slowest, 1.0, PAINT, 1);
            Ok(())
        },
    )
}

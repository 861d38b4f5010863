//! Paper: the bench of `export`, in the profile that ships, with what it is measured against.

use crate::{
    steps::{Failure, Outcome, step},
    test, tools,
    workspace::Workspace,
};

/// Where the bench finds the browser it is measured against.
const CHROMIUM: &str = "SCRIPTKEEP_BENCH_CHROMIUM";

/// Measures writing and reading documents, and prints it.
///
/// # Errors
/// When something does not build or run; a missed target is printed, not an error.
pub(super) fn measure(workspace: &Workspace) -> Outcome {
    tools::for_building(workspace)?;
    let chromium = tools::chromium()?;
    step("Paper (release build; Typst's takes a while)", || {
        let log = workspace.work_dir("logs")?.join("bench-export.log");
        let mut bench = workspace.cargo();
        bench
            .args(["bench", "--package=export", "--bench=export"])
            .env(CHROMIUM, &chromium);
        if test::through_log(&mut bench, &log, |_| true)? {
            Ok(())
        } else {
            Err(Failure::new(format!("The bench failed; see {}", log.display())))
        }
    })
}

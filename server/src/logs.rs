//! Logs: JSON lines, or text for a terminal; a server's on standard output, a command's on standard error. Nobody logs content, names, addresses or secrets; what a
//! library says about its own work is kept to warnings.

use crate::{config::Log, refusal::Refusal};
use tracing_subscriber::{
    EnvFilter,
    fmt::{format::FmtSpan, writer::BoxMakeWriter},
};

/// Libraries that say at `info` or below what nobody needs, or quote what passes through them.
const QUIET: [&str; 8] = [
    "sqlx",
    "hyper",
    "hyper_util",
    "h2",
    "rustls",
    "lettre",
    "leptos",
    "tower_http",
];

/// Where a process logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Standard output: a server says nothing else there.
    Output,
    /// Standard error: a command's answer has standard output to itself.
    Error,
}

/// Starts logging for the process.
///
/// # Errors
/// A filter that is none.
pub fn start(log: &Log, to: To) -> Result<(), Refusal> {
    let mut filter = EnvFilter::try_new(&log.filter).map_err(|_| {
        Refusal::new(
            format!("`log.level` cannot be `{}`.", log.filter),
            "Use error, warn, info, debug, or a filter such as info,services=debug.",
        )
    })?;
    for library in QUIET {
        if !log.filter.contains(library)
            && let Ok(directive) = format!("{library}=warn").parse()
        {
            filter = filter.add_directive(directive);
        }
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(match to {
            To::Output => BoxMakeWriter::new(std::io::stdout),
            To::Error => BoxMakeWriter::new(std::io::stderr),
        })
        .with_span_events(FmtSpan::NONE)
        .with_target(true);
    // Starting twice in a process happens in tests only; the first one stays.
    let _ = if log.json {
        builder.json().flatten_event(true).with_current_span(false).try_init()
    } else {
        builder.try_init()
    };
    name_only_the_place_of_a_panic();
    Ok(())
}

/// A panic's message may quote a value; its place is enough to find it.
fn name_only_the_place_of_a_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
}

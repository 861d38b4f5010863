//! How a command of xtask speaks: each step says what it does and how long it took; each failure says what to do.

use std::{
    fmt::{self, Display},
    io::{self, Write},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// Why a command stopped, in words for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure with this text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A failure that has been told already.
    pub(crate) fn silent() -> Self {
        Self(String::new())
    }

    /// Whether it has been told already.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.is_empty()
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What every step answers.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Says what was being done when something failed.
pub(crate) trait OrFail<T> {
    /// Turns an error into a [`Failure`] that begins with what was being done.
    fn or_fail(self, doing: impl Display) -> Outcome<T>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, doing: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{doing}: {error}")))
    }
}

/// A running measure of time.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(
        clippy::disallowed_methods,
        reason = "a build tool measures real time; nothing of the product depends on it"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// How a step ended well.
pub(crate) enum Done<T> {
    /// It did its work.
    Worked(T),
    /// There was nothing to do.
    UpToDate(T),
}

/// Runs one step: prints what it does, and then how long it took.
///
/// # Errors
/// What the work answers.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    step_if_needed(what, || work().map(Done::Worked))
}

/// Like [`step`], for work that may find nothing to do.
///
/// # Errors
/// What the work answers.
pub(crate) fn step_if_needed<T>(what: &str, work: impl FnOnce() -> Outcome<Done<T>>) -> Outcome<T> {
    println!("→ {what}");
    let watch = Stopwatch::start();
    let done = work();
    let seconds = watch.elapsed().as_secs_f64();
    match done {
        Ok(Done::Worked(value)) => {
            println!("  done in {seconds:.1} s");
            Ok(value)
        }
        Ok(Done::UpToDate(value)) => {
            println!("  up to date ({seconds:.1} s)");
            Ok(value)
        }
        Err(failure) => {
            println!("  failed after {seconds:.1} s");
            Err(failure)
        }
    }
}

/// Runs a command with this terminal's output, and waits for it.
///
/// # Errors
/// When it cannot be started or ends with anything but 0.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = status(command)?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure(format!("`{}` ended with {status}", words(command))))
    }
}

/// Runs a command with this terminal's output, and answers how it ended.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn status(command: &mut Command) -> Outcome<ExitStatus> {
    io::stdout().flush().or_fail("writing to the terminal")?;
    command
        .stdin(Stdio::null())
        .status()
        .or_fail(format!("starting `{}`", words(command)))
}

/// Runs a command silently; what it printed is shown only when it fails.
///
/// # Errors
/// When it cannot be started or ends with anything but 0.
pub(crate) fn quietly(command: &mut Command) -> Outcome<String> {
    quietly_reading(command, Stdio::null())
}

/// Like [`quietly`], with something to read.
///
/// # Errors
/// When it cannot be started or ends with anything but 0.
pub(crate) fn quietly_reading(command: &mut Command, input: Stdio) -> Outcome<String> {
    let output = command
        .stdin(input)
        .output()
        .or_fail(format!("starting `{}`", words(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure(format!(
        "`{}` ended with {}\n{}{}",
        words(command),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// The command as one would type it.
pub(crate) fn words(command: &Command) -> String {
    let mut words = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        words.push(' ');
        words.push_str(&argument.to_string_lossy());
    }
    words
}

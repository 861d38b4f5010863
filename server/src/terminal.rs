//! What the command line says to the person in front of it.

use std::fmt::Display;

/// Prints a result.
#[expect(clippy::print_stdout, reason = "the answer of a command belongs on standard output")]
pub(crate) fn say(text: impl Display) {
    println!("{text}");
}

/// Prints why a command does not go on.
#[expect(clippy::print_stderr, reason = "why a command stops belongs on standard error")]
pub(crate) fn complain(text: impl Display) {
    eprintln!("{text}");
}

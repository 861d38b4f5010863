//! What the command line says to the person in front of it.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Prints a result.
pub(crate) fn say(text: impl Display) {
    if let Err(error) = tell(io::stdout().lock(), text) {
        complain(format!("The answer was not written: {error}."));
    }
}

/// Prints why a command does not go on.
pub(crate) fn complain(text: impl Display) {
    // There is nowhere left to say that it was not written.
    let _ = tell(io::stderr().lock(), text);
}

/// Writes a line. Where nobody reads it (`| true`, `| head`) there is nobody to tell: what the command did, and its exit
/// status, are what they are.
///
/// # Errors
/// When it cannot be written for another reason, such as a full disk.
fn tell(mut to: impl Write, text: impl Display) -> io::Result<()> {
    match writeln!(to, "{text}").and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_breaks_nothing() {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        tell(writer, "The log is whole.").expect("nobody to tell");
        let mut heard = Vec::new();
        tell(&mut heard, "The log is whole.").expect("written");
        assert_eq!(heard, b"The log is whole.\n");
    }
}

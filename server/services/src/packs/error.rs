//! What is wrong with a pack: where, what, and the mend.

use crate::slips::meant;
use std::{fmt, ops::Range, path::Path};

/// A pack that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PackError {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1; 0 when it is about the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 when it is about the whole file.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub what: String,
    /// What to do about it; may be empty.
    pub mend: String,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.what)?;
        if !self.mend.is_empty() {
            write!(f, " {}", self.mend)?;
        }
        Ok(())
    }
}

impl PackError {
    /// About a whole file.
    pub(super) fn of_file(file: &Path, what: String) -> Self {
        Self {
            file: file.display().to_string(),
            line: 0,
            column: 0,
            what,
            mend: String::new(),
        }
    }
}

/// A file that is being read, for saying where something stands in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// Something wrong at a place, with the mend.
    pub(super) fn wrong(&self, at: &Range<usize>, what: impl Into<String>, mend: impl Into<String>) -> PackError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |index| index + 1);
        PackError {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what: what.into(),
            mend: mend.into(),
        }
    }
}

/// What somebody may have meant by a word: the nearest of the known ones, else all of them.
pub(super) fn did_you_mean(word: &str, known: &[&str]) -> String {
    match meant(word, known.iter().copied()) {
        Some(candidate) => format!("Did you mean `{candidate}`?"),
        None if known.is_empty() => String::new(),
        None => format!("Known here: {}.", known.join(", ")),
    }
}

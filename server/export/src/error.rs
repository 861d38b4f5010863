//! Why a file could not be read or written.

/// Why a whole file could not be read or written. Everything smaller is a [`crate::Loss`]. `part` names the place for
/// the person who has to mend the file: a part of a package (`word/document.xml`), a node's path (`content/3/attrs/src`),
/// or the file itself (`the file`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The part is not what it should be: cut short, not XML, not a zip archive, not a document of ours.
    #[error("{part} cannot be read: {why}")]
    Damaged {
        /// The part at fault.
        part: String,
        /// What is wrong with it, as half a sentence.
        why: String,
    },
    /// The part has more of something than a limit allows; the limits keep memory and time bounded.
    #[error("{part} is too large: more than {limit} {unit}")]
    TooLarge {
        /// The part at fault.
        part: String,
        /// The most that is allowed.
        limit: u64,
        /// What is counted, in the plural: `bytes`, `entries`, `levels`.
        unit: &'static str,
    },
    /// The part holds something that is never opened: a document type definition, an encrypted package.
    #[error("{part} is refused: {why}")]
    Refused {
        /// The part at fault.
        part: String,
        /// What is not accepted, as half a sentence.
        why: String,
    },
    /// The document is sound, and yet the format's writer gave up.
    #[error("{part} cannot be written: {why}")]
    Unwritable {
        /// The part at fault.
        part: String,
        /// Why, as half a sentence.
        why: String,
    },
}

impl ExportError {
    /// A part that is not what it should be.
    pub fn damaged(part: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Damaged {
            part: part.into(),
            why: why.into(),
        }
    }

    /// A part with more than `limit` of the unit.
    pub fn too_large(part: impl Into<String>, limit: u64, unit: &'static str) -> Self {
        Self::TooLarge {
            part: part.into(),
            limit,
            unit,
        }
    }

    /// A part that is never opened.
    pub fn refused(part: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Refused {
            part: part.into(),
            why: why.into(),
        }
    }

    /// A part that the writer could not write.
    pub fn unwritable(part: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Unwritable {
            part: part.into(),
            why: why.into(),
        }
    }

    /// The same error in something that is itself part of a whole: `the template: word/styles.xml`.
    #[must_use]
    pub fn within(mut self, whole: &str) -> Self {
        let (Self::Damaged { part, .. }
        | Self::TooLarge { part, .. }
        | Self::Refused { part, .. }
        | Self::Unwritable { part, .. }) = &mut self;
        *part = format!("{whole}: {part}");
        self
    }
}

//! What a format could not keep.

use std::fmt;

/// Something that was in the source and is not in the result, or not as it was. People read the list after an import or
/// an export, so `what` is a sentence without its full stop, and `place` can be found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// Where: a path in our tree (`content/3`), or a part and place in a file (`word/document.xml, paragraph 14`).
    pub place: String,
    /// What was lost or changed: `a SmartArt drawing was left out`.
    pub what: String,
}

impl Loss {
    /// A loss at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

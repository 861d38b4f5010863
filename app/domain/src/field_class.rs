//! Classes of fields: what a role may see of a record is decided class by class, in the database too.

use serde::{Deserialize, Serialize};

/// A class of fields that a role may see or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldClass {
    /// A record's title.
    Title,
    /// What stands beside the title: a summary.
    General,
    /// A record's body: its document.
    Body,
}

impl FieldClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Title, Self::General, Self::Body];

    /// The name in the database and in key contexts. The prefix `record.` marks classes that policies hide.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "record.title",
            Self::General => "record.general",
            Self::Body => "record.body",
        }
    }

    /// Reads [`FieldClass::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// The name in packs.
    pub fn word(self) -> &'static str {
        self.as_str().trim_start_matches("record.")
    }
}

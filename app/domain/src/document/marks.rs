//! The marks, and sets of them.

use super::Colour;

/// Something said about text. The order of the variants is the order of marks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Bold.
    Strong,
    /// Italic.
    Emphasis,
    /// Underlined.
    Underline,
    /// Struck through (not a deletion).
    Strike,
    /// Raised.
    Superscript,
    /// Lowered.
    Subscript,
    /// Code within a line.
    Code,
    /// A link.
    Link {
        /// `http:`, `https:`, `mailto:`, `tel:`, or `#id` within the document.
        href: String,
        /// What a pointer at rest shows.
        title: Option<String>,
    },
    /// Marked with a pen.
    Highlight {
        /// Its colour.
        colour: Colour,
    },
    /// Proposed to be added.
    Insertion(Change),
    /// Proposed to be taken away.
    Deletion(Change),
}

/// Who proposed a change, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    /// A member's id, or the name an imported file gives; empty: unknown.
    pub author: String,
    /// `YYYY-MM-DDTHH:MM:SSZ`; empty: unknown.
    pub at: String,
}

impl Mark {
    /// The name of the mark in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Emphasis => "emphasis",
            Self::Underline => "underline",
            Self::Strike => "strike",
            Self::Superscript => "superscript",
            Self::Subscript => "subscript",
            Self::Code => "code",
            Self::Link { .. } => "link",
            Self::Highlight { .. } => "highlight",
            Self::Insertion(_) => "insertion",
            Self::Deletion(_) => "deletion",
        }
    }

    /// Whether the other is of the same kind, whatever its attributes.
    pub fn same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The marks of one node: at most one of each kind, in the order of [`Mark`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks(Vec<Mark>);

impl Marks {
    /// No marks.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a mark, in the place of one of its kind.
    pub fn insert(&mut self, mark: Mark) {
        self.remove_kind(&mark);
        let place = self.0.partition_point(|other| *other < mark);
        self.0.insert(place, mark);
    }

    /// The same marks and one more.
    #[must_use]
    pub fn with(mut self, mark: Mark) -> Self {
        self.insert(mark);
        self
    }

    /// Takes the mark of that kind away, whatever its attributes. Answers whether there was one.
    pub fn remove_kind(&mut self, kind: &Mark) -> bool {
        let before = self.0.len();
        self.0.retain(|mark| !mark.same_kind(kind));
        self.0.len() < before
    }

    /// The mark of that kind, whatever its attributes.
    pub fn of_kind(&self, kind: &Mark) -> Option<&Mark> {
        self.0.iter().find(|mark| mark.same_kind(kind))
    }

    /// Who proposed to add this, if somebody did.
    pub fn insertion(&self) -> Option<&Change> {
        self.0.iter().find_map(|mark| match mark {
            Mark::Insertion(change) => Some(change),
            _ => None,
        })
    }

    /// Who proposed to take this away, if somebody did.
    pub fn deletion(&self) -> Option<&Change> {
        self.0.iter().find_map(|mark| match mark {
            Mark::Deletion(change) => Some(change),
            _ => None,
        })
    }

    /// The link's address and title, if this is one.
    pub fn link(&self) -> Option<(&str, Option<&str>)> {
        self.0.iter().find_map(|mark| match mark {
            Mark::Link { href, title } => Some((href.as_str(), title.as_deref())),
            _ => None,
        })
    }

    /// The marks without insertion and deletion.
    #[must_use]
    pub fn settled(&self) -> Self {
        let mut marks = self.clone();
        marks.retain(|mark| !matches!(mark, Mark::Insertion(_) | Mark::Deletion(_)));
        marks
    }

    /// Keeps the marks of which this holds.
    pub fn retain(&mut self, keep: impl FnMut(&Mark) -> bool) {
        self.0.retain(keep);
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, Mark> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Marks {
    type Item = &'a Mark;
    type IntoIter = std::slice::Iter<'a, Mark>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Mark> for Marks {
    /// Of two marks of one kind the later stays.
    fn from_iter<T: IntoIterator<Item = Mark>>(marks: T) -> Self {
        let mut set = Self::new();
        for mark in marks {
            set.insert(mark);
        }
        set
    }
}

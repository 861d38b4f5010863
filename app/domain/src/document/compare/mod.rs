//! Two documents compared by word: what was added, removed, moved, reformatted.
//!
//! Both are taken as they are when all that is proposed in them is accepted. Blocks that are equal belong together, then,
//! between those, blocks whose words are alike; within two that belong together the same is done for what they hold, down to
//! words. Whatever the input, the cost is near linear in its size.

mod align;
mod lines;
mod merge;
mod prune;
mod similar;
mod units;

use super::html::{BlockChange, Setting, render_changes};
use super::{Change, Document, DocumentError, suggestions};
use std::collections::HashMap;

/// What happened at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// A block is new.
    Added,
    /// A block is gone.
    Removed,
    /// A block stands elsewhere.
    Moved,
    /// Words of a block changed.
    Edited,
    /// The form changed: marks, level, alignment, what a step asks for.
    Reformatted,
}

/// One change, for a list of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub kind: ChangeKind,
    /// Where, in [`Comparison::shown`]: the index of the child at each level from the top. Of something moved, where it is
    /// now.
    pub place: Vec<usize>,
    /// The name of the block's node (`paragraph`, `divider`).
    pub node: &'static str,
    /// The first words of the block, at most 80 characters; empty where it has none.
    pub excerpt: String,
}

/// Two documents compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    document: Document,
    shown: Document,
    changes: HashMap<Vec<usize>, BlockChange>,
    /// What changed, in the order of the text.
    pub entries: Vec<Entry>,
    /// Words that are new, in blocks that were not moved.
    pub words_added: usize,
    /// Words that are gone, in blocks that were not moved.
    pub words_removed: usize,
}

impl Comparison {
    /// Whether both are the same.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The later document with insertion and deletion marks. Accepting all gives the later document exactly; rejecting all
    /// gives the words of the earlier one. What no mark can be put on (pictures, lines across, pauses) is the later one's.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Both documents in one, for looking at: also what no mark can be put on.
    pub fn shown(&self) -> &Document {
        &self.shown
    }

    /// What happened to blocks of [`Comparison::shown`], by place.
    pub fn changes(&self) -> &HashMap<Vec<usize>, BlockChange> {
        &self.changes
    }

    /// [`Comparison::shown`] as HTML, with `ins` and `del`; classes are listed in [`super::html`].
    pub fn html(&self, setting: Setting<'_>) -> String {
        render_changes(&self.shown, setting, &self.changes)
    }
}

/// Compares an earlier document with a later one. The change says who is named in the marks.
///
/// # Errors
/// When both together are more than one document may be.
pub fn compare(earlier: &Document, later: &Document, change: &Change) -> Result<Comparison, DocumentError> {
    let earlier = suggestions::accept_all(earlier.clone());
    let later = suggestions::accept_all(later.clone());
    let mut merger = merge::Merger::new(change);
    let mut shown = merger.blocks(earlier.blocks(), later.blocks());
    let merge::Found {
        changes,
        mut entries,
        words_added,
        words_removed,
    } = merger.finish();
    let mut place = Vec::new();
    let document = prune::pruned(&shown, &changes, &mut place);
    super::merge_texts(&mut shown);
    entries.sort_by(|one, other| one.place.cmp(&other.place));
    Ok(Comparison {
        document: Document::new(document)?,
        shown: Document::new(shown)?,
        changes,
        entries,
        words_added,
        words_removed,
    })
}

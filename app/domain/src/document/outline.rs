//! The headings of a document, for a list of contents that links to them.

use super::numbering::Counters;
use super::text::title_of;
use super::{Block, Document};

/// One heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 1 to 6.
    pub level: u8,
    /// Its number, if it takes part in the numbering.
    pub number: Option<String>,
    /// Its text, without what is proposed to be taken away. May be empty.
    pub title: String,
    /// Its id, or one made from its place among the headings: `h.3` is the third. Ids of the model have no dots.
    pub anchor: String,
    /// The index of the child at each level from the top.
    pub place: Vec<usize>,
}

/// The headings, in order, wherever they stand.
pub fn outline(document: &Document) -> Vec<Entry> {
    let mut counters = Counters::new(document);
    let mut entries = Vec::new();
    collect(document.blocks(), &mut Vec::new(), &mut counters, &mut entries);
    entries
}

/// The anchor of a heading without an id, by its place among all headings, from 1.
pub(super) fn anchor(id: &str, place: usize) -> String {
    if id.is_empty() {
        format!("h.{place}")
    } else {
        id.to_owned()
    }
}

fn collect(blocks: &[Block], place: &mut Vec<usize>, counters: &mut Counters, entries: &mut Vec<Entry>) {
    for (index, block) in blocks.iter().enumerate() {
        place.push(index);
        if let Block::Heading {
            level, numbered, id, ..
        } = block
        {
            entries.push(Entry {
                level: *level,
                number: counters.heading(*level, *numbered),
                title: title_of(block),
                anchor: anchor(id, entries.len() + 1),
                place: place.clone(),
            });
        }
        block.each_body(place, &mut |body, place| collect(body, place, counters, entries));
        place.pop();
    }
}

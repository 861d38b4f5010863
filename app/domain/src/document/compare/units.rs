//! What blocks, items and rows are known by, to find those that belong together.

use super::similar::{Unit, Words, hash};
use crate::document::{Block, Row};

/// What each cell of a row covers.
pub(super) fn spans(row: &Row) -> Vec<(u32, u32)> {
    row.cells.iter().map(|cell| (cell.colspan, cell.rowspan)).collect()
}

/// The words of a block and all that it holds.
pub(super) fn gather(block: &Block, words: &mut Words) {
    words.add(block.inlines().unwrap_or_default());
    for body in block.bodies() {
        for block in body {
            gather(block, words);
        }
    }
}

/// Blocks may be made one where they are of one class: a paragraph may become a heading, a list be counted.
pub(super) fn block_unit(block: &Block) -> Unit {
    let mut words = Words::default();
    gather(block, &mut words);
    let class = match block {
        Block::Paragraph { .. } | Block::Heading { .. } => "text",
        Block::BulletList { .. } | Block::OrderedList { .. } => "list",
        other => other.name(),
    };
    let mut unit = Unit::new(hash(block), hash(&class), &mut words);
    match block {
        Block::Figure { src, .. } => unit.key = hash(src) | 1,
        Block::Pause { .. } => unit.alone = 0.2,
        _ => {}
    }
    unit
}

/// An item of a list.
pub(super) fn body_unit(body: &[Block], class: u64) -> Unit {
    let mut words = Words::default();
    for block in body {
        gather(block, &mut words);
    }
    Unit::new(hash(&body), class, &mut words)
}

/// Rows are made one only where they have the same cells.
pub(super) fn row_unit(row: &Row) -> Unit {
    let mut words = Words::default();
    for block in row.cells.iter().flat_map(|cell| &cell.content) {
        gather(block, &mut words);
    }
    Unit::new(hash(row), hash(&spans(row)), &mut words)
}

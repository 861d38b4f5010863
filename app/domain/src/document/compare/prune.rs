//! The comparison as a document to accept or reject: without what is gone and has no text to mark, since accepting would
//! not take it away.

use crate::document::html::BlockChange;
use crate::document::{Block, Cell, Item, Row, TaskItem};
use std::collections::HashMap;

/// The blocks, at the place their parent has.
pub(super) fn pruned(
    blocks: &[Block],
    changes: &HashMap<Vec<usize>, BlockChange>,
    place: &mut Vec<usize>,
) -> Vec<Block> {
    let mut kept = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.iter().enumerate() {
        place.push(index);
        match changes.get(place) {
            Some(BlockChange::Removed | BlockChange::MovedAway) => kept.extend(text_of(block)),
            _ => kept.extend(within(block, changes, place)),
        }
        place.pop();
    }
    kept
}

/// A block that stays, with what it holds pruned. Nothing only where all that it holds is gone.
fn within(block: &Block, changes: &HashMap<Vec<usize>, BlockChange>, place: &mut Vec<usize>) -> Option<Block> {
    let mut bodies = Vec::new();
    block.each_body(place, &mut |body, place| bodies.push(pruned(body, changes, place)));
    rebuilt(block, bodies)
}

/// What has text of a block that is gone.
fn text_of(block: &Block) -> Option<Block> {
    if let Block::Figure { caption, .. } = block {
        return (!caption.is_empty()).then(|| Block::paragraph(caption.clone()));
    }
    if let Some(inlines) = block.inlines() {
        return (!inlines.is_empty()).then(|| block.clone());
    }
    let bodies = block.bodies().into_iter();
    let bodies: Vec<Vec<Block>> = bodies.map(|body| body.iter().filter_map(text_of).collect()).collect();
    let any = bodies.iter().any(|body| !body.is_empty());
    if any { rebuilt(block, bodies) } else { None }
}

/// The block with other bodies. Items without any go; cells keep an empty paragraph; rows of which nothing is left go, where
/// no cell reaches over rows.
fn rebuilt(block: &Block, bodies: Vec<Vec<Block>>) -> Option<Block> {
    let mut block = block.clone();
    let mut bodies = bodies.into_iter();
    let mut next = || bodies.next().unwrap_or_default();
    let whole = match &mut block {
        Block::BulletList { items } | Block::OrderedList { items, .. } => {
            *items = items
                .iter()
                .map(|_| Item { content: next() })
                .filter(|item| !item.content.is_empty())
                .collect();
            !items.is_empty()
        }
        Block::TaskList { items } => {
            let all = items.iter().map(|item| TaskItem {
                checked: item.checked,
                content: next(),
            });
            *items = all.filter(|item| !item.content.is_empty()).collect();
            !items.is_empty()
        }
        Block::Table { rows } => {
            let all = rows.iter().map(|row| Row {
                cells: row
                    .cells
                    .iter()
                    .map(|cell| Cell {
                        content: next(),
                        ..cell.clone()
                    })
                    .collect(),
            });
            let over_rows = rows.iter().flat_map(|row| &row.cells).any(|cell| cell.rowspan > 1);
            let left = |row: &Row| over_rows || row.cells.iter().any(|cell| !cell.content.is_empty());
            *rows = all.filter(left).collect();
            for cell in rows
                .iter_mut()
                .flat_map(|row| &mut row.cells)
                .filter(|cell| cell.content.is_empty())
            {
                cell.content.push(Block::paragraph(Vec::new()));
            }
            !rows.is_empty()
        }
        Block::Blockquote { content } | Block::Callout { content, .. } | Block::Step { content, .. } => {
            *content = next();
            !content.is_empty()
        }
        _ => true,
    };
    whole.then_some(block)
}

//! Two trees made one.

use super::similar::{Words, hash, pairs};
use super::units::{block_unit, body_unit, gather, row_unit, spans};
use super::{ChangeKind, Entry, lines};
use crate::document::html::BlockChange;
use crate::document::text::title_of;
use crate::document::{Block, Cell, Change, Inline, Item, Mark, Row, TaskItem};
use std::collections::HashMap;

/// Fewest words of a block that can be said to have moved; shorter ones are alike by chance.
const WORDS_MOVED: usize = 3;
/// Longest excerpt, in characters.
const EXCERPT_MAX: usize = 80;

/// What was found on the way.
#[derive(Default)]
pub(super) struct Found {
    pub(super) changes: HashMap<Vec<usize>, BlockChange>,
    pub(super) entries: Vec<Entry>,
    pub(super) words_added: usize,
    pub(super) words_removed: usize,
}

/// A whole block that only one side has.
struct Single {
    /// The same for blocks that are equal but for ids; none for those that are alike by chance.
    key: Option<u64>,
    words: usize,
    place: Vec<usize>,
    node: &'static str,
    excerpt: String,
}

pub(super) struct Merger<'c> {
    change: &'c Change,
    found: Found,
    removed: Vec<Single>,
    added: Vec<Single>,
    place: Vec<usize>,
}

impl<'c> Merger<'c> {
    pub(super) fn new(change: &'c Change) -> Self {
        Self {
            change,
            found: Found::default(),
            removed: Vec::new(),
            added: Vec::new(),
            place: Vec::new(),
        }
    }

    /// What was found; blocks that are gone here and new there are known as moved.
    pub(super) fn finish(self) -> Found {
        let Self {
            mut found,
            removed,
            added,
            ..
        } = self;
        let mut elsewhere: HashMap<u64, Vec<usize>> = HashMap::new();
        for (index, single) in removed.iter().enumerate().rev() {
            if let Some(key) = single.key {
                elsewhere.entry(key).or_default().push(index);
            }
        }
        let mut moved = vec![false; removed.len()];
        for single in added {
            let from = single.key.and_then(|key| elsewhere.get_mut(&key)).and_then(Vec::pop);
            let (kind, change) = if let Some(index) = from {
                moved[index] = true;
                (ChangeKind::Moved, BlockChange::MovedHere)
            } else {
                found.words_added += single.words;
                (ChangeKind::Added, BlockChange::Added)
            };
            found.changes.insert(single.place.clone(), change);
            found.entries.push(Entry {
                kind,
                place: single.place,
                node: single.node,
                excerpt: single.excerpt,
            });
        }
        for (single, moved) in removed.into_iter().zip(moved) {
            if moved {
                found.changes.insert(single.place, BlockChange::MovedAway);
                continue;
            }
            found.words_removed += single.words;
            found.changes.insert(single.place.clone(), BlockChange::Removed);
            let kind = ChangeKind::Removed;
            found.entries.push(Entry {
                kind,
                place: single.place,
                node: single.node,
                excerpt: single.excerpt,
            });
        }
        found
    }

    /// Two runs of blocks as one.
    pub(super) fn blocks(&mut self, a: &[Block], b: &[Block]) -> Vec<Block> {
        let units = |blocks: &[Block]| blocks.iter().map(block_unit).collect::<Vec<_>>();
        let pairs = pairs(&units(a), &units(b));
        let mut out = Vec::with_capacity(b.len());
        let (mut from_a, mut from_b) = (0, 0);
        for (x, y) in pairs.into_iter().chain([(a.len(), b.len())]) {
            for block in &a[from_a..x] {
                self.gone(block, &mut out);
            }
            for block in &b[from_b..y] {
                self.new_one(block, &mut out);
            }
            if let (Some(old), Some(new)) = (a.get(x), b.get(y)) {
                self.place.push(out.len());
                let merged = self.both(old, new);
                self.place.pop();
                if let Some(block) = merged {
                    out.push(block);
                } else {
                    self.gone(old, &mut out);
                    self.new_one(new, &mut out);
                }
            }
            (from_a, from_b) = (x + 1, y + 1);
        }
        out
    }

    fn gone(&mut self, block: &Block, out: &mut Vec<Block>) {
        let single = self.single(block, out.len());
        self.removed.push(single);
        out.push(marked(block, &Mark::Deletion(self.change.clone())));
    }

    fn new_one(&mut self, block: &Block, out: &mut Vec<Block>) {
        let single = self.single(block, out.len());
        self.added.push(single);
        out.push(marked(block, &Mark::Insertion(self.change.clone())));
    }

    fn single(&self, block: &Block, index: usize) -> Single {
        let mut words = Words::default();
        gather(block, &mut words);
        let mut place = self.place.clone();
        place.push(index);
        let words = words.count();
        let key = match block {
            Block::Figure { src, .. } => Some(hash(src)),
            _ => (words >= WORDS_MOVED).then(|| hash(&bare(block))),
        };
        Single {
            key,
            words,
            place,
            node: block.name(),
            excerpt: excerpt(block),
        }
    }

    fn entry(&mut self, kind: ChangeKind, block: &Block) {
        let (place, node, excerpt) = (self.place.clone(), block.name(), excerpt(block));
        self.found.entries.push(Entry {
            kind,
            place,
            node,
            excerpt,
        });
    }

    /// Two blocks that belong together as one; none when they cannot be one after all.
    fn both(&mut self, a: &Block, b: &Block) -> Option<Block> {
        if a == b {
            return Some(b.clone());
        }
        let mut reformatted = bare_form(a) != bare_form(b);
        let merged = match (a, b) {
            (
                Block::BulletList { items: old } | Block::OrderedList { items: old, .. },
                Block::BulletList { items } | Block::OrderedList { items, .. },
            ) => {
                let items = self.items(old, items, |item| &item.content, |_, content| Item { content });
                with_items(b, items)
            }
            (Block::TaskList { items: old }, Block::TaskList { items }) => {
                let ticks = |items: &[TaskItem]| items.iter().filter(|item| item.checked).count();
                reformatted |= ticks(old) != ticks(items);
                let like = |item: &TaskItem, content| TaskItem {
                    checked: item.checked,
                    content,
                };
                Block::TaskList {
                    items: self.items(old, items, |item| &item.content, like),
                }
            }
            (Block::Table { rows: old }, Block::Table { rows }) => Block::Table {
                rows: self.rows(old, rows)?,
            },
            (Block::Blockquote { content: old }, Block::Blockquote { content })
            | (Block::Callout { content: old, .. }, Block::Callout { content, .. })
            | (Block::Step { content: old, .. }, Block::Step { content, .. }) => {
                let merged = self.blocks(old, content);
                let mut block = b.clone();
                if let Some(content) = block.bodies_mut().into_iter().next() {
                    *content = merged;
                }
                block
            }
            (Block::Pause { .. }, Block::Pause { .. }) => b.clone(),
            _ => self.text(a, b, &mut reformatted)?,
        };
        if reformatted {
            self.found.changes.insert(self.place.clone(), BlockChange::Reformatted);
            self.entry(ChangeKind::Reformatted, b);
        }
        Some(merged)
    }

    fn text(&mut self, a: &Block, b: &Block, reformatted: &mut bool) -> Option<Block> {
        let (old, new) = (a.inlines()?, b.inlines()?);
        let lines = lines::merge(old, new, self.change);
        *reformatted |= lines.reformatted;
        let changed = lines
            .content
            .iter()
            .any(|inline| inline.marks.insertion().is_some() || inline.marks.deletion().is_some());
        if changed {
            self.found.words_added += lines.added;
            self.found.words_removed += lines.removed;
            self.entry(ChangeKind::Edited, b);
        }
        let mut block = b.clone();
        *block.inlines_mut()? = lines.content;
        Some(block)
    }

    /// Two runs of items as one. An item that only one side has is told block by block.
    fn items<T: Clone>(
        &mut self,
        a: &[T],
        b: &[T],
        content: impl Fn(&T) -> &Vec<Block>,
        like: impl Fn(&T, Vec<Block>) -> T,
    ) -> Vec<T> {
        let unit = |item: &T| body_unit(content(item), 0);
        let pairs = pairs(
            &a.iter().map(unit).collect::<Vec<_>>(),
            &b.iter().map(unit).collect::<Vec<_>>(),
        );
        let mut out = Vec::with_capacity(b.len());
        let (mut from_a, mut from_b) = (0, 0);
        for (x, y) in pairs.into_iter().chain([(a.len(), b.len())]) {
            for item in &a[from_a..x] {
                let body = self.body(out.len(), content(item), &[]);
                out.push(like(item, body));
            }
            for item in &b[from_b..y] {
                let body = self.body(out.len(), &[], content(item));
                out.push(like(item, body));
            }
            if let (Some(old), Some(new)) = (a.get(x), b.get(y)) {
                let body = self.body(out.len(), content(old), content(new));
                out.push(like(new, body));
            }
            (from_a, from_b) = (x + 1, y + 1);
        }
        out
    }

    /// What stands in an item or cell.
    fn body(&mut self, index: usize, a: &[Block], b: &[Block]) -> Vec<Block> {
        self.place.push(index);
        let merged = self.blocks(a, b);
        self.place.pop();
        merged
    }

    /// Two tables as one: row by row where no cell reaches over rows, else cell by cell where both have the same cells.
    fn rows(&mut self, a: &[Row], b: &[Row]) -> Option<Vec<Row>> {
        let geometry = |rows: &[Row]| rows.iter().map(spans).collect::<Vec<_>>();
        let over_rows = |rows: &[Row]| rows.iter().flat_map(|row| &row.cells).any(|cell| cell.rowspan > 1);
        let columns = |rows: &[Row]| {
            rows.first()
                .map(|row| row.cells.iter().map(|cell| cell.colspan).sum::<u32>())
        };
        if over_rows(a) || over_rows(b) {
            if geometry(a) != geometry(b) {
                return None;
            }
            let both = a.iter().zip(b).enumerate();
            return Some(
                both.map(|(index, (old, new))| self.row(index, Some(old), Some(new)))
                    .collect(),
            );
        }
        if columns(a) != columns(b) {
            return None;
        }
        let pairs = pairs(
            &a.iter().map(row_unit).collect::<Vec<_>>(),
            &b.iter().map(row_unit).collect::<Vec<_>>(),
        );
        let mut out = Vec::with_capacity(b.len());
        let (mut from_a, mut from_b) = (0, 0);
        for (x, y) in pairs.into_iter().chain([(a.len(), b.len())]) {
            for row in &a[from_a..x] {
                out.push(self.row(out.len(), Some(row), None));
            }
            for row in &b[from_b..y] {
                out.push(self.row(out.len(), None, Some(row)));
            }
            if let (Some(old), Some(new)) = (a.get(x), b.get(y)) {
                out.push(self.row(out.len(), Some(old), Some(new)));
            }
            (from_a, from_b) = (x + 1, y + 1);
        }
        Some(out)
    }

    /// One row, of both sides or of one.
    fn row(&mut self, index: usize, a: Option<&Row>, b: Option<&Row>) -> Row {
        let shape = b.or(a).map(|row| row.cells.as_slice()).unwrap_or_default();
        self.place.push(index);
        let cells = shape.iter().enumerate().map(|(column, cell)| {
            let content = |row: Option<&Row>| {
                row.and_then(|row| row.cells.get(column))
                    .map(|cell| cell.content.clone())
            };
            let (old, new) = (content(a).unwrap_or_default(), content(b).unwrap_or_default());
            Cell {
                content: self.body(column, &old, &new),
                ..cell.clone()
            }
        });
        let cells = cells.collect();
        self.place.pop();
        Row { cells }
    }
}

fn with_items(list: &Block, items: Vec<Item>) -> Block {
    match list {
        Block::OrderedList { start, style, .. } => Block::OrderedList {
            start: *start,
            style: *style,
            items,
        },
        _ => Block::BulletList { items },
    }
}

/// The block with nothing in it: what is left is its form.
fn bare_form(block: &Block) -> Block {
    let mut block = block.clone();
    if let Some(inlines) = block.inlines_mut() {
        inlines.clear();
    }
    match &mut block {
        Block::BulletList { items } | Block::OrderedList { items, .. } => items.clear(),
        Block::TaskList { items } => items.clear(),
        Block::Table { rows } => rows.clear(),
        other => other.bodies_mut().into_iter().for_each(Vec::clear),
    }
    block
}

/// The block without ids, as it stands when it is gone: no two nodes have one id.
fn bare(block: &Block) -> Block {
    let mut block = block.clone();
    without_ids(&mut block);
    block
}

fn without_ids(block: &mut Block) {
    if let Block::Heading { id, .. } | Block::Figure { id, .. } | Block::Step { id, .. } = block {
        id.clear();
    }
    for body in block.bodies_mut() {
        body.iter_mut().for_each(without_ids);
    }
}

/// The block with a mark on all its text; without ids when it is gone.
fn marked(block: &Block, mark: &Mark) -> Block {
    let mut block = if let Mark::Deletion(_) = mark {
        bare(block)
    } else {
        block.clone()
    };
    put_mark(&mut block, mark);
    block
}

fn put_mark(block: &mut Block, mark: &Mark) {
    for Inline { marks, .. } in block.inlines_mut().into_iter().flatten() {
        marks.insert(mark.clone());
    }
    for body in block.bodies_mut() {
        for block in body {
            put_mark(block, mark);
        }
    }
}

fn excerpt(block: &Block) -> String {
    title_of(block).chars().take(EXCERPT_MAX).collect()
}

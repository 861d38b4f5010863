//! Settling what is proposed: every insertion and deletion accepted, or every one rejected.
//!
//! A block that loses all its text is gone, and so is what then holds no block: the item, the list, the quote, the step. A
//! row goes when a cell of it lost everything and no other cell holds anything, in tables without merged rows; a table
//! goes when all its rows do. Pictures stay, since no mark is on them; a cell that lost everything, in a row that stays,
//! holds an empty paragraph.

use super::{Block, Cell, Document, Inline, InlineKind, Mark, Marks, Row};

/// What to do with all that is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accept,
    Reject,
}

/// Whether anything is proposed in the document.
pub fn has_any(document: &Document) -> bool {
    any_in(document.blocks())
}

/// The document as it is when everything proposed is done.
pub fn accept_all(document: Document) -> Document {
    settle(document, Verdict::Accept)
}

/// The document as it is when nothing proposed is done.
pub fn reject_all(document: Document) -> Document {
    settle(document, Verdict::Reject)
}

fn any_in(blocks: &[Block]) -> bool {
    let in_lines = |block: &Block| block.inlines().is_some_and(any_in_lines);
    blocks
        .iter()
        .any(|block| in_lines(block) || block.bodies().into_iter().any(any_in))
}

fn any_in_lines(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| {
        let within = matches!(&inline.kind, InlineKind::Footnote(content) if any_in_lines(content));
        within || inline.marks.insertion().is_some() || inline.marks.deletion().is_some()
    })
}

fn settle(document: Document, verdict: Verdict) -> Document {
    let mut blocks = document.into_blocks();
    verdict.blocks(&mut blocks);
    if blocks.is_empty() {
        return Document::empty();
    }
    super::merge_texts(&mut blocks);
    Document { blocks }
}

impl Verdict {
    /// Settles a run of blocks. Answers whether something was taken from it.
    fn blocks(self, blocks: &mut Vec<Block>) -> bool {
        let mut taken = false;
        blocks.retain_mut(|block| match self.block(block) {
            Left::Untouched => true,
            Left::Some => {
                taken = true;
                true
            }
            Left::Nothing => {
                taken = true;
                false
            }
        });
        taken
    }

    fn block(self, block: &mut Block) -> Left {
        match block {
            Block::BulletList { items } | Block::OrderedList { items, .. } => {
                self.held(items, |item| &mut item.content)
            }
            Block::TaskList { items } => self.held(items, |item| &mut item.content),
            Block::Blockquote { content } | Block::Callout { content, .. } | Block::Step { content, .. } => {
                let taken = self.blocks(content);
                Left::of(taken, content.is_empty())
            }
            Block::Table { rows } => self.table(rows),
            Block::Figure { caption, .. } => Left::of(self.lines(caption), false),
            _ => match block.inlines_mut() {
                Some(inlines) => {
                    let taken = self.lines(inlines);
                    Left::of(taken, inlines.is_empty())
                }
                None => Left::Untouched,
            },
        }
    }

    /// Settles what a list holds: an item that lost everything is gone.
    fn held<T>(self, items: &mut Vec<T>, content: impl Fn(&mut T) -> &mut Vec<Block>) -> Left {
        let mut taken = false;
        items.retain_mut(|item| {
            let body = content(item);
            taken |= self.blocks(body);
            !body.is_empty()
        });
        Left::of(taken, items.is_empty())
    }

    fn table(self, rows: &mut Vec<Row>) -> Left {
        let merged = rows.iter().flat_map(|row| &row.cells).any(|cell| cell.rowspan > 1);
        let mut taken = false;
        let mut lost = Vec::with_capacity(rows.len());
        for row in rows.iter_mut() {
            for cell in &mut row.cells {
                taken |= self.blocks(&mut cell.content);
            }
            let emptied = row.cells.iter().any(|cell| cell.content.is_empty());
            lost.push((emptied, row.cells.iter().all(is_blank)));
        }
        if merged {
            let whole = lost.iter().any(|(emptied, _)| *emptied) && lost.iter().all(|(_, blank)| *blank);
            if whole {
                rows.clear();
            }
        } else {
            let mut lost = lost.into_iter();
            rows.retain(|_| lost.next() != Some((true, true)));
        }
        for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
            if cell.content.is_empty() {
                cell.content.push(Block::paragraph(Vec::new()));
            }
        }
        Left::of(taken, rows.is_empty())
    }

    /// Settles lines. Answers whether something was taken from them.
    fn lines(self, inlines: &mut Vec<Inline>) -> bool {
        let before = inlines.len();
        let goes = |marks: &Marks| match self {
            Self::Accept => marks.deletion().is_some(),
            Self::Reject => marks.insertion().is_some(),
        };
        inlines.retain(|inline| !goes(&inline.marks));
        for inline in inlines.iter_mut() {
            inline
                .marks
                .retain(|mark| !matches!(mark, Mark::Insertion(_) | Mark::Deletion(_)));
            if let InlineKind::Footnote(content) = &mut inline.kind {
                self.lines(content);
            }
        }
        inlines.len() < before
    }
}

/// What is left of a block.
enum Left {
    Untouched,
    Some,
    Nothing,
}

impl Left {
    fn of(taken: bool, empty: bool) -> Self {
        match (taken, empty) {
            (false, _) => Self::Untouched,
            (true, false) => Self::Some,
            (true, true) => Self::Nothing,
        }
    }
}

/// Whether a cell holds nothing, or one empty paragraph.
fn is_blank(cell: &Cell) -> bool {
    match cell.content.as_slice() {
        [] => true,
        [Block::Paragraph { content, .. }] => content.is_empty(),
        _ => false,
    }
}

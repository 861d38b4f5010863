//! Blocks as they come, one below the other, put together again to what they are parts of: items to lists, lists into
//! items, paragraphs of a quote to the quote.

use super::numbering::Numbering;
use domain::document::{Block, CalloutKind, Inline, Item, ListStyle, Record, TaskItem};

/// What a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    Bullet,
    Task,
    Ordered(ListStyle),
    /// Steps that stand in no content control: another program has taken it away.
    Steps,
}

/// A paragraph that is an item.
#[derive(Clone, Debug)]
pub(super) struct ItemStart {
    pub(super) kind: ListKind,
    /// The numbering's instance and level.
    pub(super) number: u32,
    pub(super) level: usize,
    /// The number it has.
    pub(super) count: u32,
    pub(super) checked: bool,
    /// The id of a step.
    pub(super) id: String,
    /// What it begins with; none: with what follows.
    pub(super) content: Vec<Block>,
    /// Where its text begins, in twentieths of a point.
    pub(super) left: i32,
}

/// Neighbouring paragraphs that belong together by their style alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Quote,
    Callout(CalloutKind),
    /// Lines of code of other programs, which make a paragraph of each.
    Code,
}

struct OpenItem {
    checked: bool,
    id: String,
    confirm: bool,
    record: Option<Record>,
    content: Vec<Block>,
}

struct OpenList {
    kind: ListKind,
    number: u32,
    level: usize,
    start: u32,
    left: i32,
    items: Vec<OpenItem>,
}

/// Blocks in the making.
#[derive(Default)]
pub(super) struct Sequence {
    blocks: Vec<Block>,
    lists: Vec<OpenList>,
    /// The group to which the last block belongs.
    group: Option<Group>,
    /// Whether a caption stood above its picture.
    captions_above: bool,
}

impl Sequence {
    /// Adds a block that belongs to no list.
    pub(super) fn push(&mut self, block: Block) {
        self.close_lists(0);
        self.group = None;
        let block = self.captioned(block);
        self.blocks.push(block);
    }

    /// Adds a caption for a picture that is still to come: until then a figure without a picture, its label in the place of
    /// the words for who cannot see it.
    pub(super) fn push_caption(&mut self, label: &str, id: String, caption: Vec<Inline>) {
        self.push(Block::Figure {
            src: String::new(),
            alt: label.to_owned(),
            width: None,
            id,
            caption,
        });
    }

    /// Whether captions stand above their pictures here.
    pub(super) fn has_captions_above(&self) -> bool {
        self.captions_above
    }

    /// A picture with the caption that waits for it, if one does.
    fn captioned(&mut self, mut block: Block) -> Block {
        let waits = matches!(self.blocks.last(), Some(Block::Figure { src, .. }) if src.is_empty());
        if let Block::Figure { src, id, caption, .. } = &mut block
            && !src.is_empty()
            && caption.is_empty()
            && waits
            && let Some(Block::Figure {
                id: given,
                caption: words,
                ..
            }) = self.blocks.pop()
        {
            *caption = words;
            if id.is_empty() {
                *id = given;
            }
            self.captions_above = true;
        }
        block
    }

    /// Captions for which no picture came: they go to the picture before them, or are paragraphs.
    fn settle_captions(&mut self) {
        let blocks = std::mem::take(&mut self.blocks);
        for block in blocks {
            let Block::Figure {
                src, alt, id, caption, ..
            } = &block
            else {
                self.blocks.push(block);
                continue;
            };
            if !src.is_empty() {
                self.blocks.push(block);
                continue;
            }
            if let Some(Block::Figure {
                id: own,
                caption: words,
                ..
            }) = self.blocks.last_mut()
                && words.is_empty()
            {
                words.clone_from(caption);
                if own.is_empty() {
                    own.clone_from(id);
                }
                continue;
            }
            let mut content = Vec::new();
            if !alt.is_empty() {
                let parts = if caption.is_empty() { "" } else { ": " };
                content.push(Inline::text(format!("{alt}{parts}")));
            }
            content.extend(caption.iter().cloned());
            self.blocks.push(Block::paragraph(content));
        }
    }

    /// Adds a paragraph to the group before it, or begins one.
    pub(super) fn push_grouped(&mut self, group: Group, block: Block) {
        self.close_lists(0);
        let joins = self.group == Some(group);
        match (self.blocks.last_mut().filter(|_| joins), block) {
            (Some(Block::Blockquote { content } | Block::Callout { content, .. }), block) => content.push(block),
            (Some(Block::CodeBlock { content, .. }), Block::CodeBlock { content: more, .. }) => {
                content.push(Inline::text("\n"));
                content.extend(more);
            }
            (_, block) => self.blocks.push(match group {
                Group::Quote => Block::Blockquote { content: vec![block] },
                Group::Callout(kind) => Block::Callout {
                    kind,
                    content: vec![block],
                },
                Group::Code => block,
            }),
        }
        self.group = Some(group);
    }

    /// Ends the group, so that a neighbour of the same kind begins a new one.
    pub(super) fn end_group(&mut self) {
        self.group = None;
    }

    /// Adds an item: to the open list of its level, or as the first of a new one.
    pub(super) fn push_item(&mut self, item: ItemStart, numbering: &Numbering) {
        self.group = None;
        let keep = self.lists.iter().take_while(|list| list.level < item.level).count();
        let joins = self.lists.get(keep).is_some_and(|list| {
            list.level == item.level
                && list.kind == item.kind
                && numbering.same_list(list.number, item.number, item.level)
        });
        self.close_lists(if joins { keep + 1 } else { keep });
        let ItemStart {
            kind,
            number,
            level,
            count,
            checked,
            id,
            content,
            left,
        } = item;
        if !joins {
            self.lists.push(OpenList {
                kind,
                number,
                level,
                start: count,
                left,
                items: Vec::new(),
            });
        }
        if let Some(list) = self.lists.last_mut() {
            list.items.push(OpenItem {
                checked,
                id,
                confirm: false,
                record: None,
                content,
            });
        }
    }

    /// Adds blocks to the last item of the open list of a level; answers them where there is none.
    pub(super) fn continue_level(&mut self, level: usize, blocks: Vec<Block>) -> Result<(), Vec<Block>> {
        let Some(at) = self
            .lists
            .iter()
            .position(|list| list.level == level && list.kind != ListKind::Steps)
        else {
            return Err(blocks);
        };
        self.close_lists(at + 1);
        self.extend_item(blocks);
        Ok(())
    }

    /// Adds a block to the innermost item whose text stands no further in; answers it where there is none.
    pub(super) fn continue_indent(&mut self, left: i32, block: Block) -> Result<(), Box<Block>> {
        let Some(at) = self.lists.iter().rposition(|list| list.left > 0 && list.left <= left) else {
            return Err(Box::new(block));
        };
        self.close_lists(at + 1);
        self.extend_item(vec![block]);
        Ok(())
    }

    /// Adds a block to the innermost item; answers it where no list is open.
    pub(super) fn continue_item(&mut self, block: Block) -> Result<(), Box<Block>> {
        if self.lists.is_empty() {
            return Err(Box::new(block));
        }
        self.extend_item(vec![block]);
        Ok(())
    }

    /// Adds a block to the last step, where steps stand in no content control.
    pub(super) fn continue_step(&mut self, block: Block) -> Result<(), Box<Block>> {
        if !self.in_steps() {
            return Err(Box::new(block));
        }
        self.extend_item(vec![block]);
        Ok(())
    }

    /// Whether the innermost open list is one of steps.
    pub(super) fn in_steps(&self) -> bool {
        self.lists.last().is_some_and(|list| list.kind == ListKind::Steps)
    }

    /// Whether any list is open.
    pub(super) fn in_list(&self) -> bool {
        !self.lists.is_empty()
    }

    /// Sets what the last step asks for.
    pub(super) fn step_asks(&mut self, confirm: bool, record: Option<Record>) {
        if let Some(item) = self.lists.last_mut().and_then(|list| list.items.last_mut()) {
            item.confirm |= confirm;
            item.record = record.or(item.record.take());
        }
    }

    /// The last block, to add a caption to.
    pub(super) fn last_mut(&mut self) -> Option<&mut Block> {
        let in_list = self.lists.last_mut().and_then(|list| list.items.last_mut());
        match in_list {
            Some(item) => item.content.last_mut(),
            None => self.blocks.last_mut(),
        }
    }

    fn extend_item(&mut self, blocks: Vec<Block>) {
        if let Some(item) = self.lists.last_mut().and_then(|list| list.items.last_mut()) {
            item.content.extend(blocks);
        }
    }

    /// Closes the innermost lists until so many are open.
    fn close_lists(&mut self, keep: usize) {
        while self.lists.len() > keep {
            let Some(list) = self.lists.pop() else { return };
            let blocks = list.into_blocks();
            match self.lists.last_mut().and_then(|list| list.items.last_mut()) {
                Some(item) => item.content.extend(blocks),
                None => self.blocks.extend(blocks),
            }
        }
    }

    /// All blocks.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.close_lists(0);
        self.settle_captions();
        self.blocks
    }
}

/// Blocks, or an empty paragraph where there are none: nothing in the model is without content.
pub(super) fn filled(blocks: Vec<Block>) -> Vec<Block> {
    if blocks.is_empty() {
        vec![Block::paragraph(Vec::new())]
    } else {
        blocks
    }
}

impl OpenList {
    fn into_blocks(self) -> Vec<Block> {
        let item = |item: OpenItem| Item {
            content: filled(item.content),
        };
        match self.kind {
            ListKind::Bullet => vec![Block::BulletList {
                items: self.items.into_iter().map(item).collect(),
            }],
            ListKind::Ordered(style) => {
                let items = self.items.into_iter().map(item).collect();
                vec![Block::OrderedList {
                    start: self.start,
                    style,
                    items,
                }]
            }
            ListKind::Task => {
                let task = |item: OpenItem| TaskItem {
                    checked: item.checked,
                    content: filled(item.content),
                };
                vec![Block::TaskList {
                    items: self.items.into_iter().map(task).collect(),
                }]
            }
            ListKind::Steps => {
                let step = |item: OpenItem| Block::Step {
                    id: item.id,
                    confirm: item.confirm,
                    record: item.record,
                    content: filled(item.content),
                };
                self.items.into_iter().map(step).collect()
            }
        }
    }
}

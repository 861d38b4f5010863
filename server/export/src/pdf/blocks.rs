//! Blocks of text, lists, boxes, steps.

use super::{
    extent::lines,
    inlines::{direction, direction_of_first, is_changed},
    writer::{UNBROKEN_MAX, Writer},
};
use domain::document::{Align, Block, CalloutKind, Direction, Inline, InlineKind, Item, ListStyle, Record, TaskItem};
use std::mem;

/// How many blocks may stand around a block before lists and boxes are set without their indents: Typst refuses a layout
/// nested deeper than 72 of its own levels, of which each of ours takes up to four.
const NESTED_MAX: usize = 14;
/// The most pieces of text and other nodes of one paragraph: Typst takes time by the product of pieces and letters.
const PIECES_MAX: usize = 1_000;
/// The most lines of code set as one paragraph, for the same reason.
const CODE_LINES: usize = 100;
/// How many levels a step takes beside the one of its blocks.
const STEP_DEPTH: usize = 1;

impl<'a> Writer<'a> {
    /// Writes blocks below one another.
    pub(super) fn blocks(&mut self, blocks: &'a [Block], less: f64) {
        self.depth += 1;
        let mut kept = false;
        for (n, block) in blocks.iter().enumerate() {
            let closes = kept;
            if !closes && let Some(level) = blocks.get(n..).and_then(|rest| self.left_behind(rest)) {
                self.source.number(format_args!("#kept({level})["));
                kept = true;
            }
            let apart = self.depth == 1 && is_list(block);
            let is_heading = |at: Option<usize>| {
                at.and_then(|at| blocks.get(at))
                    .is_some_and(|block| matches!(block, Block::Heading { .. }))
            };
            if apart && !is_heading(n.checked_sub(1)) {
                self.source.code("#apart;");
            }
            self.inside(n, less, |writer| writer.block(block));
            // The room of a heading is its own, and larger.
            if apart && !is_heading(Some(n + 1)) {
                self.source.code("#apart;");
            }
            if closes {
                self.source.code("]");
                kept = false;
            }
            self.source.code("\n");
        }
        self.depth -= 1;
    }

    /// The level of a heading that Typst would leave at the foot of a page: the footnote of the paragraph below it takes that
    /// paragraph away.
    fn left_behind(&self, blocks: &[Block]) -> Option<u8> {
        let [
            Block::Heading { level, .. },
            below @ Block::Paragraph { content, .. },
            ..,
        ] = blocks
        else {
            return None;
        };
        let noted = content
            .iter()
            .any(|inline| matches!(inline.kind, InlineKind::Footnote(_)));
        let fits = || lines(std::slice::from_ref(below), self.width, UNBROKEN_MAX) < UNBROKEN_MAX;
        (self.depth == 1 && !self.unbroken && noted && fits()).then_some(*level)
    }

    fn block(&mut self, block: &'a Block) {
        match block {
            Block::Paragraph { dir, align, content } => self.paragraph(*dir, *align, content),
            Block::Heading {
                level,
                numbered,
                id,
                content,
            } => self.heading(*level, *numbered, id, content),
            Block::BulletList { .. } | Block::OrderedList { .. } | Block::TaskList { .. } => self.list(block),
            Block::Blockquote { content } => self.boxed("#quotation[", content, 14.0),
            Block::Callout { kind, content } => self.callout(*kind, content),
            Block::Table { rows } => self.table(rows),
            Block::Figure {
                src,
                alt,
                width,
                id,
                caption,
            } => self.figure(src, alt, *width, id, caption),
            Block::Divider => self.source.code("#rule()"),
            Block::CodeBlock { content, .. } => self.code_block(content),
            Block::PageBreak => self.source.code("#pagebreak(weak: true)"),
            Block::TableOfContents => {
                self.source.code("#contents(");
                self.literal(self.numbering.words().contents);
                self.source.code(")");
            }
            Block::Step {
                id,
                confirm,
                record,
                content,
            } => self.step(id, *confirm, record.as_ref(), content),
            Block::Pause { seconds } => {
                self.source.code("#pause-of(");
                self.literal(&self.numbering.words().pausing(*seconds));
                self.source.code(")");
            }
        }
    }

    fn paragraph(&mut self, dir: Option<Direction>, align: Option<Align>, content: &[Inline]) {
        if content.is_empty() {
            self.source.code("#blank()");
            return;
        }
        if content.len() > PIECES_MAX {
            self.lose("an endless paragraph was parted");
        }
        for (n, part) in content.chunks(PIECES_MAX).enumerate() {
            self.paragraph_part(dir, align, part, n * PIECES_MAX);
        }
    }

    fn paragraph_part(&mut self, dir: Option<Direction>, align: Option<Align>, content: &[Inline], from: usize) {
        self.source.begin_paragraph();
        let mut open = 0;
        let dir = dir.or_else(|| direction(content)).unwrap_or(self.base);
        if dir != self.base {
            self.source.code(turned(dir));
            open += 1;
        }
        let aligned = match align {
            Some(Align::Center) => Some("#align(center)["),
            Some(Align::End) => Some("#align(end)["),
            _ => None,
        };
        if let Some(aligned) = aligned {
            self.source.code(aligned);
            open += 1;
        }
        if is_changed(content) {
            self.source.code("#changed[");
            open += 1;
        }
        let opening = if align == Some(Align::Justify) {
            "#par(justify: true)["
        } else {
            "#par["
        };
        self.source.code(opening);
        self.inlines_from(content, from);
        for _ in 0..=open {
            self.source.code("]");
        }
    }

    fn heading(&mut self, level: u8, numbered: bool, id: &str, content: &[Inline]) {
        let number = self.counters.heading(level, numbered);
        self.source.code("#heading-of(");
        self.source.number(level);
        self.source.code(", ");
        match number {
            Some(number) => self.literal(&number),
            None => self.source.code("none"),
        }
        self.source.code(")[");
        // The type of a heading is larger than the text's.
        let before = self.width;
        self.width = before * 0.7;
        self.inlines(content);
        self.width = before;
        self.source.code("]");
        self.label(id);
    }

    fn list(&mut self, block: &'a Block) {
        let first = block.bodies().first().copied().and_then(direction_of_first);
        let turn = first.filter(|dir| *dir != self.base && self.depth == 1);
        let before = self.base;
        if let Some(dir) = turn {
            self.source.code(turned(dir));
            self.base = dir;
        }
        let flat = self.is_deep();
        match block {
            Block::OrderedList { start, style, items } => {
                if !flat {
                    self.source.code("#enum(start: ");
                    self.source.number(start);
                    self.source.code(", numbering: \"");
                    self.source.code(counted(*style));
                    self.source.code("\",");
                }
                self.items(
                    flat,
                    items.iter().map(|item: &'a Item| item.content.as_slice()),
                    "enum.item[",
                );
            }
            Block::TaskList { items } => {
                if !flat {
                    self.source.code("#tasks((");
                    for item in items {
                        self.source.code(if item.checked { "true," } else { "false," });
                    }
                    self.source.code("),");
                }
                self.items(
                    flat,
                    items.iter().map(|item: &'a TaskItem| item.content.as_slice()),
                    "[",
                );
            }
            Block::BulletList { items } => {
                if !flat {
                    self.source.code("#list(");
                }
                self.items(
                    flat,
                    items.iter().map(|item: &'a Item| item.content.as_slice()),
                    "list.item[",
                );
            }
            _ => {}
        }
        if turn.is_some() {
            self.source.code("]");
            self.base = before;
        }
    }

    fn items(&mut self, flat: bool, items: impl Iterator<Item = &'a [Block]>, open: &str) {
        for (n, content) in items.enumerate() {
            if flat {
                self.inside(n, 0.0, |writer| writer.blocks(content, 0.0));
                continue;
            }
            self.source.code(open);
            self.inside(n, 22.0, |writer| writer.blocks(content, 0.0));
            self.source.code("],");
        }
        if !flat {
            self.source.code(")");
        }
    }

    /// Blocks inside a box; without the box where too much stands around it already.
    fn boxed(&mut self, open: &str, content: &'a [Block], less: f64) {
        if self.is_deep() {
            self.blocks(content, 0.0);
            return;
        }
        self.source.code(open);
        self.blocks(content, less);
        self.source.code("]");
    }

    fn callout(&mut self, kind: CalloutKind, content: &'a [Block]) {
        let word = self.numbering.words().callout(kind);
        let before = self.unbroken;
        let unbroken = self.keep_together(content);
        let open = format!("#callout(\"{}\", \"{word}\", {unbroken})[", kind.word());
        self.boxed(&open, content, 22.0);
        self.unbroken = before;
    }

    fn step(&mut self, id: &str, confirm: bool, record: Option<&Record>, content: &'a [Block]) {
        let number = self.counters.enter_step();
        let before = self.unbroken;
        let unbroken = self.keep_together(content);
        let flat = self.is_deep();
        self.source.code(if flat { "#step-flat(" } else { "#step-of(" });
        self.literal(&number);
        self.source
            .code(if unbroken && !flat { ", true, (" } else { ", false, (" });
        if confirm {
            self.source.code("confirm-line(");
            self.literal(self.numbering.words().confirm);
            self.source.code("),");
        }
        if let Some(record) = record {
            self.source.code("record-line(");
            self.literal(self.numbering.words().record);
            self.source.code(", [");
            self.words(&record.label, ("#", ";"));
            self.source.code("], ");
            self.literal(&record.unit);
            self.source.code("),");
        }
        self.source.code("))");
        if flat {
            self.label(id);
            self.blocks(content, 0.0);
        } else {
            self.source.code("[");
            self.deeper(STEP_DEPTH, |writer| writer.blocks(content, 32.0));
            self.source.code("]");
            self.label(id);
        }
        self.unbroken = before;
        self.counters.leave_step();
    }

    /// Lines of code. The look sets them; Typst's own element around them says to screen readers what they are.
    fn code_block(&mut self, content: &[Inline]) {
        self.source.code("#code-of[#par[");
        self.source.begin_paragraph();
        let mut lines = 0;
        for (n, inline) in content.iter().enumerate() {
            let InlineKind::Text(text) = &inline.kind else { continue };
            let look = match (inline.marks.insertion(), inline.marks.deletion()) {
                (_, Some(_)) => "#deleted[",
                (Some(_), None) => "#inserted[",
                (None, None) => "#[",
            };
            self.inside(n, 22.0, |writer| {
                for (line, words) in text.split('\n').enumerate() {
                    if line > 0 {
                        lines += 1;
                        let parted = lines % CODE_LINES == 0;
                        writer.source.code(if parted { "]#par[" } else { "#linebreak();" });
                    }
                    if !words.is_empty() {
                        writer.source.code(look);
                        writer.words(&words.replace('\t', "    "), ("#", ";"));
                        writer.source.code("]");
                    }
                }
            });
        }
        self.source.code("]]");
    }

    /// Whether blocks are to be kept on one page; what stands inside is then kept with them and need not ask, which Typst
    /// would answer by a layout more at each level.
    fn keep_together(&mut self, content: &[Block]) -> bool {
        if self.unbroken {
            return false;
        }
        self.unbroken = lines(content, self.width, UNBROKEN_MAX) < UNBROKEN_MAX;
        self.unbroken
    }

    /// Writes what stands inside something that nests by more than one level.
    pub(super) fn deeper(&mut self, levels: usize, write: impl FnOnce(&mut Self)) {
        self.depth += levels;
        write(self);
        self.depth -= levels;
    }

    /// Whether so much stands around a block that no further indent fits; says so once.
    pub(super) fn is_deep(&mut self) -> bool {
        let deep = self.depth > NESTED_MAX;
        if deep && !mem::replace(&mut self.was_deep, true) {
            self.lose("nested so deep that it is printed without its indents, signs and cells");
        }
        deep
    }
}

fn is_list(block: &Block) -> bool {
    matches!(
        block,
        Block::BulletList { .. } | Block::OrderedList { .. } | Block::TaskList { .. }
    )
}

/// The opening of a run in the other direction.
fn turned(dir: Direction) -> &'static str {
    match dir {
        Direction::LeftToRight => "#text(dir: ltr)[",
        Direction::RightToLeft => "#text(dir: rtl)[",
    }
}

/// Typst's pattern for a way of counting.
fn counted(style: ListStyle) -> &'static str {
    match style {
        ListStyle::Decimal => "1.",
        ListStyle::LowerAlpha => "a.",
        ListStyle::UpperAlpha => "A.",
        ListStyle::LowerRoman => "i.",
        ListStyle::UpperRoman => "I.",
    }
}

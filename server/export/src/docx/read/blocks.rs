//! Paragraphs as blocks: what each is by its style, numbering and content.

use super::{
    Reader,
    inline::{Line, Piece},
    numbering::Format,
    paragraph::{CODE, Paragraph, QUOTES},
    sequence::{Group, ItemStart, ListKind, Sequence},
};
use crate::docx::{names, xml::Element};
use domain::document::{Block, Inline, InlineKind, Mark};

/// Where blocks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Within {
    /// What is around them says what their style says too.
    pub(super) group: Option<Group>,
    /// They stand in a step's content control.
    pub(super) step: bool,
    /// They stand at the top of the tree.
    pub(super) top: bool,
}

impl Within {
    /// At the top.
    pub(super) const TOP: Self = Self {
        group: None,
        step: false,
        top: true,
    };
    /// In a cell, a text box and the like.
    pub(super) const INSIDE: Self = Self {
        group: None,
        step: false,
        top: false,
    };
}

impl<'t> Reader<'t> {
    /// Reads one paragraph into a sequence.
    pub(super) fn paragraph(&mut self, element: Element<'t>, within: Within, out: &mut Sequence) {
        self.paragraph += 1;
        let paragraph = self.properties(element);
        let mut line = self.line(element);
        self.note_paragraph_changes(element);
        if line.in_contents || line.begins_contents {
            let listed = paragraph
                .names
                .iter()
                .any(|name| name.starts_with("toc ") || name == "table of figures");
            if line.begins_contents {
                self.contents(within, out);
            }
            if listed || line.begins_contents || line.is_blank() {
                return;
            }
        }
        if paragraph.page_break_before && within.top && !out.in_list() {
            out.push(Block::PageBreak);
        }
        if line.rule || (line.is_blank() && (paragraph.is(names::DIVIDER) || paragraph.is_like(&["horizontal line"]))) {
            return out.push(Block::Divider);
        }
        // Before an item's text, the box and what separates the text from it.
        let checkbox = line.checkbox.take();
        if checkbox.is_some() {
            strip_leading_blank(&mut line);
        }
        self.sort(element, &paragraph, line, checkbox, within, out);
    }

    /// A table of contents, which is made anew wherever the document is shown.
    pub(super) fn contents(&mut self, within: Within, out: &mut Sequence) {
        if within.top {
            out.push(Block::TableOfContents);
        } else {
            self.lose("a table of contents within something else was left out");
        }
    }

    /// What the model cannot keep of tracked changes.
    fn note_paragraph_changes(&mut self, element: Element<'t>) {
        let Some(properties) = element.child("w:pPr") else {
            return;
        };
        let mark = properties.child("w:rPr");
        if mark.is_some_and(|mark| mark.child("w:ins").is_some() || mark.child("w:del").is_some()) {
            self.lose("a tracked change of a paragraph's end was taken as accepted or open; text changes are kept");
        }
        if properties.child("w:pPrChange").is_some() {
            self.lose("a tracked change of a paragraph's look was taken as accepted");
        }
    }

    /// Puts a paragraph where its style and numbering say it belongs.
    fn sort(
        &mut self,
        element: Element<'t>,
        paragraph: &Paragraph,
        line: Line,
        checkbox: Option<bool>,
        within: Within,
        out: &mut Sequence,
    ) {
        if let Some(level) = paragraph.heading() {
            return self.heading(level, paragraph, line, within, out);
        }
        if paragraph.is(names::STEP_CONFIRM) || paragraph.is(names::STEP_RECORD) {
            let record = super::notes::record(element, &self.styles).filter(|_| paragraph.is(names::STEP_RECORD));
            if within.step {
                self.step_asks(paragraph.is(names::STEP_CONFIRM), record);
                return;
            } else if out.in_steps() {
                return out.step_asks(paragraph.is(names::STEP_CONFIRM), record);
            }
        }
        let seconds = paragraph
            .is(names::PAUSE)
            .then(|| names::seconds(&line.text()))
            .flatten();
        if let Some(seconds) = seconds.filter(|seconds| (1..=domain::document::PAUSE_MAX).contains(seconds)) {
            // Where another program took the step's control away, the indent says whether it is in a step.
            let pause = Block::Pause { seconds };
            let left = if paragraph.left > 0 {
                out.continue_step(pause)
            } else {
                Err(Box::new(pause))
            };
            if let Err(pause) = left {
                out.push(*pause);
            }
            return;
        }
        if paragraph.is(names::CALLOUT_LABEL) {
            // Nobody wrote it; without a control around it, it parts callouts.
            return out.end_group();
        }
        if let Some(item) = self.item(paragraph, &line, checkbox, within) {
            return self.push_item(item, paragraph, line, within, out);
        }
        if paragraph.is(names::FILLER) && line.is_blank() && checkbox.is_none() {
            // Two of our quotes with a filler between them are two.
            return out.end_group();
        }
        self.plain(paragraph, line, within, out);
    }

    fn heading(&mut self, level: u8, paragraph: &Paragraph, mut line: Line, within: Within, out: &mut Sequence) {
        let counted = paragraph.number.is_some_and(|(number, level)| {
            self.numbering.count(number, level);
            let shown = self.numbering.level(number, level).map(|level| level.format);
            matches!(shown, Some(Format::Counted(_))) || (shown.is_none() && self.ours)
        });
        if line.is_blank() && !self.ours {
            return self.blank(line, within, out);
        }
        let id = self.anchor(std::mem::take(&mut line.bookmarks));
        let content = line.inlines();
        out.push(Block::Heading {
            level,
            numbered: counted,
            id,
            content,
        });
        self.rest(line, within, out);
    }

    /// The item that a paragraph begins, if it is numbered.
    fn item(
        &mut self,
        paragraph: &Paragraph,
        line: &Line,
        checkbox: Option<bool>,
        within: Within,
    ) -> Option<ItemStart> {
        let step = paragraph.is(names::STEP);
        if within.step && self.begins_step() && (step || paragraph.is(names::FILLER)) {
            // The control around it says that it is the step.
            return None;
        }
        let new = |kind, (number, level), count, left| ItemStart {
            kind,
            number,
            level,
            count,
            checked: checkbox.unwrap_or(false),
            id: String::new(),
            content: Vec::new(),
            left,
        };
        let Some((number, level)) = paragraph.number else {
            return checkbox.map(|_| new(ListKind::Task, (0, 0), 1, 0));
        };
        let shown = self.numbering.level(number, level).cloned();
        let count = self.numbering.count(number, level);
        let left = shown.as_ref().map_or(0, |level| level.left);
        if step {
            return Some(new(ListKind::Steps, (number, level), count, left));
        }
        let shown = shown?;
        if shown.foreign || (shown.compound && matches!(shown.format, Format::Counted(_))) {
            self.note_numbering(number, level, shown.foreign);
        }
        let task = checkbox.is_some() || paragraph.is(names::LIST_TASK);
        let kind = match shown.format {
            _ if task => ListKind::Task,
            Format::Bullet => ListKind::Bullet,
            Format::Counted(style) => ListKind::Ordered(style),
            // Without a box, a paragraph on a level that shows nothing is a plain one.
            Format::Nothing if line.is_blank() && paragraph.is(names::FILLER) => ListKind::Task,
            Format::Nothing => return None,
        };
        Some(new(kind, (number, level), count, left))
    }

    fn push_item(
        &mut self,
        mut item: ItemStart,
        paragraph: &Paragraph,
        mut line: Line,
        within: Within,
        out: &mut Sequence,
    ) {
        let empty = paragraph.is(names::FILLER) && line.is_blank();
        if item.kind == ListKind::Steps {
            item.id = self.anchor(std::mem::take(&mut line.bookmarks));
        }
        if !empty {
            let content = line.inlines();
            let pictures_only = content.iter().all(super::inline::is_blank)
                && line.pieces.iter().any(|piece| matches!(piece, Piece::Block(_)));
            if !pictures_only {
                item.content.push(paragraph.block(content));
            }
        }
        out.push_item(item, &self.numbering);
        let blocks: Vec<Block> = blocks_of(line);
        for block in blocks {
            if matches!(block, Block::PageBreak) {
                self.push_plain(block, within, out);
            } else if let Err(block) = out.continue_item(block) {
                self.push_plain(*block, within, out);
            }
        }
    }

    /// A paragraph that is no item and no heading.
    fn plain(&mut self, paragraph: &Paragraph, mut line: Line, within: Within, out: &mut Sequence) {
        if paragraph.is_like(&CODE) {
            let code = Block::CodeBlock {
                language: None,
                content: code(line.inlines()),
            };
            let one_by_one = paragraph.is(names::CODE_BLOCK);
            if one_by_one {
                out.push(code);
            } else {
                out.push_grouped(Group::Code, code);
            }
            return;
        }
        if paragraph.is_like(&["caption"]) && self.caption(&mut line, out) {
            return;
        }
        if line.is_blank() && !self.ours {
            if paragraph.border_below {
                out.push(Block::Divider);
            }
            return self.blank(line, within, out);
        }
        let only_blocks = line.is_blank() && line.pieces.iter().any(|piece| !matches!(piece, Piece::Inline(_)));
        if only_blocks {
            return self.rest(line, within, out);
        }
        let breaks = within.top && line.pieces.iter().any(|piece| matches!(piece, Piece::PageBreak));
        if breaks && !out.in_list() {
            return broken(paragraph, line, out);
        }
        let block = paragraph.block(line.inlines());
        self.place_block(block, paragraph, within, out);
        self.rest(line, within, out);
    }

    /// Puts a block where the style of its paragraph says: into the item or step before it, into a group, or below.
    fn place_block(&mut self, block: Block, paragraph: &Paragraph, within: Within, out: &mut Sequence) {
        let continued = names::LIST_CONTINUE.iter().position(|style| paragraph.is(*style));
        let block = match continued.map(|level| out.continue_level(level, vec![block.clone()])) {
            Some(Ok(())) => return,
            _ => block,
        };
        let block = if paragraph.is(names::STEP_TEXT) {
            match out.continue_step(block) {
                Ok(()) => return,
                Err(block) => *block,
            }
        } else {
            block
        };
        let loose = !self.ours && paragraph.left > 0 && !paragraph.is_like(&QUOTES);
        let block = if loose {
            match out.continue_indent(paragraph.left, block) {
                Ok(()) => return,
                Err(block) => *block,
            }
        } else {
            block
        };
        let quote = paragraph.is_like(&QUOTES).then_some(Group::Quote);
        match paragraph
            .callout()
            .map(Group::Callout)
            .or(quote)
            .filter(|group| within.group != Some(*group))
        {
            Some(group) => out.push_grouped(group, block),
            None => self.push_plain(block, within, out),
        }
    }

    fn push_plain(&mut self, block: Block, within: Within, out: &mut Sequence) {
        if matches!(block, Block::PageBreak | Block::TableOfContents) && !within.top {
            self.lose("a page break within something else was left out");
        } else {
            out.push(block);
        }
    }

    /// The pictures, text boxes and page breaks of a paragraph, after its text.
    fn rest(&mut self, line: Line, within: Within, out: &mut Sequence) {
        for block in blocks_of(line) {
            self.push_plain(block, within, out);
        }
    }

    /// A paragraph without anything to read, which people put in to make room.
    fn blank(&mut self, line: Line, within: Within, out: &mut Sequence) {
        if line.pieces.iter().all(|piece| matches!(piece, Piece::Inline(_))) {
            self.blank_paragraphs += 1;
        }
        self.rest(line, within, out);
    }
}

/// Text of a code block: line feeds for line breaks, and no marks but tracked changes.
fn code(content: Vec<Inline>) -> Vec<Inline> {
    let code = content.into_iter().filter_map(|inline| {
        let kind = match inline.kind {
            InlineKind::HardBreak => InlineKind::Text("\n".to_owned()),
            text @ InlineKind::Text(_) => text,
            // The mark of a comment's place.
            fact @ InlineKind::Fact { .. } => fact,
            _ => return None,
        };
        let marks = inline
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Insertion(_) | Mark::Deletion(_)));
        Some(Inline::new(kind, marks.cloned().collect()))
    });
    code.collect()
}

fn blocks_of(line: Line) -> Vec<Block> {
    let blocks = line.pieces.into_iter().filter_map(|piece| match piece {
        Piece::Inline(_) => None,
        Piece::Block(block) => Some(block),
        Piece::PageBreak => Some(Block::PageBreak),
    });
    blocks.collect()
}

/// Takes away the blank that separates a box from what is to be ticked off.
fn strip_leading_blank(line: &mut Line) {
    let first = line.pieces.iter_mut().find_map(|piece| match piece {
        Piece::Inline(Inline {
            kind: InlineKind::Text(text),
            ..
        }) => Some(text),
        _ => None,
    });
    if let Some(text) = first
        && let Some(rest) = text.strip_prefix(['\t', ' ', '\u{a0}'])
    {
        *text = rest.to_owned();
    }
    line.pieces.retain(
        |piece| !matches!(piece, Piece::Inline(Inline { kind: InlineKind::Text(text), .. }) if text.is_empty()),
    );
}

/// A paragraph with page breaks in it, in parts.
fn broken(paragraph: &Paragraph, line: Line, out: &mut Sequence) {
    let mut part = Vec::new();
    for piece in line.pieces {
        match piece {
            Piece::Inline(inline) => part.push(inline),
            other => {
                if !part.iter().all(super::inline::is_blank) {
                    out.push(paragraph.block(std::mem::take(&mut part)));
                }
                out.push(match other {
                    Piece::Block(block) => block,
                    _ => Block::PageBreak,
                });
            }
        }
    }
    if !part.iter().all(super::inline::is_blank) {
        out.push(paragraph.block(part));
    }
}

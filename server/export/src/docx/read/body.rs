//! What holds paragraphs: the body, cells, content controls, text boxes.

use super::{
    Reader,
    blocks::Within,
    inline::chosen,
    sequence::{Group, Sequence, filled},
};
use crate::docx::{names, xml::Element};
use domain::document::{Block, CalloutKind, Record};

/// What a step's content control has told so far.
#[derive(Default)]
pub(super) struct StepState {
    confirm: bool,
    record: Option<Record>,
    /// Whether its first paragraph was read.
    begun: bool,
}

impl<'t> Reader<'t> {
    /// Reads everything inside an element as blocks.
    pub(super) fn blocks(&mut self, parent: Element<'t>, within: Within) -> Vec<Block> {
        let mut out = Sequence::default();
        self.block_children(parent, within, &mut out);
        out.finish()
    }

    fn block_children(&mut self, parent: Element<'t>, within: Within, out: &mut Sequence) {
        for child in parent.children() {
            self.block(child, within, out);
        }
    }

    fn block(&mut self, element: Element<'t>, within: Within, out: &mut Sequence) {
        match element.name() {
            "w:p" => {
                self.paragraph(element, within, out);
                let section = element.descend(&["w:pPr", "w:sectPr"]);
                if let Some(section) = section.filter(|_| within.top) {
                    self.section(section, out);
                }
            }
            "w:tbl" => {
                if let Some(table) = self.table(element) {
                    out.push(table);
                }
            }
            "w:sdt" => self.control(element, within, out),
            "w:customXml" | "w:smartTag" | "w:ins" | "w:moveTo" | "w:del" | "w:moveFrom" | "w:sdtContent" => {
                self.block_children(element, within, out);
            }
            "mc:AlternateContent" => {
                if let Some(chosen) = chosen(element) {
                    self.block_children(chosen, within, out);
                }
            }
            // Between paragraphs they mean the next one.
            "w:bookmarkStart" | "w:commentRangeStart" | "w:commentRangeEnd" => self.pending.push(element),
            "w:altChunk" => self.lose("a part in another format was left out"),
            "m:oMathPara" | "m:oMath" => self.lose("a formula was left out"),
            _ => {}
        }
    }

    /// The end of a section before the last: most start what follows on a new page.
    fn section(&mut self, section: Element<'t>, out: &mut Sequence) {
        if section.child_value("w:type") != Some("continuous") {
            out.push(Block::PageBreak);
        }
        if section
            .child("w:cols")
            .and_then(|columns| columns.attribute("w:num"))
            .is_some_and(|count| count != "1")
        {
            self.lose("text in columns became text in one column");
        }
    }

    /// A content control around blocks: one of ours, a table of contents, or another's, of which the content is taken.
    fn control(&mut self, control: Element<'t>, within: Within, out: &mut Sequence) {
        let Some(content) = control.child("w:sdtContent") else {
            return;
        };
        let properties = control.child("w:sdtPr");
        let gallery = properties.and_then(|properties| properties.descend(&["w:docPartObj", "w:docPartGallery"]));
        if gallery.and_then(Element::value) == Some("Table of Contents") {
            return self.contents(within, out);
        }
        let tag = properties
            .and_then(|properties| properties.child_value("w:tag"))
            .unwrap_or_default();
        let Some(tag) = tag.strip_prefix(names::TAG) else {
            return self.block_children(content, within, out);
        };
        let inside = Within {
            group: None,
            step: false,
            top: false,
        };
        match tag.split_once(':').unwrap_or((tag, "")) {
            ("quote", _) => {
                let content = self.blocks(
                    content,
                    Within {
                        group: Some(Group::Quote),
                        ..inside
                    },
                );
                out.push(Block::Blockquote {
                    content: filled(content),
                });
            }
            ("callout", kind) => {
                let kind = CalloutKind::from_word(kind).unwrap_or(CalloutKind::Note);
                let content = self.blocks(
                    content,
                    Within {
                        group: Some(Group::Callout(kind)),
                        ..inside
                    },
                );
                out.push(Block::Callout {
                    kind,
                    content: filled(content),
                });
            }
            ("step", _) => {
                let step = self.step(content, inside);
                out.push(step);
            }
            ("code", language) => {
                for block in self.blocks(content, inside) {
                    out.push(match block {
                        Block::CodeBlock { content, .. } => Block::CodeBlock {
                            language: super::finish::language(language),
                            content,
                        },
                        other => other,
                    });
                }
            }
            ("more", level) => {
                let blocks = self.blocks(content, inside);
                let left = match level.parse() {
                    Ok(level) => out.continue_level(level, blocks),
                    Err(_) => Err(blocks),
                };
                for block in left.err().unwrap_or_default() {
                    out.push(block);
                }
            }
            _ => self.block_children(content, within, out),
        }
    }

    fn step(&mut self, content: Element<'t>, inside: Within) -> Block {
        let around = self.step.replace(StepState::default());
        let id = self.step_id(content);
        let blocks = self.blocks(content, Within { step: true, ..inside });
        let asked = std::mem::replace(&mut self.step, around).unwrap_or_default();
        Block::Step {
            id,
            confirm: asked.confirm,
            record: asked.record,
            content: filled(blocks),
        }
    }

    /// The bookmarks of the step's first paragraph, which are the step's own.
    fn step_id(&mut self, content: Element<'t>) -> String {
        let first = content.children().find(|child| child.is("w:p"));
        let own = first.filter(|first| {
            let paragraph = self.properties(*first);
            paragraph.is(names::STEP) || paragraph.is(names::FILLER)
        });
        let marks = own
            .into_iter()
            .flat_map(Element::descendants)
            .filter(|inner| inner.is("w:bookmarkStart"));
        let bookmarks = marks
            .filter_map(|mark| mark.attribute("w:name").map(str::to_owned))
            .collect();
        self.anchor(bookmarks)
    }

    /// Whether the first paragraph of a step's control is being read.
    pub(super) fn begins_step(&mut self) -> bool {
        self.step
            .as_mut()
            .is_some_and(|step| !std::mem::replace(&mut step.begun, true))
    }

    /// Keeps what a line of a step's control asks for.
    pub(super) fn step_asks(&mut self, confirm: bool, record: Option<Record>) {
        if let Some(step) = &mut self.step {
            step.confirm |= confirm;
            step.record = record.or(step.record.take());
        }
    }
}

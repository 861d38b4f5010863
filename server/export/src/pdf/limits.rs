//! What is too much for paper: the model allows several thousand pages, which Typst would lay out in many gigabytes.

use super::{NODES_MAX, TEXT_MAX};
use crate::ExportError;
use domain::document::{Block, Document, Inline, InlineKind};

/// The most nodes of a heading, a caption or a footnote; paragraphs are parted instead.
const LINE_NODES_MAX: usize = 1_000;

/// # Errors
/// When the document has too much text, too many nodes, or an endless heading, caption or footnote.
pub(super) fn check(document: &Document) -> Result<(), ExportError> {
    let mut counted = Counted { text: 0, nodes: 0 };
    counted.blocks(document.blocks())
}

struct Counted {
    text: usize,
    nodes: usize,
}

impl Counted {
    fn blocks(&mut self, blocks: &[Block]) -> Result<(), ExportError> {
        for block in blocks {
            let bodies = block.bodies();
            // An item or a cell is a node around its blocks.
            self.nodes += 1 + bodies.len();
            let content = block.inlines().unwrap_or_default();
            self.inlines(content, matches!(block, Block::Heading { .. } | Block::Figure { .. }))?;
            for body in bodies {
                self.blocks(body)?;
            }
        }
        Ok(())
    }

    fn inlines(&mut self, content: &[Inline], one_line: bool) -> Result<(), ExportError> {
        if one_line && content.len() > LINE_NODES_MAX {
            let limit = LINE_NODES_MAX as u64;
            return Err(ExportError::too_large(
                "a heading, caption or footnote",
                limit,
                "pieces of text",
            ));
        }
        self.nodes += content.len();
        for inline in content {
            match &inline.kind {
                InlineKind::Text(text) => self.text += text.len(),
                InlineKind::Footnote(note) => self.inlines(note, true)?,
                _ => {}
            }
        }
        if self.text > TEXT_MAX {
            return Err(ExportError::too_large("the document", TEXT_MAX as u64, "bytes of text"));
        }
        if self.nodes > NODES_MAX {
            return Err(ExportError::too_large("the document", NODES_MAX as u64, "nodes"));
        }
        Ok(())
    }
}

//! How high blocks will be, roughly and from above: whether they can be kept on one page.

use super::writer::letters_in;
use domain::document::{Block, Inline, InlineKind};

/// Where counting the lines of one paragraph stops: more than any caller asks for.
const LINES_MAX: usize = 200;

/// The lines that blocks take in a width in points; exact enough below `most`, and `most` from there on.
pub(super) fn lines(blocks: &[Block], width: f64, most: usize) -> usize {
    let mut sum = 0;
    for block in blocks {
        if sum >= most {
            return most;
        }
        sum += lines_of(block, width, most - sum);
    }
    sum.min(most)
}

fn lines_of(block: &Block, width: f64, most: usize) -> usize {
    // Half a line for the space around each block.
    let own = match block {
        Block::Figure { .. } | Block::TableOfContents | Block::PageBreak => return most,
        Block::Heading { content, .. } => 2 * lines_in(content, width) + 1,
        Block::Paragraph { content, .. } => lines_in(content, width) + 1,
        Block::CodeBlock { content, .. } => lines_in(content, width) + 2,
        Block::Step { confirm, record, .. } => 1 + 2 * (usize::from(*confirm) + usize::from(record.is_some())),
        Block::Callout { .. } => 3,
        Block::Divider | Block::Pause { .. } => 2,
        Block::Table { rows } => {
            let columns = rows.first().map_or(1, |row| row.cells.len().max(1));
            #[expect(clippy::cast_precision_loss, reason = "at most 200 columns")]
            let narrow = width / columns as f64;
            let cells = rows.iter().flat_map(|row| &row.cells);
            return cells
                .map(|cell| 1 + lines(&cell.content, narrow, most))
                .fold(rows.len(), usize::saturating_add)
                .min(most);
        }
        _ => 0,
    };
    let bodies = block.bodies();
    let inner = bodies.iter().fold(0_usize, |sum, body| {
        if sum >= most {
            sum
        } else {
            sum + lines(body, (width - 20.0).max(20.0), most - sum)
        }
    });
    (own + inner).min(most)
}

fn lines_in(content: &[Inline], width: f64) -> usize {
    let room = letters_in(width);
    let mut lines = 1;
    let mut letters = 0;
    for inline in content {
        match &inline.kind {
            InlineKind::Text(text) => {
                for letter in text.chars() {
                    if lines > LINES_MAX {
                        return lines;
                    }
                    letters += 1;
                    if letter == '\n' || letters > room {
                        lines += 1;
                        letters = 0;
                    }
                }
            }
            InlineKind::HardBreak => {
                lines += 1;
                letters = 0;
            }
            // A footnote takes its lines at the foot of the same page.
            InlineKind::Footnote(note) => lines += lines_in(note, width),
            _ => letters += 12,
        }
    }
    lines
}

//! Captions of pictures, below them or above: the model has them in the picture's own node, and counts them itself.

use super::{
    Reader,
    inline::{Line, Piece},
    sequence::Sequence,
};
use domain::document::{Block, Inline, InlineKind};

impl Reader<'_> {
    /// Makes a caption of a paragraph whose style says so, if a picture is in it or before it.
    pub(super) fn caption(&mut self, line: &mut Line, out: &mut Sequence) -> bool {
        let picture = line
            .pieces
            .iter()
            .position(|piece| matches!(piece, Piece::Block(Block::Figure { .. })));
        if let Some(at) = picture {
            // LibreOffice puts a picture and its caption into one paragraph of a frame.
            if let Piece::Block(figure) = line.pieces.remove(at) {
                line.label_end = line.label_end.map(|end| if end > at { end - 1 } else { end });
                out.push(figure);
            }
        }
        let ours = self.ours;
        let above = out.has_captions_above();
        let follows =
            matches!(out.last_mut(), Some(Block::Figure { src, caption, .. }) if caption.is_empty() && !src.is_empty());
        let label = label_text(line);
        // What is above a table, or below it, stays a paragraph.
        let waits = !ours
            && !out.in_list()
            && !line.is_blank()
            && !label.to_lowercase().starts_with("tab")
            && (above || !follows);
        if !follows && !waits {
            return false;
        }
        let content = caption_text(line, ours);
        if waits {
            let id = self.anchor(std::mem::take(&mut line.bookmarks));
            out.push_caption(&label, id, content);
            return true;
        }
        let given = self.anchor(std::mem::take(&mut line.bookmarks));
        if let Some(Block::Figure { caption, id, .. }) = out.last_mut() {
            *caption = content;
            if id.is_empty() {
                *id = given;
            }
        }
        true
    }
}

/// The label and number of a caption, as its file shows them, with what parts them from the rest.
fn label_text(line: &Line) -> String {
    let Some(end) = line.label_end.filter(|end| *end <= line.pieces.len()) else {
        return String::new();
    };
    let label = Line {
        pieces: line.pieces[..end].to_vec(),
        ..Line::default()
    };
    label.text()
}

/// A caption without its label and number, which the model counts itself.
fn caption_text(line: &Line, ours: bool) -> Vec<Inline> {
    let Some(end) = line.label_end.filter(|end| *end <= line.pieces.len()) else {
        return line.inlines();
    };
    let rest = Line {
        pieces: line.pieces[end..].to_vec(),
        ..Line::default()
    };
    let mut content = rest.inlines();
    if !ours {
        // The separator may be spread over several runs.
        for inline in &mut content {
            let InlineKind::Text(text) = &mut inline.kind else {
                break;
            };
            *text = text
                .trim_start_matches([':', '.', ' ', '\u{a0}', '–', '—', '-', '\t'])
                .to_owned();
            if !text.is_empty() {
                break;
            }
        }
        content.retain(|inline| !matches!(&inline.kind, InlineKind::Text(text) if text.is_empty()));
    }
    content
}

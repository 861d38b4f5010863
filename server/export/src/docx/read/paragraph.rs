//! What a paragraph's properties and style say.

use super::{Reader, styles};
use crate::docx::{
    names::{self, Style},
    xml::Element,
};
use domain::document::{Align, Block, CalloutKind, Direction, Inline};

/// A paragraph's properties, those of its style included.
pub(super) struct Paragraph {
    pub(super) names: Vec<String>,
    /// Numbering: instance and level. None: it has none, or it is switched off.
    pub(super) number: Option<(u32, usize)>,
    pub(super) outline: Option<u32>,
    pub(super) dir: Option<Direction>,
    /// Right to left without a word on whether that was meant.
    pub(super) bidi: bool,
    pub(super) align: Option<Align>,
    pub(super) left: i32,
    pub(super) page_break_before: bool,
    pub(super) border_below: bool,
}

impl Paragraph {
    pub(super) fn is(&self, style: Style) -> bool {
        self.names
            .first()
            .is_some_and(|name| *name == style.name.to_lowercase())
    }

    /// Whether its style, or one that it is based on, has one of these names.
    pub(super) fn is_like(&self, names: &[&str]) -> bool {
        self.names.iter().any(|name| names.contains(&name.as_str()))
    }

    /// The level of a heading, from 1.
    pub(super) fn heading(&self) -> Option<u8> {
        let named = self
            .names
            .iter()
            .find_map(|name| name.strip_prefix("heading ")?.parse::<u8>().ok());
        let level = named.or_else(|| {
            self.outline
                .and_then(|level| u8::try_from(level.saturating_add(1)).ok())
                .filter(|level| *level < 10)
        });
        if self.is_like(&["title"]) {
            Some(1)
        } else {
            level.map(|level| level.clamp(1, 6))
        }
    }

    pub(super) fn callout(&self) -> Option<CalloutKind> {
        CalloutKind::ALL
            .iter()
            .copied()
            .find(|kind| self.is(names::callout(*kind)))
    }

    pub(super) fn block(&self, content: Vec<Inline>) -> Block {
        let dir = self.dir.or_else(|| {
            let meant = self.bidi && !crate::docx::write::reads_from_right(&content);
            meant.then_some(Direction::RightToLeft)
        });
        Block::Paragraph {
            dir,
            align: self.align,
            content,
        }
    }
}

/// Names of styles for quotes, of Word and LibreOffice.
pub(super) const QUOTES: [&str; 5] = ["quote", "intense quote", "block text", "quotations", "block quotation"];
/// Names of styles for code, of ours, Word, LibreOffice and pandoc.
pub(super) const CODE: [&str; 5] = [
    "code block",
    "html preformatted",
    "preformatted text",
    "source code",
    "macro text",
];

impl<'t> Reader<'t> {
    /// Reads a paragraph's properties.
    pub(super) fn properties(&self, paragraph: Element<'t>) -> Paragraph {
        let direct = paragraph.child("w:pPr");
        let style = direct.and_then(|direct| direct.child_value("w:pStyle"));
        let id = style.unwrap_or_default();
        let bidi = direct.and_then(|direct| direct.child("w:bidi"));
        let explicit = bidi.and_then(Element::value);
        let on = bidi.is_some() && direct.is_some_and(|direct| direct.switch("w:bidi") == Some(true));
        let align = direct.and_then(|direct| direct.child_value("w:jc"));
        Paragraph {
            names: self.styles.names(style),
            number: self.number(direct, id),
            outline: direct
                .and_then(|direct| direct.child_value("w:outlineLvl")?.parse().ok())
                .or_else(|| self.styles.outline(id)),
            dir: match (explicit, on) {
                (Some(_), true) => Some(Direction::RightToLeft),
                (Some(_), false) => Some(Direction::LeftToRight),
                (None, _) => None,
            },
            bidi: on,
            align: match align {
                // Word and LibreOffice say it where nobody asked for it.
                Some("left") if self.ours => Some(Align::Start),
                Some(value) => styles::align(value),
                None => self.styles.align(id),
            },
            left: direct
                .and_then(styles::left)
                .or_else(|| self.styles.left(id))
                .unwrap_or(0),
            page_break_before: direct.and_then(|direct| direct.switch("w:pageBreakBefore")) == Some(true),
            border_below: direct.is_some_and(|direct| direct.descend(&["w:pBdr", "w:bottom"]).is_some()),
        }
    }

    fn number(&self, direct: Option<Element<'t>>, style: &str) -> Option<(u32, usize)> {
        let given = direct.and_then(styles::number);
        let styled = self.styles.number(style);
        let (number, level) = match (given, styled) {
            (Some((number, level)), styled) => (
                number,
                level.or_else(|| styled.and_then(|(_, level, _)| level)).unwrap_or(0),
            ),
            (None, Some((number, level, from))) => (
                number,
                level
                    .or_else(|| self.numbering.level_of_style(number, from))
                    .unwrap_or(0),
            ),
            (None, None) => return None,
        };
        (number > 0).then_some((number, level.min(super::numbering::LEVELS - 1)))
    }
}

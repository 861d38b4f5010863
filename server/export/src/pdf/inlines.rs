//! Words and what stands among them.

use super::writer::Writer;
use domain::document::{Block, Direction, Inline, InlineKind, Mark, Show};

impl Writer<'_> {
    /// Writes the nodes of a line. Neighbours in the same link make one link.
    pub(super) fn inlines(&mut self, content: &[Inline]) {
        self.inlines_from(content, 0);
    }

    /// The same for the nodes from an index on.
    pub(super) fn inlines_from(&mut self, content: &[Inline], mut at: usize) {
        for run in content.chunk_by(|a, b| a.marks.link().is_some() && a.marks.link() == b.marks.link()) {
            let link = run.first().and_then(|first| first.marks.link());
            let opened = link.is_some_and(|(href, title)| self.open_link(href, title.is_some()));
            for inline in run {
                self.inside(at, 0.0, |writer| writer.inline(inline));
                at += 1;
            }
            if opened {
                self.source.code("]");
            }
        }
    }

    /// Opens a link, unless its target is not there.
    fn open_link(&mut self, href: &str, titled: bool) -> bool {
        if titled {
            self.lose("a link's title was left out: a PDF shows none");
        }
        if let Some(id) = href.strip_prefix('#') {
            let Some(label) = self.label_of(id) else {
                self.lose("a link within the document goes nowhere: its target is not there");
                return false;
            };
            self.source.code("#linked(label(\"t");
            self.source.number(label);
            self.source.code("\"))[");
        } else {
            self.source.code("#linked(");
            self.literal(href);
            self.source.code(")[");
        }
        true
    }

    fn inline(&mut self, inline: &Inline) {
        let mut open = 0;
        let mut is_code = false;
        // From the outside in: changes around pens around faces.
        for mark in inline.marks.iter().rev() {
            let opening = match mark {
                Mark::Strong => "#strong[",
                Mark::Emphasis => "#emph[",
                Mark::Underline => "#underline[",
                Mark::Strike => "#strike[",
                Mark::Superscript => "#super[",
                Mark::Subscript => "#sub[",
                Mark::Insertion(_) => "#inserted[",
                Mark::Deletion(_) => "#deleted[",
                Mark::Highlight { colour } => {
                    self.source.code("#marked(\"");
                    self.source.code(colour.word());
                    "\")["
                }
                Mark::Code => {
                    is_code = true;
                    continue;
                }
                Mark::Link { .. } => continue,
            };
            self.source.code(opening);
            open += 1;
        }
        self.kind(&inline.kind, is_code);
        for _ in 0..open {
            self.source.code("]");
        }
    }

    fn kind(&mut self, kind: &InlineKind, is_code: bool) {
        match kind {
            InlineKind::Text(text) if is_code => self.words(text, ("#raw(", ");")),
            InlineKind::Text(text) => self.words(text, ("#", ";")),
            InlineKind::HardBreak => self.source.code("#linebreak();"),
            InlineKind::Footnote(content) => {
                self.source.code("#footnote[");
                self.inlines(content);
                self.source.code("]");
            }
            InlineKind::CrossReference { target, show } => self.cross_reference(target, *show),
            InlineKind::Placeholder { field, label } => {
                let shown = if label.is_empty() { field } else { label };
                self.chip("#placeholder", shown);
            }
            InlineKind::Fact { label, .. } => self.words(label, ("#", ";")),
            InlineKind::Clause { source, citation } => {
                let shown = [source.as_str(), citation.as_str()].map(str::trim).join(" ");
                self.chip("#clause", &format!("§ {}", shown.trim()));
            }
            InlineKind::Mention { label, .. } => {
                self.source.code("#mention[");
                self.words(&format!("@{label}"), ("#", ";"));
                self.source.code("]");
            }
        }
    }

    /// Words in a frame; without it where they do not fit on a line, since a frame does not break.
    fn chip(&mut self, look: &str, words: &str) {
        let look = if words.chars().count() * 4 > self.letters() * 3 {
            "#mention"
        } else {
            look
        };
        self.source.code(look);
        self.source.code("[");
        self.words(words, ("#", ";"));
        self.source.code("]");
    }

    fn cross_reference(&mut self, target: &str, show: Show) {
        let (Some(label), Some(shown)) = (self.label_of(target), self.numbering.shown(target, show)) else {
            self.lose("a reference goes nowhere: its target is not there");
            self.source.code("#mention[?]");
            return;
        };
        self.source.code("#link(label(\"t");
        self.source.number(label);
        self.source.code("\"))[");
        if show == Show::Page {
            self.source.code("#page-of(\"t");
            self.source.number(label);
            self.source.code("\")");
        } else {
            self.words(&shown, ("#", ";"));
        }
        self.source.code("]");
    }
}

/// The direction of words: of the first letter that has one (Unicode's bidirectional algorithm, rules P2 and P3, by
/// blocks); none without such a letter.
pub(super) fn direction(content: &[Inline]) -> Option<Direction> {
    content.iter().find_map(|inline| match &inline.kind {
        InlineKind::Text(text) | InlineKind::Fact { label: text, .. } => text.chars().find_map(letter_direction),
        _ => None,
    })
}

/// The direction of a list or table: of the first paragraph in it.
pub(super) fn direction_of_first(blocks: &[Block]) -> Option<Direction> {
    match blocks.first()? {
        Block::Paragraph { dir, content, .. } => dir.or_else(|| direction(content)),
        block => block.inlines().and_then(direction),
    }
}

fn letter_direction(letter: char) -> Option<Direction> {
    match letter {
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}'
        | '\u{200f}'
            if letter.is_alphabetic() || letter == '\u{200f}' =>
        {
            Some(Direction::RightToLeft)
        }
        letter if letter.is_alphabetic() || letter == '\u{200e}' => Some(Direction::LeftToRight),
        _ => None,
    }
}

/// Whether something on these lines is proposed to be added or taken away.
pub(super) fn is_changed(content: &[Inline]) -> bool {
    content
        .iter()
        .any(|inline| inline.marks.insertion().is_some() || inline.marks.deletion().is_some())
}

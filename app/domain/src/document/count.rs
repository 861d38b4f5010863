//! What counts as a word. The editor counts by the same rule (`app/editor/count.ts`), so that who writes and who reads see one
//! number; `tests/document/counts.json` holds both to it.
//!
//! A word is a run of letters and digits with the marks above and below them. One apostrophe, full stop, comma, hyphen,
//! underscore or soft hyphen within a run does not end it: “don't”, “3.5”, “1,000” and “twenty-one” are one word each, as most people and
//! programs count them (UAX #29 ends a word at a hyphen). Scripts that put no blanks between words have no rule as simple: each ideograph
//! and each letter of hiragana counts as one.
//!
//! A chip counts with the words it shows, a cross-reference as one: what it shows is another part's number or title. Pauses,
//! pictures and contents have no words.

use super::{Inline, InlineKind, text::shown};
use unicode_segmentation::UnicodeSegmentation;

/// The words of a line, footnotes left out, and the words of its footnotes.
pub(super) fn words_of(line: &[Inline]) -> (usize, usize) {
    let (mut words, mut in_notes, mut text) = (0, 0, String::new());
    for inline in line {
        match &inline.kind {
            InlineKind::Footnote(note) => in_notes += words_of(note).0,
            InlineKind::CrossReference { .. } => {
                words += 1;
                text.push(' ');
            }
            kind => text.push_str(&shown(kind, None)),
        }
    }
    (words + words_in(&text), in_notes)
}

/// The words of a text.
fn words_in(text: &str) -> usize {
    let mut words = 0;
    let mut run = Run::Outside;
    // A cluster is a letter with its marks.
    for first in text.graphemes(true).filter_map(|cluster| cluster.chars().next()) {
        run = if stands_alone(first) {
            words += 1;
            Run::Outside
        } else if first.is_alphanumeric() {
            words += usize::from(run == Run::Outside);
            Run::Within
        } else if run == Run::Within && joins(first) {
            Run::Joined
        } else {
            Run::Outside
        };
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Outside,
    Within,
    /// After what joins: the next letter goes on with the word.
    Joined,
}

/// What stands within a word, once between two letters.
fn joins(c: char) -> bool {
    matches!(
        c,
        '\'' | '’' | '.' | ',' | '-' | '_' | '\u{ad}' | '\u{2010}' | '\u{2011}'
    )
}

/// Ideographs and hiragana.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309F}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

//! Typst source, written so that nothing a person wrote can be code: their words stand in string literals only, and a
//! string literal ends at an unescaped quote and nowhere else.

use super::fonts::Fonts;
use crate::Loss;
use std::{collections::BTreeSet, fmt::Write as _};

/// The most letters a loss names.
const NAMED_MAX: usize = 12;

/// From how many places on that a line may break at within words, the rest of a paragraph gets blanks without width in
/// its text instead: Typst takes time by the product of the pieces and the letters of a paragraph.
const GAPS_MAX: usize = 500;

/// The source as it grows, and the words in it.
pub(super) struct Source<'a> {
    text: String,
    fonts: &'a Fonts,
    /// Letters that no font has. U+FFFD stands for them: PDF/A allows no letter without a glyph, and the empty boxes of
    /// another PDF could not be copied as the letters they stand for either.
    uncovered: BTreeSet<char>,
    uncovered_at: Option<String>,
    /// Places to break at within words of this paragraph.
    gaps: usize,
}

impl<'a> Source<'a> {
    /// A source that begins with our own template.
    pub(super) fn new(fonts: &'a Fonts) -> Self {
        Self {
            text: "#import \"/look.typ\": *\n".to_owned(),
            fonts,
            uncovered: BTreeSet::new(),
            uncovered_at: None,
            gaps: 0,
        }
    }

    /// Appends code of ours; never anything from outside.
    pub(super) fn code(&mut self, code: &str) {
        self.text.push_str(code);
    }

    /// Appends a number.
    pub(super) fn number(&mut self, number: impl std::fmt::Display) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "{number}");
    }

    /// Appends words as a string literal. `place` is where a letter without glyph would be reported.
    pub(super) fn literal(&mut self, words: &str, place: &dyn Fn() -> String) {
        self.text.push('"');
        for letter in words.chars() {
            let letter = self.drawable(letter, place);
            match letter {
                '"' | '\\' => {
                    self.text.push('\\');
                    self.text.push(letter);
                }
                letter if letter.is_control() => {
                    let _ = write!(self.text, "\\u{{{:x}}}", u32::from(letter));
                }
                letter => self.text.push(letter),
            }
        }
        self.text.push('"');
    }

    /// Appends words as markup: literals, and between them places where a line may break within a word that is longer
    /// than `room` letters, since Typst breaks only between words and the rest would leave the paper. The places are
    /// blanks without width, so that the text copied from the PDF is unchanged. `open` and `close` stand around each
    /// literal.
    pub(super) fn words(&mut self, words: &str, room: usize, around: (&str, &str), place: &dyn Fn() -> String) {
        let room = room.max(1);
        let step = (room / 8).max(1);
        let mut piece_from = 0;
        let mut in_word = 0;
        let mut blanks = Vec::new();
        if longest_word(words) > room {
            let mut word_is_long = false;
            for (at, letter) in words.char_indices() {
                if letter.is_whitespace() {
                    in_word = 0;
                    continue;
                }
                if in_word == 0 {
                    let rest = words.get(at..).unwrap_or_default();
                    word_is_long = first_word_exceeds(rest, room);
                }
                // Never before a letter that belongs to the one before it.
                if word_is_long && in_word >= step && in_word % step == 0 && !joins_the_one_before(letter) {
                    if self.gaps < GAPS_MAX {
                        self.gaps += 1;
                        self.piece(words.get(piece_from..at).unwrap_or_default(), &[], around, place);
                        self.text.push_str("#gap;");
                        piece_from = at;
                    } else {
                        blanks.push(at);
                    }
                }
                in_word += 1;
            }
        }
        for at in &mut blanks {
            *at -= piece_from;
        }
        self.piece(words.get(piece_from..).unwrap_or_default(), &blanks, around, place);
    }

    /// A new paragraph begins.
    pub(super) fn begin_paragraph(&mut self) {
        self.gaps = 0;
    }

    /// The source, and the losses met while writing it.
    pub(super) fn finish(self) -> (String, Option<Loss>) {
        let Some(place) = self.uncovered_at else {
            return (self.text, None);
        };
        let named: Vec<String> = self
            .uncovered
            .iter()
            .take(NAMED_MAX)
            .map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter)))
            .collect();
        let more = self.uncovered.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let what = format!("no font here has {}{more}; U+FFFD stands instead", named.join(", "));
        (self.text, Some(Loss::new(place, what)))
    }

    /// Appends a literal, with blanks without width before the bytes at `blanks`.
    fn piece(&mut self, piece: &str, blanks: &[usize], (open, close): (&str, &str), place: &dyn Fn() -> String) {
        self.text.push_str(open);
        if blanks.is_empty() {
            self.literal(piece, place);
        } else {
            let mut spaced = String::with_capacity(piece.len() + 3 * blanks.len());
            let mut from = 0;
            for at in blanks {
                spaced.push_str(piece.get(from..*at).unwrap_or_default());
                spaced.push('\u{200b}');
                from = *at;
            }
            spaced.push_str(piece.get(from..).unwrap_or_default());
            self.literal(&spaced, place);
        }
        self.text.push_str(close);
    }

    /// The letter, or what stands for it; remembers one that no font has.
    fn drawable(&mut self, letter: char, place: &dyn Fn() -> String) -> char {
        if letter.is_ascii() || self.fonts.cover(letter) {
            return letter;
        }
        self.uncovered.insert(letter);
        self.uncovered_at.get_or_insert_with(place);
        '\u{fffd}'
    }
}

/// Whether a letter forms one sign with the letter before it: joiners, variation selectors, combining marks of the common
/// blocks.
fn joins_the_one_before(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{1ab0}'..='\u{1aff}' | '\u{200c}' | '\u{200d}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn first_word_exceeds(words: &str, room: usize) -> bool {
    words
        .chars()
        .take_while(|letter| !letter.is_whitespace())
        .nth(room)
        .is_some()
}

/// The letters of the longest word.
pub(super) fn longest_word(words: &str) -> usize {
    words
        .split_whitespace()
        .map(|word| word.chars().count())
        .max()
        .unwrap_or(0)
}

//! Two versions of the same lines made one, by word.

use super::align;
use crate::document::{Change, Inline, InlineKind, Mark, Marks};
use unicode_segmentation::UnicodeSegmentation;

/// Two versions as one.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// What both have, what the first has as deletion, what the second has as insertion; marks are the second's.
    pub(super) content: Vec<Inline>,
    /// Words that only the second has.
    pub(super) added: usize,
    /// Words that only the first has.
    pub(super) removed: usize,
    /// Whether something that both have has other marks.
    pub(super) reformatted: bool,
}

/// A word, what is between words, or a node that is no text.
#[derive(Clone, Copy)]
struct Token<'t> {
    piece: Piece<'t>,
    marks: &'t Marks,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Piece<'t> {
    Word(&'t str),
    Between(&'t str),
    Node(&'t InlineKind),
}

/// How much of the words around something must have changed for a single word that stayed to count as changed with them.
const WORDS_AROUND: usize = 4;

pub(super) fn merge(a: &[Inline], b: &[Inline], change: &Change) -> Lines {
    let (a, b) = (tokens(a), tokens(b));
    let names =
        |tokens: &[Token<'_>]| -> Vec<u64> { tokens.iter().map(|token| super::similar::hash(&token.piece)).collect() };
    let mut pairs = align::common(&names(&a), &names(&b));
    pairs.retain(|(x, y)| a[*x].piece == b[*y].piece);
    // Blanks between changed words first; then one word that stayed amid many that did not.
    let pairs = without_crumbs(&pairs, &a, &b, 0, 1);
    let pairs = without_crumbs(&pairs, &a, &b, 1, WORDS_AROUND);
    let mut lines = Lines::default();
    let (mut from_a, mut from_b) = (0, 0);
    for (x, y) in pairs.into_iter().chain([(a.len(), b.len())]) {
        for token in &a[from_a..x] {
            lines.removed += usize::from(token.is_word());
            lines.push(token, token.marks.settled().with(Mark::Deletion(change.clone())));
        }
        for token in &b[from_b..y] {
            lines.added += usize::from(token.is_word());
            lines.push(token, token.marks.settled().with(Mark::Insertion(change.clone())));
        }
        if let (Some(old), Some(new)) = (a.get(x), b.get(y)) {
            lines.reformatted |= old.marks != new.marks;
            lines.push(new, new.marks.clone());
        }
        (from_a, from_b) = (x + 1, y + 1);
    }
    lines
}

impl Token<'_> {
    fn is_word(&self) -> bool {
        !matches!(self.piece, Piece::Between(_))
    }
}

impl Lines {
    fn push(&mut self, token: &Token<'_>, marks: Marks) {
        let kind = match token.piece {
            Piece::Word(text) | Piece::Between(text) => {
                if let Some(Inline {
                    kind: InlineKind::Text(last),
                    marks: before,
                }) = self.content.last_mut()
                    && *before == marks
                {
                    last.push_str(text);
                    return;
                }
                InlineKind::Text(text.to_owned())
            }
            Piece::Node(kind) => kind.clone(),
        };
        self.content.push(Inline::new(kind, marks));
    }
}

fn tokens(inlines: &[Inline]) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for Inline { kind, marks } in inlines {
        match kind {
            InlineKind::Text(text) => tokens.extend(text.split_word_bounds().map(|piece| Token {
                piece: if piece.contains(char::is_alphanumeric) {
                    Piece::Word(piece)
                } else {
                    Piece::Between(piece)
                },
                marks,
            })),
            kind => tokens.push(Token {
                piece: Piece::Node(kind),
                marks,
            }),
        }
    }
    tokens
}

/// Without pairs that would only cut a change into pieces: runs of at most so many words that have at least so many changed
/// words on either side.
fn without_crumbs(
    pairs: &[(usize, usize)],
    a: &[Token<'_>],
    b: &[Token<'_>],
    most: usize,
    around: usize,
) -> Vec<(usize, usize)> {
    let words = |tokens: &[Token<'_>]| tokens.iter().filter(|token| token.is_word()).count();
    let changed = |from: (usize, usize), to: (usize, usize)| words(&a[from.0..to.0]).max(words(&b[from.1..to.1]));
    let next_to = |pair: &(usize, usize)| (pair.0 + 1, pair.1 + 1);
    // Runs of pairs that follow each other without a gap.
    let runs: Vec<_> = pairs.chunk_by(|one, other| next_to(one) == *other).collect();
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let (first, end) = (run[0], next_to(&run[run.len() - 1]));
        let before = kept.last().map_or((0, 0), next_to);
        let after = runs.get(index + 1).map_or((a.len(), b.len()), |run| run[0]);
        let is_short = words(&a[first.0..end.0]) <= most;
        if !is_short || changed(before, first) < around || changed(end, after) < around {
            kept.extend(*run);
        }
    }
    kept
}

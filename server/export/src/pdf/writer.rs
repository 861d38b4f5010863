//! What is at hand while a document is written as Typst source: the source so far, the place in the tree, the room on
//! the line, the pictures met.

use super::{fonts::Fonts, pictures::Pictures, source::Source};
use crate::{Attachments, Loss};
use domain::document::{
    Block, Direction,
    numbering::{Counters, Numbering},
};
use std::collections::HashMap;

/// The width of the column of text on A4, in points.
pub(super) const COLUMN: f64 = 447.0;
/// How wide a letter is on average, as a share of the size of the type.
const LETTER: f64 = 0.5;
/// The size of the text, in points.
const SIZE: f64 = 10.5;
/// The highest a block may be, in lines, to be kept on one page; more than that may break, so that nothing is ever cut.
pub(super) const UNBROKEN_MAX: usize = 14;

/// Writes blocks as Typst source.
pub(super) struct Writer<'a> {
    pub(super) source: Source<'a>,
    pub(super) numbering: &'a Numbering,
    pub(super) counters: Counters,
    pub(super) pictures: Pictures<'a>,
    pub(super) losses: Vec<Loss>,
    /// The direction that the language of the document has.
    pub(super) base: Direction,
    /// Room on the line, in points.
    pub(super) width: f64,
    /// How many blocks stand around this one.
    pub(super) depth: usize,
    /// Whether something was nested too deep, and said to be.
    pub(super) was_deep: bool,
    /// Whether this is inside something that is kept on one page.
    pub(super) unbroken: bool,
    path: Vec<usize>,
    labels: HashMap<&'a str, usize>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        fonts: &'a Fonts,
        (numbering, counters): (&'a Numbering, Counters),
        attachments: &'a Attachments,
        base: Direction,
    ) -> Self {
        Self {
            source: Source::new(fonts),
            numbering,
            counters,
            pictures: Pictures::new(attachments),
            losses: Vec::new(),
            base,
            width: COLUMN,
            depth: 0,
            was_deep: false,
            unbroken: false,
            path: Vec::new(),
            labels: HashMap::new(),
        }
    }

    /// Gives every target of a reference its label; before anything is written, since references go forwards too.
    pub(super) fn label_targets(&mut self, blocks: &'a [Block]) {
        for block in blocks {
            if let Block::Heading { id, .. } | Block::Figure { id, .. } | Block::Step { id, .. } = block
                && !id.is_empty()
            {
                let next = self.labels.len();
                self.labels.entry(id).or_insert(next);
            }
            for body in block.bodies() {
                self.label_targets(body);
            }
        }
    }

    /// Writes the label of a node after it, when something may refer to it.
    pub(super) fn label(&mut self, id: &str) {
        if let Some(n) = self.labels.get(id) {
            self.source.code(&format!("#label(\"t{n}\")"));
        }
    }

    /// The number of a target's label.
    pub(super) fn label_of(&self, id: &str) -> Option<usize> {
        self.labels.get(id).copied()
    }

    /// Appends words as a string literal.
    pub(super) fn literal(&mut self, words: &str) {
        let path = &self.path;
        self.source.literal(words, &|| place(path));
    }

    /// Appends words as markup that breaks where the line ends; see [`Source::words`].
    pub(super) fn words(&mut self, words: &str, around: (&str, &str)) {
        let room = self.letters();
        let path = &self.path;
        self.source.words(words, room, around, &|| place(path));
    }

    /// Roughly how many letters a line has here.
    pub(super) fn letters(&self) -> usize {
        letters_in(self.width)
    }

    /// Reports a loss at this place.
    pub(super) fn lose(&mut self, what: impl Into<String>) {
        let loss = Loss::new(place(&self.path), what);
        self.losses.push(loss);
    }

    /// Writes what stands inside a node: one step down in the tree and with less room on the line.
    pub(super) fn inside(&mut self, index: usize, less: f64, write: impl FnOnce(&mut Self)) {
        let before = self.width;
        self.width = (before - less).max(SIZE);
        self.path.push(index);
        write(self);
        self.path.pop();
        self.width = before;
    }
}

/// Roughly how many letters fit into a width in points.
pub(super) fn letters_in(width: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a width on paper: positive, a few hundred points"
    )]
    let letters = (width / (SIZE * LETTER)) as usize;
    letters.max(1)
}

/// A path as the model writes it: `content/3/content/0`.
fn place(path: &[usize]) -> String {
    let mut text = String::new();
    for index in path {
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str("content/");
        text.push_str(&index.to_string());
    }
    text
}

//! Numbers of headings, steps, figures and footnotes, and what cross-references show. Numbers are counted in the order of
//! the document and never stored: whoever renders a document walks it in that order with [`Counters`].
//!
//! - A heading that takes part is 1, 1.1 …; the outermost level that takes part is the first number. A level that is
//!   skipped counts as 0 (1.0.1), as in TeX, Typst and CSS.
//! - Steps run through the whole document; a step inside a step goes under its number (2.1).
//! - Figures and footnotes run through the whole document. Tables have no numbers.

use super::text::title_of;
use super::{Block, Document, Fixed, Inline, InlineKind, Show};
use std::collections::HashMap;

/// What a cross-reference can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A heading.
    Heading,
    /// A figure.
    Figure,
    /// A step.
    Step,
}

/// A heading, figure or step that has an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its number; none for a heading that takes no part in the numbering.
    pub number: Option<String>,
    /// A heading's text, a figure's caption, the first words of a step. May be empty.
    pub title: String,
}

/// A cross-reference whose target is not in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dangling {
    /// Where the reference is: the index of the child at each level from the top.
    pub place: Vec<usize>,
    /// The id it refers to.
    pub target: String,
}

/// What there is to refer to in a document, and what refers to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    words: &'static Fixed,
    targets: HashMap<String, Target>,
    /// The references without a target, in order.
    pub dangling: Vec<Dangling>,
}

impl Numbering {
    /// Counts through a document, in English.
    pub fn of(document: &Document) -> Self {
        Self::in_language(document, "")
    }

    /// Counts through a document in a language, by its BCP 47 tag.
    pub fn in_language(document: &Document, language: &str) -> Self {
        let mut walk = Walk {
            counters: Counters::new(document),
            numbering: Self {
                words: Fixed::of(language),
                targets: HashMap::new(),
                dangling: Vec::new(),
            },
            references: Vec::new(),
            place: Vec::new(),
        };
        walk.blocks(document.blocks());
        let Walk {
            mut numbering,
            references,
            ..
        } = walk;
        let gone = references
            .into_iter()
            .filter(|reference| !numbering.targets.contains_key(&reference.target));
        numbering.dangling = gone.collect();
        numbering
    }

    /// The heading, figure or step of that id.
    pub fn target(&self, id: &str) -> Option<&Target> {
        self.targets.get(id)
    }

    /// What a reference to that id shows when there are no pages: “1.2”, “Figure 3”, “Step 2.1”, or the title. None when
    /// there is no such target.
    pub fn shown(&self, id: &str, show: Show) -> Option<String> {
        self.target(id).map(|target| self.words.shown(target, show))
    }

    /// The fixed words of the language it counts in.
    pub fn words(&self) -> &'static Fixed {
        self.words
    }
}

struct Walk {
    counters: Counters,
    numbering: Numbering,
    references: Vec<Dangling>,
    place: Vec<usize>,
}

impl Walk {
    fn blocks(&mut self, blocks: &[Block]) {
        for (index, block) in blocks.iter().enumerate() {
            self.place.push(index);
            self.block(block);
            self.place.pop();
        }
    }

    fn block(&mut self, block: &Block) {
        let (kind, id, number) = match block {
            Block::Heading {
                level, numbered, id, ..
            } => (
                TargetKind::Heading,
                id.as_str(),
                self.counters.heading(*level, *numbered),
            ),
            Block::Figure { id, .. } => (
                TargetKind::Figure,
                id.as_str(),
                Some(self.counters.figure().to_string()),
            ),
            Block::Step { id, .. } => (TargetKind::Step, id.as_str(), Some(self.counters.enter_step())),
            _ => (TargetKind::Heading, "", None),
        };
        if !id.is_empty() {
            let title = title_of(block);
            self.numbering
                .targets
                .insert(id.to_owned(), Target { kind, number, title });
        }
        self.inlines(block.inlines().unwrap_or_default());
        let mut place = std::mem::take(&mut self.place);
        block.each_body(&mut place, &mut |body, place| {
            self.place.clone_from(place);
            self.blocks(body);
        });
        self.place = place;
        if let Block::Step { .. } = block {
            self.counters.leave_step();
        }
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for (index, inline) in inlines.iter().enumerate() {
            self.place.push(index);
            match &inline.kind {
                InlineKind::CrossReference { target, .. } => self.references.push(Dangling {
                    place: self.place.clone(),
                    target: target.clone(),
                }),
                InlineKind::Footnote(content) => self.inlines(content),
                _ => {}
            }
            self.place.pop();
        }
    }
}

/// Counts while a document is walked in order: each heading, figure and footnote once, each step on entering and leaving.
#[derive(Clone, Debug)]
pub struct Counters {
    outermost: u8,
    headings: [u32; 6],
    steps: Vec<u32>,
    figures: u32,
    footnotes: u32,
}

impl Counters {
    /// Before the first node of a document.
    pub fn new(document: &Document) -> Self {
        Self {
            outermost: outermost_numbered(document.blocks()).unwrap_or(1),
            headings: [0; 6],
            steps: vec![0],
            figures: 0,
            footnotes: 0,
        }
    }

    /// The number of the next heading, if it takes part.
    pub fn heading(&mut self, level: u8, numbered: bool) -> Option<String> {
        if !numbered {
            return None;
        }
        let (outermost, level) = (usize::from(self.outermost) - 1, usize::from(level) - 1);
        self.headings[level] += 1;
        self.headings[level + 1..].fill(0);
        Some(joined(&self.headings[outermost.min(level)..=level]))
    }

    /// The number of the next figure.
    pub fn figure(&mut self) -> u32 {
        self.figures += 1;
        self.figures
    }

    /// The number of the next footnote.
    pub fn footnote(&mut self) -> u32 {
        self.footnotes += 1;
        self.footnotes
    }

    /// The number of the next step; what follows is inside it.
    pub fn enter_step(&mut self) -> String {
        if let Some(last) = self.steps.last_mut() {
            *last += 1;
        }
        let number = joined(&self.steps);
        self.steps.push(0);
        number
    }

    /// The step entered last ends here.
    pub fn leave_step(&mut self) {
        self.steps.pop();
    }
}

fn joined(numbers: &[u32]) -> String {
    let texts: Vec<_> = numbers.iter().map(u32::to_string).collect();
    texts.join(".")
}

fn outermost_numbered(blocks: &[Block]) -> Option<u8> {
    let levels = blocks.iter().filter_map(|block| match block {
        Block::Heading {
            level, numbered: true, ..
        } => Some(*level),
        other => other.bodies().into_iter().filter_map(outermost_numbered).min(),
    });
    levels.min()
}

//! What cross-references and the table of contents show. Word counts for itself as soon as it updates a field; until
//! then, and in every other program, the results stand that are written here.

use super::{Writer, body::Shape};
use crate::docx::names::{self, Marked};
use domain::document::{Block, Document, Inline, InlineKind, Show};
use std::collections::HashMap;

/// What can be referred to, by id.
#[derive(Default)]
pub(super) struct Targets {
    by_id: HashMap<String, Target>,
    headings: Vec<Heading>,
}

struct Target {
    kind: Kind,
    /// Empty: it has none.
    number: String,
    title: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Figure,
}

/// A line of the table of contents.
struct Heading {
    level: usize,
    id: String,
    number: String,
    title: String,
}

#[derive(Default)]
struct Counter {
    headings: [u32; 6],
    figures: u32,
    steps: Vec<u32>,
}

impl Targets {
    /// Counts through a document.
    pub(super) fn new(document: &Document) -> Self {
        let mut targets = Self::default();
        let mut counter = Counter {
            steps: vec![0],
            ..Counter::default()
        };
        targets.collect(document.blocks(), &mut counter);
        targets
    }

    fn collect(&mut self, blocks: &[Block], counter: &mut Counter) {
        for block in blocks {
            match block {
                Block::Heading {
                    level,
                    numbered,
                    id,
                    content,
                } => {
                    let at = usize::from((*level).clamp(1, 6)) - 1;
                    let number = if *numbered { counter.heading(at) } else { String::new() };
                    let title = plain(content);
                    self.insert(id, Kind::Paragraph, &number, &title);
                    self.headings.push(Heading {
                        level: at,
                        id: id.clone(),
                        number,
                        title,
                    });
                }
                Block::Figure { id, caption, .. } => {
                    counter.figures += 1;
                    self.insert(
                        id,
                        Kind::Figure,
                        &format!("Figure {}", counter.figures),
                        &plain(caption),
                    );
                }
                Block::Step { id, content, .. } => {
                    if let Some(count) = counter.steps.last_mut() {
                        *count += 1;
                    }
                    let number: Vec<String> = counter.steps.iter().map(u32::to_string).collect();
                    let title = content.first().and_then(Block::inlines).map(plain).unwrap_or_default();
                    self.insert(id, Kind::Paragraph, &number.join("."), &title);
                    counter.steps.push(0);
                    self.collect(content, counter);
                    counter.steps.pop();
                    continue;
                }
                _ => {}
            }
            for body in block.bodies() {
                self.collect(body, counter);
            }
        }
    }

    fn insert(&mut self, id: &str, kind: Kind, number: &str, title: &str) {
        if !id.is_empty() {
            let target = Target {
                kind,
                number: number.to_owned(),
                title: title.to_owned(),
            };
            self.by_id.insert(id.to_owned(), target);
        }
    }
}

impl Counter {
    /// The number of a heading that takes part in the numbering, as Word counts: levels that were skipped count as one.
    fn heading(&mut self, at: usize) -> String {
        self.headings[at] += 1;
        self.headings[at + 1..].fill(0);
        let parts: Vec<String> = self.headings[..=at]
            .iter()
            .map(|count| (*count).max(1).to_string())
            .collect();
        parts.join(".")
    }
}

/// The words of a text, without what it does not say itself.
fn plain(content: &[Inline]) -> String {
    let words = content
        .iter()
        .filter(|inline| inline.marks.deletion().is_none())
        .map(|inline| match &inline.kind {
            InlineKind::Text(text) => text.as_str(),
            InlineKind::HardBreak => " ",
            InlineKind::Placeholder { label, .. }
            | InlineKind::Fact { label, .. }
            | InlineKind::Mention { label, .. } => label,
            InlineKind::Clause { citation, .. } => citation,
            InlineKind::Footnote(_) | InlineKind::CrossReference { .. } => "",
        });
    words.collect()
}

impl Writer<'_> {
    /// A cross-reference's field code and result. Where a number is asked for and the target has none, the field asks for
    /// the title; `\* MERGEFORMAT`, which changes nothing else, keeps that it was a number.
    pub(super) fn reference(&mut self, target: &str, show: Show) -> (String, String) {
        let name = names::bookmark(target, Marked::Node);
        let Some(found) = self.targets.by_id.get(target) else {
            self.lose("a cross-reference leads nowhere: what it names is not in the document");
            let code = match show {
                Show::Number => format!(" REF {name} \\r \\h "),
                Show::Title => format!(" REF {name} \\h "),
                Show::Page => format!(" PAGEREF {name} \\h "),
            };
            return (code, "?".to_owned());
        };
        match (show, found.kind) {
            (Show::Number, Kind::Figure) => (format!(" REF {name} \\h "), found.number.clone()),
            (Show::Title, Kind::Figure) => {
                let name = names::bookmark(target, Marked::Title);
                (format!(" REF {name} \\h "), found.title.clone())
            }
            (Show::Number, Kind::Paragraph) if found.number.is_empty() => {
                (format!(" REF {name} \\h \\* MERGEFORMAT "), found.title.clone())
            }
            (Show::Number, Kind::Paragraph) => (format!(" REF {name} \\r \\h "), found.number.clone()),
            (Show::Title, Kind::Paragraph) => (format!(" REF {name} \\h "), found.title.clone()),
            (Show::Page, _) => {
                let shown = if found.number.is_empty() {
                    &found.title
                } else {
                    &found.number
                };
                (format!(" PAGEREF {name} \\h "), shown.clone())
            }
        }
    }

    /// The name of the bookmark that the table of contents has for the next heading, if there is a table and the heading
    /// has no id to be found by.
    pub(super) fn contents_bookmark(&mut self) -> Option<String> {
        let at = self.headings?;
        self.headings = Some(at + 1);
        let heading = self.targets.headings.get(at)?;
        heading.id.is_empty().then(|| contents_name(at))
    }

    /// The table of contents: a field that Word fills anew when it opens the file, with the headings as they are.
    pub(super) fn contents(&mut self) {
        let id = self.next_id();
        self.out.open("w:sdt", &[]);
        self.out.open("w:sdtPr", &[]);
        self.out.value("w:id", &id);
        self.out.open("w:docPartObj", &[]);
        self.out.value("w:docPartGallery", "Table of Contents");
        self.out.empty("w:docPartUnique", &[]);
        self.out.close("w:docPartObj");
        self.out.close("w:sdtPr");
        self.out.open("w:sdtContent", &[]);
        self.begin(&Shape::new(names::CONTENTS_TITLE));
        self.plain_run("Contents");
        self.end();
        self.contents_lines();
        self.out.close("w:sdtContent");
        self.out.close("w:sdt");
    }

    fn contents_lines(&mut self) {
        const BEGIN: &str = "<w:r><w:fldChar w:fldCharType=\"begin\" w:dirty=\"true\"/></w:r><w:r><w:instrText \
            xml:space=\"preserve\"> TOC \\o \"1-6\" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar \
            w:fldCharType=\"separate\"/></w:r>";
        const END: &str = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
        let headings = std::mem::take(&mut self.targets.headings);
        for (at, heading) in headings.iter().enumerate() {
            self.begin(&Shape::new(names::CONTENTS[heading.level]));
            if at == 0 {
                self.out.raw(BEGIN);
            }
            let name = if heading.id.is_empty() {
                contents_name(at)
            } else {
                names::bookmark(&heading.id, Marked::Node)
            };
            self.out.open("w:hyperlink", &[("w:anchor", &name), ("w:history", "1")]);
            if !heading.number.is_empty() {
                self.plain_run(&format!("{}\t", heading.number));
            }
            self.plain_run(&heading.title);
            self.out.close("w:hyperlink");
            self.end();
        }
        self.begin(&Shape::new(names::NORMAL));
        if headings.is_empty() {
            self.out.raw(BEGIN);
        }
        self.out.raw(END);
        self.end();
        self.targets.headings = headings;
    }
}

/// A bookmark as Word names those of its own tables of contents.
fn contents_name(at: usize) -> String {
    format!("_Toc{:08}", at + 1)
}

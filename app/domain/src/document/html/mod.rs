//! A document as HTML, for reading: made from the tree, so that nothing can be in it but the tags and attributes named
//! here, and no text of the document is ever markup.
//!
//! No `style` anywhere; widths are attributes. Classes, for the style sheet:
//!
//! - `div.doc` around everything.
//! - `p`, with `al-start`, `al-center`, `al-end`, `al-justify`; text blocks have `dir` (`auto` where none is set).
//! - `h1` to `h6`, the number in `span.secno`.
//! - `ul`; `ol`, with `ol-decimal`, `ol-lower_alpha`, `ol-upper_alpha`, `ol-lower_roman`, `ol-upper_roman`; `ul.tasks >
//!   li.task[data-checked=true|false] > span.task-box + div`.
//! - `blockquote`; `div.callout.callout-note|warning|caution > b.callout-kind + div`.
//! - `div.table > table > colgroup? thead? tbody`; rows at the top whose cells are all headers are the `thead`.
//! - `figure.fig > img + figcaption`, the number in `span.figno`; `span.fig-gone` where the picture is not to be had.
//! - `hr`; `pre.code[data-language] > code`; `div.page-break`; `nav.toc > a.lv1` to `a.lv6`, the first time only.
//! - `div.step[data-number] > div.step-body + div.step-asks > span.ask > b`; `p.pause[data-seconds]`.
//! - In lines: `strong em u s sub sup code`, `a`, `mark.hl-yellow|green|blue|pink`, `ins.ins`, `del.del`, `br`, `a.xref`,
//!   `span.xref-gone`, `span.slot[data-field]`, `span.fact`, `span.clause`, `span.mention`, `sup.note > a`.
//! - `section.notes > ol > li`, at the end, each with `a.note-back`.
//! - In a comparison: `div.change.change-added|removed|moved_here|moved_away|reformatted` around a block, with
//!   `span.change-word` saying it.

mod lines;
mod table;
mod write;

pub use table::header_rows;

use super::numbering::{Counters, Numbering};
use super::outline::{anchor, outline};
use super::{Block, CalloutKind, Document, Inline, Record};
use std::collections::HashMap;
use write::Writer;

/// What happened to a block, where two documents are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It was elsewhere.
    MovedHere,
    /// It is elsewhere now.
    MovedAway,
    /// Its words are the same, its form is not.
    Reformatted,
}

impl BlockChange {
    /// The word in class names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::MovedHere => "moved_here",
            Self::MovedAway => "moved_away",
            Self::Reformatted => "reformatted",
        }
    }

    /// What a person reads.
    fn said(self) -> &'static str {
        match self {
            Self::Added => "Added",
            Self::Removed => "Removed",
            Self::MovedHere => "Moved here",
            Self::MovedAway => "Moved from here",
            Self::Reformatted => "Form changed",
        }
    }
}

/// Where the HTML will stand.
#[derive(Clone, Copy)]
pub struct Setting<'s> {
    /// What comes before each id of the document: on a page of ours `doc-`, so that no document names a part of the page.
    pub prefix: &'s str,
    /// The address of an attachment by its id; none when it is not to be had.
    pub attachment: &'s dyn Fn(&str) -> Option<String>,
    /// Whether pictures within the document are shown as they are. On a page of ours they cannot be: its content policy lets
    /// none in.
    pub within: bool,
    /// The language of the document as a BCP 47 tag, for the words that nobody wrote; empty for English.
    pub language: &'s str,
}

/// The document as one `div`.
pub fn render(document: &Document, setting: Setting<'_>) -> String {
    render_changes(document, setting, &HashMap::new())
}

/// The document as one `div` that a reader of ours takes back whole: what HTML has no place for stands in `data-`
/// attributes (`data-src`, `data-record`, `data-unit`, `data-confirm`, `data-show`, `data-fact`, `data-source`,
/// `data-citation`, `data-member`, `data-label`, `data-colwidth`, `data-link`, `data-link-title`). Blanks count in it.
pub fn render_whole(document: &Document, setting: Setting<'_>) -> String {
    let numbering = Numbering::in_language(document, setting.language);
    let mut renderer = Renderer {
        keeping: Keeping::Whole,
        ..Renderer::new(document, &numbering, setting)
    };
    renderer.out.open("div", &[("class", "doc"), ("data-schema", "1")]);
    renderer.blocks(document.blocks());
    renderer.notes();
    renderer.out.close("div");
    renderer.out.finish()
}

/// One block as HTML that a reader of ours takes back whole, to stand in a text that is not HTML. Its footnotes stand where
/// they are referred to (`span.footnote`), nothing in it is numbered but what references show, and a numbered heading has
/// the class `numbered`. `document` is what the block is part of, `numbering` its numbering.
pub fn render_part(document: &Document, numbering: &Numbering, block: &Block, setting: Setting<'_>) -> String {
    let mut renderer = Renderer {
        keeping: Keeping::Part,
        ..Renderer::new(document, numbering, setting)
    };
    renderer.block(block);
    renderer.out.finish()
}

/// How much of the document its HTML carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// What a reader sees.
    Shown,
    /// Everything, for reading back.
    Whole,
    /// Everything of one block, for reading back.
    Part,
}

/// The same, with what happened to some of its blocks, by their places.
pub(super) fn render_changes(
    document: &Document,
    setting: Setting<'_>,
    changes: &HashMap<Vec<usize>, BlockChange>,
) -> String {
    let numbering = Numbering::in_language(document, setting.language);
    let mut renderer = Renderer {
        changes: Some(changes),
        ..Renderer::new(document, &numbering, setting)
    };
    renderer.out.open("div", &[("class", "doc")]);
    renderer.blocks(document.blocks());
    renderer.notes();
    renderer.out.close("div");
    renderer.out.finish()
}

struct Renderer<'d, 's> {
    document: &'d Document,
    setting: Setting<'s>,
    keeping: Keeping,
    changes: Option<&'s HashMap<Vec<usize>, BlockChange>>,
    numbering: &'s Numbering,
    counters: Counters,
    headings: usize,
    has_contents: bool,
    /// Footnotes that are still to be written at the end.
    notes: Vec<(u32, &'d [Inline])>,
    place: Vec<usize>,
    out: Writer,
}

impl<'d, 's> Renderer<'d, 's> {
    fn new(document: &'d Document, numbering: &'s Numbering, setting: Setting<'s>) -> Self {
        Self {
            document,
            setting,
            keeping: Keeping::Shown,
            changes: None,
            numbering,
            counters: Counters::new(document),
            headings: 0,
            has_contents: false,
            notes: Vec::new(),
            place: Vec::new(),
            out: Writer::default(),
        }
    }

    /// A value that only a reader of ours needs.
    fn kept<'v>(&self, value: &'v str) -> &'v str {
        if self.keeping == Keeping::Shown { "" } else { value }
    }

    /// An id of the document as it is in HTML.
    fn anchored(&self, id: &str) -> String {
        format!("{}{id}", self.setting.prefix)
    }

    fn blocks(&mut self, blocks: &'d [Block]) {
        for (index, block) in blocks.iter().enumerate() {
            self.place.push(index);
            match self.changes.and_then(|changes| changes.get(&self.place)).copied() {
                None => self.block(block),
                Some(change) => self.changed(block, change),
            }
            self.place.pop();
        }
    }

    fn changed(&mut self, block: &'d Block, change: BlockChange) {
        let class = format!("change change-{}", change.word());
        self.out.open("div", &[("class", &class)]);
        self.out.whole("span", &[("class", "change-word")], change.said());
        let tag = match change {
            BlockChange::Added => Some("ins"),
            BlockChange::Removed => Some("del"),
            _ => None,
        };
        // Text says of itself that it is new or gone; a picture or a line cannot.
        let tag = tag.filter(|_| block.inlines().is_none_or(<[_]>::is_empty) && block.bodies().is_empty());
        if let Some(tag) = tag {
            self.out.open(tag, &[("class", tag)]);
        }
        self.block(block);
        if let Some(tag) = tag {
            self.out.close(tag);
        }
        self.out.close("div");
    }

    fn block(&mut self, block: &'d Block) {
        match block {
            Block::Paragraph { dir, align, content } => {
                let class = align.map(|align| format!("al-{}", align.word())).unwrap_or_default();
                let dir = dir.map_or("auto", super::Direction::word);
                self.out.open("p", &[("class", &class), ("dir", dir)]);
                self.lines(content);
                self.out.close("p");
            }
            Block::Heading {
                level,
                numbered,
                id,
                content,
            } => self.heading(*level, *numbered, id, content),
            Block::BulletList { .. } | Block::OrderedList { .. } | Block::TaskList { .. } => self.list(block),
            Block::Blockquote { content } => {
                self.out.open("blockquote", &[]);
                self.blocks(content);
                self.out.close("blockquote");
            }
            Block::Callout { kind, content } => self.callout(*kind, content),
            Block::Table { rows } => self.table(rows),
            Block::Figure {
                src,
                alt,
                width,
                id,
                caption,
            } => {
                let number = self.counters.figure();
                let anchor = if id.is_empty() {
                    String::new()
                } else {
                    self.anchored(id)
                };
                self.out.open("figure", &[("class", "fig"), ("id", &anchor)]);
                self.picture(src, alt, *width);
                self.out.open("figcaption", &[("dir", "auto")]);
                if self.keeping != Keeping::Part {
                    self.out.whole(
                        "span",
                        &[("class", "figno")],
                        &format!("{} {number}", self.numbering.words().figure),
                    );
                    if !caption.is_empty() {
                        self.out.text(" ");
                    }
                }
                self.lines(caption);
                self.out.close("figcaption");
                self.out.close("figure");
            }
            Block::Divider => self.out.void("hr", &[]),
            Block::CodeBlock { language, content } => {
                let language = language.as_deref().unwrap_or_default();
                self.out
                    .open("pre", &[("class", "code"), ("data-language", language), ("dir", "ltr")]);
                self.out.open("code", &[]);
                self.lines(content);
                self.out.close("code");
                self.out.close("pre");
            }
            Block::PageBreak => {
                let attributes = [
                    ("class", "page-break"),
                    ("role", "separator"),
                    ("aria-label", "Page break"),
                ];
                self.out.whole("div", &attributes, "");
            }
            Block::TableOfContents => self.contents(),
            Block::Step {
                id,
                confirm,
                record,
                content,
            } => self.step(id, *confirm, record.as_ref(), content),
            Block::Pause { seconds } => {
                let attributes = [("class", "pause"), ("data-seconds", &*seconds.to_string())];
                self.out
                    .whole("p", &attributes, &self.numbering.words().pausing(*seconds));
            }
        }
    }

    fn heading(&mut self, level: u8, numbered: bool, id: &str, content: &'d [Inline]) {
        const TAGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];
        let tag = TAGS[usize::from(level) - 1];
        if self.keeping == Keeping::Part {
            let class = if numbered { "numbered" } else { "" };
            self.out.open(tag, &[("id", id), ("class", class)]);
            self.lines(content);
            self.out.close(tag);
            return;
        }
        self.headings += 1;
        let anchor = self.anchored(&anchor(id, self.headings));
        self.out.open(tag, &[("id", &anchor), ("dir", "auto")]);
        if let Some(number) = self.counters.heading(level, numbered) {
            self.out.whole("span", &[("class", "secno")], &number);
            self.out.text(" ");
        }
        self.lines(content);
        self.out.close(tag);
    }

    /// What stands in one item or cell.
    fn body(&mut self, index: &[usize], content: &'d [Block]) {
        self.place.extend(index);
        self.blocks(content);
        self.place.truncate(self.place.len() - index.len());
    }

    fn list(&mut self, list: &'d Block) {
        let tag = match list {
            Block::OrderedList { start, style, .. } => {
                let start = if *start == 1 { String::new() } else { start.to_string() };
                let class = format!("ol-{}", style.word());
                self.out.open("ol", &[("class", &class), ("start", &start)]);
                "ol"
            }
            Block::TaskList { items } => {
                self.out.open("ul", &[("class", "tasks")]);
                for (index, item) in items.iter().enumerate() {
                    let (checked, said) = if item.checked {
                        ("true", "Done")
                    } else {
                        ("false", "To do")
                    };
                    self.out.open("li", &[("class", "task"), ("data-checked", checked)]);
                    let attributes = [("class", "task-box"), ("role", "img"), ("aria-label", said)];
                    self.out.whole("span", &attributes, "");
                    self.out.open("div", &[]);
                    self.body(&[index], &item.content);
                    self.out.close("div");
                    self.out.close("li");
                }
                self.out.close("ul");
                return;
            }
            _ => {
                self.out.open("ul", &[]);
                "ul"
            }
        };
        for (index, content) in list.bodies().into_iter().enumerate() {
            self.out.open("li", &[]);
            self.body(&[index], content);
            self.out.close("li");
        }
        self.out.close(tag);
    }

    fn callout(&mut self, kind: CalloutKind, content: &'d [Block]) {
        let said = self.numbering.words().callout(kind);
        let class = format!("callout callout-{}", kind.word());
        self.out.open("div", &[("class", &class), ("role", "note")]);
        self.out.whole("b", &[("class", "callout-kind")], said);
        self.out.open("div", &[]);
        self.blocks(content);
        self.out.close("div");
        self.out.close("div");
    }

    fn picture(&mut self, src: &str, alt: &str, width: Option<u32>) {
        let address = match src.strip_prefix("attachment:") {
            Some(id) => (self.setting.attachment)(id),
            None => self.setting.within.then(|| src.to_owned()),
        };
        let Some(address) = address else {
            let said = if alt.is_empty() {
                "This picture is not here."
            } else {
                alt
            };
            let width = width.map(|width| width.to_string()).unwrap_or_default();
            let attributes = [
                ("class", "fig-gone"),
                ("data-src", self.kept(src)),
                ("data-alt", self.kept(alt)),
                ("data-width", self.kept(&width)),
            ];
            self.out.whole("span", &attributes, said);
            return;
        };
        let width = width.map(|width| width.to_string()).unwrap_or_default();
        let kept = if address == src { "" } else { self.kept(src) };
        self.out.picture(&address, alt, &width, kept);
    }

    /// The contents, once: a second list of them says nothing new, and a thousand would be a thousand times as long.
    fn contents(&mut self) {
        if self.keeping == Keeping::Part || std::mem::replace(&mut self.has_contents, true) {
            if self.keeping != Keeping::Shown {
                self.out.whole("nav", &[("class", "toc")], "");
            }
            return;
        }
        self.out.open(
            "nav",
            &[("class", "toc"), ("aria-label", self.numbering.words().contents)],
        );
        // A heading without words, or whose words are proposed to be taken away, has nothing to be listed by.
        for entry in outline(self.document).iter().filter(|entry| !entry.title.is_empty()) {
            let (class, address) = (
                format!("lv{}", entry.level),
                format!("#{}", self.anchored(&entry.anchor)),
            );
            self.out
                .open("a", &[("class", &class), ("href", &address), ("dir", "auto")]);
            if let Some(number) = &entry.number {
                self.out.whole("span", &[("class", "secno")], number);
                self.out.text(" ");
            }
            self.out.text(&entry.title);
            self.out.close("a");
        }
        self.out.close("nav");
    }

    fn step(&mut self, id: &str, confirm: bool, record: Option<&Record>, content: &'d [Block]) {
        let number = self.counters.enter_step();
        let anchor = if id.is_empty() {
            String::new()
        } else {
            self.anchored(id)
        };
        let label = format!("{} {number}", self.numbering.words().step);
        let part = self.keeping == Keeping::Part;
        let group = [
            ("class", "step"),
            ("id", &*anchor),
            ("data-number", if part { "" } else { &number }),
            ("role", "group"),
            ("aria-label", if part { "" } else { &label }),
            ("data-confirm", self.kept(if confirm { "true" } else { "" })),
            (
                "data-record",
                self.kept(record.map_or("", |record| record.label.as_str())),
            ),
            ("data-unit", self.kept(record.map_or("", |record| record.unit.as_str()))),
        ];
        self.out.open("div", &group);
        self.out.open("div", &[("class", "step-body")]);
        self.blocks(content);
        self.out.close("div");
        if confirm || record.is_some() {
            self.out.open("div", &[("class", "step-asks")]);
            if confirm {
                self.out.open("span", &[("class", "ask")]);
                self.out.whole("b", &[], self.numbering.words().confirm);
                self.out.close("span");
            }
            if let Some(Record { label, unit }) = record {
                self.out.open("span", &[("class", "ask")]);
                self.out.whole("b", &[], self.numbering.words().record);
                self.out.text(&if unit.is_empty() {
                    format!(" {label}")
                } else {
                    format!(" {label}, {unit}")
                });
                self.out.close("span");
            }
            self.out.close("div");
        }
        self.out.close("div");
        self.counters.leave_step();
    }
}

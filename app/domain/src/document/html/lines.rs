//! What stands within lines: marks as nested elements, references, footnotes.

use super::Renderer;
use crate::document::{Inline, InlineKind, Mark, Marks, text};

impl<'d> Renderer<'d, '_> {
    /// Writes inlines. An element stays open as long as its mark goes on, so that a link is one link.
    pub(super) fn lines(&mut self, inlines: &'d [Inline]) {
        let mut open: Vec<&Mark> = Vec::new();
        for inline in inlines {
            let mut wanted = nested(&inline.marks);
            // A reference and a footnote's number are links themselves, and no link stands in another.
            if let InlineKind::CrossReference { .. } | InlineKind::Footnote(_) = inline.kind {
                wanted.retain(|mark| !matches!(mark, Mark::Link { .. }));
            }
            let same = open.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
            for mark in open.drain(same..).rev() {
                self.out.close(tag(mark));
            }
            for mark in &wanted[same..] {
                self.open_mark(mark);
            }
            open = wanted;
            self.inline(&inline.kind);
        }
        for mark in open.into_iter().rev() {
            self.out.close(tag(mark));
        }
    }

    fn open_mark(&mut self, mark: &Mark) {
        let tag = tag(mark);
        match mark {
            Mark::Link { href, title } => {
                let address = match href.strip_prefix('#') {
                    Some(id) => format!("#{}", self.anchored(id)),
                    None => href.clone(),
                };
                let rel = if address.starts_with("http") {
                    "noopener noreferrer nofollow"
                } else {
                    ""
                };
                let title = title.as_deref().unwrap_or_default();
                self.out
                    .open(tag, &[("href", &address), ("title", title), ("rel", rel)]);
            }
            Mark::Highlight { colour } => {
                let class = format!("hl-{}", colour.word());
                self.out.open(tag, &[("class", &class)]);
            }
            Mark::Insertion(change) | Mark::Deletion(change) => {
                let attributes = [
                    ("class", tag),
                    ("datetime", &*change.at),
                    ("data-author", &change.author),
                ];
                self.out.open(tag, &attributes);
            }
            _ => self.out.open(tag, &[]),
        }
    }

    fn inline(&mut self, kind: &'d InlineKind) {
        let said = text::shown(kind, Some(&self.numbering));
        match kind {
            InlineKind::Text(text) => self.out.text(text),
            InlineKind::HardBreak => self.out.void("br", &[]),
            InlineKind::Footnote(content) => self.footnote(content),
            InlineKind::CrossReference { target, .. } => {
                if self.numbering.target(target).is_some() {
                    let address = format!("#{}", self.anchored(target));
                    self.out.whole("a", &[("class", "xref"), ("href", &address)], &said);
                } else {
                    self.out.whole("span", &[("class", "xref-gone")], "missing reference");
                }
            }
            InlineKind::Placeholder { field, .. } => {
                self.out
                    .whole("span", &[("class", "slot"), ("data-field", field)], &said);
            }
            InlineKind::Fact { .. } => self.out.whole("span", &[("class", "fact")], &said),
            InlineKind::Clause { .. } => self.out.whole("span", &[("class", "clause")], &said),
            InlineKind::Mention { .. } => self.out.whole("span", &[("class", "mention")], &said),
        }
    }

    fn footnote(&mut self, content: &'d [Inline]) {
        let number = self.counters.footnote();
        let (own, note) = (self.note_anchor("from", number), self.note_anchor("note", number));
        self.out.open("sup", &[("class", "note"), ("id", &own)]);
        let address = format!("#{note}");
        let attributes = [
            ("href", &*address),
            ("role", "doc-noteref"),
            ("aria-label", &format!("Footnote {number}")),
        ];
        self.out.whole("a", &attributes, &number.to_string());
        self.out.close("sup");
        self.notes.push((number, content));
    }

    /// Ids of the model have no dots, so these meet none of them.
    fn note_anchor(&self, side: &str, number: u32) -> String {
        self.anchored(&format!("{side}.{number}"))
    }

    /// The footnotes, each with the way back.
    pub(super) fn notes(&mut self) {
        if self.notes.is_empty() {
            return;
        }
        self.out.open(
            "section",
            &[
                ("class", "notes"),
                ("role", "doc-endnotes"),
                ("aria-label", "Footnotes"),
            ],
        );
        self.out.open("ol", &[]);
        for (number, content) in std::mem::take(&mut self.notes) {
            let (note, back) = (
                self.note_anchor("note", number),
                format!("#{}", self.note_anchor("from", number)),
            );
            self.out.open("li", &[("id", &note), ("dir", "auto")]);
            self.lines(content);
            self.out.text(" ");
            let label = format!("Back to footnote {number} in the text");
            let attributes = [
                ("class", "note-back"),
                ("href", &*back),
                ("role", "doc-backlink"),
                ("aria-label", &label),
            ];
            self.out.whole("a", &attributes, "↩");
            self.out.close("li");
        }
        self.out.close("ol");
        self.out.close("section");
    }
}

/// Marks from the outermost element to the innermost: changes around links, links around form.
fn nested(marks: &Marks) -> Vec<&Mark> {
    let rank = |mark: &&Mark| match mark {
        Mark::Insertion(_) => 0,
        Mark::Deletion(_) => 1,
        Mark::Link { .. } => 2,
        Mark::Highlight { .. } => 3,
        _ => 4,
    };
    let mut nested: Vec<_> = marks.iter().collect();
    nested.sort_by_key(rank);
    nested
}

fn tag(mark: &Mark) -> &'static str {
    match mark {
        Mark::Strong => "strong",
        Mark::Emphasis => "em",
        Mark::Underline => "u",
        Mark::Strike => "s",
        Mark::Superscript => "sup",
        Mark::Subscript => "sub",
        Mark::Code => "code",
        Mark::Link { .. } => "a",
        Mark::Highlight { .. } => "mark",
        Mark::Insertion(_) => "ins",
        Mark::Deletion(_) => "del",
    }
}

//! What stands within lines: marks as nested elements, references, footnotes.

use super::{Keeping, Renderer};
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
            self.inline(inline);
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

    fn inline(&mut self, inline: &'d Inline) {
        let said = text::shown(&inline.kind, Some(self.numbering));
        let (class, kept): (&str, [(&str, &str); 2]) = match &inline.kind {
            InlineKind::Text(text) => return self.out.text(text),
            InlineKind::HardBreak => return self.out.void("br", &[]),
            InlineKind::Footnote(content) => return self.footnote(content, &inline.marks),
            InlineKind::CrossReference { target, show } => {
                return self.reference(target, show.word(), &said, &inline.marks);
            }
            InlineKind::Placeholder { field, label } => {
                let label = self.kept(label);
                ("slot", [("data-field", field), ("data-label", label)])
            }
            InlineKind::Fact { id, label } => ("fact", [("data-fact", id), ("data-label", label)]),
            InlineKind::Clause { source, citation } => {
                ("clause", [("data-source", source), ("data-citation", citation)])
            }
            InlineKind::Mention { member, label } => ("mention", [("data-member", member), ("data-label", label)]),
        };
        let shown = matches!(inline.kind, InlineKind::Placeholder { .. });
        let value = |value| if shown { value } else { self.kept(value) };
        let [first, second] = kept;
        let attributes = [("class", class), (first.0, value(first.1)), (second.0, value(second.1))];
        self.out.whole("span", &attributes, &said);
    }

    /// A link around what is a link itself, for a reader of ours.
    fn kept_link<'m>(&self, marks: &'m Marks) -> (&'m str, &'m str) {
        let (href, title) = marks.link().unwrap_or_default();
        (self.kept(href), self.kept(title.unwrap_or_default()))
    }

    fn reference(&mut self, target: &str, show: &str, said: &str, marks: &Marks) {
        let (link, title) = self.kept_link(marks);
        let kept = [
            ("data-show", self.kept(show)),
            ("data-link", link),
            ("data-link-title", title),
        ];
        if self.numbering.target(target).is_some() {
            let address = format!("#{}", self.anchored(target));
            let attributes = [("class", "xref"), ("href", &*address), kept[0], kept[1], kept[2]];
            self.out.whole("a", &attributes, said);
        } else {
            let target = self.kept(target);
            let attributes = [
                ("class", "xref-gone"),
                ("data-target", target),
                kept[0],
                kept[1],
                kept[2],
            ];
            self.out.whole("span", &attributes, "missing reference");
        }
    }

    fn footnote(&mut self, content: &'d [Inline], marks: &Marks) {
        let (link, title) = self.kept_link(marks);
        let kept = [("data-link", link), ("data-link-title", title)];
        if self.keeping == Keeping::Part {
            self.out.open("span", &[("class", "footnote"), kept[0], kept[1]]);
            self.lines(content);
            self.out.close("span");
            return;
        }
        let number = self.counters.footnote();
        let (own, note) = (self.note_anchor("from", number), self.note_anchor("note", number));
        self.out
            .open("sup", &[("class", "note"), ("id", &own), kept[0], kept[1]]);
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

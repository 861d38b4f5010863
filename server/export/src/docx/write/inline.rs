//! Paragraphs and what stands in their lines: runs, links, fields, notes, tracked changes.

use super::{
    Writer,
    body::{Shape, is_rtl},
};
use crate::docx::{
    markup::Markup,
    names::{self, Marked, Style},
};
use domain::document::{Align, CalloutKind, Change, Colour, Direction, Inline, InlineKind, Mark, Marks};

/// Fill and border of each kind of callout, as in the product's light theme.
pub(super) fn callout_colours(kind: CalloutKind) -> (&'static str, &'static str) {
    match kind {
        CalloutKind::Note => ("EAF1FB", "2F6FBF"),
        CalloutKind::Warning => ("FFF4DB", "B7791F"),
        CalloutKind::Caution => ("FDECEC", "C0392B"),
    }
}

/// Where a run of text goes: what it is, and whether it is deleted.
pub(super) struct Run<'a> {
    pub(super) marks: &'a Marks,
    pub(super) style: Option<Style>,
    pub(super) deleted: bool,
}

impl Writer<'_> {
    /// Begins a paragraph. Properties are in the order of the schema (ISO 29500-1, A.1, `CT_PPrBase`); Word refuses files
    /// that have another.
    pub(super) fn begin(&mut self, shape: &Shape) {
        let rtl = shape.dir.map_or(shape.rtl, |dir| dir == Direction::RightToLeft);
        self.out.open("w:p", &[]);
        self.out.open("w:pPr", &[]);
        self.out.value("w:pStyle", self.styles.id(shape.style));
        if shape.keep_next {
            self.out.empty("w:keepNext", &[]);
        }
        if let Some((number, level)) = shape.number {
            self.out.open("w:numPr", &[]);
            self.out.value("w:ilvl", &level.to_string());
            let number = if number == 0 { 0 } else { number + self.shift.numbers };
            self.out.value("w:numId", &number.to_string());
            self.out.close("w:numPr");
        }
        if let Some(kind) = shape.frame {
            write_frame(&mut self.out, kind);
        }
        match (shape.dir, rtl) {
            (Some(Direction::LeftToRight), _) => self.out.value("w:bidi", "0"),
            (Some(Direction::RightToLeft), _) => self.out.value("w:bidi", "1"),
            (None, true) => self.out.empty("w:bidi", &[]),
            (None, false) => {}
        }
        if self.after_table && shape.style != names::FILLER && !names::HEADINGS.contains(&shape.style) {
            // A table has no room below it of its own.
            self.out.empty("w:spacing", &[("w:before", "160")]);
        }
        self.after_table = false;
        if let Some((left, hanging)) = shape.indent {
            self.out.empty(
                "w:ind",
                &[("w:left", &left.to_string()), ("w:hanging", &hanging.to_string())],
            );
        }
        if let Some(align) = shape.align {
            self.out.value(
                "w:jc",
                match align {
                    Align::Start => "left",
                    Align::Center => "center",
                    Align::End => "end",
                    Align::Justify => "both",
                },
            );
        }
        self.out.close("w:pPr");
    }

    /// Ends a paragraph.
    pub(super) fn end(&mut self) {
        self.remarks_until(self.position);
        self.out.close("w:p");
    }

    /// The content of a paragraph. Neighbours with the same link stand in one.
    pub(super) fn inlines(&mut self, content: &[Inline]) {
        let mut at = 0;
        while let Some(inline) = content.get(at) {
            self.remarks_until(self.position);
            let Some(link) = inline.marks.link() else {
                self.changed(inline);
                at += 1;
                continue;
            };
            let linked = content[at..]
                .iter()
                .take_while(|inline| inline.marks.link() == Some(link))
                .count();
            self.begin_link(link.0, link.1);
            for inline in &content[at..at + linked] {
                self.changed(inline);
            }
            self.out.close("w:hyperlink");
            at += linked;
        }
        self.remarks_until(self.position);
    }

    fn begin_link(&mut self, href: &str, title: Option<&str>) {
        let target = match href.strip_prefix('#') {
            Some(id) => ("w:anchor", names::bookmark(id, Marked::Node)),
            None => ("r:id", self.relations().link(href)),
        };
        let mut attributes = vec![(target.0, target.1.as_str()), ("w:history", "1")];
        attributes.extend(title.map(|title| ("w:tooltip", title)));
        self.out.open("w:hyperlink", &attributes);
    }

    /// An inline within the tracked changes it is part of.
    fn changed(&mut self, inline: &Inline) {
        let changes = [("w:ins", inline.marks.insertion()), ("w:del", inline.marks.deletion())];
        for (name, change) in changes {
            if let Some(change) = change {
                self.begin_change(name, change);
            }
        }
        self.inline(inline);
        for (name, change) in changes.iter().rev() {
            if change.is_some() {
                self.out.close(name);
            }
        }
    }

    fn begin_change(&mut self, name: &str, change: &Change) {
        let id = self.next_id();
        let author = self.source.names.get(&change.author).unwrap_or(&change.author).clone();
        let mut attributes = vec![("w:id", id.as_str()), ("w:author", author.as_str())];
        if !change.at.is_empty() {
            attributes.push(("w:date", change.at.as_str()));
        }
        self.out.open(name, &attributes);
    }

    fn inline(&mut self, inline: &Inline) {
        let marks = &inline.marks;
        let deleted = marks.deletion().is_some();
        if marks.of_kind(&Mark::Superscript).is_some() && marks.of_kind(&Mark::Subscript).is_some() {
            self.lose("text that is both raised and lowered is only raised");
        }
        let chip = |style| Run {
            marks,
            style: Some(style),
            deleted,
        };
        match &inline.kind {
            InlineKind::Text(text) => {
                return self.text(
                    text,
                    &Run {
                        marks,
                        style: None,
                        deleted,
                    },
                );
            }
            InlineKind::HardBreak => self.run(&chip_free(marks, deleted), |out| out.empty("w:br", &[])),
            InlineKind::Footnote(content) => return self.footnote(content, &chip(names::FOOTNOTE_REFERENCE)),
            InlineKind::CrossReference { target, show } => self.cross_reference(target, *show, marks, deleted),
            InlineKind::Placeholder { field, label } => {
                let shown = format!("[{}]", if label.is_empty() { field } else { label });
                self.chip(
                    "placeholder",
                    field,
                    label.is_empty(),
                    &shown,
                    &chip(names::PLACEHOLDER),
                );
            }
            InlineKind::Fact { id, label } => {
                let shown = if label.is_empty() { "•" } else { label };
                self.chip("fact", id, label.is_empty(), shown, &chip(names::CHIP));
            }
            InlineKind::Clause { source, citation } => {
                let shown = if citation.is_empty() {
                    source.clone()
                } else {
                    format!("{source} {citation}")
                };
                self.chip("clause", source, citation.is_empty(), &shown, &chip(names::CHIP));
            }
            InlineKind::Mention { member, label } => {
                self.chip(
                    "mention",
                    member,
                    label.is_empty(),
                    &format!("@{label}"),
                    &chip(names::CHIP),
                );
            }
        }
        self.position += 1;
    }

    /// Text, in pieces where remarks begin or end and where the direction changes.
    fn text(&mut self, text: &str, run: &Run<'_>) {
        let mut rest = text;
        while !rest.is_empty() {
            self.remarks_until(self.position);
            let stop = self
                .next_remark()
                .map(|position| position.saturating_sub(self.position));
            let (bytes, units) = extent(rest, stop);
            let (piece, after) = rest.split_at(bytes);
            for (piece, rtl) in directions(piece) {
                self.piece(piece, run, rtl);
            }
            self.position += units;
            rest = after;
        }
    }

    pub(super) fn piece(&mut self, text: &str, run: &Run<'_>, rtl: bool) {
        let name = if run.deleted { "w:delText" } else { "w:t" };
        self.out.open("w:r", &[]);
        self.run_properties(run.marks, run.style, rtl);
        let mut rest = text;
        loop {
            let at = special(rest).unwrap_or(rest.len());
            let (before, from) = rest.split_at(at);
            if !before.is_empty() {
                self.out.leaf(name, &[("xml:space", "preserve")], before);
            }
            let Some(special) = from.chars().next() else { break };
            self.out.empty(
                match special {
                    '\t' => "w:tab",
                    '\n' => "w:br",
                    '\u{ad}' => "w:softHyphen",
                    _ => "w:noBreakHyphen",
                },
                &[],
            );
            rest = &from[special.len_utf8()..];
        }
        self.out.close("w:r");
    }

    /// One run with whatever is written into it.
    pub(super) fn run(&mut self, run: &Run<'_>, write: impl FnOnce(&mut Markup)) {
        self.out.open("w:r", &[]);
        self.run_properties(run.marks, run.style, false);
        write(&mut self.out);
        self.out.close("w:r");
    }

    /// A run that nobody wrote: no marks.
    pub(super) fn styled_run(&mut self, text: &str, style: Option<Style>) {
        for (piece, rtl) in directions(text) {
            self.piece(
                piece,
                &Run {
                    marks: &Marks::new(),
                    style,
                    deleted: false,
                },
                rtl,
            );
        }
    }

    /// A run that nobody wrote, in the paragraph's own look.
    pub(super) fn plain_run(&mut self, text: &str) {
        self.styled_run(text, None);
    }

    /// A part of a caption that nobody wrote.
    pub(super) fn label_run(&mut self, text: &str) {
        self.styled_run(text, Some(names::CAPTION_LABEL));
    }

    /// `w:rPr`, in the order of the schema (`EG_RPrBase`).
    fn run_properties(&mut self, marks: &Marks, style: Option<Style>, rtl: bool) {
        let has = |mark: &Mark| marks.of_kind(mark).is_some();
        let style = match style {
            _ if has(&Mark::Code) => Some(names::INLINE_CODE),
            None if marks.link().is_some() => Some(names::HYPERLINK),
            other => other,
        };
        let proposed = |mark: &Mark| matches!(mark, Mark::Insertion(_) | Mark::Deletion(_));
        if marks.iter().all(proposed) && style.is_none() && !rtl {
            return;
        }
        self.out.open("w:rPr", &[]);
        if let Some(style) = style {
            self.out.value("w:rStyle", self.styles.id(style));
        }
        for (mark, names) in [
            (Mark::Strong, &["w:b", "w:bCs"][..]),
            (Mark::Emphasis, &["w:i", "w:iCs"]),
            (Mark::Strike, &["w:strike"]),
        ] {
            if has(&mark) {
                for name in names {
                    self.out.empty(name, &[]);
                }
            }
        }
        if let Some(Mark::Highlight { colour }) = marks.of_kind(&Mark::Highlight { colour: Colour::Yellow }) {
            self.out.value("w:highlight", highlight(*colour));
        }
        if has(&Mark::Underline) {
            self.out.value("w:u", "single");
        }
        if has(&Mark::Superscript) {
            self.out.value("w:vertAlign", "superscript");
        } else if has(&Mark::Subscript) {
            self.out.value("w:vertAlign", "subscript");
        }
        if rtl {
            self.out.empty("w:rtl", &[]);
        }
        self.out.close("w:rPr");
    }
}

fn chip_free(marks: &Marks, deleted: bool) -> Run<'_> {
    Run {
        marks,
        style: None,
        deleted,
    }
}

/// Borders and shading of a callout, for paragraphs whose style is not the callout's.
fn write_frame(out: &mut Markup, kind: CalloutKind) {
    let (fill, border) = callout_colours(kind);
    out.open("w:pBdr", &[]);
    out.empty(
        "w:left",
        &[
            ("w:val", "single"),
            ("w:sz", "24"),
            ("w:space", "8"),
            ("w:color", border),
        ],
    );
    out.close("w:pBdr");
    out.empty("w:shd", &[("w:val", "clear"), ("w:color", "auto"), ("w:fill", fill)]);
}

/// The pen of Word's palette that looks most like ours.
fn highlight(colour: Colour) -> &'static str {
    match colour {
        Colour::Yellow => "yellow",
        Colour::Green => "green",
        Colour::Blue => "cyan",
        Colour::Pink => "magenta",
    }
}

/// The bytes of a text up to a number of UTF-16 units, and its units up to there.
fn extent(text: &str, stop: Option<usize>) -> (usize, usize) {
    let Some(stop) = stop else {
        let units = if text.is_ascii() {
            text.len()
        } else {
            text.encode_utf16().count()
        };
        return (text.len(), units);
    };
    let (mut bytes, mut units) = (0, 0);
    for c in text.chars() {
        if units >= stop {
            break;
        }
        bytes += c.len_utf8();
        units += c.len_utf16();
    }
    (bytes, units)
}

/// Where the first character of a text stands that is an element in Word.
fn special(text: &str) -> Option<usize> {
    // The first bytes of the four, which hardly any text has.
    let possible = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0xc2 | 0xe2);
    text.as_bytes().iter().any(possible).then_some(())?;
    text.find(['\t', '\n', '\u{ad}', '\u{2011}'])
}

/// A text in pieces of one direction. Blanks, digits and signs stay with what is before them.
pub(super) fn directions(text: &str) -> Directions<'_> {
    // U+0590, the first letter that reads from right to left, has this first byte.
    let turns = text.bytes().any(|byte| byte >= 0xd6);
    Directions { rest: text, turns }
}

/// What [`directions`] answers: pieces, and whether each reads from right to left.
pub(super) struct Directions<'a> {
    rest: &'a str,
    turns: bool,
}

impl<'a> Iterator for Directions<'a> {
    type Item = (&'a str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        if !self.turns {
            return Some((std::mem::take(&mut self.rest), false));
        }
        let mut rtl = None;
        let mut end = self.rest.len();
        for (at, c) in self.rest.char_indices() {
            let strong = if is_rtl(c) {
                Some(true)
            } else if c.is_alphabetic() {
                Some(false)
            } else {
                None
            };
            if strong.is_some() && rtl.is_some() && strong != rtl {
                end = at;
                break;
            }
            rtl = strong.or(rtl);
        }
        let (piece, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some((piece, rtl == Some(true)))
    }
}

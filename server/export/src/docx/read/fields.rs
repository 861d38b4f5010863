//! Fields: a code, and the result that the file has of it. A field may hold others and go on over paragraphs.

use super::{
    Reader,
    inline::{Line, Piece, line_of},
};
use crate::docx::{names, xml::Element};
use domain::document::{Inline, InlineKind, Mark, Marks, Show, href};

/// Most fields within one another.
const DEPTH_MAX: usize = 32;
/// The longest code that is read, in bytes.
const CODE_MAX: usize = 8_192;

/// A field that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) code: String,
    /// Whether its result is being read.
    in_result: bool,
    /// The first piece of its result in the paragraph that is being read.
    pub(super) from: usize,
    /// A check box of an old form.
    checkbox: Option<bool>,
    /// Whether it is a table of contents; known as soon as its result begins, as is the next.
    contents: bool,
    /// Where it links to.
    link: Option<String>,
}

impl Field {
    /// A field whose code stands in an attribute.
    pub(super) fn with_code(code: String) -> Self {
        Self {
            code,
            ..Self::default()
        }
    }
}

/// A reference whose target is known only when everything is read.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) bookmark: String,
    pub(super) show: Show,
    /// What the file shows, in case there is no such target.
    pub(super) shown: Vec<Inline>,
    pub(super) place: String,
}

/// A field's code, taken apart.
struct Code<'c> {
    name: String,
    arguments: Vec<&'c str>,
    switches: Vec<String>,
}

impl<'c> Code<'c> {
    /// Words, quoted words, and switches with the letter after the stroke (ISO 29500-1, 17.16.2).
    fn read(code: &'c str) -> Self {
        let mut words = Vec::new();
        let mut rest = code.trim();
        while !rest.is_empty() {
            if let Some(quoted) = rest.strip_prefix('"') {
                let (word, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                words.push((word, true));
                rest = after.trim_start();
            } else {
                let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                words.push((word, false));
                rest = after.trim_start();
            }
        }
        let name = words.first().map(|(word, _)| word.to_uppercase()).unwrap_or_default();
        let is_switch = |(word, quoted): &(&str, bool)| !quoted && word.starts_with('\\');
        let switches = words
            .iter()
            .filter(|word| is_switch(word))
            .map(|(word, _)| word.to_lowercase())
            .collect();
        let arguments = words
            .iter()
            .skip(1)
            .filter(|word| !is_switch(word))
            .map(|(word, _)| *word)
            .collect();
        Self {
            name,
            arguments,
            switches,
        }
    }

    fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    /// Where a link's code leads. With `\l`, the word after it is a place: within the target, or within the file when
    /// there is no target.
    fn address(&self) -> Option<String> {
        let place = self.has("\\l");
        match self.arguments.as_slice() {
            [place_only] if place => Some(super::finish::local(place_only)),
            [address, place_in, ..] if place => href(&format!("{address}#{place_in}")),
            [address, ..] => href(address),
            [] => None,
        }
    }
}

impl<'t> Reader<'t> {
    /// Whether what comes is part of a field's code and not shown.
    pub(super) fn in_field_code(&self) -> bool {
        self.fields.iter().any(|field| !field.in_result)
    }

    /// Whether a table of contents is being read.
    pub(super) fn in_contents(&self) -> bool {
        self.fields.iter().any(|field| field.contents)
    }

    pub(super) fn field_code(&mut self, code: &str) {
        if let Some(field) = self
            .fields
            .last_mut()
            .filter(|field| !field.in_result && field.code.len() < CODE_MAX)
        {
            field.code.push_str(code);
        }
    }

    pub(super) fn field_mark(&mut self, mark: Element<'t>, line: &mut Line) {
        match mark.attribute("w:fldCharType") {
            Some("begin") => {
                let form = mark.descend(&["w:ffData", "w:checkBox"]);
                let checked =
                    form.map(|form| form.switch("w:checked").or_else(|| form.switch("w:default")) == Some(true));
                self.begin_field(
                    Field {
                        checkbox: checked,
                        ..Field::default()
                    },
                    line,
                );
            }
            Some("separate") => self.separate_field(line),
            Some("end") => self.end_field(line),
            _ => {}
        }
    }

    pub(super) fn begin_field(&mut self, field: Field, line: &Line) {
        if self.fields.len() < DEPTH_MAX {
            self.fields.push(Field {
                from: line.pieces.len(),
                ..field
            });
        }
    }

    pub(super) fn separate_field(&mut self, line: &mut Line) {
        let from = line.pieces.len();
        if let Some(field) = self.fields.last_mut() {
            field.in_result = true;
            field.from = from;
            let code = Code::read(&field.code);
            match code.name.as_str() {
                "HYPERLINK" => field.link = code.address(),
                "TOC" => {
                    let listed = code.has("\\c") || code.has("\\f") && !code.has("\\o");
                    field.contents = true;
                    line.in_contents = true;
                    line.begins_contents = !listed;
                    if listed {
                        self.lose("a list of figures or tables was left out");
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn end_field(&mut self, line: &mut Line) {
        let Some(field) = self.fields.pop() else { return };
        let from = field.from.min(line.pieces.len());
        let code = Code::read(&field.code);
        match code.name.as_str() {
            "HYPERLINK" => self.link_field(field.link.or_else(|| code.address()), from, line),
            "REF" | "PAGEREF" | "NOTEREF" => self.reference_field(&code, from, line),
            "SEQ" => line.label_end = Some(line.pieces.len()),
            "MERGEFIELD" => {
                let name = code
                    .arguments
                    .first()
                    .map(|name| line_of(name, domain::document::LINE_MAX));
                let Some(field) = name.filter(|name| !name.is_empty()) else {
                    return;
                };
                let shown = take_inlines(line, from);
                let label: String = shown.iter().filter_map(text_of).collect();
                let label = line_of(label.trim_matches(['«', '»']), domain::document::LINE_MAX);
                let marks = shown.first().map(|inline| inline.marks.clone()).unwrap_or_default();
                line.push(InlineKind::Placeholder { field, label }, marks);
            }
            "FORMCHECKBOX" => {
                let checked = field.checkbox == Some(true);
                line.pieces.truncate(from);
                if line.takes_box() {
                    line.checkbox = Some(checked);
                } else {
                    line.push(
                        InlineKind::Text(if checked { "☒" } else { "☐" }.to_owned()),
                        Marks::new(),
                    );
                }
            }
            "INCLUDEPICTURE" | "INCLUDETEXT" | "LINK" | "DDE" | "DDEAUTO" => {
                self.lose("something included from another file is only as it was when the file was saved");
            }
            "EQ" => self.lose("a formula was left out"),
            _ => {}
        }
    }

    fn link_field(&mut self, address: Option<String>, from: usize, line: &mut Line) {
        match address {
            Some(href) => link(&mut line.pieces[from..], &href),
            None => self.lose("a link was left out, its text is there: its address is none that links may have"),
        }
    }

    fn reference_field(&mut self, code: &Code<'_>, from: usize, line: &mut Line) {
        let Some(bookmark) = code.arguments.first() else { return };
        if self.in_contents() {
            return;
        }
        let number = ["\\r", "\\n", "\\w"].iter().any(|switch| code.has(switch)) || code.name == "NOTEREF";
        let ours = names::bookmarked(bookmark).is_some();
        let show = if code.name == "PAGEREF" {
            Show::Page
        } else if number || (ours && code.has("\\*")) {
            Show::Number
        } else {
            Show::Title
        };
        let shown = take_inlines(line, from);
        let marks = shown.first().map(|inline| inline.marks.clone()).unwrap_or_default();
        let target = format!("\0{}", self.references.len());
        let place = self.place();
        self.references.push(Reference {
            bookmark: (*bookmark).to_owned(),
            show,
            shown,
            place,
        });
        line.push(InlineKind::CrossReference { target, show }, marks);
    }

    /// At the end of a paragraph, fields that go on are applied to what they have so far.
    pub(super) fn end_line(&mut self, line: &mut Line) {
        line.in_contents |= self.in_contents();
        for field in self.fields.iter().filter(|field| field.in_result) {
            let from = field.from.min(line.pieces.len());
            if let Some(href) = &field.link {
                link(&mut line.pieces[from..], href);
            }
        }
    }
}

/// Makes links of pieces.
fn link(pieces: &mut [Piece], href: &str) {
    for piece in pieces {
        if let Piece::Inline(inline) = piece {
            inline.marks.insert(Mark::Link {
                href: href.to_owned(),
                title: None,
            });
        }
    }
}

/// Takes the text of a field's result out of a line; pictures and page breaks stay.
fn take_inlines(line: &mut Line, from: usize) -> Vec<Inline> {
    let mut taken = Vec::new();
    for piece in line.pieces.split_off(from) {
        match piece {
            Piece::Inline(inline) => taken.push(inline),
            other => line.pieces.push(other),
        }
    }
    taken
}

fn text_of(inline: &Inline) -> Option<&str> {
    match &inline.kind {
        InlineKind::Text(text) => Some(text),
        _ => None,
    }
}

//! What stands in the lines of a paragraph.

use super::{
    Reader,
    fields::Field,
    styles::{Raised, RunLook},
};
use crate::docx::{names, xml::Element};
use domain::document::{Block, Change, Colour, Inline, InlineKind, Mark, Marks, href};

/// A piece of a paragraph.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text or what stands in its line.
    Inline(Inline),
    /// A picture or the content of a text box: it cannot stand in a line.
    Block(Block),
    /// What follows starts on a new page.
    PageBreak,
}

/// A paragraph's content.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) pieces: Vec<Piece>,
    /// The piece after a number that counts captions.
    pub(super) label_end: Option<usize>,
    /// Names of bookmarks that begin here.
    pub(super) bookmarks: Vec<String>,
    /// A box to tick off, before everything else.
    pub(super) checkbox: Option<bool>,
    /// Whether it is part of a table of contents.
    pub(super) in_contents: bool,
    /// Whether a table of contents begins in it.
    pub(super) begins_contents: bool,
    /// A line across, drawn as a shape.
    pub(super) rule: bool,
}

/// What holds for everything inside an element.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    insertion: Option<Change>,
    deletion: Option<Change>,
    link: Option<Mark>,
}

impl Line {
    /// The text and its like, without pictures and page breaks.
    pub(super) fn inlines(&self) -> Vec<Inline> {
        let inlines = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Inline(inline) => Some(inline.clone()),
            _ => None,
        });
        inlines.collect()
    }

    /// Whether it has no text to read; pictures do not count.
    pub(super) fn is_blank(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| !matches!(piece, Piece::Inline(inline) if !is_blank(inline)))
    }

    /// Whether a box that comes now stands before everything else. Only a few pieces are looked at: a paragraph may have
    /// many boxes.
    pub(super) fn takes_box(&self) -> bool {
        self.checkbox.is_none() && self.pieces.len() < 16 && self.is_blank()
    }

    /// Its words.
    pub(super) fn text(&self) -> String {
        let texts = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Inline(Inline {
                kind: InlineKind::Text(text),
                ..
            }) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    pub(super) fn push(&mut self, kind: InlineKind, marks: Marks) {
        self.pieces.push(Piece::Inline(Inline::new(kind, marks)));
    }
}

/// Whether an inline shows nothing: blanks, or the mark of a comment's place.
pub(super) fn is_blank(inline: &Inline) -> bool {
    match &inline.kind {
        InlineKind::Text(text) => text.trim().is_empty(),
        InlineKind::Fact { id, .. } => id.starts_with('\0'),
        _ => false,
    }
}

/// Text with only the characters that the model takes in a line.
pub(super) fn clean(text: &str) -> String {
    let kept = text.chars().filter_map(|c| match c {
        '\t' => Some('\t'),
        '\n' | '\r' => Some(' '),
        '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => None,
        other => Some(other),
    });
    kept.collect()
}

impl<'t> Reader<'t> {
    /// Reads a paragraph's content.
    pub(super) fn line(&mut self, paragraph: Element<'t>) -> Line {
        let mut line = Line {
            in_contents: self.in_contents(),
            ..Line::default()
        };
        for field in &mut self.fields {
            field.from = 0;
        }
        for element in std::mem::take(&mut self.pending) {
            self.inline(element, &Around::default(), &mut line);
        }
        self.inline_children(paragraph, &Around::default(), &mut line);
        self.end_line(&mut line);
        line
    }

    /// Reads what is inside an element of a paragraph.
    pub(super) fn inline_children(&mut self, parent: Element<'t>, around: &Around, line: &mut Line) {
        for child in parent.children() {
            self.inline(child, around, line);
        }
    }

    fn inline(&mut self, element: Element<'t>, around: &Around, line: &mut Line) {
        match element.name() {
            "w:r" => self.run(element, around, line),
            "w:hyperlink" => {
                let own = self.link_of(element);
                let around = Around {
                    link: own.or_else(|| around.link.clone()),
                    ..around.clone()
                };
                self.inline_children(element, &around, line);
            }
            "w:ins" | "w:moveTo" => {
                let insertion = Some(change(element));
                self.inline_children(
                    element,
                    &Around {
                        insertion,
                        ..around.clone()
                    },
                    line,
                );
            }
            "w:del" | "w:moveFrom" => {
                let deletion = Some(change(element));
                self.inline_children(
                    element,
                    &Around {
                        deletion,
                        ..around.clone()
                    },
                    line,
                );
            }
            "w:fldSimple" => {
                let code = element.attribute("w:instr").unwrap_or_default().to_owned();
                self.begin_field(Field::with_code(code), line);
                self.separate_field(line);
                self.inline_children(element, around, line);
                self.end_field(line);
            }
            "w:sdt" => self.inline_control(element, around, line),
            "w:smartTag" | "w:customXml" | "w:dir" | "w:bdo" | "w:sdtContent" => {
                self.inline_children(element, around, line);
            }
            "mc:AlternateContent" => {
                if let Some(chosen) = chosen(element) {
                    self.inline_children(chosen, around, line);
                }
            }
            "w:bookmarkStart" => line.bookmarks.extend(element.attribute("w:name").map(str::to_owned)),
            "w:commentRangeStart" => self.remark_place(element, '+', line),
            "w:commentRangeEnd" => self.remark_place(element, '-', line),
            "m:oMath" | "m:oMathPara" => self.formula(element, around, line),
            "w:subDoc" => self.lose("a document included from another file was left out"),
            _ => {}
        }
    }

    fn formula(&mut self, element: Element<'t>, around: &Around, line: &mut Line) {
        let letters = element.descendants().filter(|inner| inner.is("m:t"));
        let text: String = letters.map(Element::text).collect();
        self.lose("a formula became plain text");
        self.text(&text, marks_of(RunLook::default(), None, around), line);
    }

    /// Text into a line, unless a field's code is being read.
    pub(super) fn text(&mut self, text: &str, marks: Marks, line: &mut Line) {
        let text = clean(text);
        if !text.is_empty() && !self.in_field_code() {
            line.push(InlineKind::Text(text), marks);
        }
    }

    fn run(&mut self, run: Element<'t>, around: &Around, line: &mut Line) {
        let properties = run.child("w:rPr");
        let style = properties.and_then(|properties| properties.child_value("w:rStyle"));
        let style_names = style.map(|id| self.styles.names(Some(id))).unwrap_or_default();
        let is = |style: names::Style| style_names.iter().any(|name| *name == style.name.to_lowercase());
        if is(names::CAPTION_LABEL) || is(names::REFERENCE_LABEL) {
            // A caption's label, which nobody wrote; but a field must be followed through.
            return self.run_fields(run, line);
        }
        let direct = properties.map(RunLook::read).unwrap_or_default();
        let named = style.filter(|_| !(is(names::HYPERLINK) || is(names::FOOTNOTE_REFERENCE) || is(ENDNOTE)));
        let named = named.map(|id| self.styles.run(id)).unwrap_or_default();
        let look = direct.over(named);
        if look.hidden == Some(true) {
            if run.children().any(|child| child.is("w:t")) && !self.in_field_code() {
                self.lose("hidden text was left out");
            }
            return self.run_fields(run, line);
        }
        let mut marks = marks_of(look, properties, around);
        if style_names.iter().any(|name| CODE_STYLES.contains(&name.as_str())) {
            marks.insert(Mark::Code);
        }
        for child in run.children() {
            self.run_child(child, &marks, around, line);
        }
    }

    /// Only the fields of a run.
    fn run_fields(&mut self, run: Element<'t>, line: &mut Line) {
        for child in run.children() {
            match child.name() {
                "w:fldChar" => self.field_mark(child, line),
                "w:instrText" | "w:delInstrText" => self.field_code(&child.text()),
                _ => {}
            }
        }
    }

    fn run_child(&mut self, child: Element<'t>, marks: &Marks, around: &Around, line: &mut Line) {
        match child.name() {
            "w:t" | "w:delText" => self.text(&child.text(), marks.clone(), line),
            "w:tab" | "w:ptab" => self.text("\t", marks.clone(), line),
            "w:noBreakHyphen" => self.text("\u{2011}", marks.clone(), line),
            "w:softHyphen" => self.text("\u{ad}", marks.clone(), line),
            "w:br" | "w:cr" => match child.attribute("w:type") {
                Some("page") => line.pieces.push(Piece::PageBreak),
                Some("column") => {}
                _ if self.in_field_code() => {}
                _ => line.push(InlineKind::HardBreak, marks.clone()),
            },
            "w:sym" => self.symbol(child, marks, line),
            "w:fldChar" => self.field_mark(child, line),
            "w:instrText" | "w:delInstrText" => self.field_code(&child.text()),
            "w:footnoteReference" | "w:endnoteReference" => self.note(child, marks, line),
            "w:drawing" | "w:pict" | "w:object" => self.drawing(child, line),
            "mc:AlternateContent" => {
                for inner in chosen(child).into_iter().flat_map(Element::children) {
                    self.run_child(inner, marks, around, line);
                }
            }
            "w:ruby" => {
                for base in child.children().filter(|part| part.is("w:rubyBase")) {
                    self.inline_children(base, around, line);
                }
                self.lose("reading aids above characters (ruby) were left out");
            }
            _ => {}
        }
    }

    /// A character of a symbol font.
    fn symbol(&mut self, symbol: Element<'t>, marks: &Marks, line: &mut Line) {
        let code = symbol
            .attribute("w:char")
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .unwrap_or(0);
        // Symbol fonts have their characters in the private use area, at F000 and above.
        let shown = match (symbol.attribute("w:font").unwrap_or_default(), code & 0xff) {
            ("Wingdings" | "Wingdings 2", 0x6f | 0xa8 | 0xa3) => Some('☐'),
            ("Wingdings" | "Wingdings 2", 0xfe | 0x52) => Some('☑'),
            ("Wingdings" | "Wingdings 2", 0xfd | 0x53) => Some('☒'),
            ("Wingdings", 0xfc) => Some('✓'),
            ("Wingdings", 0xe0) => Some('→'),
            ("Symbol", 0xb7) => Some('•'),
            ("Symbol", 0xb0) => Some('°'),
            ("Symbol", 0xb1) => Some('±'),
            ("Symbol", 0xa3) => Some('≤'),
            ("Symbol", 0xb3) => Some('≥'),
            ("Symbol", 0x6d) => Some('μ'),
            ("Symbol", 0xb4) => Some('×'),
            _ if (0xe000..=0xf8ff).contains(&code) => None,
            _ => char::from_u32(code),
        };
        match shown {
            Some(shown) => self.text(shown.encode_utf8(&mut [0; 4]), marks.clone(), line),
            None => self.lose("a sign of a symbol font was left out"),
        }
    }

    /// The link that an element makes of its text. Links within the file are resolved when everything is read.
    fn link_of(&mut self, element: Element<'t>) -> Option<Mark> {
        let title = element
            .attribute("w:tooltip")
            .map(|title| line_of(title, domain::document::LINE_MAX));
        if let Some(relation) = element.attribute("r:id").and_then(|id| self.relations.get(id)) {
            let mut address = relation.target.clone();
            if let Some(place) = element.attribute("w:anchor").filter(|_| !address.contains('#')) {
                address = format!("{address}#{place}");
            }
            let href = href(&address);
            if href.is_none() {
                self.lose("a link was left out, its text is there: its address is none that links may have");
            }
            return href.map(|href| Mark::Link { href, title });
        }
        let anchor = element.attribute("w:anchor")?;
        Some(Mark::Link {
            href: super::finish::local(anchor),
            title,
        })
    }

    /// The mark of a comment's place; it is taken out again when the whole tree is there.
    fn remark_place(&mut self, element: Element<'t>, side: char, line: &mut Line) {
        let known = element.attribute("w:id").and_then(|id| self.remarks.get(id));
        if let Some(index) = known.filter(|_| !self.in_note) {
            let id = format!("\0{side}{index}");
            line.pieces.push(Piece::Inline(Inline::new(
                InlineKind::Fact {
                    id,
                    label: String::new(),
                },
                Marks::new(),
            )));
        }
    }
}

/// The style of an endnote's number.
const ENDNOTE: names::Style = names::Style {
    id: "EndnoteReference",
    name: "endnote reference",
};
/// Character styles that say that text is code: ours, Word's for HTML, LibreOffice's, pandoc's.
const CODE_STYLES: [&str; 5] = [
    "inline code",
    "html code",
    "source text",
    "verbatim char",
    "html typewriter",
];

/// The branch of alternatives to read: the first that asks for nothing we do not know.
pub(super) fn chosen(alternatives: Element<'_>) -> Option<Element<'_>> {
    let known = |choice: &Element<'_>| {
        let needs = choice.attribute("Requires").unwrap_or_default();
        needs
            .split_ascii_whitespace()
            .all(|prefix| ["wps", "wpg", "wpc", "w14", "w15", "wp14", "a14"].contains(&prefix))
    };
    let choice = alternatives
        .children()
        .filter(|child| child.is("mc:Choice"))
        .find(known);
    choice.or_else(|| alternatives.child("mc:Fallback"))
}

/// The marks of a run.
pub(super) fn marks_of(look: RunLook, properties: Option<Element<'_>>, around: &Around) -> Marks {
    let colour = properties.and_then(highlight);
    let marks = [
        (look.bold == Some(true)).then_some(Mark::Strong),
        (look.italic == Some(true)).then_some(Mark::Emphasis),
        (look.underline == Some(true)).then_some(Mark::Underline),
        (look.strike == Some(true)).then_some(Mark::Strike),
        (look.raised == Some(Raised::Above)).then_some(Mark::Superscript),
        (look.raised == Some(Raised::Below)).then_some(Mark::Subscript),
        around.link.clone(),
        colour.map(|colour| Mark::Highlight { colour }),
        around.insertion.clone().map(Mark::Insertion),
        around.deletion.clone().map(Mark::Deletion),
    ];
    marks.into_iter().flatten().collect()
}

/// Who changed something, and when.
fn change(element: Element<'_>) -> Change {
    let author = line_of(
        element.attribute("w:author").unwrap_or_default(),
        domain::document::LINE_MAX,
    );
    let at = super::finish::moment(element.attribute("w:date").unwrap_or_default());
    Change { author, at }
}

/// One line of text of at most so many characters.
pub(super) fn line_of(text: &str, most: usize) -> String {
    clean(text).replace('\t', " ").chars().take(most).collect()
}

/// The colour of a marker pen, or of a shading that looks like one.
fn highlight(properties: Element<'_>) -> Option<Colour> {
    match properties.child_value("w:highlight") {
        Some("yellow" | "darkYellow") => return Some(Colour::Yellow),
        Some("green" | "darkGreen") => return Some(Colour::Green),
        Some("cyan" | "blue" | "darkBlue" | "darkCyan") => return Some(Colour::Blue),
        Some("magenta" | "red" | "darkRed" | "darkMagenta") => return Some(Colour::Pink),
        Some(_) => return None,
        None => {}
    }
    // Google Docs and LibreOffice write a pen as shading.
    let fill = properties.child("w:shd")?.attribute("w:fill")?;
    let part = |from: usize| {
        fill.get(from..from + 2)
            .and_then(|part| u8::from_str_radix(part, 16).ok())
    };
    let (red, green, blue) = (part(0)?, part(2)?, part(4)?);
    let vivid = red.max(green).max(blue) > 180 && red.max(green).max(blue) - red.min(green).min(blue) > 60;
    match (vivid, red > 180, green > 180, blue > 180) {
        (true, true, true, false) => Some(Colour::Yellow),
        (true, false, true, false) => Some(Colour::Green),
        (true, false, _, true) => Some(Colour::Blue),
        (true, true, false, _) => Some(Colour::Pink),
        _ => None,
    }
}

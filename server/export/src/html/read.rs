//! HTML of any kind as a document. What is kept is named here; everything else is left out, with its text or without.

use super::inline::Line;
use super::lists::WordItem;
use super::own::{children_begin_with_number, code_lines, drop_first_blank, find, own_id};
use super::parse::{Element, Node, is_block, parse};
use crate::{Attachments, ExportError, Loss, Meta, Read};
use domain::document::{DEPTH_MAX, Document};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The most bytes of a file; pictures stand in it as text.
pub const BYTES_MAX: u64 = 64 << 20;
/// The most bytes of text in footnotes.
const NOTES_MAX: usize = 4 << 20;
/// The most bytes of addresses, titles and names of authors on all pieces of text; each piece has its own.
const MARKED_MAX: usize = 16 << 20;
/// The most losses that are listed.
const LOSSES_MAX: usize = 1_000;

/// Reads a file: one of ours, one that another program wrote, or what Word and Google Docs put on the clipboard.
///
/// Elements that are never kept, with what is in them: scripts, styles, `svg`, `math`, frames, embedded objects, fields of
/// forms, whatever is hidden. Pictures are kept when they are in the file; no address is ever fetched. Elements within more
/// than 256 others stand beside those, and what is deeper than a document can be stands higher up, with a loss.
///
/// # Errors
/// When the file is larger than [`BYTES_MAX`], is not UTF-8, or has more elements or attributes than the limits allow.
pub fn read(bytes: &[u8]) -> Result<Read, ExportError> {
    read_str(crate::text::decode(bytes, BYTES_MAX)?, false)
}

/// The same of a text; `exact` when its blanks count.
pub(crate) fn read_str(html: &str, exact: bool) -> Result<Read, ExportError> {
    let parsed = parse(html)?;
    let mut reader = Reader::new(&parsed.root);
    reader.exact = exact;
    if parsed.flattened {
        reader.lose("elements that stand too deep were lifted".to_owned());
    }
    if let Some((place, what)) = &parsed.swallowed {
        let what = format!("{what} is never closed: all that follows it was left out");
        reader.losses.push(Loss::new(place.clone(), what));
    }
    let mut blocks = reader.blocks(&parsed.root.children);
    if blocks.is_empty() {
        blocks.push(node("paragraph", json!({}), Vec::new()));
    }
    let mended = Document::mended(&json!({"type": "doc", "content": blocks}));
    let faults = mended.faults.iter();
    reader
        .losses
        .extend(faults.map(|fault| Loss::new(fault.path.clone(), fault.reason.to_string())));
    Ok(Read {
        document: mended.document,
        meta: reader.meta,
        attachments: reader.attachments,
        comments: Vec::new(),
        losses: reader.losses,
    })
}

/// A node of our tree.
pub(super) fn node(kind: &str, attrs: Value, content: Vec<Value>) -> Value {
    let fields = [
        ("type", Value::from(kind)),
        ("attrs", attrs),
        ("content", Value::Array(content)),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The state of reading one file.
pub(super) struct Reader<'e> {
    /// Whether blanks count: in a file of ours.
    pub(super) exact: bool,
    /// The marks that hold for whole blocks.
    pub(super) marks: Vec<Value>,
    /// Elements that footnotes refer to, by their ids.
    pub(super) notes: HashMap<&'e str, &'e Element>,
    /// Whether a footnote is being read.
    pub(super) noted: bool,
    pub(super) attachments: Attachments,
    losses: Vec<Loss>,
    meta: Meta,
    align: Option<String>,
    dir: Option<String>,
    /// How deep the blocks stand that are being read.
    depth: usize,
    paragraphs: usize,
    /// How much text footnotes may still take: many references can name one.
    pub(super) note_room: usize,
    /// How much marks may still take: each piece of text has its own copy of the address it leads to.
    pub(super) marked_room: usize,
}

impl<'e> Reader<'e> {
    fn new(root: &'e Element) -> Self {
        let mut reader = Self {
            exact: false,
            marks: Vec::new(),
            notes: HashMap::new(),
            noted: false,
            attachments: Attachments::new(),
            losses: Vec::new(),
            meta: Meta::default(),
            align: None,
            dir: None,
            depth: 0,
            paragraphs: 0,
            note_room: NOTES_MAX,
            marked_room: MARKED_MAX,
        };
        reader.survey(root);
        reader
    }

    /// Finds footnotes and what is said about the document.
    fn survey(&mut self, element: &'e Element) {
        let id = element.attribute("id");
        if !id.is_empty() && (element.name == "li" || element.attribute("style").contains("mso-element:footnote")) {
            self.notes.entry(id).or_insert(element);
        }
        let content = || element.attribute("content").trim().to_owned();
        match element.name.as_str() {
            "html" => element.attribute("lang").clone_into(&mut self.meta.language),
            "title" if self.meta.title.is_empty() => element.text().trim().clone_into(&mut self.meta.title),
            "meta" => {
                let name = element.attribute("name");
                // The title and the language have places of their own.
                if !matches!(name, "title" | "lang") {
                    self.meta.take(name, &content());
                }
            }
            _ => {}
        }
        for child in element.elements() {
            self.survey(child);
        }
    }

    /// Notes that something is not kept, here.
    pub(super) fn lose(&mut self, what: String) {
        if self.losses.len() < LOSSES_MAX {
            let place = format!("paragraph {}", self.paragraphs + 1);
            self.losses.push(Loss::new(place, what));
        }
    }

    /// Whether nothing of an element is kept. Who reads the list of losses need not hear of what says nothing.
    pub(super) fn is_left_out(&mut self, element: &Element) -> bool {
        let what = match element.name.as_str() {
            "head" | "script" | "style" | "template" | "noscript" | "title" | "meta" | "link" | "base" | "wbr"
            | "colgroup" | "col" | "xml" | "noembed" | "noframes" | "datalist" => return true,
            "svg" => "a drawing (svg) was left out",
            "math" => "a formula (math) was left out",
            "iframe" | "frame" | "frameset" | "object" | "embed" | "applet" => "an embedded object was left out",
            "audio" | "video" => "a sound or film was left out",
            "canvas" | "map" | "area" => "a drawing was left out",
            "textarea" | "select" | "button" => "a field of a form was left out",
            "xmp" | "plaintext" | "listing" => "raw text was left out",
            _ => {
                let ours = [
                    "secno",
                    "figno",
                    "task-box",
                    "note-back",
                    "change-word",
                    "callout-kind",
                    "step-asks",
                ];
                if ours.iter().any(|class| element.has_class(class)) {
                    return true;
                }
                if element.attribute("style").is_empty() {
                    return false;
                }
                let style = element.attribute("style").replace(' ', "").to_ascii_lowercase();
                if style.contains("mso-list:ignore") || style.contains("mso-element:footnote-list") {
                    return true;
                }
                if style.contains("display:none") || style.contains("visibility:hidden") {
                    "hidden text was left out"
                } else if style.contains("mso-element:comment") {
                    "a comment was left out"
                } else {
                    return false;
                }
            }
        };
        self.lose(what.to_owned());
        true
    }

    /// Reads what stands on lines of its own, and lines among it.
    pub(super) fn blocks(&mut self, nodes: &[Node]) -> Vec<Value> {
        let mut blocks = Vec::new();
        let mut line = Line::default();
        let mut list: Vec<WordItem> = Vec::new();
        for node in nodes {
            let element = match node {
                Node::Element(element) => element,
                Node::Text(text) => {
                    if list.is_empty() || !text.trim().is_empty() {
                        Self::word_list(&mut list, &mut blocks);
                        let marks = self.marks.clone();
                        self.inlines(std::slice::from_ref(node), &mut line, &marks);
                    }
                    continue;
                }
            };
            if !is_block(&element.name) && !element.holds_blocks {
                Self::word_list(&mut list, &mut blocks);
                let marks = self.marks.clone();
                self.inline(element, &mut line, &marks);
                continue;
            }
            self.loose_line(&mut line, &mut blocks);
            if self.is_left_out(element) {
                continue;
            }
            if let Some(item) = self.word_item(element) {
                list.push(item);
                continue;
            }
            Self::word_list(&mut list, &mut blocks);
            self.block(element, &mut blocks);
        }
        self.loose_line(&mut line, &mut blocks);
        Self::word_list(&mut list, &mut blocks);
        blocks
    }

    /// A line outside of any paragraph.
    fn loose_line(&mut self, line: &mut Line, blocks: &mut Vec<Value>) {
        let line = std::mem::take(line);
        if !line.is_blank() {
            self.paragraphs += 1;
            blocks.push(node(
                "paragraph",
                json!({"dir": self.dir, "align": self.align}),
                line.inlines,
            ));
        }
        blocks.extend(line.figures);
    }

    /// Blocks inside something that makes the tree deeper, unless it is deep enough: then none stands around them.
    pub(super) fn deeper<T>(&mut self, levels: usize, what: &str, read: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        // A paragraph, its text, and a footnote's text.
        let room = if self.exact { 1 } else { 3 };
        let fits = self.depth + levels + room <= DEPTH_MAX;
        if !fits {
            self.lose(format!("{what} stands too deep; what is in it was kept"));
        }
        let before = self.depth;
        self.depth += if fits { levels } else { 0 };
        let content = read(self);
        self.depth = before;
        (content, fits)
    }

    fn block(&mut self, element: &Element, blocks: &mut Vec<Value>) {
        let outer = (self.align.clone(), self.dir.clone(), self.exact);
        self.set_lines(element);
        match element.name.as_str() {
            "p" if element.has_class("pause") => {
                let seconds: u32 = element.attribute("data-seconds").parse().unwrap_or_default();
                let seconds = seconds.clamp(1, domain::document::PAUSE_MAX);
                blocks.push(json!({"type": "pause", "attrs": {"seconds": seconds}}));
            }
            "p" | "dt" | "dd" | "summary" | "figcaption" | "caption" if !element.holds_blocks => {
                self.paragraph(element, blocks);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.heading(element, element.name.as_bytes()[1] - b'0', blocks);
            }
            "hr" => blocks.push(json!({"type": "divider"})),
            "pre" => blocks.push(self.code(element)),
            "ul" | "ol" | "menu" => self.list(element, blocks),
            "table" => self.table(element, blocks),
            "figure" => self.framed(element, blocks),
            "blockquote" => self.wrapped("blockquote", json!({}), &element.children, blocks),
            "div" | "nav" | "section" => self.division(element, blocks),
            _ => {
                let marks = self.marks_of(element, &self.marks.clone());
                let outer = std::mem::replace(&mut self.marks, marks);
                blocks.extend(self.blocks(&element.children));
                self.marks = outer;
            }
        }
        (self.align, self.dir, self.exact) = outer;
    }

    /// How the lines inside an element stand.
    fn set_lines(&mut self, element: &Element) {
        if element.has_class("doc") && element.attribute("data-schema") == "1" {
            self.exact = true;
        }
        if self.exact {
            (self.align, self.dir) = (None, None);
        }
        let dir = element.attribute("dir").to_ascii_lowercase();
        if matches!(&*dir, "ltr" | "rtl") {
            self.dir = Some(dir);
        }
        let own = element.class_after("al-").map(str::to_owned);
        let said = own
            .or_else(|| element.style("text-align"))
            .unwrap_or_else(|| element.attribute("align").to_ascii_lowercase());
        self.align = match (&*said, self.dir.as_deref()) {
            ("start" | "center" | "end" | "justify", _) => Some(said),
            ("right", Some("rtl")) | ("left", Some("ltr")) => Some("start".to_owned()),
            ("right", _) | ("left", Some("rtl")) => Some("end".to_owned()),
            // Left is where lines stand anyway.
            ("left", _) => None,
            _ => self.align.take(),
        };
        if element.name == "center" {
            self.align = Some("center".to_owned());
        }
    }

    fn paragraph(&mut self, element: &Element, blocks: &mut Vec<Value>) {
        let class = element.attribute("class").to_ascii_lowercase();
        let level = class
            .strip_prefix("msoheading")
            .and_then(|level| level.parse().ok())
            .or_else(|| (class == "msotitle").then_some(1_u8));
        if let Some(level) = level {
            return self.heading(element, level.clamp(1, 6), blocks);
        }
        let marks = self.marks_of(element, &self.marks.clone());
        let outer = std::mem::replace(&mut self.marks, marks);
        let line = self.line(&element.children);
        self.marks = outer;
        self.paragraphs += 1;
        if !line.inlines.is_empty() || line.figures.is_empty() {
            blocks.push(node(
                "paragraph",
                json!({"dir": self.dir, "align": self.align}),
                line.inlines,
            ));
        }
        blocks.extend(line.figures);
    }

    fn heading(&mut self, element: &Element, level: u8, blocks: &mut Vec<Value>) {
        let mut children = element.elements();
        let numbered = element.has_class("numbered")
            || element.attribute("style").contains("mso-list:l")
            || children.any(|child| child.has_class("secno"));
        let mut line = self.line(&element.children);
        if self.exact && children_begin_with_number(element) {
            drop_first_blank(&mut line.inlines);
        }
        self.paragraphs += 1;
        let attrs = json!({"level": level, "numbered": numbered, "id": own_id(element)});
        blocks.push(node("heading", attrs, line.inlines));
        blocks.extend(line.figures);
    }

    fn code(&mut self, element: &Element) -> Value {
        let mut inlines = Vec::new();
        code_lines(&element.children, &[], &mut inlines);
        let inner = element.elements().find_map(|code| code.class_after("language-"));
        let language = Some(element.attribute("data-language"))
            .filter(|language| !language.is_empty())
            .or(inner);
        self.paragraphs += 1;
        node("code_block", json!({"language": language}), inlines)
    }

    /// Puts a node around blocks.
    pub(super) fn wrapped(&mut self, kind: &str, attrs: Value, nodes: &[Node], blocks: &mut Vec<Value>) {
        let (mut content, fits) = self.deeper(1, "a block", |reader| reader.blocks(nodes));
        if !fits {
            return blocks.extend(content);
        }
        if content.is_empty() {
            content.push(node("paragraph", json!({}), Vec::new()));
        }
        blocks.push(node(kind, attrs, content));
    }

    fn division(&mut self, element: &Element, blocks: &mut Vec<Value>) {
        if element.has_class("callout") && element.class_after("callout-").is_some() {
            let kind = element.class_after("callout-").unwrap_or_default();
            return self.wrapped("callout", json!({"kind": kind}), &element.children, blocks);
        }
        if element.has_class("step") {
            let label = element.attribute("data-record");
            let record = json!({"label": label, "unit": element.attribute("data-unit")});
            let attrs = json!({
                "id": own_id(element),
                "confirm": element.attribute("data-confirm") == "true",
                "record": if label.is_empty() { Value::Null } else { record },
            });
            return self.wrapped("step", attrs, &element.children, blocks);
        }
        if element.has_class("notes") && element.attribute("role") == "doc-endnotes" {
            return;
        }
        for (class, kind) in [("page-break", "page_break"), ("toc", "table_of_contents")] {
            if element.has_class(class) {
                if self.depth == 0 {
                    blocks.push(json!({"type": kind}));
                } else {
                    self.lose("a page break or list of contents inside something else was left out".to_owned());
                }
                return;
            }
        }
        let marks = self.marks_of(element, &self.marks.clone());
        let outer = std::mem::replace(&mut self.marks, marks);
        let mut inside = self.blocks(&element.children);
        self.marks = outer;
        if let (Some(style), [list]) = (element.class_after("ol-"), inside.as_mut_slice())
            && list["type"] == "ordered_list"
        {
            list["attrs"]["style"] = style.into();
        }
        blocks.extend(inside);
    }

    fn framed(&mut self, element: &Element, blocks: &mut Vec<Value>) {
        let image = find(element, &|inner| inner.name == "img" || inner.has_class("fig-gone"));
        let Some(image) = image else {
            return blocks.extend(self.blocks(&element.children));
        };
        let caption = find(element, &|inner| inner.name == "figcaption");
        let mut line = caption.map(|caption| self.line(&caption.children)).unwrap_or_default();
        if self.exact && caption.is_some_and(children_begin_with_number) {
            drop_first_blank(&mut line.inlines);
        }
        self.paragraphs += 1;
        let inlines = std::mem::take(&mut line.inlines);
        match self.figure(image, own_id(element), inlines.clone()) {
            Some(figure) => blocks.push(figure),
            None if inlines.is_empty() => {}
            None => blocks.push(node("paragraph", json!({}), inlines)),
        }
    }
}

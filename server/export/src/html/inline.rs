//! What stands within lines of an HTML file.

use super::parse::{Element, Node};
use super::read::{Reader, node};
use base64::Engine as _;
use domain::document::href;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// A line in the making.
#[derive(Default)]
pub(super) struct Line {
    pub(super) inlines: Vec<Value>,
    /// A blank that is written if text follows.
    blank: Option<Vec<Value>>,
    /// Pictures met in the line; they stand after it.
    pub(super) figures: Vec<Value>,
}

impl Line {
    /// Whether there is nothing but blanks.
    pub(super) fn is_blank(&self) -> bool {
        self.inlines
            .iter()
            .all(|inline| inline["text"].as_str().is_some_and(|text| text.trim().is_empty()))
    }

    fn push(&mut self, mut value: Value, marks: &[Value]) {
        if !marks.is_empty()
            && let Some(fields) = value.as_object_mut()
        {
            fields.insert("marks".into(), Value::Array(marks.to_vec()));
        }
        // Words of one look are one piece: each piece has its own copy of its marks.
        if let Some(text) = value["text"].as_str()
            && let Some(Value::Object(last)) = self.inlines.last_mut()
            && last
                .get("marks")
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice)
                == marks
            && let Some(Value::String(before)) = last.get_mut("text")
        {
            before.push_str(text);
            return;
        }
        self.inlines.push(value);
    }

    fn text(&mut self, text: &str, marks: &[Value], exact: bool) {
        if exact {
            if !text.is_empty() {
                self.push(json!({"type": "text", "text": text.replace(['\n', '\r'], " ")}), marks);
            }
            return;
        }
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        for (index, word) in text.split(is_blank).enumerate() {
            if index > 0 && self.blank.is_none() {
                self.blank = Some(marks.to_vec());
            }
            if !word.is_empty() {
                self.write_blank();
                self.push(json!({"type": "text", "text": word}), marks);
            }
        }
    }

    /// Writes the blank that waits, but not at the beginning of a line.
    fn write_blank(&mut self) {
        let Some(marks) = self.blank.take() else { return };
        if self.inlines.last().is_some_and(|last| last["type"] != "hard_break") {
            self.push(json!({"type": "text", "text": " "}), &marks);
        }
    }

    fn atom(&mut self, value: Value, marks: &[Value]) {
        if value["type"] == "hard_break" {
            self.blank = None;
        }
        self.write_blank();
        self.push(value, marks);
    }
}

impl Reader<'_> {
    /// Reads what stands in a line.
    pub(super) fn line(&mut self, nodes: &[Node]) -> Line {
        let mut line = Line::default();
        let marks = self.marks.clone();
        self.inlines(nodes, &mut line, &marks);
        line
    }

    pub(super) fn inlines(&mut self, nodes: &[Node], line: &mut Line, marks: &[Value]) {
        for node in nodes {
            match node {
                Node::Text(text) => {
                    let marks = self.affordable(marks);
                    line.text(text, &marks, self.exact);
                }
                Node::Element(element) => self.inline(element, line, marks),
            }
        }
    }

    pub(super) fn inline(&mut self, element: &Element, line: &mut Line, marks: &[Value]) {
        if self.is_left_out(element) {
            return;
        }
        match element.name.as_str() {
            "br" => return line.atom(json!({"type": "hard_break"}), marks),
            "img" => return self.picture_in_line(element, line, marks),
            "input" => return,
            _ => {}
        }
        if self.own_inline(element, line, marks) {
            return;
        }
        let marks = self.marks_of(element, marks);
        if super::parse::is_block(&element.name) {
            line.text(" ", &marks, false);
        }
        self.inlines(&element.children, line, &marks);
    }

    /// The marks, without links and names where the pieces of text before have taken what room there is for them.
    fn affordable<'m>(&mut self, marks: &'m [Value]) -> Cow<'m, [Value]> {
        let weight = |mark: &Value| -> usize {
            let attrs = mark["attrs"].as_object().into_iter().flat_map(Map::values);
            attrs.filter_map(Value::as_str).map(str::len).sum()
        };
        let sum: usize = marks.iter().map(weight).sum();
        if sum <= self.marked_room {
            self.marked_room -= sum;
            return Cow::Borrowed(marks);
        }
        if std::mem::take(&mut self.marked_room) > 0 {
            self.lose("links and names of authors were left out from here on: there are too many".to_owned());
        }
        Cow::Owned(marks.iter().filter(|mark| weight(mark) == 0).cloned().collect())
    }

    /// Nodes of ours, and the footnotes of Word.
    fn own_inline(&mut self, element: &Element, line: &mut Line, marks: &[Value]) -> bool {
        let value = |name: &str| element.attribute(name).to_owned();
        let label = || {
            let label = value("data-label");
            if label.is_empty() { element.text() } else { label }
        };
        let (kind, attrs) = if element.name == "span" && element.has_class("slot") {
            (
                "placeholder",
                json!({"field": value("data-field"), "label": value("data-label")}),
            )
        } else if element.has_class("fact") && !value("data-fact").is_empty() {
            ("fact", json!({"id": value("data-fact"), "label": value("data-label")}))
        } else if element.has_class("clause") {
            let source = value("data-source");
            let source = if source.is_empty() { element.text() } else { source };
            ("clause", json!({"source": source, "citation": value("data-citation")}))
        } else if element.has_class("mention") && !value("data-member").is_empty() {
            ("mention", json!({"member": value("data-member"), "label": label()}))
        } else if element.has_class("xref") || element.has_class("xref-gone") {
            let target = value("data-target");
            let target = if target.is_empty() {
                value("href").trim_start_matches('#').to_owned()
            } else {
                target
            };
            let show = value("data-show");
            let show = if show.is_empty() { "number".to_owned() } else { show };
            ("cross_reference", json!({"target": target, "show": show}))
        } else {
            return self.note(element, line, marks);
        };
        let marks = linked(element, marks);
        line.atom(json!({"type": kind, "attrs": attrs}), &self.affordable(&marks));
        true
    }

    fn note(&mut self, element: &Element, line: &mut Line, marks: &[Value]) -> bool {
        let marks = linked(element, marks);
        let content = if element.name == "span" && element.has_class("footnote") {
            let mut note = Line::default();
            self.in_note(&element.children, &mut note);
            note
        } else {
            let reference = if element.has_class("note") && element.name == "sup" {
                element.elements().next().map(|link| link.attribute("href"))
            } else if element.attribute("style").contains("mso-footnote-id") {
                Some(element.attribute("href"))
            } else {
                None
            };
            let Some(id) = reference.and_then(|reference| reference.strip_prefix('#')) else {
                return false;
            };
            let Some(found) = self.notes.get(id.trim_start_matches('_')).copied() else {
                return false;
            };
            let weight = if self.note_room == 0 {
                1
            } else {
                found.text().len() + 100 * found.children.len()
            };
            if weight > self.note_room {
                self.note_room = 0;
                self.lose("a footnote was left out: there are too many".to_owned());
                return true;
            }
            self.note_room -= weight;
            let mut note = Line::default();
            self.in_note(&found.children, &mut note);
            if self.exact {
                // The blank before the way back.
                if let Some(last) = note.inlines.pop()
                    && last["text"] != " "
                {
                    note.inlines.push(shortened(last));
                }
            }
            note
        };
        line.figures.extend(content.figures);
        line.atom(node("footnote", json!({}), content.inlines), &marks);
        true
    }

    fn in_note(&mut self, nodes: &[Node], line: &mut Line) {
        if self.noted {
            return;
        }
        self.noted = true;
        self.inlines(nodes, line, &[]);
        self.noted = false;
    }

    fn picture_in_line(&mut self, element: &Element, line: &mut Line, marks: &[Value]) {
        if let Some(figure) = self.figure(element, "", Vec::new()) {
            line.figures.push(figure);
        } else {
            line.text(element.attribute("alt"), marks, false);
        }
    }

    /// A figure, if the picture is in the file or one of ours. Nothing is ever fetched.
    pub(super) fn figure(&mut self, image: &Element, id: &str, caption: Vec<Value>) -> Option<Value> {
        let (given, kept) = (image.attribute("src"), image.attribute("data-src"));
        let src = if kept.starts_with("attachment:") {
            if let Some((_, data)) = given.split_once(";base64,")
                && let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(data)
            {
                self.attachments.insert(kept.to_owned(), bytes);
            }
            kept
        } else {
            given
        };
        let own = [
            "attachment:",
            "data:image/png;",
            "data:image/jpeg;",
            "data:image/webp;",
            "data:image/gif;",
        ];
        if !own.iter().any(|beginning| src.starts_with(beginning)) {
            let address: String = src.chars().take(80).collect();
            self.lose(format!("a picture that is not in the file was left out ({address})"));
            return None;
        }
        let width = [image.attribute("width"), image.attribute("data-width")]
            .into_iter()
            .find_map(|width| width.parse::<u32>().ok())
            .filter(|width| (1..=domain::document::WIDTH_MAX).contains(width));
        let alt = if image.name == "img" {
            image.attribute("alt")
        } else {
            image.attribute("data-alt")
        };
        Some(node(
            "figure",
            json!({"src": src, "alt": alt, "width": width, "id": id}),
            caption,
        ))
    }

    /// The marks inside an element.
    pub(super) fn marks_of(&mut self, element: &Element, marks: &[Value]) -> Vec<Value> {
        let mut marks = marks.to_vec();
        let change = || json!({"author": element.attribute("data-author"), "at": element.attribute("datetime")});
        let style = |property: &str| element.style(property);
        match element.name.as_str() {
            "b" | "strong" => add(&mut marks, "strong", None),
            "i" | "em" | "cite" | "dfn" | "var" => add(&mut marks, "emphasis", None),
            "u" => add(&mut marks, "underline", None),
            "s" | "strike" => add(&mut marks, "strike", None),
            "sup" => add(&mut marks, "superscript", None),
            "sub" => add(&mut marks, "subscript", None),
            "code" | "kbd" | "samp" | "tt" => add(&mut marks, "code", None),
            "ins" => add(&mut marks, "insertion", Some(change())),
            "del" => add(&mut marks, "deletion", Some(change())),
            "mark" => {
                let colour = element.class_after("hl-").unwrap_or("yellow");
                add(&mut marks, "highlight", Some(json!({"colour": colour})));
            }
            "a" => self.link(element, &mut marks),
            _ => {}
        }
        if element.attribute("style").is_empty() {
            return marks;
        }
        match style("font-weight").as_deref() {
            Some("bold" | "bolder" | "600" | "700" | "800" | "900") => add(&mut marks, "strong", None),
            Some("normal" | "400" | "300") => marks.retain(|mark| mark["type"] != "strong"),
            _ => {}
        }
        match style("font-style").as_deref() {
            Some("italic" | "oblique") => add(&mut marks, "emphasis", None),
            Some("normal") => marks.retain(|mark| mark["type"] != "emphasis"),
            _ => {}
        }
        let lines = [style("text-decoration"), style("text-decoration-line")];
        let lines = lines.iter().flatten().fold(String::new(), |all, one| all + one);
        let is_link = marks.iter().any(|mark| mark["type"] == "link");
        if lines.contains("underline") && !is_link {
            add(&mut marks, "underline", None);
        }
        if lines.contains("line-through") {
            add(&mut marks, "strike", None);
        }
        match style("vertical-align").as_deref() {
            Some("super") => add(&mut marks, "superscript", None),
            Some("sub") => add(&mut marks, "subscript", None),
            _ => {}
        }
        marks
    }

    fn link(&mut self, element: &Element, marks: &mut Vec<Value>) {
        let given = element.attribute("href");
        if given.is_empty() || element.has_class("note-back") {
            return;
        }
        let Some(address) = href(given) else {
            let address: String = given.chars().take(80).collect();
            return self.lose(format!("a link was left out, its words are kept ({address})"));
        };
        let title = Some(element.attribute("title")).filter(|title| !title.is_empty());
        add(marks, "link", Some(json!({"href": address, "title": title})));
    }
}

/// Adds a mark in the place of one of its kind.
fn add(marks: &mut Vec<Value>, kind: &str, attrs: Option<Value>) {
    marks.retain(|mark| mark["type"] != kind);
    let mut mark = Map::new();
    mark.insert("type".into(), kind.into());
    if let Some(attrs) = attrs {
        mark.insert("attrs".into(), attrs);
    }
    marks.push(Value::Object(mark));
}

/// The link around a node that is a link itself in HTML.
fn linked(element: &Element, marks: &[Value]) -> Vec<Value> {
    let mut marks = marks.to_vec();
    if let Some(address) = href(element.attribute("data-link")) {
        let title = Some(element.attribute("data-link-title")).filter(|title| !title.is_empty());
        add(&mut marks, "link", Some(json!({"href": address, "title": title})));
    }
    marks
}

/// A text without its last character.
fn shortened(mut value: Value) -> Value {
    if let Some(text) = value["text"].as_str() {
        let mut text = text.to_owned();
        text.pop();
        value["text"] = text.into();
    }
    value
}

//! What our own rendering writes, recognised: ids, numbers, lines of code.

use super::parse::{Element, Node};
use domain::document::LINE_MAX;
use serde_json::{Value, json};

/// The id of an element where it can be one of ours; others are the numbers of our own rendering, or somebody else's.
pub(super) fn own_id(element: &Element) -> &str {
    let id = element.attribute("id");
    let fits = id.len() <= domain::document::ID_MAX
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if fits { id } else { "" }
}

/// The first element within another that is wanted.
pub(super) fn find<'e>(element: &'e Element, wanted: &dyn Fn(&Element) -> bool) -> Option<&'e Element> {
    element.elements().find_map(|inner| {
        if wanted(inner) {
            Some(inner)
        } else {
            find(inner, wanted)
        }
    })
}

/// Whether an element begins with a number that our rendering wrote.
pub(super) fn children_begin_with_number(element: &Element) -> bool {
    let first = element.elements().next();
    first.is_some_and(|first| first.has_class("secno") || first.has_class("figno"))
}

/// Takes away the blank that our rendering writes after a number.
pub(super) fn drop_first_blank(inlines: &mut Vec<Value>) {
    let Some(text) = inlines.first().and_then(|first| first["text"].as_str()) else {
        return;
    };
    let rest = text.strip_prefix(' ').unwrap_or(text).to_owned();
    if rest.is_empty() {
        inlines.remove(0);
    } else {
        inlines[0]["text"] = rest.into();
    }
}

/// A piece of such text; with the one before it, where both are marked alike.
fn code(text: &str, marks: &[Value], inlines: &mut Vec<Value>) {
    if let Some(Value::Object(last)) = inlines.last_mut()
        && last["marks"].as_array().is_some_and(|own| own == marks)
        && let Some(Value::String(before)) = last.get_mut("text")
    {
        before.push_str(text);
        return;
    }
    inlines.push(json!({"type": "text", "text": text, "marks": marks}));
}

/// Text whose lines count, with proposed changes.
pub(super) fn code_lines(nodes: &[Node], marks: &[Value], inlines: &mut Vec<Value>) {
    for node in nodes {
        match node {
            Node::Text(text) => code(text, marks, inlines),
            Node::Element(element) if element.name == "br" => code("\n", marks, inlines),
            Node::Element(element) => {
                let mut marks = marks.to_vec();
                let kind = match element.name.as_str() {
                    "ins" => Some("insertion"),
                    "del" => Some("deletion"),
                    "script" | "style" | "svg" | "math" | "textarea" | "title" | "iframe" | "xmp" => continue,
                    _ => None,
                };
                if let Some(kind) = kind {
                    // Longer ones are none that the model takes, and each piece of text has its own copy.
                    let short = |name| element.attribute(name).chars().take(LINE_MAX + 1).collect::<String>();
                    let attrs = json!({"author": short("data-author"), "at": short("datetime")});
                    marks.retain(|mark: &Value| mark["type"] != kind);
                    marks.push(json!({"type": kind, "attrs": attrs}));
                }
                code_lines(&element.children, &marks, inlines);
            }
        }
    }
}

//! From Yjs to the document model.

use super::ROOT;
use domain::document::{Document, DocumentError, Mended};
use serde_json::{Map, Value, json};
use yrs::{
    Any, Doc, Out, ReadTxn, Text, Transact, Xml, XmlElementRef, XmlFragment, XmlOut, XmlTextRef,
    types::{Attrs, text::YChange},
};

/// What is nested deeper is left out. The model allows far less; this only guards the stack.
const DEPTH: usize = 100;

/// Reads the body.
///
/// # Errors
/// When it is not a document of the schema: what two people did at once can leave a list without items, say. The error tells
/// the place.
pub fn read(doc: &Doc) -> Result<Document, DocumentError> {
    Document::from_sparse_json(&read_json(doc))
}

/// Reads the body as far as it can be read. What the schema does not allow is put right, the same way each time, and told.
pub fn mended(doc: &Doc) -> Mended {
    Document::mended(&read_json(doc))
}

/// Reads the body as `ProseMirror`'s JSON, as it stands: without attributes that are null, and whether or not the schema
/// allows it. A document nobody wrote in has one empty paragraph, as in the editor.
pub fn read_json(doc: &Doc) -> Value {
    let transaction = doc.transact();
    let root = transaction.get_xml_fragment(ROOT);
    let mut content = root.map_or_else(Vec::new, |root| children(&root, &transaction, DEPTH));
    if content.is_empty() {
        content.push(json!({ "type": "paragraph" }));
    }
    json!({ "type": "doc", "content": content })
}

fn children<T: ReadTxn>(parent: &impl XmlFragment, transaction: &T, depth: usize) -> Vec<Value> {
    let mut nodes = Vec::new();
    for child in parent.children(transaction) {
        match child {
            XmlOut::Element(element) => nodes.extend(node(&element, transaction, depth)),
            XmlOut::Text(text) => texts(&text, transaction, &mut nodes),
            XmlOut::Fragment(_) => {}
        }
    }
    nodes
}

fn node<T: ReadTxn>(element: &XmlElementRef, transaction: &T, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let mut node = Map::new();
    node.insert("type".to_owned(), element.try_tag()?.as_ref().into());
    let attributes: Map<_, _> = element
        .attributes(transaction)
        .filter_map(|(name, value)| match value {
            Out::Any(value) => Some((name.to_owned(), json_of(&value))),
            _ => None,
        })
        .collect();
    if !attributes.is_empty() {
        node.insert("attrs".to_owned(), attributes.into());
    }
    let content = children(element, transaction, depth);
    if !content.is_empty() {
        node.insert("content".to_owned(), content.into());
    }
    Some(node.into())
}

fn texts<T: ReadTxn>(text: &XmlTextRef, transaction: &T, nodes: &mut Vec<Value>) {
    for part in text.diff(transaction, YChange::identity) {
        let Out::Any(Any::String(letters)) = &part.insert else {
            continue;
        };
        if letters.is_empty() {
            continue;
        }
        let mut node = json!({ "type": "text", "text": letters.as_ref() });
        let marks = part.attributes.as_deref().map(marks).unwrap_or_default();
        if !marks.is_empty() {
            node["marks"] = marks.into();
        }
        nodes.push(node);
    }
}

fn marks(attributes: &Attrs) -> Vec<Value> {
    let mut marks: Vec<_> = attributes
        .iter()
        .filter(|(_, value)| !matches!(value, Any::Null | Any::Undefined))
        .map(|(name, value)| (mark_name(name), json_of(value)))
        .collect();
    marks.sort_by_key(|(name, _)| *name);
    // Two of one name: `y-prosemirror` adds a hash where marks of one kind may stand together, which ours never do.
    marks.dedup_by(|(left, _), (right, _)| left == right);
    let mark = |(name, attrs): (&str, Value)| match attrs {
        Value::Object(attrs) if !attrs.is_empty() => json!({ "type": name, "attrs": attrs }),
        _ => json!({ "type": name }),
    };
    marks.into_iter().map(mark).collect()
}

/// The name of the mark: `y-prosemirror` puts `--` and 8 letters of a hash behind some.
fn mark_name(attribute: &str) -> &str {
    match attribute
        .len()
        .checked_sub(10)
        .and_then(|at| attribute.split_at_checked(at))
    {
        Some((name, hash)) if hash.starts_with("--") => name,
        _ => attribute,
    }
}

fn json_of(value: &Any) -> Value {
    match value {
        Any::Null | Any::Undefined | Any::Buffer(_) => Value::Null,
        Any::Bool(value) => (*value).into(),
        Any::Number(_) => number(value),
        Any::String(value) => value.as_ref().into(),
        Any::Array(values) => values.iter().map(json_of).collect(),
        Any::Map(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), json_of(value)))
            .collect(),
    }
}

/// JavaScript has one kind of number: a whole one may come as a float.
fn number(value: &Any) -> Value {
    let value = serde_json::to_value(value).unwrap_or_default();
    match value.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        Some(float) if value.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => (float as i64).into(),
        _ => value,
    }
}

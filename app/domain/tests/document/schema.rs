//! The parser is held to `schema.json`: each node in each other, each attribute at and beyond its limits, each example of
//! a rule for texts. The editor's schema is held to the same file.

use domain::document::{DEPTH_MAX, Document, NODES_MAX, TEXT_MAX};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../src/document/schema.json")).expect("JSON")
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// A value that an attribute takes.
fn value_of(schema: &Value, attribute: &Value) -> Value {
    match attribute.get("default") {
        Some(default) => default.clone(),
        None => schema["strings"][text(attribute, "rule")]["accepts"][0].clone(),
    }
}

/// A node with the least that it needs.
fn minimal(schema: &Value, name: &str) -> Value {
    let node = list(schema, "nodes")
        .iter()
        .find(|node| node["name"] == name)
        .expect("the node is in the schema");
    let mut members = Map::new();
    members.insert("type".into(), name.into());
    if let Some(attributes) = node["attrs"].as_object() {
        let attributes = attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), value_of(schema, attribute)));
        members.insert("attrs".into(), Value::Object(attributes.collect()));
    }
    if name == "text" {
        members.insert("text".into(), "x".into());
    }
    let child = match text(node, "content") {
        "" | "inline*" | "text*" | "note*" => None,
        "(block | top)+" | "block+" => Some("paragraph"),
        // A row may be empty, but not the first of a table.
        "(table_cell | table_header)*" => Some("table_cell"),
        other => other.strip_suffix('+'),
    };
    if let Some(child) = child {
        members.insert("content".into(), json!([minimal(schema, child)]));
    }
    Value::Object(members)
}

/// A whole document around a node, each way up that the schema has for it.
fn around(schema: &Value, name: &str, node: Value) -> Value {
    let groups = list(schema, "nodes")
        .iter()
        .find(|node| node["name"] == name)
        .map(|node| text(node, "group"));
    let parent = match (name, groups.unwrap_or_default()) {
        ("doc", _) => return node,
        ("list_item", _) => "bullet_list",
        ("task_item", _) => "task_list",
        ("table_row", _) => "table",
        ("table_cell" | "table_header", _) => "table_row",
        (_, "block" | "top") => "doc",
        _ => "paragraph",
    };
    let mut outer = minimal(schema, parent);
    outer["content"] = json!([node]);
    around(schema, parent, outer)
}

fn accepts(document: &Value) -> bool {
    Document::from_json(document).is_ok()
}

/// Whether a content expression of the schema takes this child.
fn takes(parent: &Value, child: &Value) -> bool {
    let words: BTreeSet<_> = text(parent, "content")
        .split(|c: char| !c.is_ascii_alphabetic() && c != '_')
        .collect();
    let mut names = text(child, "group").split(' ').chain([text(child, "name")]);
    names.any(|name| !name.is_empty() && words.contains(name))
}

#[test]
fn the_limits_are_those_of_the_parser() {
    let limits = &schema()["limits"];
    assert_eq!(limits["depth"], DEPTH_MAX);
    assert_eq!(limits["nodes"], NODES_MAX);
    assert_eq!(limits["text_bytes"], TEXT_MAX);
    assert_eq!(limits["attribute_bytes"], domain::document::BYTES_MAX);
    assert_eq!(limits["columns"], domain::document::COLUMNS_MAX);
    assert_eq!(schema()["schema"], domain::document::SCHEMA);
}

#[test]
fn each_node_stands_where_the_schema_says_and_nowhere_else() {
    let schema = schema();
    let mut pairs = 0;
    for parent in list(&schema, "nodes") {
        let parent_name = text(parent, "name");
        for child in list(&schema, "nodes") {
            let child_name = text(child, "name");
            let mut outer = minimal(&schema, parent_name);
            outer["content"] = json!([minimal(&schema, child_name)]);
            let document = around(&schema, parent_name, outer);
            let expected = takes(parent, child);
            assert_eq!(
                accepts(&document),
                expected,
                "{child_name} in {parent_name}: {document}"
            );
            pairs += 1;
        }
    }
    assert_eq!(pairs, 29 * 29);
}

#[test]
fn content_is_needed_where_the_schema_says() {
    let schema = schema();
    for node in list(&schema, "nodes") {
        let name = text(node, "name");
        let mut empty = minimal(&schema, name);
        empty.as_object_mut().expect("an object").remove("content");
        // One row without cells is a table without columns, which a rule refuses.
        let expected = !text(node, "content").ends_with('+') && name != "table_row";
        assert_eq!(accepts(&around(&schema, name, empty)), expected, "{name}");
    }
}

/// Values that the schema says an attribute takes, and values it does not.
fn examples(schema: &Value, attribute: &Value) -> (Vec<Value>, Vec<Value>) {
    let number = |name: &str| attribute[name].as_i64().unwrap_or_default();
    let (mut good, mut bad) = (Vec::new(), vec![json!({}), json!([[]])]);
    match text(attribute, "kind") {
        "boolean" => {
            good.extend([json!(true), json!(false)]);
            bad.extend([json!(0), json!("true")]);
        }
        "number" => {
            good.extend([json!(number("min")), json!(number("max"))]);
            bad.extend([
                json!(number("min") - 1),
                json!(number("max") + 1),
                json!(1.5),
                json!("1"),
                json!(true),
            ]);
        }
        "numbers" => {
            good.extend([json!([number("min")]), json!([number("max")])]);
            bad.extend([
                json!([number("min") - 1]),
                json!([number("max") + 1]),
                json!([]),
                json!([1, 1]),
                json!(1),
            ]);
        }
        "word" => {
            good.extend(list(attribute, "values").iter().cloned());
            bad.extend([json!(""), json!("Ltr"), json!("none"), json!(1)]);
        }
        "string" => {
            let rule = &schema["strings"][text(attribute, "rule")];
            good.extend(list(rule, "accepts").iter().cloned());
            bad.extend(list(rule, "refuses").iter().cloned());
            bad.extend([json!(1), json!(true)]);
        }
        "object" => {
            let members = attribute["members"].as_object().expect("members");
            let whole: Map<_, _> = members
                .iter()
                .map(|(name, of)| (name.clone(), value_of(schema, of)))
                .collect();
            for name in members.keys() {
                let mut less = whole.clone();
                less.remove(name);
                bad.push(less.into());
            }
            let mut more = whole.clone();
            more.insert("other".into(), json!(""));
            bad.push(more.into());
            good.push(whole.into());
        }
        other => panic!("no examples of {other}"),
    }
    if attribute["nullable"] == true {
        &mut good
    } else {
        &mut bad
    }
    .push(Value::Null);
    (good, bad)
}

/// Whether the rules of tables refuse what the attribute alone may be.
fn is_for_tables(name: &str, value: &Value) -> bool {
    name == "rowspan" && value != 1
}

#[test]
fn attributes_take_what_the_schema_says_and_nothing_else() {
    let schema = schema();
    let mut tried = 0;
    let nodes = list(&schema, "nodes").iter().map(|node| (node, false));
    for (node, is_mark) in nodes.chain(list(&schema, "marks").iter().map(|mark| (mark, true))) {
        let name = text(node, "name");
        let document = |change: &dyn Fn(&mut Value)| {
            if is_mark {
                let attributes = node["attrs"].as_object().into_iter().flatten();
                let values: Map<_, _> = attributes
                    .map(|(name, of)| (name.clone(), value_of(&schema, of)))
                    .collect();
                let mut mark = json!({"type": name});
                if !values.is_empty() {
                    mark["attrs"] = values.into();
                }
                change(&mut mark);
                let text = json!({"type": "text", "text": "x", "marks": [mark]});
                around(&schema, "text", text)
            } else {
                let mut whole = minimal(&schema, name);
                change(&mut whole);
                around(&schema, name, whole)
            }
        };
        assert!(accepts(&document(&|_| ())), "{name}");
        // Text is all members, and has no attributes.
        assert!(
            !accepts(&document(&|node| node["attrs"]["other"] = json!(1))),
            "{name}: an attribute of no name"
        );
        assert!(
            !accepts(&document(&|node| node["other"] = json!(1))),
            "{name}: a member of no name"
        );
        for (attribute, of) in node["attrs"].as_object().into_iter().flatten() {
            let without = document(&|node| {
                node["attrs"].as_object_mut().expect("attributes").remove(attribute);
            });
            assert!(!accepts(&without), "{name} without {attribute}");
            let (good, bad) = examples(&schema, of);
            let with = |value: &Value| document(&|node| node["attrs"][attribute] = value.clone());
            for value in good.iter().filter(|value| !is_for_tables(attribute, value)) {
                assert!(accepts(&with(value)), "{name} {attribute} {value}");
            }
            for value in &bad {
                assert!(!accepts(&with(value)), "{name} {attribute} {value}");
            }
            tried += good.len() + bad.len();
        }
    }
    assert!(tried > 300, "{tried} values");
}

#[test]
fn marks_stand_on_what_the_schema_says() {
    let schema = schema();
    for node in list(&schema, "nodes") {
        let name = text(node, "name");
        for mark in list(&schema, "marks") {
            let attributes = mark["attrs"].as_object().into_iter().flatten();
            let values: Map<_, _> = attributes
                .map(|(name, of)| (name.clone(), value_of(&schema, of)))
                .collect();
            let mut value = json!({"type": text(mark, "name")});
            if !values.is_empty() {
                value["attrs"] = values.into();
            }
            // On the node itself: only where it stands in text.
            let mut marked = minimal(&schema, name);
            marked["marks"] = json!([value]);
            let inline = text(node, "group").starts_with("inline");
            assert_eq!(accepts(&around(&schema, name, marked)), inline, "{value} on {name}");
            // On text inside it: where its `marks` allow it.
            if ["inline*", "text*", "note*"].contains(&text(node, "content")) {
                let mut outer = minimal(&schema, name);
                outer["content"] = json!([{"type": "text", "text": "x", "marks": [value]}]);
                let allowed = text(node, "marks");
                let expected = allowed == "_" || allowed.split(' ').any(|name| mark["name"] == name);
                assert_eq!(accepts(&around(&schema, name, outer)), expected, "{value} in {name}");
            }
        }
    }
}

//! The folders `accepted`, `refused` and `refused_by_rules`. The editor's tests feed the first two to its schema.

use super::{accepted, fixtures};
use domain::document::{Block, DEPTH_MAX, Document, Inline, Item, NODES_MAX, Reason, TEXT_MAX};
use serde_json::{Value, json};

fn error(text: &str) -> String {
    match Document::from_text(text) {
        Ok(document) => panic!("accepted: {}", document.canonical()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn accepted_documents_come_back_as_they_are() {
    let all = fixtures("accepted");
    assert!(all.len() > 60, "{} documents", all.len());
    for (name, text) in all {
        let given: Value = serde_json::from_str(&text).expect("JSON");
        let document = Document::from_json(&given).unwrap_or_else(|error| panic!("{name}: {error}"));
        // The one that is not in canonical form, to show that it comes back in it.
        if name == "neighbours_with_equal_marks" {
            let content = &document.to_json()["content"][0]["content"];
            assert_eq!(content[0]["text"], "one two ");
            assert_eq!(content[1]["text"], "three four");
            assert_eq!(content.as_array().map(Vec::len), Some(2));
        } else {
            assert_eq!(document.to_json(), given, "{name}");
        }
        let again = Document::from_text(&document.canonical()).expect("canonical text is a document");
        assert_eq!(again, document, "{name}");
        assert_eq!(again.canonical(), document.canonical(), "{name}");
        let serialised = serde_json::to_string(&document).expect("a document is JSON");
        assert_eq!(
            serde_json::from_str::<Document>(&serialised).ok(),
            Some(document),
            "{name}"
        );
    }
}

#[test]
fn refused_documents_are_refused_and_the_place_is_told() {
    for folder in ["refused", "refused_by_rules"] {
        for (name, text) in fixtures(folder) {
            let value: Value = serde_json::from_str(&text).expect("refused for what it says, not for being no JSON");
            assert!(Document::from_json(&value).is_err(), "{folder}/{name} was accepted");
        }
    }
    let told = |folder: &str, name: &str| {
        let all = fixtures(folder);
        let (_, text) = all
            .iter()
            .find(|(other, _)| other == name)
            .expect("the fixture is there");
        error(text)
    };
    for (folder, name, message) in [
        (
            "refused",
            "heading_7",
            "content/0/attrs/level: this must be a whole number from 1 to 6",
        ),
        ("refused", "unknown_node", "content/0/type: “marquee” cannot stand here"),
        (
            "refused",
            "unknown_mark",
            "content/0/content/0/marks/0/type: “blink” cannot stand here",
        ),
        (
            "refused",
            "unknown_attribute",
            "content/0/attrs/style: there is nothing called “style” here",
        ),
        ("refused", "attribute_missing", "content/0/attrs: “align” is missing"),
        ("refused", "root_is_a_paragraph", "type: “paragraph” cannot stand here"),
        ("refused", "no_content", "the document: this needs content"),
        (
            "refused",
            "mark_twice",
            "content/0/content/0/marks/1: this mark is there twice",
        ),
        ("refused", "empty_list_item", "content/0/content/0: this needs content"),
        (
            "refused",
            "page_break_in_a_list",
            "content/0/content/0/content/0/type: “page_break” cannot stand here",
        ),
        (
            "refused",
            "step_record_without_unit",
            "content/0/attrs/record: “unit” is missing",
        ),
        (
            "refused_by_rules",
            "heading_ids_twice",
            "content/1/attrs/id: an earlier node has this id",
        ),
        (
            "refused_by_rules",
            "table_row_too_short",
            "content/0/content/1: the cells do not fill the table: a row has too few cells",
        ),
        (
            "refused_by_rules",
            "table_cells_overlap",
            "content/0/content/1: the cells do not fill the table: two cells overlap",
        ),
        (
            "refused_by_rules",
            "table_reaching_below",
            "content/0/content/0: the cells do not fill the table: a cell reaches below the last row",
        ),
    ] {
        assert_eq!(told(folder, name), message, "{folder}/{name}");
    }
}

#[test]
fn no_depth_overflows_the_stack() {
    for depth in [DEPTH_MAX, 200, 10_000, 300_000] {
        let open = r#"{"type":"bullet_list","content":[{"type":"list_item","content":["#;
        let text = format!(
            r#"{{"type":"doc","attrs":{{"schema":1}},"content":[{}{}]}}"#,
            open.repeat(depth),
            "]}]}".repeat(depth)
        );
        error(&text);
    }
    // A value that was built, not parsed, may be deeper than any parser lets pass.
    let mut value = json!({"type": "paragraph", "attrs": {"dir": null, "align": null}});
    for _ in 0..500 {
        let content = Value::Array(vec![value]);
        value = json!({"type": "blockquote"});
        value["content"] = content;
    }
    let content = Value::Array(vec![value]);
    let mut value = json!({"type": "doc", "attrs": {"schema": 1}});
    value["content"] = content;
    let refused = Document::from_json(&value).expect_err("500 quotes");
    assert_eq!(refused.reason, Reason::TooDeep);
    assert_eq!(refused.path.matches('/').count(), 2 * DEPTH_MAX);

    let mut block = Block::paragraph(Vec::new());
    for _ in 0..500 {
        block = Block::BulletList {
            items: vec![Item { content: vec![block] }],
        };
    }
    let refused = Document::new(vec![block]).expect_err("500 lists");
    assert_eq!(refused.reason, Reason::TooDeep);
}

#[test]
fn too_much_is_refused() {
    let paragraphs = vec![Block::paragraph(Vec::new()); NODES_MAX];
    assert!(Document::new(paragraphs.clone()).is_ok());
    let more = [paragraphs, vec![Block::Divider]].concat();
    assert_eq!(
        Document::new(more).map_err(|error| error.reason),
        Err(Reason::TooManyNodes)
    );

    let text = |bytes| Document::new(vec![Block::paragraph(vec![Inline::text("x".repeat(bytes))])]);
    assert!(text(TEXT_MAX).is_ok());
    assert_eq!(text(TEXT_MAX + 1).map_err(|error| error.reason), Err(Reason::TooLong));

    let src = format!("data:image/png;base64,{}", "AAAA".repeat(2_600_000));
    let figure = Block::Figure {
        src,
        alt: String::new(),
        width: None,
        id: String::new(),
        caption: Vec::new(),
    };
    assert!(Document::new(vec![figure.clone(); 6]).is_ok());
    assert_eq!(
        Document::new(vec![figure; 7]).map_err(|error| error.reason),
        Err(Reason::TooLong)
    );
}

#[test]
fn nothing_that_is_no_document_panics() {
    for text in [
        "",
        "null",
        "{",
        "[]",
        "{}",
        "\"doc\"",
        "1e400",
        "{\"type\":\"doc\"}",
        "\u{0}",
        "{\"type\":\"doc\",\"type\":1}",
    ] {
        error(text);
    }
    assert!(error("{\"type\":\"\\ud800\"}").contains("this is not JSON"));
    // Every value of a real document replaced by every type of value, and every member taken away.
    for (name, document) in accepted() {
        let whole = document.to_json();
        let mut pointers = Vec::new();
        pointers_of(&whole, String::new(), &mut pointers);
        for pointer in pointers.iter().take(120) {
            for value in [
                json!(null),
                json!(-1),
                json!(1.5),
                json!(u64::MAX),
                json!("x"),
                json!([]),
                json!({}),
                json!([[]]),
            ] {
                let mut changed = whole.clone();
                *changed.pointer_mut(pointer).expect("the pointer is the document's own") = value;
                if let Ok(document) = Document::from_json(&changed) {
                    assert_eq!(
                        Document::from_json(&document.to_json()).as_ref(),
                        Ok(&document),
                        "{name} {pointer}"
                    );
                }
            }
        }
    }
}

pub(super) fn pointers_of(value: &Value, here: String, all: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers_of(item, format!("{here}/{index}"), all);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointers_of(member, format!("{here}/{name}"), all);
            }
        }
        _ => {}
    }
    all.push(here);
}

#[test]
fn the_canonical_text_is_the_one_of_rfc_8785() {
    let document = Document::new(vec![Block::paragraph(vec![Inline::text("é\t\"")])]).expect("a document");
    assert_eq!(
        document.canonical(),
        "{\"attrs\":{\"schema\":1},\"content\":[{\"attrs\":{\"align\":null,\"dir\":null},\"content\":[{\"text\":\"é\\t\\\"\",\
         \"type\":\"text\"}],\"type\":\"paragraph\"}],\"type\":\"doc\"}"
    );
}

//! Reading what is nearly a document.

use super::reading::{document, paragraph};
use super::{accepted, fixtures};
use domain::document::text::PlainText;
use domain::document::{Block, Cell, DEPTH_MAX, Document, Mended, NODES_MAX, Reason, Row, generate};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What is mended is a document, and mending it again changes nothing.
fn mended(value: &Value) -> Mended {
    let mended = Document::mended(value);
    let json = mended.document.to_json();
    assert_eq!(Document::from_json(&json).as_ref(), Ok(&mended.document));
    let again = Document::mended(&json);
    assert_eq!((&again.document, again.faults.as_slice()), (&mended.document, &[][..]));
    mended
}

fn told(mended: &Mended) -> Vec<String> {
    mended.faults.iter().map(ToString::to_string).collect()
}

fn doc(content: Value) -> Value {
    let mut whole = json!({"type": "doc"});
    whole["content"] = content;
    whole
}

#[test]
fn a_document_is_left_as_it_is() {
    for (name, document) in accepted() {
        let mended = mended(&document.to_json());
        assert_eq!(
            mended,
            Mended {
                document,
                faults: Vec::new()
            },
            "{name}"
        );
    }
}

#[test]
fn whatever_is_refused_can_be_mended_and_is_told() {
    // Attributes that are missing are no fault here.
    let whole = [
        "attribute_missing",
        "attributes_missing",
        "attribute_of_a_mark_missing",
        "no_schema",
    ];
    for folder in ["refused", "refused_by_rules"] {
        for (name, text) in fixtures(folder) {
            let value: Value = serde_json::from_str(&text).expect("JSON");
            let mended = mended(&value);
            assert_eq!(
                mended.faults.is_empty(),
                whole.contains(&name.as_str()),
                "{name}: {:?}",
                told(&mended)
            );
        }
    }
}

#[test]
fn what_is_put_right_is_as_near_as_can_be() {
    let text = |text: &str| json!({"type": "text", "text": text});
    let marked = |text: &str, mark: Value| json!({"type": "text", "text": text, "marks": [mark]});
    let mended = mended(&doc(json!([
        {"type": "heading", "attrs": {"level": 9, "id": "x"}, "content": [text("a\u{0}b\nc")]},
        {"type": "heading", "attrs": {"level": 2.0, "id": "x", "colour": 1}, "content": [text("d")]},
        {"type": "figure", "attrs": {"src": "https://example.org/x.png"}, "content": [text("A caption")]},
        {"type": "marquee", "content": [text("gone")]},
        {"type": "bullet_list", "content": [{"type": "list_item", "content": [{"type": "page_break"}]}, {"type": "list_item"}]},
        {"type": "task_list"},
        {"type": "paragraph", "content": [
            {"type": "mention", "attrs": {"member": "", "label": "Ann"}},
            {"type": "cross_reference", "attrs": {"target": "no id"}},
            marked("link", json!({"type": "link", "attrs": {"href": " HTTPS://example.org/a b"}})),
            marked("evil", json!({"type": "link", "attrs": {"href": "javascript:alert(1)"}})),
            marked("blink", json!({"type": "blink"})),
            marked("when", json!({"type": "insertion", "attrs": {"author": "a\nb", "at": "now"}})),
        ]},
    ])));
    let expected = json!([
        {"type": "heading", "attrs": {"level": 6, "numbered": false, "id": "x"}, "content": [text("ab c")]},
        {"type": "heading", "attrs": {"level": 2, "numbered": false, "id": ""}, "content": [text("d")]},
        {"type": "paragraph", "attrs": {"dir": null, "align": null}, "content": [text("A caption")]},
        {"type": "bullet_list", "content": [
            {"type": "list_item", "content": [{"type": "paragraph", "attrs": {"dir": null, "align": null}}]},
            {"type": "list_item", "content": [{"type": "paragraph", "attrs": {"dir": null, "align": null}}]},
        ]},
        {"type": "paragraph", "attrs": {"dir": null, "align": null}, "content": [
            text("Ann"),
            marked("link", json!({"type": "link", "attrs": {"href": "https://example.org/a%20b", "title": null}})),
            text("evilblink"),
            marked("when", json!({"type": "insertion", "attrs": {"author": "ab", "at": ""}})),
        ]},
    ]);
    assert_eq!(mended.document.to_json()["content"], expected);
    let told = told(&mended);
    for fault in [
        "content/3/type: “marquee” cannot stand here",
        "content/1/attrs/colour: there is nothing called “colour” here",
        "content/0/attrs/level: this must be a number in range",
        "content/1/attrs/id: an earlier node has this id",
    ] {
        assert!(told.iter().any(|one| one == fault), "{fault} is not in {told:?}");
    }
}

#[test]
fn tables_are_filled_up_and_overlaps_shrink() {
    let cell = |text: &str, colspan: u32, rowspan: u32| {
        let attrs = json!({"colspan": colspan, "rowspan": rowspan});
        let text = json!([{"type": "paragraph", "content": [{"type": "text", "text": text}]}]);
        json!({"type": "table_cell", "attrs": attrs, "content": text})
    };
    let table = |rows: &[Vec<Value>]| {
        let rows: Vec<_> = rows
            .iter()
            .map(|cells| json!({"type": "table_row", "content": cells}))
            .collect();
        mended(&doc(json!([{"type": "table", "content": rows}]))).document
    };
    let of = |cells: Vec<(&str, u32, u32)>| Row {
        cells: cells
            .into_iter()
            .map(|(text, colspan, rowspan)| Cell {
                colspan,
                rowspan,
                ..Cell::new(false, vec![paragraph(text)])
            })
            .collect(),
    };
    let mended = table(&[vec![cell("a", 1, 1), cell("b", 1, 9)], vec![cell("c", 5, 1)], vec![]]);
    let rows = vec![
        of(vec![("a", 1, 1), ("b", 1, 3)]),
        of(vec![("c", 1, 1)]),
        of(vec![("", 1, 1)]),
    ];
    assert_eq!(mended, document(vec![Block::Table { rows }]));
    let mended = table(&[
        vec![cell("a", 2, 1)],
        vec![cell("b", 1, 1), cell("c", 1, 1), cell("d", 1, 1)],
    ]);
    let rows = vec![
        of(vec![("a", 2, 1), ("", 1, 1)]),
        of(vec![("b", 1, 1), ("c", 1, 1), ("d", 1, 1)]),
    ];
    assert_eq!(mended, document(vec![Block::Table { rows }]));
    // A table of nothing, and one that would fill the memory, are left out.
    assert_eq!(table(&[vec![]]), Document::empty());
    let mut rows = vec![vec![cell("wide", 200, 1)]];
    rows.resize(2_000, Vec::new());
    assert_eq!(table(&rows), Document::empty());
}

#[test]
fn no_value_is_too_deep_or_too_large() {
    let paragraph = json!({"type": "paragraph"});
    for (outer, inner) in [
        ("blockquote", None),
        ("bullet_list", Some("list_item")),
        ("table", Some("table_row")),
    ] {
        for depth in 1..120 {
            let mut value = paragraph.clone();
            for _ in 0..depth {
                let chain: &[Option<&str>] = match inner {
                    Some("table_row") => &[Some("table_cell"), inner, Some(outer)],
                    _ => &[inner, Some(outer)],
                };
                for name in chain.iter().flatten() {
                    let content = Value::Array(vec![value]);
                    value = json!({"type": name});
                    value["content"] = content;
                }
            }
            let mended = Document::mended(&doc(Value::Array(vec![value])));
            let levels = depth
                * if outer == "blockquote" {
                    1
                } else if outer == "table" {
                    3
                } else {
                    2
                };
            assert_eq!(mended.faults.is_empty(), levels < DEPTH_MAX, "{outer} {depth}");
        }
    }
    let many = doc(Value::Array(vec![paragraph; NODES_MAX + 10]));
    let mended = Document::mended(&many);
    assert_eq!(mended.document.blocks().len(), NODES_MAX);
    assert_eq!(
        mended.faults.iter().map(|fault| &fault.reason).collect::<Vec<_>>(),
        [&Reason::TooManyNodes]
    );
    // Each empty list item would need a paragraph for which there is no room.
    let items = Value::Array(vec![json!({"type": "list_item"}); NODES_MAX - 10]);
    let mended = Document::mended(&doc(json!([{"type": "bullet_list", "content": items}])));
    assert_eq!(mended.faults.len(), 1_000);
}

/// Puts another value at one place of a document.
fn changed(document: &Document, at: usize, value: Value) -> Value {
    let mut whole = document.to_json();
    let mut pointers = Vec::new();
    super::fixtures::pointers_of(&whole, String::new(), &mut pointers);
    let pointer = &pointers[at % pointers.len()];
    if let Some(place) = whole.pointer_mut(pointer) {
        *place = value;
    }
    whole
}

proptest! {
    #[test]
    fn what_yjs_leaves_out_is_no_fault(document in generate::document()) {
        let mut json = document.to_json();
        super::generated::sparse(&mut json, true);
        let mended = mended(&json);
        prop_assert_eq!(mended.document, document);
        prop_assert_eq!(mended.faults, []);
    }

    #[test]
    fn a_document_with_anything_anywhere_is_mended(
        document in generate::document(),
        at in any::<usize>(),
        what in 0..12_usize,
    ) {
        let values = [
            json!(null), json!(0), json!(-1), json!(1e300), json!(3), json!(true), json!(""), json!("x"), json!([]), json!({}),
            json!([{"type": "text", "text": "y"}]), json!({"type": "table", "content": [{"type": "table_row"}]}),
        ];
        mended(&changed(&document, at, values[what].clone()));
    }

    #[test]
    fn every_table_is_mended_and_keeps_its_words(
        rows in prop::collection::vec(prop::collection::vec((0..5_u32, 0..5_u32), 0..5), 1..6),
    ) {
        let mut words = Vec::new();
        let mut rows_json = Vec::new();
        for row in &rows {
            let mut cells = Vec::new();
            for (colspan, rowspan) in row {
                words.push(format!("w{}", words.len()));
                cells.push(json!({
                    "type": "table_header",
                    "attrs": {"colspan": colspan, "rowspan": rowspan, "colwidth": vec![7; *colspan as usize]},
                    "content": [{"type": "paragraph", "content": [{"type": "text", "text": words.last()}]}],
                }));
            }
            rows_json.push(json!({"type": "table_row", "content": cells}));
        }
        let mended = mended(&doc(json!([{"type": "table", "content": rows_json}])));
        let kept = PlainText::of(&mended.document).text;
        prop_assert_eq!(kept.split_whitespace().collect::<Vec<_>>(), words);
    }
}

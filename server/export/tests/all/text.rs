//! Plain text and JSON.

use crate::documents;
use domain::document::{Block, generate};
use export::{Meta, json, text};
use proptest::prelude::*;

#[test]
fn the_folder_keeps_its_words() {
    for sample in documents::all() {
        let made = text::write(&sample.document, &Meta::default());
        let said = String::from_utf8(made.bytes).unwrap();
        let plain = domain::document::text::PlainText::of(&sample.document);
        for word in plain
            .text
            .split_whitespace()
            .filter(|word| word.chars().all(char::is_alphanumeric))
        {
            assert!(said.contains(word), "{}: {word}", sample.name);
        }
    }
}

#[test]
fn paragraphs_and_lists_are_seen() {
    let back =
        text::read(b"\xef\xbb\xbfFirst\r\nline\r\n\r\n- a\r\n  - b\r\n- c\r\n\r\n3. d\r\n4. e\r\n\r\nLast").unwrap();
    let names: Vec<_> = back.document.blocks().iter().map(Block::name).collect();
    assert_eq!(names, ["paragraph", "bullet_list", "ordered_list", "paragraph"]);
    let made = String::from_utf8(text::write(&back.document, &Meta::default()).bytes).unwrap();
    assert_eq!(made, "First\nline\n\n- a\n\n  - b\n\n- c\n\n3. d\n\n4. e\n\nLast\n");
    assert_eq!(text::read(made.as_bytes()).unwrap().document, back.document);
}

#[test]
fn ten_thousand_levels_stay_within_bounds() {
    let lines: Vec<String> = (0..10_000)
        .map(|level| format!("{}- {level}\n", " ".repeat(level % 900)))
        .collect();
    let back = text::read(lines.concat().as_bytes()).unwrap();
    assert!(back.document.canonical().contains("9999"));
    assert!(text::read(&vec![b'a'; 9 << 20]).is_err());
}

#[test]
fn json_is_strict_and_names_the_place() {
    for sample in documents::all() {
        let made = json::write(&sample.document, &Meta::default());
        assert_eq!(json::read(&made.bytes).unwrap().document, sample.document);
    }
    let error =
        json::read(b"{\"type\":\"doc\",\"attrs\":{\"schema\":1},\"content\":[{\"type\":\"svg\"}]}").unwrap_err();
    assert!(error.to_string().starts_with("content/0"), "{error}");
    let error = json::read(b"{").unwrap_err();
    assert!(error.to_string().starts_with("the file cannot be read"), "{error}");
    assert!(json::read("[".repeat(100_000).as_bytes()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_document_has_a_text_and_json(document in generate::document()) {
        let made = text::write(&document, &Meta::default());
        prop_assert!(text::read(&made.bytes).is_ok());
        prop_assert_eq!(json::read(&json::write(&document, &Meta::default()).bytes).unwrap().document, document);
    }
}

//! Markdown to a tree and back.

use crate::documents;
use domain::document::{Block, Document, Inline, generate};
use export::{Attachments, ExportError, Meta, markdown};
use proptest::prelude::*;

fn written(document: &Document, attachments: &Attachments) -> String {
    String::from_utf8(markdown::write(document, &Meta::default(), attachments).bytes).unwrap()
}

fn read(text: &str) -> export::Read {
    markdown::read(text.as_bytes()).unwrap()
}

/// The document, with one line for each block.
fn shape(text: &str) -> String {
    read(text).document.canonical()
}

#[test]
fn the_folder_comes_back_whole() {
    for sample in documents::all() {
        let text = written(&sample.document, &sample.attachments);
        let back = read(&text);
        assert_eq!(back.losses, [], "{}", sample.name);
        assert_eq!(
            back.document.canonical(),
            sample.document.canonical(),
            "{}\n{text}",
            sample.name
        );
        for (src, bytes) in &back.attachments {
            assert_eq!(sample.attachments.get(src), Some(bytes), "{}: {src}", sample.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_document_comes_back_whole(document in generate::document()) {
        let text = written(&document, &Attachments::new());
        let back = read(&text);
        prop_assert_eq!(back.document.canonical(), document.canonical(), "{}", text);
    }
}

#[test]
fn lines_that_only_end_stay_paragraphs_of_their_own() {
    let ending = serde_json::json!({"type": "paragraph", "content": [{"type": "hard_break"}]});
    let tree = serde_json::json!({"type": "doc", "content": [{"type": "callout", "content": [ending, ending]}, ending, ending]});
    let document = Document::from_sparse_json(&tree).expect("a document");
    let back = read(&written(&document, &Attachments::new()));
    assert_eq!(back.document.canonical(), document.canonical());
}

#[test]
fn text_is_never_a_sign() {
    let hostile = [
        "# no heading",
        "- no item",
        "+ none",
        "* none",
        "1. none",
        "12) none",
        "> no quote",
        "    no code",
        "\tno code",
        "```",
        "~~~",
        "---",
        "===",
        "***",
        "| a | b |",
        "[a]: http://b",
        "[a](http://b)",
        "![a](b)",
        "<b>no tag</b>",
        "&amp; &#32;",
        "a_b_c _d_",
        "**a**",
        "~~a~~",
        "`a`",
        "\\",
        "a\\",
        "[^1]",
        "[ ] a",
        "[!NOTE]",
        "a  ",
        "  a",
        "{#id}",
        "<!-- a",
        "<script>",
        "www.example.org",
        "<http://example.org>",
        ": a",
        "^a",
        "!",
        "a\u{a0}",
        "\u{feff}a",
        "$a$",
    ];
    for text in hostile {
        let heading = Block::Heading {
            level: 2,
            numbered: false,
            id: String::new(),
            content: vec![Inline::text(text)],
        };
        let document = Document::new(vec![Block::paragraph(vec![Inline::text(text)]), heading]).unwrap();
        let made = written(&document, &Attachments::new());
        assert_eq!(shape(&made), document.canonical(), "{made}");
    }
}

#[test]
fn plain_things_are_written_plainly() {
    let text = "# Title {#t .numbered}\n\nSome **strong** and *gentle* words with `code` and a [link](<https://example.org/>).\n\n\
        - one\n  - inner\n- two\n\n1. first\n2. second\n\n- [x] done\n\n- [ ] to do\n\n> [!WARNING]\n> Hot.\n\n\
        <div class=\"step\" id=\"s\" data-confirm=\"true\" data-record=\"Temperature\" data-unit=\"°C\">\n\nMeasure.\n\n</div>\n\n\
        | A | B |\n| --- | --- |\n| c | d |\n\n```rust\nfn main() {}\n```\n\n\
        <p class=\"pause\" data-seconds=\"8\">Pause, 8 seconds</p>\n\nA note.[^1]\n\n[^1]: Said below.\n";
    let back = read(text);
    assert_eq!(back.losses, []);
    assert_eq!(written(&back.document, &Attachments::new()), text);
}

#[test]
fn raw_html_goes_through_the_allow_list() {
    let back = read(
        "a <u>b</u> <script>alert(1)</script> <b onclick=x>c</b>\n\n<svg><circle/></svg>\n\n<div>\n\n*d*\n\n</div>\n",
    );
    let json = back.document.canonical();
    for never in ["alert", "onclick", "circle", "script"] {
        assert!(!json.contains(never), "{never}: {json}");
    }
    assert!(
        json.contains("underline") && json.contains("emphasis") && json.contains("strong"),
        "{json}"
    );
    assert_eq!(back.losses.len(), 1);
}

#[test]
fn what_is_too_deep_is_refused_or_lifted() {
    let error = markdown::read(">".repeat(10_000).as_bytes()).unwrap_err();
    assert!(matches!(error, ExportError::TooLarge { .. }), "{error}");
    let error = markdown::read("- ".repeat(10_000).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "line 1 is too large: more than 256 levels");
    let lists: Vec<String> = (0..400)
        .map(|level| format!("{}- {level}\n", "  ".repeat(level)))
        .collect();
    let back = read(&lists.concat());
    assert!(back.document.canonical().contains("399"));
    assert!(!back.losses.is_empty());
}

#[test]
fn a_file_that_is_no_text_is_an_error() {
    let error = markdown::read(b"abc\xff").unwrap_err();
    assert_eq!(error.to_string(), "the file cannot be read: it is not UTF-8 (byte 3)");
}

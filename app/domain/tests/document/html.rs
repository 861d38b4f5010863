//! HTML for reading: nothing but what it names, nothing of the document taken for markup, and whole.

use super::accepted;
use super::reading::{document, paragraph};
use domain::document::html::{Setting, header_rows, render};
use domain::document::text::PlainText;
use domain::document::{Block, Cell, Document, Inline, InlineKind, Mark, Marks, Row, Show, generate};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn rendered(document: &Document) -> String {
    let attachment = |id: &str| (id != "gone").then(|| format!("/files/{id}?a=1&b=2"));
    render(
        document,
        Setting {
            prefix: "doc-",
            attachment: &attachment,
            within: true,
            language: "",
        },
    )
}

fn body(blocks: Vec<Block>) -> String {
    let html = rendered(&document(blocks));
    let inner = html
        .strip_prefix("<div class=\"doc\">")
        .and_then(|html| html.strip_suffix("</div>"));
    inner.expect("one div around all").to_owned()
}

fn marked(text: &str, marks: &[Mark]) -> Inline {
    Inline::new(InlineKind::Text(text.into()), marks.iter().cloned().collect())
}

const TAGS: &str = "div p h1 h2 h3 h4 h5 h6 span ul ol li blockquote b table colgroup col thead tbody tr td th figure img \
    figcaption hr pre code nav a strong em u s sub sup mark ins del br section";
const ATTRIBUTES: &str = "class dir id start data-checked role aria-label tabindex width colspan rowspan scope src alt loading \
    data-language data-number data-seconds data-field data-author href title rel datetime";

/// What a strict reader of the HTML finds: its ids, where its links go, its text. Fails on whatever is not allowed.
#[derive(Default)]
struct Reading {
    ids: BTreeSet<String>,
    links: Vec<String>,
    text: String,
}

fn read(html: &str) -> Reading {
    let mut reading = Reading::default();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        reading.text.push_str(&rest[..start]);
        let end = start + rest[start..].find('>').expect("each tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "tags nest");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.split_ascii_whitespace().any(|allowed| allowed == name), "<{name}>");
        assert!(name != "a" || !open.contains(&"a"), "a link in a link: {html}");
        read_attributes(attributes, &mut reading);
        if !["img", "br", "hr", "col"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "all is closed");
    reading.text.push_str(rest);
    reading
}

fn read_attributes(attributes: &str, reading: &mut Reading) {
    let mut rest = attributes;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("each attribute has a value");
        let (value, after) = after.split_once('"').expect("each value ends");
        assert!(
            ATTRIBUTES.split_ascii_whitespace().any(|allowed| allowed == name),
            "{name}"
        );
        assert!(!value.contains(['<', '>', '\'']), "{value}");
        match name {
            "id" => assert!(reading.ids.insert(value.to_owned()), "the id {value} twice"),
            "href" | "src" => {
                let schemes = [
                    "#doc-",
                    "https://",
                    "http://",
                    "mailto:",
                    "tel:",
                    "/files/",
                    "data:image/",
                ];
                assert!(schemes.iter().any(|scheme| value.starts_with(scheme)), "{value}");
                reading.links.push(value.to_owned());
            }
            _ => {}
        }
        rest = after.trim_start();
    }
}

#[test]
fn accepted_documents_are_rendered_with_nothing_but_what_is_allowed() {
    for (name, document) in accepted() {
        let html = rendered(&document);
        assert!(html.starts_with("<div class=\"doc\">"), "{name}");
        read(&html);
    }
}

proptest! {
    #[test]
    fn every_document_is_rendered_whole(document in generate::document()) {
        let reading = read(&rendered(&document));
        for link in reading.links.iter().filter_map(|link| link.strip_prefix('#')) {
            // Only a link that a person made may lead nowhere.
            prop_assert!(reading.ids.contains(link) || link == "doc-id-0", "{link} is not there");
        }
        let plain = PlainText::of(&document);
        for stretch in plain.stretches.iter().filter(|stretch| stretch.literal) {
            let text = &plain.text[stretch.start..stretch.end];
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let escaped = escaped.replace('"', "&quot;").replace('\'', "&#39;");
            prop_assert!(reading.text.contains(&escaped), "{text} is lost");
        }
    }
}

#[test]
fn text_is_never_markup() {
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;";
    let html = body(vec![
        paragraph(evil),
        Block::Figure {
            src: "attachment:a".into(),
            alt: evil.into(),
            width: None,
            id: String::new(),
            caption: vec![Inline::new(
                InlineKind::Mention {
                    member: "m".into(),
                    label: evil.into(),
                },
                Marks::new(),
            )],
        },
        Block::paragraph(vec![
            Inline::new(
                InlineKind::Placeholder {
                    field: evil.into(),
                    label: evil.into(),
                },
                Marks::new(),
            ),
            marked(
                "x",
                &[Mark::Link {
                    href: "#a".into(),
                    title: Some(evil.into()),
                }],
            ),
            marked(
                "y",
                &[Mark::Insertion(domain::document::Change {
                    author: evil.into(),
                    at: String::new(),
                })],
            ),
        ]),
    ]);
    assert!(
        !html.contains("<script") && !html.contains("onerror=alert(1)>"),
        "{html}"
    );
    assert!(html.contains("<p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x"));
    read(&html);
}

#[test]
fn marks_stay_open_as_long_as_they_go_on() {
    let link = || Mark::Link {
        href: "https://example.org/?a&b".into(),
        title: None,
    };
    let html = body(vec![Block::paragraph(vec![
        marked("a", &[]),
        marked("b", &[link()]),
        marked("c", &[link(), Mark::Strong]),
        marked("d", &[link(), Mark::Strong, Mark::Emphasis]),
        marked("e", &[Mark::Strong]),
    ])]);
    assert_eq!(
        html,
        "<p dir=\"auto\">a<a href=\"https://example.org/?a&amp;b\" rel=\"noopener noreferrer nofollow\">b<strong>c<em>d</em>\
         </strong></a><strong>e</strong></p>"
    );
}

#[test]
fn headings_references_and_contents_meet() {
    let reference = |target: &str| {
        Inline::new(
            InlineKind::CrossReference {
                target: target.into(),
                show: Show::Number,
            },
            Marks::new(),
        )
    };
    let heading = |id: &str, title: &str| Block::Heading {
        level: 2,
        numbered: true,
        id: id.into(),
        content: vec![Inline::text(title)],
    };
    let html = body(vec![
        Block::TableOfContents,
        heading("one", "First"),
        heading("", "Second"),
        Block::paragraph(vec![reference("one"), Inline::text(" "), reference("gone")]),
    ]);
    assert_eq!(
        html,
        "<nav class=\"toc\" aria-label=\"Contents\">\
         <a class=\"lv2\" href=\"#doc-one\" dir=\"auto\"><span class=\"secno\">1</span> First</a>\
         <a class=\"lv2\" href=\"#doc-h.2\" dir=\"auto\"><span class=\"secno\">2</span> Second</a></nav>\
         <h2 id=\"doc-one\" dir=\"auto\"><span class=\"secno\">1</span> First</h2>\
         <h2 id=\"doc-h.2\" dir=\"auto\"><span class=\"secno\">2</span> Second</h2>\
         <p dir=\"auto\"><a class=\"xref\" href=\"#doc-one\">1</a> <span class=\"xref-gone\">missing reference</span></p>"
    );
}

#[test]
fn contents_are_listed_once() {
    let untitled = Block::Heading {
        level: 1,
        numbered: false,
        id: String::new(),
        content: Vec::new(),
    };
    let html = body(vec![Block::TableOfContents, Block::TableOfContents, untitled]);
    assert_eq!(
        html,
        "<nav class=\"toc\" aria-label=\"Contents\"></nav><h1 id=\"doc-h.1\" dir=\"auto\"></h1>"
    );
}

#[test]
fn footnotes_stand_at_the_end_with_the_way_back() {
    let note = |text: &str| Inline::new(InlineKind::Footnote(vec![Inline::text(text)]), Marks::new());
    let html = body(vec![
        Block::paragraph(vec![Inline::text("a"), note("first"), note("second")]),
        paragraph("b"),
    ]);
    assert!(html.starts_with(
        "<p dir=\"auto\">a<sup class=\"note\" id=\"doc-from.1\"><a href=\"#doc-note.1\" role=\"doc-noteref\" \
         aria-label=\"Footnote 1\">1</a></sup>"
    ));
    let end = "<section class=\"notes\" role=\"doc-endnotes\" aria-label=\"Footnotes\"><ol><li id=\"doc-note.1\" dir=\"auto\">first \
        <a class=\"note-back\" href=\"#doc-from.1\" role=\"doc-backlink\" aria-label=\"Back to footnote 1 in the text\">↩</a></li>";
    let (before, after) = html.split_once(end).unwrap_or_else(|| panic!("{html}"));
    assert!(before.ends_with("<p dir=\"auto\">b</p>"));
    assert!(after.starts_with("<li id=\"doc-note.2\" dir=\"auto\">second "));
}

#[test]
fn tables_have_heads_widths_and_spans() {
    let cell = |header, text: &str| Cell::new(header, vec![paragraph(text)]);
    let wide = Cell {
        colspan: 2,
        colwidth: Some(vec![120, 0]),
        ..cell(true, "wide")
    };
    let rows = vec![
        Row {
            cells: vec![wide, cell(true, "x")],
        },
        Row {
            cells: vec![
                cell(true, "row"),
                cell(false, "a"),
                Cell {
                    colwidth: Some(vec![80]),
                    ..cell(false, "b")
                },
            ],
        },
    ];
    assert_eq!(header_rows(&rows), 1);
    assert_eq!(
        body(vec![Block::Table { rows }]),
        "<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>\
         <colgroup><col width=\"120\"><col><col width=\"80\"></colgroup>\
         <thead><tr><th colspan=\"2\" scope=\"col\"><p dir=\"auto\">wide</p></th><th scope=\"col\"><p dir=\"auto\">x</p></th></tr></thead>\
         <tbody><tr><th scope=\"row\"><p dir=\"auto\">row</p></th><td><p dir=\"auto\">a</p></td><td><p dir=\"auto\">b</p></td></tr></tbody>\
         </table></div>"
    );
    // A header cell that reaches into the rows below keeps them together.
    let tall = |header| Cell {
        rowspan: 2,
        ..cell(header, "tall")
    };
    let row = |cells| Row { cells };
    assert_eq!(
        header_rows(&[
            row(vec![tall(true), cell(true, "a")]),
            row(vec![cell(false, "b")]),
            row(vec![])
        ]),
        0
    );
    let both = [
        row(vec![tall(true), cell(true, "a")]),
        row(vec![cell(true, "b")]),
        row(vec![cell(false, "c")]),
    ];
    assert_eq!(header_rows(&both), 2);
    assert_eq!(header_rows(&both[..2]), 0);
}

#[test]
fn pictures_are_shown_or_said_to_be_gone() {
    let figure = |src: &str, alt: &str| Block::Figure {
        src: src.into(),
        alt: alt.into(),
        width: Some(320),
        id: "fig".into(),
        caption: Vec::new(),
    };
    assert_eq!(
        body(vec![figure("attachment:a", "")]),
        "<figure class=\"fig\" id=\"doc-fig\"><img src=\"/files/a?a=1&amp;b=2\" alt=\"\" width=\"320\" loading=\"lazy\">\
         <figcaption dir=\"auto\"><span class=\"figno\">Figure 1</span></figcaption></figure>"
    );
    assert!(body(vec![figure("attachment:gone", "A hand")]).contains("<span class=\"fig-gone\">A hand</span>"));
    assert!(body(vec![figure("attachment:gone", "")]).contains("This picture is not here."));
    let within = document(vec![figure("data:image/png;base64,AAAA", "A hand")]);
    assert!(rendered(&within).contains("<img src=\"data:image/png;base64,AAAA\" alt=\"A hand\""));
    let setting = Setting {
        prefix: "",
        attachment: &|_| None,
        within: false,
        language: "",
    };
    let page = render(&within, setting);
    assert!(
        page.contains("<span class=\"fig-gone\">A hand</span>") && !page.contains("data:"),
        "{page}"
    );
}

#[test]
fn steps_and_pauses_say_what_they_ask() {
    let record = domain::document::Record {
        label: "Mass".into(),
        unit: "mg".into(),
    };
    let inner = Block::Step {
        id: String::new(),
        confirm: false,
        record: Some(record),
        content: vec![paragraph("b")],
    };
    let html = body(vec![
        Block::Step {
            id: "s".into(),
            confirm: true,
            record: None,
            content: vec![paragraph("a"), inner],
        },
        Block::Pause { seconds: 1 },
    ]);
    assert_eq!(
        html,
        "<div class=\"step\" id=\"doc-s\" data-number=\"1\" role=\"group\" aria-label=\"Step 1\"><div class=\"step-body\">\
         <p dir=\"auto\">a</p>\
         <div class=\"step\" data-number=\"1.1\" role=\"group\" aria-label=\"Step 1.1\"><div class=\"step-body\"><p dir=\"auto\">b</p></div>\
         <div class=\"step-asks\"><span class=\"ask\"><b>Record</b> Mass, mg</span></div></div></div>\
         <div class=\"step-asks\"><span class=\"ask\"><b>Confirm</b></span></div></div>\
         <p class=\"pause\" data-seconds=\"1\">Pause, 1 second</p>"
    );
}

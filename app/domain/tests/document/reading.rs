//! Numbering, outline and plain text.

use super::accepted;
use domain::document::numbering::{Counters, Numbering, TargetKind};
use domain::document::outline::outline;
use domain::document::text::PlainText;
use domain::document::{
    Block, Cell, Change, Document, Inline, InlineKind, Item, ListStyle, Mark, Marks, Row, Show, generate,
};
use proptest::prelude::*;
use serde_json::Value;

pub(super) fn document(blocks: Vec<Block>) -> Document {
    Document::new(blocks).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn paragraph(text: &str) -> Block {
    let content = if text.is_empty() {
        Vec::new()
    } else {
        vec![Inline::text(text)]
    };
    Block::paragraph(content)
}

fn heading(level: u8, numbered: bool, id: &str, title: &str) -> Block {
    Block::Heading {
        level,
        numbered,
        id: id.into(),
        content: vec![Inline::text(title)],
    }
}

fn step(id: &str, content: Vec<Block>) -> Block {
    Block::Step {
        id: id.into(),
        confirm: false,
        record: None,
        content,
    }
}

fn figure(id: &str, caption: &str) -> Block {
    Block::Figure {
        src: "attachment:a".into(),
        alt: String::new(),
        width: None,
        id: id.into(),
        caption: vec![Inline::text(caption)],
    }
}

fn reference(target: &str, show: Show) -> Inline {
    Inline::new(
        InlineKind::CrossReference {
            target: target.into(),
            show,
        },
        Marks::new(),
    )
}

fn quote(content: Vec<Block>) -> Block {
    Block::Blockquote { content }
}

fn numbers(headings: &[(u8, bool)]) -> Vec<Option<String>> {
    let blocks = headings
        .iter()
        .map(|(level, numbered)| heading(*level, *numbered, "", "x"))
        .collect();
    outline(&document(blocks))
        .into_iter()
        .map(|entry| entry.number)
        .collect()
}

#[test]
fn headings_count_by_level() {
    let all = |levels: &[u8]| {
        let headings: Vec<_> = levels.iter().map(|level| (*level, true)).collect();
        numbers(&headings).into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(all(&[1, 2, 2, 3, 1, 2]), "1 1.1 1.2 1.2.1 2 2.1");
    // The outermost level that takes part is the first number; what is skipped is 0.
    assert_eq!(all(&[2, 3, 2]), "1 1.1 2");
    assert_eq!(all(&[1, 3, 2, 3]), "1 1.0.1 1.1 1.1.1");
    assert_eq!(all(&[3, 2, 1]), "0.0.1 0.1 1");
    assert_eq!(all(&[1, 2, 3, 4, 5, 6]), "1 1.1 1.1.1 1.1.1.1 1.1.1.1.1 1.1.1.1.1.1");
    // A heading that takes no part changes nothing.
    let mixed = numbers(&[(1, false), (2, true), (1, false), (2, true), (3, false)]);
    assert_eq!(mixed, [None, Some("1".into()), None, Some("2".into()), None]);
}

#[test]
fn headings_are_found_wherever_they_stand() {
    let inner = Block::OrderedList {
        start: 1,
        style: ListStyle::Decimal,
        items: vec![Item {
            content: vec![paragraph("x"), heading(2, true, "", "In a list")],
        }],
    };
    let cell = Cell::new(false, vec![heading(2, true, "own", "In a table")]);
    let table = Block::Table {
        rows: vec![Row {
            cells: vec![Cell::new(true, vec![paragraph("")]), cell],
        }],
    };
    let removed = Marks::new().with(Mark::Deletion(Change::default()));
    let last = Block::Heading {
        level: 1,
        numbered: true,
        id: String::new(),
        content: vec![
            Inline::text("Kept "),
            Inline::new(InlineKind::Text("gone".into()), removed),
            Inline::new(InlineKind::HardBreak, Marks::new()),
            Inline::new(InlineKind::Footnote(vec![Inline::text("note")]), Marks::new()),
            Inline::new(
                InlineKind::Mention {
                    member: "m".into(),
                    label: "Ann".into(),
                },
                Marks::new(),
            ),
        ],
    };
    let entries = outline(&document(vec![heading(1, true, "", "One"), inner, table, last]));
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.number.as_deref(),
                entry.title.as_str(),
                entry.anchor.as_str(),
                entry.place.as_slice(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Some("1"), "One", "h.1", &[0][..]),
            (Some("1.1"), "In a list", "h.2", &[1, 0, 1]),
            (Some("1.2"), "In a table", "own", &[2, 0, 1, 0]),
            (Some("2"), "Kept  @Ann", "h.4", &[3]),
        ]
    );
}

#[test]
fn steps_run_through_the_document_and_nest() {
    let all = document(vec![
        step(
            "a",
            vec![
                paragraph("First"),
                step("b", vec![paragraph("Within")]),
                quote(vec![step("c", vec![paragraph("")])]),
            ],
        ),
        heading(1, true, "", "Does not start again"),
        quote(vec![step(
            "d",
            vec![step("e", vec![figure("f", "")].into_iter().map(uncaptioned).collect())],
        )]),
    ]);
    let numbering = Numbering::of(&all);
    let number = |id: &str| {
        numbering
            .target(id)
            .and_then(|target| target.number.clone())
            .unwrap_or_default()
    };
    assert_eq!(
        ["a", "b", "c", "d", "e", "f"].map(number),
        ["1", "1.1", "1.2", "2", "2.1", "1"]
    );
    assert_eq!(numbering.target("a").map(|target| target.title.as_str()), Some("First"));
    assert_eq!(
        numbering.target("e").map(|target| (target.kind, target.title.as_str())),
        Some((TargetKind::Step, ""))
    );
    assert_eq!(numbering.target("g"), None);
}

fn uncaptioned(block: Block) -> Block {
    match block {
        Block::Figure {
            src, alt, width, id, ..
        } => Block::Figure {
            src,
            alt,
            width,
            id,
            caption: Vec::new(),
        },
        other => other,
    }
}

#[test]
fn references_show_what_they_are_asked_to_and_dangling_ones_are_told() {
    let footnote = Inline::new(
        InlineKind::Footnote(vec![reference("nowhere", Show::Page)]),
        Marks::new(),
    );
    let all = document(vec![
        heading(1, true, "one", "The first"),
        heading(1, false, "two", "Unnumbered"),
        Block::Heading {
            level: 2,
            numbered: false,
            id: "three".into(),
            content: Vec::new(),
        },
        figure("fig", "A hand"),
        step("step", vec![paragraph("Weigh it.")]),
        Block::paragraph(vec![
            Inline::text("See "),
            reference("gone", Show::Number),
            footnote,
            reference("one", Show::Title),
        ]),
    ]);
    let numbering = Numbering::of(&all);
    let shown = |id: &str, show| numbering.shown(id, show).unwrap_or_default();
    for (id, number, title) in [
        ("one", "1", "The first"),
        ("two", "Unnumbered", "Unnumbered"),
        ("three", "an untitled heading", "an untitled heading"),
        ("fig", "Figure 1", "A hand"),
        ("step", "Step 1", "Weigh it."),
    ] {
        assert_eq!(shown(id, Show::Number), number);
        assert_eq!(shown(id, Show::Page), number);
        assert_eq!(shown(id, Show::Title), title);
    }
    let dangling: Vec<_> = numbering
        .dangling
        .iter()
        .map(|one| (one.target.as_str(), one.place.as_slice()))
        .collect();
    assert_eq!(dangling, [("gone", &[5, 1][..]), ("nowhere", &[5, 2, 0])]);
}

#[test]
fn long_titles_are_cut_wherever_they_are_repeated() {
    let all = document(vec![
        heading(1, false, "a", &"ä".repeat(200)),
        heading(1, false, "b", &"ä".repeat(201)),
    ]);
    let titles: Vec<_> = outline(&all).into_iter().map(|entry| entry.title).collect();
    assert_eq!(titles, ["ä".repeat(200), format!("{}…", "ä".repeat(200))]);
    let references = vec![reference("b", Show::Title); 1_000];
    let all = document([all.into_blocks(), vec![Block::paragraph(references)]].concat());
    assert!(PlainText::of(&all).text.chars().count() < 1_000 * 202);
}

#[test]
fn footnotes_and_figures_count_through() {
    let mut counters = Counters::new(&Document::empty());
    assert_eq!(
        [
            counters.footnote(),
            counters.footnote(),
            counters.figure(),
            counters.footnote()
        ],
        [1, 2, 1, 3]
    );
}

#[test]
fn text_separates_blocks_and_cells() {
    let row = |a: &str, b: &str| Row {
        cells: vec![
            Cell::new(false, vec![paragraph(a)]),
            Cell::new(false, vec![paragraph(b)]),
        ],
    };
    let note = Inline::new(InlineKind::Footnote(vec![Inline::text("a note")]), Marks::new());
    let all = document(vec![
        heading(1, true, "one", "Title"),
        Block::paragraph(vec![
            Inline::text("See "),
            reference("one", Show::Title),
            note,
            Inline::new(InlineKind::HardBreak, Marks::new()),
            Inline::new(
                InlineKind::Placeholder {
                    field: "client.name".into(),
                    label: String::new(),
                },
                Marks::new(),
            ),
            Inline::new(
                InlineKind::Clause {
                    source: "ISO 9001".into(),
                    citation: "7.5".into(),
                },
                Marks::new(),
            ),
        ]),
        Block::Table {
            rows: vec![row("a", "b"), row("", "d")],
        },
        Block::Divider,
        Block::BulletList {
            items: vec![
                Item {
                    content: vec![paragraph("x")],
                },
                Item {
                    content: vec![paragraph("y")],
                },
            ],
        },
    ]);
    let plain = PlainText::of(&all);
    assert_eq!(
        plain.text,
        "Title\nSee Title\nclient.nameISO 9001 7.5\na note\na\tb\n\td\nx\ny\n"
    );
    let at = |needle: &str| {
        plain
            .stretch_at(plain.text.find(needle).expect("it is there"))
            .map(|found| found.place.clone())
    };
    assert_eq!(at("Title"), Some(vec![0, 0]));
    assert_eq!(at("See"), Some(vec![1, 0]));
    assert_eq!(at("client"), Some(vec![1, 4]));
    assert_eq!(at("note"), Some(vec![1, 2, 0]));
    assert_eq!(at("d\n"), Some(vec![2, 1, 1, 0, 0]));
    assert_eq!(at("y"), Some(vec![4, 1, 0, 0]));
    assert_eq!(at("\n"), None);
    assert_eq!(plain.stretch_at(plain.text.len()), None);
}

/// The table that the editor is held to as well (`app/editor/test/count.test.ts`).
#[test]
fn words_count_as_in_the_table() {
    let table: Value = serde_json::from_str(include_str!("counts.json")).expect("the table");
    let rows = |name: &str| table[name].as_array().expect("rows").clone();
    let (texts, documents) = (rows("texts"), rows("documents"));
    assert!(texts.len() > 40 && documents.len() > 8);
    for row in texts {
        let text = row[0].as_str().expect("a text");
        let plain = PlainText::of(&document(vec![paragraph(text)]));
        assert_eq!(
            plain.words(),
            usize::try_from(row[1].as_u64().expect("words")).expect("few"),
            "{text:?}"
        );
    }
    for row in documents {
        let what = row["what"].as_str().expect("what it is");
        let json = serde_json::json!({"type": "doc", "content": row["content"]});
        let read = Document::from_sparse_json(&json).unwrap_or_else(|error| panic!("{what}: {error}"));
        let plain = PlainText::of(&read);
        let found = (
            plain.words() as u64,
            plain.reading_seconds(238),
            plain.speaking_seconds(110),
        );
        let expected = ["words", "reading", "speaking"].map(|name| row[name].as_u64().expect("a number"));
        assert_eq!(found, (expected[0], expected[1], expected[2]), "{what}");
    }
    for (name, accepted) in accepted() {
        let expected = table["accepted"][&name].as_u64();
        assert_eq!(Some(PlainText::of(&accepted).words() as u64), expected, "{name}");
    }
}

#[test]
fn words_and_times() {
    let note = |text: &str| Inline::new(InlineKind::Footnote(vec![Inline::text(text)]), Marks::new());
    let all = document(vec![
        Block::paragraph(vec![
            Inline::text("Don't breathe in—slowly, 3.5 times"),
            note("two words"),
            Inline::text("."),
        ]),
        Block::Pause { seconds: 30 },
        quote(vec![Block::Pause { seconds: 4 }]),
        paragraph("漢字 שלום 👩‍👩‍👧"),
    ]);
    let plain = PlainText::of(&all);
    // Don't, breathe, in, slowly, 3.5, times, two, words, 漢, 字, שלום; a picture is no word. More of them: counts.json.
    assert_eq!(plain.words(), 11);
    assert_eq!(plain.characters(), 34 + 1 + 9 + 9);
    assert_eq!(plain.reading_seconds(60), 11);
    assert_eq!(plain.speaking_seconds(60), 9 + 34);
    assert_eq!(plain.reading_seconds(238), 3);
    assert_eq!(plain.speaking_seconds(0), 9 * 60 + 34);
    let empty = PlainText::of(&Document::empty());
    assert_eq!(
        (
            empty.words(),
            empty.characters(),
            empty.reading_seconds(1),
            empty.speaking_seconds(1)
        ),
        (0, 0, 0, 0)
    );
}

/// The size of a node of JSON as `ProseMirror` counts it (`Node.nodeSize`).
fn node_size(node: &Value) -> usize {
    let atoms = "hard_break cross_reference placeholder fact clause mention divider page_break table_of_contents pause";
    match node["type"].as_str().unwrap_or_default() {
        "text" => node["text"].as_str().unwrap_or_default().encode_utf16().count(),
        name if atoms.split(' ').any(|atom| atom == name) => 1,
        _ => {
            2 + node["content"]
                .as_array()
                .into_iter()
                .flatten()
                .map(node_size)
                .sum::<usize>()
        }
    }
}

fn assert_stretches(document: &Document) {
    let plain = PlainText::of(document);
    let json = document.to_json();
    let mut end = 0;
    for stretch in &plain.stretches {
        assert!(
            stretch.start >= end && stretch.end > stretch.start,
            "in order, none empty"
        );
        end = stretch.end;
        let (mut node, mut position) = (&json, 0);
        for (depth, index) in stretch.place.iter().enumerate() {
            let children = node["content"].as_array().expect("the place is in the document");
            position += usize::from(depth > 0) + children[..*index].iter().map(node_size).sum::<usize>();
            node = &children[*index];
        }
        assert_eq!(stretch.position, position, "{node}");
        assert_eq!(stretch.literal, node["type"] == "text");
        if stretch.literal {
            assert_eq!(node["text"], plain.text[stretch.start..stretch.end]);
            let last = plain.text[..stretch.end]
                .char_indices()
                .next_back()
                .map_or(0, |(at, _)| at);
            let units = plain.text[stretch.start..last].encode_utf16().count();
            assert_eq!(plain.position_at(last), Some(position + units));
        }
    }
}

#[test]
fn stretches_lead_back_to_their_nodes() {
    for (_, document) in accepted() {
        assert_stretches(&document);
    }
}

proptest! {
    #[test]
    fn stretches_lead_back_in_every_document(document in generate::document()) {
        assert_stretches(&document);
        let outline = outline(&document);
        prop_assert_eq!(outline.len(), document.canonical().matches("\"type\":\"heading\"").count());
        for entry in &outline {
            let mut node = &document.to_json();
            for index in &entry.place {
                node = &node["content"][*index];
            }
            prop_assert_eq!(&node["type"], "heading");
        }
    }
}

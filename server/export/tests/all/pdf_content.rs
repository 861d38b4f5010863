//! What the nodes of a document become in a PDF, read back by poppler.

use crate::pdf::{DOT, figure, heading, pages, poppler, row, structure, text, words, write};
use domain::document::{
    Align, Block, CalloutKind, Cell, Change, Direction, Inline, InlineKind, Item, ListStyle, Mark, Marks, Record, Row,
    Show,
};
use export::Written;

fn marked(words: &str, marks: Marks) -> Inline {
    Inline::new(InlineKind::Text(words.into()), marks)
}

fn step(id: &str, confirm: bool, record: Option<Record>, content: Vec<Block>) -> Block {
    Block::Step {
        id: id.into(),
        confirm,
        record,
        content,
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

fn footnote(words: &str) -> Inline {
    Inline::new(InlineKind::Footnote(vec![Inline::text(words)]), Marks::new())
}

#[test]
fn bookmarks_and_contents_follow_the_headings() {
    let made = write(vec![
        Block::TableOfContents,
        heading(1, "a", "Purpose"),
        heading(2, "", "Scope"),
        Block::PageBreak,
        heading(1, "b", "Receiving"),
        Block::Heading {
            level: 1,
            numbered: false,
            id: String::new(),
            content: vec![Inline::text("Annex")],
        },
    ]);
    let outline = poppler("pdftohtml", &["-xml", "-i", "-stdout", "FILE"], &made.bytes);
    let outline: Vec<&str> = outline.lines().filter(|line| line.starts_with("<item")).collect();
    assert_eq!(
        outline,
        [
            "<item page=\"1\">1 Purpose</item>",
            "<item page=\"1\">1.1 Scope</item>",
            "<item page=\"2\">2 Receiving</item>",
            "<item page=\"2\">Annex</item>",
        ]
    );
    // Typst joins the page to its entry by a joiner without width.
    let first = pages(&made.bytes)[0].replace('\u{2060}', "");
    assert!(
        first.contains("Contents 1 Purpose 1 1.1 Scope 1 2 Receiving 2 Annex 2 1 Purpose 1.1 Scope"),
        "{first}"
    );
}

#[test]
fn references_show_what_the_model_says_and_lead_there() {
    let content = vec![
        reference("h", Show::Number),
        Inline::text(" | "),
        reference("h", Show::Title),
        Inline::text(" | "),
        reference("h", Show::Page),
        Inline::text(" | "),
        reference("f", Show::Number),
        Inline::text(" | "),
        reference("s", Show::Number),
        Inline::text(" | "),
        reference("gone", Show::Number),
    ];
    let made = write(vec![
        Block::paragraph(content),
        Block::PageBreak,
        heading(1, "h", "Purpose"),
        figure(DOT, "A dot", "f", "The dot"),
        step("s", false, None, vec![text("Do it.")]),
    ]);
    let first = &pages(&made.bytes)[0];
    assert!(first.contains("1 | Purpose | 2 | Figure 1 | Step 1 | ?"), "{first}");
    let links = poppler("pdfinfo", &["-struct", "FILE"], &made.bytes)
        .matches("Link (")
        .count();
    assert_eq!(links, 5);
    let losses: Vec<String> = made.losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        ["content/0/content/10: a reference goes nowhere: its target is not there"]
    );
}

#[test]
fn screen_readers_are_told_what_everything_is() {
    let mut table = vec![row(true, &["Head", "Other"]), row(false, &["Cell", "x"])];
    table[1].cells[0].header = true;
    let made = write(vec![
        Block::TableOfContents,
        heading(1, "", "First"),
        heading(2, "", "Second"),
        Block::paragraph(vec![
            marked("strong", Marks::new().with(Mark::Strong)),
            marked("emphasis", Marks::new().with(Mark::Emphasis)),
            marked("code", Marks::new().with(Mark::Code)),
            marked(
                "link",
                Marks::new().with(Mark::Link {
                    href: "https://example.org/".into(),
                    title: None,
                }),
            ),
            footnote("The note."),
        ]),
        Block::BulletList {
            items: vec![Item {
                content: vec![text("item")],
            }],
        },
        Block::Table { rows: table },
        figure(DOT, "A green dot", "", "Its caption"),
        Block::CodeBlock {
            language: None,
            content: vec![Inline::text("let x;")],
        },
        step("", true, None, vec![text("Do it.")]),
    ]);
    assert_eq!(made.losses, []);
    // Poppler does not show what a picture says.
    assert!(made.bytes.windows(17).any(|bytes| bytes == b"/Alt(A green dot)"));
    let structure = structure(&made.bytes);
    for element in [
        "TOC",
        "TOCI",
        "H1",
        "H2",
        "P (",
        "Code",
        "Link",
        "Note",
        "L (",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "/Scope /Column",
        "/Scope /Row",
        "Figure",
        "Caption",
    ] {
        assert!(structure.contains(element), "{element} is not in\n{structure}");
    }
}

#[test]
fn what_is_asked_for_on_paper_is_there_to_be_filled_in() {
    let made = write(vec![
        step(
            "",
            true,
            Some(Record {
                label: "temperature".into(),
                unit: "°C".into(),
            }),
            vec![text("Read the logger."), step("", false, None, vec![text("Twice.")])],
        ),
        Block::Pause { seconds: 20 },
        Block::Pause { seconds: 1 },
        Block::Callout {
            kind: CalloutKind::Caution,
            content: vec![text("Never alone.")],
        },
        Block::paragraph(vec![
            Inline::new(
                InlineKind::Placeholder {
                    field: "site".into(),
                    label: "Site name".into(),
                },
                Marks::new(),
            ),
            Inline::new(
                InlineKind::Placeholder {
                    field: "city".into(),
                    label: String::new(),
                },
                Marks::new(),
            ),
            Inline::new(
                InlineKind::Fact {
                    id: "f".into(),
                    label: "2 to 8".into(),
                },
                Marks::new(),
            ),
            Inline::new(
                InlineKind::Clause {
                    source: "21 CFR".into(),
                    citation: "211.142(b)".into(),
                },
                Marks::new(),
            ),
            Inline::new(
                InlineKind::Mention {
                    member: "m".into(),
                    label: "Bea".into(),
                },
                Marks::new(),
            ),
        ]),
    ]);
    let words = words(&made.bytes);
    for expected in [
        "1 Read the logger.",
        "1.1 Twice.",
        "Confirm Record temperature °C",
        "Pause, 20 seconds Pause, 1 second ! Caution Never alone.",
        "Site name",
        "city",
        "2 to 8",
        "§ 21 CFR 211.142(b)",
        "@Bea",
    ] {
        assert!(words.contains(expected), "{expected} is not in {words}");
    }
}

#[test]
fn proposed_changes_are_both_shown() {
    let change = Change {
        author: "Ilse".into(),
        at: "2026-11-22T09:45:00Z".into(),
    };
    let made = write(vec![Block::paragraph(vec![
        Inline::text("kept "),
        marked("added", Marks::new().with(Mark::Insertion(change.clone()))),
        marked("gone", Marks::new().with(Mark::Deletion(change))),
    ])]);
    assert!(words(&made.bytes).contains("kept addedgone"));
    let structure = poppler("pdfinfo", &["-struct", "FILE"], &made.bytes);
    assert!(structure.contains("/TextDecorationType /Underline"), "{structure}");
    assert!(structure.contains("/TextDecorationType /LineThrough"), "{structure}");
}

#[test]
fn a_table_repeats_its_head_and_keeps_its_merged_cells() {
    let mut rows = vec![row(true, &["Reading", "Action", "Who"])];
    rows.extend((0..80).map(|n| row(false, &[&format!("reading {n}"), "act", "who"])));
    let mut wide = Cell::new(false, vec![text("wide")]);
    wide.colspan = 2;
    let mut tall = Cell::new(false, vec![text("tall")]);
    tall.rowspan = 2;
    rows.push(Row {
        cells: vec![wide, tall],
    });
    rows.push(row(false, &["left", "middle"]));
    let made = write(vec![Block::Table { rows }]);
    let pages = pages(&made.bytes);
    assert!(pages.len() > 1);
    for page in &pages {
        assert_eq!(page.matches("Reading Action Who").count(), 1, "{page}");
    }
    for n in 0..80 {
        assert!(
            pages.iter().any(|page| page.contains(&format!("reading {n} act who"))),
            "{n}"
        );
    }
    let structure = structure(&made.bytes);
    assert!(
        structure.contains("/ColSpan 2") && structure.contains("/RowSpan 2"),
        "{structure}"
    );
    // The repeated head is read to nobody twice.
    assert_eq!(structure.matches("TH ").count(), 3, "{structure}");
}

#[test]
fn lists_count_as_they_say() {
    let items = |words: &[&str]| {
        words
            .iter()
            .map(|word| Item {
                content: vec![text(word)],
            })
            .collect::<Vec<_>>()
    };
    let blocks = ListStyle::ALL.iter().map(|style| Block::OrderedList {
        start: 4,
        style: *style,
        items: items(&["one", "two"]),
    });
    let words = words(&write(blocks.collect()).bytes);
    for expected in [
        "4. one 5. two",
        "d. one e. two",
        "D. one E. two",
        "iv. one v. two",
        "IV. one V. two",
    ] {
        assert!(words.contains(expected), "{expected} is not in {words}");
    }
}

#[test]
fn lines_from_right_to_left_stand_at_the_right() {
    let left_edges = |made: &Written| -> Vec<f64> {
        let boxes = poppler("pdftotext", &["-bbox", "FILE", "-"], &made.bytes);
        let words = boxes.lines().filter(|line| line.contains('ש'));
        words
            .map(|line| line.split('"').nth(1).unwrap().parse().unwrap())
            .collect()
    };
    let given = |dir| Block::Paragraph {
        dir,
        align: None,
        content: vec![Inline::text("שלום")],
    };
    let made = write(vec![
        given(None),
        given(Some(Direction::RightToLeft)),
        given(Some(Direction::LeftToRight)),
    ]);
    let edges = left_edges(&made);
    assert_eq!(edges.len(), 3, "{edges:?}");
    assert!(edges[0] > 400.0 && edges[1] > 400.0 && edges[2] < 120.0, "{edges:?}");
}

#[test]
fn alignment_is_kept() {
    let of = |align| Block::Paragraph {
        dir: None,
        align,
        content: vec![Inline::text("ALIGNED")],
    };
    let made = write(vec![of(None), of(Some(Align::Center)), of(Some(Align::End))]);
    let boxes = poppler("pdftotext", &["-bbox", "FILE", "-"], &made.bytes);
    let edges: Vec<f64> = boxes
        .lines()
        .filter(|line| line.contains("ALIGNED"))
        .map(|line| line.split('"').nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(edges[0] < edges[1] && edges[1] < edges[2], "{edges:?}");
}

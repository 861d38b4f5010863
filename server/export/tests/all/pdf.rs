//! PDF files, read back by poppler: their words, marks, structure, fonts, properties.

use crate::documents;
use domain::document::{
    Align, Block, CalloutKind, Cell, Change, Direction, Document, Inline, InlineKind, Item, Mark, Marks, Record, Row,
    Show,
};
use export::{
    Attachments, Meta, Written,
    pdf::{self, Fonts, Printing, Sheet, Signature},
};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};
use time::macros::datetime;

/// Runs a tool of poppler on a file; `cargo xtask test` installs them.
pub(crate) fn poppler(tool: &str, arguments: &[&str], file: &[u8]) -> String {
    let mut scratch = tempfile::NamedTempFile::new().unwrap();
    scratch.write_all(file).unwrap();
    let path = scratch.path().to_str().unwrap().to_owned();
    let arguments: Vec<&str> = arguments
        .iter()
        .map(|given| if *given == "FILE" { path.as_str() } else { given })
        .collect();
    let ran = Command::new(tool).args(arguments).stderr(Stdio::null()).output();
    let output = ran.unwrap_or_else(|error| panic!("{tool} does not run ({error}): apt-get install poppler-utils"));
    assert!(output.status.success(), "{tool}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The words of a file, one blank between them.
pub(crate) fn words(file: &[u8]) -> String {
    spaced(&poppler("pdftotext", &["-raw", "FILE", "-"], file))
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of each page.
fn pages(file: &[u8]) -> Vec<String> {
    let text = poppler("pdftotext", &["-raw", "FILE", "-"], file);
    let mut pages: Vec<String> = text.split('\u{c}').map(spaced).collect();
    // Each page ends with a form feed.
    pages.pop();
    pages
}

fn info(file: &[u8]) -> String {
    poppler("pdfinfo", &["FILE"], file)
}

fn structure(file: &[u8]) -> String {
    poppler("pdfinfo", &["-struct-text", "FILE"], file)
}

pub(crate) fn meta() -> Meta {
    Meta {
        title: "Receiving refrigerated stock".into(),
        author: "Tomás Quintero".into(),
        version: "3.1".into(),
        status: "Draft".into(),
        language: "en-GB".into(),
        created: Some(datetime!(2026-11-22 10:31 UTC)),
        modified: None,
    }
}

pub(crate) fn write(blocks: Vec<Block>) -> Written {
    write_as(blocks, &Printing::default())
}

fn write_as(blocks: Vec<Block>, printing: &Printing<'_>) -> Written {
    let document = Document::new(blocks).unwrap();
    pdf::write(&document, &meta(), &Attachments::new(), printing).unwrap()
}

pub(crate) fn text(words: &str) -> Block {
    Block::paragraph(vec![Inline::text(words)])
}

fn heading(level: u8, id: &str, words: &str) -> Block {
    Block::Heading {
        level,
        numbered: true,
        id: id.into(),
        content: vec![Inline::text(words)],
    }
}

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

pub(crate) fn row(header: bool, cells: &[&str]) -> Row {
    Row {
        cells: cells.iter().map(|words| Cell::new(header, vec![text(words)])).collect(),
    }
}

/// A picture of 4 by 2 pixels.
const DOT: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR4nGNgS3CDIwZkDgBD+gVh6ypZvgAAAABJRU5ErkJggg==";

fn figure(src: &str, alt: &str, id: &str, caption: &str) -> Block {
    let caption = if caption.is_empty() {
        vec![]
    } else {
        vec![Inline::text(caption)]
    };
    Block::Figure {
        src: src.into(),
        alt: alt.into(),
        width: None,
        id: id.into(),
        caption,
    }
}

#[test]
fn every_document_of_the_folder_becomes_a_pdf_without_a_loss() {
    for sample in documents::all() {
        let made = pdf::write(&sample.document, &meta(), &sample.attachments, &Printing::default()).unwrap();
        assert_eq!(made.losses, [], "{}", sample.name);
        let info = info(&made.bytes);
        for expected in [
            "Tagged:          yes",
            "Page size:       595.276 x 841.89 pts (A4)",
            "PDF version:     1.7",
        ] {
            assert!(info.contains(expected), "{}: {expected} is not in\n{info}", sample.name);
        }
        let fonts = poppler("pdffonts", &["FILE"], &made.bytes);
        for line in fonts.lines().skip(2) {
            assert!(
                line.contains(" yes yes yes "),
                "{}: not embedded, in part, with letters: {line}",
                sample.name
            );
        }
    }
}

#[test]
fn the_same_input_makes_the_same_bytes() {
    let sample = documents::sample("sop");
    let make = || pdf::write(&sample.document, &meta(), &sample.attachments, &Printing::default()).unwrap();
    assert!(make() == make());
}

#[test]
fn properties_say_what_meta_says() {
    let made = write(vec![text("x")]);
    let info = info(&made.bytes);
    for line in [
        "Title:           Receiving refrigerated stock",
        "Author:          Tomás Quintero",
        "Creator:         Scriptkeep",
        "CreationDate:    Sun Nov 22 10:31:00 2026",
        "JavaScript:      no",
        "Encrypted:       no",
    ] {
        assert!(info.contains(line), "{line} is not in\n{info}");
    }
    let letter = Printing {
        sheet: Sheet::Letter,
        ..Printing::default()
    };
    assert!(self::info(&write_as(vec![text("x")], &letter).bytes).contains("612 x 792 pts (letter)"));
}

#[test]
fn without_a_title_author_or_time_there_is_none() {
    let document = Document::new(vec![text("x")]).unwrap();
    let made = pdf::write(&document, &Meta::default(), &Attachments::new(), &Printing::default()).unwrap();
    let info = info(&made.bytes);
    for absent in ["Title:", "Author:", "CreationDate:"] {
        assert!(!info.contains(absent), "{absent} is in\n{info}");
    }
    assert_eq!(words(&made.bytes), "x Page 1 of 1");
}

#[test]
fn heads_and_feet_stand_on_each_page() {
    let printing = Printing {
        number: "SOP-014".into(),
        watermark: "Uncontrolled".into(),
        remark: "Uncontrolled when printed".into(),
        printed: Some(datetime!(2026-11-22 11:31 +1)),
        particulars: vec![("Owner".into(), "Ilse Brandt".into())],
        digest: Some([0x2b; 32]),
        ..Printing::default()
    };
    let made = write_as(
        vec![
            text("one"),
            Block::PageBreak,
            text("two"),
            Block::PageBreak,
            text("three"),
        ],
        &printing,
    );
    let pages = pages(&made.bytes);
    assert_eq!(pages.len(), 3);
    for (n, page) in pages.iter().enumerate() {
        for expected in [
            "SOP-014 Receiving refrigerated stock",
            "Version 3.1, Draft. Printed 22 Nov 2026, 11:31 UTC+01:00",
            "2b2b 2b2b. Uncontrolled when printed",
            &format!("Page {} of 3", n + 1),
        ] {
            assert!(page.contains(expected), "page {}: {expected} is not in {page}", n + 1);
        }
        assert_eq!(page.contains("Owner Ilse Brandt"), n == 0);
        assert_eq!(page.matches("Uncontrolled").count(), 2, "{page}");
    }
}

#[test]
fn signatures_have_a_page_of_their_own() {
    let signature = Signature {
        name: "Grace Tembo".into(),
        role: "Head of quality".into(),
        meaning: "Approved".into(),
        at: datetime!(2026-11-22 09:02 UTC),
        record: "SOP-014, version 2.0".into(),
        digest: Some([7; 32]),
    };
    let printing = Printing {
        signatures: vec![signature.clone(), signature],
        ..Printing::default()
    };
    let made = write_as(vec![text("The text.")], &printing);
    let pages = pages(&made.bytes);
    assert_eq!(pages.len(), 2);
    let one = "Grace Tembo Head of quality Approved 22 Nov 2026, 09:02 UTC SOP-014, version 2.0";
    assert_eq!(pages[1].matches(one).count(), 2, "{}", pages[1]);
    assert!(!pages[0].contains("Grace"));
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
    let blocks = domain::document::ListStyle::ALL.iter().map(|style| Block::OrderedList {
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
fn an_archives_pdf_says_so_and_has_no_letter_without_a_glyph() {
    let printing = Printing {
        archival: true,
        watermark: "Draft".into(),
        ..Printing::default()
    };
    let blocks = || {
        vec![
            heading(1, "", "Head"),
            text("a 中 b"),
            figure(DOT, "dot", "", "caption"),
        ]
    };
    let made = write_as(blocks(), &printing);
    let plain = write(blocks());
    let is_archival = |file: &[u8]| {
        let xmp = poppler("pdfinfo", &["-meta", "FILE"], file);
        xmp.contains("<pdfaid:part>2</pdfaid:part>") && xmp.contains("<pdfaid:conformance>B</pdfaid:conformance>")
    };
    assert!(is_archival(&made.bytes));
    assert!(!is_archival(&plain.bytes));
    for made in [&made, &plain] {
        assert!(words(&made.bytes).contains("a \u{fffd} b"));
        let losses: Vec<String> = made.losses.iter().map(ToString::to_string).collect();
        assert_eq!(
            losses,
            ["content/1/content/0: no font here has 中 (U+4E2D); U+FFFD stands instead"]
        );
    }
}

#[test]
fn scripts_of_many_lands_are_printed() {
    let lines = [
        "Łódź čeština Ärzte",
        "Ελληνικά",
        "Русский",
        "שלום עולם",
        "≤ ≥ ± → ☐ ✓ µ § €",
    ];
    let made = write(lines.map(text).to_vec());
    assert_eq!(made.losses, []);
    let words = words(&made.bytes);
    for line in lines {
        // Poppler gives lines from right to left in the order of reading, with marks of direction.
        let found = line.split(' ').all(|word| words.contains(word));
        assert!(found, "{line} is not in {words}");
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

#[test]
fn an_operators_fonts_stand_behind_the_house() {
    // The house's own display face, as an operator would give it: a file in its packed form.
    let face = include_bytes!("../../../../public/fonts/literata-display.woff2").to_vec();
    let fonts = Fonts::with([("display.woff2", face)]).unwrap();
    let printing = Printing {
        fonts: &fonts,
        ..Printing::default()
    };
    let made = write_as(vec![text("Łódź")], &printing);
    assert_eq!(made.losses, []);
}

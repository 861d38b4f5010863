//! PDF files, read back by poppler: their words, marks, structure, fonts, properties.

use crate::documents;
use domain::document::{Block, Cell, Document, Inline, Row};
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

pub(crate) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of each page.
pub(crate) fn pages(file: &[u8]) -> Vec<String> {
    let text = poppler("pdftotext", &["-raw", "FILE", "-"], file);
    let mut pages: Vec<String> = text.split('\u{c}').map(spaced).collect();
    // Each page ends with a form feed.
    pages.pop();
    pages
}

pub(crate) fn info(file: &[u8]) -> String {
    poppler("pdfinfo", &["FILE"], file)
}

pub(crate) fn structure(file: &[u8]) -> String {
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

pub(crate) fn write_as(blocks: Vec<Block>, printing: &Printing<'_>) -> Written {
    let document = Document::new(blocks).unwrap();
    pdf::write(&document, &meta(), &Attachments::new(), printing).unwrap()
}

pub(crate) fn text(words: &str) -> Block {
    Block::paragraph(vec![Inline::text(words)])
}

pub(crate) fn heading(level: u8, id: &str, words: &str) -> Block {
    Block::Heading {
        level,
        numbered: true,
        id: id.into(),
        content: vec![Inline::text(words)],
    }
}

pub(crate) fn row(header: bool, cells: &[&str]) -> Row {
    Row {
        cells: cells.iter().map(|words| Cell::new(header, vec![text(words)])).collect(),
    }
}

/// A picture of 4 by 2 pixels.
pub(crate) const DOT: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR4nGNgS3CDIwZkDgBD+gVh6ypZvgAAAABJRU5ErkJggg==";

pub(crate) fn figure(src: &str, alt: &str, id: &str, caption: &str) -> Block {
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

//! Documents meant to do harm, printed: text that looks like Typst, depth, width, length, damaged pictures.

use crate::pdf::{meta, poppler, row, text, words, write};
use domain::document::{
    Block, CalloutKind, Cell, Document, Inline, InlineKind, Item, Mark, Marks, Record, Row, TaskItem, generate,
};
use export::{
    Attachments, ExportError, Meta, Written,
    pdf::{self, Printing, Signature},
};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use time::macros::datetime;

/// Everything that means something to Typst, and ends of string literals.
const CODE: [&str; 16] = [
    "#import \"x\": *",
    "#sys.version",
    "#panic()",
    "\\u{41}",
    "\\",
    "\\\"",
    "\"); #panic(\"",
    "\"]; #panic(); [\"",
    "*strong* _emph_",
    "$x^2$",
    "<label> @ref",
    "// comment",
    "/* comment */",
    "= heading",
    "`raw` ```raw```",
    "]#read(\"/etc/passwd\")[",
];

/// The words as poppler gives them back, without blanks: lines break elsewhere.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn cell(words: &str) -> Block {
    Block::Table {
        rows: vec![row(true, &[words]), row(false, &[words])],
    }
}

/// The words in every place that takes words.
fn everywhere(words: &str) -> Vec<Block> {
    let inline = |kind| Inline::new(kind, Marks::new());
    let with = |mark| Inline::new(InlineKind::Text(words.into()), Marks::new().with(mark));
    vec![
        Block::Heading {
            level: 1,
            numbered: true,
            id: "h".into(),
            content: vec![Inline::text(words)],
        },
        Block::TableOfContents,
        text(words),
        Block::paragraph(vec![
            with(Mark::Strong),
            with(Mark::Code),
            with(Mark::Superscript),
            with(Mark::Link {
                href: "https://example.org/#$*_".into(),
                title: Some(words.into()),
            }),
        ]),
        Block::paragraph(vec![
            inline(InlineKind::Footnote(vec![Inline::text(words)])),
            inline(InlineKind::Placeholder {
                field: words.into(),
                label: words.into(),
            }),
            inline(InlineKind::Fact {
                id: "f".into(),
                label: words.into(),
            }),
            inline(InlineKind::Clause {
                source: words.into(),
                citation: words.into(),
            }),
            inline(InlineKind::Mention {
                member: "m".into(),
                label: words.into(),
            }),
        ]),
        Block::CodeBlock {
            language: Some("rust".into()),
            content: vec![Inline::text(words)],
        },
        cell(words),
        Block::Step {
            id: "s".into(),
            confirm: true,
            record: Some(Record {
                label: words.into(),
                unit: words.into(),
            }),
            content: vec![text(words)],
        },
        Block::Figure {
            src: "attachment:gone".into(),
            alt: words.into(),
            width: None,
            id: "i".into(),
            caption: vec![Inline::text(words)],
        },
    ]
}

#[test]
fn text_that_looks_like_code_is_printed_as_text_everywhere() {
    for code in CODE {
        let meta = Meta {
            title: code.into(),
            author: code.into(),
            version: code.into(),
            status: code.into(),
            language: code.into(),
            ..meta()
        };
        let printing = Printing {
            number: code.into(),
            watermark: code.into(),
            remark: code.into(),
            particulars: vec![(code.into(), code.into())],
            signatures: vec![Signature {
                name: code.into(),
                role: code.into(),
                meaning: code.into(),
                at: datetime!(2026-11-22 09:02 UTC),
                record: code.into(),
                digest: None,
            }],
            ..Printing::default()
        };
        let document = Document::new(everywhere(code)).unwrap();
        let made = pdf::write(&document, &meta, &Attachments::new(), &printing).unwrap();
        let words = squeezed(&words(&made.bytes));
        let found = words.matches(&squeezed(code)).count();
        // Title, head, foot and watermark of each page, 20 places in the text, 4 in the signature.
        assert!(found >= 30, "{code}: {found} times in {words}");
        assert!(!words.contains("root:"), "{words}");
        let info = poppler("pdfinfo", &["FILE"], &made.bytes);
        assert!(
            info.contains(&format!("Title:           {}", code.trim_end())),
            "{info}"
        );
    }
}

/// Each kind of block that holds blocks, around a block.
fn around(kind: usize, inner: Block) -> Block {
    let first = text("words");
    match kind {
        0 => Block::BulletList {
            items: vec![Item {
                content: vec![first, inner],
            }],
        },
        1 => Block::TaskList {
            items: vec![TaskItem {
                checked: true,
                content: vec![first, inner],
            }],
        },
        2 => Block::Blockquote {
            content: vec![first, inner],
        },
        3 => Block::Callout {
            kind: CalloutKind::Note,
            content: vec![first, inner],
        },
        4 => Block::Step {
            id: String::new(),
            confirm: true,
            record: None,
            content: vec![first, inner],
        },
        _ => Block::Table {
            rows: vec![Row {
                cells: vec![Cell::new(false, vec![inner, first])],
            }],
        },
    }
}

#[test]
fn every_nesting_that_the_model_takes_is_printed() {
    for outer in 0..6 {
        for inner in 0..6 {
            let mut document = None;
            let mut block = text("innermost");
            for level in 0.. {
                let kind = if level % 2 == 0 { inner } else { outer };
                let deeper = around(kind, block.clone());
                let Ok(valid) = Document::new(vec![deeper.clone()]) else {
                    break;
                };
                (block, document) = (deeper, Some(valid));
            }
            let made = pdf::write(&document.unwrap(), &meta(), &Attachments::new(), &Printing::default())
                .unwrap_or_else(|error| panic!("{outer} in {inner}: {error}"));
            assert!(words(&made.bytes).contains("innermost"), "{outer} in {inner}");
            let what: Vec<&str> = made.losses.iter().map(|loss| loss.what.as_str()).collect();
            assert_eq!(
                what,
                ["nested so deep that it is printed without its indents, signs and cells"]
            );
        }
    }
}

/// The right edges of all words, in points.
fn right_edges(made: &Written) -> Vec<f64> {
    let boxes = poppler("pdftotext", &["-bbox", "FILE", "-"], &made.bytes);
    let words = boxes.lines().filter(|line| line.contains("<word"));
    words
        .map(|line| line.split('"').nth(5).unwrap().parse().unwrap())
        .collect()
}

#[test]
fn endless_words_stay_on_the_paper_and_whole() {
    let long = "0123456789abcdef".repeat(40);
    let href = format!("https://example.org/{}", "a/b?c=d&".repeat(100));
    let made = write(vec![
        text(&long),
        text(&format!("before {long} after")),
        Block::paragraph(vec![Inline::new(
            InlineKind::Text(href.clone()),
            Marks::new().with(Mark::Link { href, title: None }).with(Mark::Code),
        )]),
        Block::CodeBlock {
            language: None,
            content: vec![Inline::text(long.as_str())],
        },
        Block::Table {
            rows: vec![row(false, &[&long, "x", "y", "z", &long])],
        },
        Block::BulletList {
            items: vec![Item {
                content: vec![text(&long)],
            }],
        },
        Block::Heading {
            level: 1,
            numbered: false,
            id: String::new(),
            content: vec![Inline::text(long.as_str())],
        },
        Block::paragraph(vec![Inline::new(
            InlineKind::Placeholder {
                field: "f".into(),
                label: long.chars().take(500).collect(),
            },
            Marks::new(),
        )]),
    ]);
    assert_eq!(made.losses, []);
    let edges = right_edges(&made);
    assert!(edges.len() > 50);
    let widest = edges.iter().copied().fold(0.0, f64::max);
    // The text ends 20 mm before the edge of an A4 sheet of 595 points.
    assert!(widest < 595.0 - 56.0 + 8.0, "{widest}");
    let found = squeezed(&words(&made.bytes)).matches(&squeezed(&long)).count();
    assert!(found >= 5, "{found}");
}

#[test]
fn a_word_of_a_hundred_thousand_letters_is_printed() {
    let made = write(vec![text(&"x".repeat(100_000))]);
    let words = words(&made.bytes);
    assert_eq!(words.matches('x').count(), 100_000);
    assert!(right_edges(&made).into_iter().all(|edge| edge < 547.0));
}

#[test]
fn the_widest_table_stays_on_the_paper() {
    let cells: Vec<String> = (0..200).map(|n| format!("c{n}")).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let made = write(vec![Block::Table {
        rows: vec![row(true, &cells), row(false, &cells)],
    }]);
    assert!(right_edges(&made).into_iter().all(|edge| edge < 595.0));
}

#[test]
fn what_is_higher_than_a_page_goes_on_on_the_next() {
    let long: Vec<Block> = (0..120)
        .map(|n| text(&format!("line{n} {}", "word ".repeat(20))))
        .collect();
    let boxes = [
        Block::Table {
            rows: vec![Row {
                cells: vec![Cell::new(false, long.clone())],
            }],
        },
        Block::Callout {
            kind: CalloutKind::Warning,
            content: long.clone(),
        },
        Block::Step {
            id: String::new(),
            confirm: false,
            record: None,
            content: long.clone(),
        },
        Block::Blockquote { content: long.clone() },
    ];
    for block in boxes {
        let name = block.name();
        let words = words(&write(vec![block]).bytes);
        for n in 0..120 {
            assert!(words.contains(&format!("line{n} ")), "{name}: line {n}");
        }
    }
}

#[test]
fn too_much_for_paper_is_refused_with_the_limit() {
    let refused = |blocks| {
        let document = Document::new(blocks).unwrap();
        pdf::write(&document, &meta(), &Attachments::new(), &Printing::default()).unwrap_err()
    };
    let long = "word ".repeat(pdf::TEXT_MAX / 5 + 1);
    assert_eq!(
        refused(vec![text(&long)]),
        ExportError::too_large("the document", pdf::TEXT_MAX as u64, "bytes of text")
    );
    assert_eq!(
        refused(vec![text("x"); pdf::NODES_MAX / 2 + 1]),
        ExportError::too_large("the document", pdf::NODES_MAX as u64, "nodes")
    );
    let pieces = (0..1_001).map(|n| {
        let marks = if n % 2 == 0 {
            Marks::new()
        } else {
            Marks::new().with(Mark::Strong)
        };
        Inline::new(InlineKind::Text("x".into()), marks)
    });
    let endless = Block::Heading {
        level: 1,
        numbered: false,
        id: String::new(),
        content: pieces.collect(),
    };
    assert!(
        refused(vec![endless])
            .to_string()
            .contains("more than 1000 pieces of text")
    );
}

#[test]
fn a_paragraph_of_thousands_of_pieces_is_parted_and_said_to_be() {
    let pieces = (0..2_500).map(|n| {
        let marks = if n % 2 == 0 {
            Marks::new()
        } else {
            Marks::new().with(Mark::Strong)
        };
        Inline::new(InlineKind::Text(format!("p{n} ")), marks)
    });
    let made = write(vec![Block::paragraph(pieces.collect())]);
    let words = words(&made.bytes);
    assert!((0..2_500).all(|n| words.contains(&format!("p{n} "))));
    assert_eq!(made.losses.len(), 1, "{:?}", made.losses);
}

#[test]
fn pictures_that_cannot_be_shown_leave_their_words_and_a_loss() {
    let figure = |src: &str| Block::Figure {
        src: src.into(),
        alt: "the dock".into(),
        width: None,
        id: String::new(),
        caption: vec![Inline::text("caption")],
    };
    let png = include_bytes!("../documents/mark.png");
    // A head that promises 60,000 by 60,000 pixels.
    let mut bomb = png.to_vec();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let attachments = Attachments::from([
        ("attachment:cut".into(), png[..png.len() / 2].to_vec()),
        ("attachment:empty".into(), Vec::new()),
        (
            "attachment:svg".into(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        ),
        ("attachment:pdf".into(), b"%PDF-1.7".to_vec()),
        ("attachment:bomb".into(), bomb),
    ]);
    for (src, why) in [
        ("attachment:gone", "it was not found"),
        ("attachment:cut", "it is damaged"),
        ("attachment:empty", "it is damaged"),
        ("attachment:svg", "neither PNG, JPEG, GIF nor WebP"),
        ("attachment:pdf", "neither PNG, JPEG, GIF nor WebP"),
        ("attachment:bomb", "it is too large"),
        ("data:image/png;base64,AAAA", "it is damaged"),
    ] {
        let document = Document::new(vec![figure(src)]).unwrap();
        let made = pdf::write(&document, &meta(), &attachments, &Printing::default()).unwrap();
        assert_eq!(made.losses.len(), 1, "{src}");
        assert_eq!(made.losses[0].place, "content/0", "{src}");
        assert!(made.losses[0].what.contains(why), "{src}: {}", made.losses[0]);
        let words = words(&made.bytes);
        assert!(
            words.contains("the dock") && words.contains("Figure 1 caption"),
            "{src}: {words}"
        );
    }
}

#[test]
fn any_valid_document_becomes_a_pdf_and_an_archives_pdf() {
    let mut runner = TestRunner::deterministic();
    for n in 0..24 {
        let document = generate::document().new_tree(&mut runner).unwrap().current();
        let printing = Printing {
            archival: n % 2 == 0,
            ..Printing::default()
        };
        let made = pdf::write(&document, &meta(), &Attachments::new(), &printing);
        let made = made.unwrap_or_else(|error| panic!("{error}\n{}", document.canonical()));
        assert!(made.bytes.starts_with(b"%PDF-1.7"), "{}", document.canonical());
        assert!(poppler("pdfinfo", &["FILE"], &made.bytes).contains("Pages:"));
    }
}

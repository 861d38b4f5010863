//! Settling what is proposed.

use super::compare::{change, texts, words};
use super::reading::{document, paragraph};
use domain::document::suggestions::{accept_all, has_any, reject_all};
use domain::document::{Block, Cell, Document, Inline, InlineKind, Item, Mark, Marks, Row, TaskItem, generate};
use proptest::prelude::*;

#[test]
fn settling_takes_away_what_lost_everything() {
    let gone = |text: &str| {
        Inline::new(
            InlineKind::Text(text.into()),
            Marks::new().with(Mark::Deletion(change())),
        )
    };
    let lost = |text: &str| Block::paragraph(vec![gone(text)]);
    let quote = |content| Block::Blockquote { content };
    let cells = |cells: Vec<Block>| Row {
        cells: cells.into_iter().map(|block| Cell::new(false, vec![block])).collect(),
    };
    let all = document(vec![
        lost("a"),
        quote(vec![
            lost("b"),
            Block::BulletList {
                items: vec![Item {
                    content: vec![lost("c")],
                }],
            },
        ]),
        Block::TaskList {
            items: vec![
                TaskItem {
                    checked: true,
                    content: vec![lost("d")],
                },
                TaskItem {
                    checked: false,
                    content: vec![paragraph("e"), lost("f")],
                },
            ],
        },
        Block::Table {
            rows: vec![
                cells(vec![lost("g"), paragraph("h")]),
                cells(vec![lost("i"), paragraph("")]),
                cells(vec![paragraph(""), paragraph("")]),
            ],
        },
        Block::Table {
            rows: vec![cells(vec![lost("j")])],
        },
        Block::Figure {
            src: "attachment:a".into(),
            alt: String::new(),
            width: None,
            id: String::new(),
            caption: vec![gone("k")],
        },
        paragraph(""),
        quote(vec![Block::Divider, lost("l")]),
    ]);
    assert!(has_any(&all));
    let expected = document(vec![
        Block::TaskList {
            items: vec![TaskItem {
                checked: false,
                content: vec![paragraph("e")],
            }],
        },
        Block::Table {
            rows: vec![
                cells(vec![paragraph(""), paragraph("h")]),
                cells(vec![paragraph(""), paragraph("")]),
            ],
        },
        Block::Figure {
            src: "attachment:a".into(),
            alt: String::new(),
            width: None,
            id: String::new(),
            caption: Vec::new(),
        },
        paragraph(""),
        quote(vec![Block::Divider]),
    ]);
    let accepted = accept_all(all.clone());
    assert_eq!(accepted, expected);
    assert!(!has_any(&accepted));
    assert_eq!(words(&reject_all(all)).concat(), "abcdefghijkl");
    assert_eq!(accept_all(document(vec![lost("all of it")])), Document::empty());
    // Proposed by one and taken away again by another: gone either way.
    let marks = Marks::new()
        .with(Mark::Insertion(change()))
        .with(Mark::Deletion(change()));
    let both = document(vec![Block::paragraph(vec![
        Inline::text("x"),
        Inline::new(InlineKind::Text("y".into()), marks),
    ])]);
    assert_eq!(accept_all(both.clone()), texts(&["x"]));
    assert_eq!(reject_all(both), texts(&["x"]));
}

proptest! {
    #[test]
    fn settled_documents_are_documents_and_propose_nothing(document in generate::document()) {
        for settled in [accept_all(document.clone()), reject_all(document.clone())] {
            prop_assert!(!has_any(&settled));
            prop_assert_eq!(Document::new(settled.blocks().to_vec()), Ok(settled.clone()));
            prop_assert_eq!(accept_all(settled.clone()), settled);
        }
    }
}

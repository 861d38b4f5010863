//! Comparison, and settling what is proposed.

use super::reading::{document, paragraph};
use domain::document::compare::{ChangeKind, Comparison, compare};
use domain::document::generate::Vocabulary;
use domain::document::html::{BlockChange, Setting};
use domain::document::suggestions::{accept_all, has_any, reject_all};
use domain::document::text::PlainText;
use domain::document::{
    Block, Cell, Change, Document, Inline, InlineKind, Item, ListStyle, Mark, Marks, Row, generate,
};
use proptest::prelude::*;

pub(super) fn change() -> Change {
    Change {
        author: "ann".into(),
        at: "2026-11-22T09:45:00Z".into(),
    }
}

fn compared(a: &Document, b: &Document) -> Comparison {
    compare(a, b, &change()).unwrap_or_else(|error| panic!("{error}"))
}

/// The text, with [-what is gone-] and {+what is new+}.
fn marked_text(document: &Document) -> String {
    fn write(blocks: &[Block], out: &mut String) {
        for block in blocks {
            if let Some(inlines) = block.inlines() {
                for inline in inlines {
                    let InlineKind::Text(text) = &inline.kind else {
                        out.push('¤');
                        continue;
                    };
                    let (before, after) = match (inline.marks.insertion(), inline.marks.deletion()) {
                        (Some(_), _) => ("{+", "+}"),
                        (_, Some(_)) => ("[-", "-]"),
                        _ => ("", ""),
                    };
                    out.extend([before, text, after]);
                }
                out.push('|');
            }
            block.bodies().into_iter().for_each(|body| write(body, out));
        }
    }
    let mut out = String::new();
    write(document.blocks(), &mut out);
    out
}

pub(super) fn words(document: &Document) -> Vec<String> {
    PlainText::of(document)
        .text
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

pub(super) fn texts(texts: &[&str]) -> Document {
    document(texts.iter().map(|text| paragraph(text)).collect())
}

fn between(a: &[&str], b: &[&str]) -> String {
    marked_text(compared(&texts(a), &texts(b)).document())
}

fn kinds(comparison: &Comparison) -> Vec<(ChangeKind, &str)> {
    comparison
        .entries
        .iter()
        .map(|entry| (entry.kind, entry.excerpt.as_str()))
        .collect()
}

#[test]
fn words_are_compared_within_paragraphs() {
    assert_eq!(
        between(&["Breathe in slowly."], &["Breathe out slowly."]),
        "Breathe [-in-]{+out+} slowly.|"
    );
    assert_eq!(
        between(&["one two three"], &["one two two and a half three"]),
        "one two {+two and a half +}three|"
    );
    assert_eq!(between(&["Drink water now."], &["Drink now."]), "Drink [-water -]now.|");
    assert_eq!(between(&["Stop now."], &["Stop now!"]), "Stop now[-.-]{+!+}|");
    // Blanks between changed words do not cut the change into pieces, nor does one word that stayed amid many that did not.
    assert_eq!(
        between(&["keep a b c end of it"], &["keep x y z end of it"]),
        "keep [-a b c-]{+x y z+} end of it|"
    );
    assert_eq!(
        between(
            &["These eight words stay here in front of: one two three four the five six seven eight."],
            &["These eight words stay here in front of: nine ten eleven twelve the fourteen sixty ninety forty."]
        ),
        "These eight words stay here in front of: [-one two three four the five six seven eight-]\
         {+nine ten eleven twelve the fourteen sixty ninety forty+}.|"
    );
    // Ideographs are words; letters with their accents stay together.
    assert_eq!(between(&["漢字文"], &["漢語文"]), "漢[-字-]{+語+}文|");
    assert_eq!(
        between(&["le re\u{301}sume\u{301} est"], &["le resume est"]),
        "le [-re\u{301}sume\u{301}-]{+resume+} est|"
    );
}

#[test]
fn paragraphs_are_added_and_removed() {
    let comparison = compared(
        &texts(&["First one.", "Second thing.", "Last words."]),
        &texts(&["First one.", "Last words.", "More."]),
    );
    assert_eq!(
        marked_text(comparison.document()),
        "First one.|[-Second thing.-]|Last words.|{+More.+}|"
    );
    assert_eq!(
        kinds(&comparison),
        [(ChangeKind::Removed, "Second thing."), (ChangeKind::Added, "More.")]
    );
    assert_eq!((comparison.words_added, comparison.words_removed), (1, 2));
    assert_eq!(comparison.changes().get(&vec![1]), Some(&BlockChange::Removed));
    assert_eq!(comparison.changes().get(&vec![3]), Some(&BlockChange::Added));
    // What has nothing in common is replaced, not mixed.
    assert_eq!(
        between(&["Apples and pears"], &["Weigh the sample"]),
        "[-Apples and pears-]|{+Weigh the sample+}|"
    );
}

#[test]
fn moved_paragraphs_are_told_as_moved() {
    let comparison = compared(
        &texts(&[
            "This one is going to move.",
            "Alpha beta gamma.",
            "Delta epsilon zeta.",
            "Short",
        ]),
        &texts(&[
            "Short",
            "Alpha beta gamma.",
            "Delta epsilon zeta.",
            "This one is going to move.",
        ]),
    );
    assert_eq!(
        kinds(&comparison),
        [
            (ChangeKind::Added, "Short"),
            (ChangeKind::Removed, "Short"),
            (ChangeKind::Moved, "This one is going to move.")
        ]
    );
    assert_eq!((comparison.words_added, comparison.words_removed), (1, 1));
    let mut moved: Vec<_> = comparison
        .changes()
        .iter()
        .map(|(place, change)| (place.clone(), *change))
        .collect();
    moved.sort_by(|one, other| one.0.cmp(&other.0));
    let moved: Vec<_> = moved.into_iter().map(|(_, change)| change).collect();
    assert_eq!(
        moved,
        [
            BlockChange::MovedAway,
            BlockChange::Added,
            BlockChange::Removed,
            BlockChange::MovedHere
        ]
    );
}

#[test]
fn form_alone_is_told_as_reformatted() {
    let heading = |level, id: &str| Block::Heading {
        level,
        numbered: false,
        id: id.into(),
        content: vec![Inline::text("Title here")],
    };
    let strong = Inline::new(InlineKind::Text("strong".into()), Marks::new().with(Mark::Strong));
    let a = document(vec![
        heading(1, "a"),
        paragraph("now strong"),
        paragraph("stays as it is"),
    ]);
    let b = document(vec![
        heading(2, "a"),
        Block::paragraph(vec![Inline::text("now "), strong]),
        paragraph("stays as it is"),
    ]);
    let comparison = compared(&a, &b);
    assert_eq!(
        kinds(&comparison),
        [
            (ChangeKind::Reformatted, "Title here"),
            (ChangeKind::Reformatted, "now strong")
        ]
    );
    assert!(!has_any(comparison.document()));
    assert_eq!(comparison.document(), &b);
    // A paragraph that became a heading is one block, not two.
    let comparison = compared(&texts(&["Title here now"]), &document(vec![heading(1, "")]));
    assert_eq!(marked_text(comparison.document()), "Title here[- now-]|");
    assert_eq!(
        kinds(&comparison),
        [
            (ChangeKind::Edited, "Title here"),
            (ChangeKind::Reformatted, "Title here")
        ]
    );
}

fn list(items: &[&str]) -> Block {
    let items = items
        .iter()
        .map(|text| Item {
            content: vec![paragraph(text)],
        })
        .collect();
    Block::OrderedList {
        start: 1,
        style: ListStyle::Decimal,
        items,
    }
}

fn table(rows: &[&[&str]]) -> Block {
    let cell = |text: &&str| Cell::new(false, vec![paragraph(text)]);
    Block::Table {
        rows: rows
            .iter()
            .map(|row| Row {
                cells: row.iter().map(cell).collect(),
            })
            .collect(),
    }
}

#[test]
fn lists_and_tables_are_compared_inside() {
    let comparison = compared(
        &document(vec![list(&["Wash your hands", "Put on gloves", "Open the box"])]),
        &document(vec![list(&["Wash both hands", "Open the box", "Close the lid"])]),
    );
    assert_eq!(
        marked_text(comparison.document()),
        "Wash [-your-]{+both+} hands|[-Put on gloves-]|Open the box|{+Close the lid+}|"
    );
    assert_eq!(
        accept_all(comparison.document().clone()).blocks(),
        [list(&["Wash both hands", "Open the box", "Close the lid"])]
    );
    assert_eq!(
        reject_all(comparison.document().clone()).blocks(),
        [list(&["Wash your hands", "Put on gloves", "Open the box"])]
    );

    let before: &[&[&str]] = &[&["Name", "Dose"], &["Aspirin", "100 mg"], &["Ibuprofen", "200 mg"]];
    let after: &[&[&str]] = &[
        &["Name", "Dose"],
        &["Aspirin", "150 mg"],
        &["", ""],
        &["Paracetamol", "500 g"],
    ];
    let comparison = compared(&document(vec![table(before)]), &document(vec![table(after)]));
    assert_eq!(
        marked_text(comparison.document()),
        "Name|Dose|Aspirin|[-100-]{+150+} mg|[-Ibuprofen-]|[-200 mg-]|||{+Paracetamol+}|{+500 g+}|"
    );
    assert_eq!(accept_all(comparison.document().clone()).blocks(), [table(after)]);
    // Another number of columns is another table.
    let wider: &[&[&str]] = &[&["Name", "Dose", "When"], &["Aspirin", "100 mg", "noon"]];
    let comparison = compared(&document(vec![table(before)]), &document(vec![table(wider)]));
    assert_eq!(
        kinds(&comparison),
        [(ChangeKind::Removed, "Name"), (ChangeKind::Added, "Name")]
    );
    assert_eq!(accept_all(comparison.document().clone()).blocks(), [table(wider)]);
}

#[test]
fn what_no_mark_can_be_on_is_shown_and_not_kept() {
    let figure = |src: &str, id: &str| Block::Figure {
        src: src.into(),
        alt: String::new(),
        width: None,
        id: id.into(),
        caption: Vec::new(),
    };
    let a = document(vec![
        paragraph("a text"),
        figure("attachment:old", "fig"),
        Block::Divider,
    ]);
    let b = document(vec![
        paragraph("a text"),
        figure("attachment:new", "fig"),
        Block::Pause { seconds: 5 },
    ]);
    let comparison = compared(&a, &b);
    assert_eq!(comparison.document(), &b);
    assert_eq!(comparison.entries.len(), 4);
    let html = comparison.html(Setting {
        prefix: "",
        attachment: &|id| Some(format!("/{id}")),
        within: true,
        language: "",
    });
    for part in [
        "<div class=\"change change-removed\"><span class=\"change-word\">Removed</span><del class=\"del\"><figure class=\"fig\"><img src=\"/old\"",
        "<div class=\"change change-added\"><span class=\"change-word\">Added</span><ins class=\"ins\"><figure class=\"fig\" id=\"fig\"><img src=\"/new\"",
        "<del class=\"del\"><hr></del>",
        "<ins class=\"ins\"><p class=\"pause\"",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    let html = compared(&texts(&["one two"]), &texts(&["one three"])).html(Setting {
        prefix: "",
        attachment: &|_| None,
        within: true,
        language: "",
    });
    assert_eq!(
        html,
        "<div class=\"doc\"><p dir=\"auto\">one <del class=\"del\" datetime=\"2026-11-22T09:45:00Z\" data-author=\"ann\">two</del>\
         <ins class=\"ins\" datetime=\"2026-11-22T09:45:00Z\" data-author=\"ann\">three</ins></p></div>"
    );
}

#[test]
fn what_is_proposed_counts_as_accepted() {
    let proposed = |mark: fn(Change) -> Mark| Marks::new().with(mark(change()));
    let a = document(vec![Block::paragraph(vec![
        Inline::text("one "),
        Inline::new(InlineKind::Text("two".into()), proposed(Mark::Insertion)),
        Inline::new(InlineKind::Text("three".into()), proposed(Mark::Deletion)),
    ])]);
    assert!(compared(&a, &texts(&["one two"])).is_empty());
    assert_eq!(
        marked_text(compared(&a, &texts(&["one four"])).document()),
        "one [-two-]{+four+}|"
    );
}

#[test]
fn large_documents_are_compared_within_bounds() {
    let line = |n: usize| format!("Line {n} says {} and {} of it.", n * 7 % 101, n * 13 % 997);
    let a: Vec<Block> = (0..6_000).map(|n| paragraph(&line(n))).collect();
    let mut b = a.clone();
    for n in (0..6_000).step_by(10) {
        b[n] = paragraph(&line(n).replace("says", "tells"));
    }
    b.rotate_left(500);
    let (a, b) = (document(a), document(b));
    let comparison = compared(&a, &b);
    assert_eq!(accept_all(comparison.document().clone()), b);
    assert!(comparison.words_added < 1_500, "{} words", comparison.words_added);
    // All alike, and one paragraph of many words without any to hold on to.
    let (same, fewer) = (
        document(vec![paragraph("x y"); 5_000]),
        document(vec![paragraph("x y"); 4_000]),
    );
    assert_eq!(compared(&same, &fewer).words_removed, 2_000);
    let long = |word: &str, end: &str| texts(&[&format!("{}{end}", format!("{word} ").repeat(20_000))]);
    let comparison = compared(&long("word", "end"), &long("word", "stop"));
    assert_eq!((comparison.words_added, comparison.words_removed), (1, 1));
}

/// Two documents of which the second came from the first, more or less.
fn pair() -> impl Strategy<Value = (Document, Document)> {
    let vocabulary = Vocabulary::all().without(&["cross_reference"]);
    let one = generate::document_of(&vocabulary);
    let other = generate::document_of(&vocabulary);
    let edits = prop::collection::vec((any::<u8>(), any::<usize>(), any::<usize>()), 0..6);
    (one, other, edits).prop_map(|(a, other, edits)| {
        let mut blocks = a.blocks().to_vec();
        for (what, from, to) in edits {
            edit(&mut blocks, what, from, to, other.blocks());
        }
        if blocks.is_empty() {
            blocks.push(paragraph(""));
        }
        let b = Document::new(blocks).unwrap_or(other);
        (a, b)
    })
}

fn edit(blocks: &mut Vec<Block>, what: u8, from: usize, to: usize, other: &[Block]) {
    if blocks.is_empty() {
        return;
    }
    let (from, to) = (from % blocks.len(), to % blocks.len());
    match what % 6 {
        0 => drop(blocks.remove(from)),
        1 => blocks.swap(from, to),
        2 => blocks.insert(from, other[to % other.len()].clone()),
        3 => {
            if let Some(inlines) = blocks[from].inlines_mut() {
                inlines.push(Inline::text("one more"));
            }
        }
        4 => {
            if let Some(inlines) = blocks[from].inlines_mut() {
                inlines.pop();
            }
        }
        _ => {
            let top = |block: &Block| matches!(block, Block::PageBreak | Block::TableOfContents);
            if let Some(body) = blocks[from].bodies_mut().into_iter().next()
                && !top(&other[to % other.len()])
            {
                edit(body, what / 6, to, to, other);
                if body.is_empty() {
                    body.push(paragraph(""));
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn accepting_gives_the_later_one_and_rejecting_the_words_of_the_earlier((a, b) in pair()) {
        let comparison = compared(&a, &b);
        let (a, b) = (accept_all(a), accept_all(b));
        prop_assert_eq!(accept_all(comparison.document().clone()), b.clone());
        prop_assert_eq!(words(&reject_all(comparison.document().clone())), words(&a));
        prop_assert_eq!(comparison.is_empty(), a == b);
        for place in comparison.changes().keys().chain(comparison.entries.iter().map(|entry| &entry.place)) {
            let mut node = &comparison.shown().to_json();
            for index in place {
                node = &node["content"][*index];
            }
            prop_assert!(node.is_object(), "{:?}", place);
        }
    }

    #[test]
    fn nothing_changed_where_nothing_did(document in generate::document()) {
        let comparison = compared(&document, &document);
        let settled = accept_all(document);
        prop_assert!(comparison.is_empty());
        prop_assert!(comparison.changes().is_empty());
        prop_assert_eq!((comparison.words_added, comparison.words_removed), (0, 0));
        prop_assert_eq!(comparison.document(), &settled);
        prop_assert_eq!(comparison.shown(), &settled);
    }
}

//! Word's format: there and back.

use crate::documents::{self, Sample};
use domain::document::{Block, Document, Inline, InlineKind, Mark, generate};
use export::{
    Attachments, Comment, Meta, Read, Written,
    docx::{Source, read, write},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One black pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

pub(crate) fn meta() -> Meta {
    Meta {
        title: "Receipt & inspection".to_owned(),
        author: "Ana Ruiz".to_owned(),
        version: "2.1".to_owned(),
        status: "Approved".to_owned(),
        language: "en-GB".to_owned(),
        created: Some(time::OffsetDateTime::UNIX_EPOCH),
        modified: Some(time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(1)),
    }
}

pub(crate) fn written(document: &Document, attachments: &Attachments, comments: &[Comment]) -> Written {
    let (meta, names) = (meta(), BTreeMap::new());
    write(&Source {
        document,
        meta: &meta,
        attachments,
        comments,
        names: &names,
        template: None,
    })
    .unwrap()
}

fn there_and_back(document: &Document, attachments: &Attachments) -> Read {
    read(&written(document, attachments, &[]).bytes).unwrap()
}

#[test]
fn documents_as_people_write_them_come_back_whole() {
    for Sample {
        name,
        document,
        attachments,
    } in documents::all()
    {
        let out = written(&document, &attachments, &[]);
        assert_eq!(out.losses, [], "{name}");
        let back = read(&out.bytes).unwrap();
        assert_eq!(difference(&back.document, &document), None, "{name}");
        assert_eq!(back.losses, [], "{name}");
        assert_eq!(back.meta, meta(), "{name}");
        let shown = attachments
            .into_iter()
            .filter(|(src, _)| pretty(&document).contains(src.as_str()));
        assert_eq!(back.attachments, shown.collect::<Attachments>(), "{name}");
        if let Ok(folder) = std::env::var("DOCX_OUT") {
            std::fs::write(format!("{folder}/{name}.docx"), &out.bytes).unwrap();
        }
    }
}

fn pretty(document: &Document) -> String {
    serde_json::to_string_pretty(document).unwrap()
}

/// The first lines in which two documents differ.
pub(crate) fn difference(one: &Document, other: &Document) -> Option<String> {
    let (one, other) = (pretty(one), pretty(other));
    let (one, other): (Vec<&str>, Vec<&str>) = (one.lines().collect(), other.lines().collect());
    let at = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at))?;
    let around = |lines: &[&str]| lines[at.saturating_sub(12).min(lines.len())..(at + 8).min(lines.len())].join("\n");
    Some(format!(
        "line {at}:\n{}\n--- instead of\n{}",
        around(&one),
        around(&other)
    ))
}

/// A generated document without what Word has no room for, each said by the writer as a loss or of no consequence.
fn writable(document: Document) -> (Document, Attachments) {
    let mut blocks = document.into_blocks();
    settle(&mut blocks);
    let pixel = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, PIXEL).unwrap();
    (
        Document::new(blocks).unwrap(),
        Attachments::from([("attachment:picture-1".to_owned(), pixel)]),
    )
}

fn settle(blocks: &mut [Block]) {
    for block in blocks {
        if let Block::Figure { src, .. } = block
            && src.starts_with("data:")
        {
            *src = format!("data:image/png;base64,{PIXEL}");
        }
        if let Block::Table { rows } = block {
            // A column has one width, and a cell has all of its widths or none.
            let cells = rows.iter_mut().flat_map(|row| &mut row.cells);
            cells.for_each(|cell| cell.colwidth = cell.colwidth.is_some().then(|| vec![100; cell.colspan as usize]));
        }
        if let Some(inlines) = block.inlines_mut() {
            settle_inlines(inlines);
        }
        for body in block.bodies_mut() {
            settle(body);
        }
    }
}

fn settle_inlines(inlines: &mut [Inline]) {
    for Inline { kind, marks } in inlines {
        if marks.of_kind(&Mark::Superscript).is_some() {
            marks.remove_kind(&Mark::Subscript);
        }
        if let InlineKind::Footnote(content) = kind {
            settle_inlines(content);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_comes_back_whole(document in generate::document()) {
        let (document, attachments) = writable(document);
        let back = there_and_back(&document, &attachments);
        prop_assert_eq!(difference(&back.document, &document), None);
        prop_assert_eq!(back.losses, []);
    }

    #[test]
    fn the_same_document_makes_the_same_bytes(document in generate::document()) {
        let (document, attachments) = writable(document);
        prop_assert_eq!(written(&document, &attachments, &[]).bytes, written(&document, &attachments, &[]).bytes);
    }
}

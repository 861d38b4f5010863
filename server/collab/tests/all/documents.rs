//! The document model and Yjs, one from the other.

use collab::{Body, document};
use domain::document::{Document, generate};
use serde_json::{Value, json};
use std::{fs, path::Path};

fn accepted() -> Vec<(String, Document)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/domain/tests/document/accepted");
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let document = Document::from_text(&fs::read_to_string(&path).unwrap()).unwrap();
        documents.push((path.file_stem().unwrap().to_string_lossy().into_owned(), document));
    }
    assert!(documents.len() > 5, "{}", documents.len());
    documents
}

/// The document as Yjs can keep it: nodes other than text have no marks there.
fn kept(document: &Document) -> Document {
    fn strip(value: &mut Value) {
        if value["type"] != "text"
            && let Some(node) = value.as_object_mut()
        {
            node.remove("marks");
        }
        if let Some(content) = value.get_mut("content").and_then(Value::as_array_mut) {
            content.iter_mut().for_each(strip);
        }
    }
    let mut json = document.to_json();
    strip(&mut json);
    Document::from_json(&json).unwrap()
}

fn there_and_back(name: &str, written: &Document) {
    let update = document::write(written, 4_711);
    collab::scan::scan(&update, usize::MAX).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut body = Body::open(None, [update]).unwrap();
    let doc = body.doc().unwrap();
    let read = document::read(&doc).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(document::mended(&doc).document, read, "{name}");
    assert_eq!(read.canonical(), kept(written).canonical(), "{name}");
}

#[test]
fn every_document_of_the_schema_comes_back_as_it_was() {
    for (name, written) in accepted() {
        there_and_back(&name, &written);
    }
}

/// One person writes the one document, another makes the other of it; what they sent is read by a third.
fn changed(name: &str, one: &Document, other: &Document) {
    let first = document::write(one, 4_711);
    let mut replica = document::Replica::open(815, std::slice::from_ref(&first)).unwrap();
    let change = replica.change(other);
    let again = replica.change(other);
    for update in [&change, &again] {
        collab::scan::scan(update, usize::MAX).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let whole = Body::open(None, [first, change.clone()]).unwrap().doc().unwrap();
    assert_eq!(
        document::read(&whole).unwrap().canonical(),
        kept(other).canonical(),
        "{name}"
    );
    if kept(other).canonical() == other.canonical() {
        assert_eq!(&again[..], [0, 0], "{name}: what is there already is not written again");
    }
}

#[test]
fn every_document_becomes_any_other_by_one_update() {
    let documents = accepted();
    let empty = ("empty".to_owned(), Document::empty());
    for (one, other) in documents.iter().zip(documents.iter().skip(1).chain([&empty])) {
        changed(&one.0, &one.1, &other.1);
        changed(&other.0, &other.1, &one.1);
    }
}

#[test]
fn two_who_write_in_different_places_at_once_undo_nothing() {
    let text = |lines: &[&str]| {
        let blocks = lines
            .iter()
            .map(|line| domain::document::Block::paragraph(vec![domain::document::Inline::text(*line)]));
        Document::new(blocks.collect()).unwrap()
    };
    let first = document::write(&text(&["one", "two", "three"]), 1);
    let mut sent = vec![first.clone()];
    for (client, lines) in [(2, ["ONE", "two", "three"]), (3, ["one", "two", "THREE"])] {
        let mut replica = document::Replica::open(client, std::slice::from_ref(&first)).unwrap();
        sent.push(replica.change(&text(&lines)));
    }
    let doc = Body::open(None, sent).unwrap().doc().unwrap();
    assert_eq!(
        document::read(&doc).unwrap().canonical(),
        text(&["ONE", "two", "THREE"]).canonical()
    );
}

proptest::proptest! {
    #[test]
    fn any_document_becomes_any_other_by_one_update(one in generate::document(), other in generate::document()) {
        changed("generated", &one, &other);
    }

    #[test]
    fn any_document_comes_back_as_it_was(written in generate::document()) {
        there_and_back("generated", &written);
    }
}

#[test]
fn a_body_nobody_wrote_in_is_an_empty_document() {
    let mut body = Body::open(None, []).unwrap();
    assert_eq!(document::read(&body.doc().unwrap()).unwrap(), Document::empty());
}

#[test]
fn what_the_schema_refuses_is_put_right_and_told() {
    use yrs::{Transact, WriteTxn, XmlElementPrelim, XmlFragment};
    let mut body = Body::open(None, []).unwrap();
    let doc = body.doc().unwrap();
    let mut transaction = doc.transact_mut();
    let root = transaction.get_or_insert_xml_fragment(document::ROOT);
    root.push_back(&mut transaction, XmlElementPrelim::empty("paragraph"));
    root.push_back(&mut transaction, XmlElementPrelim::empty("bullet_list"));
    drop(transaction);
    assert_eq!(document::read(&doc).unwrap_err().path, "content/1");
    let mended = document::mended(&doc);
    assert_eq!((mended.document, mended.faults.len()), (Document::empty(), 1));
    assert_eq!(mended.faults[0].path, "content/1");
    let expected = json!({ "type": "doc", "content": [{ "type": "paragraph" }, { "type": "bullet_list" }] });
    assert_eq!(document::read_json(&doc), expected);
}

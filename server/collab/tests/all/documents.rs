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

proptest::proptest! {
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

//! Every reader at the edge of what it takes: files far too large, and files that end too early.

use crate::documents;
use domain::document::Document;
use export::{ExportError, Meta, Read, docx, html, json, markdown, text};

type Reader = fn(&[u8]) -> Result<Read, ExportError>;

const READERS: [(&str, Reader, u64); 5] = [
    ("docx", docx::read, docx::BYTES_MAX),
    ("html", html::read, html::BYTES_MAX),
    ("markdown", markdown::read, markdown::BYTES_MAX),
    ("text", text::read, text::BYTES_MAX),
    ("json", json::read, json::BYTES_MAX),
];

#[test]
fn half_a_gigabyte_is_refused_by_every_reader_before_it_is_looked_at() {
    // Zeros that are never looked at take no memory.
    let huge = vec![0; 500 << 20];
    for (name, read, limit) in READERS {
        assert_eq!(
            read(&huge).unwrap_err(),
            ExportError::too_large("the file", limit, "bytes"),
            "{name}"
        );
    }
}

#[test]
fn texts_cut_short_are_read_as_far_as_they_go_and_json_is_refused() {
    for documents::Sample {
        name,
        document,
        attachments,
    } in documents::all()
    {
        let meta = Meta::default();
        let whole = [
            (
                "html",
                html::read as Reader,
                html::write(&document, &meta, &attachments).bytes,
            ),
            (
                "markdown",
                markdown::read,
                markdown::write(&document, &meta, &attachments).bytes,
            ),
            ("text", text::read, text::write(&document, &meta).bytes),
        ];
        for (kind, read, bytes) in whole {
            for end in (0..bytes.len()).step_by(bytes.len() / 24) {
                // Between the bytes of a letter the file is no UTF-8, which is said.
                match (read(&bytes[..end]), std::str::from_utf8(&bytes[..end])) {
                    (Ok(back), Ok(_)) => drop(Document::from_text(&back.document.canonical()).unwrap()),
                    (Err(ExportError::Damaged { part, .. }), Err(_)) => assert_eq!(part, "the file"),
                    (answer, _) => panic!("{name}.{kind} cut at {end}: {answer:?}"),
                }
            }
        }
        let tree = json::write(&document, &Meta::default()).bytes;
        for end in (0..tree.len() - 1).step_by(tree.len() / 24) {
            let error = json::read(&tree[..end]).unwrap_err();
            assert!(
                error.to_string().starts_with("the "),
                "{name}.json cut at {end}: {error}"
            );
        }
        assert!(json::read(&tree).is_ok());
    }
}

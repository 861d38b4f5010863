//! JSON: the document's own form (`app/domain/src/document/schema.json` says what is in it), canonical by RFC 8785.

use crate::{Attachments, ExportError, Loss, Meta, Read, Written};
use domain::document::{Document, TEXT_MAX};

/// The most bytes of a file: text of the largest document, all of it escaped, and its attributes.
pub const BYTES_MAX: u64 = (8 * TEXT_MAX + 2 * domain::document::BYTES_MAX) as u64;

/// Makes the file. The same document always makes the same bytes. It is the text alone: what is said about the document,
/// and pictures that are attachments, stand elsewhere, and are told.
pub fn write(document: &Document, meta: &Meta) -> Written {
    let mut losses: Vec<Loss> = meta.left_out().into_iter().collect();
    losses.extend(crate::html::missing(document, &Attachments::new()));
    Written {
        bytes: document.canonical().into_bytes(),
        losses,
    }
}

/// Reads a file strictly: every attribute is there, nothing is unknown. Pictures that are attachments keep their names only.
///
/// # Errors
/// When the file is too large, not JSON, or not a document; the part is the path of the node at fault.
pub fn read(bytes: &[u8]) -> Result<Read, ExportError> {
    let text = crate::text::decode(bytes, BYTES_MAX)?;
    let document = Document::from_text(text).map_err(|error| {
        let part = if error.path.is_empty() { "the file" } else { &error.path };
        ExportError::damaged(part, error.reason.to_string())
    })?;
    Ok(Read {
        document,
        meta: Meta::default(),
        attachments: Attachments::new(),
        comments: Vec::new(),
        losses: Vec::new(),
    })
}

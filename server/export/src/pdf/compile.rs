//! Source to PDF.

use super::{Printing, world::Desk};
use crate::{ExportError, Meta};
use std::thread;
use time::UtcOffset;
use typst::{
    comemo,
    diag::SourceDiagnostic,
    foundations::{Datetime, Smart},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// The stack for a compilation. Typst recurses as deep as the document nests; a thread of a pool has 2 MiB.
const STACK: usize = 32 << 20;

/// Compiles the source of a document.
///
/// # Errors
/// With Typst's first message.
pub(super) fn compile(
    source: String,
    pictures: Vec<Vec<u8>>,
    meta: &Meta,
    printing: &Printing<'_>,
) -> Result<Vec<u8>, ExportError> {
    let desk = Desk::new(printing.fonts, source, pictures);
    let options = options(meta, printing)?;
    let made = thread::scope(|scope| {
        let work = || {
            let document = typst::compile::<PagedDocument>(&desk).output?;
            typst_pdf::pdf(&document, &options)
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.map(thread::ScopedJoinHandle::join)
    });
    // Typst remembers what it laid out, for the next time. There is none: each document is another, and words of one
    // workspace must not outlive their export.
    comemo::evict(0);
    match made {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(errors))) => Err(ExportError::unwritable("the document", first(&errors))),
        Ok(Err(_)) => Err(ExportError::unwritable(
            "the document",
            "the typesetter stopped halfway",
        )),
        Err(_) => Err(ExportError::unwritable(
            "the document",
            "the machine gives no further thread",
        )),
    }
}

fn first(errors: &[SourceDiagnostic]) -> String {
    errors.first().map_or_else(
        || "the typesetter gave no reason".to_owned(),
        |error| error.message.to_string(),
    )
}

fn options(meta: &Meta, printing: &Printing<'_>) -> Result<PdfOptions, ExportError> {
    let at = meta.modified.or(meta.created).map(|at| at.to_offset(UtcOffset::UTC));
    let moment = at.and_then(|at| {
        Datetime::from_ymd_hms(
            at.year(),
            at.month().into(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
        )
    });
    let standards: &[PdfStandard] = if printing.archival { &[PdfStandard::A_2b] } else { &[] };
    let standards = if standards.is_empty() {
        PdfStandards::default()
    } else {
        PdfStandards::new(standards)
            .map_err(|error| ExportError::unwritable("the document", error.message().as_str()))?
    };
    Ok(PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Custom(Some("Scriptkeep".to_owned())),
        timestamp: moment.map(Timestamp::new_utc),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    })
}

//! Source to PDF.

use super::{Printing, world::Desk};
use crate::{ExportError, Loss, Meta};
use std::thread;
use time::UtcOffset;
use typst::{
    comemo,
    diag::{SourceDiagnostic, SourceResult},
    foundations::{Datetime, Smart},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// The stack for a compilation. Typst recurses as deep as the document nests; a thread of a pool has 2 MiB.
const STACK: usize = 32 << 20;

/// Compiles the source of a document, and answers with it what the layout could not settle.
///
/// # Errors
/// With Typst's first message.
pub(super) fn compile(
    source: String,
    pictures: Vec<Vec<u8>>,
    meta: &Meta,
    printing: &Printing<'_>,
) -> Result<(Vec<u8>, Option<Loss>), ExportError> {
    let desk = Desk::new(printing.fonts, source, pictures);
    let options = options(meta, printing)?;
    let made = thread::scope(|scope| {
        let work = || -> SourceResult<_> {
            let compiled = typst::compile::<PagedDocument>(&desk);
            let document = compiled.output?;
            // Nothing asks for the layout's pieces any more: they are dropped beside the work that is left.
            let forgetting = thread::Builder::new().spawn_scoped(scope, || comemo::evict(0));
            let bytes = typst_pdf::pdf(&document, &options);
            drop(forgetting.map(thread::ScopedJoinHandle::join));
            Ok((bytes?, compiled.warnings.iter().find_map(unsettled)))
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.map(thread::ScopedJoinHandle::join)
    });
    // Typst remembers what it laid out, for the next time. There is none: each document is another, and words of one
    // workspace must not outlive their export.
    comemo::evict(0);
    match made {
        Ok(Ok(Ok(made))) => Ok(made),
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

/// What a page number in the text changes can move what it refers to; Typst tries five times and then says so.
fn unsettled(warning: &SourceDiagnostic) -> Option<Loss> {
    let moves = warning.message.contains("did not converge");
    moves.then(|| {
        Loss::new(
            "the document",
            "page numbers in the text may be off by one: they move what they refer to",
        )
    })
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

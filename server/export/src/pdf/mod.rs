//! PDF, by Typst as a library: the tree becomes Typst source in which everything a person wrote is a string literal, and
//! Typst lays it out, tags it for screen readers, makes bookmarks, embeds its fonts in part. The compilation reaches
//! nothing but the source, our template, the pictures and the fonts.
//!
//! The same input makes the same bytes: times come from [`Meta`] and [`Printing`], and nothing else varies.

mod blocks;
mod compile;
mod extent;
mod fonts;
mod frame;
mod inlines;
mod limits;
mod pictures;
mod source;
mod tables;
mod world;
mod writer;

pub use fonts::{Face, Fonts, faces};

use crate::{Attachments, ExportError, Meta, Written};
use domain::document::{
    Direction, Document,
    numbering::{Counters, Numbering},
};
use time::OffsetDateTime;
use writer::Writer;

/// The most text of a document that is printed, in bytes of UTF-8: about a thousand pages. With [`NODES_MAX`] it keeps the
/// memory of a compilation below a gigabyte.
pub const TEXT_MAX: usize = 2 << 20;
/// The most nodes of a document that is printed, text nodes included.
pub const NODES_MAX: usize = 60_000;

/// The sheet that is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sheet {
    /// 210 by 297 mm.
    #[default]
    A4,
    /// 8½ by 11 inches.
    Letter,
}

/// One signature, as data. The page shows what a signature has to say by 21 CFR 11.50: who, when, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The printed name of who signed.
    pub name: String,
    /// What they are there; may be empty.
    pub role: String,
    /// What signing meant: `Approved`, `Reviewed`.
    pub meaning: String,
    /// When, in the zone that is to be shown.
    pub at: OffsetDateTime,
    /// What was signed: number, version, hash; may be empty.
    pub record: String,
    /// The hash of what was signed; its cut is drawn.
    pub digest: Option<[u8; 32]>,
}

/// How a document is printed, beside what [`Meta`] says of it.
#[derive(Clone)]
pub struct Printing<'a> {
    /// The sheet.
    pub sheet: Sheet,
    /// The record's number (`SOP-014`), in the head of each page; may be empty.
    pub number: String,
    /// Words behind the text of each page (`Draft`); may be empty.
    pub watermark: String,
    /// Words in the foot of each page (`Uncontrolled when printed`); may be empty.
    pub remark: String,
    /// When it was printed, in the zone that is to be shown.
    pub printed: Option<OffsetDateTime>,
    /// Names and values under the title: owner, effective, review.
    pub particulars: Vec<(String, String)>,
    /// The hash of the version; its cut and first digits stand in the foot.
    pub digest: Option<[u8; 32]>,
    /// The signatures, each shown on a last page of their own.
    pub signatures: Vec<Signature>,
    /// Whether to make PDF/A-2b (ISO 19005-2), for archives.
    pub archival: bool,
    /// The fonts.
    pub fonts: &'a Fonts,
}

impl Default for Printing<'_> {
    fn default() -> Self {
        Self {
            sheet: Sheet::A4,
            number: String::new(),
            watermark: String::new(),
            remark: String::new(),
            printed: None,
            particulars: Vec::new(),
            digest: None,
            signatures: Vec::new(),
            archival: false,
            fonts: Fonts::house(),
        }
    }
}

/// Makes a PDF of a document. Takes all cores while it works: run it off the async threads.
///
/// # Errors
/// When the document is larger than [`TEXT_MAX`] or [`NODES_MAX`], or Typst gives up on it.
pub fn write(
    document: &Document,
    meta: &Meta,
    attachments: &Attachments,
    printing: &Printing<'_>,
) -> Result<Written, ExportError> {
    limits::check(document)?;
    let numbering = Numbering::in_language(document, &meta.language);
    let counters = Counters::new(document);
    let base = direction_of(&frame::language(&meta.language).0);
    let mut writer = Writer::new(printing.fonts, (&numbering, counters), attachments, base);
    writer.label_targets(document.blocks());
    writer.frame(meta, printing);
    writer.blocks(document.blocks(), 0.0);
    writer.signatures(&printing.signatures);
    let Writer {
        source,
        pictures,
        mut losses,
        ..
    } = writer;
    let (source, uncovered) = source.finish();
    losses.extend(uncovered);
    let (bytes, unsettled) = compile::compile(source, pictures.into_files(), meta, printing)?;
    losses.extend(unsettled);
    Ok(Written { bytes, losses })
}

/// The direction in which a language is written, as Typst knows it.
fn direction_of(language: &str) -> Direction {
    match language {
        "ar" | "dv" | "fa" | "he" | "ks" | "pa" | "ps" | "sd" | "ug" | "ur" | "yi" => Direction::RightToLeft,
        _ => Direction::LeftToRight,
    }
}

//! Documents in files: which format a file has, and reading and writing it. What `convert` and `compare` share.

use crate::refusal::Refusal;
use domain::document::Document;
use export::{
    Attachments, Comment, ExportError, Meta, Read, Written, docx, html, json, markdown,
    pdf::{self, Printing},
    text,
};
use std::{collections::BTreeMap, fs, path::Path};

/// What a file can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Office Open XML, of Word and LibreOffice.
    Docx,
    /// PDF; only written.
    Pdf,
    /// Markdown.
    #[value(name = "md", alias = "markdown")]
    Markdown,
    /// HTML in one file.
    Html,
    /// Plain text.
    #[value(name = "txt", alias = "text")]
    Text,
    /// The document's own form.
    Json,
}

impl Format {
    /// What its files end with.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Text => "txt",
            Self::Json => "json",
        }
    }

    /// The most bytes of a file that is opened.
    fn bytes_max(self) -> u64 {
        match self {
            Self::Docx => docx::BYTES_MAX,
            Self::Markdown => markdown::BYTES_MAX,
            Self::Html => html::BYTES_MAX,
            Self::Text => text::BYTES_MAX,
            Self::Json => json::BYTES_MAX,
            Self::Pdf => 0,
        }
    }

    /// The format that a file's name says.
    ///
    /// # Errors
    /// When its ending is none of ours.
    pub(super) fn of(path: &Path) -> Result<Self, Refusal> {
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_lowercase();
        match ending.as_str() {
            "docx" | "docm" | "dotx" => Ok(Self::Docx),
            "pdf" => Ok(Self::Pdf),
            "md" | "markdown" => Ok(Self::Markdown),
            "html" | "htm" => Ok(Self::Html),
            "txt" | "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(Refusal::new(
                format!("{} has no ending that says what it is.", path.display()),
                "Files end with .docx, .pdf, .md, .html, .txt or .json.",
            )),
        }
    }
}

/// Reads a document from a file.
///
/// # Errors
/// When the file cannot be opened or read; the error names the file and the part.
pub(super) fn read(path: &Path) -> Result<Read, Refusal> {
    let format = Format::of(path)?;
    if format == Format::Pdf {
        return Err(Refusal::new(
            format!("{} is a PDF, and PDF is only written.", path.display()),
            "Take the file it was made from.",
        ));
    }
    let unreadable = |error: std::io::Error| {
        Refusal::new(
            format!("{} cannot be read: {error}.", path.display()),
            "Name a file that can.",
        )
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    // Before a byte of it is read.
    let most = format.bytes_max();
    if size > most {
        return Err(fault(path, &ExportError::too_large("the file", most, "bytes")));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let read = match format {
        Format::Docx => docx::read(&bytes),
        Format::Markdown => markdown::read(&bytes),
        Format::Html => html::read(&bytes),
        Format::Text => text::read(&bytes),
        Format::Json => json::read(&bytes),
        Format::Pdf => Err(ExportError::refused("PDF", "it is only written")),
    };
    read.map_err(|error| fault(path, &error))
}

/// What goes into a file.
pub(super) struct Sheet<'a> {
    pub(super) document: &'a Document,
    pub(super) meta: &'a Meta,
    pub(super) attachments: &'a Attachments,
    pub(super) comments: &'a [Comment],
    pub(super) template: Option<&'a [u8]>,
    pub(super) printing: &'a Printing<'a>,
}

/// Makes a file of that format.
///
/// # Errors
/// When the format's writer gives up; the error names the part.
pub(super) fn make(sheet: &Sheet<'_>, format: Format) -> Result<Written, ExportError> {
    let mut written = match format {
        Format::Docx => docx::write(&docx::Source {
            document: sheet.document,
            meta: sheet.meta,
            attachments: sheet.attachments,
            comments: sheet.comments,
            names: &BTreeMap::new(),
            template: sheet.template,
        }),
        Format::Pdf => pdf::write(sheet.document, sheet.meta, sheet.attachments, sheet.printing),
        Format::Markdown => Ok(markdown::write(sheet.document, sheet.meta, sheet.attachments)),
        Format::Html => Ok(html::write(sheet.document, sheet.meta, sheet.attachments)),
        Format::Text => Ok(text::write(sheet.document, sheet.meta)),
        Format::Json => Ok(json::write(sheet.document, sheet.meta)),
    }?;
    if format != Format::Docx {
        written.losses.extend(export::comments_left_out(sheet.comments));
    }
    Ok(written)
}

/// Puts a finished file in its place, whole or not at all.
///
/// # Errors
/// When the folder or the file cannot be written.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|error| {
            // What is left of it is of no use; that it cannot be taken away either says nothing new.
            let _ = fs::remove_file(&part);
            Refusal::new(
                format!("{} cannot be written: {error}.", path.display()),
                "Name a place that can.",
            )
        })
}

/// A fault in a file, with its name.
pub(super) fn fault(path: &Path, error: &ExportError) -> Refusal {
    Refusal::new(format!("{}: {error}.", path.display()), "")
}

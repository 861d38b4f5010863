//! The floor of a PDF by Typst: the same words as plain paragraphs in one face, without tags, heads, tables or pictures,
//! laid out and written by Typst alone. Nothing that is ours is in it; what it takes, no PDF by Typst takes less.

use domain::document::{Document, text::PlainText};
use std::fmt::Write as _;
use typst::{
    Library, LibraryExt, World, comemo,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// Page and text as the product sets them.
const LOOK: &str = "#set page(paper: \"a4\", margin: (top: 30mm, bottom: 26mm, left: 32mm, right: 20mm))\n\
    #set text(size: 10.5pt, hyphenate: false)\n\
    #set par(leading: 0.78em, spacing: 11.5pt, justify: false, linebreaks: \"simple\")\n";

/// One document's words, and one face.
pub(crate) struct Floor {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    font: Font,
    main: Source,
}

/// What one run of it took, in milliseconds.
pub(crate) struct Took {
    /// From the source to pages.
    pub(crate) laid_out: f64,
    /// From pages to the file.
    pub(crate) written: f64,
    /// The pages.
    pub(crate) pages: usize,
}

impl Floor {
    /// The words of a document.
    pub(crate) fn of(document: &Document) -> Self {
        let mut source = LOOK.to_owned();
        for paragraph in PlainText::of(document).text.lines().filter(|line| !line.is_empty()) {
            let quoted = paragraph.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = write!(source, "#\"{quoted}\"\n\n");
        }
        let path = VirtualPath::new("floor.typ").expect("a name");
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let font = typst_assets::fonts()
            .filter_map(|bytes| Font::new(Bytes::new(bytes), 0))
            .find(|font| font.info().family == "Libertinus Serif")
            .expect("Typst's own face");
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts([&font])),
            font,
            main: Source::new(id, source),
        }
    }

    /// Makes the PDF, with nothing remembered from the time before.
    pub(crate) fn run(&self) -> Took {
        comemo::evict(0);
        let (mut document, mut file) = (None, Vec::new());
        let laid_out = super::milliseconds(|| {
            document = typst::compile::<PagedDocument>(self).output.ok();
        });
        let document = document.expect("pages");
        let options = PdfOptions {
            tagged: false,
            ..PdfOptions::default()
        };
        let written = super::milliseconds(|| {
            file = typst_pdf::pdf(&document, &options).expect("a PDF");
        });
        Took {
            laid_out,
            written,
            pages: super::pages(&file),
        }
    }
}

impl World for Floor {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            Ok(self.main.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        (index == 0).then(|| self.font.clone())
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

//! What a compilation may see: two sources, the pictures of the document, the fonts. No file system, no network, no
//! packages, no clock; anything else it asks for is not found.

use super::fonts::Fonts;
use std::{collections::HashMap, sync::LazyLock};
use typst::{
    Feature, Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

/// The look, the same for each document.
const TEMPLATE: &str = include_str!("template.typ");

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    // The feature says to screen readers which cells head their row.
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});
static LOOK: LazyLock<Source> = LazyLock::new(|| Source::new(id("look.typ"), TEMPLATE.to_owned()));

/// All that one document's compilation can reach.
pub(super) struct Desk<'a> {
    fonts: &'a Fonts,
    main: Source,
    pictures: HashMap<FileId, Bytes>,
}

impl<'a> Desk<'a> {
    /// A desk with the document's source on it and pictures by their [`picture_path`].
    pub(super) fn new(fonts: &'a Fonts, source: String, pictures: Vec<Vec<u8>>) -> Self {
        let pictures = pictures.into_iter().enumerate();
        Self {
            fonts,
            main: Source::new(id("document.typ"), source),
            pictures: pictures
                .map(|(n, bytes)| (id(&picture_path(n)), Bytes::new(bytes)))
                .collect(),
        }
    }
}

/// What the source calls the nth picture. Names are few and used again for each document: Typst keeps each for good.
pub(super) fn picture_path(n: usize) -> String {
    format!("picture-{n}")
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            Ok(self.main.clone())
        } else if id == LOOK.id() {
            Ok(LOOK.clone())
        } else {
            Err(missing(id))
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.pictures.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.face(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn id(name: &str) -> FileId {
    // A path of one plain name is always valid.
    let path = VirtualPath::new(name).unwrap_or_else(|_| unreachable!("{name} is no path"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

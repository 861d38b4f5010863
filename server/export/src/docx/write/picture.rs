//! Pictures: bytes into the package, a drawing into the text.

use super::{
    Writer,
    body::{Place, Shape},
    table::PIXEL,
};
use crate::docx::{
    names::{self},
    pixels::{Kind, Picture},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// English metric units in a CSS pixel (914400 to the inch, 96 pixels to the inch).
pub(in crate::docx) const EMU: i64 = 9_525;
/// What a drawing's graphic is.
const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";

/// Pictures that go into the package.
#[derive(Default)]
pub(super) struct Media {
    files: Vec<MediaFile>,
}

/// One picture.
pub(super) struct MediaFile {
    /// Its `src` in the document.
    src: String,
    /// Its name in `word/media/`.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Its relationship.
    relation: String,
    width: u32,
    height: u32,
}

impl Media {
    pub(super) fn files(&self) -> &[MediaFile] {
        &self.files
    }
}

impl Writer<'_> {
    /// The paragraph that holds a picture, or its words where it cannot be shown.
    pub(super) fn picture(&mut self, src: &str, alt: &str, width: Option<u32>, place: Place) {
        let indent = (place.indent > 0).then_some((place.indent, 0));
        self.begin(&Shape {
            keep_next: true,
            indent,
            frame: place.frame,
            ..Shape::new(names::FIGURE)
        });
        match self.media(src) {
            Some(file) => self.drawing(file, alt, width, place),
            None => self.plain_run(&format!("[{alt}]")),
        }
        // Nothing is said about the picture itself in a remark's place.
        self.out.close("w:p");
    }

    /// The picture of that address, once in the package however often it is shown.
    fn media(&mut self, src: &str) -> Option<usize> {
        if let Some(known) = self.media.files.iter().position(|file| file.src == src) {
            return Some(known);
        }
        let bytes = match src.split_once(";base64,") {
            Some((_, data)) if src.starts_with("data:") => STANDARD.decode(data).ok(),
            _ => self.source.attachments.get(src).cloned(),
        };
        let Some(bytes) = bytes else {
            self.lose("a picture is missing: its file is not there");
            return None;
        };
        let Some(picture) = Picture::of(&bytes) else {
            self.lose("a picture is missing: its file is no picture (PNG, JPEG, GIF or WebP)");
            return None;
        };
        let (kind, bytes) = if picture.kind == Kind::WebP {
            self.lose("a WebP picture became PNG: Word shows no WebP");
            let Some(png) = picture.to_png(&bytes) else {
                self.lose("a picture is missing: its file is damaged");
                return None;
            };
            (Kind::Png, png)
        } else {
            (picture.kind, bytes)
        };
        let name = format!("image{}.{}", self.media.files.len() + 1, kind.ending());
        let relation = self.relations().image(&format!("media/{name}"));
        let (width, height) = (picture.width, picture.height);
        self.media.files.push(MediaFile {
            src: src.to_owned(),
            name,
            bytes,
            relation,
            width,
            height,
        });
        Some(self.media.files.len() - 1)
    }

    fn drawing(&mut self, file: usize, alt: &str, width: Option<u32>, place: Place) {
        let id = self.next_id();
        let file = &self.media.files[file];
        let room = u32::try_from((place.width - place.indent) / PIXEL).unwrap_or(1).max(1);
        let shown = width.unwrap_or(file.width).min(room).max(1);
        let across = i64::from(shown) * EMU;
        let down = across * i64::from(file.height) / i64::from(file.width);
        let (across, down) = (across.to_string(), down.max(EMU).to_string());
        // The name says what only we need to know: where the picture is from, what width was set, and what is shown.
        let src = if file.src.starts_with("data:") {
            names::PICTURE_DATA
        } else {
            &file.src
        };
        let set = width.map_or_else(|| "auto".to_owned(), |width| width.to_string());
        let name = format!("{}{src}#{set}/{shown}", names::PICTURE);
        let title = format!("Picture {id}");
        let out = &mut self.out;
        out.raw("<w:r><w:drawing>");
        out.open(
            "wp:inline",
            &[("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0")],
        );
        out.empty("wp:extent", &[("cx", &across), ("cy", &down)]);
        out.empty("wp:docPr", &[("id", &id), ("name", &title), ("descr", alt)]);
        out.open("wp:cNvGraphicFramePr", &[]);
        out.empty("a:graphicFrameLocks", &[("noChangeAspect", "1")]);
        out.close("wp:cNvGraphicFramePr");
        out.open("a:graphic", &[]);
        out.open("a:graphicData", &[("uri", PICTURE)]);
        out.open("pic:pic", &[]);
        out.open("pic:nvPicPr", &[]);
        out.empty("pic:cNvPr", &[("id", &id), ("name", &name), ("descr", alt)]);
        out.empty("pic:cNvPicPr", &[]);
        out.close("pic:nvPicPr");
        out.open("pic:blipFill", &[]);
        out.empty("a:blip", &[("r:embed", &file.relation)]);
        out.raw("<a:stretch><a:fillRect/></a:stretch>");
        out.close("pic:blipFill");
        out.open("pic:spPr", &[]);
        out.raw("<a:xfrm><a:off x=\"0\" y=\"0\"/>");
        out.empty("a:ext", &[("cx", &across), ("cy", &down)]);
        out.raw("</a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>");
        out.raw("</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>");
    }
}

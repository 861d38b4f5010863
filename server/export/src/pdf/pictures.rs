//! Pictures: found, opened once to know their size and that they can be shown, handed to Typst as files of its desk.

use super::{world::picture_path, writer::Writer};
use crate::Attachments;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::document::Inline;
use std::collections::HashMap;
use typst::{
    foundations::Bytes,
    visualize::{ExchangeFormat, RasterImage},
};

/// The most different pictures of one document: Typst keeps each name for good, and has room for 65,535.
const PICTURES_MAX: usize = 4_096;
/// The most pixels of one picture: 40 million are 160 MB when open.
const PIXELS_MAX: u64 = 40_000_000;
/// The most pixels of all pictures of a document: open they are 800 MB, and stay so until the file is made.
const PIXELS_SUM_MAX: u64 = 200_000_000;
/// The highest a picture may be printed, in points; a caption has room below it.
const HEIGHT_MAX: f64 = 560.0;
/// CSS pixels in a point.
const POINTS_A_PIXEL: f64 = 0.75;

/// A picture that can be shown.
#[derive(Clone, Copy)]
struct Shown {
    n: usize,
    format: &'static str,
    width: u32,
    height: u32,
}

/// The pictures of a document, by their address.
pub(super) struct Pictures<'a> {
    attachments: &'a Attachments,
    seen: HashMap<String, Result<Shown, &'static str>>,
    files: Vec<Vec<u8>>,
    pixels: u64,
}

impl<'a> Pictures<'a> {
    pub(super) fn new(attachments: &'a Attachments) -> Self {
        Self {
            attachments,
            seen: HashMap::new(),
            files: Vec::new(),
            pixels: 0,
        }
    }

    /// The files for Typst's desk, in order.
    pub(super) fn into_files(self) -> Vec<Vec<u8>> {
        self.files
    }

    fn look(&mut self, src: &str) -> Result<Shown, &'static str> {
        if let Some(known) = self.seen.get(src) {
            return *known;
        }
        let found = self.open(src);
        self.seen.insert(src.to_owned(), found);
        found
    }

    fn open(&mut self, src: &str) -> Result<Shown, &'static str> {
        let bytes = match self.attachments.get(src) {
            Some(bytes) => bytes.clone(),
            None => data(src).ok_or("a picture was left out: it was not found")?,
        };
        let unreadable = "a picture was left out: it is damaged, or neither PNG, JPEG, GIF nor WebP";
        let format = ExchangeFormat::detect(&bytes).ok_or(unreadable)?;
        let name = match format {
            ExchangeFormat::Png => "png",
            ExchangeFormat::Jpg => "jpg",
            ExchangeFormat::Gif => "gif",
            ExchangeFormat::Webp => "webp",
        };
        // What the head of the file promises, before anything is unpacked.
        let promised = imagesize::blob_size(&bytes).map_err(|_| unreadable)?;
        let pixels = (promised.width as u64).saturating_mul(promised.height as u64);
        if pixels > PIXELS_MAX || self.pixels + pixels > PIXELS_SUM_MAX || self.files.len() >= PICTURES_MAX {
            return Err("a picture was left out: it is too large, or there are too many");
        }
        let opened = RasterImage::plain(Bytes::new(bytes.clone()), format).map_err(|_| unreadable)?;
        self.pixels += pixels;
        self.files.push(bytes);
        Ok(Shown {
            n: self.files.len() - 1,
            format: name,
            width: opened.width(),
            height: opened.height(),
        })
    }
}

impl Writer<'_> {
    pub(super) fn figure(&mut self, src: &str, alt: &str, width: Option<u32>, id: &str, caption: &[Inline]) {
        let number = self.counters.figure();
        self.source.code("#plate(");
        self.literal(&format!("{} {number}", self.numbering.words().figure));
        self.source.code(", ");
        match self.pictures.look(src) {
            Ok(shown) => {
                let (wide, high) = size(&shown, width, self.width);
                self.source.number(format_args!(
                    "image(\"/{}\", format: \"{}\", width: {wide:.2}pt, height: {high:.2}pt, fit: \"stretch\", alt: ",
                    picture_path(shown.n),
                    shown.format,
                ));
                if alt.is_empty() {
                    self.source.code("none");
                } else {
                    self.literal(alt);
                }
                self.source.code(")");
            }
            Err(why) => {
                self.lose(why);
                self.source.code("picture-missing([");
                let shown = if alt.is_empty() {
                    self.numbering.words().picture
                } else {
                    alt
                };
                self.words(shown, ("#", ";"));
                self.source.code("])");
            }
        }
        if caption.is_empty() {
            self.source.code(", none)");
        } else {
            self.source.code(", [");
            self.inlines(caption);
            self.source.code("])");
        }
        self.label(id);
    }
}

/// Width and height in points: as set or as the picture has, never wider than the line nor higher than the page.
fn size(shown: &Shown, set: Option<u32>, room: f64) -> (f64, f64) {
    let (wide, high) = (f64::from(shown.width.max(1)), f64::from(shown.height.max(1)));
    let width = (set.map_or(wide, f64::from) * POINTS_A_PIXEL).min(room);
    let width = width.min(HEIGHT_MAX * wide / high);
    (width, width * high / wide)
}

/// The bytes of a `data:` address.
fn data(src: &str) -> Option<Vec<u8>> {
    let (_, coded) = src.strip_prefix("data:")?.split_once(";base64,")?;
    STANDARD.decode(coded).ok()
}

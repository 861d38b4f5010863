//! What a picture's bytes say about it. The bytes are believed, never a file's name or declared type.

use image::{ExtendedColorType, ImageDecoder, ImageEncoder, codecs::png::PngEncoder, codecs::webp::WebPDecoder};
use std::io::Cursor;

/// The kinds of pictures that documents hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// Graphics Interchange Format.
    Gif,
    /// WebP.
    WebP,
}

/// A picture's kind and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// What it is.
    pub(super) kind: Kind,
    /// Columns.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
}

/// Most pixels of a picture that is decoded, which only WebP is.
const PIXELS_MAX: u64 = 40_000_000;

impl Kind {
    /// The ending of file names.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }
}

impl Picture {
    /// Reads the head of a picture. None: it is none of these kinds, or cut short.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let kind = match imagesize::image_type(bytes).ok()? {
            imagesize::ImageType::Png => Kind::Png,
            imagesize::ImageType::Jpeg => Kind::Jpeg,
            imagesize::ImageType::Gif => Kind::Gif,
            imagesize::ImageType::Webp => Kind::WebP,
            _ => return None,
        };
        let size = imagesize::blob_size(bytes).ok()?;
        let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
        (width > 0 && height > 0).then_some(Self { kind, width, height })
    }

    /// A WebP picture as PNG; of a moving one its first frame. None: it is damaged or too large.
    pub(super) fn to_png(self, bytes: &[u8]) -> Option<Vec<u8>> {
        if u64::from(self.width) * u64::from(self.height) > PIXELS_MAX {
            return None;
        }
        let decoder = WebPDecoder::new(Cursor::new(bytes)).ok()?;
        let (width, height) = decoder.dimensions();
        let colour: ExtendedColorType = decoder.color_type().into();
        if u64::from(width) * u64::from(height) > PIXELS_MAX {
            return None;
        }
        let mut pixels = vec![0; usize::try_from(decoder.total_bytes()).ok()?];
        decoder.read_image(&mut pixels).ok()?;
        let mut png = Vec::new();
        PngEncoder::new(&mut png)
            .write_image(&pixels, width, height, colour)
            .ok()?;
        Some(png)
    }
}

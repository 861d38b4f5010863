//! The zip archive around the parts of a file that is being written. Times are left out, so that the same parts always
//! make the same bytes.

use super::markup::Markup;
use crate::ExportError;
use flate2::{Compression, Crc, write::DeflateEncoder};
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use std::io::Write;

/// How hard parts are packed: lightly. Their markup repeats itself so much that this gets most of it.
const LEVEL: Compression = Compression::new(2);

/// Media types by the ending of a part's name.
const ENDINGS: [(&str, &str); 11] = [
    ("bmp", "image/bmp"),
    ("emf", "image/x-emf"),
    ("gif", "image/gif"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
    ("svg", "image/svg+xml"),
    ("tiff", "image/tiff"),
    ("wmf", "image/x-wmf"),
    ("xml", "application/xml"),
];

/// A package while it is filled.
#[derive(Default)]
pub(super) struct Packer {
    parts: Vec<Part>,
    overrides: Vec<(String, String)>,
}

struct Part {
    name: String,
    packed: Vec<u8>,
    method: CompressionMethod,
    crc: u32,
    size: u64,
}

impl Packer {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Whether names with this ending have a media type here.
    pub(super) fn knows(name: &str) -> bool {
        name.rsplit_once('.')
            .is_some_and(|(_, ending)| ENDINGS.iter().any(|(known, _)| *known == ending))
    }

    /// Adds a part whose media type the ending of its name says.
    pub(super) fn xml(&mut self, name: &str, xml: &str) -> Result<(), ExportError> {
        self.deflated(name, xml.as_bytes())
    }

    /// Adds a part of a media type of its own.
    pub(super) fn typed(&mut self, name: &str, media: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.overrides.push((format!("/{name}"), media.to_owned()));
        self.deflated(name, bytes)
    }

    /// Adds a part that is packed in itself, such as a picture.
    pub(super) fn stored(&mut self, name: &str, bytes: &[u8]) {
        self.add(name, bytes, bytes.to_vec(), CompressionMethod::STORE);
    }

    fn deflated(&mut self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let unwritable = |error: std::io::Error| ExportError::unwritable(name, error.to_string());
        let mut encoder = DeflateEncoder::new(Vec::new(), LEVEL);
        encoder.write_all(bytes).map_err(unwritable)?;
        let packed = encoder.finish().map_err(unwritable)?;
        self.add(name, bytes, packed, CompressionMethod::DEFLATE);
        Ok(())
    }

    fn add(&mut self, name: &str, bytes: &[u8], packed: Vec<u8>, method: CompressionMethod) {
        let mut crc = Crc::new();
        crc.update(bytes);
        self.parts.push(Part {
            name: name.to_owned(),
            packed,
            method,
            crc: crc.sum(),
            size: bytes.len() as u64,
        });
    }

    /// The archive. The list of media types comes first, as readers of streams want it.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, ExportError> {
        let types = self.types();
        self.deflated("[Content_Types].xml", types.as_bytes())?;
        self.parts.rotate_right(1);
        let unwritable = |error: &dyn std::fmt::Display| ExportError::unwritable("the file", error.to_string());
        let mut archive = ZipArchiveWriter::new(Vec::new());
        for part in &self.parts {
            let started = archive
                .new_file(part.name.as_str())
                .compression_method(part.method)
                .start();
            let (mut entry, _) = started.map_err(|error| unwritable(&error))?;
            entry.write_all(&part.packed).map_err(|error| unwritable(&error))?;
            let described = DataDescriptorOutput::new(part.crc, part.size);
            entry.finish(described).map_err(|error| unwritable(&error))?;
        }
        archive.finish().map_err(|error| unwritable(&error))
    }

    fn types(&self) -> String {
        let mut out = Markup::part();
        out.open(
            "Types",
            &[("xmlns", "http://schemas.openxmlformats.org/package/2006/content-types")],
        );
        for (ending, media) in ENDINGS {
            let used = self.parts.iter().any(|part| part.name.ends_with(&format!(".{ending}")));
            if used || ending == "xml" {
                out.empty("Default", &[("Extension", ending), ("ContentType", media)]);
            }
        }
        for (name, media) in &self.overrides {
            out.empty("Override", &[("PartName", name), ("ContentType", media)]);
        }
        out.close("Types");
        out.into_string()
    }
}

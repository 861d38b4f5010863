//! The zip archive around the parts of a file that is being written. Times are left out, so that the same parts always
//! make the same bytes.

use super::markup::Markup;
use crate::ExportError;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use std::io::Write;

/// How hard parts are packed: lightly. Their markup repeats itself so much that this gets most of it.
const LEVEL: Compression = Compression::new(2);

/// How many times smaller parts become at least, as a rule.
const RATIO: usize = 5;

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
pub(super) struct Packer {
    parts: Vec<Part>,
    overrides: Vec<(String, String)>,
    /// Used again for each part: its tables are larger than most parts.
    compress: Compress,
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
        Self {
            parts: Vec::new(),
            overrides: Vec::new(),
            compress: Compress::new(LEVEL, false),
        }
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
        self.compress.reset();
        let mut packed = Vec::with_capacity(bytes.len() / RATIO + 64);
        loop {
            let rest = usize::try_from(self.compress.total_in())
                .ok()
                .and_then(|done| bytes.get(done..))
                .unwrap_or_default();
            let status = self.compress.compress_vec(rest, &mut packed, FlushCompress::Finish);
            match status.map_err(|error| ExportError::unwritable(name, error.to_string()))? {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError => packed.reserve(packed.capacity()),
            }
        }
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
            let ends = |part: &Part| part.name.rsplit_once('.').is_some_and(|(_, last)| last == ending);
            let used = self.parts.iter().any(ends);
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

//! Packages made by hand: what other programs write, and what no program would.

use flate2::{Compression, Crc, write::DeflateEncoder};
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use std::io::Write;

/// Namespaces as Word declares them.
pub(crate) const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" \
    xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
    xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
    xmlns:dgm=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" \
    xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\" \
    xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" \
    xmlns:w15=\"http://schemas.microsoft.com/office/word/2012/wordml\"";

/// Where types of relationships begin.
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A zip archive of these entries.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in entries {
        let started = archive
            .new_file(*name)
            .compression_method(CompressionMethod::DEFLATE)
            .start();
        let (mut entry, _) = started.unwrap();
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        entry.write_all(&encoder.finish().unwrap()).unwrap();
        let mut crc = Crc::new();
        crc.update(bytes);
        entry
            .finish(DataDescriptorOutput::new(crc.sum(), bytes.len() as u64))
            .unwrap();
    }
    archive.finish().unwrap()
}

/// A file of Word's with what a test puts into it.
#[derive(Default)]
pub(crate) struct WordFile {
    parts: Vec<(String, Vec<u8>)>,
    relations: String,
}

impl WordFile {
    /// A file with this body, and styles and numbering as Word has them.
    pub(crate) fn new(body: &str) -> Self {
        let document =
            format!("<?xml version=\"1.0\"?><w:document {WORD}><w:body>{body}<w:sectPr/></w:body></w:document>");
        Self::default().part("word/document.xml", document.as_bytes())
    }

    /// With one more part.
    pub(crate) fn part(mut self, name: &str, bytes: &[u8]) -> Self {
        self.parts.push((name.to_owned(), bytes.to_vec()));
        self
    }

    /// With a part that the text is related to, and what is in its outermost element.
    pub(crate) fn related(self, kind: &str, root: &str, content: &str) -> Self {
        let xml = format!("<w:{root} {WORD}>{content}</w:{root}>");
        self.relation(&format!("rel-{kind}"), kind, &format!("{kind}.xml"), false)
            .part(&format!("word/{kind}.xml"), xml.as_bytes())
    }

    /// With a relationship of the text.
    pub(crate) fn relation(mut self, id: &str, kind: &str, target: &str, external: bool) -> Self {
        let mode = if external { " TargetMode=\"External\"" } else { "" };
        let row = format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"{mode}/>");
        self.relations.push_str(&row);
        self
    }

    /// The file's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let root = "http://schemas.openxmlformats.org/package/2006/relationships";
        let package = format!(
            "<Relationships xmlns=\"{root}\"><Relationship Id=\"r\" Type=\"{RELATIONS}/officeDocument\" \
             Target=\"word/document.xml\"/></Relationships>"
        );
        let text = format!("<Relationships xmlns=\"{root}\">{}</Relationships>", self.relations);
        let mut entries: Vec<(&str, &[u8])> = vec![
            ("_rels/.rels", package.as_bytes()),
            ("word/_rels/document.xml.rels", text.as_bytes()),
        ];
        entries.extend(self.parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        zip(&entries)
    }
}

/// A paragraph of Word's: properties and text.
pub(crate) fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

/// An item: instance, level, text.
pub(crate) fn item(number: u32, level: u32, text: &str) -> String {
    let properties = format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{number}\"/></w:numPr>");
    paragraph(&properties, text)
}

/// The parts of a package.
pub(crate) fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let archive = rawzip::ZipArchive::from_slice(bytes).unwrap();
    let mut entries = archive.entries();
    let mut parts = Vec::new();
    while let Some(entry) = entries.next_entry().unwrap() {
        let name = String::from_utf8(entry.file_path().as_bytes().to_vec()).unwrap();
        let found = archive.get_entry(entry.wayfinder()).unwrap();
        let mut part = Vec::new();
        match entry.compression_method() {
            rawzip::CompressionMethod::STORE => part.extend_from_slice(found.data()),
            _ => drop(
                std::io::Read::read_to_end(&mut flate2::bufread::DeflateDecoder::new(found.data()), &mut part).unwrap(),
            ),
        }
        parts.push((name, part));
    }
    parts
}

/// One part of a package.
pub(crate) fn part(bytes: &[u8], name: &str) -> Vec<u8> {
    let parts = unpacked(bytes);
    parts
        .into_iter()
        .find(|(part, _)| part == name)
        .unwrap_or_else(|| panic!("no part {name}"))
        .1
}

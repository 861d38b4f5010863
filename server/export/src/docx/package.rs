//! The zip archive around a document's parts (ECMA-376 part 2), opened with suspicion: nothing is inflated but what is
//! asked for, and never more than the limits allow. Targets outside the package are told, never fetched.

use super::BYTES_MAX;
use super::xml::Tree;
use crate::ExportError;
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchiveEntryWayfinder, ZipSliceArchive};
use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    io::Read,
};

/// Most parts in one package.
const PARTS_MAX: usize = 10_000;
/// The largest part after inflating, in bytes.
const PART_MAX: u64 = 64 << 20;
/// Most bytes that all parts read from one package may have together.
const TOTAL_MAX: u64 = 256 << 20;
/// The most that deflating may have saved: Word's wordiest XML shrinks to a fiftieth.
const RATIO_MAX: u64 = 250;
/// Parts smaller than this many bytes may have any ratio.
const RATIO_FREE: u64 = 8 << 20;
/// The files in which Word keeps macros, in whatever folder.
const MACROS: [&str; 2] = ["vbaproject.bin", "vbadata.xml"];

/// An opened package.
pub(super) struct Package<'b> {
    archive: ZipSliceArchive<&'b [u8]>,
    /// By name in small letters: part names differ in more than that (ECMA-376 part 2, 6.2.2.3).
    parts: BTreeMap<String, Part>,
    /// Bytes inflated so far.
    inflated: Cell<u64>,
}

struct Part {
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    packed: u64,
    size: u64,
    encrypted: bool,
}

/// What one relationship of a part points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// The last segment of its type's address: `hyperlink`, `image`, `styles`.
    pub(super) kind: String,
    /// A part's name, or for an external target its address as it stands there.
    pub(super) target: String,
    /// Whether the target is outside the package.
    pub(super) external: bool,
}

/// The relationships of one part, by id.
pub(super) type Relations = HashMap<String, Relation>;

impl<'b> Package<'b> {
    /// Opens a package; reads only its directory.
    ///
    /// # Errors
    /// When the file is too large, no zip archive, or an old or encrypted Word file.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, ExportError> {
        const FILE: &str = "the file";
        // The compound file of Word 97–2003, which is also what Word wraps around an encrypted document.
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            let why = "it is encrypted, or of Word 97–2003; save it as .docx without a password";
            return Err(ExportError::refused(FILE, why));
        }
        if bytes.len() as u64 > BYTES_MAX {
            return Err(ExportError::too_large(FILE, BYTES_MAX, "bytes"));
        }
        let damaged = |error: rawzip::Error| ExportError::damaged(FILE, format!("no zip archive ({error})"));
        let archive = rawzip::ZipArchive::from_slice(bytes).map_err(damaged)?;
        let mut parts = BTreeMap::new();
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(damaged)? {
            if parts.len() == PARTS_MAX {
                return Err(ExportError::too_large(FILE, PARTS_MAX as u64, "parts"));
            }
            let name = String::from_utf8_lossy(entry.file_path().as_bytes()).to_lowercase();
            let name = name.trim_start_matches('/').replace('\\', "/");
            let part = Part {
                place: entry.wayfinder(),
                method: entry.compression_method(),
                packed: entry.compressed_size_hint(),
                size: entry.uncompressed_size_hint(),
                encrypted: entry.flags().is_encrypted(),
            };
            if parts.insert(name.clone(), part).is_some() && !name.ends_with('/') {
                return Err(ExportError::damaged(name, "the file has two parts of this name"));
            }
        }
        Ok(Self {
            archive,
            parts,
            inflated: Cell::new(0),
        })
    }

    /// The name of the part with the text.
    ///
    /// # Errors
    /// When the relationships of the package are damaged, or it has no text.
    pub(super) fn main_part(&self) -> Result<String, ExportError> {
        let relations = self.relations("")?;
        let named = relations
            .into_values()
            .find(|relation| relation.kind == "officeDocument" && !relation.external);
        let name = named.map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target);
        if self.has(&name) {
            Ok(name)
        } else {
            Err(ExportError::damaged(
                "the file",
                "it has no text; it is no document of Word's",
            ))
        }
    }

    /// Whether there is a part of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&name.to_lowercase())
    }

    /// Whether the package carries macros.
    pub(super) fn has_macros(&self) -> bool {
        let file = |name: &String| name.rsplit('/').next().is_some_and(|file| MACROS.contains(&file));
        self.parts.keys().any(file)
    }

    /// A part's bytes.
    ///
    /// # Errors
    /// When it is missing, damaged, packed in a way that packages do not use, or larger than the limits allow.
    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, ExportError> {
        let part = self
            .parts
            .get(&name.to_lowercase())
            .ok_or_else(|| ExportError::damaged(name, "the file has no such part"))?;
        if part.encrypted {
            return Err(ExportError::refused(name, "it is encrypted"));
        }
        let bomb = part.size > RATIO_FREE && part.size / RATIO_MAX > part.packed;
        if part.size > PART_MAX || bomb {
            return Err(ExportError::too_large(
                name,
                PART_MAX.min(part.packed.saturating_mul(RATIO_MAX)),
                "bytes",
            ));
        }
        let inflated = self.inflated.get() + part.size;
        if inflated > TOTAL_MAX {
            return Err(ExportError::too_large("the file", TOTAL_MAX, "bytes in its parts"));
        }
        self.inflated.set(inflated);
        let damaged = |error: &dyn std::fmt::Display| ExportError::damaged(name, error.to_string());
        let entry = self.archive.get_entry(part.place).map_err(|error| damaged(&error))?;
        // The directory may lie about the size. So one byte more than it says is asked for, which the verifier refuses.
        let mut bytes = Vec::new();
        let read = match part.method {
            CompressionMethod::STORE => entry
                .verifying_reader(entry.data())
                .take(part.size + 1)
                .read_to_end(&mut bytes),
            CompressionMethod::DEFLATE => {
                let inflating = DeflateDecoder::new(entry.data());
                entry
                    .verifying_reader(inflating)
                    .take(part.size + 1)
                    .read_to_end(&mut bytes)
            }
            _ => {
                return Err(ExportError::damaged(
                    name,
                    "it is packed in a way that documents do not use",
                ));
            }
        };
        read.map_err(|error| damaged(&error))?;
        if bytes.len() as u64 != part.size {
            return Err(ExportError::damaged(
                name,
                "its size is not what the file's directory says",
            ));
        }
        Ok(bytes)
    }

    /// A part's XML.
    ///
    /// # Errors
    /// As [`Self::bytes`], and when it is no XML that is accepted here.
    pub(super) fn tree(&self, name: &str) -> Result<Tree, ExportError> {
        Tree::read(name, &self.bytes(name)?)
    }

    /// A part's XML, if the part is there.
    ///
    /// # Errors
    /// As [`Self::tree`], except that a missing part is none.
    pub(super) fn tree_if_any(&self, name: &str) -> Result<Option<Tree>, ExportError> {
        if self.has(name) {
            self.tree(name).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The relationships of a part, `""` for those of the package.
    ///
    /// # Errors
    /// As [`Self::tree`], except that none are written down where the part is missing.
    pub(super) fn relations(&self, part: &str) -> Result<Relations, ExportError> {
        let (folder, file) = part
            .rsplit_once('/')
            .map_or(("", part), |(folder, file)| (folder, file));
        let name = if folder.is_empty() {
            format!("_rels/{file}.rels")
        } else {
            format!("{folder}/_rels/{file}.rels")
        };
        let Some(tree) = self.tree_if_any(&name)? else {
            return Ok(Relations::new());
        };
        let relations = tree.root().children().filter_map(|relation| {
            let kind = relation.attribute("Type")?.rsplit('/').next()?.to_owned();
            let given = relation.attribute("Target")?;
            let external = relation.attribute("TargetMode") == Some("External");
            let target = if external {
                given.to_owned()
            } else {
                resolve(folder, given)
            };
            Some((
                relation.attribute("Id")?.to_owned(),
                Relation { kind, target, external },
            ))
        });
        Ok(relations.collect())
    }
}

/// The name of the part that a relative address names, seen from a folder. It never leaves the package.
fn resolve(folder: &str, target: &str) -> String {
    let (mut segments, target) = match target.strip_prefix('/') {
        Some(absolute) => (Vec::new(), absolute),
        None => (
            folder.split('/').filter(|segment| !segment.is_empty()).collect(),
            target,
        ),
    };
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    segments.join("/")
}

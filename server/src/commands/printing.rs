//! What a command line says about the documents it converts: how they are printed, and what stands in their heads.

use super::fallback;
use crate::refusal::Refusal;
use export::{
    Meta,
    pdf::{Fonts, Printing, Sheet, Signature},
};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// What is said about the documents, over what they say themselves, and how a PDF is printed.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What the documents say of themselves, in every format that has a place for it")]
pub struct Options {
    /// The title; without it, what the input says.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Who wrote it.
    #[arg(long, value_name = "TEXT")]
    author: Option<String>,
    /// The version; in the head of each page.
    #[arg(long = "document-version", value_name = "TEXT")]
    version: Option<String>,
    /// The status, such as Draft or Approved; in the head of each page.
    #[arg(long, value_name = "TEXT")]
    status: Option<String>,
    /// The language, such as en-GB, de or fr; the words that nobody wrote follow it.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The record's number, such as SOP-014; in the head of each page.
    #[arg(long, value_name = "TEXT", help_heading = PRINTING)]
    number: Option<String>,
    /// The sheet.
    #[arg(long, value_enum, default_value = "a4", help_heading = PRINTING)]
    sheet: Paper,
    /// Words behind the text of each page, such as Draft.
    #[arg(long, value_name = "TEXT", help_heading = PRINTING)]
    watermark: Option<String>,
    /// Words in the foot of each page, such as "Uncontrolled when printed".
    #[arg(long, value_name = "TEXT", help_heading = PRINTING)]
    remark: Option<String>,
    /// A name and a value under the title, such as "Owner=Ilse Brandt"; any number of times.
    #[arg(long = "particular", value_name = "NAME=VALUE", value_parser = pair, help_heading = PRINTING)]
    particulars: Vec<(String, String)>,
    /// A file of signatures, each shown on a last page: JSON, [{"name", "role", "meaning", "at", "record", "sha256"}].
    #[arg(long, value_name = "FILE", help_heading = PRINTING)]
    signatures: Option<PathBuf>,
    /// Make PDF/A-2b (ISO 19005-2), for archives.
    #[arg(long, help_heading = PRINTING)]
    archival: bool,
    /// A font file, or a folder of them, for letters that Scriptkeep's own fonts lack; any number of times. They are asked
    /// before the system's.
    #[arg(long, value_name = "PATH", help_heading = PRINTING)]
    fonts: Vec<PathBuf>,
    /// Ask no fonts of the system.
    #[arg(long, help_heading = PRINTING)]
    no_system_fonts: bool,
}

const PRINTING: &str = "PDF";

/// The sheets there are.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Paper {
    /// 210 by 297 mm.
    #[default]
    A4,
    /// 8½ by 11 inches.
    Letter,
}

/// One signature in a file of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    name: String,
    #[serde(default)]
    role: String,
    meaning: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    #[serde(default)]
    record: String,
    #[serde(default)]
    sha256: Option<String>,
}

impl Options {
    /// Puts what the command line says over what the input says.
    pub(super) fn over(&self, meta: &mut Meta) {
        let given = [
            (&self.title, &mut meta.title),
            (&self.author, &mut meta.author),
            (&self.version, &mut meta.version),
            (&self.status, &mut meta.status),
            (&self.language, &mut meta.language),
        ];
        for (given, place) in given {
            if let Some(text) = given {
                text.clone_into(place);
            }
        }
    }

    /// Whether to make PDF/A.
    pub(super) fn archival(&self) -> bool {
        self.archival
    }

    /// How to print, without the fonts that one document or another needs.
    ///
    /// # Errors
    /// When the file of signatures cannot be read, or is none.
    pub(super) fn printing(&self) -> Result<Printing<'static>, Refusal> {
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        Ok(Printing {
            sheet: match self.sheet {
                Paper::A4 => Sheet::A4,
                Paper::Letter => Sheet::Letter,
            },
            number: text(&self.number),
            watermark: text(&self.watermark),
            remark: text(&self.remark),
            particulars: self.particulars.clone(),
            signatures: self
                .signatures
                .as_deref()
                .map(signatures)
                .transpose()?
                .unwrap_or_default(),
            archival: self.archival,
            ..Printing::default()
        })
    }

    /// The fonts for a text, and the names of those that are none of ours. Other fonts are looked for only where ours lack
    /// a letter of it.
    ///
    /// # Errors
    /// When a folder or file that was named cannot be read.
    pub(super) fn fonts(&self, text: &str) -> Result<Option<(Fonts, Vec<String>)>, Refusal> {
        let missing = Fonts::house().missing(text);
        if missing.is_empty() {
            return Ok(None);
        }
        let files = fallback::fonts(&missing, &self.fonts, !self.no_system_fonts)?;
        if files.is_empty() {
            return Ok(None);
        }
        let names = files.iter().map(|file| file.family.clone()).collect();
        let files = files.iter().map(|file| (&*file.name, file.bytes.clone()));
        let fonts = Fonts::with(files).map_err(|error| Refusal::new(format!("{error}."), "Name other fonts."))?;
        Ok(Some((fonts, names)))
    }
}

fn pair(given: &str) -> Result<(String, String), String> {
    let (name, value) = given.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn signatures(path: &Path) -> Result<Vec<Signature>, Refusal> {
    let fault = |why: String| {
        Refusal::new(
            format!("The signatures in {} cannot be read: {why}.", path.display()),
            "Name a JSON file such as [{\"name\": \"Grace Tembo\", \"meaning\": \"Approved\", \"at\": \"2026-11-22T09:02:00Z\"}].",
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    let signed: Vec<Signed> = serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
    let one = |signed: Signed| {
        let digest = signed
            .sha256
            .as_deref()
            .map(|text| digest(text).ok_or("sha256 is no 64 digits of hex"));
        Ok(Signature {
            digest: digest.transpose()?,
            name: signed.name,
            role: signed.role,
            meaning: signed.meaning,
            at: signed.at,
            record: signed.record,
        })
    };
    let signatures: Result<Vec<Signature>, &str> = signed.into_iter().map(one).collect();
    signatures.map_err(|why| fault(why.to_owned()))
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(digest)
}

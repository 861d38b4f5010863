//! The document model, from outside: what it takes and refuses, and what is made of it.

mod compare;
mod fixtures;
mod generated;
mod html;
mod mend;
mod reading;
mod schema;
mod settle;

use domain::document::Document;
use std::{fs, path::Path};

/// The documents of a folder beside this file, with their names, in order.
fn fixtures(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/document")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("the file is UTF-8"))
        })
        .collect()
}

/// The accepted documents.
fn accepted() -> Vec<(String, Document)> {
    fixtures("accepted")
        .into_iter()
        .map(|(name, text)| {
            let document = Document::from_text(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, document)
        })
        .collect()
}

//! The folder of documents that every format is tried on: texts as people write them, as trees of our model.

use domain::document::Document;
use export::Attachments;
use std::{fs, path::PathBuf};

/// A document of the folder with its pictures.
pub(crate) struct Sample {
    /// The file's name without its ending.
    pub(crate) name: String,
    pub(crate) document: Document,
    pub(crate) attachments: Attachments,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents")
}

/// Every document of the folder, by name.
pub(crate) fn all() -> Vec<Sample> {
    let files = fs::read_dir(folder()).expect("a folder of documents");
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names.iter().map(|name| sample(name)).collect()
}

/// One document of the folder.
pub(crate) fn sample(name: &str) -> Sample {
    let text = fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    let document = Document::from_text(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let pictures = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let attachments = pictures
        .filter(|path| path.extension().is_some_and(|ending| ending == "png"))
        .map(|path| {
            let id = path.file_stem().unwrap().to_string_lossy().into_owned();
            (format!("attachment:{id}"), fs::read(path).unwrap())
        })
        .collect();
    Sample {
        name: name.to_owned(),
        document,
        attachments,
    }
}

#[test]
fn the_folder_holds_what_people_write() {
    let names: Vec<String> = all().into_iter().map(|sample| sample.name).collect();
    assert_eq!(names, ["protocol", "report", "sop", "therapy"]);
}

//! What a file carries that runs, or that is fetched: it is never taken over, and that is said.

use crate::files::{WORD, WordFile, paragraph, unpacked};
use domain::document::{Block, Document, Inline};
use export::{
    Attachments, Meta, Written,
    docx::{Source, read, write},
};
use std::collections::BTreeMap;

/// The types of a document and a template with macros.
const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/><Override PartName=\"/word/document.xml\" \
    ContentType=\"application/vnd.ms-word.template.macroEnabledTemplate.main+xml\"/></Types>";

/// A file with macros as Word keeps them: the project, its table of names, and how the text is related to them.
fn with_macros(file: WordFile) -> WordFile {
    file.part("[Content_Types].xml", TYPES.as_bytes())
        .part("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 AutoOpen Shell")
        .part("word/vbaData.xml", b"<wne:vbaSuppData xmlns:wne=\"x\"/>")
        .relation("vba", "vbaProject", "vbaProject.bin", false)
}

fn from_template(template: &[u8]) -> Written {
    let document = Document::new(vec![Block::paragraph(vec![Inline::text("plain")])]).unwrap();
    let (meta, attachments, names) = (Meta::default(), Attachments::new(), BTreeMap::new());
    write(&Source {
        document: &document,
        meta: &meta,
        attachments: &attachments,
        comments: &[],
        names: &names,
        template: Some(template),
    })
    .unwrap()
}

/// Nothing of macros is in any part of a package, nor in a part's name.
fn assert_harmless(package: &[u8]) {
    for (name, bytes) in unpacked(package) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in ["vba", "macro", "autoopen", ".bin"] {
            assert!(!name.to_lowercase().contains(word), "{name}");
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
}

fn said(losses: &[export::Loss]) -> Vec<String> {
    losses.iter().map(ToString::to_string).collect()
}

#[test]
fn macros_of_a_document_are_left_out_and_listed() {
    let file = with_macros(WordFile::new(&paragraph("", "plain")));
    let back = read(&file.bytes()).unwrap();
    assert_eq!(said(&back.losses), ["the file: its macros were left out"]);
    assert!(back.attachments.is_empty());
    let meta = Meta::default();
    let names = BTreeMap::new();
    let again = write(&Source {
        document: &back.document,
        meta: &meta,
        attachments: &back.attachments,
        comments: &[],
        names: &names,
        template: None,
    });
    assert_harmless(&again.unwrap().bytes);
    // They are found wherever they stand, and a file without them is not accused.
    let elsewhere = WordFile::new("").part("Custom/VbaProject.BIN", b"x");
    assert_eq!(
        said(&read(&elsewhere.bytes()).unwrap().losses),
        ["the file: its macros were left out"]
    );
    let none = WordFile::new("").part("word/myvbaproject.bin.xml", b"<x/>");
    assert_eq!(said(&read(&none.bytes()).unwrap().losses), [""; 0]);
}

#[test]
fn macros_of_a_template_are_left_out_and_listed() {
    let styles = "<w:style w:type=\"paragraph\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>";
    let plain = || WordFile::new("").related("styles", "styles", styles);
    assert_eq!(said(&from_template(&plain().bytes()).losses), [""; 0]);
    let made = from_template(&with_macros(plain()).bytes());
    assert_eq!(said(&made.losses), ["the template: its macros were left out"]);
    assert_harmless(&made.bytes);
    let types = unpacked(&made.bytes).swap_remove(0);
    assert_eq!(types.0, "[Content_Types].xml");
    assert!(String::from_utf8_lossy(&types.1).contains("wordprocessingml.document.main+xml"));
}

#[test]
fn what_a_header_of_a_template_would_fetch_or_run_is_left_out_and_listed() {
    let header = format!(
        "<w:hdr {WORD}><w:p><w:r><w:drawing><wp:inline><a:blip r:link=\"far\"/></wp:inline></w:drawing></w:r>\
         <w:r><w:object><o:OLEObject r:id=\"ole\"/></w:object></w:r><w:hyperlink r:id=\"home\"><w:r><w:t>us</w:t></w:r></w:hyperlink></w:p></w:hdr>"
    );
    let root = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        "<Relationships xmlns=\"{root}\"><Relationship Id=\"far\" Type=\"{kinds}/image\" Target=\"http://tracker.example/x.png\" TargetMode=\"External\"/>\
         <Relationship Id=\"ole\" Type=\"{kinds}/oleObject\" Target=\"embeddings/ole.bin\"/>\
         <Relationship Id=\"home\" Type=\"{kinds}/hyperlink\" Target=\"https://northgate.example/\" TargetMode=\"External\"/></Relationships>"
    );
    let text = format!(
        "<w:document {WORD}><w:body><w:sectPr><w:headerReference w:type=\"default\" r:id=\"head\"/></w:sectPr></w:body></w:document>"
    );
    let template = WordFile::default()
        .part("word/document.xml", text.as_bytes())
        .related("styles", "styles", "")
        .relation("head", "header", "header1.xml", false)
        .relation("far", "attachedTemplate", "http://tracker.example/t.dotm", true)
        .part("word/header1.xml", header.as_bytes())
        .part("word/_rels/header1.xml.rels", relations.as_bytes())
        .part("word/embeddings/ole.bin", b"\xd0\xcf\x11\xe0");
    let made = from_template(&template.bytes());
    let told = "the template: word/header1.xml";
    assert_eq!(
        said(&made.losses),
        [
            format!("{told}: what is kept outside of the file was left out; it is never fetched"),
            format!("{told}: what is embedded and no picture was left out"),
        ]
    );
    let mut links = 0;
    for (name, bytes) in unpacked(&made.bytes) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains("tracker.example") && !text.contains("embeddings"),
            "{name}"
        );
        assert!(!text.contains("r:link") && !name.contains(".bin"), "{name}");
        links += text.matches("https://northgate.example/").count();
    }
    assert_eq!(links, 1, "a link that somebody follows stays");
}

//! Files meant to do harm: each ends in an error that names a part, or in a document, in bounded time and memory.

use crate::{
    documents,
    files::{WORD, WordFile, item, paragraph, zip},
};
use export::{
    ExportError, Meta,
    docx::{Source, read, write},
};
use std::collections::BTreeMap;

fn refusal(bytes: &[u8]) -> ExportError {
    read(bytes).expect_err("this must be refused")
}

fn text(document: &str) -> Vec<u8> {
    WordFile::default()
        .part("word/document.xml", document.as_bytes())
        .bytes()
}

fn document(body: &str) -> Vec<u8> {
    WordFile::new(body).bytes()
}

#[test]
fn what_is_no_docx_says_so() {
    for (bytes, words) in [
        (&b""[..], "the file cannot be read: no zip archive"),
        (b"PK\x03\x04 but not really", "the file cannot be read: no zip archive"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old or encrypted file",
            "the file is refused: it is encrypted, or of Word 97",
        ),
    ] {
        let error = refusal(bytes).to_string();
        assert!(error.starts_with(words), "{error}");
    }
    let error = refusal(&zip(&[("mimetype", b"application/vnd.oasis.opendocument.text")])).to_string();
    assert_eq!(
        error,
        "the file cannot be read: it has no text; it is no document of Word's"
    );
}

#[test]
fn a_file_too_large_is_refused_before_it_is_looked_at() {
    let error = refusal(&vec![0; 500 << 20]);
    assert_eq!(error, ExportError::too_large("the file", 128 << 20, "bytes"));
}

#[test]
fn what_inflates_beyond_measure_is_refused() {
    let blanks = vec![b' '; 60 << 20];
    let error = refusal(&WordFile::default().part("word/document.xml", &blanks).bytes());
    assert!(
        matches!(&error, ExportError::TooLarge { part, .. } if part == "word/document.xml"),
        "{error}"
    );
}

#[test]
fn a_directory_that_lies_about_a_size_is_found_out() {
    let honest = document(&paragraph("", &"text ".repeat(1_000)));
    let size = find(&honest, b"word/document.xml", 1).expect("an entry in the directory") - 46 + 24;
    let mut lying = honest.clone();
    lying[size..size + 4].copy_from_slice(&64_u32.to_le_bytes());
    let error = refusal(&lying);
    assert!(
        matches!(&error, ExportError::Damaged { part, .. } if part == "word/document.xml"),
        "{error}"
    );
}

/// Where the pattern stands for the n-th time, from 0.
fn find(bytes: &[u8], pattern: &[u8], nth: usize) -> Option<usize> {
    bytes
        .windows(pattern.len())
        .enumerate()
        .filter(|(_, window)| *window == pattern)
        .nth(nth)
        .map(|(at, _)| at)
}

#[test]
fn document_types_and_entities_are_refused() {
    let entity = "<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let error = refusal(&text(&format!(
        "{entity}<w:document {WORD}><w:body><w:p>&x;</w:p></w:body></w:document>"
    )));
    assert_eq!(
        error,
        ExportError::refused("word/document.xml", "it has a document type definition")
    );
    let error = refusal(&document("<w:p><w:r><w:t>&lol;</w:t></w:r></w:p>"));
    assert_eq!(
        error.to_string(),
        "word/document.xml cannot be read: it refers to an entity that it does not declare"
    );
    let styles = format!("<!DOCTYPE w><w:styles {WORD}/>");
    let file = WordFile::new("")
        .relation("s", "styles", "styles.xml", false)
        .part("word/styles.xml", styles.as_bytes());
    assert_eq!(
        refusal(&file.bytes()),
        ExportError::refused("word/styles.xml", "it has a document type definition")
    );
}

#[test]
fn nesting_without_end_is_refused() {
    for (open, close) in [
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
        (
            "<w:p><w:r><w:pict><w:txbxContent>",
            "</w:txbxContent></w:pict></w:r></w:p>",
        ),
        ("<w:ins>", "</w:ins>"),
        ("<x>", "</x>"),
    ] {
        let error = refusal(&document(&format!("{}{}", open.repeat(10_000), close.repeat(10_000))));
        assert_eq!(
            error,
            ExportError::too_large("word/document.xml", 160, "levels of nesting"),
            "{open}"
        );
    }
}

#[test]
fn nesting_within_the_limits_of_xml_and_beyond_those_of_the_model_becomes_flat() {
    let table = |depth: usize| {
        let open = "<w:tbl><w:tr><w:tc>".repeat(depth);
        format!(
            "{open}{}{}",
            paragraph("", "deep"),
            "</w:tc></w:tr></w:tbl>".repeat(depth)
        )
    };
    let back = read(&document(&table(48))).unwrap();
    assert!(back.document.canonical().contains("deep"));
    assert!(
        back.losses
            .iter()
            .any(|loss| loss.what == "what was nested too deeply became paragraphs"),
        "{:?}",
        back.losses
    );
}

#[test]
fn ten_thousand_lists_in_one_another_stay_within_nine_levels() {
    let body: String = (0..10_000).map(|level| item(1, level, "x")).collect();
    let levels: Vec<String> = (0..9)
        .map(|level| format!("<w:lvl w:ilvl=\"{level}\"><w:numFmt w:val=\"bullet\"/></w:lvl>"))
        .collect();
    let levels = levels.concat();
    let numbering = format!(
        "<w:abstractNum w:abstractNumId=\"0\">{levels}</w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>"
    );
    let file = WordFile::new(&body).related("numbering", "numbering", &numbering);
    assert!(read(&file.bytes()).is_ok());
}

#[test]
fn circles_lead_nowhere() {
    let styles = "<w:style w:styleId=\"a\"><w:name w:val=\"a\"/><w:basedOn w:val=\"b\"/></w:style><w:style w:styleId=\"b\"><w:basedOn w:val=\"a\"/></w:style>";
    let numbering = "<w:abstractNum w:abstractNumId=\"0\"><w:numStyleLink w:val=\"a\"/><w:styleLink w:val=\"a\"/></w:abstractNum>\
                     <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>";
    let notes = "<w:footnote w:id=\"1\"><w:p><w:r><w:footnoteReference w:id=\"1\"/></w:r></w:p></w:footnote>";
    let body = paragraph("<w:pStyle w:val=\"a\"/>", "text")
        + &item(1, 0, "item")
        + "<w:p><w:r><w:footnoteReference w:id=\"1\"/></w:r></w:p>";
    let file = WordFile::new(&body)
        .related("styles", "styles", styles)
        .related("numbering", "numbering", numbering)
        .related("footnotes", "footnotes", notes);
    assert!(read(&file.bytes()).is_ok());
}

#[test]
fn one_note_or_picture_shown_a_hundred_thousand_times_is_kept_once() {
    let notes = format!(
        "<w:footnote w:id=\"1\">{}</w:footnote>",
        paragraph("", &"long ".repeat(10_000))
    );
    let body = format!(
        "<w:p>{}</w:p>",
        "<w:r><w:footnoteReference w:id=\"1\"/></w:r>".repeat(100_000)
    );
    let back = read(&WordFile::new(&body).related("footnotes", "footnotes", &notes).bytes()).unwrap();
    assert_eq!(back.document.canonical().matches("footnote").count(), 1);
    assert!(back.losses.len() <= 501, "{}", back.losses.len());
}

#[test]
fn tables_that_would_fill_memory_with_empty_cells_do_not() {
    let wide = format!("<w:tr>{}</w:tr>", "<w:tc><w:p/></w:tc>".repeat(200));
    let narrow = "<w:tr><w:tc><w:p/></w:tc></w:tr>".repeat(50_000);
    let back = read(&document(&format!("<w:tbl>{wide}{narrow}</w:tbl>"))).unwrap();
    assert!(
        back.losses
            .iter()
            .any(|loss| loss.what == "a table with too many columns or cells became paragraphs")
    );
    let spans = "<w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"4000000000\"/></w:tcPr><w:p/></w:tc></w:tr>";
    assert!(read(&document(&format!("<w:tbl>{spans}</w:tbl>"))).is_ok());
}

#[test]
fn numbers_at_the_edge_of_what_a_machine_counts_overflow_nothing() {
    let most = u32::MAX;
    let body = paragraph(
        &format!("<w:outlineLvl w:val=\"{most}\"/><w:ind w:left=\"2147483647\"/>"),
        "text",
    ) + &item(most, most, "item")
        + "<w:tbl><w:tblGrid><w:gridCol w:w=\"2147483647\"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w=\"1\" w:type=\"dxa\"/></w:tcPr><w:p/>\
           </w:tc></w:tr></w:tbl>";
    assert!(read(&document(&body)).is_ok());
}

#[test]
fn names_of_parts_never_lead_out_of_the_package() {
    let file = WordFile::new("<w:p><w:r><w:drawing><a:blip r:embed=\"up\"/></w:drawing></w:r></w:p>").relation(
        "up",
        "image",
        "../../../../etc/passwd",
        false,
    );
    let back = read(&file.bytes()).unwrap();
    assert!(back.attachments.is_empty());
    assert!(
        back.losses[0]
            .what
            .contains("etc/passwd cannot be read: the file has no such part"),
        "{:?}",
        back.losses
    );
}

#[test]
fn files_cut_short_are_refused_and_never_panic() {
    for sample in documents::all() {
        let (meta, names) = (Meta::default(), BTreeMap::new());
        let source = Source {
            document: &sample.document,
            meta: &meta,
            attachments: &sample.attachments,
            comments: &[],
            names: &names,
            template: None,
        };
        let whole = write(&source).unwrap().bytes;
        for end in (0..whole.len()).step_by(whole.len() / 40) {
            assert!(read(&whole[..end]).is_err(), "{} cut at {end}", sample.name);
        }
    }
}

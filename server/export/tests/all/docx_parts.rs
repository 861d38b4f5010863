//! What stands in a docx file of ours, part by part: that Word finds real styles, numbering, fields and notes in it, not
//! words that look like them.

use crate::{
    documents,
    docx::{meta, written},
    files,
};
use domain::document::{Block, Change, Document, Inline, InlineKind, Mark, Marks};
use export::{Attachments, Comment};

/// A sample as a package, by the names of its parts.
fn part_of(sample: &str, part: &str) -> String {
    let documents::Sample {
        document, attachments, ..
    } = documents::sample(sample);
    let made = written(&document, &attachments, &[]);
    assert_eq!(made.losses, [], "{sample}");
    String::from_utf8(files::part(&made.bytes, part)).unwrap()
}

/// Each of these stands in a text.
fn assert_holds(text: &str, pieces: &[&str]) {
    for piece in pieces {
        assert!(text.contains(piece), "{piece} is not in {text}");
    }
}

#[test]
fn headings_are_styles_with_one_multi_level_numbering() {
    let text = part_of("sop", "word/document.xml");
    assert_holds(
        &text,
        &[
            "<w:pStyle w:val=\"Heading1\"/>",
            "<w:pStyle w:val=\"Heading2\"/>",
            "<w:pStyle w:val=\"Heading3\"/>",
        ],
    );
    let styles = part_of("sop", "word/styles.xml");
    assert_holds(
        &styles,
        &[
            "<w:name w:val=\"heading 1\"/>",
            "<w:outlineLvl w:val=\"2\"/>",
            "<w:name w:val=\"List Number\"/>",
            "<w:name w:val=\"footnote text\"/>",
        ],
    );
    let numbering = part_of("sop", "word/numbering.xml");
    assert_holds(
        &numbering,
        &[
            "<w:multiLevelType w:val=\"multilevel\"/>",
            "<w:pStyle w:val=\"Heading3\"/><w:lvlText w:val=\"%1.%2.%3\"/>",
        ],
    );
    // Lists of five levels are levels of one instance, not indents.
    for level in 0..5 {
        assert_holds(
            &text,
            &[&format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"")],
        );
    }
}

#[test]
fn tables_have_grids_widths_heads_and_merged_cells() {
    let text = part_of("protocol", "word/document.xml");
    assert_holds(
        &text,
        &[
            "<w:tblGrid><w:gridCol w:w=\"",
            "<w:tblHeader/>",
            "<w:gridSpan w:val=\"2\"/>",
            "<w:vMerge w:val=\"restart\"/>",
            "<w:vMerge w:val=\"continue\"/>",
            "w:type=\"dxa\"/>",
        ],
    );
}

#[test]
fn captions_references_and_contents_are_fields() {
    let report = part_of("report", "word/document.xml");
    assert_holds(&report, &[" SEQ Figure \\* ARABIC ", "<wp:docPr ", " descr=\""]);
    let sop = part_of("sop", "word/document.xml");
    assert_holds(&sop, &[" TOC \\o \"1-6\" \\h \\z \\u ", " REF ", " \\r \\h "]);
    assert!(!sop.contains("<w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent></w:sdtContent>"));
    let names = sop.matches("<w:bookmarkStart ").count();
    assert_eq!(names, sop.matches("<w:bookmarkEnd ").count());
    assert!(names > 10, "{names} bookmarks");
}

#[test]
fn notes_stand_in_a_part_of_their_own() {
    let text = part_of("protocol", "word/document.xml");
    let notes = part_of("protocol", "word/footnotes.xml");
    assert_eq!(text.matches("<w:footnoteReference w:id=\"").count(), 5);
    // Beside the five stand the two lines that part notes from the text.
    assert_eq!(notes.matches("<w:footnote ").count(), 7);
    assert_holds(
        &notes,
        &[
            "w:type=\"separator\"",
            "w:type=\"continuationSeparator\"",
            "<w:footnoteRef/>",
        ],
    );
}

#[test]
fn each_page_says_title_version_status_and_its_number_of_how_many() {
    let header = part_of("sop", "word/header1.xml");
    assert_holds(&header, &["Receipt &amp; inspection", "Version 2.1 · Approved"]);
    let footer = part_of("sop", "word/footer1.xml");
    assert_holds(&footer, &["Page ", "> PAGE <", " of ", "> NUMPAGES <"]);
    let text = part_of("sop", "word/document.xml");
    assert_holds(
        &text,
        &[
            "<w:headerReference w:type=\"default\"",
            "<w:footerReference w:type=\"default\"",
        ],
    );
    let core = part_of("sop", "docProps/core.xml");
    assert_holds(
        &core,
        &[
            "<dc:title>Receipt &amp; inspection</dc:title>",
            "<dc:creator>Ana Ruiz</dc:creator>",
            "<cp:version>2.1</cp:version>",
            "<cp:contentStatus>Approved</cp:contentStatus>",
            "1970-01-02T00:00:00Z</dcterms:modified>",
        ],
    );
    assert_eq!(meta().title, "Receipt & inspection");
}

#[test]
fn changes_and_comments_name_who_and_when() {
    let change = |author: &str| Change {
        author: author.to_owned(),
        at: "2026-11-22T09:45:00Z".to_owned(),
    };
    let marked = |text: &str, mark: Mark| Inline::new(InlineKind::Text(text.to_owned()), Marks::new().with(mark));
    let line = vec![
        marked("new", Mark::Insertion(change("ann"))),
        marked("old", Mark::Deletion(change("bo"))),
    ];
    let document = Document::new(vec![Block::paragraph(line)]).unwrap();
    let answer = Comment {
        author: "Bo".to_owned(),
        at: None,
        text: "Because.".to_owned(),
        from: 1,
        to: 4,
        resolved: false,
        replies: Vec::new(),
    };
    let comment = Comment {
        author: "Ana Ruiz".to_owned(),
        text: "Why?".to_owned(),
        resolved: true,
        replies: vec![answer.clone()],
        ..answer
    };
    let made = written(&document, &Attachments::new(), &[comment]).bytes;
    let part = |name: &str| String::from_utf8(files::part(&made, name)).unwrap();
    assert_holds(
        &part("word/document.xml"),
        &[
            "w:author=\"ann\" w:date=\"2026-11-22T09:45:00Z\"><w:r><w:t xml:space=\"preserve\">new</w:t>",
            "w:author=\"bo\" w:date=\"2026-11-22T09:45:00Z\"><w:r><w:delText xml:space=\"preserve\">old</w:delText>",
            "<w:commentRangeStart w:id=\"0\"/>",
            "<w:commentReference w:id=\"1\"/>",
        ],
    );
    assert_holds(
        &part("word/comments.xml"),
        &["w:author=\"Ana Ruiz\"", "Why?", "Because."],
    );
    assert_holds(
        &part("word/commentsExtended.xml"),
        &["w15:paraIdParent=\"", "w15:done=\"1\""],
    );
}

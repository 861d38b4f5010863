//! Captions below pictures and above them, as Word's own dialog puts them.

use crate::files::WordFile;
use domain::document::{Block, InlineKind};
use export::docx;

const PICTURE: &str = "<w:p><w:r><w:drawing><wp:inline><wp:extent cx=\"914400\" cy=\"914400\"/><a:graphic><a:graphicData>\
    <pic:pic><pic:blipFill><a:blip r:embed=\"dot\"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>";

/// A caption: label, number by a field, words.
fn caption(label: &str, words: &str) -> String {
    format!(
        "<w:p><w:pPr><w:pStyle w:val=\"c\"/><w:keepNext/></w:pPr><w:r><w:t xml:space=\"preserve\">{label} </w:t></w:r><w:fldSimple \
         w:instr=\" SEQ {label} \\* ARABIC \"><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space=\"preserve\">: {words}</w:t></w:r></w:p>"
    )
}

fn text(words: &str) -> String {
    format!("<w:p><w:r><w:t>{words}</w:t></w:r></w:p>")
}

/// What became of a body: pictures with their captions, and paragraphs.
fn read(body: &str) -> Vec<String> {
    let styles = "<w:style w:type=\"paragraph\" w:styleId=\"c\"><w:name w:val=\"caption\"/></w:style>";
    let file = WordFile::new(body)
        .related("styles", "styles", styles)
        .relation("dot", "image", "media/dot.png", false)
        .part("word/media/dot.png", include_bytes!("../documents/mark.png"));
    let back = docx::read(&file.bytes()).unwrap();
    assert_eq!(back.losses, [], "{body}");
    let said = |block: &Block| {
        let words: String = block
            .inlines()
            .unwrap_or_default()
            .iter()
            .filter_map(|inline| match &inline.kind {
                InlineKind::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        format!("{} {words}", block.name())
    };
    back.document.blocks().iter().map(said).collect()
}

#[test]
fn captions_stand_below_pictures_or_above_them() {
    let below = [PICTURE, &caption("Figure", "A"), PICTURE, &caption("Figure", "B")].concat();
    assert_eq!(read(&below), ["figure A", "figure B"]);
    let above = [
        &caption("Abbildung", "A"),
        PICTURE,
        &caption("Abbildung", "B"),
        PICTURE,
        &text("end"),
    ]
    .concat();
    assert_eq!(read(&above), ["figure A", "figure B", "paragraph end"]);
    let apart = [
        &caption("Figure", "A"),
        PICTURE,
        &text("x"),
        &caption("Figure", "B"),
        PICTURE,
    ]
    .concat();
    assert_eq!(read(&apart), ["figure A", "paragraph x", "figure B"]);
}

#[test]
fn captions_without_a_picture_stay_paragraphs() {
    assert_eq!(
        read(&(caption("Figure", "A") + &text("x"))),
        ["paragraph Figure 1: A", "paragraph x"]
    );
    let table = "<w:tbl><w:tblGrid><w:gridCol w:w=\"99\"/></w:tblGrid><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>";
    let body = [&caption("Table", "A"), table, PICTURE, &caption("Figure", "B")].concat();
    assert_eq!(read(&body), ["paragraph Table 1: A", "table ", "figure B"]);
    // Below a table, right before a picture.
    let body = [table, &caption("Tabelle", "A"), PICTURE, &caption("Abbildung", "B")].concat();
    assert_eq!(read(&body), ["table ", "paragraph Tabelle 1: A", "figure B"]);
    // After captions above, one that only a picture before it can be for.
    let body = [
        &caption("Figure", "A"),
        PICTURE,
        PICTURE,
        &caption("Figure", "B"),
        &text("x"),
    ]
    .concat();
    assert_eq!(read(&body), ["figure A", "figure B", "paragraph x"]);
}

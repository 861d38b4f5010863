//! What stands beside the text: comments, names, templates, pictures; and files that LibreOffice has gone on with.

use crate::{
    documents::{self, Sample},
    docx::{difference, meta, written},
    files::{WORD, WordFile},
};
use domain::document::{Block, Change, Document, Inline, InlineKind, Mark, Marks, text::PlainText};
use export::{
    Attachments, Comment, ExportError, Read,
    docx::{Source, read, write},
};
use std::{collections::BTreeMap, fs, path::PathBuf};
use time::OffsetDateTime;

fn comment(text: &str, from: usize, to: usize) -> Comment {
    Comment {
        author: "Ana Ruiz".to_owned(),
        at: Some(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000)),
        text: text.to_owned(),
        from,
        to,
        resolved: false,
        replies: Vec::new(),
    }
}

#[test]
fn comments_keep_their_places_words_and_answers() {
    let text = |text: &str| Block::paragraph(vec![Inline::text(text)]);
    let list = Block::BulletList {
        items: vec![domain::document::Item {
            content: vec![text("one"), text("two 😀 three")],
        }],
    };
    let bold = Inline::new(InlineKind::Text("bold".to_owned()), Marks::new().with(Mark::Strong));
    let second = Block::paragraph(vec![
        Inline::text("a"),
        bold,
        Inline::new(InlineKind::HardBreak, Marks::new()),
        Inline::text("end"),
    ]);
    let document = Document::new(vec![text("first paragraph"), list, second]).unwrap();
    let mut thread = comment("Is this right?\nI doubt it.", 7, 16);
    thread.resolved = true;
    thread.replies.push(Comment {
        author: "Bo".to_owned(),
        ..comment("It is.", 7, 16)
    });
    // Within a word, over an emoji, across a bold word, from one paragraph into another, on a point, on the same place.
    let comments = [
        thread,
        comment("emoji", 29, 33),
        comment("across", 41, 45),
        comment("far", 3, 44),
        comment("point", 5, 5),
        comment("same", 29, 33),
    ];
    let back = read(&written(&document, &Attachments::new(), &comments).bytes).unwrap();
    assert_eq!(difference(&back.document, &document), None);
    assert_eq!(back.comments, comments);
    assert_eq!(back.losses, []);
}

#[test]
fn comments_on_documents_as_people_write_them_come_back_wherever_they_are() {
    for Sample {
        name,
        document,
        attachments,
    } in documents::all()
    {
        let texts = PlainText::of(&document);
        let places: Vec<usize> = texts
            .stretches
            .iter()
            .filter(|stretch| stretch.literal)
            .map(|stretch| stretch.position)
            .collect();
        let comments: Vec<Comment> = places.iter().map(|place| comment("look", *place, place + 1)).collect();
        let back = read(&written(&document, &attachments, &comments).bytes).unwrap();
        assert_eq!(difference(&back.document, &document), None, "{name}");
        assert_eq!(back.comments.len(), comments.len(), "{name}");
        // Word has no comments in footnotes: those move to the text after.
        let moved = back
            .comments
            .iter()
            .zip(&comments)
            .filter(|(one, other)| one != other)
            .count();
        assert_eq!(moved, texts_in_footnotes(document.blocks()), "{name}");
    }
}

fn texts_in_footnotes(blocks: &[Block]) -> usize {
    let own = |block: &Block| -> usize {
        let notes = block
            .inlines()
            .unwrap_or_default()
            .iter()
            .filter_map(|inline| match &inline.kind {
                InlineKind::Footnote(content) => Some(
                    content
                        .iter()
                        .filter(|inline| matches!(inline.kind, InlineKind::Text(_))),
                ),
                _ => None,
            });
        notes.map(Iterator::count).sum()
    };
    blocks
        .iter()
        .map(|block| own(block) + block.bodies().into_iter().map(texts_in_footnotes).sum::<usize>())
        .sum()
}

#[test]
fn authors_of_changes_are_shown_by_their_names() {
    let change = Change {
        author: "m-17".to_owned(),
        at: "2026-11-22T09:45:00Z".to_owned(),
    };
    let added = Inline::new(
        InlineKind::Text("new".to_owned()),
        Marks::new().with(Mark::Insertion(change)),
    );
    let document = Document::new(vec![Block::paragraph(vec![added])]).unwrap();
    let (meta, attachments) = (meta(), Attachments::new());
    let names = BTreeMap::from([("m-17".to_owned(), "Ana Ruiz".to_owned())]);
    let source = Source {
        document: &document,
        meta: &meta,
        attachments: &attachments,
        comments: &[],
        names: &names,
        template: None,
    };
    let back = read(&write(&source).unwrap().bytes).unwrap();
    let Some([Inline { marks, .. }]) = back.document.blocks()[0].inlines() else {
        panic!("one text")
    };
    assert_eq!(marks.insertion().unwrap().author, "Ana Ruiz");
}

/// A house's file: styles with German ids, a numbered list of its own, a header with its name, US letter.
fn house() -> WordFile {
    let styles = "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Standard\"><w:name w:val=\"Normal\"/></w:style>\
        <w:style w:type=\"paragraph\" w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/><w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr></w:style>";
    let numbering = "<w:abstractNum w:abstractNumId=\"4\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/></w:lvl></w:abstractNum>\
        <w:num w:numId=\"7\"><w:abstractNumId w:val=\"4\"/></w:num>";
    let section = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"head\"/><w:pgSz w:w=\"12240\" w:h=\"15840\"/>\
        <w:pgMar w:top=\"1440\" w:right=\"1000\" w:bottom=\"1440\" w:left=\"1000\" w:header=\"700\" w:footer=\"700\" w:gutter=\"0\"/></w:sectPr>";
    let document = format!("<w:document {WORD}><w:body><w:p/>{section}</w:body></w:document>");
    let header = format!("<w:hdr {WORD}><w:p><w:r><w:t>Northgate house style</w:t></w:r></w:p></w:hdr>");
    WordFile::default()
        .part("word/document.xml", document.as_bytes())
        .related("styles", "styles", styles)
        .related("numbering", "numbering", numbering)
        .relation("head", "header", "header7.xml", false)
        .part("word/header7.xml", header.as_bytes())
}

#[test]
fn a_template_gives_styles_page_and_headers_and_nothing_is_lost() {
    let house = house().bytes();
    for Sample {
        name,
        document,
        attachments,
    } in documents::all()
    {
        let (meta, names) = (meta(), BTreeMap::new());
        let source = Source {
            document: &document,
            meta: &meta,
            attachments: &attachments,
            comments: &[],
            names: &names,
            template: Some(&house),
        };
        let out = write(&source).unwrap();
        let back = read(&out.bytes).unwrap();
        assert_eq!(difference(&back.document, &document), None, "{name}");
        assert_eq!(back.losses, [], "{name}");
        let part = |part: &str| String::from_utf8(crate::files::part(&out.bytes, part)).unwrap();
        let body = part("word/document.xml");
        assert!(
            body.contains("<w:pStyle w:val=\"berschrift1\"/>"),
            "{name}: headings have the house's style"
        );
        assert!(body.contains("w:w=\"12240\""), "{name}: the page is the house's");
        assert!(part("word/edge1.xml").contains("Northgate house style"));
        let numbering = part("word/numbering.xml");
        assert!(
            numbering.rfind("<w:abstractNum ") < numbering.find("<w:num "),
            "{name}: definitions stand before instances"
        );
        if let Ok(folder) = std::env::var("DOCX_OUT") {
            fs::write(format!("{folder}/house-{name}.docx"), &out.bytes).unwrap();
        }
    }
}

#[test]
fn a_template_that_is_none_is_refused_by_name() {
    let Sample {
        document, attachments, ..
    } = documents::sample("sop");
    let (meta, names) = (meta(), BTreeMap::new());
    let source = Source {
        document: &document,
        meta: &meta,
        attachments: &attachments,
        comments: &[],
        names: &names,
        template: Some(b"hello"),
    };
    let error = write(&source).unwrap_err();
    assert!(
        matches!(&error, ExportError::Damaged { part, .. } if part == "the template: the file"),
        "{error}"
    );
}

#[test]
fn pictures_of_every_kind_go_in_and_what_cannot_is_named() {
    let figure = |src: &str| Block::Figure {
        src: src.to_owned(),
        alt: "a leaf".to_owned(),
        width: Some(40),
        id: String::new(),
        caption: Vec::new(),
    };
    let names = ["png", "gif", "jpeg", "webp", "text", "missing"];
    let document = Document::new(names.iter().map(|name| figure(&format!("attachment:{name}"))).collect()).unwrap();
    let webp = {
        let mut bytes = Vec::new();
        let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
        encoder
            .encode(&[9, 9, 9, 200, 0, 0], 2, 1, image::ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    };
    let attachments = Attachments::from([
        (
            "attachment:png".to_owned(),
            documents::sample("report").attachments["attachment:mark"].clone(),
        ),
        (
            "attachment:gif".to_owned(),
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(),
        ),
        ("attachment:jpeg".to_owned(), JPEG.to_vec()),
        ("attachment:webp".to_owned(), webp),
        ("attachment:text".to_owned(), b"<svg onload='x'/>".to_vec()),
    ]);
    let out = written(&document, &attachments, &[]);
    let losses: Vec<String> = out.losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        [
            "content/3: a WebP picture became PNG: Word shows no WebP",
            "content/4: a picture is missing: its file is no picture (PNG, JPEG, GIF or WebP)",
            "content/5: a picture is missing: its file is not there",
        ]
    );
    let back = read(&out.bytes).unwrap();
    for name in ["png", "gif", "jpeg"] {
        let src = format!("attachment:{name}");
        assert_eq!(back.attachments.get(&src), attachments.get(&src), "{name}");
    }
    assert!(back.attachments["attachment:webp"].starts_with(b"\x89PNG"));
}

/// The head of a JPEG of one pixel: nobody decodes it here.
const JPEG: &[u8] = &[
    0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 1, 0,
    1, 1, 1, 17, 0, 0xff, 0xd9,
];

#[test]
fn the_deepest_document_comes_back_whole() {
    let mut block = Block::paragraph(vec![Inline::text("deep")]);
    for level in 0..45 {
        block = match level % 3 {
            0 => Block::Blockquote { content: vec![block] },
            1 => Block::Step {
                id: String::new(),
                confirm: false,
                record: None,
                content: vec![block],
            },
            _ => Block::Callout {
                kind: domain::document::CalloutKind::Note,
                content: vec![block],
            },
        };
    }
    let document = Document::new(vec![block]).unwrap();
    let back = read(&written(&document, &Attachments::new(), &[]).bytes).unwrap();
    assert_eq!(difference(&back.document, &document), None);
}

/// Files that LibreOffice 7.4 wrote: when it was given ours, or from a file of its own format.
fn libreoffice(from: &str, name: &str) -> Read {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/documents")
        .join(from);
    read(&fs::read(folder.join(format!("{name}.docx"))).unwrap()).unwrap()
}

/// How often each kind of block is in a document.
fn census(blocks: &[Block]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for block in blocks {
        *counts.entry(block.name()).or_default() += 1;
        for body in block.bodies() {
            for (name, count) in census(body) {
                *counts.entry(name).or_default() += count;
            }
        }
    }
    counts
}

#[test]
fn what_libreoffice_writes_keeps_its_structure() {
    for (from, Sample { name, document, .. }) in ["libreoffice", "opendocument"]
        .into_iter()
        .flat_map(|from| documents::all().into_iter().map(move |sample| (from, sample)))
    {
        let back = libreoffice(from, &name);
        let (ours, theirs) = (census(document.blocks()), census(back.document.blocks()));
        for kind in [
            "heading",
            "bullet_list",
            "ordered_list",
            "task_list",
            "table",
            "figure",
            "callout",
            "code_block",
            "step",
            "pause",
            "divider",
        ] {
            assert_eq!(theirs.get(kind), ours.get(kind), "{from}/{name}: {kind}");
        }
        let words = |document: &Document| PlainText::of(document).text.split_whitespace().count();
        let (before, after) = (words(&document), words(&back.document));
        assert!(
            before.abs_diff(after) * 50 <= before,
            "{from}/{name}: {before} words became {after}"
        );
    }
}

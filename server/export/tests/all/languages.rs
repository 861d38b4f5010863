//! The words that nobody wrote, in the language of the document; and what is said about a document, told where it is lost.

use crate::{documents, pdf};
use domain::document::{Block, Document, Inline};
use export::{
    Attachments, Comment, Meta, comments_left_out,
    docx::{self, Source},
    html, json, markdown,
    pdf::{Fonts, Printing},
    text,
};
use std::{collections::BTreeMap, fs};
use time::macros::datetime;

fn in_language(language: &str) -> Meta {
    Meta {
        language: language.into(),
        version: "3".into(),
        ..Meta::default()
    }
}

#[test]
fn fixed_words_follow_the_language_of_the_document() {
    let sample = documents::sample("therapy");
    let report = documents::sample("report");
    for (language, words) in [
        (
            "en-GB",
            [
                "Note",
                "Confirm",
                "Pause, 20 seconds",
                "Page 1 of",
                "Version 3",
                "Figure 2",
            ],
        ),
        (
            "de-AT",
            [
                "Hinweis",
                "Bestätigen",
                "Pause, 20 Sekunden",
                "Seite 1 von",
                "Version 3",
                "Abbildung 2",
            ],
        ),
        (
            "fr",
            [
                "Remarque",
                "Confirmer",
                "Pause, 20 secondes",
                "Page 1 sur",
                "Version 3",
                "Figure 2",
            ],
        ),
        (
            "tlh",
            [
                "Note",
                "Confirm",
                "Pause, 20 seconds",
                "Page 1 of",
                "Version 3",
                "Figure 2",
            ],
        ),
    ] {
        let meta = in_language(language);
        let print = |sample: &documents::Sample| {
            let made = export::pdf::write(&sample.document, &meta, &sample.attachments, &Printing::default());
            pdf::words(&made.unwrap().bytes)
        };
        let all = format!("{} {}", print(&sample), print(&report));
        for word in words {
            assert!(all.contains(word), "{language}: {word} is not in {all}");
        }
        // None of them becomes text when such a file is read again.
        for sample in [&sample, &report] {
            let whole = sample.document.canonical();
            let made = html::write(&sample.document, &meta, &sample.attachments);
            assert_eq!(
                html::read(&made.bytes).unwrap().document.canonical(),
                whole,
                "{language}"
            );
            let made = markdown::write(&sample.document, &meta, &sample.attachments);
            assert_eq!(
                markdown::read(&made.bytes).unwrap().document.canonical(),
                whole,
                "{language}"
            );
            let source = Source {
                document: &sample.document,
                meta: &meta,
                attachments: &sample.attachments,
                comments: &[],
                names: &BTreeMap::new(),
                template: None,
            };
            let back = docx::read(&docx::write(&source).unwrap().bytes).unwrap().document;
            for word in ["Hinweis", "Bestätigen", "Remarque", "Confirmer", "Abbildung", "Étape"] {
                assert!(!back.canonical().contains(word), "{language}: {word}");
            }
        }
    }
}

fn full() -> Meta {
    Meta {
        title: "Say \"yes\": # no comment".into(),
        author: "O'Neill \\ Söhne".into(),
        version: "2.1".into(),
        status: "Approved".into(),
        language: "en-GB".into(),
        created: Some(datetime!(2026-11-22 10:31 UTC)),
        modified: Some(datetime!(2026-11-23 10:31:07 +1)),
    }
}

#[test]
fn markdown_keeps_what_is_said_about_a_document() {
    for sample in documents::all() {
        let made = markdown::write(&sample.document, &full(), &sample.attachments);
        assert_eq!(made.losses, [], "{}", sample.name);
        let back = markdown::read(&made.bytes).unwrap();
        assert_eq!(back.losses, []);
        assert_eq!(back.meta, full());
        assert_eq!(back.document.canonical(), sample.document.canonical());
    }
}

#[test]
fn front_matter_of_others_is_read_and_what_is_unknown_is_told() {
    let text = "---\ntitle: 'It''s here'   \nauthor: Ann # who\nlanguage: de\ntags:\n  - a\n  - b\nlayout: [post]\n---\n\n# Head\n";
    let back = markdown::read(text.as_bytes()).unwrap();
    assert_eq!(
        (&*back.meta.title, &*back.meta.author, &*back.meta.language),
        ("It's here", "Ann", "de")
    );
    let losses: Vec<String> = back.losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        ["line 1: what stands before the text was left out in part: tags, layout"]
    );
    assert_eq!(back.document.blocks().len(), 1);
    // A rule that begins a text is none.
    for text in [
        "---\n\ntext\n\n---\n",
        "---\nplain words\n---\n",
        "---\na: b\n",
        "---\n---\n",
    ] {
        let back = markdown::read(text.as_bytes()).unwrap();
        assert!(
            matches!(back.document.blocks()[0], Block::Divider),
            "{text}: {:?}",
            back.document
        );
        assert_eq!(back.meta, Meta::default());
    }
}

#[test]
fn what_a_format_has_no_place_for_is_told() {
    let document = Document::new(vec![Block::paragraph(vec![Inline::text("x")])]).unwrap();
    let told = [
        "beside the text: what is said about it was left out: title, author, version, status, lang, created, modified",
    ];
    let said = |losses: Vec<export::Loss>| losses.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(said(text::write(&document, &full()).losses), told);
    assert_eq!(said(json::write(&document, &full()).losses), told);
    assert_eq!(text::write(&document, &Meta::default()).losses, []);
    assert_eq!(json::write(&document, &Meta::default()).losses, []);
    // JSON names pictures that stand elsewhere.
    let sample = documents::sample("report");
    let losses = json::write(&sample.document, &Meta::default()).losses;
    assert!(
        losses.len() == 3 && losses.iter().all(|loss| loss.what == "the picture is not there"),
        "{losses:?}"
    );
    let comment = Comment {
        author: "Ann".into(),
        at: None,
        text: "?".into(),
        from: 0,
        to: 1,
        resolved: false,
        replies: Vec::new(),
    };
    assert_eq!(comments_left_out(&[]), None);
    let answered = Comment {
        replies: vec![comment.clone()],
        ..comment
    };
    assert_eq!(
        comments_left_out(&[answered]).unwrap().to_string(),
        "beside the text: 2 comments were left out"
    );
}

#[test]
fn what_is_never_closed_and_takes_the_rest_is_told() {
    for (file, place, what) in [
        ("<p>a</p>\n<!-- b\n<p>c</p>", "line 2", "a comment (<!--)"),
        ("<p>a</p>\n<script>b\n<p>c</p>", "line 2", "<script>"),
        ("<p>a</p><style>b<p>c</p>", "line 1", "<style>"),
        ("<p>a</p><textarea><p>c</p>", "line 1", "<textarea>"),
        ("<p>a</p><title>c", "line 1", "<title>"),
    ] {
        let back = html::read(file.as_bytes()).unwrap();
        let told = format!("{place}: {what} is never closed: all that follows it was left out");
        assert!(
            back.losses.iter().any(|loss| loss.to_string() == told),
            "{file}: {:?}",
            back.losses
        );
        assert!(back.document.canonical().contains("\"a\""));
    }
    let back = markdown::read(b"a\n\n<!-- b\n\nc\n\nd\n").unwrap();
    assert!(
        back.losses.iter().any(|loss| loss.what.contains("is never closed")),
        "{:?}",
        back.losses
    );
    for whole in [
        "<p>a</p><!-- b -->",
        "<p>a</p><!--",
        "<p>a</p><script>b</script>",
        "<p>a</p><script>",
        "<title>t</title><p>a</p>",
    ] {
        let back = html::read(whole.as_bytes()).unwrap();
        assert!(
            back.losses.iter().all(|loss| !loss.what.contains("never closed")),
            "{whole}: {:?}",
            back.losses
        );
    }
}

#[test]
fn a_link_around_a_book_costs_its_address_once() {
    let href = format!("https://example.org/{}", "a".repeat(1_900));
    let words = "word ".repeat(200_000);
    let back = html::read(format!("<p><a href='{href}'>{words}</a></p>").as_bytes()).unwrap();
    assert_eq!(back.losses, []);
    assert_eq!(back.document.canonical().matches(&href).count(), 1);
    // Where each word looks different from the last, links end where they cost too much, and the words stay.
    let words = "<b>a</b>b".repeat(50_000);
    let back = html::read(format!("<p><a href='{href}'>{words}</a></p>").as_bytes()).unwrap();
    assert!(
        back.losses.iter().any(|loss| loss.what.contains("there are too many")),
        "{:?}",
        back.losses
    );
    let letters: usize = back
        .document
        .blocks()
        .iter()
        .filter_map(Block::inlines)
        .map(<[Inline]>::len)
        .sum();
    assert!(letters >= 100_000, "{letters}");
}

#[test]
fn chinese_and_japanese_are_printed_with_an_operators_font_and_what_it_lacks_is_told() {
    let font = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";
    let font = fs::read(font).unwrap_or_else(|error| panic!("{font}: {error}: apt-get install fonts-droid-fallback"));
    let fonts = Fonts::with([("DroidSansFallbackFull.ttf", font)]).unwrap();
    let lines = ["你好，世界", "こんにちは", "안녕하세요", "السلام", "שלום"];
    let printing = Printing {
        fonts: &fonts,
        archival: true,
        ..Printing::default()
    };
    let made = pdf::write_as(lines.map(pdf::text).to_vec(), &printing);
    // The face has no Korean.
    assert_eq!(made.losses.len(), 1, "{:?}", made.losses);
    assert!(
        made.losses[0].what.starts_with("no font here has 녕 (U+B155)"),
        "{}",
        made.losses[0]
    );
    let words = pdf::words(&made.bytes);
    for line in &lines[..2] {
        assert!(words.contains(line), "{line} is not in {words}");
    }
    let embedded = pdf::poppler("pdffonts", &["FILE"], &made.bytes);
    assert!(embedded.contains("DroidSansFallback"), "{embedded}");
    let document = Document::new(lines.map(pdf::text).to_vec()).unwrap();
    let plain = export::pdf::write(&document, &pdf::meta(), &Attachments::new(), &Printing::default()).unwrap();
    assert_eq!(plain.losses.len(), 1);
    assert!(plain.losses[0].what.contains("你 (U+4F60)"), "{}", plain.losses[0]);
}

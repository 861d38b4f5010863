//! HTML to a tree and back, and HTML that others wrote.

use crate::documents;
use domain::document::{Block, Document, Inline, InlineKind, Mark, generate};
use export::{Attachments, Meta, html};
use proptest::prelude::*;

fn read(text: &str) -> export::Read {
    html::read(text.as_bytes()).unwrap()
}

/// Blocks as lines: what they are, and their words.
fn outline(blocks: &[Block], depth: usize, out: &mut Vec<String>) {
    for block in blocks {
        let words: String = block
            .inlines()
            .unwrap_or_default()
            .iter()
            .map(|inline| match &inline.kind {
                InlineKind::Text(text) => text.clone(),
                InlineKind::HardBreak => "/".to_owned(),
                InlineKind::Footnote(note) => format!("({note:?})"),
                other => format!("<{}>", other.name()),
            })
            .collect();
        out.push(
            format!("{}{} {words}", "  ".repeat(depth), block.name())
                .trim_end()
                .to_owned(),
        );
        for body in block.bodies() {
            outline(body, depth + 1, out);
        }
    }
}

fn shape(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    outline(read(text).document.blocks(), 0, &mut out);
    out
}

#[test]
fn the_folder_comes_back_whole() {
    for sample in documents::all() {
        let meta = Meta {
            title: "A & <b>".into(),
            author: "Ann".into(),
            version: "2.1".into(),
            status: "Approved".into(),
            language: "en-GB".into(),
            ..Meta::default()
        };
        let made = html::write(&sample.document, &meta, &sample.attachments);
        assert_eq!(made.losses, [], "{}", sample.name);
        let back = html::read(&made.bytes).unwrap();
        assert_eq!(back.losses, [], "{}", sample.name);
        assert_eq!(
            back.document.canonical(),
            sample.document.canonical(),
            "{}",
            sample.name
        );
        assert_eq!(back.meta, meta);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_document_comes_back_whole(document in generate::document()) {
        let made = html::write(&document, &Meta::default(), &Attachments::new());
        let back = html::read(&made.bytes).unwrap();
        prop_assert_eq!(back.document.canonical(), document.canonical(), "{}", String::from_utf8_lossy(&made.bytes));
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(prop::sample::select(
        vec!["<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td rowspan=9 colspan=300>", "</table>", "<b>", "</b>",
             "<a href='x'>", "<div class=step>", "<svg>", "<h1>", "<pre>", "<!--", "-->", "text", " ", "&amp;", "\u{0}",
             "<p style='mso-list:l0 level3'>", "<span class=footnote>", "<title>", "<script>", "</script>", "<", "\"", "="]), 0..120)) {
        let text = bytes.concat();
        let _ = html::read(text.as_bytes());
        let _ = export::markdown::read(text.as_bytes());
        let _ = export::text::read(text.as_bytes());
        let _ = export::json::read(text.as_bytes());
    }
}

#[test]
fn word_s_clipboard_keeps_lists_and_headings() {
    let word = r#"<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0} --></style>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body lang=EN-GB>
<!--StartFragment--><p class=MsoHeading2 style='mso-list:l1 level2 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.2<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Scope
of it<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span><![endif]>Wash</p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>a)<span>&nbsp;</span></span><b>Soap</b></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.<span>&nbsp;</span></span>Dry</p>
<p class=MsoListParagraph style='mso-list:l3 level1 lfo3'><span style='mso-list:Ignore'><span style='font-family:Symbol'>·</span></span>Gloves</p>
<p class=MsoNormal>Done.</p><!--EndFragment--></body></html>"#;
    assert_eq!(
        shape(word),
        [
            "heading Scope of it",
            "ordered_list",
            "  paragraph Wash",
            "  ordered_list",
            "    paragraph Soap",
            "  paragraph Dry",
            "bullet_list",
            "  paragraph Gloves",
            "paragraph Done.",
        ]
    );
    assert_eq!(read(word).losses, []);
}

#[test]
fn google_docs_clipboard_is_not_all_bold() {
    let docs = r#"<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:700">Bold</span><span style="font-weight:400"> plain</span></p><ul><li dir="ltr" style="list-style-type:disc" aria-level="1"><p dir="ltr"><span>One</span></p></li><ul><li aria-level="2"><p><span style="font-style:italic">Inner</span></p></li></ul><li><p>Two</p></li></ul></b><br class="Apple-interchange-newline">"#;
    let back = read(docs);
    assert_eq!(
        shape(docs)[..5],
        [
            "paragraph Bold plain",
            "bullet_list",
            "  paragraph One",
            "  bullet_list",
            "    paragraph Inner"
        ]
    );
    let bold: Vec<&Inline> = back.document.blocks()[0].inlines().unwrap().iter().collect();
    assert!(bold[0].marks.of_kind(&Mark::Strong).is_some());
    assert!(bold[1].marks.of_kind(&Mark::Strong).is_none());
}

#[test]
fn nothing_that_runs_or_is_fetched_is_kept() {
    let back = read(
        "<p onclick=a()>One<script>two</script><style>three</style></p><svg><text>four</text></svg><math><mi>five</mi></math>\
         <iframe src=//six>six</iframe><textarea>seven</textarea><p><a href='javascript:eight()'>nine</a>\
         <img src='http://ten/x.png' alt='eleven'><span style='display:none'>twelve</span></p><xmp><b>thirteen</b></xmp>",
    );
    let json = back.document.canonical();
    for never in [
        "two", "three", "four", "five", "six", "seven", "eight", "http", "twelve", "thirteen", "onclick",
    ] {
        assert!(!json.contains(never), "{never}: {json}");
    }
    for kept in ["One", "nine", "eleven"] {
        assert!(json.contains(kept), "{kept}: {json}");
    }
    assert_eq!(back.losses.len(), 8, "{:?}", back.losses);
}

#[test]
fn depth_width_and_tags_are_bounded() {
    for (open, close) in [
        ("<div>", "</div>"),
        ("<ul><li>", "</li></ul>"),
        ("<b>", "</b>"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<blockquote>", ""),
    ] {
        let deep = format!("{}core{}after", open.repeat(10_000), close.repeat(10_000));
        let back = read(&deep);
        let json = back.document.canonical();
        assert!(json.contains("core") && json.contains("after"), "{open}");
        assert!(!back.losses.is_empty(), "{open}");
    }
    let wide: Vec<String> = (0..100_000).map(|n| format!(" a{n}")).collect();
    let wide = wide.concat();
    let error = html::read(format!("<p{wide}>x").as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "a tag is too large: more than 4000 attributes");
}

#[test]
fn tables_without_order_are_put_right() {
    let back = read("<table><thead><tr><th>A<td>B<tbody><tr><td colspan=2>C<tr><td rowspan=5>D</table>after");
    assert_eq!(shape_of(&back.document)[0], "table");
    assert!(back.document.canonical().contains("after"));
}

fn shape_of(document: &Document) -> Vec<String> {
    let mut out = Vec::new();
    outline(document.blocks(), 0, &mut out);
    out
}

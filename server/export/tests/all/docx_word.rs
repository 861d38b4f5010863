//! Files as Word and LibreOffice write them.

use crate::files::{WordFile, item, paragraph};
use domain::document::Document;
use export::{Read, docx::read};
use serde_json::Value;

/// A document in few words: each block's name with what tells it from others, text in quotes.
fn outline(document: &Document) -> String {
    let blocks: Vec<String> = content(&document.to_json()).iter().map(sketch).collect();
    blocks.join(" ")
}

fn content(node: &Value) -> Vec<Value> {
    node["content"].as_array().cloned().unwrap_or_default()
}

fn sketch(node: &Value) -> String {
    let attrs = &node["attrs"];
    let inner = || content(node).iter().map(sketch).collect::<Vec<_>>().join(" ");
    let marks = || {
        let marks = node["marks"].as_array().cloned().unwrap_or_default();
        let names = marks.iter().map(|mark| {
            let attr = |name: &str| {
                mark["attrs"][name]
                    .as_str()
                    .map(|value| format!("={value}"))
                    .unwrap_or_default()
            };
            format!("{}{}{}", mark["type"].as_str().unwrap(), attr("href"), attr("author"))
        });
        names.map(|name| format!("^{name}")).collect::<Vec<_>>().concat()
    };
    match node["type"].as_str().unwrap() {
        "text" => format!("'{}'{}", node["text"].as_str().unwrap(), marks()),
        "paragraph" => format!("p({})", inner()),
        "heading" => {
            let numbered = if attrs["numbered"] == true { "#" } else { "" };
            let id = attrs["id"]
                .as_str()
                .filter(|id| !id.is_empty())
                .map(|id| format!("@{id}"))
                .unwrap_or_default();
            format!("h{}{numbered}{id}({})", attrs["level"], inner())
        }
        "bullet_list" => format!("ul({})", inner()),
        "ordered_list" => format!(
            "ol:{}:{}({})",
            attrs["style"].as_str().unwrap(),
            attrs["start"],
            inner()
        ),
        "task_list" => format!("tasks({})", inner()),
        "list_item" => format!("li({})", inner()),
        "task_item" => format!(
            "{}({})",
            if attrs["checked"] == true { "done" } else { "todo" },
            inner()
        ),
        "table" => format!("table({})", inner()),
        "table_row" => format!("row({})", inner()),
        name @ ("table_cell" | "table_header") => {
            let spans = match (attrs["colspan"].as_u64().unwrap(), attrs["rowspan"].as_u64().unwrap()) {
                (1, 1) => String::new(),
                (across, down) => format!("{across}x{down}"),
            };
            format!(
                "{}{spans}({})",
                if name == "table_header" { "th" } else { "td" },
                inner()
            )
        }
        "cross_reference" => {
            format!(
                "ref:{}:{}",
                attrs["target"].as_str().unwrap(),
                attrs["show"].as_str().unwrap()
            )
        }
        "placeholder" => format!(
            "[{}|{}]",
            attrs["field"].as_str().unwrap(),
            attrs["label"].as_str().unwrap()
        ),
        "figure" => format!("fig:{}({})", attrs["src"].as_str().unwrap(), inner()),
        "callout" => format!("callout:{}({})", attrs["kind"].as_str().unwrap(), inner()),
        "hard_break" => "br".to_owned(),
        other => {
            let inner = inner();
            if inner.is_empty() {
                other.to_owned()
            } else {
                format!("{other}({inner})")
            }
        }
    }
}

fn whole(file: &WordFile) -> (String, Vec<String>) {
    let Read { document, losses, .. } = read(&file.bytes()).unwrap();
    (outline(&document), losses.into_iter().map(|loss| loss.what).collect())
}

fn kept(file: &WordFile) -> String {
    let (outline, losses) = whole(file);
    assert_eq!(losses, Vec::<String>::new());
    outline
}

/// Levels of a definition: format and text each.
fn definition(id: u32, levels: &[(&str, &str)]) -> String {
    let levels = levels.iter().enumerate().map(|(at, (format, text))| {
        format!(
            "<w:lvl w:ilvl=\"{at}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/>\
             <w:pPr><w:ind w:left=\"{}\" w:hanging=\"360\"/></w:pPr></w:lvl>",
            720 * (at + 1)
        )
    });
    format!(
        "<w:abstractNum w:abstractNumId=\"{id}\">{}</w:abstractNum>",
        levels.collect::<String>()
    )
}

fn instance(number: u32, definition: u32, more: &str) -> String {
    format!("<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"{definition}\"/>{more}</w:num>")
}

const STYLES: &str = r#"
    <w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
    <w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/></w:style>
    <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="9"/></w:numPr></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="SOPKapitel"><w:name w:val="SOP Kapitel"/><w:basedOn w:val="berschrift1"/></w:style>
    <w:style w:type="paragraph" w:styleId="Anhang"><w:name w:val="Anhang"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
    <w:style w:type="paragraph" w:styleId="Kreis1"><w:name w:val="Kreis 1"/><w:basedOn w:val="Kreis2"/></w:style>
    <w:style w:type="paragraph" w:styleId="Kreis2"><w:name w:val="Kreis 2"/><w:basedOn w:val="Kreis1"/></w:style>
    <w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style>
    <w:style w:type="paragraph" w:styleId="Code"><w:name w:val="HTML Preformatted"/></w:style>
    <w:style w:type="paragraph" w:styleId="Beschriftung"><w:name w:val="caption"/></w:style>
    <w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>
    <w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
    <w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:u w:val="single"/></w:rPr></w:style>
"#;

fn styled(id: &str, text: &str) -> String {
    paragraph(&format!("<w:pStyle w:val=\"{id}\"/>"), text)
}

fn with_styles(body: &str) -> WordFile {
    WordFile::new(body).related("styles", "styles", STYLES).related(
        "numbering",
        "numbering",
        &[
            definition(1, &[("decimal", "%1."), ("lowerLetter", "%2)"), ("lowerRoman", "%3.")]),
            definition(2, &[("bullet", "•"), ("bullet", "–")]),
            definition(3, &[("decimal", "%1"), ("decimal", "%1.%2")]),
            instance(1, 1, ""),
            instance(2, 2, ""),
            instance(
                3,
                1,
                "<w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride>",
            ),
            instance(9, 3, ""),
        ]
        .concat(),
    )
}

#[test]
fn headings_are_known_by_name_inheritance_and_outline_whatever_their_ids() {
    let body = styled("berschrift1", "Eins")
        + &styled("berschrift2", "Zwei")
        + &styled("SOPKapitel", "Drei")
        + &styled("Anhang", "Vier")
        + &styled("Kreis1", "Text")
        + &paragraph("<w:outlineLvl w:val=\"0\"/>", "Fünf");
    assert_eq!(
        kept(&with_styles(&body)),
        "h1('Eins') h2#('Zwei') h1('Drei') h3('Vier') p('Text') h1('Fünf')"
    );
}

#[test]
fn lists_nest_restart_and_continue_as_word_counts_them() {
    let body = item(1, 0, "one")
        + &item(1, 1, "a")
        + &item(1, 2, "i")
        + &item(1, 1, "b")
        + &item(1, 0, "two")
        + &paragraph("", "Between")
        + &item(1, 0, "three")
        + &item(3, 0, "one again")
        + &item(2, 0, "dot")
        + &item(2, 1, "dash");
    let expected = "ol:decimal:1(li(p('one') ol:lower_alpha:1(li(p('a') ol:lower_roman:1(li(p('i')))) li(p('b')))) \
                    li(p('two'))) p('Between') ol:decimal:3(li(p('three'))) ol:decimal:1(li(p('one again'))) \
                    ul(li(p('dot') ul(li(p('dash')))))";
    assert_eq!(kept(&with_styles(&body)), expected);
}

#[test]
fn text_under_an_item_stays_in_it_and_empty_paragraphs_do_not_part_a_list() {
    let body = item(1, 0, "one")
        + &paragraph("<w:ind w:left=\"720\"/>", "more of it")
        + "<w:p/>"
        + &item(1, 0, "two")
        + &paragraph("", "after");
    let (outline, losses) = whole(&with_styles(&body));
    assert_eq!(
        outline,
        "ol:decimal:1(li(p('one') p('more of it')) li(p('two'))) p('after')"
    );
    assert_eq!(losses, ["empty paragraphs between texts were left out: 1"]);
}

#[test]
fn boxes_to_tick_off_make_task_lists() {
    let control = "<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val=\"1\"/></w14:checkbox></w:sdtPr><w:sdtContent>\
                   <w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t xml:space=\"preserve\"> Seal checked</w:t></w:r></w:p>";
    let form = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData><w:checkBox><w:default w:val=\"0\"/></w:checkBox></w:ffData>\
                </w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
                <w:r><w:t xml:space=\"preserve\"> Signed</w:t></w:r></w:p>";
    assert_eq!(
        kept(&with_styles(&format!("{control}{form}"))),
        "tasks(done(p('Seal checked')) todo(p('Signed')))"
    );
}

#[test]
fn tables_keep_merges_gaps_and_heading_rows() {
    let cell =
        |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", paragraph("", text));
    let row =
        |properties: &str, cells: &[String]| format!("<w:tr><w:trPr>{properties}</w:trPr>{}</w:tr>", cells.concat());
    let grid = "<w:tblGrid><w:gridCol w:w=\"1500\"/><w:gridCol w:w=\"3000\"/><w:gridCol w:w=\"1500\"/></w:tblGrid>";
    let rows = [
        row(
            "<w:tblHeader/>",
            &[cell("", "A"), cell("<w:gridSpan w:val=\"2\"/>", "B")],
        ),
        row(
            "",
            &[
                cell("<w:vMerge w:val=\"restart\"/>", "1"),
                cell("<w:tcW w:w=\"3000\" w:type=\"dxa\"/>", "2"),
                cell("", "3"),
            ],
        ),
        row("", &[cell("<w:vMerge/>", ""), cell("", "4"), cell("", "5")]),
        row("<w:gridBefore w:val=\"1\"/>", &[cell("", "6")]),
    ];
    let file = with_styles(&format!("<w:tbl>{grid}{}</w:tbl>", rows.concat()));
    let expected = "table(row(th(p('A')) th2x1(p('B'))) row(td1x2(p('1')) td(p('2')) td(p('3'))) row(td(p('4')) td(p('5'))) \
                    row(td(p()) td(p('6')) td(p())))";
    assert_eq!(kept(&file), expected);
    let widths =
        read(&file.bytes()).unwrap().document.to_json()["content"][0]["content"][1]["content"][1]["attrs"].clone();
    assert_eq!(widths["colwidth"], serde_json::json!([200]));
}

#[test]
fn fields_become_links_references_and_gaps() {
    let field = |code: &str, shown: &str| {
        format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {} </w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{shown}</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
            code.replace('"', "&quot;")
        )
    };
    let heading = "<w:p><w:pPr><w:pStyle w:val=\"berschrift1\"/></w:pPr><w:bookmarkStart w:id=\"0\" w:name=\"_Ref77\"/><w:r>\
                   <w:t>Limits</w:t></w:r><w:bookmarkEnd w:id=\"0\"/></w:p>";
    let text = [
        field("HYPERLINK \"https://example.org/a b\" \\o \"tip\"", "there"),
        field("REF _Ref77 \\r \\h", "4"),
        field("REF _Ref77 \\h", "Limits"),
        field("PAGEREF _Ref77 \\h", "12"),
        field("MERGEFIELD  \"Case\"  \\* MERGEFORMAT", "«Case»"),
        field("DATE \\@ \"d MMMM yyyy\"", "1 May 2026"),
        "<w:hyperlink w:anchor=\"_Ref77\"><w:r><w:rPr><w:rStyle w:val=\"Hyperlink\"/></w:rPr><w:t>here</w:t></w:r></w:hyperlink>".to_owned(),
    ];
    let outline = kept(&with_styles(&format!("{heading}<w:p>{}</w:p>", text.concat())));
    let expected = "h1@ref77('Limits') p('there'^link=https://example.org/a%20b ref:ref77:number ref:ref77:title ref:ref77:page \
                    [Case|Case] '1 May 2026' 'here'^link=#ref77)";
    assert_eq!(outline.replace("' '", "''"), expected.replace("' '", "''"));
}

#[test]
fn what_leads_nowhere_stays_as_text_and_is_named() {
    let body = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> REF _Ref1 </w:instrText></w:r><w:r>\
                <w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>section 9</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
                <w:hyperlink r:id=\"evil\"><w:r><w:t>click</w:t></w:r></w:hyperlink></w:p>";
    let file = with_styles(body).relation("evil", "hyperlink", "javascript:alert(1)", true);
    let (outline, losses) = whole(&file);
    assert_eq!(outline, "p('section 9click')");
    assert_eq!(losses.len(), 2, "{losses:?}");
}

#[test]
fn a_table_of_contents_is_one_node_and_its_lines_are_not_text() {
    let line = |begin: &str, text: &str, end: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"Verzeichnis1\"/></w:pPr>{begin}<w:r><w:t>{text}</w:t></w:r>{end}</w:p>")
    };
    let begin = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> TOC \\o \"1-3\" </w:instrText></w:r><w:r>\
                 <w:fldChar w:fldCharType=\"separate\"/></w:r>";
    let end = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
    let body =
        line(begin, "Eins 1", "") + &line("", "Zwei 2", end) + &styled("berschrift1", "Eins") + &paragraph("", "Text");
    assert_eq!(kept(&with_styles(&body)), "table_of_contents h1('Eins') p('Text')");
    // Never closed: nothing but its own lines may go.
    let open = line(begin, "Eins 1", "") + &styled("berschrift1", "Eins") + &paragraph("", "Text");
    assert_eq!(kept(&with_styles(&open)), "table_of_contents h1('Eins') p('Text')");
}

#[test]
fn tracked_changes_keep_who_and_when() {
    let body = "<w:p><w:r><w:t xml:space=\"preserve\">Wait </w:t></w:r><w:del w:id=\"1\" w:author=\"Ann\" w:date=\"2026-01-02T03:04:05Z\"><w:r>\
                <w:delText>five</w:delText></w:r></w:del><w:ins w:id=\"2\" w:author=\"Bo\"><w:r><w:t>ten</w:t></w:r></w:ins>\
                <w:moveTo w:id=\"3\" w:author=\"Cy\"><w:r><w:t>!</w:t></w:r></w:moveTo></w:p>";
    assert_eq!(
        kept(&with_styles(body)),
        "p('Wait ' 'five'^deletion=Ann 'ten'^insertion=Bo '!'^insertion=Cy)"
    );
}

#[test]
fn quotes_code_and_marks_are_known_by_style() {
    let body = styled("Zitat", "One")
        + &styled("Zitat", "Two")
        + &styled("Code", "let x;")
        + &styled("Code", "drop(x);")
        + "<w:p><w:r><w:rPr><w:rStyle w:val=\"Fett\"/></w:rPr><w:t>bold</w:t></w:r><w:r><w:rPr><w:rStyle w:val=\"Fett\"/><w:b w:val=\"0\"/></w:rPr>\
           <w:t>not</w:t></w:r><w:r><w:rPr><w:shd w:val=\"clear\" w:fill=\"FFFF00\"/></w:rPr><w:t>pen</w:t></w:r></w:p>";
    let expected =
        "blockquote(p('One') p('Two')) code_block('let x;\ndrop(x);') p('bold'^strong 'not' 'pen'^highlight)";
    assert_eq!(kept(&with_styles(&body)), expected);
}

#[test]
fn what_documents_cannot_hold_is_named_with_its_place() {
    let body = "<w:p><m:oMath><m:r><m:t>x²</m:t></m:r></m:oMath></w:p>\
        <w:p><w:r><w:drawing><wp:inline><a:graphic><a:graphicData><dgm:relIds/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>\
        <w:p><w:r><w:object><o:OLEObject/></w:object></w:r></w:p>\
        <w:p><w:r><w:drawing><wp:inline><a:blip r:link=\"far\"/></wp:inline></w:drawing></w:r></w:p>\
        <w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>\
        </w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict/></mc:Fallback></mc:AlternateContent></w:r></w:p>\
        <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>";
    let file = with_styles(body)
        .relation("far", "image", "http://tracker.example/x.png", true)
        .part("word/vbaProject.bin", b"x");
    let Read { document, losses, .. } = read(&file.bytes()).unwrap();
    assert_eq!(outline(&document), "p('x²') p('boxed')");
    let named: Vec<String> = losses.iter().map(ToString::to_string).collect();
    let expected = [
        "word/document.xml, paragraph 1: a formula became plain text",
        "word/document.xml, paragraph 2: a SmartArt drawing was left out",
        "word/document.xml, paragraph 3: an embedded object (OLE) was left out; its picture is kept where there is one",
        "word/document.xml, paragraph 4: a picture that is kept outside of the file was left out; it is never fetched",
        "word/document.xml, paragraph 5: a text box became part of the text, after its paragraph",
        "word/document.xml, paragraph 7: hidden text was left out",
        "the file: its macros were left out",
    ];
    for loss in expected {
        assert!(named.contains(&loss.to_owned()), "{loss} in {named:#?}");
    }
}

#[test]
fn namespaces_are_told_by_address_and_strict_files_are_read() {
    let document = "<d:document xmlns:d=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><d:body><d:p><d:r><d:t>strict</d:t></d:r></d:p></d:body></d:document>";
    let file = WordFile::default().part("word/document.xml", document.as_bytes());
    assert_eq!(kept(&file), "p('strict')");
}

#[test]
fn notes_are_footnotes_with_their_words() {
    let body = "<w:p><w:r><w:t>a</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:endnoteReference w:id=\"1\"/></w:r></w:p>";
    let note = |id: u32, text: &str| {
        format!(
            "<w:footnote w:id=\"{id}\"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space=\"preserve\"> {text}</w:t></w:r></w:p></w:footnote>"
        )
    };
    let file = with_styles(body)
        .related("footnotes", "footnotes", &note(2, "at the foot"))
        .related("endnotes", "endnotes", &note(1, "at the end"));
    let (outline, losses) = whole(&file);
    assert_eq!(outline, "p('a' footnote('at the foot') footnote('at the end'))");
    assert_eq!(losses, ["an endnote became a footnote"]);
}

#[test]
fn marks_of_places_between_paragraphs_mean_the_next() {
    let body = "<w:bookmarkStart w:id=\"0\" w:name=\"limits\"/><w:commentRangeStart w:id=\"4\"/>".to_owned()
        + &styled("berschrift1", "Limits")
        + "<w:commentRangeEnd w:id=\"4\"/><w:p><w:hyperlink w:anchor=\"limits\"><w:r><w:t>there</w:t></w:r></w:hyperlink></w:p>";
    let comment = "<w:comment w:id=\"4\" w:author=\"Ann\"><w:p><w:r><w:t>why</w:t></w:r></w:p></w:comment>";
    let file = with_styles(&body).related("comments", "comments", comment);
    let Read {
        document,
        comments,
        losses,
        ..
    } = read(&file.bytes()).unwrap();
    assert_eq!(outline(&document), "h1@limits('Limits') p('there'^link=#limits)");
    assert_eq!(
        (comments[0].from, comments[0].to, comments[0].text.as_str()),
        (1, 9, "why")
    );
    assert_eq!(losses, []);
}

//! The styles of our files. Each is a style that people can change in Word to change all of its kind.

use super::{inline::callout_colours, lists::Shift, parts::open_root};
use crate::docx::{
    markup::Markup,
    names::{self, Style},
};
use domain::document::CalloutKind;
use std::collections::HashMap;

/// The id of each style, by its name in small letters, where it is not our own.
#[derive(Clone, Debug, Default)]
pub(super) struct StyleIds(HashMap<String, String>);

impl StyleIds {
    /// The ids of a template's styles, by name.
    pub(super) fn of_template(known: HashMap<String, String>) -> Self {
        Self(known)
    }

    /// The id of one of our styles.
    pub(super) fn id(&self, style: Style) -> &str {
        if self.0.is_empty() {
            return style.id;
        }
        self.0.get(&style.name.to_lowercase()).map_or(style.id, String::as_str)
    }

    /// Whether a template has it.
    fn given(&self, style: Style) -> bool {
        self.0.contains_key(&style.name.to_lowercase())
    }
}

/// A style's definition.
struct Definition {
    style: Style,
    kind: &'static str,
    based_on: Option<Style>,
    next: Option<Style>,
    /// Whether Word shows it among those to choose from.
    shown: bool,
    paragraph: String,
    run: String,
}

/// The dark blue of headings.
const INK: &str = "1F3A5F";
/// Grey for what is beside the text.
const GREY: &str = "5B6573";
/// The font of text; LibreOffice has Carlito in its place, of the same widths.
const FONT: &str = "Calibri";
/// The font of code.
const MONO: &str = "Consolas";

fn paragraph(style: Style, based_on: Option<Style>, next: Option<Style>, paragraph: &str, run: &str) -> Definition {
    let (paragraph, run) = (paragraph.to_owned(), run.to_owned());
    Definition {
        style,
        kind: "paragraph",
        based_on,
        next,
        shown: true,
        paragraph,
        run,
    }
}

fn character(style: Style, run: &str) -> Definition {
    let run = run.to_owned();
    Definition {
        style,
        kind: "character",
        based_on: None,
        next: None,
        shown: true,
        paragraph: String::new(),
        run,
    }
}

fn all(numbered: Option<Shift>) -> Vec<Definition> {
    let mut all = vec![paragraph(names::NORMAL, None, None, "", "")];
    all.extend(headings(numbered));
    all.extend(text());
    all.extend(steps());
    all.extend(lists());
    all.extend(edges());
    all.extend(characters());
    all
}

fn headings(numbered: Option<Shift>) -> Vec<Definition> {
    let sizes = [32, 26, 23, 22, 22, 22];
    let level = |at: usize| {
        let before = if at == 0 { 360 } else { 240 };
        let number = numbered.map_or_else(String::new, |shift| {
            let number = shift.numbers + super::lists::HEADINGS_NUMBER;
            format!("<w:numPr><w:ilvl w:val=\"{at}\"/><w:numId w:val=\"{number}\"/></w:numPr>")
        });
        let properties = format!(
            "<w:keepNext/><w:keepLines/>{number}<w:spacing w:before=\"{before}\" w:after=\"100\" w:line=\"252\" \
             w:lineRule=\"auto\"/><w:outlineLvl w:val=\"{at}\"/>"
        );
        let size = sizes[at];
        let italic = if at >= 4 { "<w:i/><w:iCs/>" } else { "" };
        let run = format!(
            "<w:b/><w:bCs/>{italic}<w:color w:val=\"{INK}\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>"
        );
        paragraph(
            names::HEADINGS[at],
            Some(names::NORMAL),
            Some(names::NORMAL),
            &properties,
            &run,
        )
    };
    (0..6).map(level).collect()
}

fn text() -> Vec<Definition> {
    let normal = Some(names::NORMAL);
    let mut all = vec![
        paragraph(
            names::QUOTE,
            normal,
            None,
            "<w:pBdr><w:left w:val=\"single\" w:sz=\"12\" w:space=\"10\" w:color=\"B8C2CE\"/></w:pBdr><w:ind \
             w:left=\"425\" w:right=\"425\"/>",
            "<w:i/><w:iCs/><w:color w:val=\"3B4654\"/>",
        ),
        paragraph(
            names::CODE_BLOCK,
            normal,
            None,
            "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F3F5F7\"/><w:spacing w:after=\"160\" w:line=\"240\" \
             w:lineRule=\"auto\"/>",
            &format!(
                "<w:rFonts w:ascii=\"{MONO}\" w:hAnsi=\"{MONO}\" w:cs=\"Courier New\"/><w:noProof/><w:sz w:val=\"19\"/><w:szCs w:val=\"19\"/>"
            ),
        ),
        paragraph(
            names::FIGURE,
            normal,
            Some(names::CAPTION),
            "<w:keepNext/><w:spacing w:before=\"160\" w:after=\"80\"/>",
            "",
        ),
        paragraph(
            names::CAPTION,
            normal,
            normal,
            "<w:spacing w:after=\"240\" w:line=\"240\" w:lineRule=\"auto\"/>",
            &format!("<w:color w:val=\"{GREY}\"/><w:sz w:val=\"19\"/><w:szCs w:val=\"19\"/>"),
        ),
        paragraph(
            names::DIVIDER,
            normal,
            normal,
            "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"B8C2CE\"/></w:pBdr><w:spacing \
             w:before=\"0\" w:after=\"240\"/>",
            "",
        ),
        paragraph(
            names::PAUSE,
            normal,
            normal,
            "<w:spacing w:before=\"120\" w:after=\"240\"/><w:jc w:val=\"center\"/>",
            &format!("<w:i/><w:iCs/><w:color w:val=\"{GREY}\"/>"),
        ),
        paragraph(
            names::TABLE_HEADING,
            normal,
            None,
            "<w:keepNext/><w:spacing w:after=\"60\"/>",
            "<w:b/><w:bCs/>",
        ),
        paragraph(
            names::CALLOUT_LABEL,
            normal,
            normal,
            "<w:keepNext/><w:spacing w:before=\"160\" w:after=\"40\"/>",
            "<w:b/><w:bCs/><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>",
        ),
        paragraph(
            names::FILLER,
            normal,
            normal,
            "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"120\" w:lineRule=\"atLeast\"/>",
            "<w:sz w:val=\"8\"/><w:szCs w:val=\"8\"/>",
        ),
    ];
    for kind in CalloutKind::ALL {
        let (fill, border) = callout_colours(*kind);
        let properties = format!(
            "<w:pBdr><w:left w:val=\"single\" w:sz=\"24\" w:space=\"8\" w:color=\"{border}\"/></w:pBdr><w:shd \
             w:val=\"clear\" w:color=\"auto\" w:fill=\"{fill}\"/>"
        );
        all.push(paragraph(names::callout(*kind), normal, None, &properties, ""));
    }
    all
}

fn steps() -> Vec<Definition> {
    let normal = Some(names::NORMAL);
    let asks = "<w:keepLines/><w:pBdr><w:top w:val=\"dotted\" w:sz=\"4\" w:space=\"4\" w:color=\"B8C2CE\"/></w:pBdr><w:spacing \
                w:before=\"60\" w:after=\"160\"/><w:ind w:left=\"567\"/>";
    let grey = format!("<w:color w:val=\"{GREY}\"/><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>");
    vec![
        paragraph(
            names::STEP,
            normal,
            Some(names::STEP_TEXT),
            "<w:ind w:left=\"567\" w:hanging=\"567\"/>",
            "",
        ),
        paragraph(names::STEP_TEXT, normal, None, "<w:ind w:left=\"567\"/>", ""),
        paragraph(names::STEP_CONFIRM, normal, normal, asks, &grey),
        paragraph(names::STEP_RECORD, normal, normal, asks, &grey),
    ]
}

fn lists() -> Vec<Definition> {
    let normal = Some(names::NORMAL);
    let tight = "<w:spacing w:after=\"80\"/>";
    let mut all: Vec<_> = [names::LIST_BULLET, names::LIST_NUMBER, names::LIST_TASK]
        .into_iter()
        .map(|style| paragraph(style, normal, None, tight, ""))
        .collect();
    for (at, style) in (1..).zip(names::LIST_CONTINUE) {
        let properties = format!("{tight}<w:ind w:left=\"{}\"/>", super::lists::STEP_IN * at);
        all.push(paragraph(style, normal, None, &properties, ""));
    }
    all
}

fn edges() -> Vec<Definition> {
    let normal = Some(names::NORMAL);
    let small = format!("<w:color w:val=\"{GREY}\"/><w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>");
    let tabs = "<w:tabs><w:tab w:val=\"center\" w:pos=\"4513\"/><w:tab w:val=\"right\" w:pos=\"9026\"/></w:tabs>\
                <w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>";
    let header =
        format!("<w:pBdr><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"4\" w:color=\"B8C2CE\"/></w:pBdr>{tabs}");
    let mut all = vec![
        paragraph(names::HEADER, normal, None, &header, &small),
        paragraph(names::FOOTER, normal, None, tabs, &small),
        paragraph(
            names::FOOTNOTE_TEXT,
            normal,
            None,
            "<w:spacing w:after=\"40\" w:line=\"240\" w:lineRule=\"auto\"/>",
            "<w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>",
        ),
        paragraph(
            names::COMMENT_TEXT,
            normal,
            None,
            "<w:spacing w:after=\"0\"/>",
            "<w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>",
        ),
        paragraph(
            names::CONTENTS_TITLE,
            normal,
            normal,
            "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"120\"/>",
            &format!("<w:b/><w:bCs/><w:color w:val=\"{INK}\"/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>"),
        ),
    ];
    for (at, style) in names::CONTENTS.into_iter().enumerate() {
        let left = 240 * at;
        let properties = format!(
            "<w:tabs><w:tab w:val=\"left\" w:pos=\"{}\"/><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"9016\"/></w:tabs>\
             <w:spacing w:after=\"60\"/><w:ind w:left=\"{left}\"/>",
            left + 560 + 60 * at
        );
        all.push(paragraph(style, normal, normal, &properties, ""));
    }
    let table = "<w:tblPr><w:tblBorders>".to_owned()
        + &["top", "left", "bottom", "right", "insideH", "insideV"]
            .map(|side| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"9AA5B1\"/>"))
            .concat()
        + "</w:tblBorders><w:tblCellMar><w:top w:w=\"40\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom \
           w:w=\"40\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>";
    let spacing = "<w:spacing w:after=\"60\" w:line=\"252\" w:lineRule=\"auto\"/>".to_owned();
    all.push(Definition {
        style: names::TABLE_GRID,
        kind: "table",
        based_on: None,
        next: None,
        shown: true,
        paragraph: spacing,
        run: table,
    });
    all
}

fn characters() -> Vec<Definition> {
    let mut all = vec![
        character(
            names::INLINE_CODE,
            &format!(
                "<w:rFonts w:ascii=\"{MONO}\" w:hAnsi=\"{MONO}\" w:cs=\"Courier New\"/><w:noProof/><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F3F5F7\"/>"
            ),
        ),
        character(names::CAPTION_LABEL, "<w:b/><w:bCs/>"),
        character(names::REFERENCE_LABEL, ""),
        character(names::RECORD_LABEL, "<w:b/><w:bCs/>"),
        character(names::RECORD_UNIT, ""),
        character(names::FOOTNOTE_REFERENCE, "<w:vertAlign w:val=\"superscript\"/>"),
        character(names::HYPERLINK, "<w:color w:val=\"1F5FAE\"/><w:u w:val=\"single\"/>"),
        character(names::PLACEHOLDER, &format!("<w:color w:val=\"{GREY}\"/>")),
        character(names::CHIP, "<w:color w:val=\"1F5FAE\"/>"),
        character(names::COMMENT_REFERENCE, "<w:sz w:val=\"16\"/><w:szCs w:val=\"16\"/>"),
    ];
    for definition in &mut all {
        definition.shown =
            ![names::CAPTION_LABEL, names::REFERENCE_LABEL, names::COMMENT_REFERENCE].contains(&definition.style);
    }
    all
}

impl Definition {
    fn write(&self, out: &mut Markup, ids: &StyleIds) {
        let (kind, id) = (self.kind, ids.id(self.style));
        let ours = names::is_ours(self.style);
        let mut attributes = vec![("w:type", kind), ("w:styleId", id)];
        if self.style == names::NORMAL {
            attributes.insert(1, ("w:default", "1"));
        }
        if ours {
            attributes.insert(1, ("w:customStyle", "1"));
        }
        out.open("w:style", &attributes);
        out.value("w:name", self.style.name);
        if let Some(style) = self.based_on {
            out.value("w:basedOn", ids.id(style));
        }
        if let Some(style) = self.next {
            out.value("w:next", ids.id(style));
        }
        if self.shown {
            out.empty("w:qFormat", &[]);
        }
        if !self.paragraph.is_empty() {
            out.open("w:pPr", &[]);
            out.raw(&self.paragraph);
            out.close("w:pPr");
        }
        if kind == "table" {
            out.raw(&self.run);
        } else if !self.run.is_empty() {
            out.open("w:rPr", &[]);
            out.raw(&self.run);
            out.close("w:rPr");
        }
        out.close("w:style");
    }
}

/// The whole part. `numbered`: the heading styles carry the numbering.
pub(super) fn whole(ids: &StyleIds, numbered: Option<Shift>, language: &str) -> String {
    let mut out = Markup::part();
    open_root(&mut out, "w:styles");
    out.raw("<w:docDefaults><w:rPrDefault><w:rPr>");
    out.empty(
        "w:rFonts",
        &[
            ("w:ascii", FONT),
            ("w:hAnsi", FONT),
            ("w:eastAsia", FONT),
            ("w:cs", "Arial"),
        ],
    );
    out.raw("<w:sz w:val=\"22\"/><w:szCs w:val=\"22\"/>");
    let language = if language.is_empty() { "en-GB" } else { language };
    out.empty(
        "w:lang",
        &[("w:val", language), ("w:eastAsia", language), ("w:bidi", language)],
    );
    out.raw(
        "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"140\" w:line=\"271\" \
         w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>",
    );
    for definition in all(numbered) {
        definition.write(&mut out, ids);
    }
    out.close("w:styles");
    out.into_string()
}

/// The styles that a template lacks.
pub(super) fn missing(ids: &StyleIds) -> String {
    let mut out = Markup::new();
    for definition in all(None) {
        if !ids.given(definition.style) && definition.style != names::NORMAL {
            definition.write(&mut out, ids);
        }
    }
    out.into_string()
}

/// Which fonts stand in where ours are missing.
pub(super) fn fonts() -> String {
    let mut out = Markup::part();
    open_root(&mut out, "w:fonts");
    for (font, other, family) in [(FONT, "Carlito", "swiss"), (MONO, "DejaVu Sans Mono", "modern")] {
        out.open("w:font", &[("w:name", font)]);
        out.value("w:altName", other);
        out.value("w:family", family);
        out.close("w:font");
    }
    out.close("w:fonts");
    out.into_string()
}

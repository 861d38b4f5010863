//! Content controls in a line: ours, boxes to tick off, and those of others.

use super::{
    Reader,
    inline::{Around, Line, is_blank, line_of, marks_of},
    styles::RunLook,
};
use crate::docx::{names, xml::Element};
use domain::document::InlineKind;

impl<'t> Reader<'t> {
    /// A content control in a line: one of ours, a box to tick off, or another's, of which the content is taken.
    pub(super) fn inline_control(&mut self, control: Element<'t>, around: &Around, line: &mut Line) {
        let Some(content) = control.child("w:sdtContent") else {
            return;
        };
        let properties = control.child("w:sdtPr");
        if let Some(checkbox) = properties.and_then(|properties| properties.child("w14:checkbox")) {
            let checked = checkbox
                .child("w14:checked")
                .and_then(|checked| checked.attribute("w14:val"));
            let checked = matches!(checked, Some("1" | "true" | "on"));
            if line.takes_box() {
                line.checkbox = Some(checked);
            } else {
                self.text(
                    if checked { "☒" } else { "☐" },
                    marks_of(RunLook::default(), None, around),
                    line,
                );
            }
            return;
        }
        let tag = properties.and_then(|properties| properties.child_value("w:tag"));
        let ours = tag.and_then(|tag| tag.strip_prefix(names::TAG)).map(str::to_owned);
        let mut inner = Line::default();
        match ours {
            Some(tag) => {
                self.inline_children(content, around, &mut inner);
                chip(&tag, content, &inner, around, line);
            }
            None => self.inline_children(content, around, line),
        }
    }
}

fn hidden_text(content: Element<'_>) -> String {
    let hidden = content
        .children()
        .filter(|run| run.descend(&["w:rPr", "w:vanish"]).is_some());
    let texts = hidden
        .flat_map(Element::children)
        .filter(|child| ["w:t", "w:delText"].contains(&child.name()));
    texts.map(Element::text).collect()
}

/// One of our nodes that a content control stands for. If people changed its words so that it is none any more, the
/// words are kept.
fn chip(tag: &str, content: Element<'_>, inner: &Line, around: &Around, line: &mut Line) {
    let (kind, key) = match (tag.split_once(':'), tag.strip_suffix('+')) {
        (Some((kind, key)), _) => (kind, key.to_owned()),
        (None, Some(kind)) => (kind, hidden_text(content)),
        (None, None) => (tag, String::new()),
    };
    let shown = inner.text();
    let (kind, nameless) = kind.strip_suffix('-').map_or((kind, false), |kind| (kind, true));
    let label = |text: &str| {
        if nameless {
            String::new()
        } else {
            line_of(text, domain::document::LINE_MAX)
        }
    };
    let kind = match kind {
        "placeholder" => shown
            .strip_prefix('[')
            .and_then(|shown| shown.strip_suffix(']'))
            .map(|shown| InlineKind::Placeholder {
                field: line_of(&key, domain::document::LINE_MAX),
                label: label(shown),
            }),
        "fact" => Some(InlineKind::Fact {
            id: key,
            label: label(&shown),
        }),
        "clause" => {
            let source = line_of(&key, domain::document::LINE_MAX);
            Some(InlineKind::Clause {
                source,
                citation: label(shown.strip_prefix(&format!("{key} ")).unwrap_or(&shown)),
            })
        }
        "mention" => {
            let name = shown.strip_prefix('@').unwrap_or(&shown);
            Some(InlineKind::Mention {
                member: key,
                label: label(name),
            })
        }
        _ => None,
    };
    match kind.filter(super::finish::acceptable) {
        Some(kind) => {
            let marks = inner
                .inlines()
                .into_iter()
                .find(|inline| !is_blank(inline))
                .map(|inline| inline.marks);
            let marks = marks.unwrap_or_else(|| marks_of(RunLook::default(), None, around));
            line.push(kind, marks);
        }
        None => line.pieces.extend(inner.pieces.iter().cloned()),
    }
}

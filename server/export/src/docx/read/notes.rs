//! What the file keeps in parts of its own: footnotes, endnotes, comments; and the line of a step's value.

use super::{
    Reader,
    blocks::Within,
    inline::{clean, line_of},
    styles::Styles,
};
use crate::{
    Comment, ExportError,
    docx::{
        names,
        package::{Package, Relations},
        xml::{Element, Tree},
    },
};
use domain::document::{Block, Inline, InlineKind, LINE_MAX, Marks, Record};
use std::collections::{HashMap, HashSet};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The most that a comment's text holds, in characters.
const COMMENT_MAX: usize = 20_000;

/// The notes of a file, by what refers to them.
#[derive(Default)]
pub(super) struct Notes<'t> {
    by_id: HashMap<(&'static str, String), Element<'t>>,
    relations: HashMap<&'static str, Relations>,
    used: HashSet<(&'static str, String)>,
}

impl<'t> Notes<'t> {
    /// Takes up the notes of a part. `kind` is `footnote` or `endnote`.
    pub(super) fn add(&mut self, kind: &'static str, tree: &'t Tree, relations: Relations) {
        for note in tree.root().children() {
            let plain = note.attribute("w:type").is_none_or(|kind| kind == "normal");
            if let Some(id) = note.attribute("w:id").filter(|_| plain) {
                self.by_id.insert((kind, id.to_owned()), note);
            }
        }
        self.relations.insert(kind, relations);
    }
}

impl<'t> Reader<'t> {
    /// The note that a reference names.
    pub(super) fn note(&mut self, reference: Element<'t>, marks: &Marks, line: &mut super::inline::Line) {
        let kind = if reference.is("w:endnoteReference") {
            "endnote"
        } else {
            "footnote"
        };
        let key = (kind, reference.attribute("w:id").unwrap_or_default().to_owned());
        let Some(note) = self.notes.by_id.get(&key).copied() else {
            return self.lose("a note is missing: the file does not have its text");
        };
        if self.in_note {
            return self.lose("a note within a note was left out");
        }
        if !self.notes.used.insert(key) {
            return self.lose("a second reference to the same note was left out");
        }
        if kind == "endnote" {
            self.lose("an endnote became a footnote");
        }
        let relations = self.notes.relations.remove(kind).unwrap_or_default();
        let around = std::mem::replace(&mut self.relations, relations);
        let fields = std::mem::take(&mut self.fields);
        self.in_note = true;
        let content = self.note_text(note);
        self.in_note = false;
        self.fields = fields;
        self.notes
            .relations
            .insert(kind, std::mem::replace(&mut self.relations, around));
        line.push(InlineKind::Footnote(content), marks.clone());
    }

    fn note_text(&mut self, note: Element<'t>) -> Vec<Inline> {
        let mut content: Vec<Inline> = Vec::new();
        let simple = note.children().all(|child| child.is("w:p"));
        let paragraphs: Vec<Vec<Inline>> = if simple {
            note.children()
                .map(|paragraph| self.line(paragraph).inlines())
                .collect()
        } else {
            self.lose("a note with more than paragraphs was made flat");
            super::finish::leaves(self.blocks(note, Within::INSIDE))
        };
        for (at, mut inlines) in paragraphs.into_iter().enumerate() {
            if at == 0 {
                // Word and we put a blank between the note's number and its text.
                strip_blank(&mut inlines);
            } else {
                content.push(Inline::new(InlineKind::HardBreak, Marks::new()));
            }
            content.extend(inlines);
        }
        content
    }
}

fn strip_blank(inlines: &mut Vec<Inline>) {
    if let Some(Inline {
        kind: InlineKind::Text(text),
        ..
    }) = inlines.first_mut()
        && let Some(rest) = text.strip_prefix([' ', '\t'])
    {
        *text = rest.to_owned();
        if text.is_empty() {
            inlines.remove(0);
        }
    }
}

/// What a step asks to write down, from the line that says so.
pub(super) fn record(paragraph: Element<'_>, styles: &Styles) -> Option<Record> {
    let text = |style: names::Style| -> String {
        let runs = paragraph.descendants().filter(|inner| inner.is("w:r"));
        let named = runs.filter(|run| {
            let id = run.descend(&["w:rPr", "w:rStyle"]).and_then(Element::value);
            id.is_some_and(|id| {
                styles
                    .names(Some(id))
                    .first()
                    .is_some_and(|name| *name == style.name.to_lowercase())
            })
        });
        let letters = named.flat_map(Element::children).map(|child| match child.name() {
            "w:t" => child.text(),
            "w:noBreakHyphen" => "\u{2011}".to_owned(),
            "w:softHyphen" => "\u{ad}".to_owned(),
            _ => String::new(),
        });
        line_of(&letters.collect::<String>(), LINE_MAX)
    };
    let label = text(names::RECORD_LABEL);
    (!label.is_empty()).then(|| Record {
        label,
        unit: text(names::RECORD_UNIT),
    })
}

/// The comments of a file: each with the id by which the text refers to it, answers apart.
pub(super) fn comments(
    package: &Package<'_>,
    main: &Relations,
) -> Result<(Vec<Comment>, HashMap<String, usize>), ExportError> {
    let part = |kind: &str| {
        main.values()
            .find(|relation| relation.kind == kind && !relation.external && package.has(&relation.target))
    };
    let Some(relation) = part("comments") else {
        return Ok((Vec::new(), HashMap::new()));
    };
    let tree = package.tree(&relation.target)?;
    let mut threads: HashMap<String, (Option<String>, bool)> = HashMap::new();
    if let Some(relation) = part("commentsExtended") {
        for entry in package.tree(&relation.target)?.root().children() {
            if let Some(id) = entry.attribute("w15:paraId") {
                let parent = entry.attribute("w15:paraIdParent").map(str::to_owned);
                let done = matches!(entry.attribute("w15:done"), Some("1" | "true"));
                threads.insert(id.to_owned(), (parent, done));
            }
        }
    }
    let mut comments: Vec<Comment> = Vec::new();
    let mut ids = HashMap::new();
    let mut by_paragraph: HashMap<String, usize> = HashMap::new();
    for element in tree.root().children().filter(|child| child.is("w:comment")) {
        let paragraphs: Vec<Element<'_>> = element.descendants().filter(|inner| inner.is("w:p")).collect();
        let last = paragraphs
            .last()
            .and_then(|last| last.attribute("w14:paraId"))
            .unwrap_or_default();
        let (parent, resolved) = threads.get(last).cloned().unwrap_or_default();
        let comment = comment(element, &paragraphs, resolved);
        if let Some(thread) = parent.and_then(|parent| by_paragraph.get(&parent).copied()) {
            by_paragraph.insert(last.to_owned(), thread);
            comments[thread].replies.push(comment);
        } else {
            by_paragraph.insert(last.to_owned(), comments.len());
            ids.extend(element.attribute("w:id").map(|id| (id.to_owned(), comments.len())));
            comments.push(comment);
        }
    }
    Ok((comments, ids))
}

fn comment(element: Element<'_>, paragraphs: &[Element<'_>], resolved: bool) -> Comment {
    let lines = paragraphs.iter().map(|paragraph| {
        let letters = paragraph.descendants().map(|inner| match inner.name() {
            "w:t" => clean(&inner.text()),
            "w:tab" if inner.value().is_none() => "\t".to_owned(),
            "w:noBreakHyphen" => "\u{2011}".to_owned(),
            "w:softHyphen" => "\u{ad}".to_owned(),
            "w:br" | "w:cr" => "\n".to_owned(),
            _ => String::new(),
        });
        letters.collect::<String>()
    });
    let text = lines.collect::<Vec<_>>().join("\n").chars().take(COMMENT_MAX).collect();
    Comment {
        author: line_of(element.attribute("w:author").unwrap_or_default(), LINE_MAX),
        at: element
            .attribute("w:date")
            .and_then(|date| time_of(&super::finish::moment(date))),
        text,
        from: 0,
        to: 0,
        resolved,
        replies: Vec::new(),
    }
}

fn time_of(moment: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(moment, &Rfc3339).ok()
}

/// Whether a block shows nothing.
pub(super) fn is_empty_paragraph(block: &Block) -> bool {
    matches!(block, Block::Paragraph { content, .. } if content.is_empty())
}

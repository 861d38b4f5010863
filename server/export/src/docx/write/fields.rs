//! What stands in a line and is more than text: fields, content controls, notes, bookmarks.

use super::{
    Writer,
    body::Shape,
    inline::{Run, directions},
};
use crate::docx::{
    markup::Markup,
    names::{self, Style},
};
use domain::document::{Inline, Mark, Marks, Show};

impl Writer<'_> {
    /// A field with the result it had when the file was written.
    pub(super) fn field(&mut self, code: &str, shown: &str, style: Option<Style>) {
        self.marked_field(
            code,
            shown,
            &Run {
                marks: &Marks::new(),
                style,
                deleted: false,
            },
        );
    }

    fn marked_field(&mut self, code: &str, shown: &str, run: &Run<'_>) {
        let instruction = if run.deleted { "w:delInstrText" } else { "w:instrText" };
        self.run(run, |out| out.empty("w:fldChar", &[("w:fldCharType", "begin")]));
        self.run(run, |out| out.leaf(instruction, &[("xml:space", "preserve")], code));
        self.run(run, |out| out.empty("w:fldChar", &[("w:fldCharType", "separate")]));
        self.piece(shown, run, false);
        self.run(run, |out| out.empty("w:fldChar", &[("w:fldCharType", "end")]));
    }

    pub(super) fn cross_reference(&mut self, target: &str, show: Show, marks: &Marks, deleted: bool) {
        let field = self.reference(target, show);
        if !field.label.is_empty() && marks.of_kind(&Mark::Code).is_none() {
            self.piece(
                &field.label,
                &Run {
                    marks,
                    style: Some(names::REFERENCE_LABEL),
                    deleted,
                },
                false,
            );
        }
        // A field without a result is shown as nothing, and its look would be lost.
        let shown = if field.shown.is_empty() { "?" } else { &field.shown };
        self.marked_field(
            &field.code,
            shown,
            &Run {
                marks,
                style: None,
                deleted,
            },
        );
    }

    /// A node that a content control stands for. `nameless`: it has no words of its own, those shown are made up.
    pub(super) fn chip(&mut self, kind: &str, key: &str, nameless: bool, shown: &str, run: &Run<'_>) {
        let kind = if nameless { format!("{kind}-") } else { kind.to_owned() };
        let mut tag = format!("{}{kind}:{key}", names::TAG);
        let long = tag.encode_utf16().count() > names::TAG_MAX;
        if long {
            tag = format!("{}{kind}+", names::TAG);
        }
        let id = self.next_id();
        self.out.open("w:sdt", &[]);
        self.out.open("w:sdtPr", &[]);
        self.out.value("w:tag", &tag);
        self.out.value("w:id", &id);
        self.out.close("w:sdtPr");
        self.out.open("w:sdtContent", &[]);
        if long {
            // Too long for a tag: a run that is not shown.
            self.out.raw("<w:r><w:rPr><w:vanish/></w:rPr>");
            self.out.leaf(
                if run.deleted { "w:delText" } else { "w:t" },
                &[("xml:space", "preserve")],
                key,
            );
            self.out.close("w:r");
        }
        for (piece, rtl) in directions(shown) {
            self.piece(piece, run, rtl);
        }
        self.out.close("w:sdtContent");
        self.out.close("w:sdt");
    }

    /// The box of an item to tick off, as Word's own check box.
    pub(super) fn checkbox(&mut self, checked: bool) {
        let id = self.next_id();
        let (state, shown) = if checked { ("1", "☒") } else { ("0", "☐") };
        self.out.open("w:sdt", &[]);
        self.out.open("w:sdtPr", &[]);
        self.out.value("w:id", &id);
        self.out.open("w14:checkbox", &[]);
        self.out.empty("w14:checked", &[("w14:val", state)]);
        self.out
            .empty("w14:checkedState", &[("w14:val", "2612"), ("w14:font", "MS Gothic")]);
        self.out
            .empty("w14:uncheckedState", &[("w14:val", "2610"), ("w14:font", "MS Gothic")]);
        self.out.close("w14:checkbox");
        self.out.close("w:sdtPr");
        self.out.open("w:sdtContent", &[]);
        self.out.raw("<w:r><w:rPr><w:rFonts w:ascii=\"MS Gothic\" w:eastAsia=\"MS Gothic\" w:hAnsi=\"MS Gothic\" w:hint=\"eastAsia\"/></w:rPr>");
        self.out.leaf("w:t", &[], shown);
        self.out.raw("</w:r></w:sdtContent></w:sdt><w:r><w:tab/></w:r>");
    }

    /// The number of a note in the text, and the note at its place in the other part.
    pub(super) fn footnote(&mut self, content: &[Inline], run: &Run<'_>) {
        let id = self.notes.begin();
        self.run(run, |out| out.empty("w:footnoteReference", &[("w:id", &id)]));
        let body = std::mem::replace(&mut self.out, Markup::new());
        self.notes.writing = true;
        self.out.open("w:footnote", &[("w:id", &id)]);
        self.begin(&Shape::new(names::FOOTNOTE_TEXT));
        let number = Run {
            marks: &Marks::new(),
            style: Some(names::FOOTNOTE_REFERENCE),
            deleted: false,
        };
        self.run(&number, |out| out.empty("w:footnoteRef", &[]));
        self.plain_run(" ");
        self.position += 1;
        self.inlines(content);
        self.end();
        self.position += 1;
        self.out.close("w:footnote");
        self.notes.writing = false;
        let note = std::mem::replace(&mut self.out, body);
        self.notes.text.raw(note.as_str());
    }

    /// Begins a bookmark; answers its number.
    pub(super) fn begin_bookmark(&mut self, name: &str) -> String {
        let id = self.next_id();
        self.out.empty("w:bookmarkStart", &[("w:id", &id), ("w:name", name)]);
        id
    }

    /// Ends the bookmark of that number.
    pub(super) fn end_bookmark(&mut self, id: String) {
        self.out.empty("w:bookmarkEnd", &[("w:id", &id)]);
        drop(id);
    }
}

//! What cross-references and the table of contents show. Word counts for itself as soon as it updates a field; until
//! then, and in every other program, the results stand that are written here.

use super::{Writer, body::Shape};
use crate::docx::names::{self, Marked};
use domain::document::{
    Document, Fixed, Show,
    numbering::{Numbering, TargetKind},
    outline::{Entry, outline},
};

/// What can be referred to, and the headings for the table of contents.
pub(super) struct Targets {
    numbering: Numbering,
    headings: Vec<Entry>,
}

impl Targets {
    /// Counts through a document in a language.
    pub(super) fn new(document: &Document, language: &str) -> Self {
        Self {
            numbering: Numbering::in_language(document, language),
            headings: outline(document),
        }
    }
}

/// A cross-reference as a field.
pub(super) struct ReferenceField {
    /// What stands before the field, as numbers in Word say only "2.1": `Step `.
    pub(super) label: String,
    pub(super) code: String,
    /// The field's result until Word makes another.
    pub(super) shown: String,
}

impl Writer<'_> {
    /// The words that nobody wrote, in the language of the document.
    pub(super) fn words(&self) -> &'static Fixed {
        self.targets.numbering.words()
    }

    /// A cross-reference as a field. Where a number is asked for and the target has none, the field asks for the title;
    /// `\\* MERGEFORMAT`, which changes nothing else, keeps that it was a number.
    pub(super) fn reference(&mut self, target: &str, show: Show) -> ReferenceField {
        let name = names::bookmark(target, Marked::Node);
        let number = format!(" REF {name} \\r \\h ");
        let title = format!(" REF {name} \\h ");
        let page = format!(" PAGEREF {name} \\h ");
        let Some(found) = self.targets.numbering.target(target).cloned() else {
            self.lose("a cross-reference leads nowhere: what it names is not in the document");
            let code = match show {
                Show::Number => number,
                Show::Title => title,
                Show::Page => page,
            };
            return ReferenceField {
                label: String::new(),
                code,
                shown: "?".to_owned(),
            };
        };
        let (label, code) = match (show, found.kind) {
            (Show::Page, _) => (String::new(), page),
            // The bookmark of a figure is around "Figure 3"; another is around its caption.
            (Show::Title, TargetKind::Figure) => (
                String::new(),
                format!(" REF {} \\h ", names::bookmark(target, Marked::Title)),
            ),
            (Show::Number, TargetKind::Step) => (format!("{} ", self.words().step), number),
            (Show::Number, TargetKind::Heading) if found.number.is_none() => {
                (String::new(), format!("{title}\\* MERGEFORMAT "))
            }
            (Show::Number, TargetKind::Heading) => (String::new(), number),
            (Show::Number, TargetKind::Figure) | (Show::Title, _) => (String::new(), title),
        };
        let shown = self.words().shown(&found, show);
        let shown = shown.strip_prefix(&label).unwrap_or(&shown).to_owned();
        ReferenceField { label, code, shown }
    }

    /// The name of the bookmark that the table of contents has for the next heading, if there is a table and the heading
    /// has no id to be found by.
    pub(super) fn contents_bookmark(&mut self) -> Option<String> {
        let at = self.headings?;
        self.headings = Some(at + 1);
        let heading = self.targets.headings.get(at)?;
        Some(contents_name(&heading.anchor)).filter(|name| name.starts_with(CONTENTS))
    }

    /// The table of contents: a field that Word fills anew when it opens the file, with the headings as they are.
    pub(super) fn contents(&mut self) {
        let id = self.next_id();
        self.out.open("w:sdt", &[]);
        self.out.open("w:sdtPr", &[]);
        self.out.value("w:id", &id);
        self.out.open("w:docPartObj", &[]);
        self.out.value("w:docPartGallery", "Table of Contents");
        self.out.empty("w:docPartUnique", &[]);
        self.out.close("w:docPartObj");
        self.out.close("w:sdtPr");
        self.out.open("w:sdtContent", &[]);
        self.begin(&Shape::new(names::CONTENTS_TITLE));
        self.plain_run(self.words().contents);
        self.end();
        self.contents_lines();
        self.out.close("w:sdtContent");
        self.out.close("w:sdt");
    }

    fn contents_lines(&mut self) {
        const BEGIN: &str = "<w:r><w:fldChar w:fldCharType=\"begin\" w:dirty=\"true\"/></w:r><w:r><w:instrText \
            xml:space=\"preserve\"> TOC \\o \"1-6\" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar \
            w:fldCharType=\"separate\"/></w:r>";
        const END: &str = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
        let headings = std::mem::take(&mut self.targets.headings);
        let mut begun = false;
        for heading in headings.iter().filter(|heading| !heading.title.is_empty()) {
            self.begin(&Shape::new(names::CONTENTS[usize::from(heading.level.clamp(1, 6)) - 1]));
            if !begun {
                self.out.raw(BEGIN);
                begun = true;
            }
            let name = contents_name(&heading.anchor);
            self.out.open("w:hyperlink", &[("w:anchor", &name), ("w:history", "1")]);
            if let Some(number) = &heading.number {
                self.plain_run(&format!("{number}\t"));
            }
            self.plain_run(&heading.title);
            self.out.close("w:hyperlink");
            self.end();
        }
        self.begin(&Shape::new(names::NORMAL));
        if !begun {
            self.out.raw(BEGIN);
        }
        self.out.raw(END);
        self.end();
        self.targets.headings = headings;
    }
}

/// What bookmarks of Word's own tables of contents begin with.
const CONTENTS: &str = "_Toc";

/// The bookmark of a heading: that of its id, or where it has none, one as Word makes for its tables of contents.
fn contents_name(anchor: &str) -> String {
    match anchor.strip_prefix("h.") {
        Some(place) => format!("{CONTENTS}{place:0>8}"),
        None => names::bookmark(anchor, Marked::Node),
    }
}

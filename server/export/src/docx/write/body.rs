//! Blocks as paragraphs, tables and content controls.
//!
//! Word's body is a flat row of paragraphs and tables. What holds blocks in our model (quotes, callouts, steps, and
//! items of lists that hold more than paragraphs and lists) stands in a content control without a visible border, whose
//! tag tells our reader what it is; the styles of the paragraphs in it say the same to people and other programs.

use super::{
    Writer,
    lists::{HEADINGS_NUMBER, Look},
};
use crate::docx::names::{self, Marked, Style};
use domain::document::{Align, Block, CalloutKind, Direction, Inline, InlineKind};

/// How far the contents of a step stand further in than the step, in twentieths of a point.
pub(super) const STEP_INDENT: i32 = 567;
/// The same for a quote.
const QUOTE_INDENT: i32 = 425;

/// Where a block stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// How far in, in twentieths of a point.
    pub(super) indent: i32,
    /// How wide the column is, indent included, in twentieths of a point.
    pub(super) width: i32,
    /// The style of plain paragraphs.
    pub(super) style: Style,
    /// The innermost callout around it.
    pub(super) frame: Option<CalloutKind>,
    /// Steps around it.
    pub(super) steps: usize,
}

/// What a paragraph looks like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) style: Style,
    /// Its numbering: instance and level. Instance 0 switches the numbering of the style off.
    pub(super) number: Option<(u32, usize)>,
    pub(super) keep_next: bool,
    pub(super) dir: Option<Direction>,
    /// Whether its first strong character reads from right to left.
    pub(super) rtl: bool,
    pub(super) align: Option<Align>,
    /// Left and hanging indent, where the style's and the numbering's do not do.
    pub(super) indent: Option<(i32, i32)>,
    pub(super) frame: Option<CalloutKind>,
}

impl Shape {
    pub(super) fn new(style: Style) -> Self {
        Self {
            style,
            number: None,
            keep_next: false,
            dir: None,
            rtl: false,
            align: None,
            indent: None,
            frame: None,
        }
    }
}

impl Writer<'_> {
    /// Writes blocks one below the other. Their positions are counted, not that of what is around them.
    pub(super) fn blocks(&mut self, blocks: &[Block], place: Place) {
        self.blocks_from(0, blocks, place);
    }

    /// The same for blocks of which the first is not the first of what is around them.
    pub(super) fn blocks_from(&mut self, first: usize, blocks: &[Block], place: Place) {
        let mut after_table = false;
        for (index, block) in (first..).zip(blocks) {
            let table = matches!(block, Block::Table { .. });
            if table && after_table {
                // Word makes one table of two that touch.
                self.filler(None);
            }
            after_table = table;
            self.path.push(index);
            self.block(block, place);
            self.path.pop();
        }
        if after_table {
            // A cell and a body must end with a paragraph (ISO 29500-1, 17.4.65).
            self.filler(None);
        }
    }

    fn block(&mut self, block: &Block, place: Place) {
        if let Some(look) = Look::of(block) {
            let list = self.lists.outermost(look);
            return self.list(block, list, place);
        }
        self.position += 1;
        match block {
            Block::Paragraph { dir, align, content } => {
                let shape = Shape {
                    dir: *dir,
                    align: *align,
                    ..plain(place, content)
                };
                self.paragraph(&shape, content);
            }
            Block::Heading {
                level,
                numbered,
                id,
                content,
            } => self.heading(*level, *numbered, id, content, place),
            Block::Blockquote { content } => {
                let indent = place.indent + QUOTE_INDENT;
                self.control(
                    "quote",
                    content,
                    Place {
                        style: names::QUOTE,
                        indent,
                        ..place
                    },
                );
            }
            Block::Callout { kind, content } => {
                self.callout(*kind, content, place);
            }
            Block::Table { rows } => self.table(rows, place),
            Block::Figure {
                src,
                alt,
                width,
                id,
                caption,
            } => {
                self.picture(src, alt, *width, place);
                self.caption(id, caption, place);
            }
            Block::CodeBlock { language, content } => self.code_block(language.as_deref(), content, place),
            Block::Step {
                id,
                confirm,
                record,
                content,
            } => self.step(id, *confirm, record.as_ref(), content, place),
            _ => return self.mark(block, place),
        }
        self.position += 1;
    }

    /// Blocks without content. They count as one position, which the caller has counted.
    fn mark(&mut self, block: &Block, place: Place) {
        let style = match block {
            Block::Divider => names::DIVIDER,
            Block::Pause { .. } => names::PAUSE,
            Block::TableOfContents => return self.contents(),
            _ => place.style,
        };
        self.begin(&Shape {
            indent: (place.indent > 0).then_some((place.indent, 0)),
            ..Shape::new(style)
        });
        match block {
            Block::Pause { seconds } => {
                self.plain_run(&format!("{}: {}", self.words().pause, names::duration(*seconds)));
            }
            Block::PageBreak => self.out.raw("<w:r><w:br w:type=\"page\"/></w:r>"),
            _ => {}
        }
        self.end();
    }

    /// A whole paragraph with its text.
    pub(super) fn paragraph(&mut self, shape: &Shape, content: &[Inline]) {
        self.begin(shape);
        self.inlines(content);
        self.end();
    }

    fn heading(&mut self, level: u8, numbered: bool, id: &str, content: &[Inline], place: Place) {
        let at = usize::from(level.clamp(1, 6)) - 1;
        let indent = (place.indent > 0).then_some((place.indent, 0));
        let rtl = reads_from_right(content);
        let mut shape = Shape {
            rtl,
            indent,
            frame: place.frame,
            ..Shape::new(names::HEADINGS[at])
        };
        shape.number = match (numbered, self.template_numbers) {
            (true, true) => None,
            (true, false) => Some((HEADINGS_NUMBER, at)),
            (false, template) => (template || self.outermost.is_some()).then_some((0, 0)),
        };
        self.begin(&shape);
        let contents = self.contents_bookmark();
        let begun = [names_of(id), contents]
            .into_iter()
            .flatten()
            .map(|name| self.begin_bookmark(&name))
            .collect::<Vec<_>>();
        self.inlines(content);
        for bookmark in begun {
            self.end_bookmark(bookmark);
        }
        self.end();
    }

    fn code_block(&mut self, language: Option<&str>, content: &[Inline], place: Place) {
        let indent = (place.indent > 0).then_some((place.indent, 0));
        let shape = Shape {
            indent,
            frame: place.frame,
            ..Shape::new(names::CODE_BLOCK)
        };
        match language {
            Some(language) => {
                self.begin_control(&format!("code:{language}"));
                self.paragraph(&shape, content);
                self.end_control();
            }
            None => self.paragraph(&shape, content),
        }
    }

    /// A caption below its picture: label and number, then what somebody wrote.
    fn caption(&mut self, id: &str, caption: &[Inline], place: Place) {
        self.figures += 1;
        let indent = (place.indent > 0).then_some((place.indent, 0));
        let rtl = reads_from_right(caption);
        self.begin(&Shape {
            rtl,
            indent,
            frame: place.frame,
            ..Shape::new(names::CAPTION)
        });
        let number = names_of(id).map(|name| self.begin_bookmark(&name));
        self.label_run(&format!("{} ", self.words().figure));
        let shown = self.figures.to_string();
        self.field(" SEQ Figure \\* ARABIC ", &shown, Some(names::CAPTION_LABEL));
        if let Some(bookmark) = number {
            self.end_bookmark(bookmark);
        }
        if !caption.is_empty() {
            self.label_run(": ");
        }
        let title = (!id.is_empty()).then(|| self.begin_bookmark(&names::bookmark(id, Marked::Title)));
        self.inlines(caption);
        if let Some(bookmark) = title {
            self.end_bookmark(bookmark);
        }
        self.end();
    }

    /// A callout, with the word that says what it is: colour alone says it to nobody who cannot see it.
    fn callout(&mut self, kind: CalloutKind, content: &[Block], place: Place) {
        self.begin_control(&format!("callout:{}", kind.word()));
        let indent = (place.indent > 0).then_some((place.indent, 0));
        self.begin(&Shape {
            keep_next: true,
            indent,
            frame: Some(kind),
            ..Shape::new(names::CALLOUT_LABEL)
        });
        self.plain_run(self.words().callout(kind));
        self.out.close("w:p");
        self.blocks(
            content,
            Place {
                style: names::callout(kind),
                frame: Some(kind),
                ..place
            },
        );
        self.end_control();
    }

    fn control(&mut self, tag: &str, content: &[Block], place: Place) {
        self.begin_control(tag);
        self.blocks(content, place);
        self.end_control();
    }

    /// Begins a content control around blocks.
    pub(super) fn begin_control(&mut self, tag: &str) {
        let id = self.next_id();
        self.out.open("w:sdt", &[]);
        self.out.open("w:sdtPr", &[]);
        self.out.value("w:tag", &format!("{}{tag}", names::TAG));
        self.out.value("w:id", &id);
        self.out.empty("w15:appearance", &[("w15:val", "hidden")]);
        // LibreOffice 7.4 takes a control around paragraphs for one within a line, and moves its line breaks, unless it is
        // that of a building block.
        self.out.open("w:docPartObj", &[]);
        self.out.value("w:docPartGallery", "Quick Parts");
        self.out.close("w:docPartObj");
        self.out.close("w:sdtPr");
        self.out.open("w:sdtContent", &[]);
    }

    pub(super) fn end_control(&mut self) {
        self.out.close("w:sdtContent");
        self.out.close("w:sdt");
    }

    /// A paragraph that only Word needs.
    pub(super) fn filler(&mut self, number: Option<(u32, usize)>) {
        self.begin(&Shape {
            number,
            ..Shape::new(names::FILLER)
        });
        self.end();
    }
}

/// The shape of a plain paragraph here.
pub(super) fn plain(place: Place, content: &[Inline]) -> Shape {
    let frame = place.frame.filter(|kind| place.style != names::callout(*kind));
    let own = match place.style {
        names::QUOTE => QUOTE_INDENT,
        names::STEP_TEXT => STEP_INDENT,
        _ => 0,
    };
    let indent = (place.indent != own).then_some((place.indent, 0));
    Shape {
        rtl: reads_from_right(content),
        frame,
        indent,
        ..Shape::new(place.style)
    }
}

/// The name of the bookmark for a node's id, if it has one.
pub(super) fn names_of(id: &str) -> Option<String> {
    (!id.is_empty()).then(|| names::bookmark(id, Marked::Node))
}

/// Whether the first strong character of a text reads from right to left.
pub(in crate::docx) fn reads_from_right(content: &[Inline]) -> bool {
    let texts = content.iter().filter_map(|inline| match &inline.kind {
        InlineKind::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts
        .flat_map(str::chars)
        .find(|c| c.is_alphabetic())
        .is_some_and(is_rtl)
}

/// Whether a character is a letter of a script that is written from right to left: Hebrew, Arabic, Syriac, Thaana,
/// `NKo` and their neighbours in Unicode's blocks.
pub(super) fn is_rtl(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

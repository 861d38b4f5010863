//! A document as a docx file (ISO 29500 "transitional", as Word itself writes).

mod body;
mod fields;
mod inline;
mod items;
mod lists;
mod parts;
mod picture;
mod references;
mod remarks;
mod styles;
mod table;
mod template;

use super::{
    markup::Markup,
    names::{self, Style},
};
use crate::{Attachments, Comment, ExportError, Loss, Meta, Written};
pub(super) use body::reads_from_right;
pub(super) use picture::EMU;
pub(super) use table::{HEADER_FILL, PIXEL};

use body::Place;
use domain::document::{Block, Document};
use lists::{Lists, Shift};
use parts::{Outline, PartRelations};
use picture::Media;
use references::Targets;
use remarks::Remarks;
use std::collections::BTreeMap;
use styles::StyleIds;
use template::Template;

/// Everything that goes into a file.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The text.
    pub document: &'a Document,
    /// What is said about it; in headers, footers and the file's properties.
    pub meta: &'a Meta,
    /// The pictures its figures show.
    pub attachments: &'a Attachments,
    /// Remarks beside it.
    pub comments: &'a [Comment],
    /// What to show for the authors of tracked changes, by the author that the text names. Others are shown as they are.
    pub names: &'a BTreeMap<String, String>,
    /// A docx file whose styles, page, headers and footers to take.
    pub template: Option<&'a [u8]>,
}

/// Width of the text on A4 with margins of an inch, in twentieths of a point.
const TEXT_WIDTH: i32 = 11_906 - 2 * 1_440;

/// Makes the file. The same source makes the same bytes.
///
/// # Errors
/// When the template is no docx file, or larger than the limits of [`super::read`] allow.
pub fn write(source: &Source<'_>) -> Result<Written, ExportError> {
    let template = source.template.map(Template::open).transpose()?;
    let mut writer = Writer::new(source, template.as_ref());
    writer
        .losses
        .extend(template.iter().flat_map(Template::losses).cloned());
    let place = Place {
        indent: 0,
        width: template.as_ref().map_or(TEXT_WIDTH, Template::text_width),
        style: names::NORMAL,
        frame: None,
        steps: 0,
    };
    writer.blocks(source.document.blocks(), place);
    writer.lose_remarks();
    parts::pack(writer, template.as_ref())
}

/// The state of writing one file.
struct Writer<'a> {
    source: &'a Source<'a>,
    /// What is being written: the main part, or for a while a footnote.
    out: Markup,
    notes: Notes,
    body_relations: PartRelations,
    lists: Lists,
    shift: Shift,
    media: Media,
    styles: StyleIds,
    remarks: Remarks,
    targets: Targets,
    losses: Vec<Loss>,
    /// The outermost level of headings that is numbered, from 0; none: no heading is.
    outermost: Option<usize>,
    /// Whether the template's heading styles number headings.
    template_numbers: bool,
    /// Where we are in the document, as `ProseMirror` counts.
    position: usize,
    /// The indexes of the nodes around us.
    path: Vec<usize>,
    /// Figures so far.
    figures: u32,
    /// Headings so far, when there is a table of contents.
    headings: Option<usize>,
    last_id: u32,
    /// Whether a table was written last.
    after_table: bool,
}

/// Footnotes so far.
#[derive(Default)]
struct Notes {
    text: Markup,
    count: u32,
    relations: PartRelations,
    writing: bool,
}

impl Notes {
    /// The number of the next note. Word keeps 0 and below for the lines that separate notes from the text.
    fn begin(&mut self) -> String {
        self.count += 1;
        self.count.to_string()
    }
}

impl<'a> Writer<'a> {
    fn new(source: &'a Source<'a>, template: Option<&Template>) -> Self {
        let blocks = source.document.blocks();
        Self {
            source,
            out: parts::document(),
            notes: Notes::default(),
            body_relations: PartRelations::default(),
            lists: Lists::default(),
            shift: template.map(Template::shift).unwrap_or_default(),
            media: Media::default(),
            styles: template.map(Template::style_ids).unwrap_or_default(),
            remarks: Remarks::new(source.comments),
            targets: Targets::new(source.document, &source.meta.language),
            losses: Vec::new(),
            outermost: outermost_numbered(blocks),
            template_numbers: template.is_some_and(Template::numbers_headings),
            position: 0,
            path: Vec::new(),
            figures: 0,
            headings: blocks
                .iter()
                .any(|block| matches!(block, Block::TableOfContents))
                .then_some(0),
            last_id: 0,
            after_table: false,
        }
    }

    /// A number that nothing else in the file has.
    fn next_id(&mut self) -> String {
        self.last_id += 1;
        self.last_id.to_string()
    }

    fn style_id(&self, style: Style) -> String {
        self.styles.id(style).to_owned()
    }

    /// The relationships of the part that is being written.
    fn relations(&mut self) -> &mut PartRelations {
        if self.notes.writing {
            &mut self.notes.relations
        } else {
            &mut self.body_relations
        }
    }

    /// Notes that something here could not be kept.
    fn lose(&mut self, what: impl Into<String>) {
        let segments: Vec<String> = self.path.iter().map(|index| format!("content/{index}")).collect();
        self.losses.push(Loss::new(segments.join("/"), what));
    }

    /// What the outer parts need to know of the document.
    fn outline(&self) -> Outline {
        Outline {
            notes: self.notes.count > 0,
            outermost: self.outermost,
        }
    }
}

/// The outermost level of headings that is numbered, from 0: its number stands first.
fn outermost_numbered(blocks: &[Block]) -> Option<usize> {
    let levels = blocks.iter().filter_map(|block| match block {
        Block::Heading {
            level, numbered: true, ..
        } => Some(usize::from((*level).clamp(1, 6)) - 1),
        other => other.bodies().into_iter().filter_map(outermost_numbered).min(),
    });
    levels.min()
}

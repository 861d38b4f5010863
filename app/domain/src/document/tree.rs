//! The nodes and marks. Names and attributes are those of `schema.json`; numbers (of headings, steps, figures,
//! footnotes) are counted by [`super::numbering`] and never stored.

use super::{Align, CalloutKind, Direction, ListStyle, Marks, Show};

/// A node that stands on lines of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Block {
    /// A paragraph of text.
    Paragraph {
        /// Its base direction; none: from its first strong character.
        dir: Option<Direction>,
        /// How its lines stand; none: at the start edge.
        align: Option<Align>,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A heading.
    Heading {
        /// 1 (the outermost) to 6.
        level: u8,
        /// Whether it takes part in the numbering (1, 1.1 …).
        numbered: bool,
        /// What cross-references call it; empty: nothing refers to it.
        id: String,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A list without order.
    BulletList {
        /// At least one.
        items: Vec<Item>,
    },
    /// A counted list.
    OrderedList {
        /// The number of the first item, 0 to [`super::LIST_START_MAX`].
        start: u32,
        /// How items are counted.
        style: ListStyle,
        /// At least one.
        items: Vec<Item>,
    },
    /// A list of things to tick off.
    TaskList {
        /// At least one.
        items: Vec<TaskItem>,
    },
    /// Words of somebody else.
    Blockquote {
        /// At least one.
        content: Vec<Block>,
    },
    /// A box that asks for attention.
    Callout {
        /// What it says it is.
        kind: CalloutKind,
        /// At least one.
        content: Vec<Block>,
    },
    /// A table. Its rows cover a rectangle exactly, spans included.
    Table {
        /// At least one.
        rows: Vec<Row>,
    },
    /// A picture with a caption.
    Figure {
        /// `attachment:ID`, or `data:image/(png|jpeg|webp|gif);base64,…`.
        src: String,
        /// What the picture says to who cannot see it; empty: it decorates.
        alt: String,
        /// Width in CSS pixels; none: its own, up to the column's.
        width: Option<u32>,
        /// What cross-references call it; empty: nothing refers to it.
        id: String,
        /// The caption; may be empty.
        caption: Vec<Inline>,
    },
    /// A line across.
    Divider,
    /// Text whose lines and blanks count.
    CodeBlock {
        /// A word such as `rust`; none: not said.
        language: Option<String>,
        /// Text only, its marks insertion and deletion only; the one place where text holds line feeds.
        content: Vec<Inline>,
    },
    /// What follows starts on a new page. Stands at the top of the tree only.
    PageBreak,
    /// The headings with their pages, made where the document is shown. Stands at the top of the tree only.
    TableOfContents,
    /// One thing to do. Steps are numbered through the document, steps inside a step under its number.
    Step {
        /// What cross-references and runs call it; empty: nothing refers to it.
        id: String,
        /// Whether who follows the script confirms it.
        confirm: bool,
        /// A value to write down while doing it.
        record: Option<Record>,
        /// At least one.
        content: Vec<Block>,
    },
    /// Silence while a script is read aloud.
    Pause {
        /// 1 to [`super::PAUSE_MAX`].
        seconds: u32,
    },
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// At least one.
    pub content: Vec<Block>,
}

/// One thing to tick off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskItem {
    /// Whether it is done.
    pub checked: bool,
    /// At least one.
    pub content: Vec<Block>,
}

/// One row of a table. It has no cells where cells of rows above cover it whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// From the edge where reading starts.
    pub cells: Vec<Cell>,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Whether it heads a row or a column (`table_header`) or not (`table_cell`).
    pub header: bool,
    /// Columns it covers, 1 to [`super::COLUMNS_MAX`].
    pub colspan: u32,
    /// Rows it covers, 1 to [`super::ROWSPAN_MAX`]; never more than are left.
    pub rowspan: u32,
    /// The width of each column it covers in CSS pixels, 0 where it is not set; as many as `colspan`.
    pub colwidth: Option<Vec<u32>>,
    /// At least one.
    pub content: Vec<Block>,
}

/// What a step asks to write down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// What it is; never empty.
    pub label: String,
    /// What it is measured in; empty: nothing.
    pub unit: String,
}

/// A node within lines of text, with its marks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Inline {
    /// What it is.
    pub kind: InlineKind,
    /// What is said about it.
    pub marks: Marks,
}

/// What a node within lines of text is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InlineKind {
    /// Letters; never empty.
    Text(String),
    /// A new line in the same paragraph.
    HardBreak,
    /// A note at the foot of the page; holds no other footnote.
    Footnote(Vec<Inline>),
    /// A reference to a heading, figure or step of this document.
    CrossReference {
        /// The target's id; a target that is not there is allowed, and reported by [`super::numbering`].
        target: String,
        /// What to show of it.
        show: Show,
    },
    /// A gap that a field of the record fills.
    Placeholder {
        /// The field's name.
        field: String,
        /// What to show while the gap is empty.
        label: String,
    },
    /// A fact kept beside the document.
    Fact {
        /// Its id.
        id: String,
        /// What to show.
        label: String,
    },
    /// A clause of a source that is cited.
    Clause {
        /// The source's name or id.
        source: String,
        /// The place within it.
        citation: String,
    },
    /// A person, called to this place.
    Mention {
        /// The member's id.
        member: String,
        /// The name to show.
        label: String,
    },
}

impl Block {
    /// The name of the node in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Paragraph { .. } => "paragraph",
            Self::Heading { .. } => "heading",
            Self::BulletList { .. } => "bullet_list",
            Self::OrderedList { .. } => "ordered_list",
            Self::TaskList { .. } => "task_list",
            Self::Blockquote { .. } => "blockquote",
            Self::Callout { .. } => "callout",
            Self::Table { .. } => "table",
            Self::Figure { .. } => "figure",
            Self::Divider => "divider",
            Self::CodeBlock { .. } => "code_block",
            Self::PageBreak => "page_break",
            Self::TableOfContents => "table_of_contents",
            Self::Step { .. } => "step",
            Self::Pause { .. } => "pause",
        }
    }

    /// A paragraph without attributes.
    pub fn paragraph(content: Vec<Inline>) -> Self {
        Self::Paragraph {
            dir: None,
            align: None,
            content,
        }
    }

    /// Its own text, when it is a block of text: paragraph, heading, code block, or the caption of a figure.
    pub fn inlines(&self) -> Option<&[Inline]> {
        match self {
            Self::Paragraph { content, .. }
            | Self::Heading { content, .. }
            | Self::CodeBlock { content, .. }
            | Self::Figure { caption: content, .. } => Some(content),
            _ => None,
        }
    }

    /// Its own text, to change.
    pub fn inlines_mut(&mut self) -> Option<&mut Vec<Inline>> {
        match self {
            Self::Paragraph { content, .. }
            | Self::Heading { content, .. }
            | Self::CodeBlock { content, .. }
            | Self::Figure { caption: content, .. } => Some(content),
            _ => None,
        }
    }

    /// The runs of blocks inside it, in order: one for each list item and each table cell, one for a quote, callout or
    /// step, none for anything else.
    pub fn bodies(&self) -> Vec<&[Block]> {
        match self {
            Self::BulletList { items } | Self::OrderedList { items, .. } => {
                items.iter().map(|item| item.content.as_slice()).collect()
            }
            Self::TaskList { items } => items.iter().map(|item| item.content.as_slice()).collect(),
            Self::Table { rows } => {
                let cells = rows.iter().flat_map(|row| &row.cells);
                cells.map(|cell| cell.content.as_slice()).collect()
            }
            Self::Blockquote { content } | Self::Callout { content, .. } | Self::Step { content, .. } => vec![content],
            _ => Vec::new(),
        }
    }

    /// Calls for each run of blocks inside it, in order, with the place of the run's parent: the block's own place, and for
    /// items and cells the indexes that lead to them.
    pub fn each_body<'b>(&'b self, place: &mut Vec<usize>, call: &mut impl FnMut(&'b [Block], &mut Vec<usize>)) {
        match self {
            Self::Table { rows } => {
                for (row, cells) in rows.iter().map(|row| &row.cells).enumerate() {
                    for (column, cell) in cells.iter().enumerate() {
                        place.extend([row, column]);
                        call(&cell.content, place);
                        place.truncate(place.len() - 2);
                    }
                }
            }
            Self::BulletList { .. } | Self::OrderedList { .. } | Self::TaskList { .. } => {
                for (index, body) in self.bodies().into_iter().enumerate() {
                    place.push(index);
                    call(body, place);
                    place.pop();
                }
            }
            _ => self.bodies().into_iter().for_each(|body| call(body, place)),
        }
    }

    /// The runs of blocks inside it, to change.
    pub fn bodies_mut(&mut self) -> Vec<&mut Vec<Block>> {
        match self {
            Self::BulletList { items } | Self::OrderedList { items, .. } => {
                items.iter_mut().map(|item| &mut item.content).collect()
            }
            Self::TaskList { items } => items.iter_mut().map(|item| &mut item.content).collect(),
            Self::Table { rows } => {
                let cells = rows.iter_mut().flat_map(|row| &mut row.cells);
                cells.map(|cell| &mut cell.content).collect()
            }
            Self::Blockquote { content } | Self::Callout { content, .. } | Self::Step { content, .. } => vec![content],
            _ => Vec::new(),
        }
    }
}

impl Cell {
    /// A cell that covers one column and one row.
    pub fn new(header: bool, content: Vec<Block>) -> Self {
        Self {
            header,
            colspan: 1,
            rowspan: 1,
            colwidth: None,
            content,
        }
    }
}

impl Inline {
    /// Text without marks.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(InlineKind::Text(text.into()), Marks::new())
    }

    /// A node with its marks.
    pub fn new(kind: InlineKind, marks: Marks) -> Self {
        Self { kind, marks }
    }
}

impl InlineKind {
    /// The name of the node in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::HardBreak => "hard_break",
            Self::Footnote(_) => "footnote",
            Self::CrossReference { .. } => "cross_reference",
            Self::Placeholder { .. } => "placeholder",
            Self::Fact { .. } => "fact",
            Self::Clause { .. } => "clause",
            Self::Mention { .. } => "mention",
        }
    }
}

//! Tables. Our model lists only the cells that begin in a row; Word wants each row filled, with continued cells below
//! one that spans rows.

use super::{Writer, body::Place};
use crate::docx::names;
use domain::document::{Block, Cell, InlineKind, Row};

/// Twentieths of a point in a CSS pixel.
pub(in crate::docx) const PIXEL: i32 = 15;
/// Left and right margin of a cell.
const CELL_MARGIN: i32 = 108;
/// The narrowest that a column is made when there is no room.
const COLUMN_MIN: i32 = 360;

/// A place in a row, from left to right.
enum Slot<'a> {
    /// A cell that begins here.
    Begins(&'a Cell),
    /// A cell of a row above that covers so many columns here.
    Continues { columns: u32, header: bool },
}

impl Writer<'_> {
    pub(super) fn table(&mut self, rows: &[Row], place: Place) {
        let slots = slots(rows);
        let columns = columns(&slots, place.width - place.indent);
        let heading_rows = heading_rows(rows);
        let set = rows
            .iter()
            .flat_map(|row| &row.cells)
            .all(|cell| cell.colwidth.is_some());
        self.table_properties(set.then(|| columns.iter().sum()), place, heading_rows);
        self.out.open("w:tblGrid", &[]);
        for width in &columns {
            self.out.empty("w:gridCol", &[("w:w", &width.to_string())]);
        }
        self.out.close("w:tblGrid");
        // LibreOffice 7.4 loses rows at the foot of a page from a table that has a footnote and rows that may not break.
        let breaks = rows
            .iter()
            .flat_map(|row| &row.cells)
            .any(|cell| has_note(&cell.content));
        for (index, row) in slots.iter().enumerate() {
            self.path.push(index);
            self.position += 1;
            self.out.open("w:tr", &[]);
            self.out.open("w:trPr", &[]);
            if !breaks {
                self.out.empty("w:cantSplit", &[]);
            }
            if index < heading_rows {
                self.out.empty("w:tblHeader", &[]);
            }
            self.out.close("w:trPr");
            self.row(row, &columns, place);
            self.out.close("w:tr");
            self.position += 1;
            self.path.pop();
        }
        self.out.close("w:tbl");
        self.after_table = true;
    }

    fn table_properties(&mut self, width: Option<i32>, place: Place, heading_rows: usize) {
        let style = self.style_id(names::TABLE_GRID);
        self.out.open("w:tbl", &[]);
        self.out.open("w:tblPr", &[]);
        self.out.value("w:tblStyle", &style);
        match width {
            Some(width) => self
                .out
                .empty("w:tblW", &[("w:w", &width.to_string()), ("w:type", "dxa")]),
            None => self.out.empty("w:tblW", &[("w:w", "0"), ("w:type", "auto")]),
        }
        if place.indent > 0 {
            self.out
                .empty("w:tblInd", &[("w:w", &place.indent.to_string()), ("w:type", "dxa")]);
        }
        self.out.empty(
            "w:tblLayout",
            &[("w:type", if width.is_some() { "fixed" } else { "autofit" })],
        );
        let first_row = if heading_rows > 0 { "1" } else { "0" };
        self.out.empty(
            "w:tblLook",
            &[
                ("w:val", if heading_rows > 0 { "0620" } else { "0600" }),
                ("w:firstRow", first_row),
                ("w:lastRow", "0"),
                ("w:firstColumn", "0"),
                ("w:lastColumn", "0"),
                ("w:noHBand", "1"),
                ("w:noVBand", "1"),
            ],
        );
        self.out.close("w:tblPr");
    }

    fn row(&mut self, slots: &[Slot<'_>], columns: &[i32], place: Place) {
        let (mut column, mut index) = (0, 0);
        for slot in slots {
            let span = slot.columns();
            let widths = &columns[column..(column + span as usize).min(columns.len())];
            column += span as usize;
            let width: i32 = widths.iter().sum();
            match slot {
                Slot::Begins(cell) => {
                    self.path.push(index);
                    self.cell(cell, width, place);
                    self.path.pop();
                    index += 1;
                }
                Slot::Continues { header, .. } => {
                    self.cell_properties(width, false, span, Some("continue"), *header);
                    self.filler(None);
                    self.out.close("w:tc");
                }
            }
        }
    }

    fn cell(&mut self, cell: &Cell, width: i32, place: Place) {
        let merged = (cell.rowspan > 1).then_some("restart");
        self.cell_properties(width, cell.colwidth.is_some(), cell.colspan, merged, cell.header);
        let inside = Place {
            indent: 0,
            width: (width - 2 * CELL_MARGIN).max(COLUMN_MIN),
            style: if cell.header {
                names::TABLE_HEADING
            } else {
                names::NORMAL
            },
            frame: None,
            ..place
        };
        self.position += 1;
        self.blocks(&cell.content, inside);
        self.position += 1;
        let ambiguous = matches!(cell.content.as_slice(), [.., Block::Table { .. }, last] if last.inlines().is_some_and(<[_]>::is_empty));
        if ambiguous || !self.out.as_str().ends_with("</w:p>") {
            self.filler(None);
        }
        self.out.close("w:tc");
    }

    fn cell_properties(&mut self, width: i32, set: bool, span: u32, merged: Option<&str>, header: bool) {
        self.out.open("w:tc", &[]);
        self.out.open("w:tcPr", &[]);
        if set {
            self.out
                .empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        } else {
            self.out.empty("w:tcW", &[("w:w", "0"), ("w:type", "auto")]);
        }
        if span > 1 {
            self.out.value("w:gridSpan", &span.to_string());
        }
        if let Some(merged) = merged {
            self.out.value("w:vMerge", merged);
        }
        if header {
            self.out.empty(
                "w:shd",
                &[("w:val", "clear"), ("w:color", "auto"), ("w:fill", HEADER_FILL)],
            );
        }
        self.out.close("w:tcPr");
    }
}

/// The fill of cells that head a row or a column.
pub(in crate::docx) const HEADER_FILL: &str = "E9EDF2";

/// Whether a footnote stands in some blocks.
fn has_note(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| {
        let mut inlines = block.inlines().unwrap_or_default().iter();
        inlines.any(|inline| matches!(inline.kind, InlineKind::Footnote(_))) || block.bodies().into_iter().any(has_note)
    })
}

impl Slot<'_> {
    fn columns(&self) -> u32 {
        match self {
            Self::Begins(cell) => cell.colspan,
            Self::Continues { columns, .. } => *columns,
        }
    }
}

/// How many rows at the top hold cells that head columns only; no cell of theirs may reach below them.
fn heading_rows(rows: &[Row]) -> usize {
    let heads = |row: &&Row| !row.cells.is_empty() && row.cells.iter().all(|cell| cell.header);
    let most = rows.iter().take_while(heads).count();
    let within = |count: &usize| {
        let reach = |(at, row): (usize, &Row)| row.cells.iter().all(|cell| at + cell.rowspan as usize <= *count);
        rows[..*count].iter().enumerate().all(reach)
    };
    (1..=most).rev().find(within).unwrap_or(0)
}

/// The rows with the cells that reach into them from above. The model's tables are rectangles without gaps.
fn slots(rows: &[Row]) -> Vec<Vec<Slot<'_>>> {
    // For each column where a spanning cell begins: rows still to go, its width, whether it heads.
    let mut spans: Vec<Option<(u32, u32, bool)>> = vec![None; 201];
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let mut slots = Vec::new();
        let mut cells = row.cells.iter();
        let mut column = 0;
        loop {
            while let Some((left, columns, header)) = spans.get(column).copied().flatten() {
                slots.push(Slot::Continues { columns, header });
                spans[column] = (left > 1).then_some((left - 1, columns, header));
                column += columns as usize;
            }
            let Some(cell) = cells.next() else { break };
            slots.push(Slot::Begins(cell));
            if let Some(span) = spans.get_mut(column).filter(|_| cell.rowspan > 1) {
                *span = Some((cell.rowspan - 1, cell.colspan, cell.header));
            }
            column += cell.colspan as usize;
        }
        all.push(slots);
    }
    all
}

/// The width of each column: as set by the first cell that sets it; the others share what is left.
fn columns(rows: &[Vec<Slot<'_>>], room: i32) -> Vec<i32> {
    let count: u32 = rows.first().map_or(1, |row| row.iter().map(Slot::columns).sum());
    let mut widths: Vec<Option<i32>> = vec![None; count as usize];
    for row in rows {
        let mut column = 0;
        for slot in row {
            if let Slot::Begins(Cell {
                colwidth: Some(given), ..
            }) = slot
            {
                for (width, given) in widths[column..].iter_mut().zip(given) {
                    let set = i32::try_from(*given).ok().filter(|given| *given > 0);
                    *width = width.or(set.map(|pixels| pixels * PIXEL));
                }
            }
            column += slot.columns() as usize;
        }
    }
    let set: i32 = widths.iter().flatten().sum();
    let unset = i32::try_from(widths.iter().filter(|width| width.is_none()).count())
        .unwrap_or(1)
        .max(1);
    let share = ((room - set) / unset).max(COLUMN_MIN);
    widths.into_iter().map(|width| width.unwrap_or(share)).collect()
}

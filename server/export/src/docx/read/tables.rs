//! Tables. Files say of each row which columns its cells cover and which cells go on from above; the model wants a
//! rectangle that cells fill exactly.

use super::{Reader, blocks::Within, notes::is_empty_paragraph, sequence::filled};
use crate::docx::{
    names,
    write::{HEADER_FILL, PIXEL},
    xml::Element,
};
use domain::document::{Block, COLUMNS_MAX, Cell, ROWSPAN_MAX, Row, WIDTH_MAX};

/// Most cells of one table, those included that are put in to fill its rows.
const CELLS_MAX: usize = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    No,
    Begins,
    Continues,
}

/// A cell as the file has it.
struct Raw {
    column: usize,
    columns: usize,
    merge: Merge,
    header: bool,
    /// Whether its width is set, not left to the program.
    set: bool,
    content: Vec<Block>,
}

/// A cell in its place, with the rows it covers.
struct Placed {
    column: usize,
    cell: Cell,
}

impl<'t> Reader<'t> {
    /// Reads a table. None: it has no row, or is too large; the latter is a loss.
    pub(super) fn table(&mut self, table: Element<'t>) -> Option<Block> {
        let widths: Vec<i32> = table.child("w:tblGrid").map(grid).unwrap_or_default();
        let mut rows: Vec<Vec<Raw>> = Vec::new();
        self.rows(table, &mut rows);
        rows.retain(|row| !row.is_empty());
        let columns = rows.iter().flatten().map(|cell| cell.column + cell.columns).max()?;
        if columns > COLUMNS_MAX as usize || rows.len().saturating_mul(columns) > CELLS_MAX {
            self.lose("a table with too many columns or cells became paragraphs");
            let blocks = rows.into_iter().flatten().flat_map(|cell| cell.content).collect();
            return Some(Block::Blockquote {
                content: filled(blocks),
            });
        }
        Some(Block::Table {
            rows: rectangle(rows, columns, &widths),
        })
    }

    fn rows(&mut self, parent: Element<'t>, rows: &mut Vec<Vec<Raw>>) {
        for child in parent.children() {
            match child.name() {
                "w:tr" => {
                    let row = self.row(child);
                    rows.push(row);
                }
                "w:sdt" | "w:sdtContent" | "w:customXml" | "w:ins" | "w:del" => self.rows(child, rows),
                _ => {}
            }
        }
    }

    fn row(&mut self, row: Element<'t>) -> Vec<Raw> {
        let properties = row.child("w:trPr");
        let header = properties.and_then(|properties| properties.switch("w:tblHeader")) == Some(true);
        let changed = |name| properties.is_some_and(|properties| properties.child(name).is_some());
        if changed("w:ins") || changed("w:del") {
            self.lose("a tracked change of a table's row was taken as open; text changes are kept");
        }
        let before = properties.and_then(|properties| properties.child_value("w:gridBefore")?.parse::<usize>().ok());
        let mut column = before.unwrap_or(0).min(COLUMNS_MAX as usize);
        let mut cells = Vec::new();
        self.cells(row, header, &mut column, &mut cells);
        cells
    }

    fn cells(&mut self, parent: Element<'t>, header: bool, column: &mut usize, cells: &mut Vec<Raw>) {
        for child in parent.children() {
            match child.name() {
                "w:tc" => {
                    let cell = self.cell(child, header, *column);
                    *column += cell.columns;
                    cells.push(cell);
                }
                "w:sdt" | "w:sdtContent" | "w:customXml" => self.cells(child, header, column, cells),
                _ => {}
            }
        }
    }

    fn cell(&mut self, cell: Element<'t>, header: bool, column: usize) -> Raw {
        let properties = cell.child("w:tcPr");
        let span = properties.and_then(|properties| properties.child_value("w:gridSpan")?.parse::<usize>().ok());
        let merge = match properties.and_then(|properties| properties.child("w:vMerge")) {
            None => Merge::No,
            Some(merge) if merge.value() == Some("restart") => Merge::Begins,
            Some(_) => Merge::Continues,
        };
        let width = properties.and_then(|properties| properties.child("w:tcW"));
        let set = width.is_some_and(|width| {
            width.attribute("w:type") == Some("dxa") && width.attribute("w:w").is_some_and(|width| width != "0")
        });
        let filled_like_ours = || {
            let fill = properties.and_then(|properties| properties.child("w:shd")?.attribute("w:fill"));
            fill == Some(HEADER_FILL)
        };
        let heading_style = cell
            .child("w:p")
            .is_some_and(|first| self.properties(first).is(names::TABLE_HEADING));
        let blank = self.blank_paragraphs;
        let mut content = self.blocks(cell, Within::INSIDE);
        if content.is_empty() {
            // An empty cell is no room that somebody made between texts.
            self.blank_paragraphs = blank;
        }
        // Word needs a paragraph after a table; nobody wrote it.
        if !self.ours && matches!(content.as_slice(), [.., Block::Table { .. }, last] if is_empty_paragraph(last)) {
            content.pop();
        }
        Raw {
            column,
            columns: span.unwrap_or(1).clamp(1, COLUMNS_MAX as usize + 1),
            merge,
            header: if self.ours {
                filled_like_ours()
            } else {
                header || heading_style
            },
            set,
            content,
        }
    }
}

/// The width of each column, in twentieths of a point.
fn grid(grid: Element<'_>) -> Vec<i32> {
    let columns = grid.children().filter(|child| child.is("w:gridCol"));
    let width = |column: Element<'_>| {
        column
            .attribute("w:w")
            .and_then(|width| width.parse().ok())
            .unwrap_or(0)
    };
    columns.map(width).take(COLUMNS_MAX as usize + 1).collect()
}

/// Makes a rectangle: cells that go on from above become rows of the cell above, and gaps become empty cells.
fn rectangle(rows: Vec<Vec<Raw>>, columns: usize, widths: &[i32]) -> Vec<Row> {
    let mut done: Vec<Vec<Placed>> = Vec::with_capacity(rows.len());
    // For each column the cell that covers it, as row and place in that row, while it may still grow.
    let mut open: Vec<Option<(usize, usize)>> = vec![None; columns];
    for (at, cells) in rows.into_iter().enumerate() {
        let mut row: Vec<Placed> = Vec::new();
        let mut column = 0;
        for raw in cells {
            fill(&mut row, &mut open, column, raw.column);
            column = raw.column + raw.columns;
            let above = open
                .get(raw.column)
                .copied()
                .flatten()
                .filter(|_| raw.merge == Merge::Continues);
            let above = above
                .and_then(|(above, place)| done.get_mut(above)?.get_mut(place))
                .filter(|above| {
                    above.column == raw.column
                        && above.cell.colspan as usize == raw.columns
                        && above.cell.rowspan < ROWSPAN_MAX
                });
            if let Some(above) = above {
                above.cell.rowspan += 1;
                let more = raw.content.into_iter().filter(|block| !is_empty_paragraph(block));
                above.cell.content.extend(more);
                continue;
            }
            let place = (raw.merge != Merge::No).then_some((at, row.len()));
            open[raw.column..column].fill(place);
            row.push(Placed {
                column: raw.column,
                cell: cell(raw, widths),
            });
        }
        fill(&mut row, &mut open, column, columns);
        done.push(row);
    }
    let cells = |row: Vec<Placed>| row.into_iter().map(|placed| placed.cell).collect();
    done.into_iter().map(|row| Row { cells: cells(row) }).collect()
}

/// Puts empty cells into the columns from one to another.
fn fill(row: &mut Vec<Placed>, open: &mut [Option<(usize, usize)>], from: usize, to: usize) {
    for (column, open) in open.iter_mut().enumerate().take(to).skip(from) {
        *open = None;
        row.push(Placed {
            column,
            cell: Cell::new(false, filled(Vec::new())),
        });
    }
}

fn cell(raw: Raw, widths: &[i32]) -> Cell {
    let pixels = |width: &i32| {
        u32::try_from(width.saturating_add(PIXEL / 2) / PIXEL)
            .unwrap_or(0)
            .min(WIDTH_MAX)
    };
    let own = widths.get(raw.column..raw.column + raw.columns).filter(|_| raw.set);
    Cell {
        header: raw.header,
        colspan: u32::try_from(raw.columns).unwrap_or(1),
        rowspan: 1,
        colwidth: own.map(|widths| widths.iter().map(pixels).collect()),
        content: filled(raw.content),
    }
}

//! Mending tables: cells that are out of range, overlap, are missing or too many.

use super::{Mender, Path, Reason, Stays};
use crate::document::check::fills_rectangle;
use crate::document::{Block, COLUMNS_MAX, Cell, DEPTH_MAX, ROWSPAN_MAX, Row, WIDTH_MAX};

impl Mender<'_> {
    pub(super) fn table(&mut self, path: &Path<'_>, rows: &mut [Row], depth: usize) -> Stays {
        let content = path.name("content");
        // Row, cell, paragraph.
        if depth + 3 > DEPTH_MAX {
            self.fault(&content, Reason::TooDeep);
            return false;
        }
        for (index, row) in rows.iter_mut().enumerate() {
            self.row(&content.index(index), row, depth + 1);
        }
        let Err((row, why)) = fills_rectangle(rows) else {
            return true;
        };
        self.fault(&content.index(row), Reason::Ragged(why));
        let width = clipped(rows);
        // Each filler is a cell and a paragraph.
        let fillers = free_places(rows, width) * 2;
        if width == 0 || fillers > self.room {
            return false;
        }
        self.room -= fillers;
        fill(rows, width);
        true
    }

    fn row(&mut self, path: &Path<'_>, row: &mut Row, depth: usize) {
        let content = path.name("content");
        let mut index = 0;
        row.cells.retain_mut(|cell| {
            let path = content.index(index);
            index += 1;
            let attrs = path.name("attrs");
            self.number(&attrs, "colspan", &mut cell.colspan, 1, COLUMNS_MAX);
            self.number(&attrs, "rowspan", &mut cell.rowspan, 1, ROWSPAN_MAX);
            if cell.colwidth.as_ref().is_some_and(|widths| !fits(widths, cell.colspan)) {
                self.fault(&attrs.name("colwidth"), Reason::Expected("a width for each column"));
                cell.colwidth = None;
            }
            self.blocks(&path, &mut cell.content, depth + 1)
        });
    }
}

fn fits(widths: &[u32], colspan: u32) -> bool {
    widths.len() == colspan as usize && widths.iter().all(|width| *width <= WIDTH_MAX)
}

/// Shrinks cells until none overlaps another or reaches below the table; those beyond the last column go. Answers how many
/// columns there are.
fn clipped(rows: &mut [Row]) -> usize {
    let height = rows.len();
    // For each column, how many rows from here a cell above still covers.
    let mut covered = vec![0_u32; COLUMNS_MAX as usize];
    let mut width = 0;
    for (index, row) in rows.iter_mut().enumerate() {
        let left = u32::try_from(height - index).unwrap_or(u32::MAX);
        let mut column = 0;
        row.cells.retain_mut(|cell| {
            while covered.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            let free = covered[column..]
                .iter()
                .take(cell.colspan as usize)
                .take_while(|rows| **rows == 0)
                .count();
            if free == 0 {
                return false;
            }
            cell.rowspan = cell.rowspan.min(left);
            if free < cell.colspan as usize {
                cell.colspan = u32::try_from(free).unwrap_or(1);
                if let Some(widths) = &mut cell.colwidth {
                    widths.truncate(free);
                }
            }
            covered[column..column + free].fill(cell.rowspan);
            column += free;
            width = width.max(column);
            true
        });
        for rows in &mut covered {
            *rows = rows.saturating_sub(1);
        }
    }
    width
}

/// Calls for each row with the columns that no cell stands in, given cells that do not overlap.
fn each_free(rows: &mut [Row], width: usize, mut call: impl FnMut(&mut Row, &[usize])) {
    let mut covered = vec![0_u32; width];
    for row in rows {
        let mut column = 0;
        for cell in &row.cells {
            while covered.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            let end = (column + cell.colspan as usize).min(width);
            covered[column.min(end)..end].fill(cell.rowspan);
            column = end;
        }
        let free: Vec<_> = (0..width).filter(|column| covered[*column] == 0).collect();
        call(row, &free);
        for rows in &mut covered {
            *rows = rows.saturating_sub(1);
        }
    }
}

fn free_places(rows: &mut [Row], width: usize) -> usize {
    let mut places = 0;
    each_free(rows, width, |_, free| places += free.len());
    places
}

/// Fills rows up. What is free is always behind a row's last cell.
fn fill(rows: &mut [Row], width: usize) {
    each_free(rows, width, |row, free| {
        row.cells.extend(
            free.iter()
                .map(|_| Cell::new(false, vec![Block::paragraph(Vec::new())])),
        );
    });
}

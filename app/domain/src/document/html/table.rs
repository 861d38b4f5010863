//! Tables, with their widths and header rows.

use super::Renderer;
use crate::document::{Cell, Row};

impl<'d> Renderer<'d, '_> {
    pub(super) fn table(&mut self, rows: &'d [Row]) {
        // What may scroll sideways must be reachable by keyboard.
        let region = [
            ("class", "table"),
            ("role", "region"),
            ("aria-label", "Table"),
            ("tabindex", "0"),
        ];
        self.out.open("div", &region);
        self.out.open("table", &[]);
        let widths = column_widths(rows);
        if widths.iter().any(|width| *width > 0) {
            self.out.open("colgroup", &[]);
            for width in widths {
                let width = if width > 0 { width.to_string() } else { String::new() };
                self.out.void("col", &[("width", &width)]);
            }
            self.out.close("colgroup");
        }
        let head = header_rows(rows);
        for (tag, from, to) in [("thead", 0, head), ("tbody", head, rows.len())] {
            if from == to {
                continue;
            }
            self.out.open(tag, &[]);
            for (index, row) in rows.iter().enumerate().take(to).skip(from) {
                self.out.open("tr", &[]);
                for (column, cell) in row.cells.iter().enumerate() {
                    let scope = if tag == "thead" { "col" } else { "row" };
                    self.cell(cell, scope, &[index, column]);
                }
                self.out.close("tr");
            }
            self.out.close(tag);
        }
        self.out.close("table");
        self.out.close("div");
    }

    fn cell(&mut self, cell: &'d Cell, scope: &str, place: &[usize]) {
        let span = |span: u32| if span > 1 { span.to_string() } else { String::new() };
        let (colspan, rowspan) = (span(cell.colspan), span(cell.rowspan));
        let tag = if cell.header { "th" } else { "td" };
        let scope = if cell.header { scope } else { "" };
        let widths = cell
            .colwidth
            .iter()
            .flatten()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(",");
        let attributes = [
            ("colspan", &*colspan),
            ("rowspan", &rowspan),
            ("scope", scope),
            ("data-colwidth", self.kept(&widths)),
        ];
        self.out.open(tag, &attributes);
        self.body(place, &cell.content);
        self.out.close(tag);
    }
}

/// The width of each column, 0 where no cell says it.
fn column_widths(rows: &[Row]) -> Vec<u32> {
    let columns = rows
        .first()
        .map_or(0, |row| row.cells.iter().map(|cell| cell.colspan as usize).sum());
    let mut widths = vec![0; columns];
    // For each column, how many rows from here a cell above still covers.
    let mut covered = vec![0_u32; columns];
    for row in rows {
        let mut column = 0;
        for cell in &row.cells {
            while covered.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            for index in 0..cell.colspan as usize {
                let given = cell
                    .colwidth
                    .as_ref()
                    .and_then(|widths| widths.get(index))
                    .copied()
                    .unwrap_or_default();
                if let (Some(rows), Some(width)) = (covered.get_mut(column + index), widths.get_mut(column + index)) {
                    *rows = cell.rowspan;
                    *width = if *width == 0 { given } else { *width };
                }
            }
            column += cell.colspan as usize;
        }
        for rows in &mut covered {
            *rows = rows.saturating_sub(1);
        }
    }
    widths
}

/// How many rows at the top are headers: all cells are, and none reaches into the rows below them.
pub fn header_rows(rows: &[Row]) -> usize {
    let (mut head, mut reach) = (0, 0);
    for (index, row) in rows.iter().enumerate() {
        if !row.cells.iter().all(|cell| cell.header) {
            break;
        }
        let below = row.cells.iter().map(|cell| index + cell.rowspan as usize).max();
        reach = reach.max(below.unwrap_or_default());
        if reach <= index + 1 {
            head = index + 1;
        }
    }
    // A table of nothing but headers has no head.
    if head == rows.len() { 0 } else { head }
}

//! Tables: their grid, the widths of their columns, the rows that head them.

use super::{
    extent::lines,
    inlines::{direction, is_changed},
    source::longest_word,
    writer::{UNBROKEN_MAX, Writer, letters_in},
};
use domain::document::{Block, Cell, Inline, InlineKind, Row};

/// The least width of a column, in points: two letters.
const COLUMN_MIN: f64 = 12.0;
/// How many levels a cell takes beside the one of its blocks.
const CELL_DEPTH: usize = 2;
/// What [`lines`] answers for one line.
const ONE_LINE: usize = 2;
/// The space left and right of a cell's words, in points.
const INSET: f64 = 12.0;
/// CSS pixels in a point.
const POINTS_A_PIXEL: f64 = 0.75;

/// A cell and where it stands.
struct Placed<'a> {
    cell: &'a Cell,
    /// Its place in the row's list of cells.
    index: usize,
    x: usize,
    y: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn table(&mut self, rows: &'a [Row]) {
        let (placed, columns) = place(rows);
        if self.is_deep() {
            for Placed { cell, index, y, .. } in &placed {
                self.inside(*y, 0.0, |writer| {
                    writer.inside(*index, 0.0, |writer| writer.blocks(&cell.content, 0.0));
                });
            }
            return;
        }
        let widths = widths(&placed, columns, self.width);
        let heads = heads(rows, &placed);
        self.source.code("#table-of((");
        for width in &widths {
            self.source.number(format_args!("{width:.2}pt,"));
        }
        self.source.code("), ");
        self.source.number(heads);
        self.source.code(",");
        let (head, body): (Vec<_>, Vec<_>) = placed.iter().partition(|placed| placed.y < heads);
        if heads > 0 {
            // A head that fills a page would leave no room for the rows it heads.
            let short = head.iter().all(|placed| cell_lines(placed, &widths) < UNBROKEN_MAX);
            self.source.code(if short && heads <= 4 {
                "table.header("
            } else {
                "table.header(repeat: false,"
            });
            for placed in head {
                self.cell(placed, &widths, true);
            }
            self.source.code("),");
        }
        for placed in body {
            self.cell(placed, &widths, false);
        }
        self.source.code(")");
    }

    fn cell(&mut self, placed: &Placed<'a>, widths: &[f64], in_head: bool) {
        let Placed { cell, index, x, y } = *placed;
        // A cell of one line cannot break, and saying so costs Typst a second layout.
        let unbroken = cell.rowspan <= 2 && (ONE_LINE + 1..UNBROKEN_MAX).contains(&cell_lines(placed, widths));
        self.source.code(match (in_head, cell.header) {
            (true, _) => "column-head(",
            (false, true) => "row-head(",
            (false, false) => "table.cell(",
        });
        self.source.number(format_args!("x: {x}, y: {y}"));
        if unbroken {
            self.source.code(", breakable: false");
        }
        if cell.colspan > 1 {
            self.source.number(format_args!(", colspan: {}", cell.colspan));
        }
        if cell.rowspan > 1 {
            self.source.number(format_args!(", rowspan: {}", cell.rowspan));
        }
        self.source.code(")[");
        let width = covered(widths, x, cell.colspan as usize);
        let before = self.width;
        self.width = (width - INSET).max(COLUMN_MIN);
        self.inside(y, 0.0, |writer| {
            writer.inside(index, 0.0, |writer| writer.cell_content(&cell.content));
        });
        self.width = before;
        self.source.code("],");
    }

    /// What stands in a cell. A single plain paragraph, by far the most frequent, goes in without an element of its own:
    /// large tables take half the time and memory.
    fn cell_content(&mut self, blocks: &'a [Block]) {
        match blocks {
            [
                Block::Paragraph {
                    dir: None,
                    align: None,
                    content,
                },
            ] if !is_changed(content) && direction(content).is_none_or(|dir| dir == self.base) => {
                self.source.begin_paragraph();
                self.inside(0, 0.0, |writer| writer.inlines(content));
            }
            _ => self.deeper(CELL_DEPTH, |writer| writer.blocks(blocks, 0.0)),
        }
    }
}

/// The lines of a cell, as far as they matter.
fn cell_lines(placed: &Placed<'_>, widths: &[f64]) -> usize {
    let width = covered(widths, placed.x, placed.cell.colspan as usize) - INSET;
    lines(&placed.cell.content, width.max(COLUMN_MIN), UNBROKEN_MAX)
}

/// Where each cell stands, row by row, and how many columns there are. The model holds that cells cover a rectangle.
fn place(rows: &[Row]) -> (Vec<Placed<'_>>, usize) {
    let columns = rows
        .first()
        .map_or(0, |row| row.cells.iter().map(|cell| cell.colspan as usize).sum());
    // For each column the first row that no cell from above covers.
    let mut free_from = vec![0; columns];
    let mut placed = Vec::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        for (index, cell) in row.cells.iter().enumerate() {
            while free_from.get(x).is_some_and(|free| *free > y) {
                x += 1;
            }
            placed.push(Placed { cell, index, x, y });
            for free in free_from.iter_mut().skip(x).take(cell.colspan as usize) {
                *free = y + cell.rowspan as usize;
            }
            x += cell.colspan as usize;
        }
    }
    (placed, columns)
}

/// How many rows at the top are heads: those whose every cell is one, and that no cell of leaves downwards.
fn heads(rows: &[Row], placed: &[Placed<'_>]) -> usize {
    let all = rows
        .iter()
        .take_while(|row| !row.cells.is_empty() && row.cells.iter().all(|cell| cell.header))
        .count();
    // A table of heads only has no head.
    if all == rows.len() {
        return 0;
    }
    (0..=all)
        .rev()
        .find(|heads| {
            let leaves = |placed: &Placed<'_>| placed.y < *heads && placed.y + placed.cell.rowspan as usize > *heads;
            !placed.iter().any(leaves)
        })
        .unwrap_or(0)
}

/// The width of each column in points, together the whole width. Widths that are set keep their proportions; the others
/// share by what stands in them, as a browser does: each its longest word, and of the rest by its longest line.
fn widths(placed: &[Placed<'_>], columns: usize, whole: f64) -> Vec<f64> {
    let mut given = vec![0.0_f64; columns];
    let mut least = vec![COLUMN_MIN; columns];
    let mut wished = vec![COLUMN_MIN; columns];
    for Placed { cell, x, .. } in placed {
        for (n, width) in cell.colwidth.iter().flatten().enumerate() {
            if let Some(given) = given.get_mut(x + n) {
                *given = given.max(f64::from(*width) * POINTS_A_PIXEL);
            }
        }
        if cell.colspan == 1
            && let (Some(least), Some(wished)) = (least.get_mut(*x), wished.get_mut(*x))
        {
            let (word, line) = extent(&cell.content);
            *least = least.max(word.min(90.0) + INSET);
            *wished = wished.max(line.min(300.0) + INSET);
        }
    }
    let set: f64 = given.iter().sum();
    let open = given.iter().filter(|width| **width == 0.0).count();
    if open == 0 {
        return given.iter().map(|width| width * whole / set).collect();
    }
    // Columns that are set leave at least a fifth for the others.
    let shrunk = if set > whole * 0.8 { whole * 0.8 / set } else { 1.0 };
    let rest = whole - set * shrunk;
    let is_open = |n: &usize| given.get(*n).is_some_and(|width| *width == 0.0);
    let sum = |values: &[f64]| -> f64 {
        values
            .iter()
            .enumerate()
            .filter(|(n, _)| is_open(n))
            .map(|(_, v)| v)
            .sum()
    };
    let (least_sum, wished_sum) = (sum(&least), sum(&wished));
    let share = |n: usize| {
        let (least, wished) = (least[n], wished[n]);
        if least_sum >= rest {
            rest * least / least_sum
        } else {
            let spare = (wished - least).max(1.0) / (wished_sum - least_sum).max(1.0);
            least + (rest - least_sum) * spare
        }
    };
    let mut widths: Vec<f64> = (0..columns)
        .map(|n| if is_open(&n) { share(n) } else { given[n] * shrunk })
        .collect();
    let sum: f64 = widths.iter().sum();
    for width in &mut widths {
        *width *= whole / sum;
    }
    widths
}

/// The widths of the longest word and of the longest line of blocks, in points.
fn extent(blocks: &[Block]) -> (f64, f64) {
    let mut word = 0;
    let mut line = 0;
    for block in blocks {
        let mut own = 0;
        for inline in block.inlines().unwrap_or_default() {
            let letters = words_of(inline);
            word = word.max(longest_word(letters));
            own += letters.chars().take(200).count();
        }
        line = line.max(own.min(200));
        if block.inlines().is_none() {
            line = line.max(30);
        }
    }
    let letter = 1000.0 / f64::from(u32::try_from(letters_in(1000.0)).unwrap_or(1));
    let points = |letters: usize| f64::from(u32::try_from(letters).unwrap_or(200)) * letter;
    (points(word), points(line))
}

fn words_of(inline: &Inline) -> &str {
    match &inline.kind {
        InlineKind::Text(text) => text,
        InlineKind::Placeholder { label, .. } | InlineKind::Fact { label, .. } | InlineKind::Mention { label, .. } => {
            label
        }
        InlineKind::Clause { citation, .. } => citation,
        _ => "",
    }
}

fn covered(widths: &[f64], x: usize, columns: usize) -> f64 {
    widths.iter().skip(x).take(columns).sum()
}

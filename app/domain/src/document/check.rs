//! What types cannot say of a tree: where content is needed, ranges, addresses, ids, tables, limits.

use super::error::Path;
use super::rules::{ALT_MAX, LINE_MAX, is_href, is_id, is_language, is_line, is_moment, is_plain, is_src};
use super::{
    BYTES_MAX, Block, COLUMNS_MAX, Cell, Change, DEPTH_MAX, DocumentError, Inline, InlineKind, LIST_START_MAX, Mark,
    NODES_MAX, PAUSE_MAX, ROWSPAN_MAX, Reason, Row, TEXT_MAX, WIDTH_MAX,
};
use std::collections::HashSet;

type Result = std::result::Result<(), DocumentError>;

/// What holds text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Line,
    Footnote,
    Code,
}

/// Checks a whole tree.
pub(super) fn check(blocks: &[Block]) -> Result {
    let mut check = Check::default();
    check.blocks(&Path::ROOT, blocks, 0)
}

#[derive(Default)]
struct Check<'t> {
    ids: HashSet<&'t str>,
    nodes: usize,
    text: usize,
    bytes: usize,
}

fn need(holds: bool, path: &Path<'_>, name: &str, expected: &'static str) -> Result {
    if holds {
        Ok(())
    } else {
        Err(path.name(name).error(Reason::Expected(expected)))
    }
}

impl<'t> Check<'t> {
    /// Counts the children of a node that stands at this depth.
    fn count(&mut self, content: &Path<'_>, children: usize, depth: usize) -> Result {
        if depth >= DEPTH_MAX && children > 0 {
            return Err(content.error(Reason::TooDeep));
        }
        self.nodes += children;
        if self.nodes > NODES_MAX {
            return Err(content.error(Reason::TooManyNodes));
        }
        Ok(())
    }

    /// Counts the bytes of an attribute.
    fn weigh(&mut self, path: &Path<'_>, name: &str, text: &str) -> Result {
        self.bytes += text.len();
        if self.bytes > BYTES_MAX {
            return Err(path.name(name).error(Reason::TooLong));
        }
        Ok(())
    }

    fn line(&mut self, attrs: &Path<'_>, name: &str, text: &str) -> Result {
        need(
            is_line(text, LINE_MAX),
            attrs,
            name,
            "one line of at most 500 characters",
        )?;
        self.weigh(attrs, name, text)
    }

    fn needed_line(&mut self, attrs: &Path<'_>, name: &str, text: &str) -> Result {
        need(!text.is_empty(), attrs, name, "one line of 1 to 500 characters")?;
        self.line(attrs, name, text)
    }

    fn reference(&mut self, attrs: &Path<'_>, name: &str, id: &str) -> Result {
        need(is_id(id), attrs, name, "an id: 1 to 64 of letters, digits, “-” and “_”")?;
        self.weigh(attrs, name, id)
    }

    fn own_id(&mut self, attrs: &Path<'_>, id: &'t str) -> Result {
        if id.is_empty() {
            return Ok(());
        }
        self.reference(attrs, "id", id)?;
        if self.ids.insert(id) {
            Ok(())
        } else {
            Err(attrs.name("id").error(Reason::IdTwice))
        }
    }

    fn blocks(&mut self, path: &Path<'_>, blocks: &'t [Block], depth: usize) -> Result {
        let content = path.name("content");
        if blocks.is_empty() {
            return Err(path.error(Reason::Empty));
        }
        self.count(&content, blocks.len(), depth)?;
        for (index, block) in blocks.iter().enumerate() {
            let path = content.index(index);
            if depth > 0 && matches!(block, Block::PageBreak | Block::TableOfContents) {
                return Err(path.name("type").error(Reason::Misplaced(block.name().to_owned())));
            }
            self.block(&path, block, depth + 1)?;
        }
        Ok(())
    }

    fn block(&mut self, path: &Path<'_>, block: &'t Block, depth: usize) -> Result {
        let attrs = path.name("attrs");
        match block {
            Block::Paragraph { content, .. } => self.inlines(path, content, depth, Place::Line),
            Block::Heading { level, id, content, .. } => {
                need((1..=6).contains(level), &attrs, "level", "a whole number from 1 to 6")?;
                self.own_id(&attrs, id)?;
                self.inlines(path, content, depth, Place::Line)
            }
            Block::BulletList { items } => self.bodies(path, items.iter().map(|item| &item.content), depth),
            Block::OrderedList { start, items, .. } => {
                need(
                    *start <= LIST_START_MAX,
                    &attrs,
                    "start",
                    "a whole number from 0 to 999999",
                )?;
                self.bodies(path, items.iter().map(|item| &item.content), depth)
            }
            Block::TaskList { items } => self.bodies(path, items.iter().map(|item| &item.content), depth),
            Block::Blockquote { content } | Block::Callout { content, .. } => self.blocks(path, content, depth),
            Block::Table { rows } => self.table(path, rows, depth),
            Block::Figure {
                src,
                alt,
                width,
                id,
                caption,
            } => {
                need(
                    is_src(src),
                    &attrs,
                    "src",
                    "an attachment, or a picture as data (png, jpeg, webp or gif)",
                )?;
                self.weigh(&attrs, "src", src)?;
                need(
                    is_line(alt, ALT_MAX),
                    &attrs,
                    "alt",
                    "one line of at most 2000 characters",
                )?;
                self.weigh(&attrs, "alt", alt)?;
                let fits = width.is_none_or(|width| (1..=WIDTH_MAX).contains(&width));
                need(fits, &attrs, "width", "null, or a whole number from 1 to 10000")?;
                self.own_id(&attrs, id)?;
                self.inlines(path, caption, depth, Place::Line)
            }
            Block::CodeBlock { language, content } => {
                let fits = language.as_deref().is_none_or(is_language);
                need(
                    fits,
                    &attrs,
                    "language",
                    "null, or 1 to 40 of letters, digits and “+#._-”",
                )?;
                self.inlines(path, content, depth, Place::Code)
            }
            Block::Step {
                id, record, content, ..
            } => {
                self.own_id(&attrs, id)?;
                if let Some(record) = record {
                    let path = attrs.name("record");
                    self.needed_line(&path, "label", &record.label)?;
                    self.line(&path, "unit", &record.unit)?;
                }
                self.blocks(path, content, depth)
            }
            Block::Pause { seconds } => {
                let fits = (1..=PAUSE_MAX).contains(seconds);
                need(fits, &attrs, "seconds", "a whole number from 1 to 3600")
            }
            Block::Divider | Block::PageBreak | Block::TableOfContents => Ok(()),
        }
    }

    /// Nodes between a block and the blocks inside it: the items of a list, the cells of a row.
    fn bodies<'b>(
        &mut self,
        path: &Path<'_>,
        bodies: impl ExactSizeIterator<Item = &'t Vec<Block>>,
        depth: usize,
    ) -> Result
    where
        't: 'b,
    {
        let content = path.name("content");
        if bodies.len() == 0 {
            return Err(path.error(Reason::Empty));
        }
        self.count(&content, bodies.len(), depth)?;
        for (index, body) in bodies.enumerate() {
            self.blocks(&content.index(index), body, depth + 1)?;
        }
        Ok(())
    }

    fn table(&mut self, path: &Path<'_>, rows: &'t [Row], depth: usize) -> Result {
        let content = path.name("content");
        if rows.is_empty() {
            return Err(path.error(Reason::Empty));
        }
        self.count(&content, rows.len(), depth)?;
        for (index, row) in rows.iter().enumerate() {
            let path = content.index(index);
            for (index, cell) in row.cells.iter().enumerate() {
                check_cell(&path.name("content").index(index).name("attrs"), cell)?;
            }
            if !row.cells.is_empty() {
                self.bodies(&path, row.cells.iter().map(|cell| &cell.content), depth + 1)?;
            }
        }
        fills_rectangle(rows).map_err(|(row, why)| content.index(row).error(Reason::Ragged(why)))
    }

    fn inlines(&mut self, path: &Path<'_>, inlines: &'t [Inline], depth: usize, place: Place) -> Result {
        let content = path.name("content");
        self.count(&content, inlines.len(), depth)?;
        for (index, inline) in inlines.iter().enumerate() {
            let path = content.index(index);
            self.inline(&path, inline, depth + 1, place)?;
            self.marks(&path.name("marks"), inline, place)?;
        }
        Ok(())
    }

    fn inline(&mut self, path: &Path<'_>, inline: &'t Inline, depth: usize, place: Place) -> Result {
        let attrs = path.name("attrs");
        let refused = match &inline.kind {
            InlineKind::Text(_) => false,
            InlineKind::Footnote(_) => place != Place::Line,
            _ => place == Place::Code,
        };
        if refused {
            return Err(path
                .name("type")
                .error(Reason::Misplaced(inline.kind.name().to_owned())));
        }
        match &inline.kind {
            InlineKind::Text(text) => {
                need(!text.is_empty(), path, "text", "text of at least one character")?;
                let takes = |c| is_plain(c) || c == '\t' || (c == '\n' && place == Place::Code);
                need(text.chars().all(takes), path, "text", "text without control characters")?;
                self.text += text.len();
                if self.text > TEXT_MAX {
                    return Err(path.name("text").error(Reason::TooLong));
                }
                Ok(())
            }
            InlineKind::HardBreak => Ok(()),
            InlineKind::Footnote(content) => self.inlines(path, content, depth, Place::Footnote),
            InlineKind::CrossReference { target, .. } => self.reference(&attrs, "target", target),
            InlineKind::Placeholder { field, label } => {
                self.needed_line(&attrs, "field", field)?;
                self.line(&attrs, "label", label)
            }
            InlineKind::Fact { id, label } => {
                self.reference(&attrs, "id", id)?;
                self.line(&attrs, "label", label)
            }
            InlineKind::Clause { source, citation } => {
                self.needed_line(&attrs, "source", source)?;
                self.line(&attrs, "citation", citation)
            }
            InlineKind::Mention { member, label } => {
                self.reference(&attrs, "member", member)?;
                self.line(&attrs, "label", label)
            }
        }
    }

    fn marks(&mut self, path: &Path<'_>, inline: &Inline, place: Place) -> Result {
        for (index, mark) in inline.marks.iter().enumerate() {
            let path = path.index(index);
            if place == Place::Code && !matches!(mark, Mark::Insertion(_) | Mark::Deletion(_)) {
                return Err(path.error(Reason::MarkRefused(mark.name())));
            }
            let attrs = path.name("attrs");
            match mark {
                Mark::Link { href, title } => {
                    need(
                        is_href(href),
                        &attrs,
                        "href",
                        "an address with http:, https:, mailto: or tel:, or #id",
                    )?;
                    self.weigh(&attrs, "href", href)?;
                    self.line(&attrs, "title", title.as_deref().unwrap_or_default())?;
                }
                Mark::Insertion(Change { author, at }) | Mark::Deletion(Change { author, at }) => {
                    self.line(&attrs, "author", author)?;
                    let fits = at.is_empty() || is_moment(at);
                    need(fits, &attrs, "at", "empty, or a time like 2026-11-22T09:45:00Z")?;
                    self.weigh(&attrs, "at", at)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn check_cell(attrs: &Path<'_>, cell: &Cell) -> Result {
    let spans = (1..=COLUMNS_MAX).contains(&cell.colspan);
    need(spans, attrs, "colspan", "a whole number from 1 to 200")?;
    let spans = (1..=ROWSPAN_MAX).contains(&cell.rowspan);
    need(spans, attrs, "rowspan", "a whole number from 1 to 1000")?;
    let Some(widths) = &cell.colwidth else {
        return Ok(());
    };
    let fits = widths.len() == cell.colspan as usize && widths.iter().all(|width| *width <= WIDTH_MAX);
    need(
        fits,
        attrs,
        "colwidth",
        "null, or a whole number from 0 to 10000 for each column",
    )
}

/// Whether the cells fill a rectangle without gap or overlap, as HTML's table model forms it
/// (<https://html.spec.whatwg.org/multipage/tables.html#forming-a-table>). Else the row that is wrong, and how.
pub(super) fn fills_rectangle(rows: &[Row]) -> std::result::Result<(), (usize, &'static str)> {
    let first = rows.first().map_or(&[][..], |row| &row.cells);
    let width: usize = first.iter().map(|cell| cell.colspan as usize).sum();
    if width == 0 || width > COLUMNS_MAX as usize {
        return Err((0, "a table has 1 to 200 columns"));
    }
    // For each column, how many rows from here a cell above still covers.
    let mut covered = vec![0_u32; width];
    for (index, row) in rows.iter().enumerate() {
        let mut column = 0;
        for cell in &row.cells {
            while covered.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            let end = column + cell.colspan as usize;
            let place = covered
                .get_mut(column..end)
                .ok_or((index, "a row has too many cells"))?;
            if place.iter().any(|rows| *rows > 0) {
                return Err((index, "two cells overlap"));
            }
            place.fill(cell.rowspan);
            column = end;
        }
        if covered.contains(&0) {
            return Err((index, "a row has too few cells"));
        }
        for rows in &mut covered {
            *rows -= 1;
        }
    }
    if covered.iter().any(|rows| *rows > 0) {
        return Err((rows.len() - 1, "a cell reaches below the last row"));
    }
    Ok(())
}

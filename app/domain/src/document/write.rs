//! Tree to JSON: all attributes are written, also when default; content and marks only where there are some, as
//! ProseMirror writes them.

use super::{Block, Cell, Change, Inline, InlineKind, Mark, SCHEMA};
use serde_json::{Map, Value, json};

pub(super) fn document(blocks: &[Block]) -> Value {
    node(
        "doc",
        Some(json!({ "schema": SCHEMA })),
        blocks.iter().map(block).collect(),
    )
}

fn node(name: &str, attrs: Option<Value>, content: Vec<Value>) -> Value {
    let mut members = Map::new();
    members.insert("type".to_owned(), name.into());
    if let Some(attrs) = attrs {
        members.insert("attrs".to_owned(), attrs);
    }
    if !content.is_empty() {
        members.insert("content".to_owned(), content.into());
    }
    Value::Object(members)
}

pub(super) fn block(block: &Block) -> Value {
    let blocks = |content: &[Block]| content.iter().map(self::block).collect::<Vec<_>>();
    let (attrs, content) = match block {
        Block::Paragraph { dir, align, content } => (
            Some(json!({ "dir": dir.map(super::Direction::word), "align": align.map(super::Align::word) })),
            inlines(content),
        ),
        Block::Heading {
            level,
            numbered,
            id,
            content,
        } => (
            Some(json!({ "level": level, "numbered": numbered, "id": id })),
            inlines(content),
        ),
        Block::BulletList { items } => {
            let items = items.iter().map(|item| node("list_item", None, blocks(&item.content)));
            (None, items.collect())
        }
        Block::OrderedList { start, style, items } => {
            let items = items.iter().map(|item| node("list_item", None, blocks(&item.content)));
            (Some(json!({ "start": start, "style": style.word() })), items.collect())
        }
        Block::TaskList { items } => {
            let items = items.iter().map(|item| {
                let attrs = json!({ "checked": item.checked });
                node("task_item", Some(attrs), blocks(&item.content))
            });
            (None, items.collect())
        }
        Block::Blockquote { content } => (None, blocks(content)),
        Block::Callout { kind, content } => (Some(json!({ "kind": kind.word() })), blocks(content)),
        Block::Table { rows } => {
            let rows = rows
                .iter()
                .map(|row| node("table_row", None, row.cells.iter().map(cell).collect()));
            (None, rows.collect())
        }
        Block::Figure {
            src,
            alt,
            width,
            id,
            caption,
        } => (
            Some(json!({ "src": src, "alt": alt, "width": width, "id": id })),
            inlines(caption),
        ),
        Block::CodeBlock { language, content } => (Some(json!({ "language": language })), inlines(content)),
        Block::Step {
            id,
            confirm,
            record,
            content,
        } => {
            let record = record
                .as_ref()
                .map(|record| json!({ "label": record.label, "unit": record.unit }));
            (
                Some(json!({ "id": id, "confirm": confirm, "record": record })),
                blocks(content),
            )
        }
        Block::Pause { seconds } => (Some(json!({ "seconds": seconds })), Vec::new()),
        Block::Divider | Block::PageBreak | Block::TableOfContents => (None, Vec::new()),
    };
    node(block.name(), attrs, content)
}

fn cell(cell: &Cell) -> Value {
    let name = if cell.header { "table_header" } else { "table_cell" };
    let attrs = json!({ "colspan": cell.colspan, "rowspan": cell.rowspan, "colwidth": cell.colwidth });
    node(name, Some(attrs), cell.content.iter().map(block).collect())
}

fn inlines(content: &[Inline]) -> Vec<Value> {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> Value {
    let (attrs, content) = match &inline.kind {
        InlineKind::Text(_) | InlineKind::HardBreak => (None, Vec::new()),
        InlineKind::Footnote(content) => (None, inlines(content)),
        InlineKind::CrossReference { target, show } => {
            (Some(json!({ "target": target, "show": show.word() })), Vec::new())
        }
        InlineKind::Placeholder { field, label } => (Some(json!({ "field": field, "label": label })), Vec::new()),
        InlineKind::Fact { id, label } => (Some(json!({ "id": id, "label": label })), Vec::new()),
        InlineKind::Clause { source, citation } => {
            (Some(json!({ "source": source, "citation": citation })), Vec::new())
        }
        InlineKind::Mention { member, label } => (Some(json!({ "member": member, "label": label })), Vec::new()),
    };
    let mut value = node(inline.kind.name(), attrs, content);
    if let InlineKind::Text(text) = &inline.kind {
        value["text"] = text.as_str().into();
    }
    if !inline.marks.is_empty() {
        value["marks"] = inline.marks.iter().map(mark).collect();
    }
    value
}

fn mark(mark: &Mark) -> Value {
    let attrs = match mark {
        Mark::Link { href, title } => Some(json!({ "href": href, "title": title })),
        Mark::Highlight { colour } => Some(json!({ "colour": colour.word() })),
        Mark::Insertion(Change { author, at }) | Mark::Deletion(Change { author, at }) => {
            Some(json!({ "author": author, "at": at }))
        }
        _ => None,
    };
    node(mark.name(), attrs, Vec::new())
}

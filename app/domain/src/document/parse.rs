//! JSON to tree: the shape only, that is names, types of attributes, and which nodes hold which. What a type cannot say
//! (ranges, addresses, ids, tables) is left to [`super::check`].

use super::error::Path;
use super::object::{Node, Reading, object};
use super::{
    Block, Cell, Change, DEPTH_MAX, DocumentError, Inline, InlineKind, Item, Mark, Marks, NODES_MAX, Reason, Record,
    Row, SCHEMA, TaskItem, words,
};
use serde_json::Value;

type Result<T> = std::result::Result<T, DocumentError>;

/// The blocks of a document.
pub(super) fn blocks(value: &Value, reading: Reading<'_>) -> Result<Vec<Block>> {
    let mut reader = Reader { reading, nodes: 0 };
    let path = Path::ROOT;
    let doc = Node::read(&path, value, reading)?;
    if doc.name != "doc" {
        return Err(path.name("type").error(Reason::Misplaced(doc.name.to_owned())));
    }
    let attrs = doc.attrs(reading, &["schema"])?;
    if attrs.number("schema", Some(SCHEMA))? != SCHEMA {
        reading.forgive(attrs.path.name("schema").error(Reason::Expected("schema 1")))?;
    }
    reader.each(&doc, 0, Reader::block)
}

struct Reader<'f> {
    reading: Reading<'f>,
    nodes: usize,
}

impl Reader<'_> {
    /// The children of a node, each read by the same function.
    fn each<T>(
        &mut self,
        node: &Node<'_, '_>,
        depth: usize,
        read: fn(&mut Self, &Node<'_, '_>, usize) -> Result<T>,
    ) -> Result<Vec<T>> {
        let content = node.path.name("content");
        let mut children = self.reading.forgiving(node.list("content"))?.unwrap_or_default();
        if depth == DEPTH_MAX && !children.is_empty() {
            self.reading.forgive(content.error(Reason::TooDeep))?;
            children = &[];
        }
        if children.len() > NODES_MAX - self.nodes {
            self.reading.forgive(content.error(Reason::TooManyNodes))?;
            children = &children[..NODES_MAX - self.nodes];
        }
        self.nodes += children.len();
        let mut all = Vec::with_capacity(children.len());
        for (index, child) in children.iter().enumerate() {
            let path = content.index(index);
            let node = Node::read(&path, child, self.reading);
            let one = node.and_then(|node| read(self, &node, depth + 1));
            all.extend(self.reading.forgiving(one)?);
        }
        Ok(all)
    }

    fn block(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Block> {
        Ok(match node.name {
            "paragraph" => {
                let attrs = node.attrs(self.reading, &["dir", "align"])?;
                Block::Paragraph {
                    dir: attrs.word_or_null("dir", words::Direction::from_word)?,
                    align: attrs.word_or_null("align", words::Align::from_word)?,
                    content: self.each(node, depth, Self::inline)?,
                }
            }
            "heading" => self.heading(node, depth)?,
            "bullet_list" | "ordered_list" | "task_list" => self.list(node, depth)?,
            "callout" => {
                let attrs = node.attrs(self.reading, &["kind"])?;
                Block::Callout {
                    kind: attrs.word("kind", Some(words::CalloutKind::Note), words::CalloutKind::from_word)?,
                    content: self.each(node, depth, Self::block)?,
                }
            }
            "figure" => self.figure(node, depth)?,
            "code_block" => {
                let attrs = node.attrs(self.reading, &["language"])?;
                Block::CodeBlock {
                    language: attrs.text_or_null("language")?,
                    content: self.each(node, depth, Self::inline)?,
                }
            }
            "step" => self.step(node, depth)?,
            "pause" => {
                let attrs = node.attrs(self.reading, &["seconds"])?;
                Block::Pause {
                    seconds: attrs.number("seconds", Some(super::PAUSE_DEFAULT))?,
                }
            }
            _ => {
                if !["blockquote", "table", "divider", "page_break", "table_of_contents"].contains(&node.name) {
                    return Err(node.misplaced());
                }
                node.attrs(self.reading, &[])?;
                match node.name {
                    "blockquote" => Block::Blockquote {
                        content: self.each(node, depth, Self::block)?,
                    },
                    "table" => Block::Table {
                        rows: self.each(node, depth, Self::row)?,
                    },
                    "divider" => Block::Divider,
                    "page_break" => Block::PageBreak,
                    _ => Block::TableOfContents,
                }
            }
        })
    }

    fn list(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Block> {
        Ok(match node.name {
            "ordered_list" => {
                let attrs = node.attrs(self.reading, &["start", "style"])?;
                Block::OrderedList {
                    start: attrs.number("start", Some(1))?,
                    style: attrs.word("style", Some(words::ListStyle::Decimal), words::ListStyle::from_word)?,
                    items: self.each(node, depth, Self::item)?,
                }
            }
            "task_list" => {
                node.attrs(self.reading, &[])?;
                Block::TaskList {
                    items: self.each(node, depth, Self::task_item)?,
                }
            }
            _ => {
                node.attrs(self.reading, &[])?;
                Block::BulletList {
                    items: self.each(node, depth, Self::item)?,
                }
            }
        })
    }

    fn heading(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Block> {
        let attrs = node.attrs(self.reading, &["level", "numbered", "id"])?;
        let level = attrs.number("level", Some(1))?;
        Ok(Block::Heading {
            // Out of range either way; `check` says so.
            level: u8::try_from(level).unwrap_or(u8::MAX),
            numbered: attrs.boolean("numbered")?,
            id: attrs.text("id", Some(""))?,
            content: self.each(node, depth, Self::inline)?,
        })
    }

    fn figure(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Block> {
        let attrs = node.attrs(self.reading, &["src", "alt", "width", "id"])?;
        Ok(Block::Figure {
            src: attrs.text("src", None)?,
            alt: attrs.text("alt", Some(""))?,
            width: attrs.number_or_null("width")?,
            id: attrs.text("id", Some(""))?,
            caption: self.each(node, depth, Self::inline)?,
        })
    }

    fn step(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Block> {
        let attrs = node.attrs(self.reading, &["id", "confirm", "record"])?;
        let given = attrs.value("record", Some(&Value::Null), Some, "an object or null")?;
        let record = if given.is_null() {
            None
        } else {
            self.reading.forgiving(record(&attrs.path.name("record"), given))?
        };
        Ok(Block::Step {
            id: attrs.text("id", Some(""))?,
            confirm: attrs.boolean("confirm")?,
            record,
            content: self.each(node, depth, Self::block)?,
        })
    }

    fn item(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Item> {
        if node.name != "list_item" {
            return Err(node.misplaced());
        }
        node.attrs(self.reading, &[])?;
        Ok(Item {
            content: self.each(node, depth, Self::block)?,
        })
    }

    fn task_item(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<TaskItem> {
        if node.name != "task_item" {
            return Err(node.misplaced());
        }
        let attrs = node.attrs(self.reading, &["checked"])?;
        Ok(TaskItem {
            checked: attrs.boolean("checked")?,
            content: self.each(node, depth, Self::block)?,
        })
    }

    fn row(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Row> {
        if node.name != "table_row" {
            return Err(node.misplaced());
        }
        node.attrs(self.reading, &[])?;
        Ok(Row {
            cells: self.each(node, depth, Self::cell)?,
        })
    }

    fn cell(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Cell> {
        let header = match node.name {
            "table_header" => true,
            "table_cell" => false,
            _ => return Err(node.misplaced()),
        };
        let attrs = node.attrs(self.reading, &["colspan", "rowspan", "colwidth"])?;
        Ok(Cell {
            header,
            colspan: attrs.number("colspan", Some(1))?,
            rowspan: attrs.number("rowspan", Some(1))?,
            colwidth: attrs.numbers_or_null("colwidth")?,
            content: self.each(node, depth, Self::block)?,
        })
    }

    fn inline(&mut self, node: &Node<'_, '_>, depth: usize) -> Result<Inline> {
        let kind = match node.name {
            "text" => {
                let text = node
                    .members
                    .get("text")
                    .ok_or_else(|| node.path.error(Reason::Missing("text")))?;
                let wrong = || node.path.name("text").error(Reason::Expected("a text"));
                InlineKind::Text(text.as_str().ok_or_else(wrong)?.to_owned())
            }
            "hard_break" => {
                node.attrs(self.reading, &[])?;
                InlineKind::HardBreak
            }
            "footnote" => {
                node.attrs(self.reading, &[])?;
                InlineKind::Footnote(self.each(node, depth, Self::inline)?)
            }
            "cross_reference" => {
                let attrs = node.attrs(self.reading, &["target", "show"])?;
                InlineKind::CrossReference {
                    target: attrs.text("target", None)?,
                    show: attrs.word("show", Some(words::Show::Number), words::Show::from_word)?,
                }
            }
            "placeholder" => {
                let attrs = node.attrs(self.reading, &["field", "label"])?;
                InlineKind::Placeholder {
                    field: attrs.text("field", None)?,
                    label: attrs.text("label", Some(""))?,
                }
            }
            "fact" => {
                let attrs = node.attrs(self.reading, &["id", "label"])?;
                InlineKind::Fact {
                    id: attrs.text("id", None)?,
                    label: attrs.text("label", Some(""))?,
                }
            }
            "clause" => {
                let attrs = node.attrs(self.reading, &["source", "citation"])?;
                InlineKind::Clause {
                    source: attrs.text("source", None)?,
                    citation: attrs.text("citation", Some(""))?,
                }
            }
            "mention" => {
                let attrs = node.attrs(self.reading, &["member", "label"])?;
                InlineKind::Mention {
                    member: attrs.text("member", None)?,
                    label: attrs.text("label", Some(""))?,
                }
            }
            _ => return Err(node.misplaced()),
        };
        Ok(Inline::new(kind, self.marks(node)?))
    }

    fn marks(&self, node: &Node<'_, '_>) -> Result<Marks> {
        let list = node.path.name("marks");
        let mut marks = Marks::new();
        let given = self.reading.forgiving(node.list("marks"))?.unwrap_or_default();
        for (index, value) in given.iter().enumerate() {
            let path = list.index(index);
            let Some(mark) = self.reading.forgiving(self.mark(&path, value))? else {
                continue;
            };
            if marks.of_kind(&mark).is_some() {
                self.reading.forgive(path.error(Reason::MarkTwice))?;
            }
            marks.insert(mark);
        }
        Ok(marks)
    }

    fn mark(&self, path: &Path<'_>, value: &Value) -> Result<Mark> {
        let node = Node::read(path, value, self.reading)?;
        if node.members.contains_key("content") {
            self.reading
                .forgive(path.name("content").error(Reason::Unknown("content".to_owned())))?;
        }
        let plain = |mark| node.attrs(self.reading, &[]).map(|_| mark);
        let change = || -> Result<Change> {
            let attrs = node.attrs(self.reading, &["author", "at"])?;
            Ok(Change {
                author: attrs.text("author", Some(""))?,
                at: attrs.text("at", Some(""))?,
            })
        };
        match node.name {
            "strong" => plain(Mark::Strong),
            "emphasis" => plain(Mark::Emphasis),
            "underline" => plain(Mark::Underline),
            "strike" => plain(Mark::Strike),
            "superscript" => plain(Mark::Superscript),
            "subscript" => plain(Mark::Subscript),
            "code" => plain(Mark::Code),
            "link" => {
                let attrs = node.attrs(self.reading, &["href", "title"])?;
                Ok(Mark::Link {
                    href: attrs.text("href", None)?,
                    title: attrs.text_or_null("title")?,
                })
            }
            "highlight" => {
                let attrs = node.attrs(self.reading, &["colour"])?;
                Ok(Mark::Highlight {
                    colour: attrs.word("colour", Some(words::Colour::Yellow), words::Colour::from_word)?,
                })
            }
            "insertion" => change().map(Mark::Insertion),
            "deletion" => change().map(Mark::Deletion),
            _ => Err(node.misplaced()),
        }
    }
}

fn record(path: &Path<'_>, value: &Value) -> Result<Record> {
    let members = object(path, value)?;
    if let Some(other) = members.keys().find(|name| !["label", "unit"].contains(&name.as_str())) {
        return Err(path.name(other).error(Reason::Unknown(other.clone())));
    }
    let text = |name: &'static str| match members.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(path.name(name).error(Reason::Expected("a text"))),
        None => Err(path.error(Reason::Missing(name))),
    };
    Ok(Record {
        label: text("label")?,
        unit: text("unit")?,
    })
}

//! Lists with their items, and steps: what is numbered and holds blocks.

use super::{
    Writer,
    body::{Place, STEP_INDENT, Shape, names_of, plain, reads_from_right},
    lists::{LEVELS, List, Look, STEP_IN, STEPS_NUMBER},
};
use crate::docx::names;
use domain::document::{Block, Item, Record, TaskItem};

impl Writer<'_> {
    pub(super) fn step(&mut self, id: &str, confirm: bool, record: Option<&Record>, content: &[Block], place: Place) {
        let indent = place.indent + STEP_INDENT;
        let number = Some((STEPS_NUMBER, place.steps.min(8)));
        let inside = Place {
            indent,
            style: names::STEP_TEXT,
            steps: place.steps + 1,
            ..place
        };
        let keep_next = confirm || record.is_some();
        let mut shape = Shape {
            number,
            keep_next,
            indent: Some((indent, STEP_INDENT)),
            ..Shape::new(names::STEP)
        };
        shape.frame = place.frame;
        self.begin_control("step");
        let rest = if let Some((Block::Paragraph { dir, align, content }, rest)) = content.split_first() {
            self.begin(&Shape {
                dir: *dir,
                align: *align,
                rtl: reads_from_right(content),
                ..shape
            });
            self.position += 1;
            let bookmark = names_of(id).map(|name| self.begin_bookmark(&name));
            self.inlines(content);
            self.position += 1;
            if let Some(bookmark) = bookmark {
                self.end_bookmark(bookmark);
            }
            self.end();
            rest
        } else {
            self.begin(&Shape {
                style: names::FILLER,
                ..shape
            });
            if let Some(name) = names_of(id) {
                let bookmark = self.begin_bookmark(&name);
                self.end_bookmark(bookmark);
            }
            self.end();
            content
        };
        self.blocks_from(content.len() - rest.len(), rest, inside);
        self.step_asks(confirm, record, inside);
        self.end_control();
    }

    /// The lines on which whoever follows the step confirms it and writes its value down.
    fn step_asks(&mut self, confirm: bool, record: Option<&Record>, place: Place) {
        let shape = |style| Shape {
            indent: Some((place.indent, 0)),
            frame: place.frame,
            ..Shape::new(style)
        };
        if let Some(record) = record {
            self.begin(&shape(names::STEP_RECORD));
            self.styled_run(&record.label, Some(names::RECORD_LABEL));
            self.plain_run(": ____________________ ");
            self.styled_run(&record.unit, Some(names::RECORD_UNIT));
            self.end();
        }
        if confirm {
            self.begin(&shape(names::STEP_CONFIRM));
            let [done, who, when] = self.words().confirmed;
            self.plain_run(&format!("☐ {done}    {who}: ________  {when}: ____________________"));
            self.end();
        }
    }

    pub(super) fn list(&mut self, block: &Block, list: List, place: Place) {
        self.position += 1;
        match block {
            Block::BulletList { items } | Block::OrderedList { items, .. } => {
                for (index, Item { content }) in items.iter().enumerate() {
                    self.path.push(index);
                    self.item(content, list, None, place);
                    self.path.pop();
                }
            }
            Block::TaskList { items } => {
                for (index, TaskItem { checked, content }) in items.iter().enumerate() {
                    self.path.push(index);
                    self.item(content, list, Some(*checked), place);
                    self.path.pop();
                }
            }
            _ => {}
        }
        self.position += 1;
    }

    fn item(&mut self, content: &[Block], list: List, checked: Option<bool>, place: Place) {
        self.position += 1;
        let left = place.indent + STEP_IN * i32::try_from(list.level + 1).unwrap_or(1);
        let first = match content.first() {
            Some(Block::Paragraph { dir, align, content }) => Some((*dir, *align, content)),
            _ => None,
        };
        let style = if first.is_some() {
            list.look.style()
        } else {
            names::FILLER
        };
        let mut shape = Shape {
            style,
            number: Some((list.number, list.level)),
            frame: place.frame,
            ..Shape::new(style)
        };
        shape.indent = (place.indent > 0).then_some((left, STEP_IN));
        if let Some((dir, align, content)) = first {
            shape = Shape {
                dir,
                align,
                rtl: reads_from_right(content),
                ..shape
            };
        }
        self.begin(&shape);
        if let Some(checked) = checked {
            self.checkbox(checked);
        }
        if let Some((_, _, content)) = first {
            self.position += 1;
            self.inlines(content);
            self.position += 1;
        }
        self.end();
        self.item_rest(content, usize::from(first.is_some()), list, left, place);
        self.position += 1;
    }

    /// What an item holds after its first paragraph.
    fn item_rest(&mut self, content: &[Block], from: usize, list: List, left: i32, place: Place) {
        let mut at = from;
        let mut taken = false;
        while let Some(block) = content.get(at) {
            self.path.push(at);
            let nested = Look::of(block).and_then(|look| self.lists.nested(list, look, taken));
            if let Some(nested) = nested {
                taken = true;
                self.list(block, nested, place);
            } else if let Block::Paragraph { dir, align, content } = block {
                self.position += 1;
                let style = names::LIST_CONTINUE[list.level];
                let shape = Shape {
                    style,
                    frame: place.frame,
                    dir: *dir,
                    align: *align,
                    ..plain(place, content)
                };
                let indent = (place.indent > 0).then_some((left, 0));
                self.paragraph(&Shape { indent, ..shape }, content);
                self.position += 1;
            } else {
                let more = content[at..]
                    .iter()
                    .take_while(|block| belongs_apart(block, list))
                    .count()
                    .max(1);
                self.begin_control(&format!("more:{}", list.level));
                self.path.pop();
                let style = names::NORMAL;
                self.blocks_from(
                    at,
                    &content[at..at + more],
                    Place {
                        indent: left,
                        style,
                        ..place
                    },
                );
                self.path.push(at);
                self.end_control();
                at += more - 1;
            }
            self.path.pop();
            at += 1;
        }
    }
}

/// Whether a block of an item goes into a control with the block before it: everything but paragraphs and lists that
/// have a level left.
fn belongs_apart(block: &Block, list: List) -> bool {
    let list_with_a_level = Look::of(block).is_some() && list.level + 1 < LEVELS;
    !matches!(block, Block::Paragraph { .. }) && !list_with_a_level
}

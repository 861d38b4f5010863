//! Lists and tables of an HTML file, and the paragraphs that are lists to Word.

use super::parse::{Element, Node};
use super::read::{Reader, node};
use domain::document::{COLUMNS_MAX, LIST_START_MAX, ROWSPAN_MAX};
use serde_json::{Value, json};

/// A paragraph of Word's that is an item of a list.
pub(super) struct WordItem {
    level: usize,
    /// How the item is counted, and its number; none for a bullet.
    counted: Option<(&'static str, u32)>,
    blocks: Vec<Value>,
}

impl Reader<'_> {
    pub(super) fn list(&mut self, element: &Element, blocks: &mut Vec<Value>) {
        let is_task =
            element.has_class("tasks") || element.elements().find(|item| item.name == "li").is_some_and(is_ticked);
        let (items, fits) = self.deeper(2, "a list", |reader| reader.items(&element.children, is_task));
        if !fits {
            for mut item in items {
                if let Some(Value::Array(content)) = item.get_mut("content").map(Value::take) {
                    blocks.extend(content);
                }
            }
            return;
        }
        if items.is_empty() {
            return;
        }
        let list = if is_task {
            json!({"type": "task_list", "content": items})
        } else if element.name == "ol" {
            let start = element
                .attribute("start")
                .parse::<u32>()
                .unwrap_or(1)
                .min(LIST_START_MAX);
            node(
                "ordered_list",
                json!({"start": start, "style": list_style(element)}),
                items,
            )
        } else {
            json!({"type": "bullet_list", "content": items})
        };
        blocks.push(list);
    }

    fn items(&mut self, nodes: &[Node], is_task: bool) -> Vec<Value> {
        let mut items: Vec<Value> = Vec::new();
        for child in nodes {
            let mut content = Vec::new();
            let mut checked = false;
            match child {
                Node::Element(item) if item.name == "li" => {
                    checked = item.attribute("data-checked") == "true" || is_checked(item);
                    content = self.blocks(&item.children);
                    if content.is_empty() {
                        content.push(node("paragraph", json!({}), Vec::new()));
                    }
                }
                Node::Text(text) if text.trim().is_empty() => continue,
                // A list right in a list belongs to the item before it; so Google Docs and old HTML write levels.
                _ => {
                    content.extend(self.blocks(std::slice::from_ref(child)));
                    if content.is_empty() {
                        continue;
                    }
                    if let Some(Value::Array(before)) = items.last_mut().and_then(|item| item.get_mut("content")) {
                        before.extend(content);
                        continue;
                    }
                }
            }
            items.push(if is_task {
                node("task_item", json!({"checked": checked}), content)
            } else {
                json!({"type": "list_item", "content": content})
            });
        }
        items
    }

    pub(super) fn table(&mut self, element: &Element, blocks: &mut Vec<Value>) {
        for caption in element.elements().filter(|part| part.name == "caption") {
            blocks.extend(self.blocks(&caption.children));
        }
        self.beside_cells(element, blocks);
        let mut rows = Vec::new();
        for part in element.elements() {
            match part.name.as_str() {
                "tr" => rows.push((part, false)),
                "thead" | "tbody" | "tfoot" => {
                    self.beside_cells(part, blocks);
                    let inner = part.elements().filter(|row| row.name == "tr");
                    rows.extend(inner.map(|row| (row, part.name == "thead")));
                }
                _ => {}
            }
        }
        for (row, _) in &rows {
            self.beside_cells(row, blocks);
        }
        let (rows, fits) = self.deeper(3, "a table", |reader| {
            let rows = rows.into_iter().map(|(row, is_head)| reader.row(row, is_head));
            rows.collect::<Vec<_>>()
        });
        if !fits {
            for mut row in rows.into_iter().flatten() {
                if let Some(Value::Array(content)) = row.get_mut("content").map(Value::take) {
                    blocks.extend(content);
                }
            }
        } else if rows.iter().any(|row| !row.is_empty()) {
            let rows = rows
                .into_iter()
                .map(|cells| json!({"type": "table_row", "content": cells}));
            let rows: Vec<Value> = rows.collect();
            blocks.push(json!({"type": "table", "content": rows}));
        }
    }

    /// What stands in a table and in no cell is put before the table, as browsers do.
    fn beside_cells(&mut self, part: &Element, blocks: &mut Vec<Value>) {
        for child in &part.children {
            let is_part = |element: &Element| {
                matches!(
                    &*element.name,
                    "caption" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th"
                )
            };
            if !matches!(child, Node::Element(element) if is_part(element)) {
                blocks.extend(self.blocks(std::slice::from_ref(child)));
            }
        }
    }

    fn row(&mut self, row: &Element, is_head: bool) -> Vec<Value> {
        let cells = row.elements().filter(|cell| matches!(&*cell.name, "td" | "th"));
        let cells: Vec<_> = cells.collect();
        cells.into_iter().map(|cell| self.cell(cell, is_head)).collect()
    }

    fn cell(&mut self, cell: &Element, is_head: bool) -> Value {
        let span = |name: &str, most: u32| cell.attribute(name).parse::<u32>().unwrap_or(1).clamp(1, most);
        let colspan = span("colspan", COLUMNS_MAX);
        let widths = cell.attribute("data-colwidth").split(',').map(str::parse::<u32>);
        let widths = widths.collect::<Result<Vec<_>, _>>().ok();
        let widths = widths.filter(|widths| widths.len() == colspan as usize);
        let mut content = self.blocks(&cell.children);
        if content.is_empty() {
            content.push(node("paragraph", json!({}), Vec::new()));
        }
        let kind = if cell.name == "th" || (is_head && !self.exact) {
            "table_header"
        } else {
            "table_cell"
        };
        let attrs = json!({"colspan": colspan, "rowspan": span("rowspan", ROWSPAN_MAX), "colwidth": widths});
        node(kind, attrs, content)
    }

    /// A paragraph that Word shows as an item: `mso-list:l0 level2 lfo1`.
    pub(super) fn word_item(&mut self, element: &Element) -> Option<WordItem> {
        let list = element.style("mso-list").filter(|list| list.starts_with('l'))?;
        if element.name.starts_with('h')
            || element
                .attribute("class")
                .to_ascii_lowercase()
                .starts_with("msoheading")
        {
            return None;
        }
        let level = list
            .split_ascii_whitespace()
            .find_map(|word| word.strip_prefix("level"));
        let level = level
            .and_then(|level| level.parse::<usize>().ok())
            .unwrap_or(1)
            .clamp(1, 9);
        let marker = marker(element);
        let line = self.line(&element.children);
        let mut blocks = vec![node("paragraph", json!({}), line.inlines)];
        blocks.extend(line.figures);
        Some(WordItem {
            level,
            counted: counted(marker.trim()),
            blocks,
        })
    }

    /// Puts items of Word's together into lists within each other.
    pub(super) fn word_list(items: &mut Vec<WordItem>, blocks: &mut Vec<Value>) {
        let mut items = std::mem::take(items).into_iter().peekable();
        while let Some(first) = items.peek() {
            let level = first.level;
            blocks.push(word_level(&mut items, level));
        }
    }
}

type Items = std::iter::Peekable<std::vec::IntoIter<WordItem>>;

/// The list that begins here; items of higher levels stand in the item before them. Levels end at 9.
fn word_level(items: &mut Items, level: usize) -> Value {
    let start = items.peek().and_then(|item| item.counted);
    let mut list: Vec<Value> = Vec::new();
    while let Some(next) = items.peek() {
        if next.level < level {
            break;
        }
        let next_level = next.level;
        if next_level > level {
            let inner = word_level(items, next_level);
            if let Some(Value::Array(content)) = list.last_mut().and_then(|item| item.get_mut("content")) {
                content.push(inner);
            }
            continue;
        }
        if next.counted.map(|(style, _)| style) != start.map(|(style, _)| style) {
            break;
        }
        if let Some(item) = items.next() {
            list.push(json!({"type": "list_item", "content": item.blocks}));
        }
    }
    match start {
        Some((style, start)) => node("ordered_list", json!({"start": start, "style": style}), list),
        None => json!({"type": "bullet_list", "content": list}),
    }
}

/// What Word shows before an item.
fn marker(element: &Element) -> String {
    for inner in element.elements() {
        let style = inner.attribute("style").replace(' ', "").to_ascii_lowercase();
        if style.contains("mso-list:ignore") {
            return inner.text();
        }
        let found = marker(inner);
        if !found.is_empty() {
            return found;
        }
    }
    String::new()
}

/// How a marker such as `1.`, `b)` or `(iv)` counts, and the number it stands for.
fn counted(marker: &str) -> Option<(&'static str, u32)> {
    let marker = marker.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
    let word = marker.trim_start_matches('(');
    let word = word.strip_suffix(['.', ')'])?;
    let last = word.rsplit('.').next()?;
    if let Ok(number) = last.parse::<u32>() {
        return Some(("decimal", number.min(LIST_START_MAX)));
    }
    let first = last.chars().next().filter(char::is_ascii_alphabetic)?;
    let is_roman = matches!(last, "i" | "I") || (last.len() > 1 && last.chars().all(|c| "ivxlcIVXLC".contains(c)));
    let letter = u32::from(first.to_ascii_lowercase()) - u32::from('a') + 1;
    Some(match (is_roman, first.is_ascii_lowercase()) {
        (true, true) => ("lower_roman", 1),
        (true, false) => ("upper_roman", 1),
        (false, true) => ("lower_alpha", letter),
        (false, false) => ("upper_alpha", letter),
    })
}

fn list_style(element: &Element) -> &'static str {
    let named = element.class_after("ol-").unwrap_or_default();
    if let Some(style) = domain::document::ListStyle::from_word(named) {
        return style.word();
    }
    let style = element.style("list-style-type").or_else(|| {
        // Google Docs says it of the items.
        element.elements().find_map(|item| item.style("list-style-type"))
    });
    match (element.attribute("type"), style.as_deref().unwrap_or_default()) {
        ("a", _) | (_, "lower-alpha" | "lower-latin") => "lower_alpha",
        ("A", _) | (_, "upper-alpha" | "upper-latin") => "upper_alpha",
        ("i", _) | (_, "lower-roman") => "lower_roman",
        ("I", _) | (_, "upper-roman") => "upper_roman",
        _ => "decimal",
    }
}

/// The box at the beginning of an item, in the HTML of other programs.
fn checkbox(item: &Element) -> Option<&Element> {
    let first = item.elements().next()?;
    let inner = if first.name == "p" || first.name == "label" {
        first.elements().next()?
    } else {
        first
    };
    (inner.name == "input" && inner.attribute("type").eq_ignore_ascii_case("checkbox")).then_some(inner)
}

fn is_ticked(item: &Element) -> bool {
    item.has_class("task") || checkbox(item).is_some()
}

fn is_checked(item: &Element) -> bool {
    checkbox(item).is_some_and(|input| input.attributes.iter().any(|(name, _)| name == "checked"))
}

//! HTML text into elements: the tokens are those of the HTML standard (html5ever's tokenizer), the tree is ours, since the
//! standard's has no bounds. What a browser would mend by moving elements about (misnested formatting, text between table
//! rows) is mended by closing elements; no text is lost by it.

use crate::ExportError;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

/// The most elements within each other; those further in stand beside each other.
const NESTING_MAX: usize = 256;
/// The most elements and runs of text.
const NODES_MAX: u64 = 1_000_000;
/// The most blanks and slashes within one tag; the tokenizer compares each attribute with all before it.
const TAG_MAX: usize = 4_000;
/// How much is tokenized at once.
const PIECE: usize = 1_024;

/// A node of the file.
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element of the file.
#[derive(Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
    /// Whether a block is somewhere inside it.
    pub(super) holds_blocks: bool,
}

impl Element {
    /// An attribute's value, empty when it is not there.
    pub(super) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").split_ascii_whitespace().any(|own| own == class)
    }

    /// The word after a beginning that one of the classes has.
    pub(super) fn class_after(&self, beginning: &str) -> Option<&str> {
        let mut classes = self.attribute("class").split_ascii_whitespace();
        classes.find_map(|class| class.strip_prefix(beginning))
    }

    /// The value of a property in its style, in small letters.
    pub(super) fn style(&self, property: &str) -> Option<String> {
        self.attribute("style").split(';').find_map(|declaration| {
            let (name, value) = declaration.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(property)
                .then(|| value.trim().to_ascii_lowercase())
        })
    }

    /// The elements among its children.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All text inside it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for child in &self.children {
            match child {
                Node::Text(own) => text.push_str(own),
                Node::Element(element) => text.push_str(&element.text()),
            }
        }
        text
    }
}

/// A file in elements.
pub(super) struct Parsed {
    pub(super) root: Element,
    /// Whether elements stood too deep.
    pub(super) flattened: bool,
    /// What was opened, never closed, and so took all that follows: where, and what.
    pub(super) swallowed: Option<(String, String)>,
}

/// Reads a file.
pub(super) fn parse(html: &str) -> Result<Parsed, ExportError> {
    let (html, unclosed) = without_comments(html);
    let tokenizer = Tokenizer::new(Sink(RefCell::new(Builder::new())), TokenizerOpts::default());
    let (mut rest, mut blanks, mut seen) = (html.as_str(), 0, 0);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = after;
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(piece));
        let _ = tokenizer.feed(&input);
        let tokens = tokenizer.sink.0.borrow().tokens;
        blanks = if tokens == seen { blanks } else { 0 };
        blanks += piece
            .bytes()
            .filter(|byte| byte.is_ascii_whitespace() || b"/\"'".contains(byte))
            .count();
        seen = tokens;
        if blanks > TAG_MAX {
            return Err(ExportError::too_large("a tag", TAG_MAX as u64, "attributes"));
        }
        if tokens > NODES_MAX {
            return Err(ExportError::too_large("the file", NODES_MAX, "elements"));
        }
    }
    tokenizer.end();
    let mut builder = tokenizer.sink.0.into_inner();
    let raw = builder.raw.take().filter(|(_, _, any)| *any);
    let raw = raw.map(|(name, line, _)| (format!("line {line}"), format!("<{name}>")));
    builder.close_to(1);
    let root = builder.open.pop().unwrap_or_default();
    Ok(Parsed {
        root,
        flattened: builder.flattened,
        swallowed: raw.or(unclosed),
    })
}

/// Comments say nothing, and Word's are large. The second is where a
/// comment began that does not end, if anything is behind it.
fn without_comments(html: &str) -> (String, Option<(String, String)>) {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<!--") {
        kept.push_str(&rest[..start]);
        // `<!-->` is whole.
        let Some(end) = rest[start + 2..].find("-->") else {
            let is_empty = rest[start + 4..].trim().is_empty();
            let line = html[..html.len() - rest.len() + start].matches('\n').count() + 1;
            let begun = (format!("line {line}"), "a comment (<!--)".to_owned());
            return (kept, (!is_empty).then_some(begun));
        };
        rest = &rest[start + 2 + end + 3..];
    }
    kept.push_str(rest);
    (kept, None)
}

struct Sink(RefCell<Builder>);

struct Builder {
    open: Vec<Element>,
    /// Elements that were too deep and are still to be closed.
    ignored: usize,
    flattened: bool,
    tokens: u64,
    /// The element whose text is raw and that is open: its name, its line, and whether anything is in it.
    raw: Option<(String, u64, bool)>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return builder.tag(tag, line),
            Token::CharacterTokens(text) => builder.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Builder {
    fn new() -> Self {
        Self {
            open: vec![Element::default()],
            ignored: 0,
            flattened: false,
            tokens: 0,
            raw: None,
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, _, any)) = &mut self.raw {
            *any |= !text.trim().is_empty();
        }
        let Some(parent) = self.open.last_mut() else { return };
        if let Some(Node::Text(before)) = parent.children.last_mut() {
            before.push_str(text);
        } else {
            parent.children.push(Node::Text(text.to_owned()));
        }
        self.tokens += 1;
    }

    fn tag(&mut self, tag: Tag, line: u64) -> TokenSinkResult<()> {
        self.tokens += 1;
        let name: &str = &tag.name;
        // Within raw text, its own end is the only tag.
        self.raw = None;
        if tag.kind == TagKind::EndTag {
            self.end(name);
            return TokenSinkResult::Continue;
        }
        self.close_before(name);
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "textarea" | "title" => Some(RawKind::Rcdata),
            _ => None,
        };
        self.raw = raw.map(|_| (name.to_owned(), line, false));
        let void = is_void(name) || (tag.self_closing && name.contains(':'));
        if self.open.len() > NESTING_MAX {
            self.flattened = true;
            if !void {
                self.ignored += 1;
            }
        } else {
            let attributes = tag.attrs.into_iter();
            let element = Element {
                name: name.to_owned(),
                attributes: attributes
                    .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
                    .collect(),
                ..Element::default()
            };
            self.open.push(element);
            if void {
                self.close_to(self.open.len() - 1);
            }
        }
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }

    fn end(&mut self, name: &str) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let fence = |own: &str| matches!(own, "td" | "th" | "table") && !is_table_part(name);
        for index in (1..self.open.len()).rev() {
            if self.open[index].name == name {
                return self.close_to(index);
            }
            if fence(&self.open[index].name) {
                return;
            }
        }
    }

    /// What a start tag closes without saying so.
    fn close_before(&mut self, name: &str) {
        let (closed, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu", "table", "td", "th"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "table", "td", "th"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr"], &["table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot"], &["table"]),
            "a" => (&["a"], &["table", "td", "th"]),
            _ if is_block(name) => (&["p"], &["table", "td", "th", "li", "div", "blockquote", "figure"]),
            _ => return,
        };
        for index in (1..self.open.len()).rev() {
            let own = self.open[index].name.as_str();
            if closed.contains(&own) {
                return self.close_to(index);
            }
            if within.contains(&own) {
                return;
            }
        }
    }

    /// Closes elements until so many are open.
    fn close_to(&mut self, open: usize) {
        while self.open.len() > open.max(1) {
            if let (Some(element), Some(parent)) = (self.open.pop(), self.open.last_mut()) {
                parent.holds_blocks |= element.holds_blocks || is_block(&element.name);
                parent.children.push(Node::Element(element));
            }
        }
    }
}

fn is_table_part(name: &str) -> bool {
    matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th")
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether an element stands on lines of its own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "caption"
            | "colgroup"
    )
}

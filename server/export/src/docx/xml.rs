//! A part's XML as a tree in three flat vectors: a large document costs few allocations, and dropping it recurses
//! nowhere. Namespaces are told by their addresses and written as the prefixes everybody knows (`w:p`), whatever
//! prefixes the file chose; the addresses of ISO 29500 "strict" count as those of "transitional".

use crate::ExportError;
use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};
use std::{collections::HashMap, ops::Range};

/// Most elements in one part; a document of a thousand pages has a third of a million.
const ELEMENTS_MAX: usize = 2_000_000;
/// Deepest nesting of elements. Word's own documents stay below 60; readers recurse along the tree.
const DEPTH_MAX: usize = 160;
/// Most attributes of one element.
const ATTRIBUTES_MAX: usize = 256;
/// Most attributes of all elements.
const ATTRIBUTES_TOTAL_MAX: usize = 4 * ELEMENTS_MAX;
/// Most namespaces in force at once; Word declares some 40.
const NAMESPACES_MAX: usize = 80;

/// The prefixes of this house, by the addresses that files use.
const NAMESPACES: [(&str, &str); 27] = [
    ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "w"),
    ("http://purl.oclc.org/ooxml/wordprocessingml/main", "w"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "r",
    ),
    ("http://purl.oclc.org/ooxml/officeDocument/relationships", "r"),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "a"),
    ("http://purl.oclc.org/ooxml/drawingml/main", "a"),
    (
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wp",
    ),
    ("http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing", "wp"),
    ("http://schemas.openxmlformats.org/drawingml/2006/picture", "pic"),
    ("http://purl.oclc.org/ooxml/drawingml/picture", "pic"),
    ("http://schemas.openxmlformats.org/drawingml/2006/diagram", "dgm"),
    ("http://schemas.openxmlformats.org/drawingml/2006/chart", "c"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/math", "m"),
    ("http://purl.oclc.org/ooxml/officeDocument/math", "m"),
    ("http://schemas.openxmlformats.org/markup-compatibility/2006", "mc"),
    ("urn:schemas-microsoft-com:vml", "v"),
    ("urn:schemas-microsoft-com:office:office", "o"),
    ("http://schemas.microsoft.com/office/word/2010/wordml", "w14"),
    ("http://schemas.microsoft.com/office/word/2012/wordml", "w15"),
    (
        "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wps",
    ),
    (
        "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "wpg",
    ),
    (
        "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
        "wpc",
    ),
    ("http://schemas.openxmlformats.org/package/2006/relationships", "rel"),
    (
        "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
        "cp",
    ),
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://www.w3.org/XML/1998/namespace", "xml"),
];

/// Nothing: a missing child, sibling or parent.
const NONE: u32 = u32::MAX;

struct Node {
    /// The element's name, or [`NONE`] for text.
    name: u32,
    /// For an element its attributes, for text its place in the texts.
    from: u32,
    to: u32,
    first_child: u32,
    next: u32,
}

/// One part, read.
pub(super) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<(u32, Range<u32>)>,
    texts: String,
    names: Vec<Box<str>>,
}

/// An element of a [`Tree`].
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree,
    at: u32,
}

impl Tree {
    /// Reads a part. `part` is its name, for errors.
    ///
    /// # Errors
    /// When the part is no XML, has a document type definition, or is larger than the limits allow.
    pub(super) fn read(part: &str, bytes: &[u8]) -> Result<Self, ExportError> {
        let text = decode(part, bytes)?;
        let mut builder = Builder::new(part);
        let mut reader = Reader::from_str(&text);
        loop {
            match reader
                .read_event()
                .map_err(|error| ExportError::damaged(part, error.to_string()))?
            {
                Event::Start(start) => builder.open(&start)?,
                Event::Empty(start) => {
                    builder.open(&start)?;
                    builder.close();
                }
                Event::End(_) => builder.close(),
                Event::Text(text) => builder.text(&text.xml10_content())?,
                Event::CData(text) => builder.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => builder.reference(&reference)?,
                Event::DocType(_) => {
                    return Err(ExportError::refused(part, "it has a document type definition"));
                }
                Event::Eof => break,
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
        if !builder.open.is_empty() {
            return Err(ExportError::damaged(part, "it ends too early"));
        }
        if builder.tree.nodes.is_empty() {
            return Err(ExportError::damaged(part, "it has no element"));
        }
        Ok(builder.tree)
    }

    /// The outermost element.
    pub(super) fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }
}

/// UTF-8, or UTF-16 with its mark; the XML specification (section 4.3.3) asks for both.
fn decode<'b>(part: &str, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, str>, ExportError> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| ExportError::damaged(part, "it is not UTF-16"))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes).map(Into::into),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes).map(Into::into),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => match std::str::from_utf8(rest) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(ExportError::damaged(part, "it is not UTF-8")),
        },
    }
}

struct Builder<'p> {
    part: &'p str,
    tree: Tree,
    symbols: HashMap<Box<str>, u32>,
    /// The elements that are open, with the last child of each and how many namespaces were in force before it.
    open: Vec<(u32, u32, usize)>,
    /// Prefixes in force, the innermost last.
    prefixes: Vec<(Box<str>, &'static str)>,
    done: bool,
}

impl<'p> Builder<'p> {
    fn new(part: &'p str) -> Self {
        Self {
            part,
            tree: Tree {
                nodes: Vec::new(),
                attributes: Vec::new(),
                texts: String::new(),
                names: Vec::new(),
            },
            symbols: HashMap::new(),
            open: Vec::new(),
            prefixes: vec![("xml".into(), "xml")],
            done: false,
        }
    }

    fn damaged(&self, why: impl Into<String>) -> ExportError {
        ExportError::damaged(self.part, why)
    }

    fn too_large(&self, limit: usize, unit: &'static str) -> ExportError {
        ExportError::too_large(self.part, limit as u64, unit)
    }

    /// The number of a name, its prefix changed to the one everybody knows. `default` is for names without a prefix.
    fn symbol(&mut self, name: &str, element: bool) -> u32 {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let known = match (prefix, element) {
            // An attribute without a prefix is in no namespace.
            ("", false) => "",
            _ => self
                .prefixes
                .iter()
                .rev()
                .find(|(given, _)| **given == *prefix)
                .map_or("", |(_, known)| known),
        };
        let full = if known.is_empty() {
            local.to_owned()
        } else {
            format!("{known}:{local}")
        };
        if let Some(symbol) = self.symbols.get(full.as_str()) {
            return *symbol;
        }
        let symbol = index(self.tree.names.len());
        self.tree.names.push(full.clone().into());
        self.symbols.insert(full.into(), symbol);
        symbol
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), ExportError> {
        if self.done {
            return Err(self.damaged("it has a second outermost element"));
        }
        if self.open.len() == DEPTH_MAX {
            return Err(self.too_large(DEPTH_MAX, "levels of nesting"));
        }
        let in_force = self.prefixes.len();
        let mut attributes = Vec::new();
        let mut given = start.attributes();
        for attribute in given.with_checks(false) {
            let attribute = attribute.map_err(|error| self.damaged(error.to_string()))?;
            if attributes.len() == ATTRIBUTES_MAX {
                return Err(self.too_large(ATTRIBUTES_MAX, "attributes in one element"));
            }
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            attributes.push((
                attribute.key.0.to_owned(),
                value.map_err(|error| self.damaged(error.to_string()))?,
            ));
        }
        for (name, value) in &attributes {
            if let Some(prefix) = namespace_prefix(name) {
                let known = NAMESPACES
                    .iter()
                    .find(|(address, _)| address == value)
                    .map_or("?", |(_, known)| known);
                self.prefixes.push((prefix.into(), known));
            }
        }
        if self.prefixes.len() > NAMESPACES_MAX {
            return Err(self.too_large(NAMESPACES_MAX, "namespaces"));
        }
        if self.tree.attributes.len() > ATTRIBUTES_TOTAL_MAX {
            return Err(self.too_large(ATTRIBUTES_TOTAL_MAX, "attributes"));
        }
        let from = index(self.tree.attributes.len());
        for (name, value) in attributes.iter().filter(|(name, _)| namespace_prefix(name).is_none()) {
            let name = self.symbol(name, false);
            let place = self.keep(value)?;
            self.tree.attributes.push((name, place));
        }
        let to = index(self.tree.attributes.len());
        let name = self.symbol(start.name().0, true);
        let node = self.append(Node {
            name,
            from,
            to,
            first_child: NONE,
            next: NONE,
        })?;
        self.open.push((node, NONE, in_force));
        Ok(())
    }

    fn close(&mut self) {
        // The XML reader refuses ends without a beginning.
        if let Some((_, _, in_force)) = self.open.pop() {
            self.prefixes.truncate(in_force);
            self.done = self.open.is_empty();
        }
    }

    fn text(&mut self, text: &str) -> Result<(), ExportError> {
        if self.open.is_empty() {
            let blank = text.chars().all(|c| c.is_ascii_whitespace() || c == '\u{feff}');
            return if blank {
                Ok(())
            } else {
                Err(self.damaged("it has text outside of its outermost element"))
            };
        }
        let place = self.keep(text)?;
        self.append(Node {
            name: NONE,
            from: place.start,
            to: place.end,
            first_child: NONE,
            next: NONE,
        })?;
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), ExportError> {
        let character = reference
            .resolve_char_ref()
            .map_err(|error| self.damaged(error.to_string()))?;
        let named = || match &**reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        };
        match character.or_else(named) {
            Some(character) => self.text(character.encode_utf8(&mut [0; 4])),
            None => Err(self.damaged("it refers to an entity that it does not declare")),
        }
    }

    fn keep(&mut self, text: &str) -> Result<Range<u32>, ExportError> {
        let from = index(self.tree.texts.len());
        self.tree.texts.push_str(text);
        if self.tree.texts.len() >= NONE as usize {
            return Err(self.too_large(NONE as usize, "bytes of text"));
        }
        Ok(from..index(self.tree.texts.len()))
    }

    fn append(&mut self, node: Node) -> Result<u32, ExportError> {
        if self.tree.nodes.len() == ELEMENTS_MAX {
            return Err(self.too_large(ELEMENTS_MAX, "elements"));
        }
        let at = index(self.tree.nodes.len());
        self.tree.nodes.push(node);
        if let Some((parent, last, _)) = self.open.last_mut() {
            if *last == NONE {
                self.tree.nodes[*parent as usize].first_child = at;
            } else {
                self.tree.nodes[*last as usize].next = at;
            }
            *last = at;
        }
        Ok(at)
    }
}

/// A place in a vector whose length the limits keep far below 2³².
fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}

/// The prefix that an attribute declares, if it declares one.
fn namespace_prefix(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns")? {
        "" => Some(""),
        prefixed => prefixed.strip_prefix(':'),
    }
}

impl<'t> Element<'t> {
    /// Its name with the prefix everybody knows: `w:p`. `?:` stands before names of namespaces unknown here.
    pub(super) fn name(self) -> &'t str {
        &self.tree.names[self.node().name as usize]
    }

    /// Whether it has that name.
    pub(super) fn is(self, name: &str) -> bool {
        self.name() == name
    }

    fn node(self) -> &'t Node {
        &self.tree.nodes[self.at as usize]
    }

    /// The value of an attribute, by its name with the prefix everybody knows: `w:val`.
    pub(super) fn attribute(self, name: &str) -> Option<&'t str> {
        let node = self.node();
        let attributes = &self.tree.attributes[node.from as usize..node.to as usize];
        let (_, place) = attributes
            .iter()
            .find(|(symbol, _)| *self.tree.names[*symbol as usize] == *name)?;
        self.tree.texts.get(place.start as usize..place.end as usize)
    }

    /// `w:val`, which most of Word's elements have.
    pub(super) fn value(self) -> Option<&'t str> {
        self.attribute("w:val")
    }

    fn nodes(self) -> impl Iterator<Item = u32> + use<'t> {
        let tree = self.tree;
        let first = Some(self.node().first_child).filter(|at| *at != NONE);
        std::iter::successors(first, move |at| {
            Some(tree.nodes[*at as usize].next).filter(|at| *at != NONE)
        })
    }

    /// The elements directly inside it.
    pub(super) fn children(self) -> impl Iterator<Item = Self> + use<'t> {
        let tree = self.tree;
        let elements = self.nodes().filter(move |at| tree.nodes[*at as usize].name != NONE);
        elements.map(move |at| Self { tree, at })
    }

    /// The first element of that name directly inside it.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(name))
    }

    /// The first element found by going down through these names.
    pub(super) fn descend(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// `w:val` of the first element of that name directly inside it.
    pub(super) fn child_value(self, name: &str) -> Option<&'t str> {
        self.child(name)?.value()
    }

    /// Every element inside it, however deep, in the order of the file.
    pub(super) fn descendants(self) -> impl Iterator<Item = Self> + use<'t> {
        // Nodes are in the order in which they begin, so the end of a subtree is where the next sibling of the element,
        // or of one around it, begins; the walk keeps those on a stack of its own.
        let mut stack: Vec<Self> = self.children().collect();
        stack.reverse();
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            let from = stack.len();
            stack.extend(next.children());
            stack[from..].reverse();
            Some(next)
        })
    }

    /// The text directly inside it.
    pub(super) fn text(self) -> String {
        let texts = self
            .nodes()
            .map(|at| &self.tree.nodes[at as usize])
            .filter(|node| node.name == NONE);
        texts
            .filter_map(|node| self.tree.texts.get(node.from as usize..node.to as usize))
            .collect()
    }

    /// Whether an on-off property (ISO 29500-1, 17.17.4) is there and not switched off.
    pub(super) fn switch(self, name: &str) -> Option<bool> {
        self.child(name)
            .map(|property| !matches!(property.value(), Some("0" | "false" | "off" | "none")))
    }
}

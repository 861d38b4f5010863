//! Drawings: pictures become figures, text boxes blocks, and the rest is named as lost.

use super::{
    Reader,
    blocks::Within,
    inline::{Line, Piece, line_of},
};
use crate::docx::{names, pixels::Picture, write::EMU, xml::Element};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::document::{ALT_MAX, Block, SRC_MAX, WIDTH_MAX};

/// Pictures within text boxes within text boxes: how deep they are followed.
const DEPTH_MAX: usize = 8;
/// The most pictures and text boxes that are taken out of one drawing.
const PARTS_MAX: usize = 64;
/// The most that pictures written into the document may have together, in bytes.
const DATA_MAX: usize = 32 << 20;

impl<'t> Reader<'t> {
    /// Reads a drawing, new or old, or an embedded object.
    pub(super) fn drawing(&mut self, drawing: Element<'t>, line: &mut Line) {
        if self.drawing_depth == DEPTH_MAX {
            return self.lose("a drawing within many others was left out");
        }
        self.drawing_depth += 1;
        let mut found = drawing.is("w:object");
        if found {
            self.lose("an embedded object (OLE) was left out; its picture is kept where there is one");
        }
        let mut inner: Vec<Element<'t>> = outermost(drawing);
        if inner.len() > PARTS_MAX {
            self.lose("a drawing of very many parts was left out but for the first of them");
            inner.truncate(PARTS_MAX);
        }
        for element in inner {
            found |= self.drawn(drawing, element, line);
        }
        if !found && !self.in_field_code() {
            self.lose("a drawing was left out");
        }
        self.drawing_depth -= 1;
    }

    /// One thing in a drawing. Answers whether it was something that is kept or named.
    fn drawn(&mut self, drawing: Element<'t>, element: Element<'t>, line: &mut Line) -> bool {
        match element.name() {
            "w:txbxContent" => {
                self.lose("a text box became part of the text, after its paragraph");
                let fields = std::mem::take(&mut self.fields);
                let blocks = self.blocks(element, Within::INSIDE);
                self.fields = fields;
                line.pieces.extend(blocks.into_iter().map(Piece::Block));
            }
            "a:blip" | "v:imagedata" => {
                if let Some(figure) = self.figure(drawing, element) {
                    line.pieces.push(Piece::Block(figure));
                }
            }
            "dgm:relIds" => self.lose("a SmartArt drawing was left out"),
            "c:chart" => self.lose("a chart was left out"),
            // A rectangle that stands for HTML's horizontal rule.
            _ => line.rule = true,
        }
        true
    }

    fn figure(&mut self, drawing: Element<'t>, picture: Element<'t>) -> Option<Block> {
        let id = ["r:embed", "r:id", "r:link"]
            .iter()
            .find_map(|name| picture.attribute(name));
        let relation = id.and_then(|id| self.relations.get(id)).cloned();
        let Some(relation) = relation else {
            self.lose("a picture is missing: the file does not have it");
            return None;
        };
        if relation.external {
            self.lose("a picture that is kept outside of the file was left out; it is never fetched");
            return None;
        }
        let properties = drawing.descendants().find(|inner| inner.is("pic:cNvPr"));
        let given = properties.and_then(|properties| properties.attribute("name")?.strip_prefix(names::PICTURE));
        let (given, widths) = given.and_then(|given| given.rsplit_once('#')).unwrap_or_default();
        let src = self.source(&relation.target, given)?;
        let shown = pixels_across(drawing);
        let width = match widths.split_once('/').map(|(set, shown)| (set, shown.parse::<u32>())) {
            // Ours say what was set, and what was shown: somebody may have pulled at the picture since.
            Some((set, Ok(before))) if shown.is_none_or(|shown| shown.abs_diff(before) <= 1) => set.parse().ok(),
            _ => shown,
        };
        let width = width.map(|width| width.clamp(1, WIDTH_MAX));
        let about = drawing.descendants().find(|inner| inner.is("wp:docPr")).or(properties);
        let alt = about.and_then(|about| about.attribute("descr").or_else(|| about.attribute("title")));
        let alt = line_of(alt.unwrap_or_default(), ALT_MAX);
        Some(Block::Figure {
            src,
            alt,
            width,
            id: String::new(),
            caption: Vec::new(),
        })
    }

    /// What a figure's `src` is for a part with a picture.
    fn source(&mut self, part: &str, given: &str) -> Option<String> {
        if let Some(src) = self.media.get(&(part.to_owned(), given.to_owned())) {
            return Some(src.clone());
        }
        let bytes = match self.package.bytes(part) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.lose(format!("a picture was left out: {error}"));
                return None;
            }
        };
        let Some(picture) = Picture::of(&bytes) else {
            let ending = part.rsplit_once('.').map_or("", |(_, ending)| ending).to_uppercase();
            self.lose(format!(
                "a picture was left out: its format is not kept ({})",
                line_of(&ending, 10)
            ));
            return None;
        };
        let src = if given == names::PICTURE_DATA && self.data + bytes.len() <= DATA_MAX {
            let src = format!(
                "data:image/{};base64,{}",
                picture.kind.ending(),
                STANDARD.encode(&bytes)
            );
            self.data += bytes.len();
            Some(src).filter(|src| src.len() <= SRC_MAX)
        } else {
            None
        };
        let src = src.unwrap_or_else(|| self.attach(part, given, bytes));
        self.media.insert((part.to_owned(), given.to_owned()), src.clone());
        Some(src)
    }

    /// Keeps a picture beside the document, under the name it had with us, or one made of its part's.
    fn attach(&mut self, part: &str, given: &str, bytes: Vec<u8>) -> String {
        let file = part.rsplit('/').next().unwrap_or(part);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let stem: String = stem.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let own = given.starts_with("attachment:") && super::finish::is_src(given);
        let first = if own {
            given.to_owned()
        } else {
            format!("attachment:{}", if stem.is_empty() { "picture" } else { &stem })
        };
        let mut src = first.clone();
        let mut number = 2;
        while self.attachments.get(&src).is_some_and(|other| *other != bytes) {
            src = format!("{}-{number}", first.chars().take(60).collect::<String>());
            number += 1;
        }
        self.attachments.insert(src.clone(), bytes);
        src
    }
}

/// What a drawing holds of interest, without what is inside of that.
fn outermost(drawing: Element<'_>) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut left = vec![drawing];
    while let Some(element) = left.pop() {
        match element.name() {
            "w:txbxContent" | "a:blip" | "v:imagedata" | "dgm:relIds" | "c:chart" => found.push(element),
            "v:rect" if element.attribute("o:hr").is_some_and(|rule| rule != "f") => found.push(element),
            "mc:AlternateContent" => left.extend(super::inline::chosen(element)),
            _ => {
                let from = left.len();
                left.extend(element.children());
                left[from..].reverse();
            }
        }
    }
    found
}

/// How wide a drawing is shown, in CSS pixels.
fn pixels_across(drawing: Element<'_>) -> Option<u32> {
    let extent = drawing.descendants().find(|inner| inner.is("wp:extent"))?;
    let across: i64 = extent.attribute("cx")?.parse().ok()?;
    u32::try_from(across.checked_add(EMU / 2)? / EMU).ok()
}

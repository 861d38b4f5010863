//! A house's own docx file as template: its styles, page, headers and footers. Its text is not taken, nor anything that
//! would be fetched or run.

use super::{
    lists::{self, Shift},
    parts::Parts,
    styles::{self, StyleIds},
};
use crate::{
    ExportError, Loss,
    docx::{
        markup::Markup,
        names,
        pack::Packer,
        package::{Package, Relations},
        xml::{Element, Tree},
    },
};
use std::collections::HashMap;

/// What a template gives.
pub(super) struct Template {
    styles: String,
    ids: HashMap<String, String>,
    numbering: Option<String>,
    shift: Shift,
    /// Whether its heading styles number headings.
    numbers_headings: bool,
    /// Parts taken as they are: name in `word/`, media type after Word's root, kind of relationship, bytes.
    taken: Vec<Taken>,
    section: Section,
    /// What of it is not taken although somebody may miss it.
    losses: Vec<Loss>,
}

struct Taken {
    kind: &'static str,
    name: String,
    media: &'static str,
    xml: String,
}

/// The page.
#[derive(Default)]
struct Section {
    /// `w:headerReference` or `w:footerReference`, its type, and the part's name.
    edges: Vec<(String, String, Edge)>,
    /// Elements taken as they are, with their attributes.
    rest: String,
    text_width: i32,
}

/// A header or footer.
#[derive(Clone)]
struct Edge {
    name: String,
    xml: String,
    /// Its relationships part, as it is.
    relations: Option<String>,
    /// Pictures it shows: part names and bytes.
    pictures: Vec<(String, Vec<u8>)>,
}

/// Properties of a section that are taken: size, margins, columns, a first page of its own.
const SECTION_TAKEN: [&str; 5] = ["w:pgSz", "w:pgMar", "w:cols", "w:titlePg", "w:docGrid"];
/// Attributes of those.
const ATTRIBUTES_TAKEN: [&str; 14] = [
    "w:w",
    "w:h",
    "w:orient",
    "w:top",
    "w:right",
    "w:bottom",
    "w:left",
    "w:header",
    "w:footer",
    "w:gutter",
    "w:space",
    "w:linePitch",
    "w:type",
    "w:val",
];

/// What messages call it.
const TEMPLATE: &str = "the template";

impl Template {
    /// Reads a template.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, ExportError> {
        let of_template = |error: ExportError| error.within(TEMPLATE);
        Self::read(bytes).map_err(of_template)
    }

    fn read(bytes: &[u8]) -> Result<Self, ExportError> {
        let package = Package::open(bytes)?;
        let main = package.main_part()?;
        let relations = package.relations(&main)?;
        let part = |kind: &str| {
            relations
                .values()
                .find(|relation| relation.kind == kind && !relation.external)
        };
        let name = part("styles").map_or("word/styles.xml", |relation| relation.target.as_str());
        let (styles, tree) = text_and_tree(&package, name)?;
        splice_point(&styles, name, "</w:styles>")?;
        let ids = style_ids(tree.root());
        let heading_number = heading_number(tree.root(), &ids);
        let mut numbers_headings = false;
        let numbering = match part("numbering").filter(|relation| package.has(&relation.target)) {
            Some(relation) => {
                let (text, tree) = text_and_tree(&package, &relation.target)?;
                splice_point(&text, &relation.target, "</w:numbering>")?;
                numbers_headings = heading_number.is_some_and(|number| shows(tree.root(), &number));
                Some((text, shift(tree.root())))
            }
            None => None,
        };
        let mut taken = Vec::new();
        for (kind, media) in [("theme", ""), ("fontTable", "fontTable+xml")] {
            if let Some(relation) = part(kind).filter(|relation| package.has(&relation.target)) {
                let (xml, _) = text_and_tree(&package, &relation.target)?;
                let name = format!("{kind}.xml");
                // Embedded fonts are other parts, to which the table would lead in vain.
                if !xml.contains("r:id=") {
                    taken.push(Taken { kind, name, media, xml });
                }
            }
        }
        let document = package.tree(&main)?;
        let mut losses = Vec::new();
        if package.has_macros() {
            losses.push(Loss::new(TEMPLATE, "its macros were left out"));
        }
        let section = Section::read(&package, &relations, document.root(), &mut losses)?;
        let (numbering, shift) = numbering.map_or((None, Shift::default()), |(text, shift)| (Some(text), shift));
        Ok(Self {
            styles,
            ids,
            numbering,
            shift,
            numbers_headings,
            taken,
            section,
            losses,
        })
    }

    /// What of it was left out.
    pub(super) fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// Width of the text, in twentieths of a point.
    pub(super) fn text_width(&self) -> i32 {
        self.section.text_width
    }

    /// By how much our numbering moves.
    pub(super) fn shift(&self) -> Shift {
        self.shift
    }

    /// Whether its heading styles number headings.
    pub(super) fn numbers_headings(&self) -> bool {
        self.numbers_headings
    }

    /// Its styles.
    pub(super) fn style_ids(&self) -> StyleIds {
        StyleIds::of_template(self.ids.clone())
    }

    /// Adds headers and footers; answers the section that uses them.
    pub(super) fn section(&self, parts: &mut Parts) -> Result<String, ExportError> {
        let mut out = Markup::new();
        out.open("w:sectPr", &[]);
        for (name, kind, edge) in &self.section.edges {
            let (relation, media) = if name == "w:headerReference" {
                ("header", "header+xml")
            } else {
                ("footer", "footer+xml")
            };
            let id = parts.add(relation, &edge.name, media, &edge.xml)?;
            if let Some(relations) = &edge.relations {
                parts.packer.xml(&format!("word/_rels/{}.rels", edge.name), relations)?;
            }
            for (name, bytes) in &edge.pictures {
                parts.packer.stored(name, bytes);
            }
            out.empty(name, &[("w:type", kind), ("r:id", &id)]);
        }
        out.raw(&self.section.rest);
        out.close("w:sectPr");
        Ok(out.into_string())
    }

    /// Adds styles, numbering, theme and fonts.
    pub(super) fn look(
        &self,
        parts: &mut Parts,
        ids: &StyleIds,
        definitions: &lists::Parts,
    ) -> Result<(), ExportError> {
        let styles = self
            .styles
            .replacen("</w:styles>", &format!("{}</w:styles>", styles::missing(ids)), 1);
        parts.add("styles", "styles.xml", "styles+xml", &styles)?;
        let numbering = if let Some(text) = &self.numbering {
            splice_numbering(text, definitions)
        } else {
            super::parts::numbering(definitions)
        };
        parts.add("numbering", "numbering.xml", "numbering+xml", &numbering)?;
        for taken in &self.taken {
            if taken.media.is_empty() {
                let media = "application/vnd.openxmlformats-officedocument.theme+xml";
                parts
                    .packer
                    .typed(&format!("word/{}", taken.name), media, taken.xml.as_bytes())?;
                parts.relations.part(taken.kind, &taken.name);
            } else {
                parts.add(taken.kind, &taken.name, taken.media, &taken.xml)?;
            }
        }
        Ok(())
    }
}

fn text_and_tree(package: &Package<'_>, name: &str) -> Result<(String, Tree), ExportError> {
    let bytes = package.bytes(name)?;
    let tree = Tree::read(name, &bytes)?;
    let text = String::from_utf8(bytes).map_err(|_| ExportError::damaged(name, "it is not UTF-8"))?;
    Ok((text, tree))
}

/// Makes sure that our elements can be put in before an end tag: every program that writes docx calls the namespace `w`.
fn splice_point(text: &str, part: &str, end: &str) -> Result<(), ExportError> {
    if text.contains(end) {
        Ok(())
    } else {
        Err(ExportError::refused(part, "it is not written as Word writes it"))
    }
}

fn style_ids(styles: Element<'_>) -> HashMap<String, String> {
    let styles = styles.children().filter(|style| style.is("w:style"));
    styles
        .filter_map(|style| {
            Some((
                style.child_value("w:name")?.to_lowercase(),
                style.attribute("w:styleId")?.to_owned(),
            ))
        })
        .collect()
}

/// The numbering that the style of the outermost headings asks for.
fn heading_number(styles: Element<'_>, ids: &HashMap<String, String>) -> Option<String> {
    let id = ids.get(names::HEADINGS[0].name)?;
    let mut styles = styles.children().filter(|style| style.is("w:style"));
    let style = styles.find(|style| style.attribute("w:styleId") == Some(id.as_str()))?;
    let number = style.descend(&["w:pPr", "w:numPr"])?.child_value("w:numId")?;
    Some(number.to_owned())
}

/// Whether the outermost level of a numbering shows a number. LibreOffice gives every heading one that shows none.
fn shows(numbering: Element<'_>, number: &str) -> bool {
    let one = |element: &str, attribute: &str, id: &str| {
        let mut all = numbering.children().filter(|child| child.is(element));
        all.find(|child| child.attribute(attribute) == Some(id))
    };
    let level = one("w:num", "w:numId", number)
        .and_then(|number| number.child_value("w:abstractNumId"))
        .and_then(|id| one("w:abstractNum", "w:abstractNumId", id))
        .and_then(|list| list.children().find(|level| level.attribute("w:ilvl") == Some("0")));
    level.is_some_and(|level| {
        level.child_value("w:numFmt") != Some("none") && level.child_value("w:lvlText") != Some("")
    })
}

/// Past the largest ids in a numbering part.
fn shift(numbering: Element<'_>) -> Shift {
    let largest = |element: &str, attribute: &str| {
        let elements = numbering.children().filter(|child| child.is(element));
        elements
            .filter_map(|child| child.attribute(attribute)?.parse::<u32>().ok())
            .filter(|id| *id < 1 << 30)
            .max()
    };
    Shift {
        abstracts: largest("w:abstractNum", "w:abstractNumId").map_or(0, |id| id + 1),
        numbers: largest("w:num", "w:numId").unwrap_or(0),
    }
}

/// All definitions stand before all instances, and after the instances there may be a note for Word on a Mac.
fn splice_numbering(text: &str, definitions: &lists::Parts) -> String {
    let end = ["<w:numIdMacAtCleanup", "</w:numbering>"]
        .iter()
        .find_map(|end| text.find(end))
        .unwrap_or(text.len());
    let instances = text.find("<w:num ").filter(|at| *at < end).unwrap_or(end);
    let mut out = text[..instances].to_owned();
    out.push_str(definitions.abstracts.as_str());
    out.push_str(&text[instances..end]);
    out.push_str(definitions.numbers.as_str());
    out.push_str(&text[end..]);
    out
}

impl Section {
    /// The last section of a document, which is that of its end.
    fn read(
        package: &Package<'_>,
        relations: &Relations,
        document: Element<'_>,
        losses: &mut Vec<Loss>,
    ) -> Result<Self, ExportError> {
        let mut section = Self {
            text_width: super::TEXT_WIDTH,
            ..Self::default()
        };
        let Some(given) = document
            .child("w:body")
            .and_then(|body| body.children().filter(|child| child.is("w:sectPr")).last())
        else {
            return Ok(section);
        };
        let mut rest = Markup::new();
        for child in given.children() {
            let name = child.name();
            if SECTION_TAKEN.contains(&name) {
                let attributes: Vec<(&str, &str)> = ATTRIBUTES_TAKEN
                    .iter()
                    .filter_map(|attribute| Some((*attribute, child.attribute(attribute)?)))
                    .collect();
                rest.empty(name, &attributes);
            } else if ["w:headerReference", "w:footerReference"].contains(&name) {
                let relation = child.attribute("r:id").and_then(|id| relations.get(id));
                if let Some(relation) = relation.filter(|relation| !relation.external && package.has(&relation.target))
                {
                    let number = section.edges.len() + 1;
                    let edge = Edge::read(package, &relation.target, number, losses)?;
                    let kind = child.attribute("w:type").unwrap_or("default").to_owned();
                    section.edges.push((name.to_owned(), kind, edge));
                }
            }
        }
        section.rest = rest.into_string();
        let number = |element: &str, attribute: &str| -> Option<i32> {
            given
                .child(element)?
                .attribute(attribute)?
                .parse()
                .ok()
                .filter(|value| (0..100_000).contains(value))
        };
        let width = || Some(number("w:pgSz", "w:w")? - number("w:pgMar", "w:left")? - number("w:pgMar", "w:right")?);
        section.text_width = width().filter(|width| *width > 1_000).unwrap_or(super::TEXT_WIDTH);
        Ok(section)
    }
}

impl Edge {
    fn read(package: &Package<'_>, part: &str, number: usize, losses: &mut Vec<Loss>) -> Result<Self, ExportError> {
        let (mut xml, _) = text_and_tree(package, part)?;
        let name = format!("edge{number}.xml");
        let relations = package.relations(part)?;
        let mut pictures = Vec::new();
        let mut out = Markup::part();
        out.open(
            "Relationships",
            &[("xmlns", "http://schemas.openxmlformats.org/package/2006/relationships")],
        );
        let mut sorted: Vec<_> = relations.iter().collect();
        sorted.sort_unstable_by_key(|(id, _)| id.as_str());
        for (at, (id, relation)) in sorted.into_iter().enumerate() {
            let kind = format!("{}/{}", super::parts::RELATIONS, relation.kind);
            if relation.external && relation.kind == "hyperlink" {
                let attributes = [
                    ("Id", id.as_str()),
                    ("Type", &kind),
                    ("Target", &relation.target),
                    ("TargetMode", "External"),
                ];
                out.empty("Relationship", &attributes);
            } else if relation.kind == "image" && package.has(&relation.target) && Packer::knows(&relation.target) {
                let ending = relation.target.rsplit('.').next().unwrap_or("png");
                let target = format!("media/edge{number}-{at}.{ending}");
                out.empty("Relationship", &[("Id", id), ("Type", &kind), ("Target", &target)]);
                pictures.push((format!("word/{target}"), package.bytes(&relation.target)?));
            } else {
                // Word would fetch it, or miss it and call the file damaged.
                for attribute in ["r:id", "r:link", "r:embed", "r:pict"] {
                    xml = xml.replace(&format!(" {attribute}=\"{id}\""), "");
                }
                let what = if relation.external {
                    "what is kept outside of the file was left out; it is never fetched"
                } else {
                    "what is embedded and no picture was left out"
                };
                losses.push(Loss::new(format!("{TEMPLATE}: {part}"), what));
            }
        }
        out.close("Relationships");
        let relations = (!relations.is_empty()).then(|| out.into_string());
        Ok(Self {
            name,
            xml,
            relations,
            pictures,
        })
    }
}

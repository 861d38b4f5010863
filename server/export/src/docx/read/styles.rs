//! Styles: found by id, understood by name and by what they are based on.

use crate::docx::{names, xml::Element};
use domain::document::Align;
use std::collections::HashMap;

/// How far a style is followed to what it is based on; a file may lead in circles.
const CHAIN_MAX: usize = 24;

/// One style as the file defines it.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    /// Its name in small letters.
    pub(super) name: String,
    based_on: Option<String>,
    /// Numbering: instance and, where it says so, level.
    number: Option<(u32, Option<usize>)>,
    outline: Option<u32>,
    align: Option<Align>,
    left: Option<i32>,
    /// Look of its text.
    pub(super) run: RunLook,
}

/// What run properties say about marks. None: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RunLook {
    pub(super) bold: Option<bool>,
    pub(super) italic: Option<bool>,
    pub(super) strike: Option<bool>,
    pub(super) underline: Option<bool>,
    pub(super) raised: Option<Raised>,
    pub(super) hidden: Option<bool>,
}

/// Where text stands on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raised {
    On,
    Above,
    Below,
}

/// All styles of a file.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    default_paragraph: Option<String>,
}

impl RunLook {
    /// What a `w:rPr` says.
    pub(super) fn read(properties: Element<'_>) -> Self {
        let strike = [properties.switch("w:strike"), properties.switch("w:dstrike")];
        Self {
            bold: properties.switch("w:b"),
            italic: properties.switch("w:i"),
            strike: strike.into_iter().flatten().reduce(|one, other| one || other),
            underline: properties
                .child("w:u")
                .map(|line| !matches!(line.value(), None | Some("none"))),
            raised: properties.child_value("w:vertAlign").map(|value| match value {
                "superscript" => Raised::Above,
                "subscript" => Raised::Below,
                _ => Raised::On,
            }),
            hidden: properties.switch("w:vanish"),
        }
    }

    /// This, and where it says nothing, the other.
    pub(super) fn over(self, other: Self) -> Self {
        Self {
            bold: self.bold.or(other.bold),
            italic: self.italic.or(other.italic),
            strike: self.strike.or(other.strike),
            underline: self.underline.or(other.underline),
            raised: self.raised.or(other.raised),
            hidden: self.hidden.or(other.hidden),
        }
    }
}

/// The value of `w:jc`; its names in "transitional" mean start and end, whatever the direction of the text.
pub(super) fn align(value: &str) -> Option<Align> {
    match value {
        "center" => Some(Align::Center),
        "end" | "right" => Some(Align::End),
        "both" | "distribute" | "lowKashida" | "mediumKashida" | "highKashida" | "thaiDistribute" => {
            Some(Align::Justify)
        }
        _ => None,
    }
}

/// The numbering that paragraph properties name: instance and level.
pub(super) fn number(properties: Element<'_>) -> Option<(u32, Option<usize>)> {
    let number = properties.child("w:numPr")?;
    let level = number.child_value("w:ilvl").and_then(|level| level.parse().ok());
    Some((number.child_value("w:numId")?.parse().ok()?, level))
}

/// The indent at the side where reading starts, in twentieths of a point.
pub(super) fn left(properties: Element<'_>) -> Option<i32> {
    let indent = properties.child("w:ind")?;
    indent
        .attribute("w:left")
        .or_else(|| indent.attribute("w:start"))?
        .parse()
        .ok()
}

impl Styles {
    /// Reads the part.
    pub(super) fn read(root: Element<'_>) -> Self {
        let mut styles = Self::default();
        for element in root.children().filter(|child| child.is("w:style")) {
            let Some(id) = element.attribute("w:styleId") else {
                continue;
            };
            let mut style = Style {
                name: element.child_value("w:name").unwrap_or(id).to_lowercase(),
                based_on: element.child_value("w:basedOn").map(str::to_owned),
                ..Style::default()
            };
            if let Some(properties) = element.child("w:pPr") {
                style.number = number(properties);
                style.outline = properties
                    .child_value("w:outlineLvl")
                    .and_then(|level| level.parse().ok());
                style.align = properties.child_value("w:jc").and_then(align);
                style.left = left(properties);
            }
            if let Some(properties) = element.child("w:rPr") {
                style.run = RunLook::read(properties);
            }
            let default = matches!(element.attribute("w:default"), Some("1" | "true" | "on"));
            if default && element.attribute("w:type") == Some("paragraph") {
                styles.default_paragraph = Some(id.to_owned());
            }
            styles.by_id.insert(id.to_owned(), style);
        }
        styles
    }

    /// A style and what it is based on, the nearest first, with their ids.
    fn chain<'s>(&'s self, id: &'s str) -> impl Iterator<Item = (&'s str, &'s Style)> {
        let first = self.by_id.get_key_value(id).map(|(id, style)| (id.as_str(), style));
        let next = |(_, style): &(&str, &'s Style)| {
            let (id, style) = self.by_id.get_key_value(style.based_on.as_deref()?)?;
            Some((id.as_str(), style))
        };
        std::iter::successors(first, next).take(CHAIN_MAX)
    }

    /// The names of a style and of what it is based on. A style that the file does not define is known by its id.
    pub(super) fn names(&self, id: Option<&str>) -> Vec<String> {
        let id = id.or(self.default_paragraph.as_deref()).unwrap_or_default();
        let names: Vec<String> = self.chain(id).map(|(_, style)| style.name.clone()).collect();
        if names.is_empty() {
            vec![undefined_name(id)]
        } else {
            names
        }
    }

    /// The numbering of a paragraph's style, and the id of the style that says so.
    pub(super) fn number<'s>(&'s self, id: &'s str) -> Option<(u32, Option<usize>, &'s str)> {
        self.chain(id)
            .find_map(|(id, style)| style.number.map(|(number, level)| (number, level, id)))
    }

    /// The outline level of a paragraph's style, from 0.
    pub(super) fn outline(&self, id: &str) -> Option<u32> {
        self.chain(id).find_map(|(_, style)| style.outline)
    }

    /// How a paragraph's style aligns lines, unless it is the style of all paragraphs.
    pub(super) fn align(&self, id: &str) -> Option<Align> {
        let own = |id: &str| self.default_paragraph.as_deref() != Some(id);
        self.chain(id)
            .filter(|(id, _)| own(id))
            .find_map(|(_, style)| style.align)
    }

    /// The indent of a paragraph's style.
    pub(super) fn left(&self, id: &str) -> Option<i32> {
        self.chain(id).find_map(|(_, style)| style.left)
    }

    /// The look of a character style.
    pub(super) fn run(&self, id: &str) -> RunLook {
        self.chain(id)
            .fold(RunLook::default(), |look, (_, style)| look.over(style.run))
    }

    /// Whether our writer made the file, or another program went on with one that it made.
    pub(super) fn are_ours(&self) -> bool {
        let ours = [names::FILLER, names::STEP_RECORD].map(|style| style.name.to_lowercase());
        ours.iter()
            .all(|name| self.by_id.values().any(|style| style.name == *name))
    }
}

/// The name that an id of Word's stands for: `Heading1` is `heading 1`.
fn undefined_name(id: &str) -> String {
    let letters = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &id[letters.len()..];
    if number.is_empty() {
        letters.to_lowercase()
    } else {
        format!("{} {number}", letters.to_lowercase())
    }
}

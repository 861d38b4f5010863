//! Numbering: which paragraphs are items of which list, and what number they have.

use crate::docx::xml::Element;
use domain::document::{LIST_START_MAX, ListStyle};
use std::collections::{HashMap, HashSet};

/// Levels that a definition has.
pub(super) const LEVELS: usize = 9;

/// What a level of a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A dot or another sign.
    Bullet,
    /// A number.
    Counted(ListStyle),
    /// Nothing.
    Nothing,
}

/// One level of a definition.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) format: Format,
    start: u32,
    /// The style whose paragraphs are on this level.
    style: Option<String>,
    /// Indent of the text, in twentieths of a point.
    pub(super) left: i32,
    /// Whether the number shows those of levels around it as well: 1.1.
    pub(super) compound: bool,
    /// Whether the format is one the model has no name for.
    pub(super) foreign: bool,
}

#[derive(Default)]
struct Definition {
    levels: [Option<Level>; LEVELS],
    /// A definition that only points to a numbering style.
    style_link: Option<String>,
    /// The numbering style that this is the definition of.
    is_style: Option<String>,
}

struct Instance {
    definition: u32,
    starts: [Option<u32>; LEVELS],
    levels: [Option<Level>; LEVELS],
}

/// The numbering part, with the counts of all paragraphs so far.
#[derive(Default)]
pub(super) struct Numbering {
    definitions: HashMap<u32, Definition>,
    instances: HashMap<u32, Instance>,
    counts: HashMap<u32, [Option<u32>; LEVELS]>,
    begun: HashSet<(u32, usize)>,
}

impl Numbering {
    /// Reads the part.
    pub(super) fn read(root: Element<'_>) -> Self {
        let mut numbering = Self::default();
        for element in root.children() {
            let id = |name: &str| element.attribute(name).and_then(|id| id.parse().ok());
            if let (true, Some(id)) = (element.is("w:abstractNum"), id("w:abstractNumId")) {
                let mut definition = Definition {
                    style_link: element.child_value("w:numStyleLink").map(str::to_owned),
                    is_style: element.child_value("w:styleLink").map(str::to_owned),
                    ..Definition::default()
                };
                for level in element.children().filter(|child| child.is("w:lvl")) {
                    put_level(&mut definition.levels, level);
                }
                numbering.definitions.insert(id, definition);
            } else if let (true, Some(id)) = (element.is("w:num"), id("w:numId")) {
                numbering
                    .instances
                    .extend(read_instance(element).map(|instance| (id, instance)));
            }
        }
        numbering.follow_links();
        numbering
    }

    /// Lets definitions that only point to a numbering style share its levels.
    fn follow_links(&mut self) {
        let of_style: HashMap<String, u32> = self
            .definitions
            .iter()
            .filter_map(|(id, definition)| Some((definition.is_style.clone()?, *id)))
            .collect();
        for instance in self.instances.values_mut() {
            let link = self
                .definitions
                .get(&instance.definition)
                .and_then(|definition| definition.style_link.as_ref());
            if let Some(target) = link.and_then(|style| of_style.get(style)) {
                instance.definition = *target;
            }
        }
    }

    /// A level of an instance; none: there is no such instance, or it says nothing.
    pub(super) fn level(&self, number: u32, level: usize) -> Option<&Level> {
        let instance = self.instances.get(&number)?;
        let own = instance.levels.get(level)?.as_ref();
        own.or_else(|| self.definitions.get(&instance.definition)?.levels.get(level)?.as_ref())
    }

    /// The level on which paragraphs of a style are.
    pub(super) fn level_of_style(&self, number: u32, style: &str) -> Option<usize> {
        (0..LEVELS).find(|level| {
            self.level(number, *level)
                .is_some_and(|level| level.style.as_deref() == Some(style))
        })
    }

    /// Whether two instances count as one list.
    pub(super) fn same_list(&self, open: u32, next: u32, level: usize) -> bool {
        let definition = |number| {
            self.instances
                .get(&number)
                .map(|instance: &Instance| instance.definition)
        };
        let restarts = self
            .instances
            .get(&next)
            .is_some_and(|instance| instance.starts[level].is_some());
        open == next || (definition(open).is_some() && definition(open) == definition(next) && !restarts)
    }

    /// Counts a paragraph; answers its number.
    pub(super) fn count(&mut self, number: u32, level: usize) -> u32 {
        let level = level.min(LEVELS - 1);
        let start = self.level(number, level).map_or(1, |level| level.start);
        let Some(instance) = self.instances.get(&number) else {
            return start;
        };
        let counts = self.counts.entry(instance.definition).or_default();
        let restart = instance.starts[level].filter(|_| self.begun.insert((number, level)));
        let next = match (restart, counts[level]) {
            (Some(start), _) => start,
            (None, Some(count)) => count.saturating_add(1),
            (None, None) => instance.starts[level].unwrap_or(start),
        };
        counts[level] = Some(next);
        counts[level + 1..].fill(None);
        next.min(LIST_START_MAX)
    }
}

fn read_instance(element: Element<'_>) -> Option<Instance> {
    let definition = element.child_value("w:abstractNumId")?.parse().ok()?;
    let mut instance = Instance {
        definition,
        starts: [None; LEVELS],
        levels: Default::default(),
    };
    for over in element.children().filter(|child| child.is("w:lvlOverride")) {
        let level = over.attribute("w:ilvl").and_then(|level| level.parse::<usize>().ok());
        let Some(level) = level.filter(|level| *level < LEVELS) else {
            continue;
        };
        instance.starts[level] = over.child_value("w:startOverride").and_then(|start| start.parse().ok());
        if let Some(definition) = over.child("w:lvl") {
            put_level(&mut instance.levels, definition);
        }
    }
    Some(instance)
}

fn put_level(levels: &mut [Option<Level>; LEVELS], element: Element<'_>) {
    let at = element
        .attribute("w:ilvl")
        .and_then(|level| level.parse::<usize>().ok());
    let Some(place) = at.and_then(|at| levels.get_mut(at)) else {
        return;
    };
    let given = element.child_value("w:numFmt").unwrap_or("decimal");
    let text = element.child_value("w:lvlText").unwrap_or_default();
    let (format, foreign) = format(given, text);
    *place = Some(Level {
        format,
        foreign,
        start: element
            .child_value("w:start")
            .and_then(|start| start.parse().ok())
            .unwrap_or(0),
        style: element.child_value("w:pStyle").map(str::to_owned),
        left: element.child("w:pPr").and_then(super::styles::left).unwrap_or(0),
        compound: text.matches('%').count() > 1,
    });
}

/// The format of a level, and whether the model has another name for it.
fn format(given: &str, text: &str) -> (Format, bool) {
    let style = match given {
        "bullet" => return (Format::Bullet, false),
        "none" => return (Format::Nothing, false),
        "decimal" | "decimalZero" => ListStyle::Decimal,
        "lowerLetter" => ListStyle::LowerAlpha,
        "upperLetter" => ListStyle::UpperAlpha,
        "lowerRoman" => ListStyle::LowerRoman,
        "upperRoman" => ListStyle::UpperRoman,
        _ => return (Format::Counted(ListStyle::Decimal), true),
    };
    // A counted level whose text has no place for its count shows a sign only.
    if text.contains('%') || text.is_empty() {
        (Format::Counted(style), false)
    } else {
        (Format::Bullet, false)
    }
}

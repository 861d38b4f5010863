//! Numbering: one definition for headings, one for steps, and for each list an instance of its own, so that no list
//! counts on from another. Lists nested within a list share its instance while they look the way the instance shows
//! their level; so Word's own tab key moves items between levels.

use crate::docx::{markup::Markup, names};
use domain::document::{Block, ListStyle};
use std::collections::BTreeMap;

/// Levels that a numbering definition has (ISO 29500-1, 17.9.3 `ilvl`).
pub(super) const LEVELS: usize = 9;
/// How far each level stands further in than the one around it, in twentieths of a point.
pub(super) const STEP_IN: i32 = 425;
/// The definitions that every document has.
const HEADINGS_ABSTRACT: u32 = 0;
const STEPS_ABSTRACT: u32 = 1;
/// Their instances: number 0 means "not numbered".
pub(super) const HEADINGS_NUMBER: u32 = 1;
/// The one instance for steps, which are counted through the document.
pub(super) const STEPS_NUMBER: u32 = 2;

/// How a level of a list looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// With a dot.
    Bullet,
    /// With a box that its paragraph holds.
    Task,
    /// Counted, from a first number.
    Ordered(ListStyle, u32),
}

type Looks = [Option<Look>; LEVELS];

/// The instances given out so far.
#[derive(Debug, Default)]
pub(super) struct Lists {
    instances: Vec<Looks>,
}

/// A list that is being written: its instance and the level of its items.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    /// The instance.
    pub(super) number: u32,
    /// From 0.
    pub(super) level: usize,
    /// How its items look.
    pub(super) look: Look,
}

impl Look {
    /// How a block looks, if it is a list.
    pub(super) fn of(block: &Block) -> Option<Self> {
        match block {
            Block::BulletList { .. } => Some(Self::Bullet),
            Block::TaskList { .. } => Some(Self::Task),
            Block::OrderedList { start, style, .. } => Some(Self::Ordered(*style, *start)),
            _ => None,
        }
    }

    /// The style of its items' paragraphs.
    pub(super) fn style(self) -> names::Style {
        match self {
            Self::Bullet => names::LIST_BULLET,
            Self::Task => names::LIST_TASK,
            Self::Ordered(..) => names::LIST_NUMBER,
        }
    }

    fn first(self) -> u32 {
        match self {
            Self::Ordered(_, start) => start,
            _ => 1,
        }
    }
}

impl Lists {
    fn new_instance(&mut self, level: usize, look: Look) -> List {
        let mut looks = Looks::default();
        looks[level] = Some(look);
        self.instances.push(looks);
        List {
            number: self.last_number(),
            level,
            look,
        }
    }

    fn last_number(&self) -> u32 {
        STEPS_NUMBER + u32::try_from(self.instances.len()).unwrap_or(u32::MAX)
    }

    /// A list that stands in no other.
    pub(super) fn outermost(&mut self, look: Look) -> List {
        self.new_instance(0, look)
    }

    /// A list in an item of another. `taken`: another list in the same item has the instance already. None: levels are
    /// used up.
    pub(super) fn nested(&mut self, around: List, look: Look, taken: bool) -> Option<List> {
        let level = around.level + 1;
        if level == LEVELS {
            return None;
        }
        let instance = (around.number - STEPS_NUMBER) as usize - 1;
        let shown = self.instances.get_mut(instance).map(|looks| &mut looks[level]);
        match shown {
            Some(shown) if !taken && shown.is_none_or(|shown| shown == look) => {
                *shown = Some(look);
                Some(List {
                    number: around.number,
                    level,
                    look,
                })
            }
            _ => Some(self.new_instance(level, look)),
        }
    }

    /// Writes `w:abstractNum` and `w:num` elements. House templates have definitions of their own: `first_abstract` and
    /// the numbers of instances are moved past theirs by the caller's `shift`.
    pub(super) fn write(
        &self,
        outermost: usize,
        tied: bool,
        style_id: impl Fn(names::Style) -> String,
        shift: Shift,
    ) -> Parts {
        let mut abstracts = Markup::new();
        let mut numbers = Markup::new();
        let headings = shift.abstracts + HEADINGS_ABSTRACT;
        let steps = shift.abstracts + STEPS_ABSTRACT;
        write_headings(&mut abstracts, headings, outermost, tied, &style_id);
        write_steps(&mut abstracts, steps, &style_id(names::STEP));
        write_number(&mut numbers, shift.numbers + HEADINGS_NUMBER, headings, None);
        write_number(&mut numbers, shift.numbers + STEPS_NUMBER, steps, None);
        let mut known: BTreeMap<Looks, u32> = BTreeMap::new();
        for (index, looks) in self.instances.iter().enumerate() {
            let next = shift.abstracts + STEPS_ABSTRACT + 1 + u32::try_from(known.len()).unwrap_or(u32::MAX);
            let definition = *known.entry(*looks).or_insert_with(|| {
                write_list(&mut abstracts, next, looks);
                next
            });
            let number = shift.numbers + STEPS_NUMBER + 1 + u32::try_from(index).unwrap_or(u32::MAX);
            write_number(&mut numbers, number, definition, Some(looks));
        }
        Parts { abstracts, numbers }
    }
}

/// By how much a template moves our ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    /// Added to ids of definitions.
    pub(super) abstracts: u32,
    /// Added to ids of instances.
    pub(super) numbers: u32,
}

/// The two runs of elements in a numbering part: all definitions stand before all instances.
pub(super) struct Parts {
    /// `w:abstractNum`
    pub(super) abstracts: Markup,
    /// `w:num`
    pub(super) numbers: Markup,
}

fn write_number(out: &mut Markup, number: u32, definition: u32, looks: Option<&Looks>) {
    out.open("w:num", &[("w:numId", &number.to_string())]);
    out.value("w:abstractNumId", &definition.to_string());
    for (level, look) in looks.into_iter().flatten().enumerate() {
        // An override makes the instance count from the start, although others have the same definition.
        if let Some(look) = look {
            out.open("w:lvlOverride", &[("w:ilvl", &level.to_string())]);
            out.value("w:startOverride", &look.first().to_string());
            out.close("w:lvlOverride");
        }
    }
    out.close("w:num");
}

/// One level of a definition.
struct Level<'a> {
    at: usize,
    start: u32,
    format: &'a str,
    style: Option<&'a str>,
    text: &'a str,
    left: i32,
    hanging: i32,
    /// Run properties of the number.
    run: &'a str,
}

impl Level<'_> {
    fn write(&self, out: &mut Markup) {
        out.open("w:lvl", &[("w:ilvl", &self.at.to_string())]);
        out.value("w:start", &self.start.to_string());
        out.value("w:numFmt", self.format);
        if let Some(style) = self.style {
            out.value("w:pStyle", style);
        }
        if self.text.is_empty() {
            out.value("w:suff", "nothing");
        }
        out.value("w:lvlText", self.text);
        out.value("w:lvlJc", "left");
        out.open("w:pPr", &[]);
        out.open("w:tabs", &[]);
        out.empty("w:tab", &[("w:val", "num"), ("w:pos", &self.left.to_string())]);
        out.close("w:tabs");
        out.empty(
            "w:ind",
            &[
                ("w:left", &self.left.to_string()),
                ("w:hanging", &self.hanging.to_string()),
            ],
        );
        out.close("w:pPr");
        out.raw(self.run);
        out.close("w:lvl");
    }
}

fn open_definition(out: &mut Markup, id: u32) {
    out.open("w:abstractNum", &[("w:abstractNumId", &id.to_string())]);
    out.value("w:multiLevelType", "multilevel");
}

/// `%1.%2.%3` from one level to another.
fn compound(from: usize, level: usize) -> String {
    let parts: Vec<String> = (from.min(level) + 1..=level + 1)
        .map(|part| format!("%{part}"))
        .collect();
    parts.join(".")
}

/// `outermost`: the level whose number stands first. `tied`: the heading styles carry the numbering, and headings
/// without a number say so.
fn write_headings(out: &mut Markup, id: u32, outermost: usize, tied: bool, style_id: &impl Fn(names::Style) -> String) {
    open_definition(out, id);
    for at in 0..LEVELS {
        let style = names::HEADINGS.get(at).filter(|_| tied).map(|style| style_id(*style));
        let hanging = 567 + 142 * i32::try_from(at).unwrap_or(0);
        let level = Level {
            at,
            start: 1,
            format: "decimal",
            style: style.as_deref(),
            text: &compound(outermost, at),
            left: hanging,
            hanging,
            run: "",
        };
        level.write(out);
    }
    out.close("w:abstractNum");
}

fn write_steps(out: &mut Markup, id: u32, style: &str) {
    open_definition(out, id);
    for at in 0..LEVELS {
        let level = Level {
            at,
            start: 1,
            format: "decimal",
            style: (at == 0).then_some(style),
            text: &compound(0, at),
            left: 567 * i32::try_from(at + 1).unwrap_or(1),
            hanging: 567,
            run: "<w:rPr><w:b/><w:bCs/></w:rPr>",
        };
        level.write(out);
    }
    out.close("w:abstractNum");
}

fn write_list(out: &mut Markup, id: u32, looks: &Looks) {
    open_definition(out, id);
    let mut above = Look::Bullet;
    for at in 0..LEVELS {
        // Levels nobody has used look like the one above, for those who go on writing in Word.
        let look = looks[at].or(Some(above)).unwrap_or(Look::Bullet);
        above = match look {
            Look::Ordered(style, _) => Look::Ordered(style, 1),
            other => other,
        };
        let counted = format!("%{}.", at + 1);
        let (format, text, start, run) = match look {
            Look::Bullet => ("bullet", BULLETS[at % BULLETS.len()], 1, BULLET_RUN),
            Look::Task => ("none", "", 1, ""),
            Look::Ordered(style, start) => (number_format(style), counted.as_str(), start, ""),
        };
        let left = STEP_IN * i32::try_from(at + 1).unwrap_or(1);
        Level {
            at,
            start,
            format,
            style: None,
            text,
            left,
            hanging: STEP_IN,
            run,
        }
        .write(out);
    }
    out.close("w:abstractNum");
}

/// The dots of successive levels.
const BULLETS: [&str; 3] = ["•", "–", "▪"];
/// Without it, a dot takes the font of its paragraph's text, which may lack it.
const BULLET_RUN: &str =
    "<w:rPr><w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:cs=\"Arial\" w:hint=\"default\"/></w:rPr>";

fn number_format(style: ListStyle) -> &'static str {
    match style {
        ListStyle::Decimal => "decimal",
        ListStyle::LowerAlpha => "lowerLetter",
        ListStyle::UpperAlpha => "upperLetter",
        ListStyle::LowerRoman => "lowerRoman",
        ListStyle::UpperRoman => "upperRoman",
    }
}

//! What happens in the demonstration: who is there, and each act with its day, read from the files beside this one.
//!
//! A file of texts holds records one after the other. Each begins with its head between two lines `+++` (TOML); its body is
//! Markdown with the short signs of [`super::markup`]. A line `%% 17 tomas` says that what follows, up to the next such
//! line, was added on day 17 by tomas; `-> 40 noor` at its end, that noor took it out on day 40; a bare `%%` goes back to what
//! the record began with.

use super::markup;
use domain::document::Document;
use serde::Deserialize;
use services::Packs;
use std::{collections::BTreeMap, fmt};

/// The files of a workspace: its plan, and its texts.
type Files = (&'static str, &'static [&'static str]);

const FILES: [Files; 2] = [
    (
        include_str!("therapy/plan.toml"),
        &[
            include_str!("therapy/scripts.md"),
            include_str!("therapy/scripts-later.md"),
            include_str!("therapy/notes.md"),
        ],
    ),
    (
        include_str!("procedures/plan.toml"),
        &[
            include_str!("procedures/sops.md"),
            include_str!("procedures/instructions.md"),
        ],
    ),
];

/// The last day of the history, counted from its first: today.
pub(super) const LAST_DAY: u32 = 91;

/// A workspace, as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) pack: String,
    pub(super) owner: String,
    day: u32,
    acts: Vec<String>,
    person: BTreeMap<String, Person>,
}

/// Somebody who is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    /// Empty for who never came.
    #[serde(default)]
    pub(super) name: String,
    pub(super) email: String,
    /// Where they sit: an address of RFC 5737, which nobody has.
    #[serde(default)]
    pub(super) address: String,
    /// What their browser calls itself.
    #[serde(default)]
    pub(super) device: String,
}

/// A record's beginning, as its head says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) title: String,
    #[serde(default)]
    pub(super) kind: String,
    by: String,
    day: u32,
    #[serde(default)]
    pub(super) template: String,
    pub(super) summary: String,
    #[serde(default)]
    acts: Vec<String>,
}

/// The whole story.
pub(super) struct Story {
    pub(super) plans: Vec<Plan>,
    pub(super) people: BTreeMap<String, Person>,
    /// In the order in which they happen.
    pub(super) acts: Vec<Act>,
}

impl Story {
    /// Who belongs to which workspace in the end, and in which role: a line for each person, the first to come first.
    pub(super) fn members(&self, packs: &Packs) -> Vec<String> {
        let founder = |place: usize| {
            let pack = self.plans.get(place).and_then(|plan| packs.get(&plan.pack));
            pack.and_then(|pack| pack.owning_role())
                .map_or("", |role| role.id.as_str())
        };
        let mut roles: BTreeMap<(&str, usize), &str> = BTreeMap::new();
        let mut came: Vec<&str> = Vec::new();
        for act in &self.acts {
            let (who, place) = (act.who.as_str(), act.place);
            match &act.deed {
                Deed::Found => drop(roles.insert((who, place), founder(place))),
                Deed::Invite { role, person } | Deed::Role { person, role } => {
                    roles.insert((person, place), role);
                }
                Deed::Remove(person) => drop(roles.remove(&(person.as_str(), place))),
                _ => {}
            }
            if matches!(act.deed, Deed::Found | Deed::Join) && !came.contains(&who) {
                came.push(who);
            }
        }
        let line = |who: &&str| {
            let person = self.people.get(*who)?;
            let places: Vec<String> = roles
                .iter()
                .filter(|((other, _), _)| other == who)
                .filter_map(|((_, place), role)| Some(format!("{role} in {}", self.name_of(*place)?)))
                .collect();
            (!places.is_empty()).then(|| format!("{:24} {}, {}", person.email, person.name, places.join(", ")))
        };
        came.iter().filter_map(line).collect()
    }

    /// What a workspace is called in the end.
    fn name_of(&self, place: usize) -> Option<&str> {
        let given = self.acts.iter().rev().find_map(|act| match &act.deed {
            Deed::NameWorkspace(name) if act.place == place => Some(name),
            _ => None,
        });
        given
            .or_else(|| self.plans.get(place).map(|plan| &plan.name))
            .map(String::as_str)
    }
}

/// Something that somebody does.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) day: u32,
    pub(super) who: String,
    /// The workspace, by its number.
    pub(super) place: usize,
    pub(super) deed: Deed,
}

/// A record of the story: its workspace's number, and its own in there.
pub(super) type RecordKey = (usize, usize);

/// What somebody does.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Found,
    Invite {
        role: String,
        person: String,
    },
    Join,
    NameWorkspace(String),
    Role {
        person: String,
        role: String,
    },
    Suspend(String),
    Remove(String),
    Create(RecordKey, Box<Head>),
    /// Everybody who writes in a body on one day, in this order, with what it is afterwards.
    Write(RecordKey, Vec<(String, Document)>),
    Move(RecordKey, String),
    Rename(RecordKey, String),
    Archive(RecordKey),
    Trash(RecordKey),
    Duplicate(RecordKey, String),
}

impl fmt::Display for Deed {
    /// What is done, and to what, for whoever mends the files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = |f: &mut fmt::Formatter<'_>, verb: &str, key: &RecordKey| {
            write!(f, "{verb} record {} of workspace {}", key.1 + 1, key.0 + 1)
        };
        match self {
            Self::Found => f.write_str("makes a workspace"),
            Self::Invite { person, .. } => write!(f, "invites {person}"),
            Self::Join => f.write_str("joins"),
            Self::NameWorkspace(name) => write!(f, "names the workspace {name}"),
            Self::Role { person, role } => write!(f, "makes {person} {role}"),
            Self::Suspend(person) => write!(f, "suspends {person}"),
            Self::Remove(person) => write!(f, "removes {person}"),
            Self::Create(_, head) => write!(f, "makes “{}”", head.title),
            Self::Write(key, _) => on(f, "writes in", key),
            Self::Move(key, state) => on(f, "moves", key).and_then(|()| write!(f, " to {state}")),
            Self::Rename(key, _) => on(f, "renames", key),
            Self::Archive(key) => on(f, "archives", key),
            Self::Trash(key) => on(f, "throws away", key),
            Self::Duplicate(key, _) => on(f, "copies", key),
        }
    }
}

/// Reads the files.
///
/// # Errors
/// What is wrong in them, with the place: they are part of the program, and a test reads them.
pub(super) fn read() -> Result<Story, String> {
    let (mut plans, mut people, mut acts) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (place, (plan, texts)) in FILES.into_iter().enumerate() {
        let plan: Plan = toml::from_str(plan).map_err(|error| error.to_string())?;
        let found = Act {
            day: plan.day,
            who: plan.owner.clone(),
            place,
            deed: Deed::Found,
        };
        acts.push(found);
        for line in &plan.acts {
            let (day, who, rest) = day_and_who(line)?;
            let deed = workspace_deed(rest).ok_or_else(|| format!("Nobody knows how to “{line}”."))?;
            acts.push(Act { day, who, place, deed });
        }
        let records = texts.iter().flat_map(|text| records(text)).enumerate();
        for (number, record) in records {
            let (head, body) = record?;
            record_acts((place, number), head, body, &mut acts)?;
        }
        people.extend(plan.person.clone());
        plans.push(plan);
    }
    // Of one day, what stands first happens first.
    acts.sort_by_key(|act| act.day);
    Ok(Story { plans, people, acts })
}

/// Splits a file into its records: heads, read, and bodies.
fn records(text: &'static str) -> impl Iterator<Item = Result<(Head, &'static str), String>> {
    let mut parts = text.split("+++\n").skip(1);
    std::iter::from_fn(move || {
        let head = parts.next()?;
        let body = parts.next().unwrap_or_default();
        Some(
            toml::from_str(head)
                .map(|head| (head, body))
                .map_err(|error| format!("{head}: {error}")),
        )
    })
}

fn day_and_who(line: &str) -> Result<(u32, String, &str), String> {
    let mut words = line.splitn(3, ' ');
    let day = words.next().and_then(|day| day.parse().ok());
    let day = day.filter(|day| *day <= LAST_DAY);
    match (day, words.next(), words.next()) {
        (Some(day), Some(who), rest) => Ok((day, who.to_owned(), rest.unwrap_or_default())),
        _ => Err(format!("“{line}” does not begin with a day and somebody.")),
    }
}

fn workspace_deed(text: &str) -> Option<Deed> {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let two = || {
        rest.split_once(' ')
            .map(|(one, other)| (one.to_owned(), other.to_owned()))
    };
    Some(match verb {
        "join" => Deed::Join,
        "name" => Deed::NameWorkspace(rest.to_owned()),
        "suspend" => Deed::Suspend(rest.to_owned()),
        "remove" => Deed::Remove(rest.to_owned()),
        "invite" => two().map(|(role, person)| Deed::Invite { role, person })?,
        "role" => two().map(|(person, role)| Deed::Role { person, role })?,
        _ => return None,
    })
}

fn record_deed(key: RecordKey, text: &str) -> Option<Deed> {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match verb {
        "move" => Deed::Move(key, rest.to_owned()),
        "rename" => Deed::Rename(key, rest.to_owned()),
        "duplicate" => Deed::Duplicate(key, rest.to_owned()),
        "archive" => Deed::Archive(key),
        "trash" => Deed::Trash(key),
        _ => return None,
    })
}

/// Everything that happens to a record. Of one day: it is made, then moved or renamed, then written in.
fn record_acts(key: RecordKey, head: Head, body: &str, acts: &mut Vec<Act>) -> Result<(), String> {
    let act = |day, who, deed| Act {
        day,
        who,
        place: key.0,
        deed,
    };
    let name = head.title.clone();
    let (first_day, first_who) = (head.day, head.by.clone());
    let own = head.acts.clone();
    acts.push(act(first_day, first_who.clone(), Deed::Create(key, Box::new(head))));
    for line in &own {
        let (day, who, rest) = day_and_who(line)?;
        let deed = record_deed(key, rest).ok_or_else(|| format!("Nobody knows how to “{line}”."))?;
        acts.push(act(day, who, deed));
    }
    let pieces = pieces(body, &(first_day, first_who))?;
    let mut steps: Vec<Step> = Vec::new();
    for step in pieces
        .iter()
        .flat_map(|piece| [Some(&piece.from), piece.until.as_ref()])
    {
        if let Some(step) = step.filter(|step| !steps.contains(step)) {
            steps.push(step.clone());
        }
    }
    steps.sort_by_key(|step| step.0);
    for today in steps.chunk_by(|one, next| one.0 == next.0) {
        let mut writers = Vec::new();
        for step in today {
            let document =
                markup::document(&text_after(&pieces, &steps, step)).map_err(|why| format!("{name}: {why}"))?;
            writers.push((step.1.clone(), document));
        }
        if let Some((day, who)) = today.first() {
            acts.push(act(*day, who.clone(), Deed::Write(key, writers)));
        }
    }
    Ok(())
}

/// When somebody writes: the day, and who.
type Step = (u32, String);

/// A part of a body that came, and perhaps went, in one step.
struct Piece {
    from: Step,
    until: Option<Step>,
    text: String,
}

fn pieces(body: &str, first: &Step) -> Result<Vec<Piece>, String> {
    let begun = |from: Step| Piece {
        from,
        until: None,
        text: String::new(),
    };
    let step = |text: &str| day_and_who(text).map(|(day, who, _)| (day, who));
    let mut pieces = vec![begun(first.clone())];
    for line in body.lines() {
        if let Some(mark) = line.strip_prefix("%%") {
            let (from, until) = mark.split_once("->").unwrap_or((mark, ""));
            let mut piece = begun(match from.trim() {
                "" => first.clone(),
                from => step(from)?,
            });
            if !until.trim().is_empty() {
                piece.until = Some(step(until.trim())?);
            }
            pieces.push(piece);
        } else if let Some(piece) = pieces.last_mut() {
            piece.text.push_str(line);
            piece.text.push('\n');
        }
    }
    Ok(pieces)
}

/// The text as it stands after a step.
fn text_after(pieces: &[Piece], steps: &[Step], step: &Step) -> String {
    let place = |step: &Step| steps.iter().position(|other| other == step);
    let now = place(step);
    let there = pieces
        .iter()
        .filter(|piece| place(&piece.from) <= now && piece.until.as_ref().is_none_or(|until| place(until) > now));
    there.map(|piece| piece.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::validate;
    use std::collections::BTreeSet;

    #[test]
    fn the_files_can_be_read_and_name_nobody_who_is_not_there() {
        let story = read().expect("a story");
        assert_eq!(story.plans.len(), 2);
        for act in &story.acts {
            assert!(story.people.contains_key(&act.who), "{act:?}");
        }
        let records = story.acts.iter().filter(|act| matches!(act.deed, Deed::Create(..)));
        assert!(records.count() >= 40);
        for person in story.people.values() {
            assert_eq!(validate::email(&person.email), None);
            assert!(person.email.ends_with(".example"), "RFC 2606: {}", person.email);
            let documentation = ["192.0.2.", "198.51.100.", "203.0.113."];
            let nobodys = documentation.iter().any(|network| person.address.starts_with(network));
            assert!(nobodys || person.address.is_empty(), "RFC 5737: {}", person.address);
        }
    }

    /// The numbers of procedures and instructions in a text.
    fn numbers(text: &str) -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
        let number = |word: &&str| {
            let digits = word.strip_prefix("SOP-").or_else(|| word.strip_prefix("WI-"));
            digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        };
        words.filter(number).map(str::to_owned).collect()
    }

    #[test]
    fn numbers_are_given_in_their_order_and_nothing_is_named_before_it_is_there() {
        let story = read().expect("a story");
        let (mut titles, mut under, mut states) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for act in &story.acts {
            let there = |said: &BTreeSet<String>, titles: &BTreeMap<RecordKey, String>| {
                let own: BTreeSet<String> = titles.values().flat_map(|title| numbers(title)).collect();
                assert!(said.is_subset(&own), "day {}, {}: {said:?}", act.day, act.deed);
            };
            match &act.deed {
                Deed::Create(key, head) => {
                    if let Some(number) = numbers(&head.title).first() {
                        let kind = number.split('-').next().expect("a kind");
                        let mut earlier = titles.values().flat_map(|title: &String| numbers(title));
                        assert!(!earlier.any(|one| one.starts_with(kind) && one > *number), "{number}");
                    }
                    there(&numbers(&head.summary), &titles);
                    titles.insert(*key, head.title.clone());
                    under.insert(*key, head.summary.split_once("Under ").map(|(_, rest)| numbers(rest)));
                }
                Deed::Write(_, writers) => {
                    for (_, document) in writers {
                        there(&numbers(&document.to_json().to_string()), &titles);
                    }
                }
                Deed::Move(key, state) => {
                    states.insert(titles[key].clone(), state.clone());
                    for above in under[key].iter().flatten().filter(|_| state == "effective") {
                        let mut holds = states.iter().filter(|(title, _)| title.starts_with(above.as_str()));
                        let holds = holds.any(|(_, state)| state == "effective");
                        assert!(holds, "{} holds under {above}, which does not yet", titles[key]);
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn pieces_come_and_go_in_their_steps() {
        let body = "one\n%% 5 bo\ntwo\n%% -> 7 al\nthree\n%% 7 al\nfour\n%%\nfive\n";
        let pieces = pieces(body, &(1, "al".to_owned())).expect("pieces");
        let steps: Vec<Step> = [(1, "al"), (5, "bo"), (7, "al")]
            .map(|(day, who)| (day, who.to_owned()))
            .into();
        let texts: Vec<String> = steps.iter().map(|step| text_after(&pieces, &steps, step)).collect();
        assert_eq!(
            texts,
            [
                "one\nthree\nfive\n",
                "one\ntwo\nthree\nfive\n",
                "one\ntwo\nfour\nfive\n"
            ]
        );
    }

    #[test]
    fn what_does_not_say_when_or_who_is_refused() {
        for line in ["", "x noor join", "400 noor join", "4"] {
            assert!(day_and_who(line).is_err(), "{line}");
        }
        assert!(workspace_deed("dance").is_none() && record_deed((0, 0), "dance").is_none());
    }
}

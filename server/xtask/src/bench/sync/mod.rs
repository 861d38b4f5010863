//! `cargo xtask bench sync`: what writing together costs a server, beside two floors (a server that only passes frames on)
//! and two servers of npm. Interleaved rounds; medians, least and most.
//!
//! What is compared is deliveries (an edit that reached somebody else) in each second that the server computes: at one pace
//! for all, and for each at the highest load at which it still meets the objective. Ours puts every edit into the document,
//! encrypts it, and has it on disk before it says so; the floors do nothing, and the peers keep documents in memory only.
//! Beside that: memory of those who only read, what a `kill -9` costs, and how long a long document takes to open.

mod bell;
mod climb;
mod costs;
mod forward;
mod frames;
mod kept;
mod load;
mod peers;
mod servers;
mod visitor;

pub(crate) use forward::forward;

use super::row;
use crate::{
    server::{self, Product},
    site::Kind,
    steps::{Outcome, step},
    workspace::Workspace,
};
use climb::Height;
use load::{Crowd, Heard, Pace};
use servers::{Server, Subject};
use std::path::PathBuf;

/// How often each server is measured.
const ROUNDS: usize = 3;
/// Three people in a room, writing fast.
const ROOMS: Pace = Pace {
    rooms: 100,
    people: 3,
    edits: 40.0,
    seconds: 3.0,
    jumping: false,
};
/// A hall of typists in one document.
const HALL: Pace = Pace {
    rooms: 1,
    people: 200,
    edits: 3.0,
    seconds: 3.0,
    jumping: false,
};
/// The same, each of whom makes every edit elsewhere, as one who mends a text: the most carets that an editor sends.
const MENDING: Pace = Pace { jumping: true, ..HALL };
/// A line of the table: what it says, of what, with how many digits.
type Line = (&'static str, fn(&Figures) -> f64, usize);

/// One measurement.
struct Figures {
    /// Deliveries in a second of the server's computing.
    per_core: f64,
    heard: Heard,
    server: f64,
    database: f64,
    client: f64,
}

/// What to measure, and on what.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Choice {
    /// Measure writing together, or a key, with this release binary instead of building one.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Of writing together, measure only what has this in its name.
    #[arg(long)]
    only: Option<String>,
    /// Of writing together, measure only servers that have this in their name.
    #[arg(long)]
    server: Option<String>,
    /// How often each server is measured.
    #[arg(long, default_value_t = ROUNDS)]
    rounds: usize,
}

impl Choice {
    /// The product that is measured.
    ///
    /// # Errors
    /// When it does not build.
    pub(super) fn product(&self, workspace: &Workspace) -> Outcome<Product> {
        match &self.binary {
            Some(binary) => Ok(Product {
                binary: binary.clone(),
                site: None,
            }),
            None => server::build(workspace, Kind::Shipping, true),
        }
    }
}

/// Measures and prints.
///
/// # Errors
/// When something does not build, start or let everybody in; a missed target is printed, not an error.
pub(crate) fn bench(workspace: &Workspace, choice: &Choice) -> Outcome {
    let product = choice.product(workspace)?;
    step("The peers' packages", || peers::folder(workspace))?;
    let part = |what: &str, measure: &mut dyn FnMut() -> Outcome| {
        let wanted = choice.only.as_ref().is_none_or(|only| what.contains(only));
        if wanted { step(what, measure) } else { Ok(()) }
    };
    let mut servers = Servers {
        workspace,
        product: &product,
        choice,
        running: Vec::new(),
    };
    part("100 rooms of 3, 40 edits a second each", &mut || {
        let figures = servers.rounds(|server| measure(server, ROOMS))?;
        table(&figures);
        times("deliveries a second of computing", &figures, |one| one.per_core, true);
        Ok(())
    })?;
    for (what, pace) in [
        ("200 in one document, 3 letters a second each", HALL),
        (
            "200 in one document, 3 edits a second each, every edit elsewhere (its caret goes before it)",
            MENDING,
        ),
    ] {
        part(what, &mut || {
            let figures = servers.rounds(|server| measure(server, pace))?;
            table(&figures);
            // What is asked here is how late an edit may be; how much computing a delivery takes is asked for rooms of 3.
            times("deliveries a second of computing", &figures, |one| one.per_core, false);
            late(&figures);
            Ok(())
        })?;
    }
    part(
        "100 rooms of 3, as fast as 99 of 100 edits take less than 50 ms",
        &mut || {
            heights(&servers.rounds(climb)?);
            Ok(())
        },
    )?;
    drop(servers);
    part(
        "Memory of each of 800 who only read, ten to a document, where 800 do already",
        &mut || {
            compare("KiB", &kept::memory(workspace, &product)?);
            Ok(())
        },
    )?;
    part(
        "kill -9 while 60 people write, then what each was told was taken",
        &mut || {
            let mut keepers = Subject::KEEPERS.iter();
            keepers.try_for_each(|subject| kept::killed(workspace, &product, *subject))
        },
    )?;
    part(
        "Opening a document of 260,000 keystrokes that nobody has open",
        &mut || {
            compare("ms", &kept::opened(workspace, &product)?);
            Ok(())
        },
    )
}

/// The servers of the measurements that take turns: started once, when they are wanted first.
struct Servers<'a> {
    workspace: &'a Workspace,
    product: &'a Product,
    choice: &'a Choice,
    running: Vec<Server>,
}

impl Servers<'_> {
    /// Measures everybody, one after the other, and again.
    fn rounds<T>(&mut self, mut measure: impl FnMut(&mut Server) -> Outcome<T>) -> Outcome<Vec<(Subject, Vec<T>)>> {
        let rounds = self.choice.rounds;
        if self.running.is_empty() {
            let rooms = rounds * (2 * ROOMS.rooms + HALL.rooms + MENDING.rooms);
            let people = ROOMS.rooms * ROOMS.people;
            let wanted = |subject: &Subject| {
                let server = self.choice.server.as_ref();
                server.is_none_or(|server| subject.name().contains(server.as_str()))
            };
            for subject in Subject::ALL.into_iter().filter(wanted) {
                let server = Server::start(self.workspace, self.product, subject, rooms, people)?;
                self.running.push(server);
            }
        }
        let subjects = self.running.iter().map(|server| server.subject);
        let mut figures: Vec<_> = subjects.map(|subject| (subject, Vec::new())).collect();
        for _ in 0..rounds {
            for (server, (_, figures)) in self.running.iter_mut().zip(&mut figures) {
                figures.push(measure(server)?);
            }
        }
        Ok(figures)
    }
}

fn climb(server: &mut Server) -> Outcome<Height> {
    let crowd = Crowd::join(&server.target(ROOMS), ROOMS)?;
    let height = crowd.climb(ROOMS.people, server.climbed, || server.computed())?;
    server.climbed = height.edits;
    Ok(height)
}

fn measure(server: &mut Server, pace: Pace) -> Outcome<Figures> {
    let crowd = Crowd::join(&server.target(pace), pace)?;
    let me = [std::process::id()];
    let computed = || (server.costs(false).0, server.costs(true).0, costs::costs(&me).0);
    let before = computed();
    let heard = crowd.write(pace)?;
    let after = computed();
    let computing = after.0 - before.0;
    Ok(Figures {
        per_core: count(heard.delivered) / computing.max(0.01),
        server: computing / heard.seconds,
        database: (after.1 - before.1) / heard.seconds,
        client: (after.2 - before.2) / heard.seconds,
        heard,
    })
}

fn median(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut sorted: Vec<_> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
    (at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)))
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// A number of things, to reckon with.
fn count(things: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53 here")]
    let things = things as f64;
    things
}

fn table(all: &[(Subject, Vec<Figures>)]) {
    let lines: [Line; 9] = [
        ("    deliveries a second of server computing", |one| one.per_core, 0),
        ("    delivered of what was sent, %", |one| 100.0 * share(&one.heard), 1),
        (
            "    edit until another has it, p50, ms",
            |one| percentile(&one.heard.delays, 0.5),
            1,
        ),
        (
            "    edit until another has it, p99, ms",
            |one| percentile(&one.heard.delays, 0.99),
            1,
        ),
        (
            "    edit until said to be durable, p50, ms",
            |one| percentile(&one.heard.acknowledged, 0.5),
            1,
        ),
        (
            "    edit until said to be durable, p99, ms",
            |one| percentile(&one.heard.acknowledged, 0.99),
            1,
        ),
        ("    cores: server", |one| one.server, 2),
        ("    cores: Postgres", |one| one.database, 2),
        ("    cores: load client", |one| one.client, 2),
    ];
    for (subject, figures) in all {
        println!("  {}", subject.name());
        row("", "median", "least", "most", "");
        for (what, figure, digits) in lines {
            spread(what, figures.iter().map(figure), digits);
        }
    }
}

fn spread(what: &str, values: impl Iterator<Item = f64>, digits: usize) {
    let (middle, least, most) = median(values);
    if !middle.is_nan() && most > 0.0 {
        let shown = |value: f64| format!("{value:.digits$}");
        row(what, &shown(middle), &shown(least), &shown(most), "");
    }
}

/// How many times what the peers reach the floors and ours do, and where it is judged whether that is enough.
fn times<T>(of: &str, all: &[(Subject, Vec<T>)], figure: fn(&T) -> f64, judged: bool) {
    let reached = |subject| {
        let found = all.iter().find(|(one, _)| *one == subject);
        found.map_or(f64::NAN, |(_, figures)| median(figures.iter().map(figure)).0)
    };
    for (peer, target) in [(Subject::YWebsocket, 4.0), (Subject::Hocuspocus, 5.0)] {
        let times = |subject| reached(subject) / reached(peer);
        if times(Subject::Ours).is_nan() {
            continue;
        }
        let verdict = match (judged, times(Subject::Ours) >= target) {
            (false, _) => String::new(),
            (true, true) => format!(" (target ≥{target} met)"),
            (true, false) => format!(" (target ≥{target} MISSED)"),
        };
        println!(
            "  {of}, times {}: floor {:.1}, floor gathered {:.1}, ours {:.1}{verdict}",
            peer.name(),
            times(Subject::Singly),
            times(Subject::Gathered),
            times(Subject::Ours),
        );
    }
}

/// How late an edit is in ours beside the peers, 99 times of 100: at most a fifth is the target.
fn late(all: &[(Subject, Vec<Figures>)]) {
    let p99 = |subject| {
        let found = all.iter().find(|(one, _)| *one == subject);
        found.map_or(f64::NAN, |(_, figures)| {
            median(figures.iter().map(|one| percentile(&one.heard.delays, 0.99))).0
        })
    };
    for peer in [Subject::YWebsocket, Subject::Hocuspocus] {
        let share = p99(Subject::Ours) / p99(peer);
        if share.is_nan() {
            continue;
        }
        let verdict = if share <= 0.2 { "met" } else { "MISSED" };
        println!(
            "  p99 until another has it: ours is {share:.2} of {} (target ≤0.20 {verdict})",
            peer.name()
        );
    }
}

fn heights(all: &[(Subject, Vec<Height>)]) {
    for (subject, heights) in all {
        println!("  {}", subject.name());
        row("", "median", "least", "most", "");
        let of = |figure: fn(&Height) -> f64| heights.iter().map(figure);
        spread("    edits a second of each person", of(|one| one.edits), 0);
        spread("    deliveries a second", of(|one| one.deliveries), 0);
        spread("    deliveries a second of server computing", of(|one| one.per_core), 0);
        spread("    edit until another has it, p99, ms", of(|one| one.late), 1);
    }
    times("deliveries a second", all, |one| one.deliveries, true);
    times("deliveries a second of computing", all, |one| one.per_core, true);
}

/// Prints what ours costs beside the peers, all in the order of [`Subject::KEEPERS`]: at most a third is the target.
fn compare(unit: &str, figures: &[Vec<f64>]) {
    row("", "median", "least", "most", "");
    for (subject, figures) in Subject::KEEPERS.iter().zip(figures) {
        spread(&format!("    {}, {unit}", subject.name()), figures.iter().copied(), 1);
    }
    let medians: Vec<f64> = figures
        .iter()
        .map(|figures| median(figures.iter().copied()).0)
        .collect();
    let [ours, others @ ..] = &medians[..] else { return };
    for (peer, theirs) in Subject::KEEPERS[1..].iter().zip(others) {
        let verdict = if ours * 3.0 <= *theirs { "met" } else { "MISSED" };
        println!(
            "  ours is {:.2} of {} (target ≤0.33 {verdict})",
            ours / theirs,
            peer.name()
        );
    }
}

fn share(heard: &Heard) -> f64 {
    count(heard.delivered) / count(heard.expected.max(1))
}

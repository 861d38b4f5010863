//! `cargo xtask bench sync`: what writing together costs a server, beside two floors (a server that only passes frames on)
//! and two servers of npm. One interleaved run; medians, least and most.
//!
//! What is compared is deliveries (an edit that reached somebody else) in each second that the server computes. Ours puts
//! every edit into the document, encrypts it, and has it on disk before it says so; the floors do nothing, and the peers keep
//! documents in memory only.

mod forward;
mod frames;
mod load;
mod peers;

pub(crate) use forward::forward;

use super::row;
use crate::{
    server::{self, Product, Serving},
    site::Kind,
    steps::{Failure, OrFail, Outcome, quietly, step},
    test::Scratch,
    workspace::Workspace,
};
use load::{Crowd, Heard, Pace, Speech, Target};
use peers::Peer;
use std::process::Command;

/// How many connections one member makes: the server allows few more.
const PER_MEMBER: usize = 40;
/// How often each server is measured.
const ROUNDS: usize = 3;
/// Three people in a room, writing fast.
const ROOMS: Pace = Pace {
    rooms: 100,
    people: 3,
    edits: 40.0,
    seconds: 6.0,
};
/// A hall of typists in one document.
const HALL: Pace = Pace {
    rooms: 1,
    people: 200,
    edits: 3.0,
    seconds: 6.0,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Singly,
    Gathered,
    Ours,
    YWebsocket,
    Hocuspocus,
}

impl Subject {
    const ALL: [Self; 5] = [
        Self::Singly,
        Self::Gathered,
        Self::Ours,
        Self::YWebsocket,
        Self::Hocuspocus,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Singly => "passes frames on, one by one",
            Self::Gathered => "passes frames on, gathered for 5 ms",
            Self::Ours => "Scriptkeep (durable before acknowledged)",
            Self::YWebsocket => "@y/websocket-server 0.1.1 (in memory)",
            Self::Hocuspocus => "@hocuspocus/server 3.4.4 (in memory)",
        }
    }
}

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
    /// KiB of the server's memory for each connection, after everybody came in.
    memory: f64,
}

/// Measures and prints.
///
/// # Errors
/// When something does not build, start or let everybody in; a missed target is printed, not an error.
pub(crate) fn bench(workspace: &Workspace) -> Outcome {
    let product = server::build(workspace, Kind::Shipping, true)?;
    step("The peers' packages", || peers::folder(workspace))?;
    for (what, pace) in [
        ("100 rooms of 3, 40 edits a second each", ROOMS),
        ("200 in one document, 3 edits a second each", HALL),
    ] {
        step(what, || {
            let mut figures: Vec<(Subject, Vec<Figures>)> = Subject::ALL.map(|subject| (subject, Vec::new())).into();
            for _ in 0..ROUNDS {
                for (subject, figures) in &mut figures {
                    figures.push(measure(workspace, &product, *subject, pace)?);
                }
            }
            table(&figures);
            Ok(())
        })?;
    }
    Ok(())
}

/// A server that runs, and what of it is weighed.
enum Running {
    Peer(Peer),
    Ours(Serving, #[expect(dead_code, reason = "removed when dropped")] Scratch),
}

impl Running {
    fn process(&self) -> u32 {
        match self {
            Self::Peer(peer) => peer.process(),
            Self::Ours(serving, _) => serving.process(),
        }
    }
}

fn measure(workspace: &Workspace, product: &Product, subject: Subject, pace: Pace) -> Outcome<Figures> {
    let (running, target) = start(workspace, product, subject, pace)?;
    // Postgres starts a process for each connection, some of them only under load: its processes are looked for each time.
    let processes = |of_postgres: bool| {
        let family = load::descendants(running.process()).into_iter();
        let chosen = family.filter(|(_, name)| name.starts_with("postgres") == of_postgres);
        chosen.map(|(id, _)| id).collect::<Vec<_>>()
    };
    let servers = processes(false);
    let empty = load::costs(&servers).1;
    let crowd = Crowd::join(&target, pace)?;
    let connections = f64::from(u32::try_from(pace.rooms * pace.people).or_fail("counting")?);
    let memory = (load::costs(&servers).1 - empty) / connections;
    let me = [std::process::id()];
    let computed = || {
        (
            load::costs(&servers).0,
            load::costs(&processes(true)).0,
            load::costs(&me).0,
        )
    };
    let before = computed();
    let heard = crowd.write(pace)?;
    let after = computed();
    let server = after.0 - before.0;
    let delivered = f64::from(u32::try_from(heard.delivered).or_fail("counting")?);
    Ok(Figures {
        per_core: delivered / server.max(0.01),
        server: server / heard.seconds,
        database: (after.1 - before.1) / heard.seconds,
        client: (after.2 - before.2) / heard.seconds,
        heard,
        memory,
    })
}

fn start(workspace: &Workspace, product: &Product, subject: Subject, pace: Pace) -> Outcome<(Running, Target)> {
    let peer = match subject {
        Subject::Ours => return ours(workspace, product, pace),
        Subject::Singly => peers::forwarder(0)?,
        Subject::Gathered => peers::forwarder(5)?,
        Subject::YWebsocket => peers::node(workspace, "node_modules/@y/websocket-server/src/server.js")?,
        Subject::Hocuspocus => peers::node(workspace, "hocuspocus.mjs")?,
    };
    let speech = if subject == Subject::Hocuspocus {
        Speech::Hocuspocus
    } else {
        Speech::Plain
    };
    let rooms = (0..pace.rooms).map(|room| format!("/room-{room}")).collect();
    let target = Target {
        address: peer.address,
        speech,
        rooms,
        headers: vec![String::new()],
    };
    Ok((Running::Peer(peer), target))
}

/// The product, with somebody signed in and a record for each room.
fn ours(workspace: &Workspace, product: &Product, pace: Pace) -> Outcome<(Running, Target)> {
    let data = Scratch::make()?;
    let log = workspace.work_dir("logs")?.join("bench-sync.log");
    // Everybody here comes from one address, faster than people do.
    let serving = product.serve_with(
        workspace,
        data.path(),
        &log,
        &[("SCRIPTKEEP_LIMITS_RATE_FACTOR", "1000")],
    )?;
    let origin = serving.origin();
    let members = (pace.rooms * pace.people).div_ceil(PER_MEMBER);
    let mut prepare = Command::new("node");
    prepare.args(["--input-type=module", "-e", include_str!("prepare.mjs"), "--", &origin]);
    prepare.args([members.to_string(), pace.rooms.to_string()]);
    let made: serde_json::Value = serde_json::from_str(&quietly(&mut prepare)?).or_fail("preparing records")?;
    let (cookies, workspace) = (made["cookies"].as_array(), made["workspace"].as_str());
    let (Some(cookies), Some(workspace), Some(records)) = (cookies, workspace, made["records"].as_array()) else {
        return Err(Failure::new(format!("not what was to be prepared: {made}")));
    };
    let room = |record: &serde_json::Value| {
        let record = record.as_str().unwrap_or_default();
        format!("/ws/records/{record}?workspace={workspace}&ack=1&gather=1")
    };
    let headers = |cookie: &serde_json::Value| {
        let cookie = cookie.as_str().unwrap_or_default();
        format!("Origin: {origin}\r\nCookie: {cookie}\r\n")
    };
    let target = Target {
        address: serving.address(),
        speech: Speech::Ours,
        rooms: records.iter().map(room).collect(),
        headers: cookies.iter().map(headers).collect(),
    };
    Ok((Running::Ours(serving, data), target))
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

fn table(all: &[(Subject, Vec<Figures>)]) {
    let of = |figures: &[Figures], what: fn(&Figures) -> f64| median(figures.iter().map(what));
    let per_core = |subject| {
        let found = all.iter().find(|(one, _)| *one == subject);
        found.map_or(f64::NAN, |(_, figures)| of(figures, |one| one.per_core).0)
    };
    for (subject, figures) in all {
        println!("  {}", subject.name());
        row("", "median", "least", "most", "");
        let lines: [Line; 8] = [
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
                "    edit until known durable, p99, ms",
                |one| percentile(&one.heard.acknowledged, 0.99),
                1,
            ),
            ("    cores: server", |one| one.server, 2),
            ("    cores: load client", |one| one.client, 2),
            ("    memory for each connection, KiB", |one| one.memory, 1),
        ];
        for (what, figure, digits) in lines {
            let (middle, least, most) = of(figures, figure);
            if !middle.is_nan() {
                let shown = |value: f64| format!("{value:.digits$}");
                row(what, &shown(middle), &shown(least), &shown(most), "");
            }
        }
        if *subject == Subject::Ours {
            let (middle, least, most) = of(figures, |one| one.database);
            row(
                "    cores: Postgres",
                &format!("{middle:.2}"),
                &format!("{least:.2}"),
                &format!("{most:.2}"),
                "",
            );
        }
    }
    for (peer, target) in [(Subject::YWebsocket, 4.0), (Subject::Hocuspocus, 5.0)] {
        let times = |subject| per_core(subject) / per_core(peer);
        let verdict = if times(Subject::Ours) >= target {
            "met"
        } else {
            "MISSED"
        };
        println!(
            "  times {}: floor {:.1}, floor gathered {:.1}, ours {:.1} (target ≥{target} {verdict})",
            peer.name(),
            times(Subject::Singly),
            times(Subject::Gathered),
            times(Subject::Ours),
        );
    }
}

fn share(heard: &Heard) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share for a table")]
    let share = heard.delivered as f64 / heard.expected.max(1) as f64;
    share
}

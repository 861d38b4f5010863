//! What it costs to keep documents: memory for those who have one open, what is there of what was acknowledged when a server
//! was killed, and how long a long document takes to open that nobody has open.

use super::{
    ROUNDS, frames,
    load::{Crowd, Pace, Target},
    peers,
    servers::{Server, Subject},
    visitor::Visitor,
};
use crate::{
    server::Product,
    steps::{OrFail, Outcome, quietly},
    test::Scratch,
    workspace::Workspace,
};
use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Many who only read.
const READERS: Pace = Pace {
    rooms: 80,
    people: 10,
    edits: 0.0,
    seconds: 0.0,
    jumping: false,
};
/// Those who write when the server is killed.
const WRITERS: Pace = Pace {
    rooms: 20,
    people: 3,
    edits: 20.0,
    seconds: 2.0,
    jumping: false,
};
/// One document.
const ONE: Pace = Pace {
    rooms: 1,
    people: 1,
    edits: 0.0,
    seconds: 0.0,
    jumping: false,
};
/// How often the long document is opened.
const OPENINGS: usize = 11;
/// How long it takes at most until a document is put away that nobody has open.
const AWAY: Duration = Duration::from_millis(400);

/// How many KiB each who only reads takes, round by round, in the order of [`Subject::KEEPERS`].
///
/// # Errors
/// When a server does not let everybody in.
pub(super) fn memory(workspace: &Workspace, product: &Product) -> Outcome<Vec<Vec<f64>>> {
    let people = READERS.rooms * READERS.people;
    let mut memory = vec![Vec::new(); Subject::KEEPERS.len()];
    for _ in 0..ROUNDS {
        for (subject, memory) in Subject::KEEPERS.into_iter().zip(&mut memory) {
            // As many come before, elsewhere: what a server has at hand for the first is not counted.
            let mut server = Server::start(workspace, product, subject, 2 * READERS.rooms, 2 * people)?;
            let _before = Crowd::join(&server.target(READERS), READERS)?;
            let before = server.costs(false).1;
            let _crowd = Crowd::join(&server.target(READERS), READERS)?;
            memory.push((server.costs(false).1 - before) / super::count(people as u64));
        }
    }
    Ok(memory)
}

/// Kills a server while people write, starts it again, and prints what is missing.
///
/// # Errors
/// When the server does not come back.
pub(super) fn killed(workspace: &Workspace, product: &Product, subject: Subject) -> Outcome {
    let people = WRITERS.rooms * WRITERS.people;
    let mut server = Server::start(workspace, product, subject, WRITERS.rooms, people)?;
    let target = server.target(WRITERS);
    let mut before = Crowd::join(&target, WRITERS)?;
    before.write_on(WRITERS.edits, WRITERS.seconds)?;
    let mut server = server.kill_and_start_again(workspace, product)?;
    // What was said before the end counts, also when it is heard only now.
    before.hear_out();
    server.put_back(&target.rooms);
    let after = Crowd::join(&server.target(WRITERS), WRITERS)?;
    let (told, lost) = (before.acknowledged(), after.lacks(&before, false));
    let verdict = match (subject, lost) {
        (Subject::Ours, 0) => " (target 0 met)",
        (Subject::Ours, _) => " (target 0 MISSED)",
        _ if told == 0 => " (it acknowledges nothing)",
        _ => "",
    };
    println!(
        "  {}: acknowledged {told}, of these lost {lost}{verdict}; of all that were sent, lost {}",
        subject.name(),
        after.lacks(&before, true),
    );
    Ok(())
}

/// How many milliseconds it takes until somebody who comes has the whole of a long document, opening by opening, in the
/// order of [`Subject::KEEPERS`].
///
/// # Errors
/// When a server does not hand it out.
pub(super) fn opened(workspace: &Workspace, product: &Product) -> Outcome<Vec<Vec<f64>>> {
    let folder = Scratch::make()?;
    let (whole, log) = (folder.path().join("whole"), folder.path().join("log"));
    let mut make = Command::new("node");
    make.args(["--input-type=module", "-e", include_str!("keystrokes.mjs"), "--"])
        .args([&whole, &log])
        .current_dir(peers::folder(workspace)?);
    println!("  {}", quietly(&mut make)?.trim());
    let bytes = usize::try_from(fs::metadata(&whole).or_fail("weighing the document")?.len()).or_fail("weighing")?;
    let mut servers = Vec::new();
    for subject in Subject::KEEPERS {
        servers.push(if subject == Subject::Ours {
            let mut server = Server::start(workspace, product, subject, 1, 1)?;
            write(&mut server, &log)?;
            server.kill_and_start_again(workspace, product)?
        } else {
            Server::reading(workspace, subject, &whole)?
        });
    }
    let mut times = vec![Vec::new(); servers.len()];
    for _ in 0..OPENINGS {
        for (server, times) in servers.iter_mut().zip(&mut times) {
            let target = server.target(ONE);
            times.push(opening(&target, bytes)?);
            server.put_back(&target.rooms);
            // Whoever was there last is gone, and so is the document.
            thread::sleep(AWAY);
        }
    }
    Ok(times)
}

/// Writes the document as one person did, and goes.
fn write(server: &mut Server, log: &Path) -> Outcome {
    let target = server.target(ONE);
    let mut visitor = Visitor::come(&target)?;
    let mut log = &fs::read(log).or_fail("reading the keystrokes")?[..];
    let mut sent = 0;
    while let Some(update) = frames::take_buffer(&mut log) {
        let mut message = vec![0, 2];
        frames::write(&mut message, update.len() as u64);
        message.extend_from_slice(update);
        visitor.say(&message)?;
        sent += 1;
    }
    visitor.until_durable(sent)?;
    server.put_back(&target.rooms);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn opening(target: &Target, bytes: usize) -> Outcome<f64> {
    let began = Instant::now();
    let mut visitor = Visitor::come(target)?;
    // Some answer at once with nothing, and send the document once it is there.
    visitor.until_read(bytes / 2)?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

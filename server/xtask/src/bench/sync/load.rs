//! The load: people who type at a pace of their own, whether or not the server keeps up. What is late counts as late from when
//! it should have been sent.
//!
//! A person's frames are those of an unmodified editor (y-prosemirror 1.3.7 with its cursor plugin, in Chromium): an update for
//! each letter, and where their caret stands only when it goes elsewhere. It is said as a place beside a letter, and so stays
//! true while somebody types there: 30 letters in a row made 30 updates and no more than two carets.

use super::{
    bell::Bell,
    count,
    frames::{self, Frame, Frames},
};
use crate::steps::{Failure, OrFail, Outcome};
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use std::{
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

/// How long a server may take to let everybody in.
const JOIN_WITHIN: Duration = Duration::from_mins(1);
/// How long stragglers are waited for after the last edit was sent.
const GRACE: Duration = Duration::from_secs(5);
/// Where more edits a second than this are due, those of one millisecond go out together: to be woken for each would make the
/// load client what is measured.
const DENSE: f64 = 1_000.0;
/// What is read at once.
pub(super) const CHUNK: usize = 64 << 10;
/// Client ids begin here, so that all are of one length on the wire.
pub(super) const FIRST_CLIENT: u64 = 100_000;
/// Where chance begins, the same for all.
const SEED: u64 = 20_261_122;

/// How a server wants to be spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    /// y-websocket's protocol.
    Plain,
    /// The same, several messages in a frame, and acknowledgements.
    Ours,
    /// Each message behind the document's name, after an authentication.
    Hocuspocus,
}

/// Where to type.
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) speech: Speech,
    /// The path of each room; with Hocuspocus the document's name behind a slash.
    pub(super) rooms: Vec<String>,
    /// Headers of the upgrade, each with its line end: one connection after the other takes the next.
    pub(super) headers: Vec<String>,
}

/// How much is typed.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub(super) rooms: usize,
    pub(super) people: usize,
    /// Edits a second of each person.
    pub(super) edits: f64,
    pub(super) seconds: f64,
    /// Whether each edit is made elsewhere, so that a caret goes before it.
    pub(super) jumping: bool,
}

impl Pace {
    /// When each edit is due, in seconds from the start, and whose it is. Each person's come by chance (a Poisson process), whatever
    /// others do and however quick the server is; they are the same for everybody who is measured.
    fn arrivals(self) -> Vec<(f64, usize)> {
        let mut all = Vec::new();
        let mut state = SEED;
        for person in 0..self.rooms * self.people {
            let mut due = 0.0;
            loop {
                due -= chance(&mut state).ln() / self.edits;
                if due > self.seconds {
                    break;
                }
                all.push((due, person));
            }
        }
        all.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        all
    }
}

/// Marsaglia: xorshift64. Above 0 and at most 1.
fn chance(state: &mut u64) -> f64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    let high = u32::try_from(*state >> 32).unwrap_or(0);
    (f64::from(high) + 1.0) / (f64::from(u32::MAX) + 1.0)
}

/// What came of it.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) expected: u64,
    pub(super) delivered: u64,
    /// Milliseconds from when an edit was due until somebody else had it, sorted.
    pub(super) delays: Vec<f64>,
    /// Milliseconds until its writer knew that it is durable, sorted.
    pub(super) acknowledged: Vec<f64>,
    pub(super) seconds: f64,
}

pub(super) struct Line {
    stream: TcpStream,
    frames: Frames,
    pub(super) out: Vec<u8>,
    pub(super) name: Option<Vec<u8>>,
    /// When each of its edits was due, in seconds from the start.
    pub(super) due: Vec<f64>,
    pub(super) durable: usize,
    joined: bool,
    /// The server's state vector, as it said it last: client and clock.
    pub(super) holds: Vec<(u64, u64)>,
}

/// Everybody, connected.
pub(super) struct Crowd {
    poll: Poll,
    bell: Bell,
    buffer: Vec<u8>,
    pub(super) lines: Vec<Line>,
    pub(super) heard: Heard,
    pub(super) began: Instant,
    /// What is still to be typed, by when, the next last; and whether carets go before it.
    agenda: Vec<(f64, usize)>,
    jumping: bool,
    dense: bool,
}

impl Crowd {
    /// Connects everybody and waits until each has the document.
    ///
    /// # Errors
    /// When the server does not let everybody in.
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    pub(super) fn join(target: &Target, pace: Pace) -> Outcome<Self> {
        let poll = Poll::new().or_fail("making a poll")?;
        let bell = Bell::hang(poll.registry())?;
        let mut crowd = Self {
            poll,
            bell,
            buffer: vec![0; CHUNK],
            lines: Vec::new(),
            heard: Heard::default(),
            began: Instant::now(),
            agenda: Vec::new(),
            jumping: pace.jumping,
            dense: pace.edits * count((pace.rooms * pace.people) as u64) > DENSE,
        };
        for number in 0..pace.rooms * pace.people {
            let room = &target.rooms[number % pace.rooms];
            let headers = &target.headers[number % target.headers.len()];
            let mut line = connect(target, room, headers)?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            let registry = crowd.poll.registry();
            registry
                .register(&mut line.stream, Token(number), interest)
                .or_fail("watching a connection")?;
            line.hello(target.speech);
            line.flush();
            crowd.lines.push(line);
        }
        let mut events = Events::with_capacity(1024);
        while crowd.lines.iter().any(|line| !line.joined) {
            if crowd.began.elapsed() > JOIN_WITHIN {
                let out = crowd.lines.iter().filter(|line| !line.joined).count();
                return Err(Failure::new(format!("{out} of {} were not let in", crowd.lines.len())));
            }
            crowd.listen(&mut events, Duration::from_millis(50))?;
        }
        Ok(crowd)
    }

    /// Types.
    ///
    /// # Errors
    /// When a connection ends.
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    pub(super) fn write(mut self, pace: Pace) -> Outcome<Heard> {
        let mut events = Events::with_capacity(1024);
        self.agenda = pace.arrivals();
        self.agenda.reverse();
        self.heard = Heard {
            expected: (self.agenda.len() * (pace.people - 1)) as u64,
            ..Heard::default()
        };
        self.began = Instant::now();
        loop {
            let now = self.began.elapsed().as_secs_f64();
            self.type_due(now);
            let over = self.agenda.is_empty() && now > pace.seconds;
            if over && (self.heard.delivered >= self.heard.expected || now > pace.seconds + GRACE.as_secs_f64()) {
                break;
            }
            let next = self.agenda.last().map_or(f64::INFINITY, |(due, _)| *due);
            let least = if self.dense { 0.001 } else { 0.0 };
            let wait = (next - self.began.elapsed().as_secs_f64()).clamp(least, 0.05);
            self.listen(&mut events, Duration::from_secs_f64(wait))?;
        }
        self.heard.seconds = self.began.elapsed().as_secs_f64();
        self.heard.delays.sort_by(f64::total_cmp);
        self.heard.acknowledged.sort_by(f64::total_cmp);
        Ok(self.heard)
    }

    /// Types what is due.
    fn type_due(&mut self, now: f64) {
        while let Some((due, number)) = self.agenda.pop_if(|(due, _)| *due <= now) {
            if self.jumping {
                self.move_caret(number);
            }
            self.type_letter(number, due);
        }
    }

    /// Says that somebody's caret went elsewhere; it goes out with what they do there.
    fn move_caret(&mut self, number: usize) {
        let line = &mut self.lines[number];
        let message = frames::caret(FIRST_CLIENT + number as u64, line.due.len() as u64);
        line.say(&message);
    }

    /// Sends one more edit, which was due at a moment.
    pub(super) fn type_letter(&mut self, number: usize, due: f64) {
        let line = &mut self.lines[number];
        let message = frames::letter(FIRST_CLIENT + number as u64, line.due.len() as u64);
        line.due.push(due);
        line.say(&message);
        line.flush();
    }

    /// Takes in what comes, within so long.
    ///
    /// # Errors
    /// When a connection ends.
    pub(super) fn listen(&mut self, events: &mut Events, wait: Duration) -> Outcome {
        match self.poll.poll(events, self.bell.within(wait)?) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled.or_fail("waiting")?,
        }
        let mut messages = Vec::new();
        for event in events.iter().filter(|event| event.token() != Bell::TOKEN) {
            let line = &mut self.lines[event.token().0];
            line.flush();
            line.read(&mut self.buffer, &mut messages)?;
            let now = self.began.elapsed().as_secs_f64();
            for message in messages.drain(..) {
                self.hear(event.token().0, &message, now);
            }
            // Who types does not wait for what others are still to read.
            if !self.dense {
                self.type_due(now);
            }
        }
        Ok(())
    }

    /// Reads every message of a frame.
    fn hear(&mut self, number: usize, frame: &[u8], now: f64) {
        let mut rest = frame;
        if self.lines[number].name.is_some() {
            frames::take_buffer(&mut rest);
        }
        while let Some(kind) = frames::take(&mut rest) {
            match kind {
                0 | 4 => {
                    let (Some(step), Some(update)) = (frames::take(&mut rest), frames::take_buffer(&mut rest)) else {
                        return;
                    };
                    let line = &mut self.lines[number];
                    line.joined |= step == 1;
                    if step == 0 {
                        line.holds = frames::clocks_of(update);
                    }
                    if step == 2 {
                        self.deliver(number, update, now);
                    }
                }
                1 => {
                    frames::take_buffer(&mut rest);
                }
                // Hocuspocus says of each update that it was taken.
                8 if self.lines[number].name.is_some() => {
                    let taken = frames::take(&mut rest) == Some(1);
                    let durable = self.lines[number].durable + usize::from(taken);
                    self.acknowledge(number, durable, now);
                }
                100 => {
                    let durable = frames::take(&mut rest).and_then(|count| usize::try_from(count).ok());
                    self.acknowledge(number, durable.unwrap_or(0), now);
                }
                _ => return,
            }
        }
    }

    fn deliver(&mut self, number: usize, update: &[u8], now: f64) {
        let Some((client, clock)) = frames::letter_of(update) else {
            return;
        };
        let Some(writer) = client
            .checked_sub(FIRST_CLIENT)
            .and_then(|writer| usize::try_from(writer).ok())
        else {
            return;
        };
        let due = self
            .lines
            .get(writer)
            .and_then(|line| line.due.get(usize::try_from(clock).ok()?));
        // Some servers send their own edits back to those who wrote them.
        if let Some(due) = due.filter(|_| writer != number) {
            self.heard.delivered += 1;
            self.heard.delays.push((now - due) * 1000.0);
        }
    }

    fn acknowledge(&mut self, number: usize, durable: usize, now: f64) {
        let line = &mut self.lines[number];
        let newly = line.due.get(line.durable..durable).unwrap_or_default();
        self.heard
            .acknowledged
            .extend(newly.iter().map(|due| (now - due) * 1000.0));
        line.durable = durable.max(line.durable);
    }
}

impl Line {
    pub(super) fn hello(&mut self, speech: Speech) {
        if speech == Speech::Hocuspocus {
            // Auth, token, an empty one.
            self.say(&[2, 0, 0]);
        }
        self.say(&[0, 0, 1, 0]);
    }

    pub(super) fn say(&mut self, message: &[u8]) {
        match &self.name {
            Some(name) => frames::from_client(&mut self.out, &[name, message].concat()),
            None => frames::from_client(&mut self.out, message),
        }
    }

    pub(super) fn flush(&mut self) {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(written) => {
                    self.out.drain(..written);
                }
                // What cannot be written shows as what is not delivered.
                Err(_) => return,
            }
        }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8], messages: &mut Vec<Vec<u8>>) -> Outcome {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Err(Failure::new("The server ended a connection".to_owned())),
                Ok(count) => {
                    self.frames.feed(&buffer[..count]);
                    // There was no more: whatever comes now is another event (epoll(7), on edges).
                    if count < buffer.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(Failure::new(format!("Reading: {error}"))),
            }
        }
        while let Some(frame) = self.frames.next() {
            match frame {
                Frame::Message(message) => messages.push(message),
                Frame::Ping(content) => frames::pong(&mut self.out, &content),
                Frame::Close(why) => return Err(Failure::new(format!("The server closed a connection: {why}"))),
            }
        }
        Ok(())
    }
}

/// Connects and asks for the upgrade.
pub(super) fn connect(target: &Target, room: &str, headers: &str) -> Outcome<Line> {
    let mut stream = std::net::TcpStream::connect(target.address).or_fail("connecting")?;
    stream.set_nodelay(true).or_fail("setting an option")?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .or_fail("setting an option")?;
    let port = target.address.port();
    let (path, name) = match target.speech {
        Speech::Hocuspocus => ("/", Some(named(room))),
        Speech::Plain | Speech::Ours => (room, None),
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).or_fail("asking for the upgrade")?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream
            .read_exact(&mut byte)
            .or_fail("reading the answer to the upgrade")?;
        head.extend(byte);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(Failure::new(format!("No upgrade: {}", String::from_utf8_lossy(&head))));
    }
    stream.set_nonblocking(true).or_fail("setting an option")?;
    Ok(Line {
        stream: TcpStream::from_std(stream),
        frames: Frames::default(),
        out: Vec::new(),
        name,
        due: Vec::new(),
        durable: 0,
        joined: false,
        holds: Vec::new(),
    })
}

fn named(room: &str) -> Vec<u8> {
    let name = room.trim_start_matches('/');
    let mut out = Vec::new();
    frames::write(&mut out, name.len() as u64);
    out.extend_from_slice(name.as_bytes());
    out
}

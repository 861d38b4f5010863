//! The floor: a server that reads each frame and passes it on to the others of the room, and does nothing else.

use super::frames::{self, Frame, Frames};
use crate::steps::{OrFail, Outcome};
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use std::{
    collections::HashMap,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

const LISTENER: Token = Token(usize::MAX);
/// The answer to the question for the document: there is none.
const NOTHING: [u8; 5] = [0, 1, 2, 0, 0];

struct Line {
    stream: TcpStream,
    room: Option<String>,
    head: Vec<u8>,
    frames: Frames,
    out: Vec<u8>,
}

struct Forwarder {
    lines: HashMap<usize, Line>,
    rooms: HashMap<String, Vec<usize>>,
    /// How long frames are gathered before they are written; none: each is written at once.
    gather: Option<Duration>,
    waiting: Vec<usize>,
}

/// Serves until it is killed. The first line it prints is its port.
///
/// # Errors
/// When it cannot listen.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub(crate) fn forward(gather: Option<Duration>) -> Outcome {
    let mut poll = Poll::new().or_fail("making a poll")?;
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).or_fail("listening")?;
    println!("{}", listener.local_addr().or_fail("asking for the port")?.port());
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)
        .or_fail("watching")?;
    let mut forwarder = Forwarder {
        lines: HashMap::new(),
        rooms: HashMap::new(),
        gather,
        waiting: Vec::new(),
    };
    let mut events = Events::with_capacity(1024);
    let (mut next, mut flushed) = (0, Instant::now());
    let mut buffer = vec![0; 64 << 10];
    loop {
        let wait = forwarder.gather.filter(|_| !forwarder.waiting.is_empty());
        let wait = wait.map(|gather| gather.saturating_sub(flushed.elapsed()));
        match poll.poll(&mut events, wait) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            polled => polled.or_fail("waiting")?,
        }
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.set_nodelay(true).or_fail("setting an option")?;
                    let interest = Interest::READABLE | Interest::WRITABLE;
                    poll.registry()
                        .register(&mut stream, Token(next), interest)
                        .or_fail("watching")?;
                    let line = Line {
                        stream,
                        room: None,
                        head: Vec::new(),
                        frames: Frames::default(),
                        out: Vec::new(),
                    };
                    forwarder.lines.insert(next, line);
                    next += 1;
                }
            } else {
                forwarder.read(event.token().0, &mut buffer);
            }
        }
        if forwarder.gather.is_none_or(|gather| flushed.elapsed() >= gather) {
            flushed = Instant::now();
            forwarder.flush();
        }
    }
}

impl Forwarder {
    fn read(&mut self, number: usize, buffer: &mut [u8]) {
        let Some(line) = self.lines.get_mut(&number) else {
            return;
        };
        line.flush();
        loop {
            match line.stream.read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Ok(0) | Err(_) => return self.drop_line(number),
                Ok(count) => {
                    match &line.room {
                        Some(_) => line.frames.feed(&buffer[..count]),
                        None => line.head.extend_from_slice(&buffer[..count]),
                    }
                    // There was no more: whatever comes now is another event (epoll(7), on edges).
                    if count < buffer.len() {
                        break;
                    }
                }
            }
        }
        if line.room.is_none() {
            self.upgrade(number);
        }
        self.pass_on(number);
    }

    fn upgrade(&mut self, number: usize) {
        let Some(line) = self.lines.get_mut(&number) else {
            return;
        };
        let Some(end) = line.head.windows(4).position(|window| window == b"\r\n\r\n") else {
            return;
        };
        let head = String::from_utf8_lossy(&line.head[..end]).into_owned();
        let room = head.split(' ').nth(1).unwrap_or_default().to_owned();
        line.frames.feed(&line.head[end + 4..]);
        line.head = Vec::new();
        line.room = Some(room.clone());
        // Nobody here looks at the key's answer.
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
        line.out.extend(answer.bytes());
        line.flush();
        self.rooms.entry(room).or_default().push(number);
    }

    fn pass_on(&mut self, number: usize) {
        loop {
            let Some(line) = self.lines.get_mut(&number) else {
                return;
            };
            let (Some(Frame::Message(message)), Some(room)) = (line.frames.next(), line.room.clone()) else {
                return;
            };
            if message.starts_with(&[0, 0]) {
                frames::from_server(&mut line.out, &NOTHING);
                line.flush();
                continue;
            }
            for other in self
                .rooms
                .get(&room)
                .into_iter()
                .flatten()
                .filter(|other| **other != number)
            {
                let Some(line) = self.lines.get_mut(other) else {
                    continue;
                };
                frames::from_server(&mut line.out, &message);
                if self.gather.is_some() {
                    self.waiting.push(*other);
                } else {
                    line.flush();
                }
            }
        }
    }

    fn flush(&mut self) {
        for number in self.waiting.drain(..) {
            if let Some(line) = self.lines.get_mut(&number) {
                line.flush();
            }
        }
    }

    fn drop_line(&mut self, number: usize) {
        let line = self.lines.remove(&number);
        if let Some(others) = line.and_then(|line| self.rooms.get_mut(&line.room?)) {
            others.retain(|other| *other != number);
        }
    }
}

impl Line {
    fn flush(&mut self) {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(written) => {
                    self.out.drain(..written);
                }
                Err(_) => return,
            }
        }
    }
}

//! A room: everybody who has one record's body open, and the body.

mod connection;
mod flush;
mod frames;
mod gathering;

use crate::{
    Body,
    event::{Access, CloseCode, ConnId, Effect, Event, Joining, Refusal, Snapshot},
    limits::{Limits, Millis},
    presence::Presence,
    scan::Outline,
    wire::{self, Notice},
};
use bytes::Bytes;
use connection::Connection;
use gathering::Gathering;
use std::collections::BTreeMap;

/// How long refusals of one connection are counted before they go into the audit log together.
const AUDIT_EVERY: u64 = 60_000;

#[derive(Debug)]
enum Phase {
    /// Nobody came yet.
    New,
    /// The body is on its way; what connections and other nodes say meanwhile is kept.
    Loading {
        said: Vec<(ConnId, Bytes)>,
        bytes: usize,
        remote: Vec<Bytes>,
    },
    /// Open.
    Open(Box<Body>),
    /// Over: nobody is let in.
    Over { announced: bool },
}

/// An update that is to be put in place with the next flush.
#[derive(Debug)]
struct Incoming {
    /// From whom, and which of its update messages it is; `None`: from another node.
    from: Option<(ConnId, u64)>,
    account: Option<domain::AccountId>,
    update: Bytes,
    outline: Outline,
    /// The frame in which it came, when that can be passed on as it is.
    frame: Option<Bytes>,
}

/// One record's room.
///
/// The caller hands in what happened ([`step`](Self::step)), as much of it as there is, then calls [`poll`](Self::poll), which
/// gathers what is to be sent and stored, and carries the effects out in their order. It calls `poll` again at
/// [`due`](Self::due). Both are plain computation, of a few microseconds in general; unpacking a large document takes some
/// ten milliseconds.
#[derive(Debug)]
pub struct Room {
    limits: Limits,
    schema: u32,
    phase: Phase,
    connections: BTreeMap<ConnId, Connection>,
    presence: Presence,
    inbox: Vec<Incoming>,
    inbox_bytes: usize,
    /// The last entry handed out, and the last one that is durable.
    sequence: u64,
    durable: u64,
    gathering: Gathering,
    /// When something last went out to everybody.
    sent: Option<Millis>,
    /// A connection has something durable that it was not told.
    untold: bool,
}

impl Room {
    /// A room nobody is in. `schema` is the version of the document schema that the server knows.
    pub fn new(limits: Limits, schema: u32) -> Self {
        Self {
            limits,
            schema,
            phase: Phase::New,
            connections: BTreeMap::new(),
            presence: Presence::default(),
            inbox: Vec::new(),
            inbox_bytes: 0,
            sequence: 0,
            durable: 0,
            gathering: Gathering::default(),
            sent: None,
            untold: false,
        }
    }

    /// How many connections are in it.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Nobody is in it, and nothing is on its way to or from the store.
    pub fn is_idle(&self) -> bool {
        self.connections.is_empty()
            && self.inbox.is_empty()
            && self.sequence == self.durable
            && !matches!(self.phase, Phase::Loading { .. })
    }

    /// The last entry handed out and the last one that is durable.
    pub fn sequences(&self) -> (u64, u64) {
        (self.sequence, self.durable)
    }

    /// A snapshot of the body as it stands, if it is open. It costs a pass over the document.
    pub fn snapshot(&mut self) -> Option<Snapshot> {
        let Phase::Open(body) = &mut self.phase else {
            return None;
        };
        let bytes = body.snapshot().ok()?;
        Some(Snapshot {
            upto: self.sequence,
            bytes,
        })
    }

    /// Takes in what happened. What is to be done about it goes to `out`, at once or with the next [`poll`](Self::poll).
    pub fn step(&mut self, now: Millis, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Joined(joining) => self.join(now, joining, out),
            Event::Frame { conn, bytes } => self.frame(now, conn, bytes, out),
            Event::Text { conn } => self.close(conn, CloseCode::Malformed, "text", out),
            Event::Left { conn } => self.leave(conn, out),
            Event::AccessChanged { conn, access } => self.change_access(conn, access, out),
            Event::Renamed { conn, member } => {
                if let Some(connection) = self.connections.get_mut(&conn) {
                    connection.member = member;
                    self.presence.restamp(conn, connection.speaker());
                }
            }
            Event::Loaded(body) => self.loaded(now, body, out),
            Event::LoadFailed => self.fail("load", out),
            Event::Appended { upto } => {
                self.durable = upto.clamp(self.durable, self.sequence);
                self.settle();
            }
            Event::AppendFailed => self.fail("append", out),
            Event::Remote { updates } => self.remote(updates, out),
            Event::ShutDown => {
                self.flush_updates(out);
                self.close_all(CloseCode::Unavailable, "shutdown", out);
            }
        }
    }

    fn join(&mut self, now: Millis, joining: Joining, out: &mut Vec<Effect>) {
        let conn = joining.conn;
        if matches!(self.phase, Phase::Over { .. }) {
            return out.push(Effect::Close {
                conn,
                code: CloseCode::Unavailable,
                reason: "over",
            });
        }
        let connection = Connection::new(joining, self.schema, &self.limits, now);
        let full = self.connections.len() >= self.limits.connections;
        self.connections.insert(conn, connection);
        if full {
            return self.over_limit(conn, "room_size", self.limits.connections, CloseCode::Unavailable, out);
        }
        match self.phase {
            Phase::New => {
                self.phase = Phase::Loading {
                    said: Vec::new(),
                    bytes: 0,
                    remote: Vec::new(),
                };
                out.push(Effect::Load);
            }
            Phase::Open(_) => self.greet(conn, out),
            Phase::Loading { .. } | Phase::Over { .. } => {}
        }
    }

    /// Asks for what the client has and we have not, and says who else is there.
    fn greet(&mut self, conn: ConnId, out: &mut Vec<Effect>) {
        let Phase::Open(body) = &mut self.phase else { return };
        let Some(connection) = self.connections.get(&conn) else {
            return;
        };
        let mut frames = Vec::new();
        if connection.may_write() {
            frames.push(wire::step_1(&body.state_vector()));
        } else if connection.ack {
            let notice = if connection.outdated {
                Notice::Reload(self.schema)
            } else {
                Notice::Access(false)
            };
            frames.push(wire::notice(notice));
        } else if connection.outdated {
            frames.push(wire::denied("This version is too old to write. Reload the page."));
        }
        frames.extend(self.presence.everybody());
        self.send(conn, frames, out);
    }

    fn loaded(&mut self, now: Millis, body: Box<Body>, out: &mut Vec<Effect>) {
        let Phase::Loading { said, remote, .. } = &mut self.phase else {
            return;
        };
        let (said, remote) = (std::mem::take(said), std::mem::take(remote));
        self.phase = Phase::Open(body);
        // They may be newer than what was read.
        self.remote(remote, out);
        let conns: Vec<_> = self.connections.keys().copied().collect();
        for conn in conns {
            self.greet(conn, out);
        }
        for (conn, bytes) in said {
            self.frame(now, conn, bytes, out);
        }
    }

    fn change_access(&mut self, conn: ConnId, access: Option<Access>, out: &mut Vec<Effect>) {
        let Some(connection) = self.connections.get_mut(&conn) else {
            return;
        };
        let Some(access) = access else {
            return self.close(conn, CloseCode::Revoked, "revoked", out);
        };
        if connection.access == access {
            return;
        }
        if access == Access::Write && connection.refused > 0 {
            // Its numbering has a hole where updates were refused; a new connection sends them again.
            return self.close(conn, CloseCode::Resync, "access", out);
        }
        connection.access = access;
        self.presence.restamp(conn, connection.speaker());
        let (ack, may_write) = (connection.ack, connection.may_write());
        let mut frames = Vec::new();
        if ack && !connection.outdated {
            frames.push(wire::notice(Notice::Access(may_write)));
        } else if !may_write {
            frames.push(wire::denied("You may only read this from now on."));
        }
        if let (Phase::Open(body), true) = (&self.phase, may_write) {
            frames.push(wire::step_1(&body.state_vector()));
        }
        self.send(conn, frames, out);
    }

    fn leave(&mut self, conn: ConnId, out: &mut Vec<Effect>) {
        let Some(mut connection) = self.connections.remove(&conn) else {
            return;
        };
        self.presence.leave(conn);
        let count = std::mem::take(&mut connection.unaudited);
        if count > 0 {
            let account = connection.member.account;
            out.push(Effect::Refused {
                conn,
                account,
                refusal: Refusal::ReadOnly,
                count,
            });
        }
    }

    /// Closes a connection. What it sent and we took is kept.
    fn close(&mut self, conn: ConnId, code: CloseCode, reason: &'static str, out: &mut Vec<Effect>) {
        if self.connections.contains_key(&conn) {
            self.leave(conn, out);
            out.push(Effect::Close { conn, code, reason });
        }
    }

    fn close_all(&mut self, code: CloseCode, reason: &'static str, out: &mut Vec<Effect>) {
        let conns: Vec<_> = self.connections.keys().copied().collect();
        for conn in conns {
            self.close(conn, code, reason, out);
        }
        self.phase = Phase::Over { announced: false };
    }

    /// Nobody can tell any more what is durable: everybody is to connect again and send what was not acknowledged.
    fn fail(&mut self, reason: &'static str, out: &mut Vec<Effect>) {
        let conns: Vec<_> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.ack)
            .map(|(conn, _)| *conn)
            .collect();
        for conn in conns {
            self.send(conn, vec![wire::notice(Notice::Resync)], out);
        }
        self.close_all(CloseCode::Resync, reason, out);
        self.inbox.clear();
        self.inbox_bytes = 0;
        // What is under way has no one left to be told of it.
        self.durable = self.sequence;
    }

    /// Tells a client which limit it met, then closes.
    fn over_limit(&mut self, conn: ConnId, name: &'static str, limit: usize, code: CloseCode, out: &mut Vec<Effect>) {
        self.tell_limit(conn, name, limit, out);
        self.close(conn, code, name, out);
    }

    fn tell_limit(&self, conn: ConnId, name: &'static str, limit: usize, out: &mut Vec<Effect>) {
        let frame = match self.connections.get(&conn) {
            Some(connection) if connection.ack => wire::notice(Notice::Limit(name, limit as u64)),
            _ => wire::denied(name),
        };
        self.send(conn, vec![frame], out);
    }

    /// Sends frames of one connection: one message each, or all in one where it reads that.
    fn send(&self, conn: ConnId, frames: Vec<Bytes>, out: &mut Vec<Effect>) {
        let gather = self.connections.get(&conn).is_some_and(|connection| connection.gather);
        let frames = if gather && frames.len() > 1 {
            vec![frames.concat().into()]
        } else {
            frames
        };
        if !frames.is_empty() {
            out.push(Effect::Send { conn, frames });
        }
    }
}

//! A world in which plans are played: one room at a time, a store, a network that holds frames back, clients.

use crate::{
    plan::{Act, Plan},
    support::{Replica, SCHEMA, Told, member, read},
};
use bytes::Bytes;
use collab::{Access, Body, ConnId, Effect, Entry, Event, Joining, Limits, Millis, Room, wire};
use std::collections::{HashSet, VecDeque};
use yrs::{ReadTxn, Snapshot, Transact};

#[derive(Default)]
struct Line {
    id: u64,
    up: VecDeque<Bytes>,
    down: VecDeque<Bytes>,
    /// The update messages it sent, in their order, and how many of these the server called durable.
    sent: Vec<Bytes>,
    durable: usize,
    /// Frames were lost or doubled in it: counts say nothing.
    tampered: bool,
}

struct Client {
    replica: Replica,
    line: Option<Line>,
    may_write: bool,
}

pub(crate) struct World {
    room: Option<Room>,
    loading: bool,
    now: Millis,
    clients: Vec<Client>,
    lines: u64,
    letters: u32,
    /// What is durable: every update, and a replica that has them all.
    log: Vec<Bytes>,
    durable: Replica,
    /// Where in the log the room's first entry stands, and the last snapshot.
    base: usize,
    snapshot: Option<(usize, Bytes)>,
    under_way: VecDeque<Vec<Entry>>,
    /// Updates that were looked at when their sender could write, and those that arrived and will be looked at once the body
    /// is loaded.
    allowed: HashSet<Bytes>,
    queued: Vec<(usize, Bytes)>,
    pub(crate) acknowledged: usize,
}

/// What a replica holds, deletions included.
fn state(replica: &Replica) -> Snapshot {
    replica.doc.transact().snapshot()
}

impl World {
    pub(crate) fn play(plan: &Plan) -> Result<Self, String> {
        let client = |number| Client {
            replica: Replica::new(100 + number as u64),
            line: None,
            may_write: true,
        };
        let mut world = Self {
            room: None,
            loading: false,
            now: Millis(1),
            clients: (0..plan.clients).map(client).collect(),
            lines: 0,
            letters: 0x4e00,
            log: Vec::new(),
            durable: Replica::new(1),
            base: 0,
            snapshot: None,
            under_way: VecDeque::new(),
            allowed: HashSet::new(),
            queued: Vec::new(),
            acknowledged: 0,
        };
        for act in &plan.acts {
            world.act(*act)?;
        }
        world.come_to_rest()?;
        world.check_at_rest()?;
        Ok(world)
    }

    fn act(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Connect(who) => self.connect(who)?,
            Act::Break(who) => self.break_line(who)?,
            Act::Insert(who, at, length) => self.insert(who, at, length),
            Act::Delete(who, at, length) => self.delete(who, at, length),
            Act::Up(who, count) => (0..count).try_for_each(|_| self.arrive(who))?,
            Act::Down(who, count) => (0..count).try_for_each(|_| self.hear(who))?,
            Act::Twice(who) => self.tamper(who, |up| {
                if let Some(frame) = up.front().cloned() {
                    up.push_front(frame);
                }
            }),
            Act::Swap(who) => self.tamper(who, |up| {
                if up.len() > 1 {
                    up.swap(0, 1);
                }
            }),
            Act::Cut(who, bytes) => self.tamper(who, |up| {
                if let Some(frame) = up.front_mut() {
                    frame.truncate(bytes as usize);
                }
            }),
            Act::Poll(milliseconds) => self.poll(milliseconds)?,
            Act::Store(count) => self.store(count)?,
            Act::StoreInSilence(count) => {
                (0..count).for_each(|_| self.commit());
                self.lose_store()?;
            }
            Act::FailStore => self.lose_store()?,
            Act::Kill => self.kill(),
            Act::Snapshot => self.keep_snapshot(),
            Act::Access(who, write) => self.change_access(who, write)?,
        }
        Ok(())
    }

    fn step(&mut self, event: Event) -> Result<(), String> {
        let Some(room) = &mut self.room else { return Ok(()) };
        let mut effects = Vec::new();
        room.step(self.now, event, &mut effects);
        self.carry_out(effects)
    }

    fn poll(&mut self, milliseconds: u32) -> Result<(), String> {
        self.now = self.now.plus(milliseconds.into());
        if std::mem::take(&mut self.loading) {
            let (from, snapshot) = self
                .snapshot
                .as_ref()
                .map_or((0, None), |(from, bytes)| (*from, Some(bytes)));
            let body = Body::open(snapshot, self.log[from..].iter().cloned()).map_err(|error| error.to_string())?;
            self.base = self.log.len();
            let queued = std::mem::take(&mut self.queued);
            let allowed = queued.into_iter().filter(|(who, _)| self.clients[*who].may_write);
            self.allowed.extend(allowed.map(|(_, update)| update));
            self.step(Event::Loaded(Box::new(body)))?;
        }
        let Some(room) = &mut self.room else { return Ok(()) };
        let mut effects = Vec::new();
        room.poll(self.now, &mut effects);
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), String> {
        for effect in effects {
            match effect {
                Effect::Load => self.loading = true,
                Effect::Send { conn, frames } => {
                    let promised = frames.iter().flat_map(|frame| read(frame)).find_map(|told| match told {
                        Told::Durable(count) => usize::try_from(count).ok(),
                        _ => None,
                    });
                    if let Some(count) = promised {
                        self.check_promise(conn, count)?;
                    }
                    if let Some(line) = self.line(conn) {
                        line.down.extend(frames);
                    }
                }
                Effect::Close { conn, .. } => {
                    for client in &mut self.clients {
                        client.line.take_if(|line| line.id == conn.0);
                    }
                }
                Effect::Append(entries) => {
                    if let Some(entry) = entries.iter().find(|entry| !self.allowed.contains(&entry.update)) {
                        return Err(format!(
                            "{:?} was stored though its member could not write",
                            entry.sequence
                        ));
                    }
                    self.under_way.push_back(entries);
                }
                Effect::Refused { .. } => {}
                Effect::Ended => self.room = None,
            }
        }
        Ok(())
    }

    fn line(&mut self, conn: ConnId) -> Option<&mut Line> {
        self.clients
            .iter_mut()
            .filter_map(|client| client.line.as_mut())
            .find(|line| line.id == conn.0)
    }

    /// The room is about to tell a connection that its first `count` update messages are durable.
    fn check_promise(&mut self, conn: ConnId, count: usize) -> Result<(), String> {
        let Some(line) = self.line(conn).filter(|line| !line.tampered) else {
            return Ok(());
        };
        if count > line.sent.len() || count <= line.durable {
            return Err(format!(
                "{conn:?} is told {count} of {}, after {}",
                line.sent.len(),
                line.durable
            ));
        }
        let promised = line.sent[line.durable..count].to_vec();
        line.durable = count;
        self.acknowledged += promised.len();
        let before = state(&self.durable);
        for update in promised {
            self.durable.apply(&update);
        }
        if state(&self.durable) == before {
            Ok(())
        } else {
            Err(format!("{conn:?} is told {count}, but something is missing"))
        }
    }

    fn connect(&mut self, who: usize) -> Result<(), String> {
        if self.clients[who].line.is_some() {
            return Ok(());
        }
        let room = self.room.get_or_insert_with(|| Room::new(Limits::default(), SCHEMA));
        if room.connections() == 0 && !self.under_way.is_empty() {
            // The driver lets nobody into a room of which it does not know what becomes.
            self.store(u32::MAX)?;
        }
        self.lines += 1;
        let id = self.lines;
        let client = &mut self.clients[who];
        let mut line = Line { id, ..Line::default() };
        line.up.push_back(wire::step_1(&client.replica.state_vector()));
        client.line = Some(line);
        let access = if client.may_write { Access::Write } else { Access::Read };
        let gather = who.is_multiple_of(2);
        let member = member(who as u128);
        self.room.get_or_insert_with(|| Room::new(Limits::default(), SCHEMA));
        let joining = Joining {
            conn: ConnId(id),
            member,
            access,
            schema: Some(SCHEMA),
            ack: true,
            gather,
        };
        self.step(Event::Joined(joining))
    }

    fn break_line(&mut self, who: usize) -> Result<(), String> {
        match self.clients[who].line.take() {
            Some(line) => self.step(Event::Left { conn: ConnId(line.id) }),
            None => Ok(()),
        }
    }

    fn tamper(&mut self, who: usize, with: impl FnOnce(&mut VecDeque<Bytes>)) {
        if let Some(line) = &mut self.clients[who].line {
            line.tampered = true;
            with(&mut line.up);
        }
    }

    fn send(&mut self, who: usize, frame: Bytes, update: Bytes) {
        if let Some(line) = &mut self.clients[who].line {
            line.up.push_back(frame);
            line.sent.push(update);
        }
    }

    fn insert(&mut self, who: usize, at: u32, length: u32) {
        let mut text = String::new();
        for _ in 0..length {
            text.extend(char::from_u32(self.letters));
            self.letters += 1;
        }
        let replica = &self.clients[who].replica;
        let count = u32::try_from(replica.text().chars().count()).unwrap();
        let update = Bytes::from(replica.insert(at % (count + 1), &text));
        self.send(who, wire::update(&update), update);
    }

    fn delete(&mut self, who: usize, at: u32, length: u32) {
        let replica = &self.clients[who].replica;
        let count = u32::try_from(replica.text().chars().count()).unwrap();
        if count == 0 {
            return;
        }
        let at = at % count;
        let update = Bytes::from(replica.delete(at, length.min(count - at)));
        self.send(who, wire::update(&update), update);
    }

    /// The next frame of a client reaches the room.
    fn arrive(&mut self, who: usize) -> Result<(), String> {
        let client = &mut self.clients[who];
        let Some((id, bytes)) = client
            .line
            .as_mut()
            .and_then(|line| Some((line.id, line.up.pop_front()?)))
        else {
            return Ok(());
        };
        let may_write = client.may_write;
        if bytes.len() > 2
            && bytes[..2] > [0, 0][..]
            && let Ok(update) = wire::Reader::new(&bytes[2..]).buffer()
        {
            let update = Bytes::copy_from_slice(update);
            if self.loading {
                self.queued.push((who, update));
            } else if may_write {
                self.allowed.insert(update);
            }
        }
        self.step(Event::Frame {
            conn: ConnId(id),
            bytes,
        })
    }

    /// The next frame to a client reaches it.
    fn hear(&mut self, who: usize) -> Result<(), String> {
        let Some(frame) = self.clients[who].line.as_mut().and_then(|line| line.down.pop_front()) else {
            return Ok(());
        };
        for told in read(&frame) {
            let replica = &self.clients[who].replica;
            match told {
                Told::Step1(state_vector) => {
                    let update = Bytes::from(replica.difference(&state_vector));
                    self.send(who, wire::step_2(&update), update);
                }
                Told::Step2(update) | Told::Update(update) => replica.apply(&update),
                Told::Awareness(_) | Told::Durable(_) | Told::Notice(..) => {}
                Told::Denied(text) => return Err(format!("a client that reads notices was denied: {text}")),
            }
        }
        Ok(())
    }

    fn commit(&mut self) {
        for entry in self.under_way.pop_front().unwrap_or_default() {
            self.durable.apply(&entry.update);
            self.log.push(entry.update);
        }
    }

    fn store(&mut self, count: u32) -> Result<(), String> {
        for _ in 0..count {
            let Some(upto) = self
                .under_way
                .front()
                .and_then(|entries| entries.last())
                .map(|entry| entry.sequence)
            else {
                return Ok(());
            };
            self.commit();
            self.step(Event::Appended { upto })?;
        }
        Ok(())
    }

    fn lose_store(&mut self) -> Result<(), String> {
        self.under_way.clear();
        self.step(Event::AppendFailed)?;
        self.poll(0)
    }

    fn kill(&mut self) {
        self.room = None;
        self.loading = false;
        self.queued.clear();
        self.under_way.clear();
        for client in &mut self.clients {
            client.line = None;
        }
    }

    fn keep_snapshot(&mut self) {
        let Some(snapshot) = self.room.as_mut().and_then(Room::snapshot) else {
            return;
        };
        let upto = self.base + usize::try_from(snapshot.upto).unwrap();
        if upto <= self.log.len() {
            self.snapshot = Some((upto, snapshot.bytes));
        }
    }

    fn change_access(&mut self, who: usize, write: bool) -> Result<(), String> {
        let client = &mut self.clients[who];
        client.may_write = write;
        let Some(conn) = client.line.as_ref().map(|line| ConnId(line.id)) else {
            return Ok(());
        };
        let access = Some(if write { Access::Write } else { Access::Read });
        self.step(Event::AccessChanged { conn, access })
    }

    /// Everybody may write, connects anew, and everything on its way arrives.
    fn come_to_rest(&mut self) -> Result<(), String> {
        for who in 0..self.clients.len() {
            self.break_line(who)?;
            self.change_access(who, true)?;
        }
        let mut still = 0;
        for _ in 0..500 {
            for who in 0..self.clients.len() {
                self.connect(who)?;
                self.arrive(who)?;
                self.hear(who)?;
            }
            self.poll(50)?;
            self.store(1)?;
            let idle = |client: &Client| {
                client
                    .line
                    .as_ref()
                    .is_some_and(|line| line.up.is_empty() && line.down.is_empty())
            };
            let rests = self.clients.iter().all(idle) && self.under_way.is_empty();
            still = if rests { still + 1 } else { 0 };
            if still > 3 {
                return Ok(());
            }
        }
        Err("it does not come to rest".to_owned())
    }

    fn check_at_rest(&mut self) -> Result<(), String> {
        let (text, expected) = (self.durable.text(), state(&self.durable));
        for (who, client) in self.clients.iter().enumerate() {
            if client.replica.text() != text || state(&client.replica) != expected {
                return Err(format!(
                    "client {who} has {:?}, durable is {text:?}",
                    client.replica.text()
                ));
            }
            let line = client.line.as_ref().ok_or("a client has no line")?;
            if line.durable != line.sent.len() {
                return Err(format!("client {who} was told {} of {}", line.durable, line.sent.len()));
            }
        }
        let letters: HashSet<_> = text.chars().collect();
        if letters.len() != text.chars().count() {
            return Err(format!("an edit was applied twice: {text:?}"));
        }
        let edits: HashSet<_> = self.log.iter().collect();
        if edits.len() != self.log.len() {
            return Err("an update was stored twice".to_owned());
        }
        let (from, snapshot) = self
            .snapshot
            .as_ref()
            .map_or((0, None), |(from, bytes)| (*from, Some(bytes)));
        let mut body = Body::open(snapshot, self.log[from..].iter().cloned()).map_err(|error| error.to_string())?;
        let opened = Replica::new(2);
        opened.apply(&body.whole().map_err(|error| error.to_string())?);
        if state(&opened) == expected {
            Ok(())
        } else {
            Err(format!(
                "opened from the store: {:?}, durable: {expected:?}",
                state(&opened)
            ))
        }
    }
}

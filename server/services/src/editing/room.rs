//! Drives one room: a task that owns the state machine of `collab`, hands it what happened, and carries out what it asks
//! for. Whatever takes long is done off the async threads; the room waits for it, others do not.

use super::{
    RoomKey, events,
    journal::Author,
    line::{Closing, Line, RESTART, RESYNC, STALLED, Share},
    load,
    writer::{Kept, Write},
};
use crate::Services;
use bytes::Bytes;
use collab::{Access, ConnId, Effect, Entry, Joining, Millis, Room};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use store::Placement;
use tokio::{sync::mpsc, time::Instant};

/// Events that are looked at together.
const BATCH_MAX: usize = 512;
/// So many bytes in a batch are worked on off the async threads.
const HEAVY_BYTES: usize = 32 * 1024;
/// A document of so many bytes is put together, for whoever asks for it, off the async threads.
const LARGE_BYTES: usize = 256 * 1024;
/// When nobody is left, a snapshot is made if so many rows came after the last, or so many bytes: the next to come waits
/// less.
const LAST_ROWS: u64 = 100;
const LAST_BYTES: usize = 16 * 1024;
/// How many of those who left are remembered, for what they sent last.
const GONE_MAX: usize = 256;

/// Where a room hears what happened.
pub(crate) type RoomSender = mpsc::UnboundedSender<Message>;

/// What a room is told.
pub(crate) enum Message {
    Join(Box<Join>),
    /// A binary message, and its share of what waits.
    Frame(ConnId, Bytes, Share),
    Text(ConnId),
    Left(ConnId),
    Access(ConnId, Option<Access>),
    Loaded(Box<load::Loaded>),
    LoadFailed,
    Appended(u64),
    AppendFailed,
    WantSnapshot,
    ShutDown,
}

/// Somebody comes in.
pub(crate) struct Join {
    pub(crate) joining: Joining,
    pub(crate) line: Arc<dyn Line>,
    pub(crate) author: Arc<Author>,
}

/// The driver of one room.
pub(crate) struct Driver {
    services: Services,
    placement: Placement,
    key: RoomKey,
    myself: RoomSender,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// `None` only while it is worked on elsewhere.
    room: Option<Room>,
    lines: HashMap<ConnId, Arc<dyn Line>>,
    authors: HashMap<ConnId, Arc<Author>>,
    gone: VecDeque<ConnId>,
    /// About how large the document is.
    bytes: usize,
    loaded: bool,
    /// Rows (about) and bytes since the last snapshot.
    rows: u64,
    tail: usize,
    /// Whether the log is as the room left it: nothing failed.
    sound: bool,
    stopping: bool,
}

/// A batch: what the room is told, and what that costs.
#[derive(Default)]
struct Batch {
    events: Vec<collab::Event>,
    shares: Vec<Share>,
    bytes: usize,
    snapshot: bool,
}

impl Driver {
    pub(crate) fn new(
        services: Services,
        placement: Placement,
        key: RoomKey,
        myself: RoomSender,
        inbox: mpsc::UnboundedReceiver<Message>,
    ) -> Self {
        let editing = &services.inner.editing;
        let room = Some(Room::new(editing.limits.clone(), domain::document::SCHEMA));
        Self {
            services,
            placement,
            key,
            myself,
            inbox,
            room,
            lines: HashMap::new(),
            authors: HashMap::new(),
            gone: VecDeque::new(),
            bytes: 0,
            loaded: false,
            rows: 0,
            tail: 0,
            sound: true,
            stopping: false,
        }
    }

    /// Works until the room is over and nobody has come meanwhile.
    pub(crate) async fn run(mut self) {
        let mut said = Vec::new();
        loop {
            if said.is_empty() {
                said.extend(self.next().await);
            }
            let mut batch = Batch::default();
            for message in said.drain(..) {
                self.take(message, &mut batch);
            }
            while batch.events.len() < BATCH_MAX
                && let Ok(next) = self.inbox.try_recv()
            {
                self.take(next, &mut batch);
            }
            let (snapshot, wrote) = (batch.snapshot, batch.bytes > 0);
            let effects = self.work(batch).await;
            if self.carry_out(effects) {
                said = self.end();
                if said.is_empty() {
                    return;
                }
                continue;
            }
            if snapshot && self.sound {
                self.snapshot().await;
            }
            if wrote && self.inbox.len() < BATCH_MAX {
                self.gather().await;
            }
        }
    }

    /// Waits for a message, or until the room has something to do.
    async fn next(&mut self) -> Option<Message> {
        let due = self.room.as_ref().and_then(Room::due);
        let Some(due) = due else {
            return self.inbox.recv().await;
        };
        let at = self.services.inner.editing.instant(due);
        tokio::select! {
            biased;
            first = self.inbox.recv() => first,
            () = tokio::time::sleep_until(at) => None,
        }
    }

    /// Lets messages gather for as long as the room holds back what it has to say: looked at one by one, each would cost a
    /// change of tasks, and none would be said earlier.
    async fn gather(&self) {
        let editing = &self.services.inner.editing;
        let held = self.room.as_ref().and_then(Room::holds_until);
        if let Some(until) = held.filter(|until| *until > editing.now()) {
            tokio::time::sleep_until(editing.instant(until)).await;
        }
    }

    /// Notes what a message means for us, and what the room is to be told.
    fn take(&mut self, message: Message, batch: &mut Batch) {
        use collab::Event;
        let event = match message {
            Message::Join(join) => {
                let conn = join.joining.conn;
                self.lines.insert(conn, join.line);
                self.authors.insert(conn, join.author);
                Event::Joined(join.joining)
            }
            Message::Frame(conn, bytes, share) => {
                batch.bytes += bytes.len();
                batch.shares.push(share);
                Event::Frame { conn, bytes }
            }
            Message::Text(conn) => Event::Text { conn },
            Message::Left(conn) => {
                self.forget(conn);
                Event::Left { conn }
            }
            Message::Access(conn, access) => Event::AccessChanged { conn, access },
            Message::Loaded(loaded) => {
                self.loaded = true;
                self.bytes = loaded.bytes;
                (self.rows, self.tail) = loaded.journal.after_snapshot();
                batch.bytes += loaded.bytes;
                let open = Write::Open(Box::new(loaded.journal), self.myself.clone());
                self.services.inner.editing.write(&self.services, &self.placement, open);
                Event::Loaded(Box::new(loaded.body))
            }
            Message::LoadFailed => {
                self.sound = false;
                Event::LoadFailed
            }
            Message::Appended(upto) => Event::Appended { upto },
            Message::AppendFailed => {
                self.sound = false;
                Event::AppendFailed
            }
            Message::WantSnapshot => {
                batch.snapshot = true;
                return;
            }
            Message::ShutDown => {
                self.stopping = true;
                Event::ShutDown
            }
        };
        batch.events.push(event);
    }

    /// Lets the room work; elsewhere, if that may take long.
    async fn work(&mut self, batch: Batch) -> Vec<Effect> {
        let Some(mut room) = self.room.take() else {
            return vec![Effect::Ended];
        };
        let now = self.services.inner.editing.now();
        // The room lets go of its body once nobody is left, so the last snapshot comes before.
        let last = self.lines.is_empty() && self.wants_last_snapshot();
        let heavy = last || batch.bytes > HEAVY_BYTES || self.bytes > LARGE_BYTES && batch.bytes > 0;
        let step = move || {
            let mut effects = Vec::new();
            for event in batch.events {
                room.step(now, event, &mut effects);
            }
            let snapshot = if last && room.is_idle() { room.snapshot() } else { None };
            room.poll(now, &mut effects);
            drop(batch.shares);
            (room, effects, snapshot)
        };
        let done = if heavy {
            tokio::task::spawn_blocking(step).await
        } else {
            Ok(step())
        };
        if let Ok((room, effects, snapshot)) = done {
            self.room = Some(room);
            self.keep(snapshot);
            return effects;
        }
        tracing::error!("a room broke; those in it come back to another");
        self.sound = false;
        vec![Effect::Ended]
    }

    /// Does what the room asks for; true when it is over. Others hear of an update before the writer is woken for it, which
    /// would take its share of the cores while they wait.
    fn carry_out(&mut self, effects: Vec<Effect>) -> bool {
        let mut over = false;
        let mut written = Vec::new();
        for effect in effects {
            match effect {
                Effect::Load => self.load(),
                Effect::Send { conn, frames } => self.send(conn, &frames),
                Effect::Close { conn, code, reason } => {
                    let closing = Closing {
                        code: code.number(),
                        reason,
                    };
                    self.close(conn, if self.stopping { RESTART } else { closing });
                }
                Effect::Append(entries) => written.push(entries),
                Effect::Refused { conn, .. } => self.refused(conn),
                Effect::Ended => over = true,
            }
        }
        for entries in written {
            self.append(entries);
        }
        self.forget_the_oldest();
        over
    }

    fn load(&self) {
        let (services, placement, record) = (self.services.clone(), self.placement.clone(), self.key.1);
        let myself = self.myself.clone();
        self.services.inner.editing.main().spawn(async move {
            // What an earlier room of this record wrote comes first.
            services.inner.editing.written(placement.workspace).await;
            let message = match load::load(&services, placement, record).await {
                Ok(loaded) => Message::Loaded(Box::new(loaded)),
                Err(failure) => {
                    tracing::warn!(problem = %failure.problem, "a body was not loaded");
                    Message::LoadFailed
                }
            };
            let _ = myself.send(message);
        });
    }

    fn send(&mut self, conn: ConnId, frames: &[Bytes]) {
        let Some(line) = self.lines.get(&conn) else {
            return;
        };
        if !line.send(frames) {
            self.close(conn, STALLED);
            let _ = self.myself.send(Message::Left(conn));
        }
    }

    fn close(&mut self, conn: ConnId, closing: Closing) {
        if let Some(line) = self.lines.get(&conn) {
            line.close(closing);
        }
        self.forget(conn);
    }

    /// Somebody is gone; what they sent may still be on its way.
    fn forget(&mut self, conn: ConnId) {
        if self.lines.remove(&conn).is_none() {
            return;
        }
        self.gone.push_back(conn);
    }

    /// Keeps no more than the last of those who are gone, once everything they are known to have sent is with the writer.
    fn forget_the_oldest(&mut self) {
        while self.gone.len() > GONE_MAX
            && let Some(oldest) = self.gone.pop_front()
        {
            self.authors.remove(&oldest);
        }
    }

    fn append(&mut self, entries: Vec<Entry>) {
        let kept: Option<Vec<Kept>> = entries
            .into_iter()
            .map(|entry| {
                let author = Arc::clone(self.authors.get(&entry.conn)?);
                self.bytes += entry.update.len();
                self.tail += entry.update.len();
                Some(Kept {
                    entry: entry.sequence,
                    author,
                    update: entry.update,
                })
            })
            .collect();
        let Some(kept) = kept else {
            tracing::error!("an update of nobody; the room begins anew");
            let _ = self.myself.send(Message::AppendFailed);
            return;
        };
        self.rows += 1;
        let append = Write::Append(self.key.1, kept);
        self.services
            .inner
            .editing
            .write(&self.services, &self.placement, append);
    }

    /// Puts on record that somebody who may only read sent something to write.
    fn refused(&self, conn: ConnId) {
        let Some(author) = self.authors.get(&conn).cloned() else {
            return;
        };
        let (services, placement, record) = (self.services.clone(), self.placement.clone(), self.key.1);
        self.services.inner.editing.main().spawn(async move {
            let event = crate::Event::on("record", &record).refused();
            if let Err(failure) = events::refused(&services, placement, &author, event).await {
                tracing::warn!(problem = %failure.problem, "a refusal was not put on record");
            }
        });
    }

    /// Hands a snapshot to the writer, which keeps it once everything in it is kept.
    async fn snapshot(&mut self) {
        let Some(mut room) = self.room.take() else { return };
        let made = tokio::task::spawn_blocking(move || {
            let snapshot = room.snapshot();
            (room, snapshot)
        });
        let Ok((room, snapshot)) = made.await else {
            self.sound = false;
            return;
        };
        self.room = Some(room);
        self.keep(snapshot);
    }

    fn keep(&mut self, snapshot: Option<collab::Snapshot>) {
        if let Some(snapshot) = snapshot {
            (self.rows, self.tail) = (0, 0);
            let write = Write::Snapshot(self.key.1, snapshot.upto, snapshot.bytes);
            self.services
                .inner
                .editing
                .write(&self.services, &self.placement, write);
        }
    }

    /// Whether a snapshot pays when nobody is left.
    fn wants_last_snapshot(&self) -> bool {
        self.loaded && self.sound && (self.rows >= LAST_ROWS || self.tail >= LAST_BYTES)
    }

    /// The room is over. What was said since somebody came who is to be let in: for them it begins anew. Nothing: whoever
    /// comes now finds another.
    fn end(&mut self) -> Vec<Message> {
        let editing = &self.services.inner.editing;
        if std::mem::take(&mut self.loaded) {
            editing.write(&self.services, &self.placement, Write::Close(self.key.1));
        }
        let closing = match (self.stopping, self.sound) {
            (true, _) => RESTART,
            (false, false) => RESYNC,
            (false, true) => {
                let said = editing.put_away(self.key, &mut self.inbox);
                if !said.is_empty() {
                    self.room = Some(Room::new(editing.limits.clone(), domain::document::SCHEMA));
                    (self.authors, self.gone) = (HashMap::new(), VecDeque::new());
                    (self.bytes, self.rows, self.tail) = (0, 0, 0);
                }
                return said;
            }
        };
        editing.room_is_over(self.key);
        for line in self.lines.values() {
            line.close(closing);
        }
        // Those who came in between: they try again at once.
        while let Ok(message) = self.inbox.try_recv() {
            if let Message::Join(join) = message {
                join.line.close(closing);
            }
        }
        Vec::new()
    }
}

/// The room's clock.
pub(crate) fn millis(began: Instant) -> Millis {
    Millis(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX))
}

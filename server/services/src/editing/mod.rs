//! Editing bodies together: rooms, who sits in them, and their way into the database; and who sits at a page of a workspace
//! that shows no body.
//!
//! At a body, a connection takes a [`Seat`] in the room of a record. The room (`collab`, a state machine) is driven by one
//! task; what it wants kept goes to the writer of its workspace, and nobody is told that an edit is kept before the
//! transaction with it has committed. An open page takes a seat without a room: nothing is said to it but that it is over. While anybody sits
//! anywhere, a watch looks twice a second whether they still may.
//!
//! A record's address names no workspace, so that any y-websocket client that knows the record can come in. Which
//! workspace it is in is found among those the person belongs to, by looking into each with the person's own eyes; a
//! client may name it, which saves the search. No table leads from a record to its workspace: that would be the one index
//! over all tenants.

mod access;
mod body;
mod events;
mod journal;
mod line;
mod load;
mod room;
mod seat;
mod seats;
mod settle;
mod watch;
mod writer;

pub use access::Ask;
pub(crate) use body::{body_of, plant, with_body};
pub use line::{Closing, Line};
pub use seat::{Seat, closing_of};

use crate::Services;
use collab::{ConnId, Limits, Millis};
use domain::{RecordId, WorkspaceId};
use room::{Driver, Message, RoomSender};
use seats::{Kind, Seats};
use std::{
    collections::{HashMap, HashSet, hash_map},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use store::Placement;
use tokio::{
    runtime::Handle,
    sync::{Notify, mpsc, oneshot},
    time::Instant,
};
use writer::{Write, Writer};

/// Names a room.
pub(crate) type RoomKey = (WorkspaceId, RecordId);

/// The runtimes that editing works on. A pool of database connections belongs to one runtime, so whatever asks the database
/// goes there.
struct Places {
    main: Handle,
    rooms: Vec<Handle>,
}

/// Everything about editing that is shared.
pub(crate) struct Editing {
    pub(crate) limits: Limits,
    began: Instant,
    /// Where rooms are worked on, and where everything else is; known from the first room on.
    places: OnceLock<Places>,
    connections: AtomicU64,
    stopping: AtomicBool,
    rooms: Mutex<HashMap<RoomKey, RoomSender>>,
    writers: Mutex<HashMap<WorkspaceId, mpsc::UnboundedSender<Write>>>,
    seats: Mutex<Seats>,
    /// Rings when a seat, a room or a session may have changed.
    look: Notify,
}

impl Services {
    /// Rooms are worked on these runtimes from now on, each on one; everything else stays on the one that calls this. To be
    /// said before anybody comes.
    pub fn edit_on(&self, rooms: Vec<Handle>) {
        let main = Handle::current();
        let _ = self.inner.editing.places.set(Places { main, rooms });
    }
}

impl Editing {
    pub(crate) fn new() -> Self {
        Self {
            limits: Limits::default(),
            began: Instant::now(),
            places: OnceLock::new(),
            connections: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
            rooms: Mutex::default(),
            writers: Mutex::default(),
            seats: Mutex::default(),
            look: Notify::new(),
        }
    }

    /// Looks at once whether everybody still may sit where they do, if anybody sits anywhere.
    pub(crate) fn look(&self) {
        self.look.notify_one();
    }

    fn now(&self) -> Millis {
        room::millis(self.began)
    }

    fn instant(&self, at: Millis) -> Instant {
        self.began + Duration::from_millis(at.0)
    }

    fn connection(&self) -> ConnId {
        ConnId(self.connections.fetch_add(1, Ordering::Relaxed))
    }

    /// The runtimes; where nothing was said, rooms are worked on where everything else is.
    fn places(&self) -> &Places {
        self.places.get_or_init(|| Places {
            main: Handle::current(),
            rooms: Vec::new(),
        })
    }

    /// The runtime of whatever asks the database.
    fn main(&self) -> &Handle {
        &self.places().main
    }

    /// The runtime of a room: always the same.
    fn place(&self, key: RoomKey) -> &Handle {
        let places = self.places();
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let number = hasher.finish() % (places.rooms.len() as u64).max(1);
        usize::try_from(number)
            .ok()
            .and_then(|number| places.rooms.get(number))
            .unwrap_or(&places.main)
    }

    /// Lets somebody into a room, which is opened if need be; answers with where it is worked on, too. `None` when the server
    /// stops.
    fn join(
        &self,
        services: &Services,
        placement: &Placement,
        record: RecordId,
        join: Message,
    ) -> Option<(RoomSender, Handle)> {
        let key = (placement.workspace, record);
        let place = self.place(key).clone();
        let mut rooms = lock(&self.rooms);
        if self.stopping.load(Ordering::SeqCst) {
            return None;
        }
        let room = match rooms.entry(key) {
            hash_map::Entry::Occupied(room) => room.into_mut(),
            hash_map::Entry::Vacant(vacant) => {
                let (sender, inbox) = mpsc::unbounded_channel();
                let driver = Driver::new(services.clone(), placement.clone(), key, sender.clone(), inbox);
                let services = services.clone();
                place.spawn(async move {
                    if tokio::spawn(driver.run()).await.is_err() {
                        // The panic's place is in the log.
                        services.inner.editing.room_broke(key);
                    }
                });
                vacant.insert(sender)
            }
        };
        // Under the lock, so that a room that ends meanwhile still sees it.
        let _ = room.send(join);
        Some((room.clone(), place))
    }

    /// A room has ended; the next to come opens another.
    fn room_is_over(&self, key: RoomKey) {
        lock(&self.rooms).remove(&key);
        self.look.notify_one();
    }

    /// A room has ended well; the next to come opens another, unless somebody came before this. Then it stays, and answers with
    /// what was said in it.
    fn put_away(&self, key: RoomKey, inbox: &mut mpsc::UnboundedReceiver<Message>) -> Vec<Message> {
        // Under the lock, so that nobody is let into a room that is gone.
        let mut rooms = lock(&self.rooms);
        let said: Vec<Message> = std::iter::from_fn(|| inbox.try_recv().ok()).collect();
        if said.iter().any(|message| matches!(message, Message::Join(_))) {
            return said;
        }
        rooms.remove(&key);
        drop(rooms);
        self.look.notify_one();
        Vec::new()
    }

    /// A room's task broke: nobody in it may go on.
    fn room_broke(&self, key: RoomKey) {
        self.room_is_over(key);
        for watched in lock(&self.seats).values().filter(|watched| watched.room() == Some(key)) {
            watched.line.close(line::RESYNC);
        }
    }

    /// Hands something to the writer of a workspace, who is called if need be. Never waits.
    fn write(&self, services: &Services, placement: &Placement, write: Write) {
        let mut writers = lock(&self.writers);
        let writer = writers.entry(placement.workspace).or_insert_with(|| {
            let (sender, inbox) = mpsc::unbounded_channel();
            let writer = Writer::new(services.clone(), placement.clone());
            let (services, workspace) = (services.clone(), placement.workspace);
            self.main().spawn(async move {
                if tokio::spawn(writer.run(inbox)).await.is_err() {
                    services.inner.editing.writer_broke(workspace);
                }
            });
            sender
        });
        let _ = writer.send(write);
    }

    /// A writer's task broke: its rooms do not know what was kept.
    fn writer_broke(&self, workspace: WorkspaceId) {
        lock(&self.writers).remove(&workspace);
        for (_, room) in lock(&self.rooms).iter().filter(|(key, _)| key.0 == workspace) {
            let _ = room.send(Message::AppendFailed);
        }
    }

    /// Waits until what a workspace's writer was handed is done. Others hear of a change before it is kept: who reads the
    /// database for what they heard of waits for this first.
    pub(crate) async fn written(&self, workspace: WorkspaceId) {
        let (done, wait) = oneshot::channel();
        let asked = lock(&self.writers)
            .get(&workspace)
            .is_some_and(|writer| writer.send(Write::Barrier(done)).is_ok());
        if asked {
            let _ = wait.await;
        }
    }

    /// Lets a writer go that has nothing to do. Under the lock, so that nothing is handed to one that is gone.
    fn retire_writer(&self, workspace: WorkspaceId, inbox: &mpsc::UnboundedReceiver<Write>) -> bool {
        let mut writers = lock(&self.writers);
        inbox.is_empty() && writers.remove(&workspace).is_some()
    }

    /// The rooms that are open.
    fn open_rooms(&self) -> HashSet<RoomKey> {
        lock(&self.rooms).keys().copied().collect()
    }

    /// Ends every room, after what is on its way was kept, and the connections of every page, and waits for it.
    async fn shut_down(&self) {
        {
            let rooms = lock(&self.rooms);
            self.stopping.store(true, Ordering::SeqCst);
            for room in rooms.values() {
                let _ = room.send(Message::ShutDown);
            }
        }
        // Whoever comes with a page from now on looks under this lock, and sees that the server stops.
        for watched in lock(&self.seats).values().filter(|seat| seat.kind() == Kind::Page) {
            watched.line.close(line::RESTART);
        }
        self.at_rest().await;
        self.until(|| lock(&self.seats).is_empty()).await;
    }
}

/// Nothing panics while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

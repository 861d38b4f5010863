//! What a room is told and what it answers.

use crate::{Body, limits::Millis};
use bytes::Bytes;
use domain::AccountId;
use std::sync::Arc;

/// A connection. Unique for as long as the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// Who a connection belongs to, as others are to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account. It is shown to the others of the room.
    pub account: AccountId,
    /// The name beside the cursor, as it was when the connection came in: who takes another name is seen under it from their
    /// next connection on.
    pub name: Arc<str>,
    /// The colour of the cursor, such as `#30536b`.
    pub colour: Arc<str>,
}

/// What a member may do with the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only: its updates are refused.
    Read,
    /// Read and write.
    Write,
}

/// A connection that wants in.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The connection.
    pub conn: ConnId,
    /// Whose it is.
    pub member: Arc<Member>,
    /// What its member may do.
    pub access: Access,
    /// The version of the document schema it knows (`?schema=N`), if it said so.
    pub schema: Option<u32>,
    /// Whether it wants acknowledgements and notices (`?ack=1`).
    pub ack: bool,
    /// Whether it reads several messages from one frame (`?gather=1`).
    pub gather: bool,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A connection came.
    Joined(Joining),
    /// A connection sent a binary message.
    Frame {
        /// Which one.
        conn: ConnId,
        /// The message.
        bytes: Bytes,
    },
    /// A connection sent a text message, which nobody does who speaks the protocol.
    Text {
        /// Which one.
        conn: ConnId,
    },
    /// A connection is gone. To say so twice, or after [`Effect::Close`], does no harm.
    Left {
        /// Which one.
        conn: ConnId,
    },
    /// What a connection's member may do has changed; `None`: nothing any more.
    AccessChanged {
        /// Which one.
        conn: ConnId,
        /// What it may do now.
        access: Option<Access>,
    },
    /// A member has another name or colour now.
    Renamed {
        /// Of which connection.
        conn: ConnId,
        /// What to show from now on.
        member: Arc<Member>,
    },
    /// The answer to [`Effect::Load`].
    Loaded(Box<Body>),
    /// The body could not be loaded.
    LoadFailed,
    /// All entries up to and with this sequence are durable.
    Appended {
        /// The sequence.
        upto: u64,
    },
    /// An append failed, or nobody knows whether it did.
    AppendFailed,
    /// Updates that another node has made durable.
    Remote {
        /// The updates, in their order.
        updates: Vec<Bytes>,
    },
    /// The server stops.
    ShutDown,
}

/// One update to be made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in this room's life, from 1 on without a gap.
    pub sequence: u64,
    /// The connection it came from.
    pub conn: ConnId,
    /// Whose connection that is.
    pub account: AccountId,
    /// The update (Yjs, encoding v1), byte for byte as it came, but for blocks that no editor writes: what stands nowhere is
    /// garbage here already, unless it waits for something.
    pub update: Bytes,
}

/// Why a connection is closed. The numbers follow `y-websocket` 3, whose clients do not come back after 44xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// The member has no access any more.
    Revoked = 4403,
    /// A limit that another try would meet again: of a frame or of the document.
    TooLarge = 4413,
    /// What was not acknowledged may be lost here: connect again and send it again.
    Resync = 4500,
    /// Full, or shutting down.
    Unavailable = 4503,
    /// A frame was not what the protocol says.
    Malformed = 4520,
    /// Too much in too short a time.
    TooFast = 4529,
}

impl CloseCode {
    /// The number on the wire.
    pub fn number(self) -> u16 {
        self as u16
    }
}

/// Why an update was refused, for the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The member may only read.
    ReadOnly,
    /// It was no update, or one that would have done harm.
    Malformed,
    /// It was over a limit.
    Limit,
}

/// What is to be done, in this order; but that entries may be handed to the store after what is sent beside them, before the end.
#[derive(Debug)]
pub enum Effect {
    /// Load the body and answer with [`Event::Loaded`] or [`Event::LoadFailed`].
    Load,
    /// Send to a connection. Each of `frames` is one binary message; write them all, then flush once.
    Send {
        /// Which one.
        conn: ConnId,
        /// The messages. They are shared with other connections.
        frames: Vec<Bytes>,
    },
    /// Close a connection, after what was sent to it before. The room knows it no more.
    Close {
        /// Which one.
        conn: ConnId,
        /// Why.
        code: CloseCode,
        /// Why, in a word for the log.
        reason: &'static str,
    },
    /// Make these updates durable, in this order and after those of earlier appends; answer with [`Event::Appended`] or
    /// [`Event::AppendFailed`].
    Append(Vec<Entry>),
    /// Updates of a connection were refused: for the audit log.
    Refused {
        /// Which one.
        conn: ConnId,
        /// Whose connection that is.
        account: AccountId,
        /// Why.
        refusal: Refusal,
        /// How many.
        count: u64,
    },
    /// The room is over: nobody is in it and nothing is under way. Drop it.
    Ended,
}

/// A snapshot for the store.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The last entry that is in it. It may be stored only once that entry is durable.
    pub upto: u64,
    /// What [`Body::open`] takes.
    pub bytes: Bytes,
}

/// When a room wants to be polled.
pub(crate) fn earliest(times: impl IntoIterator<Item = Option<Millis>>) -> Option<Millis> {
    times.into_iter().flatten().min()
}

//! What waits to be sent to one connection. The room puts it in without waiting; the socket takes it out as fast as the
//! other side reads. Who does not read is found by what has gathered.

use bytes::Bytes;
use std::sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool};
use tokio::sync::Notify;

/// Most bytes that may wait behind what is being sent. A first answer of any size may be put into an empty one.
const WAITING_MAX: usize = 4 * 1024 * 1024;

/// Why a connection is closed: a code of RFC 6455 or of ours, and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The code of the close frame.
    pub code: u16,
    /// Its reason, in English, without content.
    pub reason: &'static str,
}

/// The server stops and comes back (RFC 6455's registry: service restart).
pub(crate) const RESTART: Closing = Closing {
    code: 1012,
    reason: "the server restarts",
};
/// The session has ended.
pub(crate) const SIGNED_OUT: Closing = Closing {
    code: 4401,
    reason: "signed out",
};
/// There is no such record, or not for this person.
pub(crate) const NOT_FOUND: Closing = Closing {
    code: 4404,
    reason: "no such record",
};
/// What was sent could not be stored: connect again, and it is sent again.
pub(crate) const RESYNC: Closing = Closing {
    code: 4500,
    reason: "not stored; connect again",
};
/// The room could not be opened now.
pub(crate) const UNAVAILABLE: Closing = Closing {
    code: 4503,
    reason: "try again in a moment",
};
/// The connection does not read what it is sent.
pub(crate) const STALLED: Closing = Closing {
    code: 4508,
    reason: "too slow",
};

/// What a socket is to do next.
#[derive(Debug, Default)]
pub struct Outgoing {
    /// Binary messages, in order.
    pub frames: Vec<Bytes>,
    /// The end, after them.
    pub close: Option<Closing>,
}

#[derive(Default)]
struct Waiting {
    outgoing: Outgoing,
    bytes: usize,
    /// Whether it was closed: nothing comes after that.
    ended: bool,
}

/// The outbox of one connection.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    ready: Notify,
    closed: Notify,
    /// Whether its owner wrote something since this was last looked at.
    pub(crate) wrote: AtomicBool,
}

impl Outbox {
    /// Adds messages. False when too much waits: the other side does not read, and nothing was added.
    pub(crate) fn push(&self, frames: impl IntoIterator<Item = Bytes>) -> bool {
        let mut waiting = self.lock();
        if waiting.ended {
            return true;
        }
        if waiting.bytes > WAITING_MAX {
            return false;
        }
        for frame in frames {
            waiting.bytes += frame.len();
            waiting.outgoing.frames.push(frame);
        }
        drop(waiting);
        self.ready.notify_one();
        true
    }

    /// Ends the connection after what waits. The first reason stands.
    pub(crate) fn close(&self, closing: Closing) {
        let mut waiting = self.lock();
        if std::mem::replace(&mut waiting.ended, true) {
            return;
        }
        waiting.outgoing.close = Some(closing);
        drop(waiting);
        self.ready.notify_one();
        self.closed.notify_one();
    }

    /// Waits until the connection is to be closed. For one who waits.
    pub(crate) async fn closed(&self) {
        self.closed.notified().await;
    }

    /// Takes everything that waits, as soon as there is something.
    pub(crate) async fn take(&self) -> Outgoing {
        loop {
            let outgoing = {
                let mut waiting = self.lock();
                waiting.bytes = 0;
                std::mem::take(&mut waiting.outgoing)
            };
            if !outgoing.frames.is_empty() || outgoing.close.is_some() {
                return outgoing;
            }
            self.ready.notified().await;
        }
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_does_not_read_is_found_and_a_large_first_answer_is_no_fault() {
        let outbox = Outbox::default();
        assert!(outbox.push([Bytes::from(vec![0; 2 * WAITING_MAX])]), "it was empty");
        assert!(!outbox.push([Bytes::from_static(b"x")]), "nothing was read");
        assert_eq!(outbox.take().await.frames.len(), 1);
        assert!(outbox.push([Bytes::from_static(b"x")]));
        outbox.close(STALLED);
        outbox.close(RESTART);
        assert!(
            outbox.push([Bytes::from_static(b"y")]),
            "what comes after the end is nobody's"
        );
        let last = outbox.take().await;
        assert_eq!((last.frames.len(), last.close), (1, Some(STALLED)));
    }
}

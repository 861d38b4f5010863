//! The sending half of a connection, as a room uses it, and why a connection is closed.

use bytes::Bytes;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

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
/// The membership has ended, or is suspended.
pub(crate) const REVOKED: Closing = Closing {
    code: 4403,
    reason: "revoked",
};
/// There is no such record or workspace, or not for this person.
pub(crate) const NOT_FOUND: Closing = Closing {
    code: 4404,
    reason: "nothing here",
};
/// What was sent could not be stored: connect again, and it is sent again.
pub(crate) const RESYNC: Closing = Closing {
    code: 4500,
    reason: "not stored; connect again",
};
/// The connection does not read what it is sent.
pub(crate) const STALLED: Closing = Closing {
    code: 4508,
    reason: "too slow",
};

/// The sending half of a connection. Nothing here waits.
pub trait Line: Send + Sync {
    /// Sends binary messages in their order: at once what the other side takes, the rest as soon as it does. False when too
    /// much waits for it already: it does not read, and nothing of these was added. After the end they are nobody's.
    fn send(&self, messages: &[Bytes]) -> bool;

    /// Ends the connection after what was sent. The first reason stands.
    fn close(&self, closing: Closing);
}

/// Bytes of one connection that may wait for the room; more is not read from it meanwhile.
const UNREAD_MAX: usize = 1024 * 1024;

/// What a connection has sent and its room has not looked at.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    bytes: AtomicUsize,
    less: Notify,
}

/// A message's share of what waits, until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    unread: Arc<Unread>,
    bytes: usize,
}

impl Unread {
    /// Counts a message in.
    pub(crate) fn share(self: &Arc<Self>, bytes: usize) -> Share {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Share {
            unread: Arc::clone(self),
            bytes,
        }
    }

    /// Whether so much waits that no more is to be read.
    pub(crate) fn is_much(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= UNREAD_MAX
    }

    /// Waits until more may be read. For one who waits.
    pub(crate) async fn until_less(&self) {
        while self.is_much() {
            self.less.notified().await;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let before = self.unread.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        if before >= UNREAD_MAX && before - self.bytes < UNREAD_MAX {
            self.unread.less.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_sends_much_is_read_again_once_the_room_has_looked_at_it() {
        let unread = Arc::new(Unread::default());
        let first = unread.share(UNREAD_MAX);
        let second = unread.share(1);
        assert!(unread.is_much());
        drop(second);
        assert!(unread.is_much(), "as much as may wait waits");
        let (looked, ()) = tokio::join!(
            async {
                unread.until_less().await;
                true
            },
            async { drop(first) }
        );
        assert!(looked && !unread.is_much());
    }
}

//! What a connection and a room may take up. Over a limit the client is told which, and what was acknowledged stays as it is.

/// A point in time, in milliseconds since some moment that the caller chose once. It never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    /// So many milliseconds later.
    #[must_use]
    pub fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// How many milliseconds passed since `earlier`.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// An amount that fills up again as time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How much can be spent at once.
    pub burst: u64,
    /// How much comes back in a second.
    pub per_second: u64,
}

/// The limits of a room.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one frame. The WebSocket layer should have the same one, a little larger.
    pub frame_bytes: usize,
    /// Blocks of one update: some 200 bytes of memory each while it is put in place.
    pub update_blocks: usize,
    /// Update messages of one connection.
    pub updates: Rate,
    /// Bytes of update messages of one connection.
    pub update_bytes: Rate,
    /// Awareness messages of one connection.
    pub awareness: Rate,
    /// Questions for the document (sync step 1) of one connection: each can cost a pass over it.
    pub questions: Rate,
    /// Bytes of one client's awareness state.
    pub awareness_bytes: usize,
    /// Bytes of the document as one update.
    pub document_bytes: usize,
    /// Bytes of updates that refer to what is not there yet.
    pub pending_bytes: usize,
    /// Connections of the room.
    pub connections: usize,
    /// The most milliseconds for which updates and acknowledgements are gathered before they go out together. Each time they
    /// go out costs a system call for every connection, most of what passing an edit on costs; nobody sees 30 ms. How much of
    /// it is used depends on the room's pace (`room/gathering.rs`), and what comes after a pause goes out at once.
    pub gather: u64,
    /// Milliseconds for which a client's awareness is not sent again; the newest is what goes out then.
    pub gather_awareness: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 10 << 20,
            update_blocks: 500_000,
            updates: Rate {
                burst: 5_000,
                per_second: 500,
            },
            update_bytes: Rate {
                burst: 32 << 20,
                per_second: 2 << 20,
            },
            awareness: Rate {
                burst: 200,
                per_second: 30,
            },
            questions: Rate {
                burst: 20,
                per_second: 1,
            },
            awareness_bytes: 4 << 10,
            document_bytes: 64 << 20,
            pending_bytes: 2 << 20,
            connections: 250,
            gather: 30,
            gather_awareness: 100,
        }
    }
}

/// What is left of a [`Rate`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// In thousandths, so that a millisecond brings back a whole number.
    left: u64,
    at: Millis,
}

impl Bucket {
    pub(crate) fn full(rate: Rate, now: Millis) -> Self {
        Self {
            left: rate.burst * 1000,
            at: now,
        }
    }

    /// Spends, if there is enough left.
    pub(crate) fn spend(&mut self, rate: Rate, amount: u64, now: Millis) -> bool {
        let back = now.since(self.at).saturating_mul(rate.per_second);
        self.at = now.max(self.at);
        self.left = self.left.saturating_add(back).min(rate.burst * 1000);
        let spent = self.left.checked_sub(amount.saturating_mul(1000));
        self.left = spent.unwrap_or(self.left);
        spent.is_some()
    }
}

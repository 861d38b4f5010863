//! A body's log as it is kept: which row an update goes into, and what of the log no audit event covers yet.
//!
//! A row holds what one session sent in a row. Its sequence is its row id in the associated data of the ciphertext, under
//! a key that is the record's own: a row that is moved within its log, or out of it, does not open.
//!
//! A range is covered by one event for each session that wrote in it. The event commits to the root of a Merkle tree
//! (RFC 6962) over that session's rows in the range, in their order; each leaf is the canonical JSON that [`row_hash`] writes.

use crypto::{Frontier, merkle::leaf_hash, timestamp};
use domain::{AccountId, EventId, RecordId, RequestId, SessionId, audit::Origin};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use store::documents::{Range, UpdateRow};
use time::OffsetDateTime;
use uuid::Uuid;

/// Bytes before each update in a row: its length, big-endian.
const LENGTH: usize = 4;
/// A snapshot is made once so many rows came after the last, however small.
const ROWS_MAX: u64 = 2_000;
/// A snapshot is made once so many bytes came after the last, or half of what the last one holds, if that is more.
const BYTES_MAX: usize = 256 * 1024;

/// Who sends updates, as rows and events name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) account: AccountId,
    pub(crate) session: SessionId,
    pub(crate) origin: Origin,
    pub(crate) request: RequestId,
}

/// Puts updates into one row.
pub(crate) fn pack<B: AsRef<[u8]>>(updates: &[B]) -> Vec<u8> {
    let bytes = updates.iter().map(|update| LENGTH + update.as_ref().len()).sum();
    let mut packed = Vec::with_capacity(bytes);
    for update in updates {
        let update = update.as_ref();
        // Limits keep an update far below this.
        let length = u32::try_from(update.len()).unwrap_or(u32::MAX);
        packed.extend_from_slice(&length.to_be_bytes());
        packed.extend_from_slice(update);
    }
    packed
}

/// Takes the updates out of a row; `None` when it is no such row.
pub(crate) fn unpack(mut packed: &[u8]) -> Option<Vec<&[u8]>> {
    let mut updates = Vec::new();
    while !packed.is_empty() {
        let (length, rest) = packed.split_first_chunk::<LENGTH>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (update, rest) = rest.split_at_checked(length)?;
        updates.push(update);
        packed = rest;
    }
    Some(updates)
}

/// The row id of a sequence, for associated data.
pub(crate) fn row_id(sequence: u64) -> Uuid {
    Uuid::from_u128(u128::from(sequence))
}

/// The hash of a row in its range's tree; `plain` is the row in the clear. The leaf is canonical JSON (RFC 8785), written
/// here as it stands: names in their order, and no value has a letter that would need an escape.
pub(crate) fn row_hash(record: RecordId, row: &UpdateRow, plain: &[u8]) -> [u8; 32] {
    let (at, content) = (timestamp::to_text(row.at), hex::encode(leaf_hash(plain)));
    let UpdateRow {
        sequence,
        actor,
        session,
        updates,
        ..
    } = row;
    let leaf = format!(
        r#"{{"actor":"{actor}","at":"{at}","content":"{content}","record":"{record}","sequence":{sequence},"session":"{session}","updates":{updates},"v":1}}"#
    );
    leaf_hash(leaf.as_bytes())
}

/// What one session wrote that no event covers yet.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) author: Arc<Author>,
    tree: Frontier,
    updates: u64,
}

impl Pending {
    /// The root over the session's rows, in hex.
    pub(crate) fn digest(&self) -> String {
        hex::encode(self.tree.root())
    }

    /// How many updates the rows hold.
    pub(crate) fn updates(&self) -> u64 {
        self.updates
    }
}

/// The state of one record's log. One writer has it; what it says holds once the rows it speaks of are committed, and a
/// journal whose write failed is thrown away.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) record: RecordId,
    /// The last sequence that is used.
    last: u64,
    /// The last sequence that an event covers.
    covered: u64,
    pending: BTreeMap<SessionId, Pending>,
    /// Whether the database has noted that something waits.
    pub(crate) marked: bool,
    rows: u64,
    bytes: usize,
    snapshot_bytes: usize,
    /// Up to which entry, as the room numbers them, the rows up to which sequence hold all; since the last snapshot.
    ends: VecDeque<(u64, u64)>,
}

impl Journal {
    /// The journal of a log that ends with `last`, covered up to `covered`.
    pub(crate) fn new(record: RecordId, last: u64, covered: u64) -> Self {
        Self {
            record,
            last,
            covered,
            pending: BTreeMap::new(),
            marked: last > covered,
            rows: 0,
            bytes: 0,
            snapshot_bytes: 0,
            // A snapshot of what was loaded holds all rows there are.
            ends: VecDeque::from_iter((last > 0).then_some((0, last))),
        }
    }

    /// Notes that a snapshot of so many bytes is there.
    pub(crate) fn snapshot_is(&mut self, bytes: usize) {
        self.snapshot_bytes = bytes;
        self.rows = 0;
        self.bytes = 0;
    }

    /// Notes a row that a snapshot does not hold.
    pub(crate) fn tail(&mut self, bytes: usize) {
        self.rows += 1;
        self.bytes += bytes;
    }

    /// The next sequence.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Notes a row that no event covers.
    pub(crate) fn wait(&mut self, author: &Arc<Author>, updates: u32, hash: [u8; 32]) {
        let pending = self.pending.entry(author.session).or_insert_with(|| Pending {
            author: Arc::clone(author),
            tree: Frontier::new(),
            updates: 0,
        });
        pending.tree.append(hash);
        pending.updates += u64::from(updates);
    }

    /// Notes that the rows so far hold every entry of the room up to this one.
    pub(crate) fn ends_with(&mut self, entry: u64) {
        self.ends.push_back((entry, self.last));
    }

    /// The last row of which every entry is among the first `upto`. Forgets those before it.
    pub(crate) fn row_of(&mut self, upto: u64) -> Option<u64> {
        let mut row = None;
        while let Some((_, found)) = self.ends.pop_front_if(|(entry, _)| *entry <= upto) {
            row = Some(found);
        }
        row
    }

    /// What waits to be covered, by session, with the range's ends.
    pub(crate) fn uncovered(&self) -> Option<(u64, u64, impl Iterator<Item = &Pending>)> {
        (!self.pending.is_empty()).then(|| (self.covered + 1, self.last, self.pending.values()))
    }

    /// Whether anything waits to be covered.
    pub(crate) fn waits(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The ranges that the events of a cover are for, in the order of [`Journal::uncovered`].
    pub(crate) fn ranges(&self, events: &[EventId]) -> Vec<Range> {
        self.pending
            .keys()
            .zip(events)
            .map(|(session, event)| Range {
                first: self.covered + 1,
                last: self.last,
                session: *session,
                event: *event,
            })
            .collect()
    }

    /// Everything is covered now.
    pub(crate) fn is_covered(&mut self) {
        self.covered = self.last;
        self.pending.clear();
        self.marked = false;
    }

    /// Whether so much came after the last snapshot that another one pays: reading it costs less than reading the rest.
    pub(crate) fn wants_snapshot(&self) -> bool {
        self.rows >= ROWS_MAX || self.bytes >= BYTES_MAX.max(self.snapshot_bytes / 2)
    }

    /// Rows and bytes after the last snapshot.
    pub(crate) fn after_snapshot(&self) -> (u64, usize) {
        (self.rows, self.bytes)
    }
}

/// When a row is written, as the database keeps it: whole microseconds.
pub(crate) fn kept_time(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn author(session: u128) -> Arc<Author> {
        Arc::new(Author {
            account: AccountId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(session)),
            origin: Origin {
                address: "192.0.2.7".to_owned(),
                device: "Firefox on Linux".to_owned(),
            },
            request: RequestId(Uuid::nil()),
        })
    }

    #[test]
    fn rows_hold_updates_as_they_were() {
        let updates: [&[u8]; 3] = [b"one", b"", b"three"];
        let packed = pack(&updates);
        assert_eq!(unpack(&packed).as_deref(), Some(&updates[..]));
        assert_eq!(unpack(&[]).as_deref(), Some(&[][..]));
        for cut in [1, 3, 5, packed.len() - 1] {
            assert_eq!(unpack(&packed[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn a_range_has_an_event_for_each_session_and_none_of_what_was_covered() {
        let mut journal = Journal::new(RecordId(Uuid::nil()), 4, 4);
        assert!(!journal.waits() && !journal.marked);
        for session in [7_u8, 8, 7] {
            journal.next();
            journal.wait(&author(session.into()), 2, [session; 32]);
        }
        let (first, last, pending) = journal.uncovered().expect("something waits");
        assert_eq!((first, last), (5, 7));
        let counts: Vec<u64> = pending.map(Pending::updates).collect();
        assert_eq!(counts, [4, 2]);
        let events = [EventId(Uuid::from_u128(1)), EventId(Uuid::from_u128(2))];
        let sessions: Vec<u128> = journal
            .ranges(&events)
            .iter()
            .map(|range| range.session.0.as_u128())
            .collect();
        assert_eq!(sessions, [7, 8]);
        journal.is_covered();
        assert!(journal.uncovered().is_none());
        assert_eq!(journal.next(), 8);
    }

    #[test]
    fn a_snapshot_counts_for_the_rows_that_are_whole_in_it() {
        let mut journal = Journal::new(RecordId(Uuid::nil()), 0, 0);
        for entry in [3, 5, 9] {
            journal.next();
            journal.ends_with(entry);
        }
        assert_eq!(journal.row_of(2), None);
        assert_eq!(Journal::new(RecordId(Uuid::nil()), 7, 7).row_of(0), Some(7));
        assert_eq!(journal.row_of(8), Some(2));
        assert_eq!(journal.row_of(8), None);
        assert_eq!(journal.row_of(9), Some(3));
    }

    #[test]
    fn a_row_s_leaf_is_canonical_json() {
        let record = RecordId(Uuid::from_u128(0xabc));
        let row = UpdateRow {
            sequence: 12,
            actor: AccountId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
            at: datetime!(2026-11-22 12:00:00.123_456 UTC),
            updates: 7,
            content: Vec::new(),
        };
        let leaf = serde_json::json!({
            "v": 1, "record": record, "sequence": 12, "actor": row.actor, "session": row.session,
            "at": "2026-11-22T12:00:00.123Z", "updates": 7, "content": hex::encode(leaf_hash(b"plain")),
        });
        let canonical = domain::canonical::to_string(&leaf).expect("canonical");
        assert_eq!(row_hash(record, &row, b"plain"), leaf_hash(canonical.as_bytes()));
    }

    #[test]
    fn a_row_s_hash_hangs_on_everything_it_says() {
        let record = RecordId(Uuid::from_u128(3));
        let row = UpdateRow {
            sequence: 1,
            actor: AccountId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
            at: datetime!(2026-11-22 12:00:00.123_456 UTC),
            updates: 1,
            content: b"sealed; not looked at".to_vec(),
        };
        let hash = |row: &UpdateRow, plain: &[u8]| row_hash(record, row, plain);
        let whole = hash(&row, b"plain");
        assert_eq!(
            whole,
            hash(
                &UpdateRow {
                    content: Vec::new(),
                    at: kept_time(row.at),
                    ..row.clone()
                },
                b"plain"
            )
        );
        let others = [
            UpdateRow {
                sequence: 2,
                ..row.clone()
            },
            UpdateRow {
                actor: AccountId(Uuid::nil()),
                ..row.clone()
            },
            UpdateRow {
                session: SessionId(Uuid::nil()),
                ..row.clone()
            },
            UpdateRow {
                updates: 2,
                ..row.clone()
            },
            UpdateRow {
                at: row.at + time::Duration::SECOND,
                ..row.clone()
            },
        ];
        for other in &others {
            assert_ne!(whole, hash(other, b"plain"), "{other:?}");
        }
        assert_ne!(whole, hash(&row, b"Plain"));
    }
}

//! The body of a record: a Yjs document that is only ever given updates, and only such as it can put in place at once.
//!
//! It is opened packed: the snapshot and what came after it, as bytes. That is enough to hand the whole to somebody who has
//! nothing, so reading costs no integration; the first edit, or the first question for a part, unpacks it.

mod placing;

use crate::{
    parts::Parts,
    places::Places,
    scan::{Outline, Run, blocks, scan},
    wire::{self, Malformed, Reader},
    yjs::{apply, clocks, empty_of},
};
use bytes::Bytes;
use placing::Waiting;
pub(crate) use placing::{Given, Outcome, Taken};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};
use yrs::{ClientID, Doc, ReadTxn, StateVector, Transact};

/// The format of [`Body::snapshot`]: its first byte.
const FORMAT: u8 = 1;
/// The client of a document in which nobody writes.
const NOBODY: u64 = 0;
/// The update that says nothing.
const NOTHING: &[u8] = &[0, 0];

/// Why a body cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// A snapshot in a format of another version of this program.
    #[error("the snapshot has an unknown format")]
    Format,
    /// Stored bytes are not what was stored.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The Yjs library could not put stored updates together.
    #[error("the updates do not fit together")]
    Unfit,
}

/// A Yjs document and what is known of it without unpacking it.
#[derive(Debug)]
pub struct Body {
    /// Unpacked, once something asked for it.
    doc: Option<Doc>,
    /// Packed: updates in their order. Empty when unpacked.
    packed: Vec<Bytes>,
    /// Whether some of them are from the log, as they came: to be judged before others are handed them.
    behind: bool,
    /// Where everything stands, once unpacked.
    places: Places,
    /// Updates of which a part refers to what is not there yet.
    waiting: Vec<Waiting>,
    /// The state vector: for each client the clock behind the last.
    clocks: HashMap<u64, u32>,
    /// An upper bound of its size as one update, in bytes.
    size: usize,
    /// What of `size` was added since it was last measured.
    grown: usize,
    /// The whole as one update, while it is current: many who join at once get the same bytes.
    whole: Option<Bytes>,
}

impl Body {
    /// Opens a body from the last snapshot, if there is one, and the updates behind it. It looks at the updates behind the
    /// snapshot, not into the snapshot.
    ///
    /// # Errors
    /// When the bytes are not what was stored.
    pub fn open(snapshot: Option<&Bytes>, tail: impl IntoIterator<Item = Bytes>) -> Result<Self, BodyError> {
        let mut body = Self {
            doc: None,
            packed: Vec::new(),
            behind: false,
            places: Places::default(),
            waiting: Vec::new(),
            clocks: HashMap::new(),
            size: 0,
            grown: 0,
            whole: None,
        };
        if let Some(snapshot) = snapshot {
            body.read_snapshot(snapshot)?;
        }
        for update in tail {
            let outline = scan(&update, usize::MAX)?;
            if body.doc.is_none() && body.waiting.is_empty() && body.fits(&outline) && body.is_straight(&update)? {
                body.grow(&update);
                body.note(&outline.inserts);
                body.packed.push(update);
                body.behind = true;
            } else {
                body.take_stored(&update, &outline)?;
            }
        }
        Ok(body)
    }

    /// Whether the blocks of an update that fits do not refer to each other in a circle.
    fn is_straight(&self, update: &[u8]) -> Result<bool, BodyError> {
        let mut parts = Parts::new(blocks(update)?);
        let mut clocks = HashMap::new();
        while let Some((_, run)) = parts.next(|client| clocks.get(&client).copied().unwrap_or(self.clock(client))) {
            clocks.insert(run.client, run.end);
        }
        Ok(parts.is_done())
    }

    /// Puts in place what was taken before, by this room or another.
    fn take_stored(&mut self, update: &Bytes, outline: &Outline) -> Result<(), BodyError> {
        let given = Given {
            update,
            outline,
            stored: true,
        };
        let taken = self.integrate(std::iter::once(given));
        taken.map(|_| ()).map_err(|_| BodyError::Unfit)
    }

    fn read_snapshot(&mut self, snapshot: &Bytes) -> Result<(), BodyError> {
        let mut reader = Reader::new(snapshot);
        if reader.byte()? != FORMAT {
            return Err(BodyError::Format);
        }
        for (client, clock) in clocks(reader.buffer()?)? {
            self.clocks.insert(client, clock);
        }
        let update = snapshot.slice_ref(reader.buffer()?);
        self.size = update.len();
        self.packed.push(update);
        for _ in 0..reader.integer()? {
            let update = snapshot.slice_ref(reader.buffer()?);
            let outline = scan(&update, usize::MAX)?;
            self.size += update.len();
            let lacks = self.lacks(&outline);
            self.waiting.push(Waiting { update, outline, lacks });
        }
        Ok(())
    }

    /// The whole as a snapshot: the format's number, the state vector, one update, and the updates that wait.
    ///
    /// # Errors
    /// [`BodyError::Unfit`] when what was opened cannot be put together.
    pub fn snapshot(&mut self) -> Result<Bytes, BodyError> {
        let whole = self.whole()?;
        let mut out = Vec::with_capacity(whole.len() + 64);
        out.push(FORMAT);
        wire::write_buffer(&mut out, &self.state_vector());
        wire::write_buffer(&mut out, &whole);
        wire::write_integer(&mut out, self.waiting.len() as u64);
        for waiting in &self.waiting {
            wire::write_buffer(&mut out, &waiting.update);
        }
        Ok(out.into())
    }

    /// The document as one update, without what waits.
    ///
    /// # Errors
    /// As [`snapshot`](Self::snapshot).
    pub fn whole(&mut self) -> Result<Bytes, BodyError> {
        if let Some(whole) = &self.whole {
            return Ok(whole.clone());
        }
        let doc = self.doc()?;
        let encoded = catch_unwind(AssertUnwindSafe(|| {
            doc.transact().encode_diff_v1(&StateVector::default())
        }));
        let whole = Bytes::from(encoded.map_err(|_| BodyError::Unfit)?);
        self.size = whole.len() + self.waiting_bytes();
        self.grown = 0;
        self.whole = Some(whole.clone());
        Ok(whole)
    }

    /// The state vector, as Yjs encodes it.
    pub fn state_vector(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 + self.clocks.len() * 8);
        wire::write_integer(&mut out, self.clocks.len() as u64);
        let mut clocks: Vec<_> = self.clocks.iter().collect();
        clocks.sort_unstable();
        for (client, clock) in clocks {
            wire::write_integer(&mut out, *client);
            wire::write_integer(&mut out, u64::from(*clock));
        }
        out
    }

    /// What somebody with this state vector lacks: updates in their order, at least one. What waits is not among them: it is
    /// handed on once it is in place.
    ///
    /// # Errors
    /// [`BodyError::Malformed`] when it is no state vector; [`BodyError::Unfit`] as [`snapshot`](Self::snapshot).
    pub fn difference(&mut self, state_vector: &[u8]) -> Result<Vec<Bytes>, BodyError> {
        let theirs = clocks(state_vector)?;
        if theirs.is_empty() {
            if self.behind {
                self.doc()?;
            }
            return Ok(match &self.packed[..] {
                [] if self.doc.is_none() => vec![Bytes::from_static(NOTHING)],
                [snapshot] => vec![snapshot.clone()],
                _ => vec![self.whole()?],
            });
        }
        let theirs: StateVector = theirs
            .into_iter()
            .map(|(id, clock)| (ClientID::new(id), clock))
            .collect();
        let doc = self.doc()?;
        let encoded = catch_unwind(AssertUnwindSafe(|| doc.transact().encode_diff_v1(&theirs)));
        Ok(vec![Bytes::from(encoded.map_err(|_| BodyError::Unfit)?)])
    }

    /// The Yjs document, unpacked. It must not be written to: a body takes updates only.
    ///
    /// # Errors
    /// [`BodyError::Unfit`] when what was opened cannot be put together.
    pub fn doc(&mut self) -> Result<Doc, BodyError> {
        if let Some(doc) = &self.doc {
            return Ok(doc.clone());
        }
        let doc = empty_of(NOBODY);
        let places = self.judge_packed()?;
        if let Some(places) = places
            && apply(&doc, self.packed.iter()).is_ok()
        {
            self.places = places;
            self.packed = Vec::new();
            self.doc = Some(doc.clone());
            return Ok(doc);
        }
        self.put_in_one_by_one()
    }

    /// Where everything in the packed updates stands. `None`: they cannot be put in place as they are.
    fn judge_packed(&self) -> Result<Option<Places>, BodyError> {
        let mut places = Places::default();
        for update in &self.packed {
            let judged = places.judge_all(update, &mut Parts::new(blocks(update)?));
            if !judged.is_some_and(|judged| judged.is_clean()) {
                return Ok(None);
            }
        }
        Ok(Some(places))
    }

    /// Puts the packed updates in as they are put in while people write: what stands nowhere goes to the garbage, and what
    /// refers to something that is not there waits, though it had seemed to fit.
    fn put_in_one_by_one(&mut self) -> Result<Doc, BodyError> {
        let doc = empty_of(NOBODY);
        let mut body = Self::open(None, [])?;
        body.doc = Some(doc.clone());
        let waiting = self.waiting.iter().map(|waiting| &waiting.update);
        for update in self.packed.iter().chain(waiting) {
            let outline = scan(update, usize::MAX)?;
            body.take_stored(update, &outline)?;
        }
        *self = body;
        Ok(doc)
    }

    /// How many updates wait for what they refer to.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many bytes these have.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.waiting.iter().map(|waiting| waiting.update.len()).sum()
    }

    /// Whether the document may grow by so many bytes. Measures it when the bound it keeps says no.
    pub(crate) fn has_room(&mut self, bytes: usize, limit: usize) -> bool {
        if self.size + bytes <= limit {
            return true;
        }
        // Measuring costs a pass over the document: not for every refused update.
        self.grown > self.size / 8 && self.whole().is_ok() && self.size + bytes <= limit
    }

    fn grow(&mut self, update: &Bytes) {
        self.size += update.len();
        self.grown += update.len();
    }

    fn clock(&self, client: u64) -> u32 {
        self.clocks.get(&client).copied().unwrap_or(0)
    }

    fn note(&mut self, inserts: &[Run]) {
        for run in inserts {
            let clock = self.clocks.entry(run.client).or_default();
            *clock = run.end.max(*clock);
        }
    }

    /// Whether everything that an update refers to is in the document or in the update itself.
    fn fits(&self, outline: &Outline) -> bool {
        let reach = |client| {
            let clock = self.clock(client);
            outline
                .inserts_of(client)
                .filter(|run| run.start <= clock)
                .map(|run| run.end)
                .fold(clock, u32::max)
        };
        outline.gaps.iter().all(|gap| gap.end <= self.clock(gap.client))
            && outline.inserts.iter().all(|run| run.start <= self.clock(run.client))
            && outline.needs.iter().all(|(client, end)| *end <= reach(*client))
            && outline.deletes.iter().all(|run| run.end <= reach(run.client))
    }
}

//! The body of a record: a Yjs document that is only ever given updates, and only such as it can put in place at once.
//!
//! It is opened packed: the snapshot and what came after it, as bytes. That is enough to hand the whole to somebody who has
//! nothing, so reading costs no integration; the first edit, or the first question for a part, unpacks it.

use crate::{
    parts::{Parts, encode_deletes},
    scan::{Outline, Run, blocks, scan},
    wire::{self, Malformed, Reader},
    yjs::{DEPTH, apply, check_depth, clocks, commit, deleted, empty_of, is_type, stands},
};
use bytes::Bytes;
use std::{
    collections::{HashMap, HashSet},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};
use yrs::{ClientID, Doc, ReadTxn, StateVector, Transact, TransactionMut, Update, updates::decoder::Decode};

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

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It changed the document.
    New,
    /// Everything in it was known before.
    Known,
    /// It refers to something that is not there yet: kept, and put in place when that comes.
    Waiting,
}

/// An update got past the scan, but the Yjs library choked on it: the document is not to be trusted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Harm {
    /// Which update of the batch it was.
    pub(crate) index: usize,
}

/// An update of which a part is not in place yet. It is handed on whole, as it came.
#[derive(Debug)]
struct Waiting {
    update: Bytes,
    outline: Outline,
    /// The clients of whom something is missing. Before that comes, it is no use to try again.
    lacks: HashSet<u64>,
}

/// A Yjs document and what is known of it without unpacking it.
#[derive(Debug)]
pub struct Body {
    /// Unpacked, once something asked for it.
    doc: Option<Doc>,
    /// Packed: updates in their order. Empty when unpacked.
    packed: Vec<Bytes>,
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
            if body.doc.is_none() && body.waiting.is_empty() && body.fits(&outline) {
                body.grow(&update);
                body.note(&outline.inserts);
                body.packed.push(update);
            } else {
                body.integrate(std::iter::once((&update, &outline)))
                    .map_err(|_| BodyError::Unfit)?;
            }
        }
        Ok(body)
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

    /// What somebody with this state vector lacks: updates in their order, at least one.
    ///
    /// # Errors
    /// [`BodyError::Malformed`] when it is no state vector; [`BodyError::Unfit`] as [`snapshot`](Self::snapshot).
    pub fn difference(&mut self, state_vector: &[u8]) -> Result<Vec<Bytes>, BodyError> {
        let theirs = clocks(state_vector)?;
        let mut updates = if theirs.is_empty() {
            if self.doc.is_none() && self.whole.is_none() {
                self.packed.clone()
            } else {
                vec![self.whole()?]
            }
        } else {
            let theirs: StateVector = theirs
                .into_iter()
                .map(|(id, clock)| (ClientID::new(id), clock))
                .collect();
            let doc = self.doc()?;
            let encoded = catch_unwind(AssertUnwindSafe(|| doc.transact().encode_diff_v1(&theirs)));
            vec![Bytes::from(encoded.map_err(|_| BodyError::Unfit)?)]
        };
        updates.extend(self.waiting.iter().map(|waiting| waiting.update.clone()));
        if updates.is_empty() {
            updates.push(Bytes::from_static(NOTHING));
        }
        Ok(updates)
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
        if apply(&doc, self.packed.iter()).is_ok() {
            self.packed = Vec::new();
            self.doc = Some(doc.clone());
            return Ok(doc);
        }
        let mut careful = self.put_in_one_by_one()?;
        let doc = careful.doc()?;
        (self.doc, self.packed) = (careful.doc, Vec::new());
        Ok(doc)
    }

    /// The packed updates as they are put in while people write: what one of them says of another that the library takes for
    /// an error is then seen before it does.
    fn put_in_one_by_one(&self) -> Result<Self, BodyError> {
        let mut body = Self::open(None, [])?;
        body.doc = Some(empty_of(NOBODY));
        for update in &self.packed {
            let outline = scan(update, usize::MAX)?;
            body.integrate(std::iter::once((update, &outline)))
                .map_err(|_| BodyError::Unfit)?;
        }
        Ok(body)
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

    /// Puts updates in place, all in one transaction; `outcomes` tells what became of each.
    ///
    /// # Errors
    /// [`Harm`] when the library panicked or refused: then the document must be thrown away.
    pub(crate) fn integrate<'a>(
        &mut self,
        batch: impl ExactSizeIterator<Item = (&'a Bytes, &'a Outline)>,
    ) -> Result<Vec<Outcome>, Harm> {
        let doc = self.doc().map_err(|_| Harm { index: 0 })?;
        let mut transaction = doc.transact_mut();
        let mut outcomes = Vec::with_capacity(batch.len());
        for (index, (update, outline)) in batch.enumerate() {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                self.integrate_one(&mut transaction, update, outline)
            }));
            if let Ok(Ok(outcome)) = outcome {
                outcomes.push(outcome);
            } else {
                commit(transaction).ok();
                return Err(Harm { index });
            }
        }
        commit(transaction).map_err(|()| Harm { index: 0 })?;
        if outcomes.iter().any(|outcome| *outcome != Outcome::Known) {
            self.whole = None;
        }
        Ok(outcomes)
    }

    fn integrate_one(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        update: &Bytes,
        outline: &Outline,
    ) -> Result<Outcome, ()> {
        let brings = outline.inserts.iter().any(|run| run.end > self.clock(run.client));
        if !brings && outline.deletes.is_empty() {
            return Ok(Outcome::Known);
        }
        if !self.fits(outline) || brings && !stands(transaction, outline) {
            return self.integrate_part(transaction, update, outline);
        }
        let before = deleted(transaction, outline);
        if outline.types.len() > DEPTH && !outline.deletes.is_empty() {
            // Deleting walks down: not before it is known how deep that is.
            let inserts = [&update[..outline.deletes_at], &[0]].concat();
            self.put(transaction, &inserts, &outline.inserts)?;
            check_depth(transaction, &outline.types)?;
            self.put(transaction, &encode_deletes(&outline.deletes), &[])?;
        } else {
            self.put(transaction, update, &outline.inserts)?;
            check_depth(transaction, &outline.types)?;
        }
        if !brings && deleted(transaction, outline) == before {
            return Ok(Outcome::Known);
        }
        self.grow(update);
        self.retry(transaction, outline)?;
        Ok(Outcome::New)
    }

    /// Puts in place what fits of an update, block by block, and keeps it until the rest does.
    fn integrate_part(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        update: &Bytes,
        outline: &Outline,
    ) -> Result<Outcome, ()> {
        if self.waiting.iter().any(|waiting| waiting.update == update) {
            return Ok(Outcome::Known);
        }
        self.put_part(transaction, update, outline)?;
        self.grow(update);
        let lacks = self.lacks(outline);
        let outcome = if lacks.is_empty() {
            Outcome::New
        } else {
            self.waiting.push(Waiting {
                update: update.clone(),
                outline: outline.clone(),
                lacks,
            });
            Outcome::Waiting
        };
        self.retry(transaction, outline)?;
        Ok(outcome)
    }

    /// Something new is there: tries again what waited for it, and what waited for that.
    fn retry(&mut self, transaction: &mut TransactionMut<'_>, news: &Outline) -> Result<(), ()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut news: HashSet<u64> = news.inserts.iter().map(|run| run.client).collect();
        while !news.is_empty() {
            let mut next = HashSet::new();
            let mut waiting = mem::take(&mut self.waiting);
            for one in waiting.iter_mut().filter(|one| !one.lacks.is_disjoint(&news)) {
                next.extend(self.put_part(transaction, &one.update, &one.outline)?);
                one.lacks = self.lacks(&one.outline);
            }
            waiting.retain(|one| !one.lacks.is_empty());
            self.waiting = waiting;
            news = next;
        }
        Ok(())
    }

    fn put(&mut self, transaction: &mut TransactionMut<'_>, update: &[u8], inserts: &[Run]) -> Result<(), ()> {
        let decoded = Update::decode_v1(update).map_err(|_| ())?;
        transaction.apply_update(decoded).map_err(|_| ())?;
        if transaction.has_missing_updates() {
            // What the scan let pass always fits, unless blocks refer to each other in a circle.
            return Err(());
        }
        self.note(inserts);
        Ok(())
    }

    /// Puts in place what fits of an update; returns the clients of whom something new is there.
    fn put_part(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        update: &Bytes,
        outline: &Outline,
    ) -> Result<HashSet<u64>, ()> {
        let mut news = HashSet::new();
        let mut parts = Parts::new(update, blocks(update).map_err(|_| ())?);
        loop {
            let next = parts.next(|client| self.clock(client), |parent| is_type(transaction, parent));
            let Some((part, run)) = next else { break };
            self.put(transaction, &part, &[run])?;
            news.insert(run.client);
        }
        check_depth(transaction, &outline.types)?;
        let known = |run: &Run| Run {
            end: run.end.min(self.clock(run.client)),
            ..*run
        };
        let deletes: Vec<_> = outline
            .deletes
            .iter()
            .map(known)
            .filter(|run| run.start < run.end)
            .collect();
        if !deletes.is_empty() {
            self.put(transaction, &encode_deletes(&deletes), &[])?;
        }
        Ok(news)
    }

    /// The clients of whom something is missing before an update is in place. None: all of it is.
    fn lacks(&self, outline: &Outline) -> HashSet<u64> {
        let mut lacks = HashSet::new();
        let missing = |run: &&Run| run.end > self.clock(run.client);
        if outline.inserts.iter().any(|run| missing(&run)) {
            let needs = outline
                .needs
                .iter()
                .filter(|(client, end)| **end > self.clock(**client));
            lacks.extend(needs.map(|(client, _)| *client));
            lacks.extend(outline.inserts.iter().filter(missing).map(|run| run.client));
        }
        lacks.extend(outline.deletes.iter().filter(missing).map(|run| run.client));
        lacks
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

//! Puts updates in place: judged before the Yjs library is given them, and only what can be put in place at once.
//!
//! What is put in place is what others are handed. An update that fits and is clean is both as it came. Of one that refers to
//! something that is not there yet, what fits is put in place and handed on in parts, the rest when that comes: so nobody is
//! handed what would stand too deep or nowhere once somebody completes it, and whoever completes it has done nothing.

use super::Body;
use crate::{
    parts::{Parts, encode_blocks, encode_deletes},
    places::Judged,
    scan::{Outline, Run, blocks},
    yjs::{commit, deleted},
};
use bytes::Bytes;
use std::{
    collections::HashSet,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};
use yrs::{ReadTxn, Transact, TransactionMut, Update, updates::decoder::Decode};

/// An update to be put in place.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) update: &'a Bytes,
    pub(crate) outline: &'a Outline,
    /// Whether it is in the log already, so that it cannot be refused any more.
    pub(crate) stored: bool,
}

/// What became of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It changed the document.
    New,
    /// It changed the document, but for what stands nowhere: this was put in place instead of it.
    Mended(Bytes),
    /// Everything in it was known before.
    Known,
    /// It refers to something that is not there yet: kept as it came, and put in place when that comes.
    Waiting,
    /// Something in it stands too deep, which is nothing that an editor does: nothing of it was taken.
    Refused,
}

/// What was made of an update.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    /// What was put in place with it of updates that wait, this one or earlier ones, in their order.
    pub(crate) parts: Vec<Bytes>,
}

/// An update got past the scan, but the Yjs library choked on it: the document is not to be trusted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Harm {
    /// Which update of the batch it was.
    pub(crate) index: usize,
}

/// An update of which a part is not in place yet.
#[derive(Debug)]
pub(super) struct Waiting {
    /// It is kept whole, as it came.
    pub(super) update: Bytes,
    pub(super) outline: Outline,
    /// The clients of whom something is missing. Before that comes, it is no use to try again.
    pub(super) lacks: HashSet<u64>,
}

/// What is to be put in place for an update of which everything it refers to is there.
enum Fitting {
    AsItCame,
    Mended(Bytes),
    Refused,
    /// Its blocks refer to each other in a circle.
    Not,
}

impl Body {
    /// Puts updates in place, all in one transaction.
    ///
    /// # Errors
    /// [`Harm`] when the library panicked or refused: then the document must be thrown away.
    pub(crate) fn integrate<'a>(
        &mut self,
        batch: impl ExactSizeIterator<Item = Given<'a>>,
    ) -> Result<Vec<Taken>, Harm> {
        let doc = self.doc().map_err(|_| Harm { index: 0 })?;
        let mut transaction = doc.transact_mut();
        let mut all = Vec::with_capacity(batch.len());
        for (index, given) in batch.enumerate() {
            let mut parts = Vec::new();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                self.integrate_one(&mut transaction, given, &mut parts)
            }));
            if let Ok(Ok(outcome)) = outcome {
                all.push(Taken { outcome, parts });
            } else {
                commit(transaction).ok();
                return Err(Harm { index });
            }
        }
        commit(transaction).map_err(|()| Harm { index: 0 })?;
        let same = |taken: &Taken| matches!(taken.outcome, Outcome::Known | Outcome::Refused);
        if !all.iter().all(same) {
            self.whole = None;
        }
        Ok(all)
    }

    fn integrate_one(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        given: Given<'_>,
        parts: &mut Vec<Bytes>,
    ) -> Result<Outcome, ()> {
        let Given { update, outline, .. } = given;
        let brings = outline.inserts.iter().any(|run| run.end > self.clock(run.client));
        if !brings && outline.deletes.is_empty() {
            return Ok(Outcome::Known);
        }
        if !self.fits(outline) {
            return self.integrate_part(transaction, update, outline, parts);
        }
        let fitting = if brings {
            self.fitting(given)?
        } else {
            Fitting::AsItCame
        };
        let before = deleted(transaction, outline);
        let outcome = match fitting {
            Fitting::Not => return self.integrate_part(transaction, update, outline, parts),
            Fitting::Refused => return Ok(Outcome::Refused),
            Fitting::AsItCame => {
                self.put(transaction, update, &outline.inserts)?;
                Outcome::New
            }
            Fitting::Mended(mended) => {
                self.put(transaction, &mended, &outline.inserts)?;
                Outcome::Mended(mended)
            }
        };
        if !brings && deleted(transaction, outline) == before {
            return Ok(Outcome::Known);
        }
        self.grow(update);
        self.retry(transaction, outline, parts)?;
        Ok(outcome)
    }

    /// Judges an update of which everything it refers to is there.
    fn fitting(&mut self, given: Given<'_>) -> Result<Fitting, ()> {
        let Given {
            update,
            outline,
            stored,
        } = given;
        let mut parts = Parts::new(blocks(update).map_err(|_| ())?);
        let judged = self.places.judge_all(update, &mut parts);
        let refused = judged.as_ref().is_some_and(|judged| judged.deep && !stored);
        match judged {
            Some(judged) if judged.is_clean() => Ok(Fitting::AsItCame),
            Some(judged) if !refused => {
                let mut mended = parts.encode(update, &judged.garbage);
                mended.extend_from_slice(&update[outline.deletes_at..]);
                Ok(Fitting::Mended(mended.into()))
            }
            _ => {
                let clocks = &self.clocks;
                let clock = |client| clocks.get(&client).copied().unwrap_or(0);
                self.places.forget(&outline.inserts, clock);
                Ok(if refused { Fitting::Refused } else { Fitting::Not })
            }
        }
    }

    /// Puts in place what fits of an update, block by block, and keeps it until the rest does.
    fn integrate_part(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        update: &Bytes,
        outline: &Outline,
        parts: &mut Vec<Bytes>,
    ) -> Result<Outcome, ()> {
        if self.waiting.iter().any(|waiting| waiting.update == update) {
            return Ok(Outcome::Known);
        }
        self.put_part(transaction, update, outline, parts)?;
        self.grow(update);
        let lacks = self.lacks(outline);
        if !lacks.is_empty() {
            self.waiting.push(Waiting {
                update: update.clone(),
                outline: outline.clone(),
                lacks,
            });
        }
        self.retry(transaction, outline, parts)?;
        Ok(Outcome::Waiting)
    }

    /// Something new is there: tries again what waited for it, and what waited for that.
    fn retry(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        news: &Outline,
        parts: &mut Vec<Bytes>,
    ) -> Result<(), ()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut news: HashSet<u64> = news.inserts.iter().map(|run| run.client).collect();
        while !news.is_empty() {
            let mut next = HashSet::new();
            let mut waiting = mem::take(&mut self.waiting);
            for one in waiting.iter_mut().filter(|one| !one.lacks.is_disjoint(&news)) {
                next.extend(self.put_part(transaction, &one.update, &one.outline, parts)?);
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
            return Err(());
        }
        self.note(inserts);
        Ok(())
    }

    /// Puts in place what fits of an update; returns the clients of whom something new is there. What stands too deep goes to
    /// the garbage with the rest of what stands nowhere: it is in the log by now, or will be, so it cannot be refused.
    fn put_part(
        &mut self,
        transaction: &mut TransactionMut<'_>,
        update: &Bytes,
        outline: &Outline,
        placed: &mut Vec<Bytes>,
    ) -> Result<HashSet<u64>, ()> {
        let mut news = HashSet::new();
        let mut parts = Parts::new(blocks(update).map_err(|_| ())?);
        while let Some((blocks, run)) = parts.next(|client| self.clock(client)) {
            let mut judged = Judged::default();
            self.places.judge(update, blocks, &mut judged);
            let part = Bytes::from(encode_blocks(update, blocks, &judged.garbage));
            self.put(transaction, &part, &[run])?;
            placed.push(part);
            news.insert(run.client);
        }
        let known = |run: &Run| Run {
            end: run.end.min(self.clock(run.client)),
            ..*run
        };
        let deletes = outline.deletes.iter().map(known);
        let deletes: Vec<_> = deletes.filter(|run| run.start < run.end).collect();
        if !deletes.is_empty() {
            let before = deleted(transaction, outline);
            let part = Bytes::from(encode_deletes(&deletes));
            self.put(transaction, &part, &[])?;
            if deleted(transaction, outline) != before {
                placed.push(part);
            }
        }
        Ok(news)
    }

    /// The clients of whom something is missing before an update is in place. None: all of it is.
    pub(super) fn lacks(&self, outline: &Outline) -> HashSet<u64> {
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
}

//! What a room knows of one connection.

use crate::{
    event::{Access, Joining, Member},
    limits::{Bucket, Limits, Millis},
    presence::Speaker,
};
use std::{collections::VecDeque, sync::Arc};

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state")]
pub(super) struct Connection {
    pub(super) member: Arc<Member>,
    pub(super) access: Access,
    /// It knows an older schema: it would delete what it does not know, so it may only read.
    pub(super) outdated: bool,
    pub(super) ack: bool,
    pub(super) gather: bool,
    pub(super) updates: Bucket,
    pub(super) update_bytes: Bucket,
    pub(super) awareness: Bucket,
    pub(super) questions: Bucket,
    /// How many update messages it sent.
    pub(super) sent: u64,
    /// How many of these are durable, and how many of these it was told.
    pub(super) durable: u64,
    pub(super) told: u64,
    /// Which entry must be durable for how many of its messages to be.
    waiting: VecDeque<(u64, u64)>,
    /// How many of its updates were refused, how many of these are not in the audit log yet, and when it last was told.
    pub(super) refused: u64,
    pub(super) unaudited: u64,
    pub(super) audited_at: Option<Millis>,
    pub(super) told_slow_down: bool,
}

impl Connection {
    pub(super) fn new(joining: Joining, schema: u32, limits: &Limits, now: Millis) -> Self {
        Self {
            member: joining.member,
            access: joining.access,
            outdated: joining.schema.is_some_and(|known| known < schema),
            ack: joining.ack,
            gather: joining.gather,
            updates: Bucket::full(limits.updates, now),
            update_bytes: Bucket::full(limits.update_bytes, now),
            awareness: Bucket::full(limits.awareness, now),
            questions: Bucket::full(limits.questions, now),
            sent: 0,
            durable: 0,
            told: 0,
            waiting: VecDeque::new(),
            refused: 0,
            unaudited: 0,
            audited_at: None,
            told_slow_down: false,
        }
    }

    pub(super) fn may_write(&self) -> bool {
        self.access == Access::Write && !self.outdated
    }

    pub(super) fn speaker(&self) -> Speaker<'_> {
        Speaker {
            member: &self.member,
            may_write: self.may_write(),
        }
    }

    /// Its messages up to `count` are durable once the entry `sequence` is.
    pub(super) fn wait(&mut self, sequence: u64, count: u64) {
        match self.waiting.back_mut() {
            Some((last, counted)) if *last == sequence => *counted = count,
            _ => self.waiting.push_back((sequence, count)),
        }
    }

    /// Everything up to the entry `sequence` is durable.
    pub(super) fn settle(&mut self, sequence: u64) {
        while let Some((_, count)) = self.waiting.pop_front_if(|(entry, _)| *entry <= sequence) {
            self.durable = count;
        }
        if self.waiting.is_empty() {
            self.waiting.shrink_to(4);
        }
    }
}

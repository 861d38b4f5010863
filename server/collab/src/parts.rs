//! Parts of an update, written as updates of their own. A client that itself waits for something sends what it has in one
//! update with what fits; Yjs takes such an update apart, and so do we.

use crate::{
    scan::{Block, GC, Run},
    wire,
};
use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

/// How many times blocks are looked at before the rest of an update is left for later: the work that one update can cause.
const LOOKS: usize = 4_000_000;

/// The blocks of an update by client, and how far each client's were taken.
pub(crate) struct Parts<'a> {
    update: &'a [u8],
    clients: Vec<(Vec<Block>, usize)>,
    at: usize,
    unfruitful: usize,
    looks: usize,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(update: &'a [u8], blocks: Vec<Block>) -> Self {
        let mut clients = BTreeMap::<u64, (Vec<Block>, usize)>::new();
        for block in blocks {
            clients.entry(block.run.client).or_default().0.push(block);
        }
        Self {
            update,
            clients: clients.into_values().collect(),
            at: 0,
            unfruitful: 0,
            looks: 0,
        }
    }

    /// The next blocks of one client of which everything they refer to is there, as an update. `clock` tells what is there,
    /// `is_type` what of that others can stand in.
    pub(crate) fn next(
        &mut self,
        clock: impl Fn(u64) -> u32,
        is_type: impl Fn((u64, u32)) -> bool,
    ) -> Option<(Vec<u8>, Run)> {
        while self.unfruitful < self.clients.len() && self.looks < LOOKS {
            let at = self.at;
            self.at = (at + 1) % self.clients.len();
            let (blocks, taken) = &mut self.clients[at];
            let before = *taken;
            let part = next_of(blocks, taken, &clock);
            self.looks += 1 + *taken - before;
            if let Some((range, run)) = part {
                self.unfruitful = 0;
                return Some((encode_blocks(self.update, &blocks[range], is_type), run));
            }
            self.unfruitful += 1;
        }
        None
    }
}

/// The next blocks of a client that follow each other, fit, and bring something; `taken` blocks were dealt with before.
fn next_of(blocks: &[Block], taken: &mut usize, clock: impl Fn(u64) -> u32) -> Option<(Range<usize>, Run)> {
    let client = blocks.first()?.run.client;
    let known = clock(client);
    while blocks.get(*taken).is_some_and(|block| block.run.end <= known) {
        *taken += 1;
    }
    let first = *taken;
    let mut end = known;
    while let Some(block) = blocks.get(*taken) {
        let there = |(other, needed): &(u64, u32)| *needed <= if *other == client { end } else { clock(*other) };
        if block.skip || block.run.start > end || !block.needs.iter().flatten().all(there) {
            break;
        }
        end = block.run.end;
        *taken += 1;
    }
    let start = blocks.get(first)?.run.start;
    (*taken > first).then_some((first..*taken, Run { client, start, end }))
}

/// Blocks of one client that follow each other, as an update. What says that it stands in something that nothing can stand in,
/// or not any more, is nowhere: Yjs gives it up to the garbage as it comes (`Item.integrate`), where `yrs` gives up the document.
fn encode_blocks(update: &[u8], blocks: &[Block], is_type: impl Fn((u64, u32)) -> bool) -> Vec<u8> {
    let mut out = vec![1];
    wire::write_integer(&mut out, blocks.len() as u64);
    if let Some(first) = blocks.first() {
        wire::write_integer(&mut out, first.run.client);
        wire::write_integer(&mut out, u64::from(first.run.start));
    }
    let types: HashSet<_> = blocks
        .iter()
        .filter(|block| block.shared_type)
        .map(|block| (block.run.client, block.run.start))
        .collect();
    for block in blocks {
        if block
            .parent()
            .is_none_or(|parent| types.contains(&parent) || is_type(parent))
        {
            out.extend_from_slice(&update[block.bytes.clone()]);
        } else {
            out.push(GC);
            wire::write_integer(&mut out, u64::from(block.run.end - block.run.start));
        }
    }
    out.push(0);
    out
}

/// Deletions, as an update.
pub(crate) fn encode_deletes(deletes: &[Run]) -> Vec<u8> {
    let mut clients = BTreeMap::<u64, Vec<&Run>>::new();
    for run in deletes {
        clients.entry(run.client).or_default().push(run);
    }
    let mut out = vec![0];
    wire::write_integer(&mut out, clients.len() as u64);
    for (client, runs) in clients {
        wire::write_integer(&mut out, client);
        wire::write_integer(&mut out, runs.len() as u64);
        for run in runs {
            wire::write_integer(&mut out, u64::from(run.start));
            wire::write_integer(&mut out, u64::from(run.end - run.start));
        }
    }
    out
}

//! The blocks of an update in an order in which they can be put in place, and parts of it written as updates of their own. A
//! client that itself waits for something sends what it has in one update with what fits; Yjs takes such an update apart, and
//! so do we.

use crate::{
    scan::{Block, GC, Kind, Run},
    wire,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, HashSet},
    ops::Range,
};

/// The clocks at which blocks begin that are to be written as garbage: client and clock.
pub(crate) type Garbage = HashSet<(u64, u32)>;

/// What one client has in an update.
struct Client {
    id: u64,
    blocks: Vec<Block>,
    /// How many of them were dealt with.
    taken: usize,
}

/// What can be done next with a client.
enum Next {
    Part(Range<usize>, Run),
    /// This client must come to this clock first.
    Needs(u64, u32),
    /// Nothing: all is dealt with, or clocks are missing.
    Nothing,
}

/// The blocks of an update by client, and how far each client's were taken.
pub(crate) struct Parts {
    clients: Vec<Client>,
    /// The clients to be looked at.
    ready: Vec<usize>,
    /// The clients that need something of another: by that, the clock it must come to, the least first.
    needing: HashMap<u64, BinaryHeap<Reverse<(u32, usize)>>>,
}

impl Parts {
    pub(crate) fn new(blocks: Vec<Block>) -> Self {
        let mut clients = BTreeMap::<u64, Vec<Block>>::new();
        for block in blocks {
            clients.entry(block.run.client).or_default().push(block);
        }
        let client = |(id, blocks)| Client { id, blocks, taken: 0 };
        let clients: Vec<_> = clients.into_iter().map(client).collect();
        Self {
            ready: (0..clients.len()).collect(),
            clients,
            needing: HashMap::new(),
        }
    }

    /// The next blocks of one client of which everything they refer to is there. `clock` tells what is, these included from
    /// then on. A client is looked at again once what it needs has come: a block costs no more than what it refers to.
    pub(crate) fn next(&mut self, clock: impl Fn(u64) -> u32) -> Option<(&[Block], Run)> {
        loop {
            let at = self.ready.pop()?;
            match next_of(&mut self.clients[at], &clock) {
                Next::Part(range, run) => {
                    self.ready.push(at);
                    self.wake(run);
                    return Some((&self.clients[at].blocks[range], run));
                }
                Next::Needs(other, end) => self.needing.entry(other).or_default().push(Reverse((end, at))),
                Next::Nothing => {}
            }
        }
    }

    /// These come to be there: whoever needs no more is to be looked at.
    fn wake(&mut self, run: Run) {
        let Some(needing) = self.needing.get_mut(&run.client) else {
            return;
        };
        while needing.peek().is_some_and(|Reverse((end, _))| *end <= run.end) {
            self.ready.extend(needing.pop().map(|Reverse((_, at))| at));
        }
    }

    /// Whether every block was dealt with.
    pub(crate) fn is_done(&self) -> bool {
        self.clients.iter().all(|client| client.taken == client.blocks.len())
    }

    /// All blocks as one update without what it deletes, some of them as garbage.
    pub(crate) fn encode(&self, update: &[u8], garbage: &Garbage) -> Vec<u8> {
        let mut out = Vec::with_capacity(update.len());
        wire::write_integer(&mut out, self.clients.len() as u64);
        for client in &self.clients {
            encode_client(&mut out, update, &client.blocks, garbage);
        }
        out
    }
}

/// The next blocks of a client that follow each other, fit, and bring something.
fn next_of(client: &mut Client, clock: impl Fn(u64) -> u32) -> Next {
    let known = clock(client.id);
    let behind = client.blocks[client.taken..]
        .iter()
        .position(|block| block.run.end > known);
    let first = behind.map_or(client.blocks.len(), |behind| client.taken + behind);
    client.taken = first;
    let (mut end, mut needs) = (known, None);
    while let Some(block) = client.blocks.get(client.taken) {
        let missing = |(other, needed): &&(u64, u32)| *needed > if *other == client.id { end } else { clock(*other) };
        needs = block.needs.iter().flatten().find(missing).copied();
        if block.kind == Kind::Skip || block.run.start > end || needs.is_some() {
            needs = needs.filter(|_| block.kind != Kind::Skip && block.run.start <= end);
            break;
        }
        end = block.run.end;
        client.taken += 1;
    }
    match (client.blocks.get(first), needs) {
        (Some(block), _) if client.taken > first => Next::Part(
            first..client.taken,
            Run {
                client: client.id,
                start: block.run.start,
                end,
            },
        ),
        (_, Some((other, end))) => Next::Needs(other, end),
        _ => Next::Nothing,
    }
}

/// Blocks of one client that follow each other, as an update.
pub(crate) fn encode_blocks(update: &[u8], blocks: &[Block], garbage: &Garbage) -> Vec<u8> {
    let mut out = vec![1];
    encode_client(&mut out, update, blocks, garbage);
    out.push(0);
    out
}

fn encode_client(out: &mut Vec<u8>, update: &[u8], blocks: &[Block], garbage: &Garbage) {
    wire::write_integer(out, blocks.len() as u64);
    if let Some(first) = blocks.first() {
        wire::write_integer(out, first.run.client);
        wire::write_integer(out, u64::from(first.run.start));
    }
    for block in blocks {
        if garbage.contains(&(block.run.client, block.run.start)) {
            out.push(GC);
            wire::write_integer(out, u64::from(block.run.end - block.run.start));
        } else {
            out.extend_from_slice(&update[block.bytes.clone()]);
        }
    }
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

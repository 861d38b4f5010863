//! Where everything in a document stands. What a block says of that never changes, so it can be judged before the Yjs library
//! is given the block, and comes out the same for everybody who has the same blocks, in whatever order they came, at once or
//! one by one, from the log or from a snapshot.
//!
//! Four kinds of blocks, which no editor writes, stand nowhere. They are put in place as garbage: clocks, nothing else.
//!
//! - What says that it stands in something that nothing can stand in, or beside garbage. Yjs makes garbage of it too
//!   (`Item.getMissing`); `yrs` gives up the document in the one case, and keeps the block in the other.
//! - What says that it stands between two that stand in different places, or are one. Yjs keeps it or not, by whether one of
//!   them has been given up to the garbage meanwhile, which is not the same in all pages at all times; and `yrs` takes it for
//!   the attribute of a neighbour where Yjs does not.
//! - What stands deeper than [`DEPTH`].
//! - What is of another kind than can stand there: an element or text among letters, anything else among elements. The editor's
//!   binding gives up at that, and what `yrs` reads ends there.
//!
//! So that pages have the same, they are handed what was put in place here, not what came (`body/placing.rs`).
//!
//! What is not known here is the order of what stands in one place. What says that it stands between two there of which the
//! first is behind the second may come out elsewhere in the same text in Yjs than in `yrs`.

use crate::{
    document::ROOT,
    parts::{Garbage, Parts},
    scan::{Block, Kind, Run},
};
use std::collections::HashMap;

/// How many elements and texts may stand in each other. The model's limit is half of it, and more is not read
/// (`document/read.rs`). The library walks down by recursion, so a deep enough document would end the process as soon as
/// somebody deletes its top.
pub(crate) const DEPTH: u8 = 100;

/// Stands for a client where something is a root, or nothing: clients are below 2^53.
const TOP: u64 = u64::MAX;
const GARBAGE: Place = Place {
    client: u64::MAX - 1,
    clock: 0,
    attribute: 0,
};

/// What something stands in (an element or text, or a root by the number of its name), and as which attribute of that: the
/// number of its name, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    client: u64,
    clock: u32,
    attribute: u32,
}

/// Clocks of one client that stand in the same place; they begin where those before end.
#[derive(Debug)]
struct Stretch {
    end: u32,
    place: Place,
}

/// An element or a text.
#[derive(Clone, Copy, Debug)]
struct Type {
    depth: u8,
    text: bool,
}

/// What became of the blocks of an update.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Those that stand nowhere.
    pub(crate) garbage: Garbage,
    /// Whether any of these stands too deep.
    pub(crate) deep: bool,
}

impl Judged {
    pub(crate) fn is_clean(&self) -> bool {
        self.garbage.is_empty()
    }
}

/// Where everything in a document stands.
#[derive(Debug, Default)]
pub(crate) struct Places {
    clients: HashMap<u64, Vec<Stretch>>,
    /// The elements and texts that others can stand in.
    types: HashMap<(u64, u32), Type>,
    /// Numbers of names, from 1 on.
    names: HashMap<Box<[u8]>, u32>,
    /// What [`judge_all`](Self::judge_all) added last, to be forgotten if need be: elements and texts.
    fresh: Vec<(u64, u32)>,
    /// How many names there were before that.
    names_before: usize,
}

impl Places {
    /// The clock behind the last of a client.
    pub(crate) fn clock(&self, client: u64) -> u32 {
        let last = self.clients.get(&client).and_then(|stretches| stretches.last());
        last.map_or(0, |stretch| stretch.end)
    }

    /// Judges and notes all blocks of an update. `None`: some refer to what is not there, or to each other in a circle; then
    /// [`forget`](Self::forget) what was noted.
    pub(crate) fn judge_all(&mut self, update: &[u8], parts: &mut Parts) -> Option<Judged> {
        let mut judged = Judged::default();
        self.fresh.clear();
        self.names_before = self.names.len();
        while let Some((blocks, _)) = parts.next(|client| self.clock(client)) {
            self.judge(update, blocks, &mut judged);
        }
        parts.is_done().then_some(judged)
    }

    /// Judges and notes blocks of which everything that they refer to is noted.
    pub(crate) fn judge(&mut self, update: &[u8], blocks: &[Block], judged: &mut Judged) {
        for block in blocks {
            let Run { client, start, end } = block.run;
            let mut place = self.place_of(update, block);
            if !self.takes(place, block.kind) {
                place = GARBAGE;
            }
            if matches!(block.kind, Kind::Element | Kind::Text) && place != GARBAGE {
                let outer = self.types.get(&(place.client, place.clock));
                let depth = outer.map_or(0, |outer| outer.depth + 1);
                if depth < DEPTH {
                    let text = block.kind == Kind::Text;
                    self.types.insert((client, start), Type { depth, text });
                    self.fresh.push((client, start));
                } else {
                    judged.deep = true;
                    place = GARBAGE;
                }
            }
            if place == GARBAGE && block.kind != Kind::Garbage {
                judged.garbage.insert((client, start));
            }
            self.note(client, end, place);
        }
    }

    /// Forgets what [`judge_all`](Self::judge_all) noted last, of these clients from a clock of each on.
    pub(crate) fn forget(&mut self, runs: &[Run], clock: impl Fn(u64) -> u32) {
        for fresh in self.fresh.drain(..) {
            self.types.remove(&fresh);
        }
        self.names.retain(|_, number| *number as usize <= self.names_before);
        for run in runs {
            let from = clock(run.client);
            let Some(stretches) = self.clients.get_mut(&run.client) else {
                continue;
            };
            let left = stretches.partition_point(|stretch| stretch.end <= from);
            let cut = stretches.get(left).map(|stretch| stretch.place);
            stretches.truncate(left);
            if let Some(place) = cut.filter(|_| stretches.last().map_or(0, |stretch| stretch.end) < from) {
                stretches.push(Stretch { end: from, place });
            }
        }
    }

    /// Where a block stands, by what it says and by where that stands.
    fn place_of(&mut self, update: &[u8], block: &Block) -> Place {
        if block.kind == Kind::Garbage {
            return GARBAGE;
        }
        let place = match block.needs {
            [None, None, Some((client, end))] if self.types.contains_key(&(client, end - 1)) => Place {
                client,
                clock: end - 1,
                attribute: self.attribute(update, block),
            },
            [None, None, None] => Place {
                client: TOP,
                clock: block.root.clone().map_or(0, |root| self.number(&update[root])),
                attribute: self.attribute(update, block),
            },
            [Some(one), None, _] | [None, Some(one), _] => self.at(one),
            [Some(left), Some(right), _] if left != right && self.at(left) == self.at(right) => self.at(left),
            [None, None, Some(_)] | [Some(_), Some(_), _] => GARBAGE,
        };
        // Of a block whose beginning is there already, the rest goes behind that.
        let known = self.clock(block.run.client);
        if block.run.start < known && self.at((block.run.client, known)) != place {
            return GARBAGE;
        }
        place
    }

    /// Whether something of this kind can stand there.
    fn takes(&self, place: Place, kind: Kind) -> bool {
        if kind == Kind::Deleted {
            return true;
        }
        if place.attribute != 0 {
            return matches!(kind, Kind::Value | Kind::Letters);
        }
        match self.types.get(&(place.client, place.clock)) {
            Some(Type { text: true, .. }) => matches!(kind, Kind::Letters | Kind::Mark),
            Some(Type { text: false, .. }) => matches!(kind, Kind::Element | Kind::Text),
            None if self.names.get(ROOT.as_bytes()) == Some(&place.clock) => matches!(kind, Kind::Element | Kind::Text),
            None => true,
        }
    }

    fn attribute(&mut self, update: &[u8], block: &Block) -> u32 {
        block
            .attribute
            .clone()
            .map_or(0, |attribute| self.number(&update[attribute]))
    }

    fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len() + 1).unwrap_or(u32::MAX);
        self.names.insert(name.into(), number);
        number
    }

    /// Where the clock before this one stands.
    fn at(&self, (client, end): (u64, u32)) -> Place {
        let Some(stretches) = self.clients.get(&client) else {
            return GARBAGE;
        };
        let last = stretches.len().saturating_sub(2);
        // Most often it is among the newest.
        let from = if stretches.get(last).is_some_and(|stretch| stretch.end < end) {
            last + 1
        } else {
            stretches.partition_point(|stretch| stretch.end < end)
        };
        stretches.get(from).map_or(GARBAGE, |stretch| stretch.place)
    }

    fn note(&mut self, client: u64, end: u32, place: Place) {
        let stretches = self.clients.entry(client).or_default();
        match stretches.last_mut() {
            Some(last) if last.end >= end => {}
            Some(last) if last.place == place => last.end = end,
            _ => stretches.push(Stretch { end, place }),
        }
    }
}

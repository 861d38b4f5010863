//! A plan: what clients, the network, the store and the process do, step by step. A seed makes one; a file keeps one.

use std::{fmt::Write as _, str::FromStr};

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A client without a connection makes one.
    Connect(usize),
    /// A client's connection breaks: what is in it both ways is lost.
    Break(usize),
    /// A client inserts some of the alphabet at a place.
    Insert(usize, u32, u32),
    /// A client deletes at a place.
    Delete(usize, u32, u32),
    /// So many frames on their way from a client arrive.
    Up(usize, u32),
    /// So many frames on their way to a client arrive.
    Down(usize, u32),
    /// The frame on its way from a client arrives twice.
    Twice(usize),
    /// The next two frames from a client arrive in the wrong order.
    Swap(usize),
    /// The next frame from a client is cut short.
    Cut(usize, u32),
    /// The room is polled after so many milliseconds.
    Poll(u32),
    /// The store makes so many appends durable.
    Store(u32),
    /// The store makes so many appends durable, and its answer is lost.
    StoreInSilence(u32),
    /// An append fails.
    FailStore,
    /// The server is killed: what is not durable is lost.
    Kill,
    /// A snapshot is stored.
    Snapshot,
    /// A client may only read from now on, or may write again.
    Access(usize, bool),
}

/// A whole plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) clients: usize,
    pub(crate) acts: Vec<Act>,
}

/// A small generator of numbers (Steele, Lea, Flood: `SplitMix64`), the same everywhere and always.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn small(&mut self, limit: u64) -> u32 {
        u32::try_from(self.below(limit)).unwrap()
    }
}

impl Plan {
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut numbers = Numbers(seed);
        let clients = usize::try_from(2 + numbers.below(4)).unwrap();
        let count = 20 + numbers.below(140);
        let acts = (0..count).map(|_| Act::from_numbers(&mut numbers, clients)).collect();
        Self { clients, acts }
    }

    /// Whether frames are lost, doubled or swapped inside a connection, which TCP does not do: then a client's own count of
    /// what it sent says nothing about what arrived.
    pub(crate) fn tampers(&self) -> bool {
        self.acts
            .iter()
            .any(|act| matches!(act, Act::Twice(_) | Act::Swap(_) | Act::Cut(..)))
    }
}

impl Act {
    fn from_numbers(numbers: &mut Numbers, clients: usize) -> Self {
        let client = usize::try_from(numbers.below(clients as u64)).unwrap();
        match numbers.below(100) {
            0..8 => Self::Connect(client),
            8..12 => Self::Break(client),
            12..32 => Self::Insert(client, numbers.small(200), 1 + numbers.small(6)),
            32..42 => Self::Delete(client, numbers.small(200), 1 + numbers.small(4)),
            42..60 => Self::Up(client, 1 + numbers.small(5)),
            60..72 => Self::Down(client, 1 + numbers.small(5)),
            72..82 => Self::Poll(numbers.small(20)),
            82..90 => Self::Store(1 + numbers.small(3)),
            90 => Self::StoreInSilence(1 + numbers.small(3)),
            91 => Self::FailStore,
            92 | 93 => Self::Kill,
            94 => Self::Snapshot,
            95 => Self::Twice(client),
            96 => Self::Swap(client),
            97 => Self::Cut(client, numbers.small(12)),
            _ => Self::Access(client, numbers.below(3) > 0),
        }
    }

    fn words(self) -> (&'static str, [u64; 3], usize) {
        let client = |client: usize| client as u64;
        match self {
            Self::Connect(who) => ("connect", [client(who), 0, 0], 1),
            Self::Break(who) => ("break", [client(who), 0, 0], 1),
            Self::Insert(who, at, length) => ("insert", [client(who), at.into(), length.into()], 3),
            Self::Delete(who, at, length) => ("delete", [client(who), at.into(), length.into()], 3),
            Self::Up(who, count) => ("up", [client(who), count.into(), 0], 2),
            Self::Down(who, count) => ("down", [client(who), count.into(), 0], 2),
            Self::Twice(who) => ("twice", [client(who), 0, 0], 1),
            Self::Swap(who) => ("swap", [client(who), 0, 0], 1),
            Self::Cut(who, bytes) => ("cut", [client(who), bytes.into(), 0], 2),
            Self::Poll(milliseconds) => ("poll", [milliseconds.into(), 0, 0], 1),
            Self::Store(count) => ("store", [count.into(), 0, 0], 1),
            Self::StoreInSilence(count) => ("store_in_silence", [count.into(), 0, 0], 1),
            Self::FailStore => ("fail_store", [0; 3], 0),
            Self::Kill => ("kill", [0; 3], 0),
            Self::Snapshot => ("snapshot", [0; 3], 0),
            Self::Access(who, write) => ("access", [client(who), write.into(), 0], 2),
        }
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = format!("clients {}\n", self.clients);
        for act in &self.acts {
            let (word, numbers, count) = act.words();
            text.push_str(word);
            for number in &numbers[..count] {
                write!(text, " {number}")?;
            }
            text.push('\n');
        }
        f.write_str(&text)
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let clients = lines
            .next()
            .and_then(|line| line.strip_prefix("clients "))
            .and_then(|count| count.parse().ok());
        let acts = lines.map(act).collect::<Result<_, _>>()?;
        Ok(Self {
            clients: clients.ok_or("the first line is not `clients N`")?,
            acts,
        })
    }
}

fn act(line: &str) -> Result<Act, String> {
    let mut words = line.split_whitespace();
    let word = words.next().unwrap_or_default();
    let numbers: Vec<u32> = words
        .map(|number| number.parse().map_err(|_| line.to_owned()))
        .collect::<Result<_, _>>()?;
    let client = numbers.first().map_or(0, |number| *number as usize);
    Ok(match (word, &numbers[..]) {
        ("connect", [_]) => Act::Connect(client),
        ("break", [_]) => Act::Break(client),
        ("insert", [_, at, length]) => Act::Insert(client, *at, *length),
        ("delete", [_, at, length]) => Act::Delete(client, *at, *length),
        ("up", [_, count]) => Act::Up(client, *count),
        ("down", [_, count]) => Act::Down(client, *count),
        ("twice", [_]) => Act::Twice(client),
        ("swap", [_]) => Act::Swap(client),
        ("cut", [_, bytes]) => Act::Cut(client, *bytes),
        ("poll", [milliseconds]) => Act::Poll(*milliseconds),
        ("store", [count]) => Act::Store(*count),
        ("store_in_silence", [count]) => Act::StoreInSilence(*count),
        ("fail_store", []) => Act::FailStore,
        ("kill", []) => Act::Kill,
        ("snapshot", []) => Act::Snapshot,
        ("access", [_, write]) => Act::Access(client, *write > 0),
        _ => return Err(line.to_owned()),
    })
}

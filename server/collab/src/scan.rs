//! Looks an update over before anything believes it: Yjs's update encoding, version 1 (`yjs/src/utils/encoding.js`,
//! `structs/*.js`), read without building anything.
//!
//! The decoder of `yrs` reserves memory by counts that the sender wrote, recurses as deep as a value is nested, and adds
//! clocks without looking for an overflow. An update that passes here can do none of that, and what it needs and brings is
//! known: so `yrs` is given only what it can put in place at once.

use crate::wire::{Malformed, Reader};
use std::{collections::HashMap, ops::Range};

/// Clocks stay below this, since `yrs` compares them as 32-bit signed integers.
const CLOCK_LIMIT: u64 = i32::MAX as u64;
/// How deep a value may be nested.
const DEPTH: u32 = 16;
/// How many entries one map or list in a value may have.
const ENTRIES: u32 = 4096;

/// Which bits of a block's first byte tell its kind.
const CONTENT: u8 = 0x1f;
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_SUB: u8 = 0x20;
pub(crate) const GC: u8 = 0;
const SKIP: u8 = 10;

/// Some clocks of one client, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The client.
    pub client: u64,
    /// Its first clock.
    pub start: u32,
    /// The clock behind the last.
    pub end: u32,
}

/// What an update brings and what it needs, without its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it inserts, sorted by client and clock.
    pub inserts: Vec<Run>,
    /// What it deletes.
    pub deletes: Vec<Run>,
    /// What of other clients must be there first: for each client the clock behind the highest one referred to.
    pub needs: HashMap<u64, u32>,
    /// Clocks that it leaves out between others of the same client: they must be there first as well.
    pub gaps: Vec<Run>,
    /// How many blocks it consists of.
    pub blocks: usize,
    /// Where what it deletes begins.
    pub(crate) deletes_at: usize,
}

impl Outline {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.inserts.is_empty() && self.deletes.is_empty()
    }

    /// What it inserts of one client.
    pub(crate) fn inserts_of(&self, client: u64) -> impl Iterator<Item = &Run> {
        let first = self.inserts.partition_point(|run| run.client < client);
        self.inserts[first..].iter().take_while(move |run| run.client == client)
    }
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Clocks left out: nothing is brought.
    Skip,
    /// Nothing but clocks.
    Garbage,
    /// Something that was deleted: there is nothing in it any more, but it has its place.
    Deleted,
    /// An element that other blocks can stand in.
    Element,
    /// A text that other blocks can stand in.
    Text,
    /// Letters of a text.
    Letters,
    /// A mark that begins or ends in a text.
    Mark,
    /// Any other value.
    Value,
}

/// One block of an update: clocks that come together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) run: Run,
    pub(crate) kind: Kind,
    /// For up to three other blocks that it refers to, the clock behind: left of it, right of it, what it stands in.
    pub(crate) needs: [Option<(u64, u32)>; 3],
    /// Where in the update the name of the root stands that it stands in, if it says so.
    pub(crate) root: Option<Range<usize>>,
    /// Where in the update the name of the attribute stands that it is, if it says so.
    pub(crate) attribute: Option<Range<usize>>,
    /// Where it stands in the update.
    pub(crate) bytes: Range<usize>,
}

/// Reads an update to its end.
///
/// # Errors
/// When it is not exactly one update, or holds what no editor of ours or of `y-prosemirror` writes: documents inside the
/// document, content as JSON text (Yjs stopped writing it in 2020), types within types other than XML elements and texts,
/// values nested deeper than 16, clocks of 2^31
/// and more, more than `max_blocks` blocks.
pub fn scan(update: &[u8], max_blocks: usize) -> Result<Outline, Malformed> {
    let mut outline = Outline::default();
    let (mut inserts, mut gaps, mut needs) = (Vec::<Run>::new(), Vec::new(), HashMap::new());
    (outline.deletes_at, outline.deletes) = walk(update, max_blocks, |block| {
        outline.blocks += 1;
        for (client, end) in block
            .needs
            .into_iter()
            .flatten()
            .filter(|(client, _)| *client != block.run.client)
        {
            let needed = needs.entry(client).or_default();
            *needed = end.max(*needed);
        }
        if block.kind == Kind::Skip {
            return gaps.push(block.run);
        }
        match inserts.last_mut() {
            Some(last) if last.client == block.run.client && last.end == block.run.start => last.end = block.run.end,
            _ => inserts.push(block.run),
        }
    })?;
    inserts.sort_unstable_by_key(|run| (run.client, run.start));
    Ok(Outline {
        inserts,
        needs,
        gaps,
        ..outline
    })
}

/// The blocks of an update that was scanned before, in their order.
pub(crate) fn blocks(update: &[u8]) -> Result<Vec<Block>, Malformed> {
    let mut blocks = Vec::new();
    walk(update, usize::MAX, |block| blocks.push(block))?;
    Ok(blocks)
}

/// Reads an update, shows each block, and returns where what it deletes begins, and that.
fn walk(update: &[u8], max_blocks: usize, mut show: impl FnMut(Block)) -> Result<(usize, Vec<Run>), Malformed> {
    let mut reader = Reader::new(update);
    let (mut clients, mut count) = (Vec::new(), 0);
    for _ in 0..reader.integer32()? {
        let blocks = reader.integer32()?;
        let client = reader.integer()?;
        let mut clock = reader.integer()?;
        clients.push(client);
        for _ in 0..blocks {
            count += 1;
            if count > max_blocks {
                return Err(Malformed("there are too many blocks"));
            }
            let block = block(&mut reader, client, clock)?;
            clock = u64::from(block.run.end);
            show(block);
        }
    }
    clients.sort_unstable();
    if clients.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Malformed("a client occurs twice"));
    }
    let deletes_at = reader.position();
    let mut deletes = Vec::new();
    for _ in 0..reader.integer32()? {
        let client = reader.integer()?;
        for _ in 0..reader.integer32()? {
            let start = reader.integer()?;
            let length = reader.integer()?;
            deletes.push(run(client, start, length)?);
        }
    }
    if reader.remaining() > 0 {
        return Err(Malformed("something follows the update"));
    }
    Ok((deletes_at, deletes))
}

fn run(client: u64, start: u64, length: u64) -> Result<Run, Malformed> {
    let end = start.saturating_add(length);
    if length == 0 || end > CLOCK_LIMIT {
        return Err(Malformed("a clock is out of range"));
    }
    let narrow = |clock| u32::try_from(clock).map_err(|_| Malformed("a clock is out of range"));
    Ok(Run {
        client,
        start: narrow(start)?,
        end: narrow(end)?,
    })
}

fn block(reader: &mut Reader<'_>, client: u64, clock: u64) -> Result<Block, Malformed> {
    let from = reader.position();
    let info = reader.byte()?;
    let mut block = Block {
        run: run(client, clock, 1)?,
        kind: Kind::Value,
        needs: [None; 3],
        root: None,
        attribute: None,
        bytes: from..from,
    };
    let length;
    (length, block.kind) = match info {
        SKIP => (reader.integer()?, Kind::Skip),
        GC => (reader.integer()?, Kind::Garbage),
        _ => item(reader, &mut block, info)?,
    };
    block.run = run(client, clock, length)?;
    block.bytes.end = reader.position();
    let itself = |(other, end): &(u64, u32)| *other == client && *end > block.run.start;
    if block.needs.iter().flatten().any(itself) {
        return Err(Malformed("a block refers to itself or to what comes after it"));
    }
    Ok(block)
}

/// Reads an item, notes what it refers to, and tells its length and what it is.
fn item(reader: &mut Reader<'_>, block: &mut Block, info: u8) -> Result<(u64, Kind), Malformed> {
    if info & HAS_ORIGIN != 0 {
        block.needs[0] = Some(id(reader)?);
    }
    if info & HAS_RIGHT_ORIGIN != 0 {
        block.needs[1] = Some(id(reader)?);
    }
    if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0 {
        match reader.integer()? {
            0 => block.needs[2] = Some(id(reader)?),
            1 => block.root = Some(name(reader)?),
            _ => return Err(Malformed("there is no such parent")),
        }
        if info & HAS_PARENT_SUB != 0 {
            block.attribute = Some(name(reader)?);
        }
    }
    content(reader, info & CONTENT)
}

/// Reads a text and tells where it stands.
fn name(reader: &mut Reader<'_>) -> Result<Range<usize>, Malformed> {
    let length = reader.text()?.len();
    Ok(reader.position() - length..reader.position())
}

/// Reads the id of something that must be there before: its client, and the clock behind it.
fn id(reader: &mut Reader<'_>) -> Result<(u64, u32), Malformed> {
    let client = reader.integer()?;
    let clock = reader.integer()?;
    Ok((client, run(client, clock, 1)?.end))
}

/// Reads the content of an item and tells how many clocks it takes, and what it is.
fn content(reader: &mut Reader<'_>, kind: u8) -> Result<(u64, Kind), Malformed> {
    match kind {
        1 => Ok((reader.integer()?, Kind::Deleted)),
        3 => reader.buffer().map(|_| (1, Kind::Value)),
        4 => Ok((utf16_length(reader.text()?), Kind::Letters)),
        5 => json(reader).map(|()| (1, Kind::Value)),
        6 => {
            reader.text()?;
            json(reader).map(|()| (1, Kind::Mark))
        }
        7 => match reader.byte()? {
            6 => Ok((1, Kind::Text)),
            3 => reader.text().map(|_| (1, Kind::Element)),
            _ => Err(Malformed("there is no such shared type")),
        },
        8 => {
            let values = reader.integer32()?;
            for _ in 0..values {
                value(reader, DEPTH)?;
            }
            Ok((u64::from(values), Kind::Value))
        }
        _ => Err(Malformed("there is no such content")),
    }
}

fn utf16_length(text: &str) -> u64 {
    text.chars().map(|character| character.len_utf16() as u64).sum()
}

/// Reads a value written as JSON. `yrs` parses it by `serde_json`, which refuses what is nested deeper than 128.
fn json(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    serde_json::from_str::<serde::de::IgnoredAny>(reader.text()?)
        .map(|_| ())
        .map_err(|_| Malformed("a value is not JSON"))
}

/// Reads a value in lib0's `any` encoding (`lib0/encoding.js`, `writeAny`).
fn value(reader: &mut Reader<'_>, depth: u32) -> Result<(), Malformed> {
    if depth == 0 {
        return Err(Malformed("a value is nested too deeply"));
    }
    match reader.byte()? {
        120 | 121 | 126 | 127 => Ok(()),
        125 => signed(reader),
        124 => reader.take(4).map(|_| ()),
        122 | 123 => reader.take(8).map(|_| ()),
        119 => reader.text().map(|_| ()),
        118 => {
            for _ in 0..entries(reader)? {
                reader.text()?;
                value(reader, depth - 1)?;
            }
            Ok(())
        }
        117 => {
            for _ in 0..entries(reader)? {
                value(reader, depth - 1)?;
            }
            Ok(())
        }
        116 => reader.buffer().map(|_| ()),
        _ => Err(Malformed("there is no such value")),
    }
}

fn entries(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    let entries = reader.integer32()?;
    if entries > ENTRIES {
        Err(Malformed("a value has too many entries"))
    } else {
        Ok(entries)
    }
}

/// A signed integer of variable length: 6 bits in the first byte, 7 in each further one.
fn signed(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    for _ in 0..8 {
        if reader.byte()? < 0x80 {
            return Ok(());
        }
    }
    Err(Malformed("an integer is too long"))
}

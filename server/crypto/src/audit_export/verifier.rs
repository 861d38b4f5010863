//! The verifier: reads an export piece by piece, keeps the frontier of the tree and the checkpoints, and stops at the
//! first thing that is wrong.

use super::{
    FORMAT, Finding, MAX_LINE_BYTES, Report, SEALING_WINDOW, What,
    lines::{CheckpointLine, EventLine, Header, LastLine, OpeningsRead, leaf_text, parse_proof},
};
use crate::{
    Checkpoint, Frontier, Hash, commitment,
    merkle::{leaf_hash, verify_inclusion},
    note::{NoteError, VerifierKey},
    open_checkpoint, timestamp,
};
use domain::{WorkspaceId, audit::AuditLeaf, canonical};
use serde::Deserialize;
use serde_json::Value;
use std::mem;
use time::OffsetDateTime;

/// Verifies a whole export, given by its lines. [`Verifier`] does the same for one that comes in pieces.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify<L: AsRef<[u8]>>(
    lines: impl IntoIterator<Item = L>,
    key: &VerifierKey,
    since: Option<Checkpoint>,
) -> Result<Report, Finding> {
    let mut verifier = Verifier::new(key.clone(), since);
    for line in lines {
        verifier.feed(line.as_ref())?;
        verifier.feed(b"\n")?;
    }
    verifier.finish()
}

/// Verifies an export that comes in pieces of any size: [`Verifier::feed`] them, then [`Verifier::finish`]. Memory is
/// bounded by one line ([`MAX_LINE_BYTES`]) and some 80 bytes per checkpoint, however long the log.
pub struct Verifier {
    key: VerifierKey,
    since: Option<Checkpoint>,
    /// The line begun, up to what has been fed.
    buffer: Vec<u8>,
    /// The number of the line at hand, from 1.
    line: u64,
    stage: Stage,
    workspace: Option<WorkspaceId>,
    newest: Option<Checkpoint>,
    checkpoints: u64,
    marks: Marks,
    frontier: Frontier,
    /// The latest time of an event so far.
    latest: Option<OffsetDateTime>,
    erased: u64,
    suspects: Suspects,
    /// The first event whose proof is wrong although it is the one that was sealed: told only if nothing worse is found.
    wrong_proof: Option<Finding>,
    /// A position that was missing in its place; the rest of the file is searched for it.
    gap: Option<Finding>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Header,
    Checkpoints,
    Events,
    Done,
}

/// Sizes at which the root is known from a signature, in order of size.
#[derive(Default)]
struct Marks {
    all: Vec<Mark>,
    /// How many have been reached.
    reached: usize,
}

struct Mark {
    size: u64,
    root: Hash,
    time: OffsetDateTime,
    /// The line of the checkpoint; none for the earlier one given from outside.
    line: Option<u64>,
}

/// Events since the last mark whose proofs do not hold. Whether the event or the proof is wrong shows at the next mark.
#[derive(Default)]
struct Suspects {
    /// Line and position of the first.
    first: Option<(u64, u64)>,
    count: u64,
}

impl Verifier {
    /// A verifier that trusts this key. An earlier checkpoint of the same log (from [`open_checkpoint`], so that its
    /// signature is checked) shows rollbacks and forks that a single export cannot show.
    pub fn new(key: VerifierKey, since: Option<Checkpoint>) -> Self {
        Self {
            key,
            since,
            buffer: Vec::new(),
            line: 1,
            stage: Stage::Header,
            workspace: None,
            newest: None,
            checkpoints: 0,
            marks: Marks::default(),
            frontier: Frontier::new(),
            latest: None,
            erased: 0,
            suspects: Suspects::default(),
            wrong_proof: None,
            gap: None,
        }
    }

    /// Takes the next piece of the file. After an error the verifier is of no more use.
    ///
    /// # Errors
    /// The first thing that is wrong, if it shows by now.
    pub fn feed(&mut self, mut piece: &[u8]) -> Result<(), Finding> {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            self.keep(&piece[..end])?;
            let line = mem::take(&mut self.buffer);
            self.read(&line)?;
            self.line += 1;
            self.buffer = line;
            self.buffer.clear();
            piece = &piece[end + 1..];
        }
        self.keep(piece)
    }

    /// Ends the file: everything has been fed.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn finish(mut self) -> Result<Report, Finding> {
        if !self.buffer.is_empty() {
            let line = mem::take(&mut self.buffer);
            self.read(&line)?;
            self.line += 1;
        }
        if let Some(gap) = self.gap {
            return Err(gap);
        }
        let Some(workspace) = self.workspace.filter(|_| self.stage == Stage::Done) else {
            let position = (self.stage == Stage::Events).then(|| self.frontier.size());
            return Err(self.wrong_at(position, What::Truncated));
        };
        if let Some(finding) = self.wrong_proof {
            return Err(finding);
        }
        Ok(Report {
            workspace,
            events: self.frontier.size(),
            erased: self.erased,
            checkpoints: self.checkpoints,
            newest: self.newest,
            since: self.since.map(|since| since.size),
        })
    }

    /// Adds to the line begun.
    fn keep(&mut self, part: &[u8]) -> Result<(), Finding> {
        if self.buffer.len() + part.len() > MAX_LINE_BYTES {
            return Err(self.gap.take().unwrap_or_else(|| self.wrong(What::TooLong)));
        }
        self.buffer.extend_from_slice(part);
        Ok(())
    }

    /// One whole line.
    fn read(&mut self, line: &[u8]) -> Result<(), Finding> {
        if let Some(gap) = self.gap.take() {
            return self.search(gap, line);
        }
        if self.stage == Stage::Done {
            return Err(self.wrong_at(None, What::AfterEnd));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let value: Value = serde_json::from_slice(line).map_err(|_| self.wrong(What::NotJson))?;
        if canonical::value_to_string(&value).map(String::into_bytes).as_deref() != Ok(line) {
            return Err(self.wrong(What::NotCanonical));
        }
        if self.stage == Stage::Header {
            return self.header(value);
        }
        if value.get("end").is_some() {
            self.begin_events()?;
            return self.end(value);
        }
        if value.get("checkpoint").is_some() {
            return self.checkpoint(value);
        }
        self.begin_events()?;
        self.event(value)
    }

    fn header(&mut self, value: Value) -> Result<(), Finding> {
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(self.wrong(What::Format));
        }
        let header: Header =
            serde_json::from_value(value).map_err(|_| self.wrong(What::Malformed("this is not a header")))?;
        if timestamp::parse(&header.exported_at).is_none() {
            return Err(self.wrong(What::Malformed("the time of the export")));
        }
        if header.verifier_key != self.key.to_string() {
            return Err(self.wrong(What::WrongKey));
        }
        if self.key.name() != crate::checkpoint::log_origin(header.workspace.0) {
            return Err(self.wrong(What::OtherLog));
        }
        self.workspace = Some(header.workspace);
        self.stage = Stage::Checkpoints;
        Ok(())
    }

    fn checkpoint(&mut self, value: Value) -> Result<(), Finding> {
        if self.stage != Stage::Checkpoints {
            return Err(self.wrong(What::Malformed("a checkpoint among the events")));
        }
        let line: CheckpointLine =
            serde_json::from_value(value).map_err(|_| self.wrong(What::Malformed("this is not a checkpoint")))?;
        let checkpoint = self.open(&line.checkpoint)?;
        if let Some(before) = &self.newest {
            if checkpoint.size < before.size {
                return Err(self.wrong(What::CheckpointOrder));
            }
            if checkpoint.size == before.size && checkpoint.root != before.root {
                return Err(self.wrong(What::Forked { size: checkpoint.size }));
            }
            if checkpoint.time < before.time {
                return Err(self.wrong(What::CheckpointTime));
            }
        }
        if let Some(since) = &self.since {
            let later = checkpoint.size > since.size && checkpoint.time < since.time;
            let earlier = checkpoint.size < since.size && checkpoint.time > since.time;
            if later || earlier {
                return Err(self.wrong(What::CheckpointTime));
            }
            if checkpoint.size == since.size && checkpoint.root != since.root {
                return Err(self.wrong(What::ForkedFromSince { size: since.size }));
            }
        }
        self.marks.all.push(Mark {
            size: checkpoint.size,
            root: checkpoint.root,
            time: checkpoint.time,
            line: Some(self.line),
        });
        self.checkpoints += 1;
        self.newest = Some(checkpoint);
        Ok(())
    }

    /// Everything signed is known: the earlier checkpoint takes its place among the marks.
    fn begin_events(&mut self) -> Result<(), Finding> {
        if self.stage == Stage::Events {
            return Ok(());
        }
        let size = self.newest.as_ref().map_or(0, |newest| newest.size);
        if let Some(since) = &self.since {
            if since.size > size {
                return Err(self.wrong(What::RolledBack {
                    since: since.size,
                    size,
                }));
            }
            let place = self.marks.all.partition_point(|mark| mark.size <= since.size);
            let mark = Mark {
                size: since.size,
                root: since.root,
                time: since.time,
                line: None,
            };
            self.marks.all.insert(place, mark);
        }
        self.stage = Stage::Events;
        self.reach_marks()
    }

    fn event(&mut self, value: Value) -> Result<(), Finding> {
        let event: EventLine =
            serde_json::from_value(value).map_err(|_| self.wrong(What::Malformed("this is not an event")))?;
        let position = self.frontier.size();
        if event.position < position {
            return Err(self.wrong_at(Some(event.position), What::Duplicated));
        }
        if event.position > position {
            let finding = self.wrong(What::Deleted);
            if finding.what != What::Deleted {
                return Err(finding);
            }
            self.gap = Some(finding);
            return Ok(());
        }
        let Some(newest) = self.newest.as_ref().filter(|newest| position < newest.size) else {
            return Err(self.wrong(What::NotSealed));
        };
        let leaf = leaf_text(&event.leaf).ok_or_else(|| self.wrong(What::NotCanonical))?;
        let hash = leaf_hash(leaf.as_bytes());
        let proven = parse_proof(&event.proof)
            .is_some_and(|proof| verify_inclusion(&hash, position, newest.size, &proof, &newest.root));
        if proven {
            self.check_leaf(event.leaf, &event.openings)?;
            if let Some(column) = event.altered {
                return Err(self.wrong(What::Column(column)));
            }
        } else {
            self.suspects.first.get_or_insert((self.line, position));
            self.suspects.count += 1;
        }
        if event.openings.is_null() {
            self.erased += 1;
        }
        self.frontier.append(hash);
        self.reach_marks()
    }

    /// What a leaf that was sealed as it stands must still say.
    fn check_leaf(&mut self, leaf: Value, openings: &Value) -> Result<(), Finding> {
        let leaf: AuditLeaf =
            serde_json::from_value(leaf).map_err(|_| self.wrong(What::Malformed("this leaf is not of format 1")))?;
        let at = timestamp::parse(&leaf.at).filter(|_| leaf.v == 1);
        let at = at.ok_or_else(|| self.wrong(What::Malformed("this leaf is not of format 1")))?;
        if Some(leaf.workspace) != self.workspace {
            return Err(self.wrong(What::OtherLog));
        }
        if let Some(mark) = self.marks.last_reached()
            && at < mark.time - SEALING_WINDOW
        {
            let sealed = timestamp::to_text(mark.time);
            return Err(self.wrong(What::Backdated { at: leaf.at, sealed }));
        }
        // Checkpoints can be taken out of a database together with what they would show; the neighbours cannot.
        if let Some(latest) = self.latest
            && at < latest - SEALING_WINDOW
        {
            let before = timestamp::to_text(latest);
            return Err(self.wrong(What::OutOfTime { at: leaf.at, before }));
        }
        self.latest = self.latest.max(Some(at));
        if openings.is_null() {
            return Ok(());
        }
        let openings = OpeningsRead::deserialize(openings)
            .map_err(|_| self.wrong(What::Malformed("these openings are not of format 1")))?;
        for (what, commitment, opening) in [
            ("what changed", &leaf.changes, &openings.changes),
            ("where it came from", &leaf.origin, &openings.origin),
        ] {
            let value = canonical::value_to_string(&opening.value).map_err(|_| self.wrong(What::NotCanonical))?;
            if !commitment::opens(commitment, &opening.salt, &value) {
                return Err(self.wrong(What::Commitment(what)));
            }
        }
        Ok(())
    }

    /// Compares the tree so far with every mark of its size.
    fn reach_marks(&mut self) -> Result<(), Finding> {
        while let Some(mark) = self.marks.all.get(self.marks.reached) {
            if mark.size > self.frontier.size() {
                break;
            }
            if mark.root != self.frontier.root() {
                return Err(self.differs_at(mark));
            }
            self.marks.reached += 1;
            let suspects = mem::take(&mut self.suspects);
            if let Some((line, position)) = suspects.first {
                self.wrong_proof.get_or_insert(Finding {
                    line,
                    position: Some(position),
                    what: What::Proof,
                });
            }
        }
        Ok(())
    }

    /// The events up to this mark are not those that were signed for.
    fn differs_at(&self, mark: &Mark) -> Finding {
        if let Some(finding) = self.suspects.finding(self.marks.last_reached(), mark.size) {
            return finding;
        }
        // Every event stands in the newest tree, which another signature contradicts.
        let size = mark.size;
        let (line, what) = match mark.line {
            Some(line) => (line, What::Forked { size }),
            None => (self.line, What::ForkedFromSince { size }),
        };
        Finding {
            line,
            position: None,
            what,
        }
    }

    fn end(&mut self, value: Value) -> Result<(), Finding> {
        let end: LastLine =
            serde_json::from_value(value).map_err(|_| self.wrong(What::Malformed("this is not an end")))?;
        let last = end.checkpoint.as_deref().map(|note| self.open(note)).transpose()?;
        if !end.end || last != self.newest {
            return Err(self.wrong(What::OtherEnd));
        }
        if end.checkpoints != self.checkpoints {
            return Err(self.wrong(What::CheckpointCount {
                named: end.checkpoints,
                found: self.checkpoints,
            }));
        }
        let size = self.newest.as_ref().map_or(0, |newest| newest.size);
        if self.frontier.size() != size || end.size != size {
            return Err(self.wrong(What::Truncated));
        }
        self.stage = Stage::Done;
        Ok(())
    }

    /// Looks for the position that was missing in its place.
    fn search(&mut self, gap: Finding, line: &[u8]) -> Result<(), Finding> {
        let value: Option<Value> = serde_json::from_slice(line).ok();
        let position = value
            .as_ref()
            .and_then(|value| value.get("position"))
            .and_then(Value::as_u64);
        if position.is_some() && position == gap.position {
            let found = self.line;
            return Err(Finding {
                what: What::Reordered { found },
                ..gap
            });
        }
        self.gap = Some(gap);
        Ok(())
    }

    fn open(&self, note: &str) -> Result<Checkpoint, Finding> {
        open_checkpoint(note, &self.key).map_err(|error| {
            self.wrong(match error {
                NoteError::OtherLog => What::OtherLog,
                error => What::Signature(error),
            })
        })
    }

    /// A finding on the line at hand, and at the position that is due, once it is about events.
    fn wrong(&self, what: What) -> Finding {
        let position = (self.stage == Stage::Events).then(|| self.frontier.size());
        self.wrong_at(position, what)
    }

    /// A finding on the line at hand. An event before it whose proof did not hold goes first: it was not sealed as it
    /// stands, as far as anything shows.
    fn wrong_at(&self, position: Option<u64>, what: What) -> Finding {
        let suspect = self.suspects.finding(self.marks.last_reached(), self.frontier.size());
        suspect.unwrap_or(Finding {
            line: self.line,
            position,
            what,
        })
    }
}

impl Marks {
    fn last_reached(&self) -> Option<&Mark> {
        self.reached.checked_sub(1).and_then(|index| self.all.get(index))
    }
}

impl Suspects {
    /// What the events between two marks that do not stand in the tree amount to.
    fn finding(&self, since: Option<&Mark>, until: u64) -> Option<Finding> {
        let (line, position) = self.first?;
        let covered = until - since.map_or(0, |mark| mark.size);
        let what = if self.count > 1 && self.count == covered {
            What::EditedWithin { last: until - 1 }
        } else {
            What::Edited
        };
        Some(Finding {
            line,
            position: Some(position),
            what,
        })
    }
}

//! Checkpoints (<https://c2sp.org/tlog-checkpoint>): a signed statement of how large a log is and which root it has.
//!
//! The text of ours has four lines: origin, size, root hash in base64, and one extension line, `time <RFC 3339>`. The
//! key that signs is named after the origin.

use crate::{
    merkle::Hash,
    note::{NoteError, SigningKey, VerifierKey},
    timestamp,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use time::OffsetDateTime;
use uuid::Uuid;

/// The largest size: what JSON carries exactly.
const MAX_SIZE: u64 = (1 << 53) - 1;

/// The state of a log at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: see [`log_origin`].
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// When it was signed, to the millisecond.
    pub time: OffsetDateTime,
}

/// The origin of a workspace's log, which is also the name of the key that signs it.
pub fn log_origin(workspace: Uuid) -> String {
    format!("scriptkeep/log/{}", workspace.hyphenated())
}

/// Signs a checkpoint, as a note.
///
/// # Errors
/// When the origin is not fit for a key's name, or the size is beyond 2^53 - 1.
pub fn sign_checkpoint(key: &SigningKey, checkpoint: &Checkpoint) -> Result<String, NoteError> {
    if checkpoint.size > MAX_SIZE {
        return Err(NoteError::NotACheckpoint);
    }
    key.sign(&checkpoint.origin, &text(checkpoint))
}

/// The checkpoint of a note, if the key signed it and it is one of the key's own log.
///
/// # Errors
/// See [`NoteError`].
pub fn open_checkpoint(note: &str, key: &VerifierKey) -> Result<Checkpoint, NoteError> {
    let text = key.open(note)?;
    let checkpoint = parse(text).ok_or(NoteError::NotACheckpoint)?;
    if checkpoint.origin != key.name() {
        return Err(NoteError::OtherLog);
    }
    Ok(checkpoint)
}

fn text(checkpoint: &Checkpoint) -> String {
    let Checkpoint {
        origin,
        size,
        root,
        time,
    } = checkpoint;
    let (root, time) = (STANDARD.encode(root), timestamp::to_text(*time));
    format!("{origin}\n{size}\n{root}\ntime {time}\n")
}

/// Reads what [`text`] writes, and nothing else.
fn parse(note_text: &str) -> Option<Checkpoint> {
    let mut lines = note_text.split('\n');
    let checkpoint = Checkpoint {
        origin: lines.next()?.to_owned(),
        size: lines.next()?.parse().ok().filter(|size| *size <= MAX_SIZE)?,
        root: STANDARD.decode(lines.next()?).ok()?.try_into().ok()?,
        time: timestamp::parse(lines.next()?.strip_prefix("time ")?)?,
    };
    (text(&checkpoint) == note_text).then_some(checkpoint)
}

#[cfg(test)]
mod tests;

//! The lines of an export, written and read.

use super::FORMAT;
use crate::{Hash, note::VerifierKey, timestamp};
use domain::{WorkspaceId, audit::Openings, canonical};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) workspace: WorkspaceId,
    pub(super) verifier_key: String,
    pub(super) exported_at: String,
}

/// One checkpoint.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckpointLine {
    pub(super) checkpoint: String,
}

/// One event. The leaf stays as it is found: what the tree hashed is its text, whatever it holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    pub(super) position: u64,
    pub(super) leaf: Value,
    pub(super) openings: Value,
    pub(super) proof: Vec<String>,
    /// Which of the columns that the database keeps beside the leaf says something else than the leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) altered: Option<String>,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastLine {
    pub(super) end: bool,
    pub(super) size: u64,
    pub(super) checkpoints: u64,
    pub(super) checkpoint: Option<String>,
}

/// The openings of an event, with values of any form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpeningsRead {
    pub(super) changes: OpeningRead,
    pub(super) origin: OpeningRead,
}

/// One opening.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpeningRead {
    pub(super) salt: String,
    pub(super) value: Value,
}

/// The first line, without a newline.
pub fn header_line(workspace: WorkspaceId, key: &VerifierKey, exported_at: OffsetDateTime) -> String {
    write(&Header {
        format: FORMAT.to_owned(),
        workspace,
        verifier_key: key.to_string(),
        exported_at: timestamp::to_text(exported_at),
    })
}

/// The line of a checkpoint (a signed note), without a newline. All that are kept go in, oldest first.
pub fn checkpoint_line(note: &str) -> String {
    write(&CheckpointLine {
        checkpoint: note.to_owned(),
    })
}

/// The line of an event, without a newline: the leaf's canonical JSON as it is stored, its openings unless they were
/// erased, and the proof of its inclusion in the tree of the newest checkpoint.
///
/// A leaf that somebody damaged in the database goes out as it is, as a string, for the verifier to find; and so does the
/// name of a column beside it that somebody `altered`, so that pages which filter by it may have hidden the event.
pub fn event_line(
    position: u64,
    leaf: &str,
    openings: Option<&Openings>,
    proof: &[Hash],
    altered: Option<&str>,
) -> String {
    let parsed: Option<Value> = serde_json::from_str(leaf).ok();
    let parsed = parsed.filter(|value| value.is_object() && canonical::value_to_string(value).as_deref() == Ok(leaf));
    write(&EventLine {
        position,
        leaf: parsed.unwrap_or_else(|| json!(leaf)),
        openings: json!(openings),
        proof: proof.iter().map(hex::encode).collect(),
        altered: altered.map(str::to_owned),
    })
}

/// The last line, without a newline: how many events and checkpoints there are, and the newest checkpoint once there is one.
pub fn end_line(size: u64, checkpoints: u64, newest: Option<&str>) -> String {
    write(&LastLine {
        end: true,
        size,
        checkpoints,
        checkpoint: newest.map(str::to_owned),
    })
}

fn write(line: &impl Serialize) -> String {
    canonical::to_string(line).expect("these lines hold texts and numbers below 2^53 only")
}

/// What the tree hashed: the canonical text of the leaf, or the text itself where it is not canonical JSON.
pub(super) fn leaf_text(leaf: &Value) -> Option<String> {
    match leaf {
        Value::String(text) => Some(text.clone()),
        leaf => canonical::value_to_string(leaf).ok(),
    }
}

/// The hashes of a proof, unless one is none.
pub(super) fn parse_proof(proof: &[String]) -> Option<Vec<Hash>> {
    let hash = |text: &String| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
    };
    proof.iter().map(hash).collect()
}

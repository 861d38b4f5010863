//! The audit event: what a mutation leaves behind, and the leaf of the Merkle tree that commits to it.
//!
//! A leaf holds pseudonyms and commitments only. What a person could be known by (values, names, addresses, devices)
//! stands in an [`Opening`], which is stored encrypted and can be erased: the tree stays valid without it.

use crate::{AccountId, EventId, RequestId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// What kind of actor did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person, signed in or signing in.
    Account,
    /// Nobody who has proven who they are.
    Visitor,
    /// The server itself: jobs, the sealer.
    System,
    /// Somebody with a shell on the server.
    CommandLine,
}

/// Who did it, as the leaf says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The account, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// What it was done to: a kind of thing and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// `workspace`, `account`, `session`, `record`, `audit_log`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// One value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What changed, such as `name`.
    pub field: String,
    /// The value before, if there was one and it may be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// From where it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The network address.
    pub address: String,
    /// Browser and system.
    pub device: String,
}

/// The leaf: its canonical JSON (RFC 8785) is what the tree hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLeaf {
    /// The format: 1.
    pub v: u32,
    /// The log it belongs to.
    pub workspace: WorkspaceId,
    /// The event.
    pub id: EventId,
    /// When it happened: RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Who did it.
    pub actor: AuditActor,
    /// The operation's name.
    pub action: String,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Whether the act was refused.
    pub refused: bool,
    /// The request.
    pub request: RequestId,
    /// Commitment (hex SHA-256 over salt and canonical JSON) to the list of [`Change`]s.
    pub changes: String,
    /// Commitment to the [`Origin`].
    pub origin: String,
}

/// A committed value with the salt that opens the commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening<T> {
    /// 32 random bytes, in hex.
    pub salt: String,
    /// The value.
    pub value: T,
}

/// Everything a leaf commits to; stored encrypted beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Openings {
    /// What changed.
    pub changes: Opening<Vec<Change>>,
    /// From where.
    pub origin: Opening<Origin>,
}

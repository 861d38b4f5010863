//! What can be wrong with an export.

use std::fmt;

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line it was seen on, counted from 1.
    pub line: u64,
    /// The position in the log, counted from 0, where it concerns one.
    pub position: Option<u64>,
    /// What it is.
    pub what: What,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(position) = self.position {
            write!(f, ", position {position}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for Finding {}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// The line is longer than any the writer makes.
    #[error("the line is longer than 1 MiB")]
    TooLong,
    /// The line is not JSON in UTF-8.
    #[error("the line is not JSON in UTF-8")]
    NotJson,
    /// The line is JSON, but not written as the one canonical form has it.
    #[error("the line is not in canonical form (RFC 8785): it was edited, or written by another program")]
    NotCanonical,
    /// The line has not the members it should have.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The file is not an export of this format.
    #[error("this is not an export of the format scriptkeep-audit/1")]
    Format,
    /// The export names another key than the one given.
    #[error("wrong key: the export is signed with another key than the one given")]
    WrongKey,
    /// The signature of a checkpoint does not hold, or is by another key.
    #[error("wrong signature: {0}")]
    Signature(crate::note::NoteError),
    /// Something in the export belongs to another workspace's log.
    #[error("another log: this belongs to another workspace")]
    OtherLog,
    /// A checkpoint is smaller than the one before it.
    #[error("reordered: this checkpoint covers fewer events than the one before it")]
    CheckpointOrder,
    /// A checkpoint is dated before one that is smaller, or after one that is larger.
    #[error("backdated: the times of the checkpoints do not go the way of their sizes")]
    CheckpointTime,
    /// Two histories were signed.
    #[error("forked: the checkpoint signed at {size} events is not of the history of this export")]
    Forked {
        /// The size of the checkpoint that does not fit.
        size: u64,
    },
    /// The earlier checkpoint given is of another history.
    #[error("forked: the earlier checkpoint given, signed at {size} events, is not of the history of this export")]
    ForkedFromSince {
        /// Its size.
        size: u64,
    },
    /// The export is older than the earlier checkpoint given.
    #[error(
        "truncated: the earlier checkpoint given covers {since} events, this log ends at {size}; it was rolled back"
    )]
    RolledBack {
        /// The size of the earlier checkpoint.
        since: u64,
        /// The size of this log.
        size: u64,
    },
    /// An event is missing.
    #[error("deleted: the event of this position is missing")]
    Deleted,
    /// An event stands further down.
    #[error("reordered: the event of this position stands further down, on line {found}")]
    Reordered {
        /// Where it stands.
        found: u64,
    },
    /// An event stands there twice.
    #[error("duplicated: this position has been there already")]
    Duplicated,
    /// An event is not the one that was sealed.
    #[error("edited: this is not the event that was sealed at this position")]
    Edited,
    /// Among these events at least one is not the one that was sealed; which, the proofs do not tell, since they are
    /// wrong too.
    #[error("edited: the events from here up to position {last} are not those that were sealed, nor are their proofs")]
    EditedWithin {
        /// The last position of the range.
        last: u64,
    },
    /// The event is the one that was sealed, but its proof is not right.
    #[error("wrong proof: the event is the one that was sealed, its proof is not")]
    Proof,
    /// A value is not the one the leaf commits to.
    #[error("edited: {0} is not what the sealed event commits to")]
    Commitment(&'static str),
    /// The leaf is the one that was sealed; what the database keeps beside it, to find it by, is not what it says.
    #[error("edited: the event is the one that was sealed, but the database's own column \"{0}\" says something else")]
    Column(String),
    /// An event is dated before its turn.
    #[error("backdated: the event is dated {at}, but was sealed after the checkpoint of {sealed}")]
    Backdated {
        /// The event's time.
        at: String,
        /// The time of the checkpoint before it.
        sealed: String,
    },
    /// An event is dated before one that stands in front of it.
    #[error("backdated: the event is dated {at}, but stands behind one of {before}")]
    OutOfTime {
        /// The event's time.
        at: String,
        /// The latest time in front of it.
        before: String,
    },
    /// An event no checkpoint covers.
    #[error("not sealed: no checkpoint covers this event")]
    NotSealed,
    /// The file ends too early.
    #[error("truncated: the export ends before its end")]
    Truncated,
    /// The last line does not agree with what stands before it.
    #[error("the last line names another checkpoint than the newest one above")]
    OtherEnd,
    /// Checkpoints were taken out of the file, or put in.
    #[error("deleted: the last line counts {named} checkpoints, above it stand {found}")]
    CheckpointCount {
        /// How many the last line says there are.
        named: u64,
        /// How many there are.
        found: u64,
    },
    /// Something follows the last line.
    #[error("something follows after the end of the export")]
    AfterEnd,
}

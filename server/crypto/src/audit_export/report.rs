//! What the verifier says when nothing is wrong.

use crate::Checkpoint;
use domain::WorkspaceId;
use std::fmt;

/// A verified export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose log it is.
    pub workspace: WorkspaceId,
    /// How many events it holds.
    pub events: u64,
    /// How many of them had their values erased; they still verify.
    pub erased: u64,
    /// How many checkpoints it holds.
    pub checkpoints: u64,
    /// The newest checkpoint; keep it, to verify the next export against. None while nothing is sealed.
    pub newest: Option<Checkpoint>,
    /// The size of the earlier checkpoint which this log was found to continue.
    pub since: Option<u64>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "workspace {}", self.workspace)?;
        writeln!(f, "{} events, all as they were sealed, in their order", self.events)?;
        writeln!(f, "{} of them with their values erased", self.erased)?;
        write!(f, "{} checkpoints, all signed by the key given", self.checkpoints)?;
        if let Some(newest) = &self.newest {
            let (root, time) = (hex::encode(newest.root), crate::timestamp::to_text(newest.time));
            write!(
                f,
                "\nnewest checkpoint: {} events, root {root}, signed {time}",
                newest.size
            )?;
        }
        if let Some(since) = self.since {
            write!(f, "\ncontinues the earlier checkpoint of {since} events")?;
        }
        Ok(())
    }
}

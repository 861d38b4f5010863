//! The export of an audit log, and its verifier, which needs neither the server nor the network.
//!
//! # The format, `scriptkeep-audit/1`
//! JSON Lines in UTF-8. Every line is in canonical form (RFC 8785), so that it cannot be read in two ways.
//!
//! 1. A header: `{"exported_at": time, "format": "scriptkeep-audit/1", "verifier_key": key, "workspace": id}`.
//! 2. The checkpoints kept, oldest first: `{"checkpoint": signed note}`.
//! 3. The events in order, from position 0 on:
//!    `{"leaf": leaf, "openings": openings or null, "position": number, "proof": [hash in hex, …]}`. The proof leads from
//!    the leaf's canonical JSON to the root of the newest checkpoint. Openings that were erased are null.
//! 4. The end: `{"checkpoint": newest signed note or null, "checkpoints": how many stand above, "end": true, "size": number
//!    of events}`.
//!
//! # What the verifier shows
//! That the holder of the signing key signed each checkpoint; that the events are those which were sealed, all of them, in
//! their order, from the first on; that every checkpoint, and one from an earlier day that is given to it, lies on the one
//! line of history; that nothing was slipped in with a date well before its turn; that values not erased are those the
//! leaves commit to. It cannot show what was never sealed, nor that events are missing after the newest checkpoint:
//! against that helps an earlier checkpoint which left the machine. Nor can it show whether values were erased lawfully,
//! or when the export was made: the header's time is not signed.

mod finding;
mod lines;
mod report;
mod verifier;

pub use finding::{Finding, What};
pub use lines::{checkpoint_line, end_line, event_line, header_line};
pub use report::Report;
pub use verifier::{Verifier, verify};

use time::Duration;

/// The name of the format.
pub const FORMAT: &str = "scriptkeep-audit/1";

/// The most bytes of a line. A leaf has some 600 bytes, its openings hold values of bounded fields.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// How long an event may wait for its seal. One that is dated further before the checkpoint that precedes it was put in
/// later. Transactions end within seconds, and so does sealing; the rest allows for clocks that are set right.
pub const SEALING_WINDOW: Duration = Duration::minutes(5);

#[cfg(test)]
mod tests;

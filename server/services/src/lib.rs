//! Use cases: one handler for each operation of `domain`, behind one dispatcher that does for all of them what none may
//! forget: who asks, how often, whether they may, in whose transaction, and what stays on record.
//!
//! Beside it the work nobody waits for: sending queued mail, sealing the audit log, sweeping what has expired.

mod actor;
#[cfg(test)]
mod bare;
#[cfg(test)]
mod bench;
mod bounded;
#[cfg(test)]
mod canary;
mod context;
mod describe;
mod device;
mod dispatch;
mod editing;
mod failure;
mod handlers;
mod hashing;
mod ids;
mod jobs;
mod keyring;
mod mail;
mod openapi;
mod packs;
mod passwords;
mod rates;
mod registry;
mod replay;
mod sealer;
mod services;
mod slips;
mod standing;
mod sweep;
#[cfg(test)]
mod testbed;
mod titles;
mod trail;
mod vault;

pub use actor::{Actor, PROOF_FRESH, Person, SESSION_ABSOLUTE, SESSION_IDLE};
pub use context::{Context, Handle, Prepare, Transaction};
pub use device::device_name;
pub use dispatch::Answer;
pub use editing::{Ask, Closing, Line, Seat, closing_of};
pub use failure::{Failure, Fault};
pub use handlers::EndSessions;
pub use mail::Site;
pub use openapi::openapi;
pub use packs::{PackError, Packs, read as read_pack};
pub use rates::{Rate, Rates};
pub use registry::{AnyBox, Entry, entries, entry};
pub use replay::IDEMPOTENCY_KEY_MAX;
pub use services::{HashingSize, Parts, Services, is_founded};
pub use slips::meant;
pub use trail::Event;

//! Word's own format: ISO 29500, as Word and LibreOffice write and read it.
//!
//! [`write`] makes files that people can go on working with in Word: real styles, numbering, fields, notes, comments and
//! tracked changes. What Word has no name for (callouts, steps, pauses …) has styles of ours and stands in content
//! controls without a border, by which [`read`] finds it again.

mod markup;
mod names;
mod pack;
mod package;
mod pixels;
mod read;
mod write;
mod xml;

/// The largest file that is opened at all, in bytes.
pub const BYTES_MAX: u64 = 128 << 20;

pub use read::read;
pub use write::{Source, write};

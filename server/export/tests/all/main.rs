//! Documents through every format and back, files as other programs write them, and files meant to do harm.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop"
)]

mod error;

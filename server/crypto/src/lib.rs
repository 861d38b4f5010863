//! What keeps Scriptkeep's promises about content and history: envelope encryption, password hashes, tokens, the Merkle
//! tree of the audit log, its signed checkpoints, and the offline verifier of its export.
//!
//! Pure functions and values: no IO, no clock, no random source. Whoever calls hands in the time and the random bytes.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod audit_export;
pub mod checkpoint;
mod commitment;
mod envelope;
pub mod merkle;
pub mod note;
mod password;
mod primitive;
pub mod timestamp;
mod token;

#[cfg(test)]
mod wycheproof_tests;

pub use checkpoint::{Checkpoint, open_checkpoint, sign_checkpoint};
pub use commitment::{commit, opens};
pub use envelope::{DataKey, KeyContext, KeyFormatError, OpenError, Place, RootKey, WorkspaceKey, sealed_key_version};
pub use merkle::{Frontier, Hash};
pub use note::{SigningKey, VerifierKey};
pub use password::{PasswordError, PasswordPolicy, hash_password, needs_rehash, verify_password};
pub use token::{token_hash, token_text};

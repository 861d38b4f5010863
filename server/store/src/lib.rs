//! The database: the only crate with SQL. It hands out transactions that carry a tenant ([`TenantTx`]) or a named reason
//! to act for the house ([`SystemTx`]), and one module of functions for each table or two.
//!
//! Rows are ids, numbers, times and ciphertext. Nothing here encrypts or decrypts, decides or knows the time: callers
//! pass all of it in.

pub mod account_tokens;
pub mod accounts;
pub mod attachments;
pub mod audit;
pub mod cluster;
pub mod data_keys;
mod db;
pub mod documents;
mod error;
mod guard;
pub mod idempotency;
pub mod invitations;
pub mod jobs;
mod lease;
pub mod limits;
pub mod members;
pub mod migrate;
mod patience;
#[cfg(feature = "peer")]
pub mod peer;
mod placement;
pub mod records;
pub mod resolve;
pub mod sealing;
pub mod seats;
pub mod sessions;
mod tx;
pub mod workspaces;

pub use db::{Db, Logins, PoolSizes};
pub use domain::FieldClass;
pub use error::{Changed, StoreError};
pub use guard::Refusal;
pub use placement::{NotASchema, Placement, Schema, TenantScope};
pub use tx::{EventReceipt, Reason, Receipt, Scoped, SystemTx, TenantTx, Why};

//! The vocabulary of Scriptkeep, shared by server and browser: ids, operations and their views, problems, validation,
//! policy, audit events. No IO, no clock, no randomness: everything here is a value or a pure function.

pub mod audit;
pub mod caller;
pub mod canonical;
pub mod document;
mod field_class;
pub mod ids;
pub mod operation;
pub mod ops;
pub mod pack;
pub mod password;
pub mod pasted;
pub mod policy;
pub mod ports;
pub mod problem;
pub mod secret;
pub mod validate;

pub use caller::{Caller, Door, SessionChange};
pub use field_class::FieldClass;
pub use ids::{AccountId, AttachmentId, EventId, InvitationId, JobId, RecordId, RequestId, SessionId, WorkspaceId};
pub use operation::{Audited, Kind, Meta, Operation, RateClass, Scope};
pub use problem::{Code, FieldError, Problem};
pub use secret::Secret;

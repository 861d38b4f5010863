//! Rooms in which members write one document together: a state machine that is told what happened and answers with what is to
//! be done. No IO, no clock, no lock, no task.
//!
//! [`Room`] speaks the y-websocket protocol with its connections ([`wire`]), keeps the document ([`Body`]) and says what to
//! store. Three rules hold it together:
//!
//! - Nothing is acknowledged before the store said that it is durable; what others are shown may go ahead of that.
//! - The document is only ever given updates. Each is read over first ([`scan`]), so that what a client sends cannot make the
//!   Yjs library panic, recurse or reserve memory at will, and is given to it once all it refers to is there. What stands
//!   nowhere, or not for everybody, is put in place as garbage (`places`), and others are handed what was put in place.
//! - When nobody can tell any more what is durable, everybody is sent away to connect again and send again what was not
//!   acknowledged. Nothing is pretended.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod body;
pub mod document;
mod event;
mod limits;
mod parts;
mod places;
mod presence;
mod room;
pub mod scan;
pub mod wire;
mod yjs;

pub use body::{Body, BodyError};
pub use event::{Access, CloseCode, ConnId, Effect, Entry, Event, Joining, Member, Refusal, Snapshot};
pub use limits::{Limits, Millis, Rate};
pub use room::Room;

//! Rooms from outside: what they answer to each message, and what stands when everything goes wrong at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod attack;
mod differential;
mod documents;
mod hostile;
mod limits;
mod members;
mod messages;
mod placing;
mod plan;
mod plans;
mod support;
mod world;

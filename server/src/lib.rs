//! Scriptkeep's server: command line, configuration, router, middleware, and the one place where all parts are put
//! together. A library too, so that tests can start it in their own process.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod assets;
pub mod cli;
pub mod commands;
pub mod compose;
pub mod config;
pub mod doors;
pub mod listen;
pub mod logs;
pub mod middleware;
pub mod refusal;
mod rooms;
pub mod router;
pub mod shutdown;
pub mod state;
mod terminal;

//! What surrounds every request, outermost first: identity (request id, nonce), the log line, headers, compression, panics,
//! the Host check, the client's address, the Origin check, the time limit.

pub mod client;
pub mod foreign;
pub mod head;
pub mod headers;
pub mod host;
pub mod identity;
pub mod journal;
pub mod panics;
pub mod reload;
pub mod time_limit;

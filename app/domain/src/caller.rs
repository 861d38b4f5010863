//! Who sends an operation, and what an answer does to the session: what the doors (JSON API, forms, pages rendered on the
//! server, command line) hand to the dispatcher and get back.

use crate::{RequestId, Secret};
use std::net::IpAddr;

/// How somebody reached the server.
#[derive(Clone, Debug)]
pub enum Door {
    /// Over HTTP, with the session's token if the request had its cookie.
    Http {
        /// The token of the session cookie.
        session: Option<Secret>,
        /// The client's address, after trusted proxies.
        address: IpAddr,
        /// The `User-Agent` header, cut to 400 characters.
        user_agent: String,
    },
    /// From a shell on the server; the text names the operating-system user, for the audit log.
    CommandLine {
        /// The operating-system user.
        user: String,
    },
}

/// The circumstances of one operation.
#[derive(Clone, Debug)]
pub struct Caller {
    /// How the caller reached the server.
    pub door: Door,
    /// The request.
    pub request: RequestId,
    /// The key under which a mutation is done at most once.
    pub idempotency_key: Option<String>,
}

/// What the answer does to the session cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionChange {
    /// Nothing.
    #[default]
    Keep,
    /// A new token: after signing in, and after a proof of identity.
    Set(Secret),
    /// The session has ended.
    Clear,
}

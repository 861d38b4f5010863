//! Who calls, as the dispatcher wants to know it.

use super::session_cookie;
use crate::middleware::client::Client;
use domain::{Caller, Code, Door, Problem, RequestId};
use http::{Extensions, HeaderMap, header};
use std::net::{IpAddr, Ipv4Addr};

/// The longest `User-Agent` that is kept, in characters.
const USER_AGENT_MAX: usize = 400;

/// The caller of a request that went through the middleware.
pub fn of(headers: &HeaderMap, extensions: &Extensions, idempotency_key: Option<String>) -> Caller {
    let user_agent = headers
        .get(header::USER_AGENT)
        .map(|value| {
            String::from_utf8_lossy(value.as_bytes())
                .chars()
                .take(USER_AGENT_MAX)
                .collect()
        })
        .unwrap_or_default();
    Caller {
        door: Door::Http {
            session: session_cookie::read(headers),
            address: extensions
                .get::<Client>()
                .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.address),
            user_agent,
        },
        request: extensions
            .get::<RequestId>()
            .copied()
            .unwrap_or(RequestId(uuid::Uuid::nil())),
        idempotency_key,
    }
}

/// Checks an idempotency key: visible ASCII, of a bounded length.
///
/// # Errors
/// [`Code::Malformed`]
pub fn idempotency_key(text: Option<&str>) -> Result<Option<String>, Problem> {
    match text {
        None | Some("") => Ok(None),
        Some(key) if key.len() <= services::IDEMPOTENCY_KEY_MAX && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        Some(_) => Err(Problem::new(Code::Malformed).with_detail(format!(
            "An idempotency key is 1 to {} visible ASCII characters, without spaces.",
            services::IDEMPOTENCY_KEY_MAX
        ))),
    }
}

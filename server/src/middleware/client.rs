//! The client's address: the peer's, or what a proxy that the configuration trusts says it is.

use crate::{config::Network, state::State};
use axum::{
    extract::{ConnectInfo, Request, State as Given},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// The client's address, as an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Where the request comes from, as far as it can be trusted.
    pub address: IpAddr,
    /// Whether it came over the loopback without a proxy between.
    pub on_this_machine: bool,
}

/// Headers that a proxy adds; a request that carries one did not come from this machine's browser alone.
const FORWARDED: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// The middleware.
pub async fn find(Given(state): Given<Arc<State>>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip().to_canonical());
    let headers = request.headers();
    let client = Client {
        address: address(peer, headers, &state.config.trusted_proxies),
        on_this_machine: peer.is_loopback() && !FORWARDED.iter().any(|name| headers.contains_key(*name)),
    };
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// Walks `X-Forwarded-For` from its end, as long as the one who wrote the entry is trusted.
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let entries: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut address = peer;
    for entry in entries.iter().rev() {
        if !is_trusted(address) {
            break;
        }
        let Some(next) = parse(entry) else { break };
        address = next;
    }
    address
}

/// An entry is an address; some proxies add a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>()
        .ok()
        .or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::address;
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, forwarded, trusted, expected) in [
            ("203.0.113.5", vec!["198.51.100.1"], vec![], "203.0.113.5"),
            ("203.0.113.5", vec!["198.51.100.1"], vec!["10.0.0.0/8"], "203.0.113.5"),
            ("10.0.0.1", vec!["198.51.100.1"], vec!["10.0.0.0/8"], "198.51.100.1"),
            (
                "10.0.0.1",
                vec!["6.6.6.6, 198.51.100.1"],
                vec!["10.0.0.0/8"],
                "198.51.100.1",
            ),
            (
                "10.0.0.1",
                vec!["6.6.6.6", "198.51.100.1, 10.0.0.2"],
                vec!["10.0.0.0/8"],
                "198.51.100.1",
            ),
            ("10.0.0.1", vec!["not an address"], vec!["10.0.0.0/8"], "10.0.0.1"),
            (
                "10.0.0.1",
                vec!["198.51.100.1:4711"],
                vec!["10.0.0.0/8"],
                "198.51.100.1",
            ),
            ("10.0.0.1", vec!["[2001:db8::1]"], vec!["10.0.0.0/8"], "2001:db8::1"),
            ("10.0.0.1", vec![], vec!["10.0.0.0/8"], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            }
            let trusted: Vec<_> = trusted.iter().map(|text| text.parse().expect("a network")).collect();
            let found = address(peer.parse().expect("an address"), &headers, &trusted);
            assert_eq!(found, expected.parse::<std::net::IpAddr>().expect("an address"));
        }
    }
}

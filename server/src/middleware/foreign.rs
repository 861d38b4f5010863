//! Nothing is changed for another site: whatever is no plain reading must come from our own pages, or from a client that
//! says so. A cookie alone proves nothing.

use crate::{config::Config, doors::answer, state::State};
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use domain::{Code, Problem};
use http::{HeaderMap, Method, header};
use std::sync::Arc;

/// The middleware.
pub async fn refuse(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_ours(&state.config, request.headers()) {
        return next.run(request).await;
    }
    let problem = Problem::new(Code::ForeignOrigin).with_detail(format!(
        "Nothing was changed. Open {} and send it from there; a program sends that as its Origin header.",
        state.config.origin
    ));
    answer::problem(&state, &request, &problem)
}

/// Browsers say in `Sec-Fetch-Site` how the sender relates to us, which no page can forge; older ones send `Origin` only.
/// Both must agree as far as they are there, and one of them must be.
fn is_ours(config: &Config, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    let origin = headers.get(header::ORIGIN);
    let site_is_ours = site.is_none_or(|site| site == "same-origin");
    let origin_is_ours = origin.is_none_or(|origin| origin.to_str().is_ok_and(|origin| is_our_origin(config, origin)));
    (site.is_some() || origin.is_some()) && site_is_ours && origin_is_ours
}

/// Whether a socket may be opened. Browsers open one to wherever a page likes, with our cookie, and always say in `Origin`
/// whose page it is (RFC 6455, section 10.2); who says neither that nor `Sec-Fetch-Site` is no browser, and carries no
/// stranger's cookie.
pub fn may_connect(config: &Config, headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| is_our_origin(config, origin)),
        None => !headers.contains_key("sec-fetch-site"),
    }
}

/// On the loopback every name of it will do: people type `127.0.0.1` for `localhost`.
fn is_our_origin(config: &Config, origin: &str) -> bool {
    if origin == config.origin.as_str() {
        return true;
    }
    let port = config.listen.port();
    config.is_local()
        && ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|host| origin == format!("http://{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::{is_ours, may_connect};
    use crate::config::{Config, Settings};
    use http::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn only_our_own_pages_and_programs_open_sockets() {
        let settings = Settings::collect(Some("listen = '127.0.0.1:3000'\norigin = 'https://a.example'"), [], []);
        let config = Config::from_settings(&settings.expect("settings")).expect("a configuration");
        for (pairs, may) in [
            (vec![("origin", "https://a.example")], true),
            (
                vec![("origin", "https://a.example"), ("sec-fetch-site", "same-origin")],
                true,
            ),
            (vec![], true),
            (vec![("origin", "https://evil.example")], false),
            (vec![("origin", "https://a.example.evil.example")], false),
            (vec![("origin", "http://a.example")], false),
            (vec![("origin", "null")], false),
            (vec![("origin", "")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in &pairs {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(may_connect(&config, &headers), may, "{pairs:?}");
        }
    }

    #[test]
    fn only_our_own_pages_pass() {
        let public = "listen = '127.0.0.1:3000'\norigin = 'https://a.example'";
        for (file, pairs, passes) in [
            (public, vec![("sec-fetch-site", "same-origin")], true),
            (
                public,
                vec![("sec-fetch-site", "same-origin"), ("origin", "https://a.example")],
                true,
            ),
            (public, vec![("origin", "https://a.example")], true),
            (public, vec![], false),
            (public, vec![("sec-fetch-site", "same-site")], false),
            (public, vec![("sec-fetch-site", "none")], false),
            (
                public,
                vec![("sec-fetch-site", "cross-site"), ("origin", "https://a.example")],
                false,
            ),
            (
                public,
                vec![("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
                false,
            ),
            (public, vec![("origin", "null")], false),
            (public, vec![("origin", "https://a.example.evil.example")], false),
            (public, vec![("origin", "http://a.example")], false),
            (public, vec![("origin", "http://localhost:3000")], false),
            ("", vec![("origin", "http://127.0.0.1:3000")], true),
            ("", vec![("origin", "http://127.0.0.1:3001")], false),
            (
                "",
                vec![
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "http://rebound.example:3000"),
                ],
                false,
            ),
        ] {
            let settings = Settings::collect(Some(file), [], []).expect("settings");
            let config = Config::from_settings(&settings).expect("a configuration");
            let mut headers = HeaderMap::new();
            for (name, value) in &pairs {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_ours(&config, &headers), passes, "{pairs:?}");
        }
    }
}

//! The headers of every response, and the one place where the content policy stands.

use crate::state::State;
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use leptos::nonce::Nonce;
use std::sync::Arc;

/// On a response: its page has scripts, which carry the request's nonce. A page without it may run none.
#[derive(Clone, Copy, Debug)]
pub struct Scripted;

/// The content policy of a page. Scripts run only with this request's nonce (and what those load), and WebAssembly may be
/// compiled, where a page has scripts: there is a nonce then, and no script at all otherwise. Everything else comes from
/// here or not at all. Nothing inline, nothing evaluated.
pub fn page_policy(nonce: Option<&str>, https: bool) -> String {
    let upgrade = if https { "; upgrade-insecure-requests" } else { "" };
    let scripts = nonce.map_or_else(String::new, |nonce| {
        format!("script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; ")
    });
    format!(
        "default-src 'none'; {scripts}style-src 'self'; \
         img-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; \
         worker-src 'self'; base-uri 'none'; frame-ancestors 'none'{upgrade}"
    )
}

/// The policy of everything that is no page: opened by itself, it may load and run nothing.
pub const BARE_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// The address of the service worker.
const WORKER: &str = "/sw.js";

/// The policy of the service worker: it asks this server, and loads nothing. (A sandbox would take its origin away.)
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";

/// The same on every response.
const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    (
        "permissions-policy",
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
         fullscreen=(self), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), \
         local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
         publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), \
         storage-access=(), usb=(), window-management=(), xr-spatial-tracking=()",
    ),
];

/// Two years. Names below ours are not ours to speak for.
const STRICT_TRANSPORT: &str = "max-age=63072000";

/// The middleware. A response that says how it may be cached keeps that; all others are not stored anywhere.
pub async fn add(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    let bare = if request.uri().path() == WORKER {
        WORKER_POLICY
    } else {
        BARE_POLICY
    };
    let nonce = request.extensions().get::<Nonce>().cloned();
    let mut response = next.run(request).await;
    let https = state.config.origin.is_https();
    let nonce = nonce.filter(|_| response.extensions().get::<Scripted>().is_some());
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT),
        );
    }
    let policy = is_page(headers)
        .then(|| HeaderValue::from_str(&page_policy(nonce.as_deref(), https)).ok())
        .flatten();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.unwrap_or_else(|| HeaderValue::from_static(bare)),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether an answer is a page.
pub fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/html"))
}

#[cfg(test)]
mod tests {
    use super::page_policy;

    #[test]
    fn the_policy_allows_nothing_inline_and_nothing_from_elsewhere() {
        let policy = page_policy(Some("abc"), true);
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains("http"));
        assert!(policy.starts_with("default-src 'none'; script-src 'strict-dynamic' 'nonce-abc' 'wasm-unsafe-eval';"));
        assert!(policy.ends_with("frame-ancestors 'none'; upgrade-insecure-requests"));
        assert!(page_policy(Some("abc"), false).ends_with("frame-ancestors 'none'"));
    }

    #[test]
    fn a_page_without_scripts_may_run_none() {
        let policy = page_policy(None, false);
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
    }
}

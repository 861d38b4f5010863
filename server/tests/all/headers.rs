//! Every route answers with every header, whatever the answer is.

use crate::support::{House, request};
use axum::body::Body;
use http::{Method, StatusCode, header};
use server::doors::pages::Shell;

/// What stands for a record, a member or a workspace that is not there.
const NOBODY: &str = "5c21b7ee-0000-4000-8000-0000000000ff";

/// An address of the route, in this workspace, with something in place of its other parameters.
fn address(route: &str, workspace: &str) -> String {
    route
        .split('/')
        .map(|part| match part {
            "{workspace}" => workspace,
            part if part.starts_with('{') => NOBODY,
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn routes() -> Vec<String> {
    let pages = Shell::ALL.into_iter().flat_map(Shell::routes);
    let others = [
        "/openapi.json",
        "/attachments",
        "/attachments/none/none",
        "/healthz",
        "/readyz",
        "/assets/css/app-1.css",
        "/assets/none.css",
        "/favicon.svg",
        "/sw.js",
        "/none",
        "/api/v1/session.sign_in",
        "/api/v1/none.none",
        "/dev/mail",
        "/dev/mail.json",
        "/dev/gallery",
        "/w/none/none/none",
    ];
    pages
        .map(|route| address(route, NOBODY))
        .chain(others.map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn every_route_has_every_header() {
    let house = House::open().await;
    for route in routes() {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let sent = request(method.clone(), &route, None).header(header::ORIGIN, crate::support::ORIGIN);
            let reply = house.send(sent.body(Body::empty()).expect("a request")).await;
            let place = format!("{method} {route}: {}", reply.status);
            assert!(!reply.status.is_server_error(), "{place}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("x-frame-options", "DENY"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(reply.header(name), value, "{place}: {name}");
            }
            let policy = reply.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{place}: {policy}");
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
                "{place}: {policy}"
            );
            assert!(reply.header("permissions-policy").contains("camera=()"), "{place}");
            assert_eq!(reply.header("x-request-id").len(), 36, "{place}");
            assert!(!reply.header("cache-control").is_empty(), "{place}");
            assert!(
                reply.headers.get("strict-transport-security").is_none(),
                "{place}: plain HTTP"
            );
            assert!(reply.headers.get(header::SERVER).is_none(), "{place}");
        }
    }
}

#[tokio::test]
async fn the_service_worker_may_ask_this_server_and_nothing_else() {
    let house = House::open().await;
    let worker = house.get("/sw.js", None).await;
    assert_eq!(worker.status, StatusCode::OK);
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(
        worker.header("content-security-policy"),
        "default-src 'none'; connect-src 'self'"
    );
    let page = house.get("/offline", None).await;
    assert!(page.header("content-security-policy").contains("; worker-src 'self';"));
    assert!(page.body.contains(r#"href="">Try again"#), "{}", page.body);
}

#[tokio::test]
async fn a_page_with_scripts_has_a_fresh_nonce_others_may_run_none_and_nothing_is_inline() {
    let house = House::open().await;
    let owner = house.session("ada@example.com").await;
    let workspace = house.workspace(&owner, "Tern House").await;
    let mut nonces = std::collections::HashSet::new();
    let mut still = 0;
    for route in Shell::ALL.into_iter().flat_map(Shell::routes) {
        let reply = house.get(&address(route, &workspace), Some(&owner)).await;
        if !reply.header("content-type").starts_with("text/html") {
            continue;
        }
        let policy = reply.header("content-security-policy");
        let scripts: Vec<_> = reply.body.split("<script").skip(1).collect();
        if let Some((_, rest)) = policy.split_once("'nonce-") {
            let nonce = rest.split('\'').next().expect("a nonce").to_owned();
            assert!(nonces.insert(nonce.clone()), "{route}: a nonce of its own");
            assert!(!scripts.is_empty(), "{route}: scripts are allowed where there are some");
            for tag in scripts {
                let tag = tag.split('>').next().unwrap_or_default();
                assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{route}: {tag}");
            }
        } else {
            still += 1;
            assert!(scripts.is_empty(), "{route}: it could not run its scripts");
            assert!(
                !policy.contains("script-src") && policy.starts_with("default-src 'none';"),
                "{route}: {policy}"
            );
        }
        assert!(
            !reply.body.contains(" style=") && !reply.body.contains("<style"),
            "{route}"
        );
        for handler in [" onclick=", " onload=", " onerror=", " onsubmit=", "javascript:"] {
            assert!(!reply.body.contains(handler), "{route}: {handler}");
        }
        assert_eq!(reply.header("cache-control"), "no-store", "{route}");
    }
    assert!(nonces.len() > 5 && still > 5, "there are pages of both kinds");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_like_anything_else() {
    let house = House::open().await;
    let with = |count: usize, length: usize, query: usize| {
        let mut sent = request(Method::GET, &format!("/healthz?{}", "q".repeat(query)), None);
        for number in 0..count {
            sent = sent.header(format!("x-{number}"), "v".repeat(length));
        }
        sent.body(Body::empty()).expect("a request")
    };
    for (count, length, query, fits) in [
        (1, 15_000, 0, true),
        (1, 17_000, 0, false),
        (0, 0, 15_000, true),
        (0, 0, 17_000, false),
        (4, 4_000, 2_000, false),
        (90, 1, 0, true),
        (101, 1, 0, false),
    ] {
        let reply = house.send(with(count, length, query)).await;
        let place = format!("{count} headers of {length}, a query of {query}: {}", reply.status);
        if fits {
            assert_eq!(reply.status, StatusCode::OK, "{place}");
        } else {
            assert_eq!(reply.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "{place}");
            assert!(
                reply.header("content-type").starts_with("application/problem+json"),
                "{place}"
            );
        }
        assert!(!reply.header("content-security-policy").is_empty(), "{place}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{place}");
    }
}

#[tokio::test]
async fn public_pages_ship_no_script() {
    let house = House::open().await;
    for route in Shell::Public.routes().iter().chain(Shell::Solo.routes()) {
        let reply = house.get(&address(route, NOBODY), None).await;
        assert!(
            !reply.body.contains("<script") && !reply.body.contains("/assets/pkg/"),
            "{route}"
        );
    }
}

#[tokio::test]
async fn a_site_over_tls_says_so() {
    let smtp = "origin = 'https://scripts.example.org'";
    let house = House::open_with(smtp).await;
    for route in ["/", "/healthz", "/none", "/assets/css/app-1.css"] {
        let reply = house.get(route, None).await;
        assert!(
            reply
                .header("strict-transport-security")
                .starts_with("max-age=63072000"),
            "{route}"
        );
    }
    assert!(
        house
            .get("/", None)
            .await
            .header("content-security-policy")
            .contains("upgrade-insecure-requests")
    );
}

#[tokio::test]
async fn files_are_cached_for_good_and_compressed_as_asked() {
    let house = House::open().await;
    for (accept, encoding, body) in [
        ("br, gzip", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("", "", "export default 1"),
    ] {
        let sent = request(Method::GET, "/assets/pkg/app-1.js", None).header(header::ACCEPT_ENCODING, accept);
        let reply = house.send(sent.body(Body::empty()).expect("a request")).await;
        assert_eq!(
            (reply.status, reply.header("content-encoding"), reply.body.as_str()),
            (StatusCode::OK, encoding, body)
        );
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(reply.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(reply.header("vary"), "accept-encoding");
    }
    assert_eq!(
        house.get("/favicon.svg", None).await.header("content-type"),
        "image/svg+xml; charset=utf-8"
    );
    for path in [
        "/assets/pkg/app-1.js.br",
        "/assets/manifest.json",
        "/assets/root/favicon.svg",
        "/assets/../manifest.json",
        "/assets/%2e%2e/keys/root.key",
    ] {
        assert_eq!(house.get(path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn pages_and_answers_are_compressed() {
    let house = House::open().await;
    for (accept, encoding) in [("br", "br"), ("gzip", "gzip")] {
        for path in ["/", "/openapi.json"] {
            let sent = request(Method::GET, path, None).header(header::ACCEPT_ENCODING, accept);
            let reply = house.send(sent.body(Body::empty()).expect("a request")).await;
            assert_eq!(reply.header("content-encoding"), encoding, "{path}");
        }
    }
}

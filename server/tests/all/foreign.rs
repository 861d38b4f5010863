//! Nothing is changed for another site, by either door, and nothing on the loopback answers to another name.

use crate::support::{House, ORIGIN, request};
use axum::body::Body;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;

/// What a browser says when another site sends, and what says nothing at all.
const FOREIGN: [&[(&str, &str)]; 7] = [
    &[],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "http://localhost:3001")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:3000")],
    &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
];

#[tokio::test]
async fn both_doors_refuse_other_sites_and_nothing_changes() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    for headers in FOREIGN {
        let json_door = (
            "/api/v1/workspace.create",
            "application/json",
            json!({"name": "Taken"}).to_string(),
        );
        let form_door = (
            "/start",
            "application/x-www-form-urlencoded",
            "_op=workspace.create&name=Taken".to_owned(),
        );
        for (path, media, body) in [json_door, form_door] {
            let mut sent = request(Method::POST, path, Some(&cookie))
                .header(header::CONTENT_TYPE, media)
                .body(Body::from(body))
                .expect("a request");
            for (name, value) in headers {
                sent.headers_mut()
                    .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            let reply = house.send(sent).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(reply.cookie().is_none(), "{path} {headers:?}");
        }
    }
    let list = house.call("workspace.list", Some(&cookie), &json!({})).await.json();
    assert_eq!(list, json!([]), "nothing was changed");
}

#[tokio::test]
async fn signing_in_for_somebody_else_is_refused_too() {
    let house = House::open().await;
    house.person("eve@example.com").await;
    let body = format!(
        "_op=session.sign_in&email=eve@example.com&password={}",
        crate::support::PASSWORD.replace(' ', "+")
    );
    let sent = request(Method::POST, "/sign-in", None)
        .header("sec-fetch-site", "cross-site")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = house.send(sent.body(Body::from(body)).expect("a request")).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(reply.cookie().is_none());
    assert!(
        reply.header("content-type").starts_with("text/html"),
        "people get a page"
    );
}

#[tokio::test]
async fn the_loopback_answers_to_its_own_names_only() {
    let house = House::open().await;
    for (host, status) in [
        ("localhost:3000", StatusCode::OK),
        ("127.0.0.1:3000", StatusCode::OK),
        ("[::1]:3000", StatusCode::OK),
        ("LOCALHOST", StatusCode::OK),
        ("rebound.example:3000", StatusCode::MISDIRECTED_REQUEST),
        ("localhost.evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("10.0.0.1", StatusCode::MISDIRECTED_REQUEST),
        ("", StatusCode::MISDIRECTED_REQUEST),
    ] {
        for path in ["/", "/dev/mail.json", "/healthz"] {
            let mut sent = request(Method::GET, path, None).body(Body::empty()).expect("a request");
            sent.headers_mut().insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(house.send(sent).await.status, status, "{host} {path}");
        }
    }
}

#[tokio::test]
async fn the_mailbox_is_for_this_machine_only() {
    let house = House::open().await;
    house.person("ada@example.com").await;
    for path in ["/dev/mail", "/dev/mail.json", "/dev/gallery"] {
        assert_eq!(house.get(path, None).await.status, StatusCode::OK, "{path}");
        let other = request(Method::GET, path, None).body(Body::empty()).expect("a request");
        assert_eq!(
            house.send_from("192.0.2.7:4711", other).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
        for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
            let proxied = request(Method::GET, path, None).header(name, "192.0.2.7");
            let reply = house.send(proxied.body(Body::empty()).expect("a request")).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path} behind a proxy");
        }
    }
    let mails = house.get("/dev/mail.json", None).await.json();
    assert_eq!(mails[0]["to"], "ada@example.com");
    assert!(mails[0]["text"].as_str().is_some_and(|text| text.contains(ORIGIN)));
    assert!(house.get("/dev/mail", None).await.body.contains("href=\"/verify/"));
}

#[tokio::test]
async fn a_server_for_others_has_no_mailbox() {
    let house = House::open_with("origin = 'https://scripts.example.org'").await;
    for path in ["/dev/mail", "/dev/mail.json", "/dev/gallery"] {
        let known = house.get(path, None).await;
        let unknown = house.get("/dev/none", None).await;
        assert_eq!(
            (known.status, unknown.status),
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            "{path}"
        );
    }
}

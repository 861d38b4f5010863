//! Pictures as bytes: what the door takes, from whom, and how it gives them back.

use crate::support::{House, ORIGIN, Reply, request};
use axum::body::Body;
use domain::ops::ATTACHMENT_MAX;
use http::{Method, StatusCode, header};
use serde_json::json;

/// The least that is known as a GIF.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

/// Somebody who is signed in, with a workspace and a record.
struct Desk {
    cookie: String,
    workspace: String,
    record: String,
}

impl Desk {
    async fn of(house: &House, email: &str) -> Self {
        let cookie = house.session(email).await;
        let workspace = house.workspace(&cookie, "Tern House").await;
        let id = |reply: Reply| reply.json()["id"].as_str().expect("an id").to_owned();
        let made = json!({"workspace": workspace, "title": "Lamps"});
        let record = id(house.call("record.create", Some(&cookie), &made).await);
        Self {
            cookie,
            workspace,
            record,
        }
    }

    fn place(&self) -> String {
        format!("/attachments?workspace={}&record={}", self.workspace, self.record)
    }
}

async fn post(house: &House, address: &str, cookie: Option<&str>, bytes: impl Into<Body>) -> Reply {
    let sent = request(Method::POST, address, cookie)
        .header(header::ORIGIN, ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "image/svg+xml");
    house.send(sent.body(bytes.into()).expect("a request")).await
}

#[tokio::test]
async fn a_picture_comes_back_as_what_it_is_and_runs_nothing() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let added = post(&house, &desk.place(), Some(&desk.cookie), GIF).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    let view = added.json();
    assert_eq!((view["kind"].as_str(), view["size"].as_u64()), (Some("gif"), Some(14)));
    let address = format!(
        "/attachments/{}/{}",
        desk.workspace,
        view["id"].as_str().expect("an id")
    );
    let shown = house.get(&address, Some(&desk.cookie)).await;
    assert_eq!(shown.status, StatusCode::OK);
    // Whatever the sender called it.
    assert_eq!(shown.header("content-type"), "image/gif");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert_eq!(shown.header("cache-control"), "no-store");
    let policy = shown.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"),
        "{policy}"
    );
    assert_eq!(shown.body.as_bytes(), String::from_utf8_lossy(GIF).as_bytes());
    for (cookie, status) in [(None, 401), (Some("__Host-session=made-up"), 401)] {
        assert_eq!(house.get(&address, cookie).await.status.as_u16(), status);
    }
    let bob = Desk::of(&house, "bob@example.com").await;
    let hidden = house.get(&address, Some(&bob.cookie)).await;
    let missing = house
        .get(
            "/attachments/5c21b7ee-0000-4000-8000-0000000000ff/5c21b7ee-0000-4000-8000-0000000000ff",
            Some(&bob.cookie),
        )
        .await;
    assert_eq!((hidden.status.as_u16(), missing.status.as_u16()), (404, 404));
    assert_eq!(hidden.json()["detail"], missing.json()["detail"]);
    assert_eq!(
        house
            .get("/attachments/none/none", Some(&desk.cookie))
            .await
            .status
            .as_u16(),
        404
    );
}

#[tokio::test]
async fn what_the_door_does_not_take_is_said_and_leaves_nothing() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let bob = Desk::of(&house, "bob@example.com").await;
    let (own, ada) = (desk.place(), Some(desk.cookie.as_str()));
    let no_record = format!("/attachments?workspace={}", desk.workspace);
    let swapped = format!("/attachments?workspace={}&record={}", desk.workspace, bob.record);
    for (address, cookie, bytes, status, code) in [
        (&own, None, GIF, 401, "signed_out"),
        (&own, Some(bob.cookie.as_str()), GIF, 404, "not_found"),
        (&swapped, ada, GIF, 404, "not_found"),
        (&no_record, ada, GIF, 400, "malformed"),
        (&own, ada, b"<svg/>".as_slice(), 422, "invalid"),
        (&own, ada, b"", 422, "invalid"),
    ] {
        let reply = post(&house, address, cookie, bytes).await;
        assert_eq!(reply.status.as_u16(), status, "{address}: {}", reply.body);
        assert_eq!(reply.json()["code"], code);
    }
    let words = post(&house, &own, ada, b"<svg/>".as_slice()).await.json();
    assert!(
        words["detail"].as_str().is_some_and(|said| said.contains("PNG")),
        "{words}"
    );
    let mut large = GIF.to_vec();
    large.resize(ATTACHMENT_MAX + 1, 0);
    assert_eq!(post(&house, &own, ada, large).await.status.as_u16(), 413);
    // A page of another site, with our cookie.
    let foreign = request(Method::POST, &own, ada)
        .header(header::ORIGIN, "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    let reply = house.send(foreign.body(Body::from(GIF)).expect("a request")).await;
    assert_eq!(reply.status.as_u16(), 403);
    let count = "select count(*) from shared.attachments";
    assert_eq!(house.database.number(count).await, 0);
}

#[tokio::test]
async fn nobody_s_bytes_are_read_before_it_is_known_who_they_are() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    // A body that never comes: whoever waited for it would not answer.
    let endless = || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    for cookie in [None, Some("__Host-session=made-up")] {
        let reply = post(&house, &desk.place(), cookie, endless()).await;
        assert_eq!(reply.status.as_u16(), 401);
    }
}

#[tokio::test]
async fn a_picture_sent_twice_under_one_key_is_kept_once() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let sent = request(Method::POST, &desk.place(), Some(&desk.cookie))
            .header(header::ORIGIN, ORIGIN)
            .header("idempotency-key", "the-same");
        let reply = house.send(sent.body(Body::from(GIF)).expect("a request")).await;
        ids.push(reply.json()["id"].as_str().expect("an id").to_owned());
    }
    assert_eq!(ids[0], ids[1]);
    let count = "select count(*) from shared.attachments";
    assert_eq!(house.database.number(count).await, 1);
}

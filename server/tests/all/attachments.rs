//! Pictures as bytes: what the door takes, from whom, and how it gives them back.

use crate::support::{House, ORIGIN, PASSWORD, Reply, request};
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::ops::{ATTACHMENT_MAX, ATTACHMENTS_MAX};
use futures_util::stream;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::{io, sync::Arc};
use tokio::sync::Notify;

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
        self.place_of(&self.record)
    }

    fn place_of(&self, record: &str) -> String {
        format!("/attachments?workspace={}&record={record}", self.workspace)
    }

    /// Sends a picture; where it is from then on.
    async fn picture(&self, house: &House) -> String {
        let added = post(house, &self.place(), Some(&self.cookie), GIF).await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.body);
        let id = added.json()["id"].as_str().expect("an id").to_owned();
        format!("/attachments/{}/{id}", self.workspace)
    }

    /// Somebody new, who takes up an invitation into a role.
    async fn colleague(&self, house: &House, email: &str, role: &str) -> String {
        let invite = json!({"workspace": self.workspace, "emails": email, "role": role});
        self.done(house, "member.invite", &invite).await;
        let token = house.token(email, "invitation").await;
        let join = json!({"token": token, "name": "Cy Lindholm", "password": PASSWORD});
        let joined = house.call("invitation.join", None, &join).await;
        assert_eq!(joined.status, StatusCode::OK, "{}", joined.body);
        joined.cookie().expect("a cookie")
    }

    async fn done(&self, house: &House, name: &str, body: &Value) -> Value {
        let reply = house.call(name, Some(&self.cookie), body).await;
        assert_eq!(reply.status, StatusCode::OK, "{name}: {}", reply.body);
        reply.json()
    }
}

/// Somewhere that is nowhere.
const NOWHERE: &str = "5c21b7ee-0000-4000-8000-0000000000ff";

async fn kept(house: &House) -> i64 {
    house.database.number("select count(*) from shared.attachments").await
}

/// All that an answer says, without what differs from request to request.
fn said(reply: &Reply) -> (StatusCode, Value, Vec<String>) {
    let mut body = reply.json();
    for own in ["request", "instance"] {
        body[own].take();
    }
    let names = reply.headers.keys().map(ToString::to_string).collect();
    (reply.status, body, names)
}

/// Bytes that never end; says when somebody waits for them.
fn endless(waited_for: Arc<Notify>) -> Body {
    Body::from_stream(stream::poll_fn(move |_| {
        waited_for.notify_one();
        std::task::Poll::<Option<Result<Vec<u8>, io::Error>>>::Pending
    }))
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
    assert_eq!(kept(&house).await, 0);
}

#[tokio::test]
async fn nobody_s_bytes_are_read_before_it_is_known_that_they_may_write() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let reader = desk.colleague(&house, "rita@example.com", "supervisor").await;
    // A body that never comes: whoever waited for it would not answer.
    for (cookie, status) in [
        (None, 401),
        (Some("__Host-session=made-up"), 401),
        (Some(reader.as_str()), 403),
    ] {
        let reply = post(&house, &desk.place(), cookie, endless(Arc::default())).await;
        assert_eq!(reply.status.as_u16(), status);
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
    assert_eq!(kept(&house).await, 1);
}

#[tokio::test]
async fn to_who_does_not_see_it_a_picture_and_its_record_are_as_if_there_were_none() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let bob = Desk::of(&house, "bob@example.com").await;
    let cy = desk.colleague(&house, "cy@example.com", "practitioner").await;
    let picture = desk.picture(&house).await;
    assert_eq!(house.get(&picture, Some(&cy)).await.status, StatusCode::OK);
    assert_eq!(post(&house, &desk.place(), Some(&cy), GIF).await.status, StatusCode::OK);
    let people = desk
        .done(&house, "member.list", &json!({"workspace": desk.workspace}))
        .await;
    let account = people["members"]
        .as_array()
        .and_then(|all| all.iter().find(|member| member["email"] == "cy@example.com"))
        .map(|member| member["account"].clone())
        .expect("a member");
    let suspend = json!({"workspace": desk.workspace, "account": account});
    desk.done(&house, "member.suspend", &suspend).await;
    let before = kept(&house).await;
    let nowhere = [
        format!("/attachments/{}/{NOWHERE}", desk.workspace),
        format!("/attachments/{NOWHERE}/{NOWHERE}"),
    ];
    let missing = [
        desk.place_of(NOWHERE),
        format!("/attachments?workspace={NOWHERE}&record={NOWHERE}"),
    ];
    for cookie in [&bob.cookie, &cy] {
        let shown = said(&house.get(&picture, Some(cookie)).await);
        assert_eq!(shown.0, StatusCode::NOT_FOUND);
        for address in &nowhere {
            assert_eq!(said(&house.get(address, Some(cookie)).await), shown, "{address}");
        }
        let sent = said(&post(&house, &desk.place(), Some(cookie), GIF).await);
        assert_eq!(sent.0, StatusCode::NOT_FOUND);
        for address in &missing {
            assert_eq!(said(&post(&house, address, Some(cookie), GIF).await), sent, "{address}");
        }
    }
    // Somebody who is not signed in hears that, whatever they ask for.
    let out = said(&house.get(&picture, None).await);
    assert_eq!(out.0, StatusCode::UNAUTHORIZED);
    for address in &nowhere {
        assert_eq!(said(&house.get(address, None).await), out, "{address}");
    }
    assert_eq!(kept(&house).await, before);
}

#[tokio::test]
async fn who_only_reads_looks_and_a_record_that_is_put_away_takes_nothing() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let reader = desk.colleague(&house, "rita@example.com", "supervisor").await;
    let picture = desk.picture(&house).await;
    let ada = desk.cookie.as_str();
    assert_eq!(house.get(&picture, Some(&reader)).await.status, StatusCode::OK);
    let refused = post(&house, &desk.place(), Some(&reader), GIF).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["code"].as_str()),
        (403, Some("forbidden"))
    );
    let record = json!({"workspace": desk.workspace, "record": desk.record});
    for (put_away, word, get_back) in [
        ("record.archive", "archive", "record.unarchive"),
        ("record.trash", "trash", "record.restore"),
    ] {
        desk.done(&house, put_away, &record).await;
        let refused = post(&house, &desk.place(), Some(ada), GIF).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{put_away}");
        assert!(
            refused.json()["detail"]
                .as_str()
                .is_some_and(|said| said.contains(word)),
            "{}",
            refused.body
        );
        // A picture is seen by who sees its record, wherever that is.
        for cookie in [ada, &reader] {
            let record = house.call("record.get", Some(cookie), &record).await.status;
            assert_eq!(house.get(&picture, Some(cookie)).await.status, record, "{put_away}");
        }
        desk.done(&house, get_back, &record).await;
    }
    assert_eq!(kept(&house).await, 1);
    desk.picture(&house).await;
}

#[tokio::test]
async fn bytes_that_are_not_what_they_are_called_or_too_much_when_unpacked_are_refused_in_words() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0";
    for (called, bytes, words) in [
        (
            "image/png",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".as_slice(),
            "no picture",
        ),
        ("image/gif", b"<!doctype html><script>alert(1)</script>", "no picture"),
        ("image/jpeg", b"", "nothing in it"),
        ("image/webp", b"RIFF\x04\0\0\0WAVE", "no picture"),
        ("image/png", bomb, "60000 by 60000"),
    ] {
        let sent = request(Method::POST, &desk.place(), Some(&desk.cookie))
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, called);
        let reply = house.send(sent.body(Body::from(bytes)).expect("a request")).await;
        assert_eq!(reply.status.as_u16(), 422, "{called}: {}", reply.body);
        let detail = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains(words), "{called}: {detail}");
    }
    assert_eq!(kept(&house).await, 0);
    // A GIF that is called a PNG is a picture, and shown as what it is.
    let sent = request(Method::POST, &desk.place(), Some(&desk.cookie))
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "image/png");
    let reply = house.send(sent.body(Body::from(GIF)).expect("a request")).await;
    assert_eq!(reply.json()["kind"], "gif");
}

/// Gives the record of the one picture there is so many more, which show the same.
async fn fill(house: &House, more: u32) {
    let insert = format!(
        "insert into shared.attachments (workspace_id, id, record_id, class, kind, size, content_of, added_at)
         select workspace_id, gen_random_uuid(), record_id, class, kind, size, id, added_at
         from shared.attachments, generate_series(1, {more})"
    );
    house.database.run(&insert).await;
}

#[tokio::test]
async fn a_record_that_has_its_pictures_says_so_before_more_bytes_come() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    desk.picture(&house).await;
    fill(&house, ATTACHMENTS_MAX - 1).await;
    let full = post(&house, &desk.place(), Some(&desk.cookie), endless(Arc::default())).await;
    assert_eq!(full.status.as_u16(), 422, "{}", full.body);
    let detail = full.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains(&ATTACHMENTS_MAX.to_string()), "{detail}");
    assert_eq!(kept(&house).await, i64::from(ATTACHMENTS_MAX));
}

#[tokio::test]
async fn who_lost_the_answer_of_the_last_picture_there_may_be_gets_it_again() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    desk.picture(&house).await;
    fill(&house, ATTACHMENTS_MAX - 2).await;
    let send = async |key: &str| {
        let sent = request(Method::POST, &desk.place(), Some(&desk.cookie))
            .header(header::ORIGIN, ORIGIN)
            .header("idempotency-key", key);
        house.send(sent.body(Body::from(GIF)).expect("a request")).await
    };
    let first = send("the-last").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(send("the-last").await.json(), first.json());
    assert_eq!(send("one-more").await.status.as_u16(), 422);
    let record = json!({"workspace": desk.workspace, "record": desk.record});
    desk.done(&house, "record.archive", &record).await;
    assert_eq!(send("the-last").await.json(), first.json(), "put away meanwhile");
    assert_eq!(send("one-more").await.status.as_u16(), 403);
    assert_eq!(kept(&house).await, i64::from(ATTACHMENTS_MAX));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_and_holds_up_nobody() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    // More often than a workspace has places.
    for _ in 0..5 {
        let cut = Body::from_stream(stream::iter([
            Ok(GIF.to_vec()),
            Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        ]));
        let reply = post(&house, &desk.place(), Some(&desk.cookie), cut).await;
        assert_eq!(reply.status.as_u16(), 400, "{}", reply.body);
        assert!(reply.body.contains("broke off"), "{}", reply.body);
    }
    assert_eq!(kept(&house).await, 0);
    desk.picture(&house).await;
}

#[tokio::test]
async fn a_workspace_that_sends_slowly_is_told_to_wait_and_others_are_not() {
    let house = House::open_with("[limits]\nrequest_seconds = 6").await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let bob = Desk::of(&house, "bob@example.com").await;
    let waited_for = [Arc::new(Notify::new()), Arc::new(Notify::new())];
    let place = desk.place();
    let slow = |number: usize| {
        post(
            &house,
            &place,
            Some(&desk.cookie),
            endless(Arc::clone(&waited_for[number])),
        )
    };
    let third = async {
        for waited_for in &waited_for {
            waited_for.notified().await;
        }
        bob.picture(&house).await;
        post(&house, &place, Some(&desk.cookie), GIF).await
    };
    let (one, two, third) = tokio::join!(slow(0), slow(1), third);
    assert_eq!(
        (third.status.as_u16(), third.header("retry-after")),
        (503, "5"),
        "{}",
        third.body
    );
    assert_eq!(third.json()["code"], "unavailable");
    for slow in [one, two] {
        assert_eq!(slow.status, StatusCode::REQUEST_TIMEOUT, "{}", slow.body);
    }
    assert_eq!(kept(&house).await, 1, "the other workspace's");
    desk.picture(&house).await;
}

#[tokio::test]
async fn the_json_api_gives_the_same_picture_and_does_not_labour_to_make_it_smaller() {
    let house = House::open().await;
    let desk = Desk::of(&house, "ada@example.com").await;
    let mut large = GIF.to_vec();
    large.resize(100_000, 0);
    let added = post(&house, &desk.place(), Some(&desk.cookie), large.clone())
        .await
        .json();
    let ask = json!({"workspace": desk.workspace, "attachment": added["id"]});
    let sent = request(Method::POST, "/api/v1/attachment.read", Some(&desk.cookie))
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_ENCODING, "br, gzip");
    let reply = house
        .send(sent.body(Body::from(ask.to_string())).expect("a request"))
        .await;
    assert_eq!((reply.status, reply.header("content-encoding")), (StatusCode::OK, ""));
    let letters = STANDARD.encode(&large);
    assert_eq!(reply.json(), json!({"kind": "gif", "content": letters}));
}

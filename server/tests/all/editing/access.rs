//! Who is let in, and for how long.

use super::{Desk, peer::Peer, together::wait_for_log};
use crate::support::live;
use domain::{Caller, Door, RequestId, ops::SuspendMember, ports::Clock};
use outbound::SystemClock;
use serde_json::json;
use server::compose::{self, MakeKeys, Migrate};
use services::Services;
use std::sync::Arc;

async fn end_of(desk: &Desk, room: &str, headers: &[(&str, &str)]) -> Result<u16, u16> {
    let mut peer = Peer::connect(desk.server.address, room, headers).await?;
    Ok(peer.until_closed().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_come_in_and_only_from_our_own_pages() {
    let desk = Desk::open().await;
    let stranger = desk.server.session("bea@example.com").await;
    let (record, workspace) = (&desk.record, &desk.workspace);
    let elsewhere = super::id_in(
        &desk.server,
        &stranger,
        "workspace.create",
        &json!({"name": "Elsewhere"}),
    )
    .await;
    let none = "01890000-0000-7000-8000-000000000000";
    let mine: (&str, &str) = ("cookie", &desk.cookie);
    let hers: (&str, &str) = ("cookie", &stranger);
    for (what, room, headers, expected) in [
        ("nobody", record.clone(), vec![], Ok(4401)),
        (
            "an old cookie",
            record.clone(),
            vec![("cookie", "__Host-session=aaaa")],
            Ok(4401),
        ),
        ("a stranger", record.clone(), vec![hers], Ok(4404)),
        (
            "a stranger who knows the place",
            format!("{record}?workspace={workspace}"),
            vec![hers],
            Ok(4404),
        ),
        (
            "the wrong place",
            format!("{record}?workspace={elsewhere}"),
            vec![mine],
            Ok(4404),
        ),
        ("a record that is not there", none.to_owned(), vec![mine], Ok(4404)),
        ("no record", "tides".to_owned(), vec![mine], Err(404)),
        (
            "a version that is no number",
            format!("{record}?schema=new"),
            vec![mine],
            Err(400),
        ),
        (
            "another site's page",
            record.clone(),
            vec![mine, ("origin", "https://evil.example")],
            Err(403),
        ),
        (
            "a page without an origin",
            record.clone(),
            vec![mine, ("origin", "null")],
            Err(403),
        ),
    ] {
        assert_eq!(end_of(&desk, &room, &headers).await, expected, "{what}");
    }
    let (status, answer) = desk
        .server
        .send("GET", &format!("/ws/records/{record}"), &[mine], "")
        .await;
    assert_eq!(status, 400, "no socket was asked for");
    assert!(
        answer.contains("content-type: application/problem+json") && answer.contains("opened as a WebSocket"),
        "{answer}"
    );
    let mut named = Peer::open(&desk.server, &desk.cookie, record, &format!("?workspace={workspace}")).await;
    named.until_synced().await;
    drop(named);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_takes_its_sockets_along_and_no_others() {
    let desk = Desk::open().await;
    let sign_in = json!({"email": "ada@example.com", "password": crate::support::PASSWORD});
    let (_, answer) = desk.server.call("session.sign_in", "", &sign_in).await;
    let (_, rest) = answer.split_once("set-cookie: ").expect("a cookie");
    let second = rest.split(';').next().expect("a cookie").to_owned();
    let mut stays = desk.peer().await;
    stays.until_synced().await;
    let mut goes = Peer::open(&desk.server, &second, &desk.record, "").await;
    goes.until_synced().await;
    let (status, answer) = desk.server.call("session.sign_out", &second, &json!({})).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(goes.until_closed().await, 4401);
    stays.insert(0, "here").await;
    stays.until_kept().await;
    drop(stays);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_see_who_somebody_is_and_not_who_they_say_they_are() {
    let desk = Desk::open().await;
    let (mut one, mut other) = (desk.peer().await, desk.peer().await);
    one.until_synced().await;
    other.until_synced().await;
    // Awareness: one state, of client 7, at clock 1.
    let state = r#"{"user":{"name":"Mallory","color":"red"},"cursor":null}"#;
    let length = |bytes: usize| u8::try_from(bytes).expect("a short message");
    let mut content = vec![1, 7, 1, length(state.len())];
    content.extend_from_slice(state.as_bytes());
    let mut frame = vec![1, length(content.len())];
    frame.extend_from_slice(&content);
    one.send(&frame).await;
    other
        .until("presence", |peer| {
            peer.awareness.iter().any(|said| said.contains("Ada Quill"))
        })
        .await;
    assert!(!other.awareness.iter().any(|said| said.contains("Mallory")));
    drop((one, other));
    desk.server.stop().await;
}

/// Somebody else in the desk's workspace, in a role; cookie and account.
async fn member(desk: &Desk, email: &str, role: &str) -> (String, String) {
    desk.place.member(&desk.server, email, role).await
}

/// Kinds of notices: to be reloaded, and refused.
const RELOAD: u64 = 1;
const REFUSED: u64 = 3;

/// A page that was open while another version of the server came, with a schema that the page does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_an_older_schema_is_told_to_reload_and_can_break_nothing() {
    let desk = Desk::open().await;
    let mut owner = desk.peer().await;
    owner.until_synced().await;
    owner.insert(0, "tide").await;
    owner.until_kept().await;
    let open = |query: &'static str| Peer::open(&desk.server, &desk.cookie, &desk.record, query);
    let mut old = open("?ack=1&schema=0").await;
    let now = u64::from(domain::document::SCHEMA);
    old.until("to be reloaded", |peer| peer.notices.contains(&(RELOAD, now)))
        .await;
    old.until("the text", |peer| peer.read() == "tide").await;
    let sent = old.sent;
    assert_eq!(sent, 0, "it is not asked for what it has");
    old.remove(0, 4).await;
    old.until("a refusal", |peer| peer.notices.contains(&(REFUSED, sent + 1)))
        .await;
    // y-websocket as it is hears it in words.
    let mut plain = open("?schema=0").await;
    plain.until("a word", |peer| peer.denied && peer.read() == "tide").await;
    plain.insert(0, "Mallory ").await;
    // What the owner writes now comes after anything of theirs would have come.
    owner.insert(4, " table").await;
    for peer in [&mut old, &mut plain] {
        peer.until("the owner's words", |peer| peer.read().contains(" table"))
            .await;
        assert_eq!((peer.kept, peer.closed), (0, None), "nothing of theirs is kept");
    }
    owner.until_kept().await;
    assert_eq!(owner.read(), "tide table");
    let mut current = open("?ack=1&schema=1").await;
    current.until("the text", |peer| peer.read() == "tide table").await;
    assert!(current.notices.is_empty(), "{:?}", current.notices);
    current.insert(0, "high ").await;
    current.until_kept().await;
    drop((owner, old, plain, current));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_may_only_read_reads_and_what_they_write_is_refused_and_on_record() {
    let desk = Desk::open().await;
    let (reader, _) = member(&desk, "bea@example.com", "supervisor").await;
    let mut owner = desk.peer().await;
    owner.until_synced().await;
    owner.insert(0, "tide").await;
    owner.until_kept().await;
    let mut peer = Peer::open(&desk.server, &reader, &desk.record, "?ack=1").await;
    peer.until("the text", |peer| peer.read() == "tide").await;
    peer.insert(0, "Mallory ").await;
    // Kind 3: refused.
    peer.until("a refusal", |peer| peer.notices.iter().any(|(kind, _)| *kind == 3))
        .await;
    let rows = wait_for_log(&desk.place, &desk.server, 1).await;
    assert!(rows.iter().any(|row| row["refused"] == true), "{rows:?}");

    owner.insert(4, " table").await;
    peer.until("the owner's words", |peer| peer.read().contains(" table"))
        .await;
    owner.until_kept().await;
    assert_eq!(owner.read(), "tide table", "nobody hears of it");
    let mut later = desk.peer().await;
    later.until("the text", |peer| peer.read() == "tide table").await;
    drop((owner, peer, later));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_role_is_felt_at_once_and_a_suspension_or_removal_ends_it() {
    let desk = Desk::open().await;
    let (cookie, account) = member(&desk, "bea@example.com", "practitioner").await;
    let change = |operation: &'static str, role: Option<&'static str>| {
        let (server, desk) = (&desk.server, &desk);
        let mut ask = json!({"workspace": desk.workspace, "account": account});
        if let Some(role) = role {
            ask["role"] = json!(role);
        }
        async move {
            let (status, answer) = server.call(operation, &desk.cookie, &ask).await;
            assert_eq!(status, 200, "{operation}: {answer}");
        }
    };
    let open = || Peer::open(&desk.server, &cookie, &desk.record, "?ack=1");
    let mut peer = open().await;
    peer.until_synced().await;
    peer.insert(0, "mine ").await;
    peer.until_kept().await;
    // Kind 2: access; 0: reading only.
    change("member.set_role", Some("supervisor")).await;
    peer.until("reading only", |peer| peer.notices.contains(&(2, 0))).await;
    change("member.set_role", Some("practitioner")).await;
    peer.until("writing", |peer| peer.notices.contains(&(2, 1))).await;
    change("member.suspend", None).await;
    assert_eq!(peer.until_closed().await, 4403);
    assert_eq!(open().await.until_closed().await, 4404, "suspended");
    change("member.resume", None).await;
    let mut peer = open().await;
    peer.until("the text", |peer| peer.read() == "mine ").await;
    change("member.remove", None).await;
    assert_eq!(peer.until_closed().await, 4403);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_put_away_is_read_only_for_those_who_have_it_open() {
    let desk = Desk::open().await;
    let mut peer = desk.peer().await;
    peer.until_synced().await;
    let of = json!({"workspace": desk.workspace, "record": desk.record});
    let (status, answer) = desk.server.call("record.archive", &desk.cookie, &of).await;
    assert_eq!(status, 200, "{answer}");
    peer.until("reading only", |peer| peer.notices.contains(&(2, 0))).await;
    drop(peer);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_from_the_command_line_ends_it_too() {
    let desk = Desk::open().await;
    let (cookie, account) = member(&desk, "bea@example.com", "practitioner").await;
    let mut peer = Peer::open(&desk.server, &cookie, &desk.record, "").await;
    peer.until_synced().await;
    // Another process, as far as the server is concerned: the same database, by services of its own.
    let caller = Caller {
        door: Door::CommandLine {
            user: "operator".to_owned(),
        },
        request: RequestId(uuid::Uuid::from_u128(7)),
        idempotency_key: None,
    };
    let op = SuspendMember {
        workspace: desk.workspace.parse().expect("an id"),
        account: account.parse().expect("an id"),
    };
    let elsewhere = elsewhere(&desk).await;
    elsewhere.run(caller, op).await.result.expect("suspended");
    assert_eq!(peer.until_closed().await, 4403);
    desk.server.stop().await;
}

/// The use cases over the same database and keys, as a command line opens them beside a server.
async fn elsewhere(desk: &Desk) -> Services {
    let config = live::config(desk.folder.path(), "");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let database = compose::database(&config, &*clock, Migrate::IfPrivate)
        .await
        .expect("the database");
    compose::house(&config, &database.db, clock, MakeKeys::Never)
        .await
        .expect("a house")
}

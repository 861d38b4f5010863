//! What is known of an edit afterwards: who made it, from which device, when; and what is left of a room that everybody left.

use crate::{
    editing::{Desk, Sitting, desk, document, kept, message},
    house::{WRITER, caller_from, seat},
};
use domain::{
    Door,
    ops::{AuditFilter, AuditRow, GetAuditEvent, ListAuditEvents},
};
use std::time::Duration;
use time::OffsetDateTime;

const CHROME: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";

/// One person with two devices, and another: nobody's edit passes for another's, nor a device's for the other's, nor is it said
/// to have been made when it was covered. The clear text of a row is read as text only by who may: here nobody finds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_edit_is_without_its_author_device_and_time_or_with_another_s() {
    let desk = desk().await;
    let services = &desk.house.services;
    let bea = desk.house.person("bea@keep.example").await;
    desk.house.stand(&bea, desk.workspace, &seat(WRITER)).await;
    let desktop = caller_from("192.0.2.7", Some(&desk.owner.token));
    let laptop_token = desk.house.sign_in("ilse@keep.example").await.token;
    let mut laptop = caller_from("198.51.100.8", Some(&laptop_token));
    if let Door::Http { user_agent, .. } = &mut laptop.door {
        CHROME.clone_into(user_agent);
    }
    let mut written = Vec::new();
    let (mut seats, mut minute) = (Vec::new(), 0);
    for (author, caller, words) in [
        (desk.owner.account, desktop, "at the desk"),
        (desk.owner.account, laptop, "on the way"),
        (bea.account, caller_from("203.0.113.9", Some(&bea.token)), "by another"),
    ] {
        minute += 1;
        desk.house.clock.advance(time::Duration::MINUTE);
        let sitting = desk.seat_by(services, &caller).await;
        sitting.seat.frame(message(&document(words), 500 + minute));
        kept(&sitting, 1).await;
        written.push((author, now(&desk)));
        seats.push(sitting);
    }
    desk.house.clock.advance(time::Duration::HOUR);
    let rows = "select concat_ws(' ', actor, extract(epoch from at)::bigint, updates,
            position(convert_to('at the desk', 'UTF8') in content) + position(convert_to('on the way', 'UTF8') in content))
        from shared.document_updates order by sequence";
    let expected: Vec<String> = written
        .iter()
        .map(|(author, at)| format!("{author} {} 1 0", at.unix_timestamp()))
        .collect();
    assert_eq!(desk.house.database.texts(rows).await, expected);
    let sessions = "select session::text from shared.document_updates order by sequence";
    let sessions = desk.house.database.texts(sessions).await;
    assert!(
        sessions[0] != sessions[1] && sessions[1] != sessions[2] && sessions[0] != sessions[2],
        "a session for each device: {sessions:?}"
    );
    drop(seats);
    services.editing_at_rest().await;
    let mut devices: Vec<_> = covered(&desk).await;
    devices.sort();
    let by = |account: domain::AccountId, address: &str, device: &str| {
        (account.to_string(), address.to_owned(), device.to_owned())
    };
    let mut expected = vec![
        by(desk.owner.account, "192.0.2.7", "Firefox on Linux"),
        by(desk.owner.account, "198.51.100.8", "Chrome on macOS"),
        by(bea.account, "203.0.113.9", "Firefox on Linux"),
    ];
    expected.sort();
    assert_eq!(devices, expected);
    let ranges = "select r.session::text from shared.document_ranges r
        join shared.document_updates u on u.session = r.session and u.sequence between r.first and r.last order by u.sequence";
    assert_eq!(
        desk.house.database.texts(ranges).await,
        sessions,
        "each row is in its session's range"
    );
}

fn now(desk: &Desk) -> OffsetDateTime {
    domain::ports::Clock::now(&desk.house.clock)
}

/// By whom, from where and with what device each event of edits says that they were made.
async fn covered(desk: &Desk) -> Vec<(String, String, String)> {
    let workspace = desk.workspace;
    let filter = AuditFilter {
        action: "record.edited".to_owned(),
        ..AuditFilter::default()
    };
    let list = ListAuditEvents { workspace, filter };
    let page = desk.house.act(&desk.owner, list).await.expect("a page");
    let mut found = Vec::new();
    for AuditRow { id: event, actor, .. } in page.rows {
        let op = GetAuditEvent { workspace, event };
        let view = desk.house.act(&desk.owner, op).await.expect("an event");
        let account = actor.account.expect("a person").to_string();
        found.push((account, view.address, view.device));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stays_of_a_room_that_everybody_left_and_nobody_s_room_is_put_away() {
    let desk = desk().await;
    let services = &desk.house.services;
    for visit in 0..3 {
        let (one, other) = (desk.seat(services).await, desk.seat(services).await);
        let lines = [&one, &other].map(Sitting::closed);
        assert_eq!(lines, [None, None]);
        other.seat.frame(message(&document("before"), 500 + 2 * visit));
        kept(&other, 1).await;
        let gone = other.leave();
        tokio::select! {
            biased;
            () = services.editing_at_rest() => panic!("somebody is still there"),
            () = async {
                one.seat.frame(message(&document("while one is there"), 501 + 2 * visit));
                kept(&one, 1).await;
            } => {}
        }
        let lines = [gone, one.leave()];
        tokio::time::timeout(Duration::from_mins(1), services.editing_at_rest())
            .await
            .expect("the room is put away");
        // The room had them, and the watch.
        assert!(lines.iter().all(|line| line.upgrade().is_none()), "visit {visit}");
    }
    let body = desk.house.act(&desk.owner, desk.read()).await.expect("a body");
    assert_eq!(body.words, 3 * (1 + 4), "and all of it is in the database");
}

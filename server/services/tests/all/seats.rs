//! Who was let in and may no longer stay: one look finds them, whoever said so, and nothing else holds a look up. How often
//! it is looked is a constant beside [`Services::run_editing`], held to the second of the promise where it stands.

use crate::{
    editing::{Desk, desk, desk_in, document, kept, message},
    house::{House, Person, Setup, WRITER, caller, seat, shell},
};
use bytes::Bytes;
use domain::{
    Code, WorkspaceId,
    ops::{RemoveMember, SetRole, SignOut, SuspendMember},
};
use services::{Ask, Closing, Line, Services};
use std::{sync::Arc, time::Duration};
use store::PoolSizes;
use tokio::{sync::watch, task::JoinSet};

/// What the codes of a close frame say (`architecture.md`: the same everywhere).
const REVOKED: u16 = 4403;
const SIGNED_OUT: u16 = 4401;
const RESTARTS: u16 = 1012;

/// Somebody who may write, beside the owner.
async fn writer(desk: &Desk, email: &str) -> Person {
    let person = desk.house.person(email).await;
    desk.house.stand(&person, desk.workspace, &seat(WRITER)).await;
    person
}

/// Another process over the same database does something to a member: nothing rings in this one.
async fn elsewhere(desk: &Desk, what: &str, person: &Person) {
    let (workspace, account) = (desk.workspace, person.account);
    let there = desk.house.restarted();
    let done = match what {
        "read only" => {
            let role = "supervisor".to_owned();
            let set = SetRole {
                workspace,
                account,
                role,
            };
            there.run(shell(), set).await.result.map(drop)
        }
        "suspended" => there
            .run(shell(), SuspendMember { workspace, account })
            .await
            .result
            .map(drop),
        "removed" => there
            .run(shell(), RemoveMember { workspace, account })
            .await
            .result
            .map(drop),
        _ => there
            .run(caller(Some(&person.token)), SignOut {})
            .await
            .result
            .map(drop),
    };
    done.unwrap_or_else(|problem| panic!("{what}: {problem}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_look_is_enough_and_sends_nobody_away_who_may_stay() {
    let desk = desk().await;
    let services = &desk.house.services;
    let bystander = writer(&desk, "ann@keep.example").await;
    let stays = [desk.seat(services).await, desk.seat_of(services, &bystander).await];
    let open = [
        desk.page_of(services, &desk.owner).await,
        desk.page_of(services, &bystander).await,
    ];
    for (what, code) in [("suspended", REVOKED), ("removed", REVOKED), ("signed out", SIGNED_OUT)] {
        let person = writer(&desk, &format!("{}@keep.example", what.replace(' ', "-"))).await;
        // Four pages of one person: two with the text, and two without.
        let sittings = [
            desk.seat_of(services, &person).await,
            desk.page_of(services, &person).await,
            desk.seat_of(services, &person).await,
            desk.page_of(services, &person).await,
        ];
        services.look_at_seats().await.expect("a look");
        elsewhere(&desk, what, &person).await;
        for sitting in &sittings {
            assert_eq!(sitting.closed(), None, "{what}: nobody looked yet");
        }
        services.look_at_seats().await.expect("a look");
        for sitting in &sittings {
            assert_eq!(sitting.until_closed().await, code, "{what}");
        }
    }
    services.look_at_seats().await.expect("a look");
    for (client, sitting) in (7..).zip(&stays) {
        sitting.seat.frame(message(&document("still here"), client));
        kept(sitting, 1).await;
        assert_eq!(sitting.closed(), None);
    }
    assert!(open.iter().all(|page| page.closed().is_none()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_stays_open_through_every_change_that_leaves_its_reader_a_member() {
    let desk = desk().await;
    let services = &desk.house.services;
    let person = writer(&desk, "bea@keep.example").await;
    let page = desk.page_of(services, &person).await;
    let (workspace, account) = (desk.workspace, person.account);
    let there = desk.house.restarted();
    for role in ["supervisor", "reader", WRITER] {
        let role = role.to_owned();
        let set = SetRole {
            workspace,
            account,
            role: role.clone(),
        };
        there.run(shell(), set).await.result.expect("another role");
        services.look_at_seats().await.expect("a look");
        assert_eq!(page.closed(), None, "{role}");
    }
    there
        .run(shell(), RemoveMember { workspace, account })
        .await
        .result
        .expect("removed");
    services.look_at_seats().await.expect("a look");
    assert_eq!(page.until_closed().await, REVOKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_removed_goes_also_when_nothing_can_be_found_out_about_the_record() {
    let sizes = PoolSizes {
        lock_timeout: Duration::from_millis(50),
        ..PoolSizes::default()
    };
    let database = testkit::database_with(sizes).await;
    let desk = desk_in(House::over(database, Setup::default()).await).await;
    let services = &desk.house.services;
    let person = writer(&desk, "bea@keep.example").await;
    let goes = [
        desk.seat_of(services, &person).await,
        desk.page_of(services, &person).await,
    ];
    let stays = [desk.seat(services).await, desk.page_of(services, &desk.owner).await];
    services.look_at_seats().await.expect("a look");
    elsewhere(&desk, "removed", &person).await;
    let held = desk
        .house
        .database
        .hold("lock table shared.records in access exclusive mode")
        .await;
    let looked = services.look_at_seats().await;
    assert!(looked.is_err(), "of the owner it could not be seen what they may do");
    for sitting in &goes {
        assert_eq!(sitting.until_closed().await, REVOKED);
    }
    assert!(stays.iter().all(|sitting| sitting.closed().is_none()));
    drop(held);
    services
        .look_at_seats()
        .await
        .expect("a look, as soon as it can be seen");
    assert!(stays.iter().all(|sitting| sitting.closed().is_none()));
}

/// A house where a statement waits for a lock longer than a test for anything.
async fn patient_desk() -> Desk {
    let sizes = PoolSizes {
        statement_timeout: Duration::from_mins(5),
        lock_timeout: Duration::from_mins(5),
        ..PoolSizes::default()
    };
    let database = testkit::database_with(sizes).await;
    desk_in(House::over(database, Setup::default()).await).await
}

const LOCKED: &str = "lock table shared.records in access exclusive mode";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_about_which_nothing_can_be_found_out_keep_nobody_in_and_are_decided_afterwards() {
    let desk = patient_desk().await;
    let services = &desk.house.services;
    let reader = writer(&desk, "ann@keep.example").await;
    let gone = [("suspended", REVOKED), ("removed", REVOKED), ("signed out", SIGNED_OUT)];
    let (mut stay, mut goes) = (Vec::new(), Vec::new());
    for (what, code) in gone {
        let person = writer(&desk, &format!("{}@keep.example", what.replace(' ', "-"))).await;
        let sittings = vec![desk.page_of(services, &person).await];
        goes.push((what, code, person, sittings));
    }
    for number in 0..20 {
        let record = desk
            .house
            .record(&desk.owner, desk.workspace, &format!("Tides {number}"))
            .await;
        stay.push(desk.seat_at(services, &caller(Some(&reader.token)), record.id).await);
        for (_, _, person, sittings) in &mut goes {
            sittings.push(desk.seat_at(services, &caller(Some(&person.token)), record.id).await);
        }
    }
    let page = desk.page_of(services, &reader).await;
    let held = desk.house.database.hold(LOCKED).await;
    let (stop, watching) = watch_over(services);
    elsewhere(&desk, "read only", &reader).await;
    desk.house.database.until_somebody_waits().await;
    for (what, code, person, sittings) in &goes {
        elsewhere(&desk, what, person).await;
        for sitting in sittings {
            assert_eq!(sitting.until_closed().await, *code, "{what}");
        }
    }
    assert!(desk.house.database.waiting().await > 0, "it is still waited for");
    for sitting in &stay {
        assert!(
            sitting.closed().is_none() && !sitting.is_read_only(),
            "nothing is known"
        );
    }
    drop(held);
    for sitting in &stay {
        sitting.until_read_only().await;
    }
    assert_eq!(page.closed(), None);
    drop((stay, goes, page));
    stop.send(true).expect("a watch");
    watching.await.expect("a good end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_somebody_comes_in_is_seen_as_soon_as_they_are_in() {
    let desk = patient_desk().await;
    let services = &desk.house.services;
    let bystander = writer(&desk, "ann@keep.example").await;
    let (text, page) = (
        desk.seat_of(services, &bystander).await,
        desk.page_of(services, &bystander).await,
    );
    for (what, code) in [
        ("read only", None),
        ("suspended", Some(REVOKED)),
        ("removed", Some(REVOKED)),
        ("signed out", Some(SIGNED_OUT)),
    ] {
        let person = writer(&desk, &format!("{}@keep.example", what.replace(' ', "-"))).await;
        let held = desk.house.database.hold(LOCKED).await;
        // Who they are was seen; what they ask for waits.
        let (sitting, ()) = tokio::join!(desk.seat_of(services, &person), async {
            desk.house.database.until_somebody_waits().await;
            elsewhere(&desk, what, &person).await;
            drop(held);
        });
        // Nobody looks at everybody here.
        assert_eq!(sitting.closed(), code, "{what}");
        if code.is_none() {
            sitting.until_read_only().await;
        }
    }
    assert!(text.closed().is_none() && page.closed().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_come_at_once_no_more_are_let_in_than_are_given_places() {
    let desk = desk().await;
    let services = &desk.house.services;
    let ask = Ask {
        record: desk.record,
        workspace: Some(desk.workspace),
        schema: None,
        ack: true,
        gather: false,
    };
    for (texts, places) in [(true, 48), (false, 96)] {
        let mut coming = JoinSet::new();
        for _ in 0..places + 52 {
            let (services, workspace) = (services.clone(), desk.workspace);
            let caller = caller(Some(&desk.owner.token));
            coming.spawn(async move {
                if texts {
                    services.join(&caller, ask, deaf()).await
                } else {
                    services.attend(&caller, workspace, deaf()).await
                }
            });
        }
        let (seats, refused): (Vec<_>, Vec<_>) = coming.join_all().await.into_iter().partition(Result::is_ok);
        let codes: Vec<Code> = refused
            .into_iter()
            .filter_map(Result::err)
            .map(|problem| problem.code)
            .collect();
        assert_eq!(
            (seats.len(), codes),
            (places, vec![Code::TooMany; 52]),
            "texts: {texts}"
        );
        drop(seats);
        // The room knows of nobody who was refused.
        services.editing_at_rest().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_page_keeps_neither_rest_from_coming_nor_a_server_from_its_end() {
    let desk = desk().await;
    let services = &desk.house.services;
    let page = desk.page_of(services, &desk.owner).await;
    services.editing_at_rest().await;
    let (stop, watching) = watch_over(services);
    stop.send(true).expect("a watch");
    assert_eq!(page.until_closed().await, RESTARTS);
    // The connection ends, and leaves its seat.
    drop(page);
    watching.await.expect("a good end");
    let late = services
        .attend(&caller(Some(&desk.owner.token)), desk.workspace, deaf())
        .await;
    assert_eq!(late.err().expect("no seat").code, Code::Unavailable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_whoever_is_no_member_has_no_seat_and_nobody_has_more_than_are_given() {
    let desk = desk().await;
    let services = &desk.house.services;
    let (stranger, put_out) = (
        desk.house.person("zoe@keep.example").await,
        writer(&desk, "bea@keep.example").await,
    );
    elsewhere(&desk, "suspended", &put_out).await;
    let nowhere = WorkspaceId("01890000-0000-7000-8000-000000000000".parse().expect("an id"));
    let mine = Some(&desk.owner.token);
    for (what, token, workspace, code) in [
        ("nobody", None, desk.workspace, Code::SignedOut),
        ("a stranger", Some(&stranger.token), desk.workspace, Code::NotFound),
        ("suspended", Some(&put_out.token), desk.workspace, Code::NotFound),
        ("nowhere", mine, nowhere, Code::NotFound),
        ("the house", mine, WorkspaceId::HOUSE, Code::NotFound),
    ] {
        let seat = services.attend(&caller(token), workspace, deaf()).await;
        assert_eq!(seat.err().map(|problem| problem.code), Some(code), "{what}");
    }
    let mut seats = Vec::new();
    let refused = loop {
        match services.attend(&caller(mine), desk.workspace, deaf()).await {
            Ok(seat) => seats.push(seat),
            Err(problem) => break problem,
        }
    };
    assert_eq!((refused.code, seats.len()), (Code::TooMany, 96));
    let text = desk.seat(services).await;
    assert_eq!(text.closed(), None, "texts are counted apart");
    seats.pop();
    services
        .attend(&caller(mine), desk.workspace, deaf())
        .await
        .expect("a place that became free");
}

/// The line of a page that nobody listens to.
fn deaf() -> Arc<dyn Line> {
    struct Deaf;
    impl Line for Deaf {
        fn send(&self, _: &[Bytes]) -> bool {
            true
        }
        fn close(&self, _: Closing) {}
    }
    Arc::new(Deaf)
}

/// The watch of a server, and how to end it.
fn watch_over(services: &Services) -> (watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = watch::channel(false);
    let services = services.clone();
    (stop, tokio::spawn(async move { services.run_editing(stopped).await }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn covering_what_a_crash_left_keeps_nobody_in_who_was_removed() {
    let desk = patient_desk().await;
    let services = &desk.house.services;
    let person = writer(&desk, "bea@keep.example").await;
    let sitting = desk.seat_of(services, &person).await;
    // Whoever covers waits for this.
    let held = desk
        .house
        .database
        .hold("lock table shared.document_unsealed in access exclusive mode")
        .await;
    let (stop, watching) = watch_over(services);
    desk.house.database.until_somebody_waits().await;
    elsewhere(&desk, "removed", &person).await;
    assert_eq!(sitting.until_closed().await, REVOKED);
    assert!(
        desk.house.database.waiting().await > 0,
        "what was to be covered still waits"
    );
    drop((sitting, held));
    stop.send(true).expect("a watch");
    watching.await.expect("a good end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_break_keep_nobody_in_who_was_removed() {
    let desk = desk().await;
    let services = &desk.house.services;
    let person = writer(&desk, "bea@keep.example").await;
    let (sitting, stays) = (desk.seat_of(services, &person).await, desk.seat(services).await);
    services.look_at_seats().await.expect("a look");
    elsewhere(&desk, "removed", &person).await;
    desk.house
        .database
        .run(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .await;
    // The first look after that may meet a connection that is gone; the second, which `run_editing` makes at once, does not.
    let _ = services.look_at_seats().await;
    services.look_at_seats().await.expect("a look over another connection");
    assert_eq!(sitting.until_closed().await, REVOKED);
    assert_eq!(stays.closed(), None);
}

//! Idempotency keys: done once, answered twice.

use crate::{
    house::{House, WRITER, code, keyed, seat},
    matrix::send,
    samples::World,
};
use domain::{
    Code, Kind, Scope, Secret, SessionChange,
    ops::{CreateRecord, ForgotPassword, ListRecords, SignIn, SignUp, metas},
};
use serde_json::json;
use tokio::task::JoinSet;

/// Answers that set a session are never kept: a repeat signs in again, or proves again.
const NEVER_KEPT: [&str; 3] = ["session.sign_in", "session.prove", "invitation.join"];

#[tokio::test]
async fn every_mutation_is_done_once_under_one_key() {
    let house = House::new().await;
    for meta in metas().into_iter().filter(|meta| meta.kind == Kind::Mutation) {
        let world = World::new(&house, meta.name).await;
        let (body, key) = (world.request(meta), format!("key-of-{}", meta.name));
        let session = (meta.scope != Scope::Public).then_some(&world.owner.token);
        let first = send(&house.services, meta, keyed(session, &key), &body).await;
        let first = first.unwrap_or_else(|problem| panic!("{}: {problem}", meta.name));
        let events = house.events(meta.name).await;
        let again = send(&house.services, meta, keyed(session, &key), &body).await;
        if NEVER_KEPT.contains(&meta.name) {
            continue;
        }
        if meta.name == "session.sign_out" {
            assert_eq!(code(again), Code::SignedOut, "the session is gone");
            continue;
        }
        if meta.name == "member.leave" {
            assert_eq!(code(again), Code::NotFound, "the workspace is out of sight");
            continue;
        }
        assert_eq!(again, Ok(first), "{}: the same answer", meta.name);
        assert_eq!(house.events(meta.name).await, events, "{}: done once", meta.name);
        // The same key for something else in the same place.
        let (other, other_body) = match meta.scope {
            Scope::Public => (
                "account.forgot_password",
                json!({"email": "somebody.else@keep.example"}),
            ),
            Scope::Account => ("workspace.create", json!({"name": "Under the same key"})),
            Scope::Workspace => (
                "record.create",
                json!({"workspace": world.workspace.id, "title": "Another"}),
            ),
        };
        let other = metas().into_iter().find(|meta| meta.name == other).expect("listed");
        let reused = send(&house.services, other, keyed(session, &key), &other_body).await;
        let reused = reused.expect_err("a refusal");
        assert_eq!(reused.code, Code::KeyReused, "{}", meta.name);
        assert!(reused.detail.starts_with("The first one was done."), "{reused}");
    }
}

#[tokio::test]
async fn keys_of_different_people_and_places_do_not_meet() {
    let house = House::new().await;
    let (ilse, bea) = (
        house.person("ilse@ternhouse.example").await,
        house.person("bea@ternhouse.example").await,
    );
    let here = house.workspace(&ilse, "Here").await.id;
    let there = house.workspace(&ilse, "There").await.id;
    house.stand(&bea, here, &seat(WRITER)).await;
    let op = |workspace| CreateRecord::blank(workspace, "Tide tables".to_owned());
    let mut made = Vec::new();
    for (person, workspace) in [(&ilse, here), (&ilse, there), (&bea, here)] {
        made.push(
            house
                .services
                .run(keyed(Some(&person.token), "one"), op(workspace))
                .await
                .result
                .expect("made")
                .id,
        );
    }
    made.dedup();
    assert_eq!(made.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_many_times_at_once_is_done_once() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let mut posts = JoinSet::new();
    for _ in 0..20 {
        let (services, token) = (house.services.clone(), ilse.token.clone());
        let op = CreateRecord::blank(workspace, "Tide tables".to_owned());
        posts.spawn(async move {
            services
                .run(keyed(Some(&token), "one"), op)
                .await
                .result
                .expect("made or replayed")
        });
    }
    let mut ids: Vec<_> = posts.join_all().await.into_iter().map(|record| record.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(house.events("record.create").await, 1);
    assert_eq!(
        house
            .act(&ilse, ListRecords::first(workspace))
            .await
            .expect("a list")
            .rows
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_used_twice_at_once_under_one_key_answers_both_alike() {
    let house = House::new().await;
    house.sign_up("ilse@ternhouse.example").await;
    let token = house.link("ilse@ternhouse.example", "verify").await;
    let mut posts = JoinSet::new();
    for _ in 0..10 {
        let (services, token) = (house.services.clone(), token.clone());
        let op = domain::ops::VerifyEmail { token };
        posts.spawn(async move { services.run(keyed(None, "double-click"), op).await.result });
    }
    let results = posts.join_all().await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await;
    let rename = |revision| domain::ops::RenameWorkspace {
        workspace: workspace.id,
        name: "Ebb House".to_owned(),
        revision,
    };
    let stale = house
        .services
        .run(keyed(Some(&ilse.token), "one"), rename(7))
        .await
        .result;
    assert_eq!(code(stale), Code::Stale);
    house
        .services
        .run(keyed(Some(&ilse.token), "one"), rename(1))
        .await
        .result
        .expect("the key is still free");
}

#[tokio::test]
async fn signing_in_under_a_key_checks_the_password_each_time() {
    let house = House::new().await;
    house.person("ilse@ternhouse.example").await;
    let op = |password: &str| SignIn {
        email: "ilse@ternhouse.example".to_owned(),
        password: Secret::new(password),
    };
    let first = house.services.run(keyed(None, "one"), op(crate::house::PASSWORD)).await;
    assert!(matches!(first.session, SessionChange::Set(_)));
    let wrong = house
        .services
        .run(keyed(None, "one"), op("not the password at all"))
        .await;
    assert_eq!(
        (code(wrong.result), wrong.session),
        (Code::WrongCredentials, SessionChange::Keep)
    );
}

#[tokio::test]
async fn keys_have_a_form() {
    let house = House::new().await;
    let email = "ilse@ternhouse.example".to_owned();
    for key in [
        "",
        "with space",
        "ä",
        &"k".repeat(services::IDEMPOTENCY_KEY_MAX + 1),
        "\n",
    ] {
        let answer = house
            .services
            .run(keyed(None, key), ForgotPassword { email: email.clone() })
            .await;
        assert_eq!(code(answer.result), Code::Malformed, "{key:?}");
    }
    let longest = "k".repeat(services::IDEMPOTENCY_KEY_MAX);
    house
        .services
        .run(keyed(None, &longest), ForgotPassword { email })
        .await
        .result
        .expect("on its way");
}

#[tokio::test]
async fn what_is_stored_of_a_request_gives_nothing_away_and_goes_after_a_day() {
    let house = House::new().await;
    let sign_up = SignUp {
        name: "Ilse Brandt".to_owned(),
        email: "ilse@ternhouse.example".to_owned(),
        password: Secret::new(crate::house::PASSWORD),
    };
    let run = async |key| {
        house
            .services
            .run(keyed(None, key), sign_up.clone())
            .await
            .result
            .expect("on its way")
    };
    run("one").await;
    run("two").await;
    let hashes = house
        .database
        .number("select count(distinct request_hash) from control.idempotency_keys")
        .await;
    assert_eq!(
        hashes, 2,
        "the hash of a request depends on its key: passwords cannot be compared or tried"
    );
    house.clock.advance(time::Duration::hours(23));
    house.services.sweep().await.expect("swept");
    assert_eq!(
        house
            .database
            .number("select count(*) from control.idempotency_keys")
            .await,
        2
    );
    house.clock.advance(time::Duration::hours(2));
    house.services.sweep().await.expect("swept");
    assert_eq!(
        house
            .database
            .number("select count(*) from control.idempotency_keys")
            .await,
        0
    );
}

//! Sessions: listed, ended, ending by themselves, with tokens that rotate.

use crate::house::{House, PASSWORD, caller, code, shell};
use domain::{
    Code, Secret, SessionChange, WorkspaceId,
    ops::{
        AuditFilter, GetProfile, ListAuditEvents, ListSessions, ProveIdentity, RevokeOtherSessions, RevokeSession,
        SignIn,
    },
};
use services::{SESSION_ABSOLUTE, SESSION_IDLE};
use time::Duration;

const ILSE: &str = "ilse@ternhouse.example";

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    house.clock.advance(Duration::MINUTE);
    let phone = house.sign_in(ILSE).await;
    house.clock.advance(Duration::MINUTE);
    let list = house.act(&ilse, ListSessions {}).await.expect("a list");
    assert_eq!(
        list.iter().map(|session| session.current).collect::<Vec<_>>(),
        [true, false]
    );
    assert!(
        list.iter()
            .all(|session| session.device == "Firefox on Linux" && session.address == "192.0.2.7")
    );
    let stranger = house.person("stranger@ternhouse.example").await;
    let of_ilse = RevokeSession { session: list[1].id };
    let none = RevokeSession {
        session: domain::SessionId(testkit::id()),
    };
    let hidden = house.act(&stranger, of_ilse.clone()).await.expect_err("not hers");
    assert_eq!(
        house.act(&stranger, none).await,
        Err(hidden),
        "somebody else's and none answer alike"
    );
    house.act(&ilse, of_ilse).await.expect("ended");
    assert_eq!(code(house.act(&phone, GetProfile {}).await), Code::SignedOut);
    house.sign_in(ILSE).await;
    house.act(&ilse, RevokeOtherSessions {}).await.expect("ended");
    assert_eq!(house.act(&ilse, ListSessions {}).await.expect("a list").len(), 1);
    let own = RevokeSession { session: list[0].id };
    let answer = house.services.run(caller(Some(&ilse.token)), own).await;
    assert_eq!(
        answer.session,
        SessionChange::Clear,
        "ending one's own session takes the cookie away"
    );
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_not_seen_for_longest_on_record() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    let other = house.person("other@ternhouse.example").await;
    // As many as there may be: copies of hers, each seen later than the one before.
    house
        .database
        .run(&format!(
            "insert into control.sessions select gen_random_uuid(), account_id, sha256(number::text::bytea), address, device,
                created_at, seen_at + number * interval '1 second', proven_at, expires_at
             from control.sessions, generate_series(1, 49) number where account_id = '{}'",
            ilse.account
        ))
        .await;
    let count = || async {
        let sql = format!(
            "select count(*) from control.sessions where account_id = '{}'",
            ilse.account
        );
        house.database.number(&sql).await
    };
    assert_eq!(count().await, 50);
    house.act(&ilse, GetProfile {}).await.expect("not one too many");
    house.clock.advance(Duration::MINUTE * 2);
    let fresh = house.sign_in(ILSE).await;
    assert_eq!(count().await, 50);
    assert_eq!(
        code(house.act(&ilse, GetProfile {}).await),
        Code::SignedOut,
        "hers was the oldest"
    );
    house.act(&fresh, GetProfile {}).await.expect("the new one lives");
    house.act(&other, GetProfile {}).await.expect("nobody else's ends");
    let log = ListAuditEvents {
        workspace: WorkspaceId::HOUSE,
        filter: AuditFilter::default(),
    };
    let rows = house.services.run(shell(), log).await.result.expect("a page").rows;
    let changes: Vec<_> = rows
        .iter()
        .filter(|row| row.action == "session.sign_in")
        .flat_map(|row| &row.changes)
        .collect();
    assert!(
        matches!(&changes[..], [ended] if ended.field == "oldest_session" && ended.before.is_some()),
        "it is on record, once: {changes:?}"
    );
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let house = House::new().await;
    let idle = house.person(ILSE).await;
    house.clock.advance(SESSION_IDLE - Duration::SECOND);
    house.act(&idle, GetProfile {}).await.expect("just in time, and seen");
    house.clock.advance(SESSION_IDLE - Duration::SECOND);
    house.act(&idle, GetProfile {}).await.expect("in use, it goes on");
    house.clock.advance(SESSION_IDLE);
    assert_eq!(code(house.act(&idle, GetProfile {}).await), Code::SignedOut);
    let used = house.sign_in(ILSE).await;
    let step = SESSION_IDLE - Duration::MINUTE;
    let mut left = SESSION_ABSOLUTE - Duration::SECOND;
    while left > Duration::ZERO {
        house.clock.advance(step.min(left));
        left -= step;
        house.act(&used, GetProfile {}).await.expect("in use");
    }
    house.clock.advance(Duration::SECOND);
    assert_eq!(
        code(house.act(&used, GetProfile {}).await),
        Code::SignedOut,
        "even in use it ends"
    );
    assert!(house.services.sweep().await.expect("swept") > 0);
    assert_eq!(house.database.number("select count(*) from control.sessions").await, 0);
}

#[tokio::test]
async fn tokens_rotate_when_somebody_signs_in_or_proves_who_they_are() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    let prove = |password: &str| ProveIdentity {
        password: Secret::new(password),
    };
    let wrong = house
        .act(&ilse, prove("not the password at all"))
        .await
        .expect_err("refused");
    assert_eq!(
        (wrong.code, wrong.about("password").is_some()),
        (Code::WrongCredentials, true)
    );
    let answer = house.services.run(caller(Some(&ilse.token)), prove(PASSWORD)).await;
    let SessionChange::Set(proven) = answer.session else {
        panic!("a new token")
    };
    assert_eq!(
        code(house.act(&ilse, GetProfile {}).await),
        Code::SignedOut,
        "the old token is worthless"
    );
    house
        .services
        .run(caller(Some(&proven)), GetProfile {})
        .await
        .result
        .expect("the new one works");
    let again = SignIn {
        email: ILSE.to_owned(),
        password: Secret::new(PASSWORD),
    };
    let answer = house.services.run(caller(Some(&proven)), again).await;
    assert!(matches!(answer.session, SessionChange::Set(_)));
    let old = house.services.run(caller(Some(&proven)), GetProfile {}).await.result;
    assert_eq!(code(old), Code::SignedOut, "signing in ends the session that was there");
    let stored = house.database.number("select count(*) from control.sessions").await;
    assert_eq!(stored, 1);
}

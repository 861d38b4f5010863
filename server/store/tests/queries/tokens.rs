//! Single-use tokens, sessions and idempotency keys under parallel requests.

use domain::{AccountId, SessionId};
use store::{
    Reason, Receipt, Scoped, Why,
    account_tokens::{self, Kind, NewToken},
    accounts,
    idempotency::{self, Given, NewAnswer},
    resolve,
    sessions::{self, NewSession},
};
use testkit::{EPOCH, TestDatabase, id, scope};
use time::Duration;
use tokio::task::JoinSet;

async fn token(test: &TestDatabase, account: AccountId, kind: Kind, hash: [u8; 32]) {
    let mut tx = test.db.system(Reason::SignUp, None).await.expect("begin");
    let email_hash = accounts::by_id(&mut tx, account)
        .await
        .expect("answer")
        .expect("account")
        .email_hash;
    let new = NewToken {
        kind,
        token_hash: hash,
        account,
        email_hash,
        at: EPOCH,
        expires_at: EPOCH + Duration::HOUR,
    };
    account_tokens::insert(&mut tx, &new).await.expect("insert");
    tx.commit(Receipt::Unaudited(Why::Sweep)).await.expect("commit");
}

async fn redeem(test: &TestDatabase, kind: Kind, hash: [u8; 32], at: time::OffsetDateTime) -> bool {
    let mut tx = test.db.system(Reason::SignUp, None).await.expect("begin");
    let redeemed = account_tokens::redeem(&mut tx, kind, &hash, at).await.expect("answer");
    tx.commit(Receipt::Unaudited(Why::Sweep)).await.expect("commit");
    redeemed.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_redemptions_at_once_one_gets_it() {
    let test = std::sync::Arc::new(testkit::database().await);
    let account = testkit::account(&test.db).await;
    token(&test, account, Kind::Reset, [1; 32]).await;
    let mut posts = JoinSet::new();
    for _ in 0..50 {
        let test = test.clone();
        posts.spawn(async move { redeem(&test, Kind::Reset, [1; 32], EPOCH).await });
    }
    let redeemed = posts.join_all().await.into_iter().filter(|done| *done).count();
    assert_eq!(redeemed, 1);
}

#[tokio::test]
async fn a_token_is_bound_to_kind_time_and_address() {
    let test = testkit::database().await;
    let account = testkit::account(&test.db).await;
    token(&test, account, Kind::Verify, [1; 32]).await;
    assert!(!redeem(&test, Kind::Reset, [1; 32], EPOCH).await, "another kind");
    assert!(!redeem(&test, Kind::Verify, [2; 32], EPOCH).await, "another token");
    assert!(
        !redeem(&test, Kind::Verify, [1; 32], EPOCH + Duration::HOUR).await,
        "too late"
    );
    sqlx::query("update control.accounts set email_hash = decode(repeat('ee', 32), 'hex')")
        .execute(&mut test.superuser().await)
        .await
        .expect("another address");
    assert!(!redeem(&test, Kind::Verify, [1; 32], EPOCH).await, "another address");
    token(&test, account, Kind::Verify, [3; 32]).await;
    let mut tx = test.db.system(Reason::SignUp, None).await.expect("begin");
    account_tokens::void(&mut tx, account, Kind::Verify)
        .await
        .expect("void");
    tx.commit(Receipt::Unaudited(Why::Sweep)).await.expect("commit");
    assert!(!redeem(&test, Kind::Verify, [3; 32], EPOCH).await, "voided");
}

fn session(account: AccountId, hash: [u8; 32]) -> NewSession {
    NewSession {
        id: SessionId(id()),
        account,
        token_hash: hash,
        address: b"sealed address".to_vec(),
        device: b"sealed device".to_vec(),
        at: EPOCH,
        expires_at: EPOCH + Duration::days(30),
    }
}

/// A person with two sessions (tokens 1 and 2) and a workspace, and a stranger with one (token 3).
async fn people(test: &TestDatabase) -> (AccountId, AccountId, store::Placement, [SessionId; 2]) {
    let account = testkit::account(&test.db).await;
    let stranger = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, store::Schema::shared()).await;
    let (first, second) = (session(account, [1; 32]), session(account, [2; 32]));
    let mut tx = test.db.system(Reason::SignIn, None).await.expect("begin");
    for new in [&first, &second, &session(stranger, [3; 32])] {
        sessions::insert(&mut tx, new).await.expect("insert");
    }
    tx.commit(Receipt::Unaudited(Why::SessionSeen)).await.expect("commit");
    (account, stranger, placement, [first.id, second.id])
}

async fn resolves(test: &TestDatabase, hash: [u8; 32]) -> bool {
    resolve::session(&test.db, &hash, None).await.expect("answer").is_some()
}

#[tokio::test]
async fn a_session_resolves_in_one_go_until_its_token_is_rotated() {
    let test = testkit::database().await;
    let (_, _, placement, [first, _]) = people(&test).await;
    let workspace = Some(placement.workspace);
    let own = resolve::session(&test.db, &[1; 32], workspace)
        .await
        .expect("answer")
        .expect("a session");
    assert_eq!((own.found.session.id, own.placement), (first, Some(placement)));
    assert_eq!(own.seat, Some(store::members::Seat::in_role(testkit::OWNER, true)));
    assert_eq!((own.pack.as_deref(), own.epoch), (Some(testkit::PACK), Some(0)));
    assert_eq!(own.found.verified_at, Some(EPOCH));
    let foreign = resolve::session(&test.db, &[3; 32], workspace)
        .await
        .expect("answer")
        .expect("a session");
    assert_eq!(foreign.seat, None);
    assert!(!resolves(&test, [9; 32]).await);
    let mut tx = test.db.system(Reason::SignIn, None).await.expect("begin");
    let later = EPOCH + Duration::MINUTE;
    assert!(sessions::rotate(&mut tx, first, &[4; 32], later).await.expect("rotate"));
    tx.commit(Receipt::Unaudited(Why::SessionSeen)).await.expect("commit");
    assert!(!resolves(&test, [1; 32]).await, "the old token is worthless");
    assert!(resolves(&test, [4; 32]).await);
}

#[tokio::test]
async fn one_s_own_sessions_are_listed_and_ended_and_nobody_else_s() {
    let test = testkit::database().await;
    let (account, stranger, _, [first, second]) = people(&test).await;
    let mut tx = test.db.system(Reason::SignIn, None).await.expect("begin");
    for (at, address) in [(EPOCH + Duration::HOUR, b"elsewhere"), (EPOCH, b"too early")] {
        sessions::touch(&mut tx, second, at, address, b"other")
            .await
            .expect("touch");
    }
    tx.commit(Receipt::Unaudited(Why::SessionSeen)).await.expect("commit");
    // With the app login, a person sees and ends their own sessions, and nobody else's.
    let house = scope(&store::Placement::house(), Some(account));
    let mut tx = test.db.begin(&house).await.expect("begin");
    let listed = sessions::list(&mut tx, account).await.expect("list");
    assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!(listed[0].address, b"elsewhere");
    assert!(sessions::list(&mut tx, stranger).await.expect("list").is_empty());
    assert_eq!(
        sessions::revoke_all_but(&mut tx, stranger, None).await.expect("revoke"),
        0
    );
    assert_eq!(
        sessions::revoke_all_but(&mut tx, account, Some(first))
            .await
            .expect("revoke"),
        1
    );
    assert!(sessions::revoke(&mut tx, account, first).await.expect("revoke"));
    assert!(!sessions::revoke(&mut tx, account, first).await.expect("revoke"));
    tx.commit(Receipt::Unaudited(Why::Sweep)).await.expect("commit");
    assert!(!resolves(&test, [1; 32]).await && !resolves(&test, [2; 32]).await && resolves(&test, [3; 32]).await);
    let mut tx = test.db.system(Reason::Jobs, None).await.expect("begin");
    assert_eq!(
        sessions::delete_expired(&mut tx, EPOCH, EPOCH, 100)
            .await
            .expect("sweep"),
        0
    );
    let late = EPOCH + Duration::days(30);
    assert_eq!(
        sessions::delete_expired(&mut tx, late, EPOCH, 100)
            .await
            .expect("sweep"),
        1
    );
}

#[tokio::test]
async fn a_request_sent_twice_at_once_is_answered_once() {
    let test = testkit::database().await;
    let account = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, store::Schema::shared()).await;
    let scope = scope(&placement, Some(account));
    let answer = NewAnswer {
        actor: Some(account),
        key_hash: [7; 32],
        given: Given {
            request_hash: [1; 32],
            response: b"sealed answer".to_vec(),
        },
        at: EPOCH,
    };
    let mut first = test.db.begin(&scope).await.expect("begin");
    assert!(idempotency::insert(&mut first, &answer).await.expect("insert"));
    let second = tokio::spawn({
        let (db, scope, answer) = (test.db.clone(), scope.clone(), answer.clone());
        async move {
            let mut tx = db.begin(&scope).await.expect("begin");
            let kept = idempotency::insert(&mut tx, &answer).await.expect("insert");
            let found = idempotency::find(&mut tx, Some(account), &[7; 32]).await.expect("find");
            (kept, found.map(|given| given.response))
        }
    });
    first.commit(Receipt::Unaudited(Why::KeyMaking)).await.expect("commit");
    assert_eq!(second.await.expect("second"), (false, Some(answer.given.response)));
    // Another actor, another answer; and what is old is swept.
    let mut tx = test.db.begin(&scope).await.expect("begin");
    assert!(
        idempotency::find(&mut tx, None, &[7; 32])
            .await
            .expect("find")
            .is_none()
    );
    tx.finish().await.expect("finish");
    let mut tx = test.db.system(Reason::Jobs, None).await.expect("begin");
    assert_eq!(idempotency::delete_older(&mut tx, EPOCH, 100).await.expect("sweep"), 0);
    assert_eq!(
        idempotency::delete_older(&mut tx, EPOCH + Duration::SECOND, 100)
            .await
            .expect("sweep"),
        1
    );
}

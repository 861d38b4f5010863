//! Single-use links: used once, under any number of tries at once; bound, hashed, expiring.

use crate::house::{House, PASSWORD, code, visitor};
use domain::{
    Code, Secret,
    ops::{ForgotPassword, ResendVerification, ResetPassword, SignUp, VerifyEmail},
};
use time::Duration;
use tokio::task::JoinSet;

const ILSE: &str = "ilse@ternhouse.example";
const PARALLEL: usize = 50;

fn reset(token: &Secret, number: usize) -> ResetPassword {
    ResetPassword {
        token: token.clone(),
        password: Secret::new(format!("the tide of night number {number}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_at_once_one_proves_the_address() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    let token = house.link(ILSE, "verify").await;
    let mut posts = JoinSet::new();
    for _ in 0..PARALLEL {
        let (services, token) = (house.services.clone(), token.clone());
        posts.spawn(async move { services.run(visitor(), VerifyEmail { token }).await.result });
    }
    let results = posts.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        results
            .into_iter()
            .filter_map(Result::err)
            .all(|problem| problem.code == Code::LinkSpent)
    );
    assert_eq!(house.events("account.verify").await, 50, "each try is on record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_at_once_one_sets_the_password() {
    let house = House::new().await;
    house.person(ILSE).await;
    house
        .visit(ForgotPassword { email: ILSE.to_owned() })
        .await
        .expect("on its way");
    let token = house.link(ILSE, "reset").await;
    let mut posts = JoinSet::new();
    for number in 0..PARALLEL {
        let (services, op) = (house.services.clone(), reset(&token, number));
        posts.spawn(async move { (number, services.run(visitor(), op).await.result) });
    }
    let results = posts.join_all().await;
    let winners: Vec<_> = results
        .iter()
        .filter(|(_, result)| result.is_ok())
        .map(|(number, _)| *number)
        .collect();
    assert_eq!(winners.len(), 1);
    house
        .try_sign_in(ILSE, &format!("the tide of night number {}", winners[0]))
        .await
        .expect("the winner's password");
}

#[tokio::test]
async fn a_link_ends_after_its_time() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    let token = house.link(ILSE, "verify").await;
    house.clock.advance(Duration::hours(24));
    assert_eq!(code(house.visit(VerifyEmail { token }).await), Code::LinkSpent);
    house.person("tomas@ternhouse.example").await;
    house
        .visit(ForgotPassword {
            email: "tomas@ternhouse.example".to_owned(),
        })
        .await
        .expect("on its way");
    let token = house.link("tomas@ternhouse.example", "reset").await;
    house.clock.advance(Duration::HOUR);
    assert_eq!(code(house.visit(reset(&token, 1)).await), Code::LinkSpent);
}

#[tokio::test]
async fn a_link_is_bound_to_its_purpose_and_its_address() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    let verify = house.link(ILSE, "verify").await;
    house
        .visit(ForgotPassword { email: ILSE.to_owned() })
        .await
        .expect("on its way");
    let reset_token = house.link(ILSE, "reset").await;
    assert_eq!(
        code(house.visit(reset(&verify, 1)).await),
        Code::LinkSpent,
        "it proves an address, no more"
    );
    assert_eq!(
        code(
            house
                .visit(VerifyEmail {
                    token: reset_token.clone()
                })
                .await
        ),
        Code::LinkSpent
    );
    // The account's address becomes another one: what was sent to the old one proves nothing about the new.
    house
        .database
        .run("update control.accounts set email_hash = sha256('another address')")
        .await;
    assert_eq!(code(house.visit(VerifyEmail { token: verify }).await), Code::LinkSpent);
    assert_eq!(code(house.visit(reset(&reset_token, 1)).await), Code::LinkSpent);
}

#[tokio::test]
async fn what_never_was_a_link_is_spent_too_and_nothing_of_it_is_stored() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    let never = Secret::new("A".repeat(43));
    assert_eq!(code(house.visit(VerifyEmail { token: never }).await), Code::LinkSpent);
    let short = Secret::new("A".repeat(42));
    assert_eq!(code(house.visit(VerifyEmail { token: short }).await), Code::Invalid);
    let token = house.link(ILSE, "verify").await;
    let as_hex = hex::encode(token.expose());
    let query = format!(
        "select count(*) from control.account_tokens t where t::text like '%{}%' or t::text like '%{as_hex}%'",
        token.expose()
    );
    assert_eq!(house.database.number(&query).await, 0, "only its hash is stored");
    house.visit(VerifyEmail { token: token.clone() }).await.expect("proven");
    assert_eq!(code(house.visit(VerifyEmail { token }).await), Code::LinkSpent, "used");
}

/// Somebody signs up first with an address that is not theirs, its owner signs up as well, and the first has the link to
/// confirm sent again, which the owner expects and opens.
#[tokio::test]
async fn a_link_sent_again_brings_no_strangers_password_to_life() {
    let house = House::new().await;
    let theirs = "a password only I know of";
    let squat = SignUp {
        name: "Not Ilse".to_owned(),
        email: ILSE.to_owned(),
        password: Secret::new(theirs),
    };
    house.visit(squat).await.expect("on its way");
    house.sign_up(ILSE).await;
    // Mails under way together arrive in any order; these come before the next.
    house.deliver().await;
    let again = ResendVerification { email: ILSE.to_owned() };
    house.visit(again).await.expect("on its way");
    let token = house.link(ILSE, "verify").await;
    house.visit(VerifyEmail { token }).await.expect("proven");
    for password in [theirs, PASSWORD] {
        assert_eq!(code(house.try_sign_in(ILSE, password).await), Code::WrongCredentials);
    }
    let token = house.link(ILSE, "reset").await;
    house.visit(reset(&token, 1)).await.expect("the owner chooses one");
    house
        .try_sign_in(ILSE, "the tide of night number 1")
        .await
        .expect("the owner's");
}

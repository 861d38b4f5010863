//! Guessing: limits that fail closed, a pool that turns people away, and an owner who still gets in.

use crate::house::{ADDRESS, House, PASSWORD, Setup, caller, caller_from, code, visitor};
use domain::{
    Code, Secret,
    ops::{ForgotPassword, GetProfile, SignIn, SignUp},
};
use services::{HashingSize, Rate, Rates};
use time::Duration;
use tokio::task::JoinSet;

const ILSE: &str = "ilse@ternhouse.example";

fn guess(password: &str) -> SignIn {
    SignIn {
        email: ILSE.to_owned(),
        password: Secret::new(password),
    }
}

#[tokio::test]
async fn without_its_counter_nothing_is_tried() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    let events = house.database.number("select count(*) from shared.audit_events").await;
    house
        .database
        .run("alter table control.rate_limits rename to gone")
        .await;
    let down = house.visit(guess(PASSWORD)).await.expect_err("refused");
    assert_eq!(down.code, Code::Unavailable);
    assert!(down.retry_after_seconds.is_some());
    assert_eq!(
        code(house.visit(guess("not the password at all")).await),
        Code::Unavailable
    );
    assert_eq!(
        code(house.visit(ForgotPassword { email: ILSE.to_owned() }).await),
        Code::Unavailable
    );
    let after = house.database.number("select count(*) from shared.audit_events").await;
    assert_eq!(after, events, "no password was checked: a check leaves an event");
    house
        .act(&ilse, GetProfile {})
        .await
        .expect("who is signed in goes on reading");
    house
        .database
        .run("alter table control.gone rename to rate_limits")
        .await;
    house.visit(guess(PASSWORD)).await.expect("signed in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_guesses_from_a_thousand_addresses_are_few_checks_and_the_owner_gets_in() {
    let setup = Setup {
        rates: Rates::default(),
        ..Setup::default()
    };
    let house = House::with(setup).await;
    house.person(ILSE).await;
    let checks = async || house.events("session.sign_in").await;
    let before = checks().await;
    let mut attackers = JoinSet::new();
    for part in 0..4_u32 {
        let services = house.services.clone();
        attackers.spawn(async move {
            let mut refused = 0;
            for number in 0..2_500_u32 {
                let network = part * 250 + number % 250;
                let address = format!("198.18.{}.{}", network / 250, network % 250);
                let result = services
                    .run(caller_from(&address, None), guess("not the password at all"))
                    .await
                    .result;
                refused += u32::from(code(result) == Code::TooMany);
            }
            refused
        });
    }
    let refused: u32 = attackers.join_all().await.into_iter().sum();
    let checked = checks().await - before;
    assert!(checked <= 100, "{checked} passwords were checked");
    assert_eq!(i64::from(refused) + checked, 10_000);
    let stranger = house
        .services
        .run(caller_from("203.0.113.9", None), guess(PASSWORD))
        .await
        .result;
    assert_eq!(
        code(stranger),
        Code::TooMany,
        "from an unknown network even the right password waits"
    );
    house
        .services
        .run(caller_from(ADDRESS, None), guess(PASSWORD))
        .await
        .result
        .expect("the owner, from where she was before");
}

#[tokio::test]
async fn mails_to_one_address_and_from_one_network_are_counted() {
    let setup = Setup {
        rates: Rates {
            mail_recipient: Rate {
                burst: 2,
                every: Duration::minutes(10),
            },
            mail_network: Rate {
                burst: 4,
                every: Duration::minutes(1),
            },
            ..Setup::default().rates
        },
        ..Setup::default()
    };
    let house = House::with(setup).await;
    house.sign_up("somebody@ternhouse.example").await;
    let ask = async |email: &str| {
        house
            .visit(ForgotPassword {
                email: email.to_owned(),
            })
            .await
            .map_err(|p| p.code)
    };
    // An address that has no account is counted like one that has.
    assert!(ask("nobody@ternhouse.example").await.is_ok());
    assert!(ask(" Nobody@ternhouse.example").await.is_ok());
    let third = house
        .visit(ForgotPassword {
            email: "nobody@ternhouse.example".to_owned(),
        })
        .await
        .expect_err("counted");
    assert_eq!(
        (third.code, third.detail.as_str()),
        (Code::TooMany, "Wait 10 minutes, then try again.")
    );
    assert_eq!(
        ask("another@ternhouse.example").await,
        Err(Code::TooMany),
        "this network has had its share"
    );
    house.clock.advance(Duration::minutes(1));
    assert!(ask("another@ternhouse.example").await.is_ok());
}

#[tokio::test]
async fn who_only_mistypes_uses_up_nobodys_mails_and_guesses() {
    let one = Rate {
        burst: 1,
        every: Duration::minutes(10),
    };
    let setup = Setup {
        rates: Rates {
            mail_recipient: one,
            credential_account: one,
            ..Setup::default().rates
        },
        ..Setup::default()
    };
    let house = House::with(setup).await;
    let sign_up = |password: &str| SignUp {
        email: "new@ternhouse.example".to_owned(),
        name: "New".to_owned(),
        password: Secret::new(password),
    };
    let sign_in = |email: &str| SignIn {
        email: email.to_owned(),
        password: Secret::new(""),
    };
    for _ in 0..3 {
        assert_eq!(code(house.visit(sign_up("short")).await), Code::Invalid);
        assert_eq!(
            code(house.visit(ForgotPassword { email: String::new() }).await),
            Code::Invalid
        );
        assert_eq!(code(house.visit(sign_in("new@ternhouse.example")).await), Code::Invalid);
    }
    assert!(
        house.visit(sign_up(PASSWORD)).await.is_ok(),
        "the first mail to this address"
    );
    assert_eq!(code(house.visit(sign_up(PASSWORD)).await), Code::TooMany, "the second");
}

#[tokio::test]
async fn a_full_queue_turns_people_away_and_those_who_were_let_in_are_served() {
    let setup = Setup {
        hashing: HashingSize { threads: 1, waiting: 1 },
        passwords: crypto::PasswordPolicy::default(),
        ..Setup::default()
    };
    let house = House::with(setup).await;
    let ilse = house.person(ILSE).await;
    let mut storm = JoinSet::new();
    for _ in 0..12 {
        let services = house.services.clone();
        storm.spawn(async move { services.run(visitor(), guess(PASSWORD)).await.result });
    }
    house
        .services
        .run(caller(Some(&ilse.token)), GetProfile {})
        .await
        .result
        .expect("others read on meanwhile");
    let results = storm.join_all().await;
    let served = results.iter().filter(|result| result.is_ok()).count();
    assert!((1..12).contains(&served), "{served} of 12");
    for problem in results.into_iter().filter_map(Result::err) {
        assert_eq!((problem.code, problem.retry_after_seconds), (Code::TooMany, Some(5)));
    }
}

#[tokio::test]
async fn reading_and_writing_are_counted_for_each_person() {
    let setup = Setup {
        rates: Rates {
            read: Rate {
                burst: 3,
                every: Duration::SECOND,
            },
            ..Setup::default().rates
        },
        ..Setup::default()
    };
    let house = House::with(setup).await;
    let ilse = house.person(ILSE).await;
    house.clock.advance(Duration::MINUTE);
    for _ in 0..3 {
        house.act(&ilse, GetProfile {}).await.expect("within the burst");
    }
    assert_eq!(code(house.act(&ilse, GetProfile {}).await), Code::TooMany);
    house.clock.advance(Duration::SECOND);
    house.act(&ilse, GetProfile {}).await.expect("one more each second");
}

#[tokio::test]
async fn requests_that_arrive_out_of_order_are_not_taken_for_the_owners() {
    let setup = Setup {
        rates: Rates {
            credential_account: Rate {
                burst: 1,
                every: Duration::HOUR,
            },
            ..Setup::default().rates
        },
        ..Setup::default()
    };
    let house = House::with(setup).await;
    house.clock.advance(Duration::SECOND);
    assert_eq!(code(house.visit(guess(PASSWORD)).await), Code::WrongCredentials);
    // This one read the clock before the other, and reaches the counter after it.
    house.clock.advance(-Duration::SECOND);
    assert_eq!(code(house.visit(guess(PASSWORD)).await), Code::TooMany);
}

#[tokio::test]
async fn an_owner_on_the_way_gets_in_by_a_link_from_her_mail() {
    let setup = Setup {
        rates: Rates {
            credential_account: Rate {
                burst: 2,
                every: Duration::HOUR,
            },
            ..Setup::default().rates
        },
        ..Setup::default()
    };
    let house = House::with(setup).await;
    house.person(ILSE).await;
    let from = async |address: &str, password: &str| {
        house
            .services
            .run(caller_from(address, None), guess(password))
            .await
            .result
            .map(|_| ())
            .map_err(|p| p.code)
    };
    for _ in 0..2 {
        assert_eq!(
            from("203.0.113.9", "not the password at all").await,
            Err(Code::WrongCredentials)
        );
    }
    let phone = "198.51.100.3";
    assert_eq!(
        from(phone, PASSWORD).await,
        Err(Code::TooMany),
        "strangers' guesses keep her out on a new network"
    );
    house
        .visit(ForgotPassword { email: ILSE.to_owned() })
        .await
        .expect("on its way");
    let reset = domain::ops::ResetPassword {
        token: house.link(ILSE, "reset").await,
        password: Secret::new("another tide came in at night"),
    };
    house
        .services
        .run(caller_from(phone, None), reset)
        .await
        .result
        .expect("she reads her mail there");
    assert_eq!(from(phone, "another tide came in at night").await, Ok(()));
    assert_eq!(
        from("203.0.113.9", "another tide came in at night").await,
        Err(Code::TooMany)
    );
}

#[tokio::test]
async fn a_made_up_link_costs_no_hash_and_signing_in_before_proof_sends_few_mails() {
    // No password can be hashed under this policy: whatever tries, fails loudly.
    let setup = Setup {
        passwords: crypto::PasswordPolicy {
            memory_kib: 1,
            ..crate::house::cheap()
        },
        ..Setup::default()
    };
    let broken = House::with(setup).await;
    let reset = domain::ops::ResetPassword {
        token: Secret::new("A".repeat(43)),
        password: Secret::new("another tide came in at night"),
    };
    assert_eq!(code(broken.visit(reset).await), Code::LinkSpent);

    let setup = Setup {
        rates: Rates {
            mail_recipient: Rate {
                burst: 3,
                every: Duration::HOUR,
            },
            ..Setup::default().rates
        },
        ..Setup::default()
    };
    let house = House::with(setup).await;
    house.sign_up(ILSE).await;
    for _ in 0..6 {
        assert_eq!(code(house.visit(guess(PASSWORD)).await), Code::WrongCredentials);
    }
    house.deliver().await;
    assert_eq!(house.mailbox.to(ILSE).len(), 3, "the sign-up's, and two more");
}

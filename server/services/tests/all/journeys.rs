//! What people do from beginning to end.

use crate::house::{House, PASSWORD, caller, code, visitor};
use domain::{
    Code, Secret, SessionChange,
    ops::{
        ChangePassword, CreateWorkspace, DescribeRecord, ForgotPassword, GetProfile, GetRecord, ListRecords,
        ListWorkspaces, MailOnItsWay, RenameMyself, RenameRecord, RenameWorkspace, ResendVerification, ResetPassword,
        SignIn, SignOut, SignUp, VerifyEmail,
    },
};
use time::Duration;

const ILSE: &str = "ilse@ternhouse.example";
const NEW_PASSWORD: &str = "another tide came in at night";

#[tokio::test]
async fn from_signing_up_to_signing_out() {
    let house = House::new().await;
    house.sign_up(" Ilse@TernHouse.example ").await;
    house.deliver().await;
    let mails = house.mailbox.to(ILSE);
    assert_eq!(mails.len(), 1, "one mail, to the address in its one form");
    assert!(
        !mails[0].text.expose().contains("Ilse Brandt"),
        "nothing that somebody typed is in a mail"
    );
    let early = house.try_sign_in(ILSE, PASSWORD).await.expect_err("not proven yet");
    let unknown = house.try_sign_in("nobody@ternhouse.example", PASSWORD).await;
    assert_eq!(
        unknown,
        Err(early),
        "who guesses learns nothing, not even with a password of their own"
    );
    let token = house.link(ILSE, "verify").await;
    assert_eq!(
        house.mailbox.to(ILSE).len(),
        2,
        "the right password sent the link again"
    );
    house.visit(VerifyEmail { token }).await.expect("proven");
    let ilse = house.sign_in(ILSE).await;
    let profile = house.act(&ilse, GetProfile {}).await.expect("a profile");
    assert_eq!((profile.name.as_str(), profile.email.as_str()), ("Ilse Brandt", ILSE));
    let renamed = RenameMyself {
        name: " Ilse B. ".to_owned(),
        revision: profile.revision,
    };
    assert_eq!(house.act(&ilse, renamed).await.expect("renamed").name, "Ilse B.");

    assert_eq!(house.act(&ilse, ListWorkspaces {}).await, Ok(Vec::new()));
    let made = house.workspace(&ilse, "Tern House").await;
    house.workspace(&ilse, "an earlier one by name").await;
    assert_eq!(made.role.as_ref().map(|role| role.owner), Some(true));
    assert_eq!(made.revision, 1);
    let op = RenameWorkspace {
        workspace: made.id,
        name: "Ebb & Flood 🗝".to_owned(),
        revision: 1,
    };
    assert_eq!(house.act(&ilse, op).await.expect("renamed").revision, 2);
    let names: Vec<_> = house
        .act(&ilse, ListWorkspaces {})
        .await
        .expect("a list")
        .into_iter()
        .map(|w| w.name)
        .collect();
    assert_eq!(names, ["an earlier one by name", "Ebb & Flood 🗝"]);

    let answer = house.services.run(caller(Some(&ilse.token)), SignOut {}).await;
    assert_eq!((answer.result.is_ok(), answer.session), (true, SessionChange::Clear));
    assert_eq!(
        code(house.act(&ilse, GetProfile {}).await),
        Code::SignedOut,
        "the token is worth nothing any more"
    );
}

#[tokio::test]
async fn records_are_written_read_and_listed_last_changed_first() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let first = house.record(&ilse, workspace, " Tide tables ").await;
    house.clock.advance(Duration::MINUTE);
    house
        .record(&ilse, workspace, "'; drop table records; -- \u{1F5DD} ø")
        .await;
    house.clock.advance(Duration::MINUTE);
    let op = DescribeRecord {
        workspace,
        record: first.id,
        summary: "When.\nWhere.".to_owned(),
        revision: first.revision,
    };
    let described = house.act(&ilse, op).await.expect("described");
    assert_eq!((described.revision, described.title.as_str()), (2, "Tide tables"));
    let op = RenameRecord {
        workspace,
        record: first.id,
        title: "Ebb tables".to_owned(),
        revision: 2,
    };
    let renamed = house.act(&ilse, op).await.expect("renamed");
    // Read back by a server that has no key at hand yet.
    let cold = house.restarted();
    let get = GetRecord {
        workspace,
        record: first.id,
    };
    assert_eq!(
        cold.run(caller(Some(&ilse.token)), get).await.result,
        Ok(renamed.clone())
    );
    let list = cold
        .run(caller(Some(&ilse.token)), ListRecords::first(workspace))
        .await
        .result
        .expect("a list");
    let titles: Vec<_> = list.rows.iter().map(|row| row.record.title.as_str()).collect();
    assert_eq!(titles, ["Ebb tables", "'; drop table records; -- \u{1F5DD} ø"]);
    assert_eq!(list.rows[0].record, renamed);
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let house = House::new().await;
    house.person(ILSE).await;
    house.sign_up("unproven@ternhouse.example").await;
    house.deliver().await;
    let before = house.mailbox.all().len();
    let queued = async || house.database.number("select count(*) from control.jobs").await;
    let events = async || house.database.number("select count(*) from shared.audit_events").await;
    for email in [ILSE, "unproven@ternhouse.example", "nobody@ternhouse.example"] {
        let email = || email.to_owned();
        let (jobs, log) = (queued().await, events().await);
        let sign_up = SignUp {
            name: "Bea".to_owned(),
            email: email(),
            password: Secret::new(PASSWORD),
        };
        let answers = [
            house.visit(ForgotPassword { email: email() }).await,
            house.visit(ResendVerification { email: email() }).await,
            house.visit(sign_up).await,
        ];
        assert_eq!(answers, [Ok(MailOnItsWay {}), Ok(MailOnItsWay {}), Ok(MailOnItsWay {})]);
        assert_eq!(
            queued().await - jobs,
            3,
            "a job each, whether or not there is a mail to send"
        );
        assert_eq!(events().await - log, 3, "an event each");
        let jobs = queued().await;
        let wrong = house
            .try_sign_in(&email(), "not the password at all")
            .await
            .expect_err("refused");
        let expected = domain::Problem::new(Code::WrongCredentials)
            .with_detail("You can reset the password. If you have just signed up, open the link in the mail first.");
        assert_eq!(wrong, expected);
        assert_eq!(events().await - log, 4, "a wrong password is on record");
        assert_eq!(
            queued().await - jobs,
            1,
            "and costs a job, like a right one before the address is proven"
        );
    }
    house.deliver().await;
    // Known: reset, already-there. Unproven: reset, resend, sign-up. Unknown: sign-up.
    assert_eq!(house.mailbox.all().len() - before, 6);
    let subjects: Vec<_> = house.mailbox.to(ILSE).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(
        subjects,
        [
            "Confirm your address for Scriptkeep",
            "Choose a new password for Scriptkeep",
            "You already have a Scriptkeep account"
        ]
    );
    let sizes = house
        .database
        .texts("select distinct kind from control.jobs order by kind")
        .await;
    assert_eq!(sizes, ["mail", "nothing"]);
}

#[tokio::test]
async fn nobody_takes_an_address_by_signing_up_first_or_last() {
    let theirs = "a password only I know of";
    let squat = || SignUp {
        name: "Not Ilse".to_owned(),
        email: ILSE.to_owned(),
        password: Secret::new(theirs),
    };
    for first in [true, false] {
        let house = House::new().await;
        if first {
            house.visit(squat()).await.expect("on its way");
            house.sign_up(ILSE).await;
        } else {
            house.sign_up(ILSE).await;
            house.visit(squat()).await.expect("on its way");
        }
        let void = house.link(ILSE, "verify").await;
        assert_eq!(code(house.visit(VerifyEmail { token: void }).await), Code::LinkSpent);
        // Whoever reads the mail chooses the password.
        let token = house.link(ILSE, "reset").await;
        let password = Secret::new(NEW_PASSWORD);
        house.visit(ResetPassword { token, password }).await.expect("finished");
        assert_eq!(code(house.try_sign_in(ILSE, theirs).await), Code::WrongCredentials);
        assert_eq!(code(house.try_sign_in(ILSE, PASSWORD).await), Code::WrongCredentials);
        house.try_sign_in(ILSE, NEW_PASSWORD).await.expect("the owner's");
        house.visit(squat()).await.expect("on its way");
        house
            .try_sign_in(ILSE, NEW_PASSWORD)
            .await
            .expect("once proven, a sign-up changes nothing");
    }
}

#[tokio::test]
async fn a_reset_proves_the_address_ends_every_session_and_voids_every_link() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    house
        .visit(ForgotPassword { email: ILSE.to_owned() })
        .await
        .expect("on its way");
    let older = house.link(ILSE, "reset").await;
    house
        .visit(ForgotPassword { email: ILSE.to_owned() })
        .await
        .expect("on its way");
    let token = house.link(ILSE, "reset").await;
    let reset = |token: &Secret, password: &str| ResetPassword {
        token: token.clone(),
        password: Secret::new(password),
    };
    let telling = house
        .visit(reset(&token, "ilse@ternhouse.example"))
        .await
        .expect_err("little more than the address");
    assert!(telling.about("password").is_some(), "{telling}");
    house
        .visit(reset(&token, NEW_PASSWORD))
        .await
        .expect("the link still works for a better one");
    let again = house.visit(reset(&older, "yet another tide that came")).await;
    assert_eq!(code(again), Code::LinkSpent, "one reset voids every other link");
    assert_eq!(code(house.act(&ilse, GetProfile {}).await), Code::SignedOut);
    assert_eq!(code(house.try_sign_in(ILSE, PASSWORD).await), Code::WrongCredentials);
    house.try_sign_in(ILSE, NEW_PASSWORD).await.expect("the new one works");
    house.deliver().await;
    let last = house.mailbox.to(ILSE).pop().expect("a mail");
    assert_eq!(last.subject, "Your Scriptkeep password was changed");
    assert!(last.text.expose().contains("Firefox on Linux"));

    house.sign_up("tomas@ternhouse.example").await;
    house
        .visit(ForgotPassword {
            email: "tomas@ternhouse.example".to_owned(),
        })
        .await
        .expect("on its way");
    let token = house.link("tomas@ternhouse.example", "reset").await;
    house
        .visit(reset(&token, NEW_PASSWORD))
        .await
        .expect("who reads the mail has proven the address");
    house
        .try_sign_in("tomas@ternhouse.example", NEW_PASSWORD)
        .await
        .expect("signed in");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let house = House::new().await;
    let (ilse, other) = (house.person(ILSE).await, house.sign_in(ILSE).await);
    let change = |current: &str, password: &str| ChangePassword {
        current: Secret::new(current),
        password: Secret::new(password),
    };
    let wrong = house
        .act(&ilse, change("not the password at all", NEW_PASSWORD))
        .await
        .expect_err("refused");
    assert_eq!(wrong.code, Code::WrongCredentials);
    assert!(wrong.about("current").is_some());
    house.act(&ilse, change(PASSWORD, NEW_PASSWORD)).await.expect("changed");
    assert_eq!(code(house.act(&other, GetProfile {}).await), Code::SignedOut);
    house
        .act(&ilse, GetProfile {})
        .await
        .expect("the session that changed it goes on");
    house.try_sign_in(ILSE, NEW_PASSWORD).await.expect("the new one works");
}

#[tokio::test]
async fn a_password_hashed_under_an_older_policy_is_hashed_anew() {
    let house = House::new().await;
    house.person(ILSE).await;
    let older = "select count(*) from control.accounts where password like '%m=8,t=1,p=1%'";
    assert_eq!(house.database.number(older).await, 1);
    let stronger = crypto::PasswordPolicy {
        iterations: 2,
        ..crate::house::cheap()
    };
    let setup = crate::house::Setup {
        passwords: stronger,
        ..crate::house::Setup::default()
    };
    let op = SignIn {
        email: ILSE.to_owned(),
        password: Secret::new(PASSWORD),
    };
    house
        .restarted_with(setup)
        .run(visitor(), op)
        .await
        .result
        .expect("signed in");
    assert_eq!(house.database.number(older).await, 0);
    house.try_sign_in(ILSE, PASSWORD).await.expect("the same password");
}

#[tokio::test]
async fn a_workspace_needs_a_name_and_a_stale_change_says_what_is_there() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    assert_eq!(
        code(house.act(&ilse, CreateWorkspace::usual("  ".to_owned())).await),
        Code::Invalid
    );
    let workspace = house.workspace(&ilse, "Tern House").await;
    let rename = |name: &str| RenameWorkspace {
        workspace: workspace.id,
        name: name.to_owned(),
        revision: 1,
    };
    house.act(&ilse, rename("Ebb House")).await.expect("renamed");
    let stale = house
        .act(&ilse, rename("Flood House"))
        .await
        .expect_err("made from revision 1");
    assert_eq!(stale.code, Code::Stale);
    assert!(stale.detail.contains("“Ebb House”"), "{stale}");
    let record = house.record(&ilse, workspace.id, "Tide tables").await;
    let title = |title: &str| RenameRecord {
        workspace: workspace.id,
        record: record.id,
        title: title.to_owned(),
        revision: 1,
    };
    house.act(&ilse, title("Ebb tables")).await.expect("renamed");
    let stale = house
        .act(&ilse, title("Flood tables"))
        .await
        .expect_err("made from revision 1");
    assert!(
        stale.code == Code::Stale && stale.detail.contains("“Ebb tables”"),
        "{stale}"
    );
    let me = |name: &str| RenameMyself {
        name: name.to_owned(),
        revision: 1,
    };
    house.act(&ilse, me("Ilse B.")).await.expect("renamed");
    let stale = house
        .act(&ilse, me("I. Brandt"))
        .await
        .expect_err("made from revision 1");
    assert!(
        stale.code == Code::Stale && stale.detail.contains("“Ilse B.”"),
        "{stale}"
    );
}

#[tokio::test]
async fn one_account_owns_fifty_workspaces_at_most() {
    let house = House::new().await;
    let ilse = house.person(ILSE).await;
    for number in 0..50 {
        house.workspace(&ilse, &format!("Workspace {number}")).await;
    }
    let one_more = CreateWorkspace::usual("One more".to_owned());
    let refused = house.act(&ilse, one_more).await.expect_err("enough");
    assert!(
        refused.about("name").is_some_and(|text| text.contains("50")),
        "{refused}"
    );
}

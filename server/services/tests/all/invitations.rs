//! Invitations: sent, taken up, declined, replaced, taken back, expired.

use crate::house::{House, PASSWORD, Person, WRITER, code, visitor};
use domain::{
    Code, Secret, SessionChange, WorkspaceId,
    ops::{
        AcceptInvitation, AuditFilter, DeclineInvitation, GetWorkspace, InspectInvitation, InviteMembers,
        JoinByInvitation, ListAuditEvents, ListMembers, ListWorkspaces, People, Reader, ResendInvitation,
        RevokeInvitation,
    },
};
use time::Duration;

pub(crate) async fn invite(
    house: &House,
    by: &Person,
    workspace: WorkspaceId,
    emails: &str,
) -> Result<u32, domain::Problem> {
    let op = InviteMembers {
        workspace,
        emails: emails.to_owned(),
        role: WRITER.to_owned(),
    };
    house.act(by, op).await.map(|invited| invited.sent)
}

pub(crate) async fn people(house: &House, person: &Person, workspace: WorkspaceId) -> People {
    house.act(person, ListMembers { workspace }).await.expect("people")
}

pub(crate) fn join(token: &Secret) -> JoinByInvitation {
    JoinByInvitation {
        token: token.clone(),
        name: "Bea Lindholm".to_owned(),
        password: Secret::new(PASSWORD),
    }
}

#[tokio::test]
async fn somebody_new_joins_by_the_link_and_is_signed_in() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let sent = invite(
        &house,
        &ilse,
        workspace,
        "Bea <BEA@ternhouse.example>, bea@ternhouse.example",
    )
    .await;
    assert_eq!(sent, Ok(1), "the same address twice is one");
    let listed = people(&house, &ilse, workspace).await;
    assert_eq!(listed.invitations.len(), 1);
    assert_eq!(listed.invitations[0].email, "bea@ternhouse.example");
    assert_eq!(listed.invitations[0].sent_by, "Ilse Brandt");
    let token = house.link("bea@ternhouse.example", "invitation").await;
    let shown = house
        .visit(InspectInvitation { token: token.clone() })
        .await
        .expect("shown");
    assert_eq!(
        (shown.workspace_name.as_str(), shown.reader),
        ("Tern House", Reader::New)
    );
    assert_eq!(
        (shown.invited_by.as_str(), shown.email.as_str()),
        ("Ilse Brandt", "bea@ternhouse.example")
    );
    let answer = house.services.run(visitor(), join(&token)).await;
    assert_eq!(answer.result.expect("joined").id, workspace);
    let SessionChange::Set(session) = answer.session else {
        panic!("signed in")
    };
    let bea = Person {
        account: people(&house, &ilse, workspace).await.members[1].account,
        email: "bea@ternhouse.example".to_owned(),
        token: session,
    };
    let view = house.act(&bea, GetWorkspace { workspace }).await.expect("a member");
    assert_eq!(view.role.map(|role| role.id).as_deref(), Some(WRITER));
    assert!(people(&house, &ilse, workspace).await.invitations.is_empty());
    assert_eq!(house.events("invitation.join").await, 1);
    for again in [
        house.services.run(visitor(), join(&token)).await.result.map(|_| ()),
        house
            .act(&ilse, AcceptInvitation { token: token.clone() })
            .await
            .map(|_| ()),
        house.visit(InspectInvitation { token }).await.map(|_| ()),
    ] {
        assert_eq!(code(again), Code::LinkSpent, "a link works once");
    }
    house.sign_in("bea@ternhouse.example").await;
}

#[tokio::test]
async fn who_has_an_account_accepts_signed_in_with_that_address_only() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let (bea, cy) = (
        house.person("bea@ternhouse.example").await,
        house.person("cy@ternhouse.example").await,
    );
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    invite(&house, &ilse, workspace, &bea.email).await.expect("invited");
    let token = house.link(&bea.email, "invitation").await;
    let inspect = || InspectInvitation { token: token.clone() };
    let accept = || AcceptInvitation { token: token.clone() };
    assert_eq!(house.visit(inspect()).await.expect("shown").reader, Reader::SignedOut);
    assert_eq!(
        house.act(&cy, inspect()).await.expect("shown").reader,
        Reader::SomebodyElse
    );
    assert_eq!(
        code(house.services.run(visitor(), join(&token)).await.result),
        Code::Forbidden
    );
    assert_eq!(code(house.act(&cy, accept()).await), Code::Forbidden);
    assert!(house.act(&bea, ListWorkspaces {}).await.expect("a list").is_empty());
    assert_eq!(house.act(&bea, inspect()).await.expect("shown").reader, Reader::Invited);
    assert_eq!(house.act(&bea, accept()).await.expect("joined").id, workspace);
    assert_eq!(house.act(&bea, ListWorkspaces {}).await.expect("a list").len(), 1);
    assert_eq!(code(house.act(&bea, accept()).await), Code::LinkSpent);
    let again = invite(&house, &ilse, workspace, &bea.email)
        .await
        .expect_err("a member already");
    assert!(
        again
            .about("emails")
            .is_some_and(|said| said.contains("belongs to this workspace already")),
        "{again}"
    );
}

#[tokio::test]
async fn inviting_known_and_unknown_addresses_looks_and_leaves_the_same() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    house.person("known@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let known = invite(&house, &ilse, workspace, "known@ternhouse.example").await;
    let unknown = invite(&house, &ilse, workspace, "nobody@ternhouse.example").await;
    assert_eq!(known, unknown);
    house.deliver().await;
    let mails = |to: &str| house.mailbox.to(to).pop().expect("a mail");
    let (one, other) = (mails("known@ternhouse.example"), mails("nobody@ternhouse.example"));
    assert_eq!(one.subject, other.subject);
    assert_eq!(one.text.expose().len(), other.text.expose().len());
    for mail in [one, other] {
        for typed in ["Tern House", "Ilse"] {
            assert!(!mail.text.expose().contains(typed), "no word that somebody typed");
        }
    }
}

#[tokio::test]
async fn links_expire_are_replaced_and_taken_back() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    invite(&house, &ilse, workspace, "bea@ternhouse.example")
        .await
        .expect("invited");
    let first = house.link("bea@ternhouse.example", "invitation").await;
    let invitation = people(&house, &ilse, workspace).await.invitations[0].id;
    house
        .act(&ilse, ResendInvitation { workspace, invitation })
        .await
        .expect("sent again");
    let second = house.link("bea@ternhouse.example", "invitation").await;
    assert_ne!(first, second);
    assert_eq!(
        code(house.visit(InspectInvitation { token: first }).await),
        Code::LinkSpent
    );
    house.clock.advance(Duration::days(7) + Duration::SECOND);
    let ilse = house.sign_in(&ilse.email).await;
    assert_eq!(
        code(house.visit(InspectInvitation { token: second }).await),
        Code::LinkSpent
    );
    assert!(people(&house, &ilse, workspace).await.invitations[0].expired);
    house
        .act(&ilse, ResendInvitation { workspace, invitation })
        .await
        .expect("sent again");
    let third = house.link("bea@ternhouse.example", "invitation").await;
    house
        .act(&ilse, RevokeInvitation { workspace, invitation })
        .await
        .expect("taken back");
    assert_eq!(
        code(house.visit(InspectInvitation { token: third.clone() }).await),
        Code::LinkSpent
    );
    assert_eq!(
        code(house.services.run(visitor(), join(&third)).await.result),
        Code::LinkSpent
    );
    assert_eq!(
        code(house.act(&ilse, RevokeInvitation { workspace, invitation }).await),
        Code::NotFound
    );
    assert!(people(&house, &ilse, workspace).await.invitations.is_empty());
}

#[tokio::test]
async fn who_is_invited_may_say_no_and_the_link_stops_to_work() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let cy = house.person("cy@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let decline = |token: &Secret| DeclineInvitation { token: token.clone() };
    // Nobody has to sign in for it, and somebody who is signed in with another address holds the link as well.
    for by in [None, Some(&cy), Some(&ilse)] {
        invite(&house, &ilse, workspace, "bea@ternhouse.example")
            .await
            .expect("invited, also after having said no");
        let token = house.link("bea@ternhouse.example", "invitation").await;
        let before = house.events("invitation.decline").await;
        let said = match by {
            None => house.visit(decline(&token)).await,
            Some(person) => house.act(person, decline(&token)).await,
        };
        said.expect("declined");
        assert_eq!(house.events("invitation.decline").await, before + 1);
        assert!(people(&house, &ilse, workspace).await.invitations.is_empty());
        for again in [
            house.visit(decline(&token)).await.map(|_| ()),
            house
                .visit(InspectInvitation { token: token.clone() })
                .await
                .map(|_| ()),
            house.services.run(visitor(), join(&token)).await.result.map(|_| ()),
        ] {
            assert_eq!(code(again), Code::LinkSpent);
        }
    }
    let log = house
        .act(
            &ilse,
            ListAuditEvents {
                workspace,
                filter: AuditFilter::default(),
            },
        )
        .await
        .expect("the log");
    let declined: Vec<_> = log
        .rows
        .iter()
        .filter(|row| row.action == "invitation.decline")
        .collect();
    assert_eq!(
        declined.len(),
        3,
        "in the log of the workspace, the refused tries in the house's"
    );
    for row in declined {
        assert_eq!(row.changes[0].before.as_deref(), Some("bea@ternhouse.example"));
        assert_eq!(
            row.actor.account, None,
            "who was signed in beside the link is nobody's business here"
        );
    }
    assert_eq!(people(&house, &ilse, workspace).await.members.len(), 1);
}

#[tokio::test]
async fn of_fifty_who_say_yes_and_no_at_once_one_is_heard() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    invite(&house, &ilse, workspace, &bea.email).await.expect("invited");
    let token = house.link(&bea.email, "invitation").await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..50 {
        let (services, token, session) = (house.services.clone(), token.clone(), bea.token.clone());
        tries.spawn(async move {
            let caller = crate::house::caller(Some(&session));
            match number % 2 {
                0 => services.run(caller, AcceptInvitation { token }).await.result.is_ok(),
                _ => services.run(caller, DeclineInvitation { token }).await.result.is_ok(),
            }
        });
    }
    let heard = tries.join_all().await.into_iter().filter(|heard| *heard).count();
    assert_eq!(heard, 1);
    let joined = people(&house, &ilse, workspace).await.members.len() == 2;
    let declined = house
        .database
        .number("select count(*) from control.invitations where declined_at is not null")
        .await;
    assert_eq!(
        declined,
        i64::from(!joined),
        "who said no has not joined, and the other way round"
    );
}

#[tokio::test]
async fn an_expired_invitation_can_be_sent_again_for_a_month_and_is_swept_then() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let bea = house.person("bea@ternhouse.example").await;
    invite(
        &house,
        &ilse,
        workspace,
        "bea@ternhouse.example, cy@ternhouse.example, di@ternhouse.example",
    )
    .await
    .expect("invited");
    let accept = house.link(&bea.email, "invitation").await;
    house
        .act(&bea, AcceptInvitation { token: accept })
        .await
        .expect("joined");
    let decline = house.link("cy@ternhouse.example", "invitation").await;
    house
        .visit(DeclineInvitation { token: decline })
        .await
        .expect("declined");
    let rows = async || house.database.number("select count(*) from control.invitations").await;
    house.clock.advance(Duration::days(36));
    house.services.sweep().await.expect("swept");
    assert_eq!(rows().await, 3);
    let ilse = house.sign_in(&ilse.email).await;
    assert!(people(&house, &ilse, workspace).await.invitations[0].expired);
    house.clock.advance(Duration::days(1) + Duration::SECOND);
    house.services.sweep().await.expect("swept");
    assert_eq!(
        rows().await,
        0,
        "neither addresses of those who came nor of those who did not"
    );
    let ilse = house.sign_in(&ilse.email).await;
    let people = people(&house, &ilse, workspace).await;
    assert_eq!((people.members.len(), people.invitations.len()), (2, 0));
}

#[tokio::test]
async fn one_of_fifty_tries_at_once_joins() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    invite(&house, &ilse, workspace, &bea.email).await.expect("invited");
    let token = house.link(&bea.email, "invitation").await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (services, token, session) = (house.services.clone(), token.clone(), bea.token.clone());
        tries.spawn(async move {
            let caller = crate::house::caller(Some(&session));
            services.run(caller, AcceptInvitation { token }).await.result.is_ok()
        });
    }
    let joined = tries.join_all().await.into_iter().filter(|joined| *joined).count();
    assert_eq!(joined, 1);
    assert_eq!(people(&house, &ilse, workspace).await.members.len(), 2);
}

//! Who belongs to a workspace: invited, joining, changing roles, going; and the one who must stay.

use crate::house::{House, PASSWORD, Person, WRITER, code, seat, shell, visitor};
use domain::{
    Code, Secret, SessionChange, WorkspaceId,
    ops::{
        AcceptInvitation, AuditFilter, CreateWorkspace, DeclineInvitation, GetWorkspace, InspectInvitation,
        InviteMembers, JoinByInvitation, LeaveWorkspace, ListAuditEvents, ListMembers, ListWorkspaces, People, Reader,
        RemoveMember, ResendInvitation, ResumeMember, RevokeInvitation, SetRole, SuspendMember,
    },
};
use store::members::Seat;
use testkit::OWNER;
use time::Duration;

async fn invite(house: &House, by: &Person, workspace: WorkspaceId, emails: &str) -> Result<u32, domain::Problem> {
    let op = InviteMembers {
        workspace,
        emails: emails.to_owned(),
        role: WRITER.to_owned(),
    };
    house.act(by, op).await.map(|invited| invited.sent)
}

async fn people(house: &House, person: &Person, workspace: WorkspaceId) -> People {
    house.act(person, ListMembers { workspace }).await.expect("people")
}

fn join(token: &Secret) -> JoinByInvitation {
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

#[tokio::test]
async fn a_member_is_suspended_comes_back_gets_another_role_and_goes() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    let epoch = async || {
        house
            .database
            .number("select sum(epoch)::bigint from control.placements")
            .await
    };
    let (account, sees) = (bea.account, async || house.act(&bea, GetWorkspace { workspace }).await);
    let before = epoch().await;
    house
        .act(&ilse, SuspendMember { workspace, account })
        .await
        .expect("suspended");
    assert_eq!(code(sees().await), Code::NotFound);
    assert!(house.act(&bea, ListWorkspaces {}).await.expect("a list").is_empty());
    house
        .act(&ilse, ResumeMember { workspace, account })
        .await
        .expect("back");
    let set = |role: &str| SetRole {
        workspace,
        account,
        role: role.to_owned(),
    };
    house.act(&ilse, set("reader")).await.expect("set");
    assert_eq!(
        sees().await.expect("visible").role.map(|role| role.id).as_deref(),
        Some("reader")
    );
    assert_eq!(code(house.act(&ilse, set("emperor")).await), Code::Invalid);
    assert_eq!(
        code(house.act(&bea, set(OWNER)).await),
        Code::Forbidden,
        "nobody lifts themselves"
    );
    house
        .act(&ilse, RemoveMember { workspace, account })
        .await
        .expect("removed");
    assert_eq!(code(sees().await), Code::NotFound);
    assert_eq!(
        code(house.act(&ilse, RemoveMember { workspace, account }).await),
        Code::NotFound
    );
    assert_eq!(
        epoch().await - before,
        4,
        "each change is counted, for those who hold a socket open"
    );
    for action in ["member.suspend", "member.resume", "member.set_role", "member.remove"] {
        assert_eq!(house.events(action).await, 1, "{action}");
    }
}

#[tokio::test]
async fn the_last_who_answers_for_a_workspace_stays() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    let account = ilse.account;
    let role = WRITER.to_owned();
    let refused = [
        house.act(&ilse, LeaveWorkspace { workspace }).await,
        house.act(&ilse, RemoveMember { workspace, account }).await,
        house.act(&ilse, SuspendMember { workspace, account }).await,
        house
            .act(
                &ilse,
                SetRole {
                    workspace,
                    account,
                    role,
                },
            )
            .await,
        house
            .services
            .run(shell(), SuspendMember { workspace, account })
            .await
            .result,
    ];
    for refused in refused {
        assert_eq!(code(refused), Code::Forbidden);
    }
    assert!(house.act(&ilse, GetWorkspace { workspace }).await.is_ok());
    house.act(&bea, LeaveWorkspace { workspace }).await.expect("others go");
    assert_eq!(code(house.act(&bea, GetWorkspace { workspace }).await), Code::NotFound);
}

#[tokio::test]
async fn two_who_take_each_other_out_at_once_leave_one() {
    let house = House::new().await;
    for round in 0..8 {
        let ilse = house.person(&format!("ilse-{round}@ternhouse.example")).await;
        let bea = house.person(&format!("bea-{round}@ternhouse.example")).await;
        let workspace = house.workspace(&ilse, "Tern House").await.id;
        house.stand(&bea, workspace, &Seat::in_role(OWNER, true)).await;
        let demote = |person: &Person| SetRole {
            workspace,
            account: person.account,
            role: WRITER.to_owned(),
        };
        let (one, other) = tokio::join!(house.act(&ilse, demote(&bea)), house.act(&bea, demote(&ilse)));
        assert!(one.is_ok() != other.is_ok(), "one of them: {one:?} {other:?}");
        let owners = people(&house, &ilse, workspace).await.members;
        assert_eq!(owners.iter().filter(|member| member.owner).count(), 1, "round {round}");
    }
}

#[tokio::test]
async fn owners_are_made_and_unmade_after_a_fresh_proof_only() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    let account = bea.account;
    let set = |role: &str| SetRole {
        workspace,
        account,
        role: role.to_owned(),
    };
    house.clock.advance(services::PROOF_FRESH + Duration::SECOND);
    assert_eq!(code(house.act(&ilse, set(OWNER)).await), Code::StepUpRequired);
    house.act(&ilse, set("reader")).await.expect("others need none");
    let ilse = house.sign_in(&ilse.email).await;
    house.act(&ilse, set(OWNER)).await.expect("proven a moment ago");
    house.clock.advance(services::PROOF_FRESH + Duration::SECOND);
    for refused in [
        house.act(&ilse, set(WRITER)).await,
        house.act(&ilse, RemoveMember { workspace, account }).await,
    ] {
        assert_eq!(code(refused), Code::StepUpRequired);
    }
}

#[tokio::test]
async fn who_decides_about_members_does_not_make_themselves_an_owner() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let founding = CreateWorkspace {
        name: "Skerry light".to_owned(),
        pack: "lighthouse".to_owned(),
    };
    let workspace = house.act(&ilse, founding).await.expect("a workspace").id;
    house.stand(&bea, workspace, &seat("harbour_master")).await;
    let set = |account, role: &str| SetRole {
        workspace,
        account,
        role: role.to_owned(),
    };
    for refused in [
        house.act(&bea, set(bea.account, "first_keeper")).await,
        house.act(&bea, set(ilse.account, "second_keeper")).await,
        house
            .act(
                &bea,
                SuspendMember {
                    workspace,
                    account: ilse.account,
                },
            )
            .await,
        house
            .act(
                &bea,
                RemoveMember {
                    workspace,
                    account: ilse.account,
                },
            )
            .await,
    ] {
        assert_eq!(code(refused), Code::Forbidden);
    }
    let inviting = InviteMembers {
        workspace,
        emails: "cato@ternhouse.example".to_owned(),
        role: "first_keeper".to_owned(),
    };
    assert_eq!(code(house.act(&bea, inviting).await), Code::Forbidden);
    house
        .act(&bea, set(bea.account, "second_keeper"))
        .await
        .expect("what is hers to give");
}

#[tokio::test]
async fn the_command_line_suspends_and_is_on_record() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    let account = bea.account;
    let done = house.services.run(shell(), SuspendMember { workspace, account }).await;
    done.result.expect("suspended");
    assert_eq!(code(house.act(&bea, GetWorkspace { workspace }).await), Code::NotFound);
    assert_eq!(house.events("member.suspend").await, 1);
}

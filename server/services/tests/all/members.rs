//! Who belongs to a workspace: changing roles, suspended, going; and the one who must stay.

use crate::{
    house::{House, Person, WRITER, code, seat, shell},
    invitations::people,
};
use domain::{
    Code,
    ops::{
        CreateWorkspace, GetWorkspace, InviteMembers, LeaveWorkspace, ListWorkspaces, RemoveMember, ResumeMember,
        SetRole, SuspendMember,
    },
};
use store::members::Seat;
use testkit::OWNER;
use time::Duration;

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
    let by_herself = refused.len() - 1;
    for (index, refused) in refused.into_iter().enumerate() {
        let problem = refused.expect_err("she is the only one");
        let who = if index < by_herself {
            "You are"
        } else {
            "This member is"
        };
        assert_eq!(problem.code, Code::Forbidden);
        assert_eq!(
            problem.to_string(),
            format!(
                "{who} the only Owner of this workspace. Somebody else must be given this role first. Nothing was changed."
            ),
            "what is the matter, and what to do"
        );
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

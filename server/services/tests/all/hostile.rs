//! Requests that mean harm: ids that belong elsewhere, people who may not any more, tokens made up.

use crate::house::{House, Person, WRITER, caller, caller_from, code, seat};
use domain::{
    Code, Door, EventId, RecordId, Secret, WorkspaceId,
    ops::{
        AuditFilter, DescribeRecord, GetAuditEvent, GetProfile, GetRecord, GetWorkspace, ListAuditEvents, ListRecords,
        RenameRecord, RenameWorkspace,
    },
};

async fn newest_event(house: &House, owner: &Person, workspace: WorkspaceId) -> EventId {
    let op = ListAuditEvents {
        workspace,
        filter: AuditFilter::default(),
    };
    house.act(owner, op).await.expect("a log").rows[0].id
}

#[tokio::test]
async fn ids_of_two_workspaces_in_one_request_find_nothing() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    // Both are hers: only the pair is wrong.
    let (here, there) = (
        house.workspace(&ilse, "Here").await.id,
        house.workspace(&ilse, "There").await.id,
    );
    let record = house.record(&ilse, there, "Elsewhere").await.id;
    let event = newest_event(&house, &ilse, there).await;
    let missing = house
        .act(
            &ilse,
            GetRecord {
                workspace: here,
                record: RecordId(testkit::id()),
            },
        )
        .await
        .expect_err("no such record");
    assert_eq!(
        house
            .act(
                &ilse,
                GetRecord {
                    workspace: here,
                    record
                }
            )
            .await,
        Err(missing.clone())
    );
    let rename = RenameRecord {
        workspace: here,
        record,
        title: "Taken".to_owned(),
        revision: 1,
    };
    assert_eq!(house.act(&ilse, rename).await, Err(missing.clone()));
    let describe = DescribeRecord {
        workspace: here,
        record,
        summary: "Taken".to_owned(),
        revision: 1,
    };
    assert_eq!(house.act(&ilse, describe).await, Err(missing.clone()));
    assert_eq!(
        house.act(&ilse, GetAuditEvent { workspace: here, event }).await,
        Err(missing)
    );
    let untouched = house
        .act(
            &ilse,
            GetRecord {
                workspace: there,
                record,
            },
        )
        .await
        .expect("there");
    assert_eq!((untouched.title.as_str(), untouched.revision), ("Elsewhere", 1));
}

#[tokio::test]
async fn who_is_suspended_sees_nothing_from_the_next_request_on() {
    let house = House::new().await;
    let (ilse, bea) = (
        house.person("ilse@ternhouse.example").await,
        house.person("bea@ternhouse.example").await,
    );
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    house.record(&bea, workspace, "Hers").await;
    house
        .database
        .run(&format!(
            "update control.members set suspended = true where account_id = '{}'",
            bea.account
        ))
        .await;
    let hidden = house
        .act(&bea, ListRecords::first(workspace))
        .await
        .expect_err("suspended");
    let missing = ListRecords::first(WorkspaceId(testkit::id()));
    assert_eq!(house.act(&bea, missing).await, Err(hidden));
    assert_eq!(house.act(&bea, domain::ops::ListWorkspaces {}).await, Ok(Vec::new()));
}

#[tokio::test]
async fn the_house_is_nobodys_workspace() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = WorkspaceId::HOUSE;
    assert_eq!(code(house.act(&ilse, GetWorkspace { workspace }).await), Code::NotFound);
    assert_eq!(
        code(house.act(&ilse, ListRecords::first(workspace)).await),
        Code::NotFound
    );
    let filter = AuditFilter::default();
    assert_eq!(
        code(house.act(&ilse, ListAuditEvents { workspace, filter }).await),
        Code::NotFound
    );
}

#[tokio::test]
async fn a_member_may_not_manage_and_nothing_is_left_behind() {
    let house = House::new().await;
    let (ilse, bea) = (
        house.person("ilse@ternhouse.example").await,
        house.person("bea@ternhouse.example").await,
    );
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    let rename = RenameWorkspace {
        workspace,
        name: "Bea's".to_owned(),
        revision: 1,
    };
    assert_eq!(code(house.act(&bea, rename).await), Code::Forbidden);
    let view = house.act(&bea, GetWorkspace { workspace }).await.expect("visible");
    assert_eq!(
        (view.name.as_str(), view.role.map(|role| role.id).as_deref()),
        ("Tern House", Some(WRITER))
    );
}

#[tokio::test]
async fn made_up_tokens_are_nobody() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let hash = house
        .database
        .texts("select encode(token_hash, 'hex') from control.sessions")
        .await
        .remove(0);
    for token in [
        "",
        "x",
        &"A".repeat(43),
        &hash[..43],
        &hash,
        "' or 1 = 1 --",
        &"\u{0}".repeat(43),
    ] {
        let answer = house
            .services
            .run(caller(Some(&Secret::new(token))), GetProfile {})
            .await;
        assert_eq!(code(answer.result), Code::SignedOut, "{token}");
    }
    house.act(&ilse, GetProfile {}).await.expect("the real one works");
}

#[tokio::test]
async fn a_hostile_user_agent_leaves_no_trace_of_its_text() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let mut sender = caller_from("2001:db8::7", Some(&ilse.token));
    if let Door::Http { user_agent, .. } = &mut sender.door {
        *user_agent = "<script>alert('canary')</script>".repeat(12);
    }
    house.clock.advance(time::Duration::minutes(2));
    house
        .services
        .run(sender, GetProfile {})
        .await
        .result
        .expect("a profile");
    let list = house.act(&ilse, domain::ops::ListSessions {}).await.expect("a list");
    assert_eq!(
        (list[0].device.as_str(), list[0].address.as_str()),
        ("A program", "2001:db8::7")
    );
}

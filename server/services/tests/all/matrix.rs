//! Every operation from the one list: registered, answering each standing as the policy says, audited as declared.

use crate::{
    house::{House, caller, code, keyed, shell},
    samples::World,
};
use domain::{
    Audited, Caller, Code, Meta, Problem, Scope, WorkspaceId,
    ops::metas,
    pack::Role,
    policy::{Actor, Decision, Item, Resource, Shelf, decide},
};
use serde_json::{Value, json};
use services::Services;
use store::members::Seat;

/// Sends a request the way the doors do: by name, as JSON.
pub(crate) async fn send(services: &Services, meta: &Meta, caller: Caller, body: &Value) -> Result<Value, Problem> {
    let entry = Services::entry(meta.name).unwrap_or_else(|| panic!("{} is not registered", meta.name));
    let op = (entry.from_json)(&serde_json::to_vec(body).expect("JSON"))?;
    let output = services.dispatch(entry.meta, caller, op).await.result?;
    let json = (entry.to_json)(&*output);
    assert!(!json.is_null(), "{}: the output is of the declared type", meta.name);
    Ok(json)
}

async fn all_events(house: &House) -> i64 {
    house.database.number("select count(*) from shared.audit_events").await
}

#[tokio::test]
async fn every_operation_succeeds_for_those_it_is_meant_for_and_is_audited_as_declared() {
    let house = House::new().await;
    for meta in metas() {
        let world = World::new(&house, meta.name).await;
        let body = world.request(meta);
        let before = (all_events(&house).await, house.events(meta.name).await);
        if meta.scope != Scope::Public {
            let refused = code(send(&house.services, meta, caller(None), &body).await);
            assert_eq!(refused, Code::SignedOut, "{}: nobody is signed in", meta.name);
            assert_eq!(all_events(&house).await, before.0, "{}", meta.name);
        }
        let session = (meta.scope != Scope::Public).then_some(&world.owner.token);
        let done = send(&house.services, meta, caller(session), &body).await;
        done.unwrap_or_else(|problem| panic!("{}: {problem}", meta.name));
        let left = i64::from(meta.audit != Audited::None);
        assert_eq!(all_events(&house).await - before.0, left, "{}: all events", meta.name);
        assert_eq!(
            house.events(meta.name).await - before.1,
            left,
            "{}: events of its name",
            meta.name
        );
    }
}

#[tokio::test]
async fn strangers_and_the_suspended_are_answered_as_if_nothing_were_there() {
    let house = House::new().await;
    let stranger = house.person("stranger@keep.example").await;
    let suspended = house.person("suspended@keep.example").await;
    let world = World::new(&house, "hidden").await;
    let seat = Seat {
        suspended: true,
        ..Seat::in_role(testkit::OWNER, true)
    };
    house.stand(&suspended, world.workspace.id, &seat).await;
    for meta in metas().into_iter().filter(|meta| meta.scope == Scope::Workspace) {
        let body = world.request(meta);
        let before = all_events(&house).await;
        for person in [&stranger, &suspended] {
            let hidden = send(&house.services, meta, caller(Some(&person.token)), &body)
                .await
                .expect_err("hidden");
            assert_eq!(hidden.code, Code::NotFound, "{}", meta.name);
            let missing = send(&house.services, meta, caller(Some(&person.token)), &elsewhere(&body)).await;
            assert_eq!(
                missing,
                Err(hidden),
                "{}: missing and invisible answer alike",
                meta.name
            );
        }
        let after = all_events(&house).await;
        assert_eq!(after, before, "{}: what is refused changes nothing", meta.name);
    }
}

#[tokio::test]
async fn every_role_is_answered_as_its_pack_says() {
    let house = House::new().await;
    let packs = services::Packs::built_in().expect("packs");
    let pack = packs.get(testkit::PACK).expect("the pack of the worlds");
    for (number, role) in pack.roles.iter().enumerate() {
        let member = house.person(&format!("member-{number}@keep.example")).await;
        for meta in metas().into_iter().filter(|meta| meta.scope == Scope::Workspace) {
            let world = World::new(&house, &format!("{}-{number}", meta.name)).await;
            house
                .stand(&member, world.workspace.id, &Seat::in_role(&role.id, role.owner))
                .await;
            let before = all_events(&house).await;
            let done = send(&house.services, meta, caller(Some(&member.token)), &world.request(meta)).await;
            let expected = expected(role, meta);
            match done {
                Ok(_) => assert_eq!(expected, Decision::Allow, "{} as {}", meta.name, role.id),
                Err(problem) => {
                    let code = match expected {
                        Decision::Forbid => Code::Forbidden,
                        Decision::Hide => Code::NotFound,
                        Decision::Allow => panic!("{} as {}: {problem}", meta.name, role.id),
                    };
                    assert_eq!(problem.code, code, "{} as {}", meta.name, role.id);
                    assert_eq!(all_events(&house).await, before, "{} as {}", meta.name, role.id);
                }
            }
        }
    }
}

/// What the policy says of a role that sends a world's request: about the workspace first, then about the record in it.
fn expected(role: &Role, meta: &Meta) -> Decision {
    let actor = Actor::Member(role);
    let anywhere = decide(actor, meta.action, meta.action.anywhere());
    let on_record = meta.name.starts_with("record.") || meta.name.starts_with("attachment.");
    if anywhere != Decision::Allow || !on_record || meta.name == "record.list" {
        return anywhere;
    }
    let shelf = if meta.name == "record.restore" {
        Shelf::Trash
    } else {
        Shelf::Desk
    };
    let record = Resource::Record(Item {
        kind: "script",
        state: "draft",
        shelf,
    });
    decide(actor, meta.action, record)
}

/// The same request about a workspace that does not exist.
fn elsewhere(body: &Value) -> Value {
    let mut body = body.clone();
    body["workspace"] = json!(WorkspaceId(testkit::id()));
    body
}

#[tokio::test]
async fn a_fresh_proof_is_asked_for_where_declared() {
    let house = House::new().await;
    for meta in metas().into_iter().filter(|meta| meta.step_up) {
        let world = World::new(&house, meta.name).await;
        let body = world.request(meta);
        house.clock.advance(services::PROOF_FRESH + time::Duration::SECOND);
        let stale = send(&house.services, meta, caller(Some(&world.owner.token)), &body).await;
        assert_eq!(code(stale), Code::StepUpRequired, "{}", meta.name);
        let fresh = house.sign_in(&world.owner.email).await;
        send(&house.services, meta, caller(Some(&fresh.token)), &body)
            .await
            .expect("proven a moment ago");
    }
}

#[tokio::test]
async fn a_session_of_an_address_that_is_not_proven_is_none() {
    let house = House::new().await;
    let world = World::new(&house, "unproven").await;
    house
        .database
        .run("update control.accounts set verified_at = null")
        .await;
    for meta in metas().into_iter().filter(|meta| meta.scope != Scope::Public) {
        let refused = send(
            &house.services,
            meta,
            caller(Some(&world.owner.token)),
            &world.request(meta),
        )
        .await;
        assert_eq!(code(refused), Code::SignedOut, "{}", meta.name);
    }
}

#[tokio::test]
async fn the_command_line_acts_in_workspaces_and_is_audited() {
    let house = House::new().await;
    for meta in metas() {
        let world = World::new(&house, meta.name).await;
        let before = house.events(meta.name).await;
        let done = send(&house.services, meta, shell(), &world.request(meta)).await;
        // It has no account, and belongs to no workspace.
        if meta.scope == Scope::Account || meta.name == "member.leave" {
            assert_eq!(code(done), Code::Forbidden, "{}", meta.name);
            continue;
        }
        done.unwrap_or_else(|problem| panic!("{}: {problem}", meta.name));
        let left = i64::from(meta.audit != Audited::None);
        assert_eq!(house.events(meta.name).await - before, left, "{}", meta.name);
        let missing = elsewhere(&world.request(meta));
        if meta.scope == Scope::Workspace {
            assert_eq!(
                code(send(&house.services, meta, shell(), &missing).await),
                Code::NotFound,
                "{}",
                meta.name
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_name_is_not_found() {
    assert!(Services::entry("record.explode").is_none());
    assert!(Services::entry("").is_none());
    let house = House::new().await;
    let get = Services::entry("account.get").expect("listed");
    let of_another_type = Box::new(7_u8);
    let answer = house
        .services
        .dispatch(get.meta, keyed(None, "k"), of_another_type)
        .await;
    assert_eq!(code(answer.result.map(|_| ())), Code::Internal);
}

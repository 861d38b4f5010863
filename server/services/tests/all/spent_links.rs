//! Links of invitations that work no more, and links of others: whoever tries whatever with them, again and at once, is told
//! the same, and changes nothing.

use crate::{
    house::{House, PASSWORD, Person, caller, seat},
    invitations::{invite, join, people},
};
use domain::{
    Caller, Code, Secret, WorkspaceId,
    ops::{AcceptInvitation, DeclineInvitation, InspectInvitation, ListWorkspaces, ResendInvitation, RevokeInvitation},
};
use services::Services;
use time::Duration;
use tokio::task::JoinSet;

/// The owner of a workspace, somebody with an account who is invited, and somebody who is not.
struct Scene {
    house: House,
    ilse: Person,
    bea: Person,
    cy: Person,
    workspace: WorkspaceId,
}

/// What may be tried with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    Inspect,
    Accept,
    Join,
    Decline,
}

const TRIES: [Try; 4] = [Try::Inspect, Try::Accept, Try::Join, Try::Decline];

impl Try {
    async fn act(self, services: &Services, caller: Caller, token: Secret) -> Result<(), Code> {
        let result = match self {
            Self::Inspect => services.run(caller, InspectInvitation { token }).await.result.map(drop),
            Self::Accept => services.run(caller, AcceptInvitation { token }).await.result.map(drop),
            Self::Join => services.run(caller, join(&token)).await.result.map(drop),
            Self::Decline => services.run(caller, DeclineInvitation { token }).await.result.map(drop),
        };
        result.map_err(|problem| problem.code)
    }
}

impl Scene {
    async fn new() -> Self {
        let house = House::new().await;
        let ilse = house.person("ilse@ternhouse.example").await;
        let bea = house.person("bea@ternhouse.example").await;
        let cy = house.person("cy@ternhouse.example").await;
        let workspace = house.workspace(&ilse, "Tern House").await.id;
        Self {
            house,
            ilse,
            bea,
            cy,
            workspace,
        }
    }

    /// A link to an address.
    async fn link(&self, email: &str) -> Secret {
        invite(&self.house, &self.ilse, self.workspace, email)
            .await
            .expect("invited");
        self.house.link(email, "invitation").await
    }

    /// Everything that a link could change.
    async fn rows(&self) -> Vec<String> {
        let invitations = "select (to_jsonb(i) - 'email')::text from control.invitations i order by 1";
        let members = "select to_jsonb(m)::text from control.members m order by 1";
        let accounts = "select (to_jsonb(a) - 'name')::text from control.accounts a order by 1";
        let mut rows = Vec::new();
        for sql in [invitations, members, accounts] {
            rows.append(&mut self.house.database.texts(sql).await);
        }
        rows
    }

    /// Tries everything with a link as everybody, one after the other and then all of it at once.
    async fn is_spent(&self, what: &str, link: &Secret) {
        let before = self.rows().await;
        let everybody = [None, Some(&self.ilse), Some(&self.bea), Some(&self.cy)];
        let tries: Vec<_> = TRIES
            .iter()
            .flat_map(|attempt| everybody.map(|who| (*attempt, who.map(|person| person.token.clone()))))
            // Who is nobody accepts nothing: that is said first.
            .filter(|(attempt, who)| *attempt != Try::Accept || who.is_some())
            .collect();
        let services = &self.house.services;
        for (attempt, who) in &tries {
            let said = attempt.act(services, caller(who.as_ref()), link.clone()).await;
            assert_eq!(said, Err(Code::LinkSpent), "{what}, {attempt:?}");
        }
        let mut at_once = JoinSet::new();
        for (attempt, who) in tries {
            let (services, link) = (services.clone(), link.clone());
            at_once.spawn(async move { (attempt, attempt.act(&services, caller(who.as_ref()), link).await) });
        }
        for (attempt, said) in at_once.join_all().await {
            assert_eq!(said, Err(Code::LinkSpent), "{what}, {attempt:?} at once");
        }
        assert_eq!(self.rows().await, before, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_works_no_more_does_nothing_for_anybody() {
    let mut scene = Scene::new().await;
    let (house, workspace) = (&scene.house, scene.workspace);
    let bea = scene.bea.email.clone();

    let declined = scene.link(&bea).await;
    Try::Decline
        .act(&house.services, caller(None), declined.clone())
        .await
        .expect("declined");
    scene.is_spent("declined", &declined).await;

    let replaced = scene.link(&bea).await;
    let invitation = people(house, &scene.ilse, workspace).await.invitations[0].id;
    let again = ResendInvitation { workspace, invitation };
    house.act(&scene.ilse, again).await.expect("sent again");
    let revoked = house.link(&bea, "invitation").await;
    scene.is_spent("replaced", &replaced).await;

    let revoke = RevokeInvitation { workspace, invitation };
    house.act(&scene.ilse, revoke).await.expect("taken back");
    scene.is_spent("taken back", &revoked).await;

    let new = scene.link("new@ternhouse.example").await;
    Try::Join
        .act(&house.services, caller(None), new.clone())
        .await
        .expect("joined");
    scene.is_spent("used to join", &new).await;

    let accepted = scene.link(&scene.cy.email).await;
    let cy = caller(Some(&scene.cy.token));
    Try::Accept
        .act(&house.services, cy, accepted.clone())
        .await
        .expect("joined");
    scene.is_spent("accepted", &accepted).await;

    let expired = scene.link(&bea).await;
    house.clock.advance(Duration::days(7));
    scene.ilse = house.sign_in("ilse@ternhouse.example").await;
    scene.bea = house.sign_in(&bea).await;
    scene.cy = house.sign_in("cy@ternhouse.example").await;
    scene.is_spent("expired", &expired).await;

    scene.is_spent("made up", &Secret::new("A".repeat(43))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_somebody_elses_link_gets_in_by_none_of_its_ways_and_it_works_on() {
    let scene = Scene::new().await;
    let services = &scene.house.services;
    let link = scene.link(&scene.bea.email).await;
    let before = scene.rows().await;
    for (attempt, who, code) in [
        (Try::Accept, Some(&scene.cy), Code::Forbidden),
        (Try::Accept, Some(&scene.ilse), Code::Forbidden),
        (Try::Accept, None, Code::SignedOut),
        // The address has an account: no password is set for it by a link.
        (Try::Join, Some(&scene.cy), Code::Forbidden),
        (Try::Join, None, Code::Forbidden),
    ] {
        for _ in 0..2 {
            let caller = caller(who.map(|person| &person.token));
            assert_eq!(
                attempt.act(services, caller, link.clone()).await,
                Err(code),
                "{attempt:?}"
            );
        }
    }
    assert_eq!(scene.rows().await, before);
    let workspaces = scene.house.act(&scene.cy, ListWorkspaces {}).await;
    assert!(workspaces.expect("a list").is_empty());
    scene
        .house
        .try_sign_in(&scene.bea.email, PASSWORD)
        .await
        .expect("the password is the old one");
    Try::Accept
        .act(services, caller(Some(&scene.bea.token)), link)
        .await
        .expect("the one it was sent to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_say_no_at_once_one_is_heard_and_each_try_is_on_record() {
    let scene = Scene::new().await;
    let link = scene.link(&scene.bea.email).await;
    let mut at_once = JoinSet::new();
    for _ in 0..50 {
        let (services, link) = (scene.house.services.clone(), link.clone());
        at_once.spawn(async move { Try::Decline.act(&services, caller(None), link).await });
    }
    let said = at_once.join_all().await;
    assert_eq!(said.iter().filter(|said| said.is_ok()).count(), 1);
    assert!(
        said.iter().all(|said| matches!(said, Ok(()) | Err(Code::LinkSpent))),
        "{said:?}"
    );
    assert_eq!(scene.house.events("invitation.decline").await, 50);
    let invitations = people(&scene.house, &scene.ilse, scene.workspace).await.invitations;
    assert!(invitations.is_empty());
}

#[tokio::test]
async fn a_link_brings_back_nobody_who_is_suspended_and_gives_nobody_another_role() {
    let scene = Scene::new().await;
    let (house, workspace) = (&scene.house, scene.workspace);
    let link = scene.link(&scene.bea.email).await;
    // Somebody made her a member meanwhile, and suspended her.
    house.stand(&scene.bea, workspace, &seat("reader")).await;
    house
        .database
        .run(&format!(
            "update control.members set suspended = true where account_id = '{}'",
            scene.bea.account
        ))
        .await;
    let before = scene.rows().await;
    let services = &house.services;
    let said = Try::Accept
        .act(services, caller(Some(&scene.bea.token)), link.clone())
        .await;
    assert_eq!(said, Err(Code::LinkSpent));
    assert_eq!(scene.rows().await, before);
    assert!(
        house
            .act(&scene.bea, ListWorkspaces {})
            .await
            .expect("a list")
            .is_empty()
    );
}

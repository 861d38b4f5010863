//! What lies below fails: keys, the key store, the database. Each has a calm answer, and nothing is lost.

use crate::house::{House, Setup, caller, cheap, code};
use crypto::{RootKey, SigningKey};
use domain::{
    Code, Problem, WorkspaceId,
    ops::{CreateRecord, CreateWorkspace, GetProfile, GetRecord, ListWorkspaces},
    ports::{Clock as _, KeyStore},
};
use services::{Parts, Services, Site};
use std::sync::{Arc, atomic::Ordering};
use testkit::TestRandom;

/// Says what is safe and what to do, and names nothing inside.
fn calm(problem: &Problem) {
    assert_eq!(problem.code, Code::Unavailable);
    assert!(problem.retry_after_seconds.is_some());
    let text = problem.to_string().to_lowercase();
    assert!(
        text.contains("unharmed") || text.contains("nothing was changed"),
        "{text}"
    );
    for inside in ["sql", "postgres", "panic", "path", "workspaces/", "uuid", "!"] {
        assert!(!text.contains(inside), "{text}");
    }
}

#[tokio::test]
async fn a_missing_workspace_key_closes_that_workspace_and_no_other() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let (lost, other) = (
        house.workspace(&ilse, "Lost").await.id,
        house.workspace(&ilse, "Other").await.id,
    );
    let record = house.record(&ilse, lost, "Tide tables").await;
    let key = house.keys.lose(lost);
    let services = house.restarted();
    let run = async |op| services.run(caller(Some(&ilse.token)), op).await.result;
    calm(
        &run(GetRecord {
            workspace: lost,
            record: record.id,
        })
        .await
        .expect_err("no key"),
    );
    let create = |workspace| CreateRecord::blank(workspace, "New".to_owned());
    calm(
        &services
            .run(caller(Some(&ilse.token)), create(lost))
            .await
            .result
            .expect_err("no key"),
    );
    services
        .run(caller(Some(&ilse.token)), create(other))
        .await
        .result
        .expect("its key is there");
    let shown = services
        .run(caller(Some(&ilse.token)), ListWorkspaces {})
        .await
        .result
        .expect("a list");
    let names: Vec<_> = shown.iter().map(|workspace| workspace.name.as_str()).collect();
    assert_eq!(names, ["A workspace that cannot be opened now", "Other"]);
    house.keys.put(lost, key);
    assert_eq!(
        run(GetRecord {
            workspace: lost,
            record: record.id
        })
        .await,
        Ok(record),
        "nothing was lost"
    );
}

#[tokio::test]
async fn a_wrong_key_opens_nothing_and_harms_nothing() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let (one, two) = (
        house.workspace(&ilse, "One").await.id,
        house.workspace(&ilse, "Two").await.id,
    );
    let record = house.record(&ilse, one, "Tide tables").await;
    let (key, other) = (house.keys.lose(one), house.keys.lose(two));
    house.keys.put(one, other);
    let services = house.restarted();
    let get = GetRecord {
        workspace: one,
        record: record.id,
    };
    calm(
        &services
            .run(caller(Some(&ilse.token)), get.clone())
            .await
            .result
            .expect_err("another workspace's key"),
    );
    house.keys.lose(one);
    house.keys.put(one, key);
    assert_eq!(services.run(caller(Some(&ilse.token)), get).await.result, Ok(record));
}

fn with_root(house: &House, root: [u8; 32]) -> Services {
    Services::new(Parts {
        db: house.database.db.clone(),
        key_store: Arc::clone(&house.keys) as Arc<dyn KeyStore>,
        root: RootKey::from_bytes(root),
        signer: SigningKey::from_seed(&[9; 32]),
        clock: Arc::new(house.clock.clone()),
        random: Arc::new(TestRandom::new(1)),
        site: Site {
            origin: "https://keep.example".to_owned(),
        },
        rates: Setup::default().rates,
        packs: services::Packs::built_in().expect("good packs"),
        passwords: cheap(),
        hashing: services::HashingSize::default(),
    })
    .expect("threads")
}

#[tokio::test]
async fn a_house_with_a_missing_or_wrong_key_does_not_open() {
    let house = House::new().await;
    house
        .restarted()
        .open_house()
        .await
        .expect("a house nobody entered opens again");
    house.sign_up("ilse@ternhouse.example").await;
    house.restarted().open_house().await.expect("the right key");
    calm(
        &with_root(&house, [8; 32])
            .open_house()
            .await
            .expect_err("another root key"),
    );
    let key = house.keys.lose(WorkspaceId::HOUSE);
    calm(
        &house
            .restarted()
            .open_house()
            .await
            .expect_err("no key, but something was written under one"),
    );
    assert!(house.keys.load(WorkspaceId::HOUSE).is_err(), "and none was made");
    house.keys.put(WorkspaceId::HOUSE, key);
    house.restarted().open_house().await.expect("the right key is back");
}

#[tokio::test]
async fn a_key_store_that_is_down_refuses_new_workspaces_and_keeps_nothing_half_made() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    house.keys.down.store(true, Ordering::SeqCst);
    let make = CreateWorkspace::usual("Tern House".to_owned());
    calm(&house.act(&ilse, make.clone()).await.expect_err("no key store"));
    assert_eq!(house.database.number("select count(*) from control.members").await, 0);
    house
        .act(&ilse, GetProfile {})
        .await
        .expect("keys at hand go on working");
    house.keys.down.store(false, Ordering::SeqCst);
    house.act(&ilse, make).await.expect("made");
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_calmly() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.database.db.close().await;
    calm(&house.act(&ilse, GetProfile {}).await.expect_err("no database"));
    let title = "Tide tables".to_owned();
    calm(
        &house
            .act(&ilse, CreateRecord::blank(workspace, title))
            .await
            .expect_err("no database"),
    );
    calm(
        &house
            .try_sign_in(&ilse.email, crate::house::PASSWORD)
            .await
            .expect_err("no database"),
    );
    calm(&house.services.seal_now().await.expect_err("no database"));
}

#[tokio::test]
async fn connections_that_break_are_replaced() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    house
        .database
        .run("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")
        .await;
    let mut last = Ok(());
    for _ in 0..40 {
        last = house.act(&ilse, GetProfile {}).await.map(|_| ());
        if last.is_ok() {
            break;
        }
        assert_eq!(code(last.clone()), Code::Unavailable);
    }
    last.expect("answered again");
}

#[tokio::test]
async fn a_full_disk_refuses_and_keeps_nothing_half_done() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    // The audit log's table answers as a full disk does (SQLSTATE 53100).
    house
        .database
        .run(
            "create function public.full_disk() returns trigger language plpgsql as
                $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
             create trigger full_disk before insert on shared.audit_events execute function public.full_disk()",
        )
        .await;
    let title = "Tide tables".to_owned();
    let create = CreateRecord::blank(workspace, title);
    calm(&house.act(&ilse, create.clone()).await.expect_err("no room"));
    assert_eq!(house.database.number("select count(*) from shared.records").await, 0);
    house
        .database
        .run("drop trigger full_disk on shared.audit_events")
        .await;
    house.act(&ilse, create).await.expect("there is room again");
}

#[tokio::test]
async fn reading_goes_on_when_nothing_can_be_written() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    house
        .database
        .run(
            "create function public.full_disk() returns trigger language plpgsql as
                $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
             create trigger full_disk before update on control.sessions execute function public.full_disk()",
        )
        .await;
    house.clock.advance(time::Duration::minutes(2));
    house
        .act(&ilse, GetProfile {})
        .await
        .expect("seen, though not noted as seen");
}

#[tokio::test]
async fn a_sweep_goes_on_over_many_rows_and_past_a_table_that_fails() {
    let house = House::new().await;
    let past = house.clock.now() - time::Duration::HOUR;
    let rested = format!(
        "insert into control.rate_limits (key, full_at)
         select sha256(int8send(number)), to_timestamp({}) from generate_series(1::bigint, 12000) number",
        past.unix_timestamp()
    );
    let left = "select count(*) from control.rate_limits";
    house.database.run(&rested).await;
    assert!(house.services.sweep().await.expect("swept") >= 12_000);
    assert_eq!(house.database.number(left).await, 0);
    house.database.run(&rested).await;
    house
        .database
        .run("alter table control.sessions rename to sessions_away")
        .await;
    house.services.sweep().await.expect_err("one table failed");
    assert_eq!(house.database.number(left).await, 0, "the others were swept");
}

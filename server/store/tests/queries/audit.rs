//! The audit log: reading, and sealing while others append.

use domain::{AccountId, EventId};
use store::{
    Db, Placement, Reason, Receipt, Schema, Scoped, StoreError, Why,
    audit::{self, Filter, Last},
    idempotency::{Given, NewAnswer},
    members,
    sealing::{self, Batch, Checkpoint, Head, Node},
};
use testkit::{EPOCH, TestDatabase, event, scope};
use time::Duration;
use tokio::task::JoinSet;

async fn append(db: &Db, placement: &Placement, event: store::audit::NewEvent) -> EventId {
    let mut tx = db.begin(&scope(placement, event.actor)).await.expect("begin");
    let receipt = audit::append(&mut tx, &event).await.expect("append");
    let id = receipt.event();
    tx.commit(receipt.into()).await.expect("commit");
    id
}

/// A batch of the right form; the hashes of inner nodes are `crypto`'s to compute.
fn batch(before: Head, leaves: Vec<sealing::Unsealed>, signed: bool) -> Batch {
    let size = before.size + leaves.len() as u64;
    let nodes = (before.size..).zip(&leaves);
    let nodes = nodes
        .map(|(index, leaf)| Node {
            level: 0,
            index,
            hash: leaf.leaf_hash,
        })
        .collect();
    let checkpoint = signed.then(|| Checkpoint {
        size,
        note: format!("note {size}"),
        signed_at: EPOCH,
    });
    Batch {
        before,
        leaves,
        nodes,
        frontier: size.to_be_bytes().to_vec(),
        checkpoint,
    }
}

async fn seal(db: &Db, placement: &Placement, limit: u32) -> Result<usize, StoreError> {
    let mut tx = db.system(Reason::Seal, None).await?;
    tx.enter(placement, None).await?;
    let head = sealing::lock_head(&mut tx).await?;
    let leaves = sealing::take(&mut tx, limit).await?;
    let count = leaves.len();
    sealing::seal(&mut tx, &batch(head, leaves, count > 0)).await?;
    tx.commit(Receipt::Unaudited(Why::Sealing)).await?;
    Ok(count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_appended_while_sealers_race_gets_one_position() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let mut writers = JoinSet::new();
    for _ in 0..4 {
        let (db, placement) = (test.db.clone(), placement.clone());
        writers.spawn(async move {
            for _ in 0..25 {
                append(&db, &placement, event(Some(owner), "record.rename")).await;
            }
        });
    }
    let mut sealers = JoinSet::new();
    for _ in 0..2 {
        let (db, placement) = (test.db.clone(), placement.clone());
        sealers.spawn(async move {
            let mut sealed = 0;
            for _ in 0..20 {
                sealed += seal(&db, &placement, 7).await.expect("seal");
            }
            sealed
        });
    }
    writers.join_all().await;
    let mut sealed: usize = sealers.join_all().await.into_iter().sum();
    loop {
        match seal(&test.db, &placement, 1_000).await.expect("seal") {
            0 => break,
            more => sealed += more,
        }
    }
    assert_eq!(sealed, 101, "a hundred, and the founding");
    let mut tx = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
    let events = audit::sealed(&mut tx, 0, 1_000).await.expect("sealed");
    let positions: Vec<_> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (0..101).map(Some).collect::<Vec<_>>());
    assert_eq!(audit::unsealed(&mut tx).await.expect("count"), 0);
    assert_eq!(test.number("select size from shared.audit_heads").await, 101);
    assert_eq!(
        sealing::newest_checkpoint(&mut tx)
            .await
            .expect("newest")
            .map(|row| row.size),
        Some(101)
    );
    let coordinates: Vec<_> = (0..101).rev().map(|index| (0, index)).collect();
    let hashes = sealing::nodes(&mut tx, &coordinates).await.expect("nodes");
    assert!(
        hashes.iter().eq(events.iter().rev().map(|event| &event.leaf_hash)),
        "in the order asked for"
    );
    assert!(sealing::nodes(&mut tx, &[(0, 101)]).await.is_err(), "no such node");
    assert_eq!(audit::sealed(&mut tx, 99, 10).await.expect("rest").len(), 2);
}

#[tokio::test]
async fn readings_of_one_moment_do_not_see_a_sealer_that_comes_between() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let all = Filter::default();
    let mut one = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
    let mut each = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
    audit::one_moment(&mut one).await.expect("one moment");
    for tx in [&mut one, &mut each] {
        let rows = audit::page(tx, &all, 10).await.expect("page");
        assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), [None]);
    }
    assert_eq!(seal(&test.db, &placement, 10).await.expect("seal"), 1);
    for (tx, unsealed, size) in [(&mut one, 1, None), (&mut each, 0, Some(1))] {
        assert_eq!(audit::unsealed(tx).await.expect("count"), unsealed);
        let newest = sealing::newest_checkpoint(tx).await.expect("newest");
        assert_eq!(newest.map(|checkpoint| checkpoint.size), size);
    }
    assert!(audit::one_moment(&mut each).await.is_err(), "that would come too late");
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_refused() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    assert_eq!(seal(&test.db, &placement, 10).await.expect("seal"), 1);
    append(&test.db, &placement, event(None, "x.y")).await;
    for (what, size, twice) in [("a stale head", 0, false), ("an event twice", 1, true)] {
        let mut tx = test.db.system(Reason::Seal, None).await.expect("begin");
        tx.enter(&placement, None).await.expect("enter");
        let head = sealing::lock_head(&mut tx).await.expect("head");
        let mut leaves = sealing::take(&mut tx, 10).await.expect("take");
        if twice {
            leaves.push(leaves[0]);
        }
        let refused = sealing::seal(&mut tx, &batch(Head { size, ..head }, leaves, true)).await;
        assert!(matches!(refused, Err(StoreError::Bug(_))), "{what}: {refused:?}");
        tx.rollback().await.expect("rollback");
    }
    assert_eq!(seal(&test.db, &placement, 10).await.expect("seal"), 1);
}

#[tokio::test]
async fn a_backlog_may_have_one_checkpoint_after_its_last_batch() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    append(&test.db, &placement, event(None, "x.y")).await;
    let mut tx = test.db.system(Reason::Seal, None).await.expect("begin");
    tx.enter(&placement, None).await.expect("enter");
    for signed in [false, true] {
        let head = sealing::lock_head(&mut tx).await.expect("head");
        let leaves = sealing::take(&mut tx, 1).await.expect("take");
        sealing::seal(&mut tx, &batch(head, leaves, signed))
            .await
            .expect("seal");
    }
    let sizes: Vec<_> = sealing::checkpoints(&mut tx)
        .await
        .expect("list")
        .iter()
        .map(|row| row.size)
        .collect();
    assert_eq!(sizes, [2]);
}

#[tokio::test]
async fn what_waits_is_found_in_every_schema_and_only_there() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let quiet = testkit::tenant(&test.db, owner, Schema::shared()).await;
    seal(&test.db, &quiet, 10).await.expect("seal");
    let mut tx = test.db.system(Reason::Seal, None).await.expect("begin");
    assert_eq!(sealing::waiting(&mut tx).await.expect("waiting"), [placement]);
    assert_eq!(tx.workspace(), domain::WorkspaceId::HOUSE);
}

/// A log of three events after the founding: the owner's, another's, the owner's, an hour apart.
async fn log(test: &TestDatabase) -> (Placement, [AccountId; 2], Vec<EventId>) {
    let owner = testkit::account(&test.db).await;
    let other = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let mut ids = Vec::new();
    for (actor, action, hours) in [
        (owner, "record.create", 0),
        (other, "record.rename", 1),
        (owner, "record.rename", 2),
    ] {
        let at = EPOCH + Duration::hours(hours);
        let new = audit::NewEvent {
            at,
            ..event(Some(actor), action)
        };
        ids.push(append(&test.db, &placement, new).await);
    }
    (placement, [owner, other], ids)
}

#[tokio::test]
async fn the_log_is_read_newest_first_by_page_and_filter() {
    let test = testkit::database().await;
    let (placement, [owner, other], ids) = log(&test).await;
    let mut tx = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
    let mut page = async |filter: Filter, limit| -> Vec<EventId> {
        audit::page(&mut tx, &filter, limit)
            .await
            .expect("page")
            .into_iter()
            .map(|event| event.id)
            .collect()
    };
    let all = Filter::default;
    let first = page(all(), 2).await;
    assert_eq!(first, [ids[2], ids[1]]);
    let before = first.last().copied();
    let rest = page(Filter { before, ..all() }, 10).await;
    assert_eq!((rest.len(), rest[0]), (2, ids[0]));
    let by_other = Filter {
        actor: Some(other),
        ..all()
    };
    assert_eq!(page(by_other, 10).await, [ids[1]]);
    let renames = || Filter {
        action: Some("record.rename".to_owned()),
        ..all()
    };
    assert_eq!(page(renames(), 10).await, [ids[2], ids[1]]);
    let two = Some(EPOCH + Duration::hours(2));
    assert_eq!(page(Filter { from: two, ..renames() }, 10).await, [ids[2]]);
    assert_eq!(
        page(
            Filter {
                until: two,
                ..renames()
            },
            10
        )
        .await,
        [ids[1]]
    );
}

#[tokio::test]
async fn the_log_knows_its_people_and_actions_and_each_event() {
    let test = testkit::database().await;
    let (placement, [owner, other], ids) = log(&test).await;
    let mut tx = test.db.begin(&scope(&placement, Some(owner))).await.expect("begin");
    let mut people = audit::people(&mut tx).await.expect("people");
    people.sort();
    assert_eq!(people, [owner, other]);
    let actions = audit::actions(&mut tx).await.expect("actions");
    assert_eq!(actions, ["record.create", "record.rename", "workspace.create"]);
    let one = audit::get(&mut tx, ids[1]).await.expect("get").expect("event");
    assert_eq!((one.position, one.actor), (None, Some(other)));
    assert!(
        audit::get(&mut tx, EventId(testkit::id()))
            .await
            .expect("get")
            .is_none()
    );
}

#[tokio::test]
async fn an_act_is_over_before_the_members_change() {
    let test = testkit::database().await;
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, Schema::shared()).await;
    let scope = scope(&placement, Some(owner));
    let answer = |key: u8| NewAnswer {
        actor: Some(owner),
        key_hash: [key; 32],
        given: Given {
            request_hash: [1; 32],
            response: b"sealed answer".to_vec(),
        },
        at: EPOCH,
    };
    let act = event(Some(owner), "record.create");
    for answer in [None, Some(&answer(1))] {
        let mut tx = test.db.begin(&scope).await.expect("begin");
        let last = audit::append_last(&mut tx, &act, answer, Some(1))
            .await
            .expect("answer");
        assert!(matches!(last, Last::Moved), "{last:?}");
        tx.commit(Receipt::Unaudited(Why::Sweep)).await.expect("commit");
    }
    let mut tx = test.db.begin(&scope).await.expect("begin");
    assert_eq!(members::hold(&mut tx).await.expect("answer"), 0);
    let Last::Kept(receipt) = audit::append_last(&mut tx, &act, Some(&answer(1)), Some(0))
        .await
        .expect("answer")
    else {
        panic!("nothing has changed, and what was not kept was not written");
    };
    let (db, of) = (test.db.clone(), scope.clone());
    let mut change = tokio::spawn(async move {
        let mut tx = db.begin(&of).await.expect("begin");
        let epoch = members::begin_change(&mut tx).await.expect("answer");
        tx.commit(Receipt::Unaudited(Why::Sweep)).await.expect("commit");
        epoch
    });
    let mut superuser = test.superuser().await;
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits)
        .fetch_one(&mut superuser)
        .await
        .expect("answer")
        == 0
    {
        assert!(!change.is_finished(), "a change waits for what is about to commit");
        tokio::task::yield_now().await;
    }
    tx.commit(receipt.into()).await.expect("commit");
    assert_eq!((&mut change).await.expect("changed"), 1);
    let mut tx = test.db.begin(&scope).await.expect("begin");
    let again = event(Some(owner), "record.create");
    let last = audit::append_last(&mut tx, &again, Some(&answer(1)), Some(1))
        .await
        .expect("answer");
    assert!(matches!(last, Last::KeyUsed), "{last:?}");
    tx.rollback().await.expect("rollback");
}

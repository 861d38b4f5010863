//! Accounts, and changes that name the revision they were made from.

use domain::{AccountId, RecordId};
use store::{
    Changed, FieldClass, Reason, Receipt, Schema, Scoped, Why,
    accounts::{self, NewAccount},
    members, records, workspaces,
};
use testkit::{EPOCH, id, scope};

fn new(email_hash: [u8; 32]) -> NewAccount {
    NewAccount {
        id: AccountId(id()),
        email_hash,
        email: b"sealed address".to_vec(),
        name: b"sealed name".to_vec(),
        password: "$argon2id$".to_owned(),
        at: EPOCH,
    }
}

#[tokio::test]
async fn an_address_has_one_account() {
    let test = testkit::database().await;
    let (first, second) = (new([1; 32]), new([1; 32]));
    let mut tx = test.db.system(Reason::SignUp, None).await.expect("begin");
    assert!(accounts::insert(&mut tx, &first).await.expect("insert"));
    assert!(!accounts::insert(&mut tx, &second).await.expect("insert"));
    let found = accounts::by_email_hash(&mut tx, &[1; 32])
        .await
        .expect("find")
        .expect("account");
    assert_eq!((found.id, found.verified_at, found.revision), (first.id, None, 1));
    assert!(accounts::set_verified(&mut tx, first.id, EPOCH).await.expect("verify"));
    assert!(
        accounts::set_verified(&mut tx, first.id, EPOCH + time::Duration::HOUR)
            .await
            .expect("again")
    );
    assert!(
        accounts::set_password(&mut tx, first.id, "$other", EPOCH)
            .await
            .expect("password")
    );
    assert!(
        !accounts::set_password(&mut tx, second.id, "$other", EPOCH)
            .await
            .expect("password")
    );
    let found = accounts::by_id(&mut tx, first.id)
        .await
        .expect("find")
        .expect("account");
    assert_eq!((found.verified_at, found.password.as_str()), (Some(EPOCH), "$other"));
}

#[tokio::test]
async fn a_stale_change_is_refused_with_the_present_revision() {
    let test = testkit::database().await;
    let account = testkit::account(&test.db).await;
    let stranger = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, Schema::shared()).await;
    let scope = scope(&placement, Some(account));
    let mut tx = test.db.begin(&scope).await.expect("begin");
    assert_eq!(
        workspaces::rename(&mut tx, b"new", 1, EPOCH).await.expect("rename"),
        Changed::Done(2)
    );
    assert_eq!(
        workspaces::rename(&mut tx, b"newer", 1, EPOCH).await.expect("rename"),
        Changed::Stale(2)
    );
    assert_eq!(
        accounts::set_name(&mut tx, account, b"new", 1, EPOCH)
            .await
            .expect("name"),
        Changed::Done(2)
    );
    assert_eq!(
        accounts::set_name(&mut tx, account, b"newer", 1, EPOCH)
            .await
            .expect("name"),
        Changed::Stale(2)
    );
    assert_eq!(
        accounts::set_name(&mut tx, stranger, b"x", 1, EPOCH)
            .await
            .expect("name"),
        Changed::Missing
    );
    let record = RecordId(id());
    records::insert(
        &mut tx,
        testkit::draft(record),
        &[(FieldClass::Title, b"title".to_vec())],
        EPOCH,
    )
    .await
    .expect("insert");
    let later = EPOCH + time::Duration::HOUR;
    let set = records::set_field(&mut tx, record, FieldClass::General, b"about", 1, later).await;
    assert_eq!(set.expect("set"), Changed::Done(2));
    let set = records::set_field(&mut tx, record, FieldClass::General, b"other", 1, later).await;
    assert_eq!(set.expect("set"), Changed::Stale(2));
    let set = records::set_field(&mut tx, RecordId(id()), FieldClass::General, b"x", 1, later).await;
    assert_eq!(set.expect("set"), Changed::Missing);
    let row = records::get(&mut tx, record).await.expect("get").expect("record");
    assert_eq!(
        (row.field(FieldClass::Title), row.field(FieldClass::General)),
        (Some(&b"title"[..]), Some(&b"about"[..]))
    );
    assert_eq!((row.revision, row.created_at, row.updated_at), (2, EPOCH, later));
    let some = records::some(&mut tx, &[record, RecordId(id())]).await.expect("some");
    assert_eq!(some.len(), 1);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_stale() {
    let test = testkit::database().await;
    let account = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, Schema::shared()).await;
    let scope = scope(&placement, Some(account));
    let mut first = test.db.begin(&scope).await.expect("begin");
    assert_eq!(
        workspaces::rename(&mut first, b"first", 1, EPOCH)
            .await
            .expect("rename"),
        Changed::Done(2)
    );
    let second = tokio::spawn({
        let (db, scope) = (test.db.clone(), scope.clone());
        async move {
            let mut tx = db.begin(&scope).await.expect("begin");
            workspaces::rename(&mut tx, b"second", 1, EPOCH).await.expect("rename")
        }
    });
    first.commit(Receipt::Unaudited(Why::KeyMaking)).await.expect("commit");
    assert_eq!(second.await.expect("second"), Changed::Stale(2));
}

#[tokio::test]
async fn members_and_their_workspaces_find_each_other() {
    let test = testkit::database().await;
    let account = testkit::account(&test.db).await;
    let stranger = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, account, Schema::shared()).await;
    let house = store::Placement::house();
    let mut tx = test.db.begin(&scope(&house, Some(account))).await.expect("begin");
    let mine = members::of_account(&mut tx, account).await.expect("list");
    assert_eq!(mine.iter().map(|row| &row.placement).collect::<Vec<_>>(), [&placement]);
    assert_eq!(
        members::placement(&mut tx, placement.workspace).await.expect("get"),
        Some(placement.clone())
    );
    tx.finish().await.expect("finish");
    let mut tx = test.db.begin(&scope(&house, Some(stranger))).await.expect("begin");
    assert!(members::of_account(&mut tx, account).await.expect("list").is_empty());
    assert_eq!(
        members::placement(&mut tx, placement.workspace).await.expect("get"),
        None
    );
    tx.finish().await.expect("finish");
    let mut tx = test.db.begin(&scope(&placement, Some(account))).await.expect("begin");
    let people = members::list(&mut tx).await.expect("list");
    assert_eq!((people.len(), people[0].account), (1, account));
    assert!(accounts::profile(&mut tx, account).await.expect("profile").is_some());
    assert!(accounts::profile(&mut tx, stranger).await.expect("profile").is_none());
    assert_eq!(members::seat_of(&mut tx, stranger).await.expect("seat"), None);
}

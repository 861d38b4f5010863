//! Making workspaces: as many as one may own, and not one more, however many requests come at once.

use crate::house::{House, code};
use domain::{
    Code,
    ops::{CreateWorkspace, ListWorkspaces},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_owns_one_more_than_the_most_by_asking_twice_at_once() {
    let house = House::new().await;
    let ilse = house.person("ilse@keep.example").await;
    let other = house.person("other@keep.example").await;
    // All but one: copies of the first, which hold nothing.
    house.workspace(&ilse, "Tern House").await;
    house
        .database
        .run(&format!(
            "with made as (
                insert into control.placements (workspace_id, cluster, schema, bucket, key_store, pack, created_at)
                select gen_random_uuid(), cluster, schema, bucket, key_store, pack, created_at
                from control.placements p, generate_series(1, 48)
                where exists (select from control.members m where m.workspace_id = p.workspace_id)
                returning workspace_id, created_at
             )
             insert into control.members (workspace_id, account_id, standing, role, since)
             select workspace_id, '{}', 'owner', 'owner', created_at from made",
            ilse.account
        ))
        .await;
    let make = |name: &str| house.act(&ilse, CreateWorkspace::usual(name.to_owned()));
    let (one, two, three) = tokio::join!(make("One"), make("Two"), make("Three"));
    let answers = [one, two, three];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_eq!(code(refused), Code::Invalid);
    }
    let owned = format!(
        "select count(*) from control.members where account_id = '{}' and standing = 'owner'",
        ilse.account
    );
    assert_eq!(house.database.number(&owned).await, 50);
    house.workspace(&other, "Somebody else’s").await;
    assert_eq!(house.act(&other, ListWorkspaces {}).await.expect("a list").len(), 1);
}

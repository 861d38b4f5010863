//! A superuser of the database who dates an event back, gives it neighbours that do not tell, and deletes every checkpoint
//! that would: a checkpoint that somebody kept outside still finds it, by the command that anybody can run.

use crate::support::{House, PASSWORD};
use domain::ports::Clock;
use http::StatusCode;
use serde_json::json;
use std::{
    path::Path,
    process::{Command, Output},
    sync::Arc,
};
use testkit::TestClock;
use time::Duration;

async fn sign_in(house: &House) -> String {
    let credentials = json!({"email": "ada@example.com", "password": PASSWORD});
    let reply = house.call("session.sign_in", None, &credentials).await;
    reply.cookie().expect("a cookie")
}

async fn make(house: &House, cookie: &str, workspace: &str, title: &str) {
    let op = json!({"workspace": workspace, "title": title});
    let reply = house.call("record.create", Some(cookie), &op).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
}

fn verify(folder: &Path, more: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scriptkeep"))
        .env_clear()
        .current_dir(folder)
        .args(["audit", "verify", "log.jsonl", "--key", "key.pub"])
        .args(more)
        .output()
        .expect("an end");
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    (output, String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn an_event_dated_back_is_found_by_a_kept_checkpoint_after_all_earlier_ones_were_deleted() {
    let clock = TestClock::new();
    let house = House::open_by("", Arc::new(clock.clone()) as Arc<dyn Clock>).await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    let attack = async |sql: &str| {
        let own = format!("workspace_id = '{workspace}'");
        let sql = sql.replace("{w}", &own);
        let sql = format!("set search_path = shared, control; set session_replication_role = replica; {sql}");
        house.database.run(&sql).await;
    };
    make(&house, &cookie, &workspace, "Noon").await;
    clock.advance(Duration::hours(1));
    house.state.services.seal_now().await.expect("sealed");
    let notes = format!("select note from shared.audit_checkpoints where workspace_id = '{workspace}'");
    let kept = house.database.texts(&notes).await.remove(0);

    // Made two hours later; it waits for the sealer, so that the attacker can make it one of noon.
    clock.advance(Duration::hours(1));
    let cookie = sign_in(&house).await;
    make(&house, &cookie, &workspace, "Two o'clock").await;
    attack(
        "update audit_events e set leaf = regexp_replace(leaf, '\"at\":\"[^\"]*\"',
                (select '\"at\":' || (o.leaf::jsonb -> 'at')::text from audit_events o join audit_leaves l
                    on l.workspace_id = o.workspace_id and l.event_id = o.id
                    where o.{w} order by l.position desc limit 1))
            where {w} and id in (select event_id from audit_unsealed where {w});
         update audit_events set at = (leaf::jsonb ->> 'at')::timestamptz where {w};
         update audit_events set leaf_hash = sha256('\\x00'::bytea || convert_to(leaf, 'utf8')) where {w}",
    )
    .await;
    house.state.services.seal_now().await.expect("the sealer cannot know");
    attack("delete from audit_checkpoints where {w} and size < (select max(size) from audit_checkpoints where {w})")
        .await;
    assert_eq!(house.database.texts(&notes).await.len(), 1);

    let log = house
        .call("audit.list", Some(&cookie), &json!({"workspace": workspace}))
        .await
        .json();
    let export = house
        .call("audit.export", Some(&cookie), &json!({"workspace": workspace}))
        .await;
    assert_eq!(export.status, StatusCode::OK, "{}", export.body);
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("log.jsonl", export.json()["text"].as_str().expect("a text"));
    write("key.pub", log["checkpoint"]["verifier_key"].as_str().expect("a key"));
    write("kept.note", &kept);
    let (output, said) = verify(folder.path(), &[]);
    assert!(output.status.success(), "by itself the log tells nothing: {said}");
    let (output, said) = verify(folder.path(), &["--since", "kept.note"]);
    assert!(!output.status.success() && said.contains("backdated"), "{said}");
}

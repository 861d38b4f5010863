//! A part that does not answer costs nobody anything but time: a clear 503, nothing changed, and all is well again when
//! the part is back.

use crate::support::live::{self, Live};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_postgres_is_said_and_survived() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    let cookie = server.session("ada@example.com").await;
    let (_, made) = server
        .call("workspace.create", &cookie, &json!({"name": "Tern House"}))
        .await;
    let (_, made) = made.split_once("\"id\":\"").expect("an id");
    let home = format!("/w/{}", &made[..36]);

    live::postgres(folder.path())
        .await
        .stop()
        .await
        .expect("a stopped Postgres");
    server.until("/readyz", 503).await;
    assert_eq!(server.get("/healthz").await.0, 200, "the process itself lives");
    let headers = [("cookie", cookie.as_str())];
    let (status, page) = server.send("GET", &home, &headers, "").await;
    assert_eq!(status, 503, "{page}");
    assert!(
        page.contains("<!DOCTYPE html>") && page.contains("content-security-policy"),
        "{page}"
    );
    let (status, problem) = server.call("workspace.create", &cookie, &json!({"name": "Lost"})).await;
    assert_eq!(status, 503, "{problem}");
    assert!(problem.contains("\"code\":\"unavailable\""), "{problem}");
    for inner in ["sql", "postgres", "socket", "SQLSTATE", "/tmp"] {
        assert!(
            !problem.contains(inner) && !page.contains(inner),
            "{inner} stays inside"
        );
    }
    let sign_in = json!({"email": "ada@example.com", "password": crate::support::PASSWORD});
    assert_eq!(
        server.call("session.sign_in", "", &sign_in).await.0,
        503,
        "no password is tried without its limiter"
    );
    let (status, page) = server.get("/sign-in").await;
    assert_eq!(status, 200, "a page that needs nothing works: {page}");

    let postgres = live::postgres(folder.path()).await;
    server.until("/readyz", 200).await;
    let (status, page) = server.send("GET", &home, &headers, "").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Tern House"));
    let (_, list) = server.call("workspace.list", &cookie, &json!({})).await;
    assert!(!list.contains("Lost"), "what was refused was not done: {list}");
    server.stop().await;
    drop(postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_postgres_that_is_killed_is_started_again_with_all_that_was_confirmed() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    let cookie = server.session("ada@example.com").await;
    let (status, _) = server
        .call("workspace.create", &cookie, &json!({"name": "Tern House"}))
        .await;
    assert_eq!(status, 200);

    let pid_file = folder.path().join("data/postgres/data/postmaster.pid");
    let pid = || {
        let text = std::fs::read_to_string(&pid_file).unwrap_or_default();
        text.lines().next().unwrap_or_default().to_owned()
    };
    let killed = pid();
    let kill = std::process::Command::new("kill").args(["-KILL", &killed]).status();
    assert!(kill.expect("kill").success());
    tokio::time::timeout(Duration::from_mins(1), async {
        while pid() == killed || pid().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("another Postgres in its place");
    server.until("/readyz", 200).await;
    let (status, list) = server.call("workspace.list", &cookie, &json!({})).await;
    assert_eq!(status, 200);
    assert!(list.contains("Tern House"), "{list}");
    server.stop().await;
}

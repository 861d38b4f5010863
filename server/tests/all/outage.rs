//! A part that does not answer costs nobody anything but time: a clear 503, nothing changed, and all is well again when
//! the part is back.

use crate::support::live::{self, Live};
use serde_json::json;

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

//! A form whose sender was signed out in the meantime, or must prove who they are: what was typed comes back once that is
//! done, travels in bodies only, and is never sent unasked.

use crate::support::{House, PASSWORD, Reply};
use domain::ports::Clock;
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use testkit::TestClock;
use time::Duration;

/// What was typed: all that HTML, JSON and a URL could stumble over.
const TYPED: &str = "Grebe & \"Sons\" <b>&amp;</b> é +%2B";
/// The same in an attribute.
const SHOWN: &str = "Grebe &amp; &quot;Sons&quot; &lt;b&gt;&amp;amp;&lt;/b&gt; é +%2B";

/// A house whose clock the test moves, somebody in it, and their workspace's settings.
async fn house() -> (House, TestClock, String, String) {
    let clock = TestClock::new();
    let house = House::open_by("", Arc::new(clock.clone()) as Arc<dyn Clock>).await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    (house, clock, cookie, workspace)
}

async fn rename(house: &House, cookie: &str, workspace: &str, key: &str) -> Reply {
    let fields = [
        ("_op", "workspace.rename"),
        ("_key", key),
        ("workspace", workspace),
        ("name", TYPED),
        ("revision", "1"),
    ];
    house
        .post(&format!("/w/{workspace}/settings"), Some(cookie), &fields)
        .await
}

/// The value of a hidden field of a page, as a browser would send it.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no field {name} in {page}"));
    let (value, _) = rest.split_once('"').expect("its end");
    let unescaped = value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    unescaped.replace("&#x27;", "'").replace("&amp;", "&")
}

async fn sign_in(house: &House, page: &str, email: &str, password: &str, held: &str) -> Reply {
    let fields = [
        ("_op", "session.sign_in"),
        ("email", email),
        ("password", password),
        ("_held", held),
    ];
    house.post(page, None, &fields).await
}

#[tokio::test]
async fn what_was_typed_survives_the_end_of_the_session() {
    let (house, clock, cookie, workspace) = house().await;
    let page = format!("/w/{workspace}/settings");
    clock.advance(Duration::hours(13));
    let asked = rename(&house, &cookie, &workspace, "key-of-the-form").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{}", asked.body);
    assert!(asked.body.contains("What you typed is kept") && asked.body.contains("session.sign_in"));
    assert!(
        asked.header("location").is_empty() && !asked.body.contains("<script"),
        "{}",
        asked.body
    );
    let held = hidden(&asked.body, "_held");

    let wrong = sign_in(&house, &page, "ada@example.com", "not the password, canary", &held).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        hidden(&wrong.body, "_held"),
        held,
        "a slip of the password loses nothing"
    );
    assert!(
        !wrong.body.contains("canary") && wrong.body.contains("does not match"),
        "{}",
        wrong.body
    );

    let shown = sign_in(&house, &page, "ada@example.com", PASSWORD, &held).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let fresh = shown.cookie().expect("a session");
    assert!(shown.body.contains(&format!("value=\"{SHOWN}\"")), "{}", shown.body);
    assert!(
        shown
            .body
            .contains("You were signed out. What you typed is here; send it again.")
    );
    assert!(!shown.body.contains("but for passwords"), "{}", shown.body);
    assert!(
        shown.body.contains(r#"name="_key" value="key-of-the-form""#),
        "it is still the same form"
    );
    assert!(shown.body.contains("Tern House"), "nothing was sent unasked");
    let now = house
        .call("workspace.get", Some(&fresh), &json!({"workspace": workspace}))
        .await;
    assert_eq!(
        (now.json()["name"].as_str(), now.json()["revision"].as_u64()),
        (Some("Tern House"), Some(1))
    );

    let sent = rename(&house, &fresh, &workspace, "key-of-the-form").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let now = house
        .call("workspace.get", Some(&fresh), &json!({"workspace": workspace}))
        .await;
    assert_eq!(now.json()["name"], TYPED);
}

#[tokio::test]
async fn what_somebody_else_changed_in_the_meantime_is_not_overwritten() {
    let (house, clock, cookie, workspace) = house().await;
    let page = format!("/w/{workspace}/settings");
    clock.advance(Duration::hours(13));
    let held = hidden(&rename(&house, &cookie, &workspace, "a").await.body, "_held");
    let elsewhere = house
        .call(
            "session.sign_in",
            None,
            &json!({"email": "ada@example.com", "password": PASSWORD}),
        )
        .await
        .cookie()
        .expect("a session");
    let other = json!({"workspace": workspace, "name": "Heron House", "revision": 1});
    assert_eq!(
        house.call("workspace.rename", Some(&elsewhere), &other).await.status,
        StatusCode::OK
    );
    let shown = sign_in(&house, &page, "ada@example.com", PASSWORD, &held).await;
    assert_eq!(
        hidden(&shown.body, "revision"),
        "1",
        "the revision it was typed against"
    );
    let sent = rename(&house, &shown.cookie().expect("a session"), &workspace, "a").await;
    assert_eq!(sent.status, StatusCode::CONFLICT);
    assert!(
        sent.body.contains(SHOWN) && sent.body.contains("<q>Heron House"),
        "{}",
        sent.body
    );
}

#[tokio::test]
async fn somebody_else_who_signs_in_sends_nothing() {
    let (house, clock, cookie, workspace) = house().await;
    house.person("eve@example.com").await;
    clock.advance(Duration::hours(13));
    let held = hidden(&rename(&house, &cookie, &workspace, "a").await.body, "_held");
    let page = format!("/w/{workspace}/settings");
    let shown = sign_in(&house, &page, "eve@example.com", PASSWORD, &held).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND, "the page is not theirs");
    assert!(!shown.body.contains("Tern House"), "{}", shown.body);
}

#[tokio::test]
async fn passwords_are_never_carried_along() {
    let (house, clock, cookie, _) = house().await;
    clock.advance(Duration::hours(13));
    let fields = [
        ("_op", "account.change_password"),
        ("current", "canary one, canary one"),
        ("password", "canary two, canary two"),
    ];
    let asked = house.post("/you", Some(&cookie), &fields).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(!asked.body.contains("canary"), "{}", asked.body);
    let shown = sign_in(
        &house,
        "/you",
        "ada@example.com",
        PASSWORD,
        &hidden(&asked.body, "_held"),
    )
    .await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(
        shown.body.contains("but for passwords") && !shown.body.contains("canary"),
        "{}",
        shown.body
    );
}

#[tokio::test]
async fn what_wants_a_fresh_proof_waits_for_it() {
    let (house, clock, cookie, workspace) = house().await;
    let page = format!("/w/{workspace}/audit");
    clock.advance(Duration::minutes(6));
    let export = [("_op", "audit.export"), ("workspace", workspace.as_str())];
    let asked = house.post(&page, Some(&cookie), &export).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "{}", asked.body);
    assert!(
        asked.body.contains("session.prove") && !asked.body.contains("<script"),
        "{}",
        asked.body
    );
    let held = hidden(&asked.body, "_held");
    let prove = |password: &'static str| {
        let (house, cookie, page, held) = (&house, &cookie, &page, &held);
        async move {
            let fields = [("_op", "session.prove"), ("password", password), ("_held", held)];
            house.post(page, Some(cookie), &fields).await
        }
    };
    let wrong = prove("not the password at all").await;
    assert_eq!(
        (wrong.status, hidden(&wrong.body, "_held")),
        (StatusCode::UNAUTHORIZED, held.clone())
    );
    let shown = prove(PASSWORD).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(
        shown
            .body
            .contains("It is proven that it is you. Nothing was sent yet; send it again.")
    );
    let fresh = shown.cookie().expect("proving rotates the session");
    let sent = house.post(&page, Some(&fresh), &export).await;
    assert!(
        sent.header("content-disposition").starts_with("attachment"),
        "{}",
        sent.body
    );
}

#[tokio::test]
async fn a_session_that_ends_while_a_proof_is_asked_for_loses_nothing_either() {
    let (house, clock, cookie, workspace) = house().await;
    let page = format!("/w/{workspace}/audit");
    clock.advance(Duration::minutes(6));
    let asked = house
        .post(
            &page,
            Some(&cookie),
            &[("_op", "audit.export"), ("workspace", &workspace)],
        )
        .await;
    clock.advance(Duration::hours(13));
    let held = hidden(&asked.body, "_held");
    let fields = [("_op", "session.prove"), ("password", PASSWORD), ("_held", &held)];
    let asked = house.post(&page, Some(&cookie), &fields).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    let held = hidden(&asked.body, "_held");
    assert!(
        held.contains("audit.export") && !held.contains("session.prove"),
        "{held}"
    );
}

#[tokio::test]
async fn what_cannot_wait_goes_where_it_went() {
    let (house, clock, cookie, _) = house().await;
    clock.advance(Duration::hours(13));
    let out = house.post("/you", Some(&cookie), &[("_op", "session.sign_out")]).await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?from=signed-out")
    );
    let prove = [("_op", "session.prove"), ("password", PASSWORD)];
    let proof = house.post("/prove?next=%2Fw", Some(&cookie), &prove).await;
    assert_eq!(
        (proof.status, proof.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2Fprove%3Fnext%3D%252Fw")
    );
    for held in ["{}", "[]", "{\"op\":\"x\"}", "\u{0}"] {
        let reply = sign_in(&house, "/you", "ada@example.com", PASSWORD, held).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{held}");
        assert!(reply.cookie().is_none(), "a form that is not ours signs nobody in");
    }
    let said = r#"{"op":"workspace.rename","values":[],"why":{"refused":{"code":"internal","title":"canary"}},"key":null,"secrets":false}"#;
    let reply = sign_in(&house, "/you", "ada@example.com", PASSWORD, said).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(!reply.body.contains("canary"), "nobody puts words into our mouth");
}

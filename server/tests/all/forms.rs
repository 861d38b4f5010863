//! Forms without scripts: what was typed comes back with what is wrong, a success leads on, and nobody loses their way.

use crate::support::{House, ORIGIN, PASSWORD, request};
use axum::body::Body;
use http::{Method, StatusCode, header};

#[tokio::test]
async fn what_was_typed_comes_back_with_what_is_wrong_but_never_the_password() {
    let house = House::open().await;
    let fields = [
        ("_op", "account.sign_up"),
        ("name", "Ada \"Q\" <b>"),
        ("email", "ada@"),
        ("password", "short-canary"),
    ];
    let reply = house.post("/sign-up", None, &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.header("content-type").starts_with("text/html"));
    assert!(
        reply.body.contains("Ada &quot;Q&quot; &lt;b&gt;"),
        "the name is back, escaped"
    );
    assert!(reply.body.contains("value=\"ada@\""), "the address is back");
    assert!(
        reply.body.contains("This address stops after the @."),
        "what is wrong is said"
    );
    assert!(!reply.body.contains("short-canary"), "the password is not");
    assert!(reply.cookie().is_none());
}

#[tokio::test]
async fn signing_up_proving_and_signing_in_leads_from_page_to_page() {
    let house = House::open().await;
    let sign_up = [
        ("_op", "account.sign_up"),
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let reply = house.post("/sign-up", None, &sign_up).await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (StatusCode::SEE_OTHER, "/sign-up/sent")
    );
    let token = house.token("ada@example.com", "verify").await;
    let page = format!("/verify/{token}");
    assert_eq!(
        house.get(&page, None).await.status,
        StatusCode::OK,
        "opening the link changes nothing"
    );
    let reply = house
        .post(&page, None, &[("_op", "account.verify"), ("token", &token)])
        .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    assert!(reply.header("location").starts_with("/sign-in"));
    let again = house
        .post(&page, None, &[("_op", "account.verify"), ("token", &token)])
        .await;
    assert_eq!(again.status, StatusCode::GONE, "a link works once");
    let sign_in = [
        ("_op", "session.sign_in"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let reply = house.post("/sign-in?next=%2Fyou%2Fsessions", None, &sign_in).await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (StatusCode::SEE_OTHER, "/you/sessions")
    );
    let cookie = reply.cookie().expect("a cookie");
    assert_eq!(house.get("/you/sessions", Some(&cookie)).await.status, StatusCode::OK);
    let reply = house
        .post(
            "/start",
            Some(&cookie),
            &[("_op", "workspace.create"), ("name", "Tern House")],
        )
        .await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let home = reply.header("location").to_owned();
    assert!(home.starts_with("/w/"), "{home}");
    assert!(house.get(&home, Some(&cookie)).await.body.contains("Tern House"));
    let reply = house.post(&home, Some(&cookie), &[("_op", "session.sign_out")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_that() {
    let house = House::open().await;
    house.person("ada@example.com").await;
    let mut bodies = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let fields = [
            ("_op", "session.sign_in"),
            ("email", email),
            ("password", "not the password, canary"),
        ];
        let reply = house.post("/sign-in", None, &fields).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert!(!reply.body.contains("canary"));
        assert!(reply.body.contains(email), "the address is back");
        bodies.push(stripped(&reply.body.replace(email, "EMAIL")));
    }
    assert_eq!(bodies[0], bodies[1], "known and unknown addresses look alike");
}

/// A page without what differs from one rendering to the next: the idempotency keys.
fn stripped(page: &str) -> String {
    let mut parts = page.split("name=\"_key\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('>').map_or("", |(_, rest)| rest)
    })
}

#[tokio::test]
async fn who_is_signed_out_is_sent_to_sign_in_and_back() {
    let house = House::open().await;
    let id = "5c21b7ee-0000-4000-8000-0000000000ff";
    for page in [
        format!("/w/{id}/audit?person=&from=2026-11-01"),
        "/you".to_owned(),
        "/you/sessions".to_owned(),
        "/w".to_owned(),
    ] {
        let reply = house.get(&page, None).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{page}");
        let location = reply.header("location");
        assert!(location.starts_with("/sign-in?next=%2F"), "{page}: {location}");
        assert_eq!(app::forms::next_of(location).as_deref(), Some(page.as_str()));
    }
}

#[tokio::test]
async fn who_is_signed_in_already_is_led_on() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    for (page, on) in [
        ("/sign-in", "/w"),
        ("/sign-up", "/w"),
        ("/sign-in?next=%2Fyou%2Fsessions", "/you/sessions"),
        ("/sign-in?next=%2F%2Felsewhere.example", "/w"),
    ] {
        let reply = house.get(page, Some(&cookie)).await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (StatusCode::SEE_OTHER, on),
            "{page}"
        );
    }
    assert_eq!(house.get("/", Some(&cookie)).await.status, StatusCode::OK);
    house
        .call("session.sign_out", Some(&cookie), &serde_json::json!({}))
        .await;
    for page in ["/sign-in?next=%2Fyou", "/sign-up"] {
        assert_eq!(house.get(page, Some(&cookie)).await.status, StatusCode::OK, "{page}");
    }
}

#[tokio::test]
async fn malformed_forms_get_a_page_that_says_so() {
    let house = House::open().await;
    let form = "application/x-www-form-urlencoded";
    let large = format!("_op=session.sign_in&email={}", "a".repeat(70_000));
    for (media, body, status) in [
        (form, "", 400),
        (form, "email=a%40b.example", 400),
        (form, "_op=none.none", 400),
        (form, "_op=session.sign_in&_key=two+words", 400),
        (form, "_op=session.sign_in&email=a@b.example", 400),
        (form, "_op=session.sign_in&email=%ff&password=x", 400),
        (form, large.as_str(), 413),
        ("application/json", "{}", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
    ] {
        let sent = request(Method::POST, "/sign-in", None)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, media);
        let reply = house
            .send(sent.body(Body::from(body.to_owned())).expect("a request"))
            .await;
        assert_eq!(reply.status.as_u16(), status, "{media} {}", &body[..body.len().min(60)]);
        assert!(
            reply.header("content-type").starts_with("text/html"),
            "people get a page"
        );
    }
}

#[tokio::test]
async fn unknown_addresses_get_a_page_and_404() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let missing = "5c21b7ee-0000-4000-8000-0000000000ff";
    for path in [
        "/none",
        "/w/not-an-id",
        &format!("/w/{missing}"),
        &format!("/w/{missing}/audit"),
        "/sign-in/none",
    ] {
        let reply = house.get(path, Some(&cookie)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
    }
    let reply = house
        .send(
            request(Method::DELETE, "/", None)
                .header(header::ORIGIN, ORIGIN)
                .body(Body::empty())
                .expect("a request"),
        )
        .await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_saved_form_says_so_on_its_own_page_and_a_refused_one_does_not() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    let settings = format!("/w/{workspace}/settings");
    let said = r#"<span role="status">Saved"#;
    for (page, op) in [("/you", "account.rename"), (settings.as_str(), "workspace.rename")] {
        let rename = |name: String, revision: &'static str| {
            let fields = [
                ("_op", op),
                ("workspace", &workspace),
                ("name", &name),
                ("revision", revision),
            ];
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| (name, value.to_owned()))
                .collect();
            let (house, cookie, page) = (&house, &cookie, format!("{page}?saved={op}"));
            async move {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                house.post(&page, Some(cookie), &fields).await
            }
        };
        assert!(!house.get(page, Some(&cookie)).await.body.contains(said), "{page}");
        let reply = rename("Heron House".to_owned(), "1").await;
        let expected = format!("{page}?saved={op}");
        assert_eq!(
            (reply.status, reply.header("location")),
            (StatusCode::SEE_OTHER, expected.as_str())
        );
        let shown = house.get(&expected, Some(&cookie)).await;
        assert!(
            shown.body.contains(said) && shown.body.contains("Heron House"),
            "{}",
            shown.body
        );
        let other = house.get(&format!("{page}?saved=record.rename"), Some(&cookie)).await;
        assert!(!other.body.contains(said), "another form's word");
        let refused = rename("x".repeat(500), "2").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            !refused.body.contains(said),
            "the page that says what is wrong does not say Saved"
        );
    }
}

#[tokio::test]
async fn an_export_comes_as_a_file() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    let page = format!("/w/{workspace}/audit");
    let reply = house
        .post(
            &page,
            Some(&cookie),
            &[("_op", "audit.export"), ("workspace", &workspace)],
        )
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert!(
        reply
            .header("content-disposition")
            .starts_with("attachment; filename*=UTF-8''")
    );
    assert!(reply.header("content-security-policy").contains("sandbox"));
    assert!(reply.body.starts_with('{'));
}

#[tokio::test]
async fn a_stale_form_is_shown_again_with_what_was_typed() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    let page = format!("/w/{workspace}/settings");
    let rename = |name: &'static str| {
        let (house, cookie, page, workspace) = (&house, &cookie, &page, &workspace);
        async move {
            let fields = [
                ("_op", "workspace.rename"),
                ("workspace", workspace),
                ("name", name),
                ("revision", "1"),
            ];
            house.post(page, Some(cookie), &fields).await
        }
    };
    assert_eq!(rename("Heron House").await.status, StatusCode::SEE_OTHER);
    let reply = rename("Grebe House").await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.body.contains("Grebe House"), "what was typed is back");
}

#[tokio::test]
async fn a_form_that_the_page_does_not_have_is_answered_all_the_same() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    let settings = format!("/w/{workspace}/settings");
    for (page, fields, status, words) in [
        (
            settings.as_str(),
            vec![("_op", "account.rename")],
            StatusCode::BAD_REQUEST,
            "The form is not complete",
        ),
        (
            "/you",
            vec![("_op", "workspace.create"), ("name", "")],
            StatusCode::UNPROCESSABLE_ENTITY,
            "Nothing was changed",
        ),
        (
            "/forgot",
            vec![("_op", "account.rename")],
            StatusCode::BAD_REQUEST,
            "The form is not complete",
        ),
    ] {
        let reply = house.post(page, Some(&cookie), &fields).await;
        assert_eq!(reply.status, status, "{page}");
        assert!(reply.header("content-type").starts_with("text/html"), "{page}");
        assert!(reply.body.contains(words), "{page}: {}", reply.body);
    }
}

#[tokio::test]
async fn nobody_is_asked_to_try_again_what_will_not_be_there() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let workspace = house.workspace(&cookie, "Tern House").await;
    let none = "5c21b7ee-0000-4000-8000-000000000002";
    for page in [format!("/w/{workspace}/records/{none}"), format!("/w/{none}")] {
        let reply = house.get(&page, Some(&cookie)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{page}");
        assert!(!reply.body.contains("Try again"), "{page}");
        assert!(reply.body.contains("Your workspaces"), "{page}");
    }
}

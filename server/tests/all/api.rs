//! The JSON API: every operation is there, and whatever is wrong with a request has its own clear answer.

use crate::support::{House, ORIGIN, PASSWORD, Reply, request};
use axum::body::Body;
use domain::{Scope, ops::metas};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn assert_problem(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem = reply.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["type"], format!("urn:scriptkeep:problem:{code}"));
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()));
    let request = reply.header("x-request-id");
    assert_eq!(problem["instance"], format!("urn:uuid:{request}"));
    assert_eq!(problem["request"], request);
}

#[tokio::test]
async fn every_operation_is_routed_and_documented() {
    let house = House::open().await;
    let document = house.get("/openapi.json", None).await.json();
    let documented: BTreeSet<&str> = document["paths"]
        .as_object()
        .expect("paths")
        .keys()
        .map(String::as_str)
        .collect();
    let declared: BTreeSet<&str> = metas().iter().map(|meta| meta.api).collect();
    assert_eq!(documented, declared);
    for meta in metas() {
        // An empty object lacks fields, or is a whole request of somebody who is signed out: never an unknown address.
        let reply = house.call(meta.name, None, &json!({})).await;
        let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(
            matches!(code.as_str(), "malformed" | "signed_out"),
            "{}: {}",
            meta.name,
            reply.body
        );
        if meta.scope != Scope::Public && code == "signed_out" {
            assert_problem(&reply, 401, "signed_out");
            assert!(!reply.header("www-authenticate").is_empty());
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let house = House::open().await;
    let path = "/api/v1/session.sign_in";
    let good = json!({"email": "ada@example.com", "password": PASSWORD}).to_string();
    let long = format!("{{\"email\":\"{}\"}}", "a".repeat(70_000));
    let json = "application/json";
    for (media, body, status, code) in [
        (json, "{", 400, "malformed"),
        (json, "", 400, "malformed"),
        (json, "[]", 400, "malformed"),
        (json, "{\"email\": 1, \"password\": \"x\"}", 400, "malformed"),
        (json, "\u{0}", 400, "malformed"),
        (json, long.as_str(), 413, "too_large"),
        ("text/plain", good.as_str(), 415, "unsupported_media"),
        ("application/x-www-form-urlencoded", "email=a", 415, "unsupported_media"),
        ("", good.as_str(), 415, "unsupported_media"),
        (
            "application/json; charset=utf-8",
            "{\"email\":\"\",\"password\":\"\"}",
            422,
            "invalid",
        ),
        (json, good.as_str(), 401, "wrong_credentials"),
    ] {
        let sent = request(Method::POST, path, None)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, media);
        let reply = house
            .send(sent.body(Body::from(body.to_owned())).expect("a request"))
            .await;
        assert_problem(&reply, status, code);
    }
    let fields = house
        .call("session.sign_in", None, &json!({"email": "ada", "password": ""}))
        .await
        .json();
    let named: Vec<&str> = fields["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .filter_map(|f| f["field"].as_str())
        .collect();
    assert_eq!(named, ["email", "password"]);
}

#[tokio::test]
async fn a_member_that_is_wrong_is_named_and_its_value_is_not() {
    let house = House::open().await;
    for (body, said) in [
        (json!({"email": "ada@example.com"}), "The member `password` is missing"),
        (
            json!({"email": 1, "password": "canary"}),
            "The member `email` is not what it should be",
        ),
        (
            json!({"email": "a@example.com", "password": "canary", "canary": "canary"}),
            "a member that this operation does not know",
        ),
    ] {
        let reply = house.call("session.sign_in", None, &body).await;
        assert_problem(&reply, 400, "malformed");
        let detail = reply.json()["detail"].to_string();
        assert!(detail.contains(said) && !detail.contains("canary"), "{detail}");
    }
}

#[tokio::test]
async fn an_announced_length_is_refused_before_the_body_is_read() {
    let house = House::open().await;
    let sent = request(Method::POST, "/api/v1/session.sign_in", None)
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, "70000");
    assert_problem(
        &house.send(sent.body(Body::empty()).expect("a request")).await,
        413,
        "too_large",
    );
}

#[tokio::test]
async fn unknown_operations_and_methods_are_said() {
    let house = House::open().await;
    assert_problem(&house.call("none.none", None, &json!({})).await, 404, "not_found");
    assert_problem(
        &house.call("session.sign_in%2f..", None, &json!({})).await,
        404,
        "not_found",
    );
    assert_problem(&house.get("/api/v1/session.sign_in/x", None).await, 404, "not_found");
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let sent = request(method.clone(), "/api/v1/session.sign_in", None).header(header::ORIGIN, ORIGIN);
        let reply = house.send(sent.body(Body::empty()).expect("a request")).await;
        assert_problem(&reply, 405, "method_not_allowed");
        assert_eq!(reply.header("allow"), "POST", "{method}");
    }
}

#[tokio::test]
async fn signing_in_sets_the_cookie_and_signing_out_takes_it_away() {
    let house = House::open().await;
    house.person("ada@example.com").await;
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let reply = house.call("session.sign_in", None, &sign_in).await;
    assert_eq!(reply.body, "{}", "the token is in no body");
    let set = reply.header("set-cookie");
    for part in [
        "__Host-session=",
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Lax",
    ] {
        assert!(set.contains(part), "{set}");
    }
    let cookie = reply.cookie().expect("a cookie");
    assert_eq!(
        house.call("account.get", Some(&cookie), &json!({})).await.status,
        StatusCode::OK
    );
    let reply = house.call("session.sign_out", Some(&cookie), &json!({})).await;
    assert!(
        reply
            .header("set-cookie")
            .starts_with("__Host-session=; Path=/; Max-Age=0;")
    );
    assert_problem(
        &house.call("account.get", Some(&cookie), &json!({})).await,
        401,
        "signed_out",
    );
}

#[tokio::test]
async fn a_mutation_is_done_once_under_one_key() {
    let house = House::open().await;
    let cookie = house.session("ada@example.com").await;
    let create = |key: &str, name: &str| {
        request(Method::POST, "/api/v1/workspace.create", Some(&cookie))
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Body::from(json!({"name": name}).to_string()))
            .expect("a request")
    };
    let first = house.send(create("k-1", "Tern House")).await.json();
    let second = house.send(create("k-1", "Tern House")).await.json();
    assert_eq!(first["id"], second["id"]);
    assert_problem(&house.send(create("k-1", "Heron House")).await, 409, "key_reused");
    let list = house.call("workspace.list", Some(&cookie), &json!({})).await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    let long = "k".repeat(services::IDEMPOTENCY_KEY_MAX + 1);
    for key in ["two words", long.as_str()] {
        assert_problem(&house.send(create(key, "x")).await, 400, "malformed");
    }
}

#[tokio::test]
async fn what_is_not_mine_is_not_there() {
    let house = House::open().await;
    let (ada, eve) = (
        house.session("ada@example.com").await,
        house.session("eve@example.com").await,
    );
    let workspace = house.workspace(&ada, "Tern House").await;
    let foreign = house
        .call("workspace.get", Some(&eve), &json!({"workspace": workspace}))
        .await;
    let missing = json!({"workspace": "5c21b7ee-0000-4000-8000-0000000000ff"});
    let missing = house.call("workspace.get", Some(&eve), &missing).await;
    assert_problem(&foreign, 404, "not_found");
    assert_problem(&missing, 404, "not_found");
    let bare = |reply: &Reply| -> Value {
        let mut problem = reply.json();
        problem["instance"] = Value::Null;
        problem["request"] = Value::Null;
        problem
    };
    assert_eq!(bare(&foreign), bare(&missing));
}

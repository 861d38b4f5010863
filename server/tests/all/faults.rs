//! What goes wrong while a request is answered costs that request only, and is said in its own form.

use crate::support::{House, PASSWORD, live, request};
use axum::{Router, body::Body, routing::get};
use domain::ports::{Clock, Mailer};
use http::{Method, StatusCode, header};
use outbound::SystemClock;
use serde_json::{Value, json};
use server::{commands::serve, listen, router};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// The house with two more addresses: one that panics, one that never answers.
async fn broken_house() -> House {
    let mut house = House::open_with("[limits]\nrequest_seconds = 1").await;
    let router = Router::new()
        .route("/panic", get(|| async { panic!("canary in a panic") as &str }))
        .route("/api/panic", get(|| async { panic!("canary in a panic") as &str }))
        .route("/slow", get(std::future::pending::<String>))
        .route("/api/slow", get(std::future::pending::<String>));
    house.router = router::surround(router, &house.state);
    house
}

#[tokio::test]
async fn a_panic_is_a_500_with_a_way_out() {
    let house = broken_house().await;
    let page = house.get("/panic", None).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.body.contains("Something broke on our side.") && page.body.contains(page.header("x-request-id")));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("style-src 'self'") && !policy.contains("script-src"),
        "{policy}"
    );
    let problem = house.get("/api/panic", None).await;
    assert_eq!(problem.json()["code"], "internal");
    assert!(!page.body.contains("canary") && !problem.body.contains("canary"));
    assert_eq!(
        house.get("/panic", None).await.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "the next request is answered"
    );
}

#[tokio::test]
async fn what_takes_too_long_is_a_503() {
    let house = broken_house().await;
    for (path, kind) in [
        ("/slow", "text/html; charset=utf-8"),
        ("/api/slow", "application/problem+json"),
    ] {
        let reply = house.get(path, None).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(reply.header("content-type"), kind);
        assert_eq!(reply.header("retry-after"), "5");
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let house = House::open().await;
    for path in ["/", "/healthz", "/none"] {
        let reply = house
            .send(
                request(Method::HEAD, path, None)
                    .body(Body::empty())
                    .expect("a request"),
            )
            .await;
        assert_eq!(reply.status, house.get(path, None).await.status, "{path}");
        assert_eq!(reply.body, "", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_a_408() {
    let folder = live::folder();
    let config = live::config(folder.path(), "[limits]\nrequest_seconds = 6");
    let server = live::Live::start(config).await.expect("a server");
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost:{}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\nconnection: close\r\n\r\n_op=",
        server.address.port()
    );
    stream.write_all(head.as_bytes()).await.expect("a part");
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut answer));
    read.await.expect("an answer in time").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_lose_their_place() {
    let folder = live::folder();
    let config = live::config(folder.path(), "[limits]\nconnections = 3\nrequest_seconds = 2");
    let server = live::Live::start(config).await.expect("a server");
    let mut idle = Vec::new();
    for begun in ["", "GET / HTT", "PRI * HTTP/2.0"] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        stream.write_all(begun.as_bytes()).await.expect("a beginning");
        idle.push(stream);
    }
    let answered = tokio::time::timeout(Duration::from_secs(20), server.get("/healthz")).await;
    assert_eq!(answered.expect("an answer in time").0, 200);
    drop(idle);
    server.stop().await;
}

/// More than the system buffers on the way, in bytes.
const LARGE: usize = 64 * 1024 * 1024;

#[tokio::test]
async fn connections_that_take_nothing_lose_their_place() {
    let folder = live::folder();
    let limits = live::config(folder.path(), "[limits]\nconnections = 2\nrequest_seconds = 1").limits;
    let large = axum::body::Bytes::from(vec![b'x'; LARGE]);
    let router = Router::new()
        .route("/large", get(async move || large.clone()))
        .route("/small", get(async || "small"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(async move { listen::serve(listener, router, &limits, stopped).await });
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let ask = "GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n";
        stream.write_all(ask.as_bytes()).await.expect("a request");
        // The answer has begun.
        stream.readable().await.expect("an answer");
        idle.push(stream);
    }
    let get = async |path| {
        let stream = TcpStream::connect(address).await.expect("a connection");
        live::exchange(stream, address, "GET", path, &[], "").await
    };
    let answered = tokio::time::timeout(Duration::from_secs(20), get("/small")).await;
    assert_eq!(answered.expect("an answer in time").0, 200);
    let (status, whole) = get("/large").await;
    assert_eq!(status, 200);
    assert!(whole.len() > LARGE, "who reads gets all of it");
    for mut stream in idle {
        let mut taken = Vec::new();
        // Cut off, whether by an end or by a reset.
        let _ = stream.read_to_end(&mut taken).await;
        assert!(taken.len() < LARGE, "{}", taken.len());
    }
    stop.send(true).expect("a server that listens");
    serving.await.expect("a good end");
}

/// A clock that can be broken.
struct Breaking(AtomicBool);

impl Clock for Breaking {
    fn now(&self) -> OffsetDateTime {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken");
        SystemClock.now()
    }
}

#[tokio::test]
async fn a_panic_in_the_background_ends_the_server_with_a_refusal() {
    let clock = Arc::new(Breaking(AtomicBool::new(false)));
    let house = House::open_by("", Arc::clone(&clock) as Arc<dyn Clock>).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let mailer = Arc::clone(&house.mailbox) as Arc<dyn Mailer>;
    // Nobody says stop.
    let (_stop, stopped) = watch::channel(false);
    let served = serve::run(listener, &house.state, mailer, None, stopped, |_| {
        clock.0.store(true, Ordering::SeqCst);
    });
    let ended = tokio::time::timeout(Duration::from_secs(30), served).await;
    let refusal = ended.expect("an end by itself").expect_err("a refusal");
    assert!(refusal.what.contains("ended by itself"), "{refusal}");
}

#[tokio::test]
async fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
    let origin = "https://scripts.example.org";
    for (settings, seen) in [
        ("", "203.0.113.9"),
        ("trusted_proxies = ['203.0.113.0/24']", "198.51.100.7"),
    ] {
        let house = House::open_with(&format!("origin = '{origin}'\n{settings}")).await;
        let call = async |name: &str, cookie: &str, body: Value| {
            let sent = request(Method::POST, &format!("/api/v1/{name}"), Some(cookie))
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/json")
                .header("x-forwarded-for", "10.9.9.9, 198.51.100.7")
                .body(Body::from(body.to_string()));
            house.send_from("203.0.113.9:4711", sent.expect("a request")).await
        };
        let email = "ada@example.com";
        call(
            "account.sign_up",
            "",
            json!({"name": "Ada", "email": email, "password": PASSWORD}),
        )
        .await;
        let token = house.token(email, "verify").await;
        call("account.verify", "", json!({"token": token})).await;
        let cookie = call("session.sign_in", "", json!({"email": email, "password": PASSWORD}))
            .await
            .cookie();
        let sessions = call("session.list", &cookie.expect("a cookie"), json!({})).await.json();
        assert_eq!(sessions[0]["address"], seen, "{sessions}");
    }
}

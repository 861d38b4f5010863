//! `SmtpMailer` against a real SMTP server (npm `smtp-server`), and against sockets that misbehave as no real one can be
//! told to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there")]

#[path = "smtp/support.rs"]
mod support;

use domain::ports::{MailError, Mailer};
use outbound::{Security, SmtpConfig, SmtpMailer, SystemClock};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use support::{Certificates, PASSWORD, PATIENCE, Server, USER, config, mail, send, send_this, submission};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Certificates made here are good long enough.
const FUTURE: i32 = 2999;

#[tokio::test]
async fn plain_on_the_loopback() {
    let mut server = Server::start(json!({}), None).await;
    send(config(server.port, Security::None, None)).await.unwrap();
    let got = server.mail().await;
    assert_eq!(got["from"], "no-reply@scriptkeep.example");
    assert_eq!(got["to"], json!(["ada@example.com"]));
    assert_eq!(got["secure"], false);
    let raw = got["raw"].as_str().unwrap();
    assert!(
        raw.contains("Message-ID: <0193-message@scriptkeep.example>\r\n"),
        "{raw}"
    );
    assert!(
        raw.contains("Open this link:\r\n.\r\nhttps://localhost/verify/canary\r\nQUIT\r\n"),
        "{raw}"
    );
    assert!(raw.contains("Content-Type: text/html; charset=utf-8\r\n"), "{raw}");
}

#[tokio::test]
async fn starttls_with_sign_in() {
    let certificates = Certificates::new("localhost", FUTURE);
    let mut server = Server::start(submission(), Some(&certificates)).await;
    send(config(server.port, Security::StartTls, Some(&certificates)))
        .await
        .unwrap();
    let got = server.mail().await;
    assert_eq!((&got["secure"], &got["user"]), (&json!(true), &json!(USER)));
}

#[tokio::test]
async fn tls_with_sign_in() {
    let certificates = Certificates::new("localhost", FUTURE);
    let behaviour = json!({ "secure": true, "user": USER, "password": PASSWORD });
    let mut server = Server::start(behaviour, Some(&certificates)).await;
    send(config(server.port, Security::Tls, Some(&certificates)))
        .await
        .unwrap();
    let got = server.mail().await;
    assert_eq!((&got["secure"], &got["user"]), (&json!(true), &json!(USER)));
}

#[tokio::test]
async fn a_second_try_has_the_same_message_id() {
    let mut server = Server::start(json!({}), None).await;
    let mailer = SmtpMailer::new(config(server.port, Security::None, None), Arc::new(SystemClock)).unwrap();
    for _ in 0..2 {
        mailer.send("0193-again", &mail()).await.unwrap();
        let got = server.mail().await;
        assert!(
            got["raw"]
                .as_str()
                .unwrap()
                .contains("Message-ID: <0193-again@scriptkeep.example>\r\n")
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_for_the_operator_to_mend() {
    let certificates = Certificates::new("localhost", FUTURE);
    let server = Server::start(submission(), Some(&certificates)).await;
    let wrong = SmtpConfig {
        credentials: Some((USER.into(), domain::Secret::new("wrong"))),
        ..config(server.port, Security::StartTls, Some(&certificates))
    };
    assert_eq!(send(wrong).await, Err(MailError::Transient));
    let none = SmtpConfig {
        credentials: None,
        ..config(server.port, Security::StartTls, Some(&certificates))
    };
    assert_eq!(send(none).await, Err(MailError::Transient), "530: sign in first");
    server.took_nothing().await;
}

#[tokio::test]
async fn a_server_without_sign_in_gets_no_password() {
    let certificates = Certificates::new("localhost", FUTURE);
    let server = Server::start(json!({ "startTls": true }), Some(&certificates)).await;
    let answer = send(config(server.port, Security::StartTls, Some(&certificates))).await;
    assert_eq!(answer, Err(MailError::Transient));
    server.took_nothing().await;
}

#[tokio::test]
async fn a_wrong_certificate_is_refused() {
    let stranger = Certificates::new("localhost", FUTURE);
    let cases = [
        ("another name", Certificates::new("other.example", FUTURE), None),
        ("expired", Certificates::new("localhost", 2020), None),
        (
            "an unknown authority",
            Certificates::new("localhost", FUTURE),
            Some(&stranger),
        ),
    ];
    for (what, certificates, trusted) in &cases {
        for (security, secure) in [(Security::StartTls, false), (Security::Tls, true)] {
            let behaviour = json!({ "secure": secure, "startTls": !secure, "user": USER, "password": PASSWORD });
            let server = Server::start(behaviour, Some(certificates)).await;
            let answer = send(config(server.port, security, trusted.or(Some(certificates)))).await;
            assert_eq!(answer, Err(MailError::Transient), "{what} {security:?}");
            server.took_nothing().await;
        }
    }
}

#[tokio::test]
async fn a_stripped_starttls_is_refused() {
    let server = Server::start(json!({ "startTls": false }), None).await;
    let bare = SmtpConfig {
        credentials: None,
        ..config(server.port, Security::StartTls, None)
    };
    assert_eq!(send(bare).await, Err(MailError::Transient));
    server.took_nothing().await;
}

#[tokio::test]
async fn a_server_that_speaks_plainly_where_tls_was_agreed_is_refused() {
    let server = Server::start(json!({}), None).await;
    assert_eq!(
        send(config(server.port, Security::Tls, None)).await,
        Err(MailError::Transient)
    );
    server.took_nothing().await;
}

#[tokio::test]
async fn refusals_tell_whether_another_try_may_help() {
    let cases = [
        ("mail", 421, MailError::Transient),
        ("mail", 530, MailError::Transient),
        ("mail", 550, MailError::Permanent),
        ("rcpt", 450, MailError::Transient),
        ("rcpt", 550, MailError::Permanent),
        ("data", 452, MailError::Transient),
        ("data", 554, MailError::Permanent),
    ];
    for (step, code, want) in cases {
        let server = Server::start(json!({ "refuse": { step: [code, "No, ada@example.com"] } }), None).await;
        let answer = send(config(server.port, Security::None, None)).await;
        assert_eq!(answer, Err(want), "{step} {code}");
        server.took_nothing().await;
    }
}

#[tokio::test]
async fn a_hostile_mail_never_reaches_the_server() {
    let server = Server::start(json!({}), None).await;
    for to in [
        "ada@example.com\r\nRCPT TO:<eve@example.com>",
        "ada@example.com\nBcc: eve@example.com",
        "ada",
        "",
    ] {
        let mut hostile = mail();
        hostile.to = to.into();
        let answer = send_this(config(server.port, Security::None, None), &hostile).await;
        assert_eq!(answer, Err(MailError::Permanent), "{to:?}");
    }
    let mut hostile = mail();
    hostile.subject = "Hello\r\nBcc: eve@example.com".into();
    let answer = send_this(config(server.port, Security::None, None), &hostile).await;
    assert_eq!(answer, Err(MailError::Permanent));
    server.took_nothing().await;
}

#[tokio::test]
async fn a_dead_server_may_come_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for security in [Security::None, Security::StartTls, Security::Tls] {
        assert_eq!(
            send(config(port, security, None)).await,
            Err(MailError::Transient),
            "{security:?}"
        );
    }
}

#[tokio::test]
async fn a_stalled_server_costs_no_more_than_the_time_limit() {
    let hurried = |port, security| SmtpConfig {
        timeout: Duration::from_millis(300),
        ..config(port, security, None)
    };
    // The kernel takes the connection; nobody ever answers: no greeting, no handshake.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    for security in [Security::None, Security::StartTls, Security::Tls] {
        assert_eq!(
            send(hurried(port, security)).await,
            Err(MailError::Transient),
            "{security:?}"
        );
    }
    let mut server = Server::start(json!({ "stallAtData": true }), None).await;
    let patient = SmtpConfig {
        timeout: Duration::from_secs(3),
        ..config(server.port, Security::None, None)
    };
    let ((), answer) = tokio::join!(server.reached_data(), send(patient));
    assert_eq!(answer, Err(MailError::Transient));
    server.took_nothing().await;
}

#[tokio::test]
async fn a_server_that_hangs_up_or_talks_nonsense_may_come_back() {
    for greeting in [
        "",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "220 ok\r\n",
        "554 no service here\r\n",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answer, ()) = tokio::join!(send(config(port, Security::None, None)), async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(greeting.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        });
        assert_eq!(answer, Err(MailError::Transient), "{greeting:?}");
    }
}

/// Somebody in between appends answers to the server's "go ahead", hoping that they are believed after the handshake.
#[tokio::test]
async fn answers_slipped_in_before_the_handshake_break_it() {
    let certificates = Certificates::new("localhost", FUTURE);
    let server = Server::start(submission(), Some(&certificates)).await;
    let between = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = between.local_addr().unwrap().port();
    let meddle = async {
        let (mut client, _) = between.accept().await.unwrap();
        let mut upstream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        client.write_all(line(&mut upstream).await.as_bytes()).await.unwrap();
        upstream.write_all(line(&mut client).await.as_bytes()).await.unwrap();
        loop {
            let said = line(&mut upstream).await;
            client.write_all(said.as_bytes()).await.unwrap();
            if said.starts_with("250 ") {
                break;
            }
        }
        assert_eq!(line(&mut client).await, "STARTTLS\r\n");
        upstream.write_all(b"STARTTLS\r\n").await.unwrap();
        let go_ahead = line(&mut upstream).await + "250-here\r\n250 AUTH PLAIN\r\n";
        client.write_all(go_ahead.as_bytes()).await.unwrap();
        let _broken = timeout(PATIENCE, copy_bidirectional(&mut client, &mut upstream))
            .await
            .expect("both give up");
    };
    let config = config(port, Security::StartTls, Some(&certificates));
    let (answer, ()) = tokio::join!(send(config), meddle);
    assert_eq!(answer, Err(MailError::Transient));
    server.took_nothing().await;
}

async fn line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(line).unwrap()
}

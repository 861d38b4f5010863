//! A server that listens, on a thread of the test's own process, with a private Postgres in its data folder.

use super::{PASSWORD, write_site};
use serde_json::{Value, json};
use server::{
    commands::serve,
    config::{Config, Settings},
    refusal::Refusal,
};
use std::{
    fmt::Write as _, net::SocketAddr, ops::Deref, os::unix::fs::PermissionsExt as _, path::Path, thread::JoinHandle,
    time::Duration,
};
use store::cluster::{Cluster, Durability};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{oneshot, watch},
};

/// A folder that the user Postgres runs as can enter, with a built site in it.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    write_site(&folder.path().join("site"));
    folder
}

/// The settings of a server in that folder, on a port that the system chooses.
pub(crate) fn config(folder: &Path, lines: &str) -> Config {
    let file = format!(
        "listen = '127.0.0.1:0'\ndata = '{}'\nkeys = '{}'\nsite = '{}'\n{lines}",
        folder.join("data").display(),
        folder.join("keys").display(),
        folder.join("site").display(),
    );
    let settings = Settings::collect(Some(&file), [], []).expect("settings");
    Config::from_settings(&settings).expect("a configuration")
}

/// A server that answers at an address, in this process or another.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
}

/// A server that listens on a thread of this process.
pub(crate) struct Live {
    site: Site,
    stop: watch::Sender<bool>,
    thread: JoinHandle<Result<(), Refusal>>,
}

impl Live {
    /// Starts one and waits until it answers.
    pub(crate) async fn start(config: Config) -> Result<Self, Refusal> {
        let (stop, stopped) = watch::channel(false);
        let (tell, ready) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build();
            runtime
                .expect("a runtime")
                .block_on(serve::serve(config, stopped, move |address| {
                    let _ = tell.send(address);
                }))
        });
        match ready.await {
            Ok(address) => Ok(Self {
                site: Site { address },
                stop,
                thread,
            }),
            Err(_) => Err(end_of(thread).await.expect_err("a refusal")),
        }
    }

    /// Asks it to stop, without waiting.
    pub(crate) fn begin_to_stop(&self) {
        self.stop.send(true).expect("a server that listens");
    }

    /// Stops it.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(true);
        end_of(self.thread).await.expect("a good end");
    }
}

impl Deref for Live {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Site {
    /// Sends a request; status, headers and body as they came.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let stream = TcpStream::connect(self.address).await.expect("a connection");
        exchange(stream, self.address, method, path, headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        self.send("GET", path, &[], "").await
    }

    /// What its pages' forms say where they come from.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Sends an operation by the JSON API.
    pub(crate) async fn call(&self, name: &str, cookie: &str, body: &Value) -> (u16, String) {
        let origin = self.origin();
        let headers = [
            ("origin", origin.as_str()),
            ("content-type", "application/json"),
            ("cookie", cookie),
        ];
        self.send("POST", &format!("/api/v1/{name}"), &headers, &body.to_string())
            .await
    }

    /// Waits until a path answers with a status.
    pub(crate) async fn until(&self, path: &str, status: u16) {
        let wait = async {
            while self.get(path).await.0 != status {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), wait)
            .await
            .expect("that status in time");
    }

    /// Signs up, proves the address with the mail from the mailbox, and signs in; the cookie.
    pub(crate) async fn session(&self, email: &str) -> String {
        let sign_up = json!({"name": "Ada Quill", "email": email, "password": PASSWORD});
        assert_eq!(self.call("account.sign_up", "", &sign_up).await.0, 200);
        let token = self.token(email, "verify").await;
        assert_eq!(self.call("account.verify", "", &json!({"token": token})).await.0, 200);
        let (status, answer) = self
            .call("session.sign_in", "", &json!({"email": email, "password": PASSWORD}))
            .await;
        assert_eq!(status, 200, "{answer}");
        let (_, rest) = answer.split_once("set-cookie: ").expect("a cookie");
        rest.split(';').next().expect("a cookie").to_owned()
    }

    /// The token in a mail to an address, once it is in the mailbox.
    pub(crate) async fn token(&self, email: &str, kind: &str) -> String {
        let before = format!("/{kind}/");
        let look = async {
            loop {
                let (_, answer) = self.get("/dev/mail.json").await;
                let body = answer
                    .split_once("\r\n\r\n")
                    .map(|(_, body)| body.to_owned())
                    .unwrap_or_default();
                let mails: Value = serde_json::from_str(&body).unwrap_or_default();
                let texts = mails.as_array().into_iter().flatten();
                let mut mine = texts
                    .filter(|mail| mail["to"] == email)
                    .filter_map(|mail| mail["text"].as_str());
                if let Some((_, rest)) = mine.find_map(|text| text.split_once(&before)) {
                    return rest.split_whitespace().next().unwrap_or_default().to_owned();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), look)
            .await
            .expect("a mail")
    }
}

async fn end_of(thread: JoinHandle<Result<(), Refusal>>) -> Result<(), Refusal> {
    let joined = tokio::task::spawn_blocking(move || thread.join());
    joined.await.expect("a thread").expect("no panic")
}

/// One exchange over a connection that ends with it.
pub(crate) async fn exchange(
    mut stream: TcpStream,
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\ncontent-length: {}\r\n",
        address.port(),
        body.len()
    );
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    stream.write_all(text.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

/// The private Postgres of a data folder, to stop and start it under a server.
pub(crate) async fn postgres(folder: &Path) -> Cluster {
    Cluster::start(&folder.join("data/postgres"), Durability::Full)
        .await
        .expect("Postgres")
}

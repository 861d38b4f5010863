//! A whole server in the test's own process: a database of its own, keys and site in folders of their own, mails in a
//! mailbox. Requests go straight to the router.

pub(crate) mod live;

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use domain::ports::{Clock, Mailer};
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use outbound::{CapturedMailer, SystemClock};
use serde_json::{Value, json};
use server::{
    compose::{self, MakeKeys},
    config::{Config, Settings},
    router,
    state::State,
};
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use testkit::TestDatabase;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// A password the policy takes.
pub(crate) const PASSWORD: &str = "seven quiet herons at dusk";
/// The origin of every test server.
pub(crate) const ORIGIN: &str = "http://localhost:3000";

/// A server for one test.
pub(crate) struct House {
    pub(crate) state: Arc<State>,
    pub(crate) router: Router,
    pub(crate) mailbox: Arc<CapturedMailer>,
    stop: watch::Sender<bool>,
    _folder: TempDir,
    // Last, so that the pools are closed before the database goes.
    pub(crate) database: TestDatabase,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The session cookie that was set, as a browser would send it back.
    pub(crate) fn cookie(&self) -> Option<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .filter_map(|value| value.split(';').next())
            .find(|pair| pair.starts_with("__Host-session="))
            .map(str::to_owned)
    }
}

/// The built site, as small as it can be.
pub(crate) fn write_site(folder: &Path) {
    let files = [
        ("css/public-1.css", "body{}"),
        ("css/app-1.css", "body{margin:0}"),
        ("pkg/app-1.js", "export default 1"),
        ("pkg/app-1.js.br", "brotli"),
        ("pkg/app-1.js.gz", "gzip"),
        ("icons-1.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("root/favicon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("root/robots.txt", "User-agent: *"),
        ("root/sw.js", "self"),
    ];
    for (path, content) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    }
    let manifest = json!({
        "app.js": "/assets/pkg/app-1.js", "app.wasm": "/assets/pkg/app-1.wasm", "app.css": "/assets/css/app-1.css",
        "public.css": "/assets/css/public-1.css", "icons.svg": "/assets/icons-1.svg",
        "icons-public.svg": "/assets/icons-1.svg",
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).expect("a file");
}

impl House {
    /// A local server.
    pub(crate) async fn open() -> Self {
        Self::open_with("").await
    }

    /// A server with more settings, as lines of the configuration file.
    pub(crate) async fn open_with(lines: &str) -> Self {
        Self::open_by(lines, Arc::new(SystemClock)).await
    }

    /// The same by another clock.
    pub(crate) async fn open_by(lines: &str, clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (keys, site) = (folder.path().join("keys"), folder.path().join("site"));
        write_site(&site);
        let file = format!(
            "data = '{}'\nkeys = '{}'\nsite = '{}'\n{lines}",
            folder.path().join("data").display(),
            keys.display(),
            site.display()
        );
        let settings = Settings::collect(Some(&file), [], []).expect("settings");
        let config = Config::from_settings(&settings).expect("a configuration");
        let database = testkit::database().await;
        let services = compose::house(&config, &database.db, Arc::clone(&clock), MakeKeys::IfNew)
            .await
            .expect("a house");
        let mailbox = Arc::new(CapturedMailer::new(clock, 50));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn({
            let (services, mailer) = (services.clone(), Arc::clone(&mailbox) as Arc<dyn Mailer>);
            async move { services.run_jobs(mailer, stopped).await }
        });
        let state = compose::state(config, services, database.db.clone(), Some(Arc::clone(&mailbox)))
            .await
            .expect("a state");
        Self {
            router: router::router(&state),
            state,
            mailbox,
            stop,
            _folder: folder,
            database,
        }
    }

    /// Sends a request as it is, from this machine.
    pub(crate) async fn send(&self, request: Request) -> Reply {
        self.send_from("127.0.0.1:4711", request).await
    }

    /// Sends a request from an address.
    pub(crate) async fn send_from(&self, peer: &str, mut request: Request) -> Reply {
        let peer: SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str, cookie: Option<&str>) -> Reply {
        self.send(
            request(Method::GET, path, cookie)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    /// Sends an operation by the JSON API.
    pub(crate) async fn call(&self, name: &str, cookie: Option<&str>, body: &Value) -> Reply {
        let request = request(Method::POST, &format!("/api/v1/{name}"), cookie)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request"))
            .await
    }

    /// Posts a form to a page.
    pub(crate) async fn post(&self, path: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Reply {
        let request = request(Method::POST, path, cookie)
            .header(header::ORIGIN, ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = serde_urlencoded::to_string(fields).expect("a form");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// The newest mail to an address, once it is there.
    pub(crate) async fn mail_to(&self, address: &str) -> String {
        let found = async {
            loop {
                let newest = self.mailbox.list().into_iter().find(|kept| kept.mail.to == address);
                if let Some(kept) = newest {
                    return kept.mail.text.expose().to_owned();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found)
            .await
            .expect("a mail")
    }

    /// The token in the newest mail to an address.
    pub(crate) async fn token(&self, address: &str, kind: &str) -> String {
        let text = self.mail_to(address).await;
        let (_, rest) = text.split_once(&format!("/{kind}/")).expect("a link");
        rest.split_whitespace().next().expect("a token").to_owned()
    }

    /// Makes an account with a proven address.
    pub(crate) async fn person(&self, address: &str) {
        let sign_up = json!({"name": "Ada Quill", "email": address, "password": PASSWORD});
        let reply = self.call("account.sign_up", None, &sign_up).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let token = self.token(address, "verify").await;
        let reply = self.call("account.verify", None, &json!({"token": token})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    }

    /// Makes an account and signs in; the cookie.
    pub(crate) async fn session(&self, address: &str) -> String {
        self.person(address).await;
        let reply = self
            .call(
                "session.sign_in",
                None,
                &json!({"email": address, "password": PASSWORD}),
            )
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        reply.cookie().expect("a cookie")
    }

    /// Makes a workspace; its id.
    pub(crate) async fn workspace(&self, cookie: &str, name: &str) -> String {
        let reply = self
            .call("workspace.create", Some(cookie), &json!({"name": name}))
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        reply.json()["id"].as_str().expect("an id").to_owned()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// The beginning of a request to this server.
pub(crate) fn request(method: Method, path: &str, cookie: Option<&str>) -> http::request::Builder {
    let builder = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:3000")
        .header(header::USER_AGENT, "test");
    match cookie {
        Some(cookie) => builder.header(header::COOKIE, cookie),
        None => builder,
    }
}

//! Editing over sockets: together, kept whatever is killed, for those who may, whatever is sent.

mod access;
mod hostile;
mod kept;
mod out;
mod page;
mod peer;
mod plans;
mod slow;
mod standard;
mod together;

use crate::support::live::{self, Live, Site};
use serde_json::{Value, json};
use std::ops::Deref;
use tempfile::TempDir;

/// A workspace with a record, and its owner's cookie.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) cookie: String,
    pub(crate) workspace: String,
    pub(crate) record: String,
}

impl Place {
    pub(crate) async fn make(server: &Site) -> Self {
        let cookie = server.session("ada@example.com").await;
        let workspace = id_in(server, &cookie, "workspace.create", &json!({"name": "Tern House"})).await;
        let new = json!({"workspace": workspace, "title": "Tides"});
        let record = id_in(server, &cookie, "record.create", &new).await;
        Self {
            cookie,
            workspace,
            record,
        }
    }

    /// The owner at the record.
    pub(crate) async fn peer(&self, server: &Site) -> peer::Peer {
        peer::Peer::open(server, &self.cookie, &self.record, "?ack=1").await
    }

    /// Somebody else in the workspace, in a role; cookie and account.
    pub(crate) async fn member(&self, server: &Site, email: &str, role: &str) -> (String, String) {
        let cookie = server.session(email).await;
        let invite = json!({"workspace": self.workspace, "emails": email, "role": role});
        let (status, answer) = server.call("member.invite", &self.cookie, &invite).await;
        assert_eq!(status, 200, "{answer}");
        let token = server.token(email, "invitation").await;
        let (status, answer) = server
            .call("invitation.accept", &cookie, &json!({"token": token}))
            .await;
        assert_eq!(status, 200, "{answer}");
        let (_, profile) = server.call("account.get", &cookie, &json!({})).await;
        let account = body(&profile)["account"].as_str().expect("an account").to_owned();
        (cookie, account)
    }

    /// What the audit log says was done so.
    pub(crate) async fn log(&self, server: &Site, action: &str) -> Vec<Value> {
        let ask = json!({"workspace": self.workspace, "filter": {"action": action}});
        let (status, answer) = server.call("audit.list", &self.cookie, &ask).await;
        assert_eq!(status, 200, "{answer}");
        body(&answer)["rows"].as_array().cloned().unwrap_or_default()
    }
}

/// A server of this process with such a place.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) server: Live,
    pub(crate) place: Place,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let folder = live::folder();
        let server = Live::start(live::config(folder.path(), "limits.rate_factor = 100"))
            .await
            .expect("a server");
        let place = Place::make(&server).await;
        Self { folder, server, place }
    }

    /// The owner at the record.
    pub(crate) async fn peer(&self) -> peer::Peer {
        self.place.peer(&self.server).await
    }

    /// What the audit log says was done so.
    pub(crate) async fn log(&self, action: &str) -> Vec<Value> {
        self.place.log(&self.server, action).await
    }
}

impl Deref for Desk {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

/// The JSON of an answer.
pub(crate) fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let start = body.find(['{', '[']).expect("JSON");
    let end = body.rfind(['}', ']']).expect("JSON");
    serde_json::from_str(&body[start..=end]).expect("JSON")
}

async fn id_in(server: &Site, cookie: &str, operation: &str, ask: &Value) -> String {
    let (status, answer) = server.call(operation, cookie, ask).await;
    assert_eq!(status, 200, "{answer}");
    body(&answer)["id"].as_str().expect("an id").to_owned()
}

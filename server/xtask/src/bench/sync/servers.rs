//! The servers under load, each in a process of its own from the first measurement to the last.

use super::{
    costs,
    load::{Pace, Speech, Target},
    peers::{self, Peer},
};
use crate::{
    server::{Product, Serving},
    steps::{Failure, OrFail, Outcome, quietly},
    test::Scratch,
    workspace::Workspace,
};
use std::{net::SocketAddr, path::Path, process::Command};

/// How many connections one member makes: the server allows few more.
const PER_MEMBER: usize = 40;

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Singly,
    Gathered,
    Ours,
    YWebsocket,
    Hocuspocus,
}

impl Subject {
    pub(super) const ALL: [Self; 5] = [
        Self::Singly,
        Self::Gathered,
        Self::Ours,
        Self::YWebsocket,
        Self::Hocuspocus,
    ];
    /// Those that keep documents.
    pub(super) const KEEPERS: [Self; 3] = [Self::Ours, Self::YWebsocket, Self::Hocuspocus];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Singly => "passes frames on, one by one",
            Self::Gathered => "passes frames on, gathered for 5 ms",
            Self::Ours => "Scriptkeep (durable before acknowledged)",
            Self::YWebsocket => "@y/websocket-server 0.1.1 (in memory)",
            Self::Hocuspocus => "@hocuspocus/server 3.4.4 (in memory)",
        }
    }
}

/// What runs.
enum Running {
    Peer(Peer),
    Ours(Serving),
}

/// A server that runs.
pub(super) struct Server {
    pub(super) subject: Subject,
    running: Running,
    /// Where the product keeps its data; it outlives the process.
    data: Option<Scratch>,
    address: SocketAddr,
    headers: Vec<String>,
    /// Rooms that nobody was in.
    rooms: Vec<String>,
    /// How many edits a second of each person it could bear when it was tried last; 0 before.
    pub(super) climbed: f64,
}

impl Server {
    /// Starts a server with so many rooms, which so many people can be in at once.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn start(
        workspace: &Workspace,
        product: &Product,
        subject: Subject,
        rooms: usize,
        people: usize,
    ) -> Outcome<Self> {
        if subject == Subject::Ours {
            return ours(workspace, product, rooms, people);
        }
        let peer = peer(workspace, subject, None)?;
        Ok(Self {
            subject,
            address: peer.address,
            running: Running::Peer(peer),
            data: None,
            headers: vec![String::new()],
            rooms: (0..rooms).map(|room| format!("/room-{room}")).collect(),
            climbed: 0.0,
        })
    }

    /// A peer that reads every document from a file.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn reading(workspace: &Workspace, subject: Subject, body: &Path) -> Outcome<Self> {
        let peer = peer(workspace, subject, Some(body))?;
        Ok(Self {
            subject,
            address: peer.address,
            running: Running::Peer(peer),
            data: None,
            headers: vec![String::new()],
            rooms: vec!["/room".to_owned()],
            climbed: 0.0,
        })
    }

    /// Where to type at this pace, in rooms that nobody was in before.
    pub(super) fn target(&mut self, pace: Pace) -> Target {
        let from = self.rooms.len().saturating_sub(pace.rooms);
        Target {
            address: self.address,
            speech: match self.subject {
                Subject::Ours => Speech::Ours,
                Subject::Hocuspocus => Speech::Hocuspocus,
                Subject::Singly | Subject::Gathered | Subject::YWebsocket => Speech::Plain,
            },
            rooms: self.rooms.split_off(from),
            headers: self.headers.clone(),
        }
    }

    fn process(&self) -> u32 {
        match &self.running {
            Running::Peer(peer) => peer.process(),
            Running::Ours(serving) => serving.process(),
        }
    }

    /// How long it has computed, in seconds, and how much memory it holds, in KiB: without its database, or that alone.
    /// Postgres starts a process for each connection, some of them only under load: they are looked for each time.
    pub(super) fn costs(&self, of_postgres: bool) -> (f64, f64) {
        let family = costs::descendants(self.process()).into_iter();
        let chosen = family.filter(|(_, name)| name.starts_with("postgres") == of_postgres);
        costs::costs(&chosen.map(|(id, _)| id).collect::<Vec<_>>())
    }

    /// How long the process itself has computed, in seconds.
    pub(super) fn computed(&self) -> f64 {
        costs::costs(&[self.process()]).0
    }

    /// Kills the server at once and starts it again on what it kept.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn kill_and_start_again(self, workspace: &Workspace, product: &Product) -> Outcome<Self> {
        let Self {
            running,
            data,
            subject,
            headers,
            rooms,
            ..
        } = self;
        let (running, address) = match running {
            Running::Peer(killed) => {
                drop(killed);
                let peer = peer(workspace, subject, None)?;
                let address = peer.address;
                (Running::Peer(peer), address)
            }
            Running::Ours(serving) => {
                serving.kill()?;
                let data = data.as_ref().ok_or_else(|| Failure::new("no data folder".to_owned()))?;
                let serving = serve(workspace, product, data)?;
                let address = serving.address();
                (Running::Ours(serving), address)
            }
        };
        // The cookies hold; the origin has another port.
        let old = format!("Origin: http://localhost:{}", self.address.port());
        let new = format!("Origin: http://localhost:{}", address.port());
        Ok(Self {
            subject,
            running,
            data,
            address,
            headers: headers.iter().map(|header| header.replace(&old, &new)).collect(),
            rooms,
            climbed: 0.0,
        })
    }

    /// Gives back rooms that were taken.
    pub(super) fn put_back(&mut self, rooms: &[String]) {
        self.rooms.extend_from_slice(rooms);
    }
}

fn peer(workspace: &Workspace, subject: Subject, body: Option<&Path>) -> Outcome<Peer> {
    match subject {
        Subject::Singly => peers::forwarder(0),
        Subject::Gathered => peers::forwarder(5),
        Subject::Hocuspocus => peers::node(workspace, "hocuspocus.mjs", body),
        Subject::YWebsocket | Subject::Ours => peers::node(workspace, "y-websocket.mjs", body),
    }
}

fn serve(workspace: &Workspace, product: &Product, data: &Scratch) -> Outcome<Serving> {
    let log = workspace.work_dir("logs")?.join("bench-sync.log");
    // Everybody here comes from one address, faster than people do.
    let settings = [("SCRIPTKEEP_LIMITS_RATE_FACTOR", "1000")];
    product.serve_with(workspace, data.path(), &log, &settings)
}

/// The product, with people signed in and a record for each room.
fn ours(workspace: &Workspace, product: &Product, rooms: usize, people: usize) -> Outcome<Server> {
    let data = Scratch::make()?;
    let serving = serve(workspace, product, &data)?;
    let origin = serving.origin();
    let mut prepare = Command::new("node");
    prepare.args(["--input-type=module", "-e", include_str!("prepare.mjs"), "--", &origin]);
    prepare.args([people.div_ceil(PER_MEMBER).to_string(), rooms.to_string()]);
    let made: serde_json::Value = serde_json::from_str(&quietly(&mut prepare)?).or_fail("preparing records")?;
    let (cookies, home) = (made["cookies"].as_array(), made["workspace"].as_str());
    let (Some(cookies), Some(home), Some(records)) = (cookies, home, made["records"].as_array()) else {
        return Err(Failure::new(format!("not what was to be prepared: {made}")));
    };
    let room = |record: &serde_json::Value| {
        let record = record.as_str().unwrap_or_default();
        format!("/ws/records/{record}?workspace={home}&ack=1&gather=1")
    };
    let headers = |cookie: &serde_json::Value| {
        let cookie = cookie.as_str().unwrap_or_default();
        format!("Origin: {origin}\r\nCookie: {cookie}\r\n")
    };
    Ok(Server {
        subject: Subject::Ours,
        address: serving.address(),
        running: Running::Ours(serving),
        data: Some(data),
        headers: cookies.iter().map(headers).collect(),
        rooms: records.iter().map(room).collect(),
        climbed: 0.0,
    })
}

//! What was acknowledged stays, whatever is killed at that instant: real processes, a durable Postgres.

use super::{
    Desk, Place,
    peer::{PATIENCE, Peer},
    together::wait_for_log,
};
use crate::{
    serve::start,
    support::live::{self, Site},
};
use std::{
    fs,
    io::BufReader,
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command},
    time::Duration,
};
use yrs::Doc;

/// The binary at work in a folder.
pub(super) struct Process {
    child: Child,
    // Kept open: the server writes its log into it.
    _log: BufReader<ChildStdout>,
    pub(super) site: Site,
}

impl Process {
    pub(super) fn start(folder: &Path) -> Self {
        let (child, log, port) = start(folder);
        let address = format!("127.0.0.1:{port}").parse().expect("an address");
        Self {
            child,
            _log: log,
            site: Site { address },
        }
    }

    /// `kill -9`, and another in its place.
    pub(super) fn kill_and_start_again(&mut self, folder: &Path) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
        *self = Self::start(folder);
    }

    /// `kill -9`: nothing is flushed, nothing said goodbye to.
    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
    }

    /// Asks it to end, and waits.
    pub(super) fn stop(mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("kill").success());
        assert!(self.child.wait().expect("its end").success());
    }
}

impl Drop for Process {
    /// A test that failed leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_the_instant_of_an_acknowledgement_has_lost_neither_text_nor_deletion() {
    let folder = live::folder();
    let process = Process::start(folder.path());
    let place = Place::make(&process.site).await;
    process.kill();
    let mut expected = String::new();
    for round in 0..4 {
        let process = Process::start(folder.path());
        let mut peer = place.peer(&process.site).await;
        peer.until("what was kept", |peer| peer.synced && peer.read() == expected)
            .await;
        peer.insert(0, &format!("lost{round} ")).await;
        peer.until_kept().await;
        if round % 2 == 1 {
            peer.remove(0, 4).await;
            peer.until_kept().await;
        }
        expected = peer.read();
        process.kill();
    }
    // What each of them left in the log is covered by an event: by the next room, or by the server's start.
    let process = Process::start(folder.path());
    let rows = wait_for_log(&place, &process.site, 4).await;
    assert!(rows.len() >= 4, "{rows:?}");
    let mut peer = place.peer(&process.site).await;
    peer.until("what was kept", |peer| peer.read() == expected).await;
    drop(peer);
    process.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_killed_while_two_type_costs_nothing_that_was_typed() {
    let desk = Desk::open().await;
    let address = desk.server.address;
    let (mut one, mut other) = (desk.peer().await, desk.peer().await);
    one.until_synced().await;
    other.until_synced().await;
    one.insert(0, "before ").await;
    one.until_kept().await;
    kill_postgres(desk.folder.path());
    one.insert(0, "one ").await;
    other.insert(0, "other ").await;
    // Either the write met the dead database, and nobody knows what was kept; or the next one was there in time.
    if let Some(code) = one.until_kept_or_closed().await {
        assert_eq!(code, 4500);
    }
    other.until_kept_or_closed().await;

    let (one, other) = (one.into_doc(), other.into_doc());
    let mut one = come_back(address, &desk, one).await;
    let mut other = come_back(address, &desk, other).await;
    for peer in [&mut one, &mut other] {
        peer.until("everything", |peer| {
            ["before ", "one ", "other "]
                .iter()
                .all(|word| peer.read().contains(word))
        })
        .await;
        peer.until_kept().await;
    }
    assert_eq!(one.read(), other.read());
    assert_eq!(one.read().len(), "before one other ".len(), "each edit is applied once");
    drop((one, other));
    desk.server.stop().await;
}

/// A machine that is switched off: server and Postgres at once, in either order, while something is being written.
#[tokio::test(flavor = "multi_thread")]
async fn server_and_postgres_killed_at_once_start_again_and_have_lost_nothing_that_was_acknowledged() {
    let folder = live::folder();
    let mut process = Process::start(folder.path());
    let place = Place::make(&process.site).await;
    let mut expected = String::new();
    for round in 0..3 {
        let mut peer = place.peer(&process.site).await;
        peer.until("what was kept", |peer| peer.synced && peer.read() == expected)
            .await;
        peer.insert(0, &format!("kept{round} ")).await;
        peer.until_kept().await;
        expected = peer.read();
        drop(peer);
        if round == 1 {
            process.kill();
            kill_postgres(folder.path());
            process = Process::start(folder.path());
        } else {
            kill_postgres(folder.path());
            process.kill_and_start_again(folder.path());
        }
    }
    let mut peer = place.peer(&process.site).await;
    peer.until("what was kept", |peer| peer.read() == expected).await;
    drop(peer);
    process.stop();
}

/// `kill -9` of a private Postgres, if there is one: a server starts another.
pub(super) fn kill_postgres(folder: &Path) {
    let text = fs::read_to_string(folder.join("data/postgres/data/postmaster.pid")).unwrap_or_default();
    if let Some(process) = text.lines().next() {
        let _ = Command::new("kill").args(["-KILL", process]).status();
    }
}

/// Tries until the server has a database again, as clients do.
async fn come_back(address: SocketAddr, desk: &Desk, doc: Doc) -> Peer {
    let wait = async {
        loop {
            let room = format!("{}?ack=1", desk.record);
            let headers = [("cookie", desk.cookie.as_str())];
            if let Ok(peer) = Peer::connect_with(doc.clone(), address, &room, &headers).await {
                return peer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("a socket")
}

//! Whoever may no longer be there is out, whichever door it was said by: over the web, and on the command line beside the
//! server, which is another process and tells it nothing. Real processes, a real Postgres.
//!
//! No time is asserted here. That one look is enough is held by `services`' tests, that looks are half a second apart and a
//! second was promised by the constants in `editing::watch`, which do not compile otherwise.

use super::{Place, kept::Process, page::OpenPage, peer::Peer};
use crate::{serve::binary, support::live};
use serde_json::json;
use std::{fs, path::Path, process::Command};

const SIGNED_OUT: u16 = 4401;
const REVOKED: u16 = 4403;
const NOT_FOUND: u16 = 4404;
const RESTARTS: u16 = 1012;

/// Runs a command of an operator's beside the server.
fn operator(folder: &Path, arguments: &[&str]) {
    let output = binary(folder, arguments).output().expect("an end");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Somebody who has a page with a text open, and one without.
struct Page {
    cookie: String,
    account: String,
    peer: Peer,
    list: OpenPage,
}

impl Page {
    async fn open(process: &Process, place: &Place, email: &str) -> Self {
        let (cookie, account) = place.member(&process.site, email, "practitioner").await;
        let mut peer = Peer::open(&process.site, &cookie, &place.record, "?ack=1").await;
        peer.until_synced().await;
        peer.insert(0, &format!("{email} ")).await;
        peer.until_kept().await;
        let mut list = OpenPage::open(&process.site, &cookie, &place.workspace).await;
        list.expect_open(email).await;
        let page = Self {
            cookie,
            account,
            peer,
            list,
        };
        assert_eq!(page.answers(process, place).await, [200; 3], "{email}");
        page
    }

    /// How the page that is open is answered: its own address, and what it asks for, to read and to write.
    async fn answers(&self, process: &Process, place: &Place) -> [u16; 3] {
        let site = &process.site;
        let of = json!({"workspace": place.workspace, "record": place.record});
        let (page, _) = site
            .send(
                "GET",
                &format!("/w/{}/records/{}", place.workspace, place.record),
                &[("cookie", &self.cookie)],
                "",
            )
            .await;
        let (read, _) = site.call("record.read", &self.cookie, &of).await;
        let (write, _) = site.call("record.duplicate", &self.cookie, &of).await;
        [page, read, write]
    }

    /// The sockets end with a code, whoever comes again is told why not, and the page that is still open gets nothing.
    async fn expect_out(mut self, process: &Process, place: &Place, what: &str, codes: [u16; 2], answers: [u16; 3]) {
        let [ends, again] = codes;
        assert_eq!(self.peer.until_closed().await, ends, "{what}");
        assert_eq!(self.list.until_closed().await, ends, "{what}: a page without a text");
        let mut list = OpenPage::open(&process.site, &self.cookie, &place.workspace).await;
        assert_eq!(list.until_closed().await, again, "{what}: another page");
        let mut peer = Peer::open(&process.site, &self.cookie, &place.record, "?ack=1").await;
        assert_eq!(peer.until_closed().await, again, "{what}: another socket");
        assert_eq!(peer.read(), "", "{what}");
        assert_eq!(self.answers(process, place).await, answers, "{what}");
    }
}

/// Pages and calls of one who is nobody here any more.
const NOTHING_THERE: [u16; 3] = [404; 3];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_stays_who_was_suspended_or_removed_over_the_web_or_on_the_command_line() {
    let folder = live::folder();
    let process = Process::start(folder.path());
    let place = Place::make(&process.site).await;
    let mut stays = place.peer(&process.site).await;
    stays.until_synced().await;
    let workspace = place.workspace.as_str();
    let mut stays_open = OpenPage::open(&process.site, &place.cookie, workspace).await;
    for (what, operation, command) in [
        ("suspended over the web", Some("member.suspend"), ""),
        ("removed over the web", Some("member.remove"), ""),
        ("suspended on the command line", None, "suspend"),
        ("removed on the command line", None, "remove"),
    ] {
        let page = Page::open(&process, &place, &format!("{}@example.com", what.replace(' ', "-"))).await;
        if let Some(operation) = operation {
            let ask = json!({"workspace": workspace, "account": page.account});
            let (status, answer) = process.site.call(operation, &place.cookie, &ask).await;
            assert_eq!(status, 200, "{what}: {answer}");
        } else {
            operator(folder.path(), &["admin", command, workspace, &page.account]);
        }
        page.expect_out(&process, &place, what, [REVOKED, NOT_FOUND], NOTHING_THERE)
            .await;
    }
    let page = Page::open(&process, &place, "bea@example.com").await;
    operator(folder.path(), &["admin", "end-sessions", "bea@example.com"]);
    page.expect_out(
        &process,
        &place,
        "signed out on the command line",
        [SIGNED_OUT, SIGNED_OUT],
        [303, 401, 401],
    )
    .await;
    // What they wrote before stays, and nobody else went.
    stays
        .until("their words", |peer| peer.read().matches("@example.com ").count() == 5)
        .await;
    stays.insert(0, "still here ").await;
    stays.until_kept().await;
    stays_open.expect_open("nobody else went").await;
    drop(stays);
    // A page that is open keeps no server from its end.
    process.stop();
    assert_eq!(stays_open.until_closed().await, RESTARTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_postgres_that_broke_keep_nobody_in() {
    let folder = live::folder();
    let process = Process::start(folder.path());
    let place = Place::make(&process.site).await;
    let mut stays = place.peer(&process.site).await;
    stays.until_synced().await;
    for what in ["suspend", "remove"] {
        let page = Page::open(&process, &place, &format!("{what}@example.com")).await;
        assert!(
            end_sessions_of_postgres(folder.path()) > 0,
            "the server had connections"
        );
        operator(folder.path(), &["admin", what, &place.workspace, &page.account]);
        page.expect_out(&process, &place, what, [REVOKED, NOT_FOUND], NOTHING_THERE)
            .await;
    }
    stays
        .until("their words", |peer| peer.read().matches("@example.com ").count() == 2)
        .await;
    drop(stays);
    process.stop();
}

/// Ends every session of the product with its private Postgres, as an administrator of that would; how many there were.
fn end_sessions_of_postgres(folder: &Path) -> usize {
    let file = fs::read_to_string(folder.join("data/postgres/data/postmaster.pid")).expect("a Postgres");
    let postmaster = file.lines().next().expect("a process");
    let sessions: Vec<String> = fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|id| {
            let read = |name: &str| fs::read_to_string(format!("/proc/{id}/{name}")).unwrap_or_default();
            read("status").contains(&format!("PPid:\t{postmaster}\n")) && read("cmdline").contains("scriptkeep_")
        })
        .collect();
    for session in &sessions {
        let _ = Command::new("kill").args(["-TERM", session]).status();
    }
    sessions.len()
}

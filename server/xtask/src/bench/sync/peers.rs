//! The others: servers of npm in their own processes, each as it comes, keeping documents in memory only.

use crate::{
    steps::{Failure, OrFail, Outcome, Stopwatch, quietly},
    workspace::Workspace,
};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Exactly these, so that figures of another day compare.
const PACKAGES: [&str; 4] = [
    "@y/websocket-server@0.1.1",
    "@hocuspocus/server@3.4.4",
    "yjs@13.6.33",
    "ws@8.18.3",
];
const READY_WITHIN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// A server in a process of its own, killed when dropped.
pub(super) struct Peer {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Peer {
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It keeps nothing: there is nothing to put in order.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// The folder with the peers' packages, installed on the first call.
///
/// # Errors
/// When npm fails.
pub(super) fn folder(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.work_dir("bench-peers")?;
    if !folder.join("node_modules/@hocuspocus/server").is_dir() {
        fs::write(folder.join("package.json"), r#"{"private":true,"type":"module"}"#).or_fail("preparing the peers")?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(PACKAGES)
            .current_dir(&folder);
        quietly(&mut npm)?;
    }
    for (name, script) in [
        ("hocuspocus.mjs", include_str!("hocuspocus.mjs")),
        ("y-websocket.mjs", include_str!("y-websocket.mjs")),
    ] {
        fs::write(folder.join(name), script).or_fail("preparing the peers")?;
    }
    Ok(folder)
}

/// Starts a peer's script under Node; with `body`, it reads every document from that file.
///
/// # Errors
/// When it does not listen in time.
pub(super) fn node(workspace: &Workspace, script: &str, body: Option<&Path>) -> Outcome<Peer> {
    let free = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).or_fail("looking for a port")?;
    let address = free.local_addr().or_fail("looking for a port")?;
    drop(free);
    let mut command = Command::new("node");
    command.arg(script).current_dir(folder(workspace)?);
    command
        .env("HOST", "127.0.0.1")
        .env("PORT", address.port().to_string())
        .env("NODE_ENV", "production");
    if let Some(body) = body {
        command.env("BODY", body);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().or_fail(script)?;
    let peer = Peer { child, address };
    let watch = Stopwatch::start();
    while TcpStream::connect(address).is_err() {
        if watch.elapsed() > READY_WITHIN {
            return Err(Failure::new(format!("{script} does not listen")));
        }
        thread::sleep(POLL);
    }
    Ok(peer)
}

/// Starts this program as the forwarder.
///
/// # Errors
/// When it does not say where it listens.
pub(super) fn forwarder(gather: u64) -> Outcome<Peer> {
    let program = std::env::current_exe().or_fail("finding this program")?;
    let mut command = Command::new(program);
    command.args(["forward", "--gather", &gather.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().or_fail("starting the forwarder")?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output)
            .read_line(&mut line)
            .or_fail("reading the forwarder's port")?;
    }
    let port: u16 = line.trim().parse().or_fail("reading the forwarder's port")?;
    Ok(Peer {
        child,
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
    })
}

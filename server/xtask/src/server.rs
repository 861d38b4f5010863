//! The server under this program's hand: built with the site beside it, started, awaited, stopped.

use crate::{
    site::{self, Kind, SITE_VARIABLE},
    steps::{Failure, OrFail, Outcome, Stopwatch, quietly, run, step},
    test::SELECTION,
    tools,
    workspace::Workspace,
};
use std::{
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// How often a server that starts is asked whether it is ready.
const POLL: Duration = Duration::from_millis(25);
/// How long a server may take until it is ready; its first start makes a database.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// How long a server may take to stop before it counts as hanging.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A binary and the site it serves.
pub(crate) struct Product {
    /// The `scriptkeep` binary.
    pub(crate) binary: PathBuf,
    /// The folder of the site; a release binary carries it inside.
    pub(crate) site: Option<PathBuf>,
}

/// Sets up the machine and builds site and server.
///
/// # Errors
/// Names the missing tool, or what did not build.
pub(crate) fn build(workspace: &Workspace, kind: Kind, release: bool) -> Outcome<Product> {
    tools::for_building(workspace)?;
    tools::postgres(workspace)?;
    let site = site::build(workspace, kind)?;
    let profile = if release { "release" } else { "dev" };
    step(&format!("Server: compiling ({profile})"), || {
        run(workspace
            .cargo()
            .arg("build")
            .args(SELECTION)
            .args(["--bin=scriptkeep", "--profile", profile])
            .env(SITE_VARIABLE, &site))
    })?;
    let folder = if release { "release" } else { "debug" };
    Ok(Product {
        binary: workspace.target.join(folder).join("scriptkeep"),
        site: (!release).then_some(site),
    })
}

impl Product {
    /// A call of the binary in the checkout, with its site at hand.
    pub(crate) fn command(&self, workspace: &Workspace) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(&workspace.root);
        if let Some(site) = &self.site {
            command.env(SITE_VARIABLE, site);
        }
        command
    }

    /// Starts `serve` on a loopback port that the system chooses, with a data folder of its own, its output in `log`, and waits until it is
    /// ready.
    ///
    /// # Errors
    /// When it ends or is not ready in time; the log's last lines are in the failure.
    pub(crate) fn serve(&self, workspace: &Workspace, data: &Path, log: &Path) -> Outcome<Serving> {
        self.serve_with(workspace, data, log, &[])
    }

    /// The same, with settings as variables.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub(crate) fn serve_with(
        &self,
        workspace: &Workspace,
        data: &Path,
        log: &Path,
        settings: &[(&str, &str)],
    ) -> Outcome<Serving> {
        // Port 0: the log says which one it became.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let output = File::create(log).or_fail(format!("making {}", log.display()))?;
        let errors = output.try_clone().or_fail("sharing the log")?;
        let mut command = self.command(workspace);
        command
            .arg("serve")
            .arg("--data")
            .arg(data.join("server"))
            .arg("--keys")
            .arg(data.join("keys"));
        command
            .args(["--listen", &address.to_string()])
            .env("SCRIPTKEEP_LOG_FORMAT", "json")
            .env("SCRIPTKEEP_LOG_LEVEL", "info")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors);
        let watch = Stopwatch::start();
        let child = command.spawn().or_fail(format!("starting {}", self.binary.display()))?;
        let mut serving = Serving {
            child,
            address,
            ready_after: Duration::ZERO,
        };
        serving.wait_until_ready(watch, log)?;
        serving.ready_after = watch.elapsed();
        Ok(serving)
    }
}

/// A server that answers; stopped when dropped.
pub(crate) struct Serving {
    child: Child,
    /// Where it listens.
    address: SocketAddr,
    /// How long it took from the start until it was ready.
    pub(crate) ready_after: Duration,
}

impl Serving {
    /// The process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a browser writes it. `localhost`, since the session's cookie demands a trustworthy origin.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Asks it to stop, as an operator would, and waits until it has.
    ///
    /// # Errors
    /// When it does not stop in time or did not end well.
    pub(crate) fn stop(mut self) -> Outcome {
        terminate(&mut self.child)
    }

    /// Kills it at once, as a crash does; its Postgres stays, and the next to start adopts it.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub(crate) fn kill(mut self) -> Outcome {
        self.child.kill().or_fail("killing the server")?;
        self.child.wait().or_fail("waiting for the server's end")?;
        Ok(())
    }

    fn wait_until_ready(&mut self, watch: Stopwatch, log: &Path) -> Outcome {
        loop {
            if let Some(status) = self.child.try_wait().or_fail("watching the server")? {
                return Err(Failure::new(format!(
                    "The server ended with {status}. {}",
                    last_lines(log)
                )));
            }
            if let Some(address) = address_in(log)
                && status_of(address, "/readyz") == Some(200)
            {
                self.address = address;
                return Ok(());
            }
            if watch.elapsed() > READY_WITHIN {
                return Err(Failure::new(format!(
                    "The server is not ready after {READY_WITHIN:?}. {}",
                    last_lines(log)
                )));
            }
            thread::sleep(POLL);
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && terminate(&mut self.child).is_err() {
            // The only thing left to do to a server that does not stop; `stop` reports it to those who ask.
            let _ended = self.child.kill();
            let _status = self.child.wait();
        }
    }
}

/// Sends SIGTERM to a child and waits for its end; one that has ended already is left in peace.
///
/// # Errors
/// When it does not end in time or not well.
pub(crate) fn terminate(child: &mut Child) -> Outcome {
    if child.try_wait().or_fail("watching the server")?.is_some() {
        return Ok(());
    }
    quietly(Command::new("kill").args(["-TERM", &child.id().to_string()]))?;
    let watch = Stopwatch::start();
    loop {
        if let Some(status) = child.try_wait().or_fail("watching the server")? {
            return if status.success() {
                Ok(())
            } else {
                Err(Failure::new(format!("The server ended with {status}")))
            };
        }
        if watch.elapsed() > STOP_WITHIN {
            return Err(Failure::new(format!(
                "The server did not stop within {STOP_WITHIN:?} of SIGTERM"
            )));
        }
        thread::sleep(POLL);
    }
}

/// Where a server listens, once its log has the line that says so.
fn address_in(log: &Path) -> Option<SocketAddr> {
    let text = std::fs::read_to_string(log).ok()?;
    let mut lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let ready = lines.find(|line| line["message"] == "ready")?;
    ready["listen"].as_str()?.parse().ok()
}

/// The status of a plain GET, or `None` when nobody answers.
fn status_of(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
        address.port()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// The end of a log, for a failure's text.
fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    format!(
        "{} ends with:\n{}",
        log.display(),
        lines[lines.len().saturating_sub(20)..].join("\n")
    )
}

//! `cargo xtask`: sets up, builds, runs, tests, checks, measures and packs Scriptkeep.
#![expect(clippy::print_stdout, reason = "a command line speaks on its standard output")]

mod bench;
mod check;
mod claim;
mod dist;
mod run;
mod server;
mod site;
mod sql;
mod steps;
mod test;
#[cfg(test)]
mod tidy;
mod tools;
mod watch;
mod workspace;

use clap::{Parser, Subcommand};
use std::{net::SocketAddr, process::ExitCode, time::Duration};
use steps::Outcome;
use workspace::Workspace;

/// Sets up, builds, runs, tests, checks, measures and packs Scriptkeep.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set everything up and serve the product, with an embedded default for each part.
    Run {
        /// Build as it ships: optimised, the site inside the binary.
        #[arg(long)]
        release: bool,
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:3000")]
        listen: SocketAddr,
        /// Fill the data folder, which must be empty, with two workspaces to look around in; prints who can sign in.
        #[arg(long)]
        demo: bool,
    },
    /// Set everything up and run every test; the last line counts them.
    Test {
        /// Only the Rust and Node tests.
        #[arg(long, conflicts_with = "browser")]
        rust: bool,
        /// Only the browser tests.
        #[arg(long)]
        browser: bool,
        /// Arguments for Playwright, after `--`.
        #[arg(last = true)]
        playwright: Vec<String>,
    },
    /// Check formatting, lints, the SQL metadata, dependencies and the order of the house.
    Check,
    /// Serve the product, built anew whenever a source changes.
    Watch {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:3000")]
        listen: SocketAddr,
    },
    /// Measure sizes, starts, the database under load, and paper; prints tables.
    Bench {
        /// Only this.
        part: Option<bench::Part>,
        #[command(flatten)]
        choice: bench::sync::Choice,
    },
    /// Be the floor of `bench sync`: pass frames on until killed.
    #[command(hide = true)]
    Forward {
        /// For how many milliseconds to gather.
        #[arg(long)]
        gather: u64,
    },
    /// Build what one takes to another machine: the release binary and a Debian package.
    Dist,
    /// Renew the SQL metadata in `server/store/.sqlx`.
    Sql,
    /// Build the site only.
    Site {
        /// Build as it ships.
        #[arg(long)]
        release: bool,
    },
}

fn main() -> ExitCode {
    match act(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_silent() {
                println!("{failure}");
            }
            ExitCode::FAILURE
        }
    }
}

fn act(task: &Task) -> Outcome {
    let workspace = Workspace::find()?;
    claim::claim(&workspace)?;
    match task {
        Task::Run { release, listen, demo } => run::run(&workspace, *release, *listen, *demo),
        Task::Test {
            rust,
            browser,
            playwright,
        } => test::test(
            &workspace,
            &test::Selection {
                rust: !browser,
                browser: !rust,
                playwright: playwright.clone(),
            },
        ),
        Task::Check => check::check(&workspace),
        Task::Watch { listen } => watch::watch(&workspace, *listen),
        Task::Bench { part, choice } => bench::bench(&workspace, *part, choice),
        Task::Forward { gather } => bench::sync::forward((*gather > 0).then(|| Duration::from_millis(*gather))),
        Task::Dist => dist::dist(&workspace),
        Task::Sql => sql::renew(&workspace),
        Task::Site { release } => {
            tools::for_building(&workspace)?;
            let kind = if *release {
                site::Kind::Shipping
            } else {
                site::Kind::Desk
            };
            let folder = site::build(&workspace, kind)?;
            println!("{}", folder.display());
            Ok(())
        }
    }
}

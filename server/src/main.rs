//! The binary: reads the command line, and does what it says.

use clap::Parser as _;
use server::{cli::Cli, commands};
use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(Cli::parse())
}

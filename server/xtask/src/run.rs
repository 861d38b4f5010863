//! `cargo xtask run`: sets everything up, builds, and serves the product at the desk.

use crate::{
    server::{self, Product},
    site::Kind,
    steps::{Failure, Outcome},
    workspace::Workspace,
};
use std::{net::SocketAddr, os::unix::process::CommandExt, process::Command};

/// Builds the product and becomes it, so that Ctrl-C reaches the server itself.
///
/// # Errors
/// When something does not build or the server cannot be started.
pub(crate) fn run(workspace: &Workspace, release: bool, listen: SocketAddr) -> Outcome {
    let kind = if release { Kind::Shipping } else { Kind::Desk };
    let product = server::build(workspace, kind, release)?;
    let data = workspace.root.join("data");
    let origin = format!("http://localhost:{}", listen.port());
    println!();
    println!("  Scriptkeep    {origin}");
    println!("  its mailbox   {origin}/dev/mail   (mail is captured, nothing is sent)");
    println!("  components    {origin}/dev/gallery");
    println!("  its data      {}   (remove the folder to begin anew)", data.display());
    println!("  Ctrl-C stops it.");
    println!();
    let failure = desk(workspace, &product, listen).exec();
    Err(Failure::new(format!(
        "starting {}: {failure}",
        product.binary.display()
    )))
}

/// The call that serves the product from the checkout's own data folder.
pub(crate) fn desk(workspace: &Workspace, product: &Product, listen: SocketAddr) -> Command {
    let data = workspace.root.join("data");
    let mut command = product.command(workspace);
    // Keys lie apart from what they open, as in any installation.
    command
        .arg("serve")
        .arg("--data")
        .arg(data.join("server"))
        .arg("--keys")
        .arg(data.join("keys"));
    command.args(["--listen", &listen.to_string()]);
    command
}

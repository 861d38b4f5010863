//! `cargo xtask run`: sets everything up, builds, and serves the product at the desk.

use crate::{
    server::{self, Product},
    site::Kind,
    steps::{self, Failure, OrFail, Outcome},
    tools,
    workspace::Workspace,
};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{ErrorKind, IsTerminal as _, Write as _},
    net::SocketAddr,
    os::unix::fs::{MetadataExt, PermissionsExt},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

/// The server's part of the data folder.
const SERVER: &str = "server";

/// Builds the product and becomes it, so that Ctrl-C reaches the server itself.
///
/// # Errors
/// When something does not build or the server cannot be started.
pub(crate) fn run(workspace: &Workspace, release: bool, listen: SocketAddr, demo: bool) -> Outcome {
    let kind = if release { Kind::Shipping } else { Kind::Desk };
    let product = server::build(workspace, kind, release)?;
    let data = data_folder(workspace)?;
    if demo || is_wanted(&data)? {
        fill(workspace, &product, &data, listen)?;
    }
    let origin = format!("http://localhost:{}", listen.port());
    println!();
    println!("  Scriptkeep    {origin}");
    println!("  its mailbox   {origin}/dev/mail   (mail is captured, nothing is sent)");
    println!("  components    {origin}/dev/gallery");
    println!("  its data      {}   (remove the folder to begin anew)", data.display());
    println!("  Ctrl-C stops it.");
    println!();
    let failure = desk(workspace, &product, &data, listen).exec();
    Err(Failure::new(format!(
        "starting {}: {failure}",
        product.binary.display()
    )))
}

/// Whether somebody who starts the product for the first time wants to find something in it. Asked only where somebody can
/// answer; elsewhere it is said once how to have it.
fn is_wanted(data: &Path) -> Outcome<bool> {
    if data.join(SERVER).exists() {
        return Ok(false);
    }
    println!();
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        println!("  This starts empty. Two workspaces to look around in:  cargo xtask run --demo");
        return Ok(false);
    }
    print!("  This starts empty. Fill it with two workspaces to look around in? It takes some seconds. [y/N] ");
    std::io::stdout().flush().or_fail("asking")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).or_fail("reading the answer")?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Fills an empty data folder with the demonstration.
fn fill(workspace: &Workspace, product: &Product, data: &Path, listen: SocketAddr) -> Outcome {
    println!();
    steps::run(&mut on_data(workspace, product, data, listen, "demo"))
}

/// The call that serves the product from a data folder.
pub(crate) fn desk(workspace: &Workspace, product: &Product, data: &Path, listen: SocketAddr) -> Command {
    on_data(workspace, product, data, listen, "serve")
}

/// A call of the product that works on a data folder.
fn on_data(workspace: &Workspace, product: &Product, data: &Path, listen: SocketAddr, act: &str) -> Command {
    let mut command = product.command(workspace);
    // Keys lie apart from what they open, as in any installation.
    command
        .arg(act)
        .arg("--data")
        .arg(data.join(SERVER))
        .arg("--keys")
        .arg(data.join("keys"));
    command.args(["--listen", &listen.to_string()]);
    command
}

/// The data folder at the desk: `data` in the checkout; or, where we are root and the checkout lies in a folder that is
/// closed to others, one of its own, since Postgres refuses root and then runs as a user who must get there.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn data_folder(workspace: &Workspace) -> Outcome<PathBuf> {
    let open = |folder: &Path| fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    if !tools::is_root() || workspace.root.ancestors().all(open) {
        return Ok(workspace.root.join("data"));
    }
    let name = hex::encode(Sha256::digest(workspace.root.as_os_str().as_encoded_bytes()));
    let folder = Path::new("/var/tmp").join(format!("scriptkeep-{}", &name[..16]));
    if let Err(error) = fs::create_dir(&folder)
        && error.kind() != ErrorKind::AlreadyExists
    {
        return Err(Failure::new(format!("making {}: {error}", folder.display())));
    }
    // Keys go below it, and anybody may make a folder or a link there.
    let found = fs::symlink_metadata(&folder).or_fail(format!("looking at {}", folder.display()))?;
    if found.is_dir() && found.uid() == 0 {
        return Ok(folder);
    }
    Err(Failure::new(format!(
        "{} is not a folder of root's own: somebody else made it. Remove it.",
        folder.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_yes_is_a_yes() {
        for answer in ["y\n", "Yes\n", " YES "] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["", "\n", "n\n", "yesterday\n"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}

//! `cargo xtask run`: sets everything up, builds, and serves the product at the desk.

use crate::{
    server::{self, Product},
    site::Kind,
    steps::{Failure, OrFail, Outcome},
    tools,
    workspace::Workspace,
};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::ErrorKind,
    net::SocketAddr,
    os::unix::fs::{MetadataExt, PermissionsExt},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Builds the product and becomes it, so that Ctrl-C reaches the server itself.
///
/// # Errors
/// When something does not build or the server cannot be started.
pub(crate) fn run(workspace: &Workspace, release: bool, listen: SocketAddr) -> Outcome {
    let kind = if release { Kind::Shipping } else { Kind::Desk };
    let product = server::build(workspace, kind, release)?;
    let data = data_folder(workspace)?;
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

/// The call that serves the product from a data folder.
pub(crate) fn desk(workspace: &Workspace, product: &Product, data: &Path, listen: SocketAddr) -> Command {
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

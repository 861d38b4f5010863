//! Exported audit logs: verifying one offline, and the public key to verify with.

use crate::{config::Config, refusal::Refusal, terminal};
use crypto::{
    Checkpoint, SigningKey, VerifierKey,
    audit_export::{Finding, Report, Verifier},
    checkpoint::log_origin,
    open_checkpoint,
};
use domain::WorkspaceId;
use std::{fs::File, io::Read, path::Path, process::ExitCode};

/// How much of the file is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Verifies an export and says what was found; whether all is well.
///
/// # Errors
/// When the file, the key or the earlier checkpoint cannot be read.
pub(super) fn verify(file: &Path, key: &str, since: Option<&Path>) -> Result<bool, Refusal> {
    let key = read_key(key)?;
    let since = since.map(|path| read_checkpoint(path, &key)).transpose()?;
    let input: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).map_err(|error| unreadable(file, &error))?)
    };
    match check(input, Verifier::new(key, since)).map_err(|error| unreadable(file, &error))? {
        Ok(report) => terminal::say(format!("The log is whole.\n{report}")),
        Err(finding) => {
            terminal::complain(format!(
                "The log is not whole. The first thing that is wrong: {finding}"
            ));
            return Ok(false);
        }
    }
    Ok(true)
}

fn check(mut input: impl Read, mut verifier: Verifier) -> std::io::Result<Result<Report, Finding>> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let length = input.read(&mut piece)?;
        if length == 0 {
            return Ok(verifier.finish());
        }
        if let Err(finding) = verifier.feed(&piece[..length]) {
            return Ok(Err(finding));
        }
    }
}

/// The key as it stands on the command line, or in the file named there.
fn read_key(given: &str) -> Result<VerifierKey, Refusal> {
    if let Ok(key) = given.trim().parse() {
        return Ok(key);
    }
    let text = std::fs::read_to_string(given).ok();
    text.and_then(|text| text.trim().parse().ok()).ok_or_else(|| {
        Refusal::new(
            format!("`{given}` is neither a verifier key nor a file that holds one."),
            "A key reads name+hash+base64. `scriptkeep audit key --workspace ID` prints it on the server; the log's page shows it.",
        )
    })
}

fn read_checkpoint(path: &Path, key: &VerifierKey) -> Result<Checkpoint, Refusal> {
    let note = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    open_checkpoint(&note, key).map_err(|error| {
        Refusal::new(
            format!("{} cannot be used as the earlier checkpoint: {error}.", path.display()),
            "Give the signed note as it was kept, and the key of the same log.",
        )
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::new(
        format!("{} cannot be read: {error}.", path.display()),
        "Name a file that can.",
    )
}

/// Prints the public key of a log.
///
/// # Errors
/// When this machine does not hold the signing key.
pub(super) fn print_key(config: &Config, workspace: Option<WorkspaceId>) -> Result<ExitCode, Refusal> {
    let seed = outbound::keys::load_signing_seed(&config.keys).map_err(|error| {
        Refusal::new(
            format!("The signing key cannot be read: {error}."),
            "Run this where the server's keys are.",
        )
    })?;
    let key = SigningKey::from_seed(&seed)
        .verifier_key(&log_origin(workspace.unwrap_or(WorkspaceId::HOUSE).0))
        .map_err(|error| Refusal::new(format!("The key has no name: {error}."), "This is a fault of ours."))?;
    terminal::say(key);
    Ok(ExitCode::SUCCESS)
}

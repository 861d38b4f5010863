//! Acts of an operator, through the same dispatcher as everybody's, as the command line: on record like everything else.

use crate::{
    cli::{Admin, Seat},
    compose::{self, MakeKeys, Migrate},
    config::Config,
    refusal::Refusal,
    terminal,
};
use domain::{
    AccountId, Caller, Door, Operation, Problem, RequestId, WorkspaceId,
    ops::{ExportAuditLog, ListMembers, MemberView, RemoveMember, ResumeMember, SetRole, SuspendMember},
    ports::Random,
    validate,
};
use outbound::{SystemClock, SystemRandom};
use services::{EndSessions, Handle, Services};
use std::{io::Write as _, os::unix::fs::MetadataExt as _, path::Path, sync::Arc};

/// Does one act.
///
/// # Errors
/// When the server's parts cannot be opened, or the act was refused.
pub(super) async fn act(config: Config, act: Admin) -> Result<(), Refusal> {
    compose::keys_are_apart(&config)?;
    let clock = Arc::new(SystemClock);
    let database = compose::database(&config, &*clock, Migrate::IfPrivate).await?;
    let done = match compose::house(&config, &database.db, clock, MakeKeys::Never).await {
        Ok(services) => run_and_seal(&services, act).await,
        Err(refusal) => Err(refusal),
    };
    database.close().await;
    done
}

/// No sealer runs beside a command, so it seals what waits: before, so that an export holds it, and after, so that the act
/// itself does not wait for the next start of the server.
async fn run_and_seal(services: &Services, act: Admin) -> Result<(), Refusal> {
    seal(services).await;
    run(services, act).await?;
    seal(services).await;
    Ok(())
}

/// One log that cannot be continued keeps nobody from an act in another workspace; its own events wait.
async fn seal(services: &Services) {
    if let Err(problem) = services.seal_now().await {
        tracing::warn!(%problem, "a log was not sealed; what was done is in it, and waits for the server");
    }
}

async fn run(services: &Services, act: Admin) -> Result<(), Refusal> {
    match act {
        Admin::EndSessions { email } => {
            let said = format!("Every session of {email} is ended.");
            done(services, EndSessions { email }, said).await
        }
        Admin::Suspend(seat) => {
            let (workspace, account, who) = found(services, &seat).await?;
            let said = format!("{who} is suspended.");
            done(services, SuspendMember { workspace, account }, said).await
        }
        Admin::Resume(seat) => {
            let (workspace, account, who) = found(services, &seat).await?;
            let said = format!("{who} is not suspended any more.");
            done(services, ResumeMember { workspace, account }, said).await
        }
        Admin::Role { seat, role } => {
            let (workspace, account, who) = found(services, &seat).await?;
            let said = format!("{who} has the role {role}.");
            let op = SetRole {
                workspace,
                account,
                role,
            };
            done(services, op, said).await
        }
        Admin::Remove(seat) => {
            let (workspace, account, who) = found(services, &seat).await?;
            let said = format!("{who} is removed from the workspace.");
            done(services, RemoveMember { workspace, account }, said).await
        }
        Admin::ExportAudit { workspace, file } => export(services, workspace, &file).await,
        Admin::Call { operation, json } => {
            let json = if json == "-" { from_standard_input()? } else { json };
            call(services, &operation, &json).await
        }
    }
}

/// Does it, and says so.
async fn done<Op: Handle + Operation>(services: &Services, op: Op, said: String) -> Result<(), Refusal> {
    let answer = services.run(caller(), op).await;
    answer.result.map_err(|problem| refused(&problem))?;
    terminal::say(said);
    Ok(())
}

/// Who is meant: by their address, or by their account's id. The line for the operator names both, so that a wrong one is seen.
async fn found(services: &Services, seat: &Seat) -> Result<(WorkspaceId, AccountId, String), Refusal> {
    let Seat { workspace, ref member } = *seat;
    let answer = services.run(caller(), ListMembers { workspace }).await.result;
    let people = answer.map_err(|problem| refused(&problem))?;
    let (account, address) = (member.parse::<AccountId>().ok(), validate::canonical_email(member));
    let named = |one: &MemberView| !address.is_empty() && one.email == address;
    let meant = |one: &MemberView| Some(one.account) == account || named(one);
    let one = people.members.into_iter().find(meant).ok_or_else(|| {
        Refusal::new(
            format!("Nobody in this workspace is {member}. Nothing was changed."),
            "Give the e-mail address of a member, or their account's id from the audit log; `admin call member.list` lists them.",
        )
    })?;
    let who = format!("{} ({}, account {})", one.name, one.email, one.account);
    Ok((workspace, one.account, who))
}

async fn export(services: &Services, workspace: WorkspaceId, file: &Path) -> Result<(), Refusal> {
    let download = services
        .run(caller(), ExportAuditLog { workspace })
        .await
        .result
        .map_err(|problem| refused(&problem))?;
    // A new file only, and for nobody else: the export opens what the log commits to.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut out| {
        out.write_all(download.text.as_bytes())?;
        out.sync_all()
    });
    written.map_err(|error| {
        Refusal::new(
            format!("{} was not written: {error}.", file.display()),
            "Name a file that is not there yet, on a disk with room. The export itself stands in the log.",
        )
    })?;
    terminal::say(format!("The sealed log is in {}.", file.display()));
    Ok(())
}

fn from_standard_input() -> Result<String, Refusal> {
    std::io::read_to_string(std::io::stdin()).map_err(|error| {
        Refusal::new(
            format!("Standard input cannot be read: {error}."),
            "Give it the fields as JSON.",
        )
    })
}

async fn call(services: &Services, operation: &str, json: &str) -> Result<(), Refusal> {
    let entry = services::entry(operation).ok_or_else(|| {
        let names: Vec<_> = services::entries().iter().map(|entry| entry.meta.name).collect();
        Refusal::new(
            format!("There is no operation `{operation}`."),
            format!("The operations are: {}.", names.join(", ")),
        )
    })?;
    let op = (entry.from_json)(json.as_bytes()).map_err(|problem| refused(&problem))?;
    let output = services
        .dispatch(entry.meta, caller(), op)
        .await
        .result
        .map_err(|problem| refused(&problem))?;
    terminal::say((entry.to_json)(output.as_ref()));
    Ok(())
}

fn refused(problem: &Problem) -> Refusal {
    Refusal::new(format!("The act was refused: {problem}"), "")
}

/// The command line as a caller.
fn caller() -> Caller {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    Caller {
        door: Door::CommandLine { user: user() },
        request: RequestId(uuid::Builder::from_random_bytes(bytes).into_uuid()),
        idempotency_key: None,
    }
}

/// The operating-system user, as the kernel knows it; behind `sudo` also who became it.
fn user() -> String {
    let uid = std::fs::metadata("/proc/self").map_or(u32::MAX, |meta| meta.uid());
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    let name = name.unwrap_or_else(|| format!("uid {uid}"));
    match std::env::var("SUDO_USER") {
        Ok(person) if uid == 0 && !person.is_empty() => format!("{name}, by sudo of {person}"),
        _ => name,
    }
}

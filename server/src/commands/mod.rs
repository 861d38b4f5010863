//! What each command does.

mod admin;
mod audit;
mod compare;
mod convert;
mod demo;
mod fallback;
mod migrate;
pub mod paper;
pub mod printing;
pub mod serve;

use crate::{
    cli::{Cli, Command, Common},
    config::{Config, FILE_VARIABLE, Settings},
    logs,
    refusal::Refusal,
    shutdown, terminal,
};
use domain::Secret;
use std::{future::Future, path::Path, process::ExitCode};

/// A log did not verify, or two documents differ.
const FINDING: u8 = 1;
/// The command did not go on; so does a wrong command line end.
const REFUSED: u8 = 2;
/// Threads for blocking work (key files, folders); passwords have threads of their own.
const BLOCKING_THREADS: usize = 16;

/// Runs a command to its end.
pub fn run(cli: Cli) -> ExitCode {
    match go(cli) {
        Ok(code) => code,
        Err(refusal) => {
            terminal::complain(refusal);
            ExitCode::from(REFUSED)
        }
    }
}

fn go(cli: Cli) -> Result<ExitCode, Refusal> {
    match &cli.command {
        // Files in, files out: these need neither a configuration nor a server.
        Some(Command::Convert {
            paths,
            template,
            to,
            options,
        }) => {
            return convert::convert(paths, template.as_deref(), *to, options).map(|()| ExitCode::SUCCESS);
        }
        Some(Command::Compare { earlier, later, out }) => {
            let same = compare::compare(earlier, later, out.as_deref())?;
            return Ok(ExitCode::from(if same { 0 } else { FINDING }));
        }
        _ => {}
    }
    if let Some(Command::Audit(crate::cli::Audit::Verify { file, key, since })) = &cli.command {
        // Offline: needs neither a configuration nor a server.
        return verify(file, key, since.as_deref());
    }
    let (config, settings) = configuration(&cli.common)?;
    if cli.common.print_config {
        terminal::say(config.print(&settings).trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    match cli.command {
        None => Err(Refusal::new(
            "There is nothing to do.",
            "Name a command; `scriptkeep --help` lists them.",
        )),
        Some(Command::Serve) => block_on(serve_until_told(config)),
        Some(Command::Migrate) => block_on(migrate::migrate(config)),
        Some(Command::Admin(act)) => {
            logs::start(&config.log, logs::To::Error)?;
            block_on(admin::act(config, act))
        }
        Some(Command::Demo { password }) => {
            logs::start(&config.log, logs::To::Error)?;
            block_on(demo::make(config, password.map(Secret::new)))
        }
        Some(Command::Audit(crate::cli::Audit::Key { workspace })) => audit::print_key(&config, workspace),
        Some(Command::Audit(crate::cli::Audit::Verify { file, key, since })) => verify(&file, &key, since.as_deref()),
        // Done above.
        Some(Command::Convert { .. } | Command::Compare { .. }) => Ok(ExitCode::SUCCESS),
    }
}

fn verify(file: &Path, key: &str, since: Option<&Path>) -> Result<ExitCode, Refusal> {
    let verified = audit::verify(file, key, since)?;
    Ok(ExitCode::from(if verified { 0 } else { FINDING }))
}

async fn serve_until_told(config: Config) -> Result<(), Refusal> {
    logs::start(&config.log, logs::To::Output)?;
    let stop = shutdown::on_signals()
        .map_err(|error| Refusal::new(format!("The system lets us hear no signals: {error}."), "Try again."))?;
    serve::serve(config, stop, |_| {}).await
}

fn block_on(work: impl Future<Output = Result<(), Refusal>>) -> Result<ExitCode, Refusal> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| {
            Refusal::new(
                format!("The system gives no threads: {error}."),
                "Free some and try again.",
            )
        })?;
    runtime.block_on(work).map(|()| ExitCode::SUCCESS)
}

/// The configuration in force, from flags, environment and file.
fn configuration(common: &Common) -> Result<(Config, Settings), Refusal> {
    let named = common
        .config
        .clone()
        .or_else(|| std::env::var_os(FILE_VARIABLE).map(Into::into));
    let file = named.as_deref().map(read_file).transpose()?;
    let flags = [
        ("data", &common.data),
        ("keys", &common.keys),
        ("listen", &common.listen),
        ("origin", &common.origin),
    ];
    let given = flags
        .into_iter()
        .filter_map(|(key, value)| value.clone().map(|value| (key, value)));
    // A variable that is not Unicode cannot be a setting of ours.
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings = Settings::collect(file.as_deref(), environment, given)?;
    Ok((Config::from_settings(&settings)?, settings))
}

fn read_file(path: &Path) -> Result<String, Refusal> {
    std::fs::read_to_string(path).map_err(|error| {
        Refusal::new(
            format!("The configuration file {} cannot be read: {error}.", path.display()),
            "Name one that can, with --config or SCRIPTKEEP_CONFIG, or take that away.",
        )
    })
}

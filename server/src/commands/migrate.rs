//! Brings the database to this version, makes the login roles, and, for a new installation, the keys.

use crate::{compose, config::Config, logs, refusal::Refusal, terminal};
use outbound::SystemClock;
use std::sync::Arc;

/// Migrates; safe to run again.
///
/// # Errors
/// When the database or the keys refuse, with what to do.
pub(super) async fn migrate(config: Config) -> Result<(), Refusal> {
    logs::start(&config.log, logs::To::Error)?;
    compose::keys_are_apart(&config)?;
    let clock = Arc::new(SystemClock);
    let database = compose::database(&config, &*clock, compose::Migrate::Always).await?;
    let house = compose::house(&config, &database.db, clock, compose::MakeKeys::IfNew).await;
    database.close().await;
    house?;
    terminal::say("The database is at this version, and its logins and keys fit.");
    Ok(())
}

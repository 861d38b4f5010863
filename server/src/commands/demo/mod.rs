//! Makes two workspaces that have been lived in, to look around in: three months of history by ten people, each act done at
//! its time, by the operations and in the rooms that everybody uses. Nothing is written past them.
//!
//! What happens stands in the files beside this one ([`story`] reads them). A server's clock would put all of it at one
//! moment, so the services are given a clock of their own; it ends a little before now, and the log begins with it. That is
//! why it wants a data folder that is empty still, and why no server may work in there meanwhile: times in a log go forward.

mod calendar;
mod desk;
mod markup;
mod people;
mod stage;
mod story;

use crate::{
    compose::{self, Hold, MakeKeys, Migrate},
    config::Config,
    refusal::Refusal,
    terminal,
};
use calendar::Calendar;
use domain::{Secret, password, ports::Clock};
use outbound::{CapturedMailer, SystemClock};
use people::StoryClock;
use services::Packs;
use stage::{Present, Stage};
use std::{fmt::Write as _, sync::Arc};
use store::Db;
use story::Story;
use time::Duration;

/// The last day's work ends at least so long before now.
const BEFORE_NOW: Duration = Duration::minutes(30);
/// How many mails are remembered until they are opened.
const MAILBOX: usize = 50;

/// Makes it all and prints who can sign in. Everybody has the same password: this one, or a new one.
///
/// # Errors
/// When the server is not local, something is in the data folder already, its parts cannot be opened, or the password is
/// none that the product takes.
pub(super) async fn make(config: Config, given: Option<Secret>) -> Result<(), Refusal> {
    if !config.is_local() {
        return Err(Refusal::new(
            "Demonstration data are for a server on the loopback; this one is open to others.",
            "Run it with a data folder of its own: scriptkeep demo --data ./demo.",
        ));
    }
    let story = story::read().map_err(|why| Refusal::new(format!("The story cannot be told: {why}"), ""))?;
    let password = given.unwrap_or_else(people::password);
    let about: Vec<&str> = story.people.values().map(|person| person.name.as_str()).collect();
    if let Some(wrong) = password::verdict(&password, &about) {
        return Err(Refusal::new(wrong, "Give another one, or none: then one is made."));
    }
    let hold = Hold::take(&config.data)?;
    let database = compose::database(&config, &SystemClock, Migrate::IfPrivate).await?;
    let made = fill(&config, &database.db, &story, &password).await;
    database.close().await;
    drop(hold);
    made?;
    let packs = compose::packs(config.packs.as_deref())?;
    terminal::say(introduction(&config, &story, &packs, &password));
    Ok(())
}

async fn fill(config: &Config, db: &Db, story: &Story, password: &Secret) -> Result<(), Refusal> {
    let founded = services::is_founded(db).await;
    if founded.map_err(|problem| Refusal::new(format!("The database does not answer: {problem}"), ""))? {
        return Err(Refusal::new(
            format!(
                "There is something in {} already: somebody's work, or an earlier demonstration. Nothing was changed.",
                config.data.display()
            ),
            "Name another folder (--data ./demo), or remove this one and its keys to begin anew.",
        ));
    }
    let calendar = Calendar::until(SystemClock.now() - BEFORE_NOW);
    let clock = Arc::new(StoryClock::new(calendar.begin()));
    let services = compose::house(config, db, Arc::clone(&clock) as Arc<dyn Clock>, MakeKeys::IfNew).await?;
    let mailbox = Arc::new(CapturedMailer::new(Arc::clone(&clock) as Arc<dyn Clock>, MAILBOX));
    let mut stage = Stage {
        services: &services,
        story,
        clock,
        mailbox,
        password: password.clone(),
        present: Present::default(),
    };
    stage.play(calendar).await
}

/// Who can sign in, and where.
fn introduction(config: &Config, story: &Story, packs: &Packs, password: &Secret) -> String {
    let mut text = format!(
        "There are two workspaces to look around in, with three months of history.\n\n  Sign in at {}/sign-in, once the server of this data folder runs (scriptkeep serve).\n  Everybody's password: {}\n",
        config.origin,
        password.expose()
    );
    for line in story.members(packs) {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "\n  {line}");
    }
    text
}

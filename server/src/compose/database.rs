//! The database: the one configured, or a private Postgres in the data folder.

use crate::{
    config::{Config, Database as Given},
    refusal::Refusal,
    shutdown::{self, Stop},
};
use domain::{Secret, ports::Clock};
use percent_encoding::percent_decode_str;
use std::{path::Path, time::Duration};
use store::{
    Db, Logins, PoolSizes,
    cluster::{Cluster, ClusterError, Durability},
    migrate::{self, Setup},
};
use tokio::time::MissedTickBehavior;

/// The private Postgres' folder in the data folder.
const CLUSTER: &str = "postgres";
/// The database in it.
const DATABASE: &str = "scriptkeep";

/// Whether to migrate before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// Whatever the database.
    Always,
    /// A private Postgres only; elsewhere that is an operator's act.
    IfPrivate,
}

/// An open database, and the private Postgres it is in, if it is ours.
pub struct Database {
    /// The database.
    pub db: Db,
    /// The private Postgres.
    pub cluster: Option<Cluster>,
    /// Whether closing stops the private Postgres: not when it ran before, since a server may be using it. The server
    /// itself, which holds the data folder, always does.
    pub stop_at_end: bool,
}

impl Database {
    /// Closes the connections, then stops a Postgres of our own.
    pub async fn close(&self) {
        self.db.close().await;
        if let Some(cluster) = self.cluster.as_ref().filter(|_| self.stop_at_end)
            && let Err(error) = cluster.stop().await
        {
            tracing::warn!(%error, "the private Postgres did not stop; the next start adopts it");
        }
    }
}

/// How often to look whether the private Postgres lives.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts the private Postgres again whenever it dies, until told to stop. One that somebody stopped in order stays
/// stopped: they mean it.
pub async fn keep_alive(cluster: Cluster, stop: Stop) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown::wanted(stop.clone()) => return,
            _ = look.tick() => {}
        }
        if cluster.has_died() {
            tracing::error!("the private Postgres died; starting it again");
            match Cluster::start(cluster.folder(), Durability::Full).await {
                Ok(_) => tracing::info!("the private Postgres runs again"),
                Err(error) => tracing::error!(%error, "the private Postgres does not start"),
            }
        }
    }
}

/// Opens the database: the one configured, or a private one in the data folder, which is made and migrated here.
///
/// # Errors
/// When it is not there, or does not take us.
pub async fn database(config: &Config, clock: &dyn Clock, migrate: Migrate) -> Result<Database, Refusal> {
    let Some(given) = &config.database else {
        return private(config, clock).await;
    };
    if migrate == Migrate::Always {
        set_up(&setup_of(given, clock)?).await?;
    }
    let logins = Logins {
        owner: None,
        app: given.app.expose().to_owned(),
        system: given.system.expose().to_owned(),
    };
    Ok(Database {
        db: connect(config, &logins).await?,
        cluster: None,
        stop_at_end: false,
    })
}

/// What to set up in a Postgres that somebody else runs.
fn setup_of(given: &Given, clock: &dyn Clock) -> Result<Setup, Refusal> {
    let owner = given.owner.as_ref().ok_or_else(|| {
        Refusal::new(
            "`database.owner_url` is not set: migrating needs a login that may make tables.",
            "Set it to the URL of scriptkeep_owner or of a superuser; `serve` does not read it.",
        )
    })?;
    Ok(Setup {
        url: owner.clone(),
        owner_password: None,
        app_password: password_of(&given.app),
        system_password: password_of(&given.system),
        schemas: Vec::new(),
        now: clock.now(),
    })
}

async fn set_up(setup: &Setup) -> Result<(), Refusal> {
    migrate::migrate(setup)
        .await
        .map_err(|error| Refusal::new(format!("The database was not migrated: {error}."), ""))
}

async fn connect(config: &Config, logins: &Logins) -> Result<Db, Refusal> {
    let sizes = PoolSizes {
        app: config.connections.app,
        system: config.connections.system,
        ..PoolSizes::default()
    };
    Db::connect(logins, sizes).await.map_err(|error| {
        Refusal::new(
            format!("The database does not take us: {error}."),
            "See that it runs, that `scriptkeep migrate` made the logins, and that database.url and database.system_url \
             carry their passwords.",
        )
    })
}

/// Whether a private Postgres answers on its socket.
fn is_running(folder: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(folder.join("socket/.s.PGSQL.5432")).is_ok()
}

/// The private Postgres, running, migrated, and open.
async fn private(config: &Config, clock: &dyn Clock) -> Result<Database, Refusal> {
    let folder = config.data.join(CLUSTER);
    let stop_at_end = !is_running(&folder);
    let cluster = Cluster::start(&folder, Durability::Full).await.map_err(refuse)?;
    match open(config, &cluster, clock).await {
        Ok(db) => Ok(Database {
            db,
            cluster: Some(cluster),
            stop_at_end,
        }),
        Err(refusal) => {
            if stop_at_end {
                let _ = cluster.stop().await;
            }
            Err(refusal)
        }
    }
}

async fn open(config: &Config, cluster: &Cluster, clock: &dyn Clock) -> Result<Db, Refusal> {
    cluster.create_database(DATABASE).await.map_err(refuse)?;
    // On its socket logins need no password: the folder lets nobody else in.
    let setup = Setup {
        url: Secret::new(cluster.superuser_url(DATABASE)),
        owner_password: None,
        app_password: None,
        system_password: None,
        schemas: Vec::new(),
        now: clock.now(),
    };
    set_up(&setup).await?;
    let logins = Logins {
        owner: None,
        app: cluster.url(migrate::APP, DATABASE),
        system: cluster.url(migrate::SYSTEM, DATABASE),
    };
    connect(config, &logins).await
}

#[expect(clippy::needless_pass_by_value, reason = "an error is turned into another")]
fn refuse(error: ClusterError) -> Refusal {
    Refusal::new(format!("The private Postgres does not run: {error}."), "")
}

/// The password in a Postgres URL.
fn password_of(url: &Secret) -> Option<Secret> {
    let (_, rest) = url.expose().split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    Some(Secret::new(percent_decode_str(password).decode_utf8().ok()?))
}

/// Refuses a database that would lose what was confirmed, or let tenants see each other.
///
/// # Errors
/// The first thing that is wrong with it, and what to do.
pub async fn guard(db: &Db) -> Result<(), Refusal> {
    db.guard()
        .await
        .map_err(|refusal| Refusal::new(format!("The database is none to serve from: {refusal}."), ""))
}

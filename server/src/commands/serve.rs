//! Serves the product until told to stop.

use crate::{
    compose::{self, Database, Hold, MakeKeys, Migrate},
    config::Config,
    listen,
    refusal::Refusal,
    rooms::RoomThreads,
    router,
    shutdown::{self, Stop},
    state::State,
};
use domain::ports::{Clock, Mailer};
use outbound::{CapturedMailer, SystemClock};
use std::{net::SocketAddr, sync::Arc};
use store::cluster::Cluster;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// Opens everything, serves, and closes everything again in order: connections, jobs, the sealer, the database.
/// `ready` hears the address once requests are answered.
///
/// # Errors
/// What is missing or unsafe, with what to do; or that a part of the server broke while it served.
pub async fn serve(config: Config, stop: Stop, ready: impl FnOnce(SocketAddr)) -> Result<(), Refusal> {
    compose::fit_for_others(&config)?;
    // First of all, so that a second server on the same address stops before it touches the data.
    let (listener, config) = bind(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mail = compose::mail(&config, Arc::clone(&clock))?;
    let hold = Hold::take(&config.data)?;
    // Again, now that the folder is there for links to lead to.
    compose::keys_are_apart(&config)?;
    let mut database = compose::database(&config, &*clock, Migrate::IfPrivate).await?;
    database.stop_at_end = true;
    let opened = open(config, &database, clock, mail.mailbox).await;
    let served = match opened {
        Ok(state) => run(listener, &state, mail.mailer, database.cluster.clone(), stop, ready).await,
        Err(refusal) => Err(refusal),
    };
    database.close().await;
    drop(hold);
    served
}

async fn open(
    config: Config,
    database: &Database,
    clock: Arc<dyn Clock>,
    mailbox: Option<Arc<CapturedMailer>>,
) -> Result<Arc<State>, Refusal> {
    let make = if config.is_local() || database.cluster.is_some() {
        MakeKeys::IfNew
    } else {
        MakeKeys::Never
    };
    compose::guard(&database.db).await?;
    let services = compose::house(&config, &database.db, clock, make).await?;
    compose::state(config, services, database.db.clone(), mailbox).await
}

async fn bind(config: Config) -> Result<(TcpListener, Config), Refusal> {
    let refuse = |error: std::io::Error| {
        Refusal::new(
            format!("Nothing can be served on {}: {error}.", config.listen),
            "Stop what listens there, or choose another address with `listen` (or --listen).",
        )
    };
    let listener = TcpListener::bind(config.listen).await.map_err(refuse)?;
    let port = listener.local_addr().map_err(refuse)?.port();
    Ok((listener, config.with_port(port)))
}

/// Serves what is open, with the sealer and the queue beside it, until told to stop, or until one of those ends by itself:
/// a log that nobody seals, and mail that nobody sends, must not go unnoticed. Who runs the server starts it again.
///
/// # Errors
/// When work in the background ended by itself.
pub async fn run(
    listener: TcpListener,
    state: &Arc<State>,
    mailer: Arc<dyn Mailer>,
    cluster: Option<Cluster>,
    stop: Stop,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Refusal> {
    // Everything here stops on our own word, so that what ends before it has ended by itself.
    let (tell, stopping) = watch::channel(false);
    let rooms = RoomThreads::start().map_err(|error| {
        Refusal::new(
            format!("The system gives no thread to edit on: {error}."),
            "Allow this user more processes (`ulimit -u`, or TasksMax of the systemd unit).",
        )
    })?;
    state.services.edit_on(rooms.handles());
    let mut background = background(state, mailer, cluster, &stopping);
    let router = router::router(state);
    tracing::info!(url = %state.config.origin, listen = %state.config.listen, "ready");
    ready(state.config.listen);
    let watched = async {
        let broke = tokio::select! {
            () = shutdown::wanted(stop) => false,
            _ = background.join_next() => true,
        };
        if broke {
            tracing::error!("work in the background ended by itself; the server stops");
        }
        let _ = tell.send(true);
        broke
    };
    let ((), broke) = tokio::join!(
        listen::serve(listener, router, &state.config.limits, stopping.clone()),
        watched
    );
    if tokio::time::timeout(state.config.limits.drain, async {
        while background.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        tracing::warn!("background work did not end in time; its leases run out on their own");
    }
    drop(rooms);
    tracing::info!("stopped");
    if broke {
        return Err(Refusal::new(
            "Work in the background ended by itself, so the server stopped.",
            "Start it again (systemd does). The log's line `a panic` names the place; please report it.",
        ));
    }
    Ok(())
}

fn background(
    state: &Arc<State>,
    mailer: Arc<dyn Mailer>,
    cluster: Option<Cluster>,
    stop: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut background = JoinSet::new();
    if let Some(cluster) = cluster {
        background.spawn(compose::keep_alive(cluster, stop.clone()));
    }
    let (jobs, sealer, editing) = (state.services.clone(), state.services.clone(), state.services.clone());
    let (jobs_stop, sealer_stop, editing_stop) = (stop.clone(), stop.clone(), stop.clone());
    background.spawn(async move { jobs.run_jobs(mailer, jobs_stop).await });
    background.spawn(async move { sealer.run_sealer(sealer_stop).await });
    background.spawn(async move { editing.run_editing(editing_stop).await });
    background
}

//! Serves the product until told to stop.

use crate::{
    compose::{self, Database, Hold, MakeKeys, Migrate},
    config::Config,
    listen,
    refusal::Refusal,
    router,
    shutdown::Stop,
    state::State,
};
use domain::ports::{Clock, Mailer};
use outbound::{CapturedMailer, SystemClock};
use std::{net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, task::JoinSet};

/// Opens everything, serves, and closes everything again in order: connections, jobs, the sealer, the database.
/// `ready` hears the address once requests are answered.
///
/// # Errors
/// What is missing or unsafe, with what to do.
pub async fn serve(config: Config, stop: Stop, ready: impl FnOnce(SocketAddr)) -> Result<(), Refusal> {
    compose::fit_for_others(&config)?;
    // First of all, so that a second server on the same address stops before it touches the data.
    let (listener, config) = bind(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mail = compose::mail(&config, Arc::clone(&clock))?;
    let hold = Hold::take(&config.data)?;
    let mut database = compose::database(&config, &*clock, Migrate::IfPrivate).await?;
    database.stop_at_end = true;
    let opened = open(config, &database, clock, mail.mailbox).await;
    let served = match opened {
        Ok(state) => {
            let mut background = JoinSet::new();
            if let Some(cluster) = database.cluster.clone() {
                background.spawn(compose::keep_alive(cluster, stop.clone()));
            }
            run(listener, &state, mail.mailer, background, stop, ready).await;
            Ok(())
        }
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

async fn run(
    listener: TcpListener,
    state: &Arc<State>,
    mailer: Arc<dyn Mailer>,
    mut background: JoinSet<()>,
    stop: Stop,
    ready: impl FnOnce(SocketAddr),
) {
    let (jobs, sealer) = (state.services.clone(), state.services.clone());
    let (jobs_stop, sealer_stop) = (stop.clone(), stop.clone());
    background.spawn(async move { jobs.run_jobs(mailer, jobs_stop).await });
    background.spawn(async move { sealer.run_sealer(sealer_stop).await });
    let router = router::router(state);
    tracing::info!(url = %state.config.origin, listen = %state.config.listen, "ready");
    ready(state.config.listen);
    listen::serve(listener, router, &state.config.limits, stop).await;
    if tokio::time::timeout(state.config.limits.drain, async {
        while background.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        tracing::warn!("background work did not end in time; its leases run out on their own");
    }
    tracing::info!("stopped");
}

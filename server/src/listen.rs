//! Takes connections and hands their requests to the router: at most so many at once, none that dawdles over its headers,
//! and at the end each open one gets its time to finish.

use crate::{
    config::Limits,
    shutdown::{self, Stop},
};
use axum::{Router, extract::ConnectInfo};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower_http::add_extension::AddExtension;

/// The longest time until a request's headers are there.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// The largest headers, in bytes; cookies and a long address fit many times.
const HEADERS_MAX: usize = 16 * 1024;
/// How long to wait after the system refused a connection (no file handles), so as not to spin.
const AFTER_A_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Serves until told to stop, then waits for open requests, at most as long as the limits say.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: Stop) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    let wanted = shutdown::wanted(stop);
    tokio::pin!(wanted);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut wanted => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            continue;
        };
        let service = AddExtension::new(router.clone(), ConnectInfo(peer));
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .max_buf_size(HEADERS_MAX);
        let connection = builder
            .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // What goes wrong on a connection is the client's to notice: it broke off or spoke no HTTP.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are written whole, so there is nothing to gather.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(AFTER_A_FAILED_ACCEPT).await;
            None
        }
    }
}

//! Takes connections and hands their requests to the router: at most so many at once, none that dawdles, and at the end
//! each open one gets its time to finish. HTTP/1.1 only: TLS, and with it HTTP/2, ends at the proxy in front.

use crate::{
    config::Limits,
    shutdown::{self, Stop},
};
use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower_http::add_extension::AddExtension;

/// The largest headers, in bytes; cookies and a long address fit many times.
const HEADERS_MAX: usize = 16 * 1024;
/// How long to wait after the system refused a connection (no file handles), so as not to spin.
const AFTER_A_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Serves until told to stop, then waits for open requests, at most as long as the limits say.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: Stop) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut wanted = pin!(shutdown::wanted(stop.clone()));
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut wanted => break,
            accepted = accept(&listener, &places) => accepted,
        };
        if let Some((stream, peer, place)) = accepted {
            let service = AddExtension::new(router.clone(), ConnectInfo(peer));
            let (headers, stop) = (limits.headers, stop.clone());
            tokio::spawn(async move {
                converse(stream, service, headers, stop).await;
                drop(place);
            });
        }
    }
    drop(listener);
    // Once every place is free, every connection has ended.
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.drain, places.acquire_many(all))
        .await
        .is_err()
    {
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

/// Answers the requests of one connection. The time for headers runs from its first moment, and again after each answer:
/// who says nothing loses the place.
async fn converse(
    stream: TcpStream,
    service: AddExtension<Router, ConnectInfo<SocketAddr>>,
    headers_within: Duration,
    stop: Stop,
) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(headers_within)
        .max_buf_size(HEADERS_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = pin!(connection.with_upgrades());
    let mut wanted = pin!(shutdown::wanted(stop));
    // What goes wrong on a connection is the client's to notice: it broke off or spoke no HTTP.
    tokio::select! {
        _ = &mut connection => return,
        () = &mut wanted => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

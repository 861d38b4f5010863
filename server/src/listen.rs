//! Takes connections and hands their requests to the router: at most so many at once, none that says nothing or takes
//! nothing, and at the end each open one gets its time to finish. HTTP/1.1 only: TLS, and with it HTTP/2, ends at the proxy in front.

use crate::{
    config::Limits,
    middleware::head,
    shutdown::{self, Stop},
};
use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};
use tower_http::add_extension::AddExtension;

/// The largest head of a request that is read at all, in bytes; what is smaller and still too large is refused with words
/// ([`crate::middleware::head`]).
const HEAD_READ: usize = 8 * head::HEAD_MAX;
/// The most headers that are read at all.
const HEADERS_READ: usize = 10 * head::HEADERS_MAX;
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
            let stream = Impatient::new(stream, limits.request);
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
/// who says nothing loses the place, and so does who takes nothing.
async fn converse(
    stream: Impatient,
    service: AddExtension<Router, ConnectInfo<SocketAddr>>,
    headers_within: Duration,
    stop: Stop,
) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(headers_within)
        .max_buf_size(HEAD_READ)
        .max_headers(HEADERS_READ);
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

/// A connection that breaks off when nothing of what is to be sent went out for so long: the other side does not read, and
/// would keep its place, and the answer in memory, for ever. (The system takes more only once a good part of its buffer is
/// free, so reading a byte now and then does not count as progress.)
pub(crate) struct Impatient {
    stream: TcpStream,
    within: Duration,
    /// Runs while something waits to be sent.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn new(stream: TcpStream, within: Duration) -> Self {
        Self {
            stream,
            within,
            stuck: None,
        }
    }

    /// The connection itself, of which nobody takes the time any more.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// What an attempt to send came to: progress stops the time, none lets it run.
    fn sent(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if sent.is_ready() {
            self.stuck = None;
            return sent;
        }
        let within = self.within;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(within)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.sent(cx, sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.sent(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // A socket has nothing to flush, and its end is sent without waiting for the other side.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

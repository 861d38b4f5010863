//! A network that carries little at a time.

use super::{Desk, peer::Peer};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Passes bytes on, so many at a time, until one side ends. The opening goes through whole: the test's client takes one that
/// comes in crumbs for an attack.
async fn trickle(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, at_once: usize) {
    let mut opening = vec![0; 8192];
    let count = from.read(&mut opening).await.unwrap_or(0);
    if to.write_all(&opening[..count]).await.is_err() {
        return;
    }
    let mut piece = vec![0; at_once];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        if to.write_all(&piece[..count]).await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
}

/// A line to a server that carries so many bytes at a time, for one connection.
async fn narrow_line(server: SocketAddr, at_once: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.expect("a client");
        let server = TcpStream::connect(server).await.expect("the server");
        for stream in [&client, &server] {
            stream.set_nodelay(true).expect("an option");
        }
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::spawn(trickle(from_client, to_server, at_once));
        tokio::spawn(trickle(from_server, to_client, at_once));
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_network_that_carries_a_few_bytes_at_a_time_everything_arrives() {
    let desk = Desk::open().await;
    let origin = format!("http://localhost:{}", desk.server.address.port());
    let mut quick = desk.peer().await;
    quick.until_synced().await;
    quick.insert(0, &"what was there before ".repeat(200)).await;
    quick.until_kept().await;
    for at_once in [1, 3, 61] {
        let line = narrow_line(desk.server.address, at_once).await;
        let room = format!("{}?ack=1", desk.record);
        let headers = [("cookie", desk.cookie.as_str()), ("origin", origin.as_str())];
        let mut slow = Peer::connect(line, &room, &headers).await.expect("a socket");
        slow.until("what was there", |slow| slow.read() == quick.read()).await;
        let (own, theirs) = (format!("slowly, {at_once} "), format!("quickly, {at_once} "));
        slow.insert(0, &own.repeat(100)).await;
        quick.insert(0, &theirs.repeat(100)).await;
        quick.until_kept().await;
        slow.until_kept().await;
        let both = |peer: &Peer| {
            let text = peer.read();
            text.matches(&own).count() == 100 && text.matches(&theirs).count() == 100
        };
        slow.until("what the other wrote", both).await;
        quick.until("what came slowly", both).await;
        assert_eq!(slow.read(), quick.read(), "{at_once} at a time");
    }
    drop(quick);
    desk.server.stop().await;
}

//! One open socket: messages go to the room as they come, and from it as fast as the other side reads. A page's has no room,
//! and carries nothing but its end.

use super::{
    frames::{Heard, Incoming, Wrong},
    line::Wire,
};
use crate::rooms;
use services::{Closing, Line as _, Seat};
use std::{
    cell::RefCell,
    future::poll_fn,
    io::{self, ErrorKind},
    net::TcpStream as Stream,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead as _, ReadBuf},
    net::{TcpStream, tcp::OwnedReadHalf},
};

/// How often it is looked whether a connection says something and takes what it is sent. (Clients send their presence every
/// 15 seconds, browsers answer pings.)
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// A connection that said nothing for so many looks is asked whether it is there, and then is gone.
const ASK_AFTER: u32 = 1;
const GONE_AFTER: u32 = 3;
/// How long the close frame, and what was to be sent before it, may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// The code for a message that is larger than what is read at all.
const TOO_LARGE: Closing = Closing {
    code: 4413,
    reason: "frame_size",
};
/// The code of RFC 6455 for what is no WebSocket.
const PROTOCOL_ERROR: Closing = Closing {
    code: 1002,
    reason: "not a WebSocket frame",
};
/// The code of RFC 6455 for a goodbye without one.
const NORMAL: u16 = 1000;
/// How much is read at once.
const CHUNK: usize = 64 * 1024;

thread_local! {
    /// Everybody reads into the same memory: what a connection says is handed on before another is read.
    static CHUNKS: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK]);
}

/// A connection after its upgrade.
pub(super) struct Upgraded {
    pub(super) stream: Stream,
    /// What came before the upgrade was through. A copy: the buffer that it came in is large.
    pub(super) early: Vec<u8>,
}

/// The receiving half.
struct Ear<'a> {
    stream: OwnedReadHalf,
    incoming: Incoming,
    wire: &'a Wire,
    heard: &'a AtomicBool,
}

/// What ends a conversation.
#[derive(Clone, Copy)]
enum End {
    /// The client said goodbye; its code.
    Goodbye(u16),
    /// The client is gone, or counts as gone.
    Gone,
    Wrong(Wrong),
}

/// Carries messages both ways until one side ends it. To be called where the seat's place is.
pub(super) async fn talk(upgraded: Upgraded, wire: Arc<Wire>, seat: Seat, largest: usize) {
    let Ok(stream) = TcpStream::from_std(upgraded.stream) else {
        return;
    };
    let (stream, sending) = stream.into_split();
    wire.open(sending);
    let heard = AtomicBool::new(true);
    let mut ear = Ear {
        stream,
        incoming: Incoming::new(largest),
        wire: &wire,
        heard: &heard,
    };
    let end = tokio::select! {
        end = ear.listen(upgraded.early, &seat) => end,
        () = wire.drain() => End::Gone,
        () = silence(&heard, &wire) => End::Gone,
        () = cut_off(&wire) => End::Gone,
    };
    drop(seat);
    match end {
        End::Goodbye(code) => wire.say_goodbye(code, ""),
        End::Wrong(Wrong::TooLarge) => wire.close(TOO_LARGE),
        End::Wrong(Wrong::Protocol) => wire.close(PROTOCOL_ERROR),
        End::Gone => {}
    }
    ear.part(matches!(end, End::Goodbye(_))).await;
}

/// Tells somebody at once why not.
pub(super) async fn turn_away(upgraded: Upgraded, closing: Closing) {
    let Ok(stream) = TcpStream::from_std(upgraded.stream) else {
        return;
    };
    let (stream, sending) = stream.into_split();
    let (wire, heard) = (Wire::default(), AtomicBool::new(true));
    wire.open(sending);
    wire.close(closing);
    let mut ear = Ear {
        stream,
        incoming: Incoming::new(0),
        wire: &wire,
        heard: &heard,
    };
    ear.part(false).await;
}

impl Ear<'_> {
    /// Hands over what comes, until nothing does.
    async fn listen(&mut self, mut early: Vec<u8>, seat: &Seat) -> End {
        let mut end = self.take(&mut early, seat);
        drop(early);
        loop {
            if let Some(end) = end {
                return end;
            }
            if seat.is_full() {
                seat.until_less().await;
            }
            let heard = poll_fn(|cx| self.poll_chunk(cx, |ear, chunk| ear.take(chunk, seat))).await;
            end = heard.unwrap_or(Some(End::Gone));
        }
    }

    /// Says goodbye if that was said, and waits for the other side's: a connection that is dropped while something it sent is
    /// unread is reset, and a reset overtakes what was sent last.
    async fn part(&mut self, heard_theirs: bool) {
        let wire = self.wire;
        let goodbye = async {
            wire.drain().await;
            if heard_theirs {
                return;
            }
            while poll_fn(|cx| self.poll_chunk(cx, Self::goes_on)).await.unwrap_or(false) {}
        };
        if wire.says_goodbye() {
            let _ = tokio::time::timeout(CLOSE_WITHIN, goodbye).await;
        }
        wire.shut();
    }

    /// Whether the other side has not said goodbye yet.
    fn goes_on(&mut self, chunk: &mut [u8]) -> bool {
        let mut gone = false;
        // After a frame that could not be read there is nothing to find: the end of the stream says it.
        let _ = self
            .incoming
            .read(chunk, |heard| gone |= matches!(heard, Heard::Close(_)));
        !gone
    }

    /// Reads once and does something with what came.
    ///
    /// # Errors
    /// At the end of the stream, and when it broke.
    fn poll_chunk<T>(
        &mut self,
        cx: &mut Context<'_>,
        then: impl FnOnce(&mut Self, &mut [u8]) -> T,
    ) -> Poll<io::Result<T>> {
        CHUNKS.with_borrow_mut(|chunk| {
            let mut chunk = ReadBuf::new(chunk);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut chunk))?;
            Poll::Ready(match chunk.filled_mut() {
                [] => Err(ErrorKind::UnexpectedEof.into()),
                filled => Ok(then(self, filled)),
            })
        })
    }

    /// Takes in what was read; how it ends, if it does.
    fn take(&mut self, chunk: &mut [u8], seat: &Seat) -> Option<End> {
        let mut end = None;
        rooms::count_read();
        self.heard.store(true, Ordering::Relaxed);
        let wire = self.wire;
        let read = self.incoming.read(chunk, |heard| match heard {
            _ if end.is_some() => {}
            Heard::Binary(bytes) => seat.frame(bytes),
            Heard::Text => seat.text(),
            Heard::Ping(content) => wire.pong(&content),
            Heard::Pong => {}
            Heard::Close(code) => end = Some(End::Goodbye(code.unwrap_or(NORMAL))),
        });
        end.or(read.err().map(End::Wrong))
    }
}

/// Ends when nobody is there any more, or takes nothing of what waits.
async fn silence(heard: &AtomicBool, wire: &Wire) {
    let mut silent = 0;
    while silent < GONE_AFTER && !wire.is_stuck() {
        tokio::time::sleep(LOOK_EVERY).await;
        silent = if heard.swap(false, Ordering::Relaxed) {
            0
        } else {
            silent + 1
        };
        if silent >= ASK_AFTER {
            wire.ping();
        }
    }
}

/// Ends when the connection was to be closed a while ago.
async fn cut_off(wire: &Wire) {
    wire.ended().await;
    tokio::time::sleep(CLOSE_WITHIN).await;
}

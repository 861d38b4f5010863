//! The sending half of a socket. What a room has to say is written at once, by whoever says it, as long as the other side
//! takes it; only what it does not take waits here for the socket's task.

use super::frames;
use bytes::{Buf as _, Bytes};
use services::{Closing, Line};
use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    io::{ErrorKind, IoSlice},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::{net::tcp::OwnedWriteHalf, sync::Notify};

/// Most bytes that may wait behind what is being sent. A first answer of any size may be put in when nothing waits.
const WAITING_MAX: usize = 4 * 1024 * 1024;
/// What is sent together is copied together up to so many bytes: one copy costs less than a list of pieces.
const TOGETHER_MAX: usize = 32 * 1024;
/// Most pieces that are handed to the system at once.
const PIECES_MAX: usize = 64;

/// The sending half.
#[derive(Default)]
pub(super) struct Wire {
    waiting: Mutex<Waiting>,
    /// Rings when something waits, or the end came.
    stir: Notify,
    /// Rings when the end came.
    over: Notify,
}

#[derive(Default)]
struct Waiting {
    /// Missing until the upgrade is through, and after the conversation.
    stream: Option<OwnedWriteHalf>,
    pieces: VecDeque<Bytes>,
    bytes: usize,
    /// How the connection ends: nothing comes after that.
    end: Option<End>,
    /// Whether something went out, or nothing waited, since this was last asked.
    moved: bool,
}

/// How a connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A goodbye was put behind everything else.
    Goodbye,
    /// The other side is gone.
    Gone,
}

thread_local! {
    /// Where small messages are put together.
    static TOGETHER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Line for Wire {
    fn send(&self, messages: &[Bytes]) -> bool {
        let mut waiting = self.lock();
        if waiting.end.is_some() {
            return true;
        }
        if waiting.bytes > WAITING_MAX {
            return false;
        }
        let bytes: usize = messages.iter().map(Bytes::len).sum();
        if bytes <= TOGETHER_MAX {
            self.send_small(&mut waiting, |out| {
                for message in messages {
                    frames::binary(out, message.len());
                    out.extend_from_slice(message);
                }
            });
        } else {
            for message in messages {
                let mut head = Vec::new();
                frames::binary(&mut head, message.len());
                waiting.push(head.into());
                waiting.push(message.clone());
            }
            waiting.flush();
            drop(waiting);
            self.stir.notify_one();
        }
        true
    }

    fn close(&self, closing: Closing) {
        self.say_goodbye(closing.code, closing.reason);
    }
}

impl Wire {
    /// The upgrade is through: what waits goes out.
    pub(super) fn open(&self, stream: OwnedWriteHalf) {
        let mut waiting = self.lock();
        waiting.stream = Some(stream);
        waiting.flush();
        drop(waiting);
        self.stir.notify_one();
    }

    /// The conversation is over: lets the socket go, whoever still has this.
    pub(super) fn shut(&self) {
        let mut waiting = self.lock();
        waiting.end = Some(End::Gone);
        waiting.stream = None;
        (waiting.pieces, waiting.bytes) = (VecDeque::new(), 0);
    }

    /// Ends the connection after what was sent.
    pub(super) fn say_goodbye(&self, code: u16, reason: &str) {
        let mut waiting = self.lock();
        if waiting.end.is_none() {
            self.send_small(&mut waiting, |out| frames::close(out, code, reason));
            waiting.end.get_or_insert(End::Goodbye);
            drop(waiting);
            self.stir.notify_one();
            self.over.notify_one();
        }
    }

    /// Whether a goodbye was said, or is on its way.
    pub(super) fn says_goodbye(&self) -> bool {
        self.lock().end == Some(End::Goodbye)
    }

    /// Asks whether anybody is there.
    pub(super) fn ping(&self) {
        self.control(frames::ping);
    }

    /// Answers a ping.
    pub(super) fn pong(&self, content: &[u8]) {
        self.control(|out| frames::pong(out, content));
    }

    fn control(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut waiting = self.lock();
        if waiting.end.is_none() && waiting.bytes <= WAITING_MAX {
            self.send_small(&mut waiting, write);
        }
    }

    /// Whether nothing went out since this was last asked although something waits.
    pub(super) fn is_stuck(&self) -> bool {
        let mut waiting = self.lock();
        !std::mem::replace(&mut waiting.moved, false) && waiting.bytes > 0
    }

    /// Sends what waits whenever the other side takes it, until the connection has ended and nothing waits.
    pub(super) async fn drain(&self) {
        loop {
            let (waits, end) = {
                let waiting = self.lock();
                (waiting.bytes > 0 && waiting.stream.is_some(), waiting.end)
            };
            match end {
                Some(End::Gone) => return,
                Some(End::Goodbye) if !waits => return,
                _ if waits => poll_fn(|cx| self.poll_flush(cx)).await,
                _ => self.stir.notified().await,
            }
        }
    }

    /// Waits until the other side takes something, and sends it.
    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.lock();
        let Some(stream) = &waiting.stream else {
            return Poll::Ready(());
        };
        match ready!(stream.as_ref().poll_write_ready(cx)) {
            Ok(()) => waiting.flush(),
            Err(_) => waiting.end = Some(End::Gone),
        }
        Poll::Ready(())
    }

    /// Waits for a goodbye of this side.
    pub(super) async fn ended(&self) {
        while self.lock().end.is_none() {
            self.over.notified().await;
        }
    }

    /// Sends something small: at once if nothing waits before it.
    fn send_small(&self, waiting: &mut Waiting, write: impl FnOnce(&mut Vec<u8>)) {
        TOGETHER.with_borrow_mut(|out| {
            out.clear();
            write(out);
            let mut sent = 0;
            if waiting.bytes == 0
                && let Some(stream) = &waiting.stream
            {
                match stream.try_write(out) {
                    Ok(count) => sent = count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => waiting.end = Some(End::Gone),
                }
            }
            if sent < out.len() {
                waiting.push(Bytes::copy_from_slice(&out[sent..]));
                self.stir.notify_one();
            }
        });
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn push(&mut self, piece: Bytes) {
        self.moved |= self.bytes == 0;
        self.bytes += piece.len();
        self.pieces.push_back(piece);
    }

    /// Hands over what waits, as much as is taken.
    fn flush(&mut self) {
        while let Some(stream) = self.stream.as_ref().filter(|_| self.bytes > 0) {
            let pieces: Vec<_> = self
                .pieces
                .iter()
                .take(PIECES_MAX)
                .map(|piece| IoSlice::new(piece))
                .collect();
            match stream.try_write_vectored(&pieces) {
                Ok(count) => self.is_sent(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.end = Some(End::Gone);
                    return;
                }
            }
        }
    }

    fn is_sent(&mut self, mut count: usize) {
        self.moved |= count > 0;
        self.bytes -= count;
        while let Some(first) = self.pieces.front_mut().filter(|_| count > 0) {
            let part = count.min(first.len());
            first.advance(part);
            count -= part;
            if first.is_empty() {
                self.pieces.pop_front();
            }
        }
        if self.pieces.is_empty() {
            self.pieces = VecDeque::new();
        }
    }
}

//! One open socket: messages go to the room as they come, and from it as fast as the other side reads.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use services::{Closing, Outgoing, Seat};
use std::time::Duration;
use tungstenite::Error as WireError;

/// A connection that said nothing for so long is asked whether it is there.
const ASK_AFTER: Duration = Duration::from_secs(25);
/// A connection that said nothing for so long is gone. (Clients send their presence every 15 seconds, browsers answer pings.)
const GONE_AFTER: Duration = Duration::from_mins(1);
/// How long the close frame, and what was to be sent before it, may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// The code for a message that is larger than what is read at all.
const TOO_LARGE: Closing = Closing {
    code: 4413,
    reason: "frame_size",
};

type Sending = SplitSink<WebSocket, Message>;
type Receiving = SplitStream<WebSocket>;

/// Carries messages both ways until one side ends it.
pub(super) async fn talk(socket: WebSocket, seat: Seat) {
    let (mut sending, mut receiving) = socket.split();
    let closing = tokio::select! {
        closing = listen(&mut receiving, &seat) => closing,
        closing = tell(&mut sending, &seat) => closing,
        // Who does not read cannot be told either.
        () = cut_off(&seat) => None,
    };
    drop(seat);
    if let Some(closing) = closing {
        close(&mut sending, &mut receiving, closing).await;
    }
}

/// Hands over what comes, until nothing does.
async fn listen(receiving: &mut Receiving, seat: &Seat) -> Option<Closing> {
    loop {
        match tokio::time::timeout(GONE_AFTER, receiving.next()).await {
            Ok(Some(Ok(Message::Binary(bytes)))) => seat.frame(bytes).await,
            Ok(Some(Ok(Message::Text(_)))) => seat.text(),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Ok(Some(Err(error))) => return is_too_large(error).then_some(TOO_LARGE),
            Ok(Some(Ok(Message::Close(_))) | None) | Err(_) => return None,
        }
    }
}

/// Sends what is to be sent, and now and then asks whether anybody is there.
async fn tell(sending: &mut Sending, seat: &Seat) -> Option<Closing> {
    loop {
        let Ok(Outgoing { frames, close }) = tokio::time::timeout(ASK_AFTER, seat.next()).await else {
            sending.send(Message::Ping(Bytes::new())).await.ok()?;
            continue;
        };
        for frame in frames {
            sending.feed(Message::Binary(frame)).await.ok()?;
        }
        if close.is_some() {
            return close;
        }
        sending.flush().await.ok()?;
    }
}

/// Ends when the connection was to be closed a while ago.
async fn cut_off(seat: &Seat) {
    seat.closed().await;
    tokio::time::sleep(CLOSE_WITHIN).await;
}

/// Tells somebody at once why not.
pub(super) async fn turn_away(socket: WebSocket, closing: Closing) {
    let (mut sending, mut receiving) = socket.split();
    close(&mut sending, &mut receiving, closing).await;
}

/// Says goodbye, and waits for the other side's: a connection that is dropped while something it sent is unread is reset,
/// and a reset overtakes what was sent last.
async fn close(sending: &mut Sending, receiving: &mut Receiving, closing: Closing) {
    let frame = CloseFrame {
        code: closing.code,
        reason: closing.reason.into(),
    };
    let goodbye = async {
        if sending.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = receiving.next().await {}
        }
    };
    let _ = tokio::time::timeout(CLOSE_WITHIN, goodbye).await;
}

/// Whether a message was larger than what is read.
fn is_too_large(error: axum::Error) -> bool {
    error
        .into_inner()
        .downcast_ref::<WireError>()
        .is_some_and(|error| matches!(error, WireError::Capacity(_)))
}

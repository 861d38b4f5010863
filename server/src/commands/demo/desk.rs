//! Writing in a body as an editor does: sit down in its room, get what is there, send what changes it, wait until it is kept.

use bytes::Bytes;
use collab::{
    document::Replica,
    wire::{self, Reader},
};
use domain::{Caller, document::Document, ports::Random};
use outbound::SystemRandom;
use services::{Ask, Closing, Line, Seat, Services};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// How long a room may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// The state vector of somebody who has nothing.
const NOTHING: &[u8] = &[0];
/// The beginnings of frames: synchronisation, and in it step 2 or an update.
const STEP_2: [u8; 2] = [0, 1];
const UPDATE: [u8; 2] = [0, 2];
/// The beginning of the notice that somebody may write.
const MAY_WRITE: [u8; 3] = [wire::NOTICE, 2, 1];

/// Lets people write in a body, one after the other while all stay seated. `between` is called before each but the first.
///
/// # Errors
/// Why somebody was not let in, or that what they wrote was not kept.
pub(super) async fn write(
    services: &Services,
    ask: Ask,
    writers: &[(Caller, &Document)],
    between: impl Fn(),
) -> Result<(), String> {
    let mut seats = Vec::new();
    for (index, (caller, document)) in writers.iter().enumerate() {
        if index > 0 {
            between();
        }
        let (line, mut heard) = mpsc::unbounded_channel();
        let joined = services.join(caller, ask, Arc::new(Ear(line))).await;
        let seat = joined.map_err(|problem| problem.to_string())?;
        let written = tokio::time::timeout(ANSWER_WITHIN, change(&seat, &mut heard, document)).await;
        written.map_err(|_| "the room does not answer".to_owned())??;
        seats.push((seat, heard));
    }
    drop(seats);
    services.editing_at_rest().await;
    Ok(())
}

/// What a room says to somebody: messages, or why it sends them away.
type Said = Result<Bytes, &'static str>;

/// Hears what a room says to one person.
struct Ear(UnboundedSender<Said>);

impl Line for Ear {
    fn send(&self, messages: &[Bytes]) -> bool {
        // Who hears no more has left.
        for message in messages {
            let _ = self.0.send(Ok(message.clone()));
        }
        true
    }

    fn close(&self, closing: Closing) {
        let _ = self.0.send(Err(closing.reason));
    }
}

/// Makes a body this document, and waits until that is kept.
async fn change(seat: &Seat, heard: &mut UnboundedReceiver<Said>, document: &Document) -> Result<(), String> {
    seat.frame(wire::step_1(NOTHING));
    let mut updates = Vec::new();
    loop {
        let frame = next(heard, |frame| frame.starts_with(&STEP_2) || frame.starts_with(&UPDATE)).await?;
        let mut reader = Reader::new(&frame[STEP_2.len()..]);
        let update = reader.buffer().map_err(|error| error.to_string())?;
        updates.push(frame.slice_ref(update));
        // The first step 2 says that this is all.
        if frame.starts_with(&STEP_2) {
            break;
        }
    }
    let mut replica = Replica::open(client(), &updates).map_err(|error| error.to_string())?;
    seat.frame(wire::update(&replica.change(document)));
    next(heard, |frame| frame.first() == Some(&wire::ACKNOWLEDGEMENT)).await?;
    Ok(())
}

/// The next message of a kind; others are passed over.
async fn next(heard: &mut UnboundedReceiver<Said>, wanted: impl Fn(&Bytes) -> bool) -> Result<Bytes, String> {
    loop {
        match heard.recv().await {
            Some(Ok(message)) if wanted(&message) => return Ok(message),
            Some(Ok(message)) if message.first() == Some(&wire::NOTICE) && !message.starts_with(&MAY_WRITE) => {
                return Err("the room does not take it".to_owned());
            }
            Some(Ok(_)) => {}
            Some(Err(reason)) => return Err(reason.to_owned()),
            None => return Err("the room is gone".to_owned()),
        }
    }
}

/// A Yjs client id, as an editor draws one.
fn client() -> u64 {
    let mut bytes = [0; 4];
    SystemRandom.fill(&mut bytes);
    u32::from_be_bytes(bytes).into()
}

//! A connection's place in a room.

use super::{
    Editing,
    access::{self, Ask},
    journal::Author,
    line::{Closing, Line, NOT_FOUND, SIGNED_OUT, Unread},
    lock,
    room::{Join, Message, RoomSender},
    watch::Watched,
};
use crate::{Services, context::origin};
use bytes::Bytes;
use collab::{ConnId, Joining, Member};
use domain::{AccountId, Caller, Code, Problem};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::runtime::Handle;

/// Most connections of one member.
const PER_MEMBER_MAX: usize = 48;
/// Most connections in all.
const ALL_MAX: usize = 20_000;
/// The beginning of a message that changes a document: synchronisation, update.
const UPDATE: [u8; 2] = [0, 2];

/// The colours of cursors: one for each member, the same everywhere. Each is dark enough for white letters.
const COLOURS: [&str; 10] = [
    "#a33b20", "#8a5a00", "#5c6b00", "#1e7b34", "#00736b", "#0069a8", "#3d55c6", "#7a43b6", "#a6308c", "#6b5b52",
];

/// A place in a room. Dropping it leaves the room.
pub struct Seat {
    services: Services,
    conn: ConnId,
    room: RoomSender,
    place: Handle,
    unread: Arc<Unread>,
    wrote: Arc<AtomicBool>,
}

impl Services {
    /// Lets a caller into the room of a record, which sends over `line` from now on.
    ///
    /// # Errors
    /// [`Code::SignedOut`]; [`Code::NotFound`]; [`Code::TooMany`] connections; [`Code::Unavailable`] when the database
    /// does not answer or the server stops.
    pub async fn join(&self, caller: &Caller, ask: Ask, line: Arc<dyn Line>) -> Result<Seat, Problem> {
        let admission = access::admit(self, caller, &ask).await?;
        let editing = &self.inner.editing;
        let account = admission.person.account;
        let (own, all) = editing.seats_of(account);
        if own >= PER_MEMBER_MAX || all >= ALL_MAX {
            return Err(Problem::new(Code::TooMany)
                .with_detail("Too many documents are open. Close some of them.")
                .with_retry_after_seconds(5));
        }
        let names = self.names_of(&[account]).await.map_err(|failure| failure.problem)?;
        let conn = editing.connection();
        let author = Arc::new(Author {
            account,
            session: admission.person.session,
            origin: origin(caller),
            request: caller.request,
        });
        let joining = Joining {
            conn,
            member: Arc::new(Member {
                account,
                name: names.get(&account).map_or("", String::as_str).into(),
                colour: colour(account).into(),
            }),
            access: admission.access,
            schema: ask.schema,
            ack: ask.ack,
            gather: ask.gather,
        };
        let message = Message::Join(Box::new(Join {
            joining,
            line: Arc::clone(&line),
            author,
        }));
        let (room, place) = editing
            .join(self, &admission.placement, ask.record, message)
            .ok_or_else(|| Problem::new(Code::Unavailable).with_retry_after_seconds(2))?;
        let wrote = Arc::new(AtomicBool::new(false));
        let watched = Watched {
            room: (admission.placement.workspace, ask.record),
            account,
            session: admission.person.session,
            placement: admission.placement,
            epoch: admission.epoch,
            sender: room.clone(),
            line,
            wrote: Arc::clone(&wrote),
        };
        lock(&editing.seats).insert(conn, watched);
        // Whatever changed since it was decided is seen now.
        editing.look();
        Ok(Seat {
            services: self.clone(),
            conn,
            room,
            place,
            unread: Arc::default(),
            wrote,
        })
    }

    /// The largest message that is read from a connection, in bytes; the room itself says what is too large for it.
    pub fn largest_frame(&self) -> usize {
        self.inner.editing.limits.frame_bytes + 1024
    }
}

impl Seat {
    /// Where the room is worked on: a connection that is read there costs no message between threads.
    pub fn place(&self) -> &Handle {
        &self.place
    }

    /// Hands a binary message to the room.
    pub fn frame(&self, bytes: Bytes) {
        if bytes.starts_with(&UPDATE) {
            self.wrote.store(true, Ordering::Relaxed);
        }
        let share = self.unread.share(bytes.len());
        let _ = self.room.send(Message::Frame(self.conn, bytes, share));
    }

    /// Whether so much of this connection waits for the room that nothing more is to be read from it.
    pub fn is_full(&self) -> bool {
        self.unread.is_much()
    }

    /// Waits until more may be read. For one who waits.
    pub async fn until_less(&self) {
        self.unread.until_less().await;
    }

    /// Tells the room of a text message, which no client of ours sends.
    pub fn text(&self) {
        let _ = self.room.send(Message::Text(self.conn));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let editing: &Editing = &self.services.inner.editing;
        let _ = self.room.send(Message::Left(self.conn));
        lock(&editing.seats).remove(&self.conn);
        editing.look();
    }
}

/// How a connection ends that was not let in, for what a client can tell apart only by the code; others get the problem as
/// the answer to their request, and try again by themselves.
pub fn closing_of(problem: &Problem) -> Option<Closing> {
    match problem.code {
        Code::SignedOut => Some(SIGNED_OUT),
        Code::NotFound | Code::Forbidden => Some(NOT_FOUND),
        _ => None,
    }
}

fn colour(account: AccountId) -> &'static str {
    let index = account.0.as_u128() % COLOURS.len() as u128;
    COLOURS[usize::try_from(index).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of white on a colour, after WCAG 2.2.
    fn contrast_with_white(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hex")) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        1.05 / (0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) + 0.05)
    }

    #[test]
    fn white_letters_are_readable_on_every_colour() {
        for colour in COLOURS {
            assert!(contrast_with_white(colour) >= 4.5, "{colour}");
        }
    }
}

//! A connection's place: in a room, or at a page that shows no text.

use super::{
    Editing,
    access::{self, Ask},
    journal::Author,
    line::{Closing, Line, NOT_FOUND, SIGNED_OUT, Unread},
    lock,
    room::{Join, Message, RoomSender},
    seats::{Inside, Kind, Watched},
};
use crate::{Services, context::origin, dispatch};
use bytes::Bytes;
use collab::{ConnId, Joining, Member};
use domain::{AccountId, Caller, Code, Operation, Problem, WorkspaceId, ops::GetWorkspace};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::runtime::Handle;

/// The beginning of a message that changes a document: synchronisation, update.
const UPDATE: [u8; 2] = [0, 2];

/// The colours of cursors: one for each member, the same everywhere. Each is dark enough for white letters.
const COLOURS: [&str; 10] = [
    "#a33b20", "#8a5a00", "#5c6b00", "#1e7b34", "#00736b", "#0069a8", "#3d55c6", "#7a43b6", "#a6308c", "#6b5b52",
];

/// A place that is watched over. Dropping it leaves it.
pub struct Seat {
    services: Services,
    conn: ConnId,
    /// None at a page, where nothing is said.
    room: Option<Room>,
    place: Handle,
}

/// The way into the room of a seat.
struct Room {
    sender: RoomSender,
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
        if !lock(&editing.seats).has_room_for(account, Kind::Text) {
            return Err(too_many_texts());
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
        let (sender, place) = editing
            .join(self, &admission.placement, ask.record, message)
            .ok_or_else(stopping)?;
        let wrote = Arc::new(AtomicBool::new(false));
        let watched = Watched {
            workspace: admission.placement.workspace,
            account,
            session: admission.person.session,
            epoch: admission.epoch,
            line,
            inside: Some(Box::new(Inside {
                record: ask.record,
                placement: admission.placement,
                sender: sender.clone(),
                wrote: Arc::clone(&wrote),
            })),
        };
        if !lock(&editing.seats).insert(conn, watched) {
            // Others came in meanwhile. The room may have been opened for this one alone, and is to end.
            let _ = sender.send(Message::Left(conn));
            return Err(too_many_texts());
        }
        let room = Room {
            sender,
            unread: Arc::default(),
            wrote,
        };
        let seat = Seat {
            services: self.clone(),
            conn,
            room: Some(room),
            place,
        };
        self.look_at_seat(conn).await;
        Ok(seat)
    }

    /// Gives a caller's open page of a workspace a place without a room. Nothing is ever said over `line`; it is closed once
    /// the caller may not see the workspace any more, by whoever that was changed, or is signed out.
    ///
    /// # Errors
    /// [`Code::SignedOut`]; [`Code::NotFound`] for a workspace that is not there or not the caller's, which are not told
    /// apart; [`Code::TooMany`] connections; [`Code::Unavailable`] when the database does not answer or the server stops.
    pub async fn attend(&self, caller: &Caller, workspace: WorkspaceId, line: Arc<dyn Line>) -> Result<Seat, Problem> {
        let admitted = dispatch::admit(self, caller, &GetWorkspace::META, Some(workspace), None).await?;
        let person = access::person(&admitted.actor)?;
        let editing = &self.inner.editing;
        let conn = editing.connection();
        let watched = Watched {
            workspace,
            account: person.account,
            session: person.session,
            epoch: admitted.epoch,
            line,
            inside: None,
        };
        {
            let mut seats = lock(&editing.seats);
            if editing.stopping.load(Ordering::SeqCst) {
                return Err(stopping());
            }
            if !seats.insert(conn, watched) {
                return Err(too_many("Too many pages are open. Close some of them."));
            }
        }
        // From here on it is left when this is not waited for to the end.
        let seat = Seat {
            services: self.clone(),
            conn,
            room: None,
            place: editing.main().clone(),
        };
        self.look_at_seat(conn).await;
        Ok(seat)
    }

    /// The largest message that is read from a connection, in bytes; the room itself says what is too large for it.
    pub fn largest_frame(&self) -> usize {
        self.inner.editing.limits.frame_bytes + 1024
    }
}

impl Seat {
    /// Where the connection is to be read: with its room, so that it costs no message between threads.
    pub fn place(&self) -> &Handle {
        &self.place
    }

    /// Hands a binary message to the room.
    pub fn frame(&self, bytes: Bytes) {
        let Some(room) = &self.room else { return };
        if bytes.starts_with(&UPDATE) {
            room.wrote.store(true, Ordering::Relaxed);
        }
        let share = room.unread.share(bytes.len());
        let _ = room.sender.send(Message::Frame(self.conn, bytes, share));
    }

    /// Whether so much of this connection waits for the room that nothing more is to be read from it.
    pub fn is_full(&self) -> bool {
        self.room.as_ref().is_some_and(|room| room.unread.is_much())
    }

    /// Waits until more may be read. For one who waits.
    pub async fn until_less(&self) {
        if let Some(room) = &self.room {
            room.unread.until_less().await;
        }
    }

    /// Tells the room of a text message, which no client of ours sends.
    pub fn text(&self) {
        if let Some(room) = &self.room {
            let _ = room.sender.send(Message::Text(self.conn));
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let editing: &Editing = &self.services.inner.editing;
        if let Some(room) = &self.room {
            let _ = room.sender.send(Message::Left(self.conn));
        }
        lock(&editing.seats).remove(self.conn);
        // Only who waits for rest, or the end, needs to know that a page was closed.
        if self.room.is_some() || editing.stopping.load(Ordering::SeqCst) {
            editing.look();
        }
    }
}

fn too_many_texts() -> Problem {
    too_many("Too many documents are open. Close some of them.")
}

fn too_many(detail: &str) -> Problem {
    Problem::new(Code::TooMany)
        .with_detail(detail)
        .with_retry_after_seconds(5)
}

/// The server stops and comes back.
fn stopping() -> Problem {
    Problem::new(Code::Unavailable).with_retry_after_seconds(2)
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

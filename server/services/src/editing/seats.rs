//! Who sits where: at a text, or at a page of a workspace that shows none. Both are watched over in the same way; no more
//! of either than the server carries.

use super::{
    RoomKey,
    line::Line,
    room::{Message, RoomSender},
};
use collab::{Access, ConnId};
use domain::{AccountId, RecordId, SessionId, WorkspaceId};
use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
};
use store::{Placement, seats};

/// What somebody sits at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A text, in its room.
    Text,
    /// A page of a workspace. One that shows a text has both.
    Page,
}

impl Kind {
    /// Most connections of one member.
    fn own_max(self) -> usize {
        match self {
            Self::Text => 48,
            Self::Page => 96,
        }
    }

    /// Most connections in all. Together they leave some of the 65,536 file handles that the service is given.
    fn all_max(self) -> usize {
        match self {
            Self::Text => 20_000,
            Self::Page => 40_000,
        }
    }
}

/// A seat that is watched over.
pub(crate) struct Watched {
    pub(crate) workspace: WorkspaceId,
    pub(crate) account: AccountId,
    pub(crate) session: SessionId,
    /// The workspace's count of changes when it was last decided.
    pub(crate) epoch: i64,
    pub(crate) line: Arc<dyn Line>,
    /// Where they sit, if it is at a text. Apart: most seats are at pages.
    pub(crate) inside: Option<Box<Inside>>,
}

/// A seat's room.
pub(crate) struct Inside {
    pub(crate) record: RecordId,
    pub(crate) placement: Placement,
    pub(crate) sender: RoomSender,
    /// Whether its owner wrote something since this was last looked at.
    pub(crate) wrote: Arc<AtomicBool>,
}

impl Watched {
    pub(crate) fn kind(&self) -> Kind {
        match self.inside {
            Some(_) => Kind::Text,
            None => Kind::Page,
        }
    }

    /// What the database is asked about.
    pub(crate) fn known(&self) -> seats::Seat {
        seats::Seat {
            workspace: self.workspace,
            account: self.account,
            session: self.session,
            epoch: self.epoch,
        }
    }

    /// The room, for a seat at a text.
    pub(crate) fn room(&self) -> Option<RoomKey> {
        self.inside.as_ref().map(|inside| (self.workspace, inside.record))
    }
}

/// All seats, and how many there are: to be known for each that comes, also when everybody comes back at once.
#[derive(Default)]
pub(crate) struct Seats {
    watched: HashMap<ConnId, Watched>,
    own: HashMap<(AccountId, Kind), usize>,
    all: HashMap<Kind, usize>,
}

impl Seats {
    /// Whether one more of this kind is carried for somebody.
    pub(crate) fn has_room_for(&self, account: AccountId, kind: Kind) -> bool {
        let own = self.own.get(&(account, kind)).copied().unwrap_or_default();
        own < kind.own_max() && self.count(kind) < kind.all_max()
    }

    /// How many of this kind there are.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.all.get(&kind).copied().unwrap_or_default()
    }

    /// Takes a seat in, if one more of its kind is carried for its owner. Asking and taking are one: however many come at
    /// the same time, no more get in.
    #[must_use]
    pub(crate) fn insert(&mut self, conn: ConnId, watched: Watched) -> bool {
        let (account, kind) = (watched.account, watched.kind());
        if !self.has_room_for(account, kind) {
            return false;
        }
        *self.own.entry((account, kind)).or_default() += 1;
        *self.all.entry(kind).or_default() += 1;
        self.watched.insert(conn, watched);
        true
    }

    pub(crate) fn remove(&mut self, conn: ConnId) {
        let Some(watched) = self.watched.remove(&conn) else {
            return;
        };
        let kind = watched.kind();
        let own = (watched.account, kind);
        if let Some(count) = self.own.get_mut(&own) {
            *count -= 1;
            if *count == 0 {
                self.own.remove(&own);
            }
        }
        if let Some(count) = self.all.get_mut(&kind) {
            *count -= 1;
        }
    }

    /// What is known of whoever sits there.
    pub(crate) fn known(&self, conn: ConnId) -> Option<seats::Seat> {
        self.watched.get(&conn).map(Watched::known)
    }

    /// It was decided anew about a seat at a page, at this count of changes.
    pub(crate) fn decided(&mut self, conn: ConnId, epoch: i64) {
        if let Some(watched) = self.watched.get_mut(&conn) {
            watched.epoch = epoch;
        }
    }

    /// Tells the room of a seat what its owner may do from now on, as it is at the second of two counts of changes. The first
    /// is the one that was known when that was asked: if it was decided again meanwhile, this came late, and is nobody's.
    pub(crate) fn decide(&mut self, conn: ConnId, (known, epoch): (i64, i64), access: Option<Access>) {
        if let Some(watched) = self.watched.get_mut(&conn).filter(|watched| watched.epoch == known)
            && let Some(inside) = &watched.inside
        {
            // Under the lock, so that the room hears of one decision after the other.
            let _ = inside.sender.send(Message::Access(conn, access));
            watched.epoch = epoch;
        }
    }
}

impl Deref for Seats {
    type Target = HashMap<ConnId, Watched>;

    fn deref(&self) -> &Self::Target {
        &self.watched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editing::line::Closing;
    use bytes::Bytes;

    struct Deaf;

    impl Line for Deaf {
        fn send(&self, _: &[Bytes]) -> bool {
            true
        }

        fn close(&self, _: Closing) {}
    }

    fn page(account: u128) -> Watched {
        Watched {
            workspace: WorkspaceId(uuid::Uuid::from_u128(1)),
            account: AccountId(uuid::Uuid::from_u128(account)),
            session: SessionId(uuid::Uuid::from_u128(account)),
            epoch: 0,
            line: Arc::new(Deaf),
            inside: None,
        }
    }

    #[test]
    fn one_member_takes_no_more_places_than_are_given_and_nobody_elses() {
        let mut seats = Seats::default();
        let (ann, bea) = (page(1).account, page(2).account);
        for conn in 0..96 {
            assert!(seats.insert(ConnId(conn), page(1)), "{conn}");
        }
        assert!(!seats.insert(ConnId(96), page(1)));
        assert!(seats.has_room_for(ann, Kind::Text), "a text is counted apart");
        assert!(seats.has_room_for(bea, Kind::Page));
        seats.remove(ConnId(7));
        seats.remove(ConnId(7));
        assert_eq!((seats.count(Kind::Page), seats.len()), (95, 95));
        assert!(seats.has_room_for(ann, Kind::Page));
        for conn in 0..96 {
            seats.remove(ConnId(conn));
        }
        assert!(seats.is_empty() && seats.own.is_empty() && seats.count(Kind::Page) == 0);
    }

    #[test]
    fn the_server_carries_so_many_and_what_it_is_given_suffices() {
        let mut seats = Seats::default();
        for conn in 0..40_000 {
            assert!(seats.insert(ConnId(conn), page(u128::from(conn))));
        }
        let somebody = page(50_000).account;
        assert!(!seats.has_room_for(somebody, Kind::Page));
        assert!(seats.has_room_for(somebody, Kind::Text));
        assert!(Kind::Text.all_max() + Kind::Page.all_max() < 65_536 - 4_096);
    }

    #[test]
    fn a_decision_that_comes_after_a_newer_one_is_nobodys() {
        let (sender, mut inbox) = tokio::sync::mpsc::unbounded_channel();
        let (mut seats, conn) = (Seats::default(), ConnId(1));
        let mut text = page(1);
        text.inside = Some(Box::new(Inside {
            record: RecordId(uuid::Uuid::from_u128(1)),
            placement: Placement::shared(text.workspace),
            sender,
            wrote: Arc::default(),
        }));
        assert!(seats.insert(conn, text));
        // Two looks knew the same, and the one that found less answers last.
        seats.decide(conn, (0, 2), Some(Access::Read));
        seats.decide(conn, (0, 1), Some(Access::Write));
        seats.decide(ConnId(2), (0, 3), None);
        let told = inbox.try_recv().expect("a decision");
        assert!(matches!(told, Message::Access(ConnId(1), Some(Access::Read))));
        assert!(inbox.try_recv().is_err(), "nothing else is said");
        assert_eq!(seats.known(conn).map(|seat| seat.epoch), Some(2));
    }
}

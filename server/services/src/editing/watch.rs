//! Watches over those who sit at a text or a page: that they still may, that their sessions count as used, and that what a crash left of the
//! log is covered.

use super::{
    Editing, RoomKey,
    access::{self, access_of},
    line::{Closing, REVOKED, SIGNED_OUT},
    load, lock,
    room::Message,
    writer::{self, body_scope},
};
use crate::{Services, actor::SESSION_IDLE, context::answered};
use collab::ConnId;
use domain::{Problem, SessionId};
use std::{
    collections::{HashMap, HashSet, hash_map},
    sync::atomic::Ordering,
    time::Duration,
};
use store::{Placement, Reason, Receipt, Scoped, Why, documents, records::ItemRow, seats};
use tokio::sync::watch;

/// How often it is looked whether everybody still may: a change made elsewhere shows within this.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks that were asked for are this far apart at least.
const LOOK_APART: Duration = Duration::from_millis(25);
/// Whoever is suspended or removed is out within this, whoever said so.
const OUT_WITHIN: Duration = Duration::from_secs(1);
// A look that began just before the change sees nothing of it; the next one does, and half of the time is left for that.
const _: () = assert!(2 * LOOK_EVERY.as_millis() <= OUT_WITHIN.as_millis());
const _: () = assert!(LOOK_APART.as_millis() < LOOK_EVERY.as_millis());
/// How often sessions are noted as used, and logs looked through for what a crash left.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

impl Services {
    /// Watches over those who edit until `stop` turns true; then sends everybody away, once what they wrote is kept.
    pub async fn run_editing(&self, stop: watch::Receiver<bool>) {
        // Side by side: what a crash left may take long to cover, and nobody is to stay because of that.
        tokio::join!(self.keep_looking(stop.clone()), self.keep_sweeping(stop));
        self.inner.editing.shut_down().await;
    }

    async fn keep_looking(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            // The connection may have broken since it served last. The next one is another, and so is asked at once.
            let looked = match self.look_at_seats().await {
                Err(_) => self.look_at_seats().await,
                looked => looked,
            };
            if let Err(problem) = looked {
                tracing::warn!(%problem, "it could not be seen whether members still may edit");
            }
            tokio::select! {
                () = self.inner.editing.look.notified() => tokio::time::sleep(LOOK_APART).await,
                () = tokio::time::sleep(LOOK_EVERY) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    async fn keep_sweeping(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            self.sweep_editing().await;
            tokio::select! {
                () = tokio::time::sleep(SWEEP_EVERY) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    /// Looks once whether everybody still may sit where they do, and sends away who may not.
    /// [`run_editing`](Self::run_editing) does it twice a second; this is for one who runs these services alone.
    ///
    /// # Errors
    /// When the database does not answer, or not about somebody: the others were looked at all the same.
    pub async fn look_at_seats(&self) -> Result<(), Problem> {
        let inner = &self.inner;
        // A page and the text on it, and many pages of one browser, are asked about once.
        let mut sitting: HashMap<seats::Seat, Vec<ConnId>> = HashMap::new();
        for (conn, watched) in lock(&inner.editing.seats).iter() {
            let seat = seats::Seat {
                workspace: watched.workspace,
                account: watched.account,
                session: watched.session,
                epoch: watched.epoch,
            };
            sitting.entry(seat).or_default().push(*conn);
        }
        if sitting.is_empty() {
            return Ok(());
        }
        let (known, conns): (Vec<seats::Seat>, Vec<Vec<ConnId>>) = sitting.into_iter().unzip();
        let now = inner.clock.now();
        let (mut items, mut failed) = (HashMap::new(), None);
        for changed in answered(seats::changed(&inner.db, &known, now, now - SESSION_IDLE).await)? {
            for conn in conns.get(changed.index).into_iter().flatten() {
                if let Err(problem) = self.seat_changed(*conn, &changed, &mut items).await {
                    failed = Some(problem);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Decides anew about a seat. Whoever is no member goes whatever else can be found out; only of others is it asked what
    /// they sit at. `items` holds what was found out about records in this look.
    async fn seat_changed(
        &self,
        conn: ConnId,
        changed: &seats::Changed,
        items: &mut HashMap<RoomKey, Option<ItemRow>>,
    ) -> Result<(), Problem> {
        let editing = &self.inner.editing;
        if !changed.signed_in {
            editing.send_away(conn, SIGNED_OUT);
            return Ok(());
        }
        let (seat, pack) = changed.place.as_ref().map(|(seat, pack)| (seat, pack.as_str())).unzip();
        let standing = self.standing_of(pack, seat)?;
        let Some((room, placement)) = editing.sits(conn) else {
            if !access::sees(&standing) {
                editing.send_away(conn, REVOKED);
            }
            lock(&editing.seats).decided(conn, changed.epoch);
            return Ok(());
        };
        let mut access = None;
        if access::sees(&standing) {
            if let hash_map::Entry::Vacant(vacant) = items.entry(room) {
                vacant.insert(access::item(self, &placement, room.1).await?);
            }
            access = access_of(&standing, items.get(&room).and_then(Option::as_ref));
        }
        let mut seats = lock(&editing.seats);
        if let Some(inside) = seats.get(&conn).and_then(|watched| watched.inside.as_ref()) {
            let _ = inside.sender.send(Message::Access(conn, access));
        }
        seats.decided(conn, changed.epoch);
        Ok(())
    }

    /// Notes sessions as used, and covers what a crash left. What does not go through is tried again.
    async fn sweep_editing(&self) {
        if let Err(problem) = self.note_writing().await {
            tracing::warn!(%problem, "sessions were not noted as used");
        }
        if let Err(problem) = self.cover_edits().await {
            tracing::warn!(%problem, "what a crash left of the logs is not covered yet");
        }
    }

    async fn note_writing(&self) -> Result<(), Problem> {
        let inner = &self.inner;
        let writing: HashSet<SessionId> = lock(&inner.editing.seats)
            .values()
            .filter_map(|watched| Some((watched.session, watched.inside.as_ref()?)))
            .filter(|(_, inside)| inside.wrote.swap(false, Ordering::Relaxed))
            .map(|(session, _)| session)
            .collect();
        if writing.is_empty() {
            return Ok(());
        }
        let sessions: Vec<SessionId> = writing.into_iter().collect();
        let mut tx = inner.system(Reason::Edit).await?;
        answered(seats::in_use(&mut tx, &sessions, inner.clock.now()).await)?;
        answered(tx.commit(Receipt::Unaudited(Why::SessionSeen)).await)
    }

    /// Puts on record what logs end with that no event covers, for records that nobody has open here: a server that was
    /// killed left it. Answers how many records there were.
    ///
    /// # Errors
    /// When the database does not answer. Records that cannot be read are passed over, and said in the log.
    pub async fn cover_edits(&self) -> Result<usize, Problem> {
        let inner = &self.inner;
        let mut tx = inner.system(Reason::Edit).await?;
        let waiting = answered(documents::waiting(&mut tx).await)?;
        answered(tx.finish().await)?;
        let open = inner.editing.open_rooms();
        let mut covered = 0;
        for (placement, record) in waiting {
            let workspace = placement.workspace;
            if open.contains(&(workspace, record)) {
                continue;
            }
            // A room that ended just now covers its own.
            inner.editing.written(workspace).await;
            let done = match load::load(self, placement.clone(), record).await {
                Ok(mut loaded) => writer::cover(self, &body_scope(placement), &mut loaded.journal).await,
                Err(failure) => Err(failure),
            };
            match done {
                Ok(()) => covered += 1,
                Err(failure) => tracing::error!(%record, problem = %failure.problem, "a log was not covered"),
            }
        }
        Ok(covered)
    }
}

impl Editing {
    /// The room of a seat at a text, and where its workspace is; `None` for one at a page, and for one that was left.
    fn sits(&self, conn: ConnId) -> Option<(RoomKey, Placement)> {
        let seats = lock(&self.seats);
        let watched = seats.get(&conn)?;
        Some((watched.room()?, watched.inside.as_ref()?.placement.clone()))
    }

    /// Ends the connection of a seat.
    fn send_away(&self, conn: ConnId, closing: Closing) {
        if let Some(watched) = lock(&self.seats).get(&conn) {
            watched.line.close(closing);
            if let Some(inside) = &watched.inside {
                let _ = inside.sender.send(Message::Left(conn));
            }
        }
    }
}

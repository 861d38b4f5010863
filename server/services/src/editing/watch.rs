//! Watches over those who edit: that they still may, that their sessions count as used, and that what a crash left of the
//! log is covered.

use super::{
    RoomKey,
    access::{self, access_of},
    line::{Line, SIGNED_OUT},
    load, lock,
    room::{Message, RoomSender},
    writer::{self, body_scope},
};
use crate::{Services, actor::SESSION_IDLE, context::answered};
use collab::ConnId;
use domain::{AccountId, Problem, SessionId};
use std::{
    collections::{HashMap, HashSet, hash_map},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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

/// A seat that is watched over.
pub(crate) struct Watched {
    pub(crate) room: RoomKey,
    pub(crate) account: AccountId,
    pub(crate) session: SessionId,
    pub(crate) placement: Placement,
    /// The workspace's count of changes when it was last decided.
    pub(crate) epoch: i64,
    pub(crate) sender: RoomSender,
    pub(crate) line: Arc<dyn Line>,
    /// Whether its owner wrote something since this was last looked at.
    pub(crate) wrote: Arc<AtomicBool>,
}

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
        let (conns, known): (Vec<ConnId>, Vec<seats::Seat>) = lock(&inner.editing.seats)
            .iter()
            .map(|(conn, watched)| {
                let seat = seats::Seat {
                    workspace: watched.room.0,
                    account: watched.account,
                    session: watched.session,
                    epoch: watched.epoch,
                };
                (*conn, seat)
            })
            .unzip();
        if known.is_empty() {
            return Ok(());
        }
        let now = inner.clock.now();
        let (mut items, mut failed) = (HashMap::new(), None);
        for changed in answered(seats::changed(&inner.db, &known, now, now - SESSION_IDLE).await)? {
            if let Some(conn) = conns.get(changed.index)
                && let Err(problem) = self.seat_changed(*conn, &changed, &mut items).await
            {
                failed = Some(problem);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Decides anew about a seat. `items` holds what was found out about records in this look.
    async fn seat_changed(
        &self,
        conn: ConnId,
        changed: &seats::Changed,
        items: &mut HashMap<RoomKey, Option<ItemRow>>,
    ) -> Result<(), Problem> {
        let seats = &self.inner.editing.seats;
        let found = lock(seats)
            .get(&conn)
            .map(|watched| (watched.room, watched.placement.clone()));
        let Some((room, placement)) = found else {
            return Ok(());
        };
        if !changed.signed_in {
            if let Some(watched) = lock(seats).get(&conn) {
                watched.line.close(SIGNED_OUT);
                let _ = watched.sender.send(Message::Left(conn));
            }
            return Ok(());
        }
        if let hash_map::Entry::Vacant(vacant) = items.entry(room) {
            vacant.insert(access::item(self, &placement, room.1).await?);
        }
        let (seat, pack) = changed.place.as_ref().map(|(seat, pack)| (seat, pack.as_str())).unzip();
        let standing = self.standing_of(pack, seat)?;
        let access = access_of(&standing, items.get(&room).and_then(Option::as_ref));
        if let Some(watched) = lock(seats).get_mut(&conn) {
            watched.epoch = changed.epoch;
            let _ = watched.sender.send(Message::Access(conn, access));
        }
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
            .filter(|watched| watched.wrote.swap(false, Ordering::Relaxed))
            .map(|watched| watched.session)
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

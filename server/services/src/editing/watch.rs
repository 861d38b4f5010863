//! Watches over those who sit at a text or a page: that they still may, that their sessions count as used, and that what a
//! crash left of the log is covered.
//!
//! A look has two passes. The first asks the database one thing, about everybody, and sends away who is signed out or no
//! member any more. Only then is it decided what the others may do with the texts they sit at, record by record: that may
//! take as long as the database likes, and the next look does not wait for it.

use super::{
    RoomKey,
    access::{self, access_of},
    line::{Closing, REVOKED, SIGNED_OUT},
    load, lock,
    room::Message,
    seats::Seats,
    writer::{self, body_scope},
};
use crate::{Services, actor::SESSION_IDLE, context::answered, standing::Standing};
use collab::ConnId;
use domain::{Problem, SessionId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use store::{Placement, Reason, Receipt, Scoped, Why, documents, seats};
use tokio::{sync::watch, task::JoinSet};

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

/// Who sits where, by what is known of them: a page and the text on it, and many pages of one browser, are asked about once.
type Sitting = HashMap<seats::Seat, Vec<ConnId>>;

/// Somebody at a text who is still a member, and of whom something changed.
struct Staying {
    conn: ConnId,
    /// The count of changes at which it was decided last, and the one at which they stand so.
    known: i64,
    epoch: i64,
    standing: Arc<Standing>,
}

/// What the first pass of a look leaves to be decided.
#[derive(Default)]
struct Looked {
    /// Those at a text, by its room, with where its workspace is.
    texts: HashMap<RoomKey, (Placement, Vec<Staying>)>,
    /// Why somebody was passed over, if that was so.
    failed: Option<Problem>,
}

impl Services {
    /// Watches over those who edit until `stop` turns true; then sends everybody away, once what they wrote is kept.
    pub async fn run_editing(&self, stop: watch::Receiver<bool>) {
        // Side by side: what a crash left may take long to cover, and nobody is to stay because of that.
        tokio::join!(self.keep_looking(stop.clone()), self.keep_sweeping(stop));
        self.inner.editing.shut_down().await;
    }

    async fn keep_looking(&self, mut stop: watch::Receiver<bool>) {
        // At most one. It ends with the watch, at the latest.
        let mut deciding = JoinSet::new();
        while !*stop.borrow() {
            // The connection may have broken since it served last. The next one is another, and so is asked at once.
            let looked = match self.first_pass(self.everybody()).await {
                Err(_) => self.first_pass(self.everybody()).await,
                looked => looked,
            };
            while deciding.try_join_next().is_some() {}
            match looked {
                // Whoever was found while others are still decided about is found again by the next look.
                Ok(looked) if deciding.is_empty() => {
                    let services = self.clone();
                    deciding.spawn(async move {
                        if let Err(problem) = services.second_pass(looked).await {
                            unseen(&problem);
                        }
                    });
                }
                Ok(looked) => looked.failed.iter().for_each(unseen),
                Err(problem) => unseen(&problem),
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
        let looked = self.first_pass(self.everybody()).await?;
        self.second_pass(looked).await
    }

    /// Looks whether somebody who has just come still may: something may have changed since they were let in. What cannot be
    /// found out now is left to the next look at everybody.
    pub(super) async fn look_at_seat(&self, conn: ConnId) {
        let known = lock(&self.inner.editing.seats).known(conn);
        let Some(known) = known else { return };
        let looked = self.first_pass(HashMap::from([(known, vec![conn])])).await;
        if let Ok(looked) = looked
            && let Err(problem) = self.second_pass(looked).await
        {
            unseen(&problem);
        }
    }

    fn everybody(&self) -> Sitting {
        let mut sitting = Sitting::new();
        for (conn, watched) in lock(&self.inner.editing.seats).iter() {
            sitting.entry(watched.known()).or_default().push(*conn);
        }
        sitting
    }

    /// Asks the database one thing, sends away whoever is signed out or no member any more, and says of whom else something
    /// changed. Nothing else is waited for here.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn first_pass(&self, sitting: Sitting) -> Result<Looked, Problem> {
        let (inner, mut looked) = (&self.inner, Looked::default());
        if sitting.is_empty() {
            return Ok(looked);
        }
        let (known, conns): (Vec<seats::Seat>, Vec<Vec<ConnId>>) = sitting.into_iter().unzip();
        let now = inner.clock.now();
        for changed in answered(seats::changed(&inner.db, &known, now, now - SESSION_IDLE).await)? {
            let (Some(known), Some(conns)) = (known.get(changed.index), conns.get(changed.index)) else {
                continue;
            };
            let (seat, pack) = changed.place.as_ref().map(|(seat, pack)| (seat, pack.as_str())).unzip();
            let standing = match self.standing_of(pack, seat) {
                _ if !changed.signed_in => Err(SIGNED_OUT),
                Ok(standing) if access::sees(&standing) => Ok(Arc::new(standing)),
                Ok(_) => Err(REVOKED),
                Err(problem) => {
                    looked.failed = Some(problem);
                    continue;
                }
            };
            let mut seats = lock(&inner.editing.seats);
            for conn in conns {
                match &standing {
                    Err(closing) => send_away(&seats, *conn, *closing),
                    Ok(standing) => looked.stays(&mut seats, *conn, (known.epoch, changed.epoch), standing),
                }
            }
        }
        Ok(looked)
    }

    /// Decides what those who stay may do with their texts. Each record is asked about once, and one about which nothing can
    /// be found out leaves its texts as they are; the next look finds them again.
    ///
    /// # Errors
    /// When somebody was passed over, in this pass or in the first.
    async fn second_pass(&self, looked: Looked) -> Result<(), Problem> {
        let mut failed = looked.failed;
        for (room, (placement, staying)) in looked.texts {
            match access::item(self, &placement, room.1).await {
                Err(problem) => failed = Some(problem),
                Ok(item) => {
                    let mut seats = lock(&self.inner.editing.seats);
                    for one in staying {
                        seats.decide(
                            one.conn,
                            (one.known, one.epoch),
                            access_of(&one.standing, item.as_ref()),
                        );
                    }
                }
            }
        }
        failed.map_or(Ok(()), Err)
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

impl Looked {
    /// Somebody stays, and stands so since the second of two counts of changes; known of them was the first.
    fn stays(&mut self, seats: &mut Seats, conn: ConnId, (known, epoch): (i64, i64), standing: &Arc<Standing>) {
        let Some(watched) = seats.get(&conn) else { return };
        let (Some(room), Some(inside)) = (watched.room(), &watched.inside) else {
            // Of a page nothing else is to be decided.
            seats.decided(conn, epoch);
            return;
        };
        let (_, staying) = self
            .texts
            .entry(room)
            .or_insert_with(|| (inside.placement.clone(), Vec::new()));
        staying.push(Staying {
            conn,
            known,
            epoch,
            standing: Arc::clone(standing),
        });
    }
}

/// Ends the connection of a seat, and lets its room know. Nothing is waited for.
fn send_away(seats: &Seats, conn: ConnId, closing: Closing) {
    if let Some(watched) = seats.get(&conn) {
        watched.line.close(closing);
        if let Some(inside) = &watched.inside {
            let _ = inside.sender.send(Message::Left(conn));
        }
    }
}

fn unseen(problem: &Problem) {
    tracing::warn!(%problem, "it could not be seen of everybody whether they still may stay where they are");
}

//! What goes out, gathered: to the store, and to the connections.

use super::{Incoming, Phase, Room};
use crate::body::{Given, Outcome, Taken};
use crate::{
    event::{CloseCode, ConnId, Effect, Entry, Refusal, earliest},
    limits::Millis,
    wire,
};
use bytes::Bytes;
use std::mem;

/// From this many writers in one flush on, nobody is spared the echo of their own updates (which change nothing): then one
/// frame serves everybody.
const ECHO_FROM: usize = 4;

/// How many updates may wait for what they refer to: each is looked at when something comes.
const WAITING: usize = 1_000;

/// Updates to pass on, each with where it came from.
type Fanout = Vec<(Option<ConnId>, Bytes)>;

impl Room {
    /// When [`poll`](Self::poll) is to be called, unless something happens before. `None`: not before.
    pub fn due(&self) -> Option<Millis> {
        earliest([self.updates_due(), self.awareness_due(), self.acknowledgements_due()])
    }

    /// The first update after a pause goes out at once; what comes soon after it is gathered ([`Gathering`]).
    ///
    /// [`Gathering`]: super::gathering::Gathering
    fn updates_due(&self) -> Option<Millis> {
        (!self.inbox.is_empty()).then(|| self.holds_until().unwrap_or_default())
    }

    /// Until when updates that come are held back, so that looking at them before is of no use. `None`: they go out at once.
    pub fn holds_until(&self) -> Option<Millis> {
        self.gathering.until(self.connections.len(), self.limits.gather)
    }

    /// An acknowledgement travels with the next frame, or by itself if none goes out soon.
    fn acknowledgements_due(&self) -> Option<Millis> {
        let after = |at: Millis| at.plus(self.limits.gather);
        self.untold.then(|| self.sent.map_or(Millis(0), after))
    }

    /// Where somebody stands travels with the next frame once it may be said again, or by itself if none goes out soon.
    fn awareness_due(&self) -> Option<Millis> {
        let after = |at: Millis| at.plus(self.limits.gather);
        Some(self.states_due()?.max(self.sent.map_or(Millis(0), after)))
    }

    /// From when on somebody's state may be said that has changed: the more are there, the less often each is spoken of.
    fn states_due(&self) -> Option<Millis> {
        let open = matches!(self.phase, Phase::Open(_));
        let every = self.awareness_every();
        self.presence.due(every).filter(|_| open)
    }

    /// For how many milliseconds a client is not spoken of again.
    fn awareness_every(&self) -> u64 {
        self.limits.gather_awareness * (self.connections.len() as u64 / 20).clamp(1, 10)
    }

    /// Does what is due: puts updates in place, hands them to the store and to the others, acknowledges, says who is where.
    pub fn poll(&mut self, now: Millis, out: &mut Vec<Effect>) {
        let mut fanout = Fanout::new();
        if self.updates_due().is_some_and(|due| due <= now) {
            self.gathering.goes_out(now, self.inbox.len(), self.limits.gather);
            fanout = self.integrate(out);
        }
        let is_due = |due: Option<Millis>| due.is_some_and(|due| due <= now);
        let (states, acknowledge) = (is_due(self.awareness_due()), is_due(self.acknowledgements_due()));
        if !fanout.is_empty() || states || acknowledge {
            let open = matches!(self.phase, Phase::Open(_));
            let every = self.awareness_every();
            let states = open.then(|| self.presence.changes(now, every)).flatten();
            self.sent = Some(now);
            self.spread(&fanout, states.as_ref(), out);
        }
        self.end_if_idle(out);
    }

    /// Puts everything in place and hands it to the store and the others at once.
    pub(super) fn flush_updates(&mut self, out: &mut Vec<Effect>) {
        let fanout = self.integrate(out);
        self.spread(&fanout, None, out);
    }

    fn end_if_idle(&mut self, out: &mut Vec<Effect>) {
        if !self.is_idle() || matches!(self.phase, Phase::New) {
            return;
        }
        if let Phase::Over { announced: true } = self.phase {
            return;
        }
        self.phase = Phase::Over { announced: true };
        out.push(Effect::Ended);
    }

    /// Puts what came in into the body and into the store's queue; returns what others are to get.
    fn integrate(&mut self, out: &mut Vec<Effect>) -> Fanout {
        let inbox = mem::take(&mut self.inbox);
        self.inbox_bytes = 0;
        let Phase::Open(body) = &mut self.phase else {
            return Fanout::new();
        };
        if inbox.is_empty() {
            return Fanout::new();
        }
        let given = inbox.iter().map(|incoming| Given {
            update: &incoming.update,
            outline: &incoming.outline,
            stored: incoming.from.is_none(),
        });
        let taken = match body.integrate(given) {
            Ok(taken) => taken,
            Err(harm) => {
                if let Some((conn, _)) = inbox[harm.index].from {
                    self.harmful(conn, out);
                }
                self.fail("unfit", out);
                return Fanout::new();
            }
        };
        let mut fanout = Fanout::new();
        let mut entries = Vec::new();
        let (mut waiters, mut harmful) = (Vec::new(), Vec::new());
        for (incoming, taken) in inbox.into_iter().zip(taken) {
            let conn = incoming.from.map(|(conn, _)| conn);
            match taken.outcome {
                Outcome::Waiting => waiters.extend(conn),
                Outcome::Refused => harmful.extend(conn),
                _ => {}
            }
            self.take(incoming, taken, &mut entries, &mut fanout);
        }
        if !entries.is_empty() {
            out.push(Effect::Append(entries));
        }
        self.settle();
        self.limit_waiting(&waiters, out);
        for conn in harmful {
            self.harmful(conn, out);
        }
        fanout
    }

    /// Somebody sent what no editor sends, to do harm.
    fn harmful(&mut self, conn: ConnId, out: &mut Vec<Effect>) {
        self.refused(conn, Refusal::Malformed, out);
        self.close(conn, CloseCode::Malformed, "harmful", out);
    }

    /// Others are handed what was put in place. The store keeps that, and what waits as it came.
    fn take(&mut self, incoming: Incoming, taken: Taken, entries: &mut Vec<Entry>, fanout: &mut Fanout) {
        let Incoming {
            from,
            account,
            update,
            frame,
            ..
        } = incoming;
        let conn = from.map(|(conn, _)| conn);
        let (handed, kept) = match taken.outcome {
            Outcome::New => (Some(frame.unwrap_or_else(|| wire::update(&update))), Some(update)),
            Outcome::Mended(mended) => (Some(wire::update(&mended)), Some(mended)),
            Outcome::Waiting => (None, Some(update)),
            Outcome::Known | Outcome::Refused => (None, None),
        };
        fanout.extend(handed.map(|frame| (conn, frame)));
        fanout.extend(taken.parts.iter().map(|part| (None, wire::update(part))));
        if let (Some(conn), Some(account), Some(update)) = (conn, account, kept) {
            self.sequence += 1;
            entries.push(Entry {
                sequence: self.sequence,
                conn,
                account,
                update,
            });
        }
        if let Some((conn, number)) = from
            && let Some(connection) = self.connections.get_mut(&conn)
        {
            // What was known before may still be on its way to the store, from somebody else.
            connection.wait(self.sequence, number);
        }
    }

    /// Closes connections whose updates refer to what nobody has, when too much of that has gathered. It is kept all the same.
    fn limit_waiting(&mut self, waiters: &[ConnId], out: &mut Vec<Effect>) {
        let limit = self.limits.pending_bytes;
        let Phase::Open(body) = &self.phase else { return };
        if !waiters.is_empty() && (body.waiting_bytes() > limit || body.waiting() > WAITING) {
            for conn in waiters {
                self.over_limit(*conn, "document_pending", limit, CloseCode::TooFast, out);
            }
        }
    }

    /// Works out what connections can be told is durable.
    pub(super) fn settle(&mut self) {
        for connection in self.connections.values_mut() {
            connection.settle(self.durable);
            self.untold |= connection.ack && connection.durable > connection.told;
        }
    }

    /// Sends to each connection what others wrote, how much of its own is durable, and who is where.
    fn spread(&mut self, fanout: &Fanout, states: Option<&Bytes>, out: &mut Vec<Effect>) {
        self.untold = false;
        let mut writers: Vec<_> = fanout.iter().filter_map(|(conn, _)| *conn).collect();
        writers.sort_unstable();
        writers.dedup();
        let mut joined = None;
        for (conn, connection) in &mut self.connections {
            let own = writers.len() < ECHO_FROM && writers.contains(conn);
            let theirs = fanout
                .iter()
                .filter(|(from, _)| !own || *from != Some(*conn))
                .map(|(_, frame)| frame);
            let mut frames = if !connection.gather || fanout.len() < 2 {
                theirs.cloned().collect()
            } else if own {
                let mine = theirs.fold(Vec::new(), |mut all, frame| {
                    all.extend_from_slice(frame);
                    all
                });
                if mine.is_empty() {
                    Vec::new()
                } else {
                    vec![Bytes::from(mine)]
                }
            } else {
                let all = joined.get_or_insert_with(|| {
                    let frames: Vec<_> = fanout.iter().map(|(_, frame)| &frame[..]).collect();
                    Bytes::from(frames.concat())
                });
                vec![all.clone()]
            };
            if connection.ack && connection.durable > connection.told {
                connection.told = connection.durable;
                frames.push(wire::acknowledgement(connection.durable));
            }
            frames.extend(states.cloned());
            if !frames.is_empty() {
                out.push(Effect::Send { conn: *conn, frames });
            }
        }
    }
}

//! What connections say.

use super::{AUDIT_EVERY, Incoming, Phase, Room};
use crate::{
    BodyError,
    event::{CloseCode, ConnId, Effect, Refusal},
    limits::Millis,
    presence::Said,
    scan::{Outline, scan},
    wire::{self, Message, Messages, Notice},
};
use bytes::Bytes;

impl Room {
    pub(super) fn frame(&mut self, now: Millis, conn: ConnId, bytes: Bytes, out: &mut Vec<Effect>) {
        if !self.connections.contains_key(&conn) {
            return;
        }
        let limit = self.limits.frame_bytes;
        if bytes.len() > limit {
            return self.over_limit(conn, "frame_size", limit, CloseCode::TooLarge, out);
        }
        if let Phase::Loading { said, bytes: kept, .. } = &mut self.phase {
            *kept += bytes.len();
            if *kept <= limit.saturating_mul(4) {
                return said.push((conn, bytes));
            }
            *kept -= bytes.len();
            return self.over_limit(conn, "update_rate", limit, CloseCode::TooFast, out);
        }
        for message in Messages::new(&bytes) {
            match message {
                Ok(message) => self.message(now, conn, message, &bytes, out),
                Err(_) => self.malformed(conn, out),
            }
            if !self.connections.contains_key(&conn) {
                return;
            }
        }
    }

    fn message(&mut self, now: Millis, conn: ConnId, message: Message, frame: &Bytes, out: &mut Vec<Effect>) {
        match message {
            Message::Step1(state_vector) => self.step_1(now, conn, &state_vector, out),
            Message::Step2(update) => self.update(now, conn, update, None, out),
            Message::Update(update) => {
                let frame = wire::is_update_frame(frame, &update).then(|| frame.clone());
                self.update(now, conn, update, frame, out);
            }
            Message::Awareness(states) => self.awareness(now, conn, &states, out),
            Message::QueryAwareness => {
                let everybody = self.presence.everybody();
                self.send(conn, everybody.into_iter().collect(), out);
            }
            Message::Unknown => {}
        }
    }

    fn malformed(&mut self, conn: ConnId, out: &mut Vec<Effect>) {
        self.refused(conn, Refusal::Malformed, out);
        self.close(conn, CloseCode::Malformed, "malformed", out);
    }

    pub(super) fn refused(&self, conn: ConnId, refusal: Refusal, out: &mut Vec<Effect>) {
        if let Some(connection) = self.connections.get(&conn) {
            out.push(Effect::Refused {
                conn,
                account: connection.member.account,
                refusal,
                count: 1,
            });
        }
    }

    /// Answers with what the client lacks.
    fn step_1(&mut self, now: Millis, conn: ConnId, state_vector: &Bytes, out: &mut Vec<Effect>) {
        let (Phase::Open(body), Some(connection)) = (&mut self.phase, self.connections.get_mut(&conn)) else {
            return;
        };
        let rate = self.limits.questions;
        if !connection.questions.spend(rate, 1, now) {
            let limit = usize::try_from(rate.burst).unwrap_or(usize::MAX);
            return self.over_limit(conn, "question_rate", limit, CloseCode::TooFast, out);
        }
        match body.difference(state_vector) {
            Ok(updates) => {
                // A client counts itself as up to date from the first step 2 on: that must be the last.
                let (last, others) = updates
                    .split_last()
                    .map_or((None, &[][..]), |(last, others)| (Some(last), others));
                let others = others.iter().map(|update| wire::update(update));
                let frames = others.chain(last.map(|update| wire::step_2(update))).collect();
                self.send(conn, frames, out);
            }
            Err(BodyError::Malformed(_)) => self.malformed(conn, out),
            Err(BodyError::Format | BodyError::Unfit) => self.fail("unfit", out),
        }
    }

    fn update(&mut self, now: Millis, conn: ConnId, update: Bytes, frame: Option<Bytes>, out: &mut Vec<Effect>) {
        let Some(connection) = self.connections.get_mut(&conn) else {
            return;
        };
        let number = connection.sent + 1;
        connection.sent = number;
        let bytes = update.len() as u64;
        let (rate, byte_rate) = (self.limits.updates, self.limits.update_bytes);
        if !connection.updates.spend(rate, 1, now) || !connection.update_bytes.spend(byte_rate, bytes, now) {
            let limit = usize::try_from(rate.per_second).unwrap_or(usize::MAX);
            self.refused(conn, Refusal::Limit, out);
            return self.over_limit(conn, "update_rate", limit, CloseCode::TooFast, out);
        }
        let (may_write, account) = (connection.may_write(), connection.member.account);
        let Ok(outline) = scan(&update, self.limits.update_blocks) else {
            return self.malformed(conn, out);
        };
        if !may_write {
            return self.refuse_reader(now, conn, number, &outline, out);
        }
        let Phase::Open(body) = &mut self.phase else { return };
        // Deleting is always possible, also in a document that is full.
        let limit = self.limits.document_bytes;
        if !outline.inserts.is_empty() && !body.has_room(self.inbox_bytes + update.len(), limit) {
            self.refused(conn, Refusal::Limit, out);
            return self.over_limit(conn, "document_size", limit, CloseCode::TooLarge, out);
        }
        self.inbox_bytes += update.len();
        self.inbox.push(Incoming {
            from: Some((conn, number)),
            account: Some(account),
            update,
            outline,
            frame,
        });
    }

    /// Somebody who may only read sent an update. It goes nowhere; that it was tried is audited, once a minute at most.
    fn refuse_reader(&mut self, now: Millis, conn: ConnId, number: u64, outline: &Outline, out: &mut Vec<Effect>) {
        if outline.is_empty() {
            // The answer of a standard client to a step 1, which says nothing.
            return;
        }
        let Some(connection) = self.connections.get_mut(&conn) else {
            return;
        };
        connection.refused += 1;
        connection.unaudited += 1;
        let (first, ack) = (connection.refused == 1, connection.ack);
        if connection.audited_at.is_none_or(|at| now.since(at) >= AUDIT_EVERY) {
            connection.audited_at = Some(now);
            let count = std::mem::take(&mut connection.unaudited);
            let account = connection.member.account;
            out.push(Effect::Refused {
                conn,
                account,
                refusal: Refusal::ReadOnly,
                count,
            });
        }
        if ack {
            self.send(conn, vec![wire::notice(Notice::Refused(number))], out);
        } else if first {
            self.send(
                conn,
                vec![wire::denied("You may only read this. What you write here is not kept.")],
                out,
            );
        }
    }

    fn awareness(&mut self, now: Millis, conn: ConnId, states: &Bytes, out: &mut Vec<Effect>) {
        let Some(connection) = self.connections.get_mut(&conn) else {
            return;
        };
        let rate = self.limits.awareness;
        if !connection.awareness.spend(rate, 1, now) {
            // What it says next will hold the newest state anyway.
            if !std::mem::replace(&mut connection.told_slow_down, true) {
                let limit = usize::try_from(rate.per_second).unwrap_or(usize::MAX);
                self.tell_limit(conn, "awareness_rate", limit, out);
            }
            return;
        }
        let limit = self.limits.awareness_bytes;
        match self.presence.hear(conn, connection.speaker(), states, limit) {
            Ok(Said::Taken) => {}
            Ok(Said::TooLarge) => self.tell_limit(conn, "awareness_size", limit, out),
            Err(_) => self.malformed(conn, out),
        }
    }

    /// Takes updates of another node. They are durable already.
    pub(super) fn remote(&mut self, updates: Vec<Bytes>, out: &mut Vec<Effect>) {
        match &mut self.phase {
            Phase::Open(_) => {}
            Phase::Loading { remote, .. } => return remote.extend(updates),
            Phase::New | Phase::Over { .. } => return,
        }
        for update in updates {
            let Ok(outline) = scan(&update, usize::MAX) else {
                return self.fail("remote", out);
            };
            self.inbox_bytes += update.len();
            self.inbox.push(Incoming {
                from: None,
                account: None,
                update,
                outline,
                frame: None,
            });
        }
    }
}

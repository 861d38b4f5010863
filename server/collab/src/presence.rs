//! Who is there and where their cursor stands: the awareness of `y-protocols` (`awareness.js`), kept honest. A state carries
//! the name of the member whose connection sent it, whatever the client wrote there, and only its owner can change it. Who may not
//! write says nothing there of words (`app/editor/stranded/`): others would hold them back for it.

use crate::{
    event::{ConnId, Member},
    limits::Millis,
    wire::{self, Malformed, Reader},
};
use bytes::Bytes;
use domain::AccountId;
use std::collections::{BTreeMap, BTreeSet, btree_map};

/// What a page says there of words: whose it brings along, and which it has just brought back.
const OF_WORDS: [&str; 2] = ["for", "back"];

/// For how many clients one connection may speak. Standard clients speak for one.
const CLIENTS: usize = 4;

/// Who speaks on a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speaker<'a> {
    pub(crate) member: &'a Member,
    pub(crate) may_write: bool,
}

/// What became of an awareness message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Taken, or passed over in silence: clients repeat what they hear of others.
    Taken,
    /// A state was larger than allowed.
    TooLarge,
}

#[derive(Debug)]
struct State {
    conn: ConnId,
    account: AccountId,
    clock: u64,
    /// As the client wrote it, but for `user`, which is the server's.
    json: Vec<u8>,
    /// When it was last sent to everybody.
    said: Option<Millis>,
}

/// One who has gone, which not everybody knows yet.
#[derive(Clone, Copy, Debug)]
struct Gone {
    /// The clock under which their state ends.
    clock: u64,
    said: Option<Millis>,
}

/// The states of all clients of a room.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    states: BTreeMap<u64, State>,
    /// Whose state is to be sent, by when it was last sent: who was heard of least comes first.
    dirty: BTreeSet<(Option<Millis>, u64)>,
    /// Of those, who has gone.
    gone: BTreeMap<u64, Gone>,
}

impl Presence {
    /// Takes a message of a connection.
    pub(crate) fn hear(
        &mut self,
        conn: ConnId,
        speaker: Speaker<'_>,
        message: &Bytes,
        limit: usize,
    ) -> Result<Said, Malformed> {
        let mut reader = Reader::new(message);
        let mut said = Said::Taken;
        for _ in 0..reader.integer32()? {
            let client = reader.integer()?;
            let clock = reader.integer()?;
            let json = reader.text()?;
            if json.len() > limit {
                said = Said::TooLarge;
            } else if json == "null" {
                self.forget(conn, client, clock);
            } else if self.may_speak(conn, speaker.member.account, client, clock) {
                let json = stamped(json.as_bytes(), speaker).ok_or(Malformed("a state is not a JSON object"))?;
                let said = match self.gone.remove(&client) {
                    Some(gone) => gone.said,
                    None => self.states.get(&client).and_then(|state| state.said),
                };
                let state = State {
                    conn,
                    account: speaker.member.account,
                    clock,
                    json,
                    said,
                };
                self.states.insert(client, state);
                self.dirty.insert((said, client));
            }
        }
        Ok(said)
    }

    /// A client belongs to the connection that spoke for it first. The same member may take it along to a new connection, when
    /// the old one is not known to be dead yet.
    fn may_speak(&self, conn: ConnId, account: AccountId, client: u64, clock: u64) -> bool {
        match self.states.get(&client) {
            Some(state) if state.conn == conn => clock >= state.clock,
            Some(state) => state.account == account && clock > state.clock,
            None => self.states.values().filter(|state| state.conn == conn).count() < CLIENTS,
        }
    }

    fn forget(&mut self, conn: ConnId, client: u64, clock: u64) {
        if let btree_map::Entry::Occupied(entry) = self.states.entry(client)
            && entry.get().conn == conn
            && clock >= entry.get().clock
        {
            let said = entry.remove().said;
            self.dirty.insert((said, client));
            self.gone.insert(client, Gone { clock, said });
        }
    }

    /// A connection is gone, and with it everybody it spoke for.
    pub(crate) fn leave(&mut self, conn: ConnId) {
        let of_conn = |(client, state): (&u64, &State)| (state.conn == conn).then_some((*client, state.clock));
        let clients: Vec<_> = self.states.iter().filter_map(of_conn).collect();
        for (client, clock) in clients {
            self.forget(conn, client, clock);
        }
    }

    /// A member's name changed, or whether they may write: what is said of them is said again.
    pub(crate) fn restamp(&mut self, conn: ConnId, speaker: Speaker<'_>) {
        for (client, state) in self.states.iter_mut().filter(|(_, state)| state.conn == conn) {
            // A state with a clock that a client has seen is passed over by it.
            state.clock += 1;
            state.json = stamped(&state.json, speaker).unwrap_or_default();
            self.dirty.insert((state.said, *client));
        }
    }

    /// From when on something is to be said that has changed, when no client is spoken of more often than every so many
    /// milliseconds.
    pub(crate) fn due(&self, every: u64) -> Option<Millis> {
        let (said, _) = self.dirty.first()?;
        Some(said.map_or(Millis(0), |at| at.plus(every)))
    }

    /// What changed and is due, as one message for everybody: of each client the newest state, so that what came in between is
    /// never sent.
    pub(crate) fn changes(&mut self, now: Millis, every: u64) -> Option<Bytes> {
        let (mut states, mut count) = (Vec::new(), 0);
        while self.due(every).is_some_and(|due| due <= now)
            && let Some((_, client)) = self.dirty.pop_first()
        {
            if let Some(state) = self.states.get_mut(&client) {
                state.said = Some(now);
                write_state(&mut states, client, state.clock, &state.json);
                count += 1;
            } else if let Some(gone) = self.gone.remove(&client) {
                write_state(&mut states, client, gone.clock, b"null");
                count += 1;
            }
        }
        let mut out = Vec::new();
        wire::write_integer(&mut out, count);
        out.append(&mut states);
        (count > 0).then(|| wire::awareness(&out))
    }

    /// Everybody's state, for one who asks or has just come.
    pub(crate) fn everybody(&self) -> Option<Bytes> {
        if self.states.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        wire::write_integer(&mut out, self.states.len() as u64);
        for (client, state) in &self.states {
            write_state(&mut out, *client, state.clock, &state.json);
        }
        Some(wire::awareness(&out))
    }
}

fn write_state(out: &mut Vec<u8>, client: u64, clock: u64, json: &[u8]) {
    wire::write_integer(out, client);
    wire::write_integer(out, clock);
    wire::write_buffer(out, json);
}

/// The state with `user` as the server knows it, and of words what a reader can say; `None` when it is not a JSON object.
fn stamped(json: &[u8], Speaker { member, may_write }: Speaker<'_>) -> Option<Vec<u8>> {
    let mut state: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
    let user = serde_json::json!({ "id": member.account, "name": member.name, "color": member.colour });
    state.insert("user".to_owned(), user);
    state.retain(|key, _| may_write || !OF_WORDS.contains(&key.as_str()));
    serde_json::to_vec(&state).ok()
}

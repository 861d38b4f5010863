//! A room with its clock, its store and its connections, all by hand.

use bytes::Bytes;
use collab::{
    Access, Body, CloseCode, ConnId, Effect, Entry, Event, Joining, Limits, Member, Millis, Refusal, Room, wire,
};
use domain::AccountId;
use std::sync::Arc;
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, Update, updates::decoder::Decode,
    updates::encoder::Encode,
};

pub(crate) const SCHEMA: u32 = 3;

/// Somebody whose account has this number.
pub(crate) fn member(number: u128) -> Arc<Member> {
    Arc::new(Member {
        account: AccountId(uuid::Uuid::from_u128(number)),
        name: format!("Member {number}").into(),
        colour: "#30536b".into(),
    })
}

/// A connection that writes and wants acknowledgements, of the member with its number.
pub(crate) fn joining(number: u64) -> Joining {
    Joining {
        conn: ConnId(number),
        member: member(u128::from(number)),
        access: Access::Write,
        schema: Some(SCHEMA),
        ack: true,
        gather: false,
    }
}

/// A connection as an unmodified y-websocket client makes it.
pub(crate) fn standard(number: u64) -> Joining {
    Joining {
        schema: None,
        ack: false,
        ..joining(number)
    }
}

/// A room under test: it moves when told to, and what it wants done is looked at.
pub(crate) struct Bench {
    pub(crate) room: Room,
    pub(crate) now: Millis,
    pub(crate) effects: Vec<Effect>,
}

impl Bench {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            room: Room::new(limits, SCHEMA),
            now: Millis(1_000),
            effects: Vec::new(),
        }
    }

    /// A room that is loaded and has these connections; what they were told so far is forgotten.
    pub(crate) fn open(limits: Limits, connections: impl IntoIterator<Item = Joining>) -> Self {
        let mut bench = Self::new(limits);
        for joining in connections {
            bench.step(Event::Joined(joining));
        }
        bench.step(Event::Loaded(Box::new(Body::open(None, []).unwrap())));
        bench.effects.clear();
        bench
    }

    pub(crate) fn step(&mut self, event: Event) {
        self.room.step(self.now, event, &mut self.effects);
    }

    pub(crate) fn frame(&mut self, conn: u64, bytes: impl Into<Bytes>) {
        self.step(Event::Frame {
            conn: ConnId(conn),
            bytes: bytes.into(),
        });
    }

    /// Lets time pass until everything gathered has gone out.
    pub(crate) fn settle(&mut self) {
        self.room.poll(self.now, &mut self.effects);
        self.now = self.now.plus(2_000);
        self.room.poll(self.now, &mut self.effects);
    }

    /// All messages to a connection since the last look, each apart.
    pub(crate) fn sent(&mut self, conn: u64) -> Vec<Told> {
        let mut told = Vec::new();
        self.effects.retain(|effect| match effect {
            Effect::Send { conn: to, frames } if *to == ConnId(conn) => {
                told.extend(frames.iter().flat_map(|frame| read(frame)));
                false
            }
            _ => true,
        });
        told
    }

    pub(crate) fn appended(&mut self) -> Vec<Entry> {
        let mut all = Vec::new();
        self.effects.retain_mut(|effect| match effect {
            Effect::Append(entries) => {
                all.append(entries);
                false
            }
            _ => true,
        });
        all
    }

    pub(crate) fn closed(&self, conn: u64) -> Option<CloseCode> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Close { conn: to, code, .. } if *to == ConnId(conn) => Some(*code),
            _ => None,
        })
    }

    pub(crate) fn refusals(&self) -> Vec<(u64, Refusal, u64)> {
        let refused = |effect: &Effect| match effect {
            Effect::Refused {
                conn, refusal, count, ..
            } => Some((conn.0, *refusal, *count)),
            _ => None,
        };
        self.effects.iter().filter_map(refused).collect()
    }

    pub(crate) fn ended(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Ended))
    }
}

/// What a connection was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Step1(Vec<u8>),
    Step2(Vec<u8>),
    Update(Vec<u8>),
    Awareness(Vec<(u64, u64, serde_json::Value)>),
    Denied(String),
    Durable(u64),
    Notice(u64, u64, String),
}

/// Reads a frame to its end.
pub(crate) fn read(frame: &[u8]) -> Vec<Told> {
    let mut reader = wire::Reader::new(frame);
    let mut told = Vec::new();
    while reader.remaining() > 0 {
        told.push(read_one(&mut reader));
    }
    told
}

fn read_one(reader: &mut wire::Reader<'_>) -> Told {
    match reader.integer().unwrap() {
        0 => match reader.integer().unwrap() {
            0 => Told::Step1(reader.buffer().unwrap().to_vec()),
            1 => Told::Step2(reader.buffer().unwrap().to_vec()),
            2 => Told::Update(reader.buffer().unwrap().to_vec()),
            other => panic!("sync message {other}"),
        },
        1 => {
            let mut states = wire::Reader::new(reader.buffer().unwrap());
            let count = states.integer().unwrap();
            let state = |_| {
                let (client, clock) = (states.integer().unwrap(), states.integer().unwrap());
                (client, clock, serde_json::from_str(states.text().unwrap()).unwrap())
            };
            Told::Awareness((0..count).map(state).collect())
        }
        2 => {
            assert_eq!(reader.integer().unwrap(), 0, "permission denied");
            Told::Denied(reader.text().unwrap().to_owned())
        }
        100 => Told::Durable(reader.integer().unwrap()),
        101 => {
            let (kind, value) = (reader.integer().unwrap(), reader.integer().unwrap());
            Told::Notice(kind, value, reader.text().unwrap().to_owned())
        }
        other => panic!("message {other}"),
    }
}

/// A replica: what an editor holds.
pub(crate) struct Replica {
    pub(crate) doc: Doc,
}

impl Replica {
    pub(crate) fn new(client: u64) -> Self {
        let mut options = Options::with_client_id(yrs::ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        options.cleanup_formatting = false;
        Self {
            doc: Doc::with_options(options),
        }
    }

    /// Inserts text and returns the update.
    pub(crate) fn insert(&self, at: u32, text: &str) -> Vec<u8> {
        let shared = self.doc.get_or_insert_text("text");
        let mut transaction = self.doc.transact_mut();
        shared.insert(&mut transaction, at, text);
        transaction.encode_update_v1()
    }

    /// Deletes text and returns the update.
    pub(crate) fn delete(&self, at: u32, length: u32) -> Vec<u8> {
        let shared = self.doc.get_or_insert_text("text");
        let mut transaction = self.doc.transact_mut();
        shared.remove_range(&mut transaction, at, length);
        transaction.encode_update_v1()
    }

    pub(crate) fn text(&self) -> String {
        let shared = self.doc.get_or_insert_text("text");
        shared.get_string(&self.doc.transact())
    }

    pub(crate) fn apply(&self, update: &[u8]) {
        self.doc
            .transact_mut()
            .apply_update(Update::decode_v1(update).unwrap())
            .unwrap();
    }

    pub(crate) fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    pub(crate) fn all(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// What somebody with this state vector lacks.
    pub(crate) fn difference(&self, state_vector: &[u8]) -> Vec<u8> {
        let theirs = StateVector::decode_v1(state_vector).unwrap();
        self.doc.transact().encode_state_as_update_v1(&theirs)
    }
}

/// An awareness frame of one client.
pub(crate) fn cursor(client: u64, clock: u64, json: &str) -> Bytes {
    let mut states = vec![1];
    push(&mut states, client);
    push(&mut states, clock);
    push(&mut states, json.len() as u64);
    states.extend_from_slice(json.as_bytes());
    wire::awareness(&states)
}

/// Writes a variable-length integer.
pub(crate) fn push(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

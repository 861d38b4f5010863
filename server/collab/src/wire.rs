//! What travels in a frame: the y-websocket protocol (`y-protocols` `PROTOCOL.md`: lib0's variable-length integers, sync,
//! awareness, auth, query awareness) and our two message types, 100 and 101.

use bytes::Bytes;

/// Our message type: how many of the connection's update messages are durable.
pub const ACKNOWLEDGEMENT: u8 = 100;
/// Our message type: what the server has to tell, see [`Notice`].
pub const NOTICE: u8 = 101;

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const AUTH: u8 = 2;
const QUERY_AWARENESS: u8 = 3;
const STEP_1: u8 = 0;
const STEP_2: u8 = 1;
const UPDATE: u8 = 2;

/// Largest integer that JavaScript counts exactly, so the largest that lib0 writes.
const LARGEST: u64 = (1 << 53) - 1;

/// Bytes that are not what the protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed: {0}")]
pub struct Malformed(pub &'static str);

/// A message of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// "This is my state vector; send me what I lack."
    Step1(Bytes),
    /// The answer to a step 1.
    Step2(Bytes),
    /// An edit.
    Update(Bytes),
    /// States of clients.
    Awareness(Bytes),
    /// "Send me everybody's state."
    QueryAwareness,
    /// A type that we do not know: the rest of the frame is passed over, so that a newer client may say more.
    Unknown,
}

/// What the server tells a client that asked for acknowledgements: type 101, kind, value, text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The client's schema is older than this one; it may read only, until it reloads.
    Reload(u32),
    /// Whether the member may write from now on.
    Access(bool),
    /// The client's update message of this number (counted from 1) was refused: the member may only read.
    Refused(u64),
    /// A limit was met: its name and its value.
    Limit(&'static str, u64),
    /// What was not acknowledged may be lost here: connect again and send it again.
    Resync,
}

/// Reads lib0's encoding, never past the end.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// One byte.
    ///
    /// # Errors
    /// At the end.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = *self.bytes.get(self.at).ok_or(Malformed("it ends too early"))?;
        self.at += 1;
        Ok(byte)
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(Malformed("it ends too early"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// An unsigned integer of variable length, at most 2^53 - 1.
    ///
    /// # Errors
    /// At the end, and when it is larger.
    pub fn integer(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..56).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if value <= LARGEST {
                    Ok(value)
                } else {
                    Err(Malformed("an integer is too large"))
                };
            }
        }
        Err(Malformed("an integer is too long"))
    }

    /// An unsigned integer that fits into 32 bits.
    ///
    /// # Errors
    /// As [`integer`](Self::integer), and when it does not fit.
    pub fn integer32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.integer()?).map_err(|_| Malformed("an integer is too large"))
    }

    /// Bytes behind their length.
    ///
    /// # Errors
    /// When the length is not an integer or larger than what is left.
    pub fn buffer(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.integer()?;
        self.take(usize::try_from(length).map_err(|_| Malformed("a length is too large"))?)
    }

    /// Text behind its length in bytes.
    ///
    /// # Errors
    /// As [`buffer`](Self::buffer), and when it is not UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.buffer()?).map_err(|_| Malformed("a text is not UTF-8"))
    }
}

/// Reads the messages of a frame. Standard clients put one into each; several are accepted.
pub(crate) struct Messages<'a> {
    frame: &'a Bytes,
    reader: Reader<'a>,
}

impl<'a> Messages<'a> {
    pub(crate) fn new(frame: &'a Bytes) -> Self {
        Self {
            frame,
            reader: Reader::new(frame),
        }
    }

    fn slice(&mut self) -> Result<Bytes, Malformed> {
        let buffer = self.reader.buffer()?;
        Ok(self.frame.slice_ref(buffer))
    }

    fn message(&mut self) -> Result<Message, Malformed> {
        match self.reader.integer()? {
            kind if kind == u64::from(SYNC) => match self.reader.integer()? {
                step if step == u64::from(STEP_1) => Ok(Message::Step1(self.slice()?)),
                step if step == u64::from(STEP_2) => Ok(Message::Step2(self.slice()?)),
                step if step == u64::from(UPDATE) => Ok(Message::Update(self.slice()?)),
                _ => Err(Malformed("there is no such sync message")),
            },
            kind if kind == u64::from(AWARENESS) => Ok(Message::Awareness(self.slice()?)),
            kind if kind == u64::from(QUERY_AWARENESS) => Ok(Message::QueryAwareness),
            _ => {
                self.reader.take(self.reader.remaining())?;
                Ok(Message::Unknown)
            }
        }
    }
}

impl Iterator for Messages<'_> {
    type Item = Result<Message, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.remaining() == 0 {
            return None;
        }
        let message = self.message();
        if message.is_err() {
            let rest = self.reader.remaining();
            // What follows something malformed means nothing.
            self.reader.take(rest).ok();
        }
        Some(message)
    }
}

/// Appends an unsigned integer of variable length.
pub(crate) fn write_integer(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}

/// Appends bytes behind their length.
pub(crate) fn write_buffer(out: &mut Vec<u8>, bytes: &[u8]) {
    write_integer(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn enclose(head: &[u8], body: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(head.len() + body.len() + 5);
    out.extend_from_slice(head);
    write_buffer(&mut out, body);
    out.into()
}

/// The frame of a step 1: our state vector.
pub fn step_1(state_vector: &[u8]) -> Bytes {
    enclose(&[SYNC, STEP_1], state_vector)
}

/// The frame of a step 2: what the other side lacks.
pub fn step_2(update: &[u8]) -> Bytes {
    enclose(&[SYNC, STEP_2], update)
}

/// The frame of an edit.
pub fn update(update: &[u8]) -> Bytes {
    enclose(&[SYNC, UPDATE], update)
}

/// The frame of states of clients.
pub fn awareness(states: &[u8]) -> Bytes {
    enclose(&[AWARENESS], states)
}

/// The frame that refuses, as `y-protocols/auth` has it.
pub fn denied(reason: &str) -> Bytes {
    enclose(&[AUTH, 0], reason.as_bytes())
}

/// The frame that says how many update messages are durable.
pub fn acknowledgement(count: u64) -> Bytes {
    let mut out = Vec::with_capacity(4);
    out.push(ACKNOWLEDGEMENT);
    write_integer(&mut out, count);
    out.into()
}

/// The frame of a notice.
pub fn notice(notice: Notice) -> Bytes {
    let (kind, value, text) = match notice {
        Notice::Reload(schema) => (1, u64::from(schema), ""),
        Notice::Access(write) => (2, u64::from(write), ""),
        Notice::Refused(number) => (3, number, ""),
        Notice::Limit(name, value) => (4, value, name),
        Notice::Resync => (5, 0, ""),
    };
    let mut out = vec![NOTICE];
    write_integer(&mut out, kind);
    write_integer(&mut out, value);
    write_buffer(&mut out, text.as_bytes());
    out.into()
}

/// Whether a frame is exactly one update message around `update`: then it can be passed on as it came.
pub(crate) fn is_update_frame(frame: &Bytes, update: &Bytes) -> bool {
    frame.starts_with(&[SYNC, UPDATE]) && frame.as_ptr_range().end == update.as_ptr_range().end && {
        let mut reader = Reader::new(&frame[2..]);
        reader.buffer().is_ok_and(|buffer| buffer.as_ptr() == update.as_ptr())
    }
}

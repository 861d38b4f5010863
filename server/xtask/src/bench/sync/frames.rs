//! The bytes on the wire: WebSocket frames (RFC 6455, section 5.2), lib0's integers, and an edit as Yjs writes it.

/// Continues or begins a message; closes; asks whether somebody is there; answers that.
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// What comes in, frame by frame.
#[derive(Default)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    read: usize,
}

/// A frame that matters here.
pub(super) enum Frame {
    /// A message.
    Message(Vec<u8>),
    /// To be answered by a pong with the same content.
    Ping(Vec<u8>),
    /// The other side says goodbye: a code and why.
    Close(String),
}

impl Frames {
    /// Takes in what was read.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.read > 0 {
            self.bytes.drain(..self.read);
            self.read = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame. Fragments are not joined: nobody measured here sends any.
    pub(super) fn next(&mut self) -> Option<Frame> {
        loop {
            let bytes = &self.bytes[self.read..];
            let (first, second) = (*bytes.first()?, *bytes.get(1)?);
            let (length, mut head) = match second & 0x7f {
                126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
                127 => (
                    usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?,
                    10,
                ),
                short => (usize::from(short), 2),
            };
            let mask = if second & 0x80 > 0 {
                let mask: [u8; 4] = bytes.get(head..head + 4)?.try_into().ok()?;
                head += 4;
                mask
            } else {
                [0; 4]
            };
            let mut content = bytes.get(head..head + length)?.to_vec();
            self.read += head + length;
            if mask != [0; 4] {
                content
                    .iter_mut()
                    .zip(mask.iter().cycle())
                    .for_each(|(byte, mask)| *byte ^= mask);
            }
            match first & 0x0f {
                BINARY => return Some(Frame::Message(content)),
                PING => return Some(Frame::Ping(content)),
                CLOSE => return Some(Frame::Close(farewell(&content))),
                _ => {}
            }
        }
    }
}

fn farewell(content: &[u8]) -> String {
    let code = content.first_chunk().map_or(0, |code| u16::from_be_bytes(*code));
    format!(
        "{code} {}",
        String::from_utf8_lossy(content.get(2..).unwrap_or_default())
    )
}

/// Appends a message as a server sends it.
pub(super) fn from_server(out: &mut Vec<u8>, content: &[u8]) {
    frame(out, BINARY, content, false);
}

/// Appends a message as a client sends it. The mask is nought, which the standard allows and spares both sides work.
pub(super) fn from_client(out: &mut Vec<u8>, content: &[u8]) {
    frame(out, BINARY, content, true);
}

/// Appends the answer to a ping as a client sends it.
pub(super) fn pong(out: &mut Vec<u8>, content: &[u8]) {
    frame(out, PONG, content, true);
}

fn frame(out: &mut Vec<u8>, kind: u8, content: &[u8], masked: bool) {
    let mask = if masked { 0x80 } else { 0 };
    out.push(0x80 | kind);
    match (u8::try_from(content.len()), u16::try_from(content.len())) {
        (Ok(length @ 0..126), _) => out.push(mask | length),
        (_, Ok(length)) => {
            out.push(mask + 126);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(mask + 127);
            out.extend((content.len() as u64).to_be_bytes());
        }
    }
    if masked {
        out.extend([0; 4]);
    }
    out.extend_from_slice(content);
}

/// Appends an integer of variable length.
pub(super) fn write(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}

/// Takes an integer of variable length from the front.
pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Takes bytes behind their length from the front.
pub(super) fn take_buffer<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take(bytes)?).ok()?;
    let (buffer, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(buffer)
}

/// The sync message of a client that writes one more letter behind its others: its `clock` is how many it wrote before.
pub(super) fn letter(client: u64, clock: u64) -> Vec<u8> {
    let mut update = vec![1, 1];
    write(&mut update, client);
    write(&mut update, clock);
    match clock.checked_sub(1) {
        Some(before) => {
            update.push(0x84);
            write(&mut update, client);
            write(&mut update, before);
        }
        None => update.extend([4, 1, 4, b't', b'e', b'x', b't']),
    }
    update.extend([1, b'a', 0]);
    let mut message = vec![0, 2];
    write(&mut message, update.len() as u64);
    message.append(&mut update);
    message
}

/// The awareness message of a client whose caret went elsewhere for the time that its clock says, as y-prosemirror's cursor plugin
/// writes it: a place in a paragraph that has letters behind it.
pub(super) fn caret(client: u64, clock: u64) -> Vec<u8> {
    let place = format!(
        r#"{{"type":{{"client":{client},"clock":1}},"tname":null,"item":{{"client":{client},"clock":{clock}}},"assoc":0}}"#
    );
    let state = format!(
        r##"{{"user":{{"name":"Member {client}","color":"#30bced"}},"cursor":{{"anchor":{place},"head":{place}}}}}"##
    );
    let mut states = vec![1];
    write(&mut states, client);
    write(&mut states, clock + 1);
    write(&mut states, state.len() as u64);
    states.extend(state.bytes());
    let mut message = vec![1];
    write(&mut message, states.len() as u64);
    message.append(&mut states);
    message
}

/// Who wrote an update and its first clock; `None` for one that inserts nothing.
pub(super) fn letter_of(mut update: &[u8]) -> Option<(u64, u64)> {
    if take(&mut update)? == 0 {
        return None;
    }
    take(&mut update)?;
    Some((take(&mut update)?, take(&mut update)?))
}

/// What a state vector says: for each client how much there is of it.
pub(super) fn clocks_of(mut vector: &[u8]) -> Vec<(u64, u64)> {
    let count = take(&mut vector).unwrap_or(0);
    let pairs = (0..count).map_while(|_| Some((take(&mut vector)?, take(&mut vector)?)));
    pairs.collect()
}

//! WebSocket frames (RFC 6455, section 5) as a server reads and writes them. No extensions.

use bytes::Bytes;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The bit of the first byte that says that a message ends here, and those that no extension of ours gives a meaning.
const LAST: u8 = 0x80;
const RESERVED: u8 = 0x70;
/// The bit of the second byte that says that a mask follows, as it must from a client.
const MASKED: u8 = 0x80;
/// The most a control frame may hold (section 5.5).
const CONTROL_MAX: usize = 125;
/// The most a head takes: two bytes, eight of a length, four of a mask.
const HEAD_MAX: usize = 14;

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A binary message.
    Binary(Bytes),
    /// A text message; what it says is nobody's business here.
    Text,
    /// To be answered with the same content.
    Ping(Bytes),
    /// The answer to a ping of ours.
    Pong,
    /// Goodbye, with the client's code if it gave one.
    Close(Option<u16>),
}

/// Why a connection cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// A message is larger than what is read.
    TooLarge,
    /// It is no WebSocket frame of a client.
    Protocol,
}

/// What came in of frames and messages that are not whole yet. Empty, and without memory of its own, most of the time.
#[derive(Debug)]
pub(super) struct Incoming {
    largest: usize,
    rest: Vec<u8>,
    message: Option<Message>,
}

/// A message in several frames.
#[derive(Debug)]
struct Message {
    binary: bool,
    bytes: Vec<u8>,
}

/// The head of a frame.
struct Head {
    first: u8,
    mask: [u8; 4],
    /// Where the content begins, and how long it is.
    begins: usize,
    length: usize,
}

impl Incoming {
    /// Messages of more than `largest` bytes are not read; at 0 none is, not an empty one either.
    pub(super) fn new(largest: usize) -> Self {
        Self {
            largest,
            rest: Vec::new(),
            message: None,
        }
    }

    /// Takes in what was read, and says what it says. The bytes are unmasked in place.
    ///
    /// # Errors
    /// [`Wrong`]; what came before was said.
    pub(super) fn read(&mut self, bytes: &mut [u8], mut hear: impl FnMut(Heard)) -> Result<(), Wrong> {
        if self.rest.is_empty() {
            let used = self.read_whole(bytes, &mut hear)?;
            self.rest.extend_from_slice(&bytes[used..]);
            return Ok(());
        }
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend_from_slice(bytes);
        let used = self.read_whole(&mut rest, &mut hear)?;
        if used < rest.len() {
            rest.drain(..used);
            self.rest = rest;
        }
        Ok(())
    }

    /// Reads the frames that are whole; answers with how many bytes these were.
    fn read_whole(&mut self, bytes: &mut [u8], hear: &mut impl FnMut(Heard)) -> Result<usize, Wrong> {
        let mut used = 0;
        while let Some(head) = self.head(&bytes[used..])? {
            let begins = used + head.begins;
            let Some(content) = bytes.get_mut(begins..begins + head.length) else {
                break;
            };
            unmask(content, head.mask);
            if let Some(heard) = self.frame(head.first, content)? {
                hear(heard);
            }
            used = begins + head.length;
        }
        Ok(used)
    }

    /// Reads a head, if all of it is there, and refuses what is wrong about it before its content is waited for.
    fn head(&self, bytes: &[u8]) -> Result<Option<Head>, Wrong> {
        let [first, second, after @ ..] = bytes else {
            return Ok(None);
        };
        if first & RESERVED != 0 || second & MASKED == 0 {
            return Err(Wrong::Protocol);
        }
        let (length, after) = match second & !MASKED {
            126 => match after.split_first_chunk() {
                Some((length, after)) => (u64::from(u16::from_be_bytes(*length)), after),
                None => return Ok(None),
            },
            127 => match after.split_first_chunk() {
                Some((length, after)) => (u64::from_be_bytes(*length), after),
                None => return Ok(None),
            },
            short => (u64::from(short), after),
        };
        let gathered = self.message.as_ref().map_or(0, |message| message.bytes.len());
        let length = usize::try_from(length).map_err(|_| Wrong::TooLarge)?;
        // Control frames have a limit of their own: a goodbye is read also where no message is.
        if first & CLOSE != 0 {
            if length > CONTROL_MAX || first & LAST == 0 {
                return Err(Wrong::Protocol);
            }
        } else if self.largest == 0 || length.saturating_add(gathered) > self.largest {
            return Err(Wrong::TooLarge);
        }
        let Some((mask, after)) = after.split_first_chunk() else {
            return Ok(None);
        };
        Ok(Some(Head {
            first: *first,
            mask: *mask,
            begins: bytes.len() - after.len(),
            length,
        }))
    }

    fn frame(&mut self, first: u8, content: &[u8]) -> Result<Option<Heard>, Wrong> {
        let last = first & LAST != 0;
        let heard = match first & 0x0f {
            PING => Heard::Ping(Bytes::copy_from_slice(content)),
            PONG => Heard::Pong,
            CLOSE => Heard::Close(content.first_chunk().map(|code| u16::from_be_bytes(*code))),
            CONTINUATION => {
                let mut message = self.message.take().ok_or(Wrong::Protocol)?;
                message.bytes.extend_from_slice(content);
                if !last {
                    self.message = Some(message);
                    return Ok(None);
                }
                said(message.binary, message.bytes.into())
            }
            kind @ (TEXT | BINARY) if self.message.is_none() => {
                let binary = kind == BINARY;
                if !last {
                    let bytes = content.to_vec();
                    self.message = Some(Message { binary, bytes });
                    return Ok(None);
                }
                said(binary, Bytes::copy_from_slice(content))
            }
            _ => return Err(Wrong::Protocol),
        };
        Ok(Some(heard))
    }
}

fn said(binary: bool, bytes: Bytes) -> Heard {
    if binary { Heard::Binary(bytes) } else { Heard::Text }
}

fn unmask(content: &mut [u8], mask: [u8; 4]) {
    let mut words = content.chunks_exact_mut(4);
    for word in &mut words {
        word.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    let rest = words.into_remainder();
    rest.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
}

/// Appends the head of a binary message of so many bytes.
pub(super) fn binary(out: &mut Vec<u8>, length: usize) {
    head(out, BINARY, length);
}

/// Appends a question whether anybody is there.
pub(super) fn ping(out: &mut Vec<u8>) {
    head(out, PING, 0);
}

/// Appends the answer to a ping.
pub(super) fn pong(out: &mut Vec<u8>, content: &[u8]) {
    head(out, PONG, content.len());
    out.extend_from_slice(content);
}

/// Appends a goodbye; a reason that does not fit into a control frame is left out.
pub(super) fn close(out: &mut Vec<u8>, code: u16, reason: &str) {
    let reason = if reason.len() + 2 > CONTROL_MAX { "" } else { reason };
    head(out, CLOSE, 2 + reason.len());
    out.extend_from_slice(&code.to_be_bytes());
    out.extend_from_slice(reason.as_bytes());
}

fn head(out: &mut Vec<u8>, kind: u8, length: usize) {
    out.reserve(HEAD_MAX);
    out.push(LAST | kind);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..126), _) => out.push(length),
        (_, Ok(length)) => {
            out.push(126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: [u8; 4] = [1, 2, 3, 4];

    /// A frame as a client sends it.
    fn masked(first: u8, content: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        head(&mut frame, 0, content.len());
        frame[0] = first;
        frame[1] |= MASKED;
        frame.extend(MASK);
        let begins = frame.len();
        frame.extend(content);
        unmask(&mut frame[begins..], MASK);
        frame
    }

    fn read(largest: usize, pieces: &[&[u8]]) -> (Vec<Heard>, Result<(), Wrong>) {
        let (mut incoming, mut all) = (Incoming::new(largest), Vec::new());
        for piece in pieces {
            let result = incoming.read(&mut piece.to_vec(), |heard| all.push(heard));
            if result.is_err() {
                return (all, result);
            }
        }
        (all, Ok(()))
    }

    #[test]
    fn frames_are_read_however_they_are_cut() {
        let long = vec![7; 70_000];
        let mut bytes = Vec::new();
        bytes.extend(masked(LAST | BINARY, b"one"));
        bytes.extend(masked(BINARY, b"tw"));
        bytes.extend(masked(LAST | PING, b"there?"));
        bytes.extend(masked(CONTINUATION, b""));
        bytes.extend(masked(LAST | CONTINUATION, b"o"));
        bytes.extend(masked(LAST | TEXT, b"text"));
        bytes.extend(masked(LAST | BINARY, &[5; 300]));
        bytes.extend(masked(LAST | BINARY, &long));
        bytes.extend(masked(LAST | PONG, b""));
        bytes.extend(masked(LAST | CLOSE, &[0x03, 0xe8, b'!']));
        let expected = vec![
            Heard::Binary(Bytes::from_static(b"one")),
            Heard::Ping(Bytes::from_static(b"there?")),
            Heard::Binary(Bytes::from_static(b"two")),
            Heard::Text,
            Heard::Binary(vec![5; 300].into()),
            Heard::Binary(long.into()),
            Heard::Pong,
            Heard::Close(Some(1000)),
        ];
        for size in [1, 2, 3, 7, 64, 1_000, 65_536, bytes.len()] {
            let pieces: Vec<_> = bytes.chunks(size).collect();
            assert_eq!(read(100_000, &pieces), (expected.clone(), Ok(())), "{size}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused_by_its_head() {
        let whole = masked(LAST | BINARY, &[0; 2_000]);
        assert_eq!(read(1_999, &[&whole[..4]]), (vec![], Err(Wrong::TooLarge)));
        assert_eq!(read(2_000, &[&whole]).1, Ok(()));
        let endless = [LAST | BINARY, MASKED | 127, 255, 255, 255, 255, 255, 255, 255, 255];
        assert_eq!(read(2_000, &[&endless]).1, Err(Wrong::TooLarge));
        let mut parts = masked(BINARY, &[0; 1_500]);
        parts.extend(masked(LAST | CONTINUATION, &[0; 501]));
        assert_eq!(read(2_000, &[&parts]), (vec![], Err(Wrong::TooLarge)));
    }

    #[test]
    fn where_no_message_is_read_a_goodbye_is() {
        let mut bytes = masked(LAST | PING, b"there?");
        bytes.extend(masked(LAST | CLOSE, &[0x03, 0xe8]));
        let heard = vec![Heard::Ping(Bytes::from_static(b"there?")), Heard::Close(Some(1000))];
        assert_eq!(read(0, &[&bytes]), (heard, Ok(())));
        for message in [
            masked(LAST | BINARY, b"x"),
            masked(TEXT, b"x"),
            masked(LAST | BINARY, b""),
            masked(LAST | TEXT, b""),
            masked(BINARY, b""),
            masked(LAST | CONTINUATION, b""),
        ] {
            assert_eq!(read(0, &[&message]), (vec![], Err(Wrong::TooLarge)));
        }
    }

    #[test]
    fn what_no_client_may_send_is_refused() {
        let mut unmasked = Vec::new();
        binary(&mut unmasked, 0);
        let mut within = masked(BINARY, b"one");
        within.extend(masked(LAST | BINARY, b"two"));
        let wrong = [
            ("unmasked", unmasked),
            ("an extension's bit", masked(LAST | 0x40 | BINARY, b"")),
            ("a kind nobody knows", masked(LAST | 0x03, b"")),
            ("a control kind nobody knows", masked(LAST | 0x0b, b"")),
            ("a continuation of nothing", masked(LAST | CONTINUATION, b"")),
            ("a message within another", within),
            ("a ping in parts", masked(PING, b"")),
            ("a long ping", masked(LAST | PING, &[0; 126])),
        ];
        for (what, bytes) in wrong {
            assert_eq!(read(2_000, &[&bytes]), (vec![], Err(Wrong::Protocol)), "{what}");
        }
    }

    /// Marsaglia: xorshift64.
    fn next(state: &mut u64) -> usize {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        usize::try_from(*state >> 33).unwrap()
    }

    /// `SOCKET_FUZZ=10000000` goes on for longer.
    #[test]
    fn spoilt_frames_make_no_panic_and_hold_no_more_than_one_message() {
        let count = std::env::var("SOCKET_FUZZ").map_or(200_000, |value| value.parse().unwrap());
        let corpus = [
            masked(LAST | BINARY, b"a short one"),
            masked(BINARY, &[1; 130]),
            masked(CONTINUATION, b"more"),
            masked(LAST | CONTINUATION, b"the end"),
            masked(LAST | PING, b"there?"),
            masked(LAST | CLOSE, &[3, 232]),
            masked(LAST | TEXT, &[b'x'; 700]),
        ];
        let (mut state, mut wrong, mut said) = (0x5eed_u64, 0, 0);
        let mut incoming = Incoming::new(1_000);
        for _ in 0..count {
            let mut bytes = corpus[next(&mut state) % corpus.len()].clone();
            if next(&mut state).is_multiple_of(4) {
                let at = next(&mut state) % bytes.len();
                match next(&mut state) % 3 {
                    0 => bytes.truncate(at),
                    1 => bytes[at] ^= 1 << (next(&mut state) % 8),
                    _ => bytes.insert(at, next(&mut state).to_le_bytes()[0]),
                }
            }
            let result = incoming.read(&mut bytes, |_| said += 1);
            let held = incoming.rest.len() + incoming.message.as_ref().map_or(0, |message| message.bytes.len());
            assert!(held <= 2 * (1_000 + HEAD_MAX), "{held} bytes are held");
            if result.is_err() {
                // That connection is over.
                (incoming, wrong) = (Incoming::new(1_000), wrong + 1);
            }
        }
        assert!(
            wrong > count / 100 && said > count / 4,
            "{wrong} wrong, {said} said of {count}"
        );
    }

    #[test]
    fn what_is_written_reads_as_the_standard_has_it() {
        let mut out = Vec::new();
        binary(&mut out, 5);
        assert_eq!(out, [0x82, 5]);
        out.clear();
        binary(&mut out, 126);
        assert_eq!(out, [0x82, 126, 0, 126]);
        out.clear();
        binary(&mut out, 65_536);
        assert_eq!(out, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        out.clear();
        ping(&mut out);
        pong(&mut out, b"x");
        close(&mut out, 4401, "signed out");
        assert_eq!(out[..5], [0x89, 0, 0x8a, 1, b'x']);
        assert_eq!(out[5..9], [0x88, 12, 0x11, 0x31]);
        assert_eq!(&out[9..], b"signed out");
    }
}

//! Any bytes as frames that somebody sends into a room.

#![no_main]
#![allow(dead_code, reason = "each target uses its part of what the tests have")]

#[path = "../../tests/all/attack.rs"]
mod attack;
mod seeds;
#[path = "../../tests/all/support.rs"]
mod support;

use bytes::Bytes;

/// The bit of a length that says that the frame comes together with the one before it.
const TOGETHER: u16 = 1 << 15;

/// The frames in an input: each behind its length in two bytes.
fn frames(mut input: &[u8]) -> Vec<Vec<Bytes>> {
    let mut batches = Vec::<Vec<Bytes>>::new();
    while let Some((head, rest)) = input.split_first_chunk() {
        let head = u16::from_le_bytes(*head);
        let (frame, behind) = rest.split_at(rest.len().min((head & !TOGETHER).into()));
        let frame = Bytes::copy_from_slice(frame);
        match batches.last_mut() {
            Some(batch) if head & TOGETHER != 0 => batch.push(frame),
            _ => batches.push(vec![frame]),
        }
        input = behind;
    }
    batches
}

/// What [`frames`] reads, each frame by itself.
fn input(frames: &[Bytes]) -> Vec<u8> {
    let mut input = Vec::new();
    for frame in frames {
        input.extend(u16::try_from(frame.len()).unwrap_or(0).to_le_bytes());
        input.extend_from_slice(frame);
    }
    input
}

libfuzzer_sys::fuzz_target!(
    init: {
        let corpus = attack::corpus();
        seeds::plant("room", corpus.chunks(1).chain([&corpus[..]]).map(input));
    },
    |bytes: &[u8]| {
        attack::room(frames(bytes), "fuzz");
    }
);

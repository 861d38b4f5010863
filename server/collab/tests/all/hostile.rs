//! Updates that no editor writes.

use crate::{
    attack,
    plan::Numbers,
    support::{Bench, joining, push},
};
use bytes::Bytes;
use collab::{Body, CloseCode, Limits, wire};
use yrs::{Text, Transact};

fn integers(numbers: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    for number in numbers {
        push(&mut out, *number);
    }
    out
}

/// Elements nested in each other, from `first` on, by one client; and the deletion of the outermost, if asked for.
fn nested(first: u64, count: u64, delete: bool) -> Vec<u8> {
    let mut update = integers(&[1, count, 7, first]);
    for clock in first..first + count {
        update.push(7);
        if clock == 0 {
            update.extend([1, 1, b'd']);
        } else {
            update.extend(integers(&[0, 7, clock - 1]));
        }
        update.extend([3, 1, b'e']);
    }
    if delete {
        update.extend([1, 7, 1, 0, 1]);
    } else {
        update.push(0);
    }
    update
}

#[test]
fn nothing_can_be_nested_so_deeply_that_walking_it_overflows_the_stack() {
    // At once, and bit by bit; the deletion of the outermost walks through all.
    let at_once = vec![nested(0, 200_000, true)];
    let mut bit_by_bit: Vec<_> = (0..4_000).map(|part| nested(part * 50, 50, false)).collect();
    bit_by_bit.push(vec![0, 1, 7, 1, 0, 1]);
    for (name, updates) in [("at once", at_once), ("bit by bit", bit_by_bit)] {
        let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
        for update in updates {
            bench.frame(1, wire::update(&update));
            bench.settle();
        }
        assert_eq!(bench.closed(1), Some(CloseCode::Malformed), "{name}");
    }
}

fn mutate(numbers: &mut Numbers, bytes: &mut Vec<u8>, others: &[Bytes]) {
    let size = bytes.len().max(1) as u64;
    let at = (numbers.small(size) as usize).min(bytes.len());
    match numbers.below(8) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
        2 if at < bytes.len() => bytes[at] = numbers.next().to_le_bytes()[0],
        3 => bytes.insert(at, numbers.next().to_le_bytes()[0]),
        4 if at < bytes.len() => {
            bytes.remove(at);
        }
        5 => {
            let huge = [&[0xff; 4][..], &[0x0f]].concat();
            let from = numbers.small(5) as usize;
            bytes.splice(at..at, huge[from..].iter().copied());
        }
        6 => {
            let piece = bytes[at..(at + 9).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => {
            let other = &others[usize::try_from(numbers.below(others.len() as u64)).unwrap()];
            let from = numbers.small(other.len() as u64) as usize;
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}

/// A frame of the corpus, spoilt: as a whole, or only what it wraps, so that its length still fits.
fn spoilt(numbers: &mut Numbers, corpus: &[Bytes]) -> Bytes {
    let frame = &corpus[usize::try_from(numbers.below(corpus.len() as u64)).unwrap()];
    let inner = frame.get(2..).and_then(|rest| wire::Reader::new(rest).buffer().ok());
    let (mut bytes, whole) = match inner {
        Some(inner) if numbers.below(4) > 0 => (inner.to_vec(), false),
        _ => (frame.to_vec(), true),
    };
    for _ in 0..=numbers.below(3) {
        mutate(numbers, &mut bytes, corpus);
    }
    if whole { bytes.into() } else { wire::update(&bytes) }
}

/// What one seed does to a room. Returns whether the room had to send everybody away.
fn attack(seed: u64, corpus: &[Bytes]) -> bool {
    let mut numbers = Numbers(seed);
    let batches = (0..30).map(|_| {
        let together = if numbers.below(8) == 0 { 3 } else { 1 };
        let mut frame = || {
            if numbers.below(2) == 0 {
                spoilt(&mut numbers, corpus)
            } else {
                corpus[usize::try_from(numbers.below(corpus.len() as u64)).unwrap()].clone()
            }
        };
        (0..together).map(|_| frame()).collect()
    });
    attack::room(batches, &format!("seed {seed}"))
}

/// `COLLAB_FUZZ=1000000 COLLAB_SEED=1` attacks for longer.
#[test]
fn spoilt_frames_never_end_more_than_a_room_and_never_reach_the_store() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let (first, count) = (number("COLLAB_SEED", 1), number("COLLAB_FUZZ", 2_000));
    let corpus = attack::corpus();
    let ended = (first..first + count).filter(|seed| attack(*seed, &corpus)).count() as u64;
    assert!(
        ended <= count / 100,
        "{ended} of {count} rooms had to send everybody away"
    );
}

/// The decoder alone, by the hundred thousand: what it makes of a frame takes no more than a few times the frame's own size,
/// whatever counts and lengths the frame claims. `COLLAB_DECODER=10000000` goes on for longer, from `COLLAB_SEED` on.
#[test]
fn what_is_made_of_a_spoilt_frame_is_no_larger_than_the_frame() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let (first, count) = (number("COLLAB_SEED", 1), number("COLLAB_DECODER", 200_000));
    let corpus = attack::corpus();
    let (mut numbers, mut read) = (Numbers(first), 0);
    for frame in 0..count {
        let bytes = spoilt(&mut numbers, &corpus);
        let Some(Ok(update)) = bytes.get(2..).map(|rest| wire::Reader::new(rest).buffer()) else {
            continue;
        };
        read += u64::from(attack::decoder(update, &format!("seed {first}, frame {frame}")));
    }
    assert!(
        read > count / 20,
        "only {read} of {count} were updates: too spoilt to say anything"
    );
}

/// A letter of client 8, and its deletion if asked for.
fn letter(deleted: bool) -> Bytes {
    let letter = [&[1, 1, 8, 0, 4, 1, 4][..], b"text", &[1, b'x']].concat();
    let deletion: &[u8] = if deleted { &[1, 8, 1, 0, 1] } else { &[0] };
    [&letter[..], deletion].concat().into()
}

/// An attribute, by client 9, of what is no element: of that letter. Yjs takes it, and gives it up to the garbage.
fn attribute() -> Bytes {
    [&[1, 1, 9, 0, 0x28, 0, 8, 0, 2][..], b"id", &[1, 0x77, 1, b'h', 0]]
        .concat()
        .into()
}

/// Found by the target in `fuzz/`, and by a reviewer: it kept a body shut, or put out whoever wrote the letter.
#[test]
fn what_stands_in_a_letter_harms_nobody_in_any_order_and_however_it_is_put_together() {
    for (letter, length) in [(letter(false), 1), (letter(true), 0)] {
        for log in [[letter.clone(), attribute()], [attribute(), letter.clone()]] {
            let one_by_one = log.clone().map(|update| vec![wire::update(&update)]);
            assert!(!attack::room(one_by_one, "one after the other"));
            assert!(!attack::room(
                [log.clone().map(|update| wire::update(&update)).to_vec()],
                "together"
            ));
            // The log may stand in another order than the room had it in: by whom it came from.
            let mut body = Body::open(None, log).unwrap();
            assert_eq!(body.state_vector(), [2, 8, 1, 9, 1]);
            assert_eq!(
                body.doc()
                    .unwrap()
                    .get_or_insert_text("text")
                    .len(&body.doc().unwrap().transact()),
                length
            );
        }
    }
}

#[test]
fn who_writes_what_somebody_waited_for_to_do_harm_stays() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    for (conn, update) in [(1, attribute()), (2, letter(false))] {
        bench.frame(conn, wire::update(&update));
        bench.settle();
        assert_eq!(bench.appended().len(), 1);
    }
    assert_eq!((bench.closed(1), bench.closed(2)), (None, None));
}

#[test]
fn random_bytes_are_no_update() {
    let mut numbers = Numbers(5);
    for _ in 0..20_000 {
        let length = numbers.small(60) as usize;
        let bytes: Vec<u8> = (0..length).map(|_| numbers.next().to_le_bytes()[0]).collect();
        if let Ok(outline) = collab::scan::scan(&bytes, 100) {
            assert!(outline.blocks <= 100);
        }
        Body::open(Some(&bytes.into()), []).ok();
    }
}

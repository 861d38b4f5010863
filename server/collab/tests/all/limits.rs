//! Limits, each named to who meets it; and what is not the protocol.

use crate::support::{Bench, Replica, Told, cursor, joining};
use collab::{CloseCode, ConnId, Event, Limits, Rate, wire};

#[test]
fn each_limit_is_named_and_what_was_acknowledged_stays() {
    let writer = Replica::new(7);
    let first = writer.insert(0, "kept");
    let slow = Rate {
        burst: 1,
        per_second: 0,
    };
    let big = writer.insert(0, &"x".repeat(500));
    let dangling = {
        let other = Replica::new(8);
        other.insert(0, &"y".repeat(300));
        other.insert(300, &"z".repeat(300))
    };
    let room = Limits {
        frame_bytes: 400,
        ..Limits::default()
    };
    let document = Limits {
        document_bytes: 300,
        ..Limits::default()
    };
    let rate = Limits {
        updates: slow,
        ..Limits::default()
    };
    let bytes = Limits {
        update_bytes: Rate {
            burst: 400,
            per_second: 0,
        },
        ..Limits::default()
    };
    let pending = Limits {
        pending_bytes: 100,
        ..Limits::default()
    };
    let questions = Limits {
        questions: slow,
        ..Limits::default()
    };
    let cases = [
        ("frame_size", room, wire::update(&big), CloseCode::TooLarge, Some(400)),
        (
            "document_size",
            document,
            wire::update(&big),
            CloseCode::TooLarge,
            Some(300),
        ),
        ("update_rate", rate, wire::update(&big), CloseCode::TooFast, None),
        ("update_rate", bytes, wire::update(&big), CloseCode::TooFast, None),
        (
            "document_pending",
            pending,
            wire::update(&dangling),
            CloseCode::TooFast,
            Some(100),
        ),
        (
            "question_rate",
            questions,
            [wire::step_1(&[0]), wire::step_1(&[0])].concat().into(),
            CloseCode::TooFast,
            None,
        ),
    ];
    for (name, limits, frame, code, value) in cases {
        let mut bench = Bench::open(limits, [joining(1), joining(2)]);
        bench.frame(1, wire::update(&first));
        bench.settle();
        bench.step(Event::Appended { upto: 1 });
        bench.settle();
        assert_eq!(bench.sent(1), [Told::Durable(1)]);
        bench.frame(1, frame.clone());
        bench.settle();
        let told = bench.sent(1);
        let Some(Told::Notice(4, given, text)) = told.iter().find(|told| matches!(told, Told::Notice(..))) else {
            panic!("{name}: {told:?}")
        };
        assert_eq!(text, name);
        assert!(value.is_none_or(|value| value == *given), "{name}: {given}");
        assert_eq!(bench.closed(1), Some(code), "{name}");
        assert_eq!(bench.closed(2), None, "{name}: the others stay");
        bench.frame(2, wire::step_1(&[0]));
        let replica = Replica::new(99);
        for told in bench.sent(2) {
            if let Told::Step2(update) | Told::Update(update) = told {
                replica.apply(&update);
            }
        }
        assert_eq!(replica.text(), "kept", "{name}");
    }
}

#[test]
fn a_full_document_still_takes_deletions() {
    let mut bench = Bench::open(
        Limits {
            document_bytes: 90,
            ..Limits::default()
        },
        [joining(1)],
    );
    let writer = Replica::new(7);
    bench.frame(1, wire::update(&writer.insert(0, &"x".repeat(40))));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    bench.frame(1, wire::update(&writer.delete(0, 30)));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    bench.frame(1, wire::update(&writer.insert(0, &"y".repeat(30))));
    bench.settle();
    assert_eq!(bench.appended().len(), 1, "measured again, it has room");
    assert_eq!(bench.closed(1), None);
}

#[test]
fn awareness_over_its_limits_is_dropped_and_the_connection_stays() {
    let limits = Limits {
        awareness_bytes: 50,
        awareness: Rate {
            burst: 2,
            per_second: 1,
        },
        ..Limits::default()
    };
    let mut bench = Bench::open(limits, [joining(1), joining(2)]);
    bench.frame(1, cursor(11, 1, &format!(r#"{{"a":"{}"}}"#, "x".repeat(60))));
    bench.frame(1, cursor(11, 2, "{}"));
    bench.frame(1, cursor(11, 3, "{}"));
    bench.frame(1, cursor(11, 4, "{}"));
    bench.settle();
    assert_eq!(
        bench.sent(1)[..2],
        [
            Told::Notice(4, 50, "awareness_size".into()),
            Told::Notice(4, 1, "awareness_rate".into())
        ]
    );
    let sent = bench.sent(2);
    let [Told::Awareness(states)] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((states.len(), states[0].1), (1, 2));
    assert_eq!(bench.closed(1), None);
}

#[test]
fn a_full_room_turns_away_who_comes_and_keeps_who_is_there() {
    let mut bench = Bench::open(
        Limits {
            connections: 2,
            ..Limits::default()
        },
        [joining(1), joining(2)],
    );
    bench.step(Event::Joined(joining(3)));
    assert_eq!(bench.sent(3), [Told::Notice(4, 2, "room_size".into())]);
    assert_eq!(bench.closed(3), Some(CloseCode::Unavailable));
    assert_eq!(bench.room.connections(), 2);
}

#[test]
fn what_is_not_the_protocol_closes_only_who_sent_it() {
    let good = Replica::new(7).insert(0, "a");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a type without anything", vec![0]),
        ("no such sync message", vec![0, 3, 0]),
        ("an endless integer", vec![0xff; 12]),
        ("a length beyond the end", vec![0, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]),
        ("an update cut short", wire::update(&good[..good.len() - 1]).to_vec()),
        (
            "an update with something behind it",
            wire::update(&[&good[..], &[0]].concat()).to_vec(),
        ),
        (
            "four billion clients",
            wire::update(&[0xff, 0xff, 0xff, 0xff, 0x0f]).to_vec(),
        ),
        (
            "four billion blocks",
            wire::update(&[1, 0xff, 0xff, 0xff, 0xff, 0x0f, 7, 0]).to_vec(),
        ),
        (
            "a document in the document",
            wire::update(&[1, 1, 7, 0, 9, 1, 1, b't', 1, b'g', 118, 0, 0]).to_vec(),
        ),
        ("a state vector cut short", wire::step_1(&[2, 7]).to_vec()),
        ("awareness cut short", wire::awareness(&[1, 7, 1, 9, b'{']).to_vec()),
        ("awareness that is no object", cursor(7, 1, "[]").to_vec()),
        ("awareness that is not JSON", cursor(7, 1, "{").to_vec()),
    ];
    for (name, frame) in cases {
        let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
        bench.frame(1, frame);
        bench.settle();
        assert_eq!(bench.closed(1), Some(CloseCode::Malformed), "{name}");
        assert_eq!(bench.closed(2), None, "{name}");
        assert!(bench.appended().is_empty(), "{name}");
        assert!(bench.sent(2).is_empty(), "{name}");
    }
    let mut bench = Bench::open(Limits::default(), [joining(1)]);
    bench.step(Event::Text { conn: ConnId(1) });
    assert_eq!(bench.closed(1), Some(CloseCode::Malformed));
    let mut bench = Bench::open(Limits::default(), [joining(1)]);
    bench.frame(1, vec![77, 1, 2, 3]);
    bench.frame(1, Vec::new());
    assert_eq!(bench.closed(1), None, "a type that a newer client may know");
}

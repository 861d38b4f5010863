//! What a room answers to each message, and what it must not do.

use crate::support::{Bench, Replica, SCHEMA, Told, cursor, joining, member, read, standard};
use bytes::Bytes;
use collab::{Access, Body, CloseCode, ConnId, Effect, Event, Joining, Limits, Rate, Refusal, wire};

fn reader(number: u64) -> Joining {
    Joining {
        access: Access::Read,
        ..joining(number)
    }
}

fn denied(told: &[Told]) -> usize {
    told.iter().filter(|told| matches!(told, Told::Denied(_))).count()
}

#[test]
fn the_first_who_joins_makes_it_load_and_everybody_is_greeted_afterwards() {
    let mut bench = Bench::new(Limits::default());
    bench.step(Event::Joined(joining(1)));
    assert!(matches!(bench.effects[..], [Effect::Load]));
    bench.step(Event::Joined(joining(2)));
    bench.frame(1, wire::step_1(&[0]));
    assert_eq!(bench.effects.len(), 1, "one load, and no answer before it is there");

    let writer = Replica::new(9);
    let update = writer.insert(0, "stored");
    bench.step(Event::Loaded(Box::new(
        Body::open(None, [update.clone().into()]).unwrap(),
    )));
    assert_eq!(bench.sent(1), [Told::Step1(writer.state_vector()), Told::Step2(update)]);
    assert_eq!(bench.sent(2), [Told::Step1(writer.state_vector())]);
}

#[test]
fn an_update_reaches_the_others_as_it_came_is_stored_as_it_came_and_acknowledged_once_it_is_durable() {
    let mut bench = Bench::open(Limits::default(), [joining(1), standard(2), joining(3)]);
    let writer = Replica::new(7);
    let frame = wire::update(&writer.insert(0, "a"));
    bench.frame(1, frame.clone());
    bench.settle();
    for conn in [2, 3] {
        let sent = bench.effects.iter().find_map(|effect| match effect {
            Effect::Send { conn: to, frames } if *to == ConnId(conn) => Some(frames),
            _ => None,
        });
        assert_eq!(sent.unwrap()[..], [&frame][..]);
        assert_eq!(sent.unwrap()[0].as_ptr(), frame.as_ptr(), "not copied");
        bench.sent(conn);
    }
    assert_eq!(
        bench.sent(1),
        [],
        "no echo, and no acknowledgement before the store answered"
    );
    let entries = bench.appended();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].sequence, entries[0].conn, entries[0].account),
        (1, ConnId(1), member(1).account)
    );
    assert_eq!(wire::update(&entries[0].update), frame);

    bench.step(Event::Appended { upto: 1 });
    bench.settle();
    assert_eq!(bench.sent(1), [Told::Durable(1)]);
    assert_eq!(bench.sent(2), []);
    assert_eq!(bench.sent(3), []);
}

#[test]
fn acknowledgements_count_steps_2_and_what_changes_nothing_and_wait_for_what_is_under_way() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    let writer = Replica::new(7);
    let update = writer.insert(0, "a");
    bench.frame(1, wire::update(&update));
    bench.settle();
    bench.sent(2);
    // Somebody else sends the same, as the answer to a step 1, and an update that says nothing.
    bench.frame(2, wire::step_2(&update));
    bench.frame(2, wire::update(&[0, 0]));
    bench.settle();
    assert_eq!(bench.sent(1), [], "what was known is not passed on");
    assert_eq!(
        bench.sent(2),
        [],
        "it is not durable yet, though not this connection's to store"
    );
    assert_eq!(bench.appended().len(), 1, "each edit once");
    bench.step(Event::Appended { upto: 1 });
    bench.settle();
    assert_eq!(bench.sent(1), [Told::Durable(1)]);
    assert_eq!(bench.sent(2), [Told::Durable(2)]);
    // Nothing under way: what changes nothing is durable at once.
    bench.frame(2, wire::step_2(&update));
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Durable(3)]);
    assert!(bench.appended().is_empty());
}

#[test]
fn deletions_are_stored_and_passed_on_once() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    let writer = Replica::new(7);
    bench.frame(1, wire::update(&writer.insert(0, "abc")));
    bench.settle();
    bench.sent(2);
    bench.appended();
    let deletion = writer.delete(1, 1);
    bench.frame(1, wire::update(&deletion));
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Update(deletion.clone())]);
    assert_eq!(bench.appended().len(), 1);
    bench.frame(1, wire::update(&deletion));
    bench.frame(1, wire::step_2(&writer.all()));
    bench.settle();
    assert_eq!(bench.sent(2), [], "deleted before");
    assert!(bench.appended().is_empty());
}

#[test]
fn a_step_1_is_answered_by_what_is_missing() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    let writer = Replica::new(7);
    bench.frame(1, wire::update(&writer.insert(0, "one ")));
    bench.settle();
    let early = writer.state_vector();
    bench.frame(1, wire::update(&writer.insert(4, "two")));
    bench.settle();
    bench.sent(2);
    for (state_vector, alone) in [(vec![0], "one two"), (early, "two")] {
        bench.frame(2, wire::step_1(&state_vector));
        let sent = bench.sent(2);
        let [Told::Step2(update)] = &sent[..] else {
            panic!("{sent:?}")
        };
        let texts = String::from_utf8_lossy(update).into_owned();
        assert!(
            texts.contains(alone) && (alone != "two" || !texts.contains("one")),
            "{texts}"
        );
    }
}

#[test]
fn clients_that_read_several_messages_from_a_frame_get_them_so() {
    let gatherer = Joining {
        gather: true,
        ..joining(3)
    };
    let mut bench = Bench::open(Limits::default(), [joining(1), standard(2), gatherer]);
    let writer = Replica::new(7);
    for (at, letter) in ["a", "b", "c"].into_iter().enumerate() {
        bench.frame(1, wire::update(&writer.insert(u32::try_from(at).unwrap(), letter)));
    }
    bench.settle();
    for effect in &bench.effects {
        if let Effect::Send { conn, frames } = effect {
            assert_eq!(frames.len(), if conn.0 == 3 { 1 } else { 3 }, "{conn:?}");
            assert!(conn.0 == 3 || frames.iter().all(|frame| read(frame).len() == 1));
        }
    }
    assert_eq!(bench.sent(2), bench.sent(3));
}

#[test]
fn a_reader_is_refused_audited_and_nothing_of_it_goes_anywhere() {
    let mut bench = Bench::open(
        Limits::default(),
        [
            reader(1),
            Joining {
                ack: false,
                ..reader(2)
            },
            joining(3),
        ],
    );
    let update = Replica::new(7).insert(0, "a");
    for conn in [1, 2] {
        for frame in [wire::update(&update), wire::step_2(&update)] {
            bench.frame(conn, frame);
        }
    }
    bench.settle();
    assert!(bench.appended().is_empty());
    assert_eq!(bench.sent(3), []);
    let refused = |number| Told::Notice(3, number, String::new());
    assert_eq!(bench.sent(1), [refused(1), refused(2)], "and never an acknowledgement");
    assert_eq!(denied(&bench.sent(2)), 1);
    assert_eq!(
        bench.refusals(),
        [(1, Refusal::ReadOnly, 1), (2, Refusal::ReadOnly, 1)],
        "the rest is counted"
    );
    bench.step(Event::Left { conn: ConnId(1) });
    assert_eq!(bench.refusals().last(), Some(&(1, Refusal::ReadOnly, 1)));
    // Reading and being seen go on.
    bench.frame(2, wire::step_1(&[0]));
    bench.frame(2, cursor(5, 1, "{}"));
    bench.settle();
    assert!(matches!(bench.sent(2)[..], [Told::Step2(_), Told::Awareness(_)]));
}

#[test]
fn a_reader_is_not_asked_for_edits_and_its_empty_answer_is_no_offence() {
    let mut bench = Bench::new(Limits::default());
    bench.step(Event::Joined(reader(1)));
    bench.step(Event::Loaded(Box::new(Body::open(None, []).unwrap())));
    assert_eq!(bench.sent(1), [Told::Notice(2, 0, String::new())]);
    bench.frame(1, wire::step_2(&[0, 0]));
    assert_eq!(bench.refusals(), []);
}

#[test]
fn a_client_of_an_older_schema_reads_and_is_told_to_reload() {
    let old = Joining {
        schema: Some(SCHEMA - 1),
        ..joining(1)
    };
    let old_standard = Joining {
        ack: false,
        ..Joining {
            schema: Some(SCHEMA - 1),
            ..joining(2)
        }
    };
    let mut bench = Bench::new(Limits::default());
    bench.step(Event::Joined(old));
    bench.step(Event::Joined(old_standard));
    bench.step(Event::Loaded(Box::new(Body::open(None, []).unwrap())));
    assert_eq!(bench.sent(1), [Told::Notice(1, u64::from(SCHEMA), String::new())]);
    assert_eq!(denied(&bench.sent(2)), 1);
    bench.frame(1, wire::update(&Replica::new(7).insert(0, "a")));
    bench.settle();
    assert!(bench.appended().is_empty());
    assert_eq!(bench.sent(1), [Told::Notice(3, 1, String::new())]);
    // Being granted more does not make it newer.
    bench.step(Event::AccessChanged {
        conn: ConnId(1),
        access: Some(Access::Read),
    });
    bench.step(Event::AccessChanged {
        conn: ConnId(2),
        access: Some(Access::Write),
    });
    bench.frame(2, wire::update(&Replica::new(8).insert(0, "a")));
    bench.settle();
    assert!(bench.appended().is_empty());
}

#[test]
fn access_that_changes_counts_at_once() {
    let mut bench = Bench::open(Limits::default(), [joining(1), reader(2), reader(3), joining(4)]);
    let writer = Replica::new(7);
    bench.step(Event::AccessChanged {
        conn: ConnId(1),
        access: Some(Access::Read),
    });
    assert_eq!(bench.sent(1), [Told::Notice(2, 0, String::new())]);
    bench.frame(1, wire::update(&writer.insert(0, "a")));
    bench.settle();
    assert!(bench.appended().is_empty());

    bench.step(Event::AccessChanged {
        conn: ConnId(2),
        access: Some(Access::Write),
    });
    assert_eq!(bench.sent(2), [Told::Notice(2, 1, String::new()), Told::Step1(vec![0])]);
    bench.frame(2, wire::update(&Replica::new(8).insert(0, "b")));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);

    bench.frame(3, wire::update(&Replica::new(9).insert(0, "c")));
    bench.step(Event::AccessChanged {
        conn: ConnId(3),
        access: Some(Access::Write),
    });
    assert_eq!(
        bench.closed(3),
        Some(CloseCode::Resync),
        "what was refused is to be sent again"
    );

    bench.step(Event::AccessChanged {
        conn: ConnId(4),
        access: None,
    });
    assert_eq!(bench.closed(4), Some(CloseCode::Revoked));
    bench.frame(4, wire::update(&Replica::new(10).insert(0, "d")));
    bench.settle();
    assert!(bench.appended().is_empty());
}

#[test]
fn what_was_taken_before_access_ended_is_stored() {
    let mut bench = Bench::open(Limits::default(), [joining(1)]);
    bench.frame(1, wire::update(&Replica::new(7).insert(0, "a")));
    bench.step(Event::AccessChanged {
        conn: ConnId(1),
        access: None,
    });
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    assert!(!bench.ended(), "not before it is durable");
    bench.step(Event::Appended { upto: 1 });
    bench.settle();
    assert!(bench.ended());
}

#[test]
fn awareness_carries_the_members_name_and_nobody_speaks_for_another() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    bench.frame(1, cursor(11, 1, r#"{"user":{"name":"Mallory","id":"x"},"cursor":3}"#));
    bench.settle();
    let user = serde_json::json!({ "id": member(1).account, "name": "Member 1", "color": "#30536b" });
    let state = (11, 1, serde_json::json!({ "user": user, "cursor": 3 }));
    for conn in [1, 2] {
        assert_eq!(bench.sent(conn), [Told::Awareness(vec![state.clone()])]);
    }
    // An echo of the same, a forgery with a later clock, and an attempt to make it disappear.
    for forged in [cursor(11, 1, "{}"), cursor(11, 5, "{}"), cursor(11, 6, "null")] {
        bench.frame(2, forged);
    }
    bench.settle();
    assert_eq!((bench.sent(1), bench.sent(2)), (vec![], vec![]));
    bench.frame(2, wire::awareness(&[0]));
    bench.frame(2, Bytes::from_static(&[3]));
    assert_eq!(bench.sent(2), [Told::Awareness(vec![state.clone()])]);

    // The same member, back over a new connection before the old one is known to be dead.
    bench.step(Event::Joined(Joining {
        conn: ConnId(3),
        ..joining(1)
    }));
    bench.frame(3, cursor(11, 2, r#"{"cursor":4}"#));
    bench.step(Event::Left { conn: ConnId(1) });
    bench.settle();
    assert_eq!(
        bench.sent(2),
        [Told::Awareness(vec![(
            11,
            2,
            serde_json::json!({ "user": user, "cursor": 4 })
        )])]
    );
    bench.step(Event::Left { conn: ConnId(3) });
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Awareness(vec![(11, 2, serde_json::Value::Null)])]);
}

#[test]
fn awareness_is_gathered_and_the_newest_state_wins() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    for clock in 1..=20 {
        bench.frame(1, cursor(11, clock, &format!(r#"{{"cursor":{clock}}}"#)));
    }
    bench.settle();
    let sent = bench.sent(2);
    let [Told::Awareness(states)] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((states.len(), states[0].1), (1, 20));
}

#[test]
fn a_new_name_is_shown_to_everybody() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    bench.frame(1, cursor(11, 1, "{}"));
    bench.settle();
    bench.sent(2);
    bench.step(Event::Renamed {
        conn: ConnId(1),
        member: member(77),
    });
    bench.settle();
    let sent = bench.sent(2);
    let [Told::Awareness(states)] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!(states[0].2["user"]["name"], "Member 77");
    assert!(states[0].1 > 1, "a clock that was seen is passed over by clients");
}

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
        let answer = bench.sent(2).into_iter().find_map(|told| match told {
            Told::Step2(update) => Some(update),
            _ => None,
        });
        let replica = Replica::new(99);
        replica.apply(&answer.unwrap());
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

#[test]
fn what_refers_to_something_missing_is_kept_stored_and_put_in_place_when_that_comes() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2), joining(3)]);
    let (one, two) = (Replica::new(7), Replica::new(8));
    let early = one.insert(0, "first ");
    two.apply(&early);
    let late = two.insert(6, "second");
    bench.frame(1, wire::update(&late));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    let whole = |bench: &mut Bench| {
        bench.sent(2);
        bench.frame(2, wire::step_1(&[0]));
        let replica = Replica::new(99);
        for told in bench.sent(2) {
            match told {
                Told::Step2(update) | Told::Update(update) => replica.apply(&update),
                other => panic!("{other:?}"),
            }
        }
        replica
    };
    let replica = whole(&mut bench);
    assert_eq!(replica.text(), "");
    replica.apply(&early);
    assert_eq!(replica.text(), "first second", "what waits is handed on too");
    let snapshot = bench.room.snapshot().unwrap();

    bench.frame(3, wire::update(&early));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    assert_eq!(whole(&mut bench).text(), "first second");

    // The same from the store: what waited is in the snapshot.
    let mut body = Body::open(Some(&snapshot.bytes), [early.into()]).unwrap();
    let replica = Replica::new(99);
    replica.apply(&body.whole().unwrap());
    assert_eq!(replica.text(), "first second");
}

#[test]
fn when_the_store_fails_everybody_is_to_come_again_and_nothing_is_acknowledged() {
    for event in [Event::AppendFailed, Event::LoadFailed] {
        let mut bench = Bench::open(Limits::default(), [joining(1), standard(2)]);
        bench.frame(1, wire::update(&Replica::new(7).insert(0, "a")));
        bench.settle();
        bench.appended();
        bench.sent(1);
        bench.sent(2);
        bench.step(event);
        bench.step(Event::Appended { upto: 1 });
        bench.settle();
        assert_eq!(bench.sent(1), [Told::Notice(5, 0, String::new())]);
        assert_eq!(
            (bench.closed(1), bench.closed(2)),
            (Some(CloseCode::Resync), Some(CloseCode::Resync))
        );
        assert!(bench.ended());
        bench.step(Event::Joined(joining(3)));
        assert_eq!(bench.closed(3), Some(CloseCode::Unavailable));
    }
}

#[test]
fn a_room_ends_once_when_the_last_has_left_and_everything_is_durable() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    bench.frame(1, wire::update(&Replica::new(7).insert(0, "a")));
    bench.step(Event::Left { conn: ConnId(1) });
    bench.step(Event::Left { conn: ConnId(1) });
    bench.step(Event::Left { conn: ConnId(2) });
    bench.settle();
    assert!(!bench.ended());
    assert_eq!(bench.appended().len(), 1, "what came before the goodbye is stored");
    bench.step(Event::Appended { upto: 1 });
    bench.settle();
    bench.settle();
    assert_eq!(
        bench
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Ended))
            .count(),
        1
    );
}

#[test]
fn a_room_that_everybody_left_while_it_was_loading_ends_when_it_is_loaded() {
    let mut bench = Bench::new(Limits::default());
    bench.step(Event::Joined(joining(1)));
    bench.step(Event::Left { conn: ConnId(1) });
    bench.settle();
    assert!(!bench.ended());
    bench.step(Event::Loaded(Box::new(Body::open(None, []).unwrap())));
    bench.settle();
    assert!(bench.ended());
}

#[test]
fn shutting_down_stores_what_came_and_sends_everybody_away() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    bench.frame(1, wire::update(&Replica::new(7).insert(0, "a")));
    bench.step(Event::ShutDown);
    assert_eq!(bench.appended().len(), 1);
    assert_eq!(bench.closed(1), Some(CloseCode::Unavailable));
    assert_eq!(bench.closed(2), Some(CloseCode::Unavailable));
}

#[test]
fn what_another_node_stored_is_shown_and_not_stored_again() {
    let mut bench = Bench::new(Limits::default());
    let writer = Replica::new(7);
    let (first, second) = (writer.insert(0, "a"), writer.insert(1, "b"));
    bench.step(Event::Joined(joining(1)));
    bench.step(Event::Remote {
        updates: vec![second.clone().into()],
    });
    bench.step(Event::Loaded(Box::new(Body::open(None, [first.into()]).unwrap())));
    bench.settle();
    assert!(bench.sent(1).contains(&Told::Update(second)));
    assert!(bench.appended().is_empty());
}

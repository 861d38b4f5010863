//! Who may do what, and who is seen.

use crate::support::{Bench, Replica, SCHEMA, Told, cursor, joining, member};
use bytes::Bytes;
use collab::{Access, Body, CloseCode, ConnId, Event, Joining, Limits, Refusal, wire};

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
fn who_may_not_write_says_nothing_of_words() {
    let mut bench = Bench::open(Limits::default(), [reader(1), joining(2)]);
    let said = r#"{"cursor":3,"for":[12],"back":[[[[12,0,5]],[0,5]]]}"#;
    let user = |of| {
        let member = member(of);
        serde_json::json!({ "id": member.account, "name": member.name, "color": member.colour })
    };
    let less = |clock: u64| (11, clock, serde_json::json!({ "user": user(1), "cursor": 3 }));
    let all = |client: u64, clock: u64, of: u128| {
        let mut state: serde_json::Value = serde_json::from_str(said).unwrap();
        state["user"] = user(of);
        (client, clock, state)
    };
    bench.frame(1, cursor(11, 1, said));
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Awareness(vec![less(1)])]);
    bench.frame(2, cursor(22, 1, said));
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Awareness(vec![all(22, 1, 2)])]);

    // From when on they may, what they say next is passed on; and no more from when on they may not.
    let change = |access| Event::AccessChanged {
        conn: ConnId(1),
        access: Some(access),
    };
    bench.step(change(Access::Write));
    bench.frame(1, cursor(11, 3, said));
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Awareness(vec![all(11, 3, 1)])]);
    bench.step(change(Access::Read));
    bench.settle();
    assert_eq!(bench.sent(2), [Told::Awareness(vec![less(4)])]);
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
fn nobody_is_spoken_of_too_often_and_what_is_said_travels_with_what_goes_out_anyway() {
    let limits = Limits::default();
    let (gather, every) = (limits.gather, limits.gather_awareness);
    let mut bench = Bench::open(limits, [joining(1), joining(2)]);
    let start = bench.now;
    let at = |bench: &mut Bench, after: u64| {
        bench.now = start.plus(after);
        bench.room.poll(bench.now, &mut bench.effects);
        bench.sent(2)
    };
    let said = |client: u64, clock: u64| {
        let user = serde_json::json!({ "id": member(u128::from(client)).account, "name": format!("Member {client}"), "color": "#30536b" });
        (client, clock, serde_json::json!({ "user": user, "cursor": clock }))
    };
    let place = |clock: u64| format!(r#"{{"cursor":{clock}}}"#);
    bench.frame(1, cursor(1, 1, &place(1)));
    assert_eq!(at(&mut bench, 0), [Told::Awareness(vec![said(1, 1)])], "who was silent");
    for clock in 2..=9 {
        bench.frame(1, cursor(1, clock, &place(clock)));
    }
    assert_eq!(at(&mut bench, 1), []);
    assert_eq!(bench.room.due(), Some(start.plus(every)));
    // Somebody else is not kept waiting by that, but for what has just gone out.
    bench.frame(2, cursor(2, 1, &place(1)));
    assert_eq!(bench.room.due(), Some(start.plus(gather)));
    assert_eq!(at(&mut bench, gather), [Told::Awareness(vec![said(2, 1)])]);
    assert_eq!(at(&mut bench, every - 1), []);
    assert_eq!(
        at(&mut bench, every),
        [Told::Awareness(vec![said(1, 9)])],
        "the newest, once"
    );
    assert_eq!(bench.room.due(), None);

    // What may be said goes with the next frame, before its own time.
    bench.frame(2, cursor(2, 2, &place(2)));
    let soon = gather + every;
    assert_eq!(bench.room.due(), Some(start.plus(soon)));
    bench.now = start.plus(soon - 1);
    bench.frame(1, wire::update(&Replica::new(7).insert(0, "a")));
    assert!(matches!(&at(&mut bench, soon - 1)[..], [Told::Update(_)]), "not yet");
    bench.frame(1, wire::update(&Replica::new(8).insert(0, "b")));
    let sent = at(&mut bench, soon - 1 + gather);
    assert!(
        matches!(&sent[..], [Told::Update(_), Told::Awareness(states)] if *states == [said(2, 2)]),
        "{sent:?}"
    );
}

#[test]
fn who_comes_back_before_all_know_that_they_went_is_said_once() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    bench.frame(1, cursor(1, 1, "{}"));
    bench.settle();
    bench.sent(2);
    bench.frame(1, cursor(1, 2, "null"));
    bench.frame(1, cursor(1, 3, "{}"));
    bench.settle();
    let sent = bench.sent(2);
    assert!(
        matches!(&sent[..], [Told::Awareness(states)] if states.len() == 1 && states[0].1 == 3 && !states[0].2.is_null())
    );
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

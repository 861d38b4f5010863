//! What a room answers to each message, and what it must not do.

use crate::support::{Bench, Replica, Told, joining, member, read, standard};
use collab::{Body, CloseCode, ConnId, Effect, Event, Joining, Limits, wire};

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
fn what_refers_to_something_missing_is_kept_stored_and_put_in_place_when_that_comes() {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2), joining(3)]);
    let (one, two) = (Replica::new(7), Replica::new(8));
    let early = one.insert(0, "first ");
    two.apply(&early);
    let late = two.insert(6, "second");
    bench.frame(1, wire::update(&late));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    assert_eq!(bench.sent(3), [], "nobody can do anything with it yet");
    let hear = |bench: &mut Bench, conn: u64, replica: &Replica| {
        for told in bench.sent(conn) {
            match told {
                Told::Step2(update) | Told::Update(update) => replica.apply(&update),
                other => panic!("{other:?}"),
            }
        }
    };
    let whole = |bench: &mut Bench| {
        bench.sent(2);
        bench.frame(2, wire::step_1(&[0]));
        let replica = Replica::new(99);
        hear(bench, 2, &replica);
        replica
    };
    let replica = whole(&mut bench);
    assert_eq!(replica.text(), "");
    let snapshot = bench.room.snapshot().unwrap();

    bench.frame(3, wire::update(&early));
    bench.settle();
    assert_eq!(bench.appended().len(), 1);
    hear(&mut bench, 2, &replica);
    assert_eq!(
        replica.text(),
        "first second",
        "what waited is handed on with what it waited for"
    );
    let completer = Replica::new(98);
    completer.apply(&early);
    hear(&mut bench, 3, &completer);
    assert_eq!(completer.text(), "first second", "to whoever completed it as well");
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
    assert!(bench.room.snapshot().is_some(), "until it is, the body stays");
    assert_eq!(bench.appended().len(), 1, "what came before the goodbye is stored");
    bench.step(Event::Appended { upto: 1 });
    bench.settle();
    bench.settle();
    assert!(bench.room.snapshot().is_none(), "the body is let go");
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

#[test]
fn the_first_update_goes_out_at_once_and_what_follows_is_gathered_with_its_acknowledgement() {
    let gather = Limits::default().gather;
    let mut bench = Bench::open(
        Limits::default(),
        [
            joining(1),
            Joining {
                gather: true,
                ..joining(2)
            },
        ],
    );
    let writer = Replica::new(7);
    let poll = |bench: &mut Bench| bench.room.poll(bench.now, &mut bench.effects);
    bench.frame(1, wire::update(&writer.insert(0, "a")));
    poll(&mut bench);
    assert_eq!(bench.sent(2).len(), 1, "after a pause nobody waits");
    assert_eq!(bench.room.due(), None);

    for (at, letter) in [(1, "b"), (2, "c")] {
        bench.frame(1, wire::update(&writer.insert(at, letter)));
    }
    bench.step(Event::Appended { upto: 1 });
    poll(&mut bench);
    assert_eq!((bench.sent(1), bench.sent(2)), (vec![], vec![]));
    assert_eq!(bench.room.due(), Some(bench.now.plus(gather)));
    bench.now = bench.now.plus(gather);
    poll(&mut bench);
    assert_eq!(bench.sent(1), [Told::Durable(1)]);
    let frames: Vec<_> = bench
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Send { .. }))
        .collect();
    assert!(matches!(frames[..], [Effect::Send { frames, .. }] if frames.len() == 1 && read(&frames[0]).len() == 2));
}

#[test]
fn in_a_hall_every_update_goes_out_at_once() {
    let mut bench = Bench::open(Limits::default(), (1..=9).map(joining));
    let writer = Replica::new(7);
    for (at, letter) in (0..).zip(["a", "b", "c"]) {
        bench.frame(1, wire::update(&writer.insert(at, letter)));
        bench.room.poll(bench.now, &mut bench.effects);
        assert_eq!(bench.sent(9).len(), 1, "{letter}");
        assert_eq!(bench.room.holds_until(), Some(bench.now), "{letter}");
    }
}

//! What must hold whatever somebody sends. It is tried with spoilt frames in `hostile`, and by the targets in `fuzz/`, which are
//! guided by what of the code they reach.

use crate::support::{Bench, Replica, cursor, joining};
use bytes::Bytes;
use collab::{Body, CloseCode, Event, Limits, document, scan, wire};
use domain::document::Document;
use yrs::{ReadTxn, StateVector, Transact, updates::decoder::Decode};

/// Frames as editors send them.
pub(crate) fn corpus() -> Vec<Bytes> {
    let (one, two) = (Replica::new(7), Replica::new(8));
    let mut frames = Vec::new();
    for (at, text) in [(0, "one "), (4, "two 😀 "), (2, "é漢"), (0, "x")] {
        let update = one.insert(at, text);
        two.apply(&update);
        frames.push(wire::update(&update));
        frames.push(wire::update(&two.insert(1, "again")));
        frames.push(wire::update(&two.delete(0, 2)));
    }
    frames.push(wire::update(&one.delete(1, 3)));
    frames.push(wire::step_2(&two.all()));
    frames.push(wire::step_1(&two.state_vector()));
    let text = r#"{"type":"doc","attrs":{"schema":1},"content":[
        {"type":"heading","attrs":{"level":2,"numbered":true,"id":"h"},"content":[{"type":"text","text":"Title"}]},
        {"type":"paragraph","attrs":{"dir":null,"align":"center"},"content":[
            {"type":"text","text":"a "},{"type":"text","text":"link","marks":[{"type":"link","attrs":{"href":"https://a.b/","title":null}}]},
            {"type":"footnote","content":[{"type":"text","text":"note"}]}]},
        {"type":"pause","attrs":{"seconds":8}}]}"#;
    let update = document::write(&Document::from_text(text).unwrap(), 9);
    frames.push(wire::update(&update));
    frames.push(cursor(11, 1, r#"{"user":{"name":"x"},"cursor":{"anchor":1}}"#));
    frames.push(Bytes::from_static(&[3]));
    frames
}

/// Decodes an update: what is made of it is no more than a few times its own size, whatever counts and lengths it claims.
/// Returns whether it is one.
pub(crate) fn decoder(update: &[u8], what: &str) -> bool {
    let Ok(outline) = scan::scan(update, usize::MAX) else {
        return false;
    };
    let parts = outline.inserts.len() + outline.deletes.len() + outline.needs.len() + outline.gaps.len();
    // A block takes a byte at least, and refers to three others at most.
    assert!(outline.blocks <= update.len(), "{what}: {outline:?}");
    assert!(parts <= 4 * update.len(), "{what}: {outline:?}");
    if let Ok(body) = Body::open(None, [Bytes::copy_from_slice(update)]) {
        assert!(body.state_vector().len() <= 16 * update.len(), "{what}");
    }
    true
}

/// Sends frames into a room with two people in it, some of them together, so that they are put in place together: what it takes
/// can be opened again, read, and kept. Returns whether the room had to send everybody away.
pub(crate) fn room(batches: impl IntoIterator<Item = Vec<Bytes>>, what: &str) -> bool {
    let mut bench = Bench::open(Limits::default(), [joining(1), joining(2)]);
    let mut log = Vec::new();
    for frames in batches {
        if bench.closed(1).is_some() {
            bench.effects.clear();
            bench.step(Event::Joined(joining(1)));
        }
        for frame in frames {
            bench.frame(1, frame);
        }
        bench.settle();
        log.extend(bench.appended().into_iter().map(|entry| entry.update));
        if let Some(code) = bench.closed(2) {
            assert_eq!(code, CloseCode::Resync, "{what}");
            break;
        }
    }
    let mut body = Body::open(None, log).unwrap_or_else(|error| panic!("{what}: {error}"));
    let snapshot = body.snapshot().unwrap_or_else(|error| panic!("{what}: {error}"));
    document::read_json(&body.doc().unwrap());
    let mut again = Body::open(Some(&snapshot), []).unwrap();
    let doc = again.doc().unwrap_or_else(|error| panic!("{what}: {error}"));
    for body in [&body, &again] {
        let clocks = StateVector::decode_v1(&body.state_vector()).unwrap();
        assert_eq!(clocks, doc.transact().state_vector(), "{what}");
    }
    bench.closed(2).is_some()
}

//! Blocks that no editor writes, which would stand where nothing can, or not for everybody: in every order, one after the other
//! and together, the room has what it has, a page that was handed what the room passed on has the same in Yjs, and so has
//! whoever comes later or opens the log. Nobody is put out for what somebody else had waiting.

use crate::{
    attack,
    differential::{Yjs, content},
    plan::Numbers,
    support::{Bench, Told, joining, push},
};
use bytes::Bytes;
use collab::{Body, CloseCode, Limits, wire};
use serde_json::{Value, json};

type Id = (u64, u64);

/// Blocks of one client.
fn update(client: u64, first: u64, blocks: &[Vec<u8>]) -> Bytes {
    let mut update = Vec::new();
    for number in [1, blocks.len() as u64, client, first] {
        push(&mut update, number);
    }
    update.extend(blocks.concat());
    update.push(0);
    update.into()
}

/// Two updates without deletions as one.
fn both(one: &[u8], other: &[u8]) -> Bytes {
    let (one, other) = (&one[1..one.len() - 1], &other[1..other.len() - 1]);
    [&[2], one, other, &[0]].concat().into()
}

fn deletion(client: u64, first: u64, count: u64) -> Bytes {
    let mut update = vec![0];
    for number in [1, client, 1, first, count] {
        push(&mut update, number);
    }
    update.into()
}

fn refers(kind: u8, ids: &[Id]) -> Vec<u8> {
    let mut block = vec![kind];
    for (client, clock) in ids {
        push(&mut block, *client);
        push(&mut block, *clock);
    }
    block
}

fn at_the_top(name: &str) -> Vec<u8> {
    let name = [&[u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
    [&[7, 1, 8][..], b"document", &[3], &name].concat()
}

fn inside((client, clock): Id, content: &[u8]) -> Vec<u8> {
    let mut block = vec![content[0], 0];
    push(&mut block, client);
    push(&mut block, clock);
    [&block, &content[1..]].concat()
}

/// A paragraph with a text with letters: clocks 0, 1, and from 2 on.
fn paragraph(client: u64, letters: &str) -> Bytes {
    let letters = [&[4, u8::try_from(letters.len()).unwrap()], letters.as_bytes()].concat();
    let blocks = [
        at_the_top("paragraph"),
        inside((client, 0), &[7, 6]),
        inside((client, 1), &letters),
    ];
    update(client, 0, &blocks)
}

/// A letter of client 9 between two others.
fn between(left: Id, right: Id) -> Bytes {
    let letter = [refers(0xc4, &[left, right]), vec![1, b'x']].concat();
    update(9, 0, &[letter])
}

/// An attribute of the paragraph of a client: its clock 0.
fn attribute(client: u64, of: Id) -> Bytes {
    let block = [inside(of, &[0x28]), vec![2, b'i', b'd', 1, 119, 1, b'h']].concat();
    update(client, 0, &[block])
}

/// Elements in each other, by client 7, of which the outermost stands in something of client 6.
fn nested(count: u64) -> Bytes {
    let one = |clock: u64| {
        let outer = if clock == 0 { (6, 0) } else { (7, clock - 1) };
        inside(
            outer,
            &[7, 3, 10, b'b', b'l', b'o', b'c', b'k', b'q', b'u', b'o', b't', b'e'],
        )
    };
    update(7, 0, &(0..count).map(one).collect::<Vec<_>>())
}

struct History {
    name: &'static str,
    updates: Vec<Bytes>,
    /// What stands there in the end, whatever the order: the texts. `None`: two have the same clock, and the first counts.
    texts: Option<&'static [&'static str]>,
}

/// What is sent, in one of its orders.
fn histories() -> Vec<History> {
    let (one, other) = (paragraph(8, "ab"), paragraph(10, "z"));
    let garbage = update(11, 0, &[vec![0, 1]]);
    let behind =
        |client, left, letters: &[u8]| update(client, 0, &[[refers(0x84, &[left]), letters.to_vec()].concat()]);
    let gone = deletion(10, 0, 3);
    let outer = update(6, 0, &[at_the_top("blockquote")]);
    let stray = attribute(12, (8, 0));
    let (ab, z): (&[_], &[_]) = (&["ab"], &["ab", "z"]);
    let history = |name, updates: &[&Bytes], texts| History {
        name,
        updates: updates.iter().map(|update| (*update).clone()).collect(),
        texts,
    };
    let crossing = between((8, 2), (10, 2));
    let circle = both(&between((14, 0), (8, 2)), &behind(14, (9, 0), &[1, b'y']));
    vec![
        history(
            "between what stays and what goes",
            &[&one, &other, &gone, &crossing],
            Some(ab),
        ),
        history(
            "between what goes and what stays",
            &[&one, &other, &gone, &between((10, 2), (8, 3))],
            Some(ab),
        ),
        history("between two places", &[&one, &other, &crossing], Some(z)),
        history("before garbage", &[&one, &garbage, &between((8, 2), (11, 0))], Some(ab)),
        history("behind garbage", &[&one, &garbage, &between((11, 0), (8, 3))], Some(ab)),
        history(
            "by a letter and an attribute",
            &[&one, &stray, &between((8, 2), (12, 0))],
            Some(ab),
        ),
        history(
            "of what is gone",
            &[&one, &other, &gone, &attribute(12, (10, 0))],
            Some(ab),
        ),
        history("of a letter", &[&one, &attribute(12, (8, 2))], Some(ab)),
        history(
            "behind what stands nowhere",
            &[&one, &other, &crossing, &behind(14, (9, 0), &[1, b'y'])],
            Some(z),
        ),
        history("too deep", &[&one, &outer, &nested(150)], Some(ab)),
        history(
            "too deep, and gone",
            &[&one, &outer, &nested(150), &deletion(7, 3, 1)],
            Some(ab),
        ),
        history("in a circle", &[&one, &circle], Some(ab)),
        history(
            "twice",
            &[
                &one,
                &other,
                &behind(9, (8, 3), &[1, b'x']),
                &behind(9, (10, 2), &[2, b'x', b'y']),
            ],
            None,
        ),
    ]
}

fn orders(updates: &[Bytes]) -> Vec<Vec<Bytes>> {
    if updates.is_empty() {
        return vec![Vec::new()];
    }
    let with = |first: usize| {
        let mut others = updates.to_vec();
        let first = others.remove(first);
        orders(&others).into_iter().map(move |mut order| {
            order.insert(0, first.clone());
            order
        })
    };
    (0..updates.len()).flat_map(with).collect()
}

/// A line for each node, as `yjs.mjs` writes it.
fn lines(node: &Value, depth: usize) -> Vec<String> {
    let text = |name| node[name].as_str().unwrap_or_default();
    let attributes = node.get("attrs").map_or("{}".to_owned(), Value::to_string);
    let content = node["content"].as_array().into_iter().flatten();
    std::iter::once(format!("{depth} {} {attributes} {}", text("type"), text("text")))
        .chain(content.flat_map(|child| lines(child, depth + 1)))
        .collect()
}

/// The texts among them, sorted.
fn texts(lines: &[String]) -> Vec<&str> {
    let mut texts: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once(" text {} "))
        .map(|(_, text)| text)
        .collect();
    texts.sort_unstable();
    texts
}

/// What Yjs makes of updates.
fn page(yjs: &mut Yjs, updates: &[Vec<u8>], name: &str) -> Vec<String> {
    let updates: Vec<_> = updates.iter().map(hex::encode).collect();
    let read = yjs.ask(&json!({ "updates": updates, "flat": true }));
    assert_eq!(
        read["pending"],
        json!(false),
        "{name}: it was handed what it can do nothing with"
    );
    let mut lines: Vec<String> = serde_json::from_value(read["lines"].clone()).unwrap();
    if lines.len() == 1 {
        // The editor shows an empty paragraph where there is nothing, and so does the server.
        lines.push("1 paragraph {} ".to_owned());
    }
    lines
}

fn handed(told: Vec<Told>) -> Vec<Vec<u8>> {
    let update = |told| match told {
        Told::Update(update) | Told::Step2(update) => Some(update),
        _ => None,
    };
    told.into_iter().filter_map(update).collect()
}

/// Sends updates, each by somebody else, and looks at what the room, its log and the pages have. Returns that.
fn compare(yjs: &mut Yjs, order: &[Bytes], together: bool, name: &str) -> Vec<String> {
    let people = 2..2 + order.len() as u64;
    let mut bench = Bench::open(Limits::default(), std::iter::once(1).chain(people.clone()).map(joining));
    let (mut page_has, mut log) = (Vec::new(), Vec::new());
    for (conn, update) in people.clone().zip(order) {
        bench.frame(conn, wire::update(update));
        if !together {
            bench.settle();
        }
    }
    bench.settle();
    page_has.extend(handed(bench.sent(1)));
    log.extend(bench.appended().into_iter().map(|entry| entry.update));
    assert_eq!(bench.closed(1), None, "{name}: somebody who did nothing was put out");
    for (conn, update) in people.zip(order) {
        // Only what is too deep at once, with all it refers to there, is refused.
        let refused = bench.closed(conn) == Some(CloseCode::Malformed);
        assert!(
            bench.closed(conn).is_none() || refused && *update == nested(150),
            "{name}"
        );
    }
    bench.frame(1, wire::step_1(&[0]));
    let comes_later = page(yjs, &handed(bench.sent(1)), name);
    let mut kept = Body::open(Some(&bench.room.snapshot().unwrap().bytes), []).unwrap();
    let held = lines(&content(&mut kept), 0);
    assert_eq!(page(yjs, &page_has, name), held, "{name}: a page that was there");
    assert_eq!(comes_later, held, "{name}: a page that comes later");
    let mut log = Body::open(None, log).unwrap();
    let fresh: Vec<_> = log
        .difference(&[0])
        .unwrap()
        .iter()
        .map(|update| update.to_vec())
        .collect();
    assert_eq!(page(yjs, &fresh, name), held, "{name}: a page, from the log");
    assert_eq!(lines(&content(&mut log), 0), held, "{name}: the log");
    assert_eq!(log.state_vector(), kept.state_vector(), "{name}");
    held
}

#[test]
fn what_would_stand_nowhere_is_garbage_alike_for_everybody_in_any_order() {
    let mut yjs = Yjs::start();
    for History {
        name,
        updates,
        texts: expected,
    } in histories()
    {
        for (number, order) in orders(&updates).into_iter().enumerate() {
            for together in [false, true] {
                let name = format!("{name}, order {number}, together: {together}");
                let held = compare(&mut yjs, &order, together, &name);
                if let Some(expected) = expected {
                    assert_eq!(texts(&held), expected, "{name}");
                }
                let batches = if together {
                    vec![order.iter().map(|update| wire::update(update)).collect()]
                } else {
                    order.iter().map(|update| vec![wire::update(update)]).collect()
                };
                assert!(!attack::room(batches, &name), "{name}");
            }
        }
    }
}

#[test]
fn what_is_too_deep_puts_out_whoever_sent_it_and_nobody_who_completes_it() {
    let outer = update(6, 0, &[at_the_top("blockquote")]);
    for (order, expected) in [
        (
            [(2, &outer), (3, &nested(150))],
            [None, None, Some(CloseCode::Malformed)],
        ),
        ([(3, &nested(150)), (2, &outer)], [None, None, None]),
    ] {
        let mut bench = Bench::open(Limits::default(), [joining(1), joining(2), joining(3)]);
        for (conn, update) in order {
            bench.frame(conn, wire::update(update));
            bench.settle();
        }
        assert_eq!([1, 2, 3].map(|conn| bench.closed(conn)), expected);
        assert!(!bench.ended(), "the room goes on");
    }
}

/// What had seemed to fit comes to wait when it is put in place: it must not be lost.
#[test]
fn what_refers_to_itself_in_a_circle_waits_and_is_kept() {
    let circle = both(
        &between((14, 0), (8, 2)),
        &update(14, 0, &[[refers(0x84, &[(9, 0)]), vec![1, b'y']].concat()]),
    );
    let stray = attribute(12, (8, 2));
    for log in [
        vec![paragraph(8, "ab"), circle.clone()],
        vec![paragraph(8, "ab"), stray.clone(), circle.clone()],
        vec![paragraph(8, "ab"), circle.clone(), stray],
    ] {
        let mut body = Body::open(None, log).unwrap();
        body.doc().unwrap();
        for _ in 0..2 {
            let snapshot = body.snapshot().unwrap();
            assert!(snapshot.windows(circle.len()).any(|part| part == circle));
            assert_eq!(texts(&lines(&content(&mut body), 0)), ["ab"]);
            body = Body::open(Some(&snapshot), []).unwrap();
        }
    }
}

/// Updates of several clients with blocks that refer to whatever there is. Of two in one place the first is left of the second,
/// and nothing is written before something that was itself written behind something: what places cannot tell, Yjs does not
/// promise to put in the same order for everybody.
fn made_up(numbers: &mut Numbers) -> Vec<Bytes> {
    const FIRST: [Id; 7] = [(8, 0), (8, 1), (8, 2), (8, 3), (10, 0), (10, 1), (10, 2)];
    const ALONE: [Id; 6] = [(8, 0), (8, 1), (8, 2), (10, 0), (10, 1), (10, 2)];
    let mut there = FIRST.to_vec();
    let mut updates = vec![paragraph(8, "ab"), paragraph(10, "z")];
    for client in 20..26 {
        let mut blocks = Vec::new();
        for _ in 0..=numbers.below(2) {
            let at = there[usize::try_from(numbers.below(there.len() as u64)).unwrap()];
            let mut two = [0; 2].map(|_| numbers.small(7) as usize);
            two.sort_unstable();
            let two = two.map(|at| FIRST[at]);
            let letter = [1, [b'p', b'q', b'r'][blocks.len() % 3]];
            let block = match numbers.below(10) {
                0 => inside(at, &[7, 3, 1, b'e']),
                1 => inside(at, &[7, 6]),
                2 => [inside(at, &[0x28]), vec![1, b'k', 1, 119, 1, b'v']].concat(),
                3 => vec![0, 1],
                4 => [refers(0x84, &[at]), letter.to_vec()].concat(),
                5 => [refers(0x44, &[ALONE[numbers.small(6) as usize]]), letter.to_vec()].concat(),
                6 => [refers(0xc7, &two), vec![3, 1, b'f']].concat(),
                7 => [refers(0x88, &[at]), vec![1, 119, 1, b'w']].concat(),
                _ => [refers(0xc4, &two), letter.to_vec()].concat(),
            };
            there.push((client, blocks.len() as u64));
            blocks.push(block);
        }
        updates.push(update(client, 0, &blocks));
    }
    for _ in 0..numbers.below(4) {
        let (client, clock) = there[usize::try_from(numbers.below(there.len() as u64)).unwrap()];
        updates.push(deletion(client, clock, 1));
    }
    for last in (1..updates.len()).rev() {
        updates.swap(last, usize::try_from(numbers.below(last as u64 + 1)).unwrap());
    }
    updates
}

/// `COLLAB_PLACES=20000` makes more up, from `COLLAB_SEED` on.
#[test]
fn whatever_is_made_up_is_the_same_for_everybody() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let (first, count) = (number("COLLAB_SEED", 1), number("COLLAB_PLACES", 300));
    let mut yjs = Yjs::start();
    for seed in first..first + count {
        let mut numbers = Numbers(seed);
        let updates = made_up(&mut numbers);
        let together = numbers.below(2) == 0;
        compare(&mut yjs, &updates, together, &format!("seed {seed}"));
    }
}

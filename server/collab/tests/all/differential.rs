//! The server's document against Yjs itself: people write in Yjs, their updates reach the server in any order, twice, in any
//! batches, and both sides must have the same in the end. `COLLAB_YJS=5000` compares more histories.

use crate::{
    plan::Numbers,
    support::{Bench, joining},
};
use bytes::Bytes;
use collab::{Body, Limits, document, wire};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Yjs in a process of its own.
pub(crate) struct Yjs {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Yjs {
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yjs.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs; `cargo xtask test` installs the packages");
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self {
            process,
            input,
            output: BufReader::new(output),
        }
    }

    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.input, "{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{request}: Yjs answered {line:?}"))
    }
}

impl Drop for Yjs {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Without what the two write differently though it means the same: the order of marks, nothing as an empty list.
fn plain(mut value: Value) -> Value {
    if let Some(marks) = value.get_mut("marks").and_then(Value::as_array_mut) {
        marks.sort_by_key(|mark| mark["type"].to_string());
    }
    match &mut value {
        Value::Object(members) => {
            members.retain(|_, member| {
                *member = plain(member.take());
                !member.is_null() && *member != json!({}) && *member != json!([])
            });
        }
        Value::Array(values) => values.iter_mut().for_each(|value| *value = plain(value.take())),
        _ => {}
    }
    value
}

pub(crate) fn content(body: &mut Body) -> Value {
    plain(document::read_json(&body.doc().unwrap()))
}

/// What Yjs answered. The editor shows an empty paragraph where there is nothing, and so does the server.
fn shown(answer: &Value) -> Value {
    let json = plain(answer["json"].clone());
    if json == json!({ "type": "doc" }) {
        json!({ "type": "doc", "content": [{ "type": "paragraph" }] })
    } else {
        json
    }
}

fn bytes(text: &Value) -> Bytes {
    hex::decode(text.as_str().unwrap()).unwrap().into()
}

fn shuffle<T>(numbers: &mut Numbers, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, numbers.small(last as u64 + 1) as usize);
    }
}

#[test]
fn the_server_has_what_yjs_has_whatever_the_order() {
    let count: u64 = std::env::var("COLLAB_YJS").map_or(150, |value| value.parse().unwrap());
    let mut yjs = Yjs::start();
    let mut edits = 0;
    for seed in 1..=count {
        let written = yjs.ask(&json!({ "seed": seed }));
        let mut updates: Vec<Bytes> = written["updates"].as_array().unwrap().iter().map(bytes).collect();
        edits += updates.len();
        let expected = shown(&written);
        let mut numbers = Numbers(seed);
        for order in ["as sent", "shuffled", "the whole"] {
            match order {
                "shuffled" => {
                    let again = updates[numbers.small(updates.len() as u64) as usize].clone();
                    updates.push(again);
                    shuffle(&mut numbers, &mut updates);
                }
                "the whole" => updates = vec![bytes(&written["whole"])],
                _ => {}
            }
            let name = format!("seed {seed}, {order}");
            let log = through_a_room(&mut numbers, &updates, &name);
            let mut body = Body::open(None, log.iter().cloned()).unwrap();
            assert_eq!(content(&mut body), expected, "{name}");
            let snapshot = body.snapshot().unwrap();
            let mut again = Body::open(Some(&snapshot), []).unwrap();
            assert_eq!(content(&mut again), expected, "{name}, from a snapshot");
            // And Yjs has the same from what the server hands out.
            let handed: Vec<_> = again.difference(&[0]).unwrap().iter().map(hex::encode).collect();
            let read = yjs.ask(&json!({ "updates": handed }));
            assert_eq!(shown(&read), expected, "{name}, in Yjs");
            assert_eq!(
                (&read["stateVector"], &read["pending"]),
                (&written["stateVector"], &json!(false)),
                "{name}"
            );
        }
    }
    assert!(edits as u64 > 15 * count, "{edits} edits");
}

/// With each character outside the basic plane as two halves that cannot be read.
fn blurred(value: &Value) -> Value {
    let halves = |text: &str| -> String {
        let halves = text.chars().map(|character| match character.len_utf16() {
            2 => "\u{fffd}\u{fffd}".to_owned(),
            _ => character.to_string(),
        });
        halves.collect()
    };
    match value {
        Value::String(text) => halves(text).into(),
        Value::Array(items) => items.iter().map(blurred).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), blurred(member)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// No editor of ours cuts a surrogate pair, but a client could. Yjs writes U+FFFD for each half then, not in all replicas at
/// the same places, so that they may show different characters for good. The server takes such an edit as any other: it
/// holds what its log holds, whoever opens that next; it counts clocks as Yjs does; whoever comes gets what it has; and but
/// for halves that are readable in one place and not in the other, it is what Yjs has, where its replicas agree.
#[test]
fn an_edit_that_cuts_a_surrogate_pair_costs_a_character_and_nothing_else() {
    let count: u64 = std::env::var("COLLAB_YJS").map_or(150, |value| value.parse().unwrap());
    let mut yjs = Yjs::start();
    let (mut cut, mut agreed) = (0, 0);
    for seed in 1..=count {
        let written = yjs.ask(&json!({ "seed": seed, "halves": true }));
        let updates: Vec<Bytes> = written["updates"].as_array().unwrap().iter().map(bytes).collect();
        let name = format!("seed {seed}");
        let mut bench = Bench::open(Limits::default(), [joining(1)]);
        let log = hand_over(&mut bench, &mut Numbers(seed), &updates, &name);
        let live = bench.room.snapshot().unwrap().bytes;
        let mut live = Body::open(Some(&live), []).unwrap();
        let held = content(&mut live);
        let mut again = Body::open(None, log).unwrap();
        assert_eq!(content(&mut again), held, "{name}: its log says something else");
        assert_eq!(again.state_vector(), live.state_vector(), "{name}");
        let handed: Vec<_> = live.difference(&[0]).unwrap().iter().map(hex::encode).collect();
        let read = yjs.ask(&json!({ "updates": handed }));
        assert_eq!(blurred(&shown(&read)), blurred(&held), "{name}, for whoever comes");
        assert_eq!(read["stateVector"], written["stateVector"], "{name}");
        cut += u64::from(held.to_string().contains('\u{fffd}'));
        if written["agrees"] == json!(true) {
            agreed += 1;
            assert_eq!(
                blurred(&held),
                blurred(&shown(&written)),
                "{name}: Yjs agrees on something else"
            );
        }
    }
    assert!(cut * 4 > count && agreed * 2 > count, "{cut} cut, {agreed} agreed");
}

/// Hands updates to a room in batches of any size; returns what it stored.
fn through_a_room(numbers: &mut Numbers, updates: &[Bytes], name: &str) -> Vec<Bytes> {
    let mut bench = Bench::open(Limits::default(), [joining(1)]);
    hand_over(&mut bench, numbers, updates, name)
}

fn hand_over(bench: &mut Bench, numbers: &mut Numbers, updates: &[Bytes], name: &str) -> Vec<Bytes> {
    let mut log = Vec::new();
    for update in updates {
        bench.frame(1, wire::update(update));
        if numbers.below(3) == 0 {
            bench.settle();
        }
        log.extend(bench.appended());
        assert_eq!(bench.closed(1), None, "{name}");
    }
    bench.settle();
    log.extend(bench.appended());
    log.into_iter().map(|entry| entry.update).collect()
}

#[test]
fn what_the_server_writes_reads_the_same_in_yjs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/domain/tests/document/accepted");
    let mut yjs = Yjs::start();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let written = domain::document::Document::from_text(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let update = document::write(&written, 77);
        let read = yjs.ask(&json!({ "updates": [hex::encode(&update)] }));
        let mut body = Body::open(None, [update]).unwrap();
        assert_eq!(shown(&read), content(&mut body), "{}", path.display());
        assert_eq!(read["pending"], json!(false));
    }
}

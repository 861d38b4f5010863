//! Events edited, deleted, moved, repeated, slipped in, cut off.

use super::*;

#[test]
fn an_edit_of_any_member_of_a_leaf_is_found_at_its_position() {
    let edits: [(&str, Edit); 14] = [
        ("v", |leaf| leaf["v"] = json!(2)),
        ("workspace", |leaf| {
            leaf["workspace"] = json!("00000000-0000-0000-0000-000000000012");
        }),
        ("id", |leaf| leaf["id"] = json!("00000000-0000-0000-0000-0000000000ff")),
        ("at", |leaf| leaf["at"] = json!("2026-11-22T03:00:00.000Z")),
        ("actor", |leaf| leaf["actor"]["kind"] = json!("system")),
        ("account", |leaf| {
            leaf["actor"]["account"] = json!("00000000-0000-0000-0000-0000000000ff");
        }),
        ("action", |leaf| leaf["action"] = json!("record.get")),
        ("target", |leaf| leaf["target"]["id"] = json!("other")),
        ("no target", |leaf| {
            leaf.as_object_mut().unwrap().remove("target");
        }),
        ("refused", |leaf| leaf["refused"] = json!(true)),
        ("request", |leaf| {
            leaf["request"] = json!("00000000-0000-0000-0000-0000000000ff");
        }),
        ("changes", |leaf| leaf["changes"] = json!("00".repeat(32))),
        ("origin", |leaf| leaf["origin"] = json!("00".repeat(32))),
        ("more", |leaf| leaf["more"] = json!(1)),
    ];
    for position in 0..EVENTS {
        for (name, change) in edits {
            let mut lines = Log::example().export();
            edit(&mut lines, HEAD + position, |line| change(&mut line["leaf"]));
            assert_eq!(
                check(&lines, None).map_err(|finding| (finding.position, finding.what, finding.line)),
                Err((Some(position as u64), What::Edited, line_of(position) as u64)),
                "{name}"
            );
        }
    }
}

#[test]
fn an_edit_of_a_value_is_found_although_the_leaf_stands() {
    let example = Log::example().export();
    let edits: [(Edit, What); 8] = [
        (
            |openings| openings["changes"]["value"][0]["after"] = json!("another"),
            What::Commitment("what changed"),
        ),
        (
            |openings| openings["changes"]["value"] = json!([]),
            What::Commitment("what changed"),
        ),
        (
            |openings| openings["changes"]["value"][0]["more"] = json!("x"),
            What::Commitment("what changed"),
        ),
        (
            |openings| openings["changes"]["salt"] = json!("00".repeat(32)),
            What::Commitment("what changed"),
        ),
        (
            |openings| openings["changes"]["salt"] = json!("no hex"),
            What::Commitment("what changed"),
        ),
        (
            |openings| openings["origin"]["value"]["address"] = json!("192.0.2.99"),
            What::Commitment("where it came from"),
        ),
        (
            |openings| openings["origin"]["more"] = json!("x"),
            What::Malformed("these openings are not of format 1"),
        ),
        (
            |openings| *openings = json!("none"),
            What::Malformed("these openings are not of format 1"),
        ),
    ];
    for (change, what) in edits {
        let mut lines = example.clone();
        edit(&mut lines, HEAD + 6, |line| change(&mut line["openings"]));
        found(&lines, line_of(6), 6, what);
    }
    // Values of another event of the same log.
    let mut lines = example.clone();
    let other: Value = serde_json::from_str(&lines[HEAD + 5]).unwrap();
    edit(&mut lines, HEAD + 6, |line| {
        line["openings"] = other["openings"].clone();
    });
    found(&lines, line_of(6), 6, What::Commitment("what changed"));
}

#[test]
fn a_deleted_event_is_missed_wherever_it_stood() {
    for position in 0..EVENTS - 1 {
        let mut lines = Log::example().export();
        lines.remove(HEAD + position);
        found(&lines, line_of(position), position as u64, What::Deleted);
    }
    // The last one leaves no gap, only too few.
    let mut lines = Log::example().export();
    lines.remove(HEAD + EVENTS - 1);
    found(&lines, line_of(EVENTS - 1), 9, What::Truncated);
    // Closing the gap by new numbers does not help.
    let mut lines = Log::example().export();
    lines.remove(HEAD + 6);
    for position in 6..EVENTS - 1 {
        edit(&mut lines, HEAD + position, |line| line["position"] = json!(position));
    }
    found(&lines, line_of(6), 6, What::Edited);
}

#[test]
fn a_moved_event_is_found_with_the_place_it_went_to() {
    for (from, to) in [(0, 1), (2, 9), (8, 9), (4, 5)] {
        let mut lines = Log::example().export();
        let moved = lines.remove(HEAD + from);
        lines.insert(HEAD + to, moved);
        let reordered = What::Reordered {
            found: line_of(to) as u64,
        };
        found(&lines, line_of(from), from as u64, reordered);
    }
    // Two events that swap their positions as well.
    let mut lines = Log::example().export();
    lines.swap(HEAD + 6, HEAD + 7);
    edit(&mut lines, HEAD + 6, |line| line["position"] = json!(6));
    edit(&mut lines, HEAD + 7, |line| line["position"] = json!(7));
    found(&lines, line_of(6), 6, What::Edited);
}

#[test]
fn a_repeated_event_is_found() {
    for position in 0..EVENTS {
        let mut lines = Log::example().export();
        lines.insert(HEAD + position + 1, lines[HEAD + position].clone());
        found(&lines, line_of(position + 1), position as u64, What::Duplicated);
    }
}

#[test]
fn a_slipped_in_event_is_found() {
    let mut lines = Log::example().export();
    lines.insert(HEAD + 5, lines[HEAD + 7].clone());
    for position in 5..=EVENTS {
        edit(&mut lines, HEAD + position, |line| line["position"] = json!(position));
    }
    found(&lines, line_of(5), 5, What::EditedWithin { last: 9 });
    // Behind the newest checkpoint nothing is sealed.
    let mut lines = Log::example().export();
    lines.insert(HEAD + EVENTS, lines[HEAD + 9].clone());
    edit(&mut lines, HEAD + EVENTS, |line| line["position"] = json!(10));
    found(&lines, line_of(10), 10, What::NotSealed);
}

#[test]
fn every_cut_is_found() {
    let whole = Log::example().export();
    for length in 0..whole.len() {
        let finding = check(&whole[..length], None).unwrap_err();
        assert_eq!(finding.what, What::Truncated, "{length} lines");
        assert_eq!(finding.line, length as u64 + 1);
    }
    // Cut, with the end put back.
    for keep in 0..EVENTS {
        let mut lines = whole[..HEAD + keep].to_vec();
        lines.push(whole[HEAD + EVENTS].clone());
        found(&lines, line_of(keep), keep as u64, What::Truncated);
        edit(&mut lines, HEAD + keep, |line| line["size"] = json!(keep));
        found(&lines, line_of(keep), keep as u64, What::Truncated);
    }
    let mut lines = whole.clone();
    edit(&mut lines, HEAD + EVENTS, |line| line["size"] = json!(11));
    found(&lines, line_of(EVENTS), 10, What::Truncated);
}

#[test]
fn a_wrong_proof_is_told_from_a_wrong_event() {
    let proofs: [Edit; 4] = [
        |proof| proof[0] = json!("00".repeat(32)),
        |proof| proof[0] = json!("no hex"),
        |proof| *proof = json!([]),
        |proof| proof.as_array_mut().unwrap().push(json!("00".repeat(32))),
    ];
    for change in proofs {
        let mut lines = Log::example().export();
        edit(&mut lines, HEAD + 6, |line| change(&mut line["proof"]));
        edit(&mut lines, HEAD + 8, |line| change(&mut line["proof"]));
        found(&lines, line_of(6), 6, What::Proof);
    }
    // A wrong event goes before a wrong proof that stands above it.
    let mut lines = Log::example().export();
    edit(&mut lines, HEAD, |line| line["proof"] = json!([]));
    edit(&mut lines, HEAD + 7, |line| line["leaf"]["refused"] = json!(true));
    found(&lines, line_of(7), 7, What::Edited);
    // But in one batch nobody can tell them apart.
    let mut lines = Log::example().export();
    edit(&mut lines, HEAD, |line| line["proof"] = json!([]));
    edit(&mut lines, HEAD + 2, |line| line["leaf"]["refused"] = json!(true));
    found(&lines, line_of(0), 0, What::Edited);
}

#[test]
fn a_tree_rebuilt_over_an_edit_is_found_in_the_batch_that_was_edited() {
    // As a superuser would do it: the leaf, its hash and every node above it written anew, old checkpoints kept.
    for (position, first, what) in [
        (2, 0, What::EditedWithin { last: 3 }),
        (4, 4, What::Edited),
        (7, 5, What::EditedWithin { last: 9 }),
    ] {
        let mut log = Log::example();
        log.events[position].leaf = log.events[position].leaf.replace("record.rename", "record.create");
        found(&log.export(), line_of(first), first as u64, what);
    }
}

#[test]
fn a_leaf_damaged_in_the_database_goes_out_and_is_found() {
    let original = Log::example().events[6].leaf.clone();
    for damaged in [
        String::new(),
        "null".to_owned(),
        original[1..].to_owned(),
        original.replace(':', ": "),
        original.replace(r#""v":1"#, r#""v":1.5"#),
        original.replace(r#""refused":false"#, r#""refused":true,"refused":false"#),
    ] {
        // The stored hashes and nodes are the old ones: only the line of the event differs.
        let log = Log::example();
        let mut lines = log.export();
        lines[HEAD + 6] = event_line(6, &damaged, None, &log.proof(6), None);
        found(&lines, line_of(6), 6, What::Edited);
    }
}

#[test]
fn a_column_that_the_exporter_found_altered_is_found() {
    let log = Log::example();
    let mut lines = log.export();
    let event = &log.events[6];
    lines[HEAD + 6] = event_line(6, &event.leaf, Some(&event.openings), &log.proof(6), Some("action"));
    found(&lines, line_of(6), 6, What::Column("action".to_owned()));
}

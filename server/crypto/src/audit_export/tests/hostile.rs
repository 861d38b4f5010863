//! Lines nobody would write by accident.

use super::*;
use proptest::prelude::*;

#[test]
fn lines_that_are_no_lines_of_an_export() {
    let example = Log::example().export();
    let deep = "[".repeat(100_000);
    let long = format!("{{\"checkpoint\":\"{}\"}}", "x".repeat(MAX_LINE_BYTES));
    let cases: Vec<(Vec<u8>, What)> = vec![
        (b"".to_vec(), What::NotJson),
        (b"\0".to_vec(), What::NotJson),
        (b"\xff\xfe".to_vec(), What::NotJson),
        (b"{\"checkpoint\":\"\xc3\"}".to_vec(), What::NotJson),
        (b"\xef\xbb\xbf{}".to_vec(), What::NotJson),
        (b"{\"end\":".to_vec(), What::NotJson),
        (b"{} {}".to_vec(), What::NotJson),
        (deep.into_bytes(), What::NotJson),
        (long.into_bytes(), What::TooLong),
        (b"{\"position\": 3}".to_vec(), What::NotCanonical),
        (b"{\"b\":1,\"a\":1}".to_vec(), What::NotCanonical),
        (b"{\"a\":1,\"a\":1}".to_vec(), What::NotCanonical),
        (b"{\"position\":1e2}".to_vec(), What::NotCanonical),
        (b"{\"position\":18446744073709551615}".to_vec(), What::NotCanonical),
        (b"{\"position\":1e999}".to_vec(), What::NotJson),
        (b"null".to_vec(), What::Malformed("this is not an event")),
        (b"3".to_vec(), What::Malformed("this is not an event")),
        (b"[]".to_vec(), What::Malformed("this is not an event")),
        (b"{}".to_vec(), What::Malformed("this is not an event")),
        (b"\"end\"".to_vec(), What::Malformed("this is not an event")),
        (b"{\"end\":1}".to_vec(), What::Malformed("this is not an end")),
        (
            b"{\"checkpoint\":null,\"checkpoints\":0,\"end\":false,\"size\":0}".to_vec(),
            What::OtherEnd,
        ),
        (
            b"{\"checkpoint\":null,\"checkpoints\":0,\"end\":true,\"size\":0}".to_vec(),
            What::OtherEnd,
        ),
        (
            b"{\"checkpoint\":\"\",\"checkpoints\":0,\"end\":true,\"size\":0}".to_vec(),
            What::Signature(NoteError::Malformed),
        ),
    ];
    for (line, what) in cases {
        // Among the events.
        let mut lines: Vec<Vec<u8>> = example.iter().map(|line| line.clone().into_bytes()).collect();
        lines.insert(HEAD + 3, line.clone());
        let finding = verify(&lines, &Log::key(), None).unwrap_err();
        let shown = String::from_utf8_lossy(&line[..line.len().min(60)]).into_owned();
        assert_eq!((finding.line, finding.what), (8, what), "{shown}");
        // In place of the header, and after the end.
        lines[0] = line;
        assert_eq!(verify(&lines, &Log::key(), None).unwrap_err().line, 1, "{shown}");
    }
}

#[test]
fn members_of_the_wrong_kind_or_number() {
    let example = Log::example().export();
    let event: [Edit; 10] = [
        |line| line["position"] = json!(-1),
        |line| line["position"] = json!("3"),
        |line| line["position"] = Value::Null,
        |line| line["proof"] = json!("00"),
        |line| line["proof"] = json!([1]),
        |line| line["more"] = json!(1),
        |line| {
            line.as_object_mut().unwrap().remove("leaf");
        },
        |line| {
            line.as_object_mut().unwrap().remove("openings");
        },
        |line| {
            line.as_object_mut().unwrap().remove("proof");
        },
        |line| {
            line.as_object_mut().unwrap().remove("position");
        },
    ];
    for change in event {
        let mut lines = example.clone();
        edit(&mut lines, HEAD + 3, change);
        found(&lines, line_of(3), 3, What::Malformed("this is not an event"));
    }
    for leaf in [
        Value::Null,
        json!(1),
        json!([]),
        json!({}),
        json!("text"),
        json!({"v": {}}),
    ] {
        let mut lines = example.clone();
        edit(&mut lines, HEAD + 3, |line| line["leaf"] = leaf);
        found(&lines, line_of(3), 3, What::Edited);
    }
    let header: [(Edit, What); 7] = [
        (|line| line["format"] = json!("scriptkeep-audit/2"), What::Format),
        (|line| line["format"] = json!(1), What::Format),
        (|line| line["more"] = json!(1), What::Malformed("this is not a header")),
        (
            |line| line["workspace"] = json!("x"),
            What::Malformed("this is not a header"),
        ),
        (
            |line| line["exported_at"] = json!("yesterday"),
            What::Malformed("the time of the export"),
        ),
        (|line| line["verifier_key"] = json!(""), What::WrongKey),
        (
            |line| line["workspace"] = json!("00000000-0000-0000-0000-000000000012"),
            What::OtherLog,
        ),
    ];
    for (change, what) in header {
        let mut lines = example.clone();
        edit(&mut lines, 0, change);
        found(&lines, 1, None, what);
    }
    let mut lines = example.clone();
    edit(&mut lines, 1, |line| line["more"] = json!(1));
    found(&lines, 2, None, What::Malformed("this is not a checkpoint"));
    let mut lines = example.clone();
    edit(&mut lines, HEAD + EVENTS, |line| line["end"] = json!(false));
    found(&lines, line_of(EVENTS), 10, What::OtherEnd);
    let mut lines = example.clone();
    edit(&mut lines, HEAD + EVENTS, |line| line["more"] = json!(1));
    found(&lines, line_of(EVENTS), 10, What::Malformed("this is not an end"));
}

#[test]
fn lines_in_the_wrong_part() {
    let example = Log::example().export();
    let mut lines = example.clone();
    lines.insert(HEAD + 2, example[1].clone());
    found(&lines, line_of(2), 2, What::Malformed("a checkpoint among the events"));
    let mut lines = example.clone();
    lines.insert(HEAD + 2, example[0].clone());
    found(&lines, line_of(2), 2, What::Malformed("this is not an event"));
    let mut lines = example.clone();
    lines.push(example[HEAD + 9].clone());
    found(&lines, line_of(11), None, What::AfterEnd);
    let mut lines = example.clone();
    lines.push(String::new());
    found(&lines, line_of(11), None, What::AfterEnd);
    let mut lines = example;
    lines.remove(0);
    found(&lines, 1, None, What::Format);
}

#[test]
fn a_line_that_never_ends_is_given_up_in_time() {
    let mut verifier = Verifier::new(Log::key(), None);
    let mut fed = 0;
    let finding = loop {
        match verifier.feed(&[b' '; 1000]) {
            Ok(()) => fed += 1000,
            Err(finding) => break finding,
        }
    };
    assert!(fed <= MAX_LINE_BYTES);
    assert_eq!((finding.line, finding.what), (1, What::TooLong));
}

#[test]
fn no_single_byte_can_change_unnoticed() {
    let log = Log::example_up_to(4);
    let text = log.export().join("\n").into_bytes();
    // Nobody signs when the export was made.
    let exported_at = String::from_utf8(text.clone()).unwrap().find("2026-").unwrap();
    let mut tried = 0;
    for index in 0..text.len() {
        if (exported_at..exported_at + 24).contains(&index) {
            continue;
        }
        let mut changed = text.clone();
        // One bit that makes a digit another digit and a letter another letter.
        changed[index] ^= 1;
        let result = verify(changed.split(|byte| *byte == b'\n'), &Log::key(), None);
        assert!(
            result.is_err(),
            "byte {index}: {}",
            String::from_utf8_lossy(&changed[index.saturating_sub(20)..=index])
        );
        tried += 1;
    }
    assert!(tried > 4000, "{tried} bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn noise_is_refused(pieces: Vec<Vec<u8>>) {
        let mut verifier = Verifier::new(Log::key(), None);
        let fed = pieces.iter().try_for_each(|piece| verifier.feed(piece));
        prop_assert!(fed.and_then(|()| verifier.finish()).is_err());
    }

    #[test]
    fn lines_shuffled_dropped_and_doubled_are_refused(picks in prop::collection::vec(0_usize..15, 10..20)) {
        let example = Log::example().export();
        let lines: Vec<&String> = picks.iter().map(|index| &example[*index]).collect();
        let whole = lines.iter().copied().eq(example.iter());
        prop_assert_eq!(verify(&lines, &Log::key(), None).is_ok(), whole);
    }
}

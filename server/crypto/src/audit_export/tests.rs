//! Each way of tampering, and what the verifier calls it.

mod events;
mod history;
mod hostile;
mod log;

use super::*;
use crate::{
    Checkpoint, SigningKey,
    note::{NoteError, VerifierKey},
    open_checkpoint,
};
use log::{KEY, Log, WORKSPACE};
use serde_json::{Value, json};
use time::Duration;

/// The lines before the events: the header and three checkpoints.
const HEAD: usize = 4;
/// The events of [`Log::example`], sealed in three batches: 0–3, 4, 5–9.
const EVENTS: usize = 10;

/// A change of one line, or of a part of it.
type Edit = fn(&mut Value);

fn check(lines: &[String], since: Option<Checkpoint>) -> Result<Report, Finding> {
    verify(lines, &Log::key(), since)
}

/// Changes one line of an export, as JSON, and writes it back in canonical form.
fn edit(lines: &mut [String], index: usize, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(&lines[index]).unwrap();
    change(&mut value);
    lines[index] = domain::canonical::to_string(&value).unwrap();
}

#[track_caller]
fn found(lines: &[String], line: usize, position: impl Into<Option<u64>>, what: What) {
    assert_eq!(
        check(lines, None),
        Err(Finding {
            line: u64::try_from(line).unwrap(),
            position: position.into(),
            what
        })
    );
}

/// The line (from 1) of the event at this position.
fn line_of(position: usize) -> usize {
    HEAD + position + 1
}

#[test]
fn an_untouched_export_verifies() {
    let log = Log::example();
    let report = check(&log.export(), None).unwrap();
    assert_eq!(
        report,
        Report {
            workspace: WORKSPACE,
            events: 10,
            erased: 0,
            checkpoints: 3,
            newest: Some(log.checkpoint(2)),
            since: None,
        }
    );
    assert!(report.to_string().starts_with(
        "workspace 00000000-0000-0000-0000-000000000011\n10 events, all as they were sealed, in their order\n"
    ));
    for index in 0..3 {
        let report = check(&log.export(), Some(log.checkpoint(index))).unwrap();
        assert_eq!(report.since, Some(log.checkpoint(index).size));
    }
}

#[test]
fn a_log_without_events_verifies() {
    let log = Log::new();
    let report = check(&log.export(), None).unwrap();
    assert_eq!((report.events, report.newest), (0, None));
    let earlier = Log::example().checkpoint(0);
    assert_eq!(
        check(&log.export(), Some(earlier)).map_err(|finding| finding.what),
        Err(What::RolledBack { since: 4, size: 0 })
    );
}

#[test]
fn every_size_and_way_of_sealing_verifies() {
    for size in 1..40_usize {
        for batch in [1, 3, 16] {
            let mut log = Log::new();
            for _ in 0..size {
                log.add();
                if log.events.len().is_multiple_of(batch) {
                    log.seal();
                }
            }
            if !size.is_multiple_of(batch) {
                log.seal();
            }
            let report = check(&log.export(), None).unwrap();
            assert_eq!(report.events, u64::try_from(size).unwrap());
        }
    }
}

#[test]
fn pieces_of_any_size_give_the_same() {
    let text = Log::example().export().join("\n");
    for (size, line_end) in [(1, "\n"), (7, "\n"), (64 * 1024, "\n"), (100, "\r\n")] {
        for last in ["", line_end] {
            let text = text.replace('\n', line_end) + last;
            let mut verifier = Verifier::new(Log::key(), None);
            for piece in text.as_bytes().chunks(size) {
                verifier.feed(piece).unwrap();
            }
            assert_eq!(verifier.finish().map(|report| report.events), Ok(10));
        }
    }
}

#[test]
fn erased_values_leave_the_log_valid() {
    let mut lines = Log::example().export();
    for index in 0..EVENTS {
        edit(&mut lines, HEAD + index, |line| line["openings"] = Value::Null);
    }
    assert_eq!(check(&lines, None).map(|report| report.erased), Ok(10));
}

#[test]
fn an_event_of_another_workspace_is_found_even_if_it_was_sealed() {
    let mut log = Log::example();
    log.add();
    let last = log.events.last_mut().unwrap();
    last.leaf = last.leaf.replace("000000000011\"}", "000000000012\"}");
    log.seal();
    assert_eq!(check(&log.export(), None).unwrap_err().what, What::OtherLog);
}

#[test]
fn what_was_sealed_wrongly_is_called_malformed() {
    for (from, to) in [
        (r#""v":1"#, r#""v":2"#),
        (".000Z", "Z"),
        (r#""refused":false"#, r#""refused":"no""#),
        (r#","v":1"#, ""),
    ] {
        let mut log = Log::example();
        log.add();
        let last = log.events.last_mut().unwrap();
        last.leaf = last.leaf.replace(from, to);
        log.seal();
        let finding = check(&log.export(), None).unwrap_err();
        assert_eq!(finding.position, Some(10));
        assert_eq!(finding.what, What::Malformed("this leaf is not of format 1"), "{to}");
    }
}

#[test]
fn findings_read_well() {
    let mut lines = Log::example().export();
    lines.remove(HEAD + 3);
    assert_eq!(
        check(&lines, None).unwrap_err().to_string(),
        "line 8, position 3: deleted: the event of this position is missing"
    );
    let key: VerifierKey = KEY.parse().unwrap();
    assert_eq!(key, Log::key());
    let note = &Log::example().checkpoints[0];
    assert_eq!(open_checkpoint(note, &key), Ok(Log::example().checkpoint(0)));
}

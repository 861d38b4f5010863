//! Checkpoints, keys and times: rollbacks, forks, backdating.

use super::*;

#[test]
fn a_rollback_to_an_older_state_shows_against_an_earlier_checkpoint() {
    let log = Log::example();
    // The whole older state, with its own newest checkpoint, is valid in itself.
    let older = log.rolled_back(2);
    assert_eq!(check(&older, None).map(|report| report.events), Ok(5));
    assert_eq!(
        check(&older, Some(log.checkpoint(1))).map(|report| report.since),
        Ok(Some(5))
    );
    assert_eq!(
        check(&older, Some(log.checkpoint(2))).map_err(|finding| finding.what),
        Err(What::RolledBack { since: 10, size: 5 })
    );
}

#[test]
fn a_fork_shows_against_an_earlier_checkpoint() {
    let log = Log::example();
    // Another history, signed with the very same key.
    for kept in 0..10 {
        let mut fork = Log::example_up_to(kept);
        fork.salt = 99;
        fork.grow_like_example();
        let lines = fork.export();
        assert_eq!(check(&lines, None).map(|report| report.events), Ok(10));
        for (index, size) in [(0, 4), (1, 5), (2, 10)] {
            let result = check(&lines, Some(log.checkpoint(index))).map_err(|finding| finding.what);
            if kept >= size {
                assert!(result.is_ok(), "{kept} {size}: {result:?}");
            } else {
                assert_eq!(
                    result.map(|report| report.events),
                    Err(What::ForkedFromSince {
                        size: u64::try_from(size).unwrap()
                    })
                );
            }
        }
    }
    // Where the fork has a checkpoint of that size, it shows before any event is read.
    let mut fork = Log::new();
    fork.salt = 99;
    fork.grow_like_example();
    let finding = check(&fork.export(), Some(log.checkpoint(1))).unwrap_err();
    assert_eq!((finding.line, finding.what), (3, What::ForkedFromSince { size: 5 }));
    // The fork does not keep the checkpoint of that size.
    fork.checkpoints.drain(..2);
    let finding = check(&fork.export(), Some(log.checkpoint(0))).unwrap_err();
    assert_eq!(finding.what, What::ForkedFromSince { size: 4 });
    assert_eq!(
        finding.line,
        1 + 1 + 4,
        "the event after which the two histories differ for sure"
    );
}

#[test]
fn two_histories_in_one_export_are_found() {
    let mut fork = Log::new();
    fork.salt = 99;
    fork.grow_like_example();
    // A checkpoint of the other history among ours.
    let mut log = Log::example();
    log.checkpoints[0] = fork.checkpoints[0].clone();
    found(&log.export(), 2, None, What::Forked { size: 4 });
    // And one for a size we have as well.
    let mut log = Log::example();
    log.checkpoints.insert(1, fork.checkpoints[0].clone());
    found(&log.export(), 3, None, What::Forked { size: 4 });
    // Even where it would stand as the newest.
    let mut log = Log::example();
    let ours = log.export();
    log.checkpoints.push(fork.checkpoints[2].clone());
    let mut lines = log.export();
    lines[HEAD + 1..].clone_from_slice(&ours[HEAD..]);
    found(&lines, 5, None, What::Forked { size: 10 });
}

#[test]
fn checkpoints_out_of_order_or_with_times_running_backwards_are_found() {
    let mut log = Log::example();
    log.checkpoints.swap(0, 1);
    found(&log.export(), 3, None, What::CheckpointOrder);
    let mut log = Log::example();
    log.resign(1, |checkpoint| checkpoint.time -= Duration::hours(2));
    found(&log.export(), 3, None, What::CheckpointTime);
    // Against the earlier checkpoint: what came later is dated before it.
    let earlier = Log::example().checkpoint(0);
    let mut log = Log::example();
    log.checkpoints.remove(0);
    log.resign(0, |checkpoint| checkpoint.time -= Duration::hours(2));
    let finding = check(&log.export(), Some(earlier)).unwrap_err();
    assert_eq!((finding.line, finding.what), (2, What::CheckpointTime));
    let later = Log::example().checkpoint(2);
    let mut log = Log::example();
    log.resign(0, |checkpoint| checkpoint.time += Duration::hours(2));
    log.resign(1, |checkpoint| checkpoint.time += Duration::hours(2));
    log.resign(2, |checkpoint| checkpoint.time += Duration::hours(2));
    let finding = check(&log.export(), Some(later)).unwrap_err();
    assert_eq!((finding.line, finding.what), (2, What::CheckpointTime));
}

#[test]
fn a_backdated_event_is_found_once_it_is_further_back_than_sealing_explains() {
    for (back, found) in [
        (Duration::ZERO, false),
        (SEALING_WINDOW, false),
        (SEALING_WINDOW + Duration::milliseconds(1), true),
        (Duration::days(400), true),
    ] {
        let mut log = Log::example();
        let sealed = log.checkpoint(2).time;
        log.now = sealed - back - Duration::seconds(1);
        log.add();
        log.now = sealed + Duration::seconds(1);
        log.seal();
        let result = check(&log.export(), None).map_err(|finding| (finding.position, finding.what));
        let at = crate::timestamp::to_text(sealed - back);
        let sealed = crate::timestamp::to_text(sealed);
        match result {
            Ok(report) => assert!(!found && report.events == 11),
            Err(error) => assert_eq!((found, error), (true, (Some(10), What::Backdated { at, sealed }))),
        }
    }
}

#[test]
fn a_backdated_event_is_found_by_its_neighbours_when_the_checkpoints_before_it_are_gone() {
    for (back, found) in [
        (SEALING_WINDOW, false),
        (SEALING_WINDOW + Duration::milliseconds(1), true),
        (Duration::days(80), true),
    ] {
        let mut log = Log::example();
        log.add();
        let before = log.now;
        log.now = before - back - Duration::seconds(1);
        log.add();
        log.now = before + Duration::seconds(1);
        log.seal();
        log.checkpoints.drain(..log.checkpoints.len() - 1);
        let result = check(&log.export(), None).map_err(|finding| finding.what);
        let what = What::OutOfTime {
            at: crate::timestamp::to_text(before - back),
            before: crate::timestamp::to_text(before),
        };
        assert_eq!(result.is_err(), found, "{back}: {result:?}");
        assert!(result.err().is_none_or(|error| error == what));
    }
}

#[test]
fn another_key_is_found() {
    let lines = Log::example().export();
    let name = Log::key().name().to_owned();
    let other = SigningKey::from_seed(&[9; 32]);
    let other_key = other.verifier_key(&name).unwrap();
    let finding = verify(&lines, &other_key, None).unwrap_err();
    assert_eq!((finding.line, finding.what), (1, What::WrongKey));
    // Whoever puts the key we trust in the header still cannot sign with it.
    let mut log = Log::example();
    log.signing_key = SigningKey::from_seed(&[9; 32]);
    for index in 0..3 {
        log.resign(index, |_| ());
    }
    found(&log.export(), 2, None, What::Signature(NoteError::OtherKey));
    // The right key, of another workspace.
    let elsewhere = Log::signing_key().verifier_key("scriptkeep/log/elsewhere").unwrap();
    let mut lines = Log::example().export();
    edit(&mut lines, 0, |header| {
        header["verifier_key"] = json!(elsewhere.to_string());
    });
    let finding = verify(&lines, &elsewhere, None).unwrap_err();
    assert_eq!(finding.what, What::OtherLog);
}

#[test]
fn a_checkpoint_that_was_touched_is_found() {
    let mut lines = Log::example().export();
    edit(&mut lines, 2, |line| {
        line["checkpoint"] = json!(line["checkpoint"].as_str().unwrap().replace("\n5\n", "\n6\n"));
    });
    found(&lines, 3, None, What::Signature(NoteError::BadSignature));
    // Left out of the file: the others still hold everything together, but the end counts one more.
    let mut lines = Log::example().export();
    lines.remove(1);
    let finding = check(&lines, None).unwrap_err();
    assert_eq!(finding.what, What::CheckpointCount { named: 3, found: 2 });
    // The newest left out: then the end contradicts.
    let mut lines = Log::example().export();
    lines.remove(3);
    let finding = check(&lines, None).unwrap_err();
    assert_eq!((finding.position, finding.what), (Some(5), What::NotSealed));
    let mut log = Log::example();
    let end = end_line(10, 3, Some(&log.checkpoints[1]));
    let mut lines = log.export();
    *lines.last_mut().unwrap() = end;
    found(&lines, line_of(EVENTS), 10, What::OtherEnd);
    log.checkpoints.clear();
    let finding = check(&log.export(), None).unwrap_err();
    assert_eq!((finding.line, finding.what), (2, What::NotSealed));
}

use super::*;
use crate::merkle::{EMPTY_ROOT, leaf_hash};
use time::macros::datetime;

fn signing_key() -> SigningKey {
    SigningKey::from_seed(&[5; 32])
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: log_origin(Uuid::from_u128(7)),
        size: 20_852_163,
        root: leaf_hash(b"root"),
        time: datetime!(2026-11-22 04:05:06.789 UTC),
    }
}

#[test]
fn a_checkpoint_reads_as_the_specification_says() {
    let note = sign_checkpoint(&signing_key(), &checkpoint()).unwrap();
    let lines: Vec<&str> = note.split('\n').collect();
    assert_eq!(
        lines[..5],
        [
            "scriptkeep/log/00000000-0000-0000-0000-000000000007",
            "20852163",
            &STANDARD.encode(leaf_hash(b"root")),
            "time 2026-11-22T04:05:06.789Z",
            ""
        ]
    );
    assert!(lines[5].starts_with("\u{2014} scriptkeep/log/00000000-0000-0000-0000-000000000007 "));
    let key = signing_key().verifier_key(&checkpoint().origin).unwrap();
    assert_eq!(open_checkpoint(&note, &key), Ok(checkpoint()));
    let empty = Checkpoint {
        size: 0,
        root: EMPTY_ROOT,
        ..checkpoint()
    };
    assert_eq!(
        open_checkpoint(&sign_checkpoint(&signing_key(), &empty).unwrap(), &key),
        Ok(empty)
    );
}

#[test]
fn only_our_own_form_is_a_checkpoint() {
    let key = signing_key();
    let origin = checkpoint().origin;
    let verifier = key.verifier_key(&origin).unwrap();
    let good = text(&checkpoint());
    let open = |text: &str| open_checkpoint(&key.sign(&origin, text).unwrap(), &verifier);
    assert_eq!(open(&good), Ok(checkpoint()));
    for bad in [
        "\n".to_owned(),
        good.replace("20852163", "020852163"),
        good.replace("20852163", "+20852163"),
        good.replace("20852163", "-1"),
        good.replace("20852163", "9007199254740992"),
        good.replace("20852163", "99999999999999999999999"),
        good.replace('=', ""),
        good.replace(&STANDARD.encode(checkpoint().root), &STANDARD.encode([1; 31])),
        good.replace("time 2026-11-22T04:05:06.789Z\n", ""),
        good.replace("time ", ""),
        good.replace("2026-11-22", "2026-13-22"),
        format!("{good}more\n"),
        format!("{good}\n"),
    ] {
        assert_eq!(open(&bad), Err(NoteError::NotACheckpoint), "{bad}");
    }
    let other = good.replace("000007", "000008");
    assert_eq!(open(&other), Err(NoteError::OtherLog));
}

#[test]
fn what_could_not_be_read_back_is_not_signed() {
    let origin = Checkpoint {
        origin: "two\nlines".to_owned(),
        ..checkpoint()
    };
    assert_eq!(sign_checkpoint(&signing_key(), &origin), Err(NoteError::Malformed));
    let size = Checkpoint {
        size: MAX_SIZE + 1,
        ..checkpoint()
    };
    assert_eq!(sign_checkpoint(&signing_key(), &size), Err(NoteError::NotACheckpoint));
}

use super::*;
use proptest::prelude::*;

/// The example of Go's `golang.org/x/mod/sumdb/note`, which C2SP's specification describes.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_SIGNATURE: &str = "\u{2014} PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signing_key() -> SigningKey {
    SigningKey::from_seed(&[5; 32])
}

#[test]
fn the_example_of_the_reference_implementation_opens() {
    let key: VerifierKey = GO_KEY.parse().unwrap();
    assert_eq!(key.to_string(), GO_KEY);
    assert_eq!(key.open(&format!("{GO_TEXT}\n{GO_SIGNATURE}")), Ok(GO_TEXT));
    // The key of Go's checksum database, of which the base64 holds a plus sign.
    let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    assert_eq!(key.parse::<VerifierKey>().unwrap().to_string(), key);
}

#[test]
fn what_is_signed_opens_with_the_key_of_that_name_only() {
    let note = signing_key()
        .sign("example.org/log", "a text\n\nwith an empty line\n")
        .unwrap();
    let key = signing_key().verifier_key("example.org/log").unwrap();
    assert_eq!(key.open(&note), Ok("a text\n\nwith an empty line\n"));
    let renamed = signing_key().verifier_key("example.org/other").unwrap();
    assert_eq!(renamed.open(&note), Err(NoteError::OtherKey));
    let other = SigningKey::from_seed(&[6; 32]).verifier_key("example.org/log").unwrap();
    assert_eq!(other.open(&note), Err(NoteError::OtherKey));
}

#[test]
fn signatures_of_others_beside_ours_are_passed_over() {
    let key = signing_key().verifier_key("example.org/log").unwrap();
    let note = signing_key().sign("example.org/log", GO_TEXT).unwrap();
    assert_eq!(key.open(&format!("{note}{GO_SIGNATURE}")), Ok(GO_TEXT));
    assert_eq!(
        key.open(&format!("{GO_TEXT}\n{GO_SIGNATURE}")),
        Err(NoteError::OtherKey)
    );
    // Ours with another text is wrong, not unknown.
    let moved = note.replace("cryptography", "steganography");
    assert_eq!(key.open(&moved), Err(NoteError::BadSignature));
    // One good signature does not heal a bad one by the same key.
    let other = signing_key().sign("example.org/log", "another text\n").unwrap();
    let bad = other.rsplit_once("\n\n").unwrap().1;
    assert_eq!(key.open(&format!("{note}{bad}")), Err(NoteError::BadSignature));
}

#[test]
fn malformed_notes_are_refused() {
    let key = signing_key().verifier_key("n").unwrap();
    let note = signing_key().sign("n", "text\n").unwrap();
    assert_eq!(key.open(&note), Ok("text\n"));
    let line = note.rsplit_once("\n\n").unwrap().1.to_owned();
    for bad in [
        String::new(),
        "text\n".to_owned(),
        "text\n\n".to_owned(),
        format!("text\n{line}"),
        note.trim_end().to_owned(),
        format!("{note}\n"),
        format!("{note}no signature\n"),
        note.replace('\u{2014}', "-"),
        note.replace(" n ", " n  "),
        note.replace(" n ", "  "),
        note.replace(" n ", " n+ "),
        note.replace('=', ""),
        note.replace("text", "te\u{7}xt"),
        note.replace('\n', "\r\n"),
        "text\n\n\u{2014} n AAAA\n".to_owned(),
        format!("{}\n{note}", "x".repeat(MAX_NOTE_BYTES)),
    ] {
        assert_eq!(key.open(&bad), Err(NoteError::Malformed), "{bad:.80}");
    }
    assert_eq!(
        key.open(&format!(
            "text\n\n\u{2014} n {}\n",
            STANDARD.encode([&key.id()[..], &[1]].concat())
        )),
        Err(NoteError::BadSignature),
        "too short a signature by a known key"
    );
}

#[test]
fn what_could_not_be_read_back_is_not_signed() {
    for (name, text) in [
        ("", "text\n"),
        ("a b", "text\n"),
        ("a+b", "text\n"),
        ("a\nb", "text\n"),
        ("a\u{a0}b", "text\n"),
        ("n", ""),
        ("n", "text"),
        ("n", "te\rxt\n"),
    ] {
        assert_eq!(
            signing_key().sign(name, text),
            Err(NoteError::Malformed),
            "{name:?} {text:?}"
        );
    }
}

#[test]
fn malformed_verifier_keys_are_refused() {
    let good = signing_key().verifier_key("n").unwrap().to_string();
    assert!(good.parse::<VerifierKey>().is_ok());
    let (head, base64) = good.rsplit_once('+').unwrap();
    for bad in [
        String::new(),
        "n".to_owned(),
        head.to_owned(),
        format!("m{}", &good[1..]),
        good.to_uppercase(),
        good[1..].to_owned(),
        format!("{good}\n"),
        format!("{head}+{}", STANDARD.encode([1; 32])),
        format!("{head}+{}", STANDARD.encode([2; 33])),
        format!("{head}+{}", base64.trim_end_matches('=').to_owned() + "!"),
    ] {
        assert_eq!(bad.parse::<VerifierKey>(), Err(VerifierKeyError), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_single_change_survives(index in 0_usize..400, bit in 0_u8..8) {
        let note = format!("{GO_TEXT}\n{GO_SIGNATURE}");
        let key: VerifierKey = GO_KEY.parse().unwrap();
        let mut bytes = note.clone().into_bytes();
        let index = index % bytes.len();
        bytes[index] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(key.open(&changed).is_err(), "{changed}");
        }
    }
}

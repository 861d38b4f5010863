use super::*;

/// As little as argon2 takes: these tests are about the rest.
const CHEAP: PasswordPolicy = PasswordPolicy {
    memory_kib: 8,
    iterations: 1,
    parallelism: 1,
};

#[test]
fn the_reference_implementations_vector_verifies() {
    // phc-winner-argon2, src/test.c: argon2id, version 19, t = 2, m = 2^16, p = 1, "password" with "somesalt".
    let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert_eq!(verify_password(&Secret::new("password"), stored), Ok(true));
    assert_eq!(verify_password(&Secret::new("Password"), stored), Ok(false));
}

#[test]
fn the_default_costs_are_what_is_asked_for() {
    let policy = PasswordPolicy::default();
    let stored = hash_password(&Secret::new("the tide was out"), [1; 16], policy).unwrap();
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$"),
        "{stored}"
    );
    assert_eq!(verify_password(&Secret::new("the tide was out"), &stored), Ok(true));
    assert!(!needs_rehash(&stored, policy));
    assert!(needs_rehash(&stored, CHEAP));
    assert!(needs_rehash("anything else", policy));
}

#[test]
fn a_password_matches_however_its_letters_were_composed() {
    let hash = |text: &str| hash_password(&Secret::new(text), [2; 16], CHEAP).unwrap();
    let composed = hash("caf\u{e9} am Hafen");
    assert_eq!(composed, hash("cafe\u{301} am Hafen"));
    // Compatibility forms, case and white space stay as typed.
    for other in [
        "caf\u{e9} am hafen",
        " caf\u{e9} am Hafen",
        "cafe am Hafen",
        "caf\u{e9} am Ha\u{fb01}en",
    ] {
        assert_eq!(verify_password(&Secret::new(other), &composed), Ok(false), "{other}");
    }
    assert_ne!(hash("\u{fb01}sh"), hash("fish"));
}

#[test]
fn salts_and_passwords_change_the_hash() {
    let one = hash_password(&Secret::new("a"), [1; 16], CHEAP).unwrap();
    assert_ne!(one, hash_password(&Secret::new("a"), [2; 16], CHEAP).unwrap());
    assert_ne!(one, hash_password(&Secret::new("b"), [1; 16], CHEAP).unwrap());
    let empty = hash_password(&Secret::new(""), [1; 16], CHEAP).unwrap();
    assert_eq!(verify_password(&Secret::new(""), &empty), Ok(true));
    assert_eq!(verify_password(&Secret::new("\0"), &empty), Ok(false));
}

#[test]
fn the_dummy_hash_costs_what_a_real_one_costs_and_matches_nothing() {
    let policy = PasswordPolicy::default();
    assert_eq!(
        policy.dummy_hash(),
        format!("$argon2id$v=19$m=19456,t=2,p=1${DUMMY_SALT}${DUMMY_HASH}")
    );
    assert!(
        !needs_rehash(&policy.dummy_hash(), policy),
        "it asks for the policy's own costs"
    );
    assert_eq!(
        STANDARD_NO_PAD.encode(crate::primitive::sha256(&[b"scriptkeep: no such account"])),
        DUMMY_HASH
    );
    let stored = parse(&policy.dummy_hash()).ok().map(|stored| stored.salt);
    assert_eq!(stored, Some(vec![0; 16]));
    for guess in ["", "scriptkeep: no such account", "password"] {
        assert_eq!(verify_password(&Secret::new(guess), &CHEAP.dummy_hash()), Ok(false));
    }
}

#[test]
fn other_texts_are_errors_and_never_panics() {
    let good = hash_password(&Secret::new("a"), [1; 16], CHEAP).unwrap();
    let verify = |stored: &str| verify_password(&Secret::new("a"), stored);
    assert_eq!(verify(&good), Ok(true));
    for bad in [
        String::new(),
        "a".to_owned(),
        "$".to_owned(),
        "$argon2id".to_owned(),
        "$2b$12$abcdefghijklmnopqrstuuJ8lVTkh1Jk0bAEbTt1pW0S8i4b9ZkNK".to_owned(),
        good.replace("argon2id", "argon2i"),
        good.replace("v=19", "v=16"),
        good.replace("$v=19", ""),
        good.replace(",p=1", ""),
        good.replace("m=8", "m=-8"),
        good.rsplit_once('$').unwrap().0.to_owned(),
        good[..good.len() - 4].to_owned(),
        format!("{good}$more"),
    ] {
        assert_eq!(verify(&bad), Err(PasswordError::NotAHash), "{bad}");
    }
    for (from, to) in [
        ("m=8", "m=1"),
        ("m=8", "m=4294967295"),
        ("m=8", "m=1048577"),
        ("t=1", "t=0"),
        ("t=1", "t=4294967295"),
        ("p=1", "p=0"),
        ("p=1", "p=9"),
    ] {
        assert_eq!(verify(&good.replace(from, to)), Err(PasswordError::Costs), "{to}");
    }
    let nothing = PasswordPolicy { memory_kib: 0, ..CHEAP };
    assert_eq!(
        hash_password(&Secret::new("a"), [1; 16], nothing),
        Err(PasswordError::Costs)
    );
}

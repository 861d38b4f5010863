use super::*;
use proptest::prelude::*;

const WORKSPACE: Uuid = Uuid::from_u128(0x11);
const ROW: Uuid = Uuid::from_u128(0x22);

const PLACE: Place<'static> = Place {
    workspace: WORKSPACE,
    table: "records",
    column: "title",
    row: ROW,
    key_version: 3,
};

const CONTEXT: KeyContext<'static> = KeyContext {
    workspace: WORKSPACE,
    record: ROW,
    class: "title",
    version: 3,
};

/// Every place that differs from [`PLACE`] in one respect, and some that only look like it when written in a row.
fn elsewhere() -> Vec<Place<'static>> {
    let other = Uuid::from_u128(0x33);
    vec![
        Place {
            workspace: other,
            ..PLACE
        },
        Place {
            table: "record_fields",
            ..PLACE
        },
        Place { table: "", ..PLACE },
        Place {
            column: "name",
            ..PLACE
        },
        Place { row: other, ..PLACE },
        Place {
            key_version: 4,
            ..PLACE
        },
        Place {
            workspace: ROW,
            row: WORKSPACE,
            ..PLACE
        },
        Place {
            table: "title",
            column: "records",
            ..PLACE
        },
        Place {
            table: "record",
            column: "stitle",
            ..PLACE
        },
    ]
}

#[test]
fn a_value_opens_only_where_it_was_sealed() {
    let key = DataKey::from_random([1; 32]);
    let sealed = key.seal(&PLACE, [2; NONCE], b"The Harbour");
    assert_eq!(key.open(&PLACE, &sealed).as_deref(), Ok(&b"The Harbour"[..]));
    for place in elsewhere() {
        assert_eq!(key.open(&place, &sealed), Err(OpenError::Refused), "{place:?}");
        // The version in front is bound too: naming the other version there does not help.
        let mut renamed = sealed.clone();
        renamed[1..SEALED_HEAD].copy_from_slice(&place.key_version.to_be_bytes());
        assert_eq!(key.open(&place, &renamed), Err(OpenError::Refused), "{place:?}");
    }
    assert_eq!(
        DataKey::from_random([9; 32]).open(&PLACE, &sealed),
        Err(OpenError::Refused)
    );
}

#[test]
fn a_wrapped_key_opens_only_for_what_it_was_wrapped() {
    let root = RootKey::from_bytes([1; 32]);
    let wrapped = root.wrap(WORKSPACE, &WorkspaceKey::from_random([2; 32]), [3; NONCE]);
    let workspace_key = root.unwrap(WORKSPACE, &wrapped).unwrap();
    assert_eq!(workspace_key.0, [2; 32]);
    assert_eq!(root.unwrap(ROW, &wrapped).err(), Some(OpenError::Refused));
    let other_root = RootKey::from_bytes([9; 32]);
    assert_eq!(other_root.unwrap(WORKSPACE, &wrapped).err(), Some(OpenError::Refused));

    let wrapped = workspace_key.wrap_data_key(&CONTEXT, &DataKey::from_random([4; 32]), [5; NONCE]);
    assert_eq!(*workspace_key.unwrap_data_key(&CONTEXT, &wrapped).unwrap().key, [4; 32]);
    let other = Uuid::from_u128(0x33);
    for context in [
        KeyContext {
            workspace: other,
            ..CONTEXT
        },
        KeyContext {
            record: other,
            ..CONTEXT
        },
        KeyContext {
            class: "general",
            ..CONTEXT
        },
        KeyContext { version: 4, ..CONTEXT },
    ] {
        let opened = workspace_key.unwrap_data_key(&context, &wrapped);
        assert_eq!(opened.err(), Some(OpenError::Refused), "{context:?}");
    }
}

#[test]
fn no_ciphertext_passes_for_one_of_another_kind() {
    // The same 32 bytes as root, workspace and data key: purpose and associated data still keep the three apart.
    let bytes = [7; 32];
    let (root, workspace, data) = (
        RootKey::from_bytes(bytes),
        WorkspaceKey::from_random(bytes),
        DataKey::from_random(bytes),
    );
    let wrapped = root.wrap(WORKSPACE, &WorkspaceKey::from_random([1; 32]), [1; NONCE]);
    assert!(workspace.unwrap_data_key(&CONTEXT, &wrapped).is_err());
    let wrapped = workspace.wrap_data_key(&CONTEXT, &DataKey::from_random([1; 32]), [1; NONCE]);
    assert!(root.unwrap(WORKSPACE, &wrapped).is_err());
    let sealed = data.seal(&PLACE, [1; NONCE], &[1; 32]);
    assert!(root.unwrap(WORKSPACE, &sealed).is_err());
    assert!(workspace.unwrap_data_key(&CONTEXT, &sealed).is_err());
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let key = DataKey::from_random([1; 32]);
    let root = RootKey::from_bytes([1; 32]);
    let sealed = key.seal(&PLACE, [2; NONCE], b"text");
    let wrapped = root.wrap(WORKSPACE, &WorkspaceKey::from_random([2; 32]), [3; NONCE]);
    let mut tried = 0;
    for (bytes, opens) in [
        (
            sealed,
            &(|bytes: &[u8]| key.open(&PLACE, bytes).is_ok()) as &dyn Fn(&[u8]) -> bool,
        ),
        (wrapped, &|bytes| root.unwrap(WORKSPACE, bytes).is_ok()),
    ] {
        assert!(opens(&bytes));
        for index in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[index] ^= 1 << bit;
                assert!(!opens(&changed), "byte {index}, bit {bit}");
                tried += 1;
            }
            assert!(!opens(&bytes[..index]), "cut to {index} bytes");
        }
        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        assert!(!opens(&longer));
    }
    assert_eq!(tried, (33 + 4 + 61) * 8);
}

#[test]
fn the_format_is_fixed() {
    // These bytes were made by another implementation (Node's `crypto`) after the description of the format; a later
    // version must still open them.
    let sealed = "010000000302020202020202020202020273b3b13dd40958c27e87767a9d1ddf8c08d194e4";
    let key = DataKey::from_random([1; 32]);
    assert_eq!(hex::encode(key.seal(&PLACE, [2; NONCE], b"text")), sealed);
    let wrapped = "01030303030303030303030303e523a57dce46b10e99741d59096c54577dc845b8f81d341352bcebfe9967d12c\
        bf786ce89bf1616a8e72be786c9d646e";
    let workspace_key = WorkspaceKey::from_random([2; 32]);
    let written = RootKey::from_bytes([1; 32]).wrap(WORKSPACE, &workspace_key, [3; NONCE]);
    assert_eq!(hex::encode(written), wrapped);
    assert_eq!(sealed_key_version(&[1, 0, 0, 1, 0, 9]), Ok(256));
    assert_eq!(
        sealed_key_version(&[2, 0, 0, 1, 0]),
        Err(OpenError::Format { found: 2 })
    );
    assert_eq!(sealed_key_version(&[1, 0, 0, 1]), Err(OpenError::Refused));
    assert_eq!(sealed_key_version(&[]), Err(OpenError::Refused));
}

#[test]
fn root_keys_are_read_from_hex_and_base64_only() {
    let bytes: [u8; 32] = std::array::from_fn(|index| u8::try_from(index * 8).unwrap_or(0) | 3);
    let base64 = RootKey::from_bytes(bytes).to_text();
    let base64 = base64.expose();
    let hex = hex::encode(bytes);
    for good in [
        base64.to_owned(),
        format!("  {base64}\r\n"),
        base64.trim_end_matches('=').to_owned(),
        hex.clone(),
        hex.to_uppercase(),
    ] {
        assert_eq!(RootKey::parse(&good).map(|key| key.0), Ok(bytes), "{good}");
    }
    for bad in [
        String::new(),
        "secret".to_owned(),
        hex[1..].to_owned(),
        hex.replace('0', "g"),
        format!("{hex}{hex}"),
        base64[1..].to_owned(),
        base64.replace('A', "!"),
        format!("{}\n{}", &base64[..20], &base64[20..]),
        STANDARD.encode([1; 31]),
        STANDARD.encode([1; 33]),
    ] {
        assert_eq!(RootKey::parse(&bad).err(), Some(KeyFormatError), "{bad}");
    }
}

#[test]
fn lookup_hashes_depend_on_key_purpose_and_value() {
    let key = WorkspaceKey::from_random([1; 32]);
    let hash = key.lookup_hash("email", "ilse@ternhouse.example");
    // Made by another implementation as well.
    let expected = "e9e2c700a01629c6b17aa4c9c5acec804fd2ceee70868368363db625a75bdda2";
    assert_eq!(hex::encode(hash), expected);
    assert_ne!(hash, key.lookup_hash("limit", "ilse@ternhouse.example"));
    assert_ne!(hash, key.lookup_hash("email", "otto@ternhouse.example"));
    assert_ne!(
        hash,
        WorkspaceKey::from_random([2; 32]).lookup_hash("email", "ilse@ternhouse.example")
    );
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again(
        key: [u8; 32], nonce: [u8; NONCE], plain: Vec<u8>, workspace: u128, row: u128,
        table in ".{0,40}", column in ".{0,40}", key_version: u32,
    ) {
        let (workspace, row) = (Uuid::from_u128(workspace), Uuid::from_u128(row));
        let place = Place { workspace, table: &table, column: &column, row, key_version };
        let key = DataKey::from_random(key);
        let sealed = key.seal(&place, nonce, &plain);
        prop_assert_eq!(sealed.len(), SEALED_HEAD + NONCE + plain.len() + TAG);
        prop_assert_eq!(sealed_key_version(&sealed), Ok(key_version));
        prop_assert_eq!(key.open(&place, &sealed), Ok(plain));
    }

    #[test]
    fn different_places_have_different_associated_data(
        a in (any::<u128>(), "[a-c]{0,3}", "[a-c]{0,3}", any::<u128>(), any::<u32>()),
        b in (any::<u128>(), "[a-c]{0,3}", "[a-c]{0,3}", any::<u128>(), any::<u32>()),
    ) {
        let bytes = |(workspace, table, column, row, key_version): &(u128, String, String, u128, u32)| Place {
            workspace: Uuid::from_u128(*workspace), table, column, row: Uuid::from_u128(*row), key_version: *key_version,
        }.bytes();
        // The tables and columns alone, since random ids would hide a confusion of the two.
        let b = (a.0, b.1, b.2, a.3, a.4);
        prop_assert_eq!(bytes(&a) == bytes(&b), a == b);
    }

    #[test]
    fn noise_never_opens(noise: Vec<u8>) {
        prop_assert!(DataKey::from_random([1; 32]).open(&PLACE, &noise).is_err());
        prop_assert!(RootKey::from_bytes([1; 32]).unwrap(WORKSPACE, &noise).is_err());
    }
}

